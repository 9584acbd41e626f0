/* terms.c: the program's words for what the library's messages name. */
#include "cli/terms.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *library, *program;
} rows[] = {
    {"WEFT_MAPPING_CPU", "--mapping cpu"},
    {"WEFT_MATH_FAST", "--math fast"},
    {"WEFT_STEP_KERNEL_ALWAYS", "--step-kernel always"},
    {"a smaller batch ", "a smaller --batch "},
    {"needs less: batch ", "needs less: --batch "},
    {"no batch fits", "no --batch fits"},
    {"a smaller learning rate may help", "a smaller --lr may help"},
    {"fewer threads need less", "--threads N uses fewer"},
    {"cl_options: longer than ", "--cl-options: longer than "},
    {"no_fuse keeps it", "--no-fuse keeps it"},
    {"the folder kernels must ", "the folder of --kernels (WEFT_KERNELS) must "},
    {"the device \"cpu\"", "--device cpu"},
    {"weft_devices_list lists them", "weft devices lists them"},
    {"weft_model_load takes the network of the file", "omit --network"},
    {"weft_model_load_as takes another", "--network FILE names another"},
    {"weft_checkpoint_load reads a checkpoint", "weft train --resume continues from a checkpoint"},
    {"weft_network_check_images: ", ""},
    {"inject_tensor is ", "--inject "},
    {"inject_tensor: ", "--inject: "},
    {"inject_step: ", "--inject: "},
    {"bundle: a bit that inject_tensor flips ", "--bundle: a bit that --inject flips "},
    {"bundle: the folder ", "--bundle: the folder "},
    {"bundle: cannot ", "--bundle: cannot "},
    {"has another name now, continue there", "has another name now, continue there with --resume"},
    {"test_fraction: ", "--test-fraction: "},
    {"with test_fraction", "with --test-fraction"},
    {"in a list for weft_network_create", "in a list for --network FILE"},
};

const char *cli_terms(const char *text, char *named, size_t size) {
    size_t length = 0;
    while (*text != '\0' && length + 1 < size) {
        size_t row = 0, skipped;
        while (row < sizeof rows / sizeof rows[0] &&
               strncmp(text, rows[row].library, strlen(rows[row].library)) != 0) {
            row++;
        }
        if (row == sizeof rows / sizeof rows[0]) {
            named[length++] = *text++;
            continue;
        }
        skipped = strlen(rows[row].library);
        snprintf(named + length, size - length, "%s", rows[row].program);
        length += strlen(named + length);
        text += skipped;
    }
    named[length] = '\0';
    return named;
}
