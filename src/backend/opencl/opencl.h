/* opencl.h: the OpenCL backend: one program for the whole network, its memory, and the list of launches that a pass makes.
 *
 * A layer's file here says what its .cl file needs: the macros it is compiled with, and a table of its kernels with their ranges and
 * arguments (struct opencl_row). plan.c turns these tables into launches; opencl.c runs them. */
#ifndef WEFT_OPENCL_H
#define WEFT_OPENCL_H

#include "backend/lanes.h"
#include "backend/opencl/cl.h"
#include "backend/opencl_ops.h"

/* ---- ops.c: entries of struct opencl_api ---- */

enum weft_status opencl_list(struct weft_device **devices, size_t *count, char note[256],
                             struct weft_error *error);
enum weft_status opencl_open(const struct backend_request *request,
                             const struct weft_device *device, struct weft_backend **backend,
                             struct weft_error *error);
enum weft_status opencl_record_result(struct weft_backend *backend, const struct tensor_ref *target,
                                      int *buffer, unsigned char **bytes, struct weft_error *error);
enum weft_status opencl_cache_clear(size_t *removed, struct weft_error *error);
void opencl_loader_version(char *text, size_t size);
extern const struct raw_device_ops opencl_bare_ops;
extern const struct replicas_ops opencl_crowd_ops;

/* ---- errors.c ---- */

/* Returns "CL_OUT_OF_RESOURCES" for -5, "CL error -9999" for what has no name. */
const char *opencl_code_name(cl_int code, char text[32]);

/* Fails with WEFT_BAD_DEVICE and "${call}: CL_..." unless ${code} is CL_SUCCESS. */
enum weft_status opencl_check(cl_int code, const char *call, struct weft_error *error);

/* ---- say.c ---- */

/* Tells ${log} that the program called ${what} was built, and what the compiler said. */
void opencl_say_build(const struct weft_log *log, const char *what, cl_program program,
                      cl_device_id device, const char *flags, double seconds);

/* ---- text.c: the program's source, as it grows ---- */

struct opencl_text {
    char *bytes; /* zero-terminated; NULL while empty */
    size_t length, room;
    bool failed; /* no memory: what follows is dropped */
};

void opencl_text_add(struct opencl_text *text, const char *format, ...) WEFT_PRINTF(2, 3);
void opencl_text_finish(struct opencl_text *text);

/* Appends "#define NAME VALUE", and "#undef NAME" first, so that each layer can define its own. */
void opencl_define(struct opencl_text *text, const char *name, size_t value);
void opencl_define_float(struct opencl_text *text, const char *name, float value);

/* ---- source.c ---- */

/* Appends the file ${name} of cl/ (or of ${folder} if not NULL), with the files that it includes in their places. */
enum weft_status opencl_source_add(struct opencl_text *text, const char *folder, const char *name,
                                   struct weft_error *error);

struct opencl_groups;
struct opencl_runs;
struct opencl_backend;

/* Makes the source of the whole program for ${network} in ${groups}, a kernel for each of ${runs}, lanes a work-item by ${mapping}. Free
 * with opencl_text_finish. */
enum weft_status opencl_source_make(const struct weft_network *network,
                                    const struct opencl_groups *groups,
                                    const struct opencl_runs *runs, enum weft_mapping mapping,
                                    const char *folder, struct opencl_text *text,
                                    struct weft_error *error);

/* ---- rows: a file a layer ---- */

/* What a kernel's arguments are, in order: buffers, those of them that are made anew when they must grow, and numbers (int). */
enum opencl_argument {
    ARG_END,
    ARG_INPUT,
    ARG_OUTPUT,
    ARG_DOUTPUT,
    ARG_DINPUT,
    ARG_PARAMETERS,
    ARG_BUFFERS,
    ARG_PARTIALS,
    ARG_SCRATCH,
    ARG_LABELS, /* of the training images; from here on a pass may find another value than the last */
    ARG_ORDER,   /* in which the steps take them */
    ARG_RESULTS, /* sums of losses and right answers of each shard */
    ARG_COUNT,   /* images in the batch; from here on numbers */
    ARG_UPDATE,  /* whether running statistics are updated */
    ARG_PLACE,   /* of the step in the results */
    ARG_FIRST,   /* place of the step's first image in the order */
};

#define OPENCL_ARG_LATE   ARG_LABELS /* the first that changes from pass to pass */
#define OPENCL_ARG_NUMBER ARG_COUNT  /* the first that is a number */

/* In which passes a kernel runs. */
enum opencl_pass {
    PASS_FORWARD_BATCH = 1, /* batch norm by the batch's statistics */
    PASS_FORWARD_RUNNING = 2,
    PASS_FORWARD = 3,
    PASS_BACKWARD_BATCH = 4,
    PASS_BACKWARD_RUNNING = 8,
    PASS_BACKWARD = 12,
    PASS_STEP = 16, /* a training step's last layers, from forward to backward */
};

/* The range of a kernel. */
enum opencl_range {
    RANGE_SHARDS, /* lanes x items x shards */
    RANGE_SUMS,   /* the same, and the 16 lanes of an item are a group that adds them */
    RANGE_BATCH,  /* lanes x items: each goes through all shards */
    RANGE_ONCE,   /* items alone */
};

struct opencl_kernel {
    const char *name; /* without the layer's number */
    enum opencl_pass passes;
    enum opencl_range range;
    size_t (*items)(const struct weft_layer *layer, enum weft_mapping mapping); /* or NULL: none */
    /* Further items, the last of the range, which make the gradient of the layer's input: training does not need that of the network's. */
    size_t (*input_items)(const struct weft_layer *layer, enum weft_mapping mapping);
    /* NULL, or how many times it can be cut by channels of the output: part p of n runs items [p items / n, (p + 1) items / n). */
    size_t (*parts)(const struct weft_layer *layer, enum weft_mapping mapping);
    enum opencl_argument arguments[9];
    /* NULL: a kernel of this name is launched. Else this function computes ${count} images of group ${group} by launches of its own, and
     * range says nothing, and it counts as one item; the arguments tell what it reads and writes. */
    enum weft_status (*host)(struct opencl_backend *cl, size_t group, size_t count,
                             struct weft_error *error);
};

struct opencl_row {
    const char *file; /* "conv2d.cl"; NULL: the layer computes nothing, its output is its input */
    /* Appends what the file is compiled with, beyond what source.c defines for every layer. */
    void (*define)(struct opencl_text *text, const struct weft_layer *layer,
                   enum weft_mapping mapping);
    /* Bytes of scratch for ${shards} shards; NULL: none. */
    size_t (*scratch)(const struct weft_layer *layer, size_t shards);
    size_t kernel_count;
    const struct opencl_kernel *kernels; /* in the order in which a pass runs them */
};

/* The rows of the layers: opencl_conv2d and so on. */
#define LAYER(KIND, name) extern const struct opencl_row opencl_##name;
#include "network/layers.def"

/* Layers that are run together. */
extern const struct opencl_row opencl_conv2d_pool;         /* conv2d and max_pool2d */
extern const struct opencl_row opencl_batch_norm_channels; /* a layer, but a channel a work-item */

/* ---- fuse.c: which layers are run by one row of kernels ---- */

struct opencl_group {
    size_t first, end; /* layers first .. end - 1 */
    size_t main;       /* the layer whose row, or whose fused row, runs the group */
    bool relu;         /* the group begins with a relu, which main applies as it reads */
    const struct opencl_row *row;
};

struct opencl_groups {
    size_t count;
    struct opencl_group *groups;
};

/* Cuts ${network} into groups, for batches of ${batch} images by ${mapping}: what can be fused is, unless ${apart}. Fails with WEFT_FAILED
 * without memory. Free groups->groups. */
enum weft_status opencl_groups_make(const struct weft_network *network, size_t batch,
                                    enum weft_mapping mapping, bool apart,
                                    struct opencl_groups *groups, struct weft_error *error);

/* ---- runs.c: what a launch does ---- */

/* A kernel's function for a group. */
struct opencl_piece {
    const struct opencl_kernel *kernel;
    size_t group, items;
    size_t
        input_items; /* the last of these, if they make the gradient of the network's input, which training does not need */
};

enum opencl_loop {
    LOOP_APART,    /* one piece: a work-item an item */
    LOOP_CHANNELS, /* a work-item does its part of the first piece for all shards, then of the second, which goes through the shards itself */
    LOOP_SHARD,    /* a work-item does all items of a shard, piece by piece */
};

#define OPENCL_PIECES 9

struct opencl_run {
    enum opencl_loop loop;
    unsigned passes;
    size_t parts; /* LOOP_CHANNELS */
    size_t count;
    struct opencl_piece pieces[OPENCL_PIECES];
};

struct opencl_runs {
    size_t count;
    struct opencl_run
        *runs; /* in the order of a forward pass; for backward group by group from the last */
    size_t
        step_group; /* the first group of the run of PASS_STEP; the count of groups without one */
};

/* Makes the runs of ${groups}, on a device with ${units} compute units; without training if ${forward_only}, a kernel a run if ${apart}. Fails
 * with WEFT_FAILED without memory. Free runs->runs. */
enum weft_status opencl_runs_make(const struct weft_network *network,
                                  const struct opencl_groups *groups, enum weft_mapping mapping,
                                  unsigned units, bool forward_only, bool apart,
                                  struct opencl_runs *runs, struct weft_error *error);

/* ---- wrap.c ---- */

/* Stores the name of the kernel of ${run}. */
void opencl_run_name(const struct opencl_groups *groups, const struct opencl_run *run,
                     char name[64]);

/* Appends the kernel of ${run}, which calls its pieces' functions; LANE_VALUES must be defined. */
void opencl_wrap_run(struct opencl_text *text, const struct opencl_groups *groups,
                     const struct opencl_run *run);

/* Returns the row of ${kind}. */
const struct opencl_row *opencl_row_of(enum weft_kind kind);

/* Returns the largest divisor of ${n} that is at most ${most}. */
size_t opencl_divisor(size_t n, size_t most);

/* Returns how many of ${size} values that lie together one work-item should handle: a divisor of size. */
size_t opencl_values_per_item(size_t size, enum weft_mapping mapping);

/* ---- devices.c ---- */

/* Finds the identifier of ${device}, as opencl_list has described it. */
enum weft_status opencl_device_find(const struct weft_device *device, cl_device_id *id,
                                    struct weft_error *error);

/* Returns the mapping that suits a device. Fat work-items suit a CPU whose compiler makes vector instructions of float16. One that takes
 * vectors apart (rusticl on llvmpipe says that its width is 1) needs minutes to compile them, and runs thin ones ten times faster. */
enum weft_mapping opencl_best_mapping(cl_device_id id, const struct weft_device *device);

#endif
