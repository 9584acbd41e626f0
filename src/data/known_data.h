/* known_data.h: the hashes of the published Fashion-MNIST. */
#ifndef WEFT_DATA_KNOWN_DATA_H
#define WEFT_DATA_KNOWN_DATA_H

#include "data/images.h"

extern const struct split_hash known_published[WEFT_SPLIT_COUNT];

#endif
