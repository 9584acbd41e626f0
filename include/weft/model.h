/* model.h: a network with its values, and the file that holds them. */
#ifndef WEFT_MODEL_H
#define WEFT_MODEL_H

#include "weft/error.h"

WEFT_BEGIN

struct weft_model;

WEFT_END

#endif
