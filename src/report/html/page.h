/* page.h: a report: one HTML file of one or more runs, with all that it needs inside. */
#ifndef WEFT_REPORT_PAGE_H
#define WEFT_REPORT_PAGE_H

#include "report/figure_curves.h"

/* The style sheet and the script of the page, from src/report/page/. */
extern const char page_css[], page_js[];

/* An image that the page can show in a cell. */
struct page_picture {
    uint32_t index;            /* in its split */
    uint16_t truth, predicted; /* classes */
    float probability;         /* of the predicted class */
    uint32_t sprite;           /* its number in the sprite */
};

/* A line of the table of facts: what it is called, and its value for a run. */
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
    char **names; /* of the classes, as many as the evaluations have */
    struct weft_evaluation evaluations[WEFT_SPLIT_COUNT]; /* classes 0: that split is not there */
    struct page_picture *pictures[WEFT_SPLIT_COUNT];
    size_t picture_count[WEFT_SPLIT_COUNT];
};

struct page {
    struct page_run *runs;
    size_t run_count;
    /* The sprite: images of width x height side by side, ${columns} a row, as a PNG file; none: NULL. */
    uint8_t *sprite;
    size_t sprite_size, width, height, columns;
};

/* page.c: writes the page. ${error} is for memory alone; the caller asks ferror of ${out}. */
enum weft_status page_write(FILE *out, const struct page *page, struct weft_error *error);

/* page_tables.c: the parts of it: facts of all runs, the matrix of a run's split as a table, whose cells the script makes buttons, called "rR-SPLIT-ROW-COLUMN",
 * its classes, its epochs. */
void page_facts(FILE *out, const struct page *page);
void page_matrix(FILE *out, const struct page_run *run, size_t number, enum weft_split split);
void page_classes(FILE *out, const struct page_run *run, enum weft_split split);
void page_epochs(FILE *out, const struct page_run *run);

#endif
