/* summary_memory.h: the plan of a network's memory, for weft summary --memory. */
#ifndef WEFT_CLI_SUMMARY_MEMORY_H
#define WEFT_CLI_SUMMARY_MEMORY_H

#include "base/json_write.h"
#include "weft/network.h"

/* Prints the plan of a training step of ${batch} images as a table. */
enum weft_status cli_memory_print(const struct weft_network *network, size_t batch,
                                  struct weft_error *error);

/* Writes it as the member "memory" of the open object. */
enum weft_status cli_memory_json(struct json_writer *json, const struct weft_network *network,
                                 size_t batch, struct weft_error *error);

#endif
