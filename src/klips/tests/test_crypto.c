// SPDX-License-Identifier: GPL-2.0-or-later
/* Transforms: what is refused, that both libraries agree on every byte, AES-CCM against a model, and many threads at
 * once. */
#include <openssl/evp.h>
#include "test.h"
#include "transform.h"
#include "user/crypto_driver.h"

#define TEXT 1500

struct pair {
	enum klips_encr encr;
	enum klips_auth auth;
	u8 key;
};

/* Every algorithm with every length of key, and every cipher with every authenticator. Returns how many. */
static u32 all_pairs(struct pair *pairs)
{
	u32 encr, auth, key, n = 0;

	for (encr = KLIPS_ENCR_NULL; encr < KLIPS_ENCR_COUNT; encr++) {
		const struct klips_encr_desc *desc = klips_encr(encr);

		for (key = desc->key_min; key <= desc->key_max; key += 8)
			for (auth = 0; auth < KLIPS_AUTH_COUNT; auth++)
				if (!desc->icv == (auth != KLIPS_AUTH_NONE))
					pairs[n++] = (struct pair){ encr, auth, (u8)key };
	}
	return n;
}

static struct klips_crypto *make(const struct pair *pair, const char *library)
{
	struct klips_crypto *crypto;
	struct klips_keys keys;

	transform_keys(&keys, pair->encr, pair->auth, pair->key);
	if (klips_crypto_choose(library))
		return NULL;
	assert_int_equal(klips_crypto_new(&crypto, &keys, false), 0);
	assert_int_equal(klips_crypto_choose("auto"), 0);
	return crypto;
}

/* A packet of random bytes, @text of them to be encrypted. */
static struct sk_buff *random_packet(const struct klips_crypto *crypto, u32 text, uint64_t *random,
				     struct klips_job *job)
{
	struct sk_buff *skb = klips_skb_new(0, 8 + KLIPS_IV_MAX + TEXT + KLIPS_ICV_MAX);
	u32 i, length = 8 + crypto->encr->iv + text + crypto->icv;
	u8 *at = skb_put(skb, length);

	for (i = 0; i < length; i++)
		at[i] = (u8)test_random(random);
	memset(job, 0, sizeof(*job));
	job->skb = skb;
	job->length = text;
	job->esn = test_random(random) & 1;
	job->esn_high = (__be32)test_random(random);
	return skb;
}

static u32 random_length(const struct klips_crypto *crypto, uint64_t *random)
{
	u32 block = max_t(u32, crypto->encr->block, 4);

	return (u32)(1 + test_random(random) % (TEXT / block)) * block;
}

/* What one seals the other opens, and both write the same bytes; one packet of each batch is damaged. */
static void check_agreement(const struct pair *pair, u32 count, uint64_t *random)
{
	struct klips_crypto *a = make(pair, "openssl"), *b = make(pair, "ipsec-mb");
	static struct klips_job ours[KLIPS_BATCH], theirs[KLIPS_BATCH];
	struct sk_buff *plain[KLIPS_BATCH];
	int results[KLIPS_BATCH];
	u32 i, bad = (u32)(test_random(random) % count);

	if (!b)
		skip();
	for (i = 0; i < count; i++) {
		plain[i] = random_packet(a, random_length(a, random), random, &ours[i]);
		theirs[i] = ours[i];
		ours[i].skb = skb_copy(plain[i], GFP_KERNEL);
		theirs[i].skb = skb_copy(plain[i], GFP_KERNEL);
	}
	assert_int_equal(klips_crypto_seal(a, ours, count), 0);
	assert_int_equal(klips_crypto_seal(b, theirs, count), 0);
	for (i = 0; i < count; i++)
		assert_memory_equal(ours[i].skb->data, theirs[i].skb->data, ours[i].skb->len);
	ours[bad].skb->data[8 + a->encr->iv] ^= 1;
	theirs[bad].skb->data[8 + a->encr->iv] ^= 1;
	assert_int_equal(klips_crypto_open(b, ours, results, count), 0);
	for (i = 0; i < count; i++) {
		assert_int_equal(results[i], i == bad ? -EBADMSG : 0);
		if (i != bad)
			assert_memory_equal(ours[i].skb->data, plain[i]->data, 8 + a->encr->iv + ours[i].length);
	}
	assert_int_equal(klips_crypto_open(a, theirs, results, count), 0);
	for (i = 0; i < count; i++) {
		assert_int_equal(results[i], i == bad ? -EBADMSG : 0);
		kfree_skb(plain[i]);
		kfree_skb(ours[i].skb);
		kfree_skb(theirs[i].skb);
	}
	klips_crypto_free(a);
	klips_crypto_free(b);
}

static void test_libraries_agree(void **state)
{
	static const u32 counts[] = { 1, 3, 5, 17, KLIPS_BATCH };
	static struct pair pairs[256];
	u32 i, j, n = all_pairs(pairs);
	uint64_t random = 1;

	(void)state;
	assert_true(n > 60);
	for (i = 0; i < n; i++)
		for (j = 0; j < ARRAY_SIZE(counts); j++)
			check_agreement(&pairs[i], counts[j], &random);
	print_message("%u pairs of algorithms and keys\n", n);
}

/* The authenticator of a packet is that of its bytes: RFC 4303, 2.2.1. */
static void test_esn_is_authenticated_last(void **state)
{
	static const struct pair pair = { KLIPS_ENCR_NULL, KLIPS_AUTH_HMAC_SHA2_256_128, 0 };
	static const char *const libraries[] = { "openssl", "ipsec-mb" };
	uint64_t random = 7;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(libraries); i++) {
		struct klips_crypto *crypto = make(&pair, libraries[i]);
		struct klips_job jobs[8];
		u8 icv[KLIPS_ICV_MAX];
		int j;

		if (!crypto)
			continue;
		for (j = 0; j < 8; j++)
			random_packet(crypto, 100, &random, &jobs[j]);
		assert_int_equal(klips_crypto_seal(crypto, jobs, 8), 0);
		for (j = 0; j < 8; j++) {
			const struct klips_piece pieces[] = { { jobs[j].skb->data, 108 }, { &jobs[j].esn_high, 4 } };

			assert_int_equal(klips_crypto_mac(crypto, pieces, jobs[j].esn ? 2 : 1, icv), 0);
			assert_memory_equal(icv, jobs[j].skb->data + 108, 16);
			kfree_skb(jobs[j].skb);
		}
		klips_crypto_free(crypto);
	}
}

static void aes_block(EVP_CIPHER_CTX *aes, u8 block[16])
{
	int n;

	assert_int_equal(EVP_EncryptUpdate(aes, block, &n, block, 16), 1);
}

static void mac_bytes(EVP_CIPHER_CTX *aes, u8 mac[16], u32 *at, const u8 *data, u32 length)
{
	while (length--) {
		mac[(*at)++ % 16] ^= *data++;
		if (*at % 16 == 0)
			aes_block(aes, mac);
	}
}

static void mac_align(EVP_CIPHER_CTX *aes, u8 mac[16], u32 *at)
{
	if (*at % 16)
		aes_block(aes, mac);
	*at = 0;
}

/* RFC 3610, 2, word for word; @text is encrypted in place, @tag gets 16 bytes. */
static void ccm_model(const u8 *key, const u8 *nonce, u32 nonce_length, u32 m, const u8 *aad, u32 aad_length, u8 *text,
		      u32 length, u8 *tag)
{
	EVP_CIPHER_CTX *aes = EVP_CIPHER_CTX_new();
	u32 size = 15 - nonce_length, i, at = 0;
	u8 mac[16] = { 0 }, counter[16], stream[16], b0[16], two[2] = { 0, (u8)aad_length };

	assert_int_equal(EVP_EncryptInit_ex(aes, EVP_aes_128_ecb(), NULL, key, NULL), 1);
	EVP_CIPHER_CTX_set_padding(aes, 0);
	memset(b0, 0, 16);
	b0[0] = (u8)(64 * (aad_length > 0) + 8 * ((m - 2) / 2) + size - 1);
	memcpy(b0 + 1, nonce, nonce_length);
	put_unaligned_be16((u16)length, b0 + 14);
	mac_bytes(aes, mac, &at, b0, 16);
	mac_bytes(aes, mac, &at, two, 2);
	mac_bytes(aes, mac, &at, aad, aad_length);
	mac_align(aes, mac, &at);
	mac_bytes(aes, mac, &at, text, length);
	mac_align(aes, mac, &at);
	memset(counter, 0, 16);
	counter[0] = (u8)(size - 1);
	memcpy(counter + 1, nonce, nonce_length);
	for (i = 0; i < length; i++) {
		if (i % 16 == 0) {
			put_unaligned_be16((u16)(i / 16 + 1), counter + 14);
			memcpy(stream, counter, 16);
			aes_block(aes, stream);
		}
		text[i] ^= stream[i % 16];
	}
	put_unaligned_be16(0, counter + 14);
	aes_block(aes, counter);
	for (i = 0; i < 16; i++)
		tag[i] = mac[i] ^ counter[i];
	EVP_CIPHER_CTX_free(aes);
}

/* RFC 3610, 8, packet vector 1: its nonce has 13 bytes, ESP's 11; so it proves the model, and the model proves ESP. */
static void test_ccm_model(void **state)
{
	u8 key[16], nonce[13], aad[8], text[23], expected[31], tag[16];

	(void)state;
	transform_hex("c0c1c2c3c4c5c6c7c8c9cacbcccdcecf", key, 16);
	transform_hex("00000003020100a0a1a2a3a4a5", nonce, 13);
	transform_hex("0001020304050607", aad, 8);
	transform_hex("08090a0b0c0d0e0f101112131415161718191a1b1c1d1e", text, 23);
	transform_hex("588c979a61c663d2f066d0c2c0f989806d5f6b61dac384 17e8d12cfdf926e0", expected, 31);
	ccm_model(key, nonce, 13, 8, aad, 8, text, 23, tag);
	assert_memory_equal(text, expected, 23);
	assert_memory_equal(tag, expected + 23, 8);
}

static void test_ccm_is_the_model(void **state)
{
	uint64_t random = 3;
	int i, extra;

	(void)state;
	for (i = 0; i < 60; i++) {
		const struct pair pair = { KLIPS_ENCR_AES_CCM_8 + i % 3, KLIPS_AUTH_NONE, 16 };
		struct klips_crypto *crypto = make(&pair, "auto");
		struct klips_job job;
		struct sk_buff *skb = random_packet(crypto, random_length(crypto, &random), &random, &job);
		u8 nonce[11], aad[12], text[TEXT], tag[16];

		memcpy(text, skb->data + 16, job.length);
		memcpy(nonce, crypto->keys.encr_key + 16, 3);
		memcpy(nonce + 3, skb->data + 8, 8);
		extra = job.esn ? 4 : 0;
		memcpy(aad, skb->data, 4);
		memcpy(aad + 4, &job.esn_high, 4);
		memcpy(aad + 4 + extra, skb->data + 4, 4);
		ccm_model(crypto->keys.encr_key, nonce, 11, crypto->icv, aad, (u32)(8 + extra), text, job.length, tag);
		assert_int_equal(klips_crypto_seal(crypto, &job, 1), 0);
		assert_memory_equal(skb->data + 16, text, job.length);
		assert_memory_equal(skb->data + 16 + job.length, tag, crypto->icv);
		kfree_skb(skb);
		klips_crypto_free(crypto);
	}
}

static void test_bad_keys(void **state)
{
	static const struct {
		enum klips_encr encr;
		enum klips_auth auth;
		u8 encr_length;
		u8 auth_length;
	} bad[] = {
		{ KLIPS_ENCR_COUNT, KLIPS_AUTH_NONE, 16, 0 },
		{ KLIPS_ENCR_AES_CBC, KLIPS_AUTH_COUNT, 16, 20 },
		{ KLIPS_ENCR_AES_CBC, KLIPS_AUTH_NONE, 16, 0 }, /* nobody would notice changes */
		{ KLIPS_ENCR_NULL, KLIPS_AUTH_NONE, 0, 0 },
		{ KLIPS_ENCR_NONE, KLIPS_AUTH_NONE, 0, 0 },
		{ KLIPS_ENCR_AES_GCM_16, KLIPS_AUTH_HMAC_SHA1_96, 20, 20 },
		{ KLIPS_ENCR_AES_GCM_16, KLIPS_AUTH_NONE, 16, 0 }, /* no salt */
		{ KLIPS_ENCR_AES_GCM_16, KLIPS_AUTH_NONE, 21, 0 },
		{ KLIPS_ENCR_AES_GCM_16, KLIPS_AUTH_NONE, 44, 0 },
		{ KLIPS_ENCR_AES_GCM_16, KLIPS_AUTH_NONE, 3, 0 },
		{ KLIPS_ENCR_AES_CBC, KLIPS_AUTH_HMAC_SHA1_96, 20, 20 },
		{ KLIPS_ENCR_AES_CBC, KLIPS_AUTH_HMAC_SHA1_96, 16, 16 },
		{ KLIPS_ENCR_NULL, KLIPS_AUTH_HMAC_SHA1_96, 8, 20 },
		{ KLIPS_ENCR_3DES_CBC, KLIPS_AUTH_HMAC_SHA1_96, 16, 20 },
		{ KLIPS_ENCR_CHACHA20_POLY1305, KLIPS_AUTH_NONE, 20, 0 },
	};
	struct klips_crypto *crypto = NULL;
	struct klips_keys keys;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		memset(&keys, 0, sizeof(keys));
		keys.encr = bad[i].encr;
		keys.auth = bad[i].auth;
		keys.encr_length = bad[i].encr_length;
		keys.auth_length = bad[i].auth_length;
		assert_int_equal(klips_crypto_new(&crypto, &keys, false), -EINVAL);
		assert_null(crypto);
	}
	klips_crypto_free(NULL);
}

static void test_driver_names(void **state)
{
	static const struct pair gcm = { KLIPS_ENCR_AES_GCM_16, KLIPS_AUTH_NONE, 16 };
	static const struct pair des = { KLIPS_ENCR_3DES_CBC, KLIPS_AUTH_HMAC_SHA1_96, 24 };
	struct klips_crypto *crypto = make(&gcm, "openssl");

	(void)state;
	assert_non_null(strstr(klips_crypto_driver(crypto), "OpenSSL 3"));
	klips_crypto_free(crypto);
	assert_int_equal(klips_crypto_choose("rot13"), -EINVAL);
	crypto = make(&gcm, "ipsec-mb");
	if (!crypto)
		skip();
	assert_non_null(strstr(klips_crypto_driver(crypto), "intel-ipsec-mb"));
	klips_crypto_free(crypto);
	crypto = make(&des, "ipsec-mb");
	assert_non_null(strstr(klips_crypto_driver(crypto), "OpenSSL"));
	klips_crypto_free(crypto);
}

static void test_counts(void **state)
{
	static const struct pair pair = { KLIPS_ENCR_AES_GCM_16, KLIPS_AUTH_NONE, 16 };
	struct klips_crypto *crypto = make(&pair, "auto");
	struct klips_job job = { 0 };
	u8 icv[KLIPS_ICV_MAX];
	int result;

	(void)state;
	assert_int_equal(klips_crypto_seal(crypto, &job, 0), -EINVAL);
	assert_int_equal(klips_crypto_seal(crypto, &job, KLIPS_BATCH + 1), -EINVAL);
	assert_int_equal(klips_crypto_open(crypto, &job, &result, 0), -EINVAL);
	assert_int_equal(klips_crypto_open(crypto, &job, &result, KLIPS_BATCH + 1), -EINVAL);
	assert_int_equal(klips_crypto_mac(crypto, NULL, 0, icv), -EINVAL);
	klips_crypto_free(crypto);
}

static int open_fails(struct klips_crypto *crypto, struct klips_job *jobs, int *results, unsigned int count)
{
	(void)crypto;
	(void)jobs;
	memset(results, 0, count * sizeof(*results));
	return -ENOMEM;
}

/* When the library fails no packet counts as authentic, whatever it has written. */
static void test_failure_is_closed(void **state)
{
	static const struct klips_crypto_driver failing = { .open = open_fails };
	struct klips_crypto crypto = { .driver = &failing };
	int results[3] = { 0, 0, 0 };
	struct klips_job jobs[3];

	(void)state;
	assert_int_equal(klips_crypto_open(&crypto, jobs, results, 3), -ENOMEM);
	assert_int_equal(results[0], -EBADMSG);
	assert_int_equal(results[1], -EBADMSG);
	assert_int_equal(results[2], -EBADMSG);
}

struct worker {
	struct klips_crypto *crypto;
	uint64_t random;
	u32 wrong;
};

static void *work(void *arg)
{
	struct worker *worker = arg;
	int results[16], round, i;
	struct klips_job jobs[16];

	for (round = 0; round < 60; round++) {
		struct sk_buff *plain[16];

		for (i = 0; i < 16; i++) {
			random_packet(worker->crypto, 64, &worker->random, &jobs[i]);
			plain[i] = skb_copy(jobs[i].skb, GFP_KERNEL);
		}
		worker->wrong += klips_crypto_seal(worker->crypto, jobs, 1 + round % 16) != 0;
		worker->wrong += klips_crypto_open(worker->crypto, jobs, results, 1 + round % 16) != 0;
		for (i = 0; i < 16; i++) {
			if (i <= round % 16)
				worker->wrong += results[i] || memcmp(plain[i]->data, jobs[i].skb->data,
								      8 + worker->crypto->encr->iv + 64U);
			kfree_skb(plain[i]);
			kfree_skb(jobs[i].skb);
		}
	}
	return NULL;
}

/* Several threads use one transform. Under TSan this also proves that they share nothing they should not. */
static void test_threads(void **state)
{
	static const struct pair pairs[] = {
		{ KLIPS_ENCR_AES_GCM_16, KLIPS_AUTH_NONE, 16 },
		{ KLIPS_ENCR_AES_CBC, KLIPS_AUTH_HMAC_SHA1_96, 16 },
		{ KLIPS_ENCR_AES_CCM_16, KLIPS_AUTH_NONE, 16 },
		{ KLIPS_ENCR_AES_CTR, KLIPS_AUTH_AES_XCBC_96, 32 },
	};
	struct worker workers[4];
	pthread_t threads[4];
	size_t i, j;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(pairs); i++) {
		struct klips_crypto *crypto = make(&pairs[i], "auto");

		for (j = 0; j < 4; j++) {
			workers[j] = (struct worker){ crypto, i * 4 + j + 1, 0 };
			assert_int_equal(pthread_create(&threads[j], NULL, work, &workers[j]), 0);
		}
		for (j = 0; j < 4; j++) {
			pthread_join(threads[j], NULL);
			assert_int_equal(workers[j].wrong, 0);
		}
		klips_crypto_free(crypto);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_libraries_agree), cmocka_unit_test(test_esn_is_authenticated_last),
		cmocka_unit_test(test_ccm_model),	cmocka_unit_test(test_ccm_is_the_model),
		cmocka_unit_test(test_bad_keys),	cmocka_unit_test(test_driver_names),
		cmocka_unit_test(test_counts),		cmocka_unit_test(test_failure_is_closed),
		cmocka_unit_test(test_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
