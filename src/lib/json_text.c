// SPDX-License-Identifier: GPL-2.0-or-later
#include "json_text.h"

#include <stdlib.h>
#include <string.h>

json_t *json_text(const char *text)
{
	json_t *json = json_string(text);
	char *copy = json || !text ? NULL : strdup(text), *at;

	if (!copy)
		return json || text ? json : json_null();
	for (at = copy; *at; at++) {
		if (*at & 0x80)
			*at = '?';
	}
	json = json_string(copy);
	free(copy);
	return json;
}
