/* opencl.c: replaces the functions of OpenCL.dll, which comes with the drivers of devices, if it is
 * missing.
 *
 * weft is linked so that OpenCL.dll is loaded at the first call of one of its functions, not when
 * the program starts. If it is missing, or lacks a function, a function below replaces it, and
 * devices are listed as with a loader that has no platform. */
#include "os/host.h"

#include <stdint.h>
#include <string.h>
#include <windows.h>
/* Needs windows.h. */
#include <delayimp.h>

enum { PLATFORM_NOT_FOUND_KHR = -1001 };

/* Callers remove their arguments from the stack, so these functions can replace any function. */
static intptr_t WINAPI no_platform(void) {
    return PLATFORM_NOT_FOUND_KHR;
}

static intptr_t WINAPI no_extension(void) {
    return 0;
}

/* Returns the replacement of a library or function that was not found. */
static FARPROC WINAPI find_replacement(unsigned failed, PDelayLoadInfo what) {
    if (failed == dliFailLoadLib) {
        return (FARPROC)(void *)GetModuleHandleA(NULL);
    }
    /* The only function that returns a pointer and is called without a platform. */
    return strcmp(what->dlp.szProcName, "clGetExtensionFunctionAddress") == 0
               ? (FARPROC)(void *)no_extension
               : (FARPROC)(void *)no_platform;
}

/* Newer linkers put the table of functions, which is filled when they are found, in read-only
 * memory. */
static FARPROC WINAPI open_table(unsigned event, PDelayLoadInfo what) {
    DWORD before;
    if (event == dliNoteStartProcessing) {
        VirtualProtect(what->ppfn, sizeof *what->ppfn, PAGE_READWRITE, &before);
    }
    return NULL;
}

void os_prepare_opencl(void) {
    __pfnDliNotifyHook2 = open_table;
    __pfnDliFailureHook2 = find_replacement;
}
