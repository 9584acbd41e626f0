/* api.h: what the functions of the public headers have in common: each checks its arguments, clears
 * the error, and calls the private functions of the folders below.
 *
 *     enum weft_status weft_network_create(const char *json, struct weft_network **network,
 *                                          struct weft_error *error) {
 *         API_BEGIN;
 *         API_CREATES(network);
 *         API_NOT_NULL(json);
 *         return network_create(json, network, error);
 *     } */
#ifndef WEFT_API_API_H
#define WEFT_API_API_H

#include <stddef.h>

#include "base/error.h"
#include "base/try.h"
#include "weft/images.h"

/* The largest batch, and the largest number of channels, rows or columns of images. */
enum { API_BATCH_MAX = 1000000, API_SIDE_MAX = 65536 };

/* Begins a function with the argument ${error}: clears the error. Where the caller gave none, the
 * private functions get one of the function's own, since they return its status. */
#define API_BEGIN                                                                                  \
    struct weft_error own_error;                                                                   \
    error = api_clear(error != NULL ? error : &own_error)

/* Fails with WEFT_USAGE and "FUNCTION: ..." unless ${condition}. The other arguments are those of
 * printf. */
#define API_REQUIRE(condition, ...)                                                                \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            return api_usage(error, __func__, __VA_ARGS__);                                        \
        }                                                                                          \
    } while (0)

#define API_NOT_NULL(argument) API_REQUIRE((argument) != NULL, #argument " is NULL")

/* Checks the argument where the function stores the object that it creates, and stores NULL. */
#define API_CREATES(argument)                                                                      \
    do {                                                                                           \
        API_NOT_NULL(argument);                                                                    \
        *(argument) = NULL;                                                                        \
    } while (0)

/* Copies the caller's structure ${given}, which may be NULL, into the structure ${own}, of the same
 * type. ${last}: its last member in the first version of the library that has it. It stays when
 * members are added, so that programs compiled before still work. */
#define API_STRUCTURE(own, given, last)                                                            \
    TRY(api_structure_read(&(own), sizeof(own), API_SIZE_TO(own, last), given, __func__, #given,   \
                           error))

/* Returns the bytes of ${structure} up to the end of ${member}. */
#define API_SIZE_TO(structure, member)                                                             \
    ((size_t)((const char *)(&(structure).member + 1) - (const char *)&(structure)))

/* Stores ${found}, which shares its memory, as a new object in ${images}. Finishes ${found} on
 * failure. */
enum weft_status api_images_make(struct weft_images *found, struct weft_images **images,
                                 struct weft_error *error);

/* Empties ${error} and returns it. */
struct weft_error *api_clear(struct weft_error *error);

/* Sets ${error} to WEFT_USAGE and "FUNCTION: " with what ${format} makes. Returns WEFT_USAGE. */
enum weft_status api_usage(struct weft_error *error, const char *function, const char *format, ...)
    PRINTF_FORMAT(3, 4);

/* Fails with WEFT_USAGE unless ${value}, the argument or member ${name}, is an enumerator from 0 to
 * ${last}. */
enum weft_status api_choice(struct weft_error *error, const char *function, const char *name,
                            int value, int last);

/* Puts "FUNCTION: " before the message of a private function that found a wrong use. Returns
 * ${status}, which may be another one. */
enum weft_status api_context(struct weft_error *error, const char *function,
                             enum weft_status status);

/* The same for a private function that checked an argument as if a file had it: makes WEFT_USAGE of
 * WEFT_BAD_FILE. */
enum weft_status api_argument(struct weft_error *error, const char *function,
                              enum weft_status status);

/* options.c: copies min(given->size, ${size}) bytes of the caller's structure ${given} into ${own},
 * of ${size} bytes, and sets the rest to 0; own->size becomes ${size}. A ${given} of NULL is one of
 * zeros. Fails with WEFT_USAGE for a size below ${first_size} or above 4096, and for a member that
 * this library does not know and that is not 0. */
enum weft_status api_structure_read(void *own, size_t size, size_t first_size, const void *given,
                                    const char *function, const char *name,
                                    struct weft_error *error);

/* Copies the results ${own}, of ${size} bytes, into the caller's structure ${given}, which
 * api_structure_read has checked, up to its size, and sets the rest of it to 0. */
void api_structure_write(void *given, const void *own, size_t size);

#endif
