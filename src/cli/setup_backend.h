/* setup_backend.h: what commands that use private functions of the library do before they compute:
 * read images, open a device. */
#ifndef WEFT_CLI_SETUP_BACKEND_H
#define WEFT_CLI_SETUP_BACKEND_H

#include "backend/backend.h"
#include "backend/device.h"
#include "cli/options.h"
#include "data/model.h"

/* Finds the data folder, which is ${data} unless that is NULL, stores its path, and reads both
 * splits, as cli_load_data_options says unless ${network} is NULL. The caller finishes ${images},
 * also after a failure. */
enum weft_status cli_setup_images(const char *data, const struct weft_network *network,
                                  char folder[4096], struct weft_images images[WEFT_SPLIT_COUNT],
                                  struct weft_error *error);
void cli_setup_images_finish(struct weft_images images[WEFT_SPLIT_COUNT]);

/* Returns the options of a backend that the common options determine. ${options} must live as long
 * as the backend. */
struct backend_options cli_setup_backend_options(const struct cli_options *options);

/* Adds ${device} as the member "device". */
void cli_setup_json_device(struct json_writer *json, const struct device_info *device);

/* Opens the device that the options name, or ${chosen} unless that is NULL, for up to ${batch}
 * images at once, and prints which device it is, and what a user should know about it. The backend
 * stops when the program is interrupted. */
enum weft_status cli_setup_device(const struct cli_options *options,
                                  const struct device_info *chosen,
                                  const struct weft_network *network, size_t batch,
                                  bool forward_only, struct backend **backend,
                                  struct weft_error *error);

/* Writes the values of ${model} and its table of pixel values to ${backend}. */
enum weft_status cli_setup_write_model(struct backend *backend, const struct weft_model *model,
                                       struct weft_error *error);

#endif
