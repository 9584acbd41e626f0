/* model.c: the public functions of models. */
#include "data/model.h"
#include "api/api.h"
#include "base/text.h"
#include "data/class_names.h"
#include "data/model_file.h"
#include "data/model_metadata.h"
#include "os/process.h"
#include "weft/model.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum weft_status weft_model_create(const struct weft_network *network, uint64_t seed,
                                   struct weft_model **model, struct weft_error *error) {
    struct weft_network *copy;
    API_BEGIN;
    API_CREATES(model);
    API_NOT_NULL(network);
    TRY(network_copy(network, &copy, error));
    TRY(model_create(copy, model, error));
    model_initialise(*model, seed);
    if (os_interrupted()) {
        model_destroy(*model);
        *model = NULL;
        return error_set(error, WEFT_INTERRUPTED, "interrupted");
    }
    return WEFT_OK;
}

enum weft_status weft_model_load(const char *path, struct weft_model **model,
                                 struct weft_error *error) {
    API_BEGIN;
    API_CREATES(model);
    API_NOT_NULL(path);
    return model_load(path, model, error);
}

enum weft_status weft_model_load_as(const char *path, const struct weft_network *network,
                                    struct weft_model **model, struct weft_error *error) {
    struct weft_network *copy;
    API_BEGIN;
    API_CREATES(model);
    API_NOT_NULL(path);
    API_NOT_NULL(network);
    TRY(network_copy(network, &copy, error));
    return model_load_as(path, copy, model, error);
}

enum weft_status weft_model_load_memory(const void *bytes, size_t size, struct weft_model **model,
                                        struct weft_error *error) {
    API_BEGIN;
    API_CREATES(model);
    API_NOT_NULL(bytes);
    API_REQUIRE(size <= PTRDIFF_MAX, "size is %zu: no memory is that large", size);
    return model_load_memory(bytes, size, NULL, model, error);
}

enum weft_status weft_model_load_memory_as(const void *bytes, size_t size,
                                           const struct weft_network *network,
                                           struct weft_model **model, struct weft_error *error) {
    struct weft_network *copy;
    API_BEGIN;
    API_CREATES(model);
    API_NOT_NULL(bytes);
    API_REQUIRE(size <= PTRDIFF_MAX, "size is %zu: no memory is that large", size);
    API_NOT_NULL(network);
    TRY(network_copy(network, &copy, error));
    return model_load_memory(bytes, size, copy, model, error);
}

enum weft_status weft_model_save(const struct weft_model *model, const char *path,
                                 struct weft_error *error) {
    API_BEGIN;
    API_NOT_NULL(model);
    API_NOT_NULL(path);
    return model_save(model, path, NULL, error);
}

enum weft_status weft_model_save_sha256(const struct weft_model *model, const char *path,
                                        char sha256[65], struct weft_error *error) {
    API_BEGIN;
    API_NOT_NULL(model);
    API_NOT_NULL(path);
    API_NOT_NULL(sha256);
    return model_save(model, path, sha256, error);
}

enum weft_status weft_model_save_memory(const struct weft_model *model, void **bytes, size_t *size,
                                        struct weft_error *error) {
    unsigned char *made;
    API_BEGIN;
    API_CREATES(bytes);
    API_NOT_NULL(size);
    *size = 0;
    API_NOT_NULL(model);
    TRY(model_save_memory(model, &made, size, error));
    *bytes = made;
    return WEFT_OK;
}

enum weft_status weft_model_clone(const struct weft_model *model, struct weft_model **clone,
                                  struct weft_error *error) {
    API_BEGIN;
    API_CREATES(clone);
    API_NOT_NULL(model);
    return model_copy(model, clone, error);
}

void weft_model_destroy(struct weft_model *model) {
    model_destroy(model);
}

const struct weft_network *weft_model_network(const struct weft_model *model) {
    return model != NULL ? model->network : NULL;
}

/* Stores the tensor ${name}, of ${count} floats, in ${tensor}. */
static enum weft_status find_tensor(const struct weft_model *model, const char *function,
                                    const char *name, size_t count,
                                    const struct network_tensor **tensor,
                                    struct weft_error *error) {
    *tensor = network_find(model->network, name);
    if (*tensor == NULL) {
        return api_usage(error, function, "name is \"%s\": the network has no such tensor", name);
    }
    if ((*tensor)->count != count) {
        return api_usage(error, function, "count is %zu: the tensor %s has %zu floats", count, name,
                         (*tensor)->count);
    }
    return WEFT_OK;
}

enum weft_status weft_model_get(const struct weft_model *model, const char *name, float *values,
                                size_t count, struct weft_error *error) {
    const struct network_tensor *tensor;
    API_BEGIN;
    API_NOT_NULL(model);
    API_NOT_NULL(name);
    API_NOT_NULL(values);
    TRY(find_tensor(model, __func__, name, count, &tensor, error));
    memcpy(values, model_values(model, tensor), count * sizeof *values);
    return WEFT_OK;
}

enum weft_status weft_model_set(struct weft_model *model, const char *name, const float *values,
                                size_t count, struct weft_error *error) {
    const struct network_tensor *tensor;
    API_BEGIN;
    API_NOT_NULL(model);
    API_NOT_NULL(name);
    API_NOT_NULL(values);
    TRY(find_tensor(model, __func__, name, count, &tensor, error));
    return api_context(error, __func__, model_set(model, tensor, values, error));
}

size_t weft_model_classes(const struct weft_model *model) {
    return model != NULL ? model_class_count(model) : 0;
}

const char *weft_model_class_name(const struct weft_model *model, size_t label) {
    return label < weft_model_classes(model) ? model->classes[label] : NULL;
}

enum weft_status weft_model_set_classes(struct weft_model *model, const char *const *names,
                                        size_t count, struct weft_error *error) {
    size_t outputs;
    API_BEGIN;
    API_NOT_NULL(model);
    if (count == 0) {
        free(model->classes);
        model->classes = NULL;
        return WEFT_OK;
    }
    API_NOT_NULL(names);
    outputs = shape_size(network_output(model->network));
    API_REQUIRE(count == outputs, "count is %zu: the network has %zu outputs", count, outputs);
    for (size_t i = 0; i < count; i++) {
        const char *fault = names[i] != NULL ? class_name_fault(names[i]) : "is NULL";
        API_REQUIRE(fault == NULL, "names[%zu] %s", i, fault);
    }
    return model_set_classes(model, names, count, error);
}

const char *weft_model_options(const struct weft_model *model) {
    return model != NULL ? model->options : NULL;
}

enum weft_status weft_model_set_options(struct weft_model *model, const char *json,
                                        struct weft_error *error) {
    char *copy = NULL;
    API_BEGIN;
    API_NOT_NULL(model);
    if (json != NULL) {
        TRY(api_context(error, __func__, model_check_options(json, WEFT_USAGE, error)));
        copy = text_copy(json);
        if (copy == NULL) {
            return error_set(error, WEFT_NO_MEMORY, "no memory for options");
        }
    }
    free(model->options);
    model->options = copy;
    return WEFT_OK;
}

/* Returns the hashes of ${split}, or NULL. */
static const struct split_hash *hash_of(const struct weft_model *model, enum weft_split split) {
    return model != NULL && (unsigned)split < WEFT_SPLIT_COUNT ? &model->data[split] : NULL;
}

const char *weft_model_images_sha256(const struct weft_model *model, enum weft_split split) {
    const struct split_hash *hash = hash_of(model, split);
    return hash != NULL ? hash->images : "";
}

const char *weft_model_labels_sha256(const struct weft_model *model, enum weft_split split) {
    const struct split_hash *hash = hash_of(model, split);
    return hash != NULL ? hash->labels : "";
}

static bool is_sha256(const char text[65]) {
    return memchr(text, '\0', 65) == text + 64 && strspn(text, "0123456789abcdef") == 64;
}

enum weft_status weft_model_set_data(struct weft_model *model, enum weft_split split,
                                     const struct weft_images_hash *hash,
                                     struct weft_error *error) {
    struct weft_images_hash copy;
    API_BEGIN;
    API_NOT_NULL(model);
    TRY(api_choice(error, __func__, "split", (int)split, WEFT_SPLIT_COUNT - 1));
    if (hash == NULL) {
        model->data[split] = (struct split_hash){.images = ""};
        return WEFT_OK;
    }
    API_STRUCTURE(copy, hash, labels);
    API_REQUIRE(is_sha256(copy.images) && is_sha256(copy.labels),
                "hash has a text that is not 64 lower-case hexadecimal digits");
    memcpy(model->data[split].images, copy.images, sizeof copy.images);
    memcpy(model->data[split].labels, copy.labels, sizeof copy.labels);
    return WEFT_OK;
}

const char *weft_model_path(const struct weft_model *model) {
    return model != NULL && model->path != NULL ? model->path : "";
}

const char *weft_model_sha256(const struct weft_model *model) {
    return model != NULL ? model->sha256 : "";
}

const char *weft_model_notice(const struct weft_model *model) {
    return model != NULL ? model->notice : "";
}

bool weft_model_published_assumed(const struct weft_model *model) {
    return model != NULL && model->published_assumed;
}

bool weft_model_undigested(const struct weft_model *model) {
    return model != NULL && model->undigested;
}
