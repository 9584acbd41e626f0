/* host.h: the machine, and the share of it that this process has. */
#ifndef WEFT_OS_HOST_H
#define WEFT_OS_HOST_H

#include <stddef.h>
#include <stdint.h>

/* Returns seconds of a monotonic clock. */
double os_seconds(void);

/* Returns a number that no other process has. */
unsigned long os_process_id(void);

/* Stores the name of the machine, or an empty text if it has none. */
void os_host_name(char name[256]);

/* Returns the number of processors that this process may use, at least 1. */
unsigned os_processors(void);

/* Returns the highest supported level of vector instructions: 0 (as compiled), 3 (x86-64-v3) or 4
 * (x86-64-v4). */
int os_vector_level(void);

/* Returns the maximum resident memory of this process so far in bytes, or 0 where the system does
 * not report it. */
size_t os_peak_memory(void);

/* Returns the bytes of memory that this process may use: those of the machine, or of its container
 * if that has fewer; 0 where the system does not report it. */
uint64_t os_memory(void);

/* Returns how many of these bytes are free, including those that the system can free at once. */
uint64_t os_free_memory(void);

/* Allocates ${size} bytes at a multiple of 64, which os_free_aligned frees. Returns NULL when there
 * is no memory. (Windows lacks aligned_alloc of C11.) */
void *os_aligned(size_t size);
void os_free_aligned(void *memory);

/* Looks for the OpenCL library. Call it before the first OpenCL function. On Windows the library
 * may be missing, and the program looks for it only then; elsewhere the program does not start
 * without the library. */
#ifdef _WIN32
void os_prepare_opencl(void);
#else
static inline void os_prepare_opencl(void) {
}
#endif

#endif
