/* model_names.c: finds the tensors of a network in a file, whatever prefix their names have. */
#include "data/model_names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/try.h"
#include "data/model_file.h"

#define CANDIDATES 16 /* maximum number of prefixes that are tried */

static int compare_names(const void *a, const void *b) {
    const struct model_name *left = a, *right = b;
    return strcmp(left->name, right->name);
}

static int compare_key(const void *key, const void *element) {
    const struct model_name *name = element;
    return strcmp(key, name->name);
}

const struct safetensors_entry *model_names_get(const struct model_names *names, const char *name) {
    char key[sizeof names->prefix + LAYER_NAME_MAX + 64];
    const struct model_name *found = NULL;
    int length = snprintf(key, sizeof key, "%s%s", names->prefix, name);
    if (length >= 0 && (size_t)length < sizeof key && names->file->count > 0) {
        found = bsearch(key, names->sorted, names->file->count, sizeof *found, compare_key);
    }
    return found != NULL ? found->entry : NULL;
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

bool model_names_complete(const struct model_names *names) {
    return count_found(names) == names->network->tensor_count;
}

bool model_names_prefix(const char *full, const char *name, char prefix[256]) {
    size_t length = strlen(full), end = strlen(name);
    size_t before = length >= end ? length - end : 0;
    if (length < end || before >= 256 || strcmp(full + before, name) != 0 ||
        (before > 0 && full[before - 1] != '.')) {
        return false;
    }
    memcpy(prefix, full, before);
    prefix[before] = '\0';
    return true;
}

/* The prefix with which most tensors were found, of those that were tried. */
struct best {
    char prefix[sizeof((struct model_names){0}.prefix)];
    size_t found;
};

static void try_prefix(const struct model_names *names, struct best *best) {
    const size_t found = count_found(names);
    if (found > best->found) {
        best->found = found;
        memcpy(best->prefix, names->prefix, sizeof best->prefix);
    }
}

/* Tries the prefixes of all tensors that could be tensor ${index} of the network. Returns the
 * number of prefixes. */
static size_t try_prefixes(struct model_names *names, size_t index, struct best *best) {
    const char *name = names->network->tensors[index].name;
    size_t tried = 0;
    for (size_t i = 0; i < names->file->count && tried < CANDIDATES; i++) {
        if (model_names_prefix(names->sorted[i].name, name, names->prefix)) {
            try_prefix(names, best);
            tried++;
        }
    }
    return tried;
}

/* Returns the tensor of the network with the longest name. Few names in a file end like this one,
 * but many may end like a short one, and the right prefix is not among the first of theirs. */
static size_t longest_name(const struct weft_network *network) {
    size_t longest = 0;
    for (size_t i = 1; i < network->tensor_count; i++) {
        if (strlen(network->tensors[i].name) > strlen(network->tensors[longest].name)) {
            longest = i;
        }
    }
    return longest;
}

/* The tensor with the longest name decides, or the first one that occurs under any prefix. Returns
 * whether all are found then. */
static bool choose_prefix(struct model_names *names) {
    struct best best = {.found = 0};
    const size_t tensors = names->network->tensor_count;
    names->prefix[0] = '\0';
    if (!model_names_complete(names)) {
        try_prefixes(names, longest_name(names->network), &best);
        for (size_t i = 0; i < tensors && best.found < tensors; i++) {
            if (try_prefixes(names, i, &best) > 0) {
                break;
            }
        }
    }
    memcpy(names->prefix, best.prefix, sizeof best.prefix);
    return model_names_complete(names);
}

/* Lists the names as they are in the file. */
static void list_names(struct model_names *names) {
    for (size_t i = 0; i < names->file->count; i++) {
        names->sorted[i] =
            (struct model_name){names->file->entries[i].name, &names->file->entries[i]};
    }
    qsort(names->sorted, names->file->count, sizeof *names->sorted, compare_names);
}

/* Copies ${name} to ${to} without the parts that wrappers add, and returns the end of the copy. */
static char *unwrap(const char *name, char *to) {
    static const char *const wrappers[] = {"module.", "_orig_mod.", "_fsdp_wrapped_module.",
                                           "_checkpoint_wrapped_module."};
    while (*name != '\0') {
        size_t w = 0, length = strcspn(name, ".") + 1;
        while (w < sizeof wrappers / sizeof wrappers[0] &&
               strncmp(name, wrappers[w], length) != 0) {
            w++;
        }
        if (w < sizeof wrappers / sizeof wrappers[0] && name[length - 1] == '.') {
            name += length;
            continue;
        }
        length -= name[length - 1] == '\0';
        memcpy(to, name, length);
        to += length;
        name += length;
    }
    *to = '\0';
    return to + 1;
}

/* Lists the names without the parts that wrappers add. */
static enum weft_status list_unwrapped(struct model_names *names, struct weft_error *error) {
    size_t bytes = 1;
    char *to;
    for (size_t i = 0; i < names->file->count; i++) {
        bytes += strlen(names->file->entries[i].name) + 1;
    }
    to = names->unwrapped = malloc(bytes);
    if (to == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "no memory for the names of tensors");
    }
    for (size_t i = 0; i < names->file->count; i++) {
        names->sorted[i] = (struct model_name){to, &names->file->entries[i]};
        to = unwrap(names->file->entries[i].name, to);
    }
    qsort(names->sorted, names->file->count, sizeof *names->sorted, compare_names);
    return WEFT_OK;
}

/* Chooses the names by which the tensors are found: those of the file; or those without the parts
 * of wrappers, if they are complete only then. */
static enum weft_status choose_names(struct model_names *names, struct weft_error *error) {
    const struct weft_network *network = names->network;
    list_names(names);
    /* A file with far more tensors cannot be right; the search would take long. */
    if (names->file->count == 0 ||
        names->file->count > 4 * (network->tensor_count + network->layer_count) + 64 ||
        choose_prefix(names)) {
        return WEFT_OK;
    }
    TRY(list_unwrapped(names, error));
    if (!choose_prefix(names)) {
        free(names->unwrapped);
        names->unwrapped = NULL;
        list_names(names);
        choose_prefix(names);
    }
    return WEFT_OK;
}

/* ---- what is missing, and what is too much ---- */

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

/* Fails if the file has a tensor that is not in the network. The message names the first one, or
 * the first one that explains itself. */
static enum weft_status check_extra(struct model_names *names, struct weft_error *error) {
    const struct safetensors_entry *extra = NULL;
    bool *used = calloc(names->file->count + 1, sizeof *used);
    size_t count = 0;
    if (used == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "no memory for the names of tensors");
    }
    mark_used(names, used);
    for (size_t i = 0; i < names->file->count; i++) {
        const struct safetensors_entry *entry = &names->file->entries[i];
        if (used[i]) {
            continue;
        }
        if (model_extra_ends(entry->name, "n_averaged") && entry->count == 1) {
            names->averaged = entry;
            continue;
        }
        if (extra == NULL || (!model_extra_known(extra->name) && model_extra_known(entry->name))) {
            extra = entry;
        }
        count++;
    }
    free(used);
    return extra == NULL ? WEFT_OK : model_extra_refuse(names, extra, count, error);
}

static enum weft_status check_missing(const struct model_names *names, struct weft_error *error) {
    for (size_t i = 0; i < names->network->tensor_count; i++) {
        if (names->tensors[i] == NULL) {
            error_set(error, WEFT_BAD_FILE, "tensor %s%s: it is missing", names->prefix,
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
        return error_set(error, WEFT_NO_MEMORY, "no memory for the names of tensors");
    }
    return WEFT_OK;
}

enum weft_status model_names_find(const struct safetensors *file,
                                  const struct weft_network *network, struct model_names *names,
                                  struct weft_error *error) {
    *names = (struct model_names){.file = file, .network = network};
    TRY(allocate(names, error));
    TRY(choose_names(names, error));
    for (size_t i = 0; i < network->tensor_count; i++) {
        names->tensors[i] = model_names_get(names, network->tensors[i].name);
    }
    for (size_t i = 0; i < network->layer_count; i++) {
        char counter[LAYER_NAME_MAX + 32];
        if (model_counter(&network->layers[i], counter)) {
            names->counters[i] = model_names_get(names, counter);
        }
    }
    TRY(check_extra(names, error));
    return check_missing(names, error);
}

void model_names_finish(struct model_names *names) {
    free(names->sorted);
    free(names->unwrapped);
    free(names->tensors);
    free(names->counters);
    *names = (struct model_names){0};
}
