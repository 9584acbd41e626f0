/* json.h: the events that --json prints on stdout, one JSON object per line.
 *
 * A command prints a result with one function, which has the text and the fields of the event:
 *
 *     struct json_writer json;
 *     if (!cli_event_begin(&json, options->json, "verdict")) {
 *         screen_print("equal: %zu tensors\n", tensors);
 *         return WEFT_OK;
 *     }
 *     json_write_integer(&json, "tensors", tensors);
 *     return cli_event_end(&json, error); */
#ifndef WEFT_CLI_JSON_H
#define WEFT_CLI_JSON_H

#include "base/json_write.h"
#include "weft/device.h"

struct report_evaluation;

/* Begins the event ${name} and returns true if ${as_json}. Otherwise returns false: the caller
 * prints text. */
bool cli_event_begin(struct json_writer *json, bool as_json, const char *name);

/* Ends the event and prints it. Fails with WEFT_NO_MEMORY without memory; the program then ends
 * with a failure, also if the caller ignores this one. */
enum weft_status cli_event_end(struct json_writer *json, struct weft_error *error);

/* Returns whether cli_event_end has failed. */
bool cli_event_lost(void);

/* Adds a member that is null where ${text} is empty or NULL, or ${count} is 0. */
void cli_json_text(struct json_writer *json, const char *key, const char *text);
void cli_json_count(struct json_writer *json, const char *key, uint64_t count);

/* Adds the words of ${text}, which are separated by spaces, as an array of strings. */
void cli_json_words(struct json_writer *json, const char *key, const char *text);

/* Adds a device as the member ${key}. With ${key} NULL, adds its fields to the object that is
 * open. */
void cli_json_device(struct json_writer *json, const char *key, const struct weft_device *device);

/* Adds the ${names} of ${classes} classes as the member "classes". */
void cli_json_classes(struct json_writer *json, const char *const *names, size_t classes);

/* Adds the fields correct, accuracy, loss, classes and confusion to the object that is open. */
void cli_json_results(struct json_writer *json, const struct report_evaluation *evaluation,
                      const char *const *names);

#endif
