// SPDX-License-Identifier: GPL-2.0-or-later
/* References: all there can be, given back, given again, and handed from one SA to another. */
#include "sadb_fixture.h"
#include "core/mark.h"

#define ALL 32767 /* and 0, which is none */

static u32 ref_of(u32 spi)
{
	return find(KLIPS_PROTO_IPIP, spi)->ref;
}

static void add_all(void)
{
	u32 i;

	for (i = 1; i <= ALL; i++)
		assert_int_equal(add(KLIPS_PROTO_IPIP, i), 0);
}

static int refer(u32 spi, u32 ref, u32 ref_him, u32 *now)
{
	const struct klips_said said = name(KLIPS_PROTO_IPIP, spi);

	return klips_sadb_refer(db, &said, ref, ref_him, now);
}

static void each_of_all_finds_its_own(void **state)
{
	static bool seen[ALL + 1];
	u32 i;

	(void)state;
	add_all();
	for (i = 1; i <= ALL; i++) {
		assert_in_range(ref_of(i), 1, ALL);
		assert_false(seen[ref_of(i)]);
		seen[ref_of(i)] = true;
		assert_ptr_equal(find_ref(ref_of(i)), find(KLIPS_PROTO_IPIP, i));
	}
	assert_int_equal(add(KLIPS_PROTO_IPIP, ALL + 1), 0);
	assert_int_equal(ref_of(ALL + 1), 0);
	assert_null(find_ref(0));
	assert_null(find_ref(ALL + 1));
	assert_null(find_ref(~0U));
}

/* Every third goes, and as many come: what was another's is found by nobody until an SA has it anew. */
static void what_is_given_back_is_nobodys(void **state)
{
	u32 first = 0, i, gone = 0;

	(void)state;
	add_all();
	for (i = 3; i <= ALL; i += 3, gone++) {
		const u32 ref = ref_of(i);

		first = first ? first : ref;
		assert_int_equal(delete (KLIPS_PROTO_IPIP, i), 0);
		assert_null(find_ref(ref));
	}
	for (i = 1; i <= gone; i++) {
		assert_int_equal(add(KLIPS_PROTO_IPIP, ALL + i), 0);
		assert_int_not_equal(ref_of(ALL + i), 0);
		assert_ptr_equal(find_ref(ref_of(ALL + i)), find(KLIPS_PROTO_IPIP, ALL + i));
	}
	assert_ptr_equal(find_ref(first), find(KLIPS_PROTO_IPIP, ALL + 1));
	assert_int_equal(add(KLIPS_PROTO_IPIP, 2 * ALL), 0);
	assert_int_equal(ref_of(2 * ALL), 0);
	for (i = 1; i <= ALL; i++)
		assert_non_null(find_ref(i));
}

static void one_takes_the_place_of_another(void **state)
{
	u32 old, own, now = 0;

	(void)state;
	assert_int_equal(add(KLIPS_PROTO_IPIP, 1), 0);
	assert_int_equal(add(KLIPS_PROTO_IPIP, 2), 0);
	old = ref_of(1);
	own = ref_of(2);
	assert_int_equal(refer(2, old, 0, &now), 0);
	assert_int_equal(now, old);
	assert_ptr_equal(find_ref(old), find(KLIPS_PROTO_IPIP, 2));
	assert_int_equal(ref_of(1), 0);
	assert_null(find_ref(own));
	/* the one that lost it goes, and nothing else does */
	assert_int_equal(delete (KLIPS_PROTO_IPIP, 1), 0);
	assert_ptr_equal(find_ref(old), find(KLIPS_PROTO_IPIP, 2));
	assert_int_equal(delete (KLIPS_PROTO_IPIP, 2), 0);
	assert_null(find_ref(old));
}

static void references_are_asked_for(void **state)
{
	u32 now = 0;

	(void)state;
	assert_int_equal(refer(1, 5, 0, &now), -ENOENT);
	assert_int_equal(add(KLIPS_PROTO_IPIP, 1), 0);
	assert_int_equal(refer(1, ALL + 1, 0, &now), -EINVAL);
	assert_int_equal(refer(1, 0, ALL + 1, &now), -EINVAL);
	assert_int_equal(now, 0);
	assert_int_equal(refer(1, 0, 0, &now), 0);
	assert_int_equal(now, ref_of(1));
	assert_int_equal(refer(1, 30000, 77, &now), 0);
	assert_int_equal(now, 30000);
	assert_int_equal(find(KLIPS_PROTO_IPIP, 1)->ref_him, 77);
	assert_int_equal(refer(1, 30000, 0, &now), 0);
	assert_int_equal(find(KLIPS_PROTO_IPIP, 1)->ref_him, 77);
	assert_ptr_equal(find_ref(30000), find(KLIPS_PROTO_IPIP, 1));
}

/* There are as many as before, whoever has them: one more SA gets none, and what is given back is there again. */
/* Its mark would be another SA's. */
static void an_answers_reference_is_one(void **state)
{
	struct klips_sa_config wanted = config(KLIPS_PROTO_IPIP, 1);

	(void)state;
	wanted.ref_him = ALL + 1;
	assert_int_equal(klips_sadb_add(db, &wanted), -EINVAL);
	wanted.ref_him = ALL;
	assert_int_equal(klips_sadb_add(db, &wanted), 0);
	assert_int_equal(find(KLIPS_PROTO_IPIP, 1)->ref_him, ALL);
}

static void handing_over_loses_none(void **state)
{
	u32 now, lost;

	(void)state;
	add_all();
	lost = ref_of(2);
	assert_int_equal(refer(2, ref_of(1), 0, &now), 0);
	assert_int_equal(add(KLIPS_PROTO_IPIP, ALL + 1), 0);
	assert_int_equal(ref_of(ALL + 1), lost);
	assert_int_equal(add(KLIPS_PROTO_IPIP, ALL + 2), 0);
	assert_int_equal(ref_of(ALL + 2), 0);
	assert_int_equal(delete (KLIPS_PROTO_IPIP, 1), 0);
	assert_int_equal(add(KLIPS_PROTO_IPIP, ALL + 3), 0);
	assert_int_equal(ref_of(ALL + 3), 0);
}

#define TURNS 20000

static bool over;

static void *hand_over(void *unused)
{
	u32 i, now;

	(void)unused;
	for (i = 0; i < TURNS; i++)
		refer(1 + i % 2, 99, 0, &now);
	WRITE_ONCE(over, true);
	return NULL;
}

/* Readers find one of the two at any time, and nothing else. */
static void there_is_no_moment_without(void **state)
{
	const struct klips_sa *one, *other, *found;
	pthread_t thread;
	u32 now;

	(void)state;
	over = false;
	assert_int_equal(add(KLIPS_PROTO_IPIP, 1), 0);
	assert_int_equal(add(KLIPS_PROTO_IPIP, 2), 0);
	one = find(KLIPS_PROTO_IPIP, 1);
	other = find(KLIPS_PROTO_IPIP, 2);
	assert_int_equal(refer(2, 99, 0, &now), 0);
	assert_int_equal(pthread_create(&thread, NULL, hand_over, NULL), 0);
	while (!READ_ONCE(over)) {
		rcu_read_lock();
		found = klips_sadb_find_ref(db, 99);
		rcu_read_unlock();
		assert_true(found == one || found == other);
	}
	pthread_join(thread, NULL);
}

static void marks_have_references(void **state)
{
	(void)state;
	assert_int_equal(klips_mark_ref(klips_mark_received(5, 0)), 0);
	assert_int_equal(klips_mark_ref(klips_mark_received(5, ALL)), ALL);
	assert_int_equal(klips_mark_received(5, 0), 0x00050000);
	assert_int_equal(klips_mark_received(5, 7), 0x80070000);
	assert_int_equal(klips_mark_ref(0x8007ffff), 7);
	assert_int_equal(klips_mark_ref(0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		sadb_test(each_of_all_finds_its_own),	   sadb_test(what_is_given_back_is_nobodys),
		sadb_test(one_takes_the_place_of_another), sadb_test(references_are_asked_for),
		sadb_test(an_answers_reference_is_one),	   sadb_test(handing_over_loses_none),
		sadb_test(there_is_no_moment_without),	   cmocka_unit_test(marks_have_references),
	};

	return cmocka_run_group_tests_name("refs", tests, NULL, NULL);
}
