/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guard: refuses packets in clear that should have come through an SA (RFC 4301, 5.2, step 3a). klipsd does not see
 * such packets, so the kernel's nf_tables does it, by klips_refuses_clear()'s rules.
 *
 * It searches like core's eroutes do. Each shape of eroutes (lengths of the two prefixes, which fields) has a map of
 * flows, and a packet is looked up in these maps, the most specific shape first. Fragments whose ports are not known
 * are looked up in maps of the flows in which an eroute with ports protects some.
 */
#ifndef KLIPS_USER_GUARD_H
#define KLIPS_USER_GUARD_H

#include "../core/eroute.h"

/* What of a flow a map has beside the addresses: none of these, or all that an eroute says; or a map of groups. */
#define KLIPS_GUARD_ICMP   1U /* the ports are ICMP's type and code */
#define KLIPS_GUARD_DPORT  2U
#define KLIPS_GUARD_SPORT  4U
#define KLIPS_GUARD_PROTO  8U
#define KLIPS_GUARD_PORTED 0x10U /* addresses and protocol of eroutes with ports */
#define KLIPS_GUARD_NAMED  0x20U /* addresses of eroutes with a protocol */

#define KLIPS_GUARD_KEY	   44 /* bytes: two IPv6 addresses, protocol, ports, each in a multiple of four */

/**
 * struct klips_guard_map - a map of flows
 * @list: of its family's maps, by falling rank: as they are looked up
 * @rank: as KLIPS_GUARD_RANK() makes it
 * @entries: that a lookup finds; 0: the kernel does not have the map
 * @users: entries, also those that are just made
 */
struct klips_guard_map {
	struct list_head list;
	u32 rank;
	bool v6;
	u32 entries;
	u32 users;
};

/* Of eroutes: lengths of the source's and the destination's prefix. A packet that comes in has them the other way. */
#define KLIPS_GUARD_RANK(src_bits, dst_bits, fields) ((u32)(src_bits) << 16 | (u32)(dst_bits) << 8 | (fields))
#define KLIPS_GUARD_FIELDS(rank)		     ((rank)&0xffU)

/**
 * struct klips_guard_key - a flow in a map
 * @data: the eroute's source, destination, protocol, source port, destination port, as far as the map has them, in
 *        network byte order; each is filled up with zeros to a multiple of four bytes
 */
struct klips_guard_key {
	u32 length;
	u8 data[KLIPS_GUARD_KEY];
};

/**
 * struct klips_guard_sink - who has the kernel do it. All but @commit only note what is to be done.
 * @add_map: make an empty map; @remove_map: there are no entries in it that matter
 * @add_flow: of a map; @pass: packets of it are taken, else refused. @remove_flow: it is there
 * @order: lookups go through the maps in this list that have entries, from now on
 * @add_device: packets that come by it are looked at
 * @commit: do what was noted, at once as seen by packets, and forget it: 0, or a negative errno, and nothing is done
 */
struct klips_guard_sink {
	void (*add_map)(void *arg, const struct klips_guard_map *map);
	void (*remove_map)(void *arg, const struct klips_guard_map *map);
	void (*add_flow)(void *arg, const struct klips_guard_map *map, const struct klips_guard_key *key, bool pass);
	void (*remove_flow)(void *arg, const struct klips_guard_map *map, const struct klips_guard_key *key);
	void (*order)(void *arg, const struct list_head *maps, bool v6);
	void (*add_device)(void *arg, u32 ifindex);
	void (*remove_device)(void *arg, u32 ifindex);
	int (*commit)(void *arg);
};

/* All calls come from one thread. */
struct klips_guard;

struct klips_guard *klips_guard_new(const struct klips_guard_sink *sink, void *arg);
void klips_guard_free(struct klips_guard *guard);
int klips_guard_set(struct klips_guard *guard, const struct klips_selector *sel, const struct klips_said *said);
int klips_guard_unset(struct klips_guard *guard, const struct klips_selector *sel);
int klips_guard_clear(struct klips_guard *guard);
int klips_guard_watch(struct klips_guard *guard, u32 ifindex);
int klips_guard_unwatch(struct klips_guard *guard, u32 ifindex);

/* guard_nft.c: the sink that is nf_tables. It is there until it is closed, or the process ends. */
struct klips_guard_nft;

extern const struct klips_guard_sink klips_guard_nft_sink;
int klips_guard_nft_open(struct klips_guard_nft **nft);
void klips_guard_nft_close(struct klips_guard_nft *nft);
/* What comes to that UDP port is taken from now on. 0 or a negative errno. */
int klips_guard_nft_exempt(struct klips_guard_nft *nft, u16 port);
int klips_guard_nft_count(struct klips_guard_nft *nft, u64 *packets);

#endif
