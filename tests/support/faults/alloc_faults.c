/* alloc_faults.c: a library that makes allocations of weft's own code fail (fault.h says how):
 * those that the program and libweft call, not those of the libraries that they use. WEFT_FAULT is
 * "alloc:N" or "alloc:N+". */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <stddef.h>

#include "fault.h"

enum { RANGES = 8, EARLY = 65536 };

static struct { uintptr_t begin, end; } own[RANGES]; /* the code of weft */
static size_t ranges;
static bool ready;
static struct fault fault = {.name = "alloc"};

/* dlsym may allocate before the functions that it looks for are known. */
static _Alignas(max_align_t) char early[EARLY];
static size_t early_used;

static void *(*real_malloc)(size_t), *(*real_calloc)(size_t, size_t);
static void *(*real_realloc)(void *, size_t), *(*real_aligned_alloc)(size_t, size_t);
static void (*real_free)(void *);
static int (*real_posix_memalign)(void **, size_t, size_t);

/* The first object is the program. */
static int add_ranges(struct dl_phdr_info *info, size_t size, void *objects) {
    size_t *object = objects;
    (void)size;
    for (int i = 0; i < info->dlpi_phnum && ranges < RANGES; i++) {
        const ElfW(Phdr) *header = &info->dlpi_phdr[i];
        if (header->p_type == PT_LOAD && (header->p_flags & PF_X) != 0 &&
            (*object == 0 || strstr(info->dlpi_name, "libweft") != NULL)) {
            own[ranges].begin = info->dlpi_addr + header->p_vaddr;
            own[ranges].end = own[ranges].begin + header->p_memsz;
            ranges++;
        }
    }
    ++*object;
    return 0;
}

static void start(void) {
    static bool starting;
    size_t objects = 0;
    if (starting) {
        return;
    }
    starting = true;
    *(void **)&real_malloc = dlsym(RTLD_NEXT, "malloc");
    *(void **)&real_calloc = dlsym(RTLD_NEXT, "calloc");
    *(void **)&real_realloc = dlsym(RTLD_NEXT, "realloc");
    *(void **)&real_aligned_alloc = dlsym(RTLD_NEXT, "aligned_alloc");
    *(void **)&real_posix_memalign = dlsym(RTLD_NEXT, "posix_memalign");
    *(void **)&real_free = dlsym(RTLD_NEXT, "free");
    dl_iterate_phdr(add_ranges, &objects);
    ready = true;
}

__attribute__((constructor)) static void begin(void) {
    start();
}

/* Returns whether the allocation that returns to ${caller} fails. */
static bool fails(const void *caller) {
    uintptr_t address = (uintptr_t)caller;
    int code;
    for (size_t i = 0; ready && i < ranges; i++) {
        if (address >= own[i].begin && address < own[i].end && fault_hits(&fault, &code)) {
            errno = ENOMEM;
            return true;
        }
    }
    return false;
}

static void *take_early(size_t size) {
    void *memory = early + early_used;
    early_used += (size + 15) / 16 * 16;
    if (early_used > EARLY) {
        abort();
    }
    return memory;
}

void *malloc(size_t size) {
    start();
    if (real_malloc == NULL) {
        return take_early(size);
    }
    return fails(__builtin_return_address(0)) ? NULL : real_malloc(size);
}

void *calloc(size_t nmemb, size_t size) {
    start();
    if (real_calloc == NULL) {
        return take_early(nmemb * size);
    }
    return fails(__builtin_return_address(0)) ? NULL : real_calloc(nmemb, size);
}

void *realloc(void *ptr, size_t size) {
    start();
    return fails(__builtin_return_address(0)) ? NULL : real_realloc(ptr, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    start();
    return fails(__builtin_return_address(0)) ? NULL : real_aligned_alloc(alignment, size);
}

int posix_memalign(void **memptr, size_t alignment, size_t size) {
    start();
    return fails(__builtin_return_address(0)) ? ENOMEM
                                              : real_posix_memalign(memptr, alignment, size);
}

void free(void *ptr) {
    if (((char *)ptr < early || (char *)ptr >= early + EARLY) && real_free != NULL) {
        real_free(ptr);
    }
}
