// SPDX-License-Identifier: GPL-2.0-or-later
/* Which algorithms the kernel has: what it is asked, and what of proposals is left. */
#include "netkey_rig.h"

#include "../backend_algs.h"

static const struct ike_alg *alg(uint8_t type, const char *name)
{
	size_t at;

	for (at = 0; at < ike_alg_count; at++)
		if (ike_algs[at].type == type && !strcmp(ike_algs[at].name, name))
			return &ike_algs[at];
	fail_msg("there is no %s", name);
	return NULL;
}

static int has(const struct ike_alg *one)
{
	return backend->ops->has(backend, one, true);
}

static int knows(const struct ike_alg *one)
{
	return backend->ops->has(backend, one, false);
}

/* It is asked for by an SA of this host with itself, which goes at once; and asked for once. */
static void test_has(void **state)
{
	const struct ike_alg *gcm = alg(IKE_ENCR, "AES_GCM_16");

	(void)state;
	assert_int_equal(knows(gcm), -1);
	netkey_rig_answer(1, 0, NULL);
	netkey_rig_answer(2, 0, NULL);
	assert_int_equal(has(gcm), 1);
	SHOWN("src 127.0.0.1 dst 127.0.0.1\n", "proto esp spi 0x00000100", "aead rfc4106(gcm(aes)) ", "Deleted");
	assert_int_equal(netkey->seq, 2);
	assert_int_equal(has(gcm), 1);
	assert_int_equal(knows(gcm), 1);
	assert_int_equal(netkey->seq, 2);
}

/* One that is missing is not asked for again at once; what is known of it is not what is known of another. */
static void test_lacks(void **state)
{
	const struct ike_alg *chacha = alg(IKE_ENCR, "CHACHA20_POLY1305");

	(void)state;
	netkey_rig_answer(1, -ENOSYS, "Requested AEAD algorithm not found");
	assert_int_equal(has(chacha), 0);
	assert_int_equal(has(chacha), 0);
	assert_int_equal(knows(chacha), 0);
	assert_int_equal(netkey->seq, 1);
	assert_int_equal(knows(alg(IKE_ENCR, "AES_GCM_16")), -1);
}

/* ESP without integrity; where the kernel has nothing for that, with the usual one. */
static void test_cipher(void **state)
{
	(void)state;
	netkey_rig_answer(1, 0, NULL);
	netkey_rig_answer(2, 0, NULL);
	assert_int_equal(has(alg(IKE_ENCR, "AES_CBC")), 1);
	SHOWN("proto esp", "enc cbc(aes) 0x0102", "Deleted");
	netkey_rig_answer(1, -ENOENT, NULL);
	netkey_rig_answer(2, 0, NULL);
	netkey_rig_answer(3, 0, NULL);
	assert_int_equal(has(alg(IKE_ENCR, "3DES")), 1);
	SHOWN("enc cbc(des3_ede)", "auth-trunc hmac(sha256)", "enc cbc(des3_ede)", "Deleted");
	netkey_rig_answer(1, -ENOSYS, "Requested CRYPT algorithm not found");
	assert_int_equal(has(alg(IKE_ENCR, "CAMELLIA_CBC")), 0);
	netkey_rig_answer(1, -ENOENT, NULL);
	netkey_rig_answer(2, -ENOENT, NULL);
	assert_int_equal(has(alg(IKE_ENCR, "AES_CTR")), 0);
}

/* By AH, which the kernel need not have. */
static void test_integrity(void **state)
{
	const struct ike_alg *sha512 = alg(IKE_INTEG, "HMAC_SHA2_512_256");

	(void)state;
	netkey_rig_answer(1, -EPROTONOSUPPORT, "Requested type not found");
	assert_int_equal(has(sha512), 1);
	SHOWN("proto ah", "auth-trunc hmac(sha512)");
	assert_int_equal(knows(sha512), 1);
	netkey_rig_answer(1, -ENOSYS, "Requested AUTH_TRUNC algorithm not found");
	assert_int_equal(has(alg(IKE_INTEG, "AES_CMAC_96")), 0);
}

/* Nothing is known then, and nothing refused. */
static void test_no_answer(void **state)
{
	const struct ike_alg *gcm = alg(IKE_ENCR, "AES_GCM_16");

	(void)state;
	netkey_rig_answer(1, -EPERM, NULL);
	assert_int_equal(has(gcm), 1);
	assert_int_equal(knows(gcm), -1);
	assert_int_equal(has(gcm), 1); /* it does not answer at all */
	assert_int_equal(netkey->seq, 2);
}

static void parse(struct ike_proposals *to, uint8_t protocol, const char *text)
{
	struct ike_text_error error;

	assert_int_equal(ike_proposals_parse(to, protocol, text, false, &error), 0);
}

/* Has each algorithm of the list, and no other; all are known at once. */
static void kernel_has(const char *const *names)
{
	const char *const *name;
	size_t at;

	for (at = 0; at < ike_alg_count; at++) {
		const struct ike_alg *one = &ike_algs[at];
		bool found = false;

		if (!one->xfrm || (one->type != IKE_ENCR && one->type != IKE_INTEG))
			continue;
		for (name = names; *name; name++)
			found = found || !strcmp(*name, one->name);
		netkey_rig_answer(1, found ? 0 : -ENOSYS, NULL);
		netkey_rig_answer(2, 0, NULL);
		assert_int_equal(has(one), found);
		if (!found) /* that of the deletion, which there was none of, is passed over: the number is another */
			netkey->seq++;
		while (recv(calls, &(char[NETKEY_ROOM]){ 0 }, NETKEY_ROOM, MSG_DONTWAIT) > 0)
			;
	}
}

static void assert_left(const char *text, const char *left, const char *missing)
{
	const struct ike_alg *first;
	struct ike_proposals all, wanted;
	unsigned int at, i;

	parse(&all, IKE_PROTO_ESP, text);
	first = backend_algs_filter(backend, &all);
	if (missing)
		assert_string_equal(first->name, missing);
	else
		assert_null(first);
	if (!left) {
		assert_int_equal(all.count, 0);
		return;
	}
	parse(&wanted, IKE_PROTO_ESP, left);
	assert_int_equal(all.count, wanted.count);
	for (at = 0; at < all.count; at++) {
		assert_int_equal(all.proposals[at].number, at + 1);
		assert_int_equal(all.proposals[at].count, wanted.proposals[at].count);
		for (i = 0; i < all.proposals[at].count; i++) {
			assert_int_equal(all.proposals[at].transforms[i].type, wanted.proposals[at].transforms[i].type);
			assert_int_equal(all.proposals[at].transforms[i].id, wanted.proposals[at].transforms[i].id);
		}
	}
}

static void test_proposals(void **state)
{
	(void)state;
	kernel_has((const char *const[]){ "AES_GCM_16", "AES_CBC", "HMAC_SHA2_256_128", NULL });
	assert_left("aes_gcm256", "aes_gcm256", NULL);
	assert_left("aes_gcm256,chacha20_poly1305", "aes_gcm256", "CHACHA20_POLY1305");
	assert_left("chacha20_poly1305,aes_gcm256", "aes_gcm256", "CHACHA20_POLY1305");
	assert_left("camellia256-sha2_256", NULL, "CAMELLIA_CBC");
	assert_left("camellia256+aes256-sha2_256", "aes256-sha2_256", "CAMELLIA_CBC");
	assert_left("aes256-sha2_512", NULL, "HMAC_SHA2_512_256");
	assert_left("aes256-sha2_512+sha2_256", "aes256-sha2_256", "HMAC_SHA2_512_256");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_has, netkey_rig_begin, netkey_rig_end),
		cmocka_unit_test_setup_teardown(test_lacks, netkey_rig_begin, netkey_rig_end),
		cmocka_unit_test_setup_teardown(test_cipher, netkey_rig_begin, netkey_rig_end),
		cmocka_unit_test_setup_teardown(test_integrity, netkey_rig_begin, netkey_rig_end),
		cmocka_unit_test_setup_teardown(test_no_answer, netkey_rig_begin, netkey_rig_end),
		cmocka_unit_test_setup_teardown(test_proposals, netkey_rig_begin, netkey_rig_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
