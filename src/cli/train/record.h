/* record.h: what a training has recorded: its epochs and steps, and their files in the run folder,
 * history.csv and steps.csv. */
#ifndef WEFT_CLI_TRAIN_RECORD_H
#define WEFT_CLI_TRAIN_RECORD_H

#include "cli/run_folder.h"
#include "report/csv.h"
#include "weft/checkpoint.h"

/* All zero at the start. The caller frees ${epochs} and ${log}. */
struct cli_record {
    struct report_epoch *epochs; /* the last one is perhaps not complete */
    size_t epoch_count, complete_epochs;
    uint64_t steps;          /* made so far */
    struct report_step *log; /* empty where a resumed run has lost its steps.csv */
    size_t logged, log_capacity;
};

/* Adds an epoch. Fails with WEFT_FAILED without memory. */
enum weft_status cli_record_epoch(struct cli_record *record, const struct report_epoch *epoch,
                                  struct weft_error *error);

/* Adds the steps of ${epoch}, whose batches have ${batch} images, to the log and to steps.csv. */
enum weft_status cli_record_steps(struct cli_record *record, const struct cli_run *run,
                                  const struct weft_epoch *epoch, size_t batch,
                                  struct weft_error *error);

/* Writes history.csv. */
enum weft_status cli_record_write_history(const struct cli_record *record,
                                          const struct cli_run *run, struct weft_error *error);

/* For --resume: takes the epochs from ${checkpoint}, their steps and validation from the run
 * folder. Fails with WEFT_FAILED without memory. */
enum weft_status cli_record_resume(struct cli_record *record, const struct cli_run *run,
                                   const struct weft_checkpoint *checkpoint,
                                   struct weft_error *error);

#endif
