/* weft.h: all of libweft. */
#ifndef WEFT_H
#define WEFT_H

#include "weft/backend.h"
#include "weft/compare.h"
#include "weft/data.h"
#include "weft/model.h"
#include "weft/network.h"
#include "weft/status.h"
#include "weft/train.h"
#include "weft/verify.h"

/* Returns the version of the library: "0.1.0". */
WEFT_API const char *weft_version(void);

#endif
