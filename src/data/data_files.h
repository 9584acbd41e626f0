/* data_files.h: where the files of a data set are, under which of their names. */
#ifndef WEFT_DATA_DATA_FILES_H
#define WEFT_DATA_DATA_FILES_H

#include "data/images.h"
#include "os/files.h"

/* Stores ${folder}/${name} in ${path}. Returns whether it is there, and no folder. True also if
 * that cannot be found out, and for a link that leads nowhere (os_is_absent): then reading reports
 * the reason. */
bool data_is_file(const char *folder, const char *name, char path[OS_PATH]);

enum data_kind { DATA_IMAGES, DATA_LABELS };

/* Stores in ${path} the file of ${kind} and ${split} in ${folder}. It is the first that exists of
 * train-images-idx3-ubyte, train-images.idx3-ubyte, these with .gz, and all with idx4 (the
 * dimensions are those in the file, whatever its name says); else the same without regard to upper
 * and lower case; else a file in a folder of its own name. A folder with such a name does not count
 * as the file. Fails with WEFT_BAD_FILE. */
enum weft_status data_file_find(const char *folder, enum weft_split split, enum data_kind kind,
                                char path[OS_PATH], struct weft_error *error);

#endif
