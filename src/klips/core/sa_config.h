/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a security association is made from: RFC 4301, 4.4.2. */
#ifndef KLIPS_CORE_SA_CONFIG_H
#define KLIPS_CORE_SA_CONFIG_H

#include "crypto.h"
#include "lifetime.h"
#include "selector.h"

enum klips_sa_state {
	KLIPS_SA_LARVAL, /* an SPI that was given out, without keys yet */
	KLIPS_SA_MATURE,
	KLIPS_SA_DYING, /* past a soft limit */
	KLIPS_SA_DEAD,	/* past a hard one, or deleted */
};

enum klips_mode {
	KLIPS_MODE_TRANSPORT,
	KLIPS_MODE_TUNNEL,
	KLIPS_MODE_BEET,
};

enum klips_natt {
	KLIPS_NATT_NONE,
	KLIPS_NATT_NONESP, /* RFC 3948 */
};

#define KLIPS_SA_INBOUND       0x01
#define KLIPS_SA_ESN	       0x02 /* RFC 4304 */
#define KLIPS_SA_NO_ECN	       0x04 /* decapsulation leaves the inner header's ECN field as it is */
#define KLIPS_SA_DECAP_DSCP    0x08 /* decapsulation copies the DSCP inwards */
#define KLIPS_SA_NO_ENCAP_DSCP 0x10 /* encapsulation leaves the outer DSCP at 0 */
#define KLIPS_SA_TFC_PMTU      0x20 /* pad to the path's MTU: RFC 4303, 2.7 */

#define KLIPS_SELECTORS_MAX    16 /* of one SA */

enum klips_df {
	KLIPS_DF_CLEAR, /* KLIPS's way from old */
	KLIPS_DF_COPY,
	KLIPS_DF_SET,
};

/**
 * struct klips_sa_config - all that an SA is made from
 * @said: its name
 * @src: the outer source of a tunnel, or the peer's address of an inbound SA (unspecified: any)
 * @inner_src: with BEET, the address that the packet has inside; likewise @inner_dst
 * @selector: what may arrive inside, for an inbound SA; version 0: anything
 * @more: what else may; @more_count of them
 * @keys: algorithms and keys
 * @soft: limits at which the key daemon is told
 * @hard: limits at which it ends
 * @state: KLIPS_SA_LARVAL or KLIPS_SA_MATURE
 * @mode: how it wraps packets
 * @df: DF of the outer IPv4 header
 * @flags: KLIPS_SA_INBOUND and others
 * @window: packets, see klips_replay
 * @tfc: bytes to which payloads are padded, 0: not
 * @natt_sport: of the UDP header that the packets have, in host byte order; likewise @natt_dport
 * @ref: the SAref that is wanted, 0: any that is free; @ref_him: the peer's of the other direction
 * @if_id: the ipsecN device that inbound packets appear on; 0: the one that is attached where they arrived
 * @ttl: of the outer header; 0: 64
 */
struct klips_sa_config {
	struct klips_said said;
	struct klips_addr src;
	struct klips_addr inner_src;
	struct klips_addr inner_dst;
	struct klips_selector selector;
	struct klips_selector more[KLIPS_SELECTORS_MAX - 1];
	u32 more_count;
	struct klips_keys keys;
	struct klips_limits soft;
	struct klips_limits hard;
	enum klips_sa_state state;
	enum klips_mode mode;
	enum klips_natt natt;
	enum klips_df df;
	u32 flags;
	u32 window;
	u32 tfc;
	u32 ref;
	u32 ref_him;
	u32 if_id;
	u16 natt_sport;
	u16 natt_dport;
	u8 ttl;
};

#endif
