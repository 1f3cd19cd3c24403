// SPDX-License-Identifier: GPL-2.0-or-later
/* PRFs and authenticators against the RFCs' vectors; what ike_random.c has. */
#include "ike_bytes.h"

#define HI_THERE "4869205468657265"
#define NOTHING	 "7768617420646f2079612077616e7420666f72206e6f7468696e673f"
#define LARGER \
	"54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d2048617368204b6579204669727374"
#define A20    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define A80    A20 A20 A20 A20
#define A131   A80 A20 A20 "aaaaaaaaaaaaaaaaaaaaaa"
#define B20    "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b"
#define JEFE   "4a656665"
#define KEY_10 "00010203040506070809"
#define KEY_16 KEY_10 "0a0b0c0d0e0f"
#define DATA20 KEY_16 "10111213"

static const struct {
	const char *prf, *key, *data, *out;
} vectors[] = {
	/* RFC 2202, 3, cases 1, 2, 6 */
	{ "sha1", B20, HI_THERE, "b617318655057264e28bc0b6fb378c8ef146be00" },
	{ "sha1", JEFE, NOTHING, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79" },
	{ "sha1", A80, LARGER, "aa4ae5e15272d00e95705637ce8a3b55ed402112" },
	/* RFC 2202, 2, likewise */
	{ "md5", "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", HI_THERE, "9294727a3638bb1c13f48ef8158bfc9d" },
	{ "md5", JEFE, NOTHING, "750c783e6ab0b503eaa86e310a5db738" },
	{ "md5", A80, LARGER, "6b1ab7fe4bd7bf8f0b62e6ce61b9d0cd" },
	/* RFC 4231, 4.2, 4.3, 4.7 */
	{ "sha2_256", B20, HI_THERE, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
	{ "sha2_256", JEFE, NOTHING, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
	{ "sha2_256", A131, LARGER, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54" },
	{ "sha2_384", B20, HI_THERE,
	  "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59cfaea9ea9076ede7f4af152e8b2fa9cb6" },
	{ "sha2_384", JEFE, NOTHING,
	  "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649" },
	{ "sha2_384", A131, LARGER,
	  "4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c60c2ef6ab4030fe8296248df163f44952" },
	{ "sha2_512", B20, HI_THERE,
	  "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde"
	  "daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854" },
	{ "sha2_512", JEFE, NOTHING,
	  "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
	  "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737" },
	{ "sha2_512", A131, LARGER,
	  "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352"
	  "6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598" },
	/* RFC 4434, 2.1 */
	{ "aes_xcbc", KEY_16, DATA20, "47f51b4564966215b8985c63055ed308" },
	{ "aes_xcbc", KEY_10, DATA20, "0fa087af7d866e7653434e602fdde835" },
	{ "aes_xcbc", KEY_16 "edcb", DATA20, "8cd3c93ae598a9803006ffb67c40e9e4" },
	/* RFC 3566, 4.6 */
	{ "aes_xcbc", KEY_16, "", "75f0251d528ac01c4573dfd584d79f29" },
	{ "aes_xcbc", KEY_16, "000102", "5b376580ae2f19afe7219ceef172756f" },
	{ "aes_xcbc", KEY_16, KEY_16, "d2a246fa349b68a79998a4394ff7a263" },
	{ "aes_xcbc", KEY_16, DATA20 "1415161718191a1b1c1d1e1f", "f54f0ec8d2b9f3d36807734bd5283fd4" },
	{ "aes_xcbc", KEY_16, DATA20 "1415161718191a1b1c1d1e1f2021", "becbb3bccdb518a30677d5481fb6b4d8" },
	/* RFC 4615, 4 */
	{ "aes_cmac", KEY_16 "edcb", DATA20, "84a348a4a45d235babfffc0d2b4da09a" },
	{ "aes_cmac", KEY_16, DATA20, "980ae87b5f4c9c5214f5b6a8455e4c2d" },
	{ "aes_cmac", KEY_10, DATA20, "290d9e112edb09ee141fcf64c0b72f3d" },
	/* RFC 4493, 4 */
	{ "aes_cmac", "2b7e151628aed2a6abf7158809cf4f3c", "", "bb1d6929e95937287fa37d129b756746" },
	{ "aes_cmac", "2b7e151628aed2a6abf7158809cf4f3c", "6bc1bee22e409f96e93d7e117393172a",
	  "070a16b46b4d4144f79bdd9dd04a287c" },
};
#define VECTORS (sizeof(vectors) / sizeof(vectors[0]))

static void known_values(void **state)
{
	uint8_t out[IKE_KEY_MAX];
	size_t i;

	(void)state;
	for (i = 0; i < VECTORS; i++) {
		struct bytes key = bytes(vectors[i].key), data = bytes(vectors[i].data);
		struct ike_slice part = slice(&data);
		const struct ike_alg *prf = alg(IKE_PRF, vectors[i].prf);
		int length = ike_prf(prf, slice(&key), &part, 1, out);

		assert_int_equal(length, prf->size);
		assert_bytes(out, (size_t)length, vectors[i].out);
	}
}

/* RFC 3566, 4.6, #7: a thousand zeros. */
static void long_data(void **state)
{
	static const uint8_t zeros[1000];
	struct bytes key = bytes(KEY_16);
	struct ike_slice part = { zeros, sizeof(zeros) };
	uint8_t out[IKE_KEY_MAX];

	(void)state;
	assert_int_equal(ike_prf(alg(IKE_PRF, "aes_xcbc"), slice(&key), &part, 1, out), 16);
	assert_bytes(out, 16, "f0dafee895db30253761103b5d84528f");
}

/* However data is cut into parts, also empty ones, the value is the same. */
static void parts_do_not_matter(void **state)
{
	uint8_t data[100], whole[IKE_KEY_MAX], out[IKE_KEY_MAX];
	uint64_t seed = 7;
	size_t i, a, b;

	(void)state;
	for (i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)test_random(&seed);
	for (i = 0; i < VECTORS; i++) {
		const struct ike_alg *prf = alg(IKE_PRF, vectors[i].prf);
		struct bytes key = bytes(vectors[i].key);
		struct ike_slice all = { data, sizeof(data) };

		assert_int_equal(ike_prf(prf, slice(&key), &all, 1, whole), prf->size);
		for (a = 0; a <= sizeof(data); a += 4) {
			b = a + (size_t)(test_random(&seed) % (sizeof(data) - a + 1));
			struct ike_slice parts[] = { { data, a }, { data + a, b - a }, { data + b, sizeof(data) - b } };

			assert_int_equal(ike_prf(prf, slice(&key), parts, 3, out), prf->size);
			assert_memory_equal(out, whole, prf->size);
		}
	}
}

static void nothing_at_all_is_fine(void **state)
{
	const struct ike_slice none = { NULL, 0 };
	uint8_t out[IKE_KEY_MAX];

	(void)state;
	assert_int_equal(ike_prf(alg(IKE_PRF, "sha2_256"), none, NULL, 0, out), 32);
	assert_bytes(out, 32, "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
	assert_int_equal(ike_prf(alg(IKE_PRF, "sha2_256"), none, &none, 1, out), 32);
	assert_int_equal(ike_prf(alg(IKE_PRF, "aes_xcbc"), none, &none, 1, out), 16);
	assert_int_equal(ike_prf(alg(IKE_PRF, "aes_cmac"), none, &none, 1, out), 16);
}

static void what_is_no_prf_is_refused(void **state)
{
	const struct ike_slice none = { NULL, 0 };
	uint8_t out[IKE_KEY_MAX];

	(void)state;
	assert_int_equal(ike_prf(NULL, none, &none, 1, out), -EINVAL);
	assert_int_equal(ike_prf(alg(IKE_ENCR, "aes"), none, &none, 1, out), -EINVAL);
	assert_int_equal(ike_prf(alg(IKE_INTEG, "none"), none, &none, 1, out), -EINVAL);
	/* An integrity algorithm's key has one length. */
	assert_int_equal(ike_prf(alg(IKE_INTEG, "aes_xcbc"), none, &none, 1, out), -EINVAL);
}

/* RFC 7296, 2.13, step by step: T1 = prf(K, S | 1), T2 = prf(K, T1 | S | 2). */
static void prf_plus_is_a_chain(void **state)
{
	struct bytes key = bytes(A20), seed = bytes(NOTHING);
	uint8_t out[100], number, last[IKE_KEY_MAX];
	size_t i, length, at;

	(void)state;
	for (i = 0; i < VECTORS; i++) {
		const struct ike_alg *prf = alg(IKE_PRF, vectors[i].prf);

		for (length = 1; length < sizeof(out); length += 11) {
			struct ike_slice parts[] = { { last, 0 }, slice(&seed), { &number, 1 } };

			assert_int_equal(prf_plus(prf, slice(&key), slice(&seed), out, length), 0);
			for (at = 0, number = 1; at < length; at += prf->size, number++) {
				ike_prf(prf, slice(&key), parts, 3, last);
				assert_memory_equal(out + at, last, length - at < prf->size ? length - at : prf->size);
				parts[0].length = prf->size;
			}
		}
	}
}

static void prf_plus_has_an_end(void **state)
{
	static uint8_t out[255 * 64 + 1];
	struct bytes key = bytes(A20);

	(void)state;
	assert_int_equal(prf_plus(alg(IKE_PRF, "sha2_512"), slice(&key), slice(&key), out, 255 * 64), 0);
	assert_int_equal(prf_plus(alg(IKE_PRF, "sha2_512"), slice(&key), slice(&key), out, 255 * 64 + 1), -EINVAL);
	assert_int_equal(prf_plus(alg(IKE_INTEG, "sha2_512"), slice(&key), slice(&key), out, 1), -EINVAL);
	assert_int_equal(prf_plus(NULL, slice(&key), slice(&key), out, 1), -EINVAL);
}

/* FIPS 180-4's example "abc", in parts. */
static void sha1_is_known(void **state)
{
	struct bytes a = bytes("61"), bc = bytes("6263");
	struct ike_slice parts[] = { slice(&a), { NULL, 0 }, slice(&bc) };
	uint8_t out[20];

	(void)state;
	assert_int_equal(ike_sha1(parts, 3, out), 0);
	assert_bytes(out, 20, "a9993e364706816aba3e25717850c26c9cd0d89d");
}

static void random_bytes_differ_and_are_wiped(void **state)
{
	uint8_t a[32] = { 0 }, b[32] = { 0 }, zero[32] = { 0 };

	(void)state;
	assert_int_equal(ike_random(a, sizeof(a)), 0);
	assert_int_equal(ike_random(b, sizeof(b)), 0);
	assert_int_equal(ike_random(b, 0), 0);
	assert_false(ike_equal(a, b, sizeof(a)));
	assert_true(ike_equal(a, a, sizeof(a)));
	assert_true(ike_equal(a, b, 0));
	ike_wipe(a, sizeof(a));
	assert_memory_equal(a, zero, sizeof(a));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_values),
		cmocka_unit_test(long_data),
		cmocka_unit_test(parts_do_not_matter),
		cmocka_unit_test(nothing_at_all_is_fine),
		cmocka_unit_test(what_is_no_prf_is_refused),
		cmocka_unit_test(prf_plus_is_a_chain),
		cmocka_unit_test(prf_plus_has_an_end),
		cmocka_unit_test(sha1_is_known),
		cmocka_unit_test(random_bytes_differ_and_are_wiped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
