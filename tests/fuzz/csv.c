/* csv.c: tables: steps.csv, which is written back too, and columns by name. */
#include "fuzz.h"

#include "report/csv.h"

static void read_columns(const char *path) {
    static const char *const names[] = {"epoch", "validation_accuracy", "validation_loss"};
    struct weft_error error = {0};
    double *values = NULL;
    size_t rows = 0;
    enum weft_status status = csv_read_columns(path, names, 3, &values, &rows, &error);
    if (status == WEFT_OK) {
        for (size_t i = 0; i < 3 * rows; i++) {
            fprintf(discard(), "%g", values[i]);
        }
        free(values);
    } else {
        require_failure(status, &error);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    const char *path = write_file("table.csv", (struct input){bytes, size});
    struct weft_error error = {0};
    struct report_step *steps = NULL;
    size_t count = 0;
    enum weft_status status = csv_read_steps(path, &steps, &count, &error);
    if (status == WEFT_OK) {
        struct text text = {0};
        csv_add_steps(&text, steps, 0, count);
        free(text_take(&text));
        free(steps);
    } else {
        require_failure(status, &error);
    }
    read_columns(path);
    return 0;
}
