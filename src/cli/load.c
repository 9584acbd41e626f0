/* load.c: reads models, networks and images. */
#include "cli/load.h"

#include <stdlib.h>
#include <string.h>

#include "base/printable.h"
#include "base/try.h"
#include "cli/identity.h"
#include "cli/messages.h"
#include "cli/run_check.h"
#include "os/files.h"

#define NETWORK_TEXT_MAX (1u << 20) /* bytes of a list of layers */

void cli_load_undigested(const struct cli_options *options, const char *path, bool undigested) {
    if (undigested) {
        cli_message_notice(options,
                           "%s: an earlier weft wrote it, without a digest of its content: damage "
                           "would not be noticed",
                           path);
    }
}

/* Prints what a user should know about the file of ${model}. */
static void print_notices(const struct cli_options *options, const char *operand,
                          const struct weft_model *model) {
    const char *path = weft_model_path(model);
    if (weft_model_notice(model)[0] != '\0') {
        cli_message_notice(options, "%s: %s", path, weft_model_notice(model));
    }
    cli_load_undigested(options, path, weft_model_undigested(model));
    cli_run_check_model(options, operand, weft_model_sha256(model));
    if (weft_model_published_assumed(model)) {
        cli_message_notice(options, "%s: it names no network: the published one is assumed", path);
    }
}

enum weft_status cli_load_model(const struct cli_options *options, const char *operand,
                                const char *list, struct weft_model **model,
                                struct weft_error *error) {
    struct weft_network *network = NULL;
    enum weft_status status;
    *model = NULL;
    if (list == NULL) {
        TRY(weft_model_load(operand, model, error));
    } else {
        TRY(cli_load_network(list, &network, error));
        status = weft_model_load_as(operand, network, model, error);
        weft_network_destroy(network);
        TRY(status);
    }
    print_notices(options, operand, *model);
    return WEFT_OK;
}

/* The library calls a list "network": "network:12:18: layer 4 (conv2): ...". Puts ${path} in its
 * place, so that editors find it, as in messages of compilers. */
static enum weft_status name_file(const char *path, struct weft_error *error) {
    static const char name[] = "network:";
    char rest[sizeof error->message];
    if (strncmp(error->message, name, strlen(name)) != 0) {
        return error_context(error, "%s", path);
    }
    strcpy(rest, error->message + strlen(name));
    printable_print(error->message, sizeof error->message, "%s:%s", path, rest);
    return error->status;
}

enum weft_status cli_load_network(const char *path, struct weft_network **network,
                                  struct weft_error *error) {
    char *text = NULL;
    size_t size = 0;
    enum weft_status status;
    if (path == NULL) {
        return weft_network_create_published(network, error);
    }
    TRY(os_text_read(path, NETWORK_TEXT_MAX, FILE_JSON, &text, &size, error));
    if (strlen(text) != size) {
        status = error_set(error, WEFT_BAD_FILE, "%s: not JSON: it has a zero byte", path);
    } else {
        status = weft_network_create(text, network, error);
        status = status != WEFT_OK ? name_file(path, error) : status;
    }
    free(text);
    return status;
}

struct weft_data_options cli_load_data_options(const struct cli_options *options,
                                               const struct weft_network *network) {
    struct weft_data_options read = WEFT_DATA_OPTIONS;
    const size_t layers = weft_network_layers(network);
    const struct weft_layer *last = weft_network_layer(network, layers - 1);
    const size_t *input = weft_network_layer(network, 0)->input;
    read.test_fraction = (double)options->test_fraction;
    read.classes = last != NULL && last->output[0] <= CLI_CLASSES_MAX ? last->output[0] : 0;
    read.channels = input[0] == 3 && input[1] * input[2] > 1 ? 3 : 0; /* a flat input has none */
    return read;
}

/* Returns whether ${network} has a flat input that three channels of the grey ${images} fit. It was
 * trained with the other split, if that is in colour: both splits together have three channels. */
static bool needs_three_channels(const struct weft_network *network,
                                 const struct weft_images *images) {
    const size_t *input = weft_network_layer(network, 0)->input;
    size_t shape[3];
    weft_images_shape(images, shape);
    return shape[0] == 1 && input[1] * input[2] == 1 && input[0] == 3 * shape[1] * shape[2];
}

enum weft_status cli_load_images(const struct cli_options *options, const char *folder,
                                 enum weft_split split, const struct weft_network *network,
                                 struct weft_images **images, struct weft_error *error) {
    struct weft_data_options read = cli_load_data_options(options, network);
    enum weft_status status;
    TRY(weft_data_read_split(folder, split, &read, images, error));
    if (needs_three_channels(network, *images)) {
        weft_images_destroy(*images);
        *images = NULL;
        read.channels = 3;
        TRY(weft_data_read_split(folder, split, &read, images, error));
    }
    status = cli_load_fits(network, *images, error);
    if (status != WEFT_OK) {
        weft_images_destroy(*images);
        *images = NULL;
    }
    return status;
}

uint8_t cli_load_brightness(const uint8_t *pixel, size_t channels, size_t area) {
    return channels != 3
               ? pixel[0]
               : (uint8_t)((77 * pixel[0] + 150 * pixel[area] + 29 * pixel[2 * area]) >> 8);
}

void cli_load_grey(const struct weft_images *images, size_t index, size_t columns, uint8_t *grey) {
    size_t shape[3], area;
    const uint8_t *from;
    weft_images_shape(images, shape);
    area = shape[1] * shape[2];
    from = weft_images_pixels(images) + index * shape[0] * area;
    for (size_t i = 0; i < area; i++) {
        grey[i / shape[2] * columns + i % shape[2]] = cli_load_brightness(from + i, shape[0], area);
    }
}

/* What does not fit comes from files. */
enum weft_status cli_load_check(const struct weft_network *network, const size_t shape[3],
                                size_t classes, struct weft_error *error) {
    enum weft_status status = weft_network_check_images(network, shape, classes, error);
    if (status == WEFT_USAGE) {
        error->status = status = WEFT_BAD_FILE;
    }
    return status;
}

enum weft_status cli_load_fits(const struct weft_network *network, const struct weft_images *images,
                               struct weft_error *error) {
    size_t shape[3];
    weft_images_shape(images, shape);
    return cli_load_check(network, shape, weft_images_classes(images), error);
}
