/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LIB_JSON_TEXT_H
#define LIB_JSON_TEXT_H

#include <jansson.h>

/*
 * Any bytes, as names of files are, and texts that were cut: what is not UTF-8 has '?' for each byte above 0x7f. NULL
 * is null. NULL without memory
 */
json_t *json_text(const char *text);

#endif
