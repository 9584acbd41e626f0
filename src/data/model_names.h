/* model_names.h: finds the tensors of a network in a file, which another program may have written.
 *
 * PyTorch's wrappers put prefixes before all names of a state dict: "module.", "_orig_mod.",
 * "model." and so on, also several. torch.optim.swa_utils.AveragedModel adds n_averaged. */
#ifndef WEFT_DATA_MODEL_NAMES_H
#define WEFT_DATA_MODEL_NAMES_H

#include "data/safetensors.h"
#include "weft/network.h"

struct model_names {
    const struct safetensors *file;
    const struct weft_network *network;
    const struct safetensors_entry **sorted;   /* all of the file, by name */
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

/* model_rename.c: if the file has the network's layers under other names, with the same shapes in
 * the same order, sets the hint of ${error}: how to rename them. */
void model_rename_hint(const struct model_names *names, struct weft_error *error);

#endif
