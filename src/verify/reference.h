/* reference.h: the CPU backend as the reference. */
#ifndef WEFT_VERIFY_REFERENCE_H
#define WEFT_VERIFY_REFERENCE_H

#include "verify/context.h"

/* Fails with WEFT_NO_VERDICT if this processor, as it is set up, cannot be the reference: it rounds
 * in another way, or computes with more digits than float32 has. */
enum weft_status verify_reference_check(struct weft_error *error);

/* Returns a setup that opens the CPU backend as the reference, with one thread if the CPU backend
 * itself is verified. */
struct verify_setup verify_reference_setup(const struct verify *verify, size_t batch);

/* Hashes that every device must give under this contract of bits. */
struct verify_known {
    bool full; /* --full evaluates more images */
    uint64_t seed, steps;
    const char *training, *evaluation;
};

/* Returns the known hashes of such a verification, or NULL. */
const struct verify_known *verify_known_find(bool full, uint64_t seed, uint64_t steps);

#endif
