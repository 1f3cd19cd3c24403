// SPDX-License-Identifier: GPL-2.0-or-later
/* SAs whose outer addresses change. */
#include "sadb_fixture.h"
#include "core/number.h"

static struct klips_sa_move move_of(u8 proto, u32 spi, u32 dst)
{
	struct klips_sa_move move = { .from = name(proto, spi), .said = name(proto, spi) };

	move.said.dst = klips_addr_v4(cpu_to_be32(dst));
	move.src = klips_addr_v4(cpu_to_be32(0xc0000263));
	return move;
}

/* At another address than name() has. */
static struct klips_sa *find_at(u8 proto, u32 spi, u32 dst)
{
	struct klips_said said = name(proto, spi);
	struct klips_sa *sa;

	said.dst = klips_addr_v4(cpu_to_be32(dst));
	rcu_read_lock();
	sa = klips_sadb_find(db, &said);
	rcu_read_unlock();
	return sa;
}

static u64 take(struct klips_sa *sa)
{
	u64 number = 0;

	assert_int_equal(klips_number_take(sa, &number), 0);
	return number;
}

static void the_same_name_is_replaced(void **state)
{
	struct klips_sa_move move = move_of(KLIPS_PROTO_ESP, 0x1000, 0xc0000201);
	struct klips_sa *old, *new;

	(void)state;
	assert_int_equal(add(KLIPS_PROTO_ESP, 0x1000), 0);
	old = find(KLIPS_PROTO_ESP, 0x1000);
	assert_true(klips_sa_get(old));
	assert_int_equal(take(old), 1);
	klips_sadb_used(db, old, 100, 1, ktime_get_ns());
	move.natt = KLIPS_NATT_NONESP;
	move.natt_sport = 4500;
	move.natt_dport = 40000;
	assert_int_equal(klips_sadb_move(db, &move), 0);
	new = find(KLIPS_PROTO_ESP, 0x1000);
	assert_ptr_not_equal(new, old);
	assert_int_equal(klips_sadb_count(db), 1);
	assert_int_equal(new->natt_dport, 40000);
	assert_true(klips_addr_equal(&new->src, &move.src));
	assert_int_equal(atomic64_read(&new->usage.bytes), 100);
	/* Whoever still has the old one takes none that the new one takes. */
	assert_int_equal(take(new), 2);
	assert_int_equal(take(old), 3);
	assert_int_equal(take(new), 4);
	klips_sa_put(old);
	assert_int_equal(delete (KLIPS_PROTO_ESP, 0x1000), 0);
	assert_int_equal(klips_sadb_count(db), 0);
}

static void both_names_lead_to_it(void **state)
{
	const struct klips_sa_move move = move_of(KLIPS_PROTO_ESP, 0x1000, 0xc0000202);
	struct klips_sa_config wanted = config(KLIPS_PROTO_ESP, 0x1000);
	struct klips_sa *old, *new;
	u64 number;

	(void)state;
	wanted.window = 64;
	wanted.ref = 77;
	wanted.flags = KLIPS_SA_INBOUND;
	assert_int_equal(klips_sadb_add(db, &wanted), 0);
	old = find(KLIPS_PROTO_ESP, 0x1000);
	assert_true(klips_number_may_accept(old, 10, &number) && klips_number_accept(old, number));
	assert_int_equal(klips_sadb_move(db, &move), 0);
	assert_int_equal(klips_sadb_move(db, &move), -EEXIST);
	new = find_at(KLIPS_PROTO_ESP, 0x1000, 0xc0000202);
	assert_non_null(new);
	assert_ptr_equal(find(KLIPS_PROTO_ESP, 0x1000), old);
	/* A packet that came to one of them is a replay at the other. */
	assert_false(klips_number_may_accept(new, 10, &number));
	assert_true(klips_number_may_accept(new, 11, &number) && klips_number_accept(new, number));
	assert_false(klips_number_may_accept(old, 11, &number));
	assert_int_equal(delete (KLIPS_PROTO_ESP, 0x1000), 0);
	assert_true(klips_number_may_accept(new, 12, &number));
	rcu_read_lock();
	assert_ptr_equal(klips_sadb_find_ref(db, 77), new);
	rcu_read_unlock();
	assert_int_equal(new->ref, 77);
}

static void moves_again_and_back(void **state)
{
	struct klips_sa_move there = move_of(KLIPS_PROTO_AH, 0x1000, 0xc0000202);
	struct klips_sa_move back = move_of(KLIPS_PROTO_AH, 0x1000, 0xc0000201);
	unsigned int i;

	(void)state;
	assert_int_equal(add(KLIPS_PROTO_AH, 0x1000), 0);
	back.from = there.said;
	for (i = 1; i < 100; i += 2) {
		assert_int_equal(klips_sadb_move(db, &there), 0);
		assert_int_equal(klips_sadb_delete(db, &there.from), 0);
		assert_int_equal(take(find_at(KLIPS_PROTO_AH, 0x1000, 0xc0000202)), i);
		assert_int_equal(klips_sadb_move(db, &back), 0);
		assert_int_equal(klips_sadb_delete(db, &back.from), 0);
		assert_int_equal(take(find(KLIPS_PROTO_AH, 0x1000)), i + 1);
	}
	assert_int_equal(klips_sadb_count(db), 1);
}

static void refuses(void **state)
{
	struct klips_sa_move move = move_of(KLIPS_PROTO_ESP, 0x1000, 0xc0000202);
	const struct klips_said bundle[] = { name(KLIPS_PROTO_ESP, 0x2000), name(KLIPS_PROTO_AH, 0x2001) };
	const struct klips_said esp = name(KLIPS_PROTO_ESP, 0);
	__be32 spi;

	(void)state;
	assert_int_equal(klips_sadb_move(db, &move), -ENOENT);
	assert_int_equal(klips_sadb_allocate_spi(db, &esp, cpu_to_be32(0x1000), cpu_to_be32(0x1000), &spi), 0);
	assert_int_equal(klips_sadb_move(db, &move), -EBUSY);
	assert_int_equal(add(bundle[0].proto, 0x2000), 0);
	assert_int_equal(add(bundle[1].proto, 0x2001), 0);
	assert_int_equal(klips_sadb_group(db, bundle, 2), 0);
	move = move_of(KLIPS_PROTO_ESP, 0x2000, 0xc0000202);
	assert_int_equal(klips_sadb_move(db, &move), -EBUSY);
	move.said.spi = cpu_to_be32(0x3000);
	assert_int_equal(klips_sadb_move(db, &move), -EINVAL);
	move = move_of(KLIPS_PROTO_COMP, 0x1000, 0xc0000202);
	assert_int_equal(klips_sadb_move(db, &move), -EINVAL);
	assert_int_equal(add(KLIPS_PROTO_ESP, 0x4000), 0);
	move = move_of(KLIPS_PROTO_ESP, 0x4000, 0xc0000202);
	move.src.version = KLIPS_V6;
	assert_int_equal(klips_sadb_move(db, &move), -EINVAL);
	assert_null(find_at(KLIPS_PROTO_ESP, 0x4000, 0xc0000202));
}

static void note(struct klips_sa *sa, enum klips_life life, void *arg)
{
	(void)sa;
	*(unsigned int *)arg += life == KLIPS_LIFE_HARD;
}

static void its_life_goes_on(void **state)
{
	const struct klips_sa_move move = move_of(KLIPS_PROTO_ESP, 0x1000, 0xc0000202);
	struct klips_sa_config wanted = config(KLIPS_PROTO_ESP, 0x1000);
	unsigned int ended = 0;
	u64 added;

	(void)state;
	wanted.hard.addtime = 100;
	assert_int_equal(klips_sadb_add(db, &wanted), 0);
	added = find(KLIPS_PROTO_ESP, 0x1000)->usage.added;
	assert_int_equal(klips_sadb_move(db, &move), 0);
	assert_int_equal(delete (KLIPS_PROTO_ESP, 0x1000), 0);
	klips_sadb_run_timers(db, added + 99 * SECOND, note, &ended);
	assert_int_equal(ended, 0);
	klips_sadb_run_timers(db, added + 101 * SECOND, note, &ended);
	assert_int_equal(ended, 1);
	assert_null(find_at(KLIPS_PROTO_ESP, 0x1000, 0xc0000202));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		sadb_test(the_same_name_is_replaced), sadb_test(both_names_lead_to_it),
		sadb_test(moves_again_and_back),      sadb_test(refuses),
		sadb_test(its_life_goes_on),
	};

	rcu_register_thread();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
