// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The way out. Packets of one flow come to an ipsecN; their eroute says what becomes of them: a shunt, or a bundle of
 * SAs (xmit.c). With a mastN it is their mark that says so (mast.c). What comes out of a bundle is a flow of its own,
 * which may have an eroute again.
 */
#include "debug.h"
#include "hold.h"
#include "pass.h"

/**
 * klips_pass_send() - packets leave by the physical device
 * @pass: them; it ends
 */
void klips_pass_send(struct klips_pass *pass)
{
	struct klips *klips = pass->klips;
	struct klips_dev *dev = pass->dev;
	u64 bytes = 0;
	u32 i;

	if (!READ_ONCE(dev->phys_mtu)) {
		klips_pass_drop_all(pass, &dev->stats.errors[1]);
	} else {
		for (i = 0; i < pass->count; i++)
			bytes += pass->skbs[i]->len;
		this_cpu_add(dev->traffic->packets[1], pass->count);
		this_cpu_add(dev->traffic->bytes[1], bytes);
		klips->ops->send(klips, dev, pass->skbs, pass->count, pass->in_udp ? &pass->udp : NULL);
		pass->count = 0;
	}
	klips_pass_free(pass);
}

/**
 * klips_pass_end() - drop packets on their way out
 * @pass: them; it ends
 * @counter: counts them, as the device does
 */
void klips_pass_end(struct klips_pass *pass, atomic64_t *counter)
{
	atomic64_add(pass->count, &pass->dev->stats.dropped[1]);
	klips_pass_drop_all(pass, counter);
	klips_pass_free(pass);
}

/**
 * klips_pass_refuse() - send an ICMP error about a packet; it comes from the device that the packet was sent to
 * @pass: the packets
 * @index: which of them
 * @type: of ICMP or ICMPv6; see klips_icmp_error()
 * @code: likewise
 * @info: likewise
 */
void klips_pass_refuse(struct klips_pass *pass, u32 index, u8 type, u8 code, u32 info)
{
	struct klips_ip ip;
	struct sk_buff *error;

	if (klips_ip_read(&ip, pass->skbs[index]->data, pass->skbs[index]->len))
		return;
	error = klips_icmp_error(pass->skbs[index], &ip.dst, type, code, info);
	if (error)
		pass->klips->ops->receive(pass->klips, pass->dev, &error, 1);
}

static void reject(struct klips_pass *pass)
{
	u32 i;

	for (i = 0; i < pass->count; i++) {
		if (pass->skbs[i]->data[0] >> 4 == KLIPS_V6)
			klips_pass_refuse(pass, i, 1, 1, 0); /* RFC 4443, 3.1: administratively prohibited */
		else
			klips_pass_refuse(pass, i, 3, 13, 0); /* RFC 1812, 5.2.7.1: the same */
	}
	klips_pass_end(pass, &pass->klips->stats.rejected);
}

/* The first packet asks; the others of the flow meet the %hold that there is then, or are too many. */
static void trapped(struct klips_pass *pass, struct klips_eroute *er, const struct klips_flow *flow)
{
	bool subnet = be32_to_cpu(er->said.spi) == KLIPS_SHUNT_TRAPSUBNET;
	struct klips *klips = pass->klips;
	u32 i;

	klips_hold_trapped(klips, pass->dev, &er->selector, subnet, flow, pass->skbs[0]);
	pass->skbs[0] = NULL;
	er = pass->count > 1 ? klips_eroute_find(klips->eroutes, flow) : NULL;
	for (i = 1; i < pass->count; i++) {
		if (er && er->said.proto == KLIPS_PROTO_INT && be32_to_cpu(er->said.spi) == KLIPS_SHUNT_HOLD) {
			klips_hold_keep(klips, pass->dev, er, pass->skbs[i]);
			pass->skbs[i] = NULL;
		} else {
			klips_pass_drop(pass, i, &klips->stats.hold_dropped);
		}
	}
}

static void shunt(struct klips_pass *pass, struct klips_eroute *er, const struct klips_flow *flow)
{
	struct klips *klips = pass->klips;
	u32 spi = be32_to_cpu(er->said.spi), i;

	switch (spi) {
	case KLIPS_SHUNT_PASS:
		this_cpu_add(*klips->passed, pass->count);
		klips_pass_send(pass);
		return;
	case KLIPS_SHUNT_REJECT:
		reject(pass);
		return;
	case KLIPS_SHUNT_HOLD:
		for (i = 0; i < pass->count; i++)
			klips_hold_keep(klips, pass->dev, er, pass->skbs[i]);
		break;
	case KLIPS_SHUNT_TRAP:
	case KLIPS_SHUNT_TRAPSUBNET:
		trapped(pass, er, flow);
		break;
	default:
		klips_pass_end(pass, &klips->stats.dropped);
		return;
	}
	pass->count = 0;
	klips_pass_free(pass);
}

/* What protects others must not need protection itself: IKE, and what an eroute's own bundle has made. */
static bool is_exempt(struct klips *klips, const struct klips_flow *flow, const struct klips_eroute *er)
{
	if (!klips_is_ike(klips, flow, flow->sport) && !klips_is_ipsec(flow->proto))
		return false;
	if (er && !klips_addr_is_unspecified(&er->said.dst) && !klips_addr_equal(&er->said.dst, &flow->dst))
		return false;
	return klips->ops->is_local(klips, &flow->src);
}

static void treat(struct klips_pass *pass, struct klips_eroute *er, const struct klips_flow *flow)
{
	atomic64_add(pass->count, &er->count);
	WRITE_ONCE(er->used, pass->now);
	if (er->said.proto == KLIPS_PROTO_INT)
		shunt(pass, er, flow);
	else
		klips_pass_enter(pass, &er->said);
}

/* @sa: NULL: there is none */
static bool keeps_header(const struct klips_sa *sa)
{
	return sa && sa->mode != KLIPS_MODE_TUNNEL && sa->said.proto != KLIPS_PROTO_IPIP;
}

/* What keeps packets may give them to any SA later; and where eroutes have ports only the datagram knows its own. */
static bool is_for_whole(struct klips *klips, const struct klips_eroute *er)
{
	u32 spi = be32_to_cpu(er->said.spi);

	if (er->said.proto == KLIPS_PROTO_INT)
		return spi == KLIPS_SHUNT_HOLD || spi == KLIPS_SHUNT_TRAP || spi == KLIPS_SHUNT_TRAPSUBNET ||
		       klips_eroute_is_doubtful(klips->eroutes, er);
	return keeps_header(klips_sadb_find(klips->sadb, &er->said));
}

/*
 * Whether a fragment must wait for the others of its datagram: transport mode and BEET are for whole datagrams (RFC
 * 4303, 3.3.4), and what this host sends was cut at the ipsecN's MTU before it came here. A tunnel takes fragments as
 * they are. All fragments of a datagram must fare alike, so it is asked as if none had ports; and of the protocol that
 * the fragment header of each names.
 */
static bool wants_whole(struct klips_pass *pass, const struct klips_flow *flow)
{
	struct klips *klips = pass->klips;
	struct sk_buff *skb = pass->skbs[0];
	struct klips_flow any = *flow;
	struct klips_eroute *er;
	struct klips_ip ip;

	if (likely(!flow->fragment) || skb->cb[KLIPS_CB_WHOLE] || !klips->ops->defrag)
		return false;
	if (!klips->ops->is_local(klips, &flow->src) || klips_ip_read(&ip, skb->data, skb->len))
		return false;
	if (pass->dev->mast)
		return keeps_header(klips_mast_sa(klips, skb->mark));
	any.proto = ip.proto;
	any.sport = any.dport = 0;
	any.ports = false;
	er = klips_eroute_find(klips->eroutes, &any);
	return er && is_for_whole(klips, er);
}

static void make_whole(struct klips_pass *pass)
{
	struct klips *klips = pass->klips;
	struct sk_buff *whole;
	u32 i;

	for (i = 0; i < pass->count; i++) {
		whole = klips->ops->defrag(klips, pass->dev, pass->skbs[i]);
		if (!whole)
			continue;
		klips_trace(XMIT, "fragments are a datagram of %u bytes", whole->len);
		whole->cb[KLIPS_CB_WHOLE] = true;
		klips_xmit_again(klips, pass->dev, whole);
	}
	pass->count = 0;
	klips_pass_free(pass);
}

/**
 * klips_pass_route() - find packets' eroute, and do what it says
 * @pass: packets of one flow that were sent to an ipsecN
 */
void klips_pass_route(struct klips_pass *pass)
{
	struct klips *klips = pass->klips;
	struct klips_eroute *er;
	struct klips_flow flow;

	if (klips_flow_read(&flow, pass->skbs[0]->data, pass->skbs[0]->len)) {
		klips_pass_end(pass, &klips->stats.malformed);
		return;
	}
	if (wants_whole(pass, &flow)) {
		make_whole(pass);
		return;
	}
	if (pass->dev->mast) {
		klips_pass_mast(pass, &flow);
		return;
	}
	er = klips_eroute_find(klips->eroutes, &flow);
	if (is_exempt(klips, &flow, er))
		klips_pass_send(pass);
	else if (er)
		treat(pass, er, &flow);
	else
		klips_pass_end(pass, &klips->stats.no_eroute);
}

/* Whether all packets that leave an SA are of one flow: that of its tunnel. */
static bool has_one_flow(const struct klips_sa *sa)
{
	return sa->mode == KLIPS_MODE_TUNNEL && (sa->said.proto == KLIPS_PROTO_ESP || sa->said.proto == KLIPS_PROTO_AH);
}

/**
 * klips_pass_leave() - packets have left a bundle: there may be another for what they are now
 * @pass: them
 * @last: the SA that they come from
 */
void klips_pass_leave(struct klips_pass *pass, struct klips_sa *last)
{
	struct klips *klips = pass->klips;
	unsigned long version = klips_eroutes_version(klips->eroutes);
	struct klips_eroute *er;
	struct klips_flow flow;

	if (READ_ONCE(last->no_eroute) == version) {
		klips_pass_send(pass);
		return;
	}
	if (klips_flow_read(&flow, pass->skbs[0]->data, pass->skbs[0]->len)) {
		klips_pass_end(pass, &klips->stats.malformed);
		return;
	}
	er = klips_eroute_find(klips->eroutes, &flow);
	if (!er && has_one_flow(last))
		WRITE_ONCE(last->no_eroute, version);
	if (!er || is_exempt(klips, &flow, er))
		klips_pass_send(pass);
	else
		treat(pass, er, &flow);
}

static void xmit(struct klips *klips, struct klips_dev *dev, struct sk_buff **skbs, unsigned int count)
{
	struct klips_pass *pass = klips_pass_new(klips, dev, skbs, count);

	if (!pass)
		return;
	rcu_read_lock();
	klips_pass_route(pass);
	rcu_read_unlock();
}

/**
 * klips_xmit() - packets leave through an ipsecN or a mastN
 * @klips: where
 * @dev: the device
 * @skbs: packets, IP header first, all of one flow and with one mark; they are taken over
 * @count: 1 to KLIPS_BATCH
 */
void klips_xmit(struct klips *klips, struct klips_dev *dev, struct sk_buff **skbs, unsigned int count)
{
	unsigned int i;

	klips_trace(XMIT, "%u packets into %s", count, dev->name);
	for (i = 0; i < count; i++)
		skbs[i]->cb[KLIPS_CB_WHOLE] = false;
	xmit(klips, dev, skbs, count);
}

/**
 * klips_xmit_again() - a packet leaves through an ipsecN that was given to klips_xmit() before
 * @klips: where
 * @dev: the ipsecN
 * @skb: the packet, which is taken over
 */
void klips_xmit_again(struct klips *klips, struct klips_dev *dev, struct sk_buff *skb)
{
	klips_trace(XMIT, "1 packet into %s", dev->name);
	xmit(klips, dev, &skb, 1);
}

/* The eroute that a %hold leaves its packets to, or what will take its place. */
static void route_past(struct klips_pass *pass, const struct klips_eroute *hold, const struct klips_said *said)
{
	struct klips *klips = pass->klips;
	struct klips_eroute *er;
	struct klips_flow flow;

	if (said && said->proto == KLIPS_PROTO_INT) {
		this_cpu_add(*klips->passed, pass->count);
		klips_pass_send(pass);
		return;
	}
	if (said) {
		klips_pass_enter(pass, said);
		return;
	}
	if (klips_flow_read(&flow, pass->skbs[0]->data, pass->skbs[0]->len)) {
		klips_pass_end(pass, &klips->stats.malformed);
		return;
	}
	er = klips_eroute_find_but(klips->eroutes, &flow, hold);
	if (er)
		treat(pass, er, &flow);
	else
		klips_pass_end(pass, &klips->stats.no_eroute);
}

/**
 * klips_xmit_past() - send a packet that a %hold kept, while the %hold is there still
 * @klips: where
 * @dev: the ipsecN
 * @skb: the packet, which is taken over
 * @hold: the %hold
 * @said: where it leads from now on: SAs, or %pass; NULL: the packet takes the eroute that it meets without the %hold
 */
void klips_xmit_past(struct klips *klips, struct klips_dev *dev, struct sk_buff *skb, const struct klips_eroute *hold,
		     const struct klips_said *said)
{
	struct klips_pass *pass = klips_pass_new(klips, dev, &skb, 1);

	if (!pass)
		return;
	rcu_read_lock();
	route_past(pass, hold, said);
	rcu_read_unlock();
}
