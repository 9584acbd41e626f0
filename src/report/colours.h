/* colours.h: the colours of figures, and the blue scale of a confusion matrix. */
#ifndef WEFT_REPORT_COLOURS_H
#define WEFT_REPORT_COLOURS_H

#include <stdint.h>

enum canvas_theme {
    THEME_LIGHT,
    THEME_DARK,
    THEME_PAGE /* SVG inside a page whose style sheet has the variables --paper, --ink ... */
};

/* A colour is 0xRRGGBB, or one of these roles, whose colour the theme determines. */
enum {
    CANVAS_PAPER = 1 << 24,
    CANVAS_INK,
    CANVAS_MUTED,
    CANVAS_GRID,
    CANVAS_TRAINED,       /* curves of training images */
    CANVAS_TRAINED_FAINT, /* the same by step */
    CANVAS_HELD_OUT,      /* curves of held-out images */
    CANVAS_COLOUR_END
};

/* Returns ${colour} as 0xRRGGBB. */
uint32_t colour_in_theme(enum canvas_theme theme, uint32_t colour);

/* Returns the colour of a share from 0 to 1: from pale to dark blue, in the dark theme from dark to
 * pale. */
uint32_t colour_of_share(enum canvas_theme theme, double share);

/* Returns the colour of text on ${background}: white or nearly black. */
uint32_t colour_on(uint32_t background);

#endif
