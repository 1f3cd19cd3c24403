// SPDX-License-Identifier: GPL-2.0-or-later
/* Lifetimes of SAs, by packets and by timers. */
#include "sadb_fixture.h"

static struct klips_sa *gone;
static unsigned int softs, hards;

static void note(struct klips_sa *sa, enum klips_life life, void *arg)
{
	struct klips_sa *found;

	assert_ptr_equal(arg, &gone);
	softs += life == KLIPS_LIFE_SOFT;
	hards += life == KLIPS_LIFE_HARD;
	gone = sa;
	rcu_read_lock();
	found = klips_sadb_find(db, &sa->said);
	rcu_read_unlock();
	assert_ptr_equal(found, life == KLIPS_LIFE_HARD ? NULL : sa);
	assert_int_equal(sa->state, life == KLIPS_LIFE_HARD ? KLIPS_SA_DEAD : KLIPS_SA_DYING);
}

static u64 run_timers(u64 now)
{
	softs = hards = 0;
	return klips_sadb_run_timers(db, now, note, &gone);
}

static void enforces_limits_by_time(void **state)
{
	struct klips_sa_config wanted = config(KLIPS_PROTO_ESP, 300);
	struct klips_sa *sa;
	u64 added;

	(void)state;
	wanted.soft.addtime = 10;
	wanted.hard.addtime = 20;
	assert_int_equal(klips_sadb_add(db, &wanted), 0);
	sa = find(KLIPS_PROTO_ESP, 300);
	added = sa->usage.added;
	assert_true(klips_sadb_next_due(db) == added + 10 * SECOND + 1);
	assert_true(run_timers(added + 10 * SECOND) == added + 10 * SECOND + 1);
	assert_int_equal(softs, 0);
	assert_true(run_timers(added + 11 * SECOND) == added + 20 * SECOND + 1);
	assert_int_equal(softs, 1);
	run_timers(added + 19 * SECOND);
	assert_int_equal(softs + hards, 0);
	assert_true(run_timers(added + 21 * SECOND) == 0);
	assert_int_equal(softs, 0);
	assert_int_equal(hards, 1);
	assert_int_equal(klips_sadb_count(db), 0);
}

static enum klips_life check(struct klips_sa *sa, u64 now)
{
	enum klips_life life;

	softs = hards = 0;
	rcu_read_lock();
	life = klips_sadb_check(db, sa, now, note, &gone);
	rcu_read_unlock();
	return life;
}

static void enforces_limits_by_packets(void **state)
{
	struct klips_sa_config wanted = config(KLIPS_PROTO_ESP, 300);
	struct klips_sa *sa;

	(void)state;
	wanted.soft.packets = 2;
	wanted.hard.bytes = 500;
	assert_int_equal(klips_sadb_add(db, &wanted), 0);
	sa = find(KLIPS_PROTO_ESP, 300);
	assert_true(klips_sadb_next_due(db) == 0);
	klips_usage_count(&sa->usage, 200, 2, sa->usage.added + 1);
	assert_int_equal(check(sa, sa->usage.added + 1), KLIPS_LIFE_GOES_ON);
	klips_usage_count(&sa->usage, 100, 1, sa->usage.added + 2);
	assert_int_equal(check(sa, sa->usage.added + 2), KLIPS_LIFE_SOFT);
	assert_int_equal(softs, 1);
	assert_int_equal(check(sa, sa->usage.added + 2), KLIPS_LIFE_SOFT);
	assert_int_equal(softs, 0);
	klips_usage_count(&sa->usage, 201, 1, sa->usage.added + 3);
	assert_true(klips_sa_get(sa));
	assert_int_equal(check(sa, sa->usage.added + 3), KLIPS_LIFE_HARD);
	assert_int_equal(hards, 1);
	assert_int_equal(check(sa, sa->usage.added + 3), KLIPS_LIFE_HARD);
	assert_int_equal(hards, 0);
	klips_sa_put(sa);
}

/* KLIPS took the time since it was added for this: facts of old that must not come back. */
static void use_time_counts_from_the_first_packet(void **state)
{
	struct klips_sa_config wanted = config(KLIPS_PROTO_ESP, 300);
	struct klips_sa *sa;
	u64 first;

	(void)state;
	wanted.hard.usetime = 10;
	assert_int_equal(klips_sadb_add(db, &wanted), 0);
	sa = find(KLIPS_PROTO_ESP, 300);
	first = sa->usage.added + 100 * SECOND;
	assert_true(run_timers(first) == 0);
	assert_int_equal(check(sa, first), KLIPS_LIFE_GOES_ON);
	klips_sadb_used(db, sa, 1, 1, first); /* and no other packet comes */
	assert_true(klips_sadb_next_due(db) == first + 10 * SECOND + 1);
	run_timers(first + 10 * SECOND + 1);
	assert_int_equal(hards, 1);
	assert_int_equal(klips_sadb_count(db), 0);
}

static void new_limits_bring_a_dying_sa_back(void **state)
{
	struct klips_sa_config wanted = config(KLIPS_PROTO_ESP, 300), limits = { .said = wanted.said };
	struct klips_sa *sa;
	u64 now;

	(void)state;
	wanted.soft.bytes = 5;
	assert_int_equal(klips_sadb_add(db, &wanted), 0);
	sa = find(KLIPS_PROTO_ESP, 300);
	now = sa->usage.added;
	klips_usage_count(&sa->usage, 6, 1, now);
	assert_int_equal(check(sa, now), KLIPS_LIFE_SOFT);
	limits.soft.bytes = 10;
	limits.hard.addtime = 5;
	assert_int_equal(klips_sadb_update(db, &limits), 0);
	assert_int_equal(sa->state, KLIPS_SA_MATURE);
	assert_true(klips_sadb_next_due(db) == now + 5 * SECOND + 1);
	limits.hard.addtime = 0;
	assert_int_equal(klips_sadb_update(db, &limits), 0);
	assert_true(klips_sadb_next_due(db) == 0);
}

/* Many SAs with limits of their own end in their order; others are deleted meanwhile. */
static void many_timers_end_in_order(void **state)
{
	u64 last = 0, now, next = 0;
	uint64_t random = 77;
	u32 i, left = 0;

	(void)state;
	for (i = 1; i <= 3000; i++) {
		struct klips_sa_config wanted = config(KLIPS_PROTO_IPIP, i);

		wanted.hard.addtime = 1 + test_random(&random) % 1000;
		assert_int_equal(klips_sadb_add(db, &wanted), 0);
		last = find(KLIPS_PROTO_IPIP, i)->usage.added;
	}
	for (i = 3; i <= 3000; i += 3)
		assert_int_equal(delete (KLIPS_PROTO_IPIP, i), 0);
	for (now = klips_sadb_next_due(db); now; now = next) {
		next = run_timers(now);
		assert_int_not_equal(hards, 0);
		left += hards;
		assert_true(!next || next > now);
		assert_int_equal(klips_sadb_count(db), 2000 - left);
	}
	assert_int_equal(left, 2000);
	assert_true(last);
}

static void a_larval_sa_goes_when_nothing_becomes_of_it(void **state)
{
	const struct klips_said esp = name(KLIPS_PROTO_ESP, 0);
	__be32 spi;
	u64 added;

	(void)state;
	assert_int_equal(klips_sadb_allocate_spi(db, &esp, cpu_to_be32(0x301), cpu_to_be32(0x301), &spi), 0);
	added = find(KLIPS_PROTO_ESP, 0x301)->usage.added;
	assert_true(run_timers(added + 165 * SECOND) == added + 165 * SECOND + 1);
	assert_int_equal(hards, 0);
	assert_true(run_timers(added + 165 * SECOND + 1) == 0);
	assert_int_equal(hards, 1);
	assert_null(find(KLIPS_PROTO_ESP, 0x301));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		sadb_test(enforces_limits_by_time),
		sadb_test(enforces_limits_by_packets),
		sadb_test(use_time_counts_from_the_first_packet),
		sadb_test(new_limits_bring_a_dying_sa_back),
		sadb_test(many_timers_end_in_order),
		sadb_test(a_larval_sa_goes_when_nothing_becomes_of_it),
	};

	rcu_register_thread();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
