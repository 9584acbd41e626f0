/* letters.h: a line of words in letters of any script, for figures that cairo draws.
 *
 * cairo's own words are of one font, and a letter that the font lacks is lost. Here each stretch of a line is of the first font
 * that has its letters: the sans-serif one, then those that fontconfig names for it. A letter that no font has is a box
 * with its code. SVG needs none of this: programs that show it choose fonts themselves. */
#ifndef WEFT_REPORT_LETTERS_H
#define WEFT_REPORT_LETTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* letters_order.c: writes the letters of ${text} into ${codes} (at most ${most}) in the order in which they stand, from left to
 * right: Hebrew and Arabic words are turned round, and Arabic letters are given the forms that join. Returns how many. */
size_t letters_order(const char *text, uint32_t *codes, size_t most);

#ifdef WEFT_CAIRO
#include <cairo.h>

/* letters.c: the length of ${text} at ${size}, and drawing it from the current point on in the current colour. Both change
 * the font of ${cairo}. Fonts are looked for once and belong to ${cairo}. */
double letters_length(cairo_t *cairo, const char *text, double size, bool bold);
void letters_show(cairo_t *cairo, const char *text, double size, bool bold);

/* The number of letters of ${text} that no font has. */
size_t letters_missing(cairo_t *cairo, const char *text, bool bold);
#endif

#endif
