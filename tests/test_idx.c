/* test_idx.c: right IDX files are read, plain and gzip, and each kind of wrong file has its
 * error. */
#include "temporary.h"

#include <limits.h>
#include <stdint.h>
#include <zlib.h>

#include "data/idx.h"

enum { HEADER = 16, ITEMS = 3, ROWS = 4, COLUMNS = 5, CONTENT = ITEMS * ROWS * COLUMNS };
enum { SIZE = HEADER + CONTENT, MAX_PACKED = 1024 };

/* A right file of 3 x 4 x 5 bytes. */
static void make_plain(uint8_t bytes[SIZE]) {
    static const uint8_t header[HEADER] = {0, 0, 8, 3,    0, 0, 0, ITEMS,
                                           0, 0, 0, ROWS, 0, 0, 0, COLUMNS};
    memcpy(bytes, header, HEADER);
    for (int i = 0; i < CONTENT; i++) {
        bytes[HEADER + i] = (uint8_t)(i * 13 % 256);
    }
}

/* Packs ${size} ${bytes} as one gzip member. Returns its size. */
static size_t pack(const uint8_t *bytes, size_t size, uint8_t *packed, size_t most) {
    z_stream z = {0};
    ck_assert_int_eq(deflateInit2(&z, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (Bytef *)bytes;
    z.avail_in = (uInt)size;
    z.next_out = packed;
    z.avail_out = (uInt)most;
    ck_assert_int_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
    size = most - z.avail_out;
    deflateEnd(&z);
    return size;
}

static enum weft_status read_bytes(const void *bytes, size_t size, struct idx *idx,
                                   struct weft_error *error) {
    const char *path = temporary_path("file");
    *error = (struct weft_error){0};
    temporary_write(path, bytes, size);
    return idx_read(path, IDX_IMAGES, idx, error);
}

/* Expects a failure with ${part} and the file's name in the message, and nothing in ${idx}. */
static void assert_wrong(const void *bytes, size_t size, const char *part) {
    struct idx idx;
    struct weft_error error;
    ck_assert_int_eq(read_bytes(bytes, size, &idx, &error), WEFT_BAD_FILE);
    ck_assert_int_eq(error.status, WEFT_BAD_FILE);
    ck_assert_msg(strstr(error.message, part) != NULL, "%s does not say %s", error.message, part);
    ck_assert_ptr_nonnull(strstr(error.message, temporary_path("file")));
    ck_assert_ptr_null(idx.bytes);
    ck_assert_uint_eq(idx.size, 0);
}

static void assert_right(const void *bytes, size_t size) {
    uint8_t plain[SIZE];
    struct idx idx;
    struct weft_error error;
    make_plain(plain);
    ck_assert_msg(read_bytes(bytes, size, &idx, &error) == WEFT_OK, "%s", error.message);
    ck_assert_uint_eq(idx.dimensions[0], ITEMS);
    ck_assert_uint_eq(idx.dimensions[1], ROWS);
    ck_assert_uint_eq(idx.dimensions[2], COLUMNS);
    ck_assert_uint_eq(idx.size, CONTENT);
    ck_assert_int_eq(memcmp(idx.bytes, plain + HEADER, CONTENT), 0);
    idx_finish(&idx);
    idx_finish(&idx); /* harmless */
}

START_TEST(plain_and_packed) {
    uint8_t plain[SIZE], packed[MAX_PACKED];
    make_plain(plain);
    assert_right(plain, SIZE);
    assert_right(packed, pack(plain, SIZE, packed, MAX_PACKED));
}
END_TEST

START_TEST(two_members) {
    uint8_t plain[SIZE], packed[MAX_PACKED];
    make_plain(plain);
    for (size_t cut = 0; cut <= SIZE; cut++) {
        size_t first = pack(plain, cut, packed, MAX_PACKED);
        size_t second = pack(plain + cut, SIZE - cut, packed + first, MAX_PACKED - first);
        assert_right(packed, first + second);
        assert_wrong(packed, first + second - 1, "cut off");
    }
}
END_TEST

START_TEST(one_dimension) {
    static const uint8_t labels[] = {0, 0, 8, 1, 0, 0, 0, 5, 9, 0, 1, 2, 3};
    uint8_t packed[MAX_PACKED];
    size_t size = pack(labels, sizeof labels, packed, MAX_PACKED);
    struct idx idx;
    struct weft_error error = {0};
    temporary_write(temporary_path("labels"), packed, size);
    ck_assert_int_eq(idx_read(temporary_path("labels"), IDX_LABELS, &idx, &error), WEFT_OK);
    ck_assert_uint_eq(idx.size, 5);
    ck_assert_uint_eq(idx.dimensions[0], 5);
    ck_assert_uint_eq(idx.dimensions[2], 1);
    ck_assert_int_eq(memcmp(idx.bytes, labels + 8, 5), 0);
    idx_finish(&idx);
    ck_assert_int_eq(idx_read(temporary_path("labels"), IDX_IMAGES, &idx, &error), WEFT_BAD_FILE);
    ck_assert_ptr_nonnull(strstr(error.message, "1 dimension, expected 3"));
}
END_TEST

/* More content than one allocation or read, and not a multiple of their sizes. */
START_TEST(large) {
    enum { LARGE = 5000011 };
    uint8_t *plain = malloc(8 + LARGE), *packed = malloc(2 * LARGE);
    ck_assert(plain != NULL && packed != NULL);
    memcpy(plain, (const uint8_t[]){0, 0, 8, 1, 0, 0x4c, 0x4b, 0x4b}, 8);
    for (size_t i = 0; i < LARGE; i++) {
        plain[8 + i] = (uint8_t)(i * i >> 7 ^ i);
    }
    size_t size = pack(plain, 8 + LARGE, packed, 2 * LARGE);
    for (int kind = 0; kind < 2; kind++) {
        struct idx idx;
        struct weft_error error = {0};
        temporary_write(temporary_path("large"), kind ? packed : plain, kind ? size : 8 + LARGE);
        ck_assert_int_eq(idx_read(temporary_path("large"), IDX_LABELS, &idx, &error), WEFT_OK);
        ck_assert_uint_eq(idx.size, LARGE);
        ck_assert_int_eq(memcmp(idx.bytes, plain + 8, LARGE), 0);
        idx_finish(&idx);
    }
    free(plain);
    free(packed);
}
END_TEST

/* Labels of each type, with the least and the largest number of each. */
START_TEST(types_of_labels) {
    static const struct {
        uint8_t type;
        size_t width;
        int64_t numbers[2];
        const char *bytes;
    } cases[] = {
        {IDX_UINT8, 1, {0, 255}, "\x00\xff"},
        {IDX_INT8, 1, {-128, 127}, "\x80\x7f"},
        {IDX_INT16, 2, {-32768, 32767}, "\x80\x00\x7f\xff"},
        {IDX_INT32, 4, {INT32_MIN, 999}, "\x80\x00\x00\x00\x00\x00\x03\xe7"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t bytes[16] = {0, 0, cases[i].type, 1, 0, 0, 0, 2};
        struct idx idx;
        struct weft_error error = {0};
        memcpy(bytes + 8, cases[i].bytes, 2 * cases[i].width);
        temporary_write(temporary_path("labels"), bytes, 8 + 2 * cases[i].width);
        ck_assert_int_eq(idx_read(temporary_path("labels"), IDX_LABELS, &idx, &error), WEFT_OK);
        ck_assert_int_eq(idx_number(&idx, 0), cases[i].numbers[0]);
        ck_assert_int_eq(idx_number(&idx, 1), cases[i].numbers[1]);
        idx_finish(&idx);
        if (cases[i].type != IDX_UINT8) {
            bytes[3] = 3;
            temporary_write(temporary_path("labels"), bytes, 16);
            ck_assert_int_eq(idx_read(temporary_path("labels"), IDX_IMAGES, &idx, &error),
                             WEFT_BAD_FILE);
        }
    }
}
END_TEST

/* Each wrong header, plain and packed. */
START_TEST(wrong_headers) {
    static const struct {
        size_t at, size;
        const char *bytes, *part;
    } cases[] = {
        {0, 1, "\1", "not an IDX file"},
        {1, 1, "\x1f", "not an IDX file"},
        {0, 4, "<!DO", "3c 21 44 4f"},
        {2, 1, "\x09", "type 0x09 (signed byte), expected 0x08 (unsigned byte)"},
        {2, 1, "\x0b", "type 0x0b (short), expected"},
        {2, 1, "\x0c", "type 0x0c (int), expected"},
        {2, 1, "\x0d", "type 0x0d (float), expected"},
        {2, 1, "\x0e", "type 0x0e (double), expected"},
        {2, 1, "\x00", "type 0x00 (unknown), expected"},
        {3, 1, "\x00", "0 dimensions, expected 3"},
        {3, 1, "\x01", "1 dimension, expected 3"},
        {3, 1, "\x02", "2 dimensions, expected 3 or 4"},
        {3, 1, "\x05", "5 dimensions, expected 3 or 4"},
        {3, 1, "\xff", "255 dimensions, expected 3"},
        {4, 4, "\0\0\0\0", "dimension 1 of 3 is 0"},
        {8, 4, "\0\0\0\0", "dimension 2 of 3 is 0"},
        {12, 4, "\0\0\0\0", "dimension 3 of 3 is 0"},
        {4, 12, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", "states more than 2147483648"},
        {4, 12, "\x80\0\0\0\0\0\0\1\0\0\0\1", "ends after 60 of the 2147483648 bytes"},
        /* 2^48: no machine has this memory, so it must not be allocated */
        {4, 12, "\0\1\0\0\0\1\0\0\0\1\0\0", "states more than 2147483648 bytes"},
        {4, 4, "\0\0\0\4", "ends after 60 of the 80 bytes"},
        {4, 4, "\0\0\0\2", "continues after the 40 bytes"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t plain[SIZE], packed[MAX_PACKED];
        make_plain(plain);
        memcpy(plain + cases[i].at, cases[i].bytes, cases[i].size);
        assert_wrong(plain, SIZE, cases[i].part);
        assert_wrong(packed, pack(plain, SIZE, packed, MAX_PACKED), cases[i].part);
    }
}
END_TEST

START_TEST(every_truncation) {
    uint8_t plain[SIZE], packed[MAX_PACKED];
    make_plain(plain);
    size_t size = pack(plain, SIZE, packed, MAX_PACKED);
    for (size_t n = 0; n < SIZE; n++) {
        uint8_t cut[MAX_PACKED];
        size_t cut_size = pack(plain, n, cut, MAX_PACKED);
        const char *part = n == 0       ? "this is an empty file"
                           : n < HEADER ? "inside the header"
                                        : "ends after";
        assert_wrong(plain, n, part);
        assert_wrong(cut, cut_size, part);
    }
    for (size_t n = 0; n < size; n++) {
        assert_wrong(packed, n, n == 0 ? "an empty file" : n < 2 ? "header" : "cut off");
    }
}
END_TEST

START_TEST(trailing_bytes) {
    uint8_t plain[SIZE + 1], packed[MAX_PACKED];
    make_plain(plain);
    plain[SIZE] = 0;
    assert_wrong(plain, SIZE + 1, "continues");
    assert_wrong(packed, pack(plain, SIZE + 1, packed, MAX_PACKED), "continues");
    size_t size = pack(plain, SIZE, packed, MAX_PACKED);
    for (int byte = 0; byte < 256; byte++) {
        packed[size] = (uint8_t)byte;
        assert_wrong(packed, size + 1, byte == 0x1f ? "cut off" : "other bytes follow");
        packed[size + 1] = 'x';
        assert_wrong(packed, size + 2, byte == 0x1f ? "damaged" : "other bytes follow");
    }
}
END_TEST

/* A flipped bit in a gzip file is found, unless it does not belong to the content, such as a bit of
 * the time. */
START_TEST(every_bit_of_gzip) {
    uint8_t plain[SIZE], packed[MAX_PACKED];
    size_t found = 0;
    make_plain(plain);
    size_t size = pack(plain, SIZE, packed, MAX_PACKED);
    for (size_t bit = 0; bit < 8 * size; bit += TEMPORARY_STRIDE) {
        struct idx idx;
        struct weft_error error;
        packed[bit / 8] ^= (uint8_t)(1 << bit % 8);
        if (read_bytes(packed, size, &idx, &error) == WEFT_OK) {
            /* the header of gzip, or the padding of the last byte before the checksums */
            ck_assert(bit / 8 < 10 || bit / 8 == size - 9);
            ck_assert_int_eq(memcmp(idx.bytes, plain + HEADER, CONTENT), 0);
            idx_finish(&idx);
        } else {
            ck_assert_int_eq(error.status, WEFT_BAD_FILE);
            found += TEMPORARY_STRIDE;
        }
        packed[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    ck_assert_uint_ge(found, 8 * (size - 11));
}
END_TEST

/* xorshift: the same numbers on every system. */
static uint32_t random_number(uint32_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

/* Bytes are changed, removed and appended, before packing and after. There is no crash, and a file
 * that is read has the content of its dimensions. */
START_TEST(random_mutations) {
    uint32_t state = 20170828;
    for (int round = 0; round < 10000; round += TEMPORARY_STRIDE) {
        uint8_t plain[SIZE + 8] = {0}, packed[MAX_PACKED] = {0};
        struct idx idx;
        struct weft_error error;
        make_plain(plain);
        uint8_t *bytes = plain;
        size_t size = SIZE - 4 + random_number(&state) % 12;
        if (round % 2 == 1) {
            size = pack(plain, size, packed, MAX_PACKED) + random_number(&state) % 8;
            bytes = packed;
        }
        for (uint32_t n = random_number(&state) % 6; n > 0; n--) {
            size_t most = random_number(&state) % 2 ? size : HEADER;
            bytes[random_number(&state) % most] = (uint8_t)random_number(&state);
        }
        if (read_bytes(bytes, size, &idx, &error) == WEFT_OK) {
            ck_assert_uint_eq(idx.size, idx.dimensions[0] * idx.dimensions[1] * idx.dimensions[2] *
                                            idx.dimensions[3]);
            for (size_t i = 0; i < idx.size; i++) {
                state += idx.bytes[i]; /* reads every byte */
            }
            idx_finish(&idx);
        } else {
            ck_assert_int_eq(error.status, WEFT_BAD_FILE);
            ck_assert_ptr_null(idx.bytes);
        }
    }
}
END_TEST

/* Memory of a small file that unpacks to a large one is bounded, whatever its header states. */
START_TEST(unpacking_is_bounded) {
    enum { PLAIN = 80 << 20 };
    uint8_t *plain = calloc(PLAIN, 1), *packed = malloc(1 << 20);
    ck_assert(plain != NULL && packed != NULL);
    memcpy(plain, (const uint8_t[]){0, 0, 8, 3, 0, 0, 4, 0, 0, 0, 4, 0, 0, 0, 7, 0}, 16);
    size_t size = pack(plain, PLAIN, packed, 1 << 20);
    assert_wrong(packed, size, "unpacks to more than 100 times its size");
    memcpy(plain + 4, (const uint8_t[]){0, 0, 0, 4, 0, 0, 0, 8, 0, 0, 0, 8}, 12);
    size = pack(plain, PLAIN, packed, 1 << 20);
    assert_wrong(packed, size, "continues after the 256 bytes");
    free(plain);
    free(packed);
}
END_TEST

START_TEST(no_file) {
    struct idx idx;
    struct weft_error error = {0};
    ck_assert_int_eq(idx_read(temporary_path("none"), IDX_IMAGES, &idx, &error), WEFT_BAD_FILE);
    ck_assert_ptr_nonnull(strstr(error.message, "No such file"));
    error = (struct weft_error){0};
    ck_assert_int_eq(idx_read(temporary_folder, IDX_IMAGES, &idx, &error), WEFT_BAD_FILE);
    ck_assert_ptr_nonnull(strstr(error.message, "Is a directory"));
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_unchecked_fixture(tests, temporary_make, temporary_remove);
    tcase_add_test(tests, plain_and_packed);
    tcase_add_test(tests, two_members);
    tcase_add_test(tests, one_dimension);
    tcase_add_test(tests, large);
    tcase_add_test(tests, types_of_labels);
    tcase_add_test(tests, wrong_headers);
    tcase_add_test(tests, every_truncation);
    tcase_add_test(tests, trailing_bytes);
    tcase_add_test(tests, every_bit_of_gzip);
    tcase_add_test(tests, random_mutations);
    tcase_add_test(tests, unpacking_is_bounded);
    tcase_add_test(tests, no_file);
}

CHECK_MAIN("idx", add_tests)
