/* weft.h: all of libweft. */
#ifndef WEFT_H
#define WEFT_H

#include "weft/backend.h"
#include "weft/checkpoint.h"
#include "weft/compare.h"
#include "weft/data.h"
#include "weft/device.h"
#include "weft/error.h"
#include "weft/inspect.h"
#include "weft/model.h"
#include "weft/network.h"
#include "weft/profile.h"
#include "weft/train.h"
#include "weft/training.h"
#include "weft/verify.h"
#include "weft/version.h"

#endif
