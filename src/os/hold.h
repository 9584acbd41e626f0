/* hold.h: files and folders that this process holds, and files that a process which ended has left.
 */
#ifndef WEFT_OS_HOLD_H
#define WEFT_OS_HOLD_H

#include <stdbool.h>

/* Removes the file ${path}, which a process that ended has left, unless a process holds it. Returns
 * 0 or an errno value; EWOULDBLOCK if the file is held. */
int os_remove_left(const char *path);

#ifndef _WIN32 /* Windows cannot remove a file that is open, and has no links to protect from */

/* Holds the file ${path}, open as ${descriptor}, until it is closed. Returns 0 or an errno value;
 * EWOULDBLOCK if another process holds it, ESTALE if it has been removed. */
int os_hold_file(int descriptor, const char *path);

/* Marks ${folder} as held by this process; with NULL, ends that. */
void os_hold_folder(const char *folder);

/* Returns whether ${folder} is the marked folder. */
bool os_holds_folder(const char *folder);

#endif

#endif
