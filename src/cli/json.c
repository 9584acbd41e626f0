/* events.c: the JSON of devices and of evaluations, the same in every event. */
#include "cli/json.h"

#include <string.h>

#include "base/json_write.h"

/* The words of ${text}, separated by spaces, as an array of strings. */
static void words(struct json_writer *json, const char *key, const char *text) {
    json_write_open(json, key, '[');
    while (*(text += strspn(text, " ")) != '\0') {
        char word[64];
        size_t length = strcspn(text, " ");
        snprintf(word, sizeof word, "%.*s", (int)length, text);
        json_write_string(json, NULL, word);
        text += length;
    }
    json_write_close(json, ']');
}

static void text_or_null(struct json_writer *json, const char *key, const char *text) {
    json_write_string(json, key, text[0] != '\0' ? text : NULL);
}

void cli_json_device(struct json_writer *json, const char *key, const struct weft_device *device) {
    if (key != NULL) {
        json_write_open(json, key, '{');
    }
    json_write_integer(json, "index", device->index);
    if (device->builtin) {
        json_write_null(json, "platform_index");
        json_write_null(json, "device_index");
    } else {
        json_write_integer(json, "platform_index", device->platform);
        json_write_integer(json, "device_index", device->in_platform);
    }
    text_or_null(json, "platform", device->platform_name);
    json_write_string(json, "name", device->builtin ? "cpu" : device->name);
    json_write_string(json, "type", device->builtin ? "builtin" : device->type);
    text_or_null(json, "driver", device->driver);
    text_or_null(json, "opencl", device->opencl);
    text_or_null(json, "opencl_c", device->opencl_c);
    json_write_integer(json, "compute_units", device->compute_units);
    json_write_integer(json, "global_memory", device->global_memory);
    json_write_integer(json, "local_memory", device->local_memory);
    words(json, "fp_config", device->fp_config);
    text_or_null(json, "pci", device->pci);
    text_or_null(json, "uuid", device->uuid);
    json_write_bool(json, "default", device->is_default);
    json_write_bool(json, "usable", device->usable);
    json_write_string(json, "reason", device->reason);
    if (key != NULL) {
        json_write_close(json, '}');
    }
}

void cli_json_results(struct json_writer *json, const struct weft_evaluation *evaluation,
                      const char *const *names) {
    json_write_integer(json, "correct", evaluation->correct);
    json_write_double(json, "accuracy", evaluation->accuracy);
    json_write_double(json, "loss", evaluation->loss);
    json_write_open(json, "classes", '[');
    for (size_t i = 0; i < evaluation->classes; i++) {
        json_write_string(json, NULL, names[i]);
    }
    json_write_close(json, ']');
    json_write_open(json, "confusion", '[');
    for (size_t row = 0; row < evaluation->classes; row++) {
        json_write_open(json, NULL, '[');
        for (size_t column = 0; column < evaluation->classes; column++) {
            json_write_integer(json, NULL,
                               evaluation->confusion[row * evaluation->classes + column]);
        }
        json_write_close(json, ']');
    }
    json_write_close(json, ']');
}
