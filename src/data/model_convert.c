/* model_convert.c: tensors as PyTorch saves them after model.half(), model.bfloat16() or
 * model.double(), as float32. */
#include "data/model_convert.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/try.h"
#include "numerics.h"
#include "os/process.h"

#define ASK_ELEMENTS (1u << 20) /* some milliseconds */

enum { HALF, BFLOAT, DOUBLE, SINGLE, FLOATS };

/* In the order of the enum. */
static const char *const float_types[FLOATS] = {"F16", "BF16", "F64", "F32"};

static int type_of(const struct safetensors_entry *entry) {
    int type = 0;
    while (type < FLOATS && strcmp(entry->dtype, float_types[type]) != 0) {
        type++;
    }
    return type;
}

/* Every float16 is a float32: 1 bit of sign, 5 of exponent, 10 of fraction. */
static float from_half(unsigned bits) {
    int exponent = (int)(bits >> 10 & 31);
    float fraction = (float)(bits & 1023), value;
    if (exponent == 31) {
        value = fraction != 0 ? NAN : INFINITY;
    } else if (exponent == 0) {
        value = ldexpf(fraction, -24);
    } else {
        value = ldexpf(1024 + fraction, exponent - 25);
    }
    return (bits & 0x8000u) != 0 ? -value : value;
}

/* Returns element ${i}, which is a float of ${type}, exactly. */
static double element(const struct safetensors_entry *entry, int type, size_t i) {
    uint64_t bits;
    double value;
    switch (type) {
    case HALF:
        return (double)from_half((unsigned)safetensors_bits(entry->bytes + 2 * i, 2));
    case BFLOAT:
        return (double)weft_as_float((uint32_t)safetensors_bits(entry->bytes + 2 * i, 2) << 16);
    case DOUBLE:
        bits = safetensors_bits(entry->bytes + 8 * i, 8);
        memcpy(&value, &bits, sizeof value);
        return value;
    default:
        return (double)safetensors_float(entry, i);
    }
}

/* ---- shapes ---- */

static int compare_sides(const void *a, const void *b) {
    const size_t *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

/* Returns how the dimensions of ${entry} differ from those of ${tensor}, if only their order
 * does. */
static const char *order_of(const struct safetensors_entry *entry,
                            const struct network_tensor *tensor) {
    size_t found[SAFETENSORS_RANK] = {0}, expected[SAFETENSORS_RANK] = {0};
    bool reversed = entry->rank == tensor->rank && tensor->rank > 1;
    if (!reversed) {
        return "";
    }
    for (size_t i = 0; i < tensor->rank; i++) {
        found[i] = entry->shape[i];
        expected[i] = tensor->shape[i];
        reversed = reversed && entry->shape[i] == tensor->shape[tensor->rank - 1 - i];
    }
    qsort(found, tensor->rank, sizeof *found, compare_sides);
    qsort(expected, tensor->rank, sizeof *expected, compare_sides);
    return memcmp(found, expected, sizeof found) != 0 ? ""
           : reversed && tensor->rank == 2            ? ": it is transposed"
                                                      : ": its dimensions are in another order";
}

static enum weft_status check_shape(const struct safetensors_entry *entry,
                                    const struct network_tensor *tensor, struct weft_error *error) {
    char found[200], expected[200];
    const char *order = order_of(entry, tensor);
    if (entry->rank == tensor->rank &&
        memcmp(entry->shape, tensor->shape, tensor->rank * sizeof *tensor->shape) == 0) {
        return WEFT_OK;
    }
    error_set(error, WEFT_BAD_FILE, "tensor %.200s: its shape is %s, but the network's is %s%s",
              entry->name, safetensors_shape(entry->shape, entry->rank, found),
              safetensors_shape(tensor->shape, tensor->rank, expected), order);
    if (order[0] != '\0') {
        error_hint(error, tensor->rank == 2
                              ? "PyTorch keeps the weights of a linear layer as outputs x "
                                "inputs: save weight.T.contiguous()"
                              : "PyTorch keeps the weights of a convolution as outputs x "
                                "inputs x height x width: save weight.permute(...).contiguous()");
    }
    return WEFT_BAD_FILE;
}

/* ---- values ---- */

enum weft_status model_convert(const struct safetensors_entry *entry,
                               const struct network_tensor *tensor, float *values,
                               struct model_conversion *conversion, struct weft_error *error) {
    const int type = type_of(entry);
    if (type == FLOATS) {
        error_set(error, WEFT_BAD_FILE, "tensor %.200s: its dtype is %s, but floats were expected",
                  entry->name, entry->dtype);
        return error_hint(error, "save it as float32: model.float().state_dict()");
    }
    TRY(check_shape(entry, tensor, error));
    for (size_t i = 0; i < tensor->count; i++) {
        if (i % ASK_ELEMENTS == ASK_ELEMENTS - 1 && os_interrupted()) {
            return error_set(error, WEFT_INTERRUPTED, "interrupted");
        }
        const double value = element(entry, type, i);
        values[i] = (float)value; /* to the nearest */
        if (isfinite(value) && !isfinite(values[i])) {
            return error_set(error, WEFT_BAD_FILE,
                             "tensor %.200s: element %zu of %zu is %g, too large for float32",
                             entry->name, i, tensor->count, value);
        }
        if (value != 0 && weft_clean(values[i]) == 0) {
            conversion->cleaned++;
        } else if (type == DOUBLE) {
            conversion->rounded += isfinite(value) && (double)values[i] != value;
        }
    }
    if (type != SINGLE) {
        conversion->tensors[type]++;
        conversion->values += type == DOUBLE ? tensor->count : 0;
    }
    return WEFT_OK;
}

enum weft_status model_convert_counter(const struct safetensors_entry *entry, int64_t *value,
                                       struct weft_error *error) {
    const int type = type_of(entry);
    const char kind = entry->dtype[0];
    const size_t width = entry->size; /* of the only element */
    bool integer = entry->count == 1 && width > 0 && strchr("IU", kind) != NULL;
    if (integer) {
        uint64_t bits = safetensors_bits(entry->bytes, width);
        bool negative = kind == 'I' && (bits >> (8 * width - 1) & 1) != 0;
        /* An int64 as it is; others with their sign. */
        bits = negative && width < 8 ? bits | ~UINT64_C(0) << 8 * width : bits;
        if (kind == 'I' || bits <= INT64_MAX) {
            memcpy(value, &bits, sizeof *value);
            return WEFT_OK;
        }
    } else if (entry->count == 1 && type < FLOATS) {
        double number = element(entry, type, 0);
        if (number >= -0x1p63 && number < 0x1p63 && number == trunc(number)) {
            *value = (int64_t)number;
            return WEFT_OK;
        }
    }
    return error_set(error, WEFT_BAD_FILE, "tensor %.200s: a single integer was expected",
                     entry->name);
}

void model_conversion_text(const struct model_conversion *conversion, char text[200]) {
    static const char *const names[] = {"float16", "bfloat16", "float64"};
    size_t length = 0;
    text[0] = '\0';
    for (int type = 0; type < SINGLE; type++) {
        if (conversion->tensors[type] > 0) {
            length +=
                (size_t)snprintf(text + length, 200 - length, "%s%zu tensors of %s",
                                 length > 0 ? ", " : "", conversion->tensors[type], names[type]);
        }
    }
    if (length > 0) {
        length += (size_t)snprintf(
            text + length, 200 - length, " were converted to float32%s",
            conversion->rounded == 0 && conversion->cleaned == 0 ? ", exactly" : "");
    }
    if (conversion->rounded > 0) {
        length += (size_t)snprintf(text + length, 200 - length,
                                   ": %llu of %llu values of float64 were "
                                   "rounded",
                                   (unsigned long long)conversion->rounded,
                                   (unsigned long long)conversion->values);
    }
    if (conversion->cleaned > 0) {
        snprintf(text + length, 200 - length, "%s%llu value%s below 2^-36 became 0",
                 length > 0 ? "; " : "", (unsigned long long)conversion->cleaned,
                 conversion->cleaned == 1 ? "" : "s");
    }
}
