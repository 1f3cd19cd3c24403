// SPDX-License-Identifier: GPL-2.0-or-later
/* See sadb.h. Readers take no lock; all who change something take one. */
#include "debug.h"
#include "sadb_own.h"

/*
 * Seconds that an SPI stays reserved without an SA being made of it, so that a key daemon that went away leaves
 * nothing: longer than any of them repeats its messages.
 */
#define LARVAL_SECONDS 165

/**
 * klips_sadb_hash() - of an SA's name
 * @db: the SADB
 * @said: the name
 */
u32 klips_sadb_hash(const struct klips_sadb *db, const struct klips_said *said)
{
	const u32 kind = (u32)said->dst.version << 8 | said->proto;
	const u32 v4[] = { (__force u32)said->dst.w[0], (__force u32)said->spi, kind };
	const u32 v6[] = { (__force u32)said->dst.w[0], (__force u32)said->dst.w[1], (__force u32)said->dst.w[2],
			   (__force u32)said->dst.w[3], (__force u32)said->spi,	     kind };

	return said->dst.version == KLIPS_V4 ? klips_hash(v4, sizeof(v4), db->seed) :
					       klips_hash(v6, sizeof(v6), db->seed);
}

static struct klips_sa *find_hashed(struct klips_sadb *db, const struct klips_said *said, u32 hash)
{
	struct klips_buckets *buckets = rcu_dereference(db->table.buckets);
	struct klips_sa *sa;

	klips_table_for_each(sa, buckets, hash,
			     by_said) if (sa->by_said.hash == hash && klips_said_equal(&sa->said, said)) return sa;
	return NULL;
}

/**
 * klips_sadb_find() - find an SA, whatever its state
 * @db: the SADB
 * @said: its name
 *
 * Return: the SA, for as long as the caller is in rcu_read_lock(); NULL: there is none.
 */
struct klips_sa *klips_sadb_find(struct klips_sadb *db, const struct klips_said *said)
{
	return find_hashed(db, said, klips_sadb_hash(db, said));
}

/**
 * klips_sadb_lookup() - the same for those who have the lock
 * @db: the SADB
 * @said: its name
 *
 * Return: the SA, for as long as the caller has the lock; NULL: there is none.
 */
struct klips_sa *klips_sadb_lookup(struct klips_sadb *db, const struct klips_said *said)
{
	struct klips_sa *sa;

	rcu_read_lock();
	sa = klips_sadb_find(db, said);
	rcu_read_unlock();
	return sa;
}

/**
 * klips_sadb_new() - make an empty SADB
 *
 * May sleep. Return: it; NULL: no memory.
 */
struct klips_sadb *klips_sadb_new(void)
{
	struct klips_sadb *db = kzalloc(sizeof(*db), GFP_KERNEL);

	if (!db)
		return NULL;
	if (klips_table_init(&db->table, &db->lock))
		goto no_table;
	if (klips_table_init(&db->tunnels, &db->lock))
		goto no_tunnels;
	spin_lock_init(&db->lock);
	get_random_bytes(&db->seed, sizeof(db->seed));
	db->refs.next = 1;
	return db;

no_tunnels:
	klips_table_destroy(&db->table);
no_table:
	kfree(db);
	return NULL;
}

/**
 * klips_sadb_free() - end a SADB
 * @db: the SADB, which nobody uses any more; no reference to any of its SAs is left. May sleep
 */
void klips_sadb_free(struct klips_sadb *db)
{
	unsigned int i;

	klips_sadb_clear(db);
	/* Each SA of a bundle is let go when the one before it is freed, and so is one that has moved. */
	for (i = 0; i < KLIPS_BUNDLE_MAX + 1; i++)
		rcu_barrier();
	klips_table_destroy(&db->tunnels);
	klips_table_destroy(&db->table);
	klips_refs_free(&db->refs);
	kvfree(db->timers.heap);
	kfree(db);
}

/* All that finds an SA. Its reference is taken over. */
static int enter(struct klips_sadb *db, struct klips_sa *sa)
{
	int err;

	if (klips_sadb_lookup(db, &sa->said))
		return -EEXIST;
	err = klips_ref_assign(&db->refs, sa);
	if (err)
		return err;
	klips_table_insert(&db->table, &sa->by_said, klips_sadb_hash(db, &sa->said));
	klips_tunnel_update(db, sa);
	klips_timer_set(db, sa, sa->usage.added);
	klips_trace(SPI, "protocol %u, SPI %x is there", sa->said.proto, be32_to_cpu(sa->said.spi));
	return 0;
}

/**
 * klips_sadb_add() - make an SA
 * @db: the SADB
 * @config: all about it; see klips_sa_new()
 *
 * May sleep. Return: 0; -EEXIST: there is an SA of this name, or one that has the SAref that is wanted; or what
 * klips_sa_new() returns.
 */
int klips_sadb_add(struct klips_sadb *db, const struct klips_sa_config *config)
{
	struct klips_sa *sa;
	int err = klips_sa_new(&sa, config);

	if (err)
		return err;
	klips_table_grow(&db->table, GFP_KERNEL);
	klips_table_grow(&db->tunnels, GFP_KERNEL);
	spin_lock_bh(&db->lock);
	err = klips_timers_reserve(db);
	if (!err)
		err = enter(db, sa);
	spin_unlock_bh(&db->lock);
	if (err)
		klips_sa_put(sa);
	return err;
}

/* Readers find the larval SA or the whole one. */
static int grow_up(struct klips_sadb *db, struct klips_sa *new)
{
	struct klips_sa *old;
	int err = 0;

	spin_lock_bh(&db->lock);
	old = klips_sadb_lookup(db, &new->said);
	if (!old)
		err = -ENOENT;
	else if (old->state != KLIPS_SA_LARVAL)
		err = -EEXIST;
	else if (new->ref && old->ref != new->ref)
		err = -EINVAL;
	if (!err) {
		klips_timer_stop(db, old);
		klips_table_replace(&db->table, &old->by_said, &new->by_said);
		klips_ref_replace(&db->refs, old, new);
		klips_tunnel_update(db, new);
		klips_timer_set(db, new, new->usage.added);
		WRITE_ONCE(old->state, KLIPS_SA_DEAD);
	}
	spin_unlock_bh(&db->lock);
	klips_sa_put(err ? new : old);
	return err;
}

static void set_limits(struct klips_limits *to, const struct klips_limits *from)
{
	WRITE_ONCE(to->bytes, from->bytes);
	WRITE_ONCE(to->packets, from->packets);
	WRITE_ONCE(to->addtime, from->addtime);
	WRITE_ONCE(to->usetime, from->usetime);
}

/* What had passed its soft limits may be within the new ones. */
static void change_limits(struct klips_sadb *db, struct klips_sa *sa, const struct klips_sa_config *config)
{
	const u64 now = ktime_get_ns();

	set_limits(&sa->soft, &config->soft);
	set_limits(&sa->hard, &config->hard);
	if (sa->state == KLIPS_SA_DYING &&
	    klips_life_check(&sa->soft, &sa->hard, &sa->usage, now) == KLIPS_LIFE_GOES_ON)
		WRITE_ONCE(sa->state, KLIPS_SA_MATURE);
	klips_timer_set(db, sa, now);
}

static int update_limits(struct klips_sadb *db, const struct klips_sa_config *config)
{
	struct klips_sa *sa;
	int err = 0;

	spin_lock_bh(&db->lock);
	sa = klips_sadb_lookup(db, &config->said);
	if (!sa)
		err = -ENOENT;
	else if (config->keys.encr != KLIPS_ENCR_NONE || config->keys.auth != KLIPS_AUTH_NONE)
		err = -EEXIST;
	else
		change_limits(db, sa, config);
	spin_unlock_bh(&db->lock);
	return err;
}

static bool is_larval(struct klips_sadb *db, const struct klips_said *said)
{
	struct klips_sa *sa;
	bool larval;

	rcu_read_lock();
	sa = klips_sadb_find(db, said);
	larval = sa && READ_ONCE(sa->state) == KLIPS_SA_LARVAL;
	rcu_read_unlock();
	return larval;
}

/**
 * klips_sadb_update() - make a larval SA a mature one, or change the limits of another
 * @db: the SADB
 * @config: all about the SA that a larval one becomes, which has its SAref; of another the limits alone, and no
 * algorithms: an SA never gets new keys
 *
 * May sleep. Return: 0; -ENOENT: there is no such SA; -EEXIST: it has keys already; -EINVAL: it has another SAref than
 * the one wanted; or what klips_sa_new() returns.
 */
int klips_sadb_update(struct klips_sadb *db, const struct klips_sa_config *config)
{
	struct klips_sa *sa;
	int err;

	if (!is_larval(db, &config->said))
		return update_limits(db, config);
	if (config->state != KLIPS_SA_MATURE)
		return -EINVAL;
	err = klips_sa_new(&sa, config);
	return err ? err : grow_up(db, sa);
}

/**
 * klips_sadb_kill() - let nobody find an SA any more, nor those that are in a bundle with it
 * @db: the SADB, whose lock is held
 * @sa: the SA, which is in the table
 *
 * A bundle that lacks one of its SAs would send packets with less protection than was asked for. The SAs of a dead
 * bundle stay linked as long as anybody has one of them.
 */
void klips_sadb_kill(struct klips_sadb *db, struct klips_sa *sa)
{
	struct klips_sa *next;

	for (next = klips_bundle_first(sa); next; next = rcu_dereference_protected(next->next, 1))
		WRITE_ONCE(next->state, KLIPS_SA_DEAD);
	for (sa = klips_bundle_first(sa); sa; sa = next) {
		next = rcu_dereference_protected(sa->next, 1);
		klips_trace(SPI, "protocol %u, SPI %x is gone", sa->said.proto, be32_to_cpu(sa->said.spi));
		klips_timer_stop(db, sa);
		klips_tunnel_update(db, sa);
		klips_ref_release(&db->refs, sa);
		klips_table_remove(&db->table, &sa->by_said);
		klips_sa_put(sa);
	}
}

/**
 * klips_sadb_delete() - remove an SA, and those that are in a bundle with it
 * @db: the SADB
 * @said: its name
 *
 * Return: 0; -ENOENT: there is none.
 */
int klips_sadb_delete(struct klips_sadb *db, const struct klips_said *said)
{
	struct klips_sa *sa;

	spin_lock_bh(&db->lock);
	sa = klips_sadb_lookup(db, said);
	if (sa)
		klips_sadb_kill(db, sa);
	spin_unlock_bh(&db->lock);
	return sa ? 0 : -ENOENT;
}

/**
 * klips_sadb_clear() - remove all SAs
 * @db: the SADB
 */
void klips_sadb_clear(struct klips_sadb *db)
{
	struct klips_buckets *buckets;
	struct klips_sa *sa;
	u32 i;

	rcu_read_lock();
	spin_lock_bh(&db->lock);
	buckets = rcu_dereference(db->table.buckets);
	klips_table_for_all(sa, buckets, i, by_said) if (sa->state != KLIPS_SA_DEAD) klips_sadb_kill(db, sa);
	spin_unlock_bh(&db->lock);
	rcu_read_unlock();
}

/* Random at first, so that nobody can guess it; where that meets others too often, the next one that is free. */
static __be32 choose_spi(struct klips_sadb *db, const struct klips_said *said, u32 low, u32 high)
{
	const u64 range = (u64)high - low + 1;
	struct klips_said wanted = *said;
	u64 tries, start, at;
	u32 random;

	for (tries = 0; tries < 16; tries++) {
		get_random_bytes(&random, sizeof(random));
		/* 32 bits times the range: no division, and a bias of range / 2^32 at most, which tells nothing */
		start = ((u64)random * range) >> 32;
		wanted.spi = cpu_to_be32(low + (u32)start);
		if (!klips_sadb_lookup(db, &wanted))
			return wanted.spi;
	}
	at = start;
	for (tries = 0; tries < range && tries <= klips_sadb_count(db); tries++) {
		at = at + 1 < range ? at + 1 : 0;
		wanted.spi = cpu_to_be32(low + (u32)at);
		if (!klips_sadb_lookup(db, &wanted))
			return wanted.spi;
	}
	return 0;
}

/**
 * klips_sadb_allocate_spi() - reserve an SPI: RFC 2367, 3.1.1
 * @db: the SADB
 * @said: destination and protocol; its SPI does not count
 * @min: the least, not 0, in network byte order
 * @max: the greatest, likewise
 * @spi: gets it: no SA of this destination and protocol has it, and a larval SA keeps it for 165 seconds
 *
 * May sleep. Return: 0; -EINVAL: the range is empty or has SPIs that no SA may have; -ENOSPC: all are in use; -ENOMEM.
 */
int klips_sadb_allocate_spi(struct klips_sadb *db, const struct klips_said *said, __be32 min, __be32 max, __be32 *spi)
{
	const u32 low = be32_to_cpu(min), high = be32_to_cpu(max);
	struct klips_sa_config *config;
	int err;

	if (!low || low > high || (said->proto == KLIPS_PROTO_COMP && high > 0xffff))
		return -EINVAL;
	config = kzalloc(sizeof(*config), GFP_KERNEL); /* too much for a kernel's stack */
	if (!config)
		return -ENOMEM;
	config->said = *said;
	config->state = KLIPS_SA_LARVAL;
	config->hard.addtime = LARVAL_SECONDS;
	do {
		config->said.spi = choose_spi(db, said, low, high);
		err = config->said.spi ? klips_sadb_add(db, config) : -ENOSPC;
	} while (err == -EEXIST);
	if (!err)
		*spi = config->said.spi;
	kfree(config);
	return err;
}

/**
 * klips_sadb_count() - how many SAs there are, in whatever state
 * @db: the SADB
 *
 * Return: that.
 */
unsigned int klips_sadb_count(const struct klips_sadb *db)
{
	return READ_ONCE(db->table.count);
}

/**
 * klips_sadb_walk() - visit all SAs, in no order; the visitor is in rcu_read_lock()
 * @db: the SADB
 * @visit: called with each; what it returns other than 0 ends the walk
 * @arg: for it
 *
 * Return: what the last visit returned, 0 without any.
 */
int klips_sadb_walk(struct klips_sadb *db, int (*visit)(struct klips_sa *sa, void *arg), void *arg)
{
	struct klips_buckets *buckets;
	struct klips_sa *sa;
	int err = 0;
	u32 i;

	rcu_read_lock();
	buckets = rcu_dereference(db->table.buckets);
	for (i = 0; i <= buckets->mask && !err; i++)
		klips_table_for_each(sa, buckets, i, by_said)
		{
			err = visit(sa, arg);
			if (err)
				break;
		}
	rcu_read_unlock();
	return err;
}
