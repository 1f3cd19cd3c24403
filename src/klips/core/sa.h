/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A security association: RFC 4301, 4.4.2. */
#ifndef KLIPS_CORE_SA_H
#define KLIPS_CORE_SA_H

#include "replay.h"
#include "sa_config.h"
#include "table.h"

/**
 * struct klips_sa_errors - packets that an inbound SA refused
 * @auth: not authentic
 * @replay: came before, or too old
 * @pad: with padding that is none
 * @size: too short, or not in whole blocks
 * @policy: not what the SA is for, or it may not be used
 */
struct klips_sa_errors {
	atomic64_t auth;
	atomic64_t replay;
	atomic64_t pad;
	atomic64_t size;
	atomic64_t policy;
};

/**
 * struct klips_sa - an SA; readers hold rcu_read_lock() or a reference
 * @by_said: and what follows: all that a lookup and each packet read, side by side
 * @said: its name
 * @state: only forward, but from dying to mature when limits are set anew
 * @mode: as klips_sa_config has it, like what follows
 * @natt: whether packets go in UDP
 * @df: DF of the outer IPv4 header
 * @flags: KLIPS_SA_INBOUND and others
 * @tfc: bytes to which payloads are padded, 0: not
 * @ref: its SAref
 * @ref_him: the SAref of the other direction
 * @if_id: the ipsecN that inbound packets appear on
 * @natt_sport: host byte order
 * @natt_dport: host byte order
 * @ttl: of the outer header
 * @async: packets' cryptography may end later
 * @encr: its encryption
 * @auth: its authenticator
 * @crypto: its keys, in the platform's form; owned. NULL: it needs none
 * @keeper: whose @crypto, @seq and @replay it uses: itself; of one that moved, what it was at first, which it holds
 * @next: the next outer SA of its bundle, RCU
 * @inner: the next inner one, RCU: inbound packets come to that when they have left this
 * @iv_salt: random; with the sequence number it makes IVs of counter modes, none twice
 * @soft: limits at which the key daemon is told
 * @hard: limits at which it ends
 * @src: outer source; inbound: the peer
 * @selector: what may arrive inside
 * @more: what else may, @more_count of them; NULL: nothing
 * @pmtu: outbound: bytes of a packet that fit its path, as a router said last; 0: none did
 * @pmtu_until: monotonic nanoseconds; then it is forgotten
 * @no_eroute: outbound: the version of the eroutes, of which none is for the packets that it makes; 0: not known
 * @inner_src: BEET: the address inside. From here on what few packets read, which keeps what all read apart from what
 * all write
 * @inner_dst: BEET: the address inside
 * @by_ends: while @bare: see sadb_tunnel.c
 * @timer: place among those that are due, from 1; 0: never. The SADB's lock guards it and what follows, up to @due
 * @bare: an inbound tunnel that is looked for by its ends
 * @use_timed: the limits from its first use on are in @due
 * @due: monotonic nanoseconds of the next look at its lifetimes
 * @rcu: frees it after the last reader
 * @seq: outbound: the last number that was sent. From here on what packets write
 * @usage: what it has done
 * @lock: guards @replay
 * @replay: inbound: the numbers that came
 * @refs: references; the last frees it
 * @comp_skip: IPCOMP: packets that are not tried; see ipcomp.h
 * @comp_tries: IPCOMP: packets in a row that compression did not shorten
 * @errors: packets that it refused
 */
struct klips_sa {
	struct klips_table_node by_said;
	struct klips_said said;
	enum klips_sa_state state;
	enum klips_mode mode;
	enum klips_natt natt;
	enum klips_df df;
	u32 flags;
	u32 tfc;
	u32 ref;
	u32 ref_him;
	u32 if_id;
	u16 natt_sport;
	u16 natt_dport;
	u8 ttl;
	bool async;
	enum klips_encr encr;
	enum klips_auth auth;
	struct klips_crypto *crypto;
	struct klips_sa *keeper;
	struct klips_sa __rcu *next;
	struct klips_sa __rcu *inner;
	u64 iv_salt;
	struct klips_limits soft;
	struct klips_limits hard;
	struct klips_addr src;
	struct klips_selector selector;
	struct klips_selector *more;
	u32 more_count;
	u32 pmtu;
	u64 pmtu_until;
	unsigned long no_eroute;
	struct klips_addr inner_src;
	struct klips_addr inner_dst;
	struct klips_table_node by_ends;
	u32 timer;
	bool bare;
	bool use_timed;
	u64 due;
	struct rcu_head rcu;
	atomic64_t seq;
	struct klips_usage usage;
	spinlock_t lock;
	struct klips_replay replay;
	refcount_t refs;
	u32 comp_skip;
	u32 comp_tries;
	struct klips_sa_errors errors;
};

int klips_sa_new(struct klips_sa **sa, const struct klips_sa_config *config);
void klips_sa_read_config(struct klips_sa_config *config, const struct klips_sa *sa);
struct klips_sa_move;
int klips_sa_new_moved(struct klips_sa **sa, struct klips_sa *old, const struct klips_sa_move *move);
bool klips_sa_get(struct klips_sa *sa); /* false: it is about to be freed */
void klips_sa_put(struct klips_sa *sa);
/* Whether one of its selectors matches; it has some. */
bool klips_sa_is_for(const struct klips_sa *sa, const struct klips_flow *flow);

#endif
