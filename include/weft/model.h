/* model.h: a network with its values, and the safetensors file that holds them. */
#ifndef WEFT_MODEL_H
#define WEFT_MODEL_H

#include "weft/network.h"

WEFT_BEGIN

/* The number of the contract of equal bits (cl/README.md) that this library keeps. */
#define WEFT_CONTRACT 1

struct weft_model {
    struct weft_network *network;
    float *parameters; /* network->parameter_count: every trained tensor at its offset */
    float *buffers;    /* network->buffer_count: running_mean and running_var at their offsets */
    int64_t *batches;  /* num_batches_tracked of each layer (0 where it is no batch norm) */
    char *
        options; /* JSON object of the options that determined the bits, or NULL: __metadata__ "weft.options" */
    bool published_assumed; /* the file named no network: the published one was taken */
};

/* Makes a model of the list of layers ${network} with all parameters and buffers 0 (running_var and batch norm's weight 1).
 * Takes ${network} over: weft_model_destroy frees it, and so does this function when it fails. */
WEFT_API enum weft_status weft_model_create(struct weft_network *network, struct weft_model **model,
                                            struct weft_error *error);

/* Frees ${model} and its network. NULL is harmless. */
WEFT_API void weft_model_destroy(struct weft_model *model);

/* Gives ${model} its initial values from ${seed}: weights and biases of conv2d and linear uniform in +-1/sqrt(fan_in),
 * as PyTorch's (fan_in: inputs of one output: in_channels x kernel area, or in_features); batch norm 1 and 0, running statistics
 * 0 and 1, batches 0. The same bits on every machine. */
WEFT_API void weft_model_initialise(struct weft_model *model, uint64_t seed);

/* Reads the model file ${path} (or, if it is a folder, the model.safetensors in it): safetensors with PyTorch's names and
 * layouts. The network is the one in its __metadata__, or the published one. Everything is checked; fails with WEFT_BAD_FILE
 * and a message that names the file and the tensor. A file may hold num_batches_tracked or not.
 * Values with a magnitude below 2^-36 become +0 (the contract of equal bits says why). */
WEFT_API enum weft_status weft_model_load(const char *path, struct weft_model **model,
                                          struct weft_error *error);

/* Writes ${model} to ${path} as safetensors, beside it first and then renamed. ${sha256}, if not NULL, receives
 * the file's hash in hexadecimal. The same model gives the same bytes. Fails with WEFT_FAILED for a model that weft_model_load
 * would refuse (a NaN, an infinity, a running variance below 0), with WEFT_USAGE for options that are no JSON object, and
 * with WEFT_BAD_FILE; then no file is left, and an older one stays. */
WEFT_API enum weft_status weft_model_save(const struct weft_model *model, const char *path,
                                          char sha256[65], struct weft_error *error);

/* Writes the SHA-256 of the file ${path} (or, if it is a folder, of the model.safetensors in it) in lower-case hexadecimal into ${sha256}.
 * Fails with WEFT_BAD_FILE. */
WEFT_API enum weft_status weft_file_sha256(const char *path, char sha256[65],
                                           struct weft_error *error);

/* Writes ${values}, laid out as the parameters of ${network}, under the parameters' names: gradients, say. */
WEFT_API enum weft_status weft_parameters_save(const struct weft_network *network,
                                               const float *values, const char *path,
                                               struct weft_error *error);

WEFT_END

#endif
