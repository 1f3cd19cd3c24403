// SPDX-License-Identifier: GPL-2.0-or-later
/* See transform.h. */
#include "tests/transform.h"

static int digit(char c)
{
	return c >= 'a' ? c - 'a' + 10 : c - '0';
}

u32 transform_hex(const char *text, u8 *to, u32 room)
{
	u32 n = 0;

	for (; *text && n < room; text++) {
		if (*text == ' ')
			continue;
		to[n++] = (u8)(digit(text[0]) << 4 | digit(text[1]));
		text++;
	}
	return n;
}

struct klips_addr transform_addr(u8 version, u8 last)
{
	static const u8 v6[16] = { 0x20, 0x01, 0x0d, 0xb8 };
	struct klips_addr addr = version == KLIPS_V6 ? klips_addr_v6(v6) : klips_addr_v4(cpu_to_be32(0xc0000200));

	addr.b[version == KLIPS_V6 ? 15 : 3] = last;
	return addr;
}

void transform_keys(struct klips_keys *keys, enum klips_encr encr, enum klips_auth auth, u8 key)
{
	u32 i;

	memset(keys, 0, sizeof(*keys));
	keys->encr = encr;
	keys->auth = auth;
	keys->encr_length = key + klips_encr(encr)->salt;
	keys->auth_length = klips_auth(auth)->key;
	for (i = 0; i < keys->encr_length; i++)
		keys->encr_key[i] = (u8)(i * 7 + 1);
	for (i = 0; i < keys->auth_length; i++)
		keys->auth_key[i] = (u8)(i * 5 + 3);
}

void transform_config(struct klips_sa_config *config, u8 proto, enum klips_mode mode, u8 inner, u8 outer)
{
	memset(config, 0, sizeof(*config));
	config->said.proto = proto;
	config->said.spi = cpu_to_be32(proto == KLIPS_PROTO_COMP ? 0x1234 : TRANSFORM_SPI);
	config->said.dst = transform_addr(outer, 2);
	config->src = transform_addr(outer, 1);
	config->mode = mode;
	config->state = KLIPS_SA_MATURE;
	config->window = 64;
	if (mode == KLIPS_MODE_BEET) {
		config->inner_src = transform_addr(inner, 11);
		config->inner_dst = transform_addr(inner, 12);
	}
}

struct sk_buff *transform_skb(const void *data, u32 length)
{
	struct sk_buff *skb = klips_skb_new(TRANSFORM_ROOM, length + TRANSFORM_ROOM);

	if (skb)
		memcpy(skb_put(skb, length), data, length);
	return skb;
}

u32 transform_header(u8 *at, u8 version, u8 from, u8 to, u32 length)
{
	struct klips_addr src = transform_addr(version, from), dst = transform_addr(version, to);
	u32 header = version == KLIPS_V6 ? 40 : 20;

	memset(at, 0, header);
	if (version == KLIPS_V6) {
		put_unaligned_be32(6U << 28, at);
		put_unaligned_be16((u16)(length - header), at + 4);
		at[6] = 17;
		at[7] = 64;
		memcpy(at + 8, src.b, 16);
		memcpy(at + 24, dst.b, 16);
		return header;
	}
	at[0] = 0x45;
	put_unaligned_be16((u16)length, at + 2);
	at[8] = 64;
	at[9] = 17;
	memcpy(at + 12, src.b, 4);
	memcpy(at + 16, dst.b, 4);
	put_unaligned_be16(klips_checksum(at, header, 0), at + 10);
	return header;
}

struct sk_buff *transform_packet(u8 version, u32 length)
{
	struct sk_buff *skb = klips_skb_new(TRANSFORM_ROOM, length + TRANSFORM_ROOM);
	u8 *at = skb_put(skb, length);
	u32 header = transform_header(at, version, 11, 12, length);

	memset(at + header, 0, length - header);
	return skb;
}

static int seal_esp(struct klips_sa *sa, struct sk_buff *skb, struct klips_ip *ip)
{
	bool tunnel = sa->mode == KLIPS_MODE_TUNNEL;
	u8 next = tunnel ? (ip->version == KLIPS_V6 ? 41 : 4) : ip->proto;
	int head = (int)klips_esp_head(sa), err = 0;
	struct klips_job job;

	if (sa->mode == KLIPS_MODE_BEET) {
		err = klips_beet_encap(sa, skb, ip, KLIPS_PROTO_ESP, &next);
		if (!err)
			err = klips_ip_read(ip, skb->data, skb->len);
	}
	if (!err && !tunnel)
		err = klips_ip_shift(skb, ip->header, head);
	if (err)
		return err;
	if (!tunnel)
		skb_pull(skb, ip->header + (u32)head);
	err = klips_esp_prepare(sa, skb, next, sa->tfc, &job);
	if (!err)
		err = klips_crypto_seal(sa->crypto, &job, 1);
	if (err || tunnel)
		return err ? err : klips_tunnel_encap(sa, skb, ip, KLIPS_PROTO_ESP);
	skb_push(skb, ip->header);
	klips_ip_mend(skb, ip, KLIPS_PROTO_ESP);
	return 0;
}

static int seal_ipcomp(struct klips_sa *sa, struct sk_buff *skb, struct klips_ip *ip)
{
	bool tunnel = sa->mode == KLIPS_MODE_TUNNEL;
	u8 next = tunnel ? (ip->version == KLIPS_V6 ? 41 : 4) : ip->proto;
	u32 header = tunnel ? 0 : ip->header;
	int done;

	skb_pull(skb, header);
	done = klips_ipcomp_seal(sa, skb, next);
	if (done < 0)
		return done;
	if (tunnel)
		return klips_tunnel_encap(sa, skb, ip, done ? KLIPS_PROTO_COMP : next);
	skb_push(skb, header);
	klips_ip_mend(skb, ip, done ? KLIPS_PROTO_COMP : next);
	return 0;
}

int transform_seal(struct klips_sa *sa, struct sk_buff *skb)
{
	bool tunnel = sa->mode == KLIPS_MODE_TUNNEL || sa->said.proto == KLIPS_PROTO_IPIP;
	struct klips_ip ip;
	int err = klips_ip_read(&ip, skb->data, skb->len);

	if (err)
		return err;
	if (sa->said.proto == KLIPS_PROTO_ESP)
		return seal_esp(sa, skb, &ip);
	if (sa->said.proto == KLIPS_PROTO_COMP)
		return seal_ipcomp(sa, skb, &ip);
	if (tunnel)
		err = klips_tunnel_encap(sa, skb, &ip, ip.version == KLIPS_V6 ? 41 : 4);
	if (err || sa->said.proto == KLIPS_PROTO_IPIP)
		return err;
	return klips_ah_seal(sa, skb, tunnel ? klips_tunnel_head(sa) : ip.header);
}

static int open_esp(struct klips_sa *sa, struct sk_buff *skb, const struct klips_ip *ip)
{
	int head = (int)klips_esp_head(sa), err, result;
	struct klips_job job;
	u64 number;
	u8 next;

	skb_pull(skb, ip->header);
	err = klips_esp_parse(sa, skb, &job, &number);
	if (!err)
		err = klips_crypto_open(sa->crypto, &job, &result, 1);
	if (!err)
		err = result;
	if (!err)
		err = klips_esp_finish(sa, skb, &job, number, &next);
	if (err)
		return err;
	if (sa->mode == KLIPS_MODE_BEET)
		return klips_beet_decap(sa, skb, ip, next);
	if (sa->mode == KLIPS_MODE_TUNNEL)
		return next == 4 || next == 41 ? klips_tunnel_decap(sa, skb, ip) : -EBADMSG;
	skb_push(skb, ip->header + (u32)head);
	err = klips_ip_shift(skb, ip->header, -head);
	klips_ip_mend(skb, ip, next);
	return err;
}

static int open_ipcomp(struct klips_sa *sa, struct sk_buff **skb, const struct klips_ip *ip)
{
	u8 saved[KLIPS_HEADER_MAX], next;
	int err;

	memcpy(saved, (*skb)->data, min_t(size_t, ip->header, sizeof(saved)));
	skb_pull(*skb, ip->header);
	err = klips_ipcomp_open(sa, skb, ip->header, &next);
	if (err)
		return err;
	if (sa->mode == KLIPS_MODE_TUNNEL)
		return klips_tunnel_decap(sa, *skb, ip);
	memcpy(skb_push(*skb, ip->header), saved, ip->header);
	klips_ip_mend(*skb, ip, next);
	return 0;
}

int transform_open(struct klips_sa *sa, struct sk_buff **skb)
{
	struct klips_ip ip;
	int err = klips_ip_read(&ip, (*skb)->data, (*skb)->len);

	if (err)
		return err;
	skb_trim(*skb, ip.total);
	if (sa->said.proto != KLIPS_PROTO_IPIP && ip.proto != sa->said.proto)
		return -EPROTO;
	if (sa->said.proto == KLIPS_PROTO_ESP)
		return open_esp(sa, *skb, &ip);
	if (sa->said.proto == KLIPS_PROTO_COMP)
		return open_ipcomp(sa, skb, &ip);
	if (sa->said.proto == KLIPS_PROTO_AH) {
		err = klips_ah_open(sa, *skb, ip.header);
		if (err || sa->mode != KLIPS_MODE_TUNNEL)
			return err;
		err = klips_ip_read(&ip, (*skb)->data, (*skb)->len);
		if (err)
			return err;
	}
	skb_pull(*skb, ip.header);
	return klips_tunnel_decap(sa, *skb, &ip);
}
