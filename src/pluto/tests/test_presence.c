// SPDX-License-Identifier: GPL-2.0-or-later
/* A stack that is a program ends, and comes again without SAs and policies. */
#include "../../klips/tests/test.h"

#include <string.h>

#include "../presence.h"
#include "../route.h"
#include "scene.h"

static void restart(struct side *side)
{
	pluto_presence(side->pluto, false);
	side->stack.sas = side->stack.policies = 0;
	pluto_presence(side->pluto, true);
}

static void assert_up(void)
{
	assert_int_equal(side_sas(&world.west), 1);
	assert_int_equal(side_sas(&world.east), 1);
	assert_non_null(side_child(&world.west));
	assert_non_null(side_child(&world.east));
	assert_int_equal(side_child(&world.west)->spi[0], side_child(&world.east)->spi[1]);
	assert_int_equal(world.west.stack.sas, 2);
	assert_int_equal(world.east.stack.sas, 2);
	assert_int_equal(world.west.stack.policy[0].spi_out, side_child(&world.west)->spi[1]);
	assert_int_equal(world.east.stack.policy[0].spi_out, side_child(&world.east)->spi[1]);
}

/* The peer is asked for new keys; until they are there the policy leads to nothing. */
static void test_its_child_sas_are_made_anew(void **state)
{
	uint32_t before;

	(void)state;
	scene_up();
	before = side_child(&world.west)->spi[1];
	restart(&world.west);
	assert_int_equal(world.west.stack.policies, 1);
	assert_int_equal(world.west.stack.policy[0].action, BACKEND_PROTECT);
	assert_int_equal(world.west.stack.policy[0].spi_out, before);
	world_settle(&world);
	assert_up();
	assert_int_not_equal(side_child(&world.west)->spi[1], before);
	assert_true(side_said(&world.west, "made-up stack has gone"));
	assert_true(side_said(&world.west, "Child SA #2 is not in the stack any more"));
}

static void test_both_lose_theirs(void **state)
{
	(void)state;
	scene_up();
	restart(&world.west);
	restart(&world.east);
	world_pass(&world, 10000);
	assert_up();
}

/* It was but the connection to the stack. */
static void test_what_is_there_stays(void **state)
{
	(void)state;
	scene_up();
	pluto_presence(world.west.pluto, false);
	pluto_presence(world.west.pluto, true);
	assert_int_equal(world.count, 0);
	assert_up();
}

static void test_one_that_is_being_made(void **state)
{
	(void)state;
	assert_int_equal(ike_sa_initiate(world.west.connection), 0);
	world_deliver(&world);
	world_deliver(&world);
	world.west.stack.larval = 0;
	restart(&world.west);
	world_settle(&world);
	world.west.stack.larval = 0;
	assert_up();
}

static void test_a_trap(void **state)
{
	(void)state;
	assert_int_equal(connection_route(world.west.connection), 0);
	restart(&world.west);
	assert_int_equal(world.west.stack.policies, 1);
	assert_int_equal(world.west.stack.policy[0].action, BACKEND_TRAP);
}

static void test_a_shunt(void **state)
{
	(void)state;
	world.west.connection->failure = BACKEND_DROP;
	world.west.pluto->shunt_life = 60000;
	world.east.psk = "another";
	assert_int_equal(ike_sa_initiate(world.west.connection), 0);
	world_settle(&world);
	assert_int_equal(world.west.stack.policy[0].action, BACKEND_DROP);
	restart(&world.west);
	assert_int_equal(world.west.stack.policies, 1);
	assert_int_equal(world.west.stack.policy[0].action, BACKEND_DROP);
	world_pass(&world, 60000);
	assert_int_equal(world.west.stack.policies, 0);
}

/* Nobody answers: then it ends as ever. */
static void test_a_peer_that_is_gone_too(void **state)
{
	(void)state;
	scene_up();
	restart(&world.west);
	world.lose = 1000;
	world_pass(&world, 120000);
	assert_int_equal(side_sas(&world.west), 0);
	assert_int_equal(world.west.stack.policies, 0);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, scene_make, scene_free)
	const struct CMUnitTest tests[] = {
		CASE(test_its_child_sas_are_made_anew), CASE(test_both_lose_theirs), CASE(test_what_is_there_stays),
		CASE(test_one_that_is_being_made),	CASE(test_a_trap),	     CASE(test_a_shunt),
		CASE(test_a_peer_that_is_gone_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
