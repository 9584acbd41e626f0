/* layer_result.c: tensors by name, and their differences. */
#include "layer_result.h"

#include "check_weft.h"
#include "layer_values.h"
#include "numerics.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

void layer_report(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    fflush(stdout);
}

struct layer_tensor *layer_result_add(struct layer_result *result, const char *name, size_t n,
                                      size_t c, size_t y, size_t x) {
    struct layer_tensor *tensor;
    if (result->count == result->room) {
        result->room = result->room * 2 + 16;
        result->tensors = realloc(result->tensors, result->room * sizeof *result->tensors);
        ck_assert(result->tensors != NULL);
    }
    tensor = &result->tensors[result->count++];
    *tensor = (struct layer_tensor){.n = n, .c = c, .y = y, .x = x};
    snprintf(tensor->name, sizeof tensor->name, "%s", name);
    tensor->values = layer_alloc(n * c * y * x * sizeof(float));
    return tensor;
}

void layer_result_finish(struct layer_result *result) {
    for (size_t i = 0; i < result->count; i++) {
        free(result->tensors[i].values);
    }
    free(result->tensors);
    *result = (struct layer_result){0};
}

size_t layer_tensor_count(const struct layer_tensor *tensor) {
    return tensor->n * tensor->c * tensor->y * tensor->x;
}

const struct layer_tensor *layer_result_find(const struct layer_result *result, const char *name) {
    for (size_t i = 0; i < result->count; i++) {
        if (strcmp(result->tensors[i].name, name) == 0) {
            return &result->tensors[i];
        }
    }
    ck_abort_msg("no tensor %s", name);
    return NULL;
}

void layer_result_add_array(struct layer_result *result, struct backend *backend,
                            enum backend_array array, const char *suffix) {
    const struct weft_network *network = backend_network(backend);
    struct weft_error error = {0};
    bool trained = array != ARRAY_BUFFERS;
    size_t count = trained ? network->parameter_count : network->buffer_count;
    float *values = layer_alloc(count * sizeof *values);
    ck_assert_msg(backend_read(backend, array, values, &error) == WEFT_OK, "%s", error.message);
    for (size_t i = 0; i < network->tensor_count; i++) {
        const struct network_tensor *tensor = &network->tensors[i];
        char name[128];
        if (tensor->trained == trained) {
            struct layer_tensor *added;
            snprintf(name, sizeof name, "%s%s", tensor->name, suffix);
            added = layer_result_add(result, name, tensor->shape[0], tensor->shape[1],
                                     tensor->shape[2], tensor->shape[3]);
            memcpy(added->values, values + tensor->offset, tensor->count * sizeof *values);
        }
    }
    free(values);
}

/* "n 3, c 0, y 5, x 2" of element ${i}. */
static const char *place_text(const struct layer_tensor *tensor, size_t i, char text[96]) {
    snprintf(text, 96, "n %zu, c %zu, y %zu, x %zu", i / tensor->x / tensor->y / tensor->c,
             i / tensor->x / tensor->y % tensor->c, i / tensor->x % tensor->y, i % tensor->x);
    return text;
}

static unsigned differ(const struct layer_tensor *tensor, const float *expected, const char *what) {
    size_t count = layer_tensor_count(tensor), differing = 0, first = 0;
    char text[96];
    for (size_t i = count; i-- > 0;) {
        if (memcmp(&tensor->values[i], &expected[i], sizeof *expected) != 0) {
            differing++;
            first = i;
        }
    }
    if (differing > 0) {
        layer_report("DIFFERENT %s: %s at %s: 0x%08" PRIx32 " (%.9g), expected 0x%08" PRIx32
                     " (%.9g); %zu of %zu differ\n",
                     what, tensor->name, place_text(tensor, first, text),
                     weft_as_uint(tensor->values[first]), (double)tensor->values[first],
                     weft_as_uint(expected[first]), (double)expected[first], differing, count);
    }
    return differing > 0;
}

unsigned layer_result_compare(const struct layer_result *result,
                              const struct layer_result *expected, const char *what) {
    unsigned tensors = 0;
    ck_assert_uint_gt(result->count, 0);
    for (size_t i = 0; i < result->count; i++) {
        const struct layer_tensor *tensor = &result->tensors[i];
        const struct layer_tensor *other = layer_result_find(expected, tensor->name);
        ck_assert_uint_eq(layer_tensor_count(tensor), layer_tensor_count(other));
        tensors += differ(tensor, other->values, what);
    }
    return tensors;
}

unsigned layer_result_expect(const struct layer_result *result, const char *name,
                             const float *expected, size_t count, const char *what) {
    const struct layer_tensor *tensor = layer_result_find(result, name);
    ck_assert_msg(layer_tensor_count(tensor) == count, "%s: %s has %zu values, not %zu", what, name,
                  layer_tensor_count(tensor), count);
    return differ(tensor, expected, what);
}

unsigned layer_result_near(const struct layer_result *result, const char *name,
                           const double *expected, double tolerance, const char *what) {
    const struct layer_tensor *tensor = layer_result_find(result, name);
    size_t count = layer_tensor_count(tensor), worst = 0;
    double largest = 0.0, error = 0.0;
    char text[96];
    for (size_t i = 0; i < count; i++) {
        double difference = fabs((double)tensor->values[i] - expected[i]);
        largest = fmax(largest, fabs(expected[i]));
        if (!(difference <= error)) { /* true for NaN too */
            error = difference;
            worst = i;
        }
    }
    if (error <= tolerance * largest) {
        return 0;
    }
    layer_report(
        "FAR %s: %s at %s: %.9g, expected %.9g; the largest is %.9g, the tolerance %g of it\n",
        what, tensor->name, place_text(tensor, worst, text), (double)tensor->values[worst],
        expected[worst], largest, tolerance);
    return 1;
}

static bool is_clean(const struct layer_tensor *tensor, float value) {
    float clean = strstr(tensor->name, ".second_moment") != NULL ? weft_clean_squared(value)
                                                                 : weft_clean(value);
    return weft_as_uint(clean) == weft_as_uint(value) && (weft_as_uint(value) >> 23 & 255) != 255;
}

unsigned layer_result_check_clean(const struct layer_result *result, const char *what) {
    unsigned tensors = 0;
    for (size_t i = 0; i < result->count; i++) {
        const struct layer_tensor *tensor = &result->tensors[i];
        for (size_t k = 0; k < layer_tensor_count(tensor); k++) {
            char text[96];
            if (!is_clean(tensor, tensor->values[k])) {
                layer_report("UNCLEAN %s: %s at %s: 0x%08" PRIx32 " (%.9g)\n", what, tensor->name,
                             place_text(tensor, k, text), weft_as_uint(tensor->values[k]),
                             (double)tensor->values[k]);
                tensors++;
                break;
            }
        }
    }
    return tensors;
}
