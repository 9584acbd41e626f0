/* fleet.h: weft compare --fleet: the verdicts of weft verify --json of many machines. */
#ifndef WEFT_CLI_FLEET_H
#define WEFT_CLI_FLEET_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "cli/options.h"

/* Groups the verdicts in the files that the operands name, and prints the groups and the machines
 * that differ or have no verdict. */
enum weft_status cli_compare_fleet(const struct cli_options *options, struct weft_error *error);

/* ---- line.c: what a line says, without those before it. ---- */

enum fleet_kind { FLEET_OTHER, FLEET_STAGE, FLEET_DIFFERENCE, FLEET_ERROR, FLEET_VERDICT };

/* The texts of a verdict. FLEET_PLACE tells devices of one host apart; FLEET_WHY is why the verdict
 * does not count, or empty. Of an error there is only its message, FLEET_WHY. */
enum fleet_text {
    FLEET_HOST,
    FLEET_DEVICE,
    FLEET_DRIVER,
    FLEET_PCI,
    FLEET_PLACE,
    FLEET_RESULT,
    FLEET_HASH,
    FLEET_OPTIONS,
    FLEET_WHY,
    FLEET_TEXTS
};

#define FLEET_NO_DEVICE "no OpenCL device: the CPU backend was compared with itself"

struct fleet_line {
    enum fleet_kind kind;
    size_t line;               /* of the file, from 1 */
    size_t texts[FLEET_TEXTS]; /* offsets in the buffer of fleet_line_read */
    uint64_t contract;
    bool builtin;   /* a verdict on the CPU backend, which --device cpu named */
    bool equal;     /* a verdict or a stage with this result */
    bool differs;   /* a verdict that is not equal, or contradicts itself */
    bool nothing;   /* a stage that compared nothing */
    unsigned stage; /* a stage: 1 << enum verify_stage; 0: another name */
};

/* Reads the line ${text} of ${size} bytes and adds its texts to ${buffer}, each ended by a zero.
 * Fails with WEFT_BAD_FILE if it is no event of weft. Threads may call it at the same time. */
enum weft_status fleet_line_read(const char *text, size_t size, struct text *buffer,
                                 struct fleet_line *line, struct weft_error *error);

/* ---- store.c: the verdicts of all files. ---- */

struct fleet_verdict {
    unsigned texts[FLEET_TEXTS]; /* numbers of texts: equal texts have equal numbers */
    bool builtin;
    unsigned machine; /* the first verdict of this device, options and driver */
    bool is_event;    /* false: a verification without a verdict event */
    bool equal, differs;
    uint64_t contract;
    const char *path;
    size_t line;
};

struct fleet {
    size_t count, capacity;
    struct fleet_verdict *verdicts;
    json_t *numbers;    /* of each text */
    const char **texts; /* by number; 0 is the empty text */
    size_t text_count, text_capacity;
    json_t *machines; /* the first verdict of each */
};

/* Returns the text ${which} of ${verdict}. */
const char *fleet_text(const struct fleet *fleet, const struct fleet_verdict *verdict,
                       enum fleet_text which);

/* Stores the number of ${text}. */
enum weft_status fleet_intern(struct fleet *fleet, const char *text, unsigned *number,
                              struct weft_error *error);

/* Adds ${verdict}, whose texts but FLEET_WHY are numbers already. Sets its machine. */
enum weft_status fleet_add(struct fleet *fleet, struct fleet_verdict *verdict, const char *why,
                           struct weft_error *error);

/* Makes room for one more element in ${array} with ${count} of them. Returns false without
 * memory. */
bool fleet_grow(void **array, size_t count, size_t *capacity, size_t size);

/* Makes an empty fleet; and frees what it has, also after a failure. */
enum weft_status fleet_init(struct fleet *fleet, struct weft_error *error);
void fleet_finish(struct fleet *fleet);

/* ---- read.c ---- */

/* Adds the verdicts of the file ${path}, which must live as long as the fleet. On failure, those
 * that could be read have been added. */
enum weft_status fleet_read(struct fleet *fleet, const char *path, struct weft_error *error);

/* ---- groups.c: which verdicts do not count, and which differ from the others. ---- */

/* Sorts the verdicts, and sets equal, differs and FLEET_WHY of each by those of the others.
 * Verdicts on the CPU backend count only if there are no others: its machine may have lost its
 * device. */
enum weft_status fleet_judge(struct fleet *fleet, struct weft_error *error);

/* Returns whether two verdicts are in one group. */
bool fleet_same_group(const struct fleet_verdict *a, const struct fleet_verdict *b);

#endif
