/* step_kernel.h: training steps by one kernel that computes many of them. */
#ifndef WEFT_VERIFY_STEP_KERNEL_H
#define WEFT_VERIFY_STEP_KERNEL_H

#include "verify/trainer.h"

/* Repeats the training of ${trainer}, which was right by launches, by the kernel of many steps
 * (WEFT_STEP_KERNEL_ALWAYS), if the device has it; then some steps of an odd batch, the last of
 * fewer images, by both. Reports a difference. */
enum weft_status verify_step_kernel(struct trainer *trainer, struct weft_error *error);

#endif
