/* verify.c: the stages of a verification, one after the other, until one differs. */
#include "verify/verify.h"

#include <stdio.h>
#include <string.h>

#include "os/host.h"

const char *weft_stage_name(enum weft_verify_stage stage) {
    static const char *const names[] = {"transfers", "numerics", "layers", "training",
                                        "evaluation"};
    return names[stage];
}

const char *weft_verify_result_name(enum weft_verify_result result) {
    static const char *const names[] = {"equal", "different", "unstable"};
    return names[result];
}

uint64_t verify_steps(const struct verify *verify) {
    uint64_t steps = verify->options->steps;
    return steps != 0 ? steps : verify->options->full ? VERIFY_FULL_STEPS : VERIFY_QUICK_STEPS;
}

bool verify_vectors(const struct verify *verify) {
    const struct weft_device *device = &verify->outcome->device;
    return verify->options->full || device->builtin || strstr(device->fp_config, "fma") != NULL;
}

struct verify_setup verify_device_options(const struct verify *verify, size_t batch,
                                          const struct debug_options *debug) {
    struct verify_setup setup = {.options = verify->options->device};
    setup.options.device = verify->selector;
    setup.options.batch = batch;
    setup.options.forward_only = false;
    setup.debug = debug != NULL ? debug : verify->watch.announce != NULL ? &verify->watch : NULL;
    if (setup.options.mapping == WEFT_MAPPING_AUTO && !verify_vectors(verify)) {
        setup.options.mapping = WEFT_MAPPING_GPU;
    }
    return setup;
}

enum weft_status verify_open(const struct weft_network *network, const struct verify_setup *setup,
                             struct weft_backend **backend, struct weft_error *error) {
    return backend_open(network, &setup->options, setup->debug, backend, NULL, error);
}

enum weft_status verify_open_reference(const struct verify *verify,
                                       const struct weft_network *network, size_t batch,
                                       struct weft_backend **backend, struct weft_error *error) {
    struct weft_backend_options options = {.device = "cpu", .batch = batch};
    /* The CPU backend against itself: there the reference is its one thread. */
    options.threads = verify->outcome->device.builtin ? 1 : verify->options->device.threads;
    return weft_backend_open(network, &options, backend, NULL, error);
}

static void tell(const struct verify *verify, const char *what) {
    if (verify->events != NULL && verify->events->doing != NULL) {
        verify->events->doing(verify->events->context, what);
    }
}

void verify_doing(struct verify *verify, enum weft_verify_stage stage, const char *what) {
    snprintf(verify->piece, sizeof verify->piece, "stage %s: %s", weft_stage_name(stage), what);
    tell(verify, verify->piece);
}

/* Before a launch. */
static void about_kernel(void *context, const char *name) {
    const struct verify *verify = context;
    char what[400];
    snprintf(what, sizeof what, "%.80s, %s", name, verify->piece);
    tell(verify, what);
}

enum weft_status verify_progress(const struct verify *verify, const char *what,
                                 struct weft_error *error) {
    const struct weft_verify_events *events = verify->events;
    if (events != NULL && events->progress != NULL &&
        !events->progress(events->context, what, verify->outcome->passes,
                          verify->outcome->faults)) {
        return weft_fail(error, WEFT_INTERRUPTED, "verify: interrupted");
    }
    return WEFT_OK;
}

static enum weft_status check_injection(struct verify *verify, struct weft_error *error) {
    const struct weft_injection *inject = verify->options->inject;
    struct weft_network *network = NULL;
    struct tensor_ref target;
    enum weft_status status;
    size_t most;
    if (inject == NULL) {
        return WEFT_OK;
    }
    if (verify->options->bundle != NULL) {
        return weft_fail(error, WEFT_USAGE,
                         "--bundle: a bit that --inject flips is no kernel's fault");
    }
    if (verify->outcome->device.builtin) {
        return weft_fail(error, WEFT_USAGE, "--inject: it needs an OpenCL device");
    }
    status = weft_network_create_published(&network, error);
    if (status != WEFT_OK) {
        return status;
    }
    most = tensor_ref_find(network, inject->tensor, &target)
               ? target.count * (target.is_activation ? 100 : 1)
               : 0;
    weft_network_destroy(network);
    if (most == 0) {
        weft_fail(error, WEFT_USAGE, "--inject %s: the published network has no such tensor",
                  inject->tensor);
        return weft_error_hint(error, "for example 10:conv1.weight:7:20, 3:fc1.output:0:31, "
                                      "5:out.bias.grad:1:0");
    }
    if (target.is_activation && target.activation.gradient && target.activation.index == 0) {
        return weft_fail(error, WEFT_USAGE, "--inject %s: a training does not compute it",
                         inject->tensor);
    }
    if (inject->step > verify_steps(verify)) {
        return weft_fail(error, WEFT_USAGE, "--inject: step %llu is behind the end of the training",
                         (unsigned long long)inject->step);
    }
    if (inject->step == 0 || inject->element >= most || inject->bit > 31) {
        return weft_fail(error, WEFT_USAGE,
                         "--inject: steps count from 1, %s has %zu elements, bits are 0 to 31",
                         inject->tensor, most);
    }
    verify->flip = verify->watch;
    verify->flip.flip = inject->step;
    verify->flip.ref = target;
    verify->flip.element = inject->element;
    verify->flip.bit = inject->bit;
    return WEFT_OK;
}

/* Runs a stage and reports it, unless an earlier one has decided. */
static enum weft_status run_stage(struct verify *verify, enum weft_verify_stage stage,
                                  enum weft_status (*run)(struct verify *, void *,
                                                          struct weft_error *),
                                  void *context, struct weft_error *error) {
    double start = os_seconds();
    enum weft_status status;
    if (verify->outcome->result != WEFT_VERIFY_EQUAL) {
        return WEFT_OK;
    }
    verify->cases = 0;
    verify_doing(verify, stage, "its beginning");
    status = run(verify, context, error);
    if (status == WEFT_OK && verify->events != NULL && verify->events->stage != NULL) {
        verify->events->stage(verify->events->context, stage, verify->outcome->result,
                              verify->cases, os_seconds() - start);
    }
    return status;
}

static enum weft_status transfers(struct verify *verify, void *bare, struct weft_error *error) {
    return bare != NULL ? verify_transfers(verify, bare, error) : WEFT_OK;
}

static enum weft_status numerics(struct verify *verify, void *bare, struct weft_error *error) {
    return bare != NULL ? verify_numerics(verify, bare, error) : WEFT_OK;
}

static enum weft_status layers(struct verify *verify, void *none, struct weft_error *error) {
    (void)none;
    return verify_layers(verify, error);
}

static enum weft_status training(struct verify *verify, void *job, struct weft_error *error) {
    return verify_stage_training(verify, job, error);
}

static enum weft_status evaluation(struct verify *verify, void *job, struct weft_error *error) {
    return verify_stage_evaluation(verify, job, error);
}

static enum weft_status run_bare(struct verify *verify, struct weft_error *error) {
    struct raw_device *bare = NULL;
    enum weft_status status = WEFT_OK;
    if (!verify->outcome->device.builtin) {
        status = debug_api->raw_device.open(&verify->outcome->device, &bare, error);
    }
    if (status == WEFT_OK) {
        status = run_stage(verify, WEFT_STAGE_TRANSFERS, transfers, bare, error);
    }
    if (status == WEFT_OK) {
        status = run_stage(verify, WEFT_STAGE_NUMERICS, numerics, bare, error);
    }
    if (bare != NULL) {
        debug_api->raw_device.close(bare);
    }
    return status;
}

static enum weft_status run_training(struct verify *verify, struct weft_error *error) {
    struct verify_training job = {0};
    enum weft_status status = WEFT_OK;
    if (verify->outcome->result != WEFT_VERIFY_EQUAL) {
        return WEFT_OK;
    }
    status = verify_training_init(verify, verify->options->seed, NULL, &job, error);
    if (status == WEFT_OK) {
        status = run_stage(verify, WEFT_STAGE_TRAINING, training, &job, error);
    }
    if (status == WEFT_OK) {
        status = run_stage(verify, WEFT_STAGE_EVALUATION, evaluation, &job, error);
    }
    verify_training_finish(&job);
    return status;
}

static enum weft_status run_all(struct verify *verify, struct weft_error *error) {
    enum weft_status status = verify_host(error);
    struct debug_options flip;
    if (status == WEFT_OK) {
        status = check_injection(verify, error);
    }
    if (status == WEFT_OK) {
        status = run_bare(verify, error);
    }
    if (status == WEFT_OK) {
        status = run_stage(verify, WEFT_STAGE_LAYERS, layers, NULL, error);
    }
    flip = verify->flip;
    if (verify->options->soak > 0) {
        verify->flip = (struct debug_options){0}; /* it comes in the soak */
    }
    if (status == WEFT_OK) {
        status = run_training(verify, error);
    }
    verify->flip = flip;
    if (status == WEFT_OK && verify->options->soak > 0 &&
        verify->outcome->result == WEFT_VERIFY_EQUAL) {
        status = verify_soak(verify, error);
    }
    return status;
}

enum weft_status weft_verify(const struct weft_verify_options *options,
                             const struct weft_verify_events *events,
                             struct weft_verify_outcome *outcome, char notice[512],
                             struct weft_error *error) {
    struct verify verify = {.options = options, .events = events, .outcome = outcome};
    const char *selector = options->device.device != NULL ? options->device.device : "auto";
    double start = os_seconds();
    char ignored[512];
    enum weft_status status;
    *outcome = (struct weft_verify_outcome){.result = WEFT_VERIFY_EQUAL};
    status =
        weft_device_choose(selector, &outcome->device, notice != NULL ? notice : ignored, error);
    if (status != WEFT_OK) {
        return status;
    }
    if (outcome->device.builtin) {
        snprintf(verify.selector, sizeof verify.selector, "cpu");
    } else {
        snprintf(verify.selector, sizeof verify.selector, "%u", outcome->device.index);
    }
    if (options->launches) {
        verify.watch =
            (struct debug_options){.wait = true, .announce = about_kernel, .context = &verify};
    }
    status = run_all(&verify, error);
    if (status == WEFT_OK && options->bundle != NULL && outcome->bundle[0] == '\0' &&
        outcome->result == WEFT_VERIFY_EQUAL) {
        snprintf(outcome->bundle, sizeof outcome->bundle, "nothing differs");
    }
    outcome->seconds = os_seconds() - start;
    return status;
}
