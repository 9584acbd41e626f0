/* source.c: the source of a network's program: the files of cl/, once for all layers of a kind with
 * equal sizes. */
#include "backend/opencl/source.h"
#include "backend/opencl/emit.h"
#include "backend/opencl/fusions.h"
#include "backend/opencl/kernels.h"
#include "backend/opencl/layer.h"
#include "backend/opencl/memory.h"
#include "base/try.h"
#include "os/files.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SOURCE_LIMIT (1 << 20) /* bytes of a .cl file */
#define NEST_LIMIT   8         /* files that include files */

/* Finds the text of ${name}: in ${folder}, or, if that is NULL, built in. The caller frees
 * ${owned}. */
static enum weft_status find_text(const char *folder, const char *name, const char **text,
                                  char **owned, struct weft_error *error) {
    char path[4096];
    size_t size;
    if (folder != NULL) {
        snprintf(path, sizeof path, "%s/%s", folder, name);
        enum weft_status status =
            os_text_read(path, SOURCE_LIMIT, FILE_SOURCE, owned, &size, error);
        if (status != WEFT_OK) {
            if (status != WEFT_INTERRUPTED) {
                error_hint(error, "the folder kernels must hold all files "
                                  "of weft's cl/");
            }
            error_context(error, "kernels");
            return status;
        }
        *text = *owned;
        return WEFT_OK;
    }
    for (size_t i = 0; opencl_builtins[i].name != NULL; i++) {
        if (strcmp(opencl_builtins[i].name, name) == 0) {
            *text = opencl_builtins[i].text;
            return WEFT_OK;
        }
    }
    return error_set(error, WEFT_BAD_FILE, "kernels: %s: no built-in file of this name", name);
}

/* If ${line} is #include "NAME", stores NAME. */
static bool is_include(const char *line, char name[64]) {
    return sscanf(line, " # include \"%63[^\"\n]\"", name) == 1;
}

/* Appends the file ${name}, which ${depth} files include. #line keeps the compiler's messages
 * right. */
static enum weft_status add_file(struct text *text, const char *folder, const char *name, int depth,
                                 struct weft_error *error) {
    const char *line = "", *end;
    char *owned = NULL, included[64];
    size_t number = 1;
    enum weft_status status;
    if (depth > NEST_LIMIT) {
        return error_set(error, WEFT_BAD_FILE, "kernels: %s: files include each other", name);
    }
    TRY_OR(done, find_text(folder, name, &line, &owned, error));
    text_add(text, "#line 1 \"%s\"\n", name);
    for (; *line != '\0'; line = end + (*end != '\0'), number++) {
        end = line + strcspn(line, "\n");
        if (is_include(line, included)) {
            TRY_OR(done, add_file(text, folder, included, depth + 1, error));
            text_add(text, "#line %zu \"%s\"\n", number + 1, name);
        } else {
            text_add(text, "%.*s\n", (int)(end - line), line);
        }
    }
done:
    free(owned);
    return status;
}

enum weft_status opencl_source_add(struct text *text, const char *folder, const char *name,
                                   struct weft_error *error) {
    return add_file(text, folder, name, 0, error);
}

void opencl_define(struct text *text, const char *name, size_t value) {
    text_add(text, "#define %s %zu\n", name, value);
}

void opencl_define_pair(struct text *text, const char *name, struct network_pair pair) {
    text_add(text, "#define %s_HEIGHT %zu\n#define %s_WIDTH %zu\n", name, pair.height, name,
             pair.width);
}

/* Writes an integer of 24 bits times a power of two: exact, and without a point, which a locale
 * may write as ','. */
void opencl_define_float(struct text *text, const char *name, float value) {
    int exponent;
    int mantissa = (int)ldexpf(frexpf(fabsf(value), &exponent), 24);
    text_add(text, "#define %s %s0x%xp%df\n", name, signbit(value) ? "-" : "", (unsigned)mantissa,
             exponent - 24);
}

/* Appends "#undef NAME" for each macro that is defined in the text from ${begin} on, by the host
 * or by the file. If the host forgets a macro of the next file, the compiler then reports it,
 * instead of using the value of another layer. */
static void undefine(struct text *text, size_t begin) {
    size_t end = text->length;
    char name[64];
    for (size_t at = begin; at < end && !text->failed; at += strcspn(text->bytes + at, "\n") + 1) {
        if (strncmp(text->bytes + at, "#define ", 8) == 0 &&
            sscanf(text->bytes + at + 8, "%63[A-Za-z0-9_]", name) == 1) {
            text_add(text, "#undef %s\n", name);
        }
    }
}

static void define_shape(struct text *text, const char *prefix, struct tensor_shape shape) {
    text_add(text, "#define %s_CHANNELS %zu\n", prefix, shape.channels);
    text_add(text, "#define %s_HEIGHT %zu\n", prefix, shape.height);
    text_add(text, "#define %s_WIDTH %zu\n", prefix, shape.width);
    text_add(text, "#define %s_SIZE %zu\n", prefix, shape_size(shape));
}

/* Defines the place of each tensor of ${layer} in its flat array, counted from the layer's first
 * one there, under the tensor's name: RUNNING_MEAN for "conv1.running_mean". */
static void define_tensors(struct text *text, const struct weft_network *network,
                           const struct network_layer *layer) {
    for (size_t i = 0; i < layer->tensors; i++) {
        const struct network_tensor *tensor = &network->tensors[layer->first_tensor + i];
        char name[sizeof tensor->name];
        snprintf(name, sizeof name, "%s", strrchr(tensor->name, '.') + 1);
        for (char *c = name; *c != '\0'; c++) {
            *c = (char)(*c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c);
        }
        opencl_define(text, name,
                      tensor->offset - opencl_layer_begin(network, layer, tensor->trained));
    }
}

void opencl_source_define(struct text *text, const struct opencl_groups *groups,
                          const struct opencl_group *group) {
    const struct network_layer *layer = &groups->network->layers[group->main];
    if (group->layer->file == NULL) {
        return;
    }
    text_add(text, "/* %s */\n", group->layer->file);
    opencl_define(text, "RELU_INPUT", group->relu);
    define_shape(text, "IN", layer->input);
    define_shape(text, "OUT", layer->output);
    define_tensors(text, groups->network, layer);
    if (group->layer->define != NULL) {
        group->layer->define(text, layer, groups->mapping);
    }
}

/* Appends the file of group ${index} with the sizes of its main layer, unless an equal group before
 * it has done that. */
static enum weft_status add_group(struct text *text, const struct opencl_groups *groups,
                                  const char *folder, size_t index, struct weft_error *error) {
    const struct opencl_group *group = &groups->list[index];
    const struct network_layer *layer = &groups->network->layers[group->main];
    size_t begin = text->length;
    if (group->layer->file == NULL || group->same != index) {
        return WEFT_OK;
    }
    /* The macros, then the file. */
    text_add(text, "/* layer %zu: %s */\n", group->main + 1, layer->name);
    opencl_define(text, "LAYER", group->main + 1);
    opencl_source_define(text, groups, group);
    TRY(opencl_source_add(text, folder, group->layer->file, error));
    undefine(text, begin);
    return WEFT_OK;
}

/* Adds the whole vectors of the floats from ${begin} to ${end} - 1 to a condition. */
static void add_joined(struct text *text, size_t begin, size_t end) {
    begin = (begin + CPU_LANES - 1) / CPU_LANES;
    end /= CPU_LANES;
    if (begin < end) {
        text_add(text, " || ((v) >= %zu && (v) < %zu)", begin, end);
    }
}

/* Defines JOINED(v): whether vector v of the flat gradients is stored joined, all 16 values. Where
 * only some of them are, the update adds the shards, of which all but one are 0 for those. Tensors
 * that are next to each other are one range: a deep network may have a few in all. */
static void define_joined(struct text *text, const struct opencl_kernels *kernels) {
    const struct weft_network *network = kernels->groups->network;
    size_t begin = 0, end = 0; /* of the range: floats */
    text_add(text, "#define JOINED(v) (false");
    for (size_t i = 0; i < network->layer_count; i++) {
        const struct network_layer *layer = &network->layers[i];
        const bool joined = opencl_kernels_join(kernels, i);
        for (size_t t = 0; joined && t < layer->tensors; t++) {
            const struct network_tensor *tensor = &network->tensors[layer->first_tensor + t];
            if (tensor->trained) {
                if (tensor->offset != end) {
                    add_joined(text, begin, end);
                    begin = tensor->offset;
                }
                end = tensor->offset + tensor->count;
            }
        }
    }
    add_joined(text, begin, end);
    text_add(text, ")\n");
}

/* Appends a file that belongs to no layer, in which an item computes a divisor of ${size}
 * values. */
static enum weft_status add_common(struct text *text, const struct opencl_kernels *kernels,
                                   const char *folder, const char *file, size_t size,
                                   struct weft_error *error) {
    const struct opencl_groups *groups = kernels->groups;
    size_t begin = text->length, channels = network_pixel_channels(groups->network);
    define_joined(text, kernels);
    opencl_define(text, "SIZE", size);
    opencl_define(text, "CHANNELS", channels);
    opencl_define(text, "AREA", shape_size(groups->network->input) / channels);
    opencl_define(text, "VALUES_PER_ITEM", opencl_values_per_item(size, groups->mapping));
    opencl_define(text, "CLASSES", shape_size(network_output(groups->network)));
    TRY(opencl_source_add(text, folder, file, error));
    undefine(text, begin);
    return WEFT_OK;
}

/* Returns whether ${kernels} call functions of gradient.cl, each in a kernel of its own. */
static bool adds_gradients(const struct opencl_kernels *kernels) {
    size_t i = 0;
    while (i < kernels->count && !opencl_call_of_gradient(&kernels->list[i].calls[0])) {
        i++;
    }
    return i < kernels->count;
}

enum weft_status opencl_source_make(const struct opencl_kernels *kernels, const char *folder,
                                    struct text *text, struct weft_error *error) {
    static const char *const shared[] = {"numerics.h",    "sliding.h", "lanes.h",
                                         "elementwise.h", "philox.h",  "step_numbers.h",
                                         "probe.cl",      "fill.cl"};
    const struct opencl_groups *groups = kernels->groups;
    const struct weft_network *network = groups->network;
    size_t vectors = opencl_padded(network->parameter_count) / CPU_LANES;
    /* What all layers share. */
    text_add(text, "#pragma OPENCL FP_CONTRACT OFF\n");
    opencl_define(text, "ITEM_LANES", groups->mapping == WEFT_MAPPING_GPU ? 1 : CPU_LANES);
    opencl_define(text, "PARTIALS_STRIDE", vectors * CPU_LANES);
    for (size_t i = 0; i < sizeof shared / sizeof shared[0]; i++) {
        TRY(opencl_source_add(text, folder, shared[i], error));
    }
    if (adds_gradients(kernels)) {
        TRY(opencl_source_add(text, folder, "gradient.cl", error));
    }
    /* The layers, the files of no layer, and the kernels. */
    for (size_t i = 0; i < groups->count; i++) {
        TRY(add_group(text, groups, folder, i, error));
    }
    TRY(add_common(text, kernels, folder, "gather.cl", shape_size(network->input), error));
    TRY(add_common(text, kernels, folder, "cross_entropy.cl", 1, error));
    TRY(add_common(text, kernels, folder, "update.cl", vectors, error));
    opencl_emit_kernels(text, kernels);
    return text->failed
               ? error_set(error, WEFT_NO_MEMORY, "kernels: no memory for the program's source")
               : WEFT_OK;
}
