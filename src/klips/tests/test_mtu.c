// SPDX-License-Identifier: GPL-2.0-or-later
/* What fits through bundles, against brute force: packets of every length are sealed, and the longest that fits
 * counted. */
#include "test.h"
#include "transform.h"

#define LONGEST 700

struct step {
	u8 proto;
	enum klips_mode mode;
	enum klips_encr encr;
	enum klips_auth auth;
};

/* Innermost first; a proto of 0 ends it. */
static const struct step bundles[][3] = {
	{ { KLIPS_PROTO_ESP, KLIPS_MODE_TUNNEL, KLIPS_ENCR_AES_GCM_16, 0 } },
	{ { KLIPS_PROTO_ESP, KLIPS_MODE_TUNNEL, KLIPS_ENCR_AES_GCM_8, 0 } },
	{ { KLIPS_PROTO_ESP, KLIPS_MODE_TUNNEL, KLIPS_ENCR_AES_CBC, KLIPS_AUTH_HMAC_SHA2_256_128 } },
	{ { KLIPS_PROTO_ESP, KLIPS_MODE_TUNNEL, KLIPS_ENCR_3DES_CBC, KLIPS_AUTH_HMAC_MD5_96 } },
	{ { KLIPS_PROTO_ESP, KLIPS_MODE_TUNNEL, KLIPS_ENCR_NULL, KLIPS_AUTH_HMAC_SHA2_512_256 } },
	{ { KLIPS_PROTO_ESP, KLIPS_MODE_TRANSPORT, KLIPS_ENCR_AES_CBC, KLIPS_AUTH_HMAC_SHA1_96 } },
	{ { KLIPS_PROTO_ESP, KLIPS_MODE_TRANSPORT, KLIPS_ENCR_CHACHA20_POLY1305, 0 } },
	{ { KLIPS_PROTO_ESP, KLIPS_MODE_BEET, KLIPS_ENCR_AES_CBC, KLIPS_AUTH_HMAC_SHA1_96 } },
	{ { KLIPS_PROTO_ESP, KLIPS_MODE_BEET, KLIPS_ENCR_AES_CTR, KLIPS_AUTH_AES_XCBC_96 } },
	{ { KLIPS_PROTO_AH, KLIPS_MODE_TUNNEL, 0, KLIPS_AUTH_HMAC_SHA2_256_128 } },
	{ { KLIPS_PROTO_AH, KLIPS_MODE_TRANSPORT, 0, KLIPS_AUTH_HMAC_SHA2_384_192 } },
	{ { KLIPS_PROTO_IPIP, KLIPS_MODE_TUNNEL, 0, 0 } },
	{ { KLIPS_PROTO_COMP, KLIPS_MODE_TUNNEL, 0, 0 } },
	{ { KLIPS_PROTO_COMP, KLIPS_MODE_TUNNEL, 0, 0 },
	  { KLIPS_PROTO_ESP, KLIPS_MODE_TRANSPORT, KLIPS_ENCR_AES_CBC, KLIPS_AUTH_HMAC_SHA1_96 } },
	{ { KLIPS_PROTO_IPIP, KLIPS_MODE_TUNNEL, 0, 0 },
	  { KLIPS_PROTO_ESP, KLIPS_MODE_TRANSPORT, KLIPS_ENCR_AES_GCM_16, 0 },
	  { KLIPS_PROTO_AH, KLIPS_MODE_TRANSPORT, 0, KLIPS_AUTH_HMAC_SHA1_96 } },
	{ { KLIPS_PROTO_ESP, KLIPS_MODE_TUNNEL, KLIPS_ENCR_AES_CBC, KLIPS_AUTH_HMAC_SHA1_96 },
	  { KLIPS_PROTO_AH, KLIPS_MODE_TRANSPORT, 0, KLIPS_AUTH_HMAC_SHA2_512_256 } },
};

static struct klips_sa *make(const struct step *step, u8 inner, u8 outer)
{
	struct klips_sa_config config;
	struct klips_sa *sa;

	transform_config(&config, step->proto, step->mode, inner, outer);
	transform_keys(&config.keys, step->encr, step->auth, klips_encr(step->encr)->key_min);
	assert_int_equal(klips_sa_new(&sa, &config), 0);
	return sa;
}

/* IPv4's: no operation, again and again. */
static void add_options(u8 *packet, u32 options)
{
	if (!options)
		return;
	packet[0] = (u8)(0x45 + options / 4);
	memset(packet + 20, 1, options);
	put_unaligned_be16(0, packet + 10);
	put_unaligned_be16(klips_checksum(packet, 20 + options, 0), packet + 10);
}

/* lengths[n]: of what a packet of n bytes becomes, which does not shrink. */
static void seal_all(struct klips_sa *const *sas, u32 count, u8 inner, u32 options, u32 *lengths)
{
	uint64_t random = 9;
	u32 length, i, least = (inner == KLIPS_V6 ? 40 : 20) + options;

	for (length = least + 1; length < LONGEST; length++) {
		struct sk_buff *skb = transform_packet(inner, length);

		for (i = least; i < length; i++)
			skb->data[i] = (u8)test_random(&random);
		add_options(skb->data, options);
		for (i = 0; i < count; i++) {
			sas[i]->comp_skip = 1; /* IPCOMP at its worst */
			assert_int_equal(transform_seal(sas[i], skb), 0);
		}
		lengths[length] = skb->len;
		kfree_skb(skb);
	}
}

static void check(const struct step *steps, u8 inner, u8 outer, u32 udp, u32 options)
{
	u32 lengths[LONGEST], count = 0, mtu, length, best, header = (inner == KLIPS_V6 ? 40 : 20) + options,
			      least = header + 1;
	struct klips_sa *sas[3];
	bool fits = false;

	for (; count < 3 && steps[count].proto; count++)
		sas[count] = make(&steps[count], inner, outer);
	seal_all(sas, count, inner, options, lengths);
	if (udp)
		sas[0]->natt = KLIPS_NATT_NONESP;
	sas[0]->next = count > 1 ? sas[1] : NULL;
	if (count > 2)
		sas[1]->next = sas[2];
	for (mtu = 1; mtu < LONGEST; mtu++) {
		best = 0;
		for (length = least; length < LONGEST; length++)
			if (lengths[length] + udp <= mtu)
				best = length;
		if (best)
			assert_int_equal(klips_bundle_mtu(sas[0], mtu, header), best);
		else
			assert_true(klips_bundle_mtu(sas[0], mtu, header) < least);
		fits |= best > 0;
	}
	assert_true(fits);
	for (; count--; klips_sa_put(sas[count]))
		sas[count]->next = NULL;
}

static void test_brute_force(void **state)
{
	u8 inner, outer;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(bundles); i++)
		for (inner = 4; inner <= 6; inner += 2)
			for (outer = 4; outer <= 6; outer += 2) {
				if (inner != outer && bundles[i][0].mode == KLIPS_MODE_TRANSPORT)
					continue;
				check(bundles[i], inner, outer, 0, 0);
				if (inner == KLIPS_V4)
					check(bundles[i], inner, outer, 0, 12);
				if (bundles[i][0].proto == KLIPS_PROTO_ESP && !bundles[i][1].proto)
					check(bundles[i], inner, outer, 8, 0);
			}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_brute_force),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
