/* recipe.h: checks of a recipe from a caller or a file. */
#ifndef WEFT_DATA_RECIPE_H
#define WEFT_DATA_RECIPE_H

#include "base/error.h"
#include "weft/recipe.h"

enum { TRAINING_EPOCHS_MAX = 1000000 };

/* Fails with WEFT_BAD_FILE and "recipe.MEMBER is ..." for a value outside its range, and for
 * members that contradict each other. */
enum weft_status recipe_check(const struct weft_recipe *recipe, struct weft_error *error);

#endif
