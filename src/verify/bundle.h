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

/* bundle_folder.c: the file that makes a folder a bundle, the beginning of its text, and the file
 * of the network of the options. */
#define VERIFY_BUNDLE_README  "README"
#define VERIFY_BUNDLE_TITLE   "weft verify found a difference between an OpenCL device and IEEE 754"
#define VERIFY_BUNDLE_NETWORK "network.json"

/* Removes the files of the bundle in ${folder}, which verify_bundle_check has accepted, but for
 * README: it shows that the folder is a bundle while another one is written. */
enum weft_status verify_bundle_clear(const char *folder, struct weft_error *error);

/* The text of replay_program.c, embedded by the build; empty without OpenCL. */
extern const char verify_replay_program[];

/* Stores in outcome->bundle why there is no bundle. */
void verify_bundle_fail(struct verify *verify, const struct weft_error *error);

#endif
