/* calls.c: a device that is lost, a driver that crashes, a call that fails, and calls that never
 * return. */
#include "player.h"

#include <fnmatch.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Counts a call of ${name} in ${calls}. Returns whether it is the one that ${limit} names. */
static bool hits(const struct player_limit *limit, const char *name, atomic_long *calls) {
    return limit->pattern[0] != '\0' && fnmatch(limit->pattern, name, 0) == 0 &&
           atomic_fetch_add(calls, 1) + 1 == limit->value;
}

bool player_fails(const char *name) {
    const char *text = getenv("WEFT_PLAY_FAIL");
    char pattern[PLAYER_TEXT], left[PLAYER_TEXT + 24];
    long number;
    if (text == NULL || name[0] == '\0' || sscanf(text, "%127[^:]:%ld", pattern, &number) != 2 ||
        fnmatch(pattern, name, 0) != 0) {
        return false;
    }
    if (number <= 1) {
        unsetenv("WEFT_PLAY_FAIL");
        return true;
    }
    snprintf(left, sizeof left, "%s:%ld", pattern, number - 1);
    setenv("WEFT_PLAY_FAIL", left, 1);
    return false;
}

static void hang(void) {
    for (;;) {
        pause();
    }
}

void player_lose(struct player_device *device, bool late) {
    atomic_store(&device->late, late);
    atomic_store(&device->lost, true);
}

cl_int player_begin(struct player_device *device, const char *name, bool waits) {
    const struct player_traits *traits;
    if (device == NULL) {
        return CL_SUCCESS;
    }
    traits = &device->traits;
    if (hits(&traits->crash, name, &device->crash_calls)) {
        raise(SIGSEGV);
    }
    if (hits(&traits->lost, name, &device->lost_calls)) {
        player_lose(device, traits->late);
    }
    if (player_fails(name)) {
        return CL_MEM_OBJECT_ALLOCATION_FAILURE;
    }
    if (!atomic_load(&device->lost) || (atomic_load(&device->late) && !waits)) {
        return CL_SUCCESS;
    }
    if (!atomic_exchange(&device->reported, true)) {
        atomic_store(&device->late, false);
        return traits->code != 0 ? (cl_int)traits->code : CL_OUT_OF_RESOURCES;
    }
    if (traits->hang_all || (traits->hang && strcmp(name, "clFinish") == 0)) {
        hang();
    }
    return traits->code_after != 0 ? (cl_int)traits->code_after : CL_INVALID_COMMAND_QUEUE;
}

/* Releases and queries: they work after a loss, unless all calls hang. */
static void release_begins(const void *handle, const char *name) {
    struct player_device *device = player_owner(handle);
    if (device != NULL && device->traits.hang_all && atomic_load(&device->reported)) {
        player_begin(device, name, false);
    }
}

#define RELEASE(name, type)                                                                        \
    static cl_int CL_API_CALL release_##type(type object) {                                        \
        release_begins(object, #name);                                                             \
        return player_real->name(object);                                                          \
    }
RELEASE(clReleaseContext, cl_context)
RELEASE(clReleaseKernel, cl_kernel)
RELEASE(clReleaseProgram, cl_program)

/* Flushes, as OpenCL says. */
static cl_int CL_API_CALL release_cl_command_queue(cl_command_queue queue) {
    release_begins(queue, "clReleaseCommandQueue");
    player_order_flush(player_owner(queue), queue);
    return player_real->clReleaseCommandQueue(queue);
}

void player_release_install(cl_icd_dispatch *dispatch) {
    dispatch->clReleaseContext = release_cl_context;
    dispatch->clReleaseCommandQueue = release_cl_command_queue;
    dispatch->clReleaseKernel = release_cl_kernel;
    dispatch->clReleaseProgram = release_cl_program;
}
