/* child.c: verification in processes of their own: a device that hangs or crashes does not end the
 * program. */
#include "cli/verify/verify.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/try.h"
#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/messages.h"
#include "cli/parser.h"
#include "cli/progress.h"
#include "cli/setup.h"
#include "os/host.h"
#include "os/process.h"
#include "report/screen.h"

#define TIMEOUT_ALL 900 /* seconds a device with --all, without --timeout */
#define NO_LIMIT    1e9
#define WORDS_MAX   72 /* of a command line: all options, weft verify, the device, and the end */
#define WHY_MAX     1400

/* A run of weft verify in a child process. */
struct run {
    char *words[WORDS_MAX]; /* the command line; from the third on they are in memory */
    size_t count;
    struct os_child child;
    bool exited;                       /* a driver called exit in it */
    double limit;                      /* seconds */
    char doing[500];                   /* what it did when it ended, or empty */
    char identity[CLI_CHILD_IDENTITY]; /* of the device that it must find; empty: any */
};

static void add_option(struct run *run, const char *name, const char *value) {
    struct text word = {0};
    text_add(&word, "--%s", name);
    if (value != NULL) {
        text_add(&word, "=%s", value);
    }
    run->words[run->count++] = text_take(&word);
}

/* Composes the command line: the options that were given, for ${device} if it is not NULL. Fails
 * with WEFT_NO_VERDICT without memory. */
static enum weft_status compose(struct run *run, const struct cli_verify_options *options,
                                const struct device_info *device, struct weft_error *error) {
    const struct cli_options *common = &options->common;
    const struct cli_option *row;
    char text[64];
    *run = (struct run){.words = {"weft", "verify"}, .count = 2};
    if (device != NULL) {
        snprintf(text, sizeof text, "%u", device->index);
        add_option(run, "device", text);
        cli_child_identity(device, run->identity);
    }
    for (size_t i = 0; (row = cli_options_row(common->command, i)) != NULL; i++) {
        bool own = strcmp(row->name, "all") == 0 || strcmp(row->name, "timeout") == 0 ||
                   (device != NULL && strcmp(row->name, "device") == 0);
        if ((common->given >> i & 1) != 0 && !own) {
            add_option(run, row->name, cli_option_text(row, common, text));
        }
    }
    for (size_t i = 0; i < run->count; i++) {
        if (run->words[i] == NULL) {
            return error_set(error, WEFT_NO_VERDICT, "verify: no memory for a command line");
        }
    }
    return WEFT_OK;
}

/* Runs the command line. With ${launches} the child reports each kernel, waits for each, and prints
 * nothing. */
static enum weft_status start(struct run *run, bool launches, struct weft_error *error) {
    struct cli_child_file file;
    enum weft_status status, end = WEFT_OK;
    bool reported;
    cli_child_file_make(&file);
    reported = file.stream != NULL;
    os_tell_children(CLI_CHILD_FILE, file.path);
    os_tell_children(CLI_CHILD_LAUNCHES, launches ? "yes" : NULL);
    os_tell_children(CLI_CHILD_DEVICE, run->identity[0] != '\0' ? run->identity : NULL);
    screen_flush(); /* os_run_self does not keep the reason of a failure */
    status = os_run_self(run->words, run->limit, &run->child, error);
    if (status != WEFT_OK) { /* "failed" would mean that the device is different */
        status = error->status = WEFT_NO_VERDICT;
    }
    os_tell_children(CLI_CHILD_FILE, NULL);
    os_tell_children(CLI_CHILD_LAUNCHES, NULL);
    os_tell_children(CLI_CHILD_DEVICE, NULL);
    cli_child_file_take(&file, run->doing);
    run->exited = reported && status == WEFT_OK && !launches && !run->child.timed_out &&
                  run->child.signal == 0 &&
                  !(cli_exit_status(run->child.code, &end) && cli_child_has_ended(run->doing, end));
    return status;
}

/* After a crash, which may be long after its cause and in another thread: runs the child again with
 * a wait for each kernel, and adds the result to ${why}. */
static void locate_crash(struct run *run, char why[WHY_MAX]) {
    struct weft_error ignored = {0};
    size_t length = strlen(why);
    const char *what = run->exited ? "the driver ended it, in " : "";
    if (start(run, true, &ignored) != WEFT_OK) {
        return;
    }
    if (run->child.timed_out) {
        what = "it did not end, in ";
    } else if (run->child.crashed) {
        what = "it crashed, in ";
    } else if (run->child.code == 0 && cli_child_has_ended(run->doing, WEFT_OK)) {
        what = "equal, so the crash is intermittent, or kernels overlap";
        run->doing[0] = '\0';
    }
    snprintf(why + length, WHY_MAX - length, ". Again, with a wait for each kernel: %s%s", what,
             run->doing);
}

/* Stores why there is no verdict in ${why}; empty if there is one. */
static void explain(const struct run *run, char why[WHY_MAX]) {
    int length = 0;
    why[0] = '\0';
    if (run->child.timed_out) {
        length = snprintf(why, WHY_MAX, "it did not end in %.0f s and was stopped", run->limit);
    } else if (run->child.signal != 0) {
        length = snprintf(why, WHY_MAX, "the process %s (signal %d)",
                          run->child.crashed ? "crashed" : "was ended", run->child.signal);
    } else if (run->exited || !cli_exit_status(run->child.code, &(enum weft_status){0})) {
        length =
            snprintf(why, WHY_MAX, "the driver ended the process (exit code %d)", run->child.code);
    }
    if (length > 0) {
        snprintf(why + length, WHY_MAX - (size_t)length, ", %s%s",
                 run->doing[0] != '\0' ? "in " : "",
                 run->doing[0] != '\0' ? run->doing : "before it had a device");
    }
}

static void wipe_progress(const struct cli_verify_options *options) {
    struct cli_progress progress;
    cli_progress_start(&progress, &options->common);
    progress.drawn = progress.shown; /* by the child, which could not wipe it */
    cli_progress_wipe(&progress);
}

/* The child ended before it had a device, so this process does not query the drivers for one. */
static enum weft_status no_device(const struct cli_verify_options *options, const char *why,
                                  struct weft_error *error) {
    wipe_progress(options);
    error_set(error, WEFT_NO_VERDICT, "verify: no verdict: %s", why);
    return error_hint(error, "the query of its devices may make a driver do so: "
                             "OCL_ICD_VENDORS=FILE.icd uses only one driver");
}

/* Prints that there is no verdict on ${device}, or on the one that the options name. */
static enum weft_status no_verdict(const struct cli_verify_options *options,
                                   const struct device_info *device, const char *why,
                                   double seconds, struct weft_error *error) {
    struct device_info chosen;
    const char *selector = options->common.device;
    if (device == NULL) {
        cli_explain_end(true);
        struct weft_error failure = {0};
        enum weft_status status = verify_choose(selector, &chosen, NULL, &failure);
        if (status == WEFT_BAD_DEVICE && strcmp(selector, "auto") == 0) {
            return no_device(options, why, error); /* what the child had is gone */
        }
        if (status != WEFT_OK) {
            *error = failure;
            return status;
        }
        device = &chosen;
    }
    wipe_progress(options);
    cli_verify_print_verdict(options, device, why, NULL, seconds);
    if (options->all) { /* one of several */
        cli_message_always("%s: no verdict: %s", device->name, why);
        return WEFT_NO_VERDICT;
    }
    return error_set(error, WEFT_NO_VERDICT, "%s: no verdict: %s", device->name, why);
}

static double limit_of(const struct cli_verify_options *options) {
    return options->timeout > 0 ? (double)options->timeout
           : options->all       ? (double)(TIMEOUT_ALL + options->soak)
                                : NO_LIMIT;
}

/* Lets a child process query the drivers for their devices. Fails with WEFT_NO_VERDICT if that
 * crashed or did not end: in that case, do not query the drivers in this process. */
static enum weft_status query(const struct cli_verify_options *options, struct weft_error *error) {
    struct run run = {.words = {"weft", "verify", "--all"}, .count = 3, .limit = limit_of(options)};
    char why[WHY_MAX];
    os_catch_interrupts();
    TRY(start(&run, false, error));
    explain(&run, why);
    return why[0] == '\0'     ? WEFT_OK
           : os_interrupted() ? error_set(error, WEFT_INTERRUPTED, "verify: interrupted")
                              : no_device(options, why, error);
}

enum weft_status cli_verify_child(const struct cli_verify_options *options,
                                  const struct device_info *device, struct weft_error *error) {
    double begin = os_seconds();
    struct run run;
    char why[WHY_MAX];
    bool early; /* it did not report what it did */
    enum weft_status status;
    os_catch_interrupts();
    TRY_OR(done, compose(&run, options, device, error));
    run.limit = limit_of(options);
    TRY_OR(done, start(&run, false, error));
    cli_exit_status(run.child.code, &status); /* of another code, why is not empty */
    explain(&run, why);
    early = device == NULL && run.doing[0] == '\0';

    /* A crash is located in what is left of --timeout. */
    run.limit = options->timeout > 0 ? run.limit - (os_seconds() - begin) : TIMEOUT_ALL;
    if ((run.child.crashed || run.exited) && !early && run.limit > 0 && !os_interrupted()) {
        locate_crash(&run, why);
    }
    if (why[0] != '\0' && os_interrupted()) {
        status = error_set(error, WEFT_INTERRUPTED, "verify: interrupted, and %s", why);
    } else if (why[0] != '\0') {
        status = early ? no_device(options, why, error)
                       : no_verdict(options, device, why, os_seconds() - begin, error);
    }
done:
    for (size_t i = 2; i < run.count; i++) {
        free(run.words[i]);
    }
    return status;
}

/* ---- all devices ---- */

/* Returns which of two results of different devices decides the exit code. */
static enum weft_status worse(enum weft_status a, enum weft_status b) {
    static const enum weft_status order[] = {WEFT_INTERRUPTED, WEFT_FAILED, WEFT_UNSTABLE,
                                             WEFT_NO_VERDICT};
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        if (a == order[i] || b == order[i]) {
            return order[i];
        }
    }
    return a != WEFT_OK ? a : b;
}

static enum weft_status conclude(enum weft_status worst, size_t bad, size_t count,
                                 struct weft_error *error) {
    static const char *const words[] = {[WEFT_FAILED] = "different",
                                        [WEFT_BAD_DEVICE] = "not opened",
                                        [WEFT_NO_VERDICT] = "without a verdict",
                                        [WEFT_UNSTABLE] = "unstable"};
    const size_t known = sizeof words / sizeof words[0];
    if (worst == WEFT_OK) {
        return WEFT_OK;
    }
    return error_set(error, worst, "verify: %zu of %zu device%s not equal: the worst is %s", bad,
                     count, count == 1 ? "" : "s",
                     (size_t)worst < known && words[worst] != NULL ? words[worst] : "a failure");
}

static enum weft_status verify_one(const struct cli_verify_options *options,
                                   const struct device_info *device, struct weft_error *error) {
    if (device->usable) {
        return cli_verify_child(options, device, error);
    }
    cli_verify_print_verdict(options, device, device->reason, NULL, 0);
    return WEFT_NO_VERDICT;
}

/* Lists the devices in ${devices}, and the CPU backend last. Fails if no other one is usable. */
static enum weft_status list(struct device_info **devices, size_t *count,
                             struct weft_error *error) {
    struct weft_error note;
    size_t usable = 0;
    cli_explain_end(true);
    TRY(devices_list(devices, count, &note, error));
    for (size_t i = 0; i < *count; i++) {
        const struct device_info *device = &(*devices)[i];
        usable += device->usable && !device->builtin;
        if (!device->usable) {
            cli_message_always("%s (%s) is not usable: %s", device->name, device->platform_name,
                               device->reason);
        }
    }
    if (usable > 0) {
        if (note.status != WEFT_OK) {
            cli_message_always("%s", note.message);
        }
        return WEFT_OK;
    }
    free(*devices);
    error_set(error, WEFT_BAD_DEVICE, "verify: there is nothing to verify: %.3000s",
              note.message[0] != '\0' ? note.message : "no OpenCL device is usable");
    error_hint(error, "%s", note.hint);
    return WEFT_BAD_DEVICE;
}

enum weft_status cli_verify_children(const struct cli_verify_options *options,
                                     struct weft_error *error) {
    struct device_info *devices = NULL;
    enum weft_status worst = WEFT_OK;
    size_t count = 0, bad = 0, tried = 0;
    TRY(query(options, error));
    TRY(list(&devices, &count, error));
    for (size_t i = 0; i + 1 < count && !os_interrupted(); i++) { /* without the CPU backend */
        enum weft_status status;
        if (!options->common.json) {
            screen_print(i > 0 ? "\n%s (%s)\n" : "%s (%s)\n", devices[i].name,
                         devices[i].platform_name);
        }
        status = verify_one(options, &devices[i], error);
        tried++;
        bad += status != WEFT_OK;
        worst = worse(worst, status);
    }
    free(devices);
    if (os_interrupted()) {
        return error_set(error, WEFT_INTERRUPTED, "verify: interrupted");
    }
    return error->status == WEFT_OK ? conclude(worst, bad, tried, error) : worst;
}
