/* player_case.h: lets a Check test run on a device that tests/support/player plays (its README).
 * Include it first. */
#ifndef PLAYER_CASE_H
#define PLAYER_CASE_H

#include "system.h"

#include "backend/device.h"
#include "check_weft.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Plays ${devices} from now on. It is called before the first call of OpenCL, in a START_TEST that
 * Check runs in a process of its own. Returns false, and reports a skip, if nothing can be played.
 */
static inline bool player_plays(const char *devices) {
    const char *player = getenv("WEFT_PLAYER");
    struct device_info *list = NULL;
    struct weft_error error = {0};
    size_t count = 0;
    if (player != NULL && player[0] != '\0') {
        setenv("OPENCL_LAYERS", player, 1);
        setenv("WEFT_PLAY", devices, 1);
        if (devices_list(&list, &count, NULL, &error) == WEFT_OK && count > 1) {
            free(list);
            return true;
        }
    }
    free(list);
    skip_test("a played device", "this build has no layer, or PoCL is not there");
    return false;
}

/* Makes the ${number}-th call, or launch of a kernel, from now on whose name matches ${pattern}
 * fail, once. */
static inline void player_fails_at(const char *pattern, long number) {
    char text[160];
    snprintf(text, sizeof text, "%s:%ld", pattern, number);
    setenv("WEFT_PLAY_FAIL", text, 1);
}

/* Returns which call is now the one that fails, or 0 if it was made, and ends that. */
static inline long player_fails_end(void) {
    const char *text = getenv("WEFT_PLAY_FAIL");
    const long left = text != NULL ? strtol(strchr(text, ':') + 1, NULL, 10) : 0;
    unsetenv("WEFT_PLAY_FAIL");
    return left;
}

#endif
