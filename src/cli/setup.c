/* setup.c: what several commands do before they compute. */
#include "cli/setup.h"

#include <stdlib.h>
#include <string.h>

#include "base/try.h"
#include "cli/exit_code.h"
#include "cli/json.h"
#include "cli/messages.h"
#include "os/process.h"
#include "report/screen.h"

enum weft_status cli_setup_images(const char *data, char folder[4096],
                                  struct weft_images images[WEFT_SPLIT_COUNT],
                                  struct weft_error *error) {
    TRY(data_find(data, folder, error));
    for (int i = 0; i < WEFT_SPLIT_COUNT; i++) {
        TRY(images_read(folder, (enum weft_split)i, &images[i], NULL, error));
    }
    return WEFT_OK;
}

void cli_setup_images_finish(struct weft_images images[WEFT_SPLIT_COUNT]) {
    for (int i = 0; i < WEFT_SPLIT_COUNT; i++) {
        images_finish(&images[i]);
    }
}

bool cli_setup_go_on(void *context, size_t done, size_t images) {
    (void)context, (void)done, (void)images;
    return !os_interrupted();
}

void cli_setup_json_device(struct json_writer *json, const struct device_info *device) {
    const struct weft_device shown = device_public(device);
    cli_json_device(json, "device", &shown);
}

/* Asked in the middle of steps and passes. ${context}: the bar, or NULL. */
static bool watch(void *context, double steps) {
    if (context != NULL) {
        cli_progress_within(context, steps);
    }
    return !os_interrupted();
}

/* Prints which device is open, and what a user should know about it. */
static void print_device(const struct cli_options *options, const struct backend *backend) {
    const struct device_info *device = backend_device(backend);
    const struct weft_device shown = device_public(device);
    const char *warning = backend_warning(backend);
    if (options->math == WEFT_MATH_FAST) {
        cli_message_notice(options, "math: fast: CLBlast computes, and no bits are promised");
    }
    if (warning != NULL && backend_contracts(backend)) {
        cli_message_notice(options, "%s: %s", device->name, warning);
    } else if (warning != NULL) {
        cli_message_warning(options, NULL, "%s: %s", device->name, warning);
    }
    cli_message_slow(options, &shown);
    if (options->threads > 0 && device->compute_units > options->threads &&
        strcmp(device->type, "cpu") == 0) {
        cli_message_notice(options,
                           "--threads %llu: all %u compute units are used, since the "
                           "OpenCL driver makes no sub-devices",
                           (unsigned long long)options->threads, device->compute_units);
    }
    if (backend_note(backend) != NULL) {
        cli_message_warning(options, "cache-not-used", "%s", backend_note(backend));
    }
    if (device->builtin) {
        cli_message_notice(options, "device: cpu, %u threads", device->compute_units);
    } else {
        cli_message_notice(options, "device: %u, %s (%s)", device->index, device->name,
                           device->platform_name);
        cli_message_detail(options, "driver: %s, OpenCL %s, %u compute units", device->driver,
                           device->opencl, device->compute_units);
    }
}

static void print_log(void *context, const char *text) {
    (void)context;
    screen_print_lines(stderr, "weft: ", text);
}

struct backend_options cli_setup_backend_options(const struct cli_options *options) {
    return (struct backend_options){.device = options->device,
                                    .threads = (unsigned)options->threads,
                                    .kernels = options->kernels,
                                    .cl_options = options->cl_options,
                                    .mapping = (enum weft_mapping)options->mapping,
                                    .math = (enum weft_math)options->math,
                                    .step_kernel = (enum weft_step_kernel)options->step_kernel,
                                    .no_fuse = options->no_fuse,
                                    .no_cache = options->no_cache,
                                    .log.write =
                                        options->verbose && !options->quiet ? print_log : NULL};
}

enum weft_status cli_setup_device(const struct cli_options *options,
                                  const struct weft_network *network, size_t batch,
                                  bool forward_only, struct cli_progress *progress,
                                  struct backend **backend, struct weft_error *error) {
    struct backend_options requested = cli_setup_backend_options(options);
    struct weft_error notice = {0};
    struct weft_device shown;
    cli_explain_end(strcmp(options->device, "cpu") != 0);
    if (os_interrupted()) {
        return error_set(error, WEFT_INTERRUPTED, "interrupted before a device was opened");
    }
    requested.batch = batch;
    requested.forward_only = forward_only;
    requested.watch = (struct backend_watch){.go_on = watch, .context = progress};
    TRY(backend_open(network, &requested, backend, &notice, error));
    shown = device_public(backend_device(*backend));
    cli_message_device(options, &notice, &shown);
    print_device(options, *backend);
    return WEFT_OK;
}

enum weft_status cli_setup_write_model(struct backend *backend, const struct weft_model *model,
                                       bool raw, struct weft_error *error) {
    float values[256];
    if (raw) {
        pixels_raw(values);
    } else {
        pixels_normalised(values);
    }
    TRY(backend_set_pixels(backend, values, error));
    TRY(backend_write(backend, ARRAY_PARAMETERS, model->parameters, error));
    return backend_write(backend, ARRAY_BUFFERS, model->buffers, error);
}
