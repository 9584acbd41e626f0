/* images.h: sets of images with labels. */
#ifndef WEFT_IMAGES_H
#define WEFT_IMAGES_H

#include "weft/error.h"

WEFT_BEGIN

struct weft_images;

WEFT_END

#endif
