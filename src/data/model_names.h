/* model_names.h: finds the tensors of a network in a file, which another program may have written.
 *
 * PyTorch's wrappers put prefixes before all names of a state dict: "module.", "_orig_mod.",
 * "model." and so on, also several. A wrapper of a part of the model adds its name inside some
 * names: "features.module.0.weight". torch.optim.swa_utils.AveragedModel adds n_averaged. */
#ifndef WEFT_DATA_MODEL_NAMES_H
#define WEFT_DATA_MODEL_NAMES_H

#include "data/safetensors.h"
#include "network/network.h"

/* A tensor of the file, and its name without the parts that wrappers add inside it. */
struct model_name {
    const char *name;
    const struct safetensors_entry *entry;
};

struct model_names {
    const struct safetensors *file;
    const struct weft_network *network;
    struct model_name *sorted;                 /* all of the file, by name */
    char *unwrapped;                           /* the names in ${sorted}; NULL: those of the file */
    const struct safetensors_entry **tensors;  /* of each tensor of the network */
    const struct safetensors_entry **counters; /* num_batches_tracked of each layer, or NULL */
    char prefix[256];                          /* before all names: "module.", or empty */
    const struct safetensors_entry *averaged;  /* n_averaged, which is ignored; or NULL */
};

/* Finds all tensors of ${network} in ${file}. Fails with WEFT_BAD_FILE if one is missing, or if the
 * file has another one; the hint says what helps. model_names_finish frees ${names}, also after
 * a failure. */
enum weft_status model_names_find(const struct safetensors *file,
                                  const struct weft_network *network, struct model_names *names,
                                  struct weft_error *error);
void model_names_finish(struct model_names *names);

/* Returns the tensor of the file that is called ${name} after the prefix, or NULL. */
const struct safetensors_entry *model_names_get(const struct model_names *names, const char *name);

/* Returns whether the file has all tensors of the network with the present prefix. */
bool model_names_complete(const struct model_names *names);

/* Stores the prefix with which the tensor ${full} is called ${name}. Returns false if there is
 * none. */
bool model_names_prefix(const char *full, const char *name, char prefix[256]);

/* model_extra.c: returns whether ${name} ends in ${end}, as a component of its own. */
bool model_extra_ends(const char *name, const char *end);

/* Returns whether the tensor ${name}, which is not in the network, looks like something that
 * PyTorch also saves. */
bool model_extra_known(const char *name);

/* Fails with WEFT_BAD_FILE for ${count} tensors that are not in the network; ${extra} is the one to
 * name. */
enum weft_status model_extra_refuse(const struct model_names *names,
                                    const struct safetensors_entry *extra, size_t count,
                                    struct weft_error *error);

/* model_rename.c: if the file has the network's layers under other names, with the same shapes in
 * the same order, sets the hint of ${error}: how to rename them. */
void model_rename_hint(const struct model_names *names, struct weft_error *error);

#endif
