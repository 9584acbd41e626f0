/* room.h: whether a network fits into the memory of a device, before it is allocated. Drivers
 * notice that memory is short only when a kernel uses it, or end the program. */
#ifndef WEFT_OPENCL_ROOM_H
#define WEFT_OPENCL_ROOM_H

#include "backend/opencl/cl.h"
#include "base/error.h"

#include <stdint.h>

struct opencl_backend;

/* Stores in cl->room what there is, and fails with WEFT_BAD_DEVICE if the network needs more. The
 * message has both numbers; the hint names the largest --batch that fits. cl->groups must exist. */
enum weft_status opencl_room_check(struct opencl_backend *cl, struct weft_error *error);

/* Fails as opencl_room_check if there is no room for a buffer of ${bytes} more. */
enum weft_status opencl_room_for(const struct opencl_backend *cl, uint64_t bytes, const char *what,
                                 struct weft_error *error);

/* Adds to ${error}, a failure that a lack of memory may cause, what is needed. */
void opencl_room_hint(const struct opencl_backend *cl, struct weft_error *error);

#endif
