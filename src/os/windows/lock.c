/* lock.c: locks of folders (Windows): an open file that no other process can open to write, and
 * that Windows removes with its handle, even if the process is killed. */
#include "os/lock.h"

#include <errno.h>
#include <string.h>
#include <windows.h>

#include "os/files.h"
#include "os/hold.h"

int os_remove_left(const char *path) {
    return remove(path) == 0 ? 0 : errno;
}

static enum weft_status fail_in_use(const char *path, const char *folder,
                                    struct weft_error *error) {
    char text[400];
    DWORD size = 0;
    HANDLE file =
        CreateFileA(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                    NULL, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, NULL);
    if (file != INVALID_HANDLE_VALUE) {
        if (!ReadFile(file, text, sizeof text, &size, NULL)) {
            size = 0;
        }
        CloseHandle(file);
    }
    return os_lock_in_use(error, folder, text, size);
}

enum weft_status os_lock_take(struct os_lock *lock, const char *folder, struct weft_error *error) {
    char text[400];
    DWORD written;
    HANDLE file;
    *lock = (struct os_lock){0};
    if (snprintf(lock->path, sizeof lock->path, "%s/%s", folder, OS_LOCK_NAME) >=
        (int)sizeof lock->path) {
        lock->path[0] = '\0';
        return os_fail(error, "cannot write into the folder", folder, ENAMETOOLONG);
    }
    file = CreateFileA(lock->path, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ, NULL,
                       CREATE_ALWAYS, FILE_ATTRIBUTE_NORMAL | FILE_FLAG_DELETE_ON_CLOSE, NULL);
    if (file == INVALID_HANDLE_VALUE) {
        enum weft_status status =
            GetLastError() == ERROR_SHARING_VIOLATION
                ? fail_in_use(lock->path, folder, error)
                : os_fail(error, "cannot write into the folder", folder,
                          GetLastError() == ERROR_PATH_NOT_FOUND ? ENOENT : EACCES);
        lock->path[0] = '\0';
        return status;
    }
    os_lock_describe(text);
    WriteFile(file, text, (DWORD)strlen(text), &written, NULL);
    FlushFileBuffers(file);
    lock->file = (intptr_t)file;
    os_remove_parts(folder);
    return WEFT_OK;
}

/* Windows does not move a folder in which a file is open. */
enum weft_status os_lock_check(struct os_lock *lock, const char *folder, struct weft_error *error) {
    (void)lock, (void)folder, (void)error;
    return WEFT_OK;
}

bool os_lock_release(struct os_lock *lock) {
    if (lock->path[0] != '\0') {
        CloseHandle((HANDLE)lock->file); /* until now the folder could not be moved */
    }
    *lock = (struct os_lock){0};
    return true;
}
