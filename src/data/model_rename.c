/* model_rename.c: recognises a network whose layers have other names in a file, by their shapes: an
 * nn.Sequential calls them "0", "3" and so on. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "data/model_names.h"

#define LIST_MAX 600 /* bytes of the names in a hint */

/* A part of a tensor's name: all before its last dot. */
struct module {
    const char *name; /* in the file, after the prefix */
    size_t length;
    size_t entries; /* tensors, without num_batches_tracked */
    bool used;
};

/* The order of people: "2" is before "10". */
static int compare_modules(const void *a, const void *b) {
    const struct module *left = a, *right = b;
    size_t i = 0, j = 0;
    while (i < left->length && j < right->length) {
        unsigned char x = (unsigned char)left->name[i], y = (unsigned char)right->name[j];
        if (isdigit(x) && isdigit(y)) {
            unsigned long long m = 0, n = 0;
            for (; i < left->length && isdigit((unsigned char)left->name[i]); i++) {
                m = m * 10 + (unsigned long long)(left->name[i] - '0');
            }
            for (; j < right->length && isdigit((unsigned char)right->name[j]); j++) {
                n = n * 10 + (unsigned long long)(right->name[j] - '0');
            }
            if (m != n) {
                return m < n ? -1 : 1;
            }
        } else if (x != y) {
            return x < y ? -1 : 1;
        } else {
            i++;
            j++;
        }
    }
    return (int)(left->length - i > 0) - (int)(right->length - j > 0);
}

static bool same_module(const struct module *a, const struct module *b) {
    return a->length == b->length && memcmp(a->name, b->name, a->length) == 0;
}

/* Lists the modules of the file in order, and returns their number. Returns 0 if there is a tensor
 * of no module, or a name that cannot be in a line of Python. */
static size_t list_modules(const struct model_names *names, struct module *modules) {
    const size_t before = strlen(names->prefix);
    size_t count = 0, kept = 0;
    for (size_t i = 0; i < names->file->count; i++) {
        const char *name = names->file->entries[i].name, *dot;
        if (&names->file->entries[i] == names->averaged) {
            continue;
        }
        if (strncmp(name, names->prefix, before) != 0) {
            return 0;
        }
        name += before;
        dot = strrchr(name, '.');
        if (dot == NULL) {
            return 0;
        }
        modules[count] = (struct module){.name = name, .length = (size_t)(dot - name)};
        modules[count++].entries = strcmp(dot, ".num_batches_tracked") != 0;
        for (const char *c = name; c < dot; c++) {
            if (!isalnum((unsigned char)*c) && strchr("_.-", *c) == NULL) {
                return 0;
            }
        }
    }
    qsort(modules, count, sizeof *modules, compare_modules);
    for (size_t i = 0; i < count; i++) {
        if (kept > 0 && same_module(&modules[kept - 1], &modules[i])) {
            modules[kept - 1].entries += modules[i].entries;
        } else {
            modules[kept++] = modules[i];
        }
    }
    return kept;
}

/* Returns whether ${module} has exactly the tensors of ${layer}, with their shapes. */
static bool fits(const struct model_names *names, const struct network_layer *layer,
                 const struct module *module) {
    for (size_t i = 0; i < layer->tensors; i++) {
        const struct network_tensor *tensor = &names->network->tensors[layer->first_tensor + i];
        const struct safetensors_entry *entry;
        char name[256];
        int length = snprintf(name, sizeof name, "%.*s%s", (int)module->length, module->name,
                              strrchr(tensor->name, '.'));
        entry = length > 0 && (size_t)length < sizeof name ? model_names_get(names, name) : NULL;
        if (entry == NULL || entry->rank != tensor->rank ||
            memcmp(entry->shape, tensor->shape, tensor->rank * sizeof *tensor->shape) != 0) {
            return false;
        }
    }
    return module->entries == layer->tensors;
}

/* Adds "\"0\": \"conv1\", ..." to ${text}: the module of each layer with tensors. Returns false if
 * they are not the same layers. */
static bool pair(const struct model_names *names, struct module *modules, size_t count,
                 struct text *text) {
    size_t pairs = 0, layers = 0;
    for (size_t i = 0; i < names->network->layer_count; i++) {
        layers += names->network->layers[i].tensors > 0;
    }
    if (layers != count) {
        return false;
    }
    for (size_t i = 0; i < names->network->layer_count; i++) {
        const struct network_layer *layer = &names->network->layers[i];
        size_t m = 0;
        if (layer->tensors == 0) {
            continue;
        }
        while (m < count && (modules[m].used || !fits(names, layer, &modules[m]))) {
            m++;
        }
        if (m == count) {
            return false;
        }
        modules[m].used = true;
        text_add(text, "%s\"%s%.*s\": \"%s\"", pairs++ > 0 ? ", " : "", names->prefix,
                 (int)modules[m].length, modules[m].name, layer->name);
    }
    return pairs > 0;
}

void model_rename_hint(const struct model_names *names, struct weft_error *error) {
    struct module *modules = calloc(names->file->count + 1, sizeof *modules);
    struct text pairs = {0};
    char *list;
    bool same = modules != NULL && pair(names, modules, list_modules(names, modules), &pairs);
    free(modules);
    list = text_take(&pairs);
    if (same && list != NULL && strlen(list) < LIST_MAX) {
        error_hint(error,
                   "its shapes are those of the network, under other names; name the layers so "
                   "in a list for weft_network_create, or in PyTorch:\n"
                   "  names = {%s}\n"
                   "  state = {names[k.rpartition(\".\")[0]] + \".\" + k.rpartition(\".\")[2]: v "
                   "for k, v in model.state_dict().items()}\n"
                   "  safetensors.torch.save_file(state, \"model.safetensors\")",
                   list);
    } else if (same) {
        error_hint(error, "its shapes are those of the network, under other names; name the "
                          "layers so in a list for weft_network_create");
    }
    free(list);
}
