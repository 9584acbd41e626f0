/* opencl.c: nothing: a program does not start without the loader of OpenCL that it was linked with. Windows has more to do. */
#include "os/os.h"

void os_prepare_opencl(void) {
}
