/* page.h: a report: one HTML file of one or more runs, which contains all that it needs. */
#ifndef WEFT_REPORT_HTML_PAGE_H
#define WEFT_REPORT_HTML_PAGE_H

#include <stdio.h>

#include "report/html/page_data.h"
#include "weft/error.h"

/* page.css and page.js. */
extern const char page_css[], page_js[];

/* Writes the page. Fails with WEFT_FAILED without memory; the caller checks ferror of ${out}. */
enum weft_status page_write(FILE *out, const struct page *page, struct weft_error *error);

#endif
