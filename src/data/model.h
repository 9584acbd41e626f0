/* model.h: a network with its values, and the safetensors file that holds them. */
#ifndef WEFT_DATA_MODEL_H
#define WEFT_DATA_MODEL_H

#include "data/images.h"
#include "data/normalisation.h"
#include "network/network.h"
#include "weft/model.h"
#include "weft/version.h"

/* A network with the values of its tensors. */
struct weft_model {
    struct weft_network *network; /* owned by the model */
    float *parameters;            /* network->parameter_count: each trained tensor at its offset */
    float *buffers;   /* network->buffer_count: running_mean and running_var at their offsets */
    int64_t *batches; /* num_batches_tracked of each layer; 0 for a layer without it */
    /* JSON object of the options that determined the bits, from malloc, or NULL. It is
     * __metadata__ "weft.options" of the file. */
    char *options;
    struct normalisation pixels; /* of the images; __metadata__ "weft.pixels" unless all zero */
    /* The names of the classes, label 0 first, and NULL after the last; NULL if they are not known.
     * Set by model_set_classes. */
    char **classes;
    /* The data folder of the training: empty texts where it is not known. */
    struct split_hash data[WEFT_SPLIT_COUNT];
    /* What model_load found: */
    char *path;             /* of the file that was read, or NULL */
    char sha256[65];        /* the hash of the file that was read, in lower-case hexadecimal */
    bool published_assumed; /* the file named no network: the published one was taken */
    bool undigested;        /* an earlier weft wrote the file, without a digest of its content */
    /* How the file differed from a state dict of float32 ("the prefix module. of all names was
     * removed; 22 tensors of float16 were converted to float32, exactly"), or empty. */
    char notice[1024];
};

/* Takes ${network} over and makes a model of it, with all parameters and buffers 0, but for the
 * running_var and weight of batch norm, which are 1. model_destroy frees ${network}; this
 * function frees it when it fails. (backend_open, in contrast, borrows a network.) Fails with
 * WEFT_NO_MEMORY without memory. */
enum weft_status model_create(struct weft_network *network, struct weft_model **model,
                              struct weft_error *error);

/* Stores a copy of ${model} in ${copy}, which the caller destroys. Fails with WEFT_NO_MEMORY. */
enum weft_status model_copy(const struct weft_model *model, struct weft_model **copy,
                            struct weft_error *error);

/* Frees ${model}, its network and its values. NULL is harmless. */
void model_destroy(struct weft_model *model);

/* Gives ${model} its initial values from ${seed}, as PyTorch draws them: weights and biases of
 * conv2d and linear are uniform in +-1/sqrt(fan_in), where fan_in is the number of inputs of one
 * output (in_channels x kernel area, or in_features). Batch norm has weight 1, bias 0, and running
 * statistics 0 and 1. The bits are the same on every machine. Returns early, with incomplete
 * values, if the function of set_interrupted returns true. */
void model_initialise(struct weft_model *model, uint64_t seed);

/* Stores in ${file} the path of the model file that ${path} names: ${path} itself, or
 * model.safetensors in it if it is a folder. Fails with WEFT_USAGE for a path that is too long. */
enum weft_status model_path(const char *path, char file[4096], struct weft_error *error);

/* Reads the model file of ${path} (see model_path): safetensors with the names and layouts of
 * PyTorch. The network is that of its __metadata__, or the published one. The caller frees ${model}
 * with model_destroy. A file may have num_batches_tracked or not. Values with a magnitude
 * below 2^-36 become +0 (cl/README.md says why). All of the file is checked: fails with
 * WEFT_BAD_FILE and a message that names the file and the tensor.
 *
 * What PyTorch's tools add is taken, and ${model}->notice says so: a prefix that all names share,
 * as "module." or "_orig_mod.", the tensor n_averaged of an AveragedModel, and float16, bfloat16
 * and float64 in place of float32. A float64 is rounded to the nearest float32. A
 * num_batches_tracked may have any type and one element. */
enum weft_status model_load(const char *path, struct weft_model **model, struct weft_error *error);

/* As model_load, for a file of ${network}, which this function takes over, also when it fails.
 * Fails with WEFT_BAD_FILE if the file names another network. NULL: as model_load. */
enum weft_status model_load_as(const char *path, struct weft_network *network,
                               struct weft_model **model, struct weft_error *error);

/* As model_load_as, for the content of a file: ${size} ${bytes}, which stay the caller's. */
enum weft_status model_load_memory(const void *bytes, size_t size, struct weft_network *network,
                                   struct weft_model **model, struct weft_error *error);

/* Copies ${count} ${values} to the tensor ${tensor} of ${model}, with a magnitude below 2^-36 as
 * +0. Fails with WEFT_USAGE for a value that no file can have (a NaN, an infinity, a negative
 * running variance): the model is then as it was. */
enum weft_status model_set(struct weft_model *model, const struct network_tensor *tensor,
                           const float *values, struct weft_error *error);

/* Writes ${model} to ${path} as safetensors: to a temporary file first, which is then renamed. A
 * symbolic link at ${path} is replaced, not followed. ${sha256}, if not NULL, receives the hash of
 * the file in lower-case hexadecimal. The same model gives the same bytes. Fails with WEFT_DIVERGED
 * for a model that model_load would refuse (a NaN, an infinity, a negative running variance),
 * with WEFT_USAGE for options that are not a JSON object, and with WEFT_BAD_FILE; then no file is
 * left, and an older one stays. */
enum weft_status model_save(const struct weft_model *model, const char *path, char sha256[65],
                            struct weft_error *error);

/* Stores the bytes of the file that model_save writes in ${bytes}, which the caller frees, and
 * their number in ${size}. */
enum weft_status model_save_memory(const struct weft_model *model, unsigned char **bytes,
                                   size_t *size, struct weft_error *error);

/* Returns the number of classes whose names ${model} has. 0: they are not known. */
size_t model_class_count(const struct weft_model *model);

/* Returns whether none of the ${count} ${values} is infinite or NaN. */
bool values_are_finite(const float *values, size_t count);

/* Fails with ${status} unless all ${count} ${values} of the tensor ${name} are finite and, if they
 * are ${squares} or a running variance, not below 0. */
enum weft_status values_check(const char *name, const float *values, size_t count, bool squares,
                              enum weft_status status, struct weft_error *error);

/* Copies ${count} ${values} to ${to}, with a magnitude below 2^-36 as +0. */
void values_clean(const float *values, size_t count, float *to);

/* Gives ${model} copies of ${count} ${names}, of one class each. Fails with WEFT_NO_MEMORY without
 * memory. */
enum weft_status model_set_classes(struct weft_model *model, const char *const *names, size_t count,
                                   struct weft_error *error);

#endif
