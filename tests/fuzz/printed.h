/* printed.h: what a command prints, caught and checked. */
#ifndef PRINTED_H
#define PRINTED_H

#include "fuzz.h"

static char *printed_text;
static size_t printed_size;
static FILE *printed_stderr;

/* stdout and stderr go to memory from now on. */
static inline void printed_begin(void) {
    printed_stderr = stderr;
    stdout = stderr = open_memstream(&printed_text, &printed_size);
    REQUIRE(stdout != NULL);
}

/* Ends that, and checks that no character controls a terminal. */
static inline void printed_check(void) {
    int closed = fclose(stdout);
    stdout = discard();
    stderr = printed_stderr;
    REQUIRE(closed == 0);
    for (size_t i = 0; i < printed_size; i++) {
        unsigned char c = (unsigned char)printed_text[i];
        REQUIRE((c >= ' ' && c != 127) || c == '\n');
    }
    free(printed_text);
}

#endif
