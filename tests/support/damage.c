/* damage.c: damages a model file or a checkpoint in many ways; none may be read. For
 * tools/deep/damage.
 *
 * usage: damage model|checkpoint FILE CUTS
 *
 * Changes copies of FILE: cuts it after each byte (of each CUTS-th one), flips each bit of its
 * header, and 1,000 bits, overwrites 200 blocks with zeros and exchanges 200 pairs of blocks of the
 * rest, and adds bytes. Prints "WAY TRIED ACCEPTED" for each of these. */
#define _XOPEN_SOURCE 700
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data/checkpoint.h"
#include "os/files.h"

enum { BLOCK = 512 };

static bool is_checkpoint;
static char path[1200];
static int file;
static char *bytes; /* of the undamaged file */
static size_t size;
static size_t tried, accepted;

static void check(bool condition, const char *what) {
    if (!condition) {
        perror(what);
        exit(2);
    }
}

/* Returns whether the file is read without a failure. */
static bool is_read(void) {
    struct weft_error error = {0};
    struct weft_model *model = NULL;
    struct weft_checkpoint *checkpoint = NULL;
    enum weft_status status = is_checkpoint ? checkpoint_load(path, &checkpoint, &error)
                                            : model_load(path, &model, &error);
    check(status == WEFT_OK || error.message[0] != '\0', "a failure without a message");
    checkpoint_destroy(checkpoint);
    model_destroy(model);
    return status == WEFT_OK;
}

static void try_file(const char *way, size_t place) {
    tried++;
    if (is_read()) {
        accepted++;
        fprintf(stderr, "accepted: %s %zu of %zu\n", way, place, size);
    }
}

static void print(const char *way) {
    printf("%s %zu %zu\n", way, tried, accepted);
    tried = accepted = 0;
}

static void write_at(size_t place, const char *from, size_t count) {
    check(pwrite(file, from, count, (off_t)place) == (ssize_t)count, "write");
}

static void flip(const char *way, size_t bit) {
    char changed = (char)(bytes[bit / 8] ^ 1 << bit % 8);
    write_at(bit / 8, &changed, 1);
    try_file(way, bit);
    write_at(bit / 8, &bytes[bit / 8], 1);
}

/* Returns a number below ${limit}: always the same ones in the same order. */
static size_t draw(size_t limit) {
    static uint64_t state = 1;
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (size_t)(state >> 33) % limit;
}

/* Writes the ${count} bytes at ${from} to ${place}, if this changes the file. */
static void replace(const char *way, size_t place, const char *from, size_t count) {
    if (memcmp(bytes + place, from, count) != 0) {
        write_at(place, from, count);
        try_file(way, place);
        write_at(place, bytes + place, count);
    }
}

static void damage(size_t header, size_t step) {
    static const char zeros[BLOCK];
    for (size_t i = 0; i < 8 * header; i++) {
        flip("header-bits", i);
    }
    print("header-bits");
    for (size_t i = 0; i < 1000; i++) {
        flip("bits", 8 * header + draw(8 * (size - header)));
    }
    print("bits");
    for (size_t i = 0; i < 200; i++) {
        size_t place = header + draw(size - header), room = size - place;
        replace("zeros", place, zeros, room < BLOCK ? room : BLOCK);
    }
    print("zeros");
    for (size_t i = 0; i < 200; i++) {
        size_t count = 1 + draw(BLOCK), one = draw(size - count), other = draw(size - count);
        replace("copies", one, bytes + other, count);
    }
    print("copies");
    for (size_t i = 1; i <= BLOCK; i++) {
        check(ftruncate(file, (off_t)(size + i)) == 0, "truncate");
        try_file("added", i);
    }
    print("added");
    for (size_t i = size; i > 0; i -= i < step ? i : step) {
        check(ftruncate(file, (off_t)(i - 1)) == 0, "truncate");
        try_file("cuts", i - 1);
    }
    print("cuts");
}

int main(int count, char **arguments) {
    struct weft_error error = {0};
    char folder[1024];
    uint64_t length = 0;
    if (count != 4) {
        fprintf(stderr, "usage: damage model|checkpoint FILE CUTS\n");
        return 2;
    }
    is_checkpoint = strcmp(arguments[1], "checkpoint") == 0;
    check(os_file_read(arguments[2], SIZE_MAX / 4, &bytes, &size, &error) == WEFT_OK, arguments[2]);
    check(os_make_temporary(folder, &error) == WEFT_OK, "temporary folder");
    snprintf(path, sizeof path, "%s/damaged", folder);
    file = open(path, O_RDWR | O_CREAT, 0666);
    check(file >= 0, path);
    write_at(0, bytes, size);
    check(is_read(), "the undamaged file is not read");
    for (int i = 7; i >= 0; i--) {
        length = length << 8 | (unsigned char)bytes[i];
    }
    damage(8 + (size_t)length, (size_t)strtoul(arguments[3], NULL, 10));
    free(bytes);
    os_remove_temporary(folder);
    return 0;
}
