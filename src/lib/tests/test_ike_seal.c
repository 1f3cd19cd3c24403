// SPDX-License-Identifier: GPL-2.0-or-later
/* SK payloads: known ones, all ciphers to and fro, and what is refused. test_ike_oracle.py compares with another
 * library. */
#include "ike_bytes.h"

/* An SA's one direction: keys of bytes that tell their place. */
struct sa {
	struct ike_suite suite;
	struct ike_key encr, integ;
};

static void fill_key(struct ike_key *key, size_t length, uint8_t first)
{
	size_t i;

	for (i = 0; i < length; i++)
		key->data[i] = (uint8_t)(first + i);
	key->length = (uint8_t)length;
}

static struct sa sa_of(const char *encr, uint16_t key_bits, const char *integ)
{
	const struct ike_alg *cipher = alg(IKE_ENCR, encr);
	struct sa sa = { .suite = { .protocol = IKE_PROTO_IKE, .encr = cipher } };

	sa.suite.encr_bits = key_bits;
	sa.suite.integ = integ ? alg(IKE_INTEG, integ) : NULL;
	fill_key(&sa.encr, key_bits / 8u + cipher->salt, 0x80);
	fill_key(&sa.integ, integ ? sa.suite.integ->key : 0, 1);
	return sa;
}

static int seal(const struct sa *sa, struct ike_slice aad, uint64_t number, struct ike_slice plain, uint8_t *out)
{
	return ike_seal(&sa->suite, &sa->encr, &sa->integ, aad, number, plain, out);
}

static int open_(const struct sa *sa, struct ike_slice aad, struct ike_slice sealed, uint8_t *out)
{
	return ike_open(&sa->suite, &sa->encr, &sa->integ, aad, sealed, out);
}

/* RFC 7634, appendix B: a whole IKEv2 message. */
static void chacha20_is_the_rfcs(void **state)
{
	struct bytes aad = bytes("c0c1c2c3c4c5c6c7 d0d1d2d3d4d5d6d7 2e202500 00000009 00000045 29000029");
	struct bytes plain = bytes("0000000c 00004001 0000000a");
	struct sa sa = sa_of("chacha20_poly1305", 256, NULL);
	struct bytes salt = bytes("a0a1a2a3");
	uint8_t out[100];
	int length;

	(void)state;
	memcpy(sa.encr.data + 32, salt.data, 4);
	assert_int_equal(ike_sealed_size(&sa.suite, plain.length), 37);
	length = seal(&sa, slice(&aad), 0x1011121314151617, slice(&plain), out);
	assert_int_equal(length, 37);
	assert_bytes(out, 37, "1011121314151617 610394701f8d017f7c12924889 6b71bfe25236efd7cdc67066906315b2");
	length = open_(&sa, slice(&aad), (struct ike_slice){ out, 37 }, out);
	assert_int_equal(length, plain.length);
	assert_memory_equal(out, plain.data, plain.length);
}

/* All ciphers, with every authenticator where they have none. */
static const struct {
	const char *encr;
	uint16_t key_bits;
	const char *integ;
} sas[] = {
	{ "aes_cbc", 128, "sha1" },	{ "aes_cbc", 192, "sha2_256" },	    { "aes_cbc", 256, "sha2_384" },
	{ "aes_cbc", 256, "sha2_512" }, { "aes_cbc", 128, "aes_xcbc" },	    { "aes_cbc", 128, "aes_cmac" },
	{ "aes_ctr", 128, "sha1" },	{ "aes_ctr", 192, "sha2_256" },	    { "aes_ctr", 256, "sha2_512" },
	{ "aes_gcm_8", 128, NULL },	{ "aes_gcm_12", 192, NULL },	    { "aes_gcm_16", 256, NULL },
	{ "aes_gcm_16", 128, NULL },	{ "aes_ccm_8", 128, NULL },	    { "aes_ccm_12", 192, NULL },
	{ "aes_ccm_16", 256, NULL },	{ "chacha20_poly1305", 256, NULL }, { "3des", 192, "sha1" },
};
#define SAS	    (sizeof(sas) / sizeof(sas[0]))

#define EACH_SA(sa) for (size_t each = 0; next_sa(&each, &(sa));)

static bool next_sa(size_t *i, struct sa *sa)
{
	if (*i == SAS)
		return false;
	*sa = sa_of(sas[*i].encr, sas[*i].key_bits, sas[*i].integ);
	++*i;
	return true;
}

static void fill(uint8_t *data, size_t length, uint64_t seed)
{
	size_t i;

	for (i = 0; i < length; i++)
		data[i] = (uint8_t)test_random(&seed);
}

static void what_is_sealed_is_opened(void **state)
{
	struct sa sa;
	uint8_t aad[32], plain[200], sealed[300], out[300];
	const struct ike_slice header = { aad, sizeof(aad) };
	size_t length, size;

	(void)state;
	fill(aad, sizeof(aad), 1);
	fill(plain, sizeof(plain), 2);
	EACH_SA(sa)
	{
		for (length = 0; length < sizeof(plain); length += 1 + length / 8) {
			size = ike_sealed_size(&sa.suite, length);
			assert_int_equal(seal(&sa, header, length, (struct ike_slice){ plain, length }, sealed), size);
			assert_int_equal(open_(&sa, header, (struct ike_slice){ sealed, size }, out), length);
			assert_memory_equal(out, plain, length);
		}
	}
}

/* RFC 7296, 3.14: no more padding than the block needs. */
static void padding_is_minimal(void **state)
{
	struct sa cbc = sa_of("aes", 128, "sha2_256"), gcm = sa_of("aes_gcm", 128, NULL),
		  des = sa_of("3des", 192, "sha1");

	(void)state;
	assert_int_equal(ike_sealed_size(&cbc.suite, 0), 16 + 16 + 16);
	assert_int_equal(ike_sealed_size(&cbc.suite, 15), 16 + 16 + 16);
	assert_int_equal(ike_sealed_size(&cbc.suite, 16), 16 + 32 + 16);
	assert_int_equal(ike_sealed_size(&gcm.suite, 0), 8 + 1 + 16);
	assert_int_equal(ike_sealed_size(&gcm.suite, 16), 8 + 17 + 16);
	assert_int_equal(ike_sealed_size(&des.suite, 7), 8 + 8 + 12);
	assert_int_equal(ike_sealed_size(&des.suite, 8), 8 + 16 + 12);
}

/* Payloads are put together where they will be sealed, and opened where they arrived. */
static void memory_may_be_the_same(void **state)
{
	struct sa sa;
	uint8_t aad[32] = { 0 }, plain[100], buffer[200];
	const struct ike_slice header = { aad, sizeof(aad) };
	int length;
	size_t at;

	(void)state;
	fill(plain, sizeof(plain), 3);
	EACH_SA(sa)
	{
		for (at = 0; at < 2; at++) {
			memcpy(buffer + at * sa.suite.encr->iv, plain, sizeof(plain));
			length = seal(&sa, header, 1,
				      (struct ike_slice){ buffer + at * sa.suite.encr->iv, sizeof(plain) }, buffer);
			assert_int_equal(length, ike_sealed_size(&sa.suite, sizeof(plain)));
			assert_int_equal(open_(&sa, header, (struct ike_slice){ buffer, (size_t)length }, buffer),
					 sizeof(plain));
			assert_memory_equal(buffer, plain, sizeof(plain));
		}
	}
}

/* A bit anywhere, in what is before too, is found out; and then nothing of the text is left. */
static void changed_bits_are_found_out(void **state)
{
	struct sa sa;
	uint8_t aad[32], sealed[100], out[100] = { 0 }, zero[100] = { 0 };
	const struct ike_slice header = { aad, sizeof(aad) }, plain = { zero, 20 };
	size_t i, size;

	(void)state;
	fill(aad, sizeof(aad), 4);
	EACH_SA(sa)
	{
		size = ike_sealed_size(&sa.suite, plain.length);
		assert_int_equal(seal(&sa, header, 9, plain, sealed), size);
		memset(out, 0, sizeof(out));
		for (i = 0; i < size; i++) {
			sealed[i] ^= (uint8_t)(1 << i % 8);
			assert_int_equal(open_(&sa, header, (struct ike_slice){ sealed, size }, out), -EBADMSG);
			assert_memory_equal(out, zero, sizeof(out));
			sealed[i] ^= (uint8_t)(1 << i % 8);
		}
		for (i = 0; i < sizeof(aad); i++) {
			aad[i] ^= 0x10;
			assert_int_equal(open_(&sa, header, (struct ike_slice){ sealed, size }, out), -EBADMSG);
			aad[i] ^= 0x10;
		}
		assert_int_equal(open_(&sa, header, (struct ike_slice){ sealed, size }, out), plain.length);
	}
}

static void short_ones_are_refused(void **state)
{
	struct sa sa;
	uint8_t sealed[100] = { 0 }, out[100], *cut;
	const struct ike_slice none = { NULL, 0 };
	size_t length;

	(void)state;
	EACH_SA(sa)
	{
		for (length = 0; length < ike_sealed_size(&sa.suite, 0); length++) {
			/* At the end of its memory, so that reading on would show. */
			cut = sealed + sizeof(sealed) - length;
			assert_int_equal(open_(&sa, none, (struct ike_slice){ cut, length }, out), -EBADMSG);
		}
	}
}

/* Authentic, but with more padding than there is text: made of CTR by changing what the last byte is encrypted to. */
static void padding_beyond_the_text_is_refused(void **state)
{
	struct sa sa = sa_of("aes_ctr", 128, "sha2_256");
	struct bytes aad = bytes("00112233"), plain = bytes("0102030405");
	struct ike_slice integ = { sa.integ.data, sa.integ.length };
	uint8_t sealed[100], out[100], icv[IKE_KEY_MAX];
	struct ike_mac *mac;
	int padding, size, result;

	(void)state;
	size = seal(&sa, slice(&aad), 1, slice(&plain), sealed);
	assert_int_equal(ike_mac_new(&mac, sa.suite.integ, integ), 0);
	for (padding = 0; padding < 256; padding++) {
		struct ike_slice parts[] = { slice(&aad), { sealed, (size_t)size - 16 } };

		sealed[size - 17] ^= (uint8_t)padding;
		ike_mac_compute(mac, parts, 2, icv);
		memcpy(sealed + size - 16, icv, 16);
		result = open_(&sa, slice(&aad), (struct ike_slice){ sealed, (size_t)size }, out);
		assert_int_equal(result, padding <= 5 ? 5 - padding : -EBADMSG);
		sealed[size - 17] ^= (uint8_t)padding;
	}
	ike_mac_free(mac);
}

/* Counters as they were given, or in CBC something else each time. */
static void ivs_are_not_used_twice(void **state)
{
	struct sa sa;
	uint8_t a[100], b[100];
	const struct ike_slice none = { NULL, 0 };
	size_t iv, i;

	(void)state;
	EACH_SA(sa)
	{
		iv = sa.suite.encr->iv;
		assert_true(seal(&sa, none, 0x0102030405060708, none, a) > 0);
		assert_true(seal(&sa, none, 0x0102030405060709, none, b) > 0);
		assert_memory_not_equal(a, b, iv);
		for (i = 0; i < iv && sa.suite.encr->block == 1; i++)
			assert_int_equal(a[i], i + 1);
	}
}

static void other_keys_are_refused(void **state)
{
	struct sa cbc = sa_of("aes", 128, "sha2_256"), gcm = sa_of("aes_gcm", 256, NULL),
		  none = { .encr = { .length = 0 } };
	const struct ike_slice empty = { NULL, 0 };
	uint8_t out[100];

	(void)state;
	gcm.encr.length -= 4;
	assert_int_equal(seal(&gcm, empty, 1, empty, out), -EINVAL);
	assert_int_equal(open_(&gcm, empty, empty, out), -EINVAL);
	cbc.integ.length--;
	assert_int_equal(seal(&cbc, empty, 1, empty, out), -EINVAL);
	cbc.suite.integ = NULL;
	assert_int_equal(seal(&cbc, empty, 1, empty, out), -EINVAL);
	assert_int_equal(seal(&none, empty, 1, empty, out), -EINVAL);
	cbc = sa_of("null", 0, "sha2_256");
	assert_int_equal(seal(&cbc, empty, 1, empty, out), -EINVAL);
}

static void aeads_need_no_integrity_key(void **state)
{
	struct sa gcm = sa_of("aes_gcm", 256, NULL);
	struct bytes plain = bytes("010203");
	uint8_t out[100];
	int size = ike_seal(&gcm.suite, &gcm.encr, NULL, slice(&plain), 1, slice(&plain), out);

	(void)state;
	assert_int_equal(size, 8 + 4 + 16);
	assert_int_equal(
		ike_open(&gcm.suite, &gcm.encr, NULL, slice(&plain), (struct ike_slice){ out, (size_t)size }, out), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chacha20_is_the_rfcs),
		cmocka_unit_test(what_is_sealed_is_opened),
		cmocka_unit_test(padding_is_minimal),
		cmocka_unit_test(memory_may_be_the_same),
		cmocka_unit_test(changed_bits_are_found_out),
		cmocka_unit_test(short_ones_are_refused),
		cmocka_unit_test(padding_beyond_the_text_is_refused),
		cmocka_unit_test(ivs_are_not_used_twice),
		cmocka_unit_test(other_keys_are_refused),
		cmocka_unit_test(aeads_need_no_integrity_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
