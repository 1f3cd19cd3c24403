// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The way in. Packets that came as ESP, AH or IPCOMP find their SA by SAID, lose what it put there, and either have
 * more of it, or are looked at by the SA's selector and appear on an ipsecN.
 */
#include "ah.h"
#include "debug.h"
#include "esp.h"
#include "ipcomp.h"
#include "mark.h"
#include "pass.h"

#define PROTO_NONE 59
#define V4_PROTO   9 /* offset in the header */

static void enter(struct klips_pass *pass);

static void drop(struct klips_pass *pass, atomic64_t *counter)
{
	if (pass->dev)
		atomic64_add(pass->count, &pass->dev->stats.dropped[0]);
	klips_pass_drop_all(pass, counter);
	klips_pass_free(pass);
}

static bool is_tunnelled(u8 next)
{
	return next == KLIPS_PROTO_IPIP || next == KLIPS_PROTO_IPV6;
}

/* IPIP names none: it follows from where the packet comes from and goes to. */
static int find_said(struct klips *klips, struct klips_said *said, const struct klips_ip *ip, const struct sk_buff *skb)
{
	const struct klips_sa *sa =
		klips_sadb_find_tunnel(klips->sadb, ip, skb->data + ip->header, ip->total - ip->header);

	if (!sa)
		return -ENOENT;
	*said = sa->said;
	return 0;
}

/* The SAID that a packet names: RFC 4301, 4.1; RFC 3173, 3.1. -ENOENT: it is a tunnel's of which KLIPS knows nothing */
static int read_said(struct klips *klips, struct klips_said *said, const struct klips_ip *ip, const struct sk_buff *skb)
{
	const u8 *at = skb->data + ip->header;

	if (is_tunnelled(ip->proto) && !ip->fragment)
		return find_said(klips, said, ip, skb);

	if (!klips_is_ipsec(ip->proto) || ip->fragment || skb->len < ip->header + 8)
		return -EINVAL;
	memset(said, 0, sizeof(*said));
	said->dst = ip->dst;
	said->proto = ip->proto;
	if (ip->proto == KLIPS_PROTO_COMP)
		said->spi = cpu_to_be32(get_unaligned_be16(at + 2));
	else
		said->spi = cpu_to_be32(get_unaligned_be32(ip->proto == KLIPS_PROTO_AH ? at + 4 : at));
	return 0;
}

/* The device that the packets appear on. */
static struct klips_dev *device(struct klips_pass *pass, const struct klips_sa *sa)
{
	u32 id = sa->if_id;

	if (!id || id > KLIPS_DEVICES)
		return pass->dev;
	return rcu_dereference(pass->klips->devices[id - 1]);
}

static void deliver(struct klips_pass *pass, const struct klips_sa *sa)
{
	struct klips_dev *dev = device(pass, sa);
	u64 bytes = 0;
	u32 i;

	if (!dev || !READ_ONCE(dev->phys_mtu)) {
		drop(pass, &pass->klips->stats.in_policy);
		return;
	}
	for (i = 0; i < pass->count; i++) {
		bytes += pass->skbs[i]->len;
		pass->skbs[i]->mark = klips_mark_received(READ_ONCE(sa->ref), READ_ONCE(sa->ref_him));
	}
	this_cpu_add(dev->traffic->packets[0], pass->count);
	this_cpu_add(dev->traffic->bytes[0], bytes);
	pass->klips->ops->receive(pass->klips, dev, pass->skbs, pass->count);
	pass->count = 0;
	klips_pass_free(pass);
}

/* RFC 4301, 5.2, step 4: what came through an SA must be what the SA is for, ports and all. */
static bool is_allowed(struct klips_pass *pass, struct klips_sa *sa, struct sk_buff *skb)
{
	struct klips_flow flow;

	if (!READ_ONCE(pass->klips->settings.inbound_policy_check) || !sa->selector.src.version)
		return true;
	return !klips_flow_read(&flow, skb->data, skb->len) && klips_sa_is_for(sa, &flow);
}

/* RFC 3948, 3.1.2: what came in UDP and has its own header still. */
static void mend_checksums(struct klips_pass *pass, const struct klips_sa *sa)
{
	u32 i;

	if (!pass->in_udp || sa->mode != KLIPS_MODE_TRANSPORT || sa->said.proto == KLIPS_PROTO_IPIP)
		return;
	for (i = 0; i < pass->count; i++)
		klips_ip_sum_anew(pass->skbs[i]);
}

static void check_and_deliver(struct klips_pass *pass, struct klips_sa *sa)
{
	u32 i;

	for (i = 0; i < pass->count; i++)
		if (!is_allowed(pass, sa, pass->skbs[i])) {
			klips_trace(RCV, "not what the SA is for");
			atomic64_inc(&sa->errors.policy);
			klips_pass_drop(pass, i, &pass->klips->stats.in_policy);
		}
	if (klips_pass_compact(pass)) {
		mend_checksums(pass, sa);
		deliver(pass, sa);
	} else {
		klips_pass_free(pass);
	}
}

/* What is in IPv4 is there at once. */
static bool may_have_more(const struct sk_buff *skb)
{
	return skb->len <= V4_PROTO || skb->data[0] >> 4 != KLIPS_V4 || klips_is_ipsec(skb->data[V4_PROTO]);
}

/* What names none of our SAs may be for another stack of this host, and appears on the ipsecN. */
static bool has_more(struct klips_pass *pass, const struct sk_buff *skb)
{
	struct klips *klips = pass->klips;
	struct klips_said said;
	struct klips_ip ip;

	if (!may_have_more(skb))
		return false;
	return !klips_ip_read(&ip, skb->data, skb->len) && klips_is_ipsec(ip.proto) && !ip.fragment &&
	       klips->ops->is_local(klips, &ip.dst) && !read_said(klips, &said, &ip, skb) &&
	       klips_sadb_find(klips->sadb, &said);
}

/*
 * Packets that are whole again: those that have more of ours go round once more, the others are delivered. Both come
 * from one SA where IPCOMP compresses the one and not the other.
 */
static void finish(struct klips_pass *pass)
{
	struct klips_sa *sa = pass->sa;
	bool more[KLIPS_BATCH];
	struct klips_pass *rest;
	u32 i, count = 0;

	for (i = 0; i < pass->count; i++) {
		more[i] = has_more(pass, pass->skbs[i]);
		count += more[i];
	}
	if (count == pass->count) {
		enter(pass);
		return;
	}
	rest = count ? klips_pass_split(pass, more) : NULL;
	check_and_deliver(pass, sa);
	if (rest)
		enter(rest);
}

/* In transport mode the IP header moves over what was taken out behind it. skb->data is at the payload. */
static void close_gap(struct klips_pass *pass, u32 i, u32 gap)
{
	struct sk_buff *skb = pass->skbs[i];
	u32 header = pass->header[i];

	memmove(skb->data - header, skb->data - gap - header, header);
	skb_push(skb, header);
	klips_ip_mend(skb, &pass->inner[i], pass->next[i]);
}

/* After ESP or IPCOMP: what is left is a payload; make a packet of it. @gap: bytes between it and the IP header */
static int unwrap(struct klips_pass *pass, u32 i, u32 gap)
{
	struct klips_sa *sa = pass->sa;

	if (sa->mode == KLIPS_MODE_BEET)
		return klips_beet_decap(sa, pass->skbs[i], &pass->inner[i], pass->next[i]);
	if (sa->mode == KLIPS_MODE_TUNNEL && is_tunnelled(pass->next[i]))
		return klips_tunnel_decap(sa, pass->skbs[i], &pass->inner[i]);
	if (sa->mode == KLIPS_MODE_TUNNEL && !klips_is_ipsec(pass->next[i]))
		return -EBADMSG;
	close_gap(pass, i, gap);
	return 0;
}

/* A tunnel that is grouped within the SA that was just left: IPIP (RFC 2003), or IPCOMP's, of a packet that it left as
 * it was. */
static void leave_inner_tunnel(struct klips_pass *pass)
{
	struct klips_sa *inner = rcu_dereference(pass->sa->inner);
	struct klips_ip ip;
	u32 i;

	/* What IPCOMP left as it was does not say so (RFC 3173, 2.2), but is that SA's as well. */
	for (; inner && inner->said.proto == KLIPS_PROTO_COMP && inner->mode == KLIPS_MODE_TRANSPORT;
	     inner = rcu_dereference(inner->inner))
		pass->sa = inner;
	if (!inner || (inner->said.proto != KLIPS_PROTO_IPIP && inner->mode != KLIPS_MODE_TUNNEL))
		return;
	for (i = 0; i < pass->count; i++) {
		struct sk_buff *skb = pass->skbs[i];

		if (klips_ip_read(&ip, skb->data, skb->len) || !is_tunnelled(ip.proto))
			continue;
		skb_pull(skb, ip.header);
		if (klips_tunnel_decap(inner, skb, &ip))
			klips_pass_drop(pass, i, &pass->klips->stats.in_malformed);
	}
	pass->sa = inner;
	klips_pass_compact(pass);
}

/* That authentic packets came, and how long they were; what others send must not use an SA up. */
static void count(struct klips_pass *pass)
{
	u64 bytes = 0;
	u32 i;

	for (i = 0; i < pass->count; i++)
		bytes += pass->inner[i].total;
	klips_trace(XFORM, "%u packets out of protocol %u, SPI %x", pass->count, pass->sa->said.proto,
		    be32_to_cpu(pass->sa->said.spi));
	klips_sadb_used(pass->klips->sadb, pass->sa, bytes, pass->count, pass->now);
}

/* What came from elsewhere than before, and is authentic: RFC 3948, and RFC 7296, 2.23. SAs inside have no UDP. */
static void check_mapping(struct klips_pass *pass)
{
	struct klips_sa *sa = pass->sa;

	if (!pass->in_udp || sa->natt == KLIPS_NATT_NONE)
		return;
	if (klips_addr_equal(&sa->src, &pass->inner[0].src) && sa->natt_sport == pass->udp.sport)
		return;
	if (!klips_addr_is_unspecified(&sa->src))
		pass->klips->ops->mapping(pass->klips, sa, &pass->inner[0].src, pass->udp.sport);
}

static void leave(struct klips_pass *pass)
{
	if (klips_pass_compact(pass)) {
		count(pass);
		check_mapping(pass);
		leave_inner_tunnel(pass);
	}
	if (pass->count)
		finish(pass);
	else
		klips_pass_free(pass);
}

/* @counter: of the SA, for what is no replay */
static void refuse(struct klips_pass *pass, u32 i, int err, atomic64_t *counter)
{
	struct klips_sa *sa = pass->sa;

	if (err == -EALREADY) {
		atomic64_inc(&sa->errors.replay);
		klips_pass_drop(pass, i, &pass->klips->stats.in_replay);
	} else {
		atomic64_inc(counter);
		klips_pass_drop(pass, i, &pass->klips->stats.in_malformed);
	}
}

static void finish_esp(struct klips_pass *pass, u32 i)
{
	struct klips_sa *sa = pass->sa;
	int err = klips_esp_finish(sa, pass->skbs[i], &pass->jobs[i], pass->numbers[i], &pass->next[i]);

	if (err) {
		refuse(pass, i, err, &sa->errors.pad);
	} else if (pass->next[i] == PROTO_NONE) {
		kfree_skb(pass->skbs[i]); /* a dummy: RFC 4303, 2.6 */
		pass->skbs[i] = NULL;
	} else {
		err = unwrap(pass, i, klips_esp_head(sa));
		if (err)
			refuse(pass, i, err, &sa->errors.size);
	}
}

static void finish_crypto(struct klips_pass *pass)
{
	u32 i;

	for (i = 0; i < pass->count; i++) {
		if (pass->results[i]) {
			atomic64_inc(&pass->sa->errors.auth);
			klips_pass_drop(pass, i, &pass->klips->stats.in_auth);
			continue;
		}
		finish_esp(pass, i);
	}
	leave(pass);
}

static void crypto_done(struct klips_job *job, int err)
{
	struct klips_pass *pass = container_of(job, struct klips_pass, jobs[0]);
	u32 i;

	rcu_read_lock();
	klips_sa_put(pass->sa);
	/* no error of the whole says nothing of each */
	for (i = 0; err && i < pass->count; i++)
		pass->results[i] = err;
	finish_crypto(pass);
	rcu_read_unlock();
}

/* Cryptography that may outlast this call has a reference to the SA meanwhile. */
static void open_esp(struct klips_pass *pass)
{
	struct klips_sa *sa = pass->sa;
	u32 i;
	int err;

	for (i = 0; i < pass->count; i++) {
		skb_pull(pass->skbs[i], pass->header[i]);
		err = klips_esp_parse(sa, pass->skbs[i], &pass->jobs[i], &pass->numbers[i]);
		pass->jobs[i].done = crypto_done;
		if (err)
			refuse(pass, i, err, &sa->errors.size);
	}
	if (!klips_pass_compact(pass)) {
		leave(pass);
		return;
	}
	if (sa->async && !klips_sa_get(sa)) {
		drop(pass, &pass->klips->stats.in_policy);
		return;
	}
	pass->jobs[0].room = pass->room;
	if (klips_crypto_open(sa->crypto, pass->jobs, pass->results, pass->count) == -EINPROGRESS)
		return;
	if (sa->async)
		klips_sa_put(sa);
	finish_crypto(pass);
}

static int open_ah(struct klips_pass *pass, u32 i)
{
	struct sk_buff *skb = pass->skbs[i];
	struct klips_ip ip;
	int err = klips_ah_open(pass->sa, skb, pass->header[i]);

	if (err)
		return err;
	err = klips_ip_read(&ip, skb->data, skb->len);
	if (err || pass->sa->mode != KLIPS_MODE_TUNNEL)
		return err;
	if (!is_tunnelled(ip.proto))
		return klips_is_ipsec(ip.proto) ? 0 : -EBADMSG;
	skb_pull(skb, ip.header);
	return klips_tunnel_decap(pass->sa, skb, &ip);
}

/* The header is kept before the payload, where the new packet has room for it. */
static int open_ipcomp(struct klips_pass *pass, u32 i)
{
	u32 header = pass->header[i];
	struct sk_buff *skb = pass->skbs[i];
	u8 saved[KLIPS_HEADER_MAX];
	int err;

	if (header > sizeof(saved))
		return -EBADMSG;
	memcpy(saved, skb->data, header);
	skb_pull(skb, header);
	err = klips_ipcomp_open(pass->sa, &pass->skbs[i], header, &pass->next[i]);
	if (err)
		return err;
	memcpy(pass->skbs[i]->data - header, saved, header);
	return unwrap(pass, i, 0);
}

/* IPIP, or what IPCOMP left as it was. */
static int open_tunnel(struct klips_pass *pass, u32 i)
{
	skb_pull(pass->skbs[i], pass->header[i]);
	return klips_tunnel_decap(pass->sa, pass->skbs[i], &pass->inner[i]);
}

static void open_each(struct klips_pass *pass)
{
	bool ah = pass->sa->said.proto == KLIPS_PROTO_AH;
	u32 i;
	int err;

	for (i = 0; i < pass->count; i++) {
		if (is_tunnelled(pass->inner[i].proto))
			err = open_tunnel(pass, i);
		else
			err = ah ? open_ah(pass, i) : open_ipcomp(pass, i);
		if (!err)
			continue;
		if (ah && err == -EBADMSG) {
			atomic64_inc(&pass->sa->errors.auth);
			klips_pass_drop(pass, i, &pass->klips->stats.in_auth);
		} else {
			refuse(pass, i, err, &pass->sa->errors.size);
		}
	}
	leave(pass);
}

/*
 * What an SA of a bundle gets has come by that bundle: IPCOMP protects nothing, and whoever knows its CPI would get in
 * without the ESP around it (RFC 4301, 5.2). What nothing protects is for all.
 */
static bool came_by_bundle(const struct klips_sa *from, const struct klips_sa *sa)
{
	const struct klips_sa *one, *inner;

	for (one = rcu_dereference(sa->next); one && one->said.proto == KLIPS_PROTO_COMP;)
		one = rcu_dereference(one->next);
	if (!one)
		return true;
	for (one = sa; (inner = rcu_dereference(one->inner));)
		one = inner;
	for (; one; one = rcu_dereference(one->next))
		if (one == from)
			return true;
	return false;
}

/* Whether packets that came from there, that way, may use the SA. */
static bool may_use(struct klips_pass *pass, struct klips_sa *sa)
{
	struct klips *klips = pass->klips;
	enum klips_sa_state state = READ_ONCE(sa->state);

	if ((state != KLIPS_SA_MATURE && state != KLIPS_SA_DYING) || !(sa->flags & KLIPS_SA_INBOUND))
		return false;
	if (!came_by_bundle(pass->sa, sa))
		return false;
	if ((sa->natt != KLIPS_NATT_NONE) != pass->in_udp && sa->said.proto == KLIPS_PROTO_ESP && pass->depth == 1)
		return false;
	if (!pass->in_udp && !klips_addr_is_unspecified(&sa->src) && !klips_addr_equal(&sa->src, &pass->inner[0].src))
		return false;
	return klips_sadb_check(klips->sadb, sa, pass->now, klips->ops->expire, klips) != KLIPS_LIFE_HARD;
}

/* All packets of the pass are of one SA, if there is one of this name. */
static void open_all(struct klips_pass *pass, const struct klips_said *said, struct klips_sa *sa)
{
	struct klips *klips = pass->klips;

	klips_trace(RCV, "%u packets for protocol %u, SPI %x", pass->count, said->proto, be32_to_cpu(said->spi));
	if (!sa) {
		drop(pass, &klips->stats.in_no_sa);
		return;
	}
	if (++pass->depth > KLIPS_DEPTH) {
		drop(pass, &klips->stats.loops);
		return;
	}
	if (!may_use(pass, sa)) {
		atomic64_add(pass->count, &sa->errors.policy);
		drop(pass, &klips->stats.in_policy);
		return;
	}
	pass->sa = sa;
	if (said->proto == KLIPS_PROTO_ESP)
		open_esp(pass);
	else
		open_each(pass);
}

/* Those packets that name the SA that the first names, of one peer; malformed ones are dropped. Zero: all were. */
static u32 mark_same(struct klips_pass *pass, struct klips_said *said, bool *which)
{
	const struct klips_addr *from = NULL;
	struct klips_said other;
	u32 i, count = 0;
	int err;

	for (i = 0; i < pass->count; i++) {
		struct sk_buff *skb = pass->skbs[i];
		struct klips_ip *ip = &pass->inner[i];

		which[i] = false;
		err = klips_ip_read(ip, skb->data, skb->len);
		if (!err)
			err = read_said(pass->klips, from ? &other : said, ip, skb);
		if (err) {
			klips_pass_drop(pass, i, err == -ENOENT ? NULL : &pass->klips->stats.in_malformed);
			continue;
		}
		which[i] = !from || (klips_said_equal(&other, said) && klips_addr_equal(&ip->src, from));
		if (!from)
			from = &ip->src;
		count += which[i];
		skb_trim(skb, ip->total);
		pass->header[i] = ip->header;
	}
	return count;
}

static void enter(struct klips_pass *pass)
{
	struct klips_pass *first;
	bool which[KLIPS_BATCH];
	struct klips_said said;
	u32 count;

	while (klips_pass_compact(pass)) {
		count = mark_same(pass, &said, which);
		first = count == pass->count ? pass : klips_pass_split(pass, which);
		if (first && first->count)
			open_all(first, &said, klips_sadb_find(pass->klips->sadb, &said));
		else if (first != pass)
			klips_pass_free(first);
		if (first == pass)
			return;
	}
	klips_pass_free(pass);
}

static struct klips_pass *new_pass(struct klips *klips, struct klips_dev *dev, struct sk_buff **skbs,
				   unsigned int count, const struct klips_udp *udp)
{
	struct klips_pass *pass = klips_pass_new(klips, dev, skbs, count);

	if (!pass)
		return NULL;
	if (udp)
		pass->udp = *udp;
	pass->in_udp = udp;
	return pass;
}

/**
 * klips_rcv() - packets came for this host as ESP, AH or IPCOMP, or as IPIP
 * @klips: where
 * @dev: the ipsecN that is attached to the device where they came; NULL: none
 * @skbs: packets, outer IP header first, whole; they are taken over
 * @count: 1 to KLIPS_BATCH; fastest if all are of one SA
 * @udp: the ports, in host byte order, if they came in UDP, whose header is not there any more; else NULL
 *
 * IPIP that no SA is for is let go and not counted: it may be another's on this host.
 */
void klips_rcv(struct klips *klips, struct klips_dev *dev, struct sk_buff **skbs, unsigned int count,
	       const struct klips_udp *udp)
{
	struct klips_pass *pass = new_pass(klips, dev, skbs, count, udp);

	if (!pass)
		return;
	rcu_read_lock();
	enter(pass);
	rcu_read_unlock();
}

/**
 * klips_rcv_by() - klips_rcv() of one packet of ESP, AH or IPCOMP whose SA is known
 * @klips: where
 * @dev: the ipsecN that is attached to the device where it came; NULL: none
 * @skb: the packet, outer IP header first, whole; it is taken over
 * @udp: as for klips_rcv()
 * @sa: the SA that it names; the caller is in rcu_read_lock()
 */
void klips_rcv_by(struct klips *klips, struct klips_dev *dev, struct sk_buff *skb, const struct klips_udp *udp,
		  struct klips_sa *sa)
{
	struct klips_pass *pass = new_pass(klips, dev, &skb, 1, udp);
	struct klips_ip *ip;

	if (!pass)
		return;
	ip = &pass->inner[0];
	if (klips_ip_read(ip, skb->data, skb->len) || ip->fragment || ip->proto != sa->said.proto ||
	    skb->len < ip->header + 8) {
		drop(pass, &klips->stats.in_malformed);
		return;
	}
	skb_trim(skb, ip->total);
	pass->header[0] = ip->header;
	open_all(pass, &sa->said, sa);
}
