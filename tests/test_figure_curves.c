/* test_figure_curves.c: curves as a figure, ticks of an axis, and the files of the curves. */
#include "temporary.h"

#include "report_text.h"

#include <math.h>

#include "os/files.h"
#include "report/figures.h"

/* Distances of ticks are 1, 2 or 5 times a power of 10, and there are at most the requested number
 * of ticks, but not far fewer. */
START_TEST(ticks) {
    static const struct {
        double most, count, step;
    } cases[] = {{1, 5, 0.2},    {1, 10, 0.1},       {5, 6, 1},       {200, 8, 50},  {2.3, 6, 0.5},
                 {1000, 6, 200}, {0.002, 6, 0.0005}, {6000, 6, 1000}, {1e6, 6, 2e5}, {0, 6, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        double step = canvas_tick(cases[i].most, cases[i].count);
        ck_assert_msg(fabs(step - cases[i].step) <= 1e-9 * cases[i].step, "%g in %g: %g",
                      cases[i].most, cases[i].count, step);
    }
    ck_assert(isfinite(canvas_tick(INFINITY, 6)) && isfinite(canvas_tick(NAN, 6)));
}
END_TEST

/* Draws ${epochs} of 10 steps as SVG. Returns the text, which the caller frees. */
static char *draw(size_t epochs, bool validated) {
    struct report_epoch *history = calloc(epochs, sizeof *history);
    struct report_step *steps = calloc(10 * epochs, sizeof *steps);
    struct curves curves = {history, epochs, steps, 10 * epochs};
    struct weft_error error = {0};
    struct canvas canvas;
    const char *path = temporary_path("curves.svg");
    char *text;
    size_t size;
    ck_assert(history != NULL && steps != NULL);
    for (size_t i = 0; i < epochs; i++) {
        double share = 1.0 / (double)(i + 1);
        history[i] = (struct report_epoch){i + 1, 1 - share / 2, 20 * share, 2 * share,
                                           1,     validated,     1 - share,  share};
        for (size_t k = 0; k < 10; k++) {
            steps[10 * i + k] = (struct report_step){(uint32_t)i + 1, 100, 50, (float)share};
        }
    }
    ck_assert_int_eq(canvas_open(&canvas, path, THEME_LIGHT, &error), WEFT_OK);
    figure_curves(&canvas, &curves);
    ck_assert_int_eq(canvas_commit(&canvas, &error), WEFT_OK);
    ck_assert_int_eq(os_file_read(path, 1u << 22, &text, &size, &error), WEFT_OK);
    free(history);
    free(steps);
    return text;
}

START_TEST(figure) {
    static const size_t epochs[] = {1, 2, 5, 200};
    for (size_t i = 0; i < 4; i++) {
        char *text = draw(epochs[i], i % 2 == 0);
        char last[32];
        snprintf(last, sizeof last, ">%zu</text>", epochs[i]);
        ck_assert_ptr_nonnull(strstr(text, ">accuracy</text>"));
        ck_assert_ptr_nonnull(strstr(text, ">loss (mean cross entropy)</text>"));
        ck_assert_uint_ge(count_of(text, last), 2);
        ck_assert_int_eq(strstr(text, "held-out images") != NULL, i % 2 == 0);
        /* a dot for each epoch in each panel, twice with held-out images, none for very many */
        ck_assert_uint_eq(count_of(text, "<circle"),
                          epochs[i] > 60 ? 0 : epochs[i] * (i % 2 == 0 ? 4 : 2));
        ck_assert_ptr_null(strstr(text, "nan"));
        ck_assert_ptr_null(strstr(text, "inf"));
        ck_assert_uint_lt(strlen(text), 200000);
        free(text);
    }
}
END_TEST

/* The first epoch of the second figure: mean loss 2 of an axis 0 .. 2, at the top. */
START_TEST(places) {
    char *text = draw(2, false);
    ck_assert_ptr_nonnull(strstr(text, "<circle cx=\"264\" cy=\"48\""));
    ck_assert_ptr_nonnull(strstr(text, "<circle cx=\"464\" cy=\"173\""));
    free(text);
}
END_TEST

/* Steps that were written and read again are the same. */
START_TEST(steps_file) {
    static const struct report_step steps[] = {
        {1, 100, 11, 2.336985f}, {1, 3, 1, 1.0f / 3}, {2, 100, 100, 1e-20f}};
    const char *path = temporary_path("steps.csv");
    struct report_step *read;
    struct weft_error error = {0};
    size_t count;
    struct text text = {0};
    csv_add_steps(&text, steps, 0, 2);
    csv_add_steps(&text, steps, 2, 3);
    temporary_write(path, text.bytes, text.length);
    free(text_take(&text));
    ck_assert_int_eq(csv_read_steps(path, &read, &count, &error), WEFT_OK);
    ck_assert_uint_eq(count, 3);
    ck_assert_int_eq(memcmp(read, steps, sizeof steps), 0);
    free(read);
}
END_TEST

/* Steps match the epochs that they add up to, and no others. */
START_TEST(steps_of_epochs) {
    static const struct report_step steps[] = {
        {1, 100, 11, 2.25f}, {1, 50, 4, 0.25f}, {2, 2, 2, 1}};
    struct report_epoch epochs[] = {{.accuracy = 0.1, .total_loss = 2.5},
                                    {.accuracy = 1, .total_loss = 1}};
    ck_assert(csv_steps_match(steps, 3, epochs, 2));
    ck_assert(csv_steps_match(steps, 2, epochs, 1));
    ck_assert(!csv_steps_match(steps, 3, epochs, 1));
    ck_assert(!csv_steps_match(steps, 2, epochs, 2));
    ck_assert(!csv_steps_match(steps, 1, epochs, 1));
    ck_assert(csv_steps_match(NULL, 0, NULL, 0));
    epochs[1].total_loss = 1.001;
    ck_assert(!csv_steps_match(steps, 3, epochs, 2));
    epochs[1] = (struct report_epoch){.accuracy = 0.5, .total_loss = 1};
    ck_assert(!csv_steps_match(steps, 3, epochs, 2));
}
END_TEST

/* Every file is read or refused. */
START_TEST(wrong_files) {
    static const char *const wrong[] = {
        "step,epoch,images,loss,accuracy\n1,1,100,x,0.5\n",
        "step,epoch,images,loss,accuracy\n1,1,100\n",
        "step,epoch,images,loss,accuracy\n1,1,100,1,0.5,7\n",
        "step,epoch,images,loss,accuracy\n2,1,100,1,0.5\n",
        "step,epoch,images,loss,accuracy\n1,0,100,1,0.5\n",
        "step,epoch,images,loss,accuracy\n1,1,1e300,1,0.5\n",
        "step,epoch,images,loss,accuracy\n1,1,100,nan,0.5\n",
        "step,epoch,images,loss,accuracy\n1,1,100,1,1.5\n",
        "step,epoch,images,loss\n1,1,100,1\n",
        "step,epoch,images,loss,accuracy\n1,1,,1,0.5\n",
        "step,epoch,images,loss,accuracy\n\n",
    };
    const char *path = temporary_path("wrong.csv");
    struct report_step *steps;
    size_t count;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct weft_error error = {0};
        temporary_write(path, wrong[i], strlen(wrong[i]));
        ck_assert_msg(csv_read_steps(path, &steps, &count, &error) == WEFT_BAD_FILE, "case %zu", i);
        ck_assert_ptr_nonnull(strstr(error.message, "wrong.csv"));
        ck_assert_ptr_null(steps);
    }
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_unchecked_fixture(tests, temporary_make, temporary_remove);
    tcase_add_test(tests, ticks);
    tcase_add_test(tests, figure);
    tcase_add_test(tests, places);
    tcase_add_test(tests, steps_file);
    tcase_add_test(tests, steps_of_epochs);
    tcase_add_test(tests, wrong_files);
}

CHECK_MAIN("figure_curves", add_tests)
