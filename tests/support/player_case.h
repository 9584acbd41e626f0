/* player_case.h: lets a Check test run on a device that tests/support/player plays (its README).
 * Include it first. */
#ifndef PLAYER_CASE_H
#define PLAYER_CASE_H

#include "system.h"

#include "backend/device.h"
#include "check_weft.h"

#include <stdbool.h>
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

#endif
