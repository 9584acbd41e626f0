/* colours.c: the blue scale of a confusion matrix. */
#include "report/canvas.h"

/* From a share of 0 to one of 1 in equal steps, their lightness falling (rising) evenly. */
static const uint32_t light[] = {0xf7fafe, 0xd9e7f5, 0xa9cbe6, 0x6ba3d3,
                                 0x3a7bbd, 0x17549b, 0x0a2f66};
static const uint32_t dark[] = {0x131b27, 0x16304f, 0x1b4a7d, 0x2a68a8,
                                0x4a8acb, 0x7db0e4, 0xb9d9fa};
enum { STOPS = sizeof light / sizeof light[0] };

static unsigned mix(uint32_t from, uint32_t to, int shift, double share) {
    double a = (double)(from >> shift & 255), b = (double)(to >> shift & 255);
    return (unsigned)(a + (b - a) * share + 0.5);
}

uint32_t colour_share(enum canvas_theme theme, double share) {
    const uint32_t *stops = theme == THEME_DARK ? dark : light;
    double place = (share > 0 ? share < 1 ? share : 1 : 0) * (STOPS - 1);
    int stop = place < STOPS - 1 ? (int)place : STOPS - 2;
    uint32_t colour = 0;
    for (int shift = 0; shift <= 16; shift += 8) {
        colour |= (uint32_t)mix(stops[stop], stops[stop + 1], shift, place - stop) << shift;
    }
    return colour;
}

/* White on what is darker than a middle grey to the eye. */
uint32_t colour_on(uint32_t background) {
    double light_to_eye = 0.299 * (background >> 16 & 255) + 0.587 * (background >> 8 & 255) +
                          0.114 * (background & 255);
    return light_to_eye < 140 ? 0xffffff : 0x101418;
}
