/* model_names.c: finds the tensors of a network in a file, whatever prefix their names have. */
#include "data/model_names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/try.h"
#include "data/model_file.h"

#define CANDIDATES 16 /* maximum number of prefixes that are tried */

static int compare_names(const void *a, const void *b) {
    const struct safetensors_entry *const *left = a, *const *right = b;
    return strcmp((*left)->name, (*right)->name);
}

static int compare_key(const void *key, const void *element) {
    const struct safetensors_entry *const *entry = element;
    return strcmp(key, (*entry)->name);
}

const struct safetensors_entry *model_names_get(const struct model_names *names, const char *name) {
    char key[sizeof names->prefix + WEFT_NAME_MAX + 64];
    const struct safetensors_entry **found = NULL;
    int length = snprintf(key, sizeof key, "%s%s", names->prefix, name);
    if (length >= 0 && (size_t)length < sizeof key && names->file->count > 0) {
        found = bsearch(key, names->sorted, names->file->count, sizeof *found, compare_key);
    }
    return found != NULL ? *found : NULL;
}

/* ---- the prefix ---- */

/* Returns how many tensors of the network the file has with the present prefix. */
static size_t count_found(const struct model_names *names) {
    size_t count = 0;
    for (size_t i = 0; i < names->network->tensor_count; i++) {
        count += model_names_get(names, names->network->tensors[i].name) != NULL;
    }
    return count;
}

/* Stores the prefix with which ${entry} is called ${name}. Returns false if there is none. */
static bool prefix_of(const struct safetensors_entry *entry, const char *name, char prefix[256]) {
    size_t length = strlen(entry->name), end = strlen(name);
    size_t before = length >= end ? length - end : 0;
    if (length < end || before >= 256 || strcmp(entry->name + before, name) != 0 ||
        (before > 0 && entry->name[before - 1] != '.')) {
        return false;
    }
    memcpy(prefix, entry->name, before);
    prefix[before] = '\0';
    return true;
}

/* Tries the prefixes of all tensors that could be tensor ${index} of the network, and keeps the
 * best. Returns the number of prefixes. */
static size_t try_prefixes(struct model_names *names, size_t index, char best[256]) {
    const char *name = names->network->tensors[index].name;
    size_t tried = 0, most = 0;
    for (size_t i = 0; i < names->file->count && tried < CANDIDATES; i++) {
        if (prefix_of(names->sorted[i], name, names->prefix)) {
            size_t found = count_found(names);
            tried++;
            if (found > most) {
                most = found;
                memcpy(best, names->prefix, sizeof names->prefix);
            }
        }
    }
    return tried;
}

/* The first tensor that occurs under any prefix decides. */
static void choose_prefix(struct model_names *names) {
    char best[sizeof names->prefix] = "";
    size_t tensors = names->network->tensor_count;
    /* A file with far more tensors cannot be right; the search would take long. */
    size_t most = 4 * (tensors + names->network->layer_count) + 64;
    if (count_found(names) < tensors && names->file->count <= most) {
        for (size_t i = 0; i < tensors && try_prefixes(names, i, best) == 0; i++) {
        }
    }
    memcpy(names->prefix, best, sizeof best);
}

/* ---- what is missing, and what is too much ---- */

static const char save_hint[] = "to save only the model in PyTorch: safetensors.torch.save_file("
                                "model.state_dict(), \"model.safetensors\")";

/* Returns whether ${name} ends in ${end}, as a component of its own. */
static bool ends_in(const char *name, const char *end) {
    size_t length = strlen(name), part = strlen(end);
    return length >= part && strcmp(name + length - part, end) == 0 &&
           (length == part || name[length - part - 1] == '.');
}

/* Returns what a tensor that is not in the network may be, or an empty text. */
static const char *guess(const char *name) {
    static const char *const optimisers[] = {"exp_avg",         "exp_avg_sq", "max_exp_avg_sq",
                                             "momentum_buffer", "square_avg", "step"};
    for (size_t i = 0; i < sizeof optimisers / sizeof optimisers[0]; i++) {
        if (ends_in(name, optimisers[i])) {
            return ": it looks like the state of an optimiser";
        }
    }
    return strstr(name, "optim") != NULL ? ": it looks like the state of an optimiser" : "";
}

/* Sets ${used} for each tensor of the file that belongs to the network, and one element more. */
static void mark_used(const struct model_names *names, bool *used) {
    const struct safetensors_entry *first = names->file->entries;
    for (size_t i = 0; i < names->network->tensor_count; i++) {
        const struct safetensors_entry *entry = names->tensors[i];
        used[entry != NULL ? (size_t)(entry - first) : names->file->count] = true;
    }
    for (size_t i = 0; i < names->network->layer_count; i++) {
        const struct safetensors_entry *entry = names->counters[i];
        used[entry != NULL ? (size_t)(entry - first) : names->file->count] = true;
    }
}

/* Returns whether the file has the network with another prefix, which ${extra} has, too. */
static bool is_twice(const struct model_names *names, const struct safetensors_entry *extra,
                     char prefix[256]) {
    for (size_t i = 0; i < names->network->tensor_count; i++) {
        if (names->tensors[i] != NULL &&
            prefix_of(extra, names->network->tensors[i].name, prefix)) {
            return true;
        }
    }
    return false;
}

/* Reports ${count} tensors that are not in the network; ${extra} is the one to name. */
static enum weft_status refuse_extra(const struct model_names *names,
                                     const struct safetensors_entry *extra, size_t count,
                                     struct weft_error *error) {
    char prefix[256];
    const char *what = guess(extra->name);
    if (is_twice(names, extra, prefix)) {
        weft_fail(error, WEFT_BAD_FILE,
                  "tensor %.200s: the file has the network twice, with the prefixes \"%s\" and "
                  "\"%s\"",
                  extra->name, names->prefix, prefix);
        return weft_error_hint(error, "%s", save_hint);
    }
    weft_fail(error, WEFT_BAD_FILE, "tensor %.200s: the network has no such tensor%s", extra->name,
              what);
    if (count > 1) {
        weft_error_context(error, "%zu tensors too many", count);
    }
    model_rename_hint(names, error);
    return what[0] != '\0' ? weft_error_hint(error, "%s", save_hint) : WEFT_BAD_FILE;
}

/* Fails if the file has a tensor that is not in the network. The message names the first one, or
 * the first one that explains itself. */
static enum weft_status check_extra(struct model_names *names, struct weft_error *error) {
    const struct safetensors_entry *extra = NULL;
    bool *used = calloc(names->file->count + 1, sizeof *used);
    size_t count = 0;
    if (used == NULL) {
        return weft_fail(error, WEFT_FAILED, "no memory for the names of tensors");
    }
    mark_used(names, used);
    for (size_t i = 0; i < names->file->count; i++) {
        const struct safetensors_entry *entry = &names->file->entries[i];
        if (used[i]) {
            continue;
        }
        if (ends_in(entry->name, "n_averaged") && entry->count == 1) {
            names->averaged = entry;
            continue;
        }
        if (extra == NULL || (guess(extra->name)[0] == '\0' && guess(entry->name)[0] != '\0')) {
            extra = entry;
        }
        count++;
    }
    free(used);
    return extra == NULL ? WEFT_OK : refuse_extra(names, extra, count, error);
}

static enum weft_status check_missing(const struct model_names *names, struct weft_error *error) {
    for (size_t i = 0; i < names->network->tensor_count; i++) {
        if (names->tensors[i] == NULL) {
            weft_fail(error, WEFT_BAD_FILE, "tensor %s%s: it is missing", names->prefix,
                      names->network->tensors[i].name);
            model_rename_hint(names, error);
            return WEFT_BAD_FILE;
        }
    }
    return WEFT_OK;
}

/* ---- all of it ---- */

static enum weft_status allocate(struct model_names *names, struct weft_error *error) {
    names->sorted = calloc(names->file->count + 1, sizeof *names->sorted);
    names->tensors = calloc(names->network->tensor_count + 1, sizeof *names->tensors);
    names->counters = calloc(names->network->layer_count + 1, sizeof *names->counters);
    if (names->sorted == NULL || names->tensors == NULL || names->counters == NULL) {
        return weft_fail(error, WEFT_FAILED, "no memory for the names of tensors");
    }
    return WEFT_OK;
}

enum weft_status model_names_find(const struct safetensors *file,
                                  const struct weft_network *network, struct model_names *names,
                                  struct weft_error *error) {
    *names = (struct model_names){.file = file, .network = network};
    TRY(allocate(names, error));
    for (size_t i = 0; i < file->count; i++) {
        names->sorted[i] = &file->entries[i];
    }
    if (file->count > 0) {
        qsort(names->sorted, file->count, sizeof *names->sorted, compare_names);
    }
    choose_prefix(names);
    for (size_t i = 0; i < network->tensor_count; i++) {
        names->tensors[i] = model_names_get(names, network->tensors[i].name);
    }
    for (size_t i = 0; i < network->layer_count; i++) {
        char counter[WEFT_NAME_MAX + 32];
        if (model_counter(&network->layers[i], counter)) {
            names->counters[i] = model_names_get(names, counter);
        }
    }
    TRY(check_extra(names, error));
    return check_missing(names, error);
}

void model_names_finish(struct model_names *names) {
    free(names->sorted);
    free(names->tensors);
    free(names->counters);
    *names = (struct model_names){0};
}
