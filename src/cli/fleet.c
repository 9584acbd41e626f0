/* fleet.c: weft compare --fleet: the verdicts of many machines, by driver and hash, and who is in
 * the minority. */
#include "cli/fleet.h"

#include <stdlib.h>
#include <string.h>

#include "base/json_write.h"
#include "cli/messages.h"
#include "cli/options.h"
#include "weft/compare.h"
#include "weft/model.h"

/* What a verdict has to agree with: runs of other options or contracts have other hashes. */
static bool comparable(const struct weft_fleet_verdict *a, const struct weft_fleet_verdict *b) {
    return a->contract == b->contract && strcmp(a->options, b->options) == 0;
}

static int compare_groups(const void *left, const void *right) {
    const struct weft_fleet_verdict *a = left, *b = right;
    int order = strcmp(a->options, b->options);
    order = order != 0 ? order : (int)a->contract - (int)b->contract;
    order = order != 0 ? order : strcmp(a->device, b->device);
    order = order != 0 ? order : strcmp(a->driver, b->driver);
    order = order != 0 ? order : strcmp(a->result, b->result);
    return order != 0 ? order : strcmp(a->hash, b->hash);
}

static bool same_group(const struct weft_fleet_verdict *a, const struct weft_fleet_verdict *b) {
    return compare_groups(a, b) == 0;
}

/* The hash that most of those comparable with ${verdict} have; of two equally frequent ones the one
 * whose result is equal. */
static const char *majority(const struct weft_fleet *fleet,
                            const struct weft_fleet_verdict *verdict) {
    const char *best = "";
    size_t most = 0;
    bool sound = false;
    for (size_t i = 0; i < fleet->count; i++) {
        const struct weft_fleet_verdict *candidate = &fleet->verdicts[i];
        size_t count = 0;
        bool equal = false;
        if (!comparable(candidate, verdict) || candidate->hash[0] == '\0') {
            continue;
        }
        for (size_t j = 0; j < fleet->count; j++) {
            const struct weft_fleet_verdict *other = &fleet->verdicts[j];
            bool same = comparable(other, verdict) && strcmp(other->hash, candidate->hash) == 0;
            count += same;
            equal = equal || (same && strcmp(other->result, "equal") == 0);
        }
        if (count > most || (count == most && equal && !sound)) {
            best = candidate->hash;
            most = count;
            sound = equal;
        }
    }
    return best;
}

static enum weft_status print_group(const struct cli_options *options,
                                    const struct weft_fleet_verdict *verdict, size_t machines,
                                    struct weft_error *error) {
    struct json_writer json = {0};
    if (!options->json) {
        printf("%6zu  %-10s %-16.16s  %s, driver %s; %s", machines, verdict->result,
               verdict->hash[0] != '\0' ? verdict->hash : "-", verdict->device, verdict->driver,
               verdict->options);
        if (verdict->contract != WEFT_CONTRACT) {
            printf(", contract %u", verdict->contract);
        }
        putchar('\n');
        return WEFT_OK;
    }
    json_write_open(&json, NULL, '{');
    json_write_string(&json, "event", "group");
    json_write_integer(&json, "machines", machines);
    json_write_string(&json, "result", verdict->result);
    json_write_string(&json, "hash", verdict->hash[0] != '\0' ? verdict->hash : NULL);
    json_write_string(&json, "device", verdict->device);
    json_write_string(&json, "driver", verdict->driver);
    json_write_integer(&json, "contract", verdict->contract);
    json_write_string(&json, "options", verdict->options);
    json_write_close(&json, '}');
    return json_write_print(&json, stdout, error);
}

static enum weft_status print_machine(const struct cli_options *options,
                                      const struct weft_fleet_verdict *verdict,
                                      struct weft_error *error) {
    struct json_writer json = {0};
    if (!options->json) {
        printf("minority: %s %s%s%s: %s, hash %.16s (%s, line %zu)\n",
               verdict->host[0] != '\0' ? verdict->host : "(no host)", verdict->device,
               verdict->place[0] != '\0' ? " at " : "", verdict->place, verdict->result,
               verdict->hash[0] != '\0' ? verdict->hash : "-", verdict->source, verdict->line);
        return WEFT_OK;
    }
    json_write_open(&json, NULL, '{');
    json_write_string(&json, "event", "minority");
    json_write_string(&json, "host", verdict->host);
    json_write_string(&json, "device", verdict->device);
    json_write_string(&json, "pci", verdict->place[0] != '\0' ? verdict->place : NULL);
    json_write_string(&json, "result", verdict->result);
    json_write_string(&json, "hash", verdict->hash[0] != '\0' ? verdict->hash : NULL);
    json_write_string(&json, "file", verdict->source);
    json_write_integer(&json, "line", verdict->line);
    json_write_close(&json, '}');
    return json_write_print(&json, stdout, error);
}

static enum weft_status print_all(const struct cli_options *options, const struct weft_fleet *fleet,
                                  size_t *minority, struct weft_error *error) {
    enum weft_status status = WEFT_OK;
    const char *hash = "";
    for (size_t i = 0, end; i < fleet->count && status == WEFT_OK; i = end) {
        for (end = i + 1;
             end < fleet->count && same_group(&fleet->verdicts[i], &fleet->verdicts[end]);) {
            end++;
        }
        status = print_group(options, &fleet->verdicts[i], end - i, error);
    }
    for (size_t i = 0; i < fleet->count && status == WEFT_OK; i++) {
        const struct weft_fleet_verdict *verdict = &fleet->verdicts[i];
        if (i == 0 || !comparable(verdict, verdict - 1)) {
            hash = majority(fleet, verdict);
        }
        if (strcmp(verdict->result, "equal") != 0 || strcmp(verdict->hash, hash) != 0) {
            ++*minority;
            status = print_machine(options, verdict, error);
        }
    }
    return status;
}

static enum weft_status print_verdict(const struct cli_options *options,
                                      const struct weft_fleet *fleet, size_t minority,
                                      size_t unreadable, struct weft_error *error) {
    struct json_writer json = {0};
    if (!options->json) {
        printf("%zu verdicts, %zu in the minority", fleet->count, minority);
        printf(unreadable > 0 ? "; files that could not be read to their end: %zu\n" : "\n",
               unreadable);
        return WEFT_OK;
    }
    json_write_open(&json, NULL, '{');
    json_write_string(&json, "event", "verdict");
    json_write_string(&json, "result",
                      minority > 0     ? "different"
                      : unreadable > 0 ? "no verdict"
                                       : "equal");
    json_write_integer(&json, "verdicts", fleet->count);
    json_write_integer(&json, "minority", minority);
    if (unreadable > 0) {
        json_write_integer(&json, "unreadable", unreadable);
    }
    json_write_close(&json, '}');
    return json_write_print(&json, stdout, error);
}

/* Reads all files; one of a machine that failed while it wrote does not hide the others. Stores how
 * many those are, and the first failure. */
static size_t read_all(const struct cli_options *options, struct weft_fleet *fleet,
                       struct weft_error *first) {
    size_t unreadable = 0;
    for (size_t i = 0; i < options->operand_count; i++) {
        struct weft_error failure = {0};
        if (weft_fleet_read(options->operands[i], fleet, &failure) == WEFT_OK) {
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
    struct weft_fleet fleet = {0};
    struct weft_error first = {0};
    enum weft_status status = WEFT_OK;
    size_t minority = 0, unreadable = read_all(options, &fleet, &first);
    if (fleet.count > 0) {
        qsort(fleet.verdicts, fleet.count, sizeof *fleet.verdicts, compare_groups);
        status = print_all(options, &fleet, &minority, error);
        if (status == WEFT_OK) {
            status = print_verdict(options, &fleet, minority, unreadable, error);
        }
    }
    if (status == WEFT_OK && minority > 0) {
        if (unreadable > 0) {
            cli_message_always("%s", first.message);
        }
        status = weft_fail(error, WEFT_FAILED, "fleet: %zu of %zu verdicts are not as the others",
                           minority, fleet.count);
    } else if (status == WEFT_OK && unreadable > 0) {
        *error = first;
        status = first.status;
    }
    weft_fleet_finish(&fleet);
    return status;
}
