// SPDX-License-Identifier: GPL-2.0-or-later
/* Requests to pluto: which lines are some. The socket itself is tested by test_pluto.py. */
#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

#include "../control.h"

static void refused(const char *line, const char *expected)
{
	struct control_request request;
	char why[256] = "";

	assert_int_equal(control_request_read(&request, line, strlen(line), why, sizeof(why)), -1);
	assert_non_null(strstr(why, expected));
}

static void good(struct control_request *request, const char *line)
{
	char why[256] = "", *memory = malloc(strlen(line));

	/* Not a byte after the line is read. */
	memcpy(memory, line, strlen(line));
	assert_int_equal(control_request_read(request, memory, strlen(line), why, sizeof(why)), 0);
	free(memory);
}

static void commands(void **state)
{
	const struct control_command *one;
	struct control_request request;
	char line[256];

	(void)state;
	for (one = control_commands; one->name; one++) {
		snprintf(line, sizeof(line), "{\"command\": \"%s\", \"name\": \"a\", \"conn\": %s}", one->name,
			 "{\"name\": \"b\", \"keywords\": {}}");
		good(&request, line);
		assert_ptr_equal(request.command, one);
		assert_string_equal(request.name, one->needs == CONTROL_CONN ? "b" : "a");
		assert_false(request.async);
		control_request_free(&request);
	}
	good(&request, "{\"command\": \"up\", \"name\": \"a\", \"async\": true}");
	assert_true(request.async);
	control_request_free(&request);
	good(&request, "{\"command\": \"status\"}");
	assert_null(request.name);
	control_request_free(&request);
}

static void no_commands(void **state)
{
	(void)state;
	refused("", "not JSON");
	refused("{", "not JSON");
	refused("{\"command\": \"up\", \"command\": \"down\"}", "not JSON");
	refused("[]", "not an object");
	refused("{}", "no command");
	refused("{\"command\": 1}", "no command");
	refused("{\"command\": \"dance\"}", "there is no such command");
	refused("{\"command\": \"up\"}", "no name");
	refused("{\"command\": \"up\", \"name\": 7}", "no name");
	refused("{\"command\": \"up\", \"name\": \"\"}", "not a connection's name");
	refused("{\"command\": \"up\", \"name\": \"a b\"}", "not a connection's name");
	refused("{\"command\": \"up\", \"name\": \"a\\nb\"}", "not a connection's name");
	refused("{\"command\": \"up\", \"name\": \"a\\\"b\"}", "not a connection's name");
	refused("{\"command\": \"add\", \"name\": \"a\"}", "no conn");
	refused("{\"command\": \"add\", \"conn\": {\"name\": \"a\"}}", "a conn without keywords");
	refused("{\"command\": \"add\", \"conn\": {\"name\": \"a\", \"keywords\": []}}", "a conn without keywords");
}

static void long_name(void **state)
{
	char name[300], line[400];

	(void)state;
	memset(name, 'a', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	snprintf(line, sizeof(line), "{\"command\": \"up\", \"name\": \"%s\"}", name);
	refused(line, "not a connection's name");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commands),
		cmocka_unit_test(no_commands),
		cmocka_unit_test(long_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
