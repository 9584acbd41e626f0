/* version.h: the versions of libweft, its compiler and the libraries that it uses. */
#ifndef WEFT_VERSION_H
#define WEFT_VERSION_H

#include <stddef.h>
#include <stdint.h>

#include "weft/error.h"

WEFT_BEGIN

/* The number of the contract of equal bits (cl/README.md) that this library keeps. */
#define WEFT_CONTRACT 1

/* The version of this header, 0.1.0, as a number: 10000 * major + 100 * minor + patch. */
#define WEFT_VERSION_NUMBER 100

/* Returns the version of the library that runs, as a number. */
WEFT_API uint32_t weft_version_number(void);

/* Returns the version of the library that runs: "0.1.0". */
WEFT_API const char *weft_version(void);

/* Returns what "git describe" printed for the sources when the library was built, or the version if
 * they were no git repository. */
WEFT_API const char *weft_revision(void);

/* Returns the name and the version of the compiler that built it: "gcc 12.2.0". */
WEFT_API const char *weft_compiler(void);

/* A library that libweft uses. */
struct weft_library {
    const char *name;
    char version[256]; /* empty: built without it */
};

#define WEFT_LIBRARIES_MAX 8

/* Stores the libraries and their versions in ${libraries} and returns their number: zlib, jansson,
 * CLBlast (the version that libweft was built with) and the OpenCL loader. The query of the
 * version of the loader loads the OpenCL drivers. Returns 0 for NULL. */
WEFT_API size_t weft_libraries(struct weft_library libraries[WEFT_LIBRARIES_MAX]);

WEFT_END

#endif
