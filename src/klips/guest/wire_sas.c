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

/* What comes inside is answered through an SA whose other end nobody has. */
static void make_answers(struct klips_client *client)
{
	struct klips_selector sel = between(KLIPS_V4, WIRE_INNER_OWN, WIRE_INNER_PEER);
	struct klips_sa_config config;
	struct klips_refusal why = { 0 };

	transform_config(&config, KLIPS_PROTO_ESP, KLIPS_MODE_TUNNEL, KLIPS_V4, KLIPS_V4);
	transform_keys(&config.keys, KLIPS_ENCR_AES_GCM_16, KLIPS_AUTH_NONE, 16);
	config.said.spi = cpu_to_be32(WIRE_SPI_OUT);
	config.said.dst = transform_addr(KLIPS_V4, WIRE_PEER);
	config.src = transform_addr(KLIPS_V4, WIRE_OWN);
	config.window = 0;
	check(klips_client_sa_add(client, &config, &why), "SA", "answers", &why);
	check(klips_client_eroute_set(client, &sel, &config.said, false, &why), "eroute", "answers", &why);
	sel = between(KLIPS_V6, WIRE_INNER_OWN, WIRE_INNER_PEER);
	check(klips_client_eroute_set(client, &sel, &config.said, false, &why), "eroute", "answers", &why);
}

/**
 * wire_sas_make() - make all SAs, here and in the module
 * @client: connected to the module
 */
void wire_sas_make(struct klips_client *client)
{
	struct klips_sa_config config;
	struct klips_refusal why = { 0 };
	unsigned int i;

	for (i = 0; i < wire_sas_count; i++) {
		configure(&config, &wire_sas[i]);
		check(klips_sa_new(&wire_sas[i].sa, &config), "the sender's part", wire_sas[i].name, &why);
		config.flags |= KLIPS_SA_INBOUND;
		check(klips_client_sa_add(client, &config, &why), "SA", wire_sas[i].name, &why);
	}
	make_answers(client);
}
