/* file_kind.c: kinds of files by their first bytes. */
#include "base/file_kind.h"

#include <string.h>

/* What can be done about a file of the kind. */
enum group {
    BROKEN,  /* lost its content */
    PAGE,    /* of a web server */
    POINTER, /* of Git LFS */
    PACKED,  /* has to be unpacked */
    WEIGHTS, /* of another library */
    PICTURE,
    UTF16,
    TEXT,
    OTHER
};

struct kind {
    const char *name;
    enum group group;
    const char *magic; /* ${length} bytes from ${at} on, or NULL */
    size_t at, length;
    bool (*is)(const unsigned char *bytes, size_t size); /* without ${magic} */
    const char *help;                                    /* the command that unpacks it */
};

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

static bool is_idx(const unsigned char *bytes, size_t size) {
    return size >= 4 && bytes[0] == 0 && bytes[1] == 0 && bytes[3] > 0 &&
           (bytes[2] == 8 || bytes[2] == 9 || (bytes[2] >= 11 && bytes[2] <= 14));
}

/* The header's length, then the header. */
static bool is_safetensors(const unsigned char *bytes, size_t size) {
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

static bool is_xml(const unsigned char *bytes, size_t size) {
    size_t at = text_start(bytes, size);
    return is_text(bytes, size) && at < size && bytes[at] == '<';
}

static bool is_json(const unsigned char *bytes, size_t size) {
    size_t at = text_start(bytes, size);
    return is_text(bytes, size) && at < size && (bytes[at] == '{' || bytes[at] == '[');
}

/* With a byte order mark, or two ASCII letters with zeros between them. UTF-32 too. */
static bool is_utf16(const unsigned char *bytes, size_t size) {
    return has(bytes, size, 0, 2, "\xff\xfe") || has(bytes, size, 0, 2, "\xfe\xff") ||
           has(bytes, size, 0, 4, "\0\0\xfe\xff") ||
           (size >= 4 && is_text(bytes, 1) && bytes[1] == 0 && is_text(bytes + 2, 1) &&
            bytes[3] == 0) ||
           (size >= 4 && bytes[0] == 0 && is_text(bytes + 1, 1) && bytes[2] == 0 &&
            is_text(bytes + 3, 1));
}

static bool is_torch(const unsigned char *bytes, size_t size) {
    for (size_t i = 30; i + 8 <= size && has(bytes, size, 0, 4, "PK\3\4"); i++) {
        if (has(bytes, size, i, 8, "data.pkl")) {
            return true;
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

static const struct kind kinds[] = {
    {"an empty file", BROKEN, TEST(is_empty)},
    {"a file of zeros", BROKEN, TEST(is_zeros)},
    {"a gzip file", PACKED, MAGIC(0, "\x1f\x8b"), "gunzip"},
    {"an xz file", PACKED, MAGIC(0, "\xfd\x37zXZ\0"), "xz -d"},
    {"a bzip2 file", PACKED, MAGIC(4, "1AY&SY"), "bzip2 -d"},
    {"a zstd file", PACKED, MAGIC(0, "\x28\xb5\x2f\xfd"), "zstd -d"},
    {"an lz4 file", PACKED, MAGIC(0, "\x04\x22\x4d\x18"), "lz4 -d"},
    {"a file of compress (.Z)", PACKED, MAGIC(0, "\x1f\x9d"), "uncompress"},
    {"a file of torch.save (zip)", WEIGHTS, TEST(is_torch)},
    {"a NumPy archive (.npz)", WEIGHTS, TEST(is_npz)},
    {"a zip archive", PACKED, MAGIC(0, "PK\3\4"), "unzip"},
    {"an empty zip archive", BROKEN, MAGIC(0, "PK\5\6")},
    {"a 7z archive", PACKED, MAGIC(0, "7z\xbc\xaf\x27\x1c"), "7z x"},
    {"a RAR archive", PACKED, MAGIC(0, "Rar!\x1a\7"), "unrar x"},
    {"a tar archive", PACKED, MAGIC(257, "ustar"), "tar -xf"},
    {"a PNG picture", PICTURE, MAGIC(0, "\x89PNG\r\n\x1a\n")},
    {"a JPEG picture", PICTURE, MAGIC(0, "\xff\xd8\xff")},
    {"a GIF picture", PICTURE, MAGIC(0, "GIF8")},
    {"a WebP picture", PICTURE, TEST(is_webp)},
    {"a BMP picture", PICTURE, TEST(is_bmp)},
    {"a TIFF picture", PICTURE, MAGIC(0, "II*\0")},
    {"a TIFF picture", PICTURE, MAGIC(0, "MM\0*")},
    {"a HEIC picture", PICTURE, TEST(is_heic)},
    {"an AVIF picture", PICTURE, MAGIC(4, "ftypavi")},
    {"a JPEG XL picture", PICTURE, MAGIC(0, "\0\0\0\14JXL ")},
    {"a JPEG 2000 picture", PICTURE, MAGIC(0, "\0\0\0\14jP  ")},
    {"a PGM picture", PICTURE, MAGIC(0, "P5\n")},
    {"a PPM picture", PICTURE, MAGIC(0, "P6\n")},
    {"an icon (ICO)", PICTURE, MAGIC(0, "\0\0\1\0")},
    {"a video or audio file (MP4)", OTHER, MAGIC(4, "ftyp")},
    {"a PDF document", OTHER, MAGIC(0, "%PDF-")},
    {"an HDF5 file", WEIGHTS, MAGIC(0, "\x89HDF\r\n\x1a\n")},
    {"a NumPy array (.npy)", WEIGHTS, MAGIC(0, "\x93NUMPY")},
    {"a GGUF file", WEIGHTS, MAGIC(0, "GGUF")},
    {"a TensorFlow Lite file", WEIGHTS, MAGIC(4, "TFL3")},
    {"a pickle file", WEIGHTS, TEST(is_pickle)},
    {"an ONNX file", WEIGHTS, TEST(is_onnx)},
    {"a MATLAB file", OTHER, MAGIC(0, "MATLAB 5.0")},
    {"a Parquet file", OTHER, MAGIC(0, "PAR1")},
    {"an SQLite database", OTHER, MAGIC(0, "SQLite format 3")},
    {"a program (ELF)", OTHER, MAGIC(0, "\177ELF")},
    {"a safetensors file", OTHER, TEST(is_safetensors)},
    {"an IDX file", OTHER, TEST(is_idx)},
    {"a pointer of Git LFS", POINTER, MAGIC(0, "version https://git-lfs")},
    {"an HTML page", PAGE, TEST(is_html)},
    {"an XML document", PAGE, TEST(is_xml)},
    {"a text in UTF-16", UTF16, TEST(is_utf16)},
    {"a JSON file", TEXT, TEST(is_json)},
    {"a text file", TEXT, TEST(is_text)},
};

static bool is_kind(const struct kind *kind, const unsigned char *bytes, size_t size) {
    return kind->magic != NULL ? has(bytes, size, kind->at, kind->length, kind->magic)
                               : kind->is(bytes, size);
}

static const struct kind *find(const unsigned char *bytes, size_t size) {
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (is_kind(&kinds[i], bytes, size)) {
            return &kinds[i];
        }
    }
    return NULL;
}

/* ---- what was expected ---- */

static const struct expected {
    const char *name;
    bool (*is)(const unsigned char *bytes,
               size_t size); /* NULL: its name is in the table, or it is a text */
} expectations[] = {
    [FILE_IDX] = {"an IDX file", is_idx},
    [FILE_SAFETENSORS] = {"a safetensors file", is_safetensors},
    [FILE_PNG] = {"a PNG picture"},
    [FILE_JSON] = {"a JSON file"},
    [FILE_CSV] = {"a CSV file"},
    [FILE_SOURCE] = {"OpenCL C source"},
    [FILE_TEXT] = {"a text in UTF-8"},
};

static bool is_text_expected(enum file_kind expected) {
    return expected >= FILE_JSON;
}

/* Returns whether a file of ${kind} may be what is expected. */
static bool is_accepted(const struct kind *kind, enum file_kind expected) {
    if (kind == NULL || (kind->group == TEXT && is_text_expected(expected))) {
        return kind == NULL || expected != FILE_CSV || kind->is != is_json;
    }
    if (expected == FILE_TEXT && kind->is == is_xml) {
        return true; /* the first name of a list may begin with "<" */
    }
    return strcmp(kind->name, expectations[expected].name) == 0;
}

static void add_hint(const struct kind *kind, enum file_kind expected, const char *path,
                     struct weft_error *error) {
    if (kind->group == BROKEN) {
        error_hint(error, "it was not written or copied completely: get the file again");
    } else if (kind->group == PAGE) {
        error_hint(error, "a web server may have sent it in place of the file: download the "
                          "file again");
    } else if (kind->group == POINTER) {
        error_hint(error, "git lfs pull gets the file itself");
    } else if (kind->group == PACKED) {
        error_hint(error, "unpack it first: %s %s", kind->help, path);
    } else if (kind->group == UTF16) {
        error_hint(error, "save it as UTF-8: iconv -f UTF-16 -t UTF-8 %s", path);
    } else if (kind->group == WEIGHTS && expected == FILE_SAFETENSORS) {
        error_hint(error, "load it in the library that wrote it, for example with torch.load, "
                          "and write its tensors with safetensors.torch.save_file");
    } else if (kind->group == PICTURE && expected == FILE_PNG) {
        error_hint(error, "convert it, for example with ImageMagick: convert %s picture.png", path);
    }
}

enum weft_status file_kind_check(const char *path, const void *bytes, size_t size,
                                 enum file_kind expected, bool packed, struct weft_error *error) {
    const struct expected *right = &expectations[expected];
    const struct kind *kind;
    size = size < FILE_KIND_BYTES ? size : FILE_KIND_BYTES;
    if (right->is != NULL && right->is(bytes, size)) {
        return WEFT_OK; /* a length may look like the start of another kind */
    }
    kind = find(bytes, size);
    if (is_accepted(kind, expected)) {
        return WEFT_OK;
    }
    error_set(error, WEFT_BAD_FILE, "%s: this is %s%s, but %s was expected", path, kind->name,
              packed ? " in a gzip file" : "", right->name);
    add_hint(kind, expected, path, error);
    return WEFT_BAD_FILE;
}
