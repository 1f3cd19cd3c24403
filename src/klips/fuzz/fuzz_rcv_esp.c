// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Received ESP, whose key the sender knows: so the bytes behind the cryptography are the fuzzer's, too. The first byte
 * says which SA; with its top bit the ICV is made good.
 */
#include "tests/transform.h"

static const struct {
	enum klips_encr encr;
	enum klips_auth auth;
	enum klips_mode mode;
	u8 key;
	u8 inner;
	u32 flags;
} kinds[] = {
	{ KLIPS_ENCR_NULL, KLIPS_AUTH_HMAC_SHA1_96, KLIPS_MODE_TUNNEL, 0, KLIPS_V4, KLIPS_SA_DECAP_DSCP },
	{ KLIPS_ENCR_NULL, KLIPS_AUTH_HMAC_SHA2_256_128, KLIPS_MODE_TRANSPORT, 0, KLIPS_V4, KLIPS_SA_ESN },
	{ KLIPS_ENCR_NULL, KLIPS_AUTH_HMAC_SHA1_96, KLIPS_MODE_BEET, 0, KLIPS_V4, 0 },
	{ KLIPS_ENCR_NULL, KLIPS_AUTH_HMAC_SHA1_96, KLIPS_MODE_BEET, 0, KLIPS_V6, 0 },
	{ KLIPS_ENCR_AES_GMAC, KLIPS_AUTH_NONE, KLIPS_MODE_TUNNEL, 16, KLIPS_V6, KLIPS_SA_ESN },
	{ KLIPS_ENCR_AES_GCM_16, KLIPS_AUTH_NONE, KLIPS_MODE_TUNNEL, 16, KLIPS_V4, 0 },
	{ KLIPS_ENCR_AES_CBC, KLIPS_AUTH_HMAC_SHA1_96, KLIPS_MODE_TRANSPORT, 16, KLIPS_V4, 0 },
	{ KLIPS_ENCR_CHACHA20_POLY1305, KLIPS_AUTH_NONE, KLIPS_MODE_TUNNEL, 32, KLIPS_V4, 0 },
};

static struct klips_sa *sas[ARRAY_SIZE(kinds)];

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct klips_sa_config config;
	size_t i;

	(void)argc;
	(void)argv;
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		transform_config(&config, KLIPS_PROTO_ESP, kinds[i].mode, kinds[i].inner, KLIPS_V4);
		transform_keys(&config.keys, kinds[i].encr, kinds[i].auth, kinds[i].key);
		config.flags = kinds[i].flags;
		config.window = kinds[i].flags & KLIPS_SA_ESN ? 64 : 0;
		if (klips_sa_new(&sas[i], &config))
			abort();
	}
	return 0;
}

/* What the sender would have made of these bytes; nothing if they are too few. */
static void make_good(struct klips_sa *sa, struct sk_buff *skb)
{
	struct klips_job job;
	struct klips_ip ip;
	u64 number;

	if (klips_ip_read(&ip, skb->data, skb->len) || ip.proto != KLIPS_PROTO_ESP)
		return;
	skb_trim(skb, ip.total);
	skb_pull(skb, ip.header);
	if (!klips_esp_parse(sa, skb, &job, &number))
		klips_crypto_seal(sa->crypto, &job, 1);
	skb_push(skb, ip.header);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct klips_sa *sa;
	struct klips_ip ip;
	struct sk_buff *skb;

	if (size < 1 || size > 4096)
		return 0;
	sa = sas[(data[0] & 0x7f) % ARRAY_SIZE(kinds)];
	skb = transform_skb(data + 1, (u32)size - 1);
	if (!skb)
		return 0;
	if (data[0] & 0x80)
		make_good(sa, skb);
	if (!transform_open(sa, &skb) && sa->mode != KLIPS_MODE_TRANSPORT)
		if (sa->mode == KLIPS_MODE_BEET && klips_ip_read(&ip, skb->data, skb->len) && ip.version == KLIPS_V4)
			abort(); /* BEET makes the fixed header itself */
	sa->replay.top = 0;
	if (sa->replay.bits)
		memset(sa->replay.bits, 0, sa->replay.words * sizeof(u64));
	kfree_skb(skb);
	return 0;
}
