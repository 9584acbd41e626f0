/* page_tables.h: the tables of a report. */
#ifndef WEFT_REPORT_HTML_PAGE_TABLES_H
#define WEFT_REPORT_HTML_PAGE_TABLES_H

#include <stdio.h>

#include "report/html/page_data.h"

/* Writes the facts of all runs. */
void page_facts(FILE *out, const struct page *page);

/* Writes the matrix of a split of a run. The script makes its cells buttons with the id
 * "rNUMBER-SPLIT-ROW-COLUMN". */
void page_matrix(FILE *out, const struct page_run *run, size_t number, enum weft_split split);

/* Writes recall, precision and F1 of each class. */
void page_classes(FILE *out, const struct page_run *run, enum weft_split split);

/* Writes the history of a run. */
void page_epochs(FILE *out, const struct page_run *run);

#endif
