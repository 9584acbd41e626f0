/* record.h: launches and the buffers that they read, kept so that another program can run them. */
#ifndef WEFT_BACKEND_OPENCL_DEBUG_RECORD_H
#define WEFT_BACKEND_OPENCL_DEBUG_RECORD_H

#include "backend/opencl/cl.h"
#include "backend/opencl/debug/debug.h"

struct opencl_backend;
struct opencl_launch;

/* Keeps ${launch}, before it is enqueued over ${range}, if cl->debug->record selects it. */
void debug_record(struct opencl_backend *cl, const struct opencl_launch *launch,
                  const size_t range[3]);

/* The table of raw_device.c, which records launches too. */
extern const struct raw_device_ops raw_device_ops;

/* Stores options, ${source} and build log of ${program} in ${record}. */
enum weft_status record_program(struct record *record, cl_program program, cl_device_id device,
                                const char *source, struct weft_error *error);

/* The entries record_result and read_partials of struct debug_api. */
enum weft_status record_result(struct weft_backend *backend, const struct tensor_ref *ref,
                               int *buffer, unsigned char **bytes, struct weft_error *error);
enum weft_status record_partials(struct weft_backend *backend, size_t shards, float **partials,
                                 size_t *stride, struct weft_error *error);

#endif
