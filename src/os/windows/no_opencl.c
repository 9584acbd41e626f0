/* no_opencl.c: what OpenCL's functions are where Windows has no OpenCL.dll, which comes with the drivers of devices.
 *
 * weft is linked so that OpenCL.dll is looked for at the first call of one of its functions, not when the program starts. Where it is
 * missing, or lacks a function, that function is the one below, and devices are listed as with a loader that knows no platform.
 */
#include <stdint.h>
#include <windows.h>
/* Behind windows.h, which it needs. */
#include <delayimp.h>

enum { PLATFORM_NOT_FOUND_KHR = -1001 };

/* Callers take their arguments off the stack themselves, so it stands for functions of any; those that return pointers are not called
 * without a platform. */
static intptr_t WINAPI no_platform(void) {
    return PLATFORM_NOT_FOUND_KHR;
}

/* What is returned takes the place of the library, or of the function, that could not be found. */
static FARPROC WINAPI stand_in(unsigned failed, PDelayLoadInfo what) {
    (void)what;
    return failed == dliFailLoadLib ? (FARPROC)(void *)GetModuleHandleA(NULL)
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

__attribute__((constructor)) static void set_hooks(void) {
    __pfnDliNotifyHook2 = open_table;
    __pfnDliFailureHook2 = stand_in;
}
