/* fleet.c: prints groups of verdicts by driver and hash, the machines that differ, and those
 * without a verdict. */
#include "cli/fleet/fleet.h"

#include "base/try.h"
#include "cli/json.h"
#include "cli/messages.h"
#include "data/model.h"
#include "report/screen.h"

/* How many verdicts there are, and how many of them are not equal. */
struct counts {
    size_t verdicts, minority;
    size_t all;        /* verifications: the verdicts, and those without a verdict event */
    size_t without;    /* without a verdict: no device, nothing compared */
    size_t unreadable; /* files */
};

static const char *or_else(const char *text, const char *other) {
    return text[0] != '\0' ? text : other;
}

/* Counts the machines of the group that begins with ${verdicts}. */
static size_t count_machines(const struct fleet_verdict *verdicts, size_t count) {
    size_t machines = 1;
    for (size_t i = 1; i < count; i++) {
        machines += verdicts[i].machine != verdicts[i - 1].machine;
    }
    return machines;
}

static enum weft_status print_group(bool as_json, const struct fleet *fleet,
                                    const struct fleet_verdict *verdict, size_t machines,
                                    struct weft_error *error) {
#define TEXT(which) fleet_text(fleet, verdict, FLEET_##which)
    struct json_writer json;
    if (!cli_event_begin(&json, as_json, "group")) {
        screen_print("%6zu  %-10s %-16.16s  %s, driver %s; %s", machines, TEXT(RESULT),
                     or_else(TEXT(HASH), "-"), TEXT(DEVICE), TEXT(DRIVER), TEXT(OPTIONS));
        if (verdict->contract != WEFT_CONTRACT) {
            screen_print(", contract %llu", (unsigned long long)verdict->contract);
        }
        screen_print(TEXT(WHY)[0] != '\0' ? ": %s\n" : "%s\n", TEXT(WHY));
        return WEFT_OK;
    }
    json_write_integer(&json, "machines", machines);
    json_write_string(&json, "result", TEXT(RESULT));
    cli_json_text(&json, "hash", TEXT(HASH));
    json_write_string(&json, "device", TEXT(DEVICE));
    json_write_string(&json, "driver", TEXT(DRIVER));
    json_write_integer(&json, "contract", verdict->contract);
    json_write_string(&json, "options", TEXT(OPTIONS));
    json_write_bool(&json, "equal", verdict->equal);
    json_write_string(&json, "reason", TEXT(WHY));
    return cli_event_end(&json, error);
}

static enum weft_status print_machine(bool as_json, const struct fleet *fleet,
                                      const struct fleet_verdict *verdict,
                                      struct weft_error *error) {
    const char *event = verdict->differs ? "minority" : "no_verdict";
    struct json_writer json;
    if (!cli_event_begin(&json, as_json, event)) {
        screen_print("%s: %s %s%s%s: %s, hash %.16s (%s, line %zu)",
                     verdict->differs ? "minority" : "no verdict", or_else(TEXT(HOST), "(no host)"),
                     or_else(TEXT(DEVICE), "(no device)"), TEXT(PCI)[0] != '\0' ? " at " : "",
                     TEXT(PCI), or_else(TEXT(RESULT), "no result"), or_else(TEXT(HASH), "-"),
                     verdict->path, verdict->line);
        screen_print(TEXT(WHY)[0] != '\0' ? ": %s\n" : "%s\n", TEXT(WHY));
        return WEFT_OK;
    }
    json_write_string(&json, "host", TEXT(HOST));
    json_write_string(&json, "device", TEXT(DEVICE));
    cli_json_text(&json, "pci", TEXT(PCI));
    json_write_string(&json, "result", TEXT(RESULT));
    cli_json_text(&json, "hash", TEXT(HASH));
    json_write_string(&json, "reason", TEXT(WHY));
    json_write_string(&json, "file", verdict->path);
    json_write_integer(&json, "line", verdict->line);
    return cli_event_end(&json, error);
#undef TEXT
}

/* Prints the groups, then the machines that are not equal, and counts these. */
static enum weft_status print_all(bool as_json, const struct fleet *fleet, struct counts *counts,
                                  struct weft_error *error) {
    const struct fleet_verdict *verdicts = fleet->verdicts;
    counts->all = fleet->count;
    for (size_t i = 0, end; i < fleet->count; i = end) {
        end = i + 1;
        while (end < fleet->count && fleet_same_group(&verdicts[i], &verdicts[end])) {
            end++;
        }
        if (verdicts[i].is_event) {
            counts->verdicts += end - i;
            TRY(print_group(as_json, fleet, &verdicts[i], count_machines(&verdicts[i], end - i),
                            error));
        }
    }
    for (size_t i = 0; i < fleet->count; i++) {
        counts->minority += verdicts[i].differs;
        counts->without += !verdicts[i].equal && !verdicts[i].differs;
        if (!verdicts[i].equal) {
            TRY(print_machine(as_json, fleet, &verdicts[i], error));
        }
    }
    return WEFT_OK;
}

static enum weft_status print_verdict(bool as_json, const struct counts *counts,
                                      struct weft_error *error) {
    struct json_writer json;
    if (!cli_event_begin(&json, as_json, "verdict")) {
        screen_print("%zu verdicts, %zu in the minority", counts->verdicts, counts->minority);
        if (counts->without > 0) {
            screen_print("; without a verdict: %zu", counts->without);
        }
        if (counts->unreadable > 0) {
            screen_print("; files that could not be read to their end: %zu", counts->unreadable);
        }
        screen_print("\n");
        return WEFT_OK;
    }
    json_write_string(&json, "result",
                      counts->minority > 0                            ? "different"
                      : counts->unreadable > 0 || counts->without > 0 ? "no verdict"
                                                                      : "equal");
    json_write_integer(&json, "verdicts", counts->verdicts);
    json_write_integer(&json, "minority", counts->minority);
    if (counts->without > 0) {
        json_write_integer(&json, "without_verdict", counts->without);
    }
    if (counts->unreadable > 0) {
        json_write_integer(&json, "unreadable", counts->unreadable);
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
        if (fleet_read(fleet, options->operands[i], &failure) == WEFT_OK) {
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

/* Returns the status for ${counts}. ${first}: why a file is unreadable. */
static enum weft_status conclude(const struct counts *counts, const struct weft_error *first,
                                 struct weft_error *error) {
    if (counts->minority > 0) {
        if (counts->unreadable > 0) {
            cli_message_always("%s", first->message);
        }
        return error_set(error, WEFT_FAILED, "fleet: %zu of %zu verdicts differ from the majority",
                         counts->minority, counts->verdicts);
    }
    if (counts->unreadable > 0) {
        *error = *first;
        return first->status;
    }
    return counts->without == 0
               ? WEFT_OK
               : error_set(error, WEFT_NO_VERDICT, "fleet: without a verdict: %zu of %zu",
                           counts->without, counts->all);
}

enum weft_status cli_compare_fleet(const struct cli_options *options, struct weft_error *error) {
    struct fleet fleet;
    struct weft_error first = {0};
    struct counts counts = {0};
    enum weft_status status;
    TRY_OR(done, fleet_init(&fleet, error));
    counts.unreadable = read_all(options, &fleet, &first);
    if (fleet.count > 0) {
        TRY_OR(done, fleet_judge(&fleet, error));
        TRY_OR(done, print_all(options->json, &fleet, &counts, error));
        TRY_OR(done, print_verdict(options->json, &counts, error));
    }
    status = conclude(&counts, &first, error);
done:
    fleet_finish(&fleet);
    return status;
}
