/* hooks.c: what verification does between the launches: it waits, chooses other work-groups, flips
 * a bit. */
#include "backend/opencl/debug/hooks.h"
#include "backend/opencl/debug/debug.h"
#include "backend/opencl/debug/guard.h"
#include "backend/opencl/debug/record.h"
#include "backend/opencl/loss.h"
#include "backend/opencl/pace.h"
#include "backend/opencl/state.h"
#include "backend/opencl/transfer.h"
#include "base/try.h"

/* Flips the bit of the float at ${index} of ${buffer}. */
static enum weft_status flip(struct opencl_backend *cl, cl_mem buffer, size_t index,
                             struct weft_error *error) {
    cl_uint word;
    cl_int code;
    TRY(opencl_read_from(cl->device, cl->queue, buffer, index * sizeof word, &word, sizeof word,
                         error));
    word ^= (cl_uint)1 << cl->debug->bit;
    code = clEnqueueWriteBuffer(cl->queue, buffer, CL_TRUE, index * sizeof word, sizeof word, &word,
                                0, NULL, NULL);
    cl->flipped = true;
    return opencl_queue_check(cl, code, "flip of a bit", error);
}

/* Flips the bit in an activation. */
static enum weft_status flip_activation(struct opencl_backend *cl, cl_mem buffer,
                                        struct weft_error *error) {
    const struct tensor_ref *ref = &cl->debug->ref;
    size_t image = cl->debug->element / ref->count, value = cl->debug->element % ref->count;
    return flip(cl, buffer,
                (image / CPU_LANES * ref->count + value) * CPU_LANES + image % CPU_LANES, error);
}

/* Returns whether ${call} writes the tensor ${buffer} for other kernels. */
static bool call_writes(const struct opencl_backend *cl, const struct opencl_call *call,
                        bool gradient, cl_mem buffer) {
    const struct opencl_group *group = &cl->groups.list[call->group];
    const struct network_layer *layer = &cl->base.network->layers[group->first];
    const bool loss = call->function == &opencl_loss;
    const bool completes = layer_completes_gradient(cl->base.network, layer, call->input);
    for (int a = 0; call->function->arguments[a] != ARG_END; a++) {
        const enum opencl_argument argument = call->function->arguments[a];
        const size_t tensor = opencl_tensor_of(&cl->groups, call, argument);
        const bool writes =
            gradient ? (loss && argument == ARG_DOUTPUT) ||
                           (completes && (argument == ARG_DINPUT || argument == ARG_GRADIENT))
                     : !loss && argument == ARG_OUTPUT;
        if (writes && cl->values[tensor] == buffer) {
            return true;
        }
    }
    return false;
}

/* Returns whether ${launch} writes the tensor ${buffer} for other kernels. */
static bool writes(const struct opencl_backend *cl, const struct opencl_launch *launch,
                   bool gradient, cl_mem buffer) {
    size_t last = cl->base.network->layer_count;
    if (launch == &cl->common[COMMON_GATHER]) {
        return !gradient && cl->values[0] == buffer;
    }
    if (launch == &cl->common[COMMON_LOSS_TRAIN]) {
        return gradient && cl->dvalues[last] == buffer;
    }
    for (size_t p = 0; launch->kernel != NULL && p < launch->kernel->count; p++) {
        if (call_writes(cl, &launch->kernel->calls[p], gradient, buffer)) {
            return true;
        }
    }
    return false;
}

bool debug_other_groups(const struct opencl_backend *cl) {
    return cl->debug != NULL && cl->debug->other_groups;
}

void debug_announce(const struct opencl_backend *cl, const char *what) {
    if (cl->debug != NULL && cl->debug->announce != NULL) {
        cl->debug->announce(cl->debug->context, what);
    }
}

void debug_before(struct opencl_backend *cl, const struct opencl_launch *launch,
                  const size_t range[3]) {
    debug_announce(cl, launch->name);
    if (cl->debug != NULL && cl->debug->record != NULL) {
        debug_record(cl, launch, range);
    }
}

/* Flips the bit if it is due: as soon as ${launch} has written the activation, or with the
 * update. */
static enum weft_status flip_after(struct opencl_backend *cl, const struct opencl_launch *launch,
                                   bool is_update, struct weft_error *error) {
    const struct tensor_ref *ref = &cl->debug->ref;
    if (cl->debug->flip != cl->steps_made + 1) {
        return WEFT_OK;
    }
    if (!ref->is_activation) {
        return is_update ? flip(cl, cl->arrays[ref->array], ref->offset + cl->debug->element, error)
                         : WEFT_OK;
    }
    bool gradient = ref->activation.gradient;
    cl_mem buffer = (gradient ? cl->dvalues : cl->values)[ref->activation.index];
    return !cl->flipped && buffer != NULL && writes(cl, launch, gradient, buffer)
               ? flip_activation(cl, buffer, error)
               : WEFT_OK;
}

enum weft_status debug_after(struct opencl_backend *cl, const struct opencl_launch *launch,
                             struct weft_error *error) {
    bool is_update = launch == &cl->common[COMMON_UPDATE_STEP];
    if (cl->debug == NULL) {
        return WEFT_OK;
    }
    if (cl->debug->wait) {
        TRY(opencl_pace_finish(cl, launch->name, error));
    }
    TRY(debug_guards_check(cl, launch->name, error));
    TRY(flip_after(cl, launch, is_update, error));
    if (is_update) {
        cl->steps_made++;
        cl->flipped = false;
    }
    return WEFT_OK;
}
