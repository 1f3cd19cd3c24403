// SPDX-License-Identifier: GPL-2.0-or-later
#include "address_pool.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "ts.h"

/* Free addresses that wait for those who had them, of one version: a large pool forgets the oldest. */
#define REMEMBERED_MAX 65536

static size_t size_of(uint8_t version)
{
	return version == KLIPS_V4 ? 4 : 16;
}

static void count_up(struct klips_addr *addr, int by)
{
	size_t at = size_of(addr->version);
	uint8_t over = by > 0 ? 0 : 0xff;

	do {
		at--;
		addr->b[at] = (uint8_t)(addr->b[at] + by);
	} while (at && addr->b[at] == over);
}

static bool is_in(const struct address_range *range, const struct klips_addr *addr)
{
	size_t size = size_of(addr->version);

	return range->first.version == addr->version && memcmp(addr->b, range->first.b, size) >= 0 &&
	       memcmp(addr->b, range->last.b, size) <= 0;
}

/* A prefix's own address, and IPv4's broadcast address, are for no host. */
static void trim(struct address_range *range, unsigned int bits)
{
	if (klips_addr_bits(&range->first) - bits < 2)
		return;
	count_up(&range->first, 1);
	if (range->first.version == KLIPS_V4)
		count_up(&range->last, -1);
}

static bool overlap(const struct address_range *a, const struct address_range *b)
{
	return is_in(a, &b->first) || is_in(b, &a->first);
}

static bool overlaps_one_of(const struct address_ranges *all, const struct address_range *one)
{
	unsigned int at;

	for (at = 0; at < all->count; at++)
		if (overlap(&all->list[at], one))
			return true;
	return false;
}

static const char *parse_one(struct address_range *to, const char *text)
{
	struct ike_ts ts;
	const char *wrong = ike_ts_parse(&ts, text);

	if (wrong)
		return wrong;
	if (ts.protocol || ts.first_port || ts.last_port != UINT16_MAX)
		return "a pool has no ports";
	to->first = (struct klips_addr){ .version = ts.version };
	to->last = to->first;
	memcpy(to->first.b, ts.first, size_of(ts.version));
	memcpy(to->last.b, ts.last, size_of(ts.version));
	if (strchr(text, '/'))
		trim(to, ike_ts_prefix(&ts, &(bool){ false }));
	return NULL;
}

/**
 * address_ranges_parse() - what addresspool= of ipsec.conf says
 * @to: gets the ranges
 * @text: FIRST-LAST or a prefix, apart by commas
 *
 * Return: NULL, or what is wrong, a constant
 */
const char *address_ranges_parse(struct address_ranges *to, const char *text)
{
	char copy[2048], *one, *rest = copy;
	const char *wrong;

	to->count = 0;
	if (strlen(text) >= sizeof(copy))
		return "it is too long";
	memcpy(copy, text, strlen(text) + 1);
	while ((one = strsep(&rest, ","))) {
		if (to->count == ADDRESS_RANGES_MAX)
			return "it has more than 16 ranges";
		wrong = parse_one(&to->list[to->count], one);
		if (wrong)
			return wrong;
		if (overlaps_one_of(to, &to->list[to->count]))
			return "two of its ranges overlap";
		to->count++;
	}
	return NULL;
}

bool address_ranges_have(const struct address_ranges *ranges, uint8_t version)
{
	unsigned int at;

	for (at = 0; at < ranges->count; at++)
		if (ranges->list[at].first.version == version)
			return true;
	return false;
}

bool address_ranges_are_same(const struct address_ranges *a, const struct address_ranges *b)
{
	unsigned int at;

	if (a->count != b->count)
		return false;
	for (at = 0; at < a->count; at++)
		if (!klips_addr_equal(&a->list[at].first, &b->list[at].first) ||
		    !klips_addr_equal(&a->list[at].last, &b->list[at].last))
			return false;
	return true;
}

bool address_ranges_overlap(const struct address_ranges *a, const struct address_ranges *b)
{
	unsigned int at;

	for (at = 0; at < b->count; at++)
		if (overlaps_one_of(a, &b->list[at]))
			return true;
	return false;
}

static uint64_t count(const struct address_range *range)
{
	size_t at, size = size_of(range->first.version);
	int borrow = 0, byte;
	uint64_t number = 0;
	bool huge = false;

	for (at = size; at-- > 0;) {
		byte = range->last.b[at] - range->first.b[at] - borrow;
		borrow = byte < 0;
		if (size - 1 - at < 8)
			number |= (uint64_t)(uint8_t)byte << 8 * (size - 1 - at);
		else
			huge |= (uint8_t)byte != 0;
	}
	return huge || number == UINT64_MAX ? UINT64_MAX : number + 1;
}

/* Goes on to the next range of that version, from @range on. */
static void start_range(const struct address_pool *pool, struct address_family *family, uint8_t version)
{
	while (family->range < pool->ranges.count && pool->ranges.list[family->range].first.version != version)
		family->range++;
	if (family->range < pool->ranges.count)
		family->next = pool->ranges.list[family->range].first;
}

static void start_family(const struct address_pool *pool, struct address_family *family, uint8_t version)
{
	uint64_t one;
	unsigned int at;

	CDS_INIT_LIST_HEAD(&family->free);
	start_range(pool, family, version);
	for (at = 0; at < pool->ranges.count; at++) {
		if (pool->ranges.list[at].first.version != version)
			continue;
		one = count(&pool->ranges.list[at]);
		family->size = one > UINT64_MAX - family->size ? UINT64_MAX : family->size + one;
	}
}

struct address_pool *address_pool_get(struct pluto *pluto, const struct address_ranges *ranges)
{
	struct address_pool *pool;

	cds_list_for_each_entry(pool, &pluto->pools, node) {
		if (address_ranges_are_same(&pool->ranges, ranges)) {
			pool->users++;
			return pool;
		}
	}
	pool = calloc(1, sizeof(*pool));
	if (!pool)
		return NULL;
	pool->pluto = pluto;
	pool->users = 1;
	pool->ranges = *ranges;
	start_family(pool, &pool->families[0], KLIPS_V4);
	start_family(pool, &pool->families[1], KLIPS_V6);
	cds_list_add_tail(&pool->node, &pluto->pools);
	return pool;
}

static int by_addr(const void *one, const void *other)
{
	const struct address_lease *a = one, *b = other;

	if (a->addr.version != b->addr.version)
		return a->addr.version - b->addr.version;
	return memcmp(a->addr.b, b->addr.b, size_of(a->addr.version));
}

static int by_id(const void *one, const void *other)
{
	const struct address_lease *a = one, *b = other;

	if (a->addr.version != b->addr.version)
		return a->addr.version - b->addr.version;
	if (a->id_type != b->id_type)
		return a->id_type - b->id_type;
	if (a->id.length != b->id.length)
		return a->id.length < b->id.length ? -1 : 1;
	return memcmp(a->id.data, b->id.data, a->id.length);
}

static struct address_lease *find(void *const *tree, const struct address_lease *key,
				  int (*compare)(const void *one, const void *other))
{
	struct address_lease *const *found = tfind(key, tree, compare);

	return found ? *found : NULL;
}

static struct address_family *family_of(struct address_pool *pool, uint8_t version)
{
	return &pool->families[address_family(version)];
}

/* Nobody is given it again. */
static void forget(struct address_lease *lease)
{
	struct address_pool *pool = lease->pool;

	if (lease->id.length)
		tdelete(lease, &pool->named, by_id);
	tdelete(lease, &pool->pluto->leases, by_addr);
	cds_list_del(&lease->node);
	family_of(pool, lease->addr.version)->free_count--;
	free(lease);
}

void address_pool_put(struct address_pool *pool)
{
	struct address_lease *lease, *next;
	unsigned int at;

	if (!pool || --pool->users)
		return;
	for (at = 0; at < 2; at++)
		cds_list_for_each_entry_safe(lease, next, &pool->families[at].free, node)
			forget(lease);
	cds_list_del(&pool->node);
	free(pool);
}

struct address_lease *address_lease_find(struct address_pool *pool, uint8_t version, const struct ike_identity *id)
{
	const struct address_lease key = {
		.addr.version = version,
		.id_type = id->type,
		.id = { id->data, id->length },
	};

	return find(&pool->named, &key, by_id);
}

static struct address_lease *find_addr(const struct pluto *pluto, const struct klips_addr *addr)
{
	const struct address_lease key = { .addr = *addr };

	return find(&pluto->leases, &key, by_addr);
}

static bool put_in(void **tree, struct address_lease *lease, int (*compare)(const void *one, const void *other))
{
	return tsearch(lease, tree, compare);
}

/* @id: NULL: it is nobody's when it is free again */
static struct address_lease *make(struct address_pool *pool, const struct klips_addr *addr,
				  const struct ike_identity *id)
{
	struct address_lease *lease = calloc(1, sizeof(*lease) + (id ? id->length : 0));

	if (!lease)
		return NULL;
	lease->pool = pool;
	lease->addr = *addr;
	if (!put_in(&pool->pluto->leases, lease, by_addr)) {
		free(lease);
		return NULL;
	}
	CDS_INIT_LIST_HEAD(&lease->node);
	if (!id)
		return lease;
	memcpy(lease->data, id->data, id->length);
	lease->id = (struct ike_slice){ lease->data, id->length };
	lease->id_type = id->type;
	if (!put_in(&pool->named, lease, by_id))
		lease->id.length = 0;
	return lease;
}

/* What was never leased, and is not by another pool. */
static bool next_unused(struct address_pool *pool, uint8_t version, struct klips_addr *addr)
{
	struct address_family *family = family_of(pool, version);

	while (family->range < pool->ranges.count) {
		*addr = family->next;
		if (klips_addr_equal(addr, &pool->ranges.list[family->range].last)) {
			family->range++;
			start_range(pool, family, version);
		} else {
			count_up(&family->next, 1);
		}
		if (!find_addr(pool->pluto, addr))
			return true;
	}
	return false;
}

static bool has(const struct address_pool *pool, const struct klips_addr *addr)
{
	unsigned int at;

	for (at = 0; at < pool->ranges.count; at++)
		if (is_in(&pool->ranges.list[at], addr))
			return true;
	return false;
}

/* One that nobody has, for @id; somebody else who had it gets another the next time. */
static struct address_lease *reuse(struct address_pool *pool, struct address_lease *lease,
				   const struct ike_identity *id)
{
	struct klips_addr addr = lease->addr;

	forget(lease);
	return make(pool, &addr, id);
}

/* @wanted, if it is nobody's and waits for nobody. */
static struct address_lease *take_wanted(struct address_pool *pool, const struct klips_addr *wanted,
					 const struct ike_identity *id)
{
	struct address_lease *lease;

	if (!wanted->version || !has(pool, wanted))
		return NULL;
	lease = find_addr(pool->pluto, wanted);
	if (!lease)
		return make(pool, wanted, id);
	return lease->holder || lease->id.length || lease->pool != pool ? NULL : reuse(pool, lease, id);
}

static struct address_lease *take_any(struct address_pool *pool, uint8_t version, const struct ike_identity *id)
{
	struct address_family *family = family_of(pool, version);
	struct klips_addr addr;

	if (family->free_count < REMEMBERED_MAX && next_unused(pool, version, &addr))
		return make(pool, &addr, id);
	if (!cds_list_empty(&family->free))
		return reuse(pool, cds_list_first_entry(&family->free, struct address_lease, node), id);
	return NULL;
}

static struct address_lease *hold(struct address_lease *lease, struct ike_sa *holder)
{
	struct address_pool *pool = lease->pool;
	struct address_family *family = family_of(pool, lease->addr.version);

	if (!cds_list_empty(&lease->node)) {
		cds_list_del(&lease->node);
		CDS_INIT_LIST_HEAD(&lease->node);
		family->free_count--;
	}
	family->held++;
	lease->holder = holder;
	pool->users++;
	return lease;
}

/**
 * address_lease_take() - give somebody an address: O(log n)
 * @version: KLIPS_V4 or KLIPS_V6
 * @id: who; he is given the same again as long as it waits for him. While he holds one, another is nobody's afterwards
 * @wanted: what he asks for, taken as a hint (RFC 7296, 3.15.1); version 0: nothing
 * @holder: its SA
 *
 * Return: the lease, for address_lease_release(); NULL: all addresses are held, or there is no memory
 */
struct address_lease *address_lease_take(struct address_pool *pool, uint8_t version, const struct ike_identity *id,
					 const struct klips_addr *wanted, struct ike_sa *holder)
{
	struct address_lease *lease = address_lease_find(pool, version, id);

	if (lease && !lease->holder)
		return hold(lease, holder);
	if (lease)
		id = NULL;
	lease = wanted->version == version ? take_wanted(pool, wanted, id) : NULL;
	if (!lease)
		lease = take_any(pool, version, id);
	return lease ? hold(lease, holder) : NULL;
}

/**
 * address_lease_release() - nobody holds it any more; whoever had it is given it again while it is free
 */
void address_lease_release(struct address_lease *lease)
{
	struct address_pool *pool = lease->pool;
	struct address_family *family = family_of(pool, lease->addr.version);

	lease->holder = NULL;
	cds_list_add_tail(&lease->node, &family->free);
	family->free_count++;
	family->held--;
	address_pool_put(pool);
}
