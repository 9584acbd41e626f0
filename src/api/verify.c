/* verify.c: the public function that verifies a device. */
#include "verify/verification.h"

#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "weft/verify.h"

enum { STEPS_MAX = 1000000 };

/* A result with what its members point to. */
struct result {
    struct weft_verification verification; /* first: the caller's pointer */
    struct weft_device device;
    struct verify_outcome outcome;
};

const char *weft_verify_stage_name(enum weft_verify_stage stage) {
    return (unsigned)stage < VERIFY_STAGE_COUNT ? verify_stage_name((enum verify_stage)stage)
                                                : "unknown";
}

const char *weft_verify_result_name(enum weft_verify_result result) {
    return (unsigned)result <= VERIFY_UNSTABLE ? verify_result_name((enum verify_result)result)
                                               : "unknown";
}

static void stage(void *context, enum verify_stage which, enum verify_result result, uint64_t cases,
                  double seconds) {
    const struct weft_verify_options *options = context;
    if (options->stage != NULL) {
        options->stage(options->context, (enum weft_verify_stage)which,
                       (enum weft_verify_result)result, cases, seconds);
    }
}

static void difference(void *context, const struct verify_difference *found) {
    const struct weft_verify_options *options = context;
    const struct weft_verify_difference public = {
        .size = sizeof public,
        .stage = (enum weft_verify_stage)found->stage,
        .step = found->step,
        .layer = found->layer,
        .tensor = found->tensor,
        .name = found->name,
        .where = found->where,
        .element = found->element,
        .device = found->device,
        .expected = found->expected,
        .is_integer = found->is_integer,
        .in_empty_lane = found->in_empty_lane,
        .ulp = found->ulp,
        .differing = found->differing,
        .of = found->of,
        .cause = found->cause,
    };
    if (options->difference != NULL) {
        options->difference(options->context, &public);
    }
}

static bool progress(void *context, const char *what, uint64_t passes, uint64_t faults) {
    const struct weft_verify_options *options = context;
    return options->progress == NULL || options->progress(options->context, what, passes, faults);
}

static void doing(void *context, const char *what) {
    const struct weft_verify_options *options = context;
    if (options->doing != NULL) {
        options->doing(options->context, what);
    }
}

/* Checks the images of ${options}, as ${images} of both splits. */
static enum weft_status take_images(const struct weft_verify_options *options,
                                    struct weft_images images[WEFT_SPLIT_COUNT],
                                    struct weft_error *error) {
    struct weft_network *published = NULL;
    const struct weft_network *network = options->network;
    enum weft_status status = WEFT_OK;
    images[WEFT_SPLIT_TRAIN] = *options->train;
    images[WEFT_SPLIT_TEST] = *options->test;
    if (network == NULL) {
        TRY(network_create_published(&published, error));
        network = published;
    }
    for (int i = 0; i < WEFT_SPLIT_COUNT; i++) {
        if (images[i].labels == NULL) {
            status = error_set(error, WEFT_USAGE, "weft_verify: options->%s has no labels",
                               i == WEFT_SPLIT_TRAIN ? "train" : "test");
            goto done;
        }
        TRY_OR(done, api_argument(error, "weft_verify",
                                  backend_check_images(network, &images[i], error)));
    }
done:
    network_destroy(published);
    return status;
}

/* Fills in what the caller sees of ${result}. */
static void publish(struct result *result) {
    const struct verify_outcome *outcome = &result->outcome;
    result->device = device_public(&outcome->device);
    result->verification = (struct weft_verification){
        .size = sizeof result->verification,
        .device = &result->device,
        .result = (enum weft_verify_result)outcome->result,
        .diagnosis = outcome->diagnosis,
        .denormals = outcome->denormals,
        .hash = outcome->hash,
        .expected_hash = outcome->expected_hash,
        .training_hash = outcome->training_hash,
        .known = outcome->known,
        .seed = outcome->seed,
        .steps = outcome->steps,
        .passes = outcome->passes,
        .faults = outcome->faults,
        .copies = outcome->copies,
        .memory = outcome->memory,
        .no_bundle = outcome->bundle,
        .seconds = outcome->seconds,
        .overflows = outcome->overflows,
    };
}

static enum weft_status check_options(const struct weft_verify_options *options,
                                      struct weft_error *error) {
    static const char name[] = "weft_verify";
    if (options->steps > STEPS_MAX) {
        return api_usage(error, name, "steps is %llu: it must be at most %d",
                         (unsigned long long)options->steps, STEPS_MAX);
    }
    if ((options->train == NULL) != (options->test == NULL)) {
        return api_usage(error, name, "train and test: both are needed, or none");
    }
    if (options->network != NULL && verify_check_network(options->network, error) != WEFT_OK) {
        error_context(error, "options->network");
        return api_argument(error, name, error->status);
    }
    if (options->device != NULL && options->device[0] == '\0') {
        return api_usage(error, name, "device is empty");
    }
    TRY(api_choice(error, name, "mapping", (int)options->mapping, WEFT_MAPPING_GPU));
    TRY(api_choice(error, name, "step_kernel", (int)options->step_kernel, WEFT_STEP_KERNEL_NEVER));
    if (options->inject_tensor != NULL && (options->inject_step == 0 || options->inject_bit > 31)) {
        return api_usage(error, name,
                         "inject_step is %llu, inject_bit %u: at least 1, and at most 31",
                         (unsigned long long)options->inject_step, options->inject_bit);
    }
    return WEFT_OK;
}

/* Returns what verify_device is asked for. ${images} and ${inject} are the caller's. */
static struct verify_options request(const struct weft_verify_options *options,
                                     const struct weft_images *images,
                                     const struct injection *inject) {
    return (struct verify_options){
        .device = {.device = options->device,
                   .threads = options->threads,
                   .kernels = options->kernels,
                   .cl_options = options->cl_options,
                   .mapping = options->mapping,
                   .step_kernel = options->step_kernel,
                   .no_cache = options->no_cache,
                   .no_fuse = options->no_fuse},
        .full = options->full,
        .seed = options->seed,
        .steps = options->steps,
        .network = options->network,
        .soak = options->soak,
        .images = options->train != NULL ? images : NULL,
        .inject = options->inject_tensor != NULL ? inject : NULL,
        .bundle = options->bundle,
        .launches = options->launches,
    };
}

enum weft_status weft_verify(const struct weft_verify_options *options,
                             struct weft_verification **verification, struct weft_error *error) {
    struct weft_verify_options own;
    struct weft_images images[WEFT_SPLIT_COUNT];
    struct verify_options requested;
    struct injection inject;
    const struct verify_events events = {stage, difference, progress, doing, &own};
    struct result *result = NULL;
    struct weft_error failure = {.status = WEFT_OK};
    enum weft_status status;
    API_BEGIN;
    API_CREATES(verification);
    API_STRUCTURE(own, options, context);
    TRY(check_options(&own, error));
    if (own.train != NULL) {
        TRY(take_images(&own, images, error));
    }
    inject =
        (struct injection){own.inject_step, own.inject_tensor, own.inject_element, own.inject_bit};
    requested = request(&own, images, &inject);
    result = calloc(1, sizeof *result);
    if (result == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "no memory for a verification");
    }
    status = verify_device(&requested, &events, &result->outcome, NULL, &failure);
    *error = failure; /* callbacks may have used it */
    TRY_OR(done, status);
    publish(result);
    *verification = &result->verification;
    result = NULL;
done:
    free(result);
    return status;
}

void weft_verification_destroy(struct weft_verification *verification) {
    free(verification);
}
