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

/* What is said about an open device; NULL: nothing. */
struct remarks {
    const char *warning; /* the rule that it breaks */
    bool contracts;      /* that rule changes no result */
    const char *cache;   /* why the cache is not used */
};

/* Prints which device is open, and what a user should know about it. */
static void print_device(const struct cli_options *options, const struct weft_device *device,
                         struct remarks remarks) {
    if (options->math == WEFT_MATH_FAST) {
        cli_message_notice(options, "math: fast: CLBlast computes, and no bits are promised");
    }
    if (remarks.warning != NULL && remarks.contracts) {
        cli_message_notice(options, "%s: %s", device->name, remarks.warning);
    } else if (remarks.warning != NULL) {
        cli_message_warning(options, NULL, "%s: %s", device->name, remarks.warning);
    }
    cli_message_slow(options, device);
    if (options->threads > 0 && device->compute_units > options->threads &&
        strcmp(device->type, "cpu") == 0) {
        cli_message_notice(options,
                           "--threads %llu: all %u compute units are used, since the "
                           "OpenCL driver makes no sub-devices",
                           (unsigned long long)options->threads, device->compute_units);
    }
    if (remarks.cache != NULL) {
        cli_message_warning(options, "cache-not-used", "%s", remarks.cache);
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

/* Before a driver is called, which may crash or take long. */
static enum weft_status begin_opening(const struct cli_options *options, struct weft_error *error) {
    cli_explain_end(strcmp(options->device, "cpu") != 0);
    return !os_interrupted()
               ? WEFT_OK
               : error_set(error, WEFT_INTERRUPTED, "interrupted before a device was opened");
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
    TRY(begin_opening(options, error));
    requested.batch = batch;
    requested.forward_only = forward_only;
    requested.watch = (struct backend_watch){.go_on = watch, .context = progress};
    TRY(backend_open(network, &requested, backend, &notice, error));
    shown = device_public(backend_device(*backend));
    cli_message_device(options, notice.status != WEFT_OK, notice.message, notice.hint, &shown);
    print_device(options, &shown,
                 (struct remarks){.warning = backend_warning(*backend),
                                  .contracts = backend_contracts(*backend),
                                  .cache = backend_note(*backend)});
    return WEFT_OK;
}

/* Prints the notices of ${session}, and its device. */
static void print_session(const struct cli_options *options, const struct weft_session *session) {
    const struct weft_device *device = weft_session_device(session);
    const struct weft_notice *notice;
    struct remarks remarks = {.warning = NULL};
    for (size_t i = 0; (notice = weft_session_notice_get(session, i)) != NULL; i++) {
        switch (notice->kind) {
        case WEFT_NOTICE_CHOICE:
        case WEFT_NOTICE_SKIPPED:
            cli_message_device(options, notice->kind == WEFT_NOTICE_SKIPPED, notice->text,
                               notice->hint, device);
            break;
        case WEFT_NOTICE_CACHE:
            remarks.cache = notice->text;
            break;
        default:
            remarks.warning = notice->text;
            remarks.contracts = notice->kind == WEFT_NOTICE_CONTRACTION;
        }
    }
    print_device(options, device, remarks);
}

enum weft_status cli_setup_session(const struct cli_options *options,
                                   const struct weft_model *model, size_t batch, bool forward_only,
                                   struct cli_progress *progress, struct weft_session **session,
                                   struct weft_error *error) {
    const struct weft_session_options requested = {
        .size = sizeof requested,
        .device = options->device,
        .batch = batch,
        .threads = (unsigned)options->threads,
        .forward_only = forward_only,
        .no_cache = options->no_cache,
        .no_fuse = options->no_fuse,
        .math = (enum weft_math)options->math,
        .mapping = (enum weft_mapping)options->mapping,
        .step_kernel = (enum weft_step_kernel)options->step_kernel,
        .kernels = options->kernels,
        .cl_options = options->cl_options,
        .log = options->verbose && !options->quiet ? print_log : NULL,
        .go_on = watch,
        .context = progress,
    };
    *session = NULL;
    TRY(begin_opening(options, error));
    TRY(weft_session_open(model, &requested, session, error));
    print_session(options, *session);
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
