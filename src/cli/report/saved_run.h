/* saved_run.h: the folder of a finished training, read for a report. */
#ifndef WEFT_CLI_REPORT_SAVED_RUN_H
#define WEFT_CLI_REPORT_SAVED_RUN_H

#include "report/html/page.h"

/* Reads the run folder ${folder} into ${run}: run.json and, if it exists, steps.csv. Stores the
 * folder of the images that it was trained on in ${data}, or an empty text. All values are
 * checked. Fails with WEFT_BAD_FILE. The caller finishes ${run}, after a failure too. */
enum weft_status cli_report_run_read(const char *folder, struct page_run *run, char data[4096],
                                     struct weft_error *error);
void cli_report_run_finish(struct page_run *run);

#endif
