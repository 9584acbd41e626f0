/* backend.h: a device that holds one whole network and its data, and computes with it.
 *
 * Two backends stand behind this interface: "cpu", plain C, the reference; and OpenCL. They give the same
 * bits for everything that is read back (the contract of equal bits, cl/README.md).
 *
 * Arrays here are in the natural order: images outermost, then channels, rows, columns, float32. */
#ifndef WEFT_BACKEND_H
#define WEFT_BACKEND_H

#include "weft/data.h"
#include "weft/network.h"

struct weft_backend;

/* How work is laid onto work-items of an OpenCL device. Never changes a bit. */
enum weft_mapping { WEFT_MAPPING_AUTO, WEFT_MAPPING_CPU, WEFT_MAPPING_GPU };

/* How linear layers and convolutions are computed. Exact: by the contract of equal bits. Fast: by CLBlast's products of matrices, on
 * OpenCL devices alone; no bits are promised then, not even from one run to the next. */
enum weft_math { WEFT_MATH_EXACT, WEFT_MATH_FAST };

/* Who is told what a device is and does: which one is opened, programs with their build logs, the program cache, memory, fused
 * layers. ${say} gets one text at a time, without a newline at its end; a build log has newlines inside. It is called by the thread
 * that calls the library, so by several at once where several use it. NULL: nobody. The texts are for people: they may change. */
struct weft_log {
    void (*say)(void *context, const char *text);
    void *context;
};

/* Where the computation takes place. All zero is the default. */
struct weft_backend_options {
    const char *
        device; /* selector as of --device: "auto", "cpu", "gpu", N, P:D, part of a name; NULL: auto */
    unsigned threads;       /* of the CPU backend; 0: all that the process may use */
    const char *kernels;    /* folder of .cl files to use in place of the built-in ones, or NULL */
    const char *cl_options; /* further options for the OpenCL compiler, or NULL */
    enum weft_mapping mapping;
    enum weft_math math;
    bool no_cache;       /* compile anew, and keep nothing in the program cache */
    bool no_fuse;        /* one row of kernels a layer, so that all tensors exist; changes no bit */
    size_t batch;        /* the largest number of images in one step or pass; at least 1 */
    bool forward_only;   /* no training: needs less memory */
    struct weft_log log; /* of this backend, as long as it is open */
};

/* What is known of a device. Texts are empty and numbers 0 where a device does not say. */
struct weft_device {
    bool builtin;                          /* the CPU backend, not an OpenCL device */
    unsigned index, platform, in_platform; /* over all, of its platform, inside its platform */
    char platform_name[128], name[256], driver[256], opencl[64], opencl_c[64];
    char type[16]; /* cpu, gpu, accelerator, custom, builtin */
    unsigned compute_units;
    uint64_t global_memory, local_memory; /* bytes */
    char fp_config[160];                  /* words separated by spaces: "denorm inf_nan fma" */
    char pci[32], uuid[40];               /* "0000:3b:00.0", 32 hexadecimal digits */
    bool usable;                          /* weft can compute on it */
    bool is_default;                      /* what "auto" takes */
    char reason[256];                     /* why it is not usable, or why it is the default */
};

/* Lists OpenCL devices, and the CPU backend last, in ${devices} (the caller frees it) and ${count}. Asks, but does not
 * compute: a device called usable may still fail later. ${note}, if not NULL, is set to why OpenCL gave none, or emptied. */
WEFT_API enum weft_status weft_devices_list(struct weft_device **devices, size_t *count,
                                            char note[256], struct weft_error *error);

/* Finds the device that ${selector} names as weft_backend_open would, without opening it: ${device}. ${notice} is set to what a user
 * should know, or emptied. Fails as weft_backend_open. */
WEFT_API enum weft_status weft_device_choose(const char *selector, struct weft_device *device,
                                             char notice[512], struct weft_error *error);

/* Opens the device that ${options} names with all its kernels and memory for ${network}, which must live as long as the backend.
 * ${notice}, if not NULL, is set to what a user should know ("no OpenCL device: ..., using cpu"), or emptied.
 * Fails with WEFT_USAGE for a selector that matches nothing or two devices (the message lists them) and for fast math where there is no
 * OpenCL device or no CLBlast, and with WEFT_BAD_DEVICE. */
WEFT_API enum weft_status weft_backend_open(const struct weft_network *network,
                                            const struct weft_backend_options *options,
                                            struct weft_backend **backend, char notice[512],
                                            struct weft_error *error);

/* Empties the cache of compiled OpenCL programs ($XDG_CACHE_HOME/weft). ${removed}, if not NULL, receives how many there were.
 * Fails with WEFT_FAILED where no cache folder is known. */
WEFT_API enum weft_status weft_cache_clear(size_t *removed, struct weft_error *error);

/* Closes ${backend} and frees all that it holds. NULL is harmless. */
WEFT_API void weft_backend_close(struct weft_backend *backend);

/* Returns what is known of the device of ${backend}; lives as long as it. */
WEFT_API const struct weft_device *weft_backend_device(const struct weft_backend *backend);

/* Returns the network that ${backend} was opened with. */
WEFT_API const struct weft_network *weft_backend_network(const struct weft_backend *backend);

/* Returns the rule of OpenCL that the device was seen to break when it was opened, with an example: its results will not be those of
 * others. NULL: none. Lives as long as ${backend}. "auto" takes no such device. */
WEFT_API const char *weft_backend_warning(const struct weft_backend *backend);

/* Hands ${images} to the device as the data of ${split}; they are copied. Checks that the network takes them. */
WEFT_API enum weft_status weft_backend_set_images(struct weft_backend *backend,
                                                  enum weft_split split,
                                                  const struct weft_images *images,
                                                  struct weft_error *error);

/* What each of the 256 values of a pixel's byte stands for. */
WEFT_API enum weft_status weft_backend_set_pixels(struct weft_backend *backend,
                                                  const float values[256],
                                                  struct weft_error *error);

/* Fills ${values} with v / 255 (raw), or with (v / 255 - 0.2859) / 0.3530. */
WEFT_API void weft_pixels_raw(float values[256]);
WEFT_API void weft_pixels_normalised(float values[256]);

/* The flat arrays that a backend keeps for its network. */
enum weft_array {
    WEFT_ARRAY_PARAMETERS,     /* network->parameter_count floats */
    WEFT_ARRAY_BUFFERS,        /* network->buffer_count floats: running statistics */
    WEFT_ARRAY_GRADIENTS,      /* as the parameters: the last step's (read only) */
    WEFT_ARRAY_MOMENTS,        /* as the parameters: Adam's mean of gradients */
    WEFT_ARRAY_SECOND_MOMENTS, /* as the parameters: Adam's mean of squared gradients */
    WEFT_ARRAY_COUNT
};

/* Copies an array to the device or back. All arrays are 0 after opening, so parameters must be written first. */
WEFT_API enum weft_status weft_backend_write(struct weft_backend *backend, enum weft_array array,
                                             const float *values, struct weft_error *error);
WEFT_API enum weft_status weft_backend_read(struct weft_backend *backend, enum weft_array array,
                                            float *values, struct weft_error *error);

/* Adam's constants of one step, from weft_adam_step. */
struct weft_adam {
    float beta1, beta2, eps;
    float complement1, complement2; /* 1 - beta1, 1 - beta2 */
    float step_size;                /* lr / (1 - beta1^t) */
    float root_correction;          /* 1 / sqrt(1 - beta2^t) */
};

/* Training steps to be made one after the other. */
struct weft_steps {
    size_t steps;
    size_t batch; /* images of a step; at most the backend's batch */
    size_t
        images; /* in all: the last step takes what is left: (steps - 1) x batch < images <= steps x batch */
    const uint32_t *order;        /* images indices into the training images */
    const struct weft_adam *adam; /* steps */
};

/* What a training step gave, measured before its update. */
struct weft_step_result {
    float loss;       /* mean cross entropy of the batch */
    uint32_t correct; /* images whose largest logit is their label's */
};

/* Makes ${steps} on the training images; writes steps->steps ${results}. Nothing is read back in between. */
WEFT_API enum weft_status weft_backend_train(struct weft_backend *backend,
                                             const struct weft_steps *steps,
                                             struct weft_step_result *results,
                                             struct weft_error *error);

/* Which statistics batch norm uses. */
enum weft_statistics { WEFT_STATISTICS_RUNNING, WEFT_STATISTICS_BATCH };

/* Computes the network for images ${first} .. ${first} + ${count} - 1 of ${split} in file order, as one batch: ${count} is at most
 * the backend's batch. Changes no running statistics. Outputs, any of which may be NULL:
 * ${logits}: count x classes; ${losses}: count, cross entropy of each; ${predictions}: count, the first class with the largest logit. */
struct weft_pass {
    enum weft_split split;
    enum weft_statistics statistics;
    size_t first, count;
    float *logits, *losses;
    uint32_t *predictions;
};
WEFT_API enum weft_status weft_backend_evaluate(struct weft_backend *backend,
                                                const struct weft_pass *pass,
                                                struct weft_error *error);

/* What one kernel (OpenCL) or one function of a layer (cpu) has done while its backend was profiled.
 *
 * FLOP and bytes are counted by design, from shapes, for the images that were there. FLOP: products that feed a sum, as
 * weft_layer_flop counts them (conv2d and linear: forward, gradients of the parameters, gradient of the input), so that those of a
 * training step or an evaluation add up to the work of the network, however it is cut into kernels. Bytes: each tensor,
 * parameter, sum of gradients and scratch that is read or written, once a launch: what a device with an endless cache would move. */
struct weft_profile_entry {
    char name[64];     /* "conv2d_forward" */
    char layers[200];  /* whose work it does, separated by spaces; empty: belongs to no layer */
    uint64_t launches; /* times that it was started */
    double seconds;    /* from start to end, added up; not what lies between launches */
    uint64_t flop, bytes;
};

/* Begins to measure, from nothing: every launch takes a little longer until weft_backend_profile_stop.
 * Fails with WEFT_BAD_DEVICE where a device can not measure. */
WEFT_API enum weft_status weft_backend_profile_start(struct weft_backend *backend,
                                                     struct weft_error *error);

/* Stores what was measured since the start, in the order of a pass and without what never ran, in ${entries}
 * (the caller frees it) and ${count}. Measuring goes on. Fails with WEFT_USAGE before a start. */
WEFT_API enum weft_status weft_backend_profile_read(struct weft_backend *backend,
                                                    struct weft_profile_entry **entries,
                                                    size_t *count, struct weft_error *error);

/* Ends it. Harmless before a start. */
WEFT_API void weft_backend_profile_stop(struct weft_backend *backend);

/* How fast a device is at fused multiply-adds alone, on registers. */
struct weft_peak {
    double gflops;    /* the best of several runs; an fma counts as two */
    double seconds;   /* of that run */
    char variant[64]; /* what was fastest: "float16, 1 work-item a group" */
};

/* Measures it, on all compute units (cpu: all threads) of the device of ${backend}. Takes about a second. */
WEFT_API enum weft_status weft_backend_peak(struct weft_backend *backend, struct weft_peak *peak,
                                            struct weft_error *error);

#endif
