/* random.c: Philox4x32-10 (cl/philox.h). */
#include "base/random.h"
#include "philox.h"

#include <string.h>

PHILOX(static, philox, uint32_t)

void random_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t words[4]) {
    memmove(words, counter, 4 * sizeof *words);
    philox(words, key[0], key[1]);
}

void random_draw(uint64_t seed, enum random_domain domain, uint64_t subject, uint32_t block,
                 uint32_t words[4]) {
    const uint32_t counter[4] = {block, (uint32_t)subject, (uint32_t)(subject >> 32),
                                 (uint32_t)domain};
    const uint32_t key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
    random_philox(counter, key, words);
}
