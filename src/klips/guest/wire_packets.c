// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * See wire.h. A packet grows from within: what is inside, then one to three SAs around it, each with its IP header if
 * it is a tunnel; anything may be spoilt before it is protected, so that authentication does not keep it out.
 */
#include <netinet/in.h>

#include "guest/wire.h"

#define HEAD_ROOM 512
#define LAYERS	  3
#define BOMB	  (1U << 20) /* bytes that IPCOMP makes a thousand of */

struct ends {
	struct klips_addr src, dst;
};

static struct ends ends(u8 version, bool inside)
{
	return (struct ends){ .src = transform_addr(version, inside ? WIRE_INNER_PEER : WIRE_PEER),
			      .dst = transform_addr(version, inside ? WIRE_INNER_OWN : WIRE_OWN) };
}

static void put_sum(struct sk_buff *skb, u32 at, u8 proto, const struct ends *ends)
{
	u32 sum = proto == IPPROTO_ICMP ? 0 : klips_checksum_pseudo(&ends->src, &ends->dst, proto, skb->len);

	if (skb->len >= at + 2) {
		put_unaligned_be16(0, skb->data + at);
		put_unaligned_be16(klips_checksum(skb->data, skb->len, sum), skb->data + at);
	}
}

/* UDP to a port where nobody is, or to discard. */
static u8 put_udp(struct sk_buff *skb, u32 payload, const struct ends *ends)
{
	u8 *at = skb_put(skb, 8 + payload);

	memset(at, 0, 8 + payload);
	put_unaligned_be16(1024, at);
	put_unaligned_be16(9, at + 2);
	put_unaligned_be16((u16)(8 + payload), at + 4);
	put_sum(skb, 6, IPPROTO_UDP, ends);
	return IPPROTO_UDP;
}

static u8 put_tcp(struct chance *chance, struct sk_buff *skb, u32 payload, const struct ends *ends)
{
	u8 *at = skb_put(skb, 20 + payload);

	chance_fill(chance, at, 20 + payload);
	at[12] = 0x50;
	put_unaligned_be16(chance_one_in(chance, 2) ? 22 : 9, at + 2);
	put_sum(skb, 16, IPPROTO_TCP, ends);
	return IPPROTO_TCP;
}

static u8 put_echo(struct sk_buff *skb, u32 payload, const struct ends *ends)
{
	u8 proto = ends->src.version == KLIPS_V6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP;
	u8 *at = skb_put(skb, 8 + payload);

	memset(at, 0, 8 + payload);
	at[0] = proto == IPPROTO_ICMP ? 8 : 128;
	put_sum(skb, 2, proto, ends);
	return proto;
}

/* A router says that what the module sent was too long; now and then of a packet that it did not send. */
static u8 put_too_big(struct chance *chance, struct sk_buff *skb, const struct ends *ends)
{
	u8 proto = ends->src.version == KLIPS_V6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP, *at = skb_put(skb, 8);
	u32 header = proto == IPPROTO_ICMP ? 20 : 40;

	memset(at, 0, 8);
	at[0] = proto == IPPROTO_ICMP ? 3 : 2;
	at[1] = proto == IPPROTO_ICMP ? 4 : 0;
	put_unaligned_be16((u16)chance_below(chance, 1600), at + 6);
	at = skb_put(skb, header + 16);
	transform_header(at, ends->src.version, WIRE_OWN, WIRE_PEER, header + chance_below(chance, 1500));
	at[header == 20 ? 9 : 6] = KLIPS_PROTO_ESP;
	chance_fill(chance, at + header, 16);
	put_unaligned_be32(WIRE_SPI_OUT, at + header);
	if (chance_one_in(chance, 4))
		chance_mutate(chance, at, header + 16);
	put_sum(skb, 2, proto, ends);
	return proto;
}

static u8 put_any(struct chance *chance, struct sk_buff *skb)
{
	u32 length = chance_below(chance, 128);

	chance_fill(chance, skb_put(skb, length), length);
	return (u8)chance_next(chance);
}

/* What an IP packet carries. Returns its protocol. */
static u8 put_payload(struct chance *chance, struct sk_buff *skb, const struct ends *ends)
{
	u32 length = chance_below(chance, chance_one_in(chance, 8) ? 7000 : 200);

	switch (chance_below(chance, 8)) {
	case 0:
		return put_any(chance, skb);
	case 1:
		return put_too_big(chance, skb, ends);
	case 2:
		return put_tcp(chance, skb, length, ends);
	case 3:
	case 4:
		return put_echo(skb, length, ends);
	default:
		return put_udp(skb, length, ends);
	}
}

static void push_v4(struct chance *chance, struct sk_buff *skb, const struct ends *ends, u8 proto)
{
	u32 options = chance && chance_one_in(chance, 8) ? 4 * chance_below(chance, 11) : 0;
	u8 *at = skb_push(skb, 20 + options);

	memset(at, 0, 20);
	at[0] = (u8)(0x45 + options / 4);
	put_unaligned_be16((u16)skb->len, at + 2);
	at[8] = 64;
	at[9] = proto;
	memcpy(at + 12, ends->src.b, 4);
	memcpy(at + 16, ends->dst.b, 4);
	if (chance) {
		at[1] = (u8)chance_next(chance);
		put_unaligned_be16((u16)chance_next(chance), at + 4);
		put_unaligned_be16(chance_one_in(chance, 8) ? (u16)chance_next(chance) : 0, at + 6);
		memset(at + 20, 1, options);
		if (chance_one_in(chance, 2))
			chance_fill(chance, at + 20, options);
	}
	put_unaligned_be16(klips_checksum(at, 20 + options, 0), at + 10);
}

/* Hop-by-hop, routing, fragment or destination options, in any order. Returns what the header before it names. */
static u8 push_extension(struct chance *chance, struct sk_buff *skb, u8 next)
{
	static const u8 kinds[] = { IPPROTO_HOPOPTS, IPPROTO_ROUTING, IPPROTO_FRAGMENT, IPPROTO_DSTOPTS };
	u8 kind = kinds[chance_below(chance, ARRAY_SIZE(kinds))], more = (u8)chance_below(chance, 3);
	u32 length = kind == IPPROTO_FRAGMENT ? 8 : 8U * (1 + more);
	u8 *at = skb_push(skb, length);

	memset(at, 0, length);
	at[0] = next;
	at[1] = kind == IPPROTO_FRAGMENT ? 0 : more;
	at[2] = 1; /* PadN */
	at[3] = (u8)(length - 4);
	if (kind == IPPROTO_FRAGMENT || chance_one_in(chance, 4))
		chance_fill(chance, at + 2, length - 2);
	return kind;
}

static void push_v6(struct chance *chance, struct sk_buff *skb, const struct ends *ends, u8 proto)
{
	u8 *at;

	while (chance && skb_headroom(skb) > HEAD_ROOM / 2 && chance_one_in(chance, 6))
		proto = push_extension(chance, skb, proto);
	at = skb_push(skb, 40);
	put_unaligned_be32(6U << 28 | (chance ? (u32)chance_next(chance) >> 4 : 0), at);
	put_unaligned_be16((u16)(skb->len - 40), at + 4);
	at[6] = proto;
	at[7] = 64;
	memcpy(at + 8, ends->src.b, 16);
	memcpy(at + 24, ends->dst.b, 16);
}

/* @chance: NULL: a plain header */
static void push_header(struct chance *chance, struct sk_buff *skb, const struct ends *ends, u8 proto)
{
	if (ends->src.version == KLIPS_V6)
		push_v6(chance, skb, ends, proto);
	else
		push_v4(chance, skb, ends, proto);
}

static void spoil(struct chance *chance, struct sk_buff *skb)
{
	u32 length = skb->len;

	chance_mutate(chance, skb->data, length);
	if (chance_one_in(chance, 4)) {
		length = chance_resize(chance, skb->data, length, length + skb_tailroom(skb));
		skb_trim(skb, 0);
		skb_put(skb, length);
	}
}

/* ESP around what there is; what is encrypted, trailer and all, may be spoilt before it is, and again afterwards. */
static int protect_esp(struct chance *chance, const struct wire_sa *to, struct sk_buff *skb, u8 next)
{
	struct klips_job job;
	int err = klips_esp_prepare(to->sa, skb, next, 0, &job);
	u32 head = klips_esp_head(to->sa);

	if (err)
		return err;
	if (chance && chance_one_in(chance, 8))
		chance_mutate(chance, skb->data + head + job.length - min(job.length, 20U), min(job.length, 20U));
	err = klips_crypto_seal(to->sa->crypto, &job, 1);
	if (!err && chance && chance_one_in(chance, 16))
		spoil(chance, skb);
	return err;
}

/* What is far longer than it looks, at times than any packet; it begins as @skb does. */
static int pack_bomb(struct chance *chance, const struct sk_buff *skb, u8 *packed, u32 room)
{
	static u8 bomb[BOMB];
	u32 length = chance_one_in(chance, 2) ? BOMB : 65535 - chance_below(chance, 4096);

	memset(bomb, 0, 64);
	memcpy(bomb, skb->data, min(skb->len, 64U));
	if (chance_one_in(chance, 2))
		put_unaligned_be16((u16)min(length, 65535U), bomb + ((bomb[0] >> 4) == KLIPS_V6 ? 4 : 2));
	return klips_deflate(bomb, length, packed, room);
}

static int protect_comp(struct chance *chance, const struct wire_sa *to, struct sk_buff *skb, u8 next)
{
	u8 packed[WIRE_ROOM];
	int length = chance && chance_one_in(chance, 64) ? pack_bomb(chance, skb, packed, sizeof(packed)) :
							   klips_deflate(skb->data, skb->len, packed, sizeof(packed));

	if (length < 0)
		return length;
	if ((u32)length > skb->len + skb_tailroom(skb))
		return -ENOBUFS;
	if (chance && chance_one_in(chance, 4))
		chance_mutate(chance, packed, (u32)length);
	skb_trim(skb, 0);
	memcpy(skb_put(skb, (u32)length), packed, (size_t)length);
	skb_push(skb, 4);
	skb->data[0] = next;
	skb->data[1] = 0;
	put_unaligned_be16((u16)be32_to_cpu(to->sa->said.spi), skb->data + 2);
	return 0;
}

/* An SA around what there is, of protocol @next, with the IP header that carries it. */
static int protect(struct chance *chance, const struct wire_sa *to, struct sk_buff *skb, u8 next)
{
	struct ends outer = ends(to->outer, false);
	int err = 0;

	switch (to->proto) {
	case KLIPS_PROTO_ESP:
		err = protect_esp(chance, to, skb, next);
		if (!err)
			push_header(chance, skb, &outer, KLIPS_PROTO_ESP);
		return err;
	case KLIPS_PROTO_COMP:
		err = protect_comp(chance, to, skb, next);
		if (!err)
			push_header(chance, skb, &outer, KLIPS_PROTO_COMP);
		return err;
	case KLIPS_PROTO_AH:
		push_header(NULL, skb, &outer, next);
		return klips_ah_seal(to->sa, skb, to->outer == KLIPS_V6 ? 40 : 20);
	default:
		push_header(chance, skb, &outer, next);
		return 0;
	}
}

/* What an SA protects: a packet, or, in transport mode, what one carries. Returns its protocol. */
static u8 put_inside(struct chance *chance, const struct wire_sa *to, struct sk_buff *skb, u32 payload)
{
	bool tunnel = to->mode == KLIPS_MODE_TUNNEL;
	struct ends inner = ends(to->inner, to->mode != KLIPS_MODE_TRANSPORT);
	u8 proto = chance ? put_payload(chance, skb, &inner) : put_udp(skb, payload, &inner);

	if (!tunnel)
		return proto;
	push_header(chance, skb, &inner, proto);
	return to->inner == KLIPS_V6 ? IPPROTO_IPV6 : IPPROTO_IPIP;
}

/**
 * wire_good() - a packet that the module has to take
 * @to: by which SA
 * @payload: bytes of UDP inside
 *
 * Return: the packet, the caller's; NULL: no memory.
 */
struct sk_buff *wire_good(const struct wire_sa *to, u32 payload)
{
	struct sk_buff *skb = klips_skb_new(HEAD_ROOM, WIRE_ROOM);
	u8 next;

	if (!skb)
		return NULL;
	next = put_inside(NULL, to, skb, payload);
	if (!protect(NULL, to, skb, next))
		return skb;
	kfree_skb(skb);
	return NULL;
}

static const struct wire_sa *any_sa(struct chance *chance)
{
	return &wire_sas[chance_below(chance, wire_sas_count)];
}

/* What came out of one SA goes into another: whole, or without its IP header as transport mode has it. */
static u8 strip(struct chance *chance, struct sk_buff *skb)
{
	struct klips_ip ip;

	if (chance_one_in(chance, 2) && !klips_ip_read(&ip, skb->data, skb->len)) {
		skb_pull(skb, ip.header);
		return ip.proto;
	}
	return skb->len && skb->data[0] >> 4 == KLIPS_V6 ? IPPROTO_IPV6 : IPPROTO_IPIP;
}

/* IPv4's checksum, which the kernel looks at before the module sees anything. */
static void mend(struct chance *chance, struct sk_buff *skb)
{
	u32 header;

	if (skb->len < 20 || skb->data[0] >> 4 != KLIPS_V4 || chance_one_in(chance, 16))
		return;
	header = min((skb->data[0] & 15U) * 4, skb->len);
	if (!chance_one_in(chance, 16))
		put_unaligned_be16((u16)skb->len, skb->data + 2);
	put_unaligned_be16(0, skb->data + 10);
	put_unaligned_be16(klips_checksum(skb->data, header, 0), skb->data + 10);
}

/* What is in UDP beside ESP: the byte that keeps NATs awake, IKE's marker, and what is too short for either. */
static struct sk_buff *make_short(struct chance *chance)
{
	const struct ends outer = ends(chance_one_in(chance, 3) ? KLIPS_V6 : KLIPS_V4, false);
	struct sk_buff *skb = klips_skb_new(HEAD_ROOM, WIRE_ROOM);
	u32 length = chance_below(chance, 24);

	if (!skb)
		return NULL;
	if (chance_one_in(chance, 2)) {
		*(u8 *)skb_put(skb, 1) = 0xff;
	} else {
		memset(skb_put(skb, length), 0, length);
		if (length > 4 && chance_one_in(chance, 2))
			chance_fill(chance, skb->data + 4, length - 4);
	}
	push_header(chance, skb, &outer, KLIPS_PROTO_ESP);
	return skb;
}

/* A packet between two ends, as no SA made it. */
static struct sk_buff *make_plain(struct chance *chance, const struct ends *ends)
{
	struct sk_buff *skb = klips_skb_new(HEAD_ROOM, WIRE_ROOM);

	if (!skb)
		return NULL;
	push_header(chance, skb, ends, put_payload(chance, skb, ends));
	if (chance_one_in(chance, 4))
		spoil(chance, skb);
	return skb;
}

/* What should have come through an SA, but comes in clear. */
static struct sk_buff *make_clear(struct chance *chance)
{
	const struct ends inner = ends(chance_one_in(chance, 3) ? KLIPS_V6 : KLIPS_V4, true);

	return make_plain(chance, &inner);
}

/**
 * wire_outgoing() - a packet that the module is to send, good or not
 * @chance: what it follows from
 *
 * Return: the packet, the caller's; NULL: none.
 */
struct sk_buff *wire_outgoing(struct chance *chance)
{
	const struct ends back = ends(chance_one_in(chance, 3) ? KLIPS_V6 : KLIPS_V4, true);
	const struct ends inner = { .src = back.dst, .dst = back.src };

	return make_plain(chance, &inner);
}

/**
 * wire_bad() - a packet that may be anything, but most often comes far into the module
 * @chance: what it follows from
 * @in_udp: gets whether it is to go in UDP
 *
 * Return: the packet, the caller's; NULL: none.
 */
struct sk_buff *wire_bad(struct chance *chance, bool *in_udp)
{
	const struct wire_sa *to = any_sa(chance);
	u32 layers = chance_one_in(chance, 4) ? 1 + chance_below(chance, LAYERS) : 1;
	struct sk_buff *skb;
	u8 next;

	*in_udp = chance_one_in(chance, 64);
	if (*in_udp)
		return make_short(chance);
	if (chance_one_in(chance, 64))
		return make_clear(chance);
	skb = klips_skb_new(HEAD_ROOM, WIRE_ROOM);
	if (!skb)
		return NULL;
	next = put_inside(chance, to, skb, 0);
	if (chance_one_in(chance, 3))
		spoil(chance, skb);
	for (;;) {
		if (skb_headroom(skb) < HEAD_ROOM / 4 || protect(chance, to, skb, next)) {
			kfree_skb(skb);
			return NULL;
		}
		if (!--layers)
			break;
		next = strip(chance, skb);
		to = any_sa(chance);
	}
	if (chance_one_in(chance, 3)) {
		spoil(chance, skb);
		mend(chance, skb);
	}
	*in_udp = to->natt != chance_one_in(chance, 32);
	return skb;
}
