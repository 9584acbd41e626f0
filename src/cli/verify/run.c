/* run.c: weft verify: one device in this process, or each in a child process. */
#include "cli/verify/verify.h"

#include <stdlib.h>
#include <string.h>

#include "base/try.h"
#include "cli/command.h"
#include "cli/load.h"
#include "cli/messages.h"
#include "cli/parser.h"
#include "cli/progress.h"
#include "cli/setup_backend.h"
#include "os/host.h"
#include "os/process.h"

#define OPTIONS struct cli_verify_options

static const struct cli_option rows[] = {
    OPTION_STEP_KERNEL,
    OPTION_FLAG("all", all, "verify every OpenCL device, each in a separate process"),
    OPTION_FLAG("quick", quick, "20 steps, few shapes: seconds (the default)"),
    OPTION_FLAG("full", full, "600 steps, all shapes, mappings and fusions: a minute"),
    OPTION_COUNT("seed", seed, "0", 0, UINT64_MAX, "seed of all values, images and shuffles"),
    OPTION_COUNT("steps", steps, NULL, 1, 1000000,
                 "steps of training (default: 20, or 600 with --full)"),
    OPTION_FILE("network", network, "layers in JSON, instead of the published network"),
    OPTION_TIME("for", soak, "continue with new seeds for TIME (10m, 2h): a soak test"),
    OPTION_TIME("timeout", timeout,
                "time limit of a device; after it, there is no verdict (exit\n"
                "code 5) (default: none, with --all 15m)"),
    OPTION_TEXT("bundle", bundle, "DIR",
                "write into DIR what the author of a driver needs to reproduce\n"
                "a difference: kernels, inputs, a C program"),
    OPTION_TEXT("inject", inject, "STEP:TENSOR:ELEMENT:BIT",
                "flip that bit on the device, as a test"),
    {.name = NULL},
};

static const char notes[] =
    "The first value that differs is named, repeated in other ways, and explained.\n"
    "\n"
    "exit codes: 0 equal, 1 different, 6 unstable, 5 no verdict, 4 no device opened\n";

static const char details[] =
    "The bytes that the device computes are compared with those of the CPU backend, or with known\n"
    "hashes of them: transfers, single operations, layers, training, evaluation. The images are\n"
    "made from the seed, so no data set is needed; --data uses a data set. No hash is known of a\n"
    "--network FILE: both backends compute. The CPU backend is not verified unless --device cpu\n"
    "names it: it would be compared with itself.\n"
    "\n"
    "A device is unstable if two equal runs on it differ. There is no verdict after a hang, a\n"
    "crash, a time limit or an interruption, or if the CPU backend of this host is no valid\n"
    "reference.\n"
    "\n"
    "The folder of --bundle may have an earlier bundle, which is replaced, but no other files.\n";

/* The state of a verification in this process. */
struct state {
    const struct cli_verify_options *options;
    struct cli_child_status *status;
    struct cli_progress progress;
    double start;
};

static void stage(void *context, enum verify_stage which, enum verify_result result, uint64_t cases,
                  double seconds) {
    struct state *state = context;
    if (!state->status->launches) {
        cli_progress_wipe(&state->progress);
        cli_verify_print_stage(state->options, which, result, cases, seconds);
    }
}

static void difference(void *context, const struct verify_difference *found) {
    struct state *state = context;
    char what[300];
    if (state->status->launches) {
        snprintf(what, sizeof what, "layer %s, whose %s was wrong", found->layer, found->tensor);
        cli_child_status_write(state->status, what);
        return;
    }
    cli_progress_wipe(&state->progress);
    cli_verify_print_difference(state->options, found);
}

static void doing(void *context, const char *what) {
    struct state *state = context;
    cli_child_status_write(state->status, what);
}

static bool progress(void *context, const char *what, uint64_t passes, uint64_t faults) {
    struct state *state = context;
    double seconds = os_seconds() - state->start;
    char line[128];
    if (passes + faults > 0) {
        snprintf(line, sizeof line, "%s: %llu passes, %llu faults, %.0f s", what,
                 (unsigned long long)passes, (unsigned long long)faults, seconds);
    } else {
        snprintf(line, sizeof line, "%s, %.0f s", what, seconds);
    }
    if (!state->status->launches) {
        cli_progress_text(&state->progress, line);
    }
    return !os_interrupted() && !os_is_orphan();
}

/* Reads the images of --data for ${network}. WEFT_DATA is ignored, so that the hash is the known
 * one on every machine. */
static enum weft_status read_images(const struct cli_verify_options *options,
                                    const struct weft_network *network,
                                    struct weft_images images[WEFT_SPLIT_COUNT],
                                    struct weft_error *error) {
    char folder[4096];
    TRY(cli_setup_images(options->common.data, network, folder, images, error));
    for (int i = 0; i < WEFT_SPLIT_COUNT; i++) {
        TRY(backend_check_images(network, &images[i], error));
    }
    return WEFT_OK;
}

/* Reads the network and the images that the options name, and puts them into ${requested}. */
static enum weft_status read_files(const struct cli_verify_options *options,
                                   struct weft_network **network,
                                   struct weft_images images[WEFT_SPLIT_COUNT],
                                   struct verify_options *requested, struct weft_error *error) {
    TRY(cli_load_network(options->network, network, error));
    if (verify_check_network(*network, error) != WEFT_OK) {
        return error_context(error, "%s", options->network);
    }
    requested->network = options->network != NULL ? *network : NULL;
    if (cli_options_given(&options->common, "data")) {
        TRY(read_images(options, *network, images, error));
        requested->images = images;
    }
    return WEFT_OK;
}

/* Prints the verdict. */
static enum weft_status conclude(const struct cli_verify_options *options,
                                 const struct verify_outcome *outcome, struct weft_error *error) {
    const char *end = strstr(outcome->diagnosis, ". "); /* of its first sentence */
    int length = (int)(end != NULL ? end - outcome->diagnosis : 300);
    bool unstable = outcome->result == VERIFY_UNSTABLE;
    cli_verify_print_verdict(options, &outcome->device, NULL, outcome, outcome->seconds);
    if (outcome->result == VERIFY_EQUAL) {
        return WEFT_OK;
    }
    return error_set(error, unstable ? WEFT_UNSTABLE : WEFT_FAILED,
                     "%s: %s from the CPU backend: %.*s", outcome->device.name,
                     unstable ? "unstable, and different" : "different", length,
                     outcome->diagnosis);
}

/* Ends a run that reports launches: its parent prints the result. */
static enum weft_status end_launches(struct state *state, const struct verify_outcome *outcome,
                                     enum weft_status status, struct weft_error *error) {
    if (status != WEFT_OK) {
        cli_child_status_write(state->status, error->message);
    } else if (outcome->result != VERIFY_EQUAL) {
        status = WEFT_FAILED;
    }
    *error = (struct weft_error){.status = status};
    return status;
}

/* Fails if ${device} is not the one that the parent has listed. */
static enum weft_status check_identity(const struct cli_child_status *child,
                                       const struct device_info *device, struct weft_error *error) {
    char identity[CLI_CHILD_IDENTITY];
    cli_child_identity(device, identity);
    if (child->device != NULL && strcmp(identity, child->device) != 0) {
        return error_set(error, WEFT_NO_VERDICT, "verify: the devices have changed: %s, not %s",
                         identity, child->device);
    }
    return WEFT_OK;
}

static enum weft_status end(struct state *state, const struct verify_outcome *outcome,
                            enum weft_status status, struct weft_error *error) {
    const struct cli_verify_options *options = state->options;
    cli_progress_wipe(&state->progress);
    if (status == WEFT_OK && options->bundle != NULL) {
        bool none = outcome->bundle[0] != '\0';
        cli_message_notice(&options->common, "bundle: %s%s", none ? "none: " : "",
                           none ? outcome->bundle : options->bundle);
    }
    if (status != WEFT_OK && os_interrupted() && outcome->result != VERIFY_EQUAL) {
        *error = (struct weft_error){0}; /* the difference found before is the verdict */
        status = WEFT_OK;
        os_forget_interrupt();
    }
    if (status == WEFT_OK) {
        TRY(check_identity(state->status, &outcome->device, error));
        return conclude(options, outcome, error);
    }
    if (outcome->device.name[0] != '\0' && status != WEFT_USAGE) {
        cli_verify_print_verdict(options, &outcome->device, error->message, outcome,
                                 outcome->seconds);
    }
    return status;
}

static enum weft_status verify_here(const struct cli_verify_options *options,
                                    struct cli_child_status *child, struct weft_error *error) {
    struct state state = {.options = options, .status = child, .start = os_seconds()};
    struct weft_images images[WEFT_SPLIT_COUNT] = {{0}};
    struct weft_network *network = NULL;
    struct injection inject;
    struct verify_events events = {stage, difference, progress, doing, &state};
    struct verify_outcome outcome = {0};
    struct verify_options requested = {.full = options->full,
                                       .seed = options->seed,
                                       .steps = options->steps,
                                       .soak = child->launches ? 0 : options->soak,
                                       .bundle = child->launches ? NULL : options->bundle,
                                       .launches = child->launches,
                                       .device = cli_setup_backend_options(&options->common)};
    struct weft_error notice = {0};
    struct weft_device device;
    char text[256];
    enum weft_status status;
    cli_progress_start(&state.progress, &options->common);
    if (options->inject != NULL) {
        TRY(cli_verify_injection(options->inject, text, &inject, error));
        requested.inject = &inject;
    }
    TRY_OR(done, read_files(options, &network, images, &requested, error));
    os_catch_interrupts();
    status = verify_device(&requested, &events, &outcome, &notice, error);
    device = device_public(&outcome.device);
    if (notice.message[0] != '\0' && !child->launches) {
        cli_progress_wipe(&state.progress);
        cli_message_device(&options->common, notice.status != WEFT_OK, notice.message, notice.hint,
                           &device);
    }
    if (!child->launches) {
        cli_message_slow(&options->common, &device);
    }
    status = child->launches ? end_launches(&state, &outcome, status, error)
                             : end(&state, &outcome, status, error);
done:
    network_destroy(network);
    cli_setup_images_finish(images);
    return status;
}

/* What the child process does that queries the drivers. It prints nothing. */
static enum weft_status query_devices(struct weft_error *error) {
    struct device_info *devices = NULL;
    size_t count = 0;
    enum weft_status status = devices_list(&devices, &count, NULL, error);
    free(devices);
    *error = (struct weft_error){.status = status}; /* the parent prints it */
    return status;
}

static enum weft_status verify_as_child(const struct cli_verify_options *options,
                                        struct cli_child_status *child, struct weft_error *error) {
    enum weft_status status =
        options->all ? query_devices(error) : verify_here(options, child, error);
    if (!child->launches || status == WEFT_OK) { /* otherwise the file has what was wrong */
        cli_child_status_write(child, cli_child_end(status));
    }
    cli_child_status_close(child);
    return status;
}

/* Fails if WEFT_DEVICE, which may have been forgotten, names the CPU backend: only an option makes
 * the comparison with itself a verdict. */
static enum weft_status check_device(const struct cli_verify_options *options,
                                     struct weft_error *error) {
    if (options->all || strcmp(options->common.device, "cpu") != 0 ||
        cli_options_given(&options->common, "device")) {
        return WEFT_OK;
    }
    error_set(error, WEFT_BAD_DEVICE,
              "verify: there is nothing to verify: WEFT_DEVICE is cpu, and the CPU backend is not "
              "compared with itself");
    return error_hint(error, "unset WEFT_DEVICE, or name a device by --device, which overrides it; "
                             "--device cpu only checks the CPU backend");
}

static enum weft_status run(const void *given, struct weft_error *error) {
    const struct cli_verify_options *options = given;
    struct cli_child_status child = {NULL, false, NULL};
    if (options->quick && options->full) {
        return error_set(error, WEFT_USAGE, "--full: it cannot be combined with --quick");
    }
    if (options->all && cli_options_given(&options->common, "device")) {
        return error_set(error, WEFT_USAGE, "--all: it takes every device, omit --device");
    }
    if (options->common.math != WEFT_MATH_EXACT) {
        return error_set(error, WEFT_USAGE, "--math fast: it promises no bits to verify");
    }
    TRY(check_device(options, error));
    if (cli_child_status_open(&child)) {
        return verify_as_child(options, &child, error);
    }
    if (options->bundle != NULL) {
        TRY(verify_bundle_check(options->bundle, error));
    }
    if (options->all) {
        return cli_verify_children(options, error);
    }
    /* No driver can crash the CPU backend. */
    return options->timeout > 0 || strcmp(options->common.device, "cpu") != 0
               ? cli_verify_child(options, NULL, error)
               : verify_here(options, &child, error);
}

const struct cli_command cli_command_verify = {
    .name = "verify",
    .summary = "checks a device against the CPU backend, byte for byte",
    .run = run,
    .gives_verdict = true,
    .options_size = sizeof(struct cli_verify_options),
    .options = rows,
    .notes = notes,
    .details = details,
    .examples = "weft verify --device gpu --quick\n"
                "weft verify --all\n"
                "weft verify --for 10m --bundle found\n",
};
