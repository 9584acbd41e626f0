/* json.h: JSON fields that several events and run.json have in common. */
#ifndef WEFT_CLI_JSON_H
#define WEFT_CLI_JSON_H

#include "base/json_write.h"
#include "weft/device.h"
#include "weft/train.h"

/* Adds a device as the member ${key}. With ${key} NULL, adds its fields to the object that is open. */
void cli_json_device(struct json_writer *json, const char *key, const struct weft_device *device);

/* Adds the fields correct, accuracy, loss, classes and confusion to the object that is open.
 * ${names}: the name of each class. */
void cli_json_results(struct json_writer *json, const struct weft_evaluation *evaluation,
                      const char *const *names);

#endif
