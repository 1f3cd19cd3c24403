// SPDX-License-Identifier: GPL-2.0-or-later
/* ipsec.secrets: what is taken, whose secret it is, and of each fault its exact words. */
#define _GNU_SOURCE
#include "conf_rig.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../secrets.h"

static struct secrets *secrets;

static int drop(void **state)
{
	(void)state;
	secrets_free(secrets);
	conf_errors_free(&rig_errors);
	secrets = NULL;
	return 0;
}

static void parse(const char *text)
{
	drop(NULL);
	secrets = secrets_parse("x", text, strlen(text), &rig_errors);
	assert_non_null(secrets);
}

static void assert_fault(const char *text, const char *fault)
{
	parse(text);
	rig_assert_error(0, fault);
	assert_int_equal(rig_errors.count, 1);
	assert_int_equal(secrets->count, 0);
}

static void parse_well(const char *text)
{
	parse(text);
	rig_assert_no_error();
}

static void assert_bytes(size_t number, const void *data, size_t length)
{
	assert_true(number < secrets->count);
	assert_int_equal(secrets->list[number].length, length);
	assert_memory_equal(secrets->list[number].data, data, length);
}

static int find(const char *local, const char *remote, const struct secret **found, const struct secret **rival)
{
	struct ike_identity own, peer;

	assert_null(ike_identity_parse(&own, local));
	assert_null(ike_identity_parse(&peer, remote));
	return secrets_psk(secrets, &own, &peer, found, rival);
}

static void assert_psk(const char *local, const char *remote, const char *value)
{
	const struct secret *found, *rival;

	if (find(local, remote, &found, &rival))
		fail_msg("%s, %s: no secret", local, remote);
	assert_null(rival);
	if (found->length != strlen(value) || memcmp(found->data, value, found->length) != 0)
		fail_msg("%s, %s: %.*s", local, remote, (int)found->length, (const char *)found->data);
}

static void assert_none(const char *local, const char *remote)
{
	const struct secret *found, *rival;

	assert_int_equal(find(local, remote, &found, &rival), -ENOENT);
	assert_null(found);
}

static void values_have_forms(void **state)
{
	(void)state;
	parse_well("a : PSK \"with blanks # and 'signs'\"\n"
		   "b : PSK 'with \"quotes\"' # a comment\n"
		   "c : psk plain#text\n"
		   "d : PSK 0x01_ab_CD\n"
		   "e : PSK 0sc3dhbnM=\n"
		   "f : PSK 0t0x01\n"
		   "g : PSK \"0x01\"\n"
		   "h : PSK 0s+/8A\n"
		   "i : PSK 0sAQ==\n"
		   "j : PSK \"sch\xc3\xb6n\"\n");
	assert_bytes(0, "with blanks # and 'signs'", 25);
	assert_bytes(1, "with \"quotes\"", 13);
	assert_bytes(2, "plain#text", 10);
	assert_bytes(3, "\x01\xab\xcd", 3);
	assert_bytes(4, "swans", 5);
	assert_bytes(5, "0x01", 4);
	assert_bytes(6, "0x01", 4);
	assert_bytes(7, "\xfb\xff\x00", 3);
	assert_bytes(8, "\x01", 1);
	assert_bytes(9, "sch\xc3\xb6n", 6);
}

static void entries_have_indices(void **state)
{
	(void)state;
	parse_well("# a comment\n"
		   ": PSK \"for all\"\n"
		   "\n"
		   "192.0.2.1 2001:db8:: @east east@example.net \"C=CA, O=x\" %any %any6: PSK a\n"
		   "@west\n"
		   "   @east   # an entry goes on\n"
		   "# comments do not end it\n"
		   "\n"
		   "\t: PSK\n"
		   "\t\tb\n"
		   "\"C=CA\": PSK c\n"
		   "2001:db8:: : PSK d\r\n");
	assert_int_equal(secrets->count, 5);
	assert_int_equal(secrets->list[0].id_count, 0);
	assert_int_equal(secrets->list[1].id_count, 7);
	assert_string_equal(secrets->list[1].ids[1].text, "2001:db8::");
	assert_string_equal(secrets->list[1].ids[4].text, "C=CA, O=x");
	assert_string_equal(secrets->list[1].ids[6].text, "%any6");
	assert_int_equal(secrets->list[2].id_count, 2);
	assert_int_equal(secrets->list[2].place.line, 5);
	assert_bytes(2, "b", 1);
	assert_string_equal(secrets->list[3].ids[0].text, "C=CA");
	assert_string_equal(secrets->list[4].ids[0].text, "2001:db8::");
}

static void other_kinds_are_taken(void **state)
{
	(void)state;
	parse_well("road : XAUTH \"pass word\"\n"
		   ": XAUTH other\n"
		   ": PPKS \"ppk 1\" 0x0102\n"
		   "@a @b : PPKS ppk2 \"two\"\n");
	assert_int_equal(secrets->count, 4);
	assert_int_equal(secrets->list[0].kind, SECRET_XAUTH);
	assert_bytes(0, "pass word", 9);
	assert_int_equal(secrets->list[1].kind, SECRET_XAUTH);
	assert_bytes(1, "other", 5);
	assert_int_equal(secrets->list[2].kind, SECRET_PPK);
	assert_bytes(2, "\x01\x02", 2);
	assert_int_equal(secrets->list[3].kind, SECRET_PPK);
	assert_int_equal(secrets->list[3].id_count, 2);
	assert_bytes(3, "two", 3);
	/* None of them is a pre-shared key. */
	assert_none("@a", "@b");
}

static void the_narrowest_counts(void **state)
{
	(void)state;
	parse_well(": PSK all\n"
		   "%any %any : PSK any\n"
		   "@gw : PSK local\n"
		   "@gw %any : PSK one\n"
		   "@gw @a @b : PSK both\n"
		   "@other %any : PSK other\n");
	assert_psk("@gw", "@a", "both");
	assert_psk("@b", "@gw", "both");
	assert_psk("@gw", "@c", "one");
	assert_psk("@other", "@c", "other");
	assert_psk("@x", "@y", "any");
	parse_well(": PSK all\n@gw : PSK local\n");
	assert_psk("@gw", "@y", "local");
	assert_psk("@y", "@gw", "all");
	parse_well("@gw @a : PSK x\n@other %any : PSK y\n");
	assert_none("@gw", "@b");
	assert_none("@a", "@b");
	parse_well("");
	assert_none("@gw", "@b");
}

static void identities_are_compared(void **state)
{
	(void)state;
	parse_well("192.0.2.1 2001:DB8:0::1 : PSK addresses\n"
		   "@East west.example : PSK names\n"
		   "\"C=CA,O=Some thing, CN=x\" user@example.net : PSK dn\n"
		   "@#0A0b @c : PSK key\n");
	assert_psk("192.0.2.1", "2001:db8::1", "addresses");
	assert_psk("@east", "@WEST.example", "names");
	assert_psk("user@example.net", "c=ca, o=some thing,cn = X", "dn");
	assert_psk("user@example.net", "/C=CA/O=Some thing/CN=x", "dn");
	assert_none("user@example.net", "C=CA, O=Something, CN=x");
	assert_none("user@example.net", "C=CA, O=Some thing");
	assert_psk("@#0x0a0B", "@c", "key");
	assert_none("@0a0b", "@c");
	parse_well("@[group] user@example.net : PSK text\n"
		   "@user@example.net @c : PSK host\n"
		   "@~300f310d300b06035504030c0457657374 @c : PSK der\n"
		   "\"CN=c, C=CA\" @d : PSK order\n");
	assert_psk("@#67726F7570", "user@EXAMPLE.net", "text");
	assert_psk("@user@example.net", "@c", "host");
	assert_none("user@example.net", "@c");
	assert_psk("CN=west", "@C.", "der");
	assert_none("C=CA, CN=c", "@d");
	assert_none("@192.0.2.1", "2001:db8::1");
}

static void ties_must_agree(void **state)
{
	const struct secret *found, *rival;

	(void)state;
	parse_well("@a @b : PSK x\n@b @a : PSK y\n@a : PSK z\n");
	assert_int_equal(find("@a", "@b", &found, &rival), -ENOTUNIQ);
	assert_int_equal(found->place.line, 1);
	assert_int_equal(rival->place.line, 2);
	parse_well("@a @b : PSK x\n@b @a : PSK x\n");
	assert_psk("@a", "@b", "x");
	/* A better one ends a tie. */
	parse_well(": PSK x\n: PSK y\n@a @b : PSK z\n");
	assert_psk("@a", "@b", "z");
	assert_int_equal(find("@a", "@c", &found, &rival), -ENOTUNIQ);
}

static void faults_have_words(void **state)
{
	(void)state;
	assert_fault("@a @b PSK x\n", "x:1:1: there is no ':' with a blank after it");
	assert_fault("@a @b :PSK x\n", "x:1:1: there is no ':' with a blank after it");
	assert_fault("@a @b :\n", "x:1:7: nothing follows the colon");
	assert_fault("@a @b : secret\n", "x:1:9: not PSK, XAUTH or PPKS after the colon");
	assert_fault("@a : PSK\n", "x:1:6: it is followed by one value, in quotes if there are blanks in it");
	assert_fault("@a : PSK two words\n", "x:1:6: it is followed by one value, in quotes if there are blanks in it");
	assert_fault("@a : PSK \"\"\n", "x:1:10: it is empty");
	assert_fault("@a : PSK 0t\n", "x:1:10: it is empty");
	assert_fault("@a : PSK 0s\n", "x:1:10: it is empty");
	assert_fault("@a : PSK 0xabc\n", "x:1:10: not 0x and pairs of hexadecimal digits");
	assert_fault("@a : PSK 0xzz\n", "x:1:10: not 0x and pairs of hexadecimal digits");
	assert_fault("@a : PSK 0x\n", "x:1:10: not 0x and pairs of hexadecimal digits");
	assert_fault("@a : PSK 0sAQ=\n", "x:1:10: not 0s and base64");
	assert_fault("@a : PSK 0sAR==\n", "x:1:10: not 0s and base64");
	assert_fault("@a : PSK 0s====\n", "x:1:10: not 0s and base64");
	assert_fault("@a : PSK 0sA!==\n", "x:1:10: not 0s and base64");
	assert_fault("@a : PSK \"open\n", "x:1:10: the closing \" is missing");
	assert_fault("@a : PSK 'open\n", "x:1:10: the closing ' is missing");
	assert_fault("@a : PSK \"a\"b\n", "x:1:10: something follows a closing quote without a blank");
	assert_fault("@a : PPKS name\n", "x:1:6: PPKS is followed by its ID and its value, nothing else");
	assert_fault("%group : PSK x\n", "x:1:1: not an identity, %any or %any6");
	assert_fault("@ : PSK x\n", "x:1:1: not an identity, %any or %any6");
	assert_fault("@a @#xy : PSK x\n", "x:1:4: not all of it is hexadecimal");
	assert_fault("@a @~0a0b : PSK x\n", "x:1:4: not the DER of a distinguished name");
	assert_fault("@a @[] : PSK x\n", "x:1:4: an identity without a name");
	assert_fault("@a XX=y : PSK x\n", "x:1:4: not a distinguished name");
	assert_fault("\tfoo\n", "x:1: an indented line that continues no entry");
	assert_fault("@a : PSK \xff\n", "x:1: not text in UTF-8");
	assert_fault("include x\n", "x:1: include: not here");
}

static void old_kinds_name_what_replaced_them(void **state)
{
	(void)state;
	assert_fault(": RSA {\n\tModulus: 0x01\n\tPublicExponent: 0x03\n\t}\n",
		     "x:1:3: RSA keys are no longer here: put the key as a PEM file into ipsec.d/private");
	assert_fault(": RSA key.pem\n",
		     "x:1:3: RSA keys are no longer here: put the key as a PEM file into ipsec.d/private");
	assert_fault(": PIN %smartcard 1234\n",
		     "x:1:3: PINs of tokens are no longer here: put the key as a PEM file into ipsec.d/private");
	assert_fault(": P12 x.p12 \"y\"\n", "x:1:3: PKCS#12 files are not named here: put them into ipsec.d/private");
	assert_fault(": ECDSA x.pem\n",
		     "x:1:3: ECDSA keys are not here: put the key as a PEM file into ipsec.d/private");
}

/* What is wrong in one entry leaves the others; and no text of an error has a secret in it. */
static void the_others_are_whole(void **state)
{
	unsigned int i;

	(void)state;
	parse("@a : PSK swan1\n"
	      "@b : swan2\n"
	      "@c : PSK 0xswan3\n"
	      "@d : PSK swan4 swan5\n"
	      "@e PSK swan6\n"
	      "@f : PSK \"swan7\n"
	      "@g : PSK swan8\n");
	assert_int_equal(secrets->count, 2);
	assert_bytes(1, "swan8", 5);
	assert_int_equal(rig_errors.count, 5);
	for (i = 0; i < rig_errors.count; i++)
		assert_null(strstr(rig_errors.list[i].text, "swan"));
}

static void too_many_words_are_refused(void **state)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	int i;

	(void)state;
	for (i = 0; i < 1000; i++)
		fputs("@a ", out);
	fputs(": PSK x\n@b : PSK y\n", out);
	fclose(out);
	parse(text);
	free(text);
	rig_assert_error(0, "x:1:1537: an entry of too many words");
	assert_int_equal(rig_errors.count, 1);
	assert_int_equal(secrets->count, 1);
}

static void load(const char *name)
{
	char path[RIG_PATH];

	drop(NULL);
	rig_path(path, name);
	secrets = secrets_load(path, &rig_errors);
	assert_non_null(secrets);
}

static int remove_folder(void **state)
{
	drop(state);
	return rig_folder_remove();
}

static void files_include_files(void **state)
{
	(void)state;
	rig_write("main", "@a : PSK a\ninclude *.secrets\n@d : PSK d\ninclude nothing.*\n", 0600);
	rig_write("2.secrets", "@c : PSK c", 0640);
	rig_write("1.secrets", "@b : PSK b\n", 0644);
	load("main");
	assert_int_equal(secrets->count, 4);
	assert_bytes(1, "b", 1);
	assert_bytes(2, "c", 1);
	assert_bytes(3, "d", 1);
	assert_int_equal(secrets->list[3].place.line, 3);
	rig_assert_error(0, "DIR/1.secrets: warning: others than its owner can read or write it (mode 0644)");
	rig_assert_error(1, "DIR/main:4: warning: include DIR/nothing.*: there is no such file");
	assert_int_equal(rig_errors.errors, 0);
}

static void files_do_not_include_themselves(void **state)
{
	(void)state;
	rig_write("main", "include main\n@a : PSK a\n", 0600);
	load("main");
	rig_assert_error(0, "DIR/main:1: include main: more than 10 files in one another");
	assert_int_equal(secrets->count, 10);
	load("nowhere");
	rig_assert_error(0, "DIR/nowhere: No such file or directory");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(values_have_forms, drop),
		cmocka_unit_test_teardown(entries_have_indices, drop),
		cmocka_unit_test_teardown(other_kinds_are_taken, drop),
		cmocka_unit_test_teardown(the_narrowest_counts, drop),
		cmocka_unit_test_teardown(identities_are_compared, drop),
		cmocka_unit_test_teardown(ties_must_agree, drop),
		cmocka_unit_test_teardown(faults_have_words, drop),
		cmocka_unit_test_teardown(old_kinds_name_what_replaced_them, drop),
		cmocka_unit_test_teardown(the_others_are_whole, drop),
		cmocka_unit_test_teardown(too_many_words_are_refused, drop),
		cmocka_unit_test_setup_teardown(files_include_files, rig_folder_make, remove_folder),
		cmocka_unit_test_setup_teardown(files_do_not_include_themselves, rig_folder_make, remove_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
