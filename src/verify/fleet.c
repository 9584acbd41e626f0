/* fleet.c: reads the verdicts of weft verify --json, as many machines wrote them. */
#include "weft/compare.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_read.h"
#include "base/text.h"
#include "os/files.h"

#define FILE_LIMIT (256u << 20) /* bytes */

static void copy(char *to, size_t size, const json_t *object, const char *key) {
    const char *text = json_string_value(json_object_get(object, key));
    snprintf(to, size, "%s", text != NULL ? text : "");
}

static void read_verdict(const json_t *json, struct weft_fleet_verdict *verdict) {
    const json_t *device = json_object_get(json, "device");
    uint64_t contract = 0;
    copy(verdict->host, sizeof verdict->host, json, "host");
    copy(verdict->device, sizeof verdict->device, device, "name");
    copy(verdict->driver, sizeof verdict->driver, device, "driver");
    copy(verdict->place, sizeof verdict->place, device, "pci");
    copy(verdict->result, sizeof verdict->result, json, "result");
    copy(verdict->hash, sizeof verdict->hash, json, "hash");
    copy(verdict->options, sizeof verdict->options, json, "options");
    json_read_integer(json_object_get(json, "contract"), 1000000, &contract);
    verdict->contract = (unsigned)contract;
}

static enum weft_status add(struct weft_fleet *fleet, const struct weft_fleet_verdict *verdict,
                            struct weft_error *error) {
    if ((fleet->count & (fleet->count - 1)) == 0) { /* 0 or a power of two: full */
        size_t wanted = fleet->count == 0 ? 1 : 2 * fleet->count;
        struct weft_fleet_verdict *grown = realloc(fleet->verdicts, wanted * sizeof *grown);
        if (grown == NULL) {
            return weft_fail(error, WEFT_FAILED, "no memory for %zu verdicts", wanted);
        }
        fleet->verdicts = grown;
    }
    fleet->verdicts[fleet->count++] = *verdict;
    return WEFT_OK;
}

/* One line: a verdict is kept, other events are not. */
static enum weft_status read_line(struct weft_fleet *fleet, const char *line, size_t size,
                                  const char *path, size_t number, struct weft_error *error) {
    struct weft_fleet_verdict verdict = {.line = number};
    const char *event;
    json_t *json = NULL;
    enum weft_status status = json_read(line, size, &json, error);
    if (status != WEFT_OK) {
        return weft_error_context(error, "%s, line %zu", path, number);
    }
    event = json_string_value(json_object_get(json, "event"));
    if (event == NULL) {
        status =
            weft_fail(error, WEFT_BAD_FILE, "%s, line %zu: not an event of weft", path, number);
    } else if (strcmp(event, "verdict") == 0) {
        read_verdict(json, &verdict);
        snprintf(verdict.source, sizeof verdict.source, "%s", path);
        status = add(fleet, &verdict, error);
    }
    json_decref(json);
    return status;
}

enum weft_status weft_fleet_read(const char *path, struct weft_fleet *fleet,
                                 struct weft_error *error) {
    char *text = NULL;
    size_t size = 0, number = 1, before = fleet->count;
    enum weft_status status = os_file_read(path, FILE_LIMIT, &text, &size, error);
    for (size_t begin = 0; status == WEFT_OK && begin < size; number++) {
        const char *end = memchr(text + begin, '\n', size - begin);
        size_t length = end != NULL ? (size_t)(end - (text + begin)) : size - begin;
        size_t kept = length > 0 && text[begin + length - 1] == '\r' ? length - 1 : length;
        if (kept > 0) {
            status = read_line(fleet, text + begin, kept, path, number, error);
        }
        begin += length + 1;
    }
    if (status == WEFT_OK && fleet->count == before) {
        status =
            weft_fail(error, WEFT_BAD_FILE, "%s: it holds no verdict of weft verify --json", path);
    }
    free(text);
    return status;
}

void weft_fleet_finish(struct weft_fleet *fleet) {
    free(fleet->verdicts);
    *fleet = (struct weft_fleet){0};
}
