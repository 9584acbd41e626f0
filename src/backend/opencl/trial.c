/* trial.c: what weft_verify does beside the launches: it waits, chooses other groups, flips a bit. */
#include "backend/trial.h"
#include "backend/opencl/plan.h"

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

/* The bit in a tensor of activations, if ${buffer} is that tensor's. */
static enum weft_status flip_place(struct opencl_backend *cl, cl_mem buffer,
                                   struct weft_error *error) {
    const struct weft_target *target = &cl->trial->target;
    cl_mem *places = target->place.gradient ? cl->dvalues : cl->values;
    size_t image = cl->trial->element / target->count, value = cl->trial->element % target->count;
    if (cl->flipped || places[target->place.index] != buffer) {
        return WEFT_OK;
    }
    return flip(cl, buffer,
                (image / WEFT_LANES * target->count + value) * WEFT_LANES + image % WEFT_LANES,
                error);
}

/* The tensor that ${launch} writes for others, or NULL. */
static cl_mem written(const struct opencl_backend *cl, const struct opencl_launch *launch,
                      bool gradient) {
    size_t last = cl->base.network->layer_count;
    const struct opencl_group *group;
    if (launch == &cl->common[COMMON_GATHER]) {
        return gradient ? NULL : cl->values[0];
    }
    if (launch == &cl->common[COMMON_LOSS_TRAIN]) {
        return gradient ? cl->dvalues[last] : NULL;
    }
    if (launch->row == NULL) {
        return NULL;
    }
    group = &cl->groups.groups[launch->group];
    for (int a = 0; launch->row->arguments[a] != ARG_END; a++) {
        enum opencl_argument argument = launch->row->arguments[a];
        if (!gradient && argument == ARG_OUTPUT && (launch->passes & PASS_FORWARD) != 0) {
            return cl->values[group->end];
        }
        if (gradient && argument == ARG_DINPUT) {
            return cl->dvalues[group->first];
        }
    }
    return NULL;
}

enum weft_status opencl_trial_after(struct opencl_backend *cl, const struct opencl_launch *launch,
                                    struct weft_error *error) {
    const struct weft_trial *trial = cl->trial;
    bool last = launch == &cl->common[COMMON_ADAM_STEP], now = trial->flip == cl->steps_made + 1;
    enum weft_status status = WEFT_OK;
    if (trial->wait) {
        status = opencl_check(clFinish(cl->queue), launch->name, error);
    }
    if (status == WEFT_OK && now && trial->target.is_place) {
        cl_mem buffer = written(cl, launch, trial->target.place.gradient);
        status = buffer != NULL ? flip_place(cl, buffer, error) : WEFT_OK;
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
