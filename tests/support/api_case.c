/* api_case.c: a small network, its images and sessions for tests of the public functions. */
#include "api_case.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char list[] =
    "{\"input\": [1, 10, 10], \"layers\": ["
    "{\"kind\": \"conv2d\", \"name\": \"conv1\", \"out_channels\": 3, \"kernel_size\": 3},"
    "{\"kind\": \"batch_norm\", \"name\": \"bn1\"}, {\"kind\": \"relu\", \"name\": \"relu1\"},"
    "{\"kind\": \"max_pool2d\", \"name\": \"pool1\", \"kernel_size\": 2},"
    "{\"kind\": \"flatten\", \"name\": \"flat\"},"
    "{\"kind\": \"linear\", \"name\": \"fc\", \"out_features\": 4}]}";

struct weft_model *api_model(uint64_t seed) {
    struct weft_error *error = weft_error_create();
    struct weft_network *network;
    struct weft_model *model;
    API_OK(weft_network_create(list, &network, error));
    API_OK(weft_model_create(network, seed, &model, error));
    weft_network_destroy(network);
    weft_error_destroy(error);
    return model;
}

struct weft_images *api_images(size_t count, uint32_t seed) {
    static const size_t shape[3] = {1, API_SIDE, API_SIDE};
    struct weft_error *error = weft_error_create();
    uint8_t *pixels = malloc(count * API_AREA);
    uint16_t *labels = malloc(count * sizeof *labels);
    struct weft_images *images;
    uint32_t random = seed;
    for (size_t i = 0; i < count; i++) {
        labels[i] = (uint16_t)(i * 7 % API_CLASSES);
        for (size_t p = 0; p < API_AREA; p++) {
            random = random * 1664525u + 1013904223u;
            pixels[i * API_AREA + p] =
                (uint8_t)((random >> 25) + (p / 25 == labels[i] ? 100 : 0)); /* a brighter band */
        }
    }
    API_OK(weft_images_create(count, shape, pixels, labels, API_CLASSES, &images, error));
    free(pixels);
    free(labels);
    weft_error_destroy(error);
    return images;
}

struct weft_session *api_open(const struct weft_model *model, const char *device, size_t batch) {
    return api_open_threads(model, device, batch, 2);
}

struct weft_session *api_open_threads(const struct weft_model *model, const char *device,
                                      size_t batch, unsigned threads) {
    struct weft_session_options options = WEFT_SESSION_OPTIONS;
    struct weft_error *error = weft_error_create();
    struct weft_session *session;
    options.device = device;
    options.batch = batch;
    options.threads = threads;
    API_OK(weft_session_open(model, &options, &session, error));
    weft_error_destroy(error);
    return session;
}

struct weft_session *api_open_place(const struct weft_model *model, const struct layer_place *place,
                                    struct weft_session_options options) {
    struct weft_error *error = weft_error_create();
    struct weft_session *session;
    enum weft_status status;
    options.device = place->device;
    options.threads = place->threads;
    options.mapping = place->mapping;
    options.cl_options = place->cl_options;
    options.no_fuse = !place->fused;
    options.step_kernel = place->step_kernel;
    status = weft_session_open(model, &options, &session, error);
    ck_assert_msg(status == WEFT_OK, "%s: %s", place->name, weft_error_message(error));
    weft_error_destroy(error);
    return session;
}

struct weft_checkpoint *api_reload(struct weft_checkpoint *checkpoint, const char *path) {
    struct weft_error *error = weft_error_create();
    struct weft_checkpoint *loaded;
    char sha256[65];
    API_OK(weft_checkpoint_save_sha256(checkpoint, path, sha256, error));
    weft_checkpoint_destroy(checkpoint);
    API_OK(weft_checkpoint_load(path, &loaded, error));
    ck_assert_str_eq(weft_model_sha256(weft_checkpoint_model(loaded)), sha256);
    weft_error_destroy(error);
    remove(path);
    return loaded;
}

bool api_restore(struct weft_session *from, struct weft_session *to, const char *path,
                 struct weft_training_options *options) {
    struct weft_error *error = weft_error_create();
    struct weft_checkpoint *checkpoint;
    bool left;
    API_OK(weft_session_checkpoint(from, &checkpoint, error));
    checkpoint = api_reload(checkpoint, path);
    API_OK(weft_session_set_checkpoint(to, checkpoint, error));
    left = options != NULL && weft_checkpoint_training(checkpoint, options);
    weft_checkpoint_destroy(checkpoint);
    weft_error_destroy(error);
    return left;
}

bool api_equal(struct weft_session *session, struct weft_session *other) {
    static const char *const suffixes[] = {"", ".moment", ".second_moment"};
    struct weft_error *error = weft_error_create();
    struct weft_model *model;
    const struct weft_network *network;
    bool equal = true;
    API_OK(weft_session_model(session, &model, error));
    network = weft_model_network(model);
    for (size_t i = 0; i < weft_network_tensors(network); i++) {
        const struct weft_tensor *tensor = weft_network_tensor(network, i);
        float *a = malloc(2 * tensor->count * sizeof *a), *b = a + tensor->count;
        for (size_t k = 0; k < (tensor->trained ? 3 : 1); k++) {
            char name[256];
            snprintf(name, sizeof name, "%s%s", tensor->name, suffixes[k]);
            API_OK(weft_session_get(session, name, a, tensor->count, error));
            API_OK(weft_session_get(other, name, b, tensor->count, error));
            equal = equal && memcmp(a, b, tensor->count * sizeof *a) == 0;
        }
        free(a);
    }
    weft_model_destroy(model);
    weft_error_destroy(error);
    return equal;
}
