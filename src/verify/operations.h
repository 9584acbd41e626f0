/* operations.h: the single operations of cl/verify.cl: what they are called, what they are given, what is right. */
#ifndef WEFT_VERIFY_OPERATIONS_H
#define WEFT_VERIFY_OPERATIONS_H

#include "backend/opencl/debug/debug.h"

/* How the results of an operation are compared. */
enum verify_rule {
    RULE_RAW,     /* a device's own: not where denormals or values near them could decide */
    RULE_TRUTH,   /* comparisons: not of denormals */
    RULE_ANY_NAN, /* exact, but for which NaN it is */
    RULE_EXACT,
};

struct verify_operation {
    const char *name;
    enum verify_rule rule;
    unsigned operands;   /* bits: a 1, b 2, c 4 */
    bool whole;          /* the result is a whole number or truth values, no float */
    const char *section; /* of OpenCL 1.2 */
};

extern const struct verify_operation verify_operations[RAW_DEVICE_OPERATIONS];

/* Returns the right result of operation ${k} on the bits ${in}. */
uint32_t verify_expect(unsigned k, const uint32_t in[3]);

/* Returns whether ${got} is a right result, ${wanted} being the reference's. */
bool verify_is_right(unsigned k, const uint32_t in[3], uint32_t got, uint32_t wanted);

#define VERIFY_TRIPLES (1u << 17) /* triples at once */

/* Returns how many triples there are: all of edge cases, then random ones. */
size_t verify_triple_count(void);

/* Fills ${in}, 3 x VERIFY_TRIPLES, with the triples from ${first} on: first all a, then all b, then all c. */
void verify_fill_chunk(uint64_t seed, size_t first, uint32_t *in);

#endif
