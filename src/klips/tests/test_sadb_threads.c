// SPDX-License-Identifier: GPL-2.0-or-later
/* Readers of the SADB against writers; the same under ThreadSanitizer. */
#include "test.h"
#include "core/sadb.h"

#define ROUNDS 4000
#define STAYS  0x5000
#define COMES  0x6000

static struct klips_sadb *db;
static bool stop;
static atomic64_t expired;

static struct klips_said name(u8 proto, u32 spi)
{
	struct klips_said said = { .dst = klips_addr_v4(cpu_to_be32(0xc0000201)), .proto = proto };

	said.spi = cpu_to_be32(spi);
	return said;
}

static int add(u8 proto, u32 spi, u64 packets)
{
	struct klips_sa_config config = { .said = name(proto, spi), .state = KLIPS_SA_MATURE, .hard.packets = packets };

	return klips_sadb_add(db, &config);
}

static void expire(struct klips_sa *sa, enum klips_life life, void *arg)
{
	(void)sa;
	(void)life;
	(void)arg;
	atomic64_inc(&expired);
}

/* Whoever has the first SA of a bundle can go through it, dead or alive, with a reference alone. */
static unsigned long use_bundle(void)
{
	const struct klips_said said = name(KLIPS_PROTO_IPIP, COMES);
	struct klips_sa *sa, *next;
	unsigned long wrong = 0;

	rcu_read_lock();
	sa = klips_sadb_find(db, &said);
	if (sa && !klips_sa_get(sa))
		sa = NULL;
	rcu_read_unlock();
	if (!sa)
		return 0;
	klips_usage_count(&sa->usage, 1, 1, 1);
	klips_sadb_check(db, sa, 1, expire, NULL);
	next = rcu_dereference(sa->next);
	if (next)
		wrong = next->said.proto != KLIPS_PROTO_COMP || rcu_dereference(next->inner) != sa;
	klips_sa_put(sa);
	return wrong;
}

static void *read_all_the_time(void *arg)
{
	const struct klips_said stays = name(KLIPS_PROTO_IPIP, STAYS);
	unsigned long wrong = 0;
	struct klips_sa *sa;

	(void)arg;
	rcu_register_thread();
	while (!READ_ONCE(stop)) {
		rcu_read_lock();
		sa = klips_sadb_find(db, &stays);
		wrong += !sa || klips_sadb_find_ref(db, 100) != sa;
		rcu_read_unlock();
		wrong += use_bundle();
	}
	rcu_unregister_thread();
	return (void *)wrong;
}

/* A bundle comes and goes, by deletion or because readers use it up, while the table grows. */
static void churn(unsigned int round)
{
	const struct klips_said bundle[] = { name(KLIPS_PROTO_IPIP, COMES), name(KLIPS_PROTO_COMP, COMES) };
	const struct klips_said other = name(KLIPS_PROTO_IPIP, 0x10000 + round / 2);

	assert_int_equal(add(KLIPS_PROTO_COMP, COMES, 0), 0);
	assert_int_equal(add(KLIPS_PROTO_IPIP, COMES, 5), 0);
	assert_int_equal(add(KLIPS_PROTO_IPIP, 0x10000 + round, 0), 0);
	klips_sadb_group(db, bundle, 2);
	if (round % 2)
		klips_sadb_delete(db, &other);
	klips_sadb_delete(db, &bundle[0]);
	klips_sadb_delete(db, &bundle[1]);
}

static void readers_and_writers_do_not_meet(void **state)
{
	struct klips_sa_config config = { .said = name(KLIPS_PROTO_IPIP, STAYS), .state = KLIPS_SA_MATURE, .ref = 100 };
	pthread_t readers[2];
	unsigned int i;
	void *wrong;

	(void)state;
	db = klips_sadb_new();
	assert_non_null(db);
	assert_int_equal(klips_sadb_add(db, &config), 0);
	for (i = 0; i < ARRAY_SIZE(readers); i++)
		assert_int_equal(pthread_create(&readers[i], NULL, read_all_the_time, NULL), 0);
	for (i = 0; i < ROUNDS; i++)
		churn(i);
	WRITE_ONCE(stop, true);
	for (i = 0; i < ARRAY_SIZE(readers); i++) {
		assert_int_equal(pthread_join(readers[i], &wrong), 0);
		assert_null(wrong);
	}
	assert_int_equal(klips_sadb_count(db), 1 + ROUNDS / 2);
	klips_sadb_free(db);
}

/* A limit that several packets pass at once is told once. */
static void *use_up(void *arg)
{
	struct klips_sa *sa = arg;

	rcu_register_thread();
	klips_sadb_check(db, sa, 1, expire, NULL);
	rcu_unregister_thread();
	return NULL;
}

static void an_end_is_told_once(void **state)
{
	const struct klips_said said = name(KLIPS_PROTO_IPIP, STAYS);
	pthread_t threads[4];
	struct klips_sa *sa;
	unsigned int i;

	(void)state;
	db = klips_sadb_new();
	assert_non_null(db);
	assert_int_equal(add(KLIPS_PROTO_IPIP, STAYS, 1), 0);
	rcu_read_lock();
	sa = klips_sadb_find(db, &said);
	assert_true(klips_sa_get(sa));
	rcu_read_unlock();
	klips_usage_count(&sa->usage, 1, 2, 1);
	atomic64_set(&expired, 0);
	for (i = 0; i < ARRAY_SIZE(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, use_up, sa), 0);
	for (i = 0; i < ARRAY_SIZE(threads); i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	assert_int_equal(atomic64_read(&expired), 1);
	assert_int_equal(klips_sadb_count(db), 0);
	klips_sa_put(sa);
	klips_sadb_free(db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(readers_and_writers_do_not_meet),
		cmocka_unit_test(an_end_is_told_once),
	};

	rcu_register_thread();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
