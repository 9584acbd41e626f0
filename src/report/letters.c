/* letters.c: words of several fonts on a cairo sheet, and boxes for what no font has. */
#include "report/letters.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "report/utf8_print.h"

#ifdef WEFT_FONTCONFIG
#include <cairo-ft.h>
#include <fontconfig/fontconfig.h>
#endif

enum { LETTERS_MAX = 1024 };

/* The fonts of one weight: the sans-serif one, then others in fontconfig's order, opened when they are needed. */
struct fonts {
    cairo_font_face_t *base;
    cairo_scaled_font_t *sample; /* of base: answers which letters it has */
#ifdef WEFT_FONTCONFIG
    FcPattern *wanted;
    FcFontSet *others;
    cairo_font_face_t **faces; /* a place for each of others */
#endif
};

static const cairo_user_data_key_t keys[2]; /* normal, bold */

static void finish_fonts(void *closure) {
    struct fonts *fonts = closure;
    cairo_scaled_font_destroy(fonts->sample);
    cairo_font_face_destroy(fonts->base);
#ifdef WEFT_FONTCONFIG
    for (int i = 0; fonts->faces != NULL && i < fonts->others->nfont; i++) {
        if (fonts->faces[i] != NULL) {
            cairo_font_face_destroy(fonts->faces[i]);
        }
    }
    free(fonts->faces);
    if (fonts->others != NULL) {
        FcFontSetDestroy(fonts->others);
    }
    FcPatternDestroy(fonts->wanted);
#endif
    free(fonts);
}

#ifdef WEFT_FONTCONFIG
static void find_others(struct fonts *fonts, bool bold) {
    FcResult result;
    fonts->wanted = FcPatternCreate();
    if (fonts->wanted == NULL) {
        return;
    }
    FcPatternAddString(fonts->wanted, FC_FAMILY, (const FcChar8 *)"sans-serif");
    FcPatternAddInteger(fonts->wanted, FC_WEIGHT, bold ? FC_WEIGHT_BOLD : FC_WEIGHT_NORMAL);
    FcConfigSubstitute(NULL, fonts->wanted, FcMatchPattern);
    FcDefaultSubstitute(fonts->wanted);
    fonts->others = FcFontSort(NULL, fonts->wanted, FcTrue, NULL, &result);
    if (fonts->others != NULL) {
        fonts->faces = calloc((size_t)fonts->others->nfont + 1, sizeof(cairo_font_face_t *));
    }
}

/* The first of the other fonts that has ${code}; NULL: none has. */
static cairo_font_face_t *find_other(struct fonts *fonts, uint32_t code) {
    for (int i = 0; fonts->faces != NULL && i < fonts->others->nfont; i++) {
        FcCharSet *letters;
        if (FcPatternGetCharSet(fonts->others->fonts[i], FC_CHARSET, 0, &letters) !=
                FcResultMatch ||
            !FcCharSetHasChar(letters, code)) {
            continue;
        }
        if (fonts->faces[i] == NULL) {
            FcPattern *pattern = FcFontRenderPrepare(NULL, fonts->wanted, fonts->others->fonts[i]);
            if (pattern == NULL) {
                continue;
            }
            fonts->faces[i] = cairo_ft_font_face_create_for_pattern(pattern);
            FcPatternDestroy(pattern);
        }
        if (cairo_font_face_status(fonts->faces[i]) == CAIRO_STATUS_SUCCESS) {
            return fonts->faces[i];
        }
    }
    return NULL;
}
#else
static void find_others(struct fonts *fonts, bool bold) {
    (void)fonts;
    (void)bold;
}

static cairo_font_face_t *find_other(struct fonts *fonts, uint32_t code) {
    (void)fonts;
    (void)code;
    return NULL;
}
#endif

/* The fonts of ${cairo}; NULL without memory. */
static struct fonts *fonts_of(cairo_t *cairo, bool bold) {
    struct fonts *fonts = cairo_get_user_data(cairo, &keys[bold]);
    cairo_matrix_t size, plain;
    cairo_font_options_t *options;
    if (fonts != NULL || (fonts = calloc(1, sizeof *fonts)) == NULL) {
        return fonts;
    }
    fonts->base =
        cairo_toy_font_face_create("sans-serif", CAIRO_FONT_SLANT_NORMAL,
                                   bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
    options = cairo_font_options_create();
    cairo_matrix_init_scale(&size, 20, 20);
    cairo_matrix_init_identity(&plain);
    fonts->sample = cairo_scaled_font_create(fonts->base, &size, &plain, options);
    cairo_font_options_destroy(options);
    find_others(fonts, bold);
    if (cairo_set_user_data(cairo, &keys[bold], fonts, finish_fonts) != CAIRO_STATUS_SUCCESS) {
        finish_fonts(fonts);
        return NULL;
    }
    return fonts;
}

/* Fonts have their box for missing letters at place 0. */
static bool base_has(struct fonts *fonts, uint32_t code) {
    cairo_glyph_t *glyphs = NULL;
    int count = 0;
    char text[5];
    bool found;
    utf8_put(code, text);
    if (cairo_scaled_font_text_to_glyphs(fonts->sample, 0, 0, text, -1, &glyphs, &count, NULL, NULL,
                                         NULL) != CAIRO_STATUS_SUCCESS) {
        return false;
    }
    found = count > 0 && glyphs[0].index != 0;
    cairo_glyph_free(glyphs);
    return found;
}

/* The font for ${code}. NULL: no font has it. */
static cairo_font_face_t *find_font(struct fonts *fonts, uint32_t code) {
    return base_has(fonts, code) ? fonts->base : find_other(fonts, code);
}

/* What is not there to be seen needs no box. */
static bool needs_box(uint32_t code) {
    return utf8_columns(code) > 0;
}

/* The box of a letter that no font has, its code inside in two lines. Returns how far to go on. */
static double show_box(cairo_t *cairo, struct fonts *fonts, uint32_t code, double size, bool show) {
    double height = 0.74 * size, width = utf8_columns(code) > 1 ? 0.86 * size : 0.6 * size;
    int digits = code > 0xffff ? 3 : 2;
    double x, y, letter = 0.9 * width / digits / 0.64;
    if (show) {
        cairo_get_current_point(cairo, &x, &y);
        letter = letter < 0.42 * size ? letter : 0.42 * size;
        cairo_new_path(cairo);
        cairo_set_line_width(cairo, size / 16);
        cairo_rectangle(cairo, x + 0.03 * size, y - height, width, height);
        cairo_stroke(cairo);
        cairo_set_font_face(cairo, fonts->base);
        cairo_set_font_size(cairo, letter);
        for (int line = 0; line < 2; line++) {
            char text[8];
            cairo_text_extents_t extents;
            snprintf(text, sizeof text, "%0*X", digits,
                     (unsigned)(line == 0 ? code >> 4 * digits : code & ((1u << 4 * digits) - 1)));
            cairo_text_extents(cairo, text, &extents);
            cairo_move_to(cairo, x + 0.03 * size + (width - extents.x_advance) / 2,
                          y - height * (line == 0 ? 0.56 : 0.1));
            cairo_show_text(cairo, text);
        }
        cairo_move_to(cairo, x + width + 0.06 * size, y);
    }
    return width + 0.06 * size;
}

/* Goes through the stretches of one font each. Returns the length; draws them with ${show}. */
static double walk(cairo_t *cairo, const char *text, double size, bool bold, bool show,
                   size_t *missing) {
    struct fonts *fonts = fonts_of(cairo, bold);
    uint32_t codes[LETTERS_MAX];
    size_t count = letters_order(text, codes, LETTERS_MAX);
    double length = 0;
    for (size_t i = 0; fonts != NULL && i < count;) {
        cairo_font_face_t *font = find_font(fonts, codes[i]);
        cairo_text_extents_t extents;
        char stretch[4 * LETTERS_MAX + 8];
        size_t used = 0;
        if (font == NULL) {
            *missing += needs_box(codes[i]);
            length += needs_box(codes[i]) ? show_box(cairo, fonts, codes[i], size, show) : 0;
            i++;
            continue;
        }
        do {
            used += utf8_put(codes[i++], stretch + used);
        } while (i < count && find_font(fonts, codes[i]) == font);
        cairo_set_font_face(cairo, font);
        cairo_set_font_size(cairo, size);
        cairo_text_extents(cairo, stretch, &extents);
        length += extents.x_advance;
        if (show) {
            cairo_show_text(cairo, stretch);
        }
    }
    return length;
}

double letters_length(cairo_t *cairo, const char *text, double size, bool bold) {
    size_t missing = 0;
    return walk(cairo, text, size, bold, false, &missing);
}

void letters_show(cairo_t *cairo, const char *text, double size, bool bold) {
    size_t missing = 0;
    walk(cairo, text, size, bold, true, &missing);
}

size_t letters_missing(cairo_t *cairo, const char *text, bool bold) {
    size_t missing = 0;
    walk(cairo, text, 12, bold, false, &missing);
    return missing;
}
