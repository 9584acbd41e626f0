/* model_convert.h: reads tensors of every type of number as float32, and counters as int64. */
#ifndef WEFT_DATA_MODEL_CONVERT_H
#define WEFT_DATA_MODEL_CONVERT_H

#include "data/safetensors.h"
#include "network/network.h"

/* What was converted. All zero at the start. */
struct model_conversion {
    size_t tensors[3]; /* of F16, BF16 and F64 */
    uint64_t values;   /* of F64 */
    uint64_t rounded;  /* of these, to the nearest float32 */
    uint64_t cleaned;  /* of all types, not 0, but so small that they become +0 (weft_clean) */
};

/* Copies ${entry} to ${values} as float32. Fails with WEFT_BAD_FILE unless ${entry} has the shape
 * of ${tensor} and a type of floats, and for a finite number that is too large for a float32. NaN
 * and infinity are copied. */
enum weft_status model_convert(const struct safetensors_entry *entry,
                               const struct network_tensor *tensor, float *values,
                               struct model_conversion *conversion, struct weft_error *error);

/* Reads a num_batches_tracked: a single integer, of any type of number. */
enum weft_status model_convert_counter(const struct safetensors_entry *entry, int64_t *value,
                                       struct weft_error *error);

/* Writes what was converted into ${text}, or an empty text. */
void model_conversion_text(const struct model_conversion *conversion, char text[200]);

#endif
