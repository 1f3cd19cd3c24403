// SPDX-License-Identifier: GPL-2.0-or-later
/* overlapip=: what goes out goes by a reference, which a Child SA hands on to the one that takes its place. */
#include "../../klips/tests/test.h"

#include "../rekey.h"
#include "scene.h"

static int make(void **state)
{
	(void)state;
	world_make(&world);
	world.west.connection->options.overlap = world.east.connection->options.overlap = true;
	scene_up();
	return 0;
}

static uint32_t mark_of(const struct side *side, uint32_t spi)
{
	unsigned int at;

	for (at = 0; at < SAS_MAX; at++)
		if (side->stack.marks[at].spi == spi)
			return side->stack.marks[at].ref;
	return 0;
}

/* Whoever answers what comes now, or came by an SA of before that had this reference, does so by the SA that there is.
 */
static void assert_refers(struct side *side, uint32_t ref)
{
	const struct child_sa *child = side_child(side);

	assert_non_null(child);
	assert_int_equal(child->ref, ref);
	assert_int_equal(mark_of(side, child->spi[0]), ref);
	assert_int_equal(side->stack.owner[ref], child->spi[1]);
}

static void it_has_a_reference(void **state)
{
	(void)state;
	assert_refers(&world.west, 1);
	assert_refers(&world.east, 1);
	assert_int_equal(world.west.stack.refs, 1);
}

static void others_have_none(void **state)
{
	(void)state;
	world_free(&world);
	world_make(&world);
	scene_up();
	assert_int_equal(side_child(&world.west)->ref, 0);
	assert_int_equal(world.west.stack.refs, 0);
}

static void rekeying_keeps_it(void **state)
{
	(void)state;
	child_sa_rekey_start(side_child(&world.west));
	world_settle(&world);
	assert_refers(&world.west, 1);
	assert_refers(&world.east, 1);
	child_sa_rekey_start(side_child(&world.east));
	world_settle(&world);
	assert_refers(&world.west, 1);
	assert_refers(&world.east, 1);
	ike_sa_rekey_start(side_established(&world.west));
	world_settle(&world);
	child_sa_rekey_start(side_child(&world.west));
	world_settle(&world);
	assert_refers(&world.east, 1);
	assert_int_equal(world.east.stack.refs, 1);
}

/* The responder sends by the old one until the peer has deleted it, whichever brought what it answers. */
static void the_responder_hands_it_on_when_the_old_one_goes(void **state)
{
	const uint32_t before = side_child(&world.east)->spi[1];
	const struct stack *stack = &world.east.stack;
	unsigned int at;

	(void)state;
	child_sa_rekey_start(side_child(&world.west));
	world_deliver(&world);
	assert_int_equal(stack->sas, 4);
	assert_int_equal(stack->owner[1], before);
	for (at = 0; at < stack->sas; at++)
		if (stack->sa[at].inbound)
			assert_int_equal(mark_of(&world.east, stack->sa[at].spi), 1);
	world_settle(&world);
	assert_int_not_equal(stack->owner[1], before);
	assert_refers(&world.east, 1);
}

static void shuffle(unsigned int seed)
{
	unsigned int step;

	for (step = 0; step < 200; step++) {
		seed = seed * 1103515245 + 12345;
		if ((seed >> 16 & 3) == 0)
			side_run_jobs(&world.west);
		else if ((seed >> 16 & 3) == 1)
			side_run_jobs(&world.east);
		else if (world.count)
			world_deliver(&world);
	}
}

static void both_rekey_at_once(void **state)
{
	unsigned int seed;

	(void)state;
	for (seed = 0; seed < 200; seed++) {
		world.west.keep_jobs = world.east.keep_jobs = true;
		child_sa_rekey_start(side_child(&world.west));
		child_sa_rekey_start(side_child(&world.east));
		shuffle(seed);
		world.west.keep_jobs = world.east.keep_jobs = false;
		side_run_jobs(&world.west);
		side_run_jobs(&world.east);
		world_pass(&world, 70000);
		assert_refers(&world.west, 1);
		assert_refers(&world.east, 1);
	}
}

/* Made from nothing, it is not known to be the same peer's. */
static void a_new_one_has_another(void **state)
{
	(void)state;
	ike_delete_start(side_established(&world.west));
	world_settle(&world);
	assert_null(side_child(&world.east));
	scene_up();
	assert_refers(&world.east, 2);
}

static void without_one_there_is_no_child_sa(void **state)
{
	(void)state;
	world_free(&world);
	world_make(&world);
	world.east.connection->options.overlap = true;
	world.east.stack.refuse_refer = -ENOSPC;
	assert_int_equal(ike_sa_initiate(world.west.connection), 0);
	world_settle(&world);
	assert_null(side_child(&world.east));
	assert_int_equal(world.east.stack.sas, 0);
	assert_int_equal(world.east.stack.policies, 0);
	assert_true(side_said(&world.east, "gives no reference"));
}

#define UNIT(test) cmocka_unit_test_setup_teardown(test, make, scene_free)

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT(it_has_a_reference),
		UNIT(others_have_none),
		UNIT(rekeying_keeps_it),
		UNIT(the_responder_hands_it_on_when_the_old_one_goes),
		UNIT(both_rekey_at_once),
		UNIT(a_new_one_has_another),
		UNIT(without_one_there_is_no_child_sa),
	};

	return cmocka_run_group_tests_name("overlap", tests, NULL, NULL);
}
