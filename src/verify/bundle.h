/* bundle.h: a folder that shows a difference to the author of a driver: source, inputs, results,
 * and a program. */
#ifndef WEFT_VERIFY_BUNDLE_H
#define WEFT_VERIFY_BUNDLE_H

#include "verify/context.h"

/* A word of expected.bin that is not compared. */
#define VERIFY_UNCOMPARED 0x7fffdeadu

/* Runs ${piece} again, which gave ${found} with ${setup}, and writes into options->bundle what
 * shows it without weft. Where that is not possible, outcome->bundle says why. */
void verify_bundle(struct verify *verify, const struct verify_piece *piece,
                   const struct verify_setup *setup, const struct verify_difference *found);

/* What a bundle shows. */
struct bundle_content {
    const struct record *record; /* launches, source and buffers; NULL: transfers */
    int buffer;                  /* of the record, that is compared */
    const void *result, *expected;
    size_t size; /* bytes of these two */
};

/* Writes the folder with ${content}. If that fails, outcome->bundle says why. */
void verify_bundle_write(struct verify *verify, const struct bundle_content *content,
                         const struct verify_difference *found);

/* The text of replay_program.c, embedded by the build; empty without OpenCL. */
extern const char verify_replay_program[];

/* Stores in outcome->bundle why there is no bundle. */
void verify_bundle_fail(struct verify *verify, const struct weft_error *error);

#endif
