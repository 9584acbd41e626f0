/* plan.h: an opened OpenCL device: memory for a network, and the launches that a pass makes. */
#ifndef WEFT_OPENCL_PLAN_H
#define WEFT_OPENCL_PLAN_H

#include "backend/opencl/opencl.h"

#define OPENCL_ARGUMENTS 40 /* of a kernel */

/* A kernel with its arguments set, and its range for a full batch. */
struct opencl_launch {
    char name[64]; /* of the kernel or kernels, without the layers' numbers; for messages */
    const struct opencl_run *run; /* NULL: belongs to no layer */
    cl_kernel kernel;
    unsigned passes; /* enum opencl_pass; 0: launched by name */
    enum weft_status (*host)(struct opencl_backend *cl, size_t group, size_t count,
                             struct weft_error *error); /* NULL, or runs in place of the kernel */
    enum opencl_range range;
    size_t items;       /* all of them */
    size_t input_items; /* as in struct opencl_piece */
    bool to_input;      /* these run too */
    size_t local[3];    /* sizes of a work-group */
    struct {
        size_t size;
        unsigned char bytes[8];
    } set[OPENCL_ARGUMENTS]; /* the arguments as they were set last, for records */
    size_t set_count;
    int numbers; /* of launches of fast.c: the place of the two numbers behind their buffers */
};

/* Kernels that belong to no layer. */
enum opencl_common {
    COMMON_GATHER,
    COMMON_LOSS_TRAIN,
    COMMON_LOSS_EVALUATE,
    COMMON_LOSS_JOIN,
    COMMON_ADAM_JOIN,
    COMMON_ADAM_STEP,
    COMMON_COUNT
};

struct opencl_backend {
    struct weft_backend base;
    enum weft_mapping mapping; /* cpu or gpu */
    cl_device_id device;
    cl_context context;
    cl_command_queue queue;
    cl_program program;
    size_t buffer_count, buffer_bytes; /* made by opencl_buffer so far */
    struct opencl_guards *guards;      /* behind them, in a trial with about; or NULL */
    struct opencl_groups groups;
    struct opencl_runs runs;
    char cache_key[65]; /* of the program in the cache; empty: it is not to be saved */
    size_t launch_count;
    struct opencl_launch *launches; /* of the runs, in their order */
    struct opencl_launch common[COMMON_COUNT];
    cl_mem *values, *dvalues; /* of each place; flatten's is its input's; NULL inside a group */
    cl_mem *scratch;          /* of each group, or NULL */
    cl_mem arrays[WEFT_ARRAY_COUNT], partials; /* padded to whole vectors of 16 floats */
    cl_mem losses, predictions;
    struct opencl_fast *fast; /* fast.h; NULL: --math exact */
    cl_mem table;             /* 256 floats */
    cl_mem pixels[WEFT_SPLIT_COUNT], labels[WEFT_SPLIT_COUNT];
    cl_mem identity;                      /* 0, 1, 2 ... as an order */
    cl_mem order, results, shard_results; /* of the steps of one call */
    size_t identity_count, order_count, result_count, shard_result_count; /* what fits */
    const struct weft_trial *trial; /* NULL, or what verify wants */
    uint64_t steps_made;            /* with a trial: since the parameters were written */
    bool flipped;                   /* in this step */
    uint64_t bytes;                 /* of all buffers made so far */
    struct opencl_profile *profile; /* profile.c's; NULL: never profiled */
};

/* ---- opencl.c ---- */

/* Opens another backend for the network of ${first}, by the ${options} that it was opened with (--math exact), in the same context and with the
 * same program, but with a queue, kernels and memory of its own. ${first} has to be closed after it. */
enum weft_status opencl_open_beside(struct opencl_backend *first,
                                    const struct weft_backend_options *options,
                                    struct opencl_backend **beside, struct weft_error *error);

/* ---- profile.c: the entries profile_start and profile_collect of struct backend_ops ---- */

enum weft_status opencl_profile_start(struct weft_backend *backend, struct weft_error *error);
enum weft_status opencl_profile_collect(struct weft_backend *backend, struct weft_error *error);

/* Returns the place for the event of the next launch, or NULL when it is not profiled. Once it is filled, ${launch} for ${count}
 * images is added to the profile. */
cl_event *opencl_profile_event(struct opencl_backend *cl);
enum weft_status opencl_profile_add(struct opencl_backend *cl, const struct opencl_launch *launch,
                                    size_t count, struct weft_error *error);

/* Runs the host function of ${launch}, and adds it as a whole if something is profiled. */
enum weft_status opencl_profile_host(struct opencl_backend *cl, const struct opencl_launch *launch,
                                     size_t count, struct weft_error *error);
void opencl_profile_finish(struct opencl_backend *cl);

/* ---- peak.c: the entry peak ---- */

enum weft_status opencl_peak(struct weft_backend *backend, struct weft_peak *peak,
                             struct weft_error *error);

/* ---- memory.c ---- */

/* Allocates what does not depend on the data. Fails with WEFT_BAD_DEVICE; opencl_memory_finish is then due all the same. */
enum weft_status opencl_memory_init(struct opencl_backend *cl, struct weft_error *error);
void opencl_memory_finish(struct opencl_backend *cl);

/* Makes a buffer of ${bytes} and fills it with zeros. */
enum weft_status opencl_buffer(struct opencl_backend *cl, size_t bytes, const char *what,
                               cl_mem *buffer, struct weft_error *error);

/* Makes ${buffer} hold at least ${count} things of ${size} bytes; ${room} is how many it holds. What was in it is lost. */
enum weft_status opencl_buffer_grow(struct opencl_backend *cl, size_t count, size_t size,
                                    const char *what, cl_mem *buffer, size_t *room,
                                    struct weft_error *error);

/* ---- guard.c: a trial with about has a strip behind each buffer, in which nobody may write ---- */

/* Returns the bytes of a strip, or 0. */
size_t opencl_guard_room(const struct opencl_backend *cl);

/* Fills the strip behind the ${size} bytes of ${buffer}, called ${what}. */
enum weft_status opencl_guard_add(struct opencl_backend *cl, cl_mem buffer, size_t size,
                                  const char *what, struct weft_error *error);

/* Fails with WEFT_BAD_DEVICE, and names ${kernel}, if a strip is no longer as it was. */
enum weft_status opencl_guards_check(struct opencl_backend *cl, const char *kernel,
                                     struct weft_error *error);
void opencl_guards_finish(struct opencl_backend *cl);

/* ---- memory.c, transfers ---- */

/* Copies ${bytes} to or from the device and waits. */
enum weft_status opencl_write(struct opencl_backend *cl, cl_mem buffer, const void *from,
                              size_t bytes, struct weft_error *error);
enum weft_status opencl_read(struct opencl_backend *cl, cl_mem buffer, void *to, size_t bytes,
                             struct weft_error *error);

/* Returns the floats of a flat array, without the padding, and with it: a network without parameters has arrays too. */
size_t opencl_array_count(const struct opencl_backend *cl, enum weft_array array);
size_t opencl_padded(size_t floats);

/* ---- program.c ---- */

/* Compiles the network's program for the device. Fails with WEFT_BAD_DEVICE and the build log. */
enum weft_status opencl_program_build(struct opencl_backend *cl,
                                      const struct weft_backend_options *options,
                                      struct weft_error *error);

/* ---- say.c: what a caller that listens is told ---- */

void opencl_say_device(const struct opencl_backend *cl);
void opencl_say_plan(const struct opencl_backend *cl);

/* ---- cache.c: compiled programs, kept between runs ---- */

/* Whether the driver keeps compiled programs itself, better than it can be done from outside. */
bool opencl_cache_is_drivers(const struct opencl_backend *cl);

/* Stores in ${key} what a program compiled from ${source} with ${flags} depends on: device, driver, source and options, hashed. */
void opencl_cache_key(const struct opencl_backend *cl, const struct opencl_text *source,
                      const char *flags, char key[65]);

/* Makes cl->program from the cache and builds it. Returns false, and leaves no program, where the cache has none that is whole and that
 * the driver takes; a bad entry is removed. */
bool opencl_cache_load(struct opencl_backend *cl, const char *key, const char *flags);

/* Saves cl->program as cl->cache_key. Best after its kernels have run, since some drivers compile then. A cache that can not be written
 * is no failure. */
void opencl_cache_save(struct opencl_backend *cl);

/* Runs a few hundred values through the device; if a result differs from the host's, says so in cl->base.warning. */
enum weft_status opencl_probe(struct opencl_backend *cl, struct weft_error *error);

/* What launches of one pass have in common: the numbers among their arguments. */
struct opencl_pass_values {
    size_t count; /* of images */
    enum weft_statistics statistics;
    bool update;         /* forward: running statistics too */
    bool to_input;       /* backward: the gradient of the network's input too */
    size_t place, first; /* of a training step, in the results and in the order */
};

/* ---- launch.c ---- */

/* Makes the kernel called ${name} in the program, and the sizes of its groups. opencl_launch_finish frees it; one that was never made is
 * harmless to it. */
enum weft_status opencl_launch_create(struct opencl_backend *cl, struct opencl_launch *launch,
                                      const char *name, struct weft_error *error);
void opencl_launch_finish(struct opencl_launch *launch);

/* Sets argument ${index} of ${launch}. */
enum weft_status opencl_argument_set(struct opencl_launch *launch, int index, size_t size,
                                     const void *value, struct weft_error *error);

/* Sets those arguments of the run of ${launch} that change from pass to pass (${late}), or those that do not (${values} may be NULL). */
enum weft_status opencl_arguments_set(struct opencl_backend *cl, struct opencl_launch *launch,
                                      bool late, const struct opencl_pass_values *values,
                                      struct weft_error *error);

/* Enqueues ${launch} for ${count} images. */
enum weft_status opencl_launch_run(struct opencl_backend *cl, struct opencl_launch *launch,
                                   size_t count, struct weft_error *error);

/* ---- plan.c ---- */

/* Makes the launches of all runs: kernels with all arguments that do not change. */
enum weft_status opencl_plan_init(struct opencl_backend *cl, struct weft_error *error);
void opencl_plan_finish(struct opencl_backend *cl);

/* Enqueues the first ${groups} groups forward, or backward. */
enum weft_status opencl_forward(struct opencl_backend *cl, size_t groups,
                                const struct opencl_pass_values *values, struct weft_error *error);
enum weft_status opencl_backward(struct opencl_backend *cl, size_t groups,
                                 const struct opencl_pass_values *values, struct weft_error *error);

/* Enqueues what cl->runs.step_group stands for. */
enum weft_status opencl_step(struct opencl_backend *cl, const struct opencl_pass_values *values,
                             struct weft_error *error);

/* ---- trial.c ---- */

/* record.c: keeps ${launch}, before it is enqueued, if cl->trial->record wants it. */
void opencl_record_before(struct opencl_backend *cl, const struct opencl_launch *launch,
                          const size_t range[3]);

/* Tells cl->trial->about, if there is one, of ${what}: a kernel or the compiler, before it runs. */
void opencl_trial_before(const struct opencl_backend *cl, const char *what);

/* Does what cl->trial asks for, after ${launch} has been enqueued. */
enum weft_status opencl_trial_after(struct opencl_backend *cl, const struct opencl_launch *launch,
                                    struct weft_error *error);

/* ---- steps.c: these entries of struct backend_ops ---- */

/* Enqueues ${steps}; their results are in cl->results once the queue has come so far. */
enum weft_status opencl_train_enqueue(struct opencl_backend *cl, const struct weft_steps *steps,
                                      struct weft_error *error);
enum weft_status opencl_train(struct weft_backend *backend, const struct weft_steps *steps,
                              struct weft_step_result *results, struct weft_error *error);
enum weft_status opencl_evaluate(struct weft_backend *backend, const struct weft_pass *pass,
                                 struct weft_error *error);
enum weft_status opencl_propagate(struct weft_backend *backend, const struct weft_probe *probe,
                                  struct weft_error *error);
enum weft_status opencl_tensor(struct weft_backend *backend, struct activation place, float *values,
                               struct weft_error *error);

#endif
