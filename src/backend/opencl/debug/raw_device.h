/* raw_device.h: an OpenCL device without a network: for the first stages of weft_verify, which come before all layers. */
#ifndef WEFT_BACKEND_BARE_H
#define WEFT_BACKEND_BARE_H

#include <stdint.h>

#include "weft/backend.h"

struct raw_device;
struct record;

#define RAW_DEVICE_OPERATIONS 16 /* of verify.cl */

struct raw_device_ops {
    /* Opens ${device}, which is no builtin one. Fails with WEFT_BAD_DEVICE. */
    enum weft_status (*open)(const struct weft_device *device, struct raw_device **bare,
                             struct weft_error *error);
    /* Frees ${bare}; NULL is harmless. */
    void (*close)(struct raw_device *bare);
    /* Writes ${size} bytes of ${from} to the device, copies them there to another buffer, and reads both back, one after the other,
     * into ${to}: 2 x size. No kernel runs. */
    enum weft_status (*transfer)(struct raw_device *bare, const void *from, size_t size, void *to,
                                 struct weft_error *error);
    /* Compiles verify.cl with ${options} (kernels, cl_options). */
    enum weft_status (*build)(struct raw_device *bare, const struct weft_backend_options *options,
                              struct weft_error *error);
    /* Computes all operations on ${count} (a multiple of 16) triples of floats as bits, in ${in}: 3 x count; into ${out}: operations
     * x count; ${vectors}: by the kernel of 16 lanes. */
    enum weft_status (*arithmetic)(struct raw_device *bare, const uint32_t *in, size_t count,
                                   bool vectors, uint32_t *out, struct weft_error *error);
    /* Makes ${record}, which is all zero, one launch of the kernel that computes ${operation}, with ${in} as above: buffers 0 to 2,
     * and buffer 3 for the results. record_finish frees it, whatever is returned. */
    enum weft_status (*record)(const struct raw_device *bare, unsigned operation,
                               const uint32_t *in, size_t count, bool vectors,
                               struct record *record, struct weft_error *error);
};

extern const struct raw_device_ops opencl_bare_ops;

#endif
