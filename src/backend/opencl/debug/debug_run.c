/* debug_run.c: what weft_verify does beside the launches: it waits, chooses other groups, flips a bit. */
#include "backend/opencl/debug/debug_run.h"
#include "backend/opencl/debug/hooks.h"
#include "backend/opencl/errors.h"
#include "backend/opencl/opencl.h"

/* Flips the bit of the float at ${index} of ${buffer}. */
static enum weft_status flip(struct opencl_backend *cl, cl_mem buffer, size_t index,
                             struct weft_error *error) {
    cl_uint word;
    cl_int code = clEnqueueReadBuffer(cl->queue, buffer, CL_TRUE, index * sizeof word, sizeof word,
                                      &word, 0, NULL, NULL);
    word ^= (cl_uint)1 << cl->trial->bit;
    if (code == CL_SUCCESS) {
        code = clEnqueueWriteBuffer(cl->queue, buffer, CL_TRUE, index * sizeof word, sizeof word,
                                    &word, 0, NULL, NULL);
    }
    cl->flipped = true;
    return opencl_check(code, "flip of a bit", error);
}

/* The bit in a tensor of activations. */
static enum weft_status flip_place(struct opencl_backend *cl, cl_mem buffer,
                                   struct weft_error *error) {
    const struct tensor_ref *target = &cl->trial->target;
    size_t image = cl->trial->element / target->count, value = cl->trial->element % target->count;
    return flip(cl, buffer,
                (image / CPU_LANES * target->count + value) * CPU_LANES + image % CPU_LANES, error);
}

/* Whether ${piece} writes the tensor ${buffer} for others. */
static bool call_writes(const struct opencl_backend *cl, const struct opencl_call *call,
                        bool gradient, cl_mem buffer) {
    const struct opencl_group *group = &cl->groups.list[call->group];
    bool loss = call->function->passes == 0;
    for (int a = 0; call->function->arguments[a] != ARG_END; a++) {
        enum opencl_argument argument = call->function->arguments[a];
        if ((!gradient && argument == ARG_OUTPUT && !loss && cl->values[group->end] == buffer) ||
            (gradient && argument == ARG_DOUTPUT && loss && cl->dvalues[group->end] == buffer) ||
            (gradient && argument == ARG_DINPUT && cl->dvalues[group->first] == buffer)) {
            return true;
        }
    }
    return false;
}

/* Whether ${launch} writes the tensor ${buffer} for others. */
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

void opencl_trial_before(const struct opencl_backend *cl, const char *what) {
    if (cl->trial != NULL && cl->trial->about != NULL) {
        cl->trial->about(cl->trial->context, what);
    }
}

enum weft_status opencl_trial_after(struct opencl_backend *cl, const struct opencl_launch *launch,
                                    struct weft_error *error) {
    const struct weft_trial *trial = cl->trial;
    bool last = launch == &cl->common[COMMON_ADAM_STEP], now = trial->flip == cl->steps_made + 1;
    enum weft_status status = WEFT_OK;
    if (trial->wait) {
        status = opencl_check(clFinish(cl->queue), launch->name, error);
    }
    if (status == WEFT_OK) {
        status = opencl_guards_check(cl, launch->name, error);
    }
    if (status == WEFT_OK && now && trial->target.is_place) {
        bool gradient = trial->target.place.gradient;
        cl_mem buffer = (gradient ? cl->dvalues : cl->values)[trial->target.place.index];
        if (!cl->flipped && buffer != NULL && writes(cl, launch, gradient, buffer)) {
            status = flip_place(cl, buffer, error);
        }
    } else if (status == WEFT_OK && now && last) {
        status =
            flip(cl, cl->arrays[trial->target.array], trial->target.offset + trial->element, error);
    }
    if (last) {
        cl->steps_made++;
        cl->flipped = false;
    }
    return status;
}
