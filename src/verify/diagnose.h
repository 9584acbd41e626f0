/* diagnose.h: finds out why a piece differs. */
#ifndef WEFT_VERIFY_DIAGNOSE_H
#define WEFT_VERIFY_DIAGNOSE_H

#include "verify/context.h"

/* Runs ${piece}, which gave ${found} on a device opened with ${setup}, in other ways. Writes
 * outcome->diagnosis and outcome->result, sets found->cause, reports ${found} to the caller of
 * verify_device, and writes the bundle. ${repeats}: the device has given two different results. */
enum weft_status verify_diagnose(struct verify *verify, const struct verify_piece *piece,
                                 const struct verify_setup *setup, struct verify_difference *found,
                                 bool repeats, struct weft_error *error);

#endif
