/* numbers.c: numbers as text, and texts as numbers of options. */
#include "fuzz.h"

#include <math.h>

#include "base/numbers.h"
#include "cli/parser.h"

static void print_numbers(float single, double wide) {
    char text[32];
    if (isfinite(single)) {
        float back = strtof(number_float(single, text), NULL);
        REQUIRE(memcmp(&back, &single, sizeof back) == 0);
        back = strtof(number_python(single, text), NULL);
        REQUIRE(memcmp(&back, &single, sizeof back) == 0);
    }
    if (isfinite(wide)) {
        double back = strtod(number_double(wide, text), NULL);
        REQUIRE(memcmp(&back, &wide, sizeof back) == 0);
    }
}

static void read_options(const char *text) {
    const struct cli_command *command = cli_command_find("train");
    struct cli_options *options = allocate(command->options_size);
    const struct cli_option *row;
    uint64_t value;
    struct weft_error error = {0};
    memset(options, 0, command->options_size);
    if (cli_option_count(text, 1, 1000, "x", &value, &error) == WEFT_OK) {
        REQUIRE(value >= 1 && value <= 1000);
    }
    for (size_t i = 0; (row = cli_options_row(command, i)) != NULL; i++) {
        char number[64];
        const char *shown;
        struct weft_error failure = {0};
        enum weft_status status = cli_option_set(row, text, row->name, options, &failure);
        if (status != WEFT_OK) {
            require_failure(status, &failure);
        } else if (row->type != CLI_OPTION_FLAG && row->type != CLI_OPTION_TEXT) {
            /* What is shown of a value is that value. */
            shown = cli_option_text(row, options, number);
            REQUIRE(shown != NULL);
            REQUIRE(cli_option_set(row, shown, row->name, options, &failure) == WEFT_OK);
        }
    }
    free(options);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    struct input rest = {bytes, size};
    char *text;
    float single = 0;
    double wide = 0;
    if (size >= sizeof wide) {
        memcpy(&single, bytes, sizeof single);
        memcpy(&wide, bytes, sizeof wide);
    }
    print_numbers(single, wide);
    text = copy_text(rest);
    read_options(text);
    free(text);
    return 0;
}
