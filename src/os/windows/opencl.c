/* opencl.c: what OpenCL's functions are where Windows has no OpenCL.dll, which comes with the drivers of devices.
 *
 * weft is linked so that OpenCL.dll is looked for at the first call of one of its functions, not when the program starts. Where it is
 * missing, or lacks a function, that function is the one below, and devices are listed as with a loader that knows no platform.
 */
#include "os/opencl.h"

#include <stdint.h>
#include <string.h>
#include <windows.h>
/* Behind windows.h, which it needs. */
#include <delayimp.h>

enum { PLATFORM_NOT_FOUND_KHR = -1001 };

/* Callers take their arguments off the stack themselves, so these stand for functions of any. */
static intptr_t WINAPI no_platform(void) {
    return PLATFORM_NOT_FOUND_KHR;
}

static intptr_t WINAPI no_extension(void) {
    return 0;
}

/* What is returned takes the place of the library, or of the function, that could not be found. */
static FARPROC WINAPI stand_in(unsigned failed, PDelayLoadInfo what) {
    if (failed == dliFailLoadLib) {
        return (FARPROC)(void *)GetModuleHandleA(NULL);
    }
    /* The only one that returns a pointer and is called without a platform. */
    return strcmp(what->dlp.szProcName, "clGetExtensionFunctionAddress") == 0
               ? (FARPROC)(void *)no_extension
               : (FARPROC)(void *)no_platform;
}

/* Newer linkers put the table of functions, which is filled as they are found, where only reading is allowed. */
static FARPROC WINAPI open_table(unsigned event, PDelayLoadInfo what) {
    DWORD before;
    if (event == dliNoteStartProcessing) {
        VirtualProtect(what->ppfn, sizeof *what->ppfn, PAGE_READWRITE, &before);
    }
    return NULL;
}

void os_prepare_opencl(void) {
    __pfnDliNotifyHook2 = open_table;
    __pfnDliFailureHook2 = stand_in;
}
