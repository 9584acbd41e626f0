/* weft.h: all of libweft. */
#ifndef WEFT_H
#define WEFT_H

#include "weft/backend.h"
#include "weft/compare.h"
#include "weft/data.h"
#include "weft/device.h"
#include "weft/error.h"
#include "weft/inspect.h"
#include "weft/model.h"
#include "weft/network.h"
#include "weft/profile.h"
#include "weft/train.h"
#include "weft/verify.h"

/* Returns the version of the library: "0.1.0". */
WEFT_API const char *weft_version(void);

/* Returns what "git describe" said of the sources when they were built; the version where they were no git repository. */
WEFT_API const char *weft_revision(void);

/* Returns the name and the version of the compiler that built it: "gcc 12.2.0". */
WEFT_API const char *weft_compiler(void);

/* A library that libweft uses. */
struct weft_library {
    const char *name;
    char version[256]; /* empty: built without it */
};

#define WEFT_LIBRARIES_MAX 8

/* Stores the libraries and their versions in ${libraries} and returns how many there are: zlib, cJSON, CLBlast (as it was at the build;
 * it does not say at run time) and OpenCL's loader. To ask the loader loads the drivers of OpenCL. */
WEFT_API size_t weft_libraries(struct weft_library libraries[WEFT_LIBRARIES_MAX]);

#endif
