/* flatten.c: channels, rows and columns become features. They are in memory in this order, so there
 * is nothing to compute. */
#include "backend/cpu/layer.h"

const struct cpu_layer CPU_NAME(flatten) = {0};
