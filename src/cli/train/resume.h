/* resume.h: weft train --resume. */
#ifndef WEFT_CLI_TRAIN_RESUME_H
#define WEFT_CLI_TRAIN_RESUME_H

#include "cli/train/train.h"

/* Writes checkpoint.safetensors, after a complete epoch. */
enum weft_status cli_resume_save(const struct cli_training *train, struct weft_error *error);

/* Reads the checkpoint of --resume: model and options. Fails with WEFT_USAGE for options other than
 * those that the run began with. */
enum weft_status cli_resume_load(struct cli_training *train, struct weft_error *error);

/* Fails with WEFT_USAGE unless the images are those of the checkpoint. */
enum weft_status cli_resume_check_images(const struct cli_training *train,
                                         struct weft_error *error);

/* Restores the run folder and the record of the last finished epoch. */
enum weft_status cli_resume_begin(struct cli_training *train, struct weft_error *error);

/* resume_command.c: returns the command line that continues this run, quoted for a shell, with the
 * options that were given and that a checkpoint does not keep. The caller frees it; NULL without
 * memory. */
char *cli_resume_command(const struct cli_training *train);

#endif
