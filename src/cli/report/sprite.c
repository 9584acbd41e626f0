/* sprite.c: one PNG picture of all images that a report shows. */
#include <stdlib.h>
#include <string.h>

#include "base/try.h"
#include "cli/load.h"
#include "cli/report/report.h"
#include "report/png.h"
#include "report/scale.h"

enum {
    COLUMNS = 50, /* of the sprite */
    SIDE_MAX = 84 /* of an image in it: as large as the page shows it */
};

/* Sets the size of the sprite's images: that of the first run's, or less if its longer side exceeds
 * SIDE_MAX. Images of another size are omitted. */
static void set_size(struct page *page, const struct cli_report_part *parts, size_t count) {
    size_t height = 0, width = 0;
    for (size_t i = 0; i < count; i++) {
        size_t *pictures = &parts[i].run->picture_count[parts[i].split], shape[3];
        weft_images_shape(parts[i].images, shape);
        if (*pictures > 0 && width == 0) {
            height = shape[1];
            width = shape[2];
        }
        if (shape[1] != height || shape[2] != width) {
            *pictures = 0;
        }
    }
    page->height = height;
    page->width = width;
    if (height > SIDE_MAX || width > SIDE_MAX) {
        const size_t longer = height > width ? height : width;
        page->height = height * SIDE_MAX > longer ? height * SIDE_MAX / longer : 1;
        page->width = width * SIDE_MAX > longer ? width * SIDE_MAX / longer : 1;
    }
}

/* Copies the chosen images of a part into the sprite, from number ${next} on. ${image} has room for
 * one, and for one of the sprite. */
static void paint(const struct page *page, const struct cli_report_part *part, uint8_t *image,
                  uint8_t *sprite, uint32_t *next) {
    size_t shape[3];
    weft_images_shape(part->images, shape);
    for (size_t i = 0; i < part->run->picture_count[part->split]; i++) {
        struct page_picture *picture = &part->run->pictures[part->split][i];
        size_t number = picture->sprite = (*next)++;
        uint8_t *to =
            sprite + (number / COLUMNS * page->height * COLUMNS + number % COLUMNS) * page->width;
        uint8_t *small = image + shape[1] * shape[2];
        cli_load_grey(part->images, picture->index, shape[2], image);
        scale_bytes(image, shape[2], shape[1], small, page->width, page->height);
        for (size_t y = 0; y < page->height; y++) {
            memcpy(to + y * COLUMNS * page->width, small + y * page->width, page->width);
        }
    }
}

/* Returns memory for the largest image of all parts and one of the sprite. */
static uint8_t *image_memory(const struct page *page, const struct cli_report_part *parts,
                             size_t count) {
    size_t largest = 0, shape[3];
    for (size_t i = 0; i < count; i++) {
        weft_images_shape(parts[i].images, shape);
        largest = shape[1] * shape[2] > largest ? shape[1] * shape[2] : largest;
    }
    return malloc(largest + page->height * page->width);
}

enum weft_status cli_report_sprite(struct page *page, const struct cli_report_part *parts,
                                   size_t count, struct weft_error *error) {
    size_t total, rows;
    uint32_t next = 0;
    uint8_t *sprite, *image;
    enum weft_status status;
    set_size(page, parts, count);
    total = cli_report_choose(page);
    page->columns = COLUMNS;
    if (total == 0) {
        return WEFT_OK;
    }
    rows = (total + COLUMNS - 1) / COLUMNS;
    sprite = calloc(rows * COLUMNS, page->height * page->width);
    image = image_memory(page, parts, count);
    if (sprite == NULL || image == NULL) {
        free(sprite);
        free(image);
        return error_set(error, WEFT_NO_MEMORY, "no memory for %zu images", total);
    }
    for (size_t i = 0; i < count; i++) {
        paint(page, &parts[i], image, sprite, &next);
    }
    free(image);
    status = report_png_encode(sprite, COLUMNS * page->width, rows * page->height, &page->sprite,
                               &page->sprite_size, error);
    free(sprite);
    return status;
}
