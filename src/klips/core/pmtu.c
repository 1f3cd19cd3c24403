// SPDX-License-Identifier: GPL-2.0-or-later
/* What routers say of the path that the packets of an SA take: RFC 4301, 8.2; RFC 1191; RFC 8201. */
#include "debug.h"
#include "pass.h"

#define PROTO_UDP   17
#define UDP_HEADER  8
#define IPV4_HEADER 20
#define IPV6_HEADER 40
#define V4_OFFSET   0x1fff

/* Less is not believed: nobody but a forger has such links. RFC 8200, 5; for IPv4 as Linux does. */
#define V4_LEAST  552
#define V6_LEAST  1280

#define PMTU_TIME (600 * NSEC_PER_SEC) /* until a longer packet is tried again: RFC 1191, 6.3; RFC 8201, 4 */

/**
 * struct quoted - what is left of a packet in the error about it
 * @said: of the SA that it went through last
 * @total: bytes that it had
 * @at: where its payload begins
 * @proto: of that, as the IP header has it
 * @in_udp: whether it was ESP in UDP
 */
struct quoted {
	struct klips_said said;
	u32 total;
	u32 at;
	u8 proto;
	bool in_udp;
};

static int read_v4(struct quoted *quoted, const u8 *packet, size_t length)
{
	if (length < IPV4_HEADER || (packet[0] & 15) < 5 || get_unaligned_be16(packet + 6) & V4_OFFSET)
		return -EBADMSG;
	quoted->at = (packet[0] & 15) * 4U;
	quoted->total = get_unaligned_be16(packet + 2);
	quoted->proto = packet[9];
	memset(&quoted->said.dst, 0, sizeof(quoted->said.dst));
	quoted->said.dst.version = KLIPS_V4;
	memcpy(quoted->said.dst.b, packet + 16, 4);
	return 0;
}

static int read_v6(struct quoted *quoted, const u8 *packet, size_t length)
{
	if (length < IPV6_HEADER)
		return -EBADMSG;
	quoted->at = IPV6_HEADER;
	quoted->total = get_unaligned_be16(packet + 4) + IPV6_HEADER;
	quoted->proto = packet[6];
	quoted->said.dst = klips_addr_v6(packet + 24);
	return 0;
}

/* At least the first 8 bytes after the IP header are there: RFC 792. After UDP there must be more. */
static int read_spi(struct quoted *quoted, const u8 *packet, size_t length)
{
	const u8 *at;

	quoted->in_udp = quoted->proto == PROTO_UDP;
	if (quoted->in_udp) {
		quoted->at += UDP_HEADER;
		quoted->proto = KLIPS_PROTO_ESP;
	}
	at = packet + quoted->at;
	if (!klips_is_ipsec(quoted->proto) || length < quoted->at + (quoted->in_udp ? 4 : 8))
		return -EBADMSG;
	quoted->said.proto = quoted->proto;
	if (quoted->proto == KLIPS_PROTO_COMP)
		quoted->said.spi = cpu_to_be32(get_unaligned_be16(at + 2));
	else
		quoted->said.spi = cpu_to_be32(get_unaligned_be32(quoted->proto == KLIPS_PROTO_AH ? at + 4 : at));
	return 0;
}

/* The outbound SA that a packet went through last; the caller is in rcu_read_lock(). */
static struct klips_sa *find(struct klips *klips, struct quoted *quoted, const u8 *packet, size_t length)
{
	struct klips_sa *sa;
	int err;

	if (!length)
		return NULL;
	err = packet[0] >> 4 == KLIPS_V6 ? read_v6(quoted, packet, length) : read_v4(quoted, packet, length);
	if (!err)
		err = read_spi(quoted, packet, length);
	if (err)
		return NULL;
	sa = klips_sadb_find(klips->sadb, &quoted->said);
	if (!sa || (sa->flags & KLIPS_SA_INBOUND) || (sa->natt != KLIPS_NATT_NONE) != quoted->in_udp)
		return NULL;
	return sa;
}

/**
 * klips_sa_pmtu() - the MTU of an SA's path
 * @sa: an outbound SA
 *
 * Return: bytes; 0: no router said anything in the last ten minutes.
 */
u32 klips_sa_pmtu(const struct klips_sa *sa)
{
	u32 pmtu = READ_ONCE(sa->pmtu);

	return pmtu && ktime_get_coarse_ns() < READ_ONCE(sa->pmtu_until) ? pmtu : 0;
}

/**
 * klips_pmtu_learn() - a router says that a packet was too long for the next link
 * @klips: where
 * @packet: the packet as the router quotes it, outer IP header first
 * @length: bytes that are quoted
 * @mtu: bytes that the link takes
 *
 * Routers cannot be authenticated. So it is believed only about an SA that there is (a forger must know its SPI), about
 * a packet that was longer, and down to what the least of links takes; and it is forgotten after ten minutes.
 *
 * Return: whether the SA's packets must be shorter from now on.
 */
bool klips_pmtu_learn(struct klips *klips, const void *packet, size_t length, u32 mtu)
{
	struct quoted quoted;
	struct klips_sa *sa;
	u32 before;

	rcu_read_lock();
	sa = find(klips, &quoted, packet, length);
	if (!sa || !mtu || mtu >= quoted.total) {
		rcu_read_unlock();
		return false;
	}
	mtu = max_t(u32, mtu, quoted.said.dst.version == KLIPS_V6 ? V6_LEAST : V4_LEAST);
	before = klips_sa_pmtu(sa);
	if (!before || mtu <= before) {
		WRITE_ONCE(sa->pmtu_until, ktime_get_ns() + PMTU_TIME);
		WRITE_ONCE(sa->pmtu, mtu);
	}
	rcu_read_unlock();
	klips_trace(XMIT, "the path takes %u bytes", mtu);
	return !before || mtu < before;
}

/**
 * klips_pmtu_of() - how long an outer packet may be
 * @klips: where
 * @packet: the packet, outer IP header first, without UDP
 * @length: bytes
 *
 * Return: bytes that its path takes; 0: nobody said, or it is of no SA.
 */
u32 klips_pmtu_of(struct klips *klips, const void *packet, size_t length)
{
	struct quoted quoted;
	struct klips_sa *sa;
	u32 pmtu;

	rcu_read_lock();
	sa = find(klips, &quoted, packet, length);
	pmtu = sa ? klips_sa_pmtu(sa) : 0;
	rcu_read_unlock();
	return pmtu;
}
