/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Some packets of one SA on their way through KLIPS, out or in; it lives until the last transform is done. */
#ifndef KLIPS_CORE_PASS_H
#define KLIPS_CORE_PASS_H

#include "klips.h"

#define KLIPS_PROTO_UDP	 17
#define KLIPS_PROTO_IPV6 41

#define KLIPS_DEPTH	 4 /* bundles or tunnels within each other, before it counts as a loop */

/*
 * A byte of skb->cb, behind the device that hold.c keeps there: that this host cut the datagram to the MTU of an ipsecN
 * before it was put together again. It may be cut outside instead, whatever IPv6 or DF say.
 */
#define KLIPS_CB_WHOLE sizeof(struct klips_dev *)

/**
 * struct klips_pass - packets that go through SAs together; owns them
 * @klips: where
 * @dev: the ipsecN that they came by
 * @sa: the SA that is at work: under rcu_read_lock(), and referenced while cryptography goes on without it
 * @count: packets of skbs[]; jobs[] and numbers[] go with them
 * @header: bytes of each packet's header that stays before ESP, AH or IPCOMP (transport mode); 0 in tunnel mode
 * @next: protocol of what is, or was, protected
 * @inner: outbound: the header of what is protected; inbound: that of what protects
 * @udp: inbound: how they came; outbound: how they go
 * @in_udp: inbound: whether they came in UDP
 * @mtu: outbound: bytes of a packet that fit the path through the bundle
 * @depth: bundles that they went through
 * @now: when it began, in monotonic nanoseconds, some milliseconds early
 * @numbers: inbound: each packet's whole sequence number
 * @results: inbound: what came of opening each: 0 or an error
 * @skbs: the packets
 * @room: what cryptography may use
 * @jobs: what is asked of cryptography, one a packet; behind them is the memory of all that
 */
struct klips_pass {
	struct klips *klips;
	struct klips_dev *dev;
	struct klips_sa *sa;
	struct klips_udp udp;
	bool in_udp;
	u8 depth;
	u32 mtu;
	u64 now;
	u32 count;
	u8 *next;
	u32 *header;
	u64 *numbers;
	int *results;
	struct sk_buff **skbs;
	struct klips_ip *inner;
	struct klips_room *room;
	struct klips_job jobs[];
};

/* What follows an IP header where a whole packet of that version is inside. */
static inline u8 klips_proto_inside(const struct klips_ip *inner)
{
	return inner->version == KLIPS_V6 ? KLIPS_PROTO_IPV6 : KLIPS_PROTO_IPIP;
}

static inline bool klips_is_ipsec(u8 proto)
{
	return proto == KLIPS_PROTO_ESP || proto == KLIPS_PROTO_AH || proto == KLIPS_PROTO_COMP;
}

/* Whether a flow is IKE's by one of its ports, with NAT or without: RFC 7296, 2.23. */
static inline bool klips_is_ike(const struct klips *klips, const struct klips_flow *flow, __be16 port)
{
	return flow->proto == KLIPS_PROTO_UDP && flow->ports && klips_has_ike_port(klips, be16_to_cpu(port));
}

struct klips_pass *klips_pass_new(struct klips *klips, struct klips_dev *dev, struct sk_buff **skbs,
				  unsigned int count);
void klips_pass_free(struct klips_pass *pass);
void klips_pass_drop(struct klips_pass *pass, unsigned int index, atomic64_t *counter);
void klips_pass_drop_all(struct klips_pass *pass, atomic64_t *counter);
unsigned int klips_pass_compact(struct klips_pass *pass);
struct klips_pass *klips_pass_split(struct klips_pass *pass, const bool *which);
void klips_pass_room(const struct klips_sa *sa, unsigned int *head, unsigned int *tail);
void klips_pass_route(struct klips_pass *pass);
void klips_pass_leave(struct klips_pass *pass, struct klips_sa *last);
void klips_pass_enter(struct klips_pass *pass, const struct klips_said *said);
void klips_pass_enter_sa(struct klips_pass *pass, struct klips_sa *first);
void klips_pass_mast(struct klips_pass *pass, const struct klips_flow *flow);
struct klips_sa *klips_mast_sa(struct klips *klips, u32 mark);
void klips_pass_send(struct klips_pass *pass);
void klips_pass_end(struct klips_pass *pass, atomic64_t *counter);
void klips_pass_refuse(struct klips_pass *pass, u32 index, u8 type, u8 code, u32 info);
void klips_free_skbs(struct sk_buff **skbs, unsigned int count);

#endif
