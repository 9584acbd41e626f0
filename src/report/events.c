/* events.c: the JSON of devices and of evaluations, the same in every event. */
#include "report/report.h"

#include <string.h>

/* The words of ${text}, separated by spaces, as an array of strings. */
static void words(struct weft_json *json, const char *key, const char *text) {
    weft_json_open(json, key, '[');
    while (*(text += strspn(text, " ")) != '\0') {
        char word[64];
        size_t length = strcspn(text, " ");
        snprintf(word, sizeof word, "%.*s", (int)length, text);
        weft_json_string(json, NULL, word);
        text += length;
    }
    weft_json_close(json, ']');
}

static void text_or_null(struct weft_json *json, const char *key, const char *text) {
    weft_json_string(json, key, text[0] != '\0' ? text : NULL);
}

void weft_json_device(struct weft_json *json, const char *key, const struct weft_device *device) {
    if (key != NULL) {
        weft_json_open(json, key, '{');
    }
    weft_json_integer(json, "index", device->index);
    if (device->builtin) {
        weft_json_null(json, "platform_index");
        weft_json_null(json, "device_index");
    } else {
        weft_json_integer(json, "platform_index", device->platform);
        weft_json_integer(json, "device_index", device->in_platform);
    }
    text_or_null(json, "platform", device->platform_name);
    weft_json_string(json, "name", device->builtin ? "cpu" : device->name);
    weft_json_string(json, "type", device->builtin ? "builtin" : device->type);
    text_or_null(json, "driver", device->driver);
    text_or_null(json, "opencl", device->opencl);
    text_or_null(json, "opencl_c", device->opencl_c);
    weft_json_integer(json, "compute_units", device->compute_units);
    weft_json_integer(json, "global_memory", device->global_memory);
    weft_json_integer(json, "local_memory", device->local_memory);
    words(json, "fp_config", device->fp_config);
    text_or_null(json, "pci", device->pci);
    text_or_null(json, "uuid", device->uuid);
    weft_json_bool(json, "default", device->is_default);
    weft_json_bool(json, "usable", device->usable);
    weft_json_string(json, "reason", device->reason);
    if (key != NULL) {
        weft_json_close(json, '}');
    }
}

void weft_json_results(struct weft_json *json, const struct weft_evaluation *evaluation,
                       const char *const *names) {
    weft_json_integer(json, "correct", evaluation->correct);
    weft_json_double(json, "accuracy", evaluation->accuracy);
    weft_json_double(json, "loss", evaluation->loss);
    weft_json_open(json, "classes", '[');
    for (size_t i = 0; i < evaluation->classes; i++) {
        weft_json_string(json, NULL, names[i]);
    }
    weft_json_close(json, ']');
    weft_json_open(json, "confusion", '[');
    for (size_t row = 0; row < evaluation->classes; row++) {
        weft_json_open(json, NULL, '[');
        for (size_t column = 0; column < evaluation->classes; column++) {
            weft_json_integer(json, NULL,
                              evaluation->confusion[row * evaluation->classes + column]);
        }
        weft_json_close(json, ']');
    }
    weft_json_close(json, ']');
}
