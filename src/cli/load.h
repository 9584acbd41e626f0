/* load.h: how commands read models, networks and images. */
#ifndef WEFT_CLI_LOAD_H
#define WEFT_CLI_LOAD_H

#include "cli/options.h"
#include "weft/images.h"
#include "weft/model.h"

/* Prints a notice if the file ${path} is ${undigested} (weft_model_undigested). */
void cli_load_undigested(const struct cli_options *options, const char *path, bool undigested);

/* Reads the model ${operand}, of the network in the file ${list} unless that is NULL. Prints a
 * notice when the file has no digest, names no network, or was converted. The caller destroys
 * ${model}. */
enum weft_status cli_load_model(const struct cli_options *options, const char *operand,
                                const char *list, struct weft_model **model,
                                struct weft_error *error);

/* Makes the network of the file ${path} (a JSON list of layers), or the published one when ${path}
 * is NULL. */
enum weft_status cli_load_network(const char *path, struct weft_network **network,
                                  struct weft_error *error);

/* Returns how to read a data folder for ${network}: images without names have as many classes as
 * the network has outputs, if their labels allow that, and grey PNG files get three channels if it
 * takes three. */
struct weft_data_options cli_load_data_options(const struct cli_options *options,
                                               const struct weft_network *network);

/* Reads ${split} of ${folder}, and checks that the images fit ${network}. Grey PNG files get three
 * channels also if they fit a flat input only so. The caller destroys ${images}. */
enum weft_status cli_load_images(const struct cli_options *options, const char *folder,
                                 enum weft_split split, const struct weft_network *network,
                                 struct weft_images **images, struct weft_error *error);

/* Returns the grey of the ${pixel} of an image of ${channels} of ${area} pixels each: of three
 * channels their brightness, else the first channel. */
uint8_t cli_load_brightness(const uint8_t *pixel, size_t channels, size_t area);

/* Stores the greys of image ${index} of ${images} in ${grey}, whose rows have ${columns} bytes. */
void cli_load_grey(const struct weft_images *images, size_t index, size_t columns, uint8_t *grey);

/* Fails with WEFT_BAD_FILE unless ${network} takes images of ${shape} and predicts ${classes}. */
enum weft_status cli_load_check(const struct weft_network *network, const size_t shape[3],
                                size_t classes, struct weft_error *error);

/* As cli_load_check, of ${images}. */
enum weft_status cli_load_fits(const struct weft_network *network, const struct weft_images *images,
                               struct weft_error *error);

#endif
