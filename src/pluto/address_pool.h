/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pools of addresses for road warriors, and who has which: leases. */
#ifndef PLUTO_ADDRESS_POOL_H
#define PLUTO_ADDRESS_POOL_H

#include "../lib/identity.h"
#include "pluto.h"

#define ADDRESS_RANGES_MAX 16

/* From @first to @last, both in it, of one version of IP. */
struct address_range {
	struct klips_addr first, last;
};

struct address_ranges {
	unsigned int count;
	struct address_range list[ADDRESS_RANGES_MAX];
};

/**
 * struct address_family - the addresses of one version of IP in a pool
 * @range, @next: the first that was never leased; @range past the last: there is none
 * @free: leases that nobody holds, the oldest first: an identity's address waits for it there
 * @size: how many addresses there are; UINT64_MAX: more than that
 */
struct address_family {
	unsigned int range;
	struct klips_addr next;
	struct cds_list_head free;
	uint64_t free_count, held, size;
};

/**
 * struct address_pool - shared by all connections that name the same ranges, and held by leases that are held
 * @families: of IPv4, of IPv6
 * @named: leases by identities
 */
struct address_pool {
	struct cds_list_head node;
	struct pluto *pluto;
	unsigned int users;
	struct address_ranges ranges;
	struct address_family families[2];
	void *named;
};

/**
 * struct address_lease - an address, and whose it is or was
 * @holder: NULL: nobody has it
 * @id, @id_type: who is given it again; empty: nobody
 */
struct address_lease {
	struct cds_list_head node;
	struct address_pool *pool;
	struct klips_addr addr;
	struct ike_sa *holder;
	struct ike_slice id;
	uint8_t id_type;
	uint8_t data[];
};

/* 0: of IPv4, 1: of IPv6. */
static inline unsigned int address_family(uint8_t version)
{
	return version == KLIPS_V6;
}

/* "192.0.3.10-192.0.3.19,2001:db8::/112": NULL, or what is wrong. */
const char *address_ranges_parse(struct address_ranges *to, const char *text);
/* Whether there are addresses of that version. */
bool address_ranges_have(const struct address_ranges *ranges, uint8_t version);
bool address_ranges_are_same(const struct address_ranges *a, const struct address_ranges *b);
/* Whether an address is in both. */
bool address_ranges_overlap(const struct address_ranges *a, const struct address_ranges *b);

/* The engine's pool of these ranges, made if there is none. NULL: no memory */
struct address_pool *address_pool_get(struct pluto *pluto, const struct address_ranges *ranges);
void address_pool_put(struct address_pool *pool);

/*
 * An address of that version for whoever @id is: the one that was his before, @wanted (version 0: none) if nobody has
 * it, or another. NULL: all are taken, or no memory.
 */
struct address_lease *address_lease_take(struct address_pool *pool, uint8_t version, const struct ike_identity *id,
					 const struct klips_addr *wanted, struct ike_sa *holder);
/* That of an identity, held or not; NULL: none. */
struct address_lease *address_lease_find(struct address_pool *pool, uint8_t version, const struct ike_identity *id);
/* It is free. */
void address_lease_release(struct address_lease *lease);

#endif
