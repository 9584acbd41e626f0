/* verify.c: the stages of a verification, one after the other, until one differs. */
#include <stdio.h>
#include <string.h>

#include "backend/ops.h"
#include "base/try.h"
#include "os/host.h"
#include "verify/reference.h"
#include "verify/stages.h"

/* Reports that ${network} has no tensor of the name of --inject. */
static enum weft_status unknown_tensor(const struct verify *verify,
                                       const struct weft_network *network,
                                       struct weft_error *error) {
    const char *layer = network->layers[network->layer_count - 1].name;
    error_set(error, WEFT_USAGE, "inject_tensor is %s: the %snetwork has no such tensor",
              verify->options->inject->tensor,
              verify->options->network == NULL ? "published " : "");
    return verify->options->network == NULL
               ? error_hint(error, "for example conv1.weight, fc1.output or out.bias.grad")
               : error_hint(error, "for example %s%s%s.output, or %s.output.grad",
                            network->tensor_count > 0 ? network->tensors[0].name : "",
                            network->tensor_count > 0 ? ", " : "", layer, layer);
}

/* Finds the tensor of --inject, in verify->flip.ref, and the count of its elements. */
static enum weft_status find_tensor(struct verify *verify, size_t *count,
                                    struct weft_error *error) {
    const struct injection *inject = verify->options->inject;
    struct tensor_ref *ref = &verify->flip.ref;
    struct weft_network *network = NULL;
    enum weft_status status;
    size_t images;
    TRY(verify_network(verify, &network, error));
    if (!tensor_ref_find(network, inject->tensor, ref)) {
        status = unknown_tensor(verify, network, error);
        goto done;
    }
    images = trainer_images(verify, network, WEFT_SPLIT_TRAIN);
    images = images < TRAINER_BATCH ? images : TRAINER_BATCH;
    *count = ref->count * (ref->is_activation ? images : 1);
    status = ref->is_activation && ref->activation.gradient && ref->activation.index == 0
                 ? error_set(error, WEFT_USAGE,
                             "inject_tensor is %s: a training does not compute it", inject->tensor)
                 : WEFT_OK;
done:
    network_destroy(network);
    return status;
}

/* Checks options->inject, and makes verify->flip of it. */
static enum weft_status prepare_flip(struct verify *verify, struct weft_error *error) {
    const struct injection *inject = verify->options->inject;
    size_t count = 0;
    if (inject == NULL) {
        return WEFT_OK;
    }
    if (verify->options->bundle != NULL) {
        return error_set(error, WEFT_USAGE,
                         "bundle: a bit that inject_tensor flips is not the fault of a kernel");
    }
    if (verify->outcome->device.builtin) {
        return error_set(error, WEFT_USAGE, "inject_tensor: it needs an OpenCL device");
    }
    verify->flip = verify->watch;
    TRY(find_tensor(verify, &count, error));
    if (inject->step > verify_steps(verify)) {
        return error_set(error, WEFT_USAGE,
                         "inject_step: step %llu is after the end of the training",
                         (unsigned long long)inject->step);
    }
    if (inject->step == 0 || inject->element >= count || inject->bit > 31) {
        return error_set(error, WEFT_USAGE,
                         "inject_step: steps count from 1, %s has %zu elements, bits are 0 to 31",
                         inject->tensor, count);
    }
    verify->flip.flip = inject->step;
    verify->flip.element = inject->element;
    verify->flip.bit = inject->bit;
    return WEFT_OK;
}

/* Runs a stage and reports it, unless an earlier one has decided. */
static enum weft_status run_stage(struct verify *verify, enum verify_stage stage,
                                  struct weft_error *error) {
    static enum weft_status (*const stages[])(struct verify *, struct weft_error *) = {
        [VERIFY_STAGE_TRANSFERS] = verify_transfers,   [VERIFY_STAGE_NUMERICS] = verify_numerics,
        [VERIFY_STAGE_LAYERS] = verify_layers,         [VERIFY_STAGE_TRAINING] = verify_training,
        [VERIFY_STAGE_EVALUATION] = verify_evaluation,
    };
    const struct verify_events *events = verify->events;
    double start = os_seconds();
    if (verify->outcome->result != VERIFY_EQUAL) {
        return WEFT_OK;
    }
    verify->cases = 0;
    verify_doing(verify, stage, "its beginning");
    TRY(stages[stage](verify, error));
    if (verify->cases == 0 && verify->outcome->result == VERIFY_EQUAL &&
        !verify->outcome->device.builtin) {
        return error_set(error, WEFT_NO_VERDICT, "stage %s: nothing was compared",
                         verify_stage_name(stage));
    }
    if (events != NULL && events->stage != NULL) {
        events->stage(events->context, stage, verify->outcome->result, verify->cases,
                      os_seconds() - start);
    }
    return WEFT_OK;
}

/* Runs the stages that need no network. */
static enum weft_status run_raw(struct verify *verify, struct weft_error *error) {
    enum weft_status status;
    if (!verify->outcome->device.builtin) {
        TRY(debug_api->raw_device->open(&verify->outcome->device, &verify->raw, error));
    }
    TRY_OR(done, run_stage(verify, VERIFY_STAGE_TRANSFERS, error));
    TRY_OR(done, run_stage(verify, VERIFY_STAGE_NUMERICS, error));
done:
    if (verify->raw != NULL) {
        debug_api->raw_device->close(verify->raw);
        verify->raw = NULL;
    }
    return status;
}

static enum weft_status run_training(struct verify *verify, struct weft_error *error) {
    struct trainer trainer;
    enum weft_status status;
    if (verify->outcome->result != VERIFY_EQUAL) {
        return WEFT_OK;
    }
    verify->trainer = &trainer;
    TRY_OR(done, trainer_init(verify, verify->options->seed, TRAINER_BATCH, &trainer, error));
    TRY_OR(done, run_stage(verify, VERIFY_STAGE_TRAINING, error));
    TRY_OR(done, run_stage(verify, VERIFY_STAGE_EVALUATION, error));
done:
    trainer_finish(&trainer);
    return status;
}

/* Runs the stages that need a network. */
static enum weft_status run_networks(struct verify *verify, struct weft_error *error) {
    struct debug_options flip;
    TRY(run_stage(verify, VERIFY_STAGE_LAYERS, error));
    /* In a soak a bit is flipped later, in one of the copies. */
    flip = verify->flip;
    if (verify->options->soak > 0) {
        verify->flip = (struct debug_options){.flip = 0};
    }
    TRY(run_training(verify, error));
    verify->flip = flip;
    return verify->options->soak > 0 && verify->outcome->result == VERIFY_EQUAL
               ? verify_soak(verify, error)
               : WEFT_OK;
}

/* Runs the stages that need a network on a device that contracts. Its verdict is "different", since
 * an operation has other bits; the stages show whether the bits of a network depend on it. */
static enum weft_status run_contracted(struct verify *verify, struct weft_error *error) {
    struct verify_outcome *outcome = verify->outcome;
    char text[sizeof outcome->diagnosis];
    enum weft_status status;
    memcpy(text, outcome->diagnosis, sizeof text);
    outcome->result = VERIFY_EQUAL;
    outcome->diagnosis[0] = '\0';
    status = run_networks(verify, error);
    if (outcome->result == VERIFY_EQUAL) {
        outcome->result = VERIFY_DIFFERENT;
        snprintf(outcome->diagnosis, sizeof outcome->diagnosis, "%s",
                 status == WEFT_OK ? "No kernel of a network has such a sum: the layers, the "
                                     "training and the evaluation have the bits of the CPU backend"
                                   : "");
    }
    if (outcome->diagnosis[0] != '\0') {
        strncat(text, ". ", sizeof text - strlen(text) - 1);
        strncat(text, outcome->diagnosis, sizeof text - strlen(text) - 1);
    }
    memcpy(outcome->diagnosis, text, sizeof text);
    return status;
}

static enum weft_status run_all(struct verify *verify, struct weft_error *error) {
    TRY(verify_reference_check(error));
    TRY(prepare_flip(verify, error));
    TRY(run_raw(verify, error));
    return verify->contracts ? run_contracted(verify, error) : run_networks(verify, error);
}

/* What could not be run is not different, which the exit code of these failures would say. A device
 * that was lost has been opened, but was not verified to the end. */
static enum weft_status without_verdict(enum weft_status status, struct weft_error *error) {
    bool ran = status != WEFT_FAILED && status != WEFT_NO_MEMORY && status != WEFT_DIVERGED;
    if (ran && (status != WEFT_BAD_DEVICE || !device_lost())) {
        return status;
    }
    if (error != NULL) {
        error->status = WEFT_NO_VERDICT;
    }
    return WEFT_NO_VERDICT;
}

/* "auto" does not mean the CPU backend here, which would be compared with itself. */
enum weft_status verify_choose(const char *selector, struct device_info *device,
                               struct weft_error *notice, struct weft_error *error) {
    struct weft_error why;
    TRY(device_choose_among(selector, true, device, &why, error));
    if (device->builtin && strcmp(selector, "cpu") != 0) {
        *device = (struct device_info){0};
        error_set(error, WEFT_BAD_DEVICE, "verify: there is nothing to verify: %.3000s",
                  why.message);
        return error_hint(error, "%s%sthe device \"cpu\" only checks the CPU backend", why.hint,
                          why.hint[0] != '\0' ? "; " : "");
    }
    if (notice != NULL) {
        *notice = why;
    }
    return WEFT_OK;
}

/* Fails if nothing shows that values were compared. */
static enum weft_status check_outcome(const struct verify_outcome *outcome,
                                      struct weft_error *error) {
    if (outcome->result == VERIFY_EQUAL &&
        (outcome->hash[0] == '\0' || strcmp(outcome->hash, outcome->expected_hash) != 0)) {
        return error_set(error, WEFT_NO_VERDICT,
                         "verify: no difference was found, but the hash is \"%s\", not \"%s\"",
                         outcome->hash, outcome->expected_hash);
    }
    return WEFT_OK;
}

enum weft_status verify_device(const struct verify_options *options,
                               const struct verify_events *events, struct verify_outcome *outcome,
                               struct weft_error *notice, struct weft_error *error) {
    struct verify verify = {.options = options, .events = events, .outcome = outcome};
    const char *selector = options->device.device != NULL ? options->device.device : "auto";
    double start = os_seconds();
    enum weft_status status;
    *outcome = (struct verify_outcome){.result = VERIFY_EQUAL};
    if (options->bundle != NULL) {
        TRY(verify_bundle_check(options->bundle, error));
    }
    TRY(verify_choose(selector, &outcome->device, notice, error));
    verify.asked = verify_asked(&verify);
    verify.watch.mapping_is_wish = options->device.mapping != WEFT_MAPPING_GPU;
    if (options->launches) {
        verify.watch.wait = true;
        verify.watch.announce = verify_announce;
        verify.watch.context = &verify;
    }
    status = run_all(&verify, error);
    if (status == WEFT_INTERRUPTED && error != NULL) { /* backends name what they did */
        *error = (struct weft_error){.status = WEFT_OK};
        error_set(error, status, "verify: interrupted");
    }
    status = status == WEFT_OK ? check_outcome(outcome, error) : without_verdict(status, error);
    if (status == WEFT_OK && options->bundle != NULL && outcome->bundle[0] == '\0' &&
        outcome->result == VERIFY_EQUAL) {
        snprintf(outcome->bundle, sizeof outcome->bundle, "nothing differs");
    }
    outcome->seconds = os_seconds() - start;
    return status;
}
