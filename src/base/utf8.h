/* utf8.h: characters of UTF-8, which come from files and may be any bytes. */
#ifndef WEFT_BASE_UTF8_H
#define WEFT_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads the character at ${text} (not its closing zero) into ${code}. Returns the number of its
 * bytes, 1 to 4. A byte that is not part of valid UTF-8 is read as U+FFFD, one byte at a time; that
 * includes overlong forms, surrogates and numbers above U+10FFFF. */
size_t utf8_next(const char *text, uint32_t *code);

/* Returns whether all of ${text} is valid UTF-8. */
bool utf8_is_valid(const char *text);

/* Returns whether ${code} is no character to see, but changes how others are shown: C0, DEL and C1,
 * separators of lines and paragraphs, marks, embeddings, overrides and isolates of direction,
 * characters without a width (except the joiners), and tags. */
bool utf8_is_control(uint32_t code);

/* Writes ${code} as UTF-8 with a closing zero into ${text}. Returns the number of its bytes. */
size_t utf8_put(uint32_t code, char text[5]);

#endif
