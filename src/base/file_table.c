/* file_table.c: kinds of files by their first bytes. */
#include "base/file_table.h"

#include <string.h>

static bool has(const unsigned char *bytes, size_t size, size_t at, size_t length,
                const char *magic) {
    return size >= at + length && memcmp(bytes + at, magic, length) == 0;
}

/* ---- kinds that a fixed text does not tell ---- */

static bool is_empty(const unsigned char *bytes, size_t size) {
    (void)bytes;
    return size == 0;
}

static bool is_zeros(const unsigned char *bytes, size_t size) {
    size_t zeros = 0;
    while (zeros < size && bytes[zeros] == 0) {
        zeros++;
    }
    return zeros == size && size >= 16;
}

bool file_is_idx(const unsigned char *bytes, size_t size) {
    return size >= 4 && bytes[0] == 0 && bytes[1] == 0 && bytes[3] > 0 &&
           (bytes[2] == 8 || bytes[2] == 9 || (bytes[2] >= 11 && bytes[2] <= 14));
}

/* The header's length, then the header. */
bool file_is_safetensors(const unsigned char *bytes, size_t size) {
    return size >= 10 && bytes[8] == '{' && bytes[5] == 0 && bytes[6] == 0 && bytes[7] == 0 &&
           strchr("\"} \t\r\n", bytes[9]) != NULL;
}

/* Without control characters. Any other encoding than UTF-16 may be a text. */
static bool is_text(const unsigned char *bytes, size_t size) {
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] == 0x7f || (bytes[i] < ' ' && (bytes[i] < '\t' || bytes[i] > '\r'))) {
            return false;
        }
    }
    return size > 0;
}

/* Returns the offset of the first byte of a text that is no white space or byte order mark. */
static size_t text_start(const unsigned char *bytes, size_t size) {
    size_t start = has(bytes, size, 0, 3, "\xef\xbb\xbf") ? 3 : 0;
    while (start < size && strchr(" \t\r\n", bytes[start]) != NULL && bytes[start] != 0) {
        start++;
    }
    return start;
}

/* Compares letters without their case. */
static bool starts_tag(const unsigned char *bytes, size_t size, const char *tag) {
    size_t at = text_start(bytes, size), length = strlen(tag);
    bool same = size >= at + length;
    for (size_t i = 0; same && i < length; i++) {
        unsigned char c = bytes[at + i];
        same = (c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c) == (unsigned char)tag[i];
    }
    return same;
}

static bool is_html(const unsigned char *bytes, size_t size) {
    static const char *const tags[] = {"<!doctype html", "<html", "<head", "<body", "<script",
                                       "<title",         "<!--",  "<meta", "<div"};
    bool found = false;
    for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++) {
        found = found || starts_tag(bytes, size, tags[i]);
    }
    return found;
}

bool file_is_xml(const unsigned char *bytes, size_t size) {
    size_t at = text_start(bytes, size);
    return is_text(bytes, size) && at < size && bytes[at] == '<';
}

bool file_is_json(const unsigned char *bytes, size_t size) {
    size_t at = text_start(bytes, size);
    return is_text(bytes, size) && at < size && (bytes[at] == '{' || bytes[at] == '[');
}

/* With a byte order mark, or an ASCII letter after or before three zeros. */
static bool is_utf32(const unsigned char *bytes, size_t size) {
    return has(bytes, size, 0, 4, "\xff\xfe\0\0") || has(bytes, size, 0, 4, "\0\0\xfe\xff") ||
           (size >= 8 && is_text(bytes, 1) && has(bytes, size, 1, 3, "\0\0\0") &&
            is_text(bytes + 4, 1) && has(bytes, size, 5, 3, "\0\0\0")) ||
           (size >= 8 && has(bytes, size, 0, 3, "\0\0\0") && is_text(bytes + 3, 1) &&
            has(bytes, size, 4, 3, "\0\0\0") && is_text(bytes + 7, 1));
}

/* With a byte order mark, or two ASCII letters with zeros between them. */
static bool is_utf16(const unsigned char *bytes, size_t size) {
    return has(bytes, size, 0, 2, "\xff\xfe") || has(bytes, size, 0, 2, "\xfe\xff") ||
           (size >= 4 && is_text(bytes, 1) && bytes[1] == 0 && is_text(bytes + 2, 1) &&
            bytes[3] == 0) ||
           (size >= 4 && bytes[0] == 0 && is_text(bytes + 1, 1) && bytes[2] == 0 &&
            is_text(bytes + 3, 1));
}

/* An archive with data.pkl at its start, or whose first file is another one of torch.jit.save
 * (NAME/data/0, NAME/constants.pkl) or of torch.export.save (NAME/data/weights/NAME). */
static bool is_torch(const unsigned char *bytes, size_t size) {
    static const char *const names[] = {"/data/0", "/constants.pkl", "/data/weights/"};
    const size_t end = size >= 30 ? 30 + ((size_t)bytes[27] << 8 | bytes[26]) : 0; /* of its name */
    if (!has(bytes, size, 0, 4, "PK\3\4")) {
        return false;
    }
    for (size_t i = 30; i < size; i++) {
        if (has(bytes, size, i, 8, "data.pkl")) {
            return true;
        }
        for (size_t n = 0; n < sizeof names / sizeof names[0] && i < end; n++) {
            const size_t length = strlen(names[n]);
            if (has(bytes, size, i, length, names[n]) && (i + length == end || n == 2)) {
                return true;
            }
        }
    }
    return false;
}

static bool is_npz(const unsigned char *bytes, size_t size) {
    size_t length = size >= 30 ? bytes[26] : 0;
    return has(bytes, size, 0, 4, "PK\3\4") && length > 4 &&
           has(bytes, size, 30 + length - 4, 4, ".npy");
}

static bool is_pickle(const unsigned char *bytes, size_t size) {
    return size >= 3 && bytes[0] == 0x80 && bytes[1] >= 2 && bytes[1] <= 5 && bytes[2] != 0 &&
           strchr("\x8a\x95\x8c}](cCXKNG)", bytes[2]) != NULL;
}

/* A protobuf message whose first field is the version of the format, and whose second is a text. */
static bool is_onnx(const unsigned char *bytes, size_t size) {
    return size >= 5 && bytes[0] == 8 && bytes[1] >= 1 && bytes[1] <= 20 &&
           (bytes[2] == 0x12 || bytes[2] == 0x1a || bytes[2] == 0x3a) &&
           (bytes[2] == 0x3a ||
            (bytes[3] < 100 && size >= 4u + bytes[3] && is_text(bytes + 4, bytes[3])));
}

static bool is_bmp(const unsigned char *bytes, size_t size) {
    return has(bytes, size, 0, 2, "BM") && has(bytes, size, 6, 4, "\0\0\0\0");
}

static bool is_webp(const unsigned char *bytes, size_t size) {
    return has(bytes, size, 0, 4, "RIFF") && has(bytes, size, 8, 4, "WEBP");
}

static bool is_heic(const unsigned char *bytes, size_t size) {
    return has(bytes, size, 4, 6, "ftyphe") || has(bytes, size, 4, 8, "ftypmif1") ||
           has(bytes, size, 4, 8, "ftypmsf1");
}

/* ---- the table: the first one that matches ---- */

#define MAGIC(at, magic) magic, at, sizeof magic - 1, NULL
#define TEST(function)   NULL, 0, 0, function

static const struct file_table_row kinds[] = {
    {"an empty file", KIND_BROKEN, TEST(is_empty)},
    {"a file of zeros", KIND_BROKEN, TEST(is_zeros)},
    {"a gzip file", KIND_PACKED, MAGIC(0, "\x1f\x8b"), "gunzip"},
    {"an xz file", KIND_PACKED, MAGIC(0, "\xfd\x37zXZ\0"), "xz -d"},
    {"a bzip2 file", KIND_PACKED, MAGIC(4, "1AY&SY"), "bzip2 -d"},
    {"a zstd file", KIND_PACKED, MAGIC(0, "\x28\xb5\x2f\xfd"), "zstd -d"},
    {"an lz4 file", KIND_PACKED, MAGIC(0, "\x04\x22\x4d\x18"), "lz4 -d"},
    {"a file of compress (.Z)", KIND_PACKED, MAGIC(0, "\x1f\x9d"), "uncompress"},
    {"a file of torch.save (zip)", KIND_WEIGHTS, TEST(is_torch)},
    {"a NumPy archive (.npz)", KIND_WEIGHTS, TEST(is_npz)},
    {"a zip archive", KIND_PACKED, MAGIC(0, "PK\3\4"), "unzip"},
    {"an empty zip archive", KIND_BROKEN, MAGIC(0, "PK\5\6")},
    {"a 7z archive", KIND_PACKED, MAGIC(0, "7z\xbc\xaf\x27\x1c"), "7z x"},
    {"a RAR archive", KIND_PACKED, MAGIC(0, "Rar!\x1a\7"), "unrar x"},
    {"a tar archive", KIND_PACKED, MAGIC(257, "ustar"), "tar -xf"},
    {"a PNG picture", KIND_PICTURE, MAGIC(0, "\x89PNG\r\n\x1a\n")},
    {"a JPEG picture", KIND_PICTURE, MAGIC(0, "\xff\xd8\xff")},
    {"a GIF picture", KIND_PICTURE, MAGIC(0, "GIF8")},
    {"a WebP picture", KIND_PICTURE, TEST(is_webp)},
    {"a BMP picture", KIND_PICTURE, TEST(is_bmp)},
    {"a TIFF picture", KIND_PICTURE, MAGIC(0, "II*\0")},
    {"a TIFF picture", KIND_PICTURE, MAGIC(0, "MM\0*")},
    {"a HEIC picture", KIND_PICTURE, TEST(is_heic)},
    {"an AVIF picture", KIND_PICTURE, MAGIC(4, "ftypavi")},
    {"a JPEG XL picture", KIND_PICTURE, MAGIC(0, "\0\0\0\14JXL ")},
    {"a JPEG 2000 picture", KIND_PICTURE, MAGIC(0, "\0\0\0\14jP  ")},
    {"a PGM picture", KIND_PICTURE, MAGIC(0, "P5\n")},
    {"a PPM picture", KIND_PICTURE, MAGIC(0, "P6\n")},
    {"an icon (ICO)", KIND_PICTURE, MAGIC(0, "\0\0\1\0")},
    {"a video or audio file (MP4)", KIND_OTHER, MAGIC(4, "ftyp")},
    {"a PDF document", KIND_OTHER, MAGIC(0, "%PDF-")},
    {"an HDF5 file", KIND_WEIGHTS, MAGIC(0, "\x89HDF\r\n\x1a\n")},
    {"a NumPy array (.npy)", KIND_WEIGHTS, MAGIC(0, "\x93NUMPY")},
    {"a GGUF file", KIND_WEIGHTS, MAGIC(0, "GGUF")},
    {"a TensorFlow Lite file", KIND_WEIGHTS, MAGIC(4, "TFL3")},
    {"a pickle file", KIND_WEIGHTS, TEST(is_pickle)},
    {"an ONNX file", KIND_WEIGHTS, TEST(is_onnx)},
    {"a MATLAB file", KIND_OTHER, MAGIC(0, "MATLAB 5.0")},
    {"a Parquet file", KIND_OTHER, MAGIC(0, "PAR1")},
    {"an SQLite database", KIND_OTHER, MAGIC(0, "SQLite format 3")},
    {"a program (ELF)", KIND_OTHER, MAGIC(0, "\177ELF")},
    {"a safetensors file", KIND_OTHER, TEST(file_is_safetensors)},
    {"an IDX file", KIND_OTHER, TEST(file_is_idx)},
    {"a pointer of Git LFS", KIND_POINTER, MAGIC(0, "version https://git-lfs")},
    {"an HTML page", KIND_PAGE, TEST(is_html)},
    {"an XML document", KIND_PAGE, TEST(file_is_xml)},
    {"a text in UTF-32", KIND_UTF32, TEST(is_utf32)},
    {"a text in UTF-16", KIND_UTF16, TEST(is_utf16)},
    {"a JSON file", KIND_TEXT, TEST(file_is_json)},
    {"a text file", KIND_TEXT, TEST(is_text)},
};

static bool is_kind(const struct file_table_row *kind, const unsigned char *bytes, size_t size) {
    return kind->magic != NULL ? has(bytes, size, kind->at, kind->length, kind->magic)
                               : kind->is(bytes, size);
}

const struct file_table_row *file_table_find(const unsigned char *bytes, size_t size) {
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (is_kind(&kinds[i], bytes, size)) {
            return &kinds[i];
        }
    }
    return NULL;
}
