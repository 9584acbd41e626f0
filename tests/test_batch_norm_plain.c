/* test_batch_norm_plain.c: batch norm compared with the textbook's formulas in double, on the CPU
 * backend. */
#include "backend/inspect.h"
#include "check_weft.h"
#include "layer_case.h"

#include <math.h>

struct shape {
    size_t images, channels, height, width;
};

/* All results of the layer, in double. */
struct plain {
    double *output, *dinput, *dweight, *dbias, *mean,
        *variance; /* the last two: of the batch, unbiased */
};

/* Calls for each value of channel ${c}: its index in [n][c][y][x]. */
#define EACH(s, c, at)                                                                             \
    for (size_t n_ = 0; n_ < (s)->images; n_++)                                                    \
        for (size_t i_ = 0, at = (n_ * (s)->channels + (c)) * (s)->height * (s)->width;            \
             i_ < (s)->height * (s)->width; i_++, at++)

/* Computes one channel. ${mean} and ${variance} (biased) are those of the batch, or the running
 * statistics if ${running}. */
static void plain_channel(struct plain *p, const struct shape *s, const struct layer_values *values,
                          size_t c, double mean, double variance, double eps, bool running) {
    double inverse = 1.0 / sqrt(variance + eps), weight = values->parameters[c];
    double bias = values->parameters[s->channels + c];
    double n = (double)(s->images * s->height * s->width), shift = 0.0, slope = 0.0;
    EACH(s, c, at) {
        double xhat = ((double)values->inputs[at] - mean) * inverse;
        p->output[at] = xhat * weight + bias;
        p->dweight[c] += (double)values->doutputs[at] * xhat;
        p->dbias[c] += (double)values->doutputs[at];
    }
    if (!running) {
        shift = p->dbias[c] / n;
        slope = p->dweight[c] / n;
    }
    EACH(s, c, at) {
        double xhat = ((double)values->inputs[at] - mean) * inverse;
        p->dinput[at] = weight * inverse * ((double)values->doutputs[at] - shift - xhat * slope);
    }
}

static void plain_make(struct plain *p, const struct shape *s, const struct layer_values *values,
                       double eps, bool running) {
    size_t all = s->images * s->channels * s->height * s->width;
    double n = (double)(s->images * s->height * s->width);
    double **channels[] = {&p->dweight, &p->dbias, &p->mean, &p->variance};
    for (size_t i = 0; i < 4; i++) {
        *channels[i] = layer_alloc(s->channels * sizeof(double));
    }
    p->output = layer_alloc(all * sizeof(double));
    p->dinput = layer_alloc(all * sizeof(double));
    for (size_t c = 0; c < s->channels; c++) {
        double squares = 0.0;
        EACH(s, c, at) {
            p->mean[c] += (double)values->inputs[at] / n;
        }
        EACH(s, c, at) {
            squares += pow((double)values->inputs[at] - p->mean[c], 2.0);
        }
        p->variance[c] = n > 1.0 ? squares / (n - 1.0) : 0.0;
        plain_channel(p, s, values, c, running ? (double)values->buffers[c] : p->mean[c],
                      running ? (double)values->buffers[s->channels + c] : squares / n, eps,
                      running);
    }
}

static void plain_free(struct plain *p) {
    free(p->output);
    free(p->dinput);
    free(p->dweight);
    free(p->dbias);
    free(p->mean);
    free(p->variance);
}

static struct weft_network *network_of(const struct shape *s, const char *momentum) {
    char json[300];
    snprintf(json, sizeof json,
             "{\"input\": [%zu, %zu, %zu], \"layers\": [{\"kind\": \"batch_norm\", \"name\": "
             "\"b\", \"momentum\": %s}]}",
             s->channels, s->height, s->width, momentum);
    return layer_network(json);
}

static const struct shape shapes[] = {{3, 1, 1, 1},   {7, 5, 1, 1},    {16, 13, 7, 1},
                                      {17, 2, 3, 11}, {33, 6, 12, 12}, {100, 120, 1, 1},
                                      {1, 5, 9, 7},   {150, 3, 2, 2},  {1, 3, 1, 1}};

/* With momentum 1 the running statistics are those of the batch. The bound is 1e-5 of the largest
 * value: rounding of float sums in blocks of 16 x the area gives less. dinput is a difference of
 * three terms, and small if doutput is nearly a shift and a scale of the values, as with three
 * values: its bound is 1e-4. */
START_TEST(plain) {
    const struct shape *s = &shapes[_i % 9];
    bool running = _i >= 9;
    struct weft_network *network = network_of(s, "1");
    struct layer_values values;
    struct layer_result result = {0};
    struct plain p = {0};
    char what[100];
    unsigned wrong = 0;
    snprintf(what, sizeof what, "%zu images of %zu x %zu x %zu, running %d", s->images, s->channels,
             s->height, s->width, running);
    layer_values_draw(network, s->images, LAYER_PLAIN, 90 + (uint64_t)_i, &values);
    plain_make(&p, s, &values, 1e-5, running);
    layer_reference(network, &values, s->images,
                    running ? WEFT_STATISTICS_RUNNING : WEFT_STATISTICS_BATCH, &result);
    wrong += layer_result_near(&result, "b.output", p.output, 1e-5, what);
    wrong += layer_result_near(&result, "input.grad", p.dinput, 1e-4, what);
    wrong += layer_result_near(&result, "b.weight.grad", p.dweight, 1e-5, what);
    wrong += layer_result_near(&result, "b.bias.grad", p.dbias, 1e-5, what);
    if (!running) {
        wrong += layer_result_near(&result, "b.running_mean", p.mean, 1e-5, what);
        wrong += layer_result_near(&result, "b.running_var", p.variance, 1e-5, what);
    }
    plain_free(&p);
    layer_result_finish(&result);
    layer_values_finish(&values);
    network_destroy(network);
    ck_assert_uint_eq(wrong, 0);
}
END_TEST

/* A mean of 1000 with noise of 1, 0.1 or 0.01: a sum of squares would lose the variance (1e6
 * against 1e-4, with 24 bits), and sums of deviations are accurate to 1e-4. At 0.01 the rounding
 * of the mean matters (up to 1e-4, since floats are 6e-5 apart): its square relative to a variance
 * of 3e-5 is 3e-4. */
START_TEST(large_mean) {
    const struct shape s = {100, 2, 12, 12};
    float noise = _i == 0 ? 1.0f : _i == 1 ? 0.1f : 0.01f;
    struct weft_network *network = network_of(&s, "1");
    struct layer_values values;
    struct layer_result result = {0};
    struct plain p = {0};
    layer_values_draw(network, s.images, LAYER_PLAIN, 120, &values);
    for (size_t i = 0; i < s.images * s.channels * s.height * s.width; i++) {
        values.inputs[i] = 1000.0f + noise * values.inputs[i];
    }
    plain_make(&p, &s, &values, 1e-5, false);
    layer_reference(network, &values, s.images, WEFT_STATISTICS_BATCH, &result);
    for (size_t c = 0; c < s.channels; c++) {
        double variance = layer_result_find(&result, "b.running_var")->values[c];
        ck_assert_msg(fabs(variance / p.variance[c] - 1.0) < (_i < 2 ? 1e-4 : 1e-3),
                      "noise %g: %.9g, not %.9g", (double)noise, variance, p.variance[c]);
    }
    plain_free(&p);
    layer_result_finish(&result);
    layer_values_finish(&values);
    network_destroy(network);
}
END_TEST

/* running = (1 - momentum) running + momentum value, over twenty batches, of which the last are
 * smaller. Evaluation changes nothing. */
START_TEST(running_statistics) {
    const struct layer_place place = {.name = "cpu", .device = "cpu", .threads = 1};
    struct weft_network *network = layer_network(
        "{\"input\": [3, 2, 2], \"layers\": [{\"kind\": \"batch_norm\", \"momentum\": 0.1}]}");
    struct backend *backend = layer_open(network, &place, 20, "running statistics");
    double mean[3] = {0}, variance[3] = {1, 1, 1};
    float buffers[6] = {0, 0, 0, 1, 1, 1};
    ck_assert_int_eq(backend_write(backend, ARRAY_BUFFERS, buffers, NULL), WEFT_OK);
    for (size_t step = 0; step < 20; step++) {
        struct shape s = {20 - step, 3, 2, 2};
        struct layer_values values;
        struct plain p = {0};
        struct propagation probe = {.statistics = step % 5 == 4 ? WEFT_STATISTICS_RUNNING
                                                                : WEFT_STATISTICS_BATCH,
                                    .count = s.images};
        layer_values_draw(network, s.images, LAYER_PLAIN, 130 + step, &values);
        probe.inputs = values.inputs;
        ck_assert_int_eq(backend_propagate(backend, &probe, NULL), WEFT_OK);
        plain_make(&p, &s, &values, 1e-5, false);
        for (size_t c = 0; c < 3 && probe.statistics == WEFT_STATISTICS_BATCH; c++) {
            mean[c] = 0.9 * mean[c] + 0.1 * p.mean[c];
            variance[c] = 0.9 * variance[c] + 0.1 * p.variance[c];
        }
        plain_free(&p);
        layer_values_finish(&values);
    }
    ck_assert_int_eq(backend_read(backend, ARRAY_BUFFERS, buffers, NULL), WEFT_OK);
    for (size_t c = 0; c < 3; c++) {
        ck_assert_msg(fabs((double)buffers[c] - mean[c]) < 1e-6, "mean %zu: %.9g, not %.9g", c,
                      (double)buffers[c], mean[c]);
        ck_assert_msg(fabs((double)buffers[3 + c] - variance[c]) < 1e-6,
                      "variance %zu: %.9g, not %.9g", c, (double)buffers[3 + c], variance[c]);
    }
    backend_close(backend);
    network_destroy(network);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_loop_test(tests, plain, 0, 18);
    tcase_add_loop_test(tests, large_mean, 0, 3);
    tcase_add_test(tests, running_statistics);
}
CHECK_MAIN("batch_norm_plain", add_tests)
