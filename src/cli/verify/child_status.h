/* child_status.h: a file in which a child process writes what it does. Its parent reads the file
 * after a crash. */
#ifndef WEFT_CLI_VERIFY_CHILD_STATUS_H
#define WEFT_CLI_VERIFY_CHILD_STATUS_H

#include <stdbool.h>
#include <stdio.h>

/* The environment of a child: the path of the file, or CLI_CHILD_NO_FILE; and whether it waits for
 * each kernel and reports it. */
#define CLI_CHILD_FILE     "WEFT_VERIFY_NOTE"
#define CLI_CHILD_LAUNCHES "WEFT_VERIFY_LAUNCHES"
#define CLI_CHILD_NO_FILE  "-"

/* What the file has when the child came to its end, whatever it found. */
#define CLI_CHILD_END "its end"

struct cli_child_status {
    FILE *stream;  /* NULL: nothing is written */
    bool launches; /* each kernel is reported, and nothing is printed */
};

/* Makes the file of a child to come; writing to it then needs no space on the disk. Returns false
 * if that failed. */
bool cli_child_status_make(const char *path);

/* Stores what the file has, without the spaces at its end, in ${doing}; empty if it cannot be
 * read. */
void cli_child_status_read(const char *path, char doing[500]);

/* Opens the file that the environment names. Returns whether this process is a child. */
bool cli_child_status_open(struct cli_child_status *status);
void cli_child_status_write(struct cli_child_status *status, const char *what);
void cli_child_status_close(struct cli_child_status *status);

#endif
