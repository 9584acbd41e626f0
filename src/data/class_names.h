/* class_names.h: the names of classes, which come from files. */
#ifndef WEFT_DATA_CLASS_NAMES_H
#define WEFT_DATA_CLASS_NAMES_H

#include <stddef.h>

#include "base/error.h"

/* Returns why ${name} is no name of a class ("is empty"), or NULL. */
const char *class_name_fault(const char *name);

/* Reads the names of classes from the file ${path}: UTF-8, one a line, label 0 first. The caller
 * frees ${names}, which end with NULL, and whose number is stored in ${count}. If that was not 0,
 * the file must have as many. Fails with WEFT_BAD_FILE for another number of names, 1 or more than
 * IMAGES_CLASSES_MAX of them, two equal ones, and one that class_name_fault finds. */
enum weft_status class_names_read(const char *path, size_t *count, char ***names,
                                  struct weft_error *error);

/* Returns the numbers "0" to "999", the names of classes without other names. */
const char *const *class_name_numbers(void);

#endif
