/* json.c: events, and the members that several of them have. */
#include "cli/json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report/confusion.h"
#include "report/screen.h"

static bool lost; /* an event was not printed, because there was no memory */

bool cli_event_begin(struct json_writer *json, bool as_json, const char *name) {
    *json = (struct json_writer){0};
    if (as_json) {
        json_write_open(json, NULL, '{');
        json_write_string(json, "event", name);
    }
    return as_json;
}

enum weft_status cli_event_end(struct json_writer *json, struct weft_error *error) {
    char *text;
    enum weft_status status;
    json_write_close(json, '}');
    status = json_write_take(json, &text, error);
    if (status != WEFT_OK) {
        lost = true;
        return status;
    }
    screen_print_json(text);
    free(text);
    return screen_flush() != EINTR
               ? WEFT_OK
               : error_set(error, WEFT_INTERRUPTED, "standard output: interrupted");
}

bool cli_event_lost(void) {
    return lost;
}

void cli_json_text(struct json_writer *json, const char *key, const char *text) {
    json_write_string(json, key, text != NULL && *text != '\0' ? text : NULL);
}

void cli_json_count(struct json_writer *json, const char *key, uint64_t count) {
    if (count > 0) {
        json_write_integer(json, key, count);
    } else {
        json_write_null(json, key);
    }
}

void cli_json_words(struct json_writer *json, const char *key, const char *text) {
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

void cli_json_device(struct json_writer *json, const char *key, const struct weft_device *device) {
    if (key != NULL) {
        json_write_open(json, key, '{');
    }
    if (device->builtin) {
        json_write_null(json, "index");
        json_write_null(json, "platform_index");
        json_write_null(json, "device_index");
    } else {
        json_write_integer(json, "index", device->index);
        json_write_integer(json, "platform_index", device->platform);
        json_write_integer(json, "device_index", device->in_platform);
    }
    cli_json_text(json, "platform", device->platform_name);
    json_write_string(json, "name", device->builtin ? "cpu" : device->name);
    json_write_string(json, "type", device->builtin ? "builtin" : device->type);
    cli_json_text(json, "driver", device->driver);
    cli_json_text(json, "opencl", device->opencl);
    cli_json_text(json, "opencl_c", device->opencl_c);
    json_write_integer(json, "compute_units", device->compute_units);
    json_write_integer(json, "global_memory", device->global_memory);
    json_write_integer(json, "local_memory", device->local_memory);
    json_write_integer(json, "max_buffer", device->max_buffer);
    cli_json_words(json, "fp_config", device->fp_config);
    cli_json_text(json, "pci", device->pci);
    cli_json_text(json, "uuid", device->uuid);
    json_write_integer(json, "clock_mhz", device->clock);
    json_write_bool(json, "unified_memory", device->unified_memory);
    json_write_bool(json, "layered", device->layered);
    json_write_bool(json, "emulated_fma", device->emulated_fma);
    json_write_bool(json, "default", device->is_default);
    json_write_bool(json, "usable", device->usable);
    cli_json_count(json, "order", device->order);
    if (device->same_as == WEFT_NO_INDEX) {
        json_write_null(json, "same_as");
    } else {
        json_write_integer(json, "same_as", device->same_as);
    }
    json_write_string(json, "reason", device->reason);
    cli_json_text(json, "hint", device->hint);
    if (key != NULL) {
        json_write_close(json, '}');
    }
}

void cli_json_classes(struct json_writer *json, const char *const *names, size_t classes) {
    json_write_open(json, "classes", '[');
    for (size_t i = 0; i < classes; i++) {
        json_write_string(json, NULL, names[i]);
    }
    json_write_close(json, ']');
}

void cli_json_results(struct json_writer *json, const struct report_evaluation *evaluation,
                      const char *const *names) {
    json_write_integer(json, "correct", evaluation->correct);
    json_write_double(json, "accuracy", evaluation->accuracy);
    json_write_double(json, "loss", evaluation->loss);
    cli_json_classes(json, names, evaluation->classes);
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
