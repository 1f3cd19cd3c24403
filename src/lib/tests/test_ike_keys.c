// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Key derivation against NIST's vectors for the IKEv2 KDF (SP 800-135, CAVP: ikev2.rsp). They have 132 bytes of key
 * material with SHA-1, which is just what AES_CBC_128 with HMAC_SHA1_96 needs.
 */
#include "ike_bytes.h"

struct vector {
	const char *ni, *nr, *shared, *shared_new, *spi_i, *spi_r;
	const char *dkm, *child, *child_dh, *skeyseed_rekey;
};

static const struct vector vectors[] = {
	{
		.ni = "32b50d5f4a3763f3",
		.nr = "9206a04b26564cb1",
		.shared = "4b2c1f971981a8ad8d0abeafabf38cf75fc8349c148142465ed9c8b516b8be52",
		.shared_new = "863f3c9d06efd39d2b907b97f8699e5dd5251ef64a2a176f36ee40c87d4f9330",
		.spi_i = "34c9e7c188868785",
		.spi_r = "3ff77d760d2b2199",
		.dkm = "a14293677cc80ff8f9cc0eee30d895da9d8f405666e30ef0dfcb63c634a46002a2a63080e514a062768b7660"
		       "6f9fa5e992204fc5a670bde3f10d6b027113936a5c55b648a194ae587b0088d52204b702c979fa280870d2ed"
		       "41efa9c549fd11198af1670b143d384bd275c5f594cf266b05ebadca855e4249520a441a81157435a7a56cc4",
		.child = "8059e3ee8810e6c3a91bc8bcd2a7a41151b8d0e6ae239c7b38093ad85ef4c5811a8e7b5d1cdabd9560b2d5e0"
			 "92d1f24e2d4b85eccdf0ad0dc9abd94b51ee71814ca6dbc8bb51b630",
		.child_dh = "bb43244c1860ad65ee1e211ffe8bb3661750c8f89cb9f547df7f4fa61d37301628190e38c66232eab4b3ab14"
			    "c400a5197dd3730ed4820a8a10394d51e1c0400052f63ebd36b0e7ef",
		.skeyseed_rekey = "63e81194946ebd05df7df5ebf5d8750056bf1f1d",
	},
	{
		.ni = "3651fef5c9c35e93",
		.nr = "c09a8b90a3f04d59",
		.shared = "d084a30166a50fb7325c3960874a839449ef9741c2f4f947d0201dd8c1269273d79509f37e3ca3eb4fa2fe2a"
			  "28254e289cd3f34dad4eb4df1a07685a4b8a94fa61e2491f7598b3ce65547ff133b3f63d1ac4175eaa695033"
			  "f3cedb026a6873a36455172a8540b8a5d23a0143bed0390ee49b168269d75fffee9fb62be965993c",
		.shared_new = "52f00ab174c25d5b7139ae5ff4e8e9eddee5992d2e36adf8a559ffd90dab1442e4fbe429d320c0f33552a17d"
			      "1557fa41ea70e8fb916c4fa27ed52b5f8ebd8461afa78f1159159a64055ac5f6319e29c28eae58cbc6847770"
			      "f32c3fed1d04750484f854790f95e9ec01bc5bc461f24966462e359511329305038e94deb6dd42c2",
		.spi_i = "8e5c3ae507221684",
		.spi_r = "b1f201bb155c3acd",
		.dkm = "6f1b12cad3cbe097b35430356d869d54cddb0198ec859174d53ceb92dddedbe2436db69f60977c58fa63bbb6"
		       "67f8d36920b109baae8f6c61a9ac49feda01843225d080ec5539d5881a25521ffb2a0a91874a9c0a27fcc2d7"
		       "17eb8963a9e3a89c7ab264757284c28cf8c3ca40576f4220b052b1fb8e9ad60ba3c80557323331a8cbb89f20",
		.child = "4727dc0ef94eb326ce131cf282fb652faa638ad0ddae3786a11bcc0309876009f8c485de011ad962c5b1ca8a"
			 "41ff8145445749079c5686e26ffebbc342f06981f3da745e11ca0976",
		.child_dh = "b109c21ad4c0797768c1cec9e63554681e48f224bca7f23c20c4ea7041983451e9aa1d5408656c8a975ff1b9"
			    "d9a12c75ffeb64bdecb30174664cccb4e14f1c377b7f6d1525af77c7",
		.skeyseed_rekey = "3b03bce748c96d5e8306918d2ff89b68f0648da3",
	},
};
#define VECTORS (sizeof(vectors) / sizeof(vectors[0]))

static struct ike_suite suite_of(uint8_t protocol, const char *text)
{
	struct ike_proposals proposals = { 0 };
	struct ike_proposal chosen;
	struct ike_suite suite;

	assert_int_equal(ike_proposals_parse(&proposals, protocol, text, false, NULL), 0);
	assert_int_equal(ike_proposals_choose(&chosen, &proposals, &proposals, true), 0);
	assert_int_equal(ike_suite_from_proposal(&suite, &chosen), 0);
	return suite;
}

/* Keys one after the other, as they were cut. */
static void join(struct bytes *to, const struct ike_key *key)
{
	memcpy(to->data + to->length, key->data, key->length);
	to->length += key->length;
}

static struct bytes join_ike(const struct ike_keys *keys)
{
	struct bytes all = { .length = 0 };
	int i;

	join(&all, &keys->d);
	for (i = 0; i < 2; i++)
		join(&all, &keys->integ[i]);
	for (i = 0; i < 2; i++)
		join(&all, &keys->encr[i]);
	for (i = 0; i < 2; i++)
		join(&all, &keys->auth[i]);
	return all;
}

static struct bytes join_child(const struct ike_child_keys *keys)
{
	struct bytes all = { .length = 0 };
	int i;

	for (i = 0; i < 2; i++) {
		join(&all, &keys->encr[i]);
		join(&all, &keys->integ[i]);
	}
	return all;
}

/* A vector's inputs. */
struct inputs {
	struct bytes ni, nr, shared, shared_new;
	struct ike_key_seed seed;
};

static void read_inputs(struct inputs *in, const struct vector *v)
{
	struct bytes spi_i = bytes(v->spi_i), spi_r = bytes(v->spi_r);

	in->ni = bytes(v->ni);
	in->nr = bytes(v->nr);
	in->shared = bytes(v->shared);
	in->shared_new = bytes(v->shared_new);
	in->seed = (struct ike_key_seed){ .shared = slice(&in->shared), .ni = slice(&in->ni), .nr = slice(&in->nr) };
	memcpy(in->seed.spi_i, spi_i.data, 8);
	memcpy(in->seed.spi_r, spi_r.data, 8);
}

/* A vector's inputs, and the keys that they make. */
static void derive(struct ike_keys *keys, struct inputs *in, const struct ike_suite *suite, const struct vector *v)
{
	read_inputs(in, v);
	assert_int_equal(ike_keys_derive(keys, suite, &in->seed), 0);
}

static void ike_keys_are_nists(void **state)
{
	struct ike_suite suite = suite_of(IKE_PROTO_IKE, "aes128-sha1-modp2048");
	struct ike_keys keys;
	struct inputs in;
	struct bytes all;
	size_t i;

	(void)state;
	for (i = 0; i < VECTORS; i++) {
		derive(&keys, &in, &suite, &vectors[i]);
		all = join_ike(&keys);
		assert_bytes(all.data, all.length, vectors[i].dkm);
		assert_int_equal(keys.d.length, 20);
		assert_int_equal(keys.integ[1].length, 20);
		assert_int_equal(keys.encr[1].length, 16);
		assert_int_equal(keys.auth[1].length, 20);
	}
}

static void child_keys_are_nists(void **state)
{
	struct ike_suite ike = suite_of(IKE_PROTO_IKE, "aes128-sha1-modp2048");
	struct ike_suite esp = suite_of(IKE_PROTO_ESP, "aes128-sha1");
	const struct ike_slice none = { NULL, 0 };
	struct ike_child_keys child;
	struct ike_keys keys;
	struct inputs in;
	struct bytes all;
	size_t i;

	(void)state;
	for (i = 0; i < VECTORS; i++) {
		derive(&keys, &in, &ike, &vectors[i]);
		assert_int_equal(
			ike_child_keys_derive(&child, &esp, ike.prf, &keys.d, none, slice(&in.ni), slice(&in.nr)), 0);
		all = join_child(&child);
		assert_bytes(all.data, all.length, vectors[i].child);
		assert_int_equal(ike_child_keys_derive(&child, &esp, ike.prf, &keys.d, slice(&in.shared_new),
						       slice(&in.ni), slice(&in.nr)),
				 0);
		all = join_child(&child);
		assert_bytes(all.data, all.length, vectors[i].child_dh);
	}
}

/* Of a rekeyed IKE SA NIST has SKEYSEED only; from there on the new SA's PRF counts, whichever that is. */
static void assert_rekeyed(const struct vector *v, const char *text)
{
	struct ike_suite ike = suite_of(IKE_PROTO_IKE, "aes128-sha1-modp2048"), next = suite_of(IKE_PROTO_IKE, text);
	struct bytes skeyseed = bytes(v->skeyseed_rekey), seed = { .length = 0 }, all;
	struct ike_keys keys, rekeyed;
	uint8_t expected[512];
	struct inputs in;

	derive(&keys, &in, &ike, v);
	in.seed.shared = slice(&in.shared_new);
	in.seed.old_prf = ike.prf;
	in.seed.old_d = &keys.d;
	assert_int_equal(ike_keys_derive(&rekeyed, &next, &in.seed), 0);
	all = join_ike(&rekeyed);
	memcpy(seed.data, in.ni.data, 8);
	memcpy(seed.data + 8, in.nr.data, 8);
	memcpy(seed.data + 16, in.seed.spi_i, 8);
	memcpy(seed.data + 24, in.seed.spi_r, 8);
	seed.length = 32;
	assert_int_equal(prf_plus(next.prf, slice(&skeyseed), slice(&seed), expected, all.length), 0);
	assert_memory_equal(all.data, expected, all.length);
	assert_int_equal(rekeyed.d.length, next.prf->key);
}

static void rekeyed_ike_keys_are_nists(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < VECTORS; i++) {
		assert_rekeyed(&vectors[i], "aes128-sha1-modp2048");
		assert_rekeyed(&vectors[i], "aes_gcm256-sha2_512-x25519");
		assert_rekeyed(&vectors[i], "chacha20_poly1305-aes_xcbc-x25519");
	}
}

static void assert_lengths(const char *text, size_t d, size_t integ, size_t encr)
{
	struct ike_suite suite = suite_of(IKE_PROTO_IKE, text);
	struct ike_keys keys;
	struct inputs in;
	int i;

	derive(&keys, &in, &suite, &vectors[0]);
	assert_int_equal(keys.d.length, d);
	for (i = 0; i < 2; i++) {
		assert_int_equal(keys.auth[i].length, d);
		assert_int_equal(keys.integ[i].length, integ);
		assert_int_equal(keys.encr[i].length, encr);
	}
}

/* RFC 5282, 7.1, RFC 7634, 2, RFC 5930, 4: the salt is part of the key. */
static void lengths_are_the_suites(void **state)
{
	(void)state;
	assert_lengths("aes_gcm256-sha2_256-x25519", 32, 0, 36);
	assert_lengths("aes_gcm_a128-sha2_512-x25519", 64, 0, 20);
	assert_lengths("aes_ccm192-sha2_384-x25519", 48, 0, 27);
	assert_lengths("chacha20_poly1305-sha2_256-x25519", 32, 0, 36);
	assert_lengths("aes_ctr256-sha2_256-x25519", 32, 32, 36);
	assert_lengths("3des-sha1-modp2048", 20, 20, 24);
	assert_lengths("aes256-sha2_512-modp2048", 64, 64, 32);
	assert_lengths("aes128-aes_xcbc-modp2048", 16, 16, 16);
	assert_lengths("aes128-aes_cmac-modp2048", 16, 16, 16);
}

/* RFC 7296, 2.14: of AES-XCBC and AES-CMAC the key is the first 64 bits of each nonce; in prf+ they are whole. */
static void block_ciphers_take_short_nonces(void **state)
{
	static const char *const texts[] = { "aes128-aes_xcbc-modp2048", "aes128-aes_cmac-modp2048" };
	struct bytes ni = bytes("000102030405060708090a0b0c0d0e0f"), nr = bytes("101112131415161718191a1b1c1d1e1f20");
	struct bytes key = bytes("00010203040506071011121314151617"), secret = bytes("abcdef");
	struct bytes seed = bytes("000102030405060708090a0b0c0d0e0f 101112131415161718191a1b1c1d1e1f20"
				  "aaaaaaaaaaaaaaaa bbbbbbbbbbbbbbbb");
	struct ike_key_seed from = { .shared = slice(&secret), .ni = slice(&ni), .nr = slice(&nr) };
	struct ike_slice shared = slice(&secret);
	uint8_t skeyseed[IKE_KEY_MAX], expected[512];
	struct ike_keys keys;
	struct bytes all;
	size_t i;

	(void)state;
	memset(from.spi_i, 0xaa, 8);
	memset(from.spi_r, 0xbb, 8);
	for (i = 0; i < 2; i++) {
		struct ike_suite suite = suite_of(IKE_PROTO_IKE, texts[i]);

		assert_int_equal(ike_keys_derive(&keys, &suite, &from), 0);
		assert_int_equal(ike_prf(suite.prf, slice(&key), &shared, 1, skeyseed), 16);
		all = join_ike(&keys);
		prf_plus(suite.prf, (struct ike_slice){ skeyseed, 16 }, slice(&seed), expected, all.length);
		assert_memory_equal(all.data, expected, all.length);
	}
}

static void assert_child_lengths(uint8_t protocol, const char *text, size_t encr, size_t integ)
{
	const struct ike_key d = { { 1 }, 32 };
	const struct ike_slice none = { NULL, 0 };
	struct bytes nonce = bytes("000102030405060708090a0b0c0d0e0f");
	struct ike_suite suite = suite_of(protocol, text);
	struct ike_child_keys keys;
	int i;

	assert_int_equal(
		ike_child_keys_derive(&keys, &suite, alg(IKE_PRF, "sha2_256"), &d, none, slice(&nonce), slice(&nonce)),
		0);
	for (i = 0; i < 2; i++) {
		assert_int_equal(keys.encr[i].length, encr);
		assert_int_equal(keys.integ[i].length, integ);
	}
}

static void child_lengths_are_the_suites(void **state)
{
	(void)state;
	assert_child_lengths(IKE_PROTO_ESP, "aes_gcm256", 36, 0);
	assert_child_lengths(IKE_PROTO_ESP, "aes_ccm128", 19, 0);
	assert_child_lengths(IKE_PROTO_ESP, "null_auth_aes_gmac_128", 20, 0);
	assert_child_lengths(IKE_PROTO_ESP, "null-sha2_256", 0, 32);
	assert_child_lengths(IKE_PROTO_ESP, "aes_ctr128-sha1", 20, 20);
	assert_child_lengths(IKE_PROTO_ESP, "aes256-sha2_512", 32, 64);
	assert_child_lengths(IKE_PROTO_AH, "sha2_384", 0, 48);
}

static void what_makes_no_keys_is_refused(void **state)
{
	struct ike_suite suite = suite_of(IKE_PROTO_IKE, "aes128-sha1-modp2048"), ah = suite_of(IKE_PROTO_AH, "sha1");
	static const uint8_t lengthy[257];
	struct ike_child_keys child;
	struct ike_keys keys;
	struct inputs in;

	(void)state;
	read_inputs(&in, &vectors[0]);
	assert_int_equal(ike_keys_derive(&keys, &ah, &in.seed), -EINVAL);
	in.seed.ni = (struct ike_slice){ lengthy, 257 };
	assert_int_equal(ike_keys_derive(&keys, &suite, &in.seed), -EINVAL);
	in.seed.ni.length = 256;
	assert_int_equal(ike_keys_derive(&keys, &suite, &in.seed), 0);
	in.seed.ni.length = 0;
	assert_int_equal(ike_keys_derive(&keys, &suite, &in.seed), -EINVAL);
	suite.encr = suite.integ = NULL;
	assert_int_equal(
		ike_child_keys_derive(&child, &suite, suite.prf, &keys.d, in.seed.shared, in.seed.nr, in.seed.nr),
		-EINVAL);
	assert_int_equal(ike_child_keys_derive(&child, &ah, NULL, &keys.d, in.seed.shared, in.seed.nr, in.seed.nr),
			 -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ike_keys_are_nists),
		cmocka_unit_test(child_keys_are_nists),
		cmocka_unit_test(rekeyed_ike_keys_are_nists),
		cmocka_unit_test(lengths_are_the_suites),
		cmocka_unit_test(block_ciphers_take_short_nonces),
		cmocka_unit_test(child_lengths_are_the_suites),
		cmocka_unit_test(what_makes_no_keys_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
