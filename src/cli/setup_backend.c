/* setup_backend.c: what commands that use private functions of the library do before they
 * compute. */
#include "cli/setup_backend.h"

#include "base/try.h"
#include "cli/json.h"
#include "cli/messages.h"
#include "cli/setup.h"

enum weft_status cli_setup_images(const char *data, const struct weft_network *network,
                                  char folder[4096], struct weft_images images[WEFT_SPLIT_COUNT],
                                  struct weft_error *error) {
    struct data_options options = {.classes = 0};
    if (network != NULL) {
        options.classes = shape_size(network_output(network));
        options.channels = network_pixel_channels(network) == 3 ? 3 : 0;
    }
    TRY(data_find(data, folder, error));
    return data_read(folder, &options, images, NULL, error);
}

void cli_setup_images_finish(struct weft_images images[WEFT_SPLIT_COUNT]) {
    for (int i = 0; i < WEFT_SPLIT_COUNT; i++) {
        images_finish(&images[i]);
    }
}

void cli_setup_json_device(struct json_writer *json, const struct device_info *device) {
    const struct weft_device shown = device_public(device);
    cli_json_device(json, "device", &shown);
}

struct backend_options cli_setup_backend_options(const struct cli_options *options) {
    return (struct backend_options){
        .device = options->device,
        .threads = (unsigned)options->threads,
        .kernels = options->kernels,
        .cl_options = options->cl_options,
        .mapping = (enum weft_mapping)options->mapping,
        .math = (enum weft_math)options->math,
        .step_kernel = (enum weft_step_kernel)options->step_kernel,
        .no_fuse = options->no_fuse,
        .no_cache = options->no_cache,
        .images_on_host = options->images_on_host,
        .log.write = options->verbose && !options->quiet ? cli_setup_print_log : NULL};
}

enum weft_status cli_setup_device(const struct cli_options *options,
                                  const struct device_info *chosen,
                                  const struct weft_network *network, size_t batch,
                                  bool forward_only, struct backend **backend,
                                  struct weft_error *error) {
    struct backend_options requested = cli_setup_backend_options(options);
    struct weft_error notice = {0};
    struct weft_device shown;
    TRY(cli_setup_begin(options, error));
    requested.chosen = chosen;
    requested.batch = batch;
    requested.forward_only = forward_only;
    requested.watch = (struct backend_watch){.go_on = cli_setup_watch};
    TRY(backend_open(network, &requested, backend, &notice, error));
    shown = device_public(backend_device(*backend));
    cli_message_device(options, notice.status != WEFT_OK, notice.message, notice.hint, &shown);
    cli_setup_print_device(options, &shown,
                           (struct cli_setup_remarks){.warning = backend_warning(*backend),
                                                      .contracts = backend_contracts(*backend),
                                                      .cache = backend_note(*backend)});
    return WEFT_OK;
}

enum weft_status cli_setup_write_model(struct backend *backend, const struct weft_model *model,
                                       struct weft_error *error) {
    TRY(backend_set_normalisation(backend, &model->pixels, error));
    TRY(backend_write(backend, ARRAY_PARAMETERS, model->parameters, error));
    return backend_write(backend, ARRAY_BUFFERS, model->buffers, error);
}
