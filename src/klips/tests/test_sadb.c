// SPDX-License-Identifier: GPL-2.0-or-later
#include "sadb_fixture.h"

static void finds_what_was_added(void **state)
{
	struct klips_sa_config v6 = config(KLIPS_PROTO_ESP, 0x1000);
	u8 bytes[16] = { 0x20, 1, 0xd, 0xb8, [15] = 1 };

	(void)state;
	v6.said.dst = klips_addr_v6(bytes);
	assert_int_equal(add(KLIPS_PROTO_ESP, 0x1000), 0);
	assert_int_equal(add(KLIPS_PROTO_ESP, 0x1000), -EEXIST);
	assert_int_equal(add(KLIPS_PROTO_AH, 0x1000), 0);
	assert_int_equal(klips_sadb_add(db, &v6), 0);
	assert_int_equal(klips_sadb_count(db), 3);
	assert_int_equal(find(KLIPS_PROTO_ESP, 0x1000)->ttl, 64);
	assert_ptr_not_equal(find(KLIPS_PROTO_ESP, 0x1000), find(KLIPS_PROTO_AH, 0x1000));
	assert_null(find(KLIPS_PROTO_ESP, 0x1001));
	assert_int_equal(delete (KLIPS_PROTO_ESP, 0x1000), 0);
	assert_int_equal(delete (KLIPS_PROTO_ESP, 0x1000), -ENOENT);
	assert_null(find(KLIPS_PROTO_ESP, 0x1000));
	assert_int_equal(klips_sadb_count(db), 2);
	assert_int_equal(add(KLIPS_PROTO_ESP, 0x1000), 0);
}

struct wrong {
	const char *what;
	void (*make)(struct klips_sa_config *config);
};

#define WRONG(name, statement)                              \
	static void wrong_##name(struct klips_sa_config *c) \
	{                                                   \
		statement;                                  \
	}

WRONG(spi, c->said.spi = 0)
WRONG(proto, c->said.proto = 6)
WRONG(shunt, c->said.proto = KLIPS_PROTO_INT)
WRONG(dst, c->said.dst.version = 0)
WRONG(no_cipher, c->keys.encr = KLIPS_ENCR_NONE)
WRONG(two_icvs, c->keys.auth = KLIPS_AUTH_HMAC_SHA1_96; c->keys.auth_length = 20)
WRONG(key, c->keys.encr_length = 19)
WRONG(nothing, c->keys.encr = KLIPS_ENCR_NULL; c->keys.encr_length = 0)
WRONG(algorithm, c->keys.encr = KLIPS_ENCR_COUNT)
WRONG(dead, c->state = KLIPS_SA_DEAD)
WRONG(window, c->window = 33)
WRONG(ref, c->ref = 32768)
WRONG(family, c->src.version = KLIPS_V6)
WRONG(beet, c->mode = KLIPS_MODE_BEET)
WRONG(mode, c->mode = 3)
WRONG(natt, c->said.proto = KLIPS_PROTO_AH; c->natt = KLIPS_NATT_NONESP)
WRONG(cpi, c->said.proto = KLIPS_PROTO_COMP; c->said.spi = cpu_to_be32(0x10000); c->keys.encr = 0)
WRONG(selector, c->selector.src.version = KLIPS_V4)

static void refuses_nonsense(void **state)
{
	static const struct wrong wrongs[] = {
		{ "spi", wrong_spi },
		{ "proto", wrong_proto },
		{ "shunt", wrong_shunt },
		{ "dst", wrong_dst },
		{ "no_cipher", wrong_no_cipher },
		{ "two_icvs", wrong_two_icvs },
		{ "key", wrong_key },
		{ "nothing", wrong_nothing },
		{ "dead", wrong_dead },
		{ "window", wrong_window },
		{ "ref", wrong_ref },
		{ "family", wrong_family },
		{ "beet", wrong_beet },
		{ "mode", wrong_mode },
		{ "natt", wrong_natt },
		{ "cpi", wrong_cpi },
		{ "selector", wrong_selector },
		{ "algorithm", wrong_algorithm },
	};
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(wrongs); i++) {
		struct klips_sa_config wanted = config(KLIPS_PROTO_ESP, 0x1000);

		wrongs[i].make(&wanted);
		if (klips_sadb_add(db, &wanted) != -EINVAL)
			fail_msg("%s was not refused", wrongs[i].what);
	}
	assert_int_equal(klips_sadb_count(db), 0);
	assert_int_equal(add(KLIPS_PROTO_COMP, 0xffff), 0);
	assert_int_equal(add(KLIPS_PROTO_IPIP, 0x10000), 0);
}

static int check_each(struct klips_sa *sa, void *arg)
{
	u8 *seen = arg;

	seen[be32_to_cpu(sa->said.spi) - 1]++;
	return 0;
}

static int stop_at_once(struct klips_sa *sa, void *arg)
{
	assert_non_null(sa);
	++*(unsigned int *)arg;
	return 5;
}

static void grows_and_finds_all(void **state)
{
	static u8 seen[50000];
	unsigned int visits = 0;
	u32 i;

	(void)state;
	for (i = 1; i <= ARRAY_SIZE(seen); i++)
		assert_int_equal(add(KLIPS_PROTO_IPIP, i), 0);
	for (i = 1; i <= ARRAY_SIZE(seen); i++)
		assert_int_equal(be32_to_cpu(find(KLIPS_PROTO_IPIP, i)->said.spi), i);
	assert_null(find(KLIPS_PROTO_IPIP, i));
	memset(seen, 0, sizeof(seen));
	assert_int_equal(klips_sadb_walk(db, check_each, seen), 0);
	for (i = 0; i < ARRAY_SIZE(seen); i++)
		assert_int_equal(seen[i], 1);
	assert_int_equal(klips_sadb_walk(db, stop_at_once, &visits), 5);
	assert_int_equal(visits, 1);
	klips_sadb_clear(db);
	assert_int_equal(klips_sadb_count(db), 0);
	assert_null(find(KLIPS_PROTO_IPIP, 1));
	assert_null(find_ref(1));
}

/* The bound is for all; the table, the heap and the page of references take the rest. */
static void is_small(void **state)
{
	const size_t table = 4 * sizeof(struct hlist_head), heap = 4 * sizeof(void *), ref = sizeof(void *);

	(void)state;
	print_message("an SA has %zu bytes, and at most %zu in tables\n", sizeof(struct klips_sa), table + heap + ref);
	assert_true(sizeof(struct klips_sa) + table + heap + ref < 1024);
}

static void allocates_spis_that_are_free(void **state)
{
	const struct klips_said esp = name(KLIPS_PROTO_ESP, 0), ah = name(KLIPS_PROTO_AH, 0);
	const __be32 min = cpu_to_be32(0x200), max = cpu_to_be32(0x2ff);
	u8 seen[256] = { 0 };
	unsigned int i;
	__be32 spi;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(seen); i++) {
		assert_int_equal(klips_sadb_allocate_spi(db, &esp, min, max, &spi), 0);
		assert_in_range(be32_to_cpu(spi), 0x200, 0x2ff);
		assert_int_equal(seen[be32_to_cpu(spi) - 0x200]++, 0);
	}
	assert_int_equal(klips_sadb_allocate_spi(db, &esp, min, max, &spi), -ENOSPC);
	assert_int_equal(klips_sadb_allocate_spi(db, &ah, min, max, &spi), 0);
	assert_int_equal(klips_sadb_allocate_spi(db, &esp, cpu_to_be32(0x300), cpu_to_be32(0x300), &spi), 0);
	assert_int_equal(be32_to_cpu(spi), 0x300);
	assert_int_equal(find(KLIPS_PROTO_ESP, 0x300)->state, KLIPS_SA_LARVAL);
	assert_int_equal(klips_sadb_allocate_spi(db, &esp, max, min, &spi), -EINVAL);
	assert_int_equal(klips_sadb_allocate_spi(db, &esp, 0, max, &spi), -EINVAL);
	assert_int_equal(klips_sadb_allocate_spi(db, &esp, cpu_to_be32(1), cpu_to_be32(0xffffffff), &spi), 0);
}

static void spis_are_spread(void **state)
{
	const struct klips_said esp = name(KLIPS_PROTO_ESP, 0);
	unsigned int high = 0, i;
	__be32 spi;

	(void)state;
	for (i = 0; i < 1000; i++) {
		assert_int_equal(klips_sadb_allocate_spi(db, &esp, cpu_to_be32(256), cpu_to_be32(0xffffffff), &spi), 0);
		high += be32_to_cpu(spi) >> 31;
	}
	/* 9 standard deviations of a fair coin */
	assert_in_range(high, 358, 642);
}

static void a_larval_sa_matures(void **state)
{
	const struct klips_said esp = name(KLIPS_PROTO_ESP, 0);
	struct klips_sa_config wanted = config(KLIPS_PROTO_ESP, 0x300);
	struct klips_sa *larval, *sa;
	__be32 spi;

	(void)state;
	assert_int_equal(klips_sadb_update(db, &wanted), -ENOENT);
	assert_int_equal(klips_sadb_allocate_spi(db, &esp, cpu_to_be32(0x300), cpu_to_be32(0x300), &spi), 0);
	larval = find(KLIPS_PROTO_ESP, 0x300);
	assert_null(larval->crypto);
	assert_int_equal(add(KLIPS_PROTO_ESP, 0x300), -EEXIST);
	wanted.ref = larval->ref + 1;
	assert_int_equal(klips_sadb_update(db, &wanted), -EINVAL);
	wanted.ref = 0;
	rcu_read_lock();
	assert_int_equal(klips_sadb_update(db, &wanted), 0);
	sa = find(KLIPS_PROTO_ESP, 0x300);
	assert_int_equal(larval->state, KLIPS_SA_DEAD);
	assert_int_equal(sa->ref, larval->ref);
	rcu_read_unlock();
	assert_int_equal(sa->state, KLIPS_SA_MATURE);
	assert_non_null(sa->crypto);
	assert_ptr_equal(find_ref(sa->ref), sa);
	assert_int_equal(klips_sadb_update(db, &wanted), -EEXIST);
	assert_int_equal(klips_sadb_count(db), 1);
}

static void references_come_again_late(void **state)
{
	struct klips_sa_config wanted = config(KLIPS_PROTO_IPIP, 1);
	u32 first, i;

	(void)state;
	assert_int_equal(add(KLIPS_PROTO_IPIP, 1), 0);
	first = find(KLIPS_PROTO_IPIP, 1)->ref;
	assert_true(first);
	assert_int_equal(delete (KLIPS_PROTO_IPIP, 1), 0);
	assert_null(find_ref(first));
	for (i = 1; i < 32767; i++) {
		assert_int_equal(add(KLIPS_PROTO_IPIP, i), 0);
		assert_int_not_equal(find(KLIPS_PROTO_IPIP, i)->ref, first);
		assert_ptr_equal(find_ref(find(KLIPS_PROTO_IPIP, i)->ref), find(KLIPS_PROTO_IPIP, i));
	}
	assert_int_equal(add(KLIPS_PROTO_IPIP, 32767), 0);
	assert_int_equal(find(KLIPS_PROTO_IPIP, 32767)->ref, first);
	/* an SA works without one */
	assert_int_equal(add(KLIPS_PROTO_IPIP, 32768), 0);
	assert_int_equal(find(KLIPS_PROTO_IPIP, 32768)->ref, 0);
	wanted.said = name(KLIPS_PROTO_IPIP, 32769);
	wanted.ref = 7;
	assert_int_equal(klips_sadb_add(db, &wanted), -EEXIST);
	assert_int_equal(delete (KLIPS_PROTO_IPIP, be32_to_cpu(find_ref(7)->said.spi)), 0);
	assert_int_equal(klips_sadb_add(db, &wanted), 0);
	assert_ptr_equal(find_ref(7), find(KLIPS_PROTO_IPIP, 32769));
	assert_null(find_ref(0));
	assert_null(find_ref(32768));
	assert_null(find_ref(~0U));
}

static int group(unsigned int count, u32 first)
{
	const struct klips_said saids[] = { name(KLIPS_PROTO_IPIP, first), name(KLIPS_PROTO_COMP, first),
					    name(KLIPS_PROTO_ESP, first), name(KLIPS_PROTO_AH, first),
					    name(KLIPS_PROTO_AH, first + 1) };

	return klips_sadb_group(db, saids, count);
}

static void add_bundle(u32 spi)
{
	assert_int_equal(add(KLIPS_PROTO_IPIP, spi), 0);
	assert_int_equal(add(KLIPS_PROTO_COMP, spi), 0);
	assert_int_equal(add(KLIPS_PROTO_ESP, spi), 0);
	assert_int_equal(add(KLIPS_PROTO_AH, spi), 0);
}

static void bundles_go_from_inner_to_outer(void **state)
{
	struct klips_said two[] = { name(KLIPS_PROTO_IPIP, 300), name(KLIPS_PROTO_IPIP, 300) };
	struct klips_sa *sa;

	(void)state;
	add_bundle(300);
	assert_int_equal(group(0, 300), -EINVAL);
	assert_int_equal(group(5, 300), -EINVAL);
	assert_int_equal(group(4, 301), -ENOENT);
	assert_int_equal(klips_sadb_group(db, two, 2), -EINVAL);
	assert_int_equal(group(4, 300), 0);
	assert_int_equal(group(2, 300), -EBUSY);
	sa = find(KLIPS_PROTO_IPIP, 300);
	assert_null(sa->inner);
	assert_ptr_equal(sa->next, find(KLIPS_PROTO_COMP, 300));
	assert_ptr_equal(sa->next->next, find(KLIPS_PROTO_ESP, 300));
	assert_ptr_equal(sa->next->next->next, find(KLIPS_PROTO_AH, 300));
	assert_null(sa->next->next->next->next);
	assert_ptr_equal(find(KLIPS_PROTO_AH, 300)->inner, find(KLIPS_PROTO_ESP, 300));
	assert_int_equal(group(1, 300), 0);
	assert_null(sa->next);
	assert_null(find(KLIPS_PROTO_AH, 300)->inner);
	assert_int_equal(group(3, 300), 0);
}

static void a_bundle_has_one_destination(void **state)
{
	struct klips_sa_config elsewhere = config(KLIPS_PROTO_ESP, 300);
	struct klips_said saids[2] = { name(KLIPS_PROTO_IPIP, 300) };
	const struct klips_said esp = name(KLIPS_PROTO_ESP, 0);
	__be32 spi;

	(void)state;
	elsewhere.said.dst = klips_addr_v4(cpu_to_be32(0xc0000202));
	saids[1] = elsewhere.said;
	assert_int_equal(add(KLIPS_PROTO_IPIP, 300), 0);
	assert_int_equal(klips_sadb_add(db, &elsewhere), 0);
	assert_int_equal(klips_sadb_group(db, saids, 2), -EINVAL);
	assert_int_equal(klips_sadb_allocate_spi(db, &esp, cpu_to_be32(300), cpu_to_be32(300), &spi), 0);
	saids[1] = name(KLIPS_PROTO_ESP, 300);
	assert_int_equal(klips_sadb_group(db, saids, 2), -EINVAL);
}

/* Else packets would go through the rest of it, with less protection than was asked for, or none. */
static void a_bundle_dies_as_a_whole(void **state)
{
	struct klips_sa *first, *last;

	(void)state;
	add_bundle(300);
	assert_int_equal(group(4, 300), 0);
	first = find(KLIPS_PROTO_IPIP, 300);
	last = find(KLIPS_PROTO_AH, 300);
	assert_true(klips_sa_get(first));
	assert_int_equal(delete (KLIPS_PROTO_ESP, 300), 0);
	assert_int_equal(klips_sadb_count(db), 0);
	/* who has the first still finds the way out of it, and that it is dead */
	assert_int_equal(first->state, KLIPS_SA_DEAD);
	assert_ptr_equal(first->next->next->next, last);
	assert_int_equal(last->state, KLIPS_SA_DEAD);
	assert_true(klips_sa_get(last));
	klips_sa_put(first);
	rcu_barrier();
	rcu_barrier();
	rcu_barrier();
	/* the first three are freed, and the last does not show the way to them */
	assert_null(last->inner);
	klips_sa_put(last);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		sadb_test(finds_what_was_added),
		sadb_test(refuses_nonsense),
		sadb_test(grows_and_finds_all),
		sadb_test(is_small),
		sadb_test(allocates_spis_that_are_free),
		sadb_test(spis_are_spread),
		sadb_test(a_larval_sa_matures),
		sadb_test(references_come_again_late),
		sadb_test(bundles_go_from_inner_to_outer),
		sadb_test(a_bundle_has_one_destination),
		sadb_test(a_bundle_dies_as_a_whole),
	};

	rcu_register_thread();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
