/* page.h: a report: one HTML file of one or more runs, which contains all that it needs. */
#ifndef WEFT_REPORT_HTML_PAGE_H
#define WEFT_REPORT_HTML_PAGE_H

#include <stdio.h>

#include "report/csv.h"
#include "weft/options.h"

/* An image that the page can show for a cell. */
struct page_picture {
    uint32_t index;            /* in its split */
    uint16_t truth, predicted; /* classes */
    float probability;         /* of the predicted class */
    uint32_t sprite;           /* its number in the sprite */
};

/* A line of the table of facts, for one run. */
struct page_fact {
    char name[64], value[1024];
};

/* A run in the page. */
struct page_run {
    char name[3072]; /* its folder */
    struct page_fact *facts;
    size_t fact_count;
    struct report_epoch *history;
    size_t epochs;
    struct report_step *steps;
    size_t step_count;
    char **names; /* of the classes, as many as the evaluations have, then NULL */
    struct report_evaluation
        evaluations[WEFT_SPLIT_COUNT]; /* classes 0: this split was not evaluated */
    struct page_picture *pictures[WEFT_SPLIT_COUNT];
    size_t picture_count[WEFT_SPLIT_COUNT];
};

struct page {
    struct page_run *runs;
    size_t run_count;
    /* The sprite: images of width x height side by side, ${columns} in a row, as a PNG file; NULL
     * for a page without images. */
    uint8_t *sprite;
    size_t sprite_size, width, height, columns;
};

/* page.css and page.js. */
extern const char page_css[], page_js[];

/* Writes the page. Fails with WEFT_NO_MEMORY without memory; the caller checks ferror of ${out}. */
enum weft_status page_write(FILE *out, const struct page *page, struct weft_error *error);

/* page_tables.c: parts of the page. */

/* Writes the facts of all runs. */
void page_facts(FILE *out, const struct page *page);

/* Writes the matrix of a split of a run; of more than CONFUSION_TABLE_MAX classes, the list of
 * CONFUSION_LIST_MAX cells. The script makes its cells buttons with the id
 * "rNUMBER-SPLIT-ROW-COLUMN". */
void page_matrix(FILE *out, const struct page_run *run, size_t number, enum weft_split split);

/* Writes recall, precision and F1 of each class. */
void page_classes(FILE *out, const struct page_run *run, enum weft_split split);

/* Writes the history of a run. */
void page_epochs(FILE *out, const struct page_run *run);

#endif
