/* api_fixture.h: what many tests of the public functions begin with: an error, a model and images.
 * Include it last, because headers have parameters of these names, and add set_up and tear_down to
 * the TCase of the test. */
#ifndef API_FIXTURE_H
#define API_FIXTURE_H

#include "api_case.h"

enum { API_IMAGES = 70 };

static struct weft_error *error;
static struct weft_model *model;
static struct weft_images *images;

static void set_up(void) {
    error = weft_error_create();
    model = api_model(1);
    images = api_images(API_IMAGES, 1);
}

static void tear_down(void) {
    weft_images_destroy(images);
    weft_model_destroy(model);
    weft_error_destroy(error);
}

#endif
