/* setup.h: what several commands do before they compute: read a model, make a network, open a
 * device. */
#ifndef WEFT_CLI_SETUP_H
#define WEFT_CLI_SETUP_H

#include "backend/backend.h"
#include "backend/device.h"
#include "cli/options.h"
#include "cli/progress.h"
#include "data/model.h"

/* Prints a notice if the file ${path} is ${undigested} (see struct weft_model). */
void cli_setup_undigested(const struct cli_options *options, const char *path, bool undigested);

/* Reads the model ${operand}, of the network in the file ${list} unless that is NULL, and stores
 * the path of its file. Prints a notice when the file has no digest, names no network, or was
 * converted. The caller destroys ${model}. */
enum weft_status cli_setup_model(const struct cli_options *options, const char *operand,
                                 const char *list, struct weft_model **model, char path[4096],
                                 struct weft_error *error);

/* Makes the network of the file ${path} (a JSON list of layers), or the published one when ${path}
 * is NULL. */
enum weft_status cli_setup_network(const char *path, struct weft_network **network,
                                   struct weft_error *error);

/* Finds the data folder, which is ${data} unless that is NULL, stores its path, and reads both
 * splits. The caller finishes ${images}, also after a failure. */
enum weft_status cli_setup_images(const char *data, char folder[4096],
                                  struct weft_images images[WEFT_SPLIT_COUNT],
                                  struct weft_error *error);
void cli_setup_images_finish(struct weft_images images[WEFT_SPLIT_COUNT]);

/* The progress callback of an evaluation without a bar: stops it when the program is
 * interrupted. */
bool cli_setup_go_on(void *context, size_t done, size_t images);

/* Returns the options of a backend that the common options determine. ${options} must live as long
 * as the backend. */
struct backend_options cli_setup_backend_options(const struct cli_options *options);

/* From now on, an end of the process by a crash, or by an exit in other code, is explained on
 * stderr (os_explain_end): with ${drivers} as one that an OpenCL driver may have caused, else as
 * one of weft. Call it with true before drivers are loaded. */
void cli_setup_explain_end(bool drivers);

/* Opens the device that the options name, for up to ${batch} images at once, and prints which
 * device it is, what a user should know about it. The backend stops when the program is
 * interrupted, and draws ${progress} during long steps; NULL: it draws nothing. */
enum weft_status cli_setup_device(const struct cli_options *options,
                                  const struct weft_network *network, size_t batch,
                                  bool forward_only, struct cli_progress *progress,
                                  struct backend **backend, struct weft_error *error);

/* Writes the values of ${model} and the table of pixel values to ${backend}: raw pixels if ${raw},
 * otherwise normalised ones. */
enum weft_status cli_setup_write_model(struct backend *backend, const struct weft_model *model,
                                       bool raw, struct weft_error *error);

#endif
