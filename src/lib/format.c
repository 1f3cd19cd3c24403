// SPDX-License-Identifier: GPL-2.0-or-later
#include "format.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define HOST_TEXT 56

/**
 * struct row - text that grows, and is cut off where its memory ends
 * @text: its memory
 * @size: of that
 * @used: bytes that it has, or would have had
 */
struct row {
	char *text;
	size_t size;
	size_t used;
};

static void add(struct row *row, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add(struct row *row, const char *format, ...)
{
	size_t left = row->used < row->size ? row->size - row->used : 0;
	va_list args;

	va_start(args, format);
	row->used += (size_t)vsnprintf(left ? row->text + row->used : NULL, left, format, args);
	va_end(args);
}

/**
 * klips_print_net() - a prefix as text: ADDRESS/LENGTH, and :PORT if there is one
 * @text: gets it
 * @size: KLIPS_NET_TEXT does for all
 * @addr: the address
 * @bits: of the prefix
 * @port: in network byte order
 */
int klips_print_net(char *text, size_t size, const struct klips_addr *addr, u8 bits, __be16 port)
{
	char host[HOST_TEXT];

	klips_addr_print(host, sizeof(host), addr);
	if (port)
		return snprintf(text, size, "%s/%u:%u", host, bits, be16_to_cpu(port));
	return snprintf(text, size, "%s/%u", host, bits);
}

/**
 * format_eroute() - a row of ipsec eroute: packets, source, destination, and where it leads
 * @text: gets it
 * @size: bytes of it
 * @info: the SA
 */
int format_eroute(char *text, size_t size, const struct klips_eroute_info *info)
{
	const struct klips_selector *sel = &info->selector;
	char src[KLIPS_NET_TEXT], dst[KLIPS_NET_TEXT], said[KLIPS_SAID_TEXT];
	struct row row = { text, size, 0 };

	klips_print_net(src, sizeof(src), &sel->src, sel->src_bits, sel->sport);
	klips_print_net(dst, sizeof(dst), &sel->dst, sel->dst_bits, sel->dport);
	klips_said_print(said, sizeof(said), &info->said);
	add(&row, "%-10llu %-18s -> %-18s => %s", (unsigned long long)info->count, src, dst, said);
	if (sel->proto)
		add(&row, ":%u", sel->proto);
	return (int)row.used;
}

/* KLIPS's words for algorithms are older than IANA's. */
static const struct {
	const char *name;
	const char *word;
} words[] = {
	{ "3des", "3DES" },
	{ "aes-cbc", "AES" },
	{ "hmac-md5-96", "HMAC_MD5" },
	{ "hmac-sha1-96", "HMAC_SHA1" },
};

static void add_word(struct row *row, const char *name)
{
	size_t i;

	add(row, "_");
	for (i = 0; i < ARRAY_SIZE(words); i++) {
		if (!strcmp(words[i].name, name)) {
			add(row, "%s", words[i].word);
			return;
		}
	}
	for (; *name; name++)
		add(row, "%c", *name == '-' ? '_' : *name >= 'a' && *name <= 'z' ? *name - 'a' + 'A' : *name);
}

static void add_xform(struct row *row, const struct klips_sa_config *config)
{
	switch (config->said.proto) {
	case KLIPS_PROTO_ESP:
		add(row, "ESP");
		break;
	case KLIPS_PROTO_AH:
		add(row, "AH");
		break;
	case KLIPS_PROTO_COMP:
		add(row, "COMP_DEFLATE");
		break;
	default:
		add(row, "IPIP");
	}
	if (config->keys.encr != KLIPS_ENCR_NONE)
		add_word(row, klips_encr(config->keys.encr)->name);
	if (config->keys.auth != KLIPS_AUTH_NONE)
		add_word(row, klips_auth(config->keys.auth)->name);
}

static void add_policy(struct row *row, const struct klips_selector *sel)
{
	char src[KLIPS_NET_TEXT], dst[KLIPS_NET_TEXT];

	if (!sel->src.version)
		return;
	klips_print_net(src, sizeof(src), &sel->src, sel->src_bits, sel->sport);
	klips_print_net(dst, sizeof(dst), &sel->dst, sel->dst_bits, sel->dport);
	add(row, " policy=%s->%s", src, dst);
	if (sel->proto)
		add(row, ":%u", sel->proto);
}

static void add_count(struct row *row, const char *name, u64 count)
{
	if (count)
		add(row, " %s=%llu", name, (unsigned long long)count);
}

static void add_replay(struct row *row, const struct klips_sa_info *info)
{
	bool in = info->config.flags & KLIPS_SA_INBOUND;

	add_count(row, "ooowin", info->config.window);
	add_count(row, "ooo_errs", info->errors.replay);
	add_count(row, "seq", in ? info->replay_top : info->seq);
	if (in && info->replay_bits)
		add(row, " bit=0x%llx", (unsigned long long)info->replay_bits);
	if (info->config.flags)
		add(row, " flags=0x%x", info->config.flags);
}

static void add_lengths(struct row *row, const struct klips_sa_info *info)
{
	const struct klips_keys *keys = &info->config.keys;
	const struct klips_encr_desc *encr = klips_encr(keys->encr);
	const struct klips_auth_desc *auth = klips_auth(keys->auth);

	add_count(row, "alen", 8ULL * (auth->icv ? auth->icv : encr->icv));
	add_count(row, "aklen", 8ULL * auth->key);
	add_count(row, "auth_errs", info->errors.auth);
	add_count(row, "encr_size_errs", info->errors.size);
	add_count(row, "encr_pad_errs", info->errors.pad);
	add_count(row, "policy_errs", info->errors.policy);
}

static void add_life(struct row *row, const char *name, u64 now, u64 soft, u64 hard)
{
	if (now || soft || hard)
		add(row, "%s(%llu,%llu,%llu)", name, (unsigned long long)now, (unsigned long long)soft,
		    (unsigned long long)hard);
}

static void add_lives(struct row *row, const struct klips_sa_info *info)
{
	const struct klips_limits *now = &info->spent, *soft = &info->config.soft, *hard = &info->config.hard;

	add(row, " life(c,s,h)=");
	add_life(row, "bytes", now->bytes, soft->bytes, hard->bytes);
	add_life(row, "addtime", now->addtime, soft->addtime, hard->addtime);
	add_life(row, "usetime", now->usetime, soft->usetime, hard->usetime);
	add_life(row, "packets", now->packets, soft->packets, hard->packets);
	if (now->packets)
		add(row, " idle=%llu", (unsigned long long)info->idle);
}

/**
 * format_sa() - a row of ipsec spi
 * @text: gets it
 * @size: bytes of it
 * @info: the SA
 */
int format_sa(char *text, size_t size, const struct klips_sa_info *info)
{
	const struct klips_sa_config *config = &info->config;
	char said[KLIPS_SAID_TEXT], src[KLIPS_SAID_TEXT] = "0.0.0.0";
	struct row row = { text, size, 0 };
	unsigned int i;

	klips_said_print(said, sizeof(said), &config->said);
	if (config->src.version)
		klips_addr_print(src, sizeof(src), &config->src);
	add(&row, "%s ", said);
	add_xform(&row, config);
	add(&row, ": dir=%s src=%s", config->flags & KLIPS_SA_INBOUND ? "in " : "out", src);
	add_policy(&row, &config->selector);
	for (i = 0; i < config->more_count; i++)
		add_policy(&row, &config->more[i]);
	if (klips_encr(config->keys.encr)->iv)
		add(&row, " iv_bits=%ubits", 8 * klips_encr(config->keys.encr)->iv);
	add_replay(&row, info);
	add_lengths(&row, info);
	add_lives(&row, info);
	add(&row, " natencap=%s natsport=%u natdport=%u", config->natt == KLIPS_NATT_NONESP ? "nonesp" : "none",
	    config->natt_sport, config->natt_dport);
	add(&row, " refcount=%u ref=%u refhim=%u", info->refcount, config->ref, config->ref_him);
	if (config->if_id)
		add(&row, " outif=%u", config->if_id);
	return (int)row.used;
}

/**
 * format_group() - a row of ipsec spigrp: an SA, and those that follow in its bundle
 * @text: gets it
 * @size: bytes of it
 * @info: the SA
 */
int format_group(char *text, size_t size, const struct klips_sa_info *info)
{
	struct row row = { text, size, 0 };
	char said[KLIPS_SAID_TEXT];
	unsigned int i;

	klips_said_print(said, sizeof(said), &info->config.said);
	add(&row, "%s", said);
	for (i = 0; i < info->group_count; i++) {
		klips_said_print(said, sizeof(said), &info->group[i]);
		add(&row, " %s", said);
	}
	return (int)row.used;
}

/**
 * format_dev() - a row of ipsec tncfg: a device, where it is attached, its MTU, and (twice, as ever) the other's
 * @text: gets it
 * @size: bytes of it
 * @info: the SA
 */
int format_dev(char *text, size_t size, const struct klips_dev_info *info)
{
	struct row row = { text, size, 0 };

	add(&row, "%s -> %s mtu=%u(%u) -> %u", info->name, info->phys[0] ? info->phys : "NULL",
	    info->mtu ? info->mtu : info->phys_mtu, info->phys_mtu, info->phys_mtu);
	return (int)row.used;
}
