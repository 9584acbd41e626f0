/* random.c: Philox4x32-10. */
#include "base/random.h"

void random_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t words[4]) {
    uint32_t x0 = counter[0], x1 = counter[1], x2 = counter[2], x3 = counter[3];
    uint32_t k0 = key[0], k1 = key[1];
    for (int round = 0; round < 10; round++) {
        /* Two products of 32 x 32 bits; the paper's multipliers. */
        uint64_t p = (uint64_t)0xd2511f53u * x0;
        uint64_t q = (uint64_t)0xcd9e8d57u * x2;
        x0 = (uint32_t)(q >> 32) ^ x1 ^ k0;
        x1 = (uint32_t)q;
        x2 = (uint32_t)(p >> 32) ^ x3 ^ k1;
        x3 = (uint32_t)p;
        /* The key of the next round: adds the golden ratio and sqrt(3) - 1, as 32-bit fractions. */
        k0 += 0x9e3779b9u;
        k1 += 0xbb67ae85u;
    }
    words[0] = x0;
    words[1] = x1;
    words[2] = x2;
    words[3] = x3;
}

void random_draw(uint64_t seed, enum random_domain domain, uint64_t subject, uint32_t block,
                 uint32_t words[4]) {
    const uint32_t counter[4] = {block, (uint32_t)subject, (uint32_t)(subject >> 32),
                                 (uint32_t)domain};
    const uint32_t key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
    random_philox(counter, key, words);
}
