/* terms.h: the program's words for what the library's messages name. */
#ifndef WEFT_CLI_TERMS_H
#define WEFT_CLI_TERMS_H

#include <stddef.h>

/* Copies ${text}, a message of the library, into ${named}, of ${size} bytes, with the options and
 * commands of the program in place of the arguments and functions of the library. Returns
 * ${named}. */
const char *cli_terms(const char *text, char *named, size_t size);

#endif
