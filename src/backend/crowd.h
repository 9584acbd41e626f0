/* crowd.h: copies of one network that train on an OpenCL device at the same time, and are compared there: for weft_verify's soak.
 *
 * Copies have one context and one program; each has its own queue, kernels and memory. A round is weft_crowd_restart, weft_crowd_train once
 * or more, weft_crowd_compare. */
#ifndef WEFT_BACKEND_CROWD_H
#define WEFT_BACKEND_CROWD_H

#include "backend/trial.h"

struct weft_crowd;

/* Opens copies of ${network} on the OpenCL device that ${options} names, for ${images} as training data: one for each compute unit, since
 * the smallest kernels are a single group, but at most 256, and no more than fit into half of the device's memory. What they leave of
 * that half is filled, and checked by weft_crowd_check; of the memory of a CPU, which is everybody's, 256 MiB are taken. ${trial}: NULL, or
 * how the second copy (the first where it is alone) is run. ${network} and ${trial} have to live as long as the crowd.
 * Fails as weft_backend_open does; copies and filling that the device has no memory for are left away. */
enum weft_status weft_crowd_open(const struct weft_network *network,
                                 const struct weft_backend_options *options,
                                 const struct weft_images *images, const struct weft_trial *trial,
                                 struct weft_crowd **crowd, struct weft_error *error);
void weft_crowd_close(struct weft_crowd *crowd);

/* Return how many copies there are, and the bytes that they and the filling take. */
size_t weft_crowd_count(const struct weft_crowd *crowd);
uint64_t weft_crowd_bytes(const struct weft_crowd *crowd);

/* Returns copy ${i}, to look into it between rounds. */
struct weft_backend *weft_crowd_backend(struct weft_crowd *crowd, size_t i);

/* Gives all copies ${images} (as many as at opening) and the values that their rounds start from; fills memory by ${seed}. */
enum weft_status weft_crowd_begin(struct weft_crowd *crowd, const struct weft_images *images,
                                  const float *parameters, const float *buffers, uint32_t seed,
                                  struct weft_error *error);

/* Brings all copies to the values they start from, with Adam's moments 0. Does not wait. */
enum weft_status weft_crowd_restart(struct weft_crowd *crowd, struct weft_error *error);

/* Makes ${steps} on all copies at once, and waits for them. */
enum weft_status weft_crowd_train(struct weft_crowd *crowd, const struct weft_steps *steps,
                                  struct weft_error *error);

/* Digests (cl/digest.h) the results of all steps of this round, then parameters, buffers, moments and second moments, on the device, and
 * compares there with ${expected}. ${wrong}, of weft_crowd_count: which copies differ. */
enum weft_status weft_crowd_compare(struct weft_crowd *crowd, uint32_t expected, bool *wrong,
                                    struct weft_error *error);

/* Stores how many words of the filling have changed since weft_crowd_begin. */
enum weft_status weft_crowd_check(struct weft_crowd *crowd, uint64_t *words,
                                  struct weft_error *error);

#endif
