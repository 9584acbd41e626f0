/* absent_crowd.c: backend/crowd.h in a weft that was built without OpenCL: no crowd opens, so nothing else is ever called with one. */
#include "backend/crowd.h"

static enum weft_status no_opencl(struct weft_error *error) {
    return weft_fail(error, WEFT_BAD_DEVICE, "opencl: this weft was built without it");
}

enum weft_status weft_crowd_open(const struct weft_network *network,
                                 const struct weft_backend_options *options,
                                 const struct weft_images *images, const struct weft_trial *trial,
                                 struct weft_crowd **crowd, struct weft_error *error) {
    (void)network;
    (void)options;
    (void)images;
    (void)trial;
    *crowd = NULL;
    return no_opencl(error);
}

void weft_crowd_close(struct weft_crowd *crowd) {
    (void)crowd;
}

size_t weft_crowd_count(const struct weft_crowd *crowd) {
    (void)crowd;
    return 0;
}

uint64_t weft_crowd_bytes(const struct weft_crowd *crowd) {
    (void)crowd;
    return 0;
}

struct weft_backend *weft_crowd_backend(struct weft_crowd *crowd, size_t i) {
    (void)crowd;
    (void)i;
    return NULL;
}

enum weft_status weft_crowd_begin(struct weft_crowd *crowd, const struct weft_images *images,
                                  const float *parameters, const float *buffers, uint32_t seed,
                                  struct weft_error *error) {
    (void)crowd;
    (void)images;
    (void)parameters;
    (void)buffers;
    (void)seed;
    return no_opencl(error);
}

enum weft_status weft_crowd_restart(struct weft_crowd *crowd, struct weft_error *error) {
    (void)crowd;
    return no_opencl(error);
}

enum weft_status weft_crowd_train(struct weft_crowd *crowd, const struct weft_steps *steps,
                                  struct weft_error *error) {
    (void)crowd;
    (void)steps;
    return no_opencl(error);
}

enum weft_status weft_crowd_compare(struct weft_crowd *crowd, uint32_t expected, bool *wrong,
                                    struct weft_error *error) {
    (void)crowd;
    (void)expected;
    (void)wrong;
    return no_opencl(error);
}

enum weft_status weft_crowd_check(struct weft_crowd *crowd, uint64_t *words,
                                  struct weft_error *error) {
    (void)crowd;
    (void)words;
    return no_opencl(error);
}
