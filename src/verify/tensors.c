/* tensors.c: compares two backends tensor by tensor, in the order in which the tensors were computed. */
#include "verify/verify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/lanes.h"
#include "numerics.h"
#include "weft/compare.h"

/* The comparison as it goes. */
struct walk {
    const struct verify_pair *pair;
    const struct weft_network *network;
    struct weft_verify_difference *found;
    float *device, *expected; /* the longest tensor or array each */
    bool kept;                /* the place that was looked for last */
};

/* Keeps the first difference of ${count} floats. */
static void look(struct walk *walk, const char *layer, const char *name, const char *full,
                 const float *device, const float *expected, size_t count) {
    struct weft_difference difference = weft_difference_find(device, expected, count);
    struct weft_verify_difference *found = walk->found;
    if (difference.differing == 0 || found->differing > 0) {
        return;
    }
    snprintf(found->layer, sizeof found->layer, "%s", layer);
    snprintf(found->tensor, sizeof found->tensor, "%s", name);
    snprintf(found->name, sizeof found->name, "%s", full);
    found->element = difference.first;
    found->device = weft_as_uint(device[difference.first]);
    found->expected = weft_as_uint(expected[difference.first]);
    found->ulp = weft_ulp_distance(device[difference.first], expected[difference.first]);
    found->differing = difference.differing;
    found->of = count;
}

/* "conv1.output": with the layer's name or without. */
static const char *short_name(const struct walk *walk, const char *name) {
    const char *dot = strchr(name, '.');
    return walk->pair->long_names || dot == NULL || strncmp(name, "input.", 6) == 0 ? name
                                                                                    : dot + 1;
}

/* The lanes without image of the gradient called ${name}, which must be 0: sums over lanes count on it. ${size}: floats of an image. */
static enum weft_status look_absent(struct walk *walk, struct activation activation,
                                    const char *layer, const char *tensor, const char *name,
                                    size_t size, struct weft_error *error) {
    struct weft_backend *device = walk->pair->device;
    size_t count = device->last_count, lanes = lanes_shards(count) * CPU_LANES;
    enum weft_status status;
    if (walk->found->differing > 0 || count == lanes) {
        return WEFT_OK;
    }
    status = device->ops->tensor(device, activation, lanes, walk->device, error);
    if (status == WEFT_OK) {
        memcpy(walk->expected, walk->device, count * size * sizeof *walk->expected);
        memset(walk->expected + count * size, 0, (lanes - count) * size * sizeof *walk->expected);
        look(walk, layer, tensor, name, walk->device, walk->expected, lanes * size);
        walk->found->absent = walk->found->differing > 0;
    }
    return status;
}

/* The tensor at ${place}: as the work of ${layer}. */
static enum weft_status look_place(struct walk *walk, struct activation place, const char *layer,
                                   struct weft_error *error) {
    const char *of = place.index > 0 ? walk->network->layers[place.index - 1].name : "input";
    size_t count =
        walk->pair->count * weft_shape_size(activation_shape(walk->network, place.index));
    struct weft_error ignored = {0};
    char name[WEFT_NAME_MAX + 16];
    enum weft_status status;
    if (walk->found->differing > 0) {
        return WEFT_OK;
    }
    snprintf(name, sizeof name, "%s%s%s", of, place.index > 0 ? ".output" : "",
             place.gradient ? ".grad" : "");
    status = weft_backend_tensor(walk->pair->device, name, walk->device, count, &ignored);
    walk->kept = status != WEFT_USAGE;
    if (status == WEFT_USAGE) {
        return WEFT_OK; /* not kept, where layers are fused */
    }
    if (status != WEFT_OK) {
        return weft_fail(error, status, "%s", ignored.message);
    }
    status = weft_backend_tensor(walk->pair->expected, name, walk->expected, count, error);
    if (status == WEFT_OK) {
        /* Beside a layer's other tensors, the gradient that it hands on is its input's. */
        bool handed_on = place.gradient && place.index < walk->network->layer_count;
        const char *tensor =
            handed_on && !walk->pair->long_names ? "input.grad" : short_name(walk, name);
        look(walk, layer, tensor, name, walk->device, walk->expected, count);
        if (place.gradient && !walk->pair->device->device.builtin) {
            status =
                look_absent(walk, place, layer, tensor, name, count / walk->pair->count, error);
        }
    }
    return status;
}

static enum weft_status read_both(struct walk *walk, enum weft_array array,
                                  struct weft_error *error) {
    enum weft_status status = weft_backend_read(walk->pair->device, array, walk->device, error);
    return status == WEFT_OK ? weft_backend_read(walk->pair->expected, array, walk->expected, error)
                             : status;
}

/* The tensors of layer ${index} in the flat array that has been read, as the work of ${kind}. */
static void look_tensors(struct walk *walk, size_t index, bool trained, const char *kind,
                         const char *suffix) {
    const struct weft_layer *layer = &walk->network->layers[index];
    for (size_t i = 0; i < layer->tensors; i++) {
        const struct weft_tensor *tensor = &walk->network->tensors[layer->first_tensor + i];
        char name[WEFT_NAME_MAX + 64];
        if (tensor->trained == trained) {
            snprintf(name, sizeof name, "%s%s", tensor->name, suffix);
            look(walk, kind, short_name(walk, name), name, walk->device + tensor->offset,
                 walk->expected + tensor->offset, tensor->count);
        }
    }
}

static enum weft_status look_forward(struct walk *walk, struct weft_error *error) {
    const struct weft_network *network = walk->network;
    enum weft_status status = look_place(walk, (struct activation){0, false}, "gather", error);
    for (size_t i = 0; i < network->layer_count && status == WEFT_OK; i++) {
        const char *kind = weft_kind_name(network->layers[i].kind);
        /* a convolution's kernel has pooled where its own output is not kept */
        bool pooled = network->layers[i].kind == WEFT_KIND_MAX_POOL2D && !walk->kept;
        status = look_place(walk, (struct activation){i + 1, false},
                            pooled ? weft_kind_name(WEFT_KIND_CONV2D) : kind, error);
        if (status == WEFT_OK && network->layers[i].kind == WEFT_KIND_BATCH_NORM &&
            (status = read_both(walk, WEFT_ARRAY_BUFFERS, error)) == WEFT_OK) {
            look_tensors(walk, i, false, kind, "");
        }
    }
    return status;
}

/* Gradients of parameters that differ in layers of several kinds, where no gradient of an activation does, were right in the shards: what
 * joins these is adam's. */
static enum weft_status blame_join(struct walk *walk, struct weft_error *error) {
    const struct weft_network *network = walk->network;
    struct weft_verify_difference *found = walk->found, place = {.differing = 0};
    enum weft_kind first = network->layers[0].kind;
    bool several = false;
    size_t layers = 0;
    enum weft_status status = read_both(walk, WEFT_ARRAY_GRADIENTS, error);
    for (size_t i = 0; i < network->layer_count && status == WEFT_OK; i++) {
        struct weft_verify_difference layer = {.differing = 0};
        walk->found = &layer;
        look_tensors(walk, i, true, "", "");
        if (layer.differing > 0) {
            several = several || (layers > 0 && network->layers[i].kind != first);
            first = network->layers[i].kind;
            layers++;
        }
    }
    walk->found = &place;
    for (size_t i = walk->pair->training ? 1 : 0;
         several && i <= network->layer_count && status == WEFT_OK; i++) {
        status = look_place(walk, (struct activation){i, true}, "", error);
    }
    walk->found = found;
    if (several && status == WEFT_OK && place.differing == 0) {
        snprintf(found->layer, sizeof found->layer, "adam");
    }
    return status;
}

static enum weft_status look_backward(struct walk *walk, struct weft_error *error) {
    const struct weft_network *network = walk->network;
    struct activation last = {network->layer_count, true};
    enum weft_status status = look_place(walk, last, "cross_entropy", error);
    for (size_t i = network->layer_count; i-- > 0 && status == WEFT_OK;) {
        const char *kind = weft_kind_name(network->layers[i].kind);
        if (network->layers[i].tensors > 0 &&
            (status = read_both(walk, WEFT_ARRAY_GRADIENTS, error)) == WEFT_OK) {
            bool before = walk->found->differing > 0;
            look_tensors(walk, i, true, kind, ".grad");
            if (!before && walk->found->differing > 0) {
                status = blame_join(walk, error);
            }
        }
        if (status == WEFT_OK && (i > 0 || !walk->pair->training)) {
            status = look_place(walk, (struct activation){i, true}, kind, error);
        }
    }
    return status;
}

static void look_results(struct walk *walk) {
    const struct weft_step_result *results = walk->pair->results;
    look(walk, "cross_entropy", "loss", "", &results[0].loss, &results[1].loss, 1);
    if (walk->found->differing == 0 && results[0].correct != results[1].correct) {
        *walk->found = (struct weft_verify_difference){.layer = "cross_entropy",
                                                       .tensor = "correct",
                                                       .device = results[0].correct,
                                                       .expected = results[1].correct,
                                                       .whole = true,
                                                       .differing = 1,
                                                       .of = 1};
    }
}

static enum weft_status look_update(struct walk *walk, struct weft_error *error) {
    static const struct {
        enum weft_array array;
        const char *suffix;
    } arrays[] = {{WEFT_ARRAY_MOMENTS, ".moment"},
                  {WEFT_ARRAY_SECOND_MOMENTS, ".second_moment"},
                  {WEFT_ARRAY_PARAMETERS, ""}};
    enum weft_status status = WEFT_OK;
    for (size_t a = 0; a < 3 && status == WEFT_OK; a++) {
        status = read_both(walk, arrays[a].array, error);
        for (size_t i = 0; i < walk->network->layer_count && status == WEFT_OK; i++) {
            look_tensors(walk, i, true, "adam", arrays[a].suffix);
        }
    }
    return status;
}

enum weft_status verify_tensors(const struct verify_pair *pair,
                                struct weft_verify_difference *found, struct weft_error *error) {
    const struct weft_network *network = weft_backend_network(pair->device);
    struct walk walk = {.pair = pair, .network = network, .found = found};
    size_t longest = network->parameter_count + network->buffer_count + 1;
    enum weft_status status;
    for (size_t i = 0; i <= network->layer_count; i++) {
        size_t count =
            lanes_shards(pair->count) * CPU_LANES * weft_shape_size(activation_shape(network, i));
        longest = count > longest ? count : longest;
    }
    found->differing = 0;
    found->absent = false;
    walk.device = calloc(longest, sizeof *walk.device);
    walk.expected = calloc(longest, sizeof *walk.expected);
    if (walk.device == NULL || walk.expected == NULL) {
        status = weft_fail(error, WEFT_FAILED, "verify: no memory for a tensor");
    } else {
        status = look_forward(&walk, error);
        if (status == WEFT_OK && pair->results != NULL) {
            look_results(&walk);
        }
        if (status == WEFT_OK && pair->backward) {
            status = look_backward(&walk, error);
        }
        if (status == WEFT_OK && pair->training) {
            status = look_update(&walk, error);
        }
    }
    free(walk.device);
    free(walk.expected);
    return status;
}
