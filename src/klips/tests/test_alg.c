// SPDX-License-Identifier: GPL-2.0-or-later
#include "test.h"
#include "core/crypto.h"

/* Each number has a name of its own, which finds it again. */
static void names_find_their_algorithms(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < KLIPS_ENCR_COUNT; i++) {
		assert_non_null(klips_encr((enum klips_encr)i)->name);
		assert_int_equal(klips_encr_find(klips_encr((enum klips_encr)i)->name), i);
	}
	for (i = 0; i < KLIPS_AUTH_COUNT; i++) {
		assert_non_null(klips_auth((enum klips_auth)i)->name);
		assert_int_equal(klips_auth_find(klips_auth((enum klips_auth)i)->name), i);
	}
	assert_int_equal(klips_encr_find("aes-gmac"), KLIPS_ENCR_AES_GMAC);
	assert_int_equal(klips_encr_find("3des-cbc"), KLIPS_ENCR_3DES_CBC);
}

static void others_are_not_found(void **state)
{
	(void)state;
	assert_int_equal(klips_encr_find(""), KLIPS_ENCR_COUNT);
	assert_int_equal(klips_encr_find("aes-gcm"), KLIPS_ENCR_COUNT);
	assert_int_equal(klips_encr_find("AES-CBC"), KLIPS_ENCR_COUNT);
	assert_int_equal(klips_auth_find("hmac-sha1"), KLIPS_AUTH_COUNT);
	assert_null(klips_encr(KLIPS_ENCR_COUNT));
	assert_null(klips_encr((enum klips_encr) - 1));
	assert_null(klips_auth(KLIPS_AUTH_COUNT));
	assert_null(klips_auth((enum klips_auth) - 1));
}

/* What each RFC says of the lengths; struct klips_keys must have room for them. */
static void lengths_are_the_rfcs(void **state)
{
	static const struct {
		const char *name;
		struct klips_encr_desc desc;
	} known[] = {
		{ "null", { NULL, 0, 0, 0, 0, 1, 0 } },			 /* RFC 2410, 2 */
		{ "3des", { NULL, 24, 24, 0, 8, 8, 0 } },		 /* RFC 2451, 2.1 to 2.3 */
		{ "aes-cbc", { NULL, 16, 32, 0, 16, 16, 0 } },		 /* RFC 3602, 2.1 to 3 */
		{ "aes-ctr", { NULL, 16, 32, 4, 8, 1, 0 } },		 /* RFC 3686, 3.1 and 5.1 */
		{ "aes-gcm-16", { NULL, 16, 32, 4, 8, 1, 16 } },	 /* RFC 4106, 3.1, 6, 8.1 */
		{ "aes-ccm-8", { NULL, 16, 32, 3, 8, 1, 8 } },		 /* RFC 4309, 3.1, 6, 7.1 */
		{ "null-auth-aes-gmac", { NULL, 16, 32, 4, 8, 1, 16 } }, /* RFC 4543, 3 and 5 */
		{ "chacha20-poly1305", { NULL, 32, 32, 4, 8, 1, 16 } },	 /* RFC 7634, 2 */
	};
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(known); i++) {
		const struct klips_encr_desc *have = klips_encr(klips_encr_find(known[i].name));

		assert_memory_equal(&have->key_min, &known[i].desc.key_min, 6);
	}
	for (i = 0; i < KLIPS_ENCR_COUNT; i++) {
		const struct klips_encr_desc *have = klips_encr((enum klips_encr)i);

		assert_true(have->key_max + have->salt <= KLIPS_KEY_MAX && have->iv <= KLIPS_IV_MAX);
		assert_true(have->icv <= KLIPS_ICV_MAX && have->key_min <= have->key_max && have->block);
	}
}

/* RFC 2403, 2404, 3566, 4494, 4868: the names end in the ICV's bits */
static void icvs_are_as_named(void **state)
{
	static const u8 keys[KLIPS_AUTH_COUNT] = { 0, 16, 20, 16, 16, 32, 48, 64 };
	int i;

	(void)state;
	for (i = 1; i < KLIPS_AUTH_COUNT; i++) {
		const struct klips_auth_desc *have = klips_auth((enum klips_auth)i);

		assert_int_equal(8 * have->icv, strtol(strrchr(have->name, '-') + 1, NULL, 10));
		assert_int_equal(have->key, keys[i]);
		assert_true(have->icv <= KLIPS_ICV_MAX && have->key <= KLIPS_KEY_MAX);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_find_their_algorithms),
		cmocka_unit_test(others_are_not_found),
		cmocka_unit_test(lengths_are_the_rfcs),
		cmocka_unit_test(icvs_are_as_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
