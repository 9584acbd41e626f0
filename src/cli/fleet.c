/* fleet.c: weft compare --fleet: the verdicts of weft verify --json of many machines, grouped by
 * driver and hash, and the machines in the minority. */
#include "cli/fleet.h"

#include <stdlib.h>
#include <string.h>

#include "base/json_read.h"
#include "base/try.h"
#include "cli/json.h"
#include "cli/messages.h"
#include "os/files.h"
#include "report/screen.h"
#include "weft/model.h"

#define FILE_LIMIT (256u << 20) /* bytes */

/* The verdict of one device; texts belong to ${json} and are empty where it has none. */
struct verdict {
    json_t *json;
    const char *host, *device, *driver, *pci, *result, *hash, *options;
    uint64_t contract;
    const char *path;
    size_t line;
};

struct fleet {
    size_t count;
    struct verdict *verdicts;
};

static const char *text_of(const json_t *object, const char *key) {
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

/* Adds the verdict ${json}, and owns it then. */
static enum weft_status add(struct fleet *fleet, json_t *json, const char *path, size_t line,
                            struct weft_error *error) {
    const json_t *device = json_object_get(json, "device");
    struct verdict *to;
    to = realloc(fleet->verdicts, (fleet->count + 1) * sizeof *to);
    if (to == NULL) {
        return weft_fail(error, WEFT_FAILED, "no memory for %zu verdicts", fleet->count + 1);
    }
    fleet->verdicts = to;
    to += fleet->count++;
    *to = (struct verdict){.json = json_incref(json),
                           .host = text_of(json, "host"),
                           .device = text_of(device, "name"),
                           .driver = text_of(device, "driver"),
                           .pci = text_of(device, "pci"),
                           .result = text_of(json, "result"),
                           .hash = text_of(json, "hash"),
                           .options = text_of(json, "options"),
                           .path = path,
                           .line = line};
    json_read_integer(json_object_get(json, "contract"), 1000000, &to->contract);
    return WEFT_OK;
}

/* Reads a line: a verdict is kept, other events are not. */
static enum weft_status read_line(struct fleet *fleet, const char *text, size_t size,
                                  const char *path, size_t line, struct weft_error *error) {
    const char *event;
    json_t *json = NULL;
    enum weft_status status = json_read(text, size, &json, error);
    if (status != WEFT_OK) {
        return weft_error_context(error, "%s, line %zu", path, line);
    }
    event = json_string_value(json_object_get(json, "event"));
    if (event == NULL) {
        status = weft_fail(error, WEFT_BAD_FILE, "%s, line %zu: not an event of weft", path, line);
    } else if (strcmp(event, "verdict") == 0) {
        status = add(fleet, json, path, line, error);
    }
    json_decref(json);
    return status;
}

static enum weft_status read_file(struct fleet *fleet, const char *path, struct weft_error *error) {
    char *text = NULL;
    size_t size = 0, before = fleet->count;
    enum weft_status status;
    TRY_OR(done, os_file_read(path, FILE_LIMIT, &text, &size, error));
    for (size_t begin = 0, length, line = 1; begin < size; begin += length + 1, line++) {
        const char *end = memchr(text + begin, '\n', size - begin);
        length = end != NULL ? (size_t)(end - (text + begin)) : size - begin;
        size_t kept = length > 0 && text[begin + length - 1] == '\r' ? length - 1 : length;
        if (kept > 0) {
            TRY_OR(done, read_line(fleet, text + begin, kept, path, line, error));
        }
    }
    if (fleet->count == before) {
        status =
            weft_fail(error, WEFT_BAD_FILE, "%s: it has no verdict of weft verify --json", path);
    }
done:
    free(text);
    return status;
}

/* Verdicts with other options or contracts have other hashes. */
static bool comparable(const struct verdict *a, const struct verdict *b) {
    return a->contract == b->contract && strcmp(a->options, b->options) == 0;
}

/* Orders verdicts so that equal ones are neighbours. */
static int compare(const void *left, const void *right) {
    const struct verdict *a = left, *b = right;
    int order = strcmp(a->options, b->options);
    order = order != 0 ? order : (a->contract > b->contract) - (a->contract < b->contract);
    order = order != 0 ? order : strcmp(a->device, b->device);
    order = order != 0 ? order : strcmp(a->driver, b->driver);
    order = order != 0 ? order : strcmp(a->result, b->result);
    return order != 0 ? order : strcmp(a->hash, b->hash);
}

/* Returns the most frequent hash among the verdicts comparable with ${verdict}; of two equally
 * frequent ones the one whose result is equal. */
static const char *majority(const struct fleet *fleet, const struct verdict *verdict) {
    const char *best = "";
    size_t most = 0;
    for (size_t i = 0; i < fleet->count; i++) {
        const struct verdict *candidate = &fleet->verdicts[i];
        size_t weight = 0; /* twice the number of verdicts, plus 1 if one of them is equal */
        for (size_t j = 0; j < fleet->count; j++) {
            const struct verdict *other = &fleet->verdicts[j];
            if (comparable(other, verdict) && strcmp(other->hash, candidate->hash) == 0) {
                weight = (weight + 2) | (strcmp(other->result, "equal") == 0);
            }
        }
        if (comparable(candidate, verdict) && candidate->hash[0] != '\0' && weight > most) {
            best = candidate->hash;
            most = weight;
        }
    }
    return best;
}

static enum weft_status print_group(bool as_json, const struct verdict *verdict, size_t machines,
                                    struct weft_error *error) {
    struct json_writer json;
    if (!cli_event_begin(&json, as_json, "group")) {
        screen_print("%6zu  %-10s %-16.16s  %s, driver %s; %s", machines, verdict->result,
                     verdict->hash[0] != '\0' ? verdict->hash : "-", verdict->device,
                     verdict->driver, verdict->options);
        if (verdict->contract != WEFT_CONTRACT) {
            screen_print(", contract %u", (unsigned)verdict->contract);
        }
        screen_print("\n");
        return WEFT_OK;
    }
    json_write_integer(&json, "machines", machines);
    json_write_string(&json, "result", verdict->result);
    cli_json_text(&json, "hash", verdict->hash);
    json_write_string(&json, "device", verdict->device);
    json_write_string(&json, "driver", verdict->driver);
    json_write_integer(&json, "contract", verdict->contract);
    json_write_string(&json, "options", verdict->options);
    return cli_event_end(&json, error);
}

static enum weft_status print_machine(bool as_json, const struct verdict *verdict,
                                      struct weft_error *error) {
    struct json_writer json;
    if (!cli_event_begin(&json, as_json, "minority")) {
        screen_print("minority: %s %s%s%s: %s, hash %.16s (%s, line %zu)\n",
                     verdict->host[0] != '\0' ? verdict->host : "(no host)", verdict->device,
                     verdict->pci[0] != '\0' ? " at " : "", verdict->pci, verdict->result,
                     verdict->hash[0] != '\0' ? verdict->hash : "-", verdict->path, verdict->line);
        return WEFT_OK;
    }
    json_write_string(&json, "host", verdict->host);
    json_write_string(&json, "device", verdict->device);
    cli_json_text(&json, "pci", verdict->pci);
    json_write_string(&json, "result", verdict->result);
    cli_json_text(&json, "hash", verdict->hash);
    json_write_string(&json, "file", verdict->path);
    json_write_integer(&json, "line", verdict->line);
    return cli_event_end(&json, error);
}

/* Prints the groups, then the machines in the minority, and counts these. */
static enum weft_status print_all(bool as_json, const struct fleet *fleet, size_t *minority,
                                  struct weft_error *error) {
    const struct verdict *verdicts = fleet->verdicts;
    const char *hash = "";
    for (size_t i = 0, end; i < fleet->count; i = end) {
        end = i + 1;
        while (end < fleet->count && compare(&verdicts[i], &verdicts[end]) == 0) {
            end++;
        }
        TRY(print_group(as_json, &verdicts[i], end - i, error));
    }
    for (size_t i = 0; i < fleet->count; i++) {
        if (i == 0 || !comparable(&verdicts[i], &verdicts[i - 1])) {
            hash = majority(fleet, &verdicts[i]);
        }
        if (strcmp(verdicts[i].result, "equal") != 0 || strcmp(verdicts[i].hash, hash) != 0) {
            ++*minority;
            TRY(print_machine(as_json, &verdicts[i], error));
        }
    }
    return WEFT_OK;
}

static enum weft_status print_verdict(bool as_json, size_t count, size_t minority,
                                      size_t unreadable, struct weft_error *error) {
    struct json_writer json;
    if (!cli_event_begin(&json, as_json, "verdict")) {
        screen_print("%zu verdicts, %zu in the minority", count, minority);
        screen_print(unreadable > 0 ? "; files that could not be read to their end: %zu\n" : "\n",
                     unreadable);
        return WEFT_OK;
    }
    json_write_string(&json, "result",
                      minority > 0     ? "different"
                      : unreadable > 0 ? "no verdict"
                                       : "equal");
    json_write_integer(&json, "verdicts", count);
    json_write_integer(&json, "minority", minority);
    if (unreadable > 0) {
        json_write_integer(&json, "unreadable", unreadable);
    }
    return cli_event_end(&json, error);
}

/* Reads all files, those after an unreadable one too. Returns how many are unreadable, and stores
 * the first failure. */
static size_t read_all(const struct cli_options *options, struct fleet *fleet,
                       struct weft_error *first) {
    size_t unreadable = 0;
    for (size_t i = 0; i < options->operand_count; i++) {
        struct weft_error failure = {0};
        if (read_file(fleet, options->operands[i], &failure) == WEFT_OK) {
            continue;
        }
        if (unreadable++ == 0) {
            *first = failure;
        } else {
            cli_message_always("%s", failure.message);
        }
    }
    return unreadable;
}

enum weft_status cli_compare_fleet(const struct cli_options *options, struct weft_error *error) {
    struct fleet fleet = {0};
    struct weft_error first = {0};
    size_t minority = 0, unreadable = read_all(options, &fleet, &first);
    enum weft_status status = WEFT_OK;
    if (fleet.count > 0) {
        qsort(fleet.verdicts, fleet.count, sizeof *fleet.verdicts, compare);
        TRY_OR(done, print_all(options->json, &fleet, &minority, error));
        TRY_OR(done, print_verdict(options->json, fleet.count, minority, unreadable, error));
    }
    if (minority > 0) {
        if (unreadable > 0) {
            cli_message_always("%s", first.message);
        }
        status =
            weft_fail(error, WEFT_FAILED, "fleet: %zu of %zu verdicts differ from the majority",
                      minority, fleet.count);
    } else if (unreadable > 0) {
        *error = first;
        status = first.status;
    }
done:
    for (size_t i = 0; i < fleet.count; i++) {
        json_decref(fleet.verdicts[i].json);
    }
    free(fleet.verdicts);
    return status;
}
