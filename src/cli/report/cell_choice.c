/* cell_choice.c: how many images of each cell a report has, so that its file stays small. */
#include "cli/report/report.h"

#include <string.h>

enum {
    IMAGES_MAX = 3000, /* in a report */
    IMAGE_BYTES = 40,  /* of the data of an image, without its pixels */
    PAGE_BYTES = 2850000,
    ZERO_BYTES = 10, /* of an empty cell of the table */
    CELL_BYTES = 48, /* of another cell, at most */
    LIST_BYTES = 80, /* of a row of the list, without names */
    ROW_BYTES = 150, /* of a class in the table of classes, without its name */
    CELL_MAX = 24    /* images of a cell */
};

uint32_t cli_report_cell(const struct page_picture *picture) {
    return (uint32_t)picture->truth << 16 | picture->predicted;
}

/* Returns how many pictures of a sorted list are among the first ${most} of their cell. If ${keep},
 * moves them to the front of the list. */
static size_t cut(struct page_picture *pictures, size_t count, size_t most, bool keep) {
    size_t kept = 0, in_cell = 0;
    uint32_t cell = UINT32_MAX; /* of the previous picture */
    for (size_t i = 0; i < count; i++) {
        in_cell = cli_report_cell(&pictures[i]) == cell ? in_cell + 1 : 1;
        cell = cli_report_cell(&pictures[i]);
        if (in_cell <= most) {
            pictures[keep ? kept : i] = pictures[i];
            kept++;
        }
    }
    return kept;
}

/* Returns the bytes of the cells and the names of a split in the page. A name is there three times,
 * and in rows of the list. */
static size_t table_bytes(const struct page_run *run, const struct report_evaluation *evaluation) {
    const size_t classes = evaluation->classes;
    size_t bytes = 0, longest = 0;
    for (size_t i = 0; i < classes; i++) {
        const size_t length = strlen(run->names[i]);
        bytes += ROW_BYTES + 3 * length;
        longest = length > longest ? length : longest;
    }
    if (classes > CONFUSION_TABLE_MAX) {
        return bytes + CONFUSION_LIST_MAX * (LIST_BYTES + 4 * longest);
    }
    for (size_t k = 0; k < classes * classes; k++) {
        bytes += evaluation->confusion[k] == 0 ? ZERO_BYTES : CELL_BYTES;
    }
    return bytes;
}

/* Returns how many images fit into the page in addition to its tables. A pixel becomes about a
 * byte. */
static size_t image_limit(const struct page *page) {
    const size_t image = IMAGE_BYTES + page->width * page->height * 9 / 8;
    size_t bytes = 0, left;
    for (size_t i = 0; i < page->run_count; i++) {
        for (int split = 0; split < WEFT_SPLIT_COUNT; split++) {
            bytes += table_bytes(&page->runs[i], &page->runs[i].evaluations[split]);
        }
    }
    left = bytes < PAGE_BYTES ? PAGE_BYTES - bytes : 0;
    return left / image < IMAGES_MAX ? left / image : IMAGES_MAX;
}

/* Returns the number of images if each cell has at most ${most}. If ${keep}, removes the others. */
static size_t count_images(struct page *page, size_t most, bool keep) {
    size_t total = 0;
    for (size_t i = 0; i < page->run_count; i++) {
        struct page_run *run = &page->runs[i];
        for (int split = 0; split < WEFT_SPLIT_COUNT; split++) {
            size_t count = cut(run->pictures[split], run->picture_count[split], most, keep);
            run->picture_count[split] = keep ? count : run->picture_count[split];
            total += count;
        }
    }
    return total;
}

size_t cli_report_choose(struct page *page) {
    const size_t limit = image_limit(page);
    size_t most = CELL_MAX;
    while (most > 0 && count_images(page, most, false) > limit) {
        most--;
    }
    return count_images(page, most, true);
}
