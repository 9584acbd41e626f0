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

/* The tables of raw_device.c, which records launches too, and replicas.c. */
extern const struct raw_device_ops raw_device_ops;
extern const struct replicas_ops replicas_ops;

/* Stores options, ${source} and build log of ${program} in ${record}. */
enum weft_status record_program(struct record *record, cl_program program, cl_device_id device,
                                const char *source, struct weft_error *error);

#endif
