/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nf_tables by netlink: transactions on a table of this process's own, and the words that rules are made of. All is
 * from linux/netfilter/nf_tables.h.
 */
#ifndef KLIPS_USER_NFT_H
#define KLIPS_USER_NFT_H

#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_tables.h>

#include "../core/port.h"

#define KLIPS_NFT_REG(n) (NFT_REG32_00 + (n)) /* registers of four bytes, 16 of them */

/**
 * struct klips_nft - a socket, and a transaction that is being made
 * @message: being made
 * @expressions: of the rule that is being made
 * @err: what stood in the way of making it
 */
struct klips_nft {
	struct mnl_socket *socket;
	const char *table;
	char *data;
	size_t length;
	size_t room;
	u32 seq;
	struct nlmsghdr *message;
	struct nlattr *expressions;
	int err;
};

/**
 * struct klips_nft_set - a set, or with @map a map to verdicts
 * @key_type: nft's name for it, in numbers: how nft shows it
 * @key: bytes
 * @host: the key is a number of the host's byte order, for nft to show
 */
struct klips_nft_set {
	const char *name;
	u32 key_type;
	u32 key;
	bool map;
	bool host;
};

int klips_nft_open(struct klips_nft *nft, const char *table);
void klips_nft_close(struct klips_nft *nft);
int klips_nft_commit(struct klips_nft *nft);
int klips_nft_counter(struct klips_nft *nft, const char *name, u64 *packets);

/* Changes of the table, which are made by the commit. */
void klips_nft_add_table(struct klips_nft *nft);
void klips_nft_add_counter(struct klips_nft *nft, const char *name);
/* @priority: of the prerouting hook; or NULL: a chain that others jump to */
void klips_nft_add_chain(struct klips_nft *nft, const char *name, const s32 *priority);
void klips_nft_flush_chain(struct klips_nft *nft, const char *name);
void klips_nft_add_set(struct klips_nft *nft, const struct klips_nft_set *set);
void klips_nft_remove_set(struct klips_nft *nft, const char *name);
/* @verdict: of a map's element, NULL: of a set's */
void klips_nft_add_element(struct klips_nft *nft, const char *set, const void *key, u32 size, const s32 *verdict);
void klips_nft_remove_element(struct klips_nft *nft, const char *set, const void *key, u32 size);

/* A rule, at the end of its chain: these between begin and end. Where one does not hold, the rule ends. */
void klips_nft_begin_rule(struct klips_nft *nft, const char *chain);
void klips_nft_end_rule(struct klips_nft *nft);
void klips_nft_meta(struct klips_nft *nft, u32 key, u32 to);
/* @base: NFT_PAYLOAD_NETWORK_HEADER or _TRANSPORT_HEADER */
void klips_nft_payload(struct klips_nft *nft, u32 base, u32 offset, u32 size, u32 to);
void klips_nft_extension(struct klips_nft *nft, u8 header, u32 offset, u32 size, u32 to);
void klips_nft_mask(struct klips_nft *nft, u32 reg, const void *mask, u32 size);
void klips_nft_compare(struct klips_nft *nft, u32 reg, u32 how, const void *value, u32 size);
void klips_nft_in_set(struct klips_nft *nft, u32 reg, const char *set, bool not );
void klips_nft_by_map(struct klips_nft *nft, u32 reg, const char *map);
void klips_nft_count(struct klips_nft *nft, const char *counter);
/* @chain: where to go, NULL for verdicts that go nowhere */
void klips_nft_verdict(struct klips_nft *nft, s32 verdict, const char *chain);

#endif
