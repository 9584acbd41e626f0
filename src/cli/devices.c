/* devices.c: weft devices: the devices that weft can compute on. */
#include <stdio.h>
#include <string.h>

#include "base/try.h"
#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/json.h"
#include "cli/messages.h"
#include "cli/options.h"
#include "cli/text_wrap.h"
#include "report/screen.h"
#include "weft/device.h"

struct options {
    struct cli_options common;
    bool clear_cache;
};
#define OPTIONS struct options

static const struct cli_option rows[] = {
    OPTION_FLAG("clear-cache", clear_cache, "first remove the compiled OpenCL programs"),
    {.name = NULL},
};

/* "14.9 GiB", or "-" for 0: unknown. */
static char *memory_text(uint64_t bytes, char text[32]) {
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    double value = (double)bytes;
    size_t unit = 0;
    while (value >= 1024.0 && unit < 4) {
        value /= 1024.0;
        unit++;
    }
    if (bytes == 0) {
        snprintf(text, 32, "-");
    } else {
        snprintf(text, 32, value < 100.0 && unit > 0 ? "%.1f %s" : "%.0f %s", value, units[unit]);
    }
    return text;
}

static const char *or_dash(const char *text) {
    return text[0] != '\0' ? text : "-";
}

/* "0", or "-" for the CPU backend. */
static const char *index_text(const struct weft_device *device, char text[16]) {
    snprintf(text, 16, "%u", device->index);
    return device->builtin ? "-" : text;
}

/* Columns: where names begin in the table, and the texts below a row; NARROW: of a narrow
 * terminal. */
enum { NAME = 70, TEXT = 16, NARROW = 60, NARROW_TEXT = 8 };

static void print_detail(const char *name, const char *text) {
    if (text[0] != '\0') {
        cli_text_line(cli_text_columns() < NARROW ? NARROW_TEXT : TEXT, "      %-9s %s", name,
                      text);
    }
}

static void print_head(void) {
    screen_print("  %-5s %-5s %-11s %5s  %9s  %9s  %-6s  %-3s  %s\n", "index", "P:D", "type",
                 "units", "memory", "local", "OpenCL", "C", "name");
}

static void print_row(const struct weft_device *device, const char *address) {
    char index[16], memory[32], local[32];
    screen_print("%c %-5s %-5s %-11s %5u  %9s  %9s  %-6s  %-3s  %s\n",
                 device->is_default ? '*' : ' ', index_text(device, index), address,
                 device->builtin ? "builtin" : device->type, device->compute_units,
                 memory_text(device->global_memory, memory),
                 memory_text(device->local_memory, local), or_dash(device->opencl),
                 or_dash(device->opencl_c), device->name);
}

/* Prints the same for a narrow terminal: each column gets a line. */
static void print_block(const struct weft_device *device, const char *address) {
    char text[160], memory[32], local[32];
    cli_text_line(4, "%c %s %s", device->is_default ? '*' : ' ', index_text(device, text),
                  device->name);
    print_detail("P:D", address);
    print_detail("type", device->builtin ? "builtin" : device->type);
    snprintf(text, sizeof text, "%u", device->compute_units);
    print_detail("units", text);
    snprintf(text, sizeof text, "%s, local %s", memory_text(device->global_memory, memory),
             memory_text(device->local_memory, local));
    print_detail("memory", text);
    snprintf(text, sizeof text, "%s, C %s", device->opencl, or_dash(device->opencl_c));
    print_detail("OpenCL", device->opencl[0] != '\0' ? text : "");
}

/* "order     2: an integrated GPU" */
static void print_reason(const struct weft_device *device) {
    char text[512];
    snprintf(text, sizeof text, "%u: %s", device->order, device->reason);
    print_detail(device->is_default ? "default"
                 : device->usable   ? "order"
                                    : "unusable",
                 device->usable ? text : device->reason);
}

static void print_device(const struct weft_device *device, bool table) {
    char address[32] = "-";
    if (!device->builtin) {
        snprintf(address, sizeof address, "%u:%u", device->platform, device->in_platform);
    }
    if (table) {
        print_row(device, address);
    } else {
        print_block(device, address);
    }
    print_detail("platform", device->platform_name);
    print_detail("driver", device->driver);
    print_detail("float", device->fp_config);
    print_detail("pci", device->pci);
    print_detail("uuid", device->uuid);
    print_reason(device);
    print_detail("hint", device->hint);
}

/* Returns whether the rows of all devices fit the terminal. */
static bool rows_fit(const struct weft_devices *devices) {
    size_t longest = 4;
    for (size_t i = 0; i < weft_devices_count(devices); i++) {
        size_t length = strlen(weft_devices_get(devices, i)->name);
        longest = length > longest ? length : longest;
    }
    return (int)longest <= cli_text_columns() - NAME;
}

static enum weft_status print(const struct cli_options *options, const struct weft_device *device,
                              bool table, struct weft_error *error) {
    struct json_writer json;
    if (!cli_event_begin(&json, options->json, "device")) {
        print_device(device, table);
        return WEFT_OK;
    }
    cli_json_device(&json, NULL, device);
    return cli_event_end(&json, error);
}

/* Prints why OpenCL has no device, and what helps. */
static void print_note(const struct weft_devices *devices) {
    const char *note = weft_devices_note(devices), *hint = weft_devices_note_hint(devices);
    if (note[0] != '\0') {
        cli_message_always("%s", note);
    }
    if (hint[0] != '\0') {
        screen_print_lines(stderr, "", hint);
    }
}

static enum weft_status run(const void *given, struct weft_error *error) {
    const struct options *options = given;
    struct weft_devices *devices;
    size_t removed;
    bool table;
    enum weft_status status = WEFT_OK;
    if (options->clear_cache) {
        TRY(weft_cache_clear(&removed, error));
        cli_message_notice(&options->common, "cache: %zu programs removed", removed);
    }
    cli_explain_end(true);
    TRY(weft_devices_list(&devices, error));
    print_note(devices);
    table = rows_fit(devices);
    if (!options->common.json && table) {
        print_head();
    }
    for (size_t i = 0; i < weft_devices_count(devices); i++) {
        TRY_OR(done, print(&options->common, weft_devices_get(devices, i), table, error));
    }
done:
    weft_devices_destroy(devices);
    return status;
}

const struct cli_command cli_command_devices = {
    .name = "devices",
    .summary = "lists all devices, and which one is the default and why",
    .run = run,
    .options_size = sizeof(struct options),
    .options = rows,
    .examples = "weft devices --json\n"
                "weft devices --clear-cache\n",
};
