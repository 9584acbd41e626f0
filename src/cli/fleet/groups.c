/* groups.c: groups of verdicts, and which verdicts differ from the others. */
#include "cli/fleet/fleet.h"

#include <stdlib.h>
#include <string.h>

#include "base/try.h"

/* What makes a group, the first one first. */
static const enum fleet_text order[] = {FLEET_OPTIONS, FLEET_DEVICE, FLEET_DRIVER,
                                        FLEET_RESULT,  FLEET_HASH,   FLEET_WHY};

static int compare_groups(const struct fleet_verdict *a, const struct fleet_verdict *b) {
    int result = (a->is_event < b->is_event) - (a->is_event > b->is_event);
    result = result != 0 ? result : (a->contract > b->contract) - (a->contract < b->contract);
    for (size_t i = 0; result == 0 && i < sizeof order / sizeof order[0]; i++) {
        unsigned x = a->texts[order[i]], y = b->texts[order[i]];
        result = (x > y) - (x < y);
    }
    return result;
}

bool fleet_same_group(const struct fleet_verdict *a, const struct fleet_verdict *b) {
    return compare_groups(a, b) == 0;
}

/* Groups; then the order of the files. */
static int compare(const void *left, const void *right) {
    const struct fleet_verdict *a = left, *b = right;
    int result = compare_groups(a, b);
    result = result != 0 ? result : (a->machine > b->machine) - (a->machine < b->machine);
    return result != 0 ? result : (a->line > b->line) - (a->line < b->line);
}

static int compare_hashes(const void *left, const void *right) {
    const struct fleet_verdict *a = left, *b = right;
    unsigned x = a->texts[FLEET_OPTIONS], y = b->texts[FLEET_OPTIONS];
    int result = (x > y) - (x < y);
    x = a->texts[FLEET_HASH];
    y = b->texts[FLEET_HASH];
    result = result != 0 ? result : (x > y) - (x < y);
    return result != 0 ? result : (a->machine > b->machine) - (a->machine < b->machine);
}

static bool counts(const struct fleet_verdict *verdict) {
    return verdict->equal || verdict->differs;
}

/* Verdicts on one device that are not the same: none of them counts. The verdicts are still in the
 * order of the files, so that verdict.machine is an index. */
static enum weft_status find_contradictions(struct fleet *fleet, struct weft_error *error) {
    bool *wrong = calloc(fleet->count + 1, sizeof *wrong);
    size_t *first = calloc(fleet->count + 1, sizeof *first); /* 1 + the first that counts; or 0 */
    unsigned why = 0;
    enum weft_status status = WEFT_OK;
    if (wrong == NULL || first == NULL) {
        status = error_set(error, WEFT_NO_MEMORY, "no memory for %zu verdicts", fleet->count);
        goto done;
    }
    TRY_OR(done, fleet_intern(fleet, "another verdict on this device contradicts it", &why, error));
    for (size_t i = 0; i < fleet->count; i++) {
        const struct fleet_verdict *verdict = &fleet->verdicts[i];
        size_t *known = &first[verdict->machine];
        if (counts(verdict) && *known == 0) {
            *known = i + 1;
        } else if (counts(verdict)) {
            const struct fleet_verdict *other = &fleet->verdicts[*known - 1];
            wrong[verdict->machine] = wrong[verdict->machine] ||
                                      verdict->texts[FLEET_HASH] != other->texts[FLEET_HASH] ||
                                      verdict->texts[FLEET_RESULT] != other->texts[FLEET_RESULT];
        }
    }
    for (size_t i = 0; i < fleet->count; i++) {
        struct fleet_verdict *verdict = &fleet->verdicts[i];
        if (counts(verdict) && wrong[verdict->machine]) {
            verdict->texts[FLEET_WHY] = why;
            verdict->equal = false;
            verdict->differs = true;
        }
    }
done:
    free(wrong);
    free(first);
    return status;
}

/* Verdicts on the CPU backend do not count beside others. */
static enum weft_status find_builtin(struct fleet *fleet, struct weft_error *error) {
    unsigned why = 0;
    bool others = false;
    for (size_t i = 0; i < fleet->count; i++) {
        others = others || !fleet->verdicts[i].builtin;
    }
    TRY(fleet_intern(fleet, FLEET_NO_DEVICE, &why, error));
    for (size_t i = 0; others && i < fleet->count; i++) {
        struct fleet_verdict *verdict = &fleet->verdicts[i];
        if (verdict->builtin && counts(verdict)) {
            verdict->texts[FLEET_WHY] = why;
            verdict->equal = verdict->differs = false;
        }
    }
    return WEFT_OK;
}

/* Finds the most frequent hash of equal verdicts with each options, one vote a device; of two
 * equally frequent ones the first in the files. The others differ. */
static enum weft_status find_minority(struct fleet *fleet, struct weft_error *error) {
    const struct fleet_verdict *list = fleet->verdicts;
    unsigned why = 0, last = 0; /* last: the machine of the last vote */
    unsigned *best = calloc(fleet->text_count + 1, sizeof *best);
    size_t *most = calloc(fleet->text_count + 1, sizeof *most);
    enum weft_status status = WEFT_OK;
    if (best == NULL || most == NULL) {
        status = error_set(error, WEFT_NO_MEMORY, "no memory for %zu verdicts", fleet->count);
        goto done;
    }
    TRY_OR(done, fleet_intern(fleet, "its hash is not that of the majority", &why, error));
    qsort(fleet->verdicts, fleet->count, sizeof *fleet->verdicts, compare_hashes);
    for (size_t i = 0, votes = 0; i < fleet->count; i++) {
        const unsigned *texts = list[i].texts, *before = list[i > 0 ? i - 1 : 0].texts;
        bool same = i > 0 && texts[FLEET_OPTIONS] == before[FLEET_OPTIONS] &&
                    texts[FLEET_HASH] == before[FLEET_HASH];
        bool vote = list[i].equal && !(same && votes > 0 && list[i].machine == last);
        votes = (same ? votes : 0) + vote;
        last = vote ? list[i].machine : last;
        if (votes > most[texts[FLEET_OPTIONS]]) {
            most[texts[FLEET_OPTIONS]] = votes;
            best[texts[FLEET_OPTIONS]] = texts[FLEET_HASH];
        }
    }
    for (size_t i = 0; i < fleet->count; i++) {
        struct fleet_verdict *verdict = &fleet->verdicts[i];
        if (verdict->equal && verdict->texts[FLEET_HASH] != best[verdict->texts[FLEET_OPTIONS]]) {
            verdict->texts[FLEET_WHY] = why;
            verdict->equal = false;
            verdict->differs = true;
        }
    }
done:
    free(best);
    free(most);
    return status;
}

enum weft_status fleet_judge(struct fleet *fleet, struct weft_error *error) {
    TRY(find_builtin(fleet, error));
    TRY(find_contradictions(fleet, error));
    TRY(find_minority(fleet, error));
    qsort(fleet->verdicts, fleet->count, sizeof *fleet->verdicts, compare);
    return WEFT_OK;
}
