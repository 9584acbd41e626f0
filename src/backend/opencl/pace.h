/* pace.h: bounds the work that is enqueued at a time, and the length of a launch: an interrupt is
 * noticed soon, and no watchdog of a system ends a kernel. */
#ifndef WEFT_OPENCL_PACE_H
#define WEFT_OPENCL_PACE_H

#include "backend/opencl/cl.h"
#include "base/error.h"

struct opencl_backend;
struct opencl_launch;

/* Begins a training (${train}), an evaluation or a propagation of ${count} images a step. */
void opencl_pace_begin(struct opencl_backend *cl, size_t count, bool train);

/* Enqueues ${launch} for ${count} images over the range ${size}, in parts if it is long, and adds
 * it to a profile. Flushes often, and waits when much is enqueued. Fails as clEnqueueNDRangeKernel,
 * and with WEFT_INTERRUPTED; then the queue is empty. */
enum weft_status opencl_pace_enqueue(struct opencl_backend *cl, struct opencl_launch *launch,
                                     size_t count, const size_t size[3], struct weft_error *error);

/* Counts ${launch}, which is enqueued already. */
enum weft_status opencl_pace_add(struct opencl_backend *cl, const struct opencl_launch *launch,
                                 size_t count, struct weft_error *error);

/* Counts a launch that reads or writes ${bytes} only, which is enqueued already. */
enum weft_status opencl_pace_transfer(struct opencl_backend *cl, size_t bytes,
                                      struct weft_error *error);

/* The host has waited for the device: learns from the time since it waited before. */
void opencl_pace_waited(struct opencl_backend *cl);

/* Waits for the device, by clFinish; ${call} is for messages. */
enum weft_status opencl_pace_finish(struct opencl_backend *cl, const char *call,
                                    struct weft_error *error);

#endif
