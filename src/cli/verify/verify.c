/* verify.c: weft verify: one device in this process, or each in one of its own. */
#include "cli/verify/verify.h"

#include <stdlib.h>
#include <string.h>

#include "cli/messages.h"
#include "cli/progress.h"
#include "cli/setup.h"
#include "os/host.h"
#include "os/interrupt.h"
#include "os/process.h"

struct job {
    const struct cli_verify_options *options;
    struct cli_child_status note;
    struct cli_progress progress;
    double start;
};

static void stage(void *context, enum weft_verify_stage which, enum weft_verify_result result,
                  uint64_t cases, double seconds) {
    struct job *job = context;
    if (job->note.launches) {
        return;
    }
    cli_progress_wipe(&job->progress);
    cli_verify_print_stage(job->options, which, result, cases, seconds);
}

static void difference(void *context, const struct weft_verify_difference *found) {
    struct job *job = context;
    char what[300];
    if (job->note.launches) {
        snprintf(what, sizeof what, "layer %s, whose %s was wrong", found->layer, found->tensor);
        cli_child_status_write(&job->note, what);
        return;
    }
    cli_progress_wipe(&job->progress);
    cli_verify_print_difference(job->options, found);
}

static void doing(void *context, const char *what) {
    struct job *job = context;
    cli_child_status_write(&job->note, what);
}

static bool progress(void *context, const char *what, uint64_t passes, uint64_t faults) {
    struct job *job = context;
    double seconds = os_seconds() - job->start;
    char line[128];
    if (passes + faults > 0) {
        snprintf(line, sizeof line, "%s: %llu passes, %llu faults, %.0f s", what,
                 (unsigned long long)passes, (unsigned long long)faults, seconds);
    } else {
        snprintf(line, sizeof line, "%s, %.0f s", what, seconds);
    }
    if (!job->note.launches) {
        cli_progress_text(&job->progress, line);
    }
    return !os_interrupted() && !os_is_orphan();
}

/* Reads STEP:TENSOR:ELEMENT:BIT; tensor points into ${text}. */
static enum weft_status parse_injection(const char *given, char text[256],
                                        struct weft_injection *inject, struct weft_error *error) {
    char *tensor, *element, rest;
    unsigned long long step, index;
    snprintf(text, 256, "%s", given);
    tensor = strchr(text, ':');
    element = tensor != NULL ? strchr(tensor + 1, ':') : NULL;
    if (element != NULL && strlen(given) < 256 && text[0] != '-' && element[1] != '-') {
        *tensor++ = '\0';
        *element++ = '\0';
        if (strspn(text, "0123456789") == strlen(text) && sscanf(text, "%19llu", &step) == 1 &&
            sscanf(element, "%19llu:%3u%c", &index, &inject->bit, &rest) == 2) {
            inject->step = step;
            inject->tensor = tensor;
            inject->element = (size_t)index;
            return WEFT_OK;
        }
    }
    weft_fail(error, WEFT_USAGE, "--inject %s: not STEP:TENSOR:ELEMENT:BIT", given);
    return weft_error_hint(error, "for example 10:conv1.weight:7:20");
}

/* The data set, if one is asked for: the variable does not count, so that the hash is the known one
 * everywhere. */
static enum weft_status read_images(const struct cli_verify_options *options,
                                    struct weft_images *images, struct weft_error *error) {
    struct weft_network *network = NULL;
    char folder[4096];
    enum weft_status status = weft_data_find(options->common.data, folder, error);
    for (int i = 0; i < WEFT_SPLIT_COUNT && status == WEFT_OK; i++) {
        status = weft_images_read(folder, (enum weft_split)i, &images[i], NULL, error);
    }
    if (status == WEFT_OK) {
        status = weft_network_create_published(&network, error);
    }
    for (int i = 0; i < WEFT_SPLIT_COUNT && status == WEFT_OK; i++) {
        status = weft_backend_check_images(network, &images[i], error);
    }
    weft_network_destroy(network);
    return status;
}

static enum weft_status conclude(const struct job *job, const struct weft_verify_outcome *outcome,
                                 struct weft_error *error) {
    const char *end = strstr(outcome->diagnosis, ". "); /* of its first sentence */
    cli_verify_print_verdict(job->options, outcome);
    if (outcome->result == WEFT_VERIFY_EQUAL) {
        return WEFT_OK;
    }
    return weft_fail(error, outcome->result == WEFT_VERIFY_UNSTABLE ? WEFT_UNSTABLE : WEFT_FAILED,
                     "%s: %s from the CPU backend: %.*s", outcome->device.name,
                     outcome->result == WEFT_VERIFY_UNSTABLE ? "unstable, and different"
                                                             : "different",
                     (int)(end != NULL ? end - outcome->diagnosis : 300), outcome->diagnosis);
}

/* What a run that tells of launches came to: the one who started it says it. */
static enum weft_status end_launches(struct job *job, const struct weft_verify_outcome *outcome,
                                     enum weft_status status, struct weft_error *error) {
    if (status != WEFT_OK) {
        cli_child_status_write(&job->note, error->message);
    } else if (outcome->result != WEFT_VERIFY_EQUAL) {
        status = WEFT_FAILED;
    }
    *error = (struct weft_error){.status = status};
    return status;
}

static enum weft_status end(struct job *job, const struct weft_verify_outcome *outcome,
                            enum weft_status status, struct weft_error *error) {
    const struct cli_verify_options *options = job->options;
    cli_progress_wipe(&job->progress);
    if (status == WEFT_OK && options->bundle != NULL) {
        bool none = outcome->bundle[0] != '\0';
        cli_message_notice(&options->common, "bundle: %s%s", none ? "none: " : "",
                           none ? outcome->bundle : options->bundle);
    }
    if (status == WEFT_INTERRUPTED && outcome->result != WEFT_VERIFY_EQUAL) {
        *error = (struct weft_error){0}; /* what was found until then stands */
        status = WEFT_OK;
    }
    if (status == WEFT_OK) {
        return conclude(job, outcome, error);
    }
    if (outcome->device.name[0] != '\0' && status != WEFT_USAGE) {
        cli_verify_print_none(options, &outcome->device, error->message, outcome, outcome->seconds);
    }
    return status;
}

static enum weft_status verify_here(const struct cli_verify_options *options,
                                    const struct cli_child_status *note, struct weft_error *error) {
    struct job job = {.options = options, .note = *note, .start = os_seconds()};
    struct weft_images images[WEFT_SPLIT_COUNT] = {{0}};
    struct weft_injection inject;
    struct weft_verify_events events = {stage, difference, progress, doing, &job};
    struct weft_verify_outcome outcome = {0};
    struct weft_verify_options wanted = {
        .full = options->full,
        .seed = options->seed,
        .steps = options->steps,
        .soak = note->launches ? 0 : options->soak,
        .bundle = note->launches ? NULL : options->bundle,
        .launches = note->launches,
        .device = {.device = options->common.device,
                   .threads = (unsigned)options->common.threads,
                   .kernels = options->common.kernels,
                   .cl_options = options->common.cl_options,
                   .mapping = (enum weft_mapping)options->common.mapping,
                   .no_fuse = options->common.no_fuse,
                   .no_cache = options->common.no_cache,
                   .log = cli_message_log(&options->common)}};
    char notice[512] = "", text[256];
    enum weft_status status = WEFT_OK;
    cli_progress_start(&job.progress, &options->common);
    if (options->inject != NULL) {
        status = parse_injection(options->inject, text, &inject, error);
        wanted.inject = &inject;
    }
    if (status == WEFT_OK && cli_options_given(&options->common, "data")) {
        status = read_images(options, images, error);
        wanted.images = images;
    }
    if (status == WEFT_OK) {
        os_catch_interrupts();
        status = weft_verify(&wanted, &events, &outcome, notice, error);
        if (notice[0] != '\0' && !note->launches) {
            cli_progress_wipe(&job.progress);
            cli_message_always("%s", notice);
        }
        status = note->launches ? end_launches(&job, &outcome, status, error)
                                : end(&job, &outcome, status, error);
    }
    weft_images_finish(&images[WEFT_SPLIT_TRAIN]);
    weft_images_finish(&images[WEFT_SPLIT_TEST]);
    return status;
}

enum weft_status cli_verify_run(const void *given, struct weft_error *error) {
    const struct cli_verify_options *options = given;
    struct cli_child_status note = {NULL, false};
    enum weft_status status;
    if (options->quick && options->full) {
        return weft_fail(error, WEFT_USAGE, "--full: it is the contrary of --quick");
    }
    if (options->all && cli_options_given(&options->common, "device")) {
        return weft_fail(error, WEFT_USAGE, "--all: it takes every device, leave --device away");
    }
    if (options->common.math != WEFT_MATH_EXACT) {
        return weft_fail(error, WEFT_USAGE, "--math fast: it promises no bits to verify");
    }
    if (cli_child_status_open(&note)) {
        status = options->all ? cli_verify_answer(error) : verify_here(options, &note, error);
        if (!note.launches || status == WEFT_OK) { /* else it says what was wrong */
            cli_child_status_write(&note, CLI_VERIFY_END);
        }
        cli_child_status_close(&note);
        return status;
    }
    if (options->all) {
        return cli_verify_children(options, error);
    }
    /* No driver can crash the CPU backend. */
    return options->timeout > 0 || strcmp(options->common.device, "cpu") != 0
               ? cli_verify_child(options, NULL, error)
               : verify_here(options, &note, error);
}
