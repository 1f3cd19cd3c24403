// SPDX-License-Identifier: GPL-2.0-or-later
/* The lines for Wireshark, and who may read them. tshark itself is asked in the lab, by real captures. */
#include "../../klips/tests/test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../keylog.h"
#include "scene.h"

static char folder[64], text[8192];

static int make(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/keylog.XXXXXX");
	assert_non_null(mkdtemp(folder));
	world_make(&world);
	return 0;
}

static void name_file(char path[128], const char *name)
{
	snprintf(path, 128, "%s/%s", folder, name);
}

static int unmake(void **state)
{
	char path[128];

	(void)state;
	name_file(path, KEYLOG_IKE);
	unlink(path);
	name_file(path, KEYLOG_ESP);
	unlink(path);
	rmdir(folder);
	world_free(&world);
	return 0;
}

static const char *read_back(const char *name)
{
	char path[128];
	size_t length;
	FILE *file;

	name_file(path, name);
	file = fopen(path, "re");
	assert_non_null(file);
	length = fread(text, 1, sizeof(text) - 1, file);
	text[length] = '\0';
	fclose(file);
	return text;
}

static struct ike_sa *up(const char *ike, const char *esp)
{
	world_propose(&world.west, ike, esp);
	world_propose(&world.east, ike, esp);
	scene_up();
	return side_sa(&world.west, IKE_SA_ESTABLISHED);
}

/* As Wireshark wants to have it: quotes around words, none around hexadecimal digits of IKE. */
static void test_lines(void **state)
{
	struct ike_child_keys keys = { 0 };
	struct ike_sa *sa = up("aes128-sha2_256-sha2_256-x25519", "aes_gcm256");
	struct keylog *keylog = keylog_open(folder);

	(void)state;
	assert_non_null(keylog);
	assert_int_equal(keylog_ike(keylog, sa), 0);
	assert_non_null(strstr(read_back(KEYLOG_IKE), ",\"AES-CBC-128 [RFC3602]\","));
	assert_non_null(strstr(text, ",\"HMAC_SHA2_256_128 [RFC4868]\"\n"));
	assert_int_equal(strlen(text), 16 + 16 + 2 * 32 + 2 * 64 + 7 + strlen("\"AES-CBC-128 [RFC3602]\"") +
					       strlen("\"HMAC_SHA2_256_128 [RFC4868]\"\n"));
	keys.encr[0].length = keys.encr[1].length = 36;
	keys.encr[0].data[35] = 0x11;
	keys.encr[1].data[35] = 0x22;
	assert_int_equal(keylog_child(keylog, side_child(&world.west), &keys, true), 0);
	read_back(KEYLOG_ESP);
	assert_ptr_equal(strstr(text, "\"IPv4\",\"192.1.2.45\",\"192.1.2.23\",\"0x00002001\","
				      "\"AES-GCM with 16 octet ICV [RFC4106]\",\"0x000000"),
			 text);
	/* What this side sends has the initiator's key. */
	assert_non_null(strstr(text, "11\",\"NULL\",\"\"\n\"IPv4\",\"192.1.2.23\",\"192.1.2.45\",\"0x00001001\","));
	assert_non_null(strstr(text, "22\",\"NULL\",\"\"\n"));
	keylog_close(keylog);
}

static void test_what_was_there_stays(void **state)
{
	struct ike_sa *sa = up("aes_gcm256-sha2_256-x25519", "aes_gcm256");
	struct keylog *keylog = keylog_open(folder);
	struct stat is;
	char path[128];
	size_t length;

	(void)state;
	assert_int_equal(keylog_ike(keylog, sa), 0);
	keylog_close(keylog);
	length = strlen(read_back(KEYLOG_IKE));
	name_file(path, KEYLOG_IKE);
	assert_int_equal(chmod(path, 0644), 0);
	keylog = keylog_open(folder);
	assert_int_equal(keylog_ike(keylog, sa), 0);
	keylog_close(keylog);
	assert_int_equal(strlen(read_back(KEYLOG_IKE)), 2 * length);
	assert_int_equal(stat(path, &is), 0);
	assert_int_equal(is.st_mode & 0777, 0600);
}

static void test_what_wireshark_does_not_know(void **state)
{
	struct ike_child_keys keys = { 0 };
	struct ike_sa *sa = up("chacha20poly1305-sha2_256-x25519", "chacha20poly1305");
	struct keylog *keylog = keylog_open(folder);

	(void)state;
	assert_int_equal(keylog_ike(keylog, sa), -EOPNOTSUPP);
	assert_int_equal(keylog_child(keylog, side_child(&world.west), &keys, true), -EOPNOTSUPP);
	assert_string_equal(read_back(KEYLOG_IKE), "");
	assert_string_equal(read_back(KEYLOG_ESP), "");
	keylog_close(keylog);
}

static void test_no_folder(void **state)
{
	char path[128];

	(void)state;
	assert_null(keylog_open("/nonexistent/folder"));
	assert_int_equal(errno, ENOENT);
	/* Not through a link that somebody has put there. */
	name_file(path, KEYLOG_IKE);
	assert_int_equal(symlink("/dev/null", path), 0);
	assert_null(keylog_open(folder));
	assert_int_equal(errno, ELOOP);
}

int main(void)
{
#define ONE(name) cmocka_unit_test_setup_teardown(name, make, unmake)
	const struct CMUnitTest tests[] = {
		ONE(test_lines),
		ONE(test_what_was_there_stays),
		ONE(test_what_wireshark_does_not_know),
		ONE(test_no_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
