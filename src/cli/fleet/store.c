/* store.c: verdicts in memory. Each text is kept once, so that verdicts are compared by numbers. */
#include "cli/fleet/fleet.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/try.h"

#define VERDICTS_MAX 2000000 /* bounds the memory */

const char *fleet_text(const struct fleet *fleet, const struct fleet_verdict *verdict,
                       enum fleet_text which) {
    return fleet->texts[verdict->texts[which]];
}

bool fleet_grow(void **array, size_t count, size_t *capacity, size_t size) {
    size_t more = *capacity > 0 ? 2 * *capacity : 64;
    void *grown = count < *capacity ? *array : realloc(*array, more * size);
    if (grown == NULL) {
        return false;
    }
    *capacity = count < *capacity ? *capacity : more;
    *array = grown;
    return true;
}

enum weft_status fleet_intern(struct fleet *fleet, const char *text, unsigned *number,
                              struct weft_error *error) {
    const json_t *known = json_object_get(fleet->numbers, text);
    if (known != NULL) {
        *number = (unsigned)json_integer_value(known);
        return WEFT_OK;
    }
    *number = (unsigned)fleet->text_count;
    if (!fleet_grow((void **)&fleet->texts, fleet->text_count, &fleet->text_capacity,
                    sizeof *fleet->texts) ||
        json_object_set_new_nocheck(fleet->numbers, text, json_integer(*number)) != 0) {
        return error_set(error, WEFT_NO_MEMORY, "no memory for %zu verdicts", fleet->count + 1);
    }
    /* The object keeps its keys where they are. */
    fleet->texts[fleet->text_count++] =
        json_object_iter_key(json_object_iter_at(fleet->numbers, text));
    return WEFT_OK;
}

/* Finds the first verdict of the same device. Without a host, each is of its own,
 * and does not count (read.c). */
static enum weft_status find_machine(struct fleet *fleet, struct fleet_verdict *verdict,
                                     struct weft_error *error) {
    static const enum fleet_text parts[] = {FLEET_HOST,  FLEET_DEVICE, FLEET_PCI,
                                            FLEET_PLACE, FLEET_DRIVER, FLEET_OPTIONS};
    char key[160] = "";
    size_t length = 0;
    const json_t *known;
    verdict->machine = (unsigned)fleet->count;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        length +=
            (size_t)snprintf(key + length, sizeof key - length, "%u ", verdict->texts[parts[i]]);
    }
    snprintf(key + length, sizeof key - length, "%llu", (unsigned long long)verdict->contract);
    known = json_object_get(fleet->machines, key);
    if (verdict->texts[FLEET_HOST] == 0) {
        return WEFT_OK;
    }
    if (known != NULL) {
        verdict->machine = (unsigned)json_integer_value(known);
    } else if (json_object_set_new_nocheck(fleet->machines, key, json_integer(verdict->machine)) !=
               0) {
        return error_set(error, WEFT_NO_MEMORY, "no memory for %zu verdicts", fleet->count + 1);
    }
    return WEFT_OK;
}

enum weft_status fleet_add(struct fleet *fleet, struct fleet_verdict *verdict, const char *why,
                           struct weft_error *error) {
    if (fleet->count == VERDICTS_MAX) {
        return error_set(error, WEFT_BAD_FILE, "%s: more than %d verdicts", verdict->path,
                         VERDICTS_MAX);
    }
    TRY(fleet_intern(fleet, why, &verdict->texts[FLEET_WHY], error));
    TRY(find_machine(fleet, verdict, error));
    if (!fleet_grow((void **)&fleet->verdicts, fleet->count, &fleet->capacity,
                    sizeof *fleet->verdicts)) {
        return error_set(error, WEFT_NO_MEMORY, "no memory for %zu verdicts", fleet->count + 1);
    }
    fleet->verdicts[fleet->count++] = *verdict;
    return WEFT_OK;
}

enum weft_status fleet_init(struct fleet *fleet, struct weft_error *error) {
    unsigned empty;
    *fleet = (struct fleet){.numbers = json_object(), .machines = json_object()};
    if (fleet->numbers == NULL || fleet->machines == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "no memory for a fleet");
    }
    return fleet_intern(fleet, "", &empty, error);
}

void fleet_finish(struct fleet *fleet) {
    json_decref(fleet->numbers);
    json_decref(fleet->machines);
    free(fleet->texts);
    free(fleet->verdicts);
}
