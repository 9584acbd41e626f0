/* piece.h: a small part of a verification that can be repeated on any backend. */
#ifndef WEFT_VERIFY_PIECE_H
#define WEFT_VERIFY_PIECE_H

#include "weft/verify.h"

struct verify_piece {
    const struct weft_network *network; /* that backends are opened for, */
    size_t batch;                       /* with this many images */
    /* Runs the piece on ${backend}, and stores the first difference (differing 0: none), and in
     * ${digest} a hash of all results. */
    enum weft_status (*run)(const struct verify_piece *piece, struct weft_backend *backend,
                            struct weft_verify_difference *found, char digest[65],
                            struct weft_error *error);
    void *context;
    struct weft_backend *expected; /* the reference, after the same work */
    uint64_t step;                 /* the last (from 1) of a call of several steps; else 0 */
    const void
        *results; /* words of the reference that are no tensors: a step's, losses, predictions */
    struct weft_backend *device; /* where it differed */
};

#endif
