// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lifetimes of SAs: RFC 4301, 4.4.2.1. They are looked at when a packet passes, and when they are due. What is due is
 * in a binary heap, so that SAs cost nothing while none of them is.
 */
#include "sadb_own.h"

/**
 * klips_timers_reserve() - see that there is memory for the timer of one SA more
 * @db: the SADB, whose lock is held
 *
 * So an SA that is in the table can always have a timer. May let go of the lock and sleep; what was looked up before
 * may be gone.
 *
 * Return: 0 or -ENOMEM, and the lock is held.
 */
int klips_timers_reserve(struct klips_sadb *db) __must_hold(&db->lock)
{
	struct klips_timers *timers = &db->timers;
	struct klips_sa **heap, **spare;
	u32 room;

	while (timers->room < db->table.count + 2) {
		room = 2 * (db->table.count + 2);
		spin_unlock_bh(&db->lock);
		heap = kvcalloc(room, sizeof(*heap), GFP_KERNEL);
		spin_lock_bh(&db->lock);
		if (!heap)
			return -ENOMEM;
		spare = heap;
		if (timers->room < room) {
			spare = timers->heap;
			if (spare)
				memcpy(heap, spare, (timers->count + 1) * sizeof(*heap));
			timers->heap = heap;
			timers->room = room;
		}
		/* what vmalloc() gave is given back where one may sleep */
		spin_unlock_bh(&db->lock);
		kvfree(spare);
		spin_lock_bh(&db->lock);
	}
	return 0;
}

static void put_at(struct klips_timers *timers, u32 at, struct klips_sa *sa)
{
	timers->heap[at] = sa;
	sa->timer = at;
}

static void move_up(struct klips_timers *timers, u32 at, struct klips_sa *sa)
{
	for (; at > 1 && timers->heap[at / 2]->due > sa->due; at /= 2)
		put_at(timers, at, timers->heap[at / 2]);
	put_at(timers, at, sa);
}

static void move_down(struct klips_timers *timers, u32 at, struct klips_sa *sa)
{
	u32 child;

	for (; (child = 2 * at) <= timers->count; at = child) {
		if (child < timers->count && timers->heap[child + 1]->due < timers->heap[child]->due)
			child++;
		if (timers->heap[child]->due >= sa->due)
			break;
		put_at(timers, at, timers->heap[child]);
	}
	put_at(timers, at, sa);
}

static void note_first(struct klips_sadb *db)
{
	WRITE_ONCE(db->next_due, db->timers.count ? db->timers.heap[1]->due : 0);
}

/**
 * klips_timer_stop() - look at an SA's lifetimes no more, but when packets pass
 * @db: the SADB
 * @sa: the SA; it need not have a timer
 */
void klips_timer_stop(struct klips_sadb *db, struct klips_sa *sa)
{
	struct klips_timers *timers = &db->timers;
	const u32 at = sa->timer;
	struct klips_sa *last;

	if (!at)
		return;
	last = timers->heap[timers->count--];
	sa->timer = 0;
	if (last != sa) {
		move_up(timers, at, last);
		move_down(timers, last->timer, last);
	}
	note_first(db);
}

/**
 * klips_timer_set() - look at an SA's lifetimes when the next of them ends
 * @db: the SADB
 * @sa: the SA, which is in the table. A dying one waits for its hard limits alone
 * @now: monotonic nanoseconds
 */
void klips_timer_set(struct klips_sadb *db, struct klips_sa *sa, u64 now)
{
	static const struct klips_limits none;
	const struct klips_limits *soft = sa->state == KLIPS_SA_DYING ? &none : &sa->soft;
	u64 due = klips_life_next(soft, &sa->hard, &sa->usage, now);

	klips_timer_stop(db, sa);
	WRITE_ONCE(sa->use_timed, READ_ONCE(sa->usage.first) != 0);
	if (!due)
		return;
	sa->due = max_t(u64, due, now + 1);
	move_up(&db->timers, ++db->timers.count, sa);
	note_first(db);
}

/* After the first use the limits that count from it are known; after a timer there may be another. */
static void restart_timer(struct klips_sadb *db, struct klips_sa *sa, u64 now)
{
	spin_lock_bh(&db->lock);
	if (sa->state != KLIPS_SA_DEAD)
		klips_timer_set(db, sa, now);
	spin_unlock_bh(&db->lock);
}

static bool wants_use_timer(const struct klips_sa *sa)
{
	return (READ_ONCE(sa->soft.usetime) || READ_ONCE(sa->hard.usetime)) && READ_ONCE(sa->usage.first) &&
	       !READ_ONCE(sa->use_timed);
}

/* Whether it was this call that found it. */
static bool become_dying(struct klips_sadb *db, struct klips_sa *sa, u64 now)
{
	bool first;

	spin_lock_bh(&db->lock);
	first = sa->state == KLIPS_SA_MATURE;
	if (first) {
		WRITE_ONCE(sa->state, KLIPS_SA_DYING);
		klips_timer_set(db, sa, now);
	}
	spin_unlock_bh(&db->lock);
	return first;
}

static bool become_dead(struct klips_sadb *db, struct klips_sa *sa)
{
	bool first;

	spin_lock_bh(&db->lock);
	first = sa->state != KLIPS_SA_DEAD;
	if (first)
		klips_sadb_kill(db, sa);
	spin_unlock_bh(&db->lock);
	return first;
}

/**
 * klips_sadb_check() - enforce an SA's limits, before a packet and when a timer is due
 * @db: the SADB
 * @sa: the SA; the caller is in rcu_read_lock() or has a reference
 * @now: monotonic nanoseconds
 * @expire: called once when the SA becomes dying and once when it is dead, here and now; may be NULL. An SA that dies
 *          takes the others of its bundle with it, and of these nobody is told
 * @arg: for it
 *
 * Takes a lock only when something changes.
 *
 * Return: where the SA's life is: past its soft limits it may be used still, past its hard ones not.
 */
enum klips_life klips_sadb_check(struct klips_sadb *db, struct klips_sa *sa, u64 now, klips_expire_fn expire, void *arg)
{
	const enum klips_life life = klips_life_check(&sa->soft, &sa->hard, &sa->usage, now);
	bool first = false;

	if (life == KLIPS_LIFE_HARD)
		first = READ_ONCE(sa->state) != KLIPS_SA_DEAD && become_dead(db, sa);
	else if (life == KLIPS_LIFE_SOFT)
		first = READ_ONCE(sa->state) == KLIPS_SA_MATURE && become_dying(db, sa, now);
	if (first && expire)
		expire(sa, life, arg);
	return life;
}

/**
 * klips_sadb_used() - note that packets went through an SA
 * @db: the SADB
 * @sa: the SA; the caller is in rcu_read_lock() or has a reference
 * @bytes: see klips_usage_count()
 * @packets: likewise
 * @now: monotonic nanoseconds
 *
 * Takes a lock at the first use of an SA that has limits from there on: they are due without another packet.
 */
void klips_sadb_used(struct klips_sadb *db, struct klips_sa *sa, u64 bytes, u64 packets, u64 now)
{
	klips_usage_count(&sa->usage, bytes, packets, now);
	if (unlikely(wants_use_timer(sa)))
		restart_timer(db, sa, now);
}

/* The first SA that is due, with a reference and without its timer. */
static struct klips_sa *take_due(struct klips_sadb *db, u64 now)
{
	struct klips_sa *sa = NULL;

	spin_lock_bh(&db->lock);
	if (db->timers.count && db->timers.heap[1]->due <= now) {
		sa = db->timers.heap[1];
		klips_timer_stop(db, sa);
		if (!klips_sa_get(sa))
			sa = NULL;
	}
	spin_unlock_bh(&db->lock);
	return sa;
}

/**
 * klips_sadb_run_timers() - look at all SAs that are due
 * @db: the SADB
 * @now: monotonic nanoseconds
 * @expire: see klips_sadb_check()
 * @arg: for it
 *
 * Return: when to be called again, in the same; 0: nothing is due. When something changes, klips_sadb_next_due() tells.
 */
u64 klips_sadb_run_timers(struct klips_sadb *db, u64 now, klips_expire_fn expire, void *arg)
{
	struct klips_sa *sa;

	while ((sa = take_due(db, now))) {
		if (klips_sadb_check(db, sa, now, expire, arg) != KLIPS_LIFE_HARD)
			restart_timer(db, sa, now);
		klips_sa_put(sa);
	}
	return klips_sadb_next_due(db);
}

/**
 * klips_sadb_next_due() - when klips_sadb_run_timers() has something to do
 * @db: the SADB
 *
 * Return: monotonic nanoseconds, 0: never. Takes no lock.
 */
u64 klips_sadb_next_due(const struct klips_sadb *db)
{
	return READ_ONCE(db->next_due);
}
