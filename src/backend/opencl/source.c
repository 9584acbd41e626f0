/* source.c: the text of the program for a whole network: cl/'s files, each layer's compiled with its own sizes. */
#include "backend/opencl/source.h"
#include "backend/opencl/builtin.h"
#include "backend/opencl/emit_kernel.h"
#include "backend/opencl/fusions.h"
#include "backend/opencl/kernels.h"
#include "backend/opencl/layer.h"
#include "backend/opencl/memory.h"
#include "os/files.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SOURCE_LIMIT (1 << 20) /* bytes of a .cl file */
#define NEST_LIMIT   8         /* files that include files */

/* Finds the text of ${name}: in ${folder}, whose file the caller frees by ${owned}, or built in. */
static enum weft_status find_text(const char *folder, const char *name, const char **text,
                                  char **owned, struct weft_error *error) {
    char path[4096];
    size_t size;
    *owned = NULL;
    if (folder != NULL) {
        snprintf(path, sizeof path, "%s/%s", folder, name);
        enum weft_status status = os_file_read(path, SOURCE_LIMIT, owned, &size, error);
        *text = *owned;
        return status == WEFT_OK ? WEFT_OK
                                 : (weft_error_context(error, "kernels"),
                                    weft_error_hint(error, "the folder of --kernels (WEFT_KERNELS) "
                                                           "must hold all files of weft's cl/"));
    }
    for (size_t i = 0; opencl_builtins[i].name != NULL; i++) {
        if (strcmp(opencl_builtins[i].name, name) == 0) {
            *text = opencl_builtins[i].text;
            return WEFT_OK;
        }
    }
    return weft_fail(error, WEFT_BAD_FILE, "kernels: %s: no built-in file of this name", name);
}

/* If ${line} is #include "NAME", stores NAME. */
static bool is_include(const char *line, char name[64]) {
    return sscanf(line, " # include \"%63[^\"\n]\"", name) == 1;
}

static enum weft_status add_file(struct text *text, const char *folder, const char *name, int depth,
                                 struct weft_error *error) {
    const char *line = "", *end;
    char *owned = NULL, included[64];
    size_t number = 1;
    enum weft_status status;
    if (depth > NEST_LIMIT) {
        return weft_fail(error, WEFT_BAD_FILE, "kernels: %s: files include each other", name);
    }
    status = find_text(folder, name, &line, &owned, error);
    text_add(text, "#line 1 \"%s\"\n", name);
    for (; status == WEFT_OK && *line != '\0'; line = end + (*end != '\0'), number++) {
        end = line + strcspn(line, "\n");
        if (is_include(line, included)) {
            status = add_file(text, folder, included, depth + 1, error);
            text_add(text, "#line %zu \"%s\"\n", number + 1, name);
        } else {
            text_add(text, "%.*s\n", (int)(end - line), line);
        }
    }
    free(owned);
    return status;
}

enum weft_status opencl_source_add(struct text *text, const char *folder, const char *name,
                                   struct weft_error *error) {
    return add_file(text, folder, name, 0, error);
}

void opencl_define(struct text *text, const char *name, size_t value) {
    text_add(text, "#undef %s\n#define %s %zu\n", name, name, value);
}

/* As an integer of 24 bits times a power of two: exact, and without a point, which a locale may write as ','. */
void opencl_define_float(struct text *text, const char *name, float value) {
    int exponent;
    int mantissa = (int)ldexpf(frexpf(fabsf(value), &exponent), 24);
    text_add(text, "#undef %s\n#define %s %s0x%xp%df\n", name, name, signbit(value) ? "-" : "",
             (unsigned)mantissa, exponent - 24);
}

/* Places in the flat arrays: a layer's first two tensors are parameters, the next two buffers. */
static void define_tensors(struct text *text, const struct weft_network *network,
                           const struct weft_layer *layer) {
    static const char *const names[] = {"WEIGHT", "BIAS", "RUNNING_MEAN", "RUNNING_VAR"};
    for (size_t i = 0; i < layer->tensors; i++) {
        opencl_define(text, names[i], network->tensors[layer->first_tensor + i].offset);
    }
}

static enum weft_status add_layer(struct text *text, const struct weft_network *network,
                                  size_t index, const struct opencl_layer *row,
                                  enum weft_mapping mapping, const char *folder,
                                  struct weft_error *error) {
    const struct weft_layer *layer = &network->layers[index];
    if (row->file == NULL) {
        return WEFT_OK;
    }
    text_add(text, "/* layer %zu: %s */\n", index + 1, layer->name);
    opencl_define(text, "LAYER", index + 1);
    define_tensors(text, network, layer);
    row->define(text, layer, mapping);
    return opencl_source_add(text, folder, row->file, error);
}

/* The file of a group, with the sizes of its main layer, and its kernels. */
static enum weft_status add_group(struct text *text, const struct weft_network *network,
                                  const struct opencl_groups *groups,
                                  const struct opencl_kernels *kernels, size_t group,
                                  enum weft_mapping mapping, const char *folder,
                                  struct weft_error *error) {
    const struct opencl_group *it = &groups->list[group];
    opencl_define(text, "RELU_INPUT", it->relu);
    opencl_define(text, "LANE_VALUES", 1);
    if (add_layer(text, network, it->main, it->layer, mapping, folder, error) != WEFT_OK) {
        return error->status;
    }
    for (size_t i = 0; i < kernels->count; i++) {
        const struct opencl_kernel *kernel = &kernels->list[i];
        if (kernel->loop == LOOP_APART && kernel->calls[0].group == group &&
            kernel->calls[0].function->host == NULL) {
            opencl_emit_kernel(text, groups, kernel);
        }
    }
    return WEFT_OK;
}

/* What belongs to no layer. */
static enum weft_status add_rest(struct text *text, const struct weft_network *network,
                                 enum weft_mapping mapping, const char *folder,
                                 struct weft_error *error) {
    size_t size = weft_shape_size(network->input);
    size_t vectors = opencl_padded(network->parameter_count) / CPU_LANES;
    opencl_define(text, "SIZE", size);
    opencl_define(text, "PER_ITEM", opencl_values_per_item(size, mapping));
    if (opencl_source_add(text, folder, "gather.cl", error) != WEFT_OK) {
        return error->status;
    }
    opencl_define(text, "CLASSES", weft_shape_size(weft_network_output(network)));
    if (opencl_source_add(text, folder, "cross_entropy.cl", error) != WEFT_OK) {
        return error->status;
    }
    opencl_define(text, "PER_ITEM", opencl_values_per_item(vectors, mapping));
    return opencl_source_add(text, folder, "adam.cl", error);
}

enum weft_status opencl_source_make(const struct weft_network *network,
                                    const struct opencl_groups *groups,
                                    const struct opencl_kernels *kernels, enum weft_mapping mapping,
                                    const char *folder, struct text *text,
                                    struct weft_error *error) {
    size_t vectors = opencl_padded(network->parameter_count) / CPU_LANES;
    struct weft_error ignored = {0};
    enum weft_status status;
    error = error != NULL ? error : &ignored;
    text_add(text, "#pragma OPENCL FP_CONTRACT OFF\n");
    opencl_define(text, "ITEM_LANES", mapping == WEFT_MAPPING_GPU ? 1 : CPU_LANES);
    opencl_define(text, "PARTIALS", vectors * CPU_LANES);
    status = opencl_source_add(text, folder, "numerics.h", error);
    if (status == WEFT_OK) {
        status = opencl_source_add(text, folder, "lanes.h", error);
    }
    if (status == WEFT_OK) {
        status = opencl_source_add(text, folder, "probe.cl", error);
    }
    for (size_t i = 0; status == WEFT_OK && i < groups->count; i++) {
        status = add_group(text, network, groups, kernels, i, mapping, folder, error);
    }
    if (status == WEFT_OK) {
        status = add_rest(text, network, mapping, folder, error);
    }
    for (size_t i = 0; status == WEFT_OK && i < kernels->count; i++) {
        if (kernels->list[i].loop != LOOP_APART) {
            opencl_emit_kernel(text, groups, &kernels->list[i]);
        }
    }
    if (status == WEFT_OK && text->failed) {
        status = weft_fail(error, WEFT_FAILED, "kernels: no memory for the program's source");
    }
    return status;
}
