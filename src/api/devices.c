/* devices.c: the public functions of devices. */
#include "api/api.h"
#include "backend/device.h"

#include <stdlib.h>

struct weft_devices {
    struct device_info *infos;
    struct weft_device *devices; /* their texts are those of infos */
    size_t count;
    struct weft_error note;
};

enum weft_status weft_devices_list(struct weft_devices **devices, struct weft_error *error) {
    struct weft_devices *made;
    enum weft_status status;
    API_BEGIN;
    API_CREATES(devices);
    made = calloc(1, sizeof *made);
    if (made == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "no memory for the list of devices");
    }
    TRY_OR(done, devices_list(&made->infos, &made->count, &made->note, error));
    made->devices = calloc(made->count, sizeof *made->devices);
    if (made->devices == NULL) {
        status = error_set(error, WEFT_NO_MEMORY, "no memory for the list of devices");
        goto done;
    }
    for (size_t i = 0; i < made->count; i++) {
        made->devices[i] = device_public(&made->infos[i]);
    }
    *devices = made;
    made = NULL;
done:
    weft_devices_destroy(made);
    return status;
}

void weft_devices_destroy(struct weft_devices *devices) {
    if (devices != NULL) {
        free(devices->infos);
        free(devices->devices);
        free(devices);
    }
}

size_t weft_devices_count(const struct weft_devices *devices) {
    return devices != NULL ? devices->count : 0;
}

const struct weft_device *weft_devices_get(const struct weft_devices *devices, size_t index) {
    return index < weft_devices_count(devices) ? &devices->devices[index] : NULL;
}

/* A platform without devices is worth a note if it failed, or if there is no other. */
static bool has_note(const struct weft_devices *devices) {
    return devices != NULL && (devices->note.status != WEFT_OK || devices->count == 1);
}

const char *weft_devices_note(const struct weft_devices *devices) {
    return has_note(devices) ? devices->note.message : "";
}

const char *weft_devices_note_hint(const struct weft_devices *devices) {
    return has_note(devices) ? devices->note.hint : "";
}

enum weft_status weft_devices_choose(const struct weft_devices *devices, const char *selector,
                                     size_t *index, struct weft_error *error) {
    const struct device_info *found;
    API_BEGIN;
    API_NOT_NULL(devices);
    API_NOT_NULL(index);
    *index = 0;
    selector = selector != NULL ? selector : "auto";
    API_REQUIRE(selector[0] != '\0', "selector is empty");
    TRY(device_choose_listed(devices->infos, devices->count, selector, &devices->note, &found,
                             error));
    *index = (size_t)(found - devices->infos);
    return WEFT_OK;
}

bool weft_device_lost(void) {
    return device_lost();
}

enum weft_status weft_cache_clear(size_t *removed, struct weft_error *error) {
    API_BEGIN;
    return program_cache_clear(removed, error);
}
