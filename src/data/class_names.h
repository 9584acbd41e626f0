/* class_names.h: the names of classes, which come from files. */
#ifndef WEFT_DATA_CLASS_NAMES_H
#define WEFT_DATA_CLASS_NAMES_H

#include <stddef.h>

#include "base/error.h"

/* Returns why ${name} is no name of a class ("is empty"), or NULL. */
const char *class_name_fault(const char *name);

/* Reads the names of ${count} classes from classes.txt in ${folder}: UTF-8, one a line, label 0
 * first. The caller frees ${names}, which end with NULL; it is NULL if there is no such file. Fails
 * with WEFT_BAD_FILE for a file with another number of names, or two equal ones. */
enum weft_status class_names_read(const char *folder, size_t count, char ***names,
                                  struct weft_error *error);

#endif
