// SPDX-License-Identifier: GPL-2.0-or-later
/* How much fits through a bundle of SAs. */
#include "ah.h"
#include "esp.h"
#include "ip.h"
#include "ipcomp.h"
#include "sadb.h"

#define ESP_TRAILER 2
#define UDP_HEADER  8

static unsigned int header_of(const struct klips_addr *addr)
{
	return addr->version == KLIPS_V6 ? 40 : 20;
}

static unsigned int less(unsigned int a, unsigned int b)
{
	return a > b ? a - b : 0;
}

/* The longest payload of an ESP packet of @room bytes, from its SPI to its ICV. */
static unsigned int esp_payload(const struct klips_sa *sa, unsigned int room)
{
	const struct klips_encr_desc *encr = klips_encr(sa->encr);
	unsigned int icv = encr->icv ? encr->icv : klips_auth(sa->auth)->icv;
	unsigned int block = max_t(unsigned int, encr->block, 4);
	unsigned int text = less(room, klips_esp_head(sa) + icv);

	return less(text / block * block, ESP_TRAILER);
}

/* The longest payload that one SA can put into @room bytes behind the outer IP header. 0: none. */
static unsigned int payload(const struct klips_sa *sa, unsigned int room)
{
	switch (sa->said.proto) {
	case KLIPS_PROTO_ESP:
		return esp_payload(sa, less(room, sa->natt == KLIPS_NATT_NONE ? 0 : UDP_HEADER));
	case KLIPS_PROTO_AH:
		return less(room, klips_ah_length(sa, sa->said.dst.version));
	default:
		return room; /* IPIP; and IPCOMP, which never makes a packet longer */
	}
}

/* With BEET, options of the inner header travel in a pseudo header. */
static unsigned int through_beet(const struct klips_sa *sa, unsigned int inside, unsigned int header)
{
	unsigned int plain = header_of(&sa->inner_dst), options = less(header, plain);

	if (sa->inner_dst.version == KLIPS_V6 || !options)
		return inside + plain;
	inside = less(inside, klips_beet_pseudo(options));
	return inside ? inside + header : 0;
}

/* The longest packet that becomes one of @mtu bytes at most; in transport mode its header is @header bytes. */
static unsigned int through(const struct klips_sa *sa, unsigned int mtu, unsigned int header)
{
	bool tunnel = sa->mode == KLIPS_MODE_TUNNEL || sa->said.proto == KLIPS_PROTO_IPIP;
	unsigned int outer = tunnel || sa->mode == KLIPS_MODE_BEET ? header_of(&sa->said.dst) : header;
	unsigned int inside = payload(sa, less(mtu, outer));

	if (!inside)
		return 0;
	if (sa->mode == KLIPS_MODE_BEET)
		return through_beet(sa, inside, header);
	return tunnel ? inside : inside + outer;
}

/* What a packet's header is when it comes out of an SA. */
static unsigned int header_after(const struct klips_sa *sa, unsigned int header)
{
	if (sa->mode == KLIPS_MODE_TRANSPORT && sa->said.proto != KLIPS_PROTO_IPIP)
		return header;
	return header_of(&sa->said.dst);
}

/**
 * klips_bundle_mtu() - what fits through a bundle of SAs
 * @sa: the innermost; caller holds rcu_read_lock()
 * @mtu: of the physical device, in bytes; less counts if a router said so
 * @header: of the packet, in bytes: with IPv4 options, or the extension headers that stay in front in transport mode
 *
 * TFC padding must leave off where the path ends, and is not counted.
 *
 * Return: bytes of the longest packet, its IP header included; 0 if none fits.
 */
unsigned int klips_bundle_mtu(const struct klips_sa *sa, unsigned int mtu, unsigned int header)
{
	const struct klips_sa *bundle[KLIPS_BUNDLE_MAX];
	unsigned int headers[KLIPS_BUNDLE_MAX];
	unsigned int count = 0;
	u32 path;

	for (; sa && count < KLIPS_BUNDLE_MAX; sa = rcu_dereference(sa->next)) {
		headers[count] = header;
		header = header_after(sa, header);
		bundle[count++] = sa;
	}
	while (count && mtu) {
		path = klips_sa_pmtu(bundle[--count]);
		mtu = through(bundle[count], path ? min(path, mtu) : mtu, headers[count]);
	}
	return mtu;
}

#define MTU_LEAST 1280 /* RFC 8200, 5 */
#define MTU_MOST  65535

/**
 * klips_mtu_choose() - the MTU of an ipsecN, unless somebody sets another
 * @phys_mtu: that of the device that it is attached to, in bytes
 *
 * With TSO only whole packets come, so that a smaller MTU costs little.
 *
 * Return: bytes that most SAs can carry in one outer packet, 1280 at least.
 */
u32 klips_mtu_choose(u32 phys_mtu)
{
	u32 mtu = phys_mtu > KLIPS_SA_OVERHEAD ? (phys_mtu - KLIPS_SA_OVERHEAD) & ~3U : 0;

	return min(max(mtu, (u32)MTU_LEAST), (u32)MTU_MOST);
}
