/* model_compare.c: compares two safetensors files tensor by tensor. */
#include "compare/compare.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/try.h"
#include "data/model_file.h"
#include "data/safetensors.h"

struct comparison {
    struct safetensors files[2];
    bool (*tensor)(void *context, const struct weft_tensor_comparison *comparison);
    void *context;
    struct weft_comparison *comparison;
};

/* Reports tensor ${name}, which differs as ${found} says. ${problem} may be NULL. */
static enum weft_status report(struct comparison *models, const char *name, const char *problem,
                               bool floats, const struct difference *found,
                               struct weft_error *error) {
    const struct weft_tensor_comparison row = {.size = sizeof row,
                                               .name = name,
                                               .problem = problem,
                                               .floats = floats,
                                               .count = found->count,
                                               .differing = found->differing,
                                               .first = found->first,
                                               .largest = found->largest,
                                               .largest_ulp = found->largest_ulp};
    models->comparison->tensors++;
    models->comparison->different += found->differing > 0;
    return models->tensor == NULL || models->tensor(models->context, &row)
               ? WEFT_OK
               : error_set(error, WEFT_INTERRUPTED, "weft_compare_files: the callback ended it");
}

/* Returns how ${entry} differs from what cannot be compared with it: in all elements, or in one if
 * it has none. */
static struct difference all_of(const struct safetensors_entry *entry) {
    return (struct difference){.count = entry->count,
                               .differing = entry->count + (entry->count == 0)};
}

/* Compares the bytes of elements that are not F32. */
static struct difference compare_bytes(const struct safetensors_entry *a,
                                       const struct safetensors_entry *b) {
    struct difference found = {.count = a->count, .first = a->count};
    size_t size = a->count > 0 ? a->size / a->count : 0;
    for (size_t i = 0; i < a->count; i++) {
        if (memcmp(a->bytes + i * size, b->bytes + i * size, size) != 0) {
            found.first = found.differing == 0 ? i : found.first;
            found.differing++;
        }
    }
    if (strcmp(a->dtype, "I64") == 0) {
        for (size_t i = 0; i < a->count; i++) {
            double distance = (double)safetensors_integer(a, i) - (double)safetensors_integer(b, i);
            distance = distance < 0 ? -distance : distance;
            found.largest = distance > found.largest ? distance : found.largest;
        }
    }
    return found;
}

static enum weft_status compare_floats(const struct safetensors_entry *a,
                                       const struct safetensors_entry *b, struct difference *found,
                                       struct weft_error *error) {
    float *values = calloc(a->count + 1, 2 * sizeof *values);
    if (values == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "compare: no memory for tensor %s", a->name);
    }
    for (size_t i = 0; i < a->count; i++) {
        values[i] = safetensors_float(a, i);
        values[a->count + i] = safetensors_float(b, i);
    }
    *found = difference_find(values, values + a->count, a->count);
    free(values);
    return WEFT_OK;
}

static enum weft_status compare_tensor(struct comparison *models, const struct safetensors_entry *a,
                                       const struct safetensors_entry *b,
                                       struct weft_error *error) {
    const bool floats = strcmp(a->dtype, "F32") == 0;
    struct difference found;
    char problem[512], shapes[2][200];
    if (strcmp(a->dtype, b->dtype) != 0 || a->rank != b->rank ||
        memcmp(a->shape, b->shape, a->rank * sizeof a->shape[0]) != 0) {
        snprintf(problem, sizeof problem, "%.8s %s in A, %.8s %s in B", a->dtype,
                 safetensors_shape(a->shape, a->rank, shapes[0]), b->dtype,
                 safetensors_shape(b->shape, b->rank, shapes[1]));
        found = all_of(a);
        return report(models, a->name, problem, floats, &found, error);
    }
    if (floats) {
        TRY(compare_floats(a, b, &found, error));
    } else {
        found = compare_bytes(a, b);
    }
    return report(models, a->name, NULL, floats, &found, error);
}

static enum weft_status compare_tensors(struct comparison *models, struct weft_error *error) {
    for (int side = 0; side < 2; side++) {
        const struct safetensors *here = &models->files[side];
        const struct safetensors *there = &models->files[1 - side];
        for (size_t i = 0; i < here->count; i++) {
            const struct safetensors_entry *entry = &here->entries[i];
            const struct safetensors_entry *other = safetensors_find(there, entry->name);
            if (other == NULL) {
                const struct difference found = all_of(entry);
                TRY(report(models, entry->name, side == 0 ? "only in A" : "only in B", false,
                           &found, error));
            } else if (side == 0) {
                TRY(compare_tensor(models, entry, other, error));
            }
        }
    }
    return WEFT_OK;
}

static void compare_metadata(struct comparison *models) {
    static const char *const keys[] = {"weft.network", "weft.options", "weft.contract",
                                       "weft.classes", "weft.pixels",  "weft.data"};
    char *text = models->comparison->metadata;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const char *a = safetensors_metadata(&models->files[0], keys[i]);
        const char *b = safetensors_metadata(&models->files[1], keys[i]);
        if (strcmp(a != NULL ? a : "", b != NULL ? b : "") != 0) {
            strcat(strcat(text, text[0] != '\0' ? ", " : ""), keys[i]);
            models->comparison->other_data |=
                a != NULL && b != NULL && strcmp(keys[i], "weft.data") == 0;
        }
    }
}

enum weft_status
compare_files(const char *a, const char *b,
              bool (*tensor)(void *context, const struct weft_tensor_comparison *comparison),
              void *context, struct weft_comparison *comparison, struct weft_error *error) {
    struct comparison models = {.tensor = tensor, .context = context, .comparison = comparison};
    const char *operands[2] = {a, b};
    char path[4096];
    enum weft_status status;
    *comparison = (struct weft_comparison){.size = sizeof *comparison};
    for (int side = 0; side < 2; side++) {
        TRY_OR(done, model_path(operands[side], path, error));
        TRY_OR(done, safetensors_read(path, &models.files[side], error));
    }
    comparison->undigested_a = models.files[0].undigested;
    comparison->undigested_b = models.files[1].undigested;
    compare_metadata(&models);
    TRY_OR(done, compare_tensors(&models, error));
done:
    safetensors_finish(&models.files[0]);
    safetensors_finish(&models.files[1]);
    return status;
}
