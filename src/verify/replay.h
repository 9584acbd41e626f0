/* replay.h: the C program of a bundle, which shows a difference with nothing but OpenCL. */
#ifndef WEFT_VERIFY_REPLAY_H
#define WEFT_VERIFY_REPLAY_H

#include <stdio.h>

#include "backend/opencl/debug/debug.h"

/* Prints the program for ${device}: it repeats the launches of ${record}, and compares buffer
 * ${buffer} with expected.bin; if ${record} is NULL, it repeats transfers of expected.bin. */
void verify_print_replay(FILE *out, const struct weft_device *device, const struct record *record,
                         int buffer);

/* The text of replay_program.c, embedded by the build; empty without OpenCL. */
extern const char verify_replay_program[];

#endif
