/* parts.h: the pieces of weft report. */
#ifndef WEFT_CLI_REPORT_PARTS_H
#define WEFT_CLI_REPORT_PARTS_H

#include "cli/options.h"
#include "report/html/page.h"

/* run.c: reads the run folder ${folder} into ${run}: run.json and, if it is there, steps.csv. ${data} is set to the folder of
 * images that it was trained on, or emptied. Everything is checked. Fails with WEFT_BAD_FILE. The caller finishes ${run}. */
enum weft_status cli_report_run_read(const char *folder, struct page_run *run, char data[4096],
                                     struct weft_error *error);
void cli_report_run_finish(struct page_run *run);

/* images.c: chooses the images that the cells of all runs of ${page} show, and makes the sprite of them. ${data}: the folder
 * that each run was trained on. A run whose model, images or device can not be had, or whose matrix these do not give, is told as
 * a notice and has none. Fails with WEFT_FAILED without memory, with WEFT_USAGE for a wrong device, and when interrupted. */
enum weft_status cli_report_images(const struct cli_options *options, struct page *page,
                                   char (*data)[4096], struct weft_error *error);

#endif
