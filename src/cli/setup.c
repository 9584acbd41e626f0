/* setup.c: what several commands do before they compute. */
#include "cli/setup.h"

#include <string.h>

#include "base/try.h"
#include "cli/exit_code.h"
#include "cli/messages.h"
#include "os/process.h"
#include "report/screen.h"

bool cli_setup_go_on(void *context, size_t done, size_t images) {
    (void)context, (void)done, (void)images;
    return !os_interrupted();
}

bool cli_setup_watch(void *context, double steps) {
    if (context != NULL) {
        cli_progress_within(context, steps);
    }
    return !os_interrupted();
}

void cli_setup_print_host(const struct cli_options *options) {
    cli_message_notice(options, "--images-on-host: the CPU backend has no other memory");
}

void cli_setup_print_device(const struct cli_options *options, const struct weft_device *device,
                            struct cli_setup_remarks remarks) {
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
    if (options->images_on_host && device->builtin) {
        cli_setup_print_host(options);
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

void cli_setup_print_log(void *context, const char *text) {
    (void)context;
    screen_print_lines(stderr, "weft: ", text);
}

enum weft_status cli_setup_begin(const struct cli_options *options, struct weft_error *error) {
    cli_explain_end(strcmp(options->device, "cpu") != 0);
    return !os_interrupted()
               ? WEFT_OK
               : error_set(error, WEFT_INTERRUPTED, "interrupted before a device was opened");
}

/* Prints the notices of ${session}, and its device. */
static void print_session(const struct cli_options *options, const struct weft_session *session) {
    const struct weft_device *device = weft_session_device(session);
    const struct weft_notice *notice;
    struct cli_setup_remarks remarks = {.warning = NULL};
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
    cli_setup_print_device(options, device, remarks);
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
        .log = options->verbose && !options->quiet ? cli_setup_print_log : NULL,
        .go_on = cli_setup_watch,
        .context = progress,
        .images_on_host = options->images_on_host,
    };
    *session = NULL;
    TRY(cli_setup_begin(options, error));
    TRY(weft_session_open(model, &requested, session, error));
    print_session(options, *session);
    return WEFT_OK;
}

const char *cli_setup_warning(const struct weft_session *session) {
    const struct weft_notice *notice;
    for (size_t i = 0; (notice = weft_session_notice_get(session, i)) != NULL; i++) {
        if (notice->kind == WEFT_NOTICE_CONTRACTION || notice->kind == WEFT_NOTICE_RULE) {
            return notice->text;
        }
    }
    return NULL;
}
