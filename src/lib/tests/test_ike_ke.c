// SPDX-License-Identifier: GPL-2.0-or-later
/* Key exchanges: the RFCs' vectors, both sides of each group, and values that no honest peer sends. */
#include "ike_bytes.h"

#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <pthread.h>

static const struct {
	const char *method, *private, *public, *peer, *shared;
} vectors[] = {
	/* RFC 5903, 8.1 */
	{ "ecp256", "C88F01F510D9AC3F70A292DAA2316DE544E9AAB8AFE84049C62A9C57862D1433",
	  "DAD0B65394221CF9B051E1FECA5787D098DFE637FC90B9EF945D0C3772581180"
	  "5271A0461CDB8252D61F1C456FA3E59AB1F45B33ACCF5F58389E0577B8990BB3",
	  "D12DFB5289C8D4F81208B70270398C342296970A0BCCB74C736FC7554494BF63"
	  "56FBF3CA366CC23E8157854C13C58D6AAC23F046ADA30F8353E74F33039872AB",
	  "D6840F6B42F6EDAFD13116E0E12565202FEF8E9ECE7DCE03812464D04B9442DE" },
	/* RFC 5903, 8.2 */
	{ "ecp384", "099F3C7034D4A2C699884D73A375A67F7624EF7C6B3C0F160647B67414DCE655E35B538041E649EE3FAEF896783AB194",
	  "667842D7D180AC2CDE6F74F37551F55755C7645C20EF73E31634FE72B4C55EE6DE3AC808ACB4BDB4C88732AEE95F41AA"
	  "9482ED1FC0EEB9CAFC4984625CCFC23F65032149E0E144ADA024181535A0F38EEB9FCFF3C2C947DAE69B4C634573A81C",
	  "E558DBEF53EECDE3D3FCCFC1AEA08A89A987475D12FD950D83CFA41732BC509D0D1AC43A0336DEF96FDA41D0774A3571"
	  "DCFBEC7AACF3196472169E838430367F66EEBE3C6E70C416DD5F0C68759DD1FFF83FA40142209DFF5EAAD96DB9E6386C",
	  "11187331C279962D93D604243FD592CB9D0A926F422E47187521287E7156C5C4D603135569B9E9D09CF5D4A270F59746" },
	/* RFC 5903, 8.3 */
	{ "ecp521",
	  "0037ADE9319A89F4DABDB3EF411AACCCA5123C61ACAB57B5393DCE47608172A0"
	  "95AA85A30FE1C2952C6771D937BA9777F5957B2639BAB072462F68C27A57382D4A52",
	  "0015417E84DBF28C0AD3C278713349DC7DF153C897A1891BD98BAB4357C9ECBE"
	  "E1E3BF42E00B8E380AEAE57C2D107564941885942AF5A7F4601723C4195D176CED3E"
	  "017CAE20B6641D2EEB695786D8C946146239D099E18E1D5A514C739D7CB4A10A"
	  "D8A788015AC405D7799DC75E7B7D5B6CF2261A6A7F1507438BF01BEB6CA3926F9582",
	  "00D0B3975AC4B799F5BEA16D5E13E9AF971D5E9B984C9F39728B5E5739735A21"
	  "9B97C356436ADC6E95BB0352F6BE64A6C2912D4EF2D0433CED2B6171640012D9460F"
	  "015C68226383956E3BD066E797B623C27CE0EAC2F551A10C2C724D9852077B87"
	  "220B6536C5C408A1D2AEBB8E86D678AE49CB57091F4732296579AB44FCD17F0FC56A",
	  "01144C7D79AE6956BC8EDB8E7C787C4521CB086FA64407F97894E5E6B2D79B04"
	  "D1427E73CA4BAA240A34786859810C06B3C715A3A8CC3151F2BEE417996D19F3DDEA" },
	/* RFC 7748, 6.1 */
	{ "x25519", "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
	  "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
	  "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
	  "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742" },
	/* RFC 7748, 6.2 */
	{ "x448",
	  "9a8f4925d1519f5775cf46b04b5800d4ee9ee8bae8bc5565d498c28d"
	  "d9c9baf574a9419744897391006382a6f127ab1d9ac2d8c0a598726b",
	  "9b08f7cc31b7e3e67d22d5aea121074a273bd2b83de09c63faa73d2c"
	  "22c5d9bbc836647241d953d40c5b12da88120d53177f80e532c41fa0",
	  "3eb7a829b0cd20f5bcfc0b599b6feccf6da4627107bdb0d4f345b430"
	  "27d8b972fc3e34fb4232a13ca706dcb57aec3dae07bdc1c67bf33609",
	  "07fff4181ac6cc95ec1c16a94a0f74d12da232ce40a77552281d282b"
	  "b60c0b56fd2464c335543936521c24403085d59a449a5037514a879d" },
};

/* A private key with its public value, from numbers. */
static EVP_PKEY *from_numbers(const char *type, const char *group, const uint8_t *private, size_t length,
			      const void *public, size_t public_length)
{
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	BIGNUM *number = BN_bin2bn(private, (int)length, NULL);
	EVP_PKEY *key = NULL;
	OSSL_PARAM *params;

	OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, group, 0);
	OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_PRIV_KEY, number);
	if (public)
		OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, public, public_length);
	params = OSSL_PARAM_BLD_to_param(build);
	assert_int_equal(EVP_PKEY_fromdata_init(ctx), 1);
	assert_int_equal(EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_KEYPAIR, params), 1);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(build);
	EVP_PKEY_CTX_free(ctx);
	BN_free(number);
	return key;
}

static struct ike_ke *known_side(const struct ike_alg *method, const struct bytes *private, const struct bytes *public)
{
	uint8_t point[200] = { 4 };

	if (method->openssl[0] == 'X')
		return ike_ke_adopt(method, EVP_PKEY_new_raw_private_key_ex(NULL, method->openssl, NULL, private->data,
									    private->length));
	memcpy(point + 1, public->data, public->length);
	return ike_ke_adopt(
		method, from_numbers("EC", method->openssl, private->data, private->length, point, public->length + 1));
}

static void known_secrets(void **state)
{
	uint8_t out[IKE_KE_MAX];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		const struct ike_alg *method = alg(IKE_KE, vectors[i].method);
		struct bytes private = bytes(vectors[i].private), public = bytes(vectors[i].public);
		struct bytes peer = bytes(vectors[i].peer);
		struct ike_ke *ke = known_side(method, &private, &public);

		assert_int_equal(ike_ke_public(ke, out), method->size);
		assert_bytes(out, method->size, vectors[i].public);
		assert_int_equal(ike_ke_shared(ke, slice(&peer), out), method->key);
		assert_bytes(out, method->key, vectors[i].shared);
		ike_ke_free(ke);
	}
}

#define EACH_METHOD(m) for (const struct ike_alg *(m) = next_method(ike_algs); (m); (m) = next_method((m) + 1))

static const struct ike_alg *next_method(const struct ike_alg *from)
{
	for (; from < ike_algs + ike_alg_count; from++) {
		if (from->type == IKE_KE && from->openssl)
			return from;
	}
	return NULL;
}

static void both_sides_agree(void **state)
{
	uint8_t a_value[IKE_KE_MAX], b_value[IKE_KE_MAX], a_secret[IKE_KE_MAX], b_secret[IKE_KE_MAX];

	(void)state;
	EACH_METHOD(m)
	{
		struct ike_ke *a = ike_ke_new(m), *b = ike_ke_new(m);

		assert_non_null(a);
		assert_non_null(b);
		assert_int_equal(ike_ke_public(a, a_value), m->size);
		assert_int_equal(ike_ke_public(b, b_value), m->size);
		assert_memory_not_equal(a_value, b_value, m->size);
		assert_int_equal(ike_ke_shared(a, (struct ike_slice){ b_value, m->size }, a_secret), m->key);
		assert_int_equal(ike_ke_shared(b, (struct ike_slice){ a_value, m->size }, b_secret), m->key);
		assert_memory_equal(a_secret, b_secret, m->key);
		ike_ke_free(a);
		ike_ke_free(b);
	}
}

static void assert_refused(const struct ike_alg *method, const uint8_t *value, size_t length)
{
	struct ike_ke *ke = ike_ke_new(method);
	uint8_t out[IKE_KE_MAX];

	if (ike_ke_shared(ke, (struct ike_slice){ value, length }, out) != -EINVAL)
		fail_msg("%s: a bad value of %zu bytes was taken", method->name, length);
	ike_ke_free(ke);
}

static void other_lengths_are_refused(void **state)
{
	uint8_t value[IKE_KE_MAX + 1];

	(void)state;
	memset(value, 2, sizeof(value));
	EACH_METHOD(m)
	{
		assert_refused(m, value, m->size - 1u);
		assert_refused(m, value, m->size + 1u);
		assert_refused(m, value, 0);
	}
}

/* RFC 6989, 2.1: 0, 1, p - 1, p, and more than p. */
static void modp_values_out_of_range_are_refused(void **state)
{
	uint8_t value[IKE_KE_MAX];
	BIGNUM *p;

	(void)state;
	EACH_METHOD(m)
	{
		if (strncmp(m->openssl, "modp_", 5) != 0)
			continue;
		memset(value, 0, sizeof(value));
		assert_refused(m, value, m->size);
		value[m->size - 1] = 1;
		assert_refused(m, value, m->size);
		p = m->id == 14 ? BN_get_rfc3526_prime_2048(NULL) :
		    m->id == 18 ? BN_get_rfc3526_prime_8192(NULL) :
				  NULL;
		if (p) {
			assert_int_equal(BN_bn2binpad(p, value, m->size), m->size);
			assert_refused(m, value, m->size);
			value[m->size - 1]--;
			assert_refused(m, value, m->size);
			BN_free(p);
		}
		memset(value, 0xff, sizeof(value));
		assert_refused(m, value, m->size);
	}
}

/* RFC 6989, 2.3: not on the curve, a coordinate that is not below the prime, the origin. */
static void points_off_the_curve_are_refused(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		const struct ike_alg *method = alg(IKE_KE, vectors[i].method);
		struct bytes peer = bytes(vectors[i].peer);

		peer.data[peer.length - 1] ^= 1;
		assert_refused(method, peer.data, peer.length);
		memset(peer.data, 0, peer.length);
		assert_refused(method, peer.data, peer.length);
		memset(peer.data, 0xff, peer.length);
		assert_refused(method, peer.data, peer.length);
	}
}

/* RFC 7748, 6.1: points of small order, with which anyone knows the secret. */
static void small_orders_are_refused(void **state)
{
	static const char *const points[] = {
		"0000000000000000000000000000000000000000000000000000000000000000",
		"0100000000000000000000000000000000000000000000000000000000000000",
		"e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
		"5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	};
	const struct ike_alg *x448 = alg(IKE_KE, "x448");
	uint8_t zero[56] = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(points) / sizeof(points[0]); i++) {
		struct bytes point = bytes(points[i]);

		assert_refused(alg(IKE_KE, "x25519"), point.data, point.length);
	}
	assert_refused(x448, zero, sizeof(zero));
	zero[0] = 1;
	assert_refused(x448, zero, sizeof(zero));
}

/* RFC 7296, 2.14: "padded with zeros": for a private x, 4 to the power of 1/x is a value with which the secret is 4. */
static void secrets_have_the_primes_length(void **state)
{
	const struct ike_alg *method = alg(IKE_KE, "modp2048");
	BIGNUM *p = BN_get_rfc3526_prime_2048(NULL), *q = BN_new(), *x = BN_new(), *y = BN_new();
	uint8_t private[32], value[256], out[256], expected[256] = { 0 };
	BN_CTX *ctx = BN_CTX_new();
	struct ike_ke *ke;

	(void)state;
	memset(private, 0x5b, sizeof(private));
	expected[255] = 4;
	assert_true(BN_rshift1(q, p));
	BN_bin2bn(private, sizeof(private), x);
	assert_non_null(BN_mod_inverse(x, x, q, ctx));
	assert_true(BN_set_word(y, 4) && BN_mod_exp(y, y, x, p, ctx));
	assert_int_equal(BN_bn2binpad(y, value, sizeof(value)), sizeof(value));
	ke = ike_ke_adopt(method, from_numbers("DH", method->openssl, private, sizeof(private), NULL, 0));
	assert_int_equal(ike_ke_shared(ke, (struct ike_slice){ value, sizeof(value) }, out), sizeof(out));
	assert_memory_equal(out, expected, sizeof(out));
	ike_ke_free(ke);
	BN_CTX_free(ctx);
	BN_free(p);
	BN_free(q);
	BN_free(x);
	BN_free(y);
}

static void what_is_no_method_is_refused(void **state)
{
	(void)state;
	assert_null(ike_ke_new(NULL));
	assert_null(ike_ke_new(alg(IKE_PRF, "sha1")));
	assert_null(ike_ke_new(alg(IKE_KE, "none")));
	ike_ke_free(NULL);
}

/* Half an exchange here, half in the thread that began it. */
static void *exchange(void *arg)
{
	uint8_t ours[IKE_KE_MAX], theirs[IKE_KE_MAX], a[IKE_KE_MAX], b[IKE_KE_MAX];
	const struct ike_alg *method = arg;
	bool good = true;
	int i;

	for (i = 0; i < 20 && good; i++) {
		struct ike_ke *x = ike_ke_new(method), *y = ike_ke_new(method);

		good = x && y && ike_ke_public(x, ours) == method->size && ike_ke_public(y, theirs) == method->size &&
		       ike_ke_shared(x, (struct ike_slice){ theirs, method->size }, a) == method->key &&
		       ike_ke_shared(y, (struct ike_slice){ ours, method->size }, b) == method->key &&
		       !memcmp(a, b, method->key);
		ike_ke_free(x);
		ike_ke_free(y);
	}
	return good ? arg : NULL;
}

static void threads_do_not_disturb_each_other(void **state)
{
	static const char *const methods[] = { "x25519", "x25519", "ecp256", "ecp256", "x448", "modp1536", "modp2048" };
	pthread_t threads[7];
	void *result;
	int i;

	(void)state;
	for (i = 0; i < 7; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, exchange, (void *)alg(IKE_KE, methods[i])), 0);
	for (i = 0; i < 7; i++) {
		pthread_join(threads[i], &result);
		assert_non_null(result);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(threads_do_not_disturb_each_other),
		cmocka_unit_test(known_secrets),
		cmocka_unit_test(both_sides_agree),
		cmocka_unit_test(other_lengths_are_refused),
		cmocka_unit_test(modp_values_out_of_range_are_refused),
		cmocka_unit_test(points_off_the_curve_are_refused),
		cmocka_unit_test(small_orders_are_refused),
		cmocka_unit_test(secrets_have_the_primes_length),
		cmocka_unit_test(what_is_no_method_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
