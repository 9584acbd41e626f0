/* tensors.c: the public function that writes arrays of floats. */
#include "api/api.h"
#include "base/utf8.h"
#include "data/safetensors.h"
#include "weft/model.h"

#include <stdlib.h>
#include <string.h>

enum { TENSORS_MAX = 65536, RANK_MAX = 4 };

/* Copies the caller's tensor ${index}, ${given}, with its ${values}, to ${source}. */
static enum weft_status take(const struct weft_tensor *given, const float *values, size_t index,
                             struct safetensors_source *source, struct weft_error *error) {
    const char *const function = "weft_tensors_save";
    struct weft_tensor tensor;
    uint64_t count = 1;
    if (given == NULL || values == NULL) {
        return api_usage(error, function, "%s[%zu] is NULL", given == NULL ? "tensors" : "values",
                         index);
    }
    TRY(api_structure_read(&tensor, sizeof tensor, API_SIZE_TO(tensor, count), given, function,
                           "tensors", error));
    if (tensor.name == NULL || tensor.name[0] == '\0' || !utf8_is_valid(tensor.name)) {
        return api_usage(error, function, "tensors[%zu]->name is no UTF-8 text", index);
    }
    if (tensor.rank > RANK_MAX) {
        return api_usage(error, function, "tensors[%zu]->rank is %zu: it must be at most %d", index,
                         tensor.rank, RANK_MAX);
    }
    for (size_t i = 0; i < tensor.rank; i++) {
        count *= tensor.shape[i] <= UINT32_MAX ? tensor.shape[i] : 0;
        count = count <= UINT32_MAX ? count : 0;
    }
    if (count == 0 || tensor.count != count) {
        return api_usage(error, function,
                         "tensors[%zu]->count is %zu: it must be the product of the shape, 1 to "
                         "2^32 - 1",
                         index, tensor.count);
    }
    *source =
        (struct safetensors_source){.name = tensor.name, .rank = tensor.rank, .floats = values};
    memcpy(source->shape, tensor.shape, tensor.rank * sizeof tensor.shape[0]);
    return WEFT_OK;
}

static int by_name(const void *a, const void *b) {
    const struct safetensors_source *left = a, *right = b;
    return strcmp(left->name, right->name);
}

/* Returns a name that two of ${count} ${sources} have, or NULL. Sorts ${sources}. */
static const char *find_twice(struct safetensors_source *sources, size_t count) {
    qsort(sources, count, sizeof *sources, by_name);
    for (size_t i = 1; i < count; i++) {
        if (by_name(&sources[i - 1], &sources[i]) == 0) {
            return sources[i].name;
        }
    }
    return NULL;
}

enum weft_status weft_tensors_save(const char *path, const struct weft_tensor *const *tensors,
                                   const float *const *values, size_t count,
                                   struct weft_error *error) {
    const struct safetensors_text format = {"format", "pt"};
    struct safetensors_source *sources; /* twice: the second ones are sorted by name */
    const char *twice;
    enum weft_status status;
    API_BEGIN;
    API_NOT_NULL(path);
    API_NOT_NULL(tensors);
    API_NOT_NULL(values);
    API_REQUIRE(count >= 1 && count <= TENSORS_MAX, "count is %zu: it must be 1 to %d", count,
                TENSORS_MAX);
    sources = calloc(2 * count, sizeof *sources);
    if (sources == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "no memory for %zu tensors", count);
    }
    for (size_t i = 0; i < count; i++) {
        TRY_OR(done, take(tensors[i], values[i], i, &sources[i], error));
        sources[count + i] = sources[i];
    }
    twice = find_twice(sources + count, count);
    if (twice != NULL) {
        TRY_OR(done, api_usage(error, __func__, "two tensors have the name %s", twice));
    }
    status = safetensors_write(path, &format, 1, sources, count, NULL, error);
done:
    free(sources);
    return status;
}
