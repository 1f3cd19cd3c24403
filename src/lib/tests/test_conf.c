// SPDX-License-Identifier: GPL-2.0-or-later
/* ipsec.conf: sections, inheritance, files that include others; and of each fault its exact words. */
#define _GNU_SOURCE
#include "conf_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../conf.h"

static struct conf *conf;

static void drop(void)
{
	conf_free(conf);
	conf_errors_free(&rig_errors);
	conf = NULL;
}

static int tear_down(void **state)
{
	(void)state;
	drop();
	return 0;
}

static void parse(const char *text)
{
	drop();
	conf = conf_parse("x.conf", text, strlen(text), &rig_errors);
	assert_non_null(conf);
}

/* One fault, and nothing else. */
static void assert_fault(const char *text, const char *fault)
{
	parse(text);
	rig_assert_error(0, fault);
	assert_int_equal(rig_errors.count, 1);
}

static void parse_well(const char *text)
{
	parse(text);
	rig_assert_no_error();
}

static void assert_text(const char *conn, const char *name, const char *text)
{
	const struct conf_section *section = conn ? conf_find_conn(conf, conn) : &conf->setup;
	const char *found;

	assert_non_null(section);
	found = conf_text(section, name);
	if (!found || !text)
		assert_ptr_equal(found, text);
	else
		assert_string_equal(found, text);
}

static bool is_faulty(const char *conn)
{
	const struct conf_section *section = conf_find_conn(conf, conn);

	assert_non_null(section);
	return section->is_faulty;
}

static void sections_have_settings(void **state)
{
	(void)state;
	parse_well("# a comment\n"
		   "version 2\n"
		   "\n"
		   "config setup   # another\n"
		   "\tprotostack=xfrm\n"
		   "   # and one more\n"
		   "\n"
		   "  logfile = /var/log/pluto.log\n"
		   "conn\twest-east\r\n"
		   "\tleft=192.1.2.45\r\n"
		   "\tleftid=\"C=CA, O=a # b\"  # c\n"
		   "\tright = %any\n"
		   "\tRightSubnets={192.0.2.0/24 10.0.0.0/8}\n"
		   "\tleft-rsasigkey=%cert\n"
		   "\tconnalias=a#b\n"
		   "\tx-mine=whatever\n");
	assert_text(NULL, "protostack", "netkey");
	assert_text(NULL, "logfile", "/var/log/pluto.log");
	assert_text(NULL, "uniqueids", "yes");
	assert_text(NULL, "overridemtu", NULL);
	assert_text("west-east", "leftid", "C=CA, O=a # b");
	assert_text("west-east", "right", "%any");
	assert_text("west-east", "rightsubnets", "192.0.2.0/24,10.0.0.0/8");
	assert_text("west-east", "leftrsasigkey", "%cert");
	assert_text("west-east", "connalias", "a#b");
	assert_text("west-east", "keylife", "8h");
	assert_null(conf_find_conn(conf, "west"));
	assert_int_equal(conf->conns[0]->place.line, 9);
	assert_int_equal(conf_find(conf->conns[0], "right")->place.line, 12);
}

static void nothing_is_a_configuration(void **state)
{
	(void)state;
	parse_well("");
	assert_int_equal(conf->count, 0);
	assert_null(conf_find_conn(conf, "x"));
	assert_text(NULL, "protostack", "auto");
	parse_well("conn a");
	assert_int_equal(conf->count, 1);
	assert_false(is_faulty("a"));
}

static void conns_inherit(void **state)
{
	(void)state;
	parse_well("conn a\n\talso=b c\n\tikelifetime=1h\n\talso=d\n"
		   "conn b\n\tikelifetime=2h\n\tsalifetime=2h\n\trekeymargin=2m\n\tpriority=2\n"
		   "conn c\n\tsalifetime=3h\n\trekeymargin=3m\n"
		   "conn d\n\trekeymargin=4m\n\talso=e\n"
		   "conn e\n\trekeymargin=5m\n\tmtu=1400\n"
		   "conn %default\n\tpriority=9\n\tmetric=9\n");
	assert_text("a", "ikelifetime", "3600");
	assert_text("a", "salifetime", "10800");
	assert_text("a", "rekeymargin", "240");
	assert_text("a", "priority", "2");
	assert_text("a", "mtu", "1400");
	assert_text("a", "metric", "9");
	assert_text("e", "priority", "9");
	assert_int_equal(conf->count, 5);
}

static void ends_are_flipped(void **state)
{
	(void)state;
	parse_well("conn a\n\tleft=1.1.1.1\n\tright=2.2.2.2\n\tleftid=@a\n"
		   "conn b\n\talsoflip=a\n"
		   "conn c\n\talsoflip=b\n\trightid=@c\n");
	assert_text("b", "left", "2.2.2.2");
	assert_text("b", "right", "1.1.1.1");
	assert_text("b", "rightid", "@a");
	assert_text("b", "leftid", NULL);
	assert_text("c", "left", "1.1.1.1");
	assert_text("c", "leftid", "@a");
	assert_text("c", "rightid", "@c");
}

static void default_is_what_is_not_said(void **state)
{
	(void)state;
	parse_well("conn %default\n\tmtu=1400\n\talso=base\n"
		   "conn a\n\tleft=1.1.1.1\n"
		   "conn base\n\tmtu=1300\n\tmetric=5\n"
		   "conn %default\n\tmtu=1500\n"
		   "config setup\n\tikeport=1\n"
		   "config setup\n\tikeport=2\n");
	assert_text("a", "mtu", "1500");
	assert_text("a", "metric", "5");
	assert_text("base", "mtu", "1300");
	assert_text(NULL, "ikeport", "2");
}

static void unknown_keywords_are_errors(void **state)
{
	(void)state;
	assert_fault("conn a\n\tikelifetme=1h\n",
		     "x.conf:2: unknown keyword 'ikelifetme' (did you mean 'ikelifetime'?)");
	assert_true(is_faulty("a"));
	assert_fault("conn a\n\tleftsubnt=1h\n", "x.conf:2: unknown keyword 'leftsubnt' (did you mean 'leftsubnet'?)");
	assert_fault("conn a\n\trigthid=@a\n", "x.conf:2: unknown keyword 'rigthid' (did you mean 'rightid'?)");
	assert_fault("conn a\n\tswans=7\n", "x.conf:2: unknown keyword 'swans'");
	assert_fault("config setup\n\tprotostak=x\n",
		     "x.conf:2: unknown keyword 'protostak' (did you mean 'protostack'?)");
	assert_fault("config setup\n\tauto=add\n", "x.conf:2: keyword 'auto' is not for config setup, but for a conn");
	assert_fault("conn a\n\tlogfile=add\n", "x.conf:2: keyword 'logfile' is not for a conn, but for config setup");
	assert_true(is_faulty("a"));
}

static void old_keywords_are_warnings(void **state)
{
	(void)state;
	assert_fault("conn a\n\tkeylife=1h\n", "x.conf:2: warning: keyword 'keylife' is an old name of 'salifetime'");
	assert_text("a", "salifetime", "3600");
	assert_int_equal(rig_errors.errors, 0);
	assert_int_equal(rig_errors.warnings, 1);
	assert_fault("conn a\n\tforceencaps=yes\n",
		     "x.conf:2: warning: keyword 'forceencaps' is obsolete and does nothing; now: encapsulation=");
	assert_false(is_faulty("a"));
	assert_fault("config setup\n\tplutofork=yes\n",
		     "x.conf:2: warning: keyword 'plutofork' is obsolete and does nothing");
	assert_fault("conn a\n\tiptfs=yes\n",
		     "x.conf:2: warning: keyword 'iptfs' does nothing: Cygnet does not have it");
	assert_fault("conn a\n\tdns-match-id,=yes\n",
		     "x.conf:2: warning: keyword 'dns-match-id,' is an old name of 'dns-match-id'");
	parse_well("conn a\n\tretransmit_interval=7\n");
	assert_text("a", "retransmit-interval", "7");
}

static void wrong_values_are_shown_in_their_place(void **state)
{
	(void)state;
	assert_fault("conn a\n\tauto=maybe\n",
		     "x.conf:2:7: auto: 'maybe': not one of ignore, add, ondemand, start, keep");
	assert_fault("conn a\n  ike = \"aes256-sha2_256,aes128-swan\"\n",
		     "x.conf:2:33: ike: 'swan': no such algorithm");
	assert_fault("conn a\n\tleftsubnets={10.0.0.0/8 10.0.0.1/33}\n",
		     "x.conf:2:26: leftsubnets: '10.0.0.1/33': its mask is not a length that fits the address");
	assert_true(is_faulty("a"));
	assert_fault("conn a\n\tikelifetime=\n", "x.conf:2:14: ikelifetime: its value is missing");
	assert_fault("conn a\n\tikelifetime=\"\"\n", "x.conf:2:15: ikelifetime: its value is missing");
}

static void duplicates_are_errors(void **state)
{
	(void)state;
	assert_fault("conn a\n\tmtu=1400\n\tmtu=1500\n", "x.conf:3: keyword 'mtu' is there twice: before at x.conf:2");
	assert_true(is_faulty("a"));
	assert_fault("config setup\n\tikeport=1\n\tikeport=2\n",
		     "x.conf:3: keyword 'ikeport' is there twice: before at x.conf:2");
	parse("conn a\n\tsalifetime=1h\n\tkeylife=1h\n");
	rig_assert_error(1, "x.conf:3: keyword 'keylife' is there twice: before at x.conf:2");
	assert_fault("conn a\n\tmtu=1400\nconn a\n\tmtu=1500\n",
		     "x.conf:3: conn a: there is one of this name at x.conf:1");
	assert_text("a", "mtu", "1400");
	assert_false(is_faulty("a"));
	assert_true(conf->conns[1]->is_faulty);
}

static void loops_are_errors(void **state)
{
	(void)state;
	assert_fault("conn a\n\talso=a\n", "x.conf:2: also=a: conn a has itself in it");
	assert_fault("conn a\n\talso=b\nconn b\n\talso=a\n", "x.conf:4: also=a: a loop, as conn a has conn b in it");
	assert_true(is_faulty("a"));
	assert_true(is_faulty("b"));
	assert_fault("conn a\n\talso=b\nconn b\n\talso=c\nconn c\n\talsoflip=a\nconn d\n\tmtu=1400\n",
		     "x.conf:6: alsoflip=a: a loop, as conn a has conn c in it");
	assert_true(is_faulty("a"));
	assert_true(is_faulty("c"));
	assert_false(is_faulty("d"));
	assert_fault("conn a\n\talso=b\nconn c\n\talso=a\n", "x.conf:2: also=b: there is no conn of this name");
	assert_true(is_faulty("a"));
	assert_true(is_faulty("c"));
	assert_fault("conn a\n\talso=%default\n", "x.conf:2:7: also: '%default': not a conn's name");
}

/* Each has the next one twice: 2^24 ways, of which few are walked. */
static void towers_end(void **state)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	int i;

	(void)state;
	for (i = 0; i < 24; i++)
		fprintf(out, "conn c%d\n\talso=c%d\n\talso=c%d\n", i, i + 1, i + 1);
	fprintf(out, "conn c24\n\tmtu=1400\n");
	fclose(out);
	parse(text);
	free(text);
	rig_assert_error(0, "x.conf:1: conn c0: more than 1000 sections in it");
	assert_true(is_faulty("c0"));
	assert_false(is_faulty("c20"));
	assert_text("c20", "mtu", "1400");
}

static void a_fault_is_of_all_who_have_it(void **state)
{
	(void)state;
	assert_fault("conn base\n\tike=swan\nconn a\n\talso=base\nconn b\n\talso=base\n\tike=aes256-sha2_256-modp2048\n"
		     "conn c\n\tmtu=1400\n",
		     "x.conf:2:6: ike: 'swan': no such encryption algorithm");
	assert_true(is_faulty("base"));
	assert_true(is_faulty("a"));
	assert_false(is_faulty("b"));
	assert_false(is_faulty("c"));
	assert_fault("conn %default\n\tmtu=x\nconn a\n\tmtu=1400\nconn b\n", "x.conf:2:6: mtu: 'x': not a number");
	assert_false(is_faulty("a"));
	assert_true(is_faulty("b"));
}

static void ends_must_be_there(void **state)
{
	(void)state;
	parse("conn a\n\tauto=add\n");
	rig_assert_error(0, "x.conf:1: conn a: left= is missing");
	rig_assert_error(1, "x.conf:1: conn a: right= is missing");
	assert_true(is_faulty("a"));
	assert_fault("conn a\n\tauto=start\n\tleft=1.1.1.1\n", "x.conf:1: conn a: right= is missing");
	assert_fault("conn a\n\tauto=route\n\tleft=1.1.1.1\n\tright=%any\n\tleftsubnet=10.0.0.0/8\n"
		     "\tleftsubnets={10.0.0.0/8}\n",
		     "x.conf:1: conn a: it has both leftsubnet= and leftsubnets=");
}

static void grammar_is_kept(void **state)
{
	(void)state;
	assert_fault("left=1.1.1.1\n", "x.conf:1: 'left=1.1.1.1' is not indented, as settings are");
	assert_fault("left = 1.1.1.1\n", "x.conf:1: 'left' is not indented, as settings are");
	assert_fault("swan east\n", "x.conf:1: 'swan' is not config setup, conn, include or version");
	assert_fault("\tleft=1.1.1.1\n", "x.conf:1: 'left' is in no section");
	assert_fault("conn\n", "x.conf:1: conn: one name is missing after it");
	assert_fault("conn a b\n", "x.conf:1: conn: one name is missing after it");
	assert_fault("conn %else\n", "x.conf:1: conn %else: only %default begins with %");
	assert_fault("config swan\n", "x.conf:1: config swan: there is only config setup");
	assert_fault("version 3\n", "x.conf:1: version 3: this is version 2");
	assert_fault("version 20\n", "x.conf:1: version 20: this is version 2");
	assert_fault("conn a\n\tleft\n", "x.conf:2: 'left' is not KEYWORD=VALUE");
	assert_true(is_faulty("a"));
	assert_fault("conn a\n\t=left\n", "x.conf:2: '=left' is not KEYWORD=VALUE");
	assert_fault("conn a\n\tleftid=\"C=CA\n", "x.conf:2: the closing \" is missing");
	assert_true(is_faulty("a"));
	assert_fault("conn a\n\tleftid=\"C=CA\" x\n", "x.conf:2: 'x': nothing may follow the closing \"");
	assert_fault("conn a\n\tleftsubnets={10.0.0.0/8\n", "x.conf:2: the closing } is missing");
	assert_fault("conn a\n\tleftid=\xff\n", "x.conf:2: not text in UTF-8");
	assert_fault("include x\n", "x.conf:1: include: not here");
	assert_fault("conn a\n\tinclude \"x\"\n", "x.conf:2: include: not here");
	parse_well("version 2.0\n");
}

static void zeros_are_no_text(void **state)
{
	static const char text[] = "conn a\n\tmtu=14\0\n";

	(void)state;
	drop();
	conf = conf_parse("x.conf", text, sizeof(text) - 1, &rig_errors);
	rig_assert_error(0, "x.conf:2: not text in UTF-8");
}

/* A line that is no text may be any setting. */
static void unreadable_lines_count(void **state)
{
	(void)state;
	parse("conn a\n\tleftid=\xff\nconn b\n\tmtu=1400\n");
	assert_true(is_faulty("a"));
	assert_false(is_faulty("b"));
}

static void errors_are_twenty(void **state)
{
	char text[1024];
	int i, length = snprintf(text, sizeof(text), "conn a\n\tkeylife=1h\n");

	(void)state;
	for (i = 0; i < 25; i++)
		length += snprintf(text + length, sizeof(text) - (size_t)length, "\tswans=1\n");
	parse(text);
	assert_int_equal(rig_errors.errors, 25);
	assert_int_equal(rig_errors.count, CONF_ERRORS_MAX + 1);
	rig_assert_error(CONF_ERRORS_MAX, "x.conf:22: unknown keyword 'swans'");
	rig_assert_error(0, "x.conf:2: warning: keyword 'keylife' is an old name of 'salifetime'");
}

static void conns_are_json(void **state)
{
	json_t *conn, *keywords, *setup;

	(void)state;
	parse_well(
		"config setup\n\tikeport=501\nconn a\n\tleft=1.1.1.1\n\tright=%any\n\tauto=route\n\tsalifetime=1h\n");
	conn = conf_conn_json(conf_find_conn(conf, "a"));
	assert_string_equal(json_string_value(json_object_get(conn, "name")), "a");
	keywords = json_object_get(conn, "keywords");
	assert_string_equal(json_string_value(json_object_get(keywords, "left")), "1.1.1.1");
	assert_string_equal(json_string_value(json_object_get(keywords, "auto")), "ondemand");
	assert_string_equal(json_string_value(json_object_get(keywords, "salifetime")), "3600");
	assert_string_equal(json_string_value(json_object_get(keywords, "ikelifetime")), "28800");
	assert_string_equal(json_string_value(json_object_get(keywords, "rightsendcert")), "always");
	assert_null(json_object_get(keywords, "leftid"));
	assert_null(json_object_get(keywords, "also"));
	assert_null(json_object_get(keywords, "keylife"));
	json_decref(conn);
	setup = conf_setup_json(conf);
	assert_string_equal(json_string_value(json_object_get(setup, "ikeport")), "501");
	assert_string_equal(json_string_value(json_object_get(setup, "protostack")), "auto");
	json_decref(setup);
}

static void load(const char *name)
{
	char path[RIG_PATH];

	drop();
	rig_path(path, name);
	conf = conf_load(path, &rig_errors);
	assert_non_null(conf);
}

static int remove_folder(void **state)
{
	tear_down(state);
	return rig_folder_remove();
}

static void includes_are_sorted_and_relative(void **state)
{
	char text[128];

	(void)state;
	rig_write("main", "include d/[12].conf\nconn z\n\tinclude d/part\n\tmetric=1\ninclude d/none*.conf\n", 0600);
	rig_write("d/2.conf", "conn b\n\tmtu=1402\n", 0600);
	rig_write("d/1.conf", "conn a\n\tmtu=1401\ninclude \"3.conf\" # relative to d\n", 0600);
	rig_write("d/3.conf", "config setup\n\tikeport=501\n", 0600);
	rig_write("d/part", "\tmtu=1409\n", 0600);
	load("main");
	rig_assert_error(0, "DIR/main:5: warning: include DIR/d/none*.conf: there is no such file");
	assert_int_equal(rig_errors.count, 1);
	assert_string_equal(conf->conns[0]->name, "a");
	assert_string_equal(conf->conns[1]->name, "b");
	assert_text("z", "mtu", "1409");
	assert_text("z", "metric", "1");
	assert_text(NULL, "ikeport", "501");
	snprintf(text, sizeof(text), "%s/d/2.conf", rig_folder);
	assert_string_equal(conf->conns[1]->place.file, text);
}

static void files_that_cannot_be_read_are_errors(void **state)
{
	(void)state;
	rig_write("main", "include d\nconn a\n", 0600);
	load("main");
	rig_assert_error(0, "DIR/main:1: include DIR/d: Is a directory");
	assert_int_equal(conf->count, 1);
	load("nowhere");
	rig_assert_error(0, "DIR/nowhere: No such file or directory");
}

static void files_do_not_include_themselves(void **state)
{
	(void)state;
	rig_write("main", "include main\n", 0600);
	load("main");
	rig_assert_error(0, "DIR/main:1: include main: more than 10 files in one another");
	assert_int_equal(rig_errors.count, 1);
}

/* After a section of an included file, settings are in none. */
static void sections_end_with_includes(void **state)
{
	(void)state;
	rig_write("main", "conn a\ninclude d/1.conf\n\tmtu=1400\n", 0600);
	rig_write("d/1.conf", "conn b\n", 0600);
	load("main");
	rig_assert_error(0, "DIR/main:3: 'mtu' is in no section");
}

/* The files that one pattern finds follow one another, but a section goes on in the including file alone. */
static void sections_do_not_go_on_in_the_next_file(void **state)
{
	(void)state;
	rig_write("main", "conn a\n\tinclude d/*.conf\n", 0600);
	rig_write("d/1.conf", "\tmtu=1400\n", 0600);
	rig_write("d/2.conf", "\tmetric=7\nconn b\n", 0600);
	rig_write("d/3.conf", "\tmtu=1500\n", 0644);
	load("main");
	assert_text("a", "mtu", "1400");
	assert_text("a", "metric", "7");
	rig_assert_error(0, "DIR/d/3.conf:1: 'mtu' is in no section");
	assert_int_equal(rig_errors.count, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(sections_have_settings, tear_down),
		cmocka_unit_test_teardown(nothing_is_a_configuration, tear_down),
		cmocka_unit_test_teardown(conns_inherit, tear_down),
		cmocka_unit_test_teardown(ends_are_flipped, tear_down),
		cmocka_unit_test_teardown(default_is_what_is_not_said, tear_down),
		cmocka_unit_test_teardown(unknown_keywords_are_errors, tear_down),
		cmocka_unit_test_teardown(old_keywords_are_warnings, tear_down),
		cmocka_unit_test_teardown(wrong_values_are_shown_in_their_place, tear_down),
		cmocka_unit_test_teardown(duplicates_are_errors, tear_down),
		cmocka_unit_test_teardown(loops_are_errors, tear_down),
		cmocka_unit_test_teardown(towers_end, tear_down),
		cmocka_unit_test_teardown(a_fault_is_of_all_who_have_it, tear_down),
		cmocka_unit_test_teardown(ends_must_be_there, tear_down),
		cmocka_unit_test_teardown(grammar_is_kept, tear_down),
		cmocka_unit_test_teardown(zeros_are_no_text, tear_down),
		cmocka_unit_test_teardown(unreadable_lines_count, tear_down),
		cmocka_unit_test_teardown(errors_are_twenty, tear_down),
		cmocka_unit_test_teardown(conns_are_json, tear_down),
		cmocka_unit_test_setup_teardown(includes_are_sorted_and_relative, rig_folder_make, remove_folder),
		cmocka_unit_test_setup_teardown(files_that_cannot_be_read_are_errors, rig_folder_make, remove_folder),
		cmocka_unit_test_setup_teardown(files_do_not_include_themselves, rig_folder_make, remove_folder),
		cmocka_unit_test_setup_teardown(sections_do_not_go_on_in_the_next_file, rig_folder_make, remove_folder),
		cmocka_unit_test_setup_teardown(sections_end_with_includes, rig_folder_make, remove_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
