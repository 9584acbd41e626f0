/* layer_differences.h: compares gradients with finite differences, on the CPU backend. */
#ifndef LAYER_DIFFERENCES_H
#define LAYER_DIFFERENCES_H

#include "layer_case.h"

/* For each parameter and each input value p, compares the gradient of L = sum of output x doutput
 * with the central difference (L(p + h) - L(p - h)) / 2h: L in double from float outputs, 2h as
 * the exact difference of the two floats. Fails the test if they differ by more than ${tolerance}
 * times the largest gradient of that tensor. ${values} are unchanged afterwards. */
void layer_check_differences(const char *name, const struct weft_network *network,
                             const struct layer_values *values, size_t images,
                             enum weft_statistics statistics, float h, double tolerance);

#endif
