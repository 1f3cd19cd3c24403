// SPDX-License-Identifier: GPL-2.0-or-later
/* Keys and signatures: each scheme with each sort of key, and what RFCs have of them. */
#include "ike_bytes.h"

#include "../pki.h"

static struct pki_key *keys[6];

static int make_keys(void **state)
{
	static const struct {
		enum pki_key_type type;
		unsigned int bits;
	} sorts[] = { { PKI_RSA, 2048 },  { PKI_ECDSA, 256 }, { PKI_ECDSA, 384 },
		      { PKI_ECDSA, 521 }, { PKI_ED25519, 0 }, { PKI_ED448, 0 } };
	struct pki_why why;
	size_t at;

	(void)state;
	for (at = 0; at < 6; at++)
		if (pki_key_generate(&keys[at], sorts[at].type, sorts[at].bits, &why))
			return -1;
	return 0;
}

static int drop_keys(void **state)
{
	size_t at;

	(void)state;
	for (at = 0; at < 6; at++)
		pki_key_put(keys[at]);
	return 0;
}

static const struct ike_slice parts[] = { { (const uint8_t *)"one", 3 }, { NULL, 0 }, { (const uint8_t *)"two", 3 } };

static void assert_signs(const struct pki_key *key, const struct pki_scheme *scheme)
{
	uint8_t out[PKI_SIGNATURE_MAX];
	int length = pki_sign(key, scheme, parts, 3, out);
	struct ike_slice signature = { out, length };

	assert_true(length > 0);
	assert_int_equal(pki_verify(key, scheme, parts, 3, signature), 0);
	assert_int_equal(pki_verify(key, scheme, parts, 1, signature), -EBADMSG);
	out[length / 2] ^= 1;
	assert_int_equal(pki_verify(key, scheme, parts, 3, signature), -EBADMSG);
	signature.length--;
	assert_int_equal(pki_verify(key, scheme, parts, 3, signature), -EBADMSG);
	signature.length = 0;
	assert_int_equal(pki_verify(key, scheme, parts, 3, signature), -EBADMSG);
}

static void test_each_scheme(void **state)
{
	const struct pki_scheme *scheme;
	uint8_t out[PKI_SIGNATURE_MAX];
	size_t at, which, fit = 0;

	(void)state;
	for (at = 0; (scheme = pki_scheme_at(at)); at++) {
		for (which = 0; which < 6; which++) {
			if (pki_scheme_fits(scheme, keys[which])) {
				assert_signs(keys[which], scheme);
				fit++;
			} else {
				assert_int_equal(pki_sign(keys[which], scheme, parts, 3, out), -EINVAL);
				assert_int_equal(
					pki_verify(keys[which], scheme, parts, 3, (struct ike_slice){ out, 64 }),
					-EINVAL);
			}
		}
	}
	/* 8 of RSA, 3 of ECDSA with any curve, 3 with its own, 2 of EdDSA. */
	assert_int_equal(fit, 8 + 9 + 3 + 2);
}

static void test_public_keys(void **state)
{
	struct pki_key *public;
	struct pki_why why;
	uint8_t out[PKI_SIGNATURE_MAX];
	size_t at;
	char *text;

	(void)state;
	for (at = 0; at < 6; at++) {
		text = pki_key_text(keys[at]);
		assert_non_null(text);
		assert_int_equal(pki_key_from_text(&public, text, &why), 0);
		assert_true(pki_key_equal(public, keys[at]));
		assert_memory_equal(pki_key_info(public)->ckaid, pki_key_info(keys[at])->ckaid, PKI_KEY_ID);
		assert_false(pki_key_info(public)->is_private);
		assert_int_equal(pki_sign(public, pki_scheme_choose(public, 0xff, ~0u), parts, 3, out), -EINVAL);
		pki_key_put(public);
		free(text);
		assert_int_equal(pki_key_from_spki(&public, pki_key_info(keys[at])->spki, &why), 0);
		assert_true(pki_key_equal(public, keys[at]));
		pki_key_put(public);
	}
	assert_false(pki_key_equal(keys[0], keys[1]));
}

/* Methods 9 to 11 have r and s in their full length, whatever these are. */
static void test_raw_ecdsa(void **state)
{
	const struct pki_scheme *scheme = pki_scheme_choose(keys[3], 0, 1 << 6);
	uint8_t out[PKI_SIGNATURE_MAX];

	(void)state;
	assert_non_null(scheme);
	assert_int_equal(scheme->method, 11);
	assert_int_equal(pki_sign(keys[3], scheme, parts, 3, out), 132);
}

static void assert_chosen(size_t key, uint32_t hashes, uint32_t authby, const char *name)
{
	const struct pki_scheme *scheme = pki_scheme_choose(keys[key], hashes, authby);

	if (name)
		assert_string_equal(scheme ? scheme->name : "none", name);
	else
		assert_null(scheme);
}

#define HASH(hash) (1u << (hash))
#define SHA2	   (HASH(PKI_SHA2_256) | HASH(PKI_SHA2_384) | HASH(PKI_SHA2_512))

static void test_choice(void **state)
{
	const uint32_t rsa = 7 << 1, ecdsa = 7 << 4, eddsa = 1 << 7, sha1 = 1 << 10;

	(void)state;
	assert_chosen(0, SHA2, rsa, "RSASSA-PSS with SHA2-512");
	assert_chosen(0, HASH(PKI_SHA2_256) | HASH(PKI_SHA1), rsa, "RSASSA-PSS with SHA2-256");
	assert_chosen(0, SHA2, 1 << 2, "RSASSA-PSS with SHA2-384");
	assert_chosen(0, HASH(PKI_SHA1), rsa, NULL);
	assert_chosen(0, HASH(PKI_SHA1), sha1, "RSA with SHA1");
	assert_chosen(0, 0, rsa, NULL);
	assert_chosen(0, 0, sha1 | rsa, "RSA with SHA1");
	assert_chosen(0, SHA2, ecdsa, NULL);
	assert_chosen(1, SHA2, ecdsa, "ECDSA with SHA2-256");
	assert_chosen(2, SHA2, ecdsa, "ECDSA with SHA2-384");
	assert_chosen(3, SHA2, ecdsa, "ECDSA with SHA2-512");
	assert_chosen(1, HASH(PKI_SHA2_384), ecdsa, "ECDSA with SHA2-384");
	assert_chosen(1, 0, ecdsa, "ECDSA-256");
	assert_chosen(1, 0, 1 << 5, NULL);
	assert_chosen(2, 0, ecdsa, "ECDSA-384");
	assert_chosen(4, HASH(PKI_IDENTITY), eddsa, "Ed25519");
	assert_chosen(4, SHA2, eddsa, NULL);
	assert_chosen(5, HASH(PKI_IDENTITY) | SHA2, eddsa, "Ed448");
	assert_chosen(5, 0, eddsa, NULL);
}

/* The peer knows RFC 7427, but nothing of it is allowed or fits. */
static void test_choice_of_older_methods(void **state)
{
	const struct pki_scheme *scheme = pki_scheme_choose(keys[0], SHA2, 1 << 10);

	(void)state;
	assert_non_null(scheme);
	assert_int_equal(scheme->method, 1);
	assert_chosen(0, SHA2, 1 << 10 | 7 << 1, "RSASSA-PSS with SHA2-512");
	assert_chosen(1, HASH(PKI_SHA1), 7 << 4, "ECDSA-256");
	assert_chosen(1, HASH(PKI_SHA2_512), 7 << 4, "ECDSA with SHA2-512");
	assert_chosen(1, HASH(PKI_SHA2_512), 1 << 5, NULL);
}

static const struct pki_scheme *by_algorithm(const char *hex)
{
	struct bytes der = bytes(hex);

	return pki_scheme_by_algorithm(slice(&der));
}

static void assert_algorithm(const char *hex, const char *name)
{
	const struct pki_scheme *scheme = by_algorithm(hex);

	assert_string_equal(scheme ? scheme->name : "none", name);
	if (scheme)
		assert_int_equal(scheme->method, 14);
}

#define PSS_256                                                        \
	"06092a864886f70d01010a3039a00f300d06096086480165030402010500" \
	"a11c301a06092a864886f70d010108300d06096086480165030402010500a203020120a303020101"

/* RFC 7427, appendix A; RFC 8420, appendix A. */
static void test_algorithms_of_rfcs(void **state)
{
	(void)state;
	assert_algorithm("300d06092a864886f70d0101050500", "RSA with SHA1");
	assert_algorithm("300d06092a864886f70d01010b0500", "RSA with SHA2-256");
	assert_algorithm("300d06092a864886f70d01010c0500", "RSA with SHA2-384");
	assert_algorithm("300d06092a864886f70d01010d0500", "RSA with SHA2-512");
	assert_algorithm("300b06092a864886f70d01010b", "RSA with SHA2-256");
	assert_algorithm("300a06082a8648ce3d040302", "ECDSA with SHA2-256");
	assert_algorithm("300a06082a8648ce3d040303", "ECDSA with SHA2-384");
	assert_algorithm("300a06082a8648ce3d040304", "ECDSA with SHA2-512");
	assert_algorithm("3046" PSS_256, "RSASSA-PSS with SHA2-256");
	assert_algorithm("300506032b6570", "Ed25519");
	assert_algorithm("300506032b6571", "Ed448");
	/* What is known and not taken: ecdsa-with-SHA1, DSA, PSS with SHA-1 as it is by default. */
	assert_algorithm("300906072a8648ce3d0401", "none");
	assert_algorithm("300906072a8648ce380403", "none");
	assert_algorithm("300d06092a864886f70d01010a3000", "none");
	/* Not DER, or with something after it. */
	assert_algorithm("", "none");
	assert_algorithm("300506032b657000", "none");
	assert_algorithm("300606032b6570", "none");
	assert_algorithm("300506032b65", "none");
}

/* Salt of another length, another hash in MGF1, another trailer. */
static void test_strange_pss(void **state)
{
	struct bytes der = bytes("3046" PSS_256);
	static const size_t at[] = { 66, 71, 56, 28 };
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++) {
		der.data[at[i]] ^= 3;
		assert_null(pki_scheme_by_algorithm(slice(&der)));
		der.data[at[i]] ^= 3;
	}
	assert_non_null(pki_scheme_by_algorithm(slice(&der)));
}

/* Each is found by the bytes that this side sends. */
static void test_own_algorithms(void **state)
{
	const struct pki_scheme *scheme;
	size_t at;

	(void)state;
	for (at = 0; (scheme = pki_scheme_at(at)); at++)
		if (scheme->method == 14)
			assert_ptr_equal(pki_scheme_by_algorithm(scheme->algorithm), scheme);
}

/* RFC 8032, 7.1, test 2, and 7.4, test of 1 byte. */
static void test_eddsa_of_rfc(void **state)
{
	static const struct {
		const char *spki, *message, *signature;
	} vectors[] = {
		{ "302a300506032b65700321003d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
		  "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b"
		  "2eaeb4302aeeb00d291612bb0c00" },
		{ "3043300506032b6571033a0043ba28f430cdff456ae531545f7ecd0ac834a55d9358c0372bfa0c6c6798c0"
		  "866aea01eb00742802b8438ea4cb82169c235160627b4c3a9480",
		  "03",
		  "26b8f91727bd62897af15e41eb43c377efb9c610d48f2335cb0bd0087810f4352541b143c4b981b7e18f62de8ccdf633fc1b"
		  "f037ab7cd779805e0dbcc0aae1cbcee1afb2e027df36bc04dcecbf154336c19f0af7e0a6472905e799f1953d2a0ff3348ab2"
		  "1aa4adafd1d234441cf807c03a00" },
	};
	size_t at;

	(void)state;
	for (at = 0; at < 2; at++) {
		struct bytes spki = bytes(vectors[at].spki), message = bytes(vectors[at].message);
		struct bytes signature = bytes(vectors[at].signature);
		struct ike_slice octets = slice(&message);
		struct pki_key *key;
		struct pki_why why;

		assert_int_equal(pki_key_from_spki(&key, slice(&spki), &why), 0);
		assert_int_equal(pki_verify(key, pki_scheme_choose(key, 0xff, ~0u), &octets, 1, slice(&signature)), 0);
		pki_key_put(key);
	}
}

static void assert_refused(const char *text, const char *reason)
{
	struct pki_key *key = NULL;
	struct pki_why why = { "" };

	assert_true(pki_key_from_text(&key, text, &why) < 0);
	assert_null(key);
	assert_string_equal(why.text, reason);
}

static void test_refused_texts(void **state)
{
	char text[1024];

	(void)state;
	assert_refused("0s!", "not base64");
	assert_refused("0s", "not base64");
	assert_refused("0x123", "an odd number of digits");
	assert_refused("0x00", "not an RSA key of RFC 3110");
	assert_refused("0x0000", "not an RSA key of RFC 3110");
	assert_refused("0x0103", "not an RSA key of RFC 3110");
	assert_refused("0x01030f", "an RSA key of 4 bits: only 2048 to 8192 are taken");
	assert_refused("0x01020f", "an RSA key whose numbers are even");
	snprintf(text, sizeof(text), "0x09ff%016df%0511d", 1, 1);
	assert_refused(text, "an RSA key whose exponent has more than 64 bits");
	assert_refused("/nonexistent/key", "No such file or directory");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_scheme),	   cmocka_unit_test(test_public_keys),
		cmocka_unit_test(test_raw_ecdsa),	   cmocka_unit_test(test_choice),
		cmocka_unit_test(test_algorithms_of_rfcs), cmocka_unit_test(test_strange_pss),
		cmocka_unit_test(test_own_algorithms),	   cmocka_unit_test(test_eddsa_of_rfc),
		cmocka_unit_test(test_refused_texts),	   cmocka_unit_test(test_choice_of_older_methods),
	};

	return cmocka_run_group_tests(tests, make_keys, drop_keys);
}
