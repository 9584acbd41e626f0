/* access.h: what this user may use. */
#ifndef WEFT_OS_ACCESS_H
#define WEFT_OS_ACCESS_H

#include <stdbool.h>

/* Returns whether this process can make files in the folder ${path}, or can make the folder. */
bool os_folder_writable(const char *path);

/* Looks for a node of a GPU that this user may not open, such as /dev/dri/renderD128. Stores its
 * path, and the name of its group, which may be empty. Returns whether there is one. */
bool os_gpu_denied(char path[64], char group[64]);

#endif
