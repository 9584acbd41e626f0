/* operations.h: the operations of cl/verify_operations.h on the host: results, comparison, and the
 * values on which they are checked. */
#ifndef WEFT_VERIFY_OPERATIONS_H
#define WEFT_VERIFY_OPERATIONS_H

#include "verify/context.h"

/* How the results of an operation are compared. */
enum verify_rule {
    RULE_RAW,   /* not where denormals or values near them could decide, which devices may flush */
    RULE_TRUTH, /* comparisons: not those of denormals */
    RULE_ANY_NAN, /* exactly, except that any NaN is as good as another */
    RULE_EXACT,
};

struct verify_operation {
    const char *name;
    enum verify_rule rule;
    unsigned operands;   /* bits: a 1, b 2, c 4 */
    bool is_integer;     /* the result is an integer or truth values, not a float */
    const char *section; /* of OpenCL 1.2 */
};

extern const struct verify_operation verify_operations[OPERATION_COUNT];

/* Returns the right result of ${operation} for the bits ${in}. */
uint32_t verify_expect(enum weft_operation operation, const uint32_t in[3]);

/* Returns whether ${got} is a right result; ${expected} is the reference's. */
bool verify_is_right(enum weft_operation operation, const uint32_t in[3], uint32_t got,
                     uint32_t expected);

#define VERIFY_TRIPLES (1u << 17) /* in a chunk */

/* Returns the count of all triples: combinations of special values, then random ones. */
size_t verify_triple_count(void);

/* Fills ${in}, 3 x VERIFY_TRIPLES, with the triples from ${first} on: first all a, then all b, then
 * all c. */
void verify_fill_chunk(uint64_t seed, size_t first, uint32_t *in);

/* Wrong results so far, by operation, and the first of each. */
struct numerics {
    struct numerics_faults {
        uint64_t count, contracted; /* contracted: those that are the result of an fma */
        uint32_t in[3], got, expected;
        bool vectors;
        size_t first; /* index of the triple */
    } of[OPERATION_COUNT];
    uint64_t cases;
};

/* Counts the wrong results ${out} of the chunk ${in}, whose first triple is ${first}. */
void verify_check_chunk(const uint32_t *in, const uint32_t *out, size_t first, bool vectors,
                        struct numerics *numerics);

/* Allocates a chunk: ${in}, and ${out} for all results. Free both, even on failure. */
enum weft_status verify_allocate_chunk(uint32_t **in, uint32_t **out, struct weft_error *error);

/* Returns whether the device computes the first chunk correctly with the compiler's options of
 * ${options}; false also if that cannot be run. */
bool verify_computes(const struct verify *verify, const struct backend_options *options);

#endif
