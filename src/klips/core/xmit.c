// SPDX-License-Identifier: GPL-2.0-or-later
/* The way out, second part: a bundle of SAs, innermost first. Packets come from xmit_route.c, and return there. */
#include "ah.h"
#include "debug.h"
#include "esp.h"
#include "ipcomp.h"
#include "pass.h"

#define OPTIONS_COST 64 /* options, or extension headers, take no more of what fits, by padding and by BEET */

static void run(struct klips_pass *pass);

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
 * so are IPv4's with DF, if net.ipsec.icmp says so; others go out in fragments, as does what its own host has cut
 * already. RFC 4301, 8.2.
 */
static void check_size(struct klips_pass *pass, const struct klips_sa *sa)
{
	unsigned int phys_mtu = READ_ONCE(pass->dev->phys_mtu);
	unsigned int plain = pass->skbs[0]->data[0] >> 4 == KLIPS_V6 ? 40 : 20, mtu;
	struct klips_ip ip;
	u32 i;

	pass->mtu = klips_bundle_mtu(sa, phys_mtu, plain);
	for (i = 0; i < pass->count; i++) {
		if (pass->skbs[i]->len + OPTIONS_COST <= pass->mtu || pass->skbs[i]->cb[KLIPS_CB_WHOLE] ||
		    klips_ip_read(&ip, pass->skbs[i]->data, pass->skbs[i]->len))
			continue;
		mtu = ip.header == plain ? pass->mtu : klips_bundle_mtu(sa, phys_mtu, ip.header);
		if (pass->skbs[i]->len <= mtu)
			continue;
		if (ip.version == KLIPS_V4 && (!ip.df || !READ_ONCE(pass->klips->settings.icmp)))
			continue;
		klips_trace(XMIT, "%u bytes are too long for %u", pass->skbs[i]->len, mtu);
		if (ip.version == KLIPS_V4)
			klips_pass_refuse(pass, i, 3, 4, mtu);
		else
			klips_pass_refuse(pass, i, 2, 0, max(mtu, 1280U));
		klips_pass_drop(pass, i, &pass->klips->stats.too_big);
	}
	klips_pass_compact(pass);
}

/* What a packet's header says; what its own host has cut already may be cut outside too. */
static int read_header(struct klips_ip *ip, const struct sk_buff *skb)
{
	int err = klips_ip_read(ip, skb->data, skb->len);

	if (skb->cb[KLIPS_CB_WHOLE])
		ip->df = false;
	return err;
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
	int err = read_header(ip, skb);

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
	if (skb->len + pass->header[i] > (pass->inner[i].version == KLIPS_V6 ? 65575U : 65535U))
		return -EMSGSIZE;
	skb_push(skb, pass->header[i]);
	klips_ip_mend(skb, &pass->inner[i], KLIPS_PROTO_ESP);
	return 0;
}

static void drop(struct klips_pass *pass, u32 i, int err)
{
	struct klips_stats *stats = &pass->klips->stats;

	if (err)
		klips_pass_drop(pass, i, err == -EMSGSIZE ? &stats->too_big : &stats->malformed);
}

static void finish_crypto(struct klips_pass *pass, int err)
{
	u32 i;

	for (i = 0; i < pass->count; i++)
		drop(pass, i, err ? err : finish_esp(pass, i));
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
	if (!pass->count)
		klips_pass_free(pass);
	else if (pass->sa)
		run(pass);
	else
		klips_pass_leave(pass, sa);
}

static void crypto_done(struct klips_job *job, int err)
{
	struct klips_pass *pass = container_of(job, struct klips_pass, jobs[0]);

	rcu_read_lock();
	klips_sa_put(pass->sa);
	finish_crypto(pass, err);
	advance(pass);
	rcu_read_unlock();
}

/* Cryptography that may outlast this call has a reference to the SA meanwhile. */
static void seal_esp(struct klips_pass *pass)
{
	struct klips_sa *sa = pass->sa;
	u32 i;
	int err;

	for (i = 0; i < pass->count; i++) {
		pass->jobs[i].done = crypto_done;
		drop(pass, i, prepare_esp(pass, i));
	}
	if (!klips_pass_compact(pass)) {
		advance(pass);
		return;
	}
	if (sa->async && !klips_sa_get(sa)) {
		klips_pass_end(pass, &pass->klips->stats.dead_sa);
		return;
	}
	pass->jobs[0].room = pass->room;
	err = klips_crypto_seal(sa->crypto, pass->jobs, pass->count);
	if (err == -EINPROGRESS)
		return;
	if (sa->async)
		klips_sa_put(sa);
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
	int err = read_header(&ip, skb);

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
	u64 now = pass->now, bytes = 0;
	enum klips_sa_state state = READ_ONCE(sa->state);
	u32 i;

	if ((state != KLIPS_SA_MATURE && state != KLIPS_SA_DYING) || (sa->flags & KLIPS_SA_INBOUND))
		return false;
	if (klips_sadb_check(klips->sadb, sa, now, klips->ops->expire, klips) == KLIPS_LIFE_HARD)
		return false;
	for (i = 0; i < pass->count; i++)
		bytes += pass->skbs[i]->len;
	klips_trace(XFORM, "%u packets into protocol %u, SPI %x", pass->count, sa->said.proto,
		    be32_to_cpu(sa->said.spi));
	klips_sadb_used(klips->sadb, sa, bytes, pass->count, now);
	return true;
}

/* The SA at work, and those after it. */
static void run(struct klips_pass *pass)
{
	struct klips_sa *sa = pass->sa;
	u32 i;

	if (!use(pass)) {
		klips_pass_end(pass, &pass->klips->stats.dead_sa);
		return;
	}
	if (sa->said.proto == KLIPS_PROTO_ESP) {
		seal_esp(pass);
		return;
	}
	for (i = 0; i < pass->count; i++)
		drop(pass, i, seal_one(pass, pass->skbs[i]));
	klips_pass_compact(pass);
	advance(pass);
}

/**
 * klips_pass_enter_sa() - send packets through a bundle of SAs
 * @pass: the packets, of one flow
 * @first: the bundle's innermost SA; the caller is in rcu_read_lock()
 */
void klips_pass_enter_sa(struct klips_pass *pass, struct klips_sa *first)
{
	struct klips *klips = pass->klips;
	unsigned int head = 0, tail = 0;
	struct klips_sa *sa;
	u32 i;

	if (++pass->depth > KLIPS_DEPTH) {
		klips_pass_end(pass, &klips->stats.loops);
		return;
	}
	pass->sa = first;
	check_size(pass, first);
	for (sa = first; sa; sa = rcu_dereference(sa->next))
		klips_pass_room(sa, &head, &tail);
	if (first->tfc || (first->flags & KLIPS_SA_TFC_PMTU))
		tail += pass->mtu;
	for (i = 0; i < pass->count; i++)
		if (make_room(&pass->skbs[i], head, tail))
			klips_pass_drop(pass, i, &klips->stats.malformed);
	if (!klips_pass_compact(pass))
		klips_pass_free(pass);
	else
		run(pass);
}

/**
 * klips_pass_enter() - the same, of a bundle that is known by its name
 * @pass: the packets, of one flow
 * @said: the bundle's name
 */
void klips_pass_enter(struct klips_pass *pass, const struct klips_said *said)
{
	struct klips_sa *first = klips_sadb_find(pass->klips->sadb, said);

	if (first)
		klips_pass_enter_sa(pass, first);
	else
		klips_pass_end(pass, &pass->klips->stats.no_sa);
}
