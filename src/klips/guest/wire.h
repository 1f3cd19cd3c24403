/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets for the module under test, from the other end of its wire: good ones and bad ones. */
#ifndef KLIPS_GUEST_WIRE_H
#define KLIPS_GUEST_WIRE_H

#include "guest/chance.h"
#include "lib/control_client.h"
#include "tests/transform.h"

/* Addresses are transform_addr()'s: the wire's ends are PEER and OWN; INNER_PEER and INNER_OWN are behind them. */
#define WIRE_PEER	1
#define WIRE_OWN	2
#define WIRE_INNER_PEER 11
#define WIRE_INNER_OWN	12

#define WIRE_SPI	0x1000 /* of the first SA; those of IPCOMP fit 16 bits */
#define WIRE_SPI_OUT	0x2000 /* what the module answers by; the ones after it are for one protocol each */
#define WIRE_NATT_PORT	4500

#define WIRE_ROOM	8192 /* bytes of the longest packet */

/**
 * struct wire_sa - an SA that the module receives by
 * @name: for users
 * @proto: ESP, AH, IPCOMP or IPIP
 * @mode: how it wraps packets
 * @inner: IP version inside, in tunnel mode and BEET
 * @outer: IP version outside
 * @encr: ESP's
 * @auth: ESP's or AH's
 * @key: bytes of the cipher's key
 * @flags: KLIPS_SA_
 * @natt: whether it is in UDP
 * @narrow: it is for UDP to port 9 alone
 * @mast: what it brings appears on mast0, marked for its answer
 * @sa: the sender's part
 */
struct wire_sa {
	const char *name;
	u8 proto;
	enum klips_mode mode;
	u8 inner, outer;
	enum klips_encr encr;
	enum klips_auth auth;
	u8 key;
	u32 flags;
	bool natt;
	bool narrow;
	bool mast;
	struct klips_sa *sa;
};

extern struct wire_sa wire_sas[];
extern const unsigned int wire_sas_count;

/* wire_sas.c: both parts of all SAs, and how the module answers. Ends the program if it is refused. Returns the
 * reference of the SA that answers of mast0's go by. */
u32 wire_sas_make(struct klips_client *client);

/* wire_packets.c: whole packets, outer IP header first; NULL: that came to nothing */
struct sk_buff *wire_good(const struct wire_sa *to, u32 payload);
struct sk_buff *wire_bad(struct chance *chance, bool *in_udp);
struct sk_buff *wire_outgoing(struct chance *chance);

#endif
