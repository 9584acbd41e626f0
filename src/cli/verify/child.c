/* child.c: a device that hangs or crashes takes only its own process with it. */
#include "cli/verify/verify.h"

#include <stdlib.h>
#include <string.h>

#include "cli/messages.h"
#include "cli/progress.h"
#include "cli/values.h"
#include "os/files.h"
#include "os/folders.h"
#include "os/host.h"
#include "os/interrupt.h"
#include "os/process.h"

#define TIMEOUT_ALL 900 /* seconds a device, unless told */
#define NO_LIMIT    1e9
#define WORDS_MAX   72 /* an option of the command each, and what a child gets */

/* The command line of a child. */
struct words {
    char *words[WORDS_MAX];
    size_t count;
    bool failed;
};

static void add(struct words *words, const char *format, const char *name, const char *value) {
    size_t size = strlen(format) + strlen(name) + strlen(value) + 1;
    char *word = malloc(size);
    if (word == NULL || words->count + 1 >= WORDS_MAX) {
        words->failed = true;
        free(word);
        return;
    }
    snprintf(word, size, format, name, value);
    words->words[words->count++] = word;
}

/* The option as it was given: its value stands in ${options}. */
static void add_option(struct words *words, const struct cli_verify_options *options,
                       const struct cli_option *option) {
    char number[64];
    const char *value = cli_option_text(option, &options->common, number);
    if (value == NULL) {
        add(words, "--%s%s", option->name, "");
    } else {
        add(words, "--%s=%s", option->name, value);
    }
}

static void make_words(const struct cli_verify_options *options, const struct weft_device *device,
                       struct words *words) {
    static const char *const own[] = {"all", "timeout", "device"};
    const struct cli_option *row;
    char index[16];
    add(words, "%s%s", "weft", "");
    add(words, "%s%s", "verify", "");
    if (device != NULL) {
        snprintf(index, sizeof index, "%u", device->index);
        add(words, "--%s=%s", "device", device->builtin ? "cpu" : index);
    }
    for (size_t i = 0; (row = cli_options_row(options->common.command, i)) != NULL; i++) {
        bool given = (options->common.given >> i & 1) != 0;
        bool is_own = strcmp(row->name, own[0]) == 0 || strcmp(row->name, own[1]) == 0;
        if (given && !is_own && (device == NULL || strcmp(row->name, own[2]) != 0)) {
            add_option(words, options, row);
        }
    }
}

/* A run of weft verify in a child. */
struct run {
    struct words words;
    struct os_child child;
    bool ended;      /* by somebody who called exit in it, a driver */
    double limit;    /* seconds */
    char doing[500]; /* what it was at when it ended, or empty */
};

/* Stores what the note says, without the spaces at its end. */
static void read_note(const char *path, char doing[500]) {
    struct weft_error ignored = {0};
    char *text = NULL;
    size_t size = 0;
    doing[0] = '\0';
    if (os_file_read(path, 4096, &text, &size, &ignored) == WEFT_OK) {
        while (size > 0 && (text[size - 1] == ' ' || text[size - 1] == '\n')) {
            size--;
        }
        snprintf(doing, 500, "%.*s", (int)size, text);
    }
    free(text);
}

/* ${launches}: it tells of each kernel, waits for each, and prints nothing. */
static enum weft_status run_words(struct run *run, bool launches, struct weft_error *error) {
    struct weft_error ignored = {0};
    char folder[1024], note[1040] = "";
    bool made = os_make_temporary(folder, &ignored) == WEFT_OK, noted;
    enum weft_status status;
    if (made) {
        snprintf(note, sizeof note, "%s/note", folder);
    }
    noted = made && cli_child_status_make(note);
    os_tell_children(WEFT_VERIFY_NOTE, noted ? note : CLI_VERIFY_STATUS_NONE);
    os_tell_children(CLI_VERIFY_LAUNCHES, launches ? "yes" : NULL);
    status = os_run_self(run->words.words, run->limit, &run->child, error);
    os_tell_children(WEFT_VERIFY_NOTE, NULL);
    os_tell_children(CLI_VERIFY_LAUNCHES, NULL);
    read_note(note, run->doing);
    run->ended = noted && status == WEFT_OK && !launches && !run->child.timed_out &&
                 run->child.signal == 0 && strcmp(run->doing, CLI_VERIFY_END) != 0;
    if (made) {
        os_remove_temporary(folder);
    }
    return status;
}

/* After a crash, which may show long behind its cause, and in another thread: again, with a wait
 * for each kernel. */
static void look_again(struct run *run, char *why, size_t room) {
    struct weft_error ignored = {0};
    size_t at = strlen(why);
    const char *what = run->ended ? "the driver ended it, in " : "";
    if (run_words(run, true, &ignored) != WEFT_OK) {
        return;
    }
    if (run->child.timed_out) {
        what = "it did not end, in ";
    } else if (run->child.crashed) {
        what = "it crashed, in ";
    } else if (run->child.code == 0 && strcmp(run->doing, CLI_VERIFY_END) == 0) {
        what = "equal, so it comes now and then, or kernels overlap";
        run->doing[0] = '\0';
    }
    snprintf(why + at, room - at, ". Again, with a wait for each kernel: %s%s", what, run->doing);
}

/* Why there is no verdict; empty where there is one. */
static void explain(struct run *run, char why[1400]) {
    int at = 0;
    why[0] = '\0';
    if (run->child.timed_out) {
        at = snprintf(why, 1400, "it did not end in %.0f s and was stopped", run->limit);
    } else if (run->child.signal != 0) {
        at = snprintf(why, 1400, "the process %s (signal %d)",
                      run->child.crashed ? "crashed" : "was ended", run->child.signal);
    } else if (run->ended || (run->child.code > 6 && run->child.code != WEFT_INTERRUPTED)) {
        at = snprintf(why, 1400, "the driver ended the process (exit code %d)", run->child.code);
    }
    if (at > 0) {
        snprintf(why + at, 1400 - (size_t)at, ", %s%s", run->doing[0] != '\0' ? "in " : "",
                 run->doing[0] != '\0' ? run->doing : "before it had a device");
    }
}

static void wipe_progress(const struct cli_verify_options *options) {
    struct cli_progress progress;
    cli_progress_start(&progress, &options->common);
    progress.drawn = progress.shown; /* by the child, which could not wipe it */
    cli_progress_wipe(&progress);
}

/* It did not get as far as a device: this process does not ask the drivers for one then. */
static enum weft_status no_device(const struct cli_verify_options *options, const char *why,
                                  struct weft_error *error) {
    wipe_progress(options);
    weft_fail(error, WEFT_NO_VERDICT, "verify: no verdict: %s", why);
    return weft_error_hint(error, "a driver may do so when it is asked for its devices: "
                                  "OCL_ICD_VENDORS=FILE.icd takes one alone");
}

/* The device that there is no verdict for: ${device}, or the one that the options name. */
static enum weft_status no_verdict(const struct cli_verify_options *options,
                                   const struct weft_device *device, const char *why,
                                   double seconds, struct weft_error *error) {
    struct weft_device chosen;
    char notice[512];
    enum weft_status status = WEFT_OK;
    if (device == NULL) {
        status = weft_device_choose(options->common.device, &chosen, notice, error);
        device = &chosen;
    }
    if (status != WEFT_OK) {
        return status;
    }
    wipe_progress(options);
    cli_verify_print_none(options, device, why, NULL, seconds);
    if (options->all) { /* one of several */
        cli_message_always("%s: no verdict: %s", device->name, why);
        return WEFT_NO_VERDICT;
    }
    return weft_fail(error, WEFT_NO_VERDICT, "%s: no verdict: %s", device->name, why);
}

static double limit_of(const struct cli_verify_options *options) {
    return options->timeout > 0 ? (double)options->timeout
           : options->all       ? (double)(TIMEOUT_ALL + options->soak)
                                : NO_LIMIT;
}

enum weft_status cli_verify_ask(const struct cli_verify_options *options,
                                struct weft_error *error) {
    struct run run = {.words = {.words = {"weft", "verify", "--all"}, .count = 3},
                      .limit = limit_of(options)};
    char why[1400];
    enum weft_status status;
    os_catch_interrupts();
    status = run_words(&run, false, error);
    if (status != WEFT_OK) {
        return status;
    }
    explain(&run, why);
    return why[0] == '\0'     ? WEFT_OK
           : os_interrupted() ? weft_fail(error, WEFT_INTERRUPTED, "verify: interrupted")
                              : no_device(options, why, error);
}

enum weft_status cli_verify_child(const struct cli_verify_options *options,
                                  const struct weft_device *device, struct weft_error *error) {
    double start = os_seconds();
    struct run run = {.limit = limit_of(options)};
    char why[1400] = "";
    bool early; /* it did not say what it was at */
    enum weft_status status;
    os_catch_interrupts();
    make_words(options, device, &run.words);
    status = run.words.failed
                 ? weft_fail(error, WEFT_FAILED, "verify: no memory for a command line")
                 : run_words(&run, false, error);
    if (status == WEFT_OK) {
        status = (enum weft_status)run.child.code;
        explain(&run, why);
    }
    early = device == NULL && run.doing[0] == '\0';
    run.limit = options->timeout > 0 ? run.limit - (os_seconds() - start) : TIMEOUT_ALL;
    if ((run.child.crashed || run.ended) && !early && run.limit > 0 && !os_interrupted()) {
        look_again(&run, why, sizeof why); /* in what is left of --timeout */
    }
    for (size_t i = 0; i < run.words.count; i++) {
        free(run.words.words[i]);
    }
    if (why[0] == '\0') {
        return status;
    }
    if (os_interrupted()) {
        return weft_fail(error, WEFT_INTERRUPTED, "verify: interrupted, and %s", why);
    }
    return early ? no_device(options, why, error)
                 : no_verdict(options, device, why, os_seconds() - start, error);
}
