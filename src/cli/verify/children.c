/* children.c: every device, one after the other. */
#include "cli/verify/verify.h"

#include <stdlib.h>

#include "os/interrupt.h"

/* Which of two results of different devices decides the exit code. */
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
    static const char *const words[] = {"",           "different",         "",        "",
                                        "not opened", "without a verdict", "unstable"};
    if (worst == WEFT_OK) {
        return WEFT_OK;
    }
    return weft_fail(error, worst, "verify: %zu of %zu device%s not equal: the worst is %s", bad,
                     count, count == 1 ? "" : "s",
                     worst <= WEFT_UNSTABLE && words[worst][0] != '\0' ? words[worst]
                                                                       : "a failure");
}

enum weft_status cli_verify_answer(struct weft_error *error) {
    struct weft_device *devices = NULL;
    size_t count = 0;
    char note[256];
    enum weft_status status = weft_devices_list(&devices, &count, note, error);
    free(devices);
    *error = (struct weft_error){.status = status}; /* the one who asks says it */
    return status;
}

enum weft_status cli_verify_children(const struct cli_verify_options *options,
                                     struct weft_error *error) {
    struct weft_device *devices = NULL;
    enum weft_status worst = WEFT_OK, status;
    size_t count = 0, bad = 0, tried = 0;
    char note[256];
    status = cli_verify_ask(options, error);
    if (status == WEFT_OK) {
        status = weft_devices_list(&devices, &count, note, error);
    }
    if (status != WEFT_OK) {
        return status;
    }
    for (size_t i = 0; i < count && !os_interrupted(); i++) {
        if (!options->common.json) {
            printf("%s%s (%s)\n", i > 0 ? "\n" : "", devices[i].name, devices[i].platform_name);
        }
        if (devices[i].usable) {
            status = cli_verify_child(options, &devices[i], error);
        } else {
            cli_verify_print_none(options, &devices[i], devices[i].reason, NULL, 0);
            status = WEFT_NO_VERDICT;
        }
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
