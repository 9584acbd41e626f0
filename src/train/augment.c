/* augment.c: draws how the images of an epoch are changed. */
#include "train/augment.h"

#include "base/random.h"

bool augment_changes(const struct weft_recipe *recipe) {
    return recipe->flip || recipe->shift > 0 || recipe->erase > 0;
}

/* Returns a number in 0 .. ${bound} - 1. */
static int scale(uint32_t word, size_t bound) {
    return (int)((uint64_t)word * bound >> 32);
}

static struct image_change draw(const struct weft_recipe *recipe, uint64_t seed, uint64_t epoch,
                                size_t height, size_t width, uint32_t position) {
    const int shift = (int)recipe->shift;
    struct image_change change = {0};
    uint32_t words[4];
    random_draw(seed, RANDOM_AUGMENT, 2 * epoch, position, words);
    if (recipe->flip) {
        change.flip = (int16_t)(words[0] >> 31);
    }
    if (recipe->shift > 0) {
        change.down = (int16_t)(scale(words[1], 2 * recipe->shift + 1) - shift);
        change.right = (int16_t)(scale(words[2], 2 * recipe->shift + 1) - shift);
    }
    if (recipe->erase > 0 && words[3] >> 31 == 1) {
        random_draw(seed, RANDOM_AUGMENT, 2 * epoch + 1, position, words);
        change.erase = (int16_t)recipe->erase;
        change.erase_row = (int16_t)scale(words[0], height - recipe->erase + 1);
        change.erase_column = (int16_t)scale(words[1], width - recipe->erase + 1);
    }
    return change;
}

void augment_images(const struct weft_recipe *recipe, uint64_t seed, uint64_t epoch, size_t height,
                    size_t width, size_t count, struct image_change *changes) {
    for (size_t i = 0; i < count; i++) {
        changes[i] = draw(recipe, seed, epoch, height, width, (uint32_t)i);
    }
}
