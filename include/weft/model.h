/* model.h: a network with its values, and the safetensors file that holds them. */
#ifndef WEFT_MODEL_H
#define WEFT_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "weft/error.h"
#include "weft/images.h"
#include "weft/network.h"

WEFT_BEGIN

/* A model is used by one thread at a time. Different models are independent of each other. */
struct weft_model;

/* Makes a model of a copy of ${network}, with initial values from ${seed}, as PyTorch draws them:
 * weights and biases of conv2d and linear are uniform in +-1/sqrt(fan_in), where fan_in is the
 * number of inputs of one output; batch norm has weight 1, bias 0, and running statistics 0 and 1.
 * The bits are the same on every machine. */
WEFT_API enum weft_status weft_model_create(const struct weft_network *network, uint64_t seed,
                                            struct weft_model **model, struct weft_error *error);

/* Reads the model file ${path}, or model.safetensors in it if it is a folder: safetensors with the
 * names and layouts of PyTorch. The network is that of the file, or the published one if the file
 * names none. Values with a magnitude below 2^-36 become +0, as in all computations, and
 * weft_model_notice says how many. All of the file is checked: fails with WEFT_BAD_FILE and a
 * message that names the file and the tensor.
 *
 * What PyTorch's tools add is taken, and weft_model_notice says so: a prefix that all names share,
 * as "module." or "_orig_mod.", the tensor n_averaged of an AveragedModel, and float16, bfloat16
 * and float64 in place of float32. A float64 is rounded to the nearest float32. */
WEFT_API enum weft_status weft_model_load(const char *path, struct weft_model **model,
                                          struct weft_error *error);

/* The same, for a file of ${network}. Fails with WEFT_BAD_FILE if the file names another one. */
WEFT_API enum weft_status weft_model_load_as(const char *path, const struct weft_network *network,
                                             struct weft_model **model, struct weft_error *error);

/* Both, for ${size} ${bytes} of a file in memory, which stay the caller's. */
WEFT_API enum weft_status weft_model_load_memory(const void *bytes, size_t size,
                                                 struct weft_model **model,
                                                 struct weft_error *error);
WEFT_API enum weft_status weft_model_load_memory_as(const void *bytes, size_t size,
                                                    const struct weft_network *network,
                                                    struct weft_model **model,
                                                    struct weft_error *error);

/* Writes ${model} to ${path} as safetensors: to a temporary file first, which is then renamed. A
 * symbolic link at ${path} is replaced, not followed. The same model gives the same bytes. Fails
 * with WEFT_BAD_FILE; then no file is left, and an older one stays. */
WEFT_API enum weft_status weft_model_save(const struct weft_model *model, const char *path,
                                          struct weft_error *error);

/* The same, and stores the SHA-256 of the file in ${sha256}, in lower-case hexadecimal: of the
 * bytes that were written, which need not be read again. */
WEFT_API enum weft_status weft_model_save_sha256(const struct weft_model *model, const char *path,
                                                 char sha256[65], struct weft_error *error);

/* Stores the bytes of this file in ${bytes}, which the caller frees with weft_free, and their
 * number in ${size}. */
WEFT_API enum weft_status weft_model_save_memory(const struct weft_model *model, void **bytes,
                                                 size_t *size, struct weft_error *error);

/* Writes arrays of floats to ${path} as safetensors, such as logits or gradients: for each of
 * ${count} ${tensors} (name, rank, shape and count matter) the array of ${values}, in this order.
 * Values are written as they are, also a NaN. weft_compare_files compares such files. Fails with
 * WEFT_USAGE for a name that is empty, used twice or not UTF-8, and for a count that is not the
 * product of the shape; and with WEFT_BAD_FILE as weft_model_save. */
WEFT_API enum weft_status weft_tensors_save(const char *path,
                                            const struct weft_tensor *const *tensors,
                                            const float *const *values, size_t count,
                                            struct weft_error *error);

/* Makes a copy of ${model}, with its network. */
WEFT_API enum weft_status weft_model_clone(const struct weft_model *model,
                                           struct weft_model **clone, struct weft_error *error);

/* Frees ${model} and its network. NULL is harmless. */
WEFT_API void weft_model_destroy(struct weft_model *model);

/* Returns the network of ${model}, which is valid until the model is destroyed. NULL for NULL. */
WEFT_API const struct weft_network *weft_model_network(const struct weft_model *model);

/* Copies the ${count} values of the tensor ${name} ("conv1.weight", "batchN1.running_mean"; struct
 * weft_tensor) to or from ${values}, in the order of PyTorch: the last dimension runs fastest.
 * Values with a magnitude below 2^-36 become +0. Both fail with WEFT_USAGE if there is no such
 * tensor, if ${count} is not its number of floats, and for a value that is NaN, infinite, or a
 * running variance below 0; the model is then as it was. */
WEFT_API enum weft_status weft_model_get(const struct weft_model *model, const char *name,
                                         float *values, size_t count, struct weft_error *error);
WEFT_API enum weft_status weft_model_set(struct weft_model *model, const char *name,
                                         const float *values, size_t count,
                                         struct weft_error *error);

/* Returns the number of classes whose names the model has. 0: it has none. */
WEFT_API size_t weft_model_classes(const struct weft_model *model);

/* Returns the name of class ${label}, valid until the names are set. NULL: there is none. */
WEFT_API const char *weft_model_class_name(const struct weft_model *model, size_t label);

/* Gives ${model} copies of the ${names} of its classes, as many as the outputs of its network:
 * UTF-8 of 1 to 200 bytes without control characters, also those that change the direction of a
 * text. ${count} 0 removes the names. */
WEFT_API enum weft_status weft_model_set_classes(struct weft_model *model, const char *const *names,
                                                 size_t count, struct weft_error *error);

/* Returns the JSON object that the model file has as its options ("weft.options" in __metadata__),
 * such as those of the training; NULL: there is none. Valid until it is set. */
WEFT_API const char *weft_model_options(const struct weft_model *model);

/* Sets these options to a copy of the JSON object ${json}. NULL removes them. */
WEFT_API enum weft_status weft_model_set_options(struct weft_model *model, const char *json,
                                                 struct weft_error *error);

/* Returns how many channels have a mean and a standard deviation in the model, and stores where
 * these are in ${mean} and ${deviation}. A session computes with (pixel / 255 - mean) / deviation.
 * 0: there are none, and a session computes with those of Fashion-MNIST, 0.2859 and 0.3530. */
WEFT_API size_t weft_model_normalisation(const struct weft_model *model, const float **mean,
                                         const float **deviation);

/* Sets them, for ${channels} channels: as many as the network's input has, up to 16, or 1 if it is
 * flat; or 0 with NULL. Each mean is -1000 to 1000, each deviation 1e-6 to 1000. */
WEFT_API enum weft_status weft_model_set_normalisation(struct weft_model *model, const float *mean,
                                                       const float *deviation, size_t channels,
                                                       struct weft_error *error);

/* Returns the hashes of the images and of the labels of ${split} that the model file names as those
 * of the training (struct weft_images_hash); empty texts: none. */
WEFT_API const char *weft_model_images_sha256(const struct weft_model *model,
                                              enum weft_split split);
WEFT_API const char *weft_model_labels_sha256(const struct weft_model *model,
                                              enum weft_split split);

/* Sets these hashes. ${hash} NULL removes them. Fails with WEFT_USAGE for what is not 64 lower-case
 * hexadecimal digits. */
WEFT_API enum weft_status weft_model_set_data(struct weft_model *model, enum weft_split split,
                                              const struct weft_images_hash *hash,
                                              struct weft_error *error);

/* What is known of the file that was read: its path, and its SHA-256 in lower-case hexadecimal.
 * Empty texts for a model that was created, and an empty path for one from memory. */
WEFT_API const char *weft_model_path(const struct weft_model *model);
WEFT_API const char *weft_model_sha256(const struct weft_model *model);

/* Returns how the file differed from a state dict of float32 ("the prefix module. of all names was
 * removed"), and how many of its values became 0; or an empty text. */
WEFT_API const char *weft_model_notice(const struct weft_model *model);

/* Returns whether the file named no network: the published one was taken. */
WEFT_API bool weft_model_published_assumed(const struct weft_model *model);

/* Returns whether an earlier weft wrote the file, without a digest: damage would not be noticed. */
WEFT_API bool weft_model_undigested(const struct weft_model *model);

WEFT_END

#endif
