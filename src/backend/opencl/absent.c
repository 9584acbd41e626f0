/* absent.c: a weft that was built without OpenCL (meson's option opencl): there are no devices but the CPU backend. */
#include "backend/backend.h"
#include "backend/bare.h"
#include "backend/opencl/loader.h"
#include "backend/record.h"

#include <stdio.h>

static enum weft_status no_opencl(struct weft_error *error) {
    return weft_fail(error, WEFT_BAD_DEVICE, "opencl: this weft was built without it");
}

enum weft_status weft_opencl_list(struct weft_device **devices, size_t *count, char note[256],
                                  struct weft_error *error) {
    (void)error;
    *devices = NULL;
    *count = 0;
    if (note != NULL) {
        snprintf(note, 256, "this weft was built without OpenCL");
    }
    return WEFT_OK;
}

enum weft_status weft_opencl_open(const struct weft_backend_request *request,
                                  const struct weft_device *device, struct weft_backend **backend,
                                  struct weft_error *error) {
    (void)request;
    (void)device;
    (void)backend;
    return no_opencl(error);
}

/* There are no programs, so none are kept. */
enum weft_status weft_cache_clear(size_t *removed, struct weft_error *error) {
    (void)error;
    if (removed != NULL) {
        *removed = 0;
    }
    return WEFT_OK;
}

enum weft_status weft_bare_open(const struct weft_device *device, struct weft_bare **bare,
                                struct weft_error *error) {
    (void)device;
    (void)bare;
    return no_opencl(error);
}

void weft_bare_close(struct weft_bare *bare) {
    (void)bare;
}

enum weft_status weft_bare_transfer(struct weft_bare *bare, const void *from, size_t size, void *to,
                                    struct weft_error *error) {
    (void)bare;
    (void)from;
    (void)size;
    (void)to;
    return no_opencl(error);
}

enum weft_status weft_bare_build(struct weft_bare *bare, const struct weft_backend_options *options,
                                 struct weft_error *error) {
    (void)bare;
    (void)options;
    return no_opencl(error);
}

enum weft_status weft_bare_arithmetic(struct weft_bare *bare, const uint32_t *in, size_t count,
                                      bool vectors, uint32_t *out, struct weft_error *error) {
    (void)bare;
    (void)in;
    (void)count;
    (void)vectors;
    (void)out;
    return no_opencl(error);
}

void weft_record_finish(struct weft_record *record) {
    (void)record;
}

enum weft_status weft_opencl_record_result(struct weft_backend *backend,
                                           const struct weft_target *target, int *buffer,
                                           unsigned char **bytes, struct weft_error *error) {
    (void)backend;
    (void)target;
    (void)buffer;
    (void)bytes;
    return no_opencl(error);
}

void weft_opencl_record_place(const struct weft_backend *backend, const struct weft_target *target,
                              const float *values, unsigned char *bytes) {
    (void)backend;
    (void)target;
    (void)values;
    (void)bytes;
}

enum weft_status weft_bare_record(const struct weft_bare *bare, unsigned operation,
                                  const uint32_t *in, size_t count, bool vectors,
                                  struct weft_record *record, struct weft_error *error) {
    (void)bare;
    (void)operation;
    (void)in;
    (void)count;
    (void)vectors;
    (void)record;
    return no_opencl(error);
}

void opencl_loader_version(char *text, size_t size) {
    snprintf(text, size, "none: built without OpenCL");
}
