/* profile.h: the time of each launch, by OpenCL's events, and the peak of the device. */
#ifndef WEFT_OPENCL_PROFILE_H
#define WEFT_OPENCL_PROFILE_H

#include "backend/backend.h"
#include "backend/measure.h"
#include "backend/opencl/cl.h"

struct opencl_backend;
struct opencl_launch;

/* The entries profile_start, profile_collect and peak of struct backend_ops. */
enum weft_status opencl_profile_start(struct backend *backend, struct weft_error *error);
enum weft_status opencl_profile_collect(struct backend *backend, struct weft_error *error);
enum weft_status opencl_peak(struct backend *backend, struct fma_peak *peak,
                             struct weft_error *error);

/* Returns where to store the event of the next launch, or NULL if it is not profiled. Once the
 * event is stored, opencl_profile_add adds ${launch} for ${count} images to the profile; ${again}:
 * a further part of the launch, of which only the time is added. */
cl_event *opencl_profile_event(struct opencl_backend *cl);
enum weft_status opencl_profile_add(struct opencl_backend *cl, const struct opencl_launch *launch,
                                    size_t count, bool again, struct weft_error *error);

/* Returns the floating-point operations of ${launch}, which belongs to a layer, for ${count}
 * images. */
uint64_t opencl_profile_flop(struct opencl_backend *cl, const struct opencl_launch *launch,
                             size_t count);

/* Calls the host function of ${launch}, and adds it to the profile, if there is one, as one
 * launch. */
enum weft_status opencl_profile_host(struct opencl_backend *cl, const struct opencl_launch *launch,
                                     size_t count, struct weft_error *error);

#endif
