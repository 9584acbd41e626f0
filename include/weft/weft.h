/* weft.h: what nearly every program that uses libweft needs. Not included: verify.h, profile.h and
 * compare.h. */
#ifndef WEFT_H
#define WEFT_H

#include "weft/checkpoint.h"
#include "weft/device.h"
#include "weft/epoch.h"
#include "weft/error.h"
#include "weft/images.h"
#include "weft/model.h"
#include "weft/network.h"
#include "weft/options.h"
#include "weft/recipe.h"
#include "weft/session.h"
#include "weft/version.h"

#endif
