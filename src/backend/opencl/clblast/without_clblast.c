/* without_clblast.c: a weft that was built without CLBlast (meson's option clblast). */
#include "backend/opencl/clblast/engine.h"

const struct opencl_engine *const opencl_engine = NULL;
