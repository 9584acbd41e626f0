/* screen_cell.c: the background of a cell in a terminal. */
#include "report/figure.h"

void screen_begin_cell(FILE *out, const struct cli_screen *screen, double share) {
    uint32_t colour = colour_share(THEME_LIGHT, share);
    uint32_t on = colour_on(colour);
    if (screen->truecolour) {
        fprintf(out, "\x1b[48;2;%u;%u;%um\x1b[38;2;%u;%u;%um", (unsigned)(colour >> 16),
                (unsigned)(colour >> 8 & 255), (unsigned)(colour & 255), (unsigned)(on >> 16),
                (unsigned)(on >> 8 & 255), (unsigned)(on & 255));
    } else if (screen->colour) {
        /* The cube of 6 x 6 x 6 colours from 16 on: the nearest step of each part. */
        unsigned red = (unsigned)((colour >> 16) * 5 + 127) / 255;
        unsigned green = (unsigned)((colour >> 8 & 255) * 5 + 127) / 255;
        unsigned blue = (unsigned)((colour & 255) * 5 + 127) / 255;
        fprintf(out, "\x1b[48;5;%um\x1b[38;5;%dm", 16 + 36 * red + 6 * green + blue,
                on == 0xffffff ? 231 : 16);
    }
}

void screen_end_cell(FILE *out, const struct cli_screen *screen) {
    if (screen->colour) {
        fputs("\x1b[0m", out);
    }
}
