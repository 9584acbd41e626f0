/* colours.c: the colours of figures, and the blue scale of a confusion matrix. */
#include "report/colours.h"

uint32_t colour_in_theme(enum canvas_theme theme, uint32_t colour) {
    static const uint32_t light[] = {0xffffff, 0x1b1f24, 0x59636e, 0xdfe4ea,
                                     0x1f6fc5, 0xa9c9ec, 0xc2590c};
    static const uint32_t dark[] = {0x0d1117, 0xe6edf3, 0x9198a1, 0x30363d,
                                    0x58a6ff, 0x2b4c76, 0xf0883e};
    if (colour < CANVAS_PAPER || colour >= CANVAS_COLOUR_END) {
        return colour;
    }
    return (theme == THEME_DARK ? dark : light)[colour - CANVAS_PAPER];
}

static unsigned mix(uint32_t from, uint32_t to, int shift, double share) {
    double a = (double)(from >> shift & 255), b = (double)(to >> shift & 255);
    return (unsigned)(a + (b - a) * share + 0.5);
}

uint32_t colour_of_share(enum canvas_theme theme, double share) {
    /* The stops are at equal distances, and their lightness falls (rises) evenly. */
    enum { STOPS = 7 };
    static const uint32_t light[STOPS] = {0xf7fafe, 0xd9e7f5, 0xa9cbe6, 0x6ba3d3,
                                          0x3a7bbd, 0x17549b, 0x0a2f66};
    static const uint32_t dark[STOPS] = {0x131b27, 0x16304f, 0x1b4a7d, 0x2a68a8,
                                         0x4a8acb, 0x7db0e4, 0xb9d9fa};
    const uint32_t *stops = theme == THEME_DARK ? dark : light;
    double position = (share > 0 ? share < 1 ? share : 1 : 0) * (STOPS - 1);
    int stop = position < STOPS - 1 ? (int)position : STOPS - 2;
    uint32_t colour = 0;
    for (int shift = 0; shift <= 16; shift += 8) {
        colour |= (uint32_t)mix(stops[stop], stops[stop + 1], shift, position - stop) << shift;
    }
    return colour;
}

uint32_t colour_on(uint32_t background) {
    /* The brightness that the eye sees. Below a middle grey, text is white. */
    double brightness = 0.299 * (background >> 16 & 255) + 0.587 * (background >> 8 & 255) +
                        0.114 * (background & 255);
    return brightness < 140 ? 0xffffff : 0x101418;
}
