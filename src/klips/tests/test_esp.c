// SPDX-License-Identifier: GPL-2.0-or-later
/* ESP: whole packets of RFCs, every algorithm in every mode, and what must be refused. */
#include "test.h"
#include "transform.h"

static struct klips_sa *make_mode(enum klips_encr encr, enum klips_auth auth, u8 key, enum klips_mode mode, u8 inner,
				  u8 outer, u32 flags)
{
	struct klips_sa_config config;
	struct klips_sa *sa;

	transform_config(&config, KLIPS_PROTO_ESP, mode, inner, outer);
	transform_keys(&config.keys, encr, auth, key);
	config.flags = flags;
	assert_int_equal(klips_sa_new(&sa, &config), 0);
	return sa;
}

static struct klips_sa *make(enum klips_encr encr, enum klips_auth auth, u8 key)
{
	return make_mode(encr, auth, key, KLIPS_MODE_TUNNEL, KLIPS_V4, KLIPS_V4, 0);
}

static struct klips_sa *make_null(void)
{
	return make(KLIPS_ENCR_NULL, KLIPS_AUTH_HMAC_SHA1_96, 0);
}

static struct sk_buff *random_payload(u8 version, u32 length, uint64_t *random)
{
	u32 i, header = version == KLIPS_V6 ? 40 : 20;
	struct sk_buff *skb = transform_packet(version, header + length);

	for (i = 0; i < length; i++)
		skb->data[header + i] = (u8)test_random(random);
	return skb;
}

/* BEET's inner header is made from the outer one: IPv4 in IPv6 is not to be cut in pieces. */
static void expect_df(const struct klips_sa *sa, struct sk_buff *skb)
{
	if (sa->mode != KLIPS_MODE_BEET || sa->said.dst.version != KLIPS_V6 || sa->inner_dst.version != KLIPS_V4)
		return;
	put_unaligned_be16(0x4000, skb->data + 6);
	put_unaligned_be16(0, skb->data + 10);
	put_unaligned_be16(klips_checksum(skb->data, 20, 0), skb->data + 10);
}

static void check_round(struct klips_sa *out, struct klips_sa *in, u8 inner, u32 length, uint64_t *random)
{
	struct sk_buff *skb = random_payload(inner, length, random), *plain = skb_copy(skb, GFP_KERNEL);

	assert_int_equal(transform_seal(out, skb), 0);
	assert_int_equal(skb->data[0] >> 4, out->said.dst.version);
	assert_int_equal(transform_open(in, &skb), 0);
	expect_df(in, plain);
	assert_int_equal(skb->len, plain->len);
	assert_memory_equal(skb->data, plain->data, plain->len);
	kfree_skb(skb);
	kfree_skb(plain);
}

/* Every bit of what ESP made, turned over one at a time. */
static void check_damage(struct klips_sa *out, struct klips_sa *in, u8 inner, uint64_t *random)
{
	struct sk_buff *skb = random_payload(inner, 21, random);
	u32 header = out->said.dst.version == KLIPS_V6 ? 40 : 20, bit;

	assert_int_equal(transform_seal(out, skb), 0);
	for (bit = header * 8; bit < skb->len * 8; bit++) {
		struct sk_buff *damaged = skb_copy(skb, GFP_KERNEL);

		damaged->data[bit / 8] ^= (u8)(1 << bit % 8);
		assert_int_not_equal(transform_open(in, &damaged), 0);
		kfree_skb(damaged);
	}
	assert_int_equal(transform_open(in, &skb), 0);
	kfree_skb(skb);
}

static void check_mode(enum klips_encr encr, enum klips_auth auth, u8 key, enum klips_mode mode, u8 inner, u8 outer)
{
	uint64_t random = 1 + encr * 1000 + auth * 100 + key;
	u32 esn, i;

	for (esn = 0; esn < 2; esn++) {
		struct klips_sa *out = make_mode(encr, auth, key, mode, inner, outer, esn ? KLIPS_SA_ESN : 0);
		struct klips_sa *in = make_mode(encr, auth, key, mode, inner, outer, esn ? KLIPS_SA_ESN : 0);

		/* ESN: across the point where the lower half is 0 again. */
		if (esn) {
			atomic64_set(&out->seq, 0xfffffffd);
			klips_replay_accept(&in->replay, 0xfffffff0);
		}
		for (i = 0; i < 6; i++)
			check_round(out, in, inner, 8 + test_random(&random) % 1400, &random);
		for (i = 0; i < 20; i++)
			check_round(out, in, inner, 8 + i, &random);
		check_damage(out, in, inner, &random);
		klips_sa_put(out);
		klips_sa_put(in);
	}
}

static void check_algorithm(enum klips_encr encr, enum klips_auth auth, u8 key)
{
	u8 inner, outer;

	check_mode(encr, auth, key, KLIPS_MODE_TRANSPORT, KLIPS_V4, KLIPS_V4);
	check_mode(encr, auth, key, KLIPS_MODE_TRANSPORT, KLIPS_V6, KLIPS_V6);
	for (inner = KLIPS_V4; inner <= KLIPS_V6; inner += 2)
		for (outer = KLIPS_V4; outer <= KLIPS_V6; outer += 2) {
			check_mode(encr, auth, key, KLIPS_MODE_TUNNEL, inner, outer);
			check_mode(encr, auth, key, KLIPS_MODE_BEET, inner, outer);
		}
}

static void test_all_algorithms_and_modes(void **state)
{
	u32 encr, auth, key, n = 0;

	(void)state;
	for (encr = KLIPS_ENCR_NULL; encr < KLIPS_ENCR_COUNT; encr++) {
		const struct klips_encr_desc *desc = klips_encr(encr);

		if (desc->icv)
			for (key = desc->key_min; key <= desc->key_max; key += 8, n++)
				check_algorithm(encr, KLIPS_AUTH_NONE, (u8)key);
		for (auth = 1; auth < KLIPS_AUTH_COUNT && !desc->icv; auth++, n++)
			check_algorithm(encr, auth, desc->key_max);
	}
	print_message("%u algorithms, 10 modes, with and without ESN\n", n);
}

/* An SA that has an RFC's key, salt and all. */
static struct klips_sa *make_known(enum klips_encr encr, enum klips_auth auth, enum klips_mode mode, const char *key)
{
	struct klips_sa_config config;
	struct klips_sa *sa;

	transform_config(&config, KLIPS_PROTO_ESP, mode, KLIPS_V4, KLIPS_V4);
	transform_keys(&config.keys, encr, auth, (u8)(strlen(key) / 2 - klips_encr(encr)->salt));
	transform_hex(key, config.keys.encr_key, sizeof(config.keys.encr_key));
	assert_int_equal(klips_sa_new(&sa, &config), 0);
	return sa;
}

static struct sk_buff *known_packet(const char *hex)
{
	u8 packet[128];

	return transform_skb(packet, transform_hex(hex, packet, sizeof(packet)));
}

static void expect_known(const struct sk_buff *skb, const char *hex)
{
	u8 expected[160];

	assert_int_equal(skb->len, transform_hex(hex, expected, sizeof(expected)));
	assert_memory_equal(skb->data, expected, skb->len);
}

/* A packet that an RFC shows, from its payload to the whole of what is sent. */
static void test_rfc3602_packet(void **state)
{
	struct klips_sa *sa = make_known(KLIPS_ENCR_AES_CBC, KLIPS_AUTH_HMAC_SHA1_96, KLIPS_MODE_TRANSPORT,
					 "90d382b410eeba7ad938c46cec1a82bf");
	struct sk_buff *skb;
	struct klips_job job;
	struct klips_ip ip;
	u8 iv[16];

	(void)state;
	sa->said.spi = cpu_to_be32(0x4321);
	skb = known_packet(
		"4500005408f200004001f9fec0a87b03c0a87b64"
		"08000ebda70a00008e9c083db95b070008090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20212223242526"
		"2728292a2b2c2d2e2f3031323334353637");
	assert_int_equal(skb->len, 84);
	assert_int_equal(klips_ip_read(&ip, skb->data, skb->len), 0);
	assert_int_equal(klips_ip_shift(skb, 20, 24), 0);
	skb_pull(skb, 44);
	assert_int_equal(klips_esp_prepare(sa, skb, ip.proto, 0, &job), 0);
	transform_hex("e96e8c08ab465763fd098d45dd3ff893", iv, 16);
	memcpy(skb->data + 8, iv, 16); /* which is random */
	assert_int_equal(klips_crypto_seal(sa->crypto, &job, 1), 0);
	skb_push(skb, 20);
	skb_trim(skb, skb->len - 12); /* the RFC's packet has no ICV */
	klips_ip_mend(skb, &ip, KLIPS_PROTO_ESP);
	expect_known(skb,
		     "4500007c08f200004032f9a5c0a87b03c0a87b64 0000432100000001 e96e8c08ab465763fd098d45dd3ff893"
		     "f663c25d325c18c6a9453e194e120849a4870b66cc6b9965330013b4898dc856a4699e523a55db080b59ec3a8e4b7e52"
		     "775b07d1db34ed9c538ab50c551b874aa269add047ad2d5913ac19b7cfbad4a6");
	kfree_skb(skb);
	klips_sa_put(sa);
}

static void test_rfc7634_packet(void **state)
{
	struct klips_sa *sa = make_known(KLIPS_ENCR_CHACHA20_POLY1305, KLIPS_AUTH_NONE, KLIPS_MODE_TUNNEL,
					 "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9fa0a1a2a3");
	struct klips_job job;
	struct sk_buff *skb;

	(void)state;
	atomic64_set(&sa->seq, 4);
	sa->iv_salt = 0x1011121314151617ULL ^ 5; /* so that the IV is the RFC's */
	skb = known_packet(
		"45000054a6f200004001e778c6336405c000020508005b7a3a080000553bec100007362708090a0b0c0d0e0f1011"
		"12131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031323334353637");
	assert_int_equal(klips_esp_prepare(sa, skb, 4, 0, &job), 0);
	assert_int_equal(klips_crypto_seal(sa->crypto, &job, 1), 0);
	expect_known(skb,
		     "0102030400000005 1011121314151617"
		     "24039428b97f417e3c13753a4f05087b67c352e6a7fab1b982d466ef407ae5c614ee8099d52844eb61aa95dfab4c02f7"
		     "2aa71e7c4c4f64c9befe2facc638e8f3cbec163fac469b502773f6fb94e664da9165b82829f641e0"
		     "76aaa8266b7fb0f7b11b369907e1ad43");
	kfree_skb(skb);
	klips_sa_put(sa);
}

static void test_numbers_end(void **state)
{
	struct klips_sa *sa = make_null(), *esn = make_null();
	struct sk_buff *skb = transform_packet(KLIPS_V4, 40);
	u64 last = ~0ULL;

	(void)state;
	atomic64_set(&sa->seq, 0xfffffffe);
	assert_int_equal(transform_seal(sa, skb), 0);
	kfree_skb(skb);
	skb = transform_packet(KLIPS_V4, 40);
	assert_int_equal(transform_seal(sa, skb), -EOVERFLOW);
	assert_int_equal(transform_seal(sa, skb), -EOVERFLOW);
	esn->flags |= KLIPS_SA_ESN;
	atomic64_set(&esn->seq, (s64)(last - 1));
	assert_int_equal(transform_seal(esn, skb), 0);
	kfree_skb(skb);
	skb = transform_packet(KLIPS_V4, 40);
	assert_int_equal(transform_seal(esn, skb), -EOVERFLOW);
	assert_int_equal(transform_seal(esn, skb), -EOVERFLOW);
	kfree_skb(skb);
	klips_sa_put(sa);
	klips_sa_put(esn);
}

static void test_replay(void **state)
{
	struct klips_sa *out = make_null(), *in = make_null();
	struct sk_buff *first = transform_packet(KLIPS_V4, 40), *again, *late;

	(void)state;
	assert_int_equal(transform_seal(out, first), 0);
	again = skb_copy(first, GFP_KERNEL);
	late = skb_copy(first, GFP_KERNEL);
	assert_int_equal(transform_open(in, &first), 0);
	assert_int_equal(transform_open(in, &again), -EALREADY);
	klips_replay_accept(&in->replay, 1000);
	assert_int_equal(transform_open(in, &late), -EALREADY);
	kfree_skb(first);
	kfree_skb(again);
	kfree_skb(late);
	klips_sa_put(out);
	klips_sa_put(in);
}

/* Two copies pass the first look together; the second to finish loses. */
static void test_race(void **state)
{
	struct klips_sa *out = make_null(), *in = make_null();
	struct sk_buff *skb[2];
	struct klips_job job[2];
	u64 number[2];
	int result[2], i;
	u8 next;

	(void)state;
	skb[0] = transform_skb("payload!", 8);
	assert_int_equal(klips_esp_prepare(out, skb[0], 17, 0, &job[0]), 0);
	assert_int_equal(klips_crypto_seal(out->crypto, job, 1), 0);
	skb[1] = skb_copy(skb[0], GFP_KERNEL);
	for (i = 0; i < 2; i++)
		assert_int_equal(klips_esp_parse(in, skb[i], &job[i], &number[i]), 0);
	assert_int_equal(klips_crypto_open(in->crypto, job, result, 2), 0);
	assert_int_equal(klips_esp_finish(in, skb[0], &job[0], number[0], &next), 0);
	assert_int_equal(next, 17);
	assert_int_equal(skb[0]->len, 8);
	assert_memory_equal(skb[0]->data, "payload!", 8);
	assert_int_equal(klips_esp_finish(in, skb[1], &job[1], number[1], &next), -EALREADY);
	kfree_skb(skb[0]);
	kfree_skb(skb[1]);
	klips_sa_put(out);
	klips_sa_put(in);
}

/* Opens a packet that is authentic, but whose byte so far from its text's end was changed before it was sealed. */
static int open_changed(u32 back, u8 value)
{
	struct klips_sa *out = make_null(), *in = make_null();
	struct sk_buff *skb = transform_skb("0123456789", 10);
	struct klips_job job;
	int result, err;
	u64 number;
	u8 next;

	assert_int_equal(klips_esp_prepare(out, skb, 17, 0, &job), 0);
	assert_int_equal(job.length, 12);
	skb->data[8 + job.length - back] = value;
	assert_int_equal(klips_crypto_seal(out->crypto, &job, 1), 0);
	assert_int_equal(klips_esp_parse(in, skb, &job, &number), 0);
	assert_int_equal(klips_crypto_open(in->crypto, &job, &result, 1), 0);
	assert_int_equal(result, 0);
	err = klips_esp_finish(in, skb, &job, number, &next);
	kfree_skb(skb);
	klips_sa_put(out);
	klips_sa_put(in);
	return err;
}

static void test_padding(void **state)
{
	(void)state;
	assert_int_equal(open_changed(12, 'x'), 0);
	assert_int_equal(open_changed(2, 1), -EBADMSG);	 /* one byte of padding, which is '9' */
	assert_int_equal(open_changed(2, 11), -EBADMSG); /* longer than there is */
	assert_int_equal(open_changed(2, 255), -EBADMSG);
}

static void test_short_packets(void **state)
{
	static const u32 algorithms[] = { KLIPS_ENCR_NULL, KLIPS_ENCR_AES_CBC, KLIPS_ENCR_AES_GCM_16 };
	static const u8 zero[128];
	u32 i, length, least;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(algorithms); i++) {
		bool aead = klips_encr(algorithms[i])->icv;
		struct klips_sa *in = make(algorithms[i], aead ? KLIPS_AUTH_NONE : KLIPS_AUTH_HMAC_SHA1_96,
					   klips_encr(algorithms[i])->key_min);

		least = klips_esp_head(in) + (aead ? 16 : 12) + 2;
		for (length = 0; length < 128; length++) {
			struct sk_buff *skb = transform_skb(zero, length);
			bool whole = algorithms[i] != KLIPS_ENCR_AES_CBC || (length - 24 - 12) % 16 == 0;
			struct klips_job job;
			u64 number;
			int err;

			if (length >= 8)
				put_unaligned_be32(1, skb->data + 4);
			err = klips_esp_parse(in, skb, &job, &number);
			assert_int_equal(err, length < least || !whole ? -EBADMSG : 0);
			kfree_skb(skb);
		}
		klips_sa_put(in);
	}
}

static void test_no_room(void **state)
{
	struct klips_sa *sa = make(KLIPS_ENCR_AES_CBC, KLIPS_AUTH_HMAC_SHA2_512_256, 16);
	u32 head = klips_esp_head(sa), tail = klips_esp_tail_max(sa);
	struct klips_job job;
	struct sk_buff *skb;

	(void)state;
	assert_int_equal(head, 24);
	assert_int_equal(tail, 15 + 2 + 32);
	skb = klips_skb_new(head - 1, 15 + tail);
	skb_put(skb, 15);
	assert_int_equal(klips_esp_prepare(sa, skb, 4, 0, &job), -ENOBUFS);
	kfree_skb(skb);
	skb = klips_skb_new(head, 15 + tail - 1); /* 15 and a trailer need the longest padding */
	skb_put(skb, 15);
	assert_int_equal(klips_esp_prepare(sa, skb, 4, 0, &job), -ENOBUFS);
	assert_int_equal(klips_esp_prepare(sa, skb, 4, 65536, &job), -ENOBUFS);
	assert_int_equal(skb->len, 15);
	assert_true(atomic64_read(&sa->seq) == 0); /* no number is lost */
	kfree_skb(skb);
	skb = klips_skb_new(head, 15 + tail);
	memset(skb_put(skb, 15), 0, 15);
	assert_int_equal(klips_esp_prepare(sa, skb, 4, 0, &job), 0);
	kfree_skb(skb);
	klips_sa_put(sa);
}

/* RFC 4303, 2.7: all packets are as long as the longest, and nobody inside sees it. */
static void test_tfc(void **state)
{
	struct klips_sa *out = make(KLIPS_ENCR_AES_GCM_16, KLIPS_AUTH_NONE, 16);
	struct klips_sa *in = make(KLIPS_ENCR_AES_GCM_16, KLIPS_AUTH_NONE, 16);
	uint64_t random = 5;
	u32 length;

	(void)state;
	out->tfc = 200;
	for (length = 8; length <= 180; length++) {
		struct sk_buff *skb = random_payload(KLIPS_V4, length, &random), *plain = skb_copy(skb, GFP_KERNEL);

		assert_int_equal(transform_seal(out, skb), 0);
		assert_int_equal(skb->len, 20 + 16 + 204 + 16);
		assert_int_equal(transform_open(in, &skb), 0);
		assert_int_equal(skb->len, plain->len);
		assert_memory_equal(skb->data, plain->data, plain->len);
		kfree_skb(skb);
		kfree_skb(plain);
	}
	klips_sa_put(out);
	klips_sa_put(in);
}

/* RFC 4303, 2.6: a packet that says that there is nothing in it. */
static void test_dummy(void **state)
{
	struct klips_sa *out = make_null(), *in = make_null();
	struct sk_buff *skb = transform_skb("", 0);
	struct klips_job job;
	u64 number;
	int result;
	u8 next = 0;

	(void)state;
	assert_int_equal(klips_esp_prepare(out, skb, 59, 100, &job), 0);
	assert_int_equal(klips_crypto_seal(out->crypto, &job, 1), 0);
	assert_int_equal(klips_esp_parse(in, skb, &job, &number), 0);
	assert_int_equal(klips_crypto_open(in->crypto, &job, &result, 1), 0);
	assert_int_equal(klips_esp_finish(in, skb, &job, number, &next), 0);
	assert_int_equal(next, 59);
	kfree_skb(skb);
	klips_sa_put(out);
	klips_sa_put(in);
}

/* Counter modes never use an IV twice; CBC's are not to be guessed from each other. */
static void test_ivs(void **state)
{
	static const struct {
		enum klips_encr encr;
		enum klips_auth auth;
		bool counted;
	} rows[] = {
		{ KLIPS_ENCR_AES_CTR, KLIPS_AUTH_HMAC_SHA1_96, true },
		{ KLIPS_ENCR_AES_GCM_16, KLIPS_AUTH_NONE, true },
		{ KLIPS_ENCR_AES_CBC, KLIPS_AUTH_HMAC_SHA1_96, false },
	};
	static u64 ivs[1000];
	size_t i;
	u32 j, k;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct klips_sa *sa = make(rows[i].encr, rows[i].auth, 16);

		for (j = 0; j < ARRAY_SIZE(ivs); j++) {
			struct sk_buff *skb = transform_skb("text", 4);
			struct klips_job job;

			assert_int_equal(klips_esp_prepare(sa, skb, 17, 0, &job), 0);
			ivs[j] = get_unaligned_be64(skb->data + 8);
			if (rows[i].counted)
				assert_true((ivs[j] ^ sa->iv_salt) == j + 1);
			kfree_skb(skb);
			for (k = 0; k < j; k++)
				assert_true(ivs[k] != ivs[j]);
		}
		klips_sa_put(sa);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_algorithms_and_modes),
		cmocka_unit_test(test_rfc3602_packet),
		cmocka_unit_test(test_rfc7634_packet),
		cmocka_unit_test(test_numbers_end),
		cmocka_unit_test(test_replay),
		cmocka_unit_test(test_race),
		cmocka_unit_test(test_padding),
		cmocka_unit_test(test_short_packets),
		cmocka_unit_test(test_no_room),
		cmocka_unit_test(test_tfc),
		cmocka_unit_test(test_dummy),
		cmocka_unit_test(test_ivs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
