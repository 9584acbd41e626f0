/* model_extra.c: tensors of a file that are not in the network: what they are, and how to save the
 * file without them. */
#include <string.h>

#include "data/model_names.h"

static const char save_hint[] = "to save only the model in PyTorch: safetensors.torch.save_file("
                                "model.state_dict(), \"model.safetensors\")";

bool model_extra_ends(const char *name, const char *end) {
    size_t length = strlen(name), part = strlen(end);
    return length >= part && strcmp(name + length - part, end) == 0 &&
           (length == part || name[length - part - 1] == '.');
}

/* What else PyTorch saves: the end of a name, what it is, and how to save the file without. */
static const struct part {
    const char *end, *what, *how;
} parts[] = {
    {"exp_avg", "the state of an optimiser", save_hint},
    {"exp_avg_sq", "the state of an optimiser", save_hint},
    {"max_exp_avg_sq", "the state of an optimiser", save_hint},
    {"momentum_buffer", "the state of an optimiser", save_hint},
    {"square_avg", "the state of an optimiser", save_hint},
    {"step", "the state of an optimiser", save_hint},
    {"weight_mask", "part of a pruned weight",
     "in PyTorch, torch.nn.utils.prune.remove(module, \"weight\") before state_dict()"},
    {"weight_orig", "part of a pruned weight, or of one with spectral norm",
     "in PyTorch, torch.nn.utils.prune.remove or remove_spectral_norm before state_dict()"},
    {"weight_g", "part of a weight with weight norm",
     "in PyTorch, torch.nn.utils.remove_weight_norm(module) before state_dict()"},
    {"original0", "part of a parametrised weight",
     "in PyTorch, torch.nn.utils.parametrize.remove_parametrizations(module, \"weight\") before "
     "state_dict()"},
    {"original", "a parametrised weight",
     "in PyTorch, torch.nn.utils.parametrize.remove_parametrizations(module, \"weight\") before "
     "state_dict()"},
    {"zero_point", "part of a quantised weight", "save the model before it is quantised"},
};

/* Returns what the tensor ${name}, which is not in the network, looks like; or NULL. */
static const struct part *guess(const char *name) {
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (model_extra_ends(name, parts[i].end)) {
            return &parts[i];
        }
    }
    return strstr(name, "optim") != NULL ? &parts[0] : NULL;
}

bool model_extra_known(const char *name) {
    return guess(name) != NULL;
}

/* Returns whether the file has all of the network with another prefix, too, which ${extra} has. */
static bool is_twice(const struct model_names *names, const struct safetensors_entry *extra,
                     char prefix[256]) {
    struct model_names other = *names;
    for (size_t i = 0; model_names_complete(names) && i < names->network->tensor_count; i++) {
        if (model_names_prefix(extra->name, names->network->tensors[i].name, other.prefix) &&
            model_names_complete(&other)) {
            memcpy(prefix, other.prefix, sizeof other.prefix);
            return true;
        }
    }
    return false;
}

enum weft_status model_extra_refuse(const struct model_names *names,
                                    const struct safetensors_entry *extra, size_t count,
                                    struct weft_error *error) {
    char prefix[256];
    const struct part *part = guess(extra->name);
    if (is_twice(names, extra, prefix)) {
        error_set(error, WEFT_BAD_FILE,
                  "tensor %.200s: the file has the network twice, with the prefixes \"%s\" and "
                  "\"%s\"",
                  extra->name, names->prefix, prefix);
        return error_hint(error, "%s", save_hint);
    }
    error_set(error, WEFT_BAD_FILE, "tensor %.200s: the network has no such tensor%s%s",
              extra->name, part != NULL ? ": it looks like " : "", part != NULL ? part->what : "");
    if (count > 1) {
        error_context(error, "%zu tensors too many", count);
    }
    model_rename_hint(names, error);
    return part != NULL                  ? error_hint(error, "%s", part->how)
           : model_names_complete(names) ? error_hint(error, "%s", save_hint)
                                         : WEFT_BAD_FILE;
}
