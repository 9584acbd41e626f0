/* division_pairs.h: operands that show whether a device's own division and root are correctly
 * rounded. */
#ifndef WEFT_DIVISION_PAIRS_H
#define WEFT_DIVISION_PAIRS_H

#include <stdbool.h>

#define DIVISION_PAIRS 512

/* Fills ${a} and ${b}, DIVISION_PAIRS each: pairs whose quotient is as near to the midpoint of two
 * floats as one can be, floats ${a} whose root is, pairs of special values, and random ones. No
 * operand and no result is denormal. */
void division_pairs_fill(float *a, float *b);

/* Returns whether ${quotient} is a / b and ${root} the root of a. Any NaN is as good as another,
 * and zeros of both signs are equal. */
bool division_is_right(float a, float b, float quotient, float root);

#endif
