// SPDX-License-Identifier: GPL-2.0-or-later
/* Requests: what is in a line. */
#include <string.h>

#include "control.h"

#define NAME_MAX_BYTES 256

/* What is printed in logs and in tables. */
static bool is_name(const char *name)
{
	size_t i, length = strlen(name);

	for (i = 0; i < length; i++) {
		if ((unsigned char)name[i] <= ' ' || name[i] == 0x7f || name[i] == '"')
			return false;
	}
	return length && length < NAME_MAX_BYTES;
}

static const struct control_command *find(const char *name)
{
	const struct control_command *one;

	for (one = control_commands; one->name; one++) {
		if (!strcmp(one->name, name))
			return one;
	}
	return NULL;
}

static const char *check(struct control_request *request)
{
	const char *name = json_string_value(json_object_get(request->json, "command"));

	if (!name)
		return "no command";
	request->command = find(name);
	if (!request->command)
		return "there is no such command";
	request->name = json_string_value(json_object_get(request->json, "name"));
	request->conn = json_object_get(request->json, "conn");
	request->async = json_is_true(json_object_get(request->json, "async"));
	if (request->command->needs == CONTROL_CONN)
		request->name = json_string_value(json_object_get(request->conn, "name"));
	if (request->command->needs != CONTROL_NOTHING && !request->name)
		return request->command->needs == CONTROL_NAME ? "no name" : "no conn, or one without a name";
	if (request->name && !is_name(request->name))
		return "not a connection's name";
	if (request->command->needs == CONTROL_CONN && !json_is_object(json_object_get(request->conn, "keywords")))
		return "a conn without keywords";
	return NULL;
}

/**
 * control_request_read() - a line as a request
 * @line: without its end
 * @why: gets what is wrong
 *
 * Return: 0; -1: it is none
 */
int control_request_read(struct control_request *request, const char *line, size_t length, char *why, size_t size)
{
	json_error_t error;
	const char *wrong;

	*request = (struct control_request){ .json = json_loadb(line, length, JSON_REJECT_DUPLICATES, &error) };
	if (!request->json) {
		snprintf(why, size, "not JSON: %s", error.text);
		return -1;
	}
	wrong = json_is_object(request->json) ? check(request) : "not an object";
	if (!wrong)
		return 0;
	snprintf(why, size, "%s", wrong);
	control_request_free(request);
	return -1;
}

void control_request_free(struct control_request *request)
{
	json_decref(request->json);
	request->json = NULL;
}
