/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IP headers: read, made, and mended. RFC 791, 8200, 6040, 4301. */
#ifndef KLIPS_CORE_IP_H
#define KLIPS_CORE_IP_H

#include "sa.h"

#define KLIPS_HEADER_MAX 128 /* bytes of an IP header that are handled in transport mode */

/**
 * struct klips_ip - what the header of a packet says
 * @src: its source
 * @dst: its destination
 * @header: bytes before the payload: the header with options, or with the extension headers that stay before AH or ESP
 * in transport mode (RFC 4303, 3.1.1)
 * @total: bytes of the packet, as the header has it
 * @proto: of the payload
 * @proto_at: offset of the byte that says so
 * @version: KLIPS_V4 or KLIPS_V6
 * @tos: traffic class
 * @ttl: TTL or hop limit
 * @df: IPv4: don't fragment; true in IPv6
 * @fragment: whether it is one, the first or another
 * @first: of the fragments; true without any
 */
struct klips_ip {
	struct klips_addr src;
	struct klips_addr dst;
	u32 header;
	u32 total;
	u32 proto_at;
	u8 version;
	u8 proto;
	u8 tos;
	u8 ttl;
	bool df;
	bool fragment;
	bool first;
};

int klips_ip_read(struct klips_ip *ip, const void *packet, size_t length);
void klips_ip_put(void *packet, const struct klips_ip *ip, u16 id);
u16 klips_checksum(const void *data, size_t length, u32 sum);
u32 klips_checksum_pseudo(const struct klips_addr *src, const struct klips_addr *dst, u8 proto, u32 length);

/* Tunnel: an outer header before skb->data (RFC 4301, 5.1.2; ECN by RFC 6040). @proto is what follows it. */
unsigned int klips_tunnel_head(const struct klips_sa *sa);
int klips_tunnel_encap(const struct klips_sa *sa, struct sk_buff *skb, const struct klips_ip *inner, u8 proto);
/* The other way: skb->data is at the inner header; its ECN and DSCP follow from @outer. -EBADMSG: not to be taken. */
int klips_tunnel_decap(const struct klips_sa *sa, struct sk_buff *skb, const struct klips_ip *outer);

/* At most this much more than the tunnel's header goes before the payload: inner IPv4 options. */
#define KLIPS_BEET_HEAD 48

/*
 * BEET (draft-nikander-esp-beet-mode): the inner header's addresses are the SA's, and not sent. Encap replaces the
 * inner header by the outer one, of @proto; what is to be protected follows it and is of protocol *@next, as in
 * transport mode. Decap: skb->data is at what was protected, of protocol @next; then it is at the inner header.
 */
unsigned int klips_beet_pseudo(unsigned int options); /* bytes that IPv4 options take inside, from theirs */
int klips_beet_encap(const struct klips_sa *sa, struct sk_buff *skb, const struct klips_ip *inner, u8 proto, u8 *next);
int klips_beet_decap(const struct klips_sa *sa, struct sk_buff *skb, const struct klips_ip *outer, u8 next);

/*
 * Transport mode: moves the IP header, of @header bytes, away from its payload, so that there are @gap bytes for ESP,
 * AH or IPCOMP between them (a negative one closes such a gap). skb->data is at the header, before and after. -ENOBUFS:
 * no room. ESP: shift by klips_esp_head(), skb_pull(header + gap), klips_esp_prepare(), klips_crypto_seal(),
 * skb_push(header), mend.
 */
int klips_ip_shift(struct sk_buff *skb, unsigned int header, int gap);
/* Transport mode: after a change of payload, the header's protocol and length (and checksum). skb->data is at it. */
void klips_ip_mend(struct sk_buff *skb, const struct klips_ip *ip, u8 proto);

/* Makes the checksum of TCP or UDP anew: a NAT has changed the addresses. skb->data is at the IP header. */
void klips_ip_sum_anew(struct sk_buff *skb);

/*
 * What an SA may need before and after a packet: an IPv6 header, UDP, ESP with an IV of 16 bytes, 15 bytes of padding
 * with a trailer of 2, and an ICV of 32.
 */
#define KLIPS_SA_OVERHEAD (40 + 8 + 8 + 16 + 15 + 2 + 32)
u32 klips_mtu_choose(u32 phys_mtu);
/* What a packet may have at most so that the outer packet fits @mtu, and the path, with all SAs of the bundle. */
unsigned int klips_bundle_mtu(const struct klips_sa *sa, unsigned int mtu, unsigned int header);
/* The path's MTU as routers told it, in bytes; 0: none did in the last minutes. */
u32 klips_sa_pmtu(const struct klips_sa *sa);

/*
 * An ICMP or ICMPv6 error about @skb, as a whole packet from @from; NULL if there must be none (RFC 1122, 3.2.2; RFC
 * 4443, 2.4). @info: the MTU, or 0.
 */
struct sk_buff *klips_icmp_error(const struct sk_buff *skb, const struct klips_addr *from, u8 type, u8 code, u32 info);

#endif
