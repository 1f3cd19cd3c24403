// SPDX-License-Identifier: GPL-2.0-or-later
/* ipsec addconn as users type it. */
#define _GNU_SOURCE
#include "../../klips/tests/test.h"

#include <unistd.h>

#include "run_command.h"

static char path[] = "/tmp/addconn-test-XXXXXX";

static int set_up(void **state)
{
	int fd;

	(void)state;
	memcpy(path + sizeof(path) - sizeof("XXXXXX"), "XXXXXX", sizeof("XXXXXX"));
	fd = mkstemp(path);
	return fd < 0 ? -1 : close(fd);
}

static int tear_down(void **state)
{
	(void)state;
	return unlink(path);
}

static void write_config(const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

/* Runs addconn with words between single blanks; FILE is the configuration. */
static void run(const char *line)
{
	const char *at = strstr(line, "FILE");
	char text[256];

	snprintf(text, sizeof(text), "%.*s%s", at ? (int)(at - line) : (int)strlen(line), line, at ? path : "");
	run_command(run_addconn, text);
}

static void assert_run(const char *line, int exit_status, const char *output, const char *complaint)
{
	run(line);
	assert_string_equal(command_err, complaint);
	assert_string_equal(command_out, output);
	assert_int_equal(command_status, exit_status);
}

static const char good[] =
	"config setup\n\tprotostack=xfrm\n\tmyvendorid=\"it's\"\n"
	"conn %default\n\tleft=1.1.1.1\n\tright=2.2.2.2\n"
	"conn a\n\tauto=add\nconn b\n\tauto=start\nconn c\n\tauto=route\nconn d\nconn e\n\tauto=keep\n";

static void good_ones_pass_silently(void **state)
{
	(void)state;
	write_config(good);
	assert_run("addconn --checkconfig --config FILE", 0, "", "");
}

static void conns_are_listed(void **state)
{
	(void)state;
	write_config(good);
	assert_run("addconn --listall --config FILE", 0, "a\nb\nc\nd\ne\n", "");
	assert_run("addconn --listadd --config FILE", 0, "a\n", "");
	assert_run("addconn --liststart --config FILE", 0, "b\ne\n", "");
	assert_run("addconn --listroute --config FILE", 0, "c\n", "");
	assert_run("addconn --listignore --config FILE", 0, "d\n", "");
	assert_run("addconn --listall --autoall --config FILE", 0, "a\nb\nc\ne\n", "");
	assert_run("addconn --liststart --json --config FILE", 0, "[\n  \"b\",\n  \"e\"\n]\n", "");
	assert_run("addconn --liststack --config FILE", 0, "netkey\n", "");
}

static void the_faulty_are_named(void **state)
{
	char text[256];

	(void)state;
	write_config("conn a\n\tswans=7\nconn b\n\tauto=ignore\n");
	snprintf(text, sizeof(text), "%s:2: unknown keyword 'swans'\nipsec addconn: conn a does not load\n", path);
	assert_run("addconn --checkconfig --config FILE", 1, "", text);
	assert_run("addconn --listall --config FILE", 1, "b\n", text);
	write_config("conn a\n\tforceencaps=yes\n");
	snprintf(text, sizeof(text),
		 "%s:2: warning: keyword 'forceencaps' is obsolete and does nothing; now: encapsulation=\n", path);
	assert_run("addconn --checkconfig --config FILE", 0, "", text);
	assert_run("addconn --checkconfig --config /no/where", 1, "", "/no/where: No such file or directory\n");
}

static json_t *run_json(const char *line, int exit_status)
{
	json_t *json;

	run(line);
	assert_string_equal(command_err, "");
	assert_int_equal(command_status, exit_status);
	json = json_loads(command_out, 0, NULL);
	assert_non_null(json);
	return json;
}

static const char *text_at(const json_t *json, const char *name)
{
	return json_string_value(json_object_get(json, name));
}

static void all_is_json(void **state)
{
	json_t *json, *conns, *error;

	(void)state;
	write_config("conn a\n\tauto=what\nconn b\n\tleft=1.1.1.1\n\tright=%any\n\tauto=add\nconn c\n");
	json = run_json("addconn --checkconfig --json --autoall --config FILE", 1);
	conns = json_object_get(json, "conns");
	assert_int_equal(json_array_size(conns), 1);
	assert_string_equal(text_at(json_array_get(conns, 0), "name"), "b");
	assert_string_equal(text_at(json_object_get(json_array_get(conns, 0), "keywords"), "right"), "%any");
	assert_string_equal(text_at(json_object_get(json, "setup"), "protostack"), "auto");
	assert_string_equal(json_string_value(json_array_get(json_object_get(json, "faulty"), 0)), "a");
	error = json_array_get(json_object_get(json, "errors"), 0);
	assert_string_equal(text_at(error, "file"), path);
	assert_int_equal(json_integer_value(json_object_get(error, "line")), 2);
	assert_int_equal(json_integer_value(json_object_get(error, "column")), 7);
	assert_true(json_is_false(json_object_get(error, "warning")));
	assert_string_equal(text_at(error, "text"), "auto: 'what': not one of ignore, add, ondemand, start, keep");
	json_decref(json);
	write_config(good);
	json = run_json("addconn --checkconfig --json --conn d --config FILE", 0);
	assert_int_equal(json_array_size(json_object_get(json, "conns")), 1);
	json_decref(json);
	assert_run("addconn --checkconfig --conn x --config FILE", 1, "",
		   "ipsec addconn: x: there is no conn of this name\n");
}

/* The name of a file is bytes, of which JSON takes not all. */
static void any_file_is_named_in_json(void **state)
{
	json_t *json, *errors;

	(void)state;
	json = run_json("addconn --checkconfig --json --config /no/\xff", 1);
	errors = json_object_get(json, "errors");
	assert_int_equal(json_array_size(errors), 1);
	assert_string_equal(text_at(json_array_get(errors, 0), "file"), "/no/?");
	assert_string_equal(text_at(json_array_get(errors, 0), "text"), "No such file or directory");
	json_decref(json);
	write_config("conn a\n\tleftckaid=ab\xc3\xb6\n");
	json = run_json("addconn --checkconfig --json --config FILE", 1);
	errors = json_object_get(json, "errors");
	assert_string_equal(text_at(json_array_get(errors, 0), "text"), "leftckaid: '\xc3\xb6': not hexadecimal");
	json_decref(json);
}

static void shells_read_setup(void **state)
{
	(void)state;
	write_config(good);
	run("addconn --configsetup --config FILE");
	assert_int_equal(command_status, 0);
	assert_non_null(strstr(command_out, "export protostack='netkey'\n"));
	assert_non_null(strstr(command_out, "export myvendorid='it'\\''s'\n"));
	assert_non_null(strstr(command_out, "export nat_ikeport='4500'\n"));
	run("addconn --configsetup --noexport --varprefix IPSEC_ --config FILE");
	assert_non_null(strstr(command_out, "\nIPSEC_ikeport='500'\n"));
}

static void keywords_are_json(void **state)
{
	json_t *json, *first;

	(void)state;
	json = run_json("addconn --keywords", 0);
	first = json_array_get(json_object_get(json_array_get(json, 0), "keywords"), 0);
	assert_string_equal(text_at(first, "name"), "protostack");
	assert_string_equal(text_at(first, "default"), "auto");
	json_decref(json);
}

static void wrong_words_are_refused(void **state)
{
	(void)state;
	assert_run("addconn", 2, "", "ipsec addconn: what is to be done? --help lists it\n");
	assert_run("addconn --checkconfig x", 2, "", "ipsec addconn: x: what is this for?\n");
	assert_run("addconn --swan", 2, "",
		   "ipsec addconn: --swan: there is no such option, or it is not clear which, or it takes no value\n");
	assert_run("addconn --list", 2, "",
		   "ipsec addconn: --list: there is no such option, or it is not clear which, or it takes no value\n");
	assert_run("addconn --config", 2, "", "ipsec addconn: --config: its value is missing\n");
	assert_run("addconn --listall --listadd", 2, "", "ipsec addconn: only one of --list...\n");
	assert_run("addconn --liststack --configsetup", 2, "",
		   "ipsec addconn: only one of --checkconfig, --configsetup, --liststack and --keywords\n");
	assert_run("addconn --liststack --listall", 2, "", "ipsec addconn: --list... goes with --checkconfig alone\n");
	assert_run("addconn --listall --conn a", 2, "", "ipsec addconn: --conn is for --checkconfig\n");
	run("addconn --help");
	assert_int_equal(command_status, 0);
	assert_non_null(strstr(command_out, "usage: ipsec addconn --checkconfig"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_ones_pass_silently), cmocka_unit_test(conns_are_listed),
		cmocka_unit_test(the_faulty_are_named),	   cmocka_unit_test(all_is_json),
		cmocka_unit_test(shells_read_setup),	   cmocka_unit_test(keywords_are_json),
		cmocka_unit_test(wrong_words_are_refused), cmocka_unit_test(any_file_is_named_in_json),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
