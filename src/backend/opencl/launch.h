/* launch.h: one launch: a kernel of the program, its arguments, the size of its work-groups. */
#ifndef WEFT_OPENCL_LAUNCH_H
#define WEFT_OPENCL_LAUNCH_H

#include "backend/opencl/state.h"

/* Makes the kernel called ${name} in the program, and chooses the size of its work-groups. Fails
 * with WEFT_BAD_DEVICE, also if the device allows no groups that the kernel can use.
 * opencl_launch_finish frees it, and does nothing for a launch that is all zero. */
enum weft_status opencl_launch_create(struct opencl_backend *cl, struct opencl_launch *launch,
                                      const char *name, struct weft_error *error);
void opencl_launch_finish(const struct opencl_backend *cl, struct opencl_launch *launch);

/* The value of an argument: LAUNCH(cl, launch, count, error, ARG(buffer), ARG(number)) sets all
 * arguments of a launch of no layer and enqueues it. */
struct opencl_value {
    bool is_buffer;
    size_t size;
    const void *value;
};
#define ARG(variable)                                                                              \
    { _Generic((variable), cl_mem : true, default : false), sizeof(variable), &(variable) }
#define OPENCL_VALUES(...) ((const struct opencl_value[]){__VA_ARGS__})
#define LAUNCH(cl, launch, count, error, ...)                                                      \
    opencl_launch_values(cl, launch, count, OPENCL_VALUES(__VA_ARGS__),                            \
                         sizeof OPENCL_VALUES(__VA_ARGS__) / sizeof(struct opencl_value), error)
enum weft_status opencl_launch_values(struct opencl_backend *cl, struct opencl_launch *launch,
                                      size_t count, const struct opencl_value *values,
                                      size_t value_count, struct weft_error *error);

/* Sets argument ${index} of the kernel of ${launch}. */
enum weft_status opencl_launch_argument(const struct opencl_backend *cl,
                                        struct opencl_launch *launch, int index,
                                        struct opencl_value to, struct weft_error *error);

/* Enqueues ${launch} for ${count} images, with the arguments that are set. */
enum weft_status opencl_launch_enqueue(struct opencl_backend *cl, struct opencl_launch *launch,
                                       size_t count, struct weft_error *error);

#endif
