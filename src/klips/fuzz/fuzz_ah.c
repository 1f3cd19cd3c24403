// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * AH: any packet opened; and any packet that can be sealed opens again, and is what it was but for its checksum, also
 * after a router has counted its hops.
 */
#include "tests/transform.h"

static struct klips_sa *out, *in;

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct klips_sa_config config;

	(void)argc;
	(void)argv;
	transform_config(&config, KLIPS_PROTO_AH, KLIPS_MODE_TRANSPORT, KLIPS_V4, KLIPS_V4);
	transform_keys(&config.keys, KLIPS_ENCR_NONE, KLIPS_AUTH_HMAC_SHA2_256_128, 0);
	config.window = 0;
	if (klips_sa_new(&out, &config) || klips_sa_new(&in, &config))
		abort();
	return 0;
}

/* Whether a source route is yet to be followed; then the packet does not open where it was sealed. */
static bool is_routed(const struct klips_ip *ip, const u8 *at)
{
	u32 i;

	if (ip->version == KLIPS_V6)
		return ip->header > 40;
	for (i = 20; i < ip->header; i++)
		if (at[i] == 131 || at[i] == 137)
			return true;
	return false;
}

static void there_and_back(struct sk_buff *skb)
{
	struct sk_buff *plain = skb_copy(skb, GFP_KERNEL);
	struct klips_ip ip;

	if (klips_ip_read(&ip, skb->data, skb->len) || is_routed(&ip, skb->data) || ip.proto == KLIPS_PROTO_AH)
		goto free;
	if (ip.version == KLIPS_V4)
		klips_ip_mend(plain, &ip, ip.proto);
	if (transform_seal(out, skb))
		goto free;
	skb->data[ip.version == KLIPS_V4 ? 8 : 7]--;
	if (transform_open(in, &skb))
		abort();
	skb->data[ip.version == KLIPS_V4 ? 8 : 7]++;
	if (ip.version == KLIPS_V4)
		klips_ip_mend(skb, &ip, ip.proto);
	if (skb->len != plain->len || memcmp(skb->data, plain->data, plain->len))
		abort();
free:
	kfree_skb(plain);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct sk_buff *skb;

	if (size < 1 || size > 4096)
		return 0;
	atomic64_set(&out->seq, 0);
	skb = transform_skb(data + 1, (u32)size - 1);
	if (!skb)
		return 0;
	if (data[0] & 1)
		there_and_back(skb);
	else
		transform_open(in, &skb);
	kfree_skb(skb);
	return 0;
}
