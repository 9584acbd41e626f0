/* report.h: what weft report shows: runs, and the images of the cells of their matrices. */
#ifndef WEFT_CLI_REPORT_REPORT_H
#define WEFT_CLI_REPORT_REPORT_H

#include "cli/options.h"
#include "report/html/page.h"
#include "weft/images.h"

/* saved_run.c: reads the run folder ${folder} into ${run}: run.json and, if it exists, steps.csv.
 * Stores the folder of the images that it was trained on in ${data}, or an empty text. All values
 * are checked. A file of another run is an error or a warning. Fails with WEFT_BAD_FILE. The caller
 * finishes ${run}, after a failure too. */
enum weft_status cli_report_run_read(const struct cli_options *options, const char *folder,
                                     struct page_run *run, char data[4096],
                                     struct weft_error *error);
void cli_report_run_finish(struct page_run *run);

/* cell_images.c: chooses the images for the cells of all runs of ${page}, and makes the sprite of
 * them. ${data}: the folder that each run was trained on. A run has no images, and a
 * warning says why, if its model, images or device are not available or do not give its matrix.
 * Fails instead if the user named that device, or those images (for one of several runs, only if
 * they cannot be read); and with WEFT_NO_MEMORY without memory, with WEFT_USAGE for a wrong device,
 * and with WEFT_INTERRUPTED. */
enum weft_status cli_report_images(const struct cli_options *options, struct page *page,
                                   char (*data)[4096], struct weft_error *error);

/* A split of a run, and its images. */
struct cli_report_part {
    struct page_run *run;
    enum weft_split split;
    struct weft_images *images;
};

/* sprite.c: chooses the images of all ${count} ${parts} of ${page} and makes the sprite of them.
 * Fails with WEFT_NO_MEMORY without memory. */
enum weft_status cli_report_sprite(struct page *page, const struct cli_report_part *parts,
                                   size_t count, struct weft_error *error);

/* cell_choice.c: keeps as many pictures of each cell as fit into the page, whose lists are sorted
 * by cell. Returns their number. */
size_t cli_report_choose(struct page *page);

/* Returns a number for the cell of ${picture}. */
uint32_t cli_report_cell(const struct page_picture *picture);

#endif
