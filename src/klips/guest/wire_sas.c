// SPDX-License-Identifier: GPL-2.0-or-later
/* See wire.h: SAs of each kind, with the sender in this process and the receiver in the module. */
#include <netinet/in.h>

#include "guest/wire.h"

#define ESP(called, m, in, out, cipher, authenticator, bytes, ...)                                                 \
	{                                                                                                          \
		.name = (called), .proto = KLIPS_PROTO_ESP, .mode = KLIPS_MODE_##m, .inner = (in), .outer = (out), \
		.encr = KLIPS_ENCR_##cipher, .auth = KLIPS_AUTH_##authenticator, .key = (bytes), __VA_ARGS__       \
	}
#define AH(called, m, version, authenticator, ...)                                                     \
	{                                                                                              \
		.name = (called), .proto = KLIPS_PROTO_AH, .mode = KLIPS_MODE_##m, .inner = (version), \
		.outer = (version), .auth = KLIPS_AUTH_##authenticator, __VA_ARGS__                    \
	}
#define PLAIN(called, number, m, in, out)                                                                              \
	{                                                                                                              \
		.name = (called), .proto = KLIPS_PROTO_##number, .mode = KLIPS_MODE_##m, .inner = (in), .outer = (out) \
	}

struct wire_sa wire_sas[] = {
	ESP("ESP NULL tunnel", TUNNEL, 4, 4, NULL, HMAC_SHA1_96, 0, .flags = KLIPS_SA_DECAP_DSCP),
	ESP("ESP AES-GCM tunnel", TUNNEL, 4, 4, AES_GCM_16, NONE, 16, .flags = 0),
	ESP("ESP AES-GMAC tunnel, ESN", TUNNEL, 6, 6, AES_GMAC, NONE, 16, .flags = KLIPS_SA_ESN),
	ESP("ESP AES-CTR tunnel", TUNNEL, 6, 4, AES_CTR, HMAC_SHA2_256_128, 16, .flags = 0),
	ESP("ESP AES-CBC transport", TRANSPORT, 4, 4, AES_CBC, HMAC_SHA1_96, 16, .flags = 0),
	ESP("ESP ChaCha20 transport", TRANSPORT, 6, 6, CHACHA20_POLY1305, NONE, 32, .flags = 0),
	ESP("ESP NULL transport, ESN", TRANSPORT, 4, 4, NULL, HMAC_SHA2_256_128, 0, .flags = KLIPS_SA_ESN),
	ESP("ESP NULL BEET", BEET, 4, 4, NULL, HMAC_SHA1_96, 0, .flags = 0),
	ESP("ESP NULL BEET, IPv6 inside", BEET, 6, 4, NULL, HMAC_SHA1_96, 0, .flags = 0),
	ESP("ESP AES-GCM tunnel in UDP", TUNNEL, 4, 4, AES_GCM_16, NONE, 16, .natt = true),
	ESP("ESP AES-GCM tunnel, narrow", TUNNEL, 4, 4, AES_GCM_16, NONE, 16, .narrow = true),
	ESP("ESP AES-GCM tunnel, mast0", TUNNEL, 4, 4, AES_GCM_16, NONE, 16, .mast = true),
	ESP("ESP NULL tunnel, IPv6 inside, mast0", TUNNEL, 6, 4, NULL, HMAC_SHA1_96, 0, .mast = true),
	AH("AH tunnel", TUNNEL, 4, HMAC_SHA2_256_128, .flags = 0),
	AH("AH transport", TRANSPORT, 4, HMAC_SHA1_96, .flags = 0),
	AH("AH transport, IPv6", TRANSPORT, 6, HMAC_SHA1_96, .flags = KLIPS_SA_ESN),
	PLAIN("IPCOMP tunnel", COMP, TUNNEL, 4, 4),
	PLAIN("IPCOMP transport", COMP, TRANSPORT, 4, 4),
	PLAIN("IPCOMP tunnel, IPv6", COMP, TUNNEL, 6, 6),
	PLAIN("IPIP", IPIP, TUNNEL, 4, 4),
	PLAIN("IPv6 in IPv6", IPIP, TUNNEL, 6, 6),
};
const unsigned int wire_sas_count = ARRAY_SIZE(wire_sas);

static void check(int err, const char *what, const char *name, const struct klips_refusal *why)
{
	if (!err)
		return;
	fprintf(stderr, "wire: %s of '%s': %s\n", what, name, why->text[0] ? why->text : strerror(-err));
	exit(1);
}

static struct klips_selector between(u8 version, u8 from, u8 to)
{
	struct klips_selector sel = { .src = transform_addr(version, from), .dst = transform_addr(version, to) };

	sel.src_bits = (u8)klips_addr_bits(&sel.src);
	sel.dst_bits = (u8)klips_addr_bits(&sel.dst);
	return sel;
}

static int take_mast(const struct klips_dev_info *info, void *arg)
{
	if (!strcmp(info->name, "mast0"))
		*(u32 *)arg = info->id;
	return 0;
}

static u32 mast_id(struct klips_client *client)
{
	struct klips_refusal why = { 0 };
	u32 id = 0;

	check(klips_client_dev_list(client, take_mast, &id, &why), "number", "mast0", &why);
	check(id ? 0 : -ENODEV, "number", "mast0", &why);
	return id;
}

static void configure(struct klips_sa_config *config, const struct wire_sa *entry)
{
	bool transport = entry->mode == KLIPS_MODE_TRANSPORT;

	transform_config(config, entry->proto, entry->mode, entry->inner, entry->outer);
	config->said.spi = cpu_to_be32((u32)(WIRE_SPI + (entry - wire_sas)));
	if (entry->proto == KLIPS_PROTO_ESP || entry->proto == KLIPS_PROTO_AH)
		transform_keys(&config->keys, entry->encr, entry->auth, entry->key);
	else
		config->window = 0;
	config->flags = entry->flags;
	config->selector =
		between(entry->inner, transport ? WIRE_PEER : WIRE_INNER_PEER, transport ? WIRE_OWN : WIRE_INNER_OWN);
	if (entry->narrow) {
		config->selector.proto = IPPROTO_UDP;
		config->selector.dport = cpu_to_be16(9);
	}
	if (entry->natt) {
		config->natt = KLIPS_NATT_NONESP;
		config->natt_sport = config->natt_dport = WIRE_NATT_PORT;
	}
}

/* An SA that the module sends by, whose other end nobody has. */
static void outward(struct klips_sa_config *config, u8 proto, enum klips_mode mode, u8 version, u32 spi)
{
	transform_config(config, proto, mode, version, version);
	config->said.spi = cpu_to_be32(spi);
	config->said.dst = transform_addr(version, WIRE_PEER);
	config->src = transform_addr(version, WIRE_OWN);
	config->window = 0;
}

static void lead(struct klips_client *client, const struct klips_sa_config *config, u8 version, u8 proto)
{
	struct klips_selector sel = between(version, WIRE_INNER_OWN, WIRE_INNER_PEER);
	struct klips_refusal why = { 0 };

	sel.proto = proto;
	check(klips_client_eroute_set(client, &sel, &config->said, false, &why), "eroute", "answers", &why);
}

static void add(struct klips_client *client, const struct klips_sa_config *config, const char *name)
{
	struct klips_refusal why = { 0 };

	check(klips_client_sa_add(client, config, &why), "SA", name, &why);
}

/* IPCOMP in ESP in AH, in a tunnel. */
static void make_bundle(struct klips_client *client, struct klips_sa_config *first, u32 spi)
{
	static const u8 protos[] = { KLIPS_PROTO_IPIP, KLIPS_PROTO_COMP, KLIPS_PROTO_ESP, KLIPS_PROTO_AH };
	struct klips_said saids[ARRAY_SIZE(protos)];
	struct klips_refusal why = { 0 };
	struct klips_sa_config config;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(protos); i++) {
		outward(&config, protos[i], i ? KLIPS_MODE_TRANSPORT : KLIPS_MODE_TUNNEL, KLIPS_V4, spi);
		if (protos[i] == KLIPS_PROTO_ESP)
			transform_keys(&config.keys, KLIPS_ENCR_AES_CBC, KLIPS_AUTH_HMAC_SHA1_96, 16);
		else if (protos[i] == KLIPS_PROTO_AH)
			transform_keys(&config.keys, KLIPS_ENCR_NONE, KLIPS_AUTH_HMAC_SHA2_256_128, 0);
		add(client, &config, "answers in a bundle");
		saids[i] = config.said;
		if (!i)
			*first = config;
	}
	check(klips_client_sa_group(client, saids, ARRAY_SIZE(saids), &why), "group", "answers in a bundle", &why);
}

/* Protocols that have an SA of their own: a bundle, transport mode with its defragmentation, UDP, and ESN. */
static void make_others(struct klips_client *client)
{
	struct klips_sa_config config;

	make_bundle(client, &config, WIRE_SPI_OUT + 1);
	lead(client, &config, KLIPS_V4, IPPROTO_UDP);
	outward(&config, KLIPS_PROTO_ESP, KLIPS_MODE_TRANSPORT, KLIPS_V4, WIRE_SPI_OUT + 2);
	transform_keys(&config.keys, KLIPS_ENCR_AES_CBC, KLIPS_AUTH_HMAC_SHA1_96, 16);
	config.said.dst = transform_addr(KLIPS_V4, WIRE_INNER_PEER);
	config.src = transform_addr(KLIPS_V4, WIRE_INNER_OWN);
	add(client, &config, "answers in transport mode");
	lead(client, &config, KLIPS_V4, IPPROTO_ICMP);
	outward(&config, KLIPS_PROTO_ESP, KLIPS_MODE_TUNNEL, KLIPS_V4, WIRE_SPI_OUT + 3);
	transform_keys(&config.keys, KLIPS_ENCR_AES_GCM_16, KLIPS_AUTH_NONE, 16);
	config.natt = KLIPS_NATT_NONESP;
	config.natt_sport = config.natt_dport = WIRE_NATT_PORT;
	config.tfc = 256;
	add(client, &config, "answers in UDP");
	lead(client, &config, KLIPS_V4, IPPROTO_TCP);
	outward(&config, KLIPS_PROTO_ESP, KLIPS_MODE_TUNNEL, KLIPS_V6, WIRE_SPI_OUT + 4);
	transform_keys(&config.keys, KLIPS_ENCR_CHACHA20_POLY1305, KLIPS_AUTH_NONE, 32);
	config.flags = KLIPS_SA_ESN;
	add(client, &config, "answers over IPv6");
	lead(client, &config, KLIPS_V6, IPPROTO_UDP);
}

/* What comes inside is answered through SAs. Returns the reference of the one for all that has none of its own. */
static u32 make_answers(struct klips_client *client)
{
	struct klips_refusal why = { 0 };
	struct klips_sa_config config;
	struct klips_sa_info info;

	outward(&config, KLIPS_PROTO_ESP, KLIPS_MODE_TUNNEL, KLIPS_V4, WIRE_SPI_OUT);
	transform_keys(&config.keys, KLIPS_ENCR_AES_GCM_16, KLIPS_AUTH_NONE, 16);
	add(client, &config, "answers");
	lead(client, &config, KLIPS_V4, 0);
	lead(client, &config, KLIPS_V6, 0);
	make_others(client);
	check(klips_client_sa_get(client, &config.said, &info, &why), "SA", "answers", &why);
	return info.config.ref;
}

/**
 * wire_sas_make() - make all SAs, here and in the module
 * @client: connected to the module
 *
 * Return: the reference of the SA that answers of mast0's go by.
 */
u32 wire_sas_make(struct klips_client *client)
{
	const u32 ref = make_answers(client), mast = mast_id(client);
	struct klips_sa_config config;
	struct klips_refusal why = { 0 };
	unsigned int i;

	for (i = 0; i < wire_sas_count; i++) {
		configure(&config, &wire_sas[i]);
		check(klips_sa_new(&wire_sas[i].sa, &config), "the sender's part", wire_sas[i].name, &why);
		config.flags |= KLIPS_SA_INBOUND;
		if (wire_sas[i].mast) {
			config.if_id = mast;
			config.ref_him = ref;
		}
		add(client, &config, wire_sas[i].name);
	}
	return ref;
}
