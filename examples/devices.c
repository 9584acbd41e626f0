/* devices.c: lists the devices of this machine, and opens the first of several that works.
 *
 *     cc -std=c11 devices.c $(pkg-config --cflags --libs weft) -o devices
 *     ./devices [SELECTOR]...
 *
 * Each SELECTOR ("gpu", a number, a part of a name) is tried in turn, and then the CPU backend,
 * which every machine has. The results do not depend on which one it is: all have the same bits. */
#include <stdbool.h>
#include <stdio.h>
#include <weft/weft.h>

static bool list(struct weft_error *error) {
    struct weft_devices *devices;

    if (weft_devices_list(&devices, error) != WEFT_OK) {
        return false;
    }
    for (size_t i = 0; i < weft_devices_count(devices); i++) {
        const struct weft_device *device = weft_devices_get(devices, i);

        printf("%c %s (%s, %u units): %s\n", device->is_default ? '*' : ' ', device->name,
               device->type, device->compute_units, device->usable ? "usable" : device->reason);
    }
    if (weft_devices_note(devices)[0] != '\0') {
        printf("note: %s\n", weft_devices_note(devices));
    }
    weft_devices_destroy(devices);
    return true;
}

/* Opens ${model} on the first device of ${selectors} that works. Returns NULL if none does. */
static struct weft_session *open_first(const struct weft_model *model, const char *const *selectors,
                                       int count, struct weft_error *error) {
    struct weft_session *session = NULL;

    for (int i = 0; i < count && session == NULL; i++) {
        struct weft_session_options options = WEFT_SESSION_OPTIONS;

        options.device = selectors[i];
        /* Each call clears the error object, so one serves for all. */
        if (weft_session_open(model, &options, &session, error) != WEFT_OK) {
            printf("%s: %s\n", selectors[i], weft_error_message(error));
        }
    }
    return session;
}

int main(int argc, char **argv) {
    static const char *const last = "cpu";
    struct weft_error *error = weft_error_create();
    struct weft_network *network = NULL;
    struct weft_model *model = NULL;
    struct weft_session *session = NULL;
    bool done = list(error) && weft_network_create_published(&network, error) == WEFT_OK &&
                weft_model_create(network, 0, &model, error) == WEFT_OK;

    if (done) {
        session = open_first(model, (const char *const *)argv + 1, argc - 1, error);
        if (session == NULL) {
            session = open_first(model, &last, 1, error);
        }
    }
    if (session != NULL) {
        printf("opened: %s\n", weft_session_device(session)->name);
        if (weft_session_notice(session)[0] != '\0') {
            printf("notice: %s\n", weft_session_notice(session));
        }
    } else {
        fprintf(stderr, "devices: %s\n%s\n", weft_error_message(error), weft_error_hint(error));
    }
    done = session != NULL;
    weft_session_close(session);
    weft_model_destroy(model);
    weft_network_destroy(network);
    weft_error_destroy(error);
    return done ? 0 : 1;
}
