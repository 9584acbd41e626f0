/* setup.c: what several commands do before they compute. */
#include "cli/setup.h"

#include <stdlib.h>
#include <string.h>

#include "base/try.h"
#include "cli/exit_code.h"
#include "cli/messages.h"
#include "cli/run_check.h"
#include "os/files.h"
#include "os/process.h"

#define NETWORK_TEXT_MAX (1u << 20) /* bytes of a list of layers */

void cli_setup_undigested(const struct cli_options *options, const char *path, bool undigested) {
    if (undigested) {
        cli_message_notice(options,
                           "%s: an earlier weft wrote it, without a digest of its content: damage "
                           "would not be noticed",
                           path);
    }
}

enum weft_status cli_setup_model(const struct cli_options *options, const char *operand,
                                 const char *list, struct weft_model **model, char path[4096],
                                 struct weft_error *error) {
    struct weft_network *network = NULL;
    *model = NULL;
    TRY(model_path(operand, path, error));
    if (list != NULL) {
        TRY(cli_setup_network(list, &network, error));
    }
    TRY(model_load_as(operand, network, model, error));
    if ((*model)->notice[0] != '\0') {
        cli_message_notice(options, "%s: %s", path, (*model)->notice);
    }
    cli_setup_undigested(options, path, (*model)->undigested);
    cli_run_check_model(options, operand, (*model)->sha256);
    if ((*model)->published_assumed) {
        cli_message_notice(options, "%s: it names no network: the published one is assumed", path);
    }
    return WEFT_OK;
}

enum weft_status cli_setup_network(const char *path, struct weft_network **network,
                                   struct weft_error *error) {
    char *text = NULL;
    size_t size = 0;
    enum weft_status status;
    if (path == NULL) {
        return network_create_published(network, error);
    }
    TRY(os_text_read(path, NETWORK_TEXT_MAX, FILE_JSON, &text, &size, error));
    if (strlen(text) != size) {
        status = error_set(error, WEFT_BAD_FILE, "%s: not JSON: it has a zero byte", path);
    } else {
        status = network_create(text, network, error);
        if (status != WEFT_OK) {
            error_context(error, "%s", path);
        }
    }
    free(text);
    return status;
}

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

void cli_setup_explain_end(bool drivers) {
    os_explain_end(drivers
                       ? "weft: an OpenCL driver, or weft itself, crashed or ended the program\n"
                         "--device cpu uses no driver, OCL_ICD_VENDORS=FILE.icd uses only one; "
                         "weft verify looks for the fault\n"
                       : "weft: weft, or a library that it uses, crashed or ended the program; "
                         "no OpenCL driver was in use\n"
                         "please report it with the command; a limit of memory (ulimit -v) can "
                         "also be the cause\n",
                   cli_exit_code(drivers ? WEFT_BAD_DEVICE : WEFT_FAILED));
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
    const char *warning = backend_warning(backend);
    if (options->math == WEFT_MATH_FAST) {
        cli_message_notice(options, "math: fast: CLBlast computes, and no bits are promised");
    }
    if (warning != NULL && backend_contracts(backend)) {
        cli_message_notice(options, "%s: %s", device->name, warning);
    } else if (warning != NULL) {
        cli_message_warning(options, NULL, "%s: %s", device->name, warning);
    }
    cli_message_slow(options, device);
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
                                    .log = cli_message_log(options)};
}

enum weft_status cli_setup_device(const struct cli_options *options,
                                  const struct weft_network *network, size_t batch,
                                  bool forward_only, struct cli_progress *progress,
                                  struct backend **backend, struct weft_error *error) {
    struct backend_options requested = cli_setup_backend_options(options);
    struct weft_error notice = {0};
    cli_setup_explain_end(strcmp(options->device, "cpu") != 0);
    if (os_interrupted()) {
        return error_set(error, WEFT_INTERRUPTED, "interrupted before a device was opened");
    }
    requested.batch = batch;
    requested.forward_only = forward_only;
    requested.watch = (struct backend_watch){.go_on = watch, .context = progress};
    TRY(backend_open(network, &requested, backend, &notice, error));
    cli_message_device(options, &notice, backend_device(*backend));
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
