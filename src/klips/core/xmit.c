// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The way out. Packets of one flow come to an ipsecN; their eroute says what becomes of them: a shunt, or a bundle of
 * SAs, innermost first. What comes out of a bundle is a flow of its own, which may have an eroute again.
 */
#include "ah.h"
#include "debug.h"
#include "esp.h"
#include "hold.h"
#include "ipcomp.h"
#include "pass.h"

static void run(struct klips_pass *pass);
static void route(struct klips_pass *pass);

static void send(struct klips_pass *pass)
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
		atomic64_add(pass->count, &dev->stats.packets[1]);
		atomic64_add((s64)bytes, &dev->stats.bytes[1]);
		klips->ops->send(klips, dev, pass->skbs, pass->count, pass->in_udp ? &pass->udp : NULL);
		pass->count = 0;
	}
	klips_pass_free(pass);
}

static void drop(struct klips_pass *pass, atomic64_t *counter)
{
	atomic64_add(pass->count, &pass->dev->stats.dropped[1]);
	klips_pass_drop_all(pass, counter);
	klips_pass_free(pass);
}

/* An ICMP error about each packet, which comes back through the device that it was sent to. */
static void refuse(struct klips_pass *pass, u32 index, u8 type, u8 code, u32 info)
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
			refuse(pass, i, 1, 1, 0); /* RFC 4443, 3.1: administratively prohibited */
		else
			refuse(pass, i, 3, 13, 0); /* RFC 1812, 5.2.7.1: the same */
	}
	drop(pass, &pass->klips->stats.rejected);
}

/* Room in front and behind for a bundle; a packet that has not enough is copied. */
static int make_room(struct sk_buff **skb, unsigned int head, unsigned int tail)
{
	struct sk_buff *copy;

	if (skb_headroom(*skb) >= head && skb_tailroom(*skb) >= tail)
		return 0;
	copy = skb_copy_expand(*skb, (int)head, (int)tail, GFP_ATOMIC);
	if (!copy)
		return -ENOMEM;
	memcpy(copy->cb, (*skb)->cb, sizeof(copy->cb));
	kfree_skb(*skb);
	*skb = copy;
	return 0;
}

/*
 * Whether packets fit the path, and what is done with those that do not: IPv6's are dropped and their sender is told;
 * so are IPv4's with DF, if net.ipsec.icmp says so; others go out in fragments. RFC 4301, 8.2.
 */
static void check_size(struct klips_pass *pass, const struct klips_sa *sa)
{
	unsigned int mtu = klips_bundle_mtu(sa, READ_ONCE(pass->dev->phys_mtu));
	struct klips_ip ip;
	u32 i;

	pass->mtu = mtu;
	for (i = 0; i < pass->count; i++) {
		if (pass->skbs[i]->len <= mtu || klips_ip_read(&ip, pass->skbs[i]->data, pass->skbs[i]->len))
			continue;
		if (ip.version == KLIPS_V4 && (!ip.df || !READ_ONCE(pass->klips->settings.icmp)))
			continue;
		klips_trace(XMIT, "%u bytes are too long for %u", pass->skbs[i]->len, mtu);
		if (ip.version == KLIPS_V4)
			refuse(pass, i, 3, 4, mtu);
		else
			refuse(pass, i, 2, 0, max(mtu, 1280U));
		klips_pass_drop(pass, i, &pass->klips->stats.too_big);
	}
	klips_pass_compact(pass);
}

/* What ESP, AH or IPCOMP leave in clear before them, in transport mode; and what they protect. */
static int split(const struct klips_sa *sa, const struct klips_ip *ip, u32 *header, u8 *next)
{
	if (sa->mode == KLIPS_MODE_TUNNEL) {
		*header = 0;
		*next = klips_proto_inside(ip);
		return 0;
	}
	if (ip->fragment)
		return -EINVAL; /* RFC 4303, 3.3.4: transport mode is for whole packets */
	*header = ip->header;
	*next = ip->proto;
	return 0;
}

/* The length that payloads are padded to, which is for tunnels alone: RFC 4303, 2.7. */
static u32 pad_to(const struct klips_pass *pass)
{
	const struct klips_sa *sa = pass->sa;

	if (sa->mode != KLIPS_MODE_TUNNEL)
		return 0;
	return sa->flags & KLIPS_SA_TFC_PMTU ? pass->mtu : min(sa->tfc, pass->mtu);
}

static int prepare_esp(struct klips_pass *pass, u32 i)
{
	struct klips_sa *sa = pass->sa;
	struct sk_buff *skb = pass->skbs[i];
	struct klips_ip *ip = &pass->inner[i];
	int err = klips_ip_read(ip, skb->data, skb->len);

	if (err)
		return err;
	if (sa->mode == KLIPS_MODE_BEET) {
		err = klips_beet_encap(sa, skb, ip, KLIPS_PROTO_ESP, &pass->next[i]);
		if (!err)
			err = klips_ip_read(ip, skb->data, skb->len);
		pass->header[i] = ip->header;
	} else {
		err = split(sa, ip, &pass->header[i], &pass->next[i]);
	}
	if (err)
		return err;
	if (!READ_ONCE(pass->klips->settings.tos))
		ip->tos = 0; /* hidetos=yes */
	/* What stays in clear goes out of the way of what ESP puts before the payload. */
	memmove(skb->data - klips_esp_head(sa), skb->data, pass->header[i]);
	skb_pull(skb, pass->header[i]);
	return klips_esp_prepare(sa, skb, pass->next[i], pad_to(pass), &pass->jobs[i]);
}

/* After the cryptography: the IP header before ESP. A tunnel's follows from the inner one, which cannot be read any
 * more. */
static int finish_esp(struct klips_pass *pass, u32 i)
{
	struct klips_sa *sa = pass->sa;
	struct sk_buff *skb = pass->skbs[i];

	if (sa->mode == KLIPS_MODE_TUNNEL)
		return klips_tunnel_encap(sa, skb, &pass->inner[i], KLIPS_PROTO_ESP);
	skb_push(skb, pass->header[i]);
	klips_ip_mend(skb, &pass->inner[i], KLIPS_PROTO_ESP);
	return 0;
}

static void finish_crypto(struct klips_pass *pass, int err)
{
	u32 i;

	for (i = 0; i < pass->count; i++)
		if (err || finish_esp(pass, i))
			klips_pass_drop(pass, i, &pass->klips->stats.malformed);
	klips_pass_compact(pass);
}

/* On to the next SA of the bundle, or out of it. */
static void advance(struct klips_pass *pass)
{
	struct klips_sa *sa = pass->sa;

	pass->in_udp = sa->natt != KLIPS_NATT_NONE;
	pass->udp.sport = sa->natt_sport;
	pass->udp.dport = sa->natt_dport;
	pass->sa = rcu_dereference(sa->next);
	klips_sa_put(sa);
	if (!pass->count) {
		klips_pass_free(pass);
		return;
	}
	if (!pass->sa) {
		route(pass);
		return;
	}
	run(pass);
}

static void crypto_done(struct klips_job *job, int err)
{
	struct klips_pass *pass = container_of(job, struct klips_pass, jobs[0]);

	rcu_read_lock();
	finish_crypto(pass, err);
	advance(pass);
	rcu_read_unlock();
}

static void seal_esp(struct klips_pass *pass)
{
	u32 i;
	int err;

	for (i = 0; i < pass->count; i++) {
		pass->jobs[i].done = crypto_done;
		if (prepare_esp(pass, i))
			klips_pass_drop(pass, i, &pass->klips->stats.malformed);
	}
	if (!klips_pass_compact(pass)) {
		advance(pass);
		return;
	}
	err = klips_crypto_seal(pass->sa->crypto, pass->jobs, pass->count);
	if (err == -EINPROGRESS)
		return;
	finish_crypto(pass, err);
	advance(pass);
}

static int seal_ah(struct klips_sa *sa, struct sk_buff *skb, const struct klips_ip *ip)
{
	int err;

	if (sa->mode == KLIPS_MODE_TUNNEL) {
		err = klips_tunnel_encap(sa, skb, ip, klips_proto_inside(ip));
		return err ? err : klips_ah_seal(sa, skb, klips_tunnel_head(sa));
	}
	return ip->fragment ? -EINVAL : klips_ah_seal(sa, skb, ip->header);
}

static int seal_ipcomp(struct klips_sa *sa, struct sk_buff *skb, const struct klips_ip *ip)
{
	bool tunnel = sa->mode == KLIPS_MODE_TUNNEL;
	u8 inside = klips_proto_inside(ip);
	unsigned int header = tunnel ? 0 : ip->header;
	int done;

	if (!tunnel && ip->fragment)
		return -EINVAL;
	skb_pull(skb, header);
	done = klips_ipcomp_seal(sa, skb, tunnel ? inside : ip->proto);
	if (done < 0)
		return done;
	if (tunnel)
		return klips_tunnel_encap(sa, skb, ip, done ? KLIPS_PROTO_COMP : inside);
	skb_push(skb, header);
	klips_ip_mend(skb, ip, done ? KLIPS_PROTO_COMP : ip->proto);
	return 0;
}

static int seal_one(struct klips_pass *pass, struct sk_buff *skb)
{
	struct klips_sa *sa = pass->sa;
	struct klips_ip ip;
	int err = klips_ip_read(&ip, skb->data, skb->len);

	if (err)
		return err;
	if (!READ_ONCE(pass->klips->settings.tos))
		ip.tos = 0;
	switch (sa->said.proto) {
	case KLIPS_PROTO_AH:
		return seal_ah(sa, skb, &ip);
	case KLIPS_PROTO_COMP:
		return seal_ipcomp(sa, skb, &ip);
	case KLIPS_PROTO_IPIP:
		return klips_tunnel_encap(sa, skb, &ip, klips_proto_inside(&ip));
	default:
		return -EPROTONOSUPPORT;
	}
}

/* Whether the SA may be used, and that it was: RFC 4301, 4.4.2.1. */
static bool use(struct klips_pass *pass)
{
	struct klips *klips = pass->klips;
	struct klips_sa *sa = pass->sa;
	u64 now = ktime_get_ns(), bytes = 0;
	enum klips_sa_state state = READ_ONCE(sa->state);
	u32 i;

	if ((state != KLIPS_SA_MATURE && state != KLIPS_SA_DYING) || (sa->flags & KLIPS_SA_INBOUND))
		return false;
	if (klips_sadb_check(klips->sadb, sa, now, klips->ops->expire, klips) == KLIPS_LIFE_HARD)
		return false;
	for (i = 0; i < pass->count; i++)
		bytes += pass->skbs[i]->len;
	klips_usage_count(&sa->usage, bytes, pass->count, now);
	return true;
}

/* The SA at work, and those after it. It is referenced: cryptography may outlast this call. */
static void run(struct klips_pass *pass)
{
	struct klips_sa *sa = pass->sa;
	u32 i;

	if (!use(pass) || !klips_sa_get(sa)) {
		drop(pass, &pass->klips->stats.dead_sa);
		return;
	}
	if (sa->said.proto == KLIPS_PROTO_ESP) {
		seal_esp(pass);
		return;
	}
	for (i = 0; i < pass->count; i++)
		if (seal_one(pass, pass->skbs[i]))
			klips_pass_drop(pass, i, &pass->klips->stats.malformed);
	klips_pass_compact(pass);
	advance(pass);
}

static void enter(struct klips_pass *pass, const struct klips_said *said)
{
	struct klips *klips = pass->klips;
	unsigned int head = 0, tail = 0;
	struct klips_sa *sa;
	u32 i;

	pass->sa = klips_sadb_find(klips->sadb, said);
	if (!pass->sa) {
		drop(pass, &klips->stats.no_sa);
		return;
	}
	if (++pass->depth > KLIPS_DEPTH) {
		drop(pass, &klips->stats.loops);
		return;
	}
	check_size(pass, pass->sa);
	for (sa = pass->sa; sa; sa = rcu_dereference(sa->next))
		klips_pass_room(sa, &head, &tail);
	if (pass->sa->tfc || (pass->sa->flags & KLIPS_SA_TFC_PMTU))
		tail += pass->mtu;
	for (i = 0; i < pass->count; i++)
		if (make_room(&pass->skbs[i], head, tail))
			klips_pass_drop(pass, i, &klips->stats.malformed);
	if (!klips_pass_compact(pass))
		klips_pass_free(pass);
	else
		run(pass);
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
		atomic64_add(pass->count, &klips->stats.passed);
		send(pass);
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
		drop(pass, &klips->stats.no_eroute);
		return;
	}
	pass->count = 0;
	klips_pass_free(pass);
}

/* What protects others must not need protection itself: IKE, and what an eroute's own bundle has made. */
static bool is_exempt(struct klips *klips, const struct klips_flow *flow, const struct klips_eroute *er)
{
	if (!klips_is_ike(flow, flow->sport) && !klips_is_ipsec(flow->proto))
		return false;
	if (er && !klips_addr_is_unspecified(&er->said.dst) && !klips_addr_equal(&er->said.dst, &flow->dst))
		return false;
	return klips->ops->is_local(klips, &flow->src);
}

/* A flow's eroute: packets that were sent to an ipsecN, or come out of a bundle. */
static void route(struct klips_pass *pass)
{
	struct klips *klips = pass->klips;
	struct klips_eroute *er;
	struct klips_flow flow;

	if (klips_flow_read(&flow, pass->skbs[0]->data, pass->skbs[0]->len)) {
		drop(pass, &klips->stats.malformed);
		return;
	}
	er = klips_eroute_find(klips->eroutes, &flow);
	if ((pass->depth && !er) || is_exempt(klips, &flow, er)) {
		send(pass);
		return;
	}
	if (!er) {
		drop(pass, &klips->stats.no_eroute);
		return;
	}
	atomic64_add(pass->count, &er->count);
	WRITE_ONCE(er->used, ktime_get_ns());
	if (er->said.proto == KLIPS_PROTO_INT)
		shunt(pass, er, &flow);
	else
		enter(pass, &er->said);
}

/**
 * klips_xmit() - packets leave through an ipsecN
 * @klips: where
 * @dev: the ipsecN
 * @skbs: packets, IP header first, all of one flow; they are taken over
 * @count: 1 to KLIPS_BATCH
 */
void klips_xmit(struct klips *klips, struct klips_dev *dev, struct sk_buff **skbs, unsigned int count)
{
	struct klips_pass *pass = klips_pass_new(klips, dev, skbs, count);

	if (!pass)
		return;
	rcu_read_lock();
	route(pass);
	rcu_read_unlock();
}
