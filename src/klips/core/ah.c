// SPDX-License-Identifier: GPL-2.0-or-later
/* AH: RFC 4302. See ah.h; what of the IP header is authenticated: ah_mutable.c. */
#include "ah.h"
#include "ah_mutable.h"
#include "debug.h"
#include "ip.h"
#include "number.h"

#define FIXED 12 /* bytes before the ICV */

/**
 * klips_ah_length() - how long the header is that AH puts into a packet
 * @sa: the SA
 * @version: of the IP header before it
 *
 * Return: bytes of header, ICV and padding: RFC 4302, 2.6 and 3.3.3.2.1.
 */
unsigned int klips_ah_length(const struct klips_sa *sa, u8 version)
{
	return round_up(FIXED + (unsigned int)klips_auth(sa->auth)->icv, version == KLIPS_V6 ? 8U : 4U);
}

/* RFC 4302, 3.3.3. @ah: offset of the header; @length: bytes of it. The ICV counts as zero, padding as it is. */
static int compute(struct klips_sa *sa, const struct sk_buff *skb, u32 ah, u32 length, __be32 esn_high, bool sending,
		   u8 *icv)
{
	static const u8 zero[KLIPS_ICV_MAX];
	u32 size = klips_auth(sa->auth)->icv;
	u8 header[KLIPS_HEADER_MAX];
	const struct klips_piece pieces[] = {
		{ header, ah },
		{ skb->data + ah, FIXED },
		{ zero, size },
		{ skb->data + ah + FIXED + size, length - FIXED - size },
		{ skb->data + ah + length, skb->len - ah - length },
		{ &esn_high, 4 },
	};
	int err;

	memcpy(header, skb->data, ah);
	err = klips_ah_zero_mutable(header, ah, sending);
	if (err)
		return err;
	return klips_crypto_mac(sa->crypto, pieces, sa->flags & KLIPS_SA_ESN ? 6 : 5, icv);
}

static int read_outbound(struct klips_ip *ip, const struct sk_buff *skb, unsigned int header, unsigned int length)
{
	int err = klips_ip_read(ip, skb->data, skb->len);

	if (err || ip->header != header || ip->fragment || header > KLIPS_HEADER_MAX || ip->total != skb->len)
		return -EINVAL;
	if (skb->len + length > (ip->version == KLIPS_V6 ? 65575U : 65535U))
		return -EMSGSIZE;
	return 0;
}

/**
 * klips_ah_seal() - put AH into a packet: RFC 4302, 3.3
 * @sa: an outbound SA
 * @skb: a whole packet, skb->data at its IP header before and after
 * @header: bytes of the IP header with all that stays before AH
 *
 * Return: 0; -ENOBUFS: no room, -EOVERFLOW: no sequence number is left, -EMSGSIZE: too long; -EINVAL: @header is not
 * where AH goes, a fragment, or something in the header that AH cannot protect. The packet is of no use then.
 */
int klips_ah_seal(struct klips_sa *sa, struct sk_buff *skb, unsigned int header)
{
	struct klips_ip ip;
	unsigned int length;
	u8 icv[KLIPS_ICV_MAX];
	u64 number;
	u8 *ah;
	int err;

	if (!skb->len)
		return -EINVAL;
	length = klips_ah_length(sa, skb->data[0] >> 4);
	err = read_outbound(&ip, skb, header, length);
	if (!err)
		err = klips_ip_shift(skb, header, (int)length);
	if (!err)
		err = klips_number_take(sa, &number);
	if (err)
		return err;
	klips_trace(AH, "SPI %x: %u bytes of AH", be32_to_cpu(sa->said.spi), length);
	ah = skb->data + header;
	memset(ah, 0, length);
	ah[0] = ip.proto;
	ah[1] = (u8)(length / 4 - 2);
	memcpy(ah + 4, &sa->said.spi, 4);
	put_unaligned_be32((u32)number, ah + 8);
	klips_ip_mend(skb, &ip, KLIPS_PROTO_AH);
	err = compute(sa, skb, header, length, cpu_to_be32((u32)(number >> 32)), true, icv);
	if (!err)
		memcpy(ah + FIXED, icv, klips_auth(sa->auth)->icv);
	return err;
}

/* Linux pads AH to 8 bytes in IPv4 too unless it is told otherwise: either length is fine. 0: none is. */
static u32 inbound_length(const struct klips_sa *sa, const struct klips_ip *ip, const struct sk_buff *skb)
{
	u32 least = klips_ah_length(sa, ip->version), length;

	if (skb->len < ip->header + least)
		return 0;
	length = (skb->data[ip->header + 1] + 2U) * 4;
	if (length < least || length > round_up(least, 8) || skb->len < ip->header + length)
		return 0;
	return length;
}

/**
 * klips_ah_open() - verify AH, and take it out of a packet: RFC 4302, 3.4
 * @sa: an inbound SA
 * @skb: the packet, skb->data at its IP header before and after; what follows the packet is cut off
 * @header: bytes before AH
 *
 * The caller counts what is refused.
 *
 * Return: 0; -EBADMSG: malformed, or not authentic; -EALREADY: a replay; -ENOMEM.
 */
int klips_ah_open(struct klips_sa *sa, struct sk_buff *skb, unsigned int header)
{
	struct klips_ip ip;
	u8 icv[KLIPS_ICV_MAX];
	u64 number;
	u32 length;
	u8 *ah, next;
	int err;

	if (klips_ip_read(&ip, skb->data, skb->len) || ip.header != header || ip.proto != KLIPS_PROTO_AH ||
	    ip.fragment || header > KLIPS_HEADER_MAX)
		return -EBADMSG;
	skb_trim(skb, ip.total);
	length = inbound_length(sa, &ip, skb);
	if (!length)
		return -EBADMSG;
	ah = skb->data + header;
	if (!klips_number_may_accept(sa, get_unaligned_be32(ah + 8), &number))
		return -EALREADY;
	err = compute(sa, skb, header, length, cpu_to_be32((u32)(number >> 32)), false, icv);
	if (err)
		return err == -ENOMEM ? err : -EBADMSG;
	if (crypto_memneq(icv, ah + FIXED, klips_auth(sa->auth)->icv)) {
		klips_trace(AH, "SPI %x: not authentic", be32_to_cpu(sa->said.spi));
		return -EBADMSG;
	}
	if (!klips_number_accept(sa, number))
		return -EALREADY;
	klips_trace(AH, "SPI %x: %u bytes of AH", be32_to_cpu(sa->said.spi), length);
	next = ah[0];
	klips_ip_shift(skb, header, -(int)length);
	klips_ip_mend(skb, &ip, next);
	return 0;
}
