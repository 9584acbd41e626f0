/* children.c: all devices, one after the other. */
#include <stdio.h>
#include <stdlib.h>

#include "base/try.h"
#include "cli/verify/child.h"
#include "os/interrupt.h"

/* Returns which of two results of different devices decides the exit code. */
static enum weft_status worse(enum weft_status a, enum weft_status b) {
    static const enum weft_status order[] = {WEFT_INTERRUPTED, WEFT_FAILED, WEFT_UNSTABLE,
                                             WEFT_NO_VERDICT};
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        if (a == order[i] || b == order[i]) {
            return order[i];
        }
    }
    return a != WEFT_OK ? a : b;
}

static enum weft_status conclude(enum weft_status worst, size_t bad, size_t count,
                                 struct weft_error *error) {
    static const char *const words[] = {[WEFT_FAILED] = "different",
                                        [WEFT_BAD_DEVICE] = "not opened",
                                        [WEFT_NO_VERDICT] = "without a verdict",
                                        [WEFT_UNSTABLE] = "unstable"};
    if (worst == WEFT_OK) {
        return WEFT_OK;
    }
    return weft_fail(error, worst, "verify: %zu of %zu device%s not equal: the worst is %s", bad,
                     count, count == 1 ? "" : "s",
                     worst <= WEFT_UNSTABLE && words[worst] != NULL ? words[worst] : "a failure");
}

enum weft_status cli_verify_answer(struct weft_error *error) {
    struct weft_device *devices = NULL;
    size_t count = 0;
    char note[256];
    enum weft_status status = weft_devices_list(&devices, &count, note, error);
    free(devices);
    *error = (struct weft_error){.status = status}; /* the parent prints it */
    return status;
}

static enum weft_status verify_one(const struct cli_verify_options *options,
                                   const struct weft_device *device, struct weft_error *error) {
    if (device->usable) {
        return cli_verify_child(options, device, error);
    }
    cli_verify_print_none(options, device, device->reason, NULL, 0);
    return WEFT_NO_VERDICT;
}

enum weft_status cli_verify_children(const struct cli_verify_options *options,
                                     struct weft_error *error) {
    struct weft_device *devices = NULL;
    enum weft_status worst = WEFT_OK;
    size_t count = 0, bad = 0, tried = 0;
    char note[256];
    TRY(cli_verify_query(options, error));
    TRY(weft_devices_list(&devices, &count, note, error));
    for (size_t i = 0; i < count && !os_interrupted(); i++) {
        enum weft_status status;
        if (!options->common.json) {
            printf("%s%s (%s)\n", i > 0 ? "\n" : "", devices[i].name, devices[i].platform_name);
        }
        status = verify_one(options, &devices[i], error);
        tried++;
        bad += status != WEFT_OK;
        worst = worse(worst, status);
    }
    free(devices);
    if (os_interrupted()) {
        return weft_fail(error, WEFT_INTERRUPTED, "verify: interrupted");
    }
    return error->status == WEFT_OK ? conclude(worst, bad, tried, error) : worst;
}
