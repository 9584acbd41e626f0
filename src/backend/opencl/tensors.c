/* tensors.c: the memory of activations. A step (network/lifetimes.h) is all that a group computes
 * in a pass: 0 is the input, g + 1 group g forward, then the loss, then the groups backward. What
 * the functions of a group use follows from their arguments, in whichever pass and variant. */
#include "backend/opencl/tensors.h"
#include "backend/opencl/calls.h"
#include "backend/opencl/kernels.h"
#include "backend/opencl/phases.h"
#include "base/try.h"

/* What is planned. */
struct tensors {
    const struct opencl_groups *groups;
    bool forward_only;
    struct lifetimes *lifetimes;
};

/* Returns the step in which ${call} is made in ${pass}. */
static size_t step_of(const struct tensors *plan, const struct opencl_call *call,
                      enum opencl_pass pass) {
    if (call->function->passes != 0 || opencl_call_of_gradient(call)) {
        return pass == PASS_FORWARD ? call->group + 1 : 2 * plan->groups->count + 1 - call->group;
    }
    return call->function->arguments[0] == ARG_PIXELS ? 0 : plan->groups->count + 1; /* the loss */
}

/* lifetimes_use, or lifetimes_use_any. */
typedef void use_function(struct lifetimes *lifetimes, size_t tensor, size_t step);

/* Notes that ${call} uses its arguments in step ${step}. */
static void use_arguments(const struct tensors *plan, const struct opencl_call *call, size_t step,
                          use_function *use) {
    for (size_t a = 0; call->function->arguments[a] != ARG_END; a++) {
        const size_t tensor = opencl_tensor_of(plan->groups, call, call->function->arguments[a]);
        if (tensor != OPENCL_NO_TENSOR) {
            use(plan->lifetimes, tensor, step);
        }
    }
}

/* Notes what the calls of ${group} use, in its passes. */
static void use_group(const struct tensors *plan, size_t group) {
    struct opencl_call calls[OPENCL_GROUP_CALLS];
    const size_t count = opencl_calls_of(plan->groups, group, calls);
    for (size_t i = 0; i < count; i++) {
        const unsigned passes =
            opencl_call_of_gradient(&calls[i]) ? PASS_BACKWARD : calls[i].function->passes;
        if ((passes & PASS_FORWARD) != 0) {
            use_arguments(plan, &calls[i], step_of(plan, &calls[i], PASS_FORWARD), lifetimes_use);
        }
        if ((passes & PASS_BACKWARD) != 0 && !plan->forward_only) {
            use_arguments(plan, &calls[i], step_of(plan, &calls[i], PASS_BACKWARD), lifetimes_use);
        }
    }
}

/* Extends ${begin} and ${end} to the step of ${call}. */
static void extend(const struct tensors *plan, const struct opencl_call *call, size_t *begin,
                   size_t *end) {
    const size_t step =
        step_of(plan, call, (call->passes & PASS_FORWARD) != 0 ? PASS_FORWARD : PASS_BACKWARD);
    *begin = step < *begin ? step : *begin;
    *end = step > *end ? step : *end;
}

/* The calls of a kernel are not made one after the other: a work-item may be at the last one while
 * another work-item, or that of another shard, is at the first one. */
static void use_chain(const struct tensors *plan, const struct opencl_kernel *kernel) {
    size_t begin = SIZE_MAX, end = 0;
    for (size_t c = 0; c < kernel->count; c++) {
        extend(plan, &kernel->calls[c], &begin, &end);
    }
    for (size_t c = 0; kernel->count > 1 && c < kernel->count; c++) {
        use_function *const use = kernel->loop == LOOP_SHARD ? lifetimes_use_any : lifetimes_use;
        use_arguments(plan, &kernel->calls[c], begin, use);
        use_arguments(plan, &kernel->calls[c], end, use);
    }
}

/* The kernel of many steps may have other functions of a group than the launches. */
static void use_phases(const struct tensors *plan, const struct opencl_phases *phases) {
    for (size_t i = 0; i < phases->count; i++) {
        size_t begin = SIZE_MAX, end = 0;
        extend(plan, &phases->list[i].call, &begin, &end);
        use_arguments(plan, &phases->list[i].call, begin, lifetimes_use_any);
    }
}

enum weft_status opencl_tensors_plan(const struct opencl_kernels *kernels,
                                     const struct opencl_phases *phases, bool forward_only,
                                     bool apart, struct lifetimes *lifetimes,
                                     struct weft_error *error) {
    const struct opencl_groups *groups = kernels->groups;
    const struct tensors plan = {groups, forward_only, lifetimes};
    const size_t last = groups->network->layer_count, end = 2 * groups->count + 2;
    const struct opencl_call loss = {.function = &opencl_loss, .group = groups->count - 1};
    TRY(lifetimes_init(groups->network, lifetimes, error));
    lifetimes_use(lifetimes, 0, 0);
    for (size_t i = 0; i < groups->count; i++) {
        use_group(&plan, i);
    }
    for (size_t i = 0; i < kernels->count; i++) {
        use_chain(&plan, &kernels->list[i]);
    }
    if (phases != NULL) {
        use_phases(&plan, phases);
    }
    /* What callers may read and write: the input, the output, and their gradients. */
    lifetimes_use(lifetimes, 0, end);
    lifetimes_use(lifetimes, last, end);
    if (!forward_only) {
        use_arguments(&plan, &loss, step_of(&plan, &loss, PASS_FORWARD), lifetimes_use);
        lifetimes_use(lifetimes, lifetimes_gradient(groups->network, 0), end);
        lifetimes_use(lifetimes, lifetimes_gradient(groups->network, last), end);
    }
    return lifetimes_share(lifetimes, apart, error);
}
