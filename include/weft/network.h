/* network.h: networks: a list of layers, with shapes and named tensors. */
#ifndef WEFT_NETWORK_H
#define WEFT_NETWORK_H

#include "weft/error.h"

WEFT_BEGIN

struct weft_network;

WEFT_END

#endif
