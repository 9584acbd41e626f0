/* cell_images.h: the images that a report shows for the cells of its matrices. */
#ifndef WEFT_CLI_REPORT_CELL_IMAGES_H
#define WEFT_CLI_REPORT_CELL_IMAGES_H

#include "cli/options.h"
#include "report/html/page.h"

/* Chooses the images for the cells of all runs of ${page}, and makes the sprite of them. ${data}:
 * the folder that each run was trained on. A run has no images, and a notice says why, if its
 * model, images or device are not available or do not give its matrix. Fails with WEFT_FAILED
 * without memory, with WEFT_USAGE for a wrong device, and when interrupted. */
enum weft_status cli_report_images(const struct cli_options *options, struct page *page,
                                   char (*data)[4096], struct weft_error *error);

#endif
