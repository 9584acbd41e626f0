/* gradient_sum.h: whether a wrong gradient is a wrong sum. */
#ifndef WEFT_VERIFY_GRADIENT_SUM_H
#define WEFT_VERIFY_GRADIENT_SUM_H

#include "verify/context.h"
#include "verify/piece.h"

/* Returns whether ${found} is a gradient of parameters that Adam's kernel sums wrongly over the
 * shards, although those are right. ${setup}: with which ${piece} gave ${found}. False also if that
 * cannot be found out. */
bool verify_gradient_sum_is_wrong(const struct verify_piece *piece,
                                  const struct verify_setup *setup,
                                  const struct weft_verify_difference *found);

#endif
