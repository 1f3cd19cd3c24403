// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of algorithms: what is in it fits together, and fits KLIPS's table; all names lead to what they mean. */
#include "ike_bytes.h"

#include "../../klips/core/alg.h"

#define EACH(a) for (const struct ike_alg *(a) = ike_algs; (a) < ike_algs + ike_alg_count; (a)++)

static void numbers_lead_to_their_rows(void **state)
{
	(void)state;
	EACH(a)
	{
		assert_ptr_equal(ike_alg_by_id(a->type, a->id), a);
	}
	assert_null(ike_alg_by_id(IKE_ENCR, 2)); /* DES */
	assert_null(ike_alg_by_id(IKE_KE, 2));	 /* MODP1024 */
	assert_null(ike_alg_by_id(0, 0));
	assert_null(ike_alg_by_id(9, 1));
}

static void names_lead_to_their_rows(void **state)
{
	uint16_t bits = 1;
	int i;

	(void)state;
	EACH(a)
	{
		assert_ptr_equal(ike_alg_by_name(a->type, a->name, strlen(a->name), &bits), a);
		assert_int_equal(bits, 0);
		for (i = 0; i < IKE_ALG_NAMES && a->config[i]; i++) {
			const char *name = a->config[i];

			/* strongSwan's names with the ICV's bits always have the key's too. */
			if (a->type == IKE_ENCR && strstr(name, "128"))
				continue;
			if (ike_alg_by_name(a->type, name, strlen(name), &bits) != a)
				fail_msg("%s is not %s", name, a->name);
			assert_int_equal(bits, 0);
		}
	}
}

/* Every key length, where libreswan writes it and where strongSwan does. */
static void ciphers_are_named_with_key_lengths(void **state)
{
	char name[64];
	uint16_t bits;
	int i;

	(void)state;
	EACH(a)
	{
		for (i = 0; a->type == IKE_ENCR && i < IKE_ALG_KEYS && a->key_bits[i]; i++) {
			snprintf(name, sizeof(name), "%s_%u", a->name, a->key_bits[i]);
			assert_ptr_equal(ike_alg_by_name(IKE_ENCR, name, strlen(name), &bits), a);
			assert_int_equal(bits, a->fixed ? 0 : a->key_bits[i]);
		}
	}
}

static void assert_named(const char *name, const char *iana, uint16_t key_bits)
{
	uint16_t bits;
	const struct ike_alg *a = ike_alg_by_name(IKE_ENCR, name, strlen(name), &bits);

	assert_non_null(a);
	assert_ptr_equal(a, alg(IKE_ENCR, iana));
	assert_int_equal(bits, key_bits);
}

static void users_names_mean_what_they_mean_elsewhere(void **state)
{
	(void)state;
	assert_named("aes", "AES_CBC", 0);
	assert_named("AES128", "AES_CBC", 128);
	assert_named("aes_cbc256", "AES_CBC", 256);
	assert_named("aes_ctr128", "AES_CTR", 128);
	assert_named("aes192ctr", "AES_CTR", 192);
	assert_named("aes_gcm", "AES_GCM_16", 0);
	assert_named("aes_gcm128", "AES_GCM_16", 128);
	assert_named("aes_gcm_256", "AES_GCM_16", 256);
	assert_named("aes_gcm_c_256", "AES_GCM_16", 256);
	assert_named("aes_gcm_16_192", "AES_GCM_16", 192);
	assert_named("aes256gcm16", "AES_GCM_16", 256);
	assert_named("aes256gcm128", "AES_GCM_16", 256);
	assert_named("aes128gcm128", "AES_GCM_16", 128);
	assert_named("aes128gcm96", "AES_GCM_12", 128);
	assert_named("aes128gcm64", "AES_GCM_8", 128);
	assert_named("aes128gcm8", "AES_GCM_8", 128);
	assert_named("aes128gcm", "AES_GCM_16", 128);
	assert_named("aes_gcm_a", "AES_GCM_8", 0);
	assert_named("aes_gcm_b_128", "AES_GCM_12", 128);
	assert_named("aes_ccm_a", "AES_CCM_8", 0);
	assert_named("aes_ccm_16_256", "AES_CCM_16", 256);
	assert_named("aes128ccm12", "AES_CCM_12", 128);
	assert_named("chacha20_poly1305", "CHACHA20_POLY1305", 0);
	assert_named("chacha20poly1305", "CHACHA20_POLY1305", 0);
	assert_named("3des", "3DES", 0);
	assert_named("null", "NULL", 0);
	assert_named("null_auth_aes_gmac", "NULL_AUTH_AES_GMAC", 0);
	assert_named("aes_gmac_256", "NULL_AUTH_AES_GMAC", 256);
	assert_named("aes128gmac", "NULL_AUTH_AES_GMAC", 128);
}

static void hashes_and_groups_have_many_names(void **state)
{
	(void)state;
	assert_int_equal(alg(IKE_PRF, "prfsha256")->id, 5);
	assert_int_equal(alg(IKE_PRF, "PRF_HMAC_SHA2_512")->id, 7);
	assert_int_equal(alg(IKE_PRF, "prfaesxcbc")->id, 4);
	assert_int_equal(alg(IKE_PRF, "prfaescmac")->id, 8);
	assert_int_equal(alg(IKE_INTEG, "sha2")->id, 12);
	assert_int_equal(alg(IKE_INTEG, "sha2_256")->id, 12);
	assert_int_equal(alg(IKE_INTEG, "hmac_sha2_512")->id, 14);
	assert_int_equal(alg(IKE_INTEG, "aesxcbc")->id, 5);
	assert_int_equal(alg(IKE_KE, "curve25519")->id, 31);
	assert_int_equal(alg(IKE_KE, "x25519")->id, 31);
	assert_int_equal(alg(IKE_KE, "dh31")->id, 31);
	assert_int_equal(alg(IKE_KE, "ecp_521")->id, 21);
	assert_int_equal(alg(IKE_KE, "secp384r1")->id, 20);
	assert_int_equal(alg(IKE_KE, "dh14")->id, 14);
	assert_int_equal(alg(IKE_KE, "modp8192")->id, 18);
	assert_int_equal(alg(IKE_KE, "x448")->id, 32);
	assert_int_equal(alg(IKE_ESN, "noesn")->id, 0);
}

static void other_names_are_not_known(void **state)
{
	static const char *const names[] = { "",	"_",   "aes129",   "aes0128",	"aes_gcm_512",
					     "3des333", "des", "aes 128",  "aes-",	"blowfish",
					     "aes128x", "gcm", "chacha20", "aes1000000" };
	char lengthy[300];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_null(ike_alg_by_name(IKE_ENCR, names[i], strlen(names[i]), NULL));
	assert_null(ike_alg_by_name(IKE_KE, "aes", 3, NULL));
	assert_null(ike_alg_by_name(IKE_PRF, "prf", 3, NULL));
	assert_null(ike_alg_by_name(IKE_KE, "modp1024", 8, NULL));
	memset(lengthy, 'a', sizeof(lengthy));
	assert_null(ike_alg_by_name(IKE_ENCR, lengthy, sizeof(lengthy), NULL));
	assert_non_null(ike_alg_by_name(IKE_ENCR, "aesop", 3, NULL));
}

/* The kernel side takes keys as they are: their parts must be the same there. */
static void klips_has_the_same_algorithms(void **state)
{
	(void)state;
	EACH(a)
	{
		if (a->type == IKE_ENCR && a->klips) {
			const struct klips_encr_desc *encr = klips_encr(klips_encr_find(a->klips));

			assert_non_null(encr);
			assert_int_equal(encr->salt, a->salt);
			assert_int_equal(encr->iv, a->iv);
			assert_int_equal(encr->block, a->block);
			assert_int_equal(encr->icv, a->size);
			assert_true(encr->key_max >= a->key_bits[0] / 8);
		} else if (a->type == IKE_INTEG) {
			const struct klips_auth_desc *auth = klips_auth(klips_auth_find(a->klips));

			assert_non_null(auth);
			assert_int_equal(auth->key, a->key);
			assert_int_equal(auth->icv, a->size);
		}
	}
}

static void rows_fit_into_what_holds_keys(void **state)
{
	(void)state;
	EACH(a)
	{
		if (a->type == IKE_KE)
			assert_true(a->size <= IKE_KE_MAX && a->key <= IKE_KE_MAX);
		else
			assert_true(a->key <= IKE_KEY_MAX && a->size <= IKE_KEY_MAX);
		if (a->type == IKE_ENCR)
			assert_true(a->key_bits[0] / 8 + a->salt <= IKE_KEY_MAX);
		assert_true(a->ike || a->esp || a->ah);
	}
}

static void assert_printed(uint8_t type, uint16_t id, uint16_t bits, const char *expected)
{
	char text[40], small[4];
	int length = ike_alg_print(text, sizeof(text), type, id, bits);

	assert_string_equal(text, expected);
	assert_int_equal(length, strlen(expected));
	assert_int_equal(ike_alg_print(small, sizeof(small), type, id, bits), length);
	assert_memory_equal(small, expected, 3);
	assert_int_equal(ike_alg_print(NULL, 0, type, id, bits), length);
}

static void transforms_are_printed(void **state)
{
	(void)state;
	assert_printed(IKE_ENCR, 20, 256, "AES_GCM_16_256");
	assert_printed(IKE_ENCR, 3, 0, "3DES");
	assert_printed(IKE_INTEG, 12, 0, "HMAC_SHA2_256_128");
	assert_printed(IKE_KE, 14, 0, "MODP2048");
	assert_printed(IKE_KE, 2, 0, "KE_2");
	assert_printed(IKE_ENCR, 99, 128, "ENCR_99_128");
	assert_printed(6, 35, 0, "TRANSFORM_6_35");
	assert_printed(255, 65535, 65535, "TRANSFORM_255_65535_65535");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_lead_to_their_rows),
		cmocka_unit_test(names_lead_to_their_rows),
		cmocka_unit_test(ciphers_are_named_with_key_lengths),
		cmocka_unit_test(users_names_mean_what_they_mean_elsewhere),
		cmocka_unit_test(hashes_and_groups_have_many_names),
		cmocka_unit_test(other_names_are_not_known),
		cmocka_unit_test(klips_has_the_same_algorithms),
		cmocka_unit_test(rows_fit_into_what_holds_keys),
		cmocka_unit_test(transforms_are_printed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
