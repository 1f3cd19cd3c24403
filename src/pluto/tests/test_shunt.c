// SPDX-License-Identifier: GPL-2.0-or-later
/* negotiationshunt= and failureshunt=: what happens to traffic while there is a negotiation, and after it failed. */
#include "../../klips/tests/test.h"

#include <errno.h>
#include <string.h>

#include "../rekey.h"
#include "../route.h"
#include "../shunt.h"
#include "scene.h"

#define MINUTE 60000 /* milliseconds */

static int make(void **state)
{
	(void)state;
	world_make(&world);
	world.west.pluto->shunt_life = 15 * MINUTE;
	return 0;
}

static void acquire(void)
{
	struct ike_ts src, dst;

	assert_null(ike_ts_parse(&src, "192.0.1.1"));
	assert_null(ike_ts_parse(&dst, "192.0.2.9"));
	pluto_acquired(world.west.pluto, &src, &dst, 0);
}

static void assert_action(enum backend_action action)
{
	assert_int_equal(world.west.stack.policies, 1);
	assert_int_equal(world.west.stack.policy[0].action, action);
}

static void fails(void)
{
	world.east.psk = "another";
	assert_int_equal(connection_route(world.west.connection), 0);
	acquire();
	world_settle(&world);
	assert_int_equal(side_sas(&world.west), 0);
}

static void test_without_any_the_trap_stays(void **state)
{
	(void)state;
	fails();
	assert_action(BACKEND_TRAP);
	acquire();
	assert_int_equal(side_sas(&world.west), 1);
}

static void test_each_failureshunt(void **state)
{
	static const enum backend_action actions[] = { BACKEND_PASS, BACKEND_DROP, BACKEND_REJECT };
	struct connection *connection = world.west.connection;
	unsigned int at;

	(void)state;
	for (at = 0; at < 3; at++) {
		connection->failure = actions[at];
		fails();
		assert_action(actions[at]);
		world_pass(&world, 15 * MINUTE - 1);
		assert_action(actions[at]);
		world_pass(&world, 1);
		assert_action(BACKEND_TRAP);
	}
	assert_true(side_said(&world.west, "\"west-east\": failureshunt=: %reject for 900 s"));
}

static void test_a_success_ends_it(void **state)
{
	(void)state;
	world.west.connection->failure = BACKEND_DROP;
	fails();
	world.east.psk = world.west.psk;
	assert_int_equal(ike_sa_initiate(world.west.connection), 0);
	world_settle(&world);
	assert_action(BACKEND_PROTECT);
	world_pass(&world, 20 * MINUTE);
	assert_action(BACKEND_PROTECT);
	child_sa_delete_start(side_child(&world.west));
	world_settle(&world);
	assert_action(BACKEND_TRAP);
}

static void test_it_ends_with_the_route(void **state)
{
	(void)state;
	world.west.connection->failure = BACKEND_DROP;
	fails();
	connection_unroute(world.west.connection);
	assert_int_equal(world.west.stack.policies, 0);
	world_pass(&world, 20 * MINUTE);
	assert_int_equal(world.west.stack.policies, 0);
}

static void test_of_one_that_is_not_routed_nothing_is_left(void **state)
{
	(void)state;
	world.east.psk = "another";
	world.west.connection->failure = BACKEND_REJECT;
	assert_int_equal(ike_sa_initiate(world.west.connection), 0);
	world_settle(&world);
	assert_action(BACKEND_REJECT);
	world_pass(&world, 15 * MINUTE);
	assert_int_equal(world.west.stack.policies, 0);
}

static void test_a_child_sa_that_is_refused(void **state)
{
	(void)state;
	world.west.connection->failure = BACKEND_DROP;
	world_propose(&world.east, "aes_gcm256-sha2_256-x25519", "aes_gcm128");
	assert_int_equal(connection_route(world.west.connection), 0);
	acquire();
	world_settle(&world);
	assert_non_null(side_sa(&world.west, IKE_SA_ESTABLISHED));
	assert_action(BACKEND_DROP);
}

static void test_a_failed_rekeying_is_no_failure(void **state)
{
	(void)state;
	world.west.connection->failure = BACKEND_DROP;
	assert_int_equal(ike_sa_initiate(world.west.connection), 0);
	world_settle(&world);
	world.east.stack.refuse = -EIO;
	child_sa_rekey_start(side_child(&world.west));
	world_settle(&world);
	assert_action(BACKEND_PROTECT);
}

static void test_what_the_peer_began_is_no_failure(void **state)
{
	(void)state;
	world.west.connection->failure = BACKEND_DROP;
	world.west.psk = "another";
	assert_int_equal(ike_sa_initiate(world.east.connection), 0);
	world_settle(&world);
	assert_int_equal(world.west.stack.policies, 0);
}

static void test_traffic_passes_while_there_is_a_negotiation(void **state)
{
	(void)state;
	world.west.connection->negotiation_passes = true;
	assert_int_equal(connection_route(world.west.connection), 0);
	acquire();
	assert_action(BACKEND_PASS);
	world_settle(&world);
	assert_action(BACKEND_PROTECT);
}

static void test_traffic_no_longer_passes_after_a_failure(void **state)
{
	(void)state;
	world.west.connection->negotiation_passes = true;
	fails();
	assert_action(BACKEND_TRAP);
}

static void test_what_was_narrowed_leaves_a_trap(void **state)
{
	unsigned int at, traps = 0;

	(void)state;
	world.west.connection->negotiation_passes = true;
	assert_null(ike_ts_parse(&world.east.connection->local.client.ts[0], "192.0.2.0/25"));
	assert_int_equal(connection_route(world.west.connection), 0);
	acquire();
	world_settle(&world);
	assert_int_equal(world.west.stack.policies, 2);
	for (at = 0; at < 2; at++)
		traps += world.west.stack.policy[at].action == BACKEND_TRAP;
	assert_int_equal(traps, 1);
}

/* The stack takes the first of its policies, and not the second: both are traps again. */
static void test_what_the_stack_refuses_leaves_traps(void **state)
{
	struct ike_ts_list *remote = &world.west.connection->remote.client;

	(void)state;
	assert_null(ike_ts_parse(&remote->ts[1], "10.2.0.0/16"));
	remote->count = 2;
	world.east.connection->local.client = *remote;
	assert_int_equal(connection_route(world.west.connection), 0);
	world.west.stack.refuse_policy = -EIO;
	world.west.stack.room = 1;
	acquire();
	world_settle(&world);
	assert_int_equal(world.west.stack.sas, 0);
	assert_int_equal(world.west.stack.policies, 2);
	assert_int_equal(world.west.stack.policy[0].action, BACKEND_TRAP);
	assert_int_equal(world.west.stack.policy[1].action, BACKEND_TRAP);
}

/* What the peer agreed to is deleted there, and failed nevertheless. */
static void test_a_child_sa_that_the_stack_refuses(void **state)
{
	(void)state;
	world.west.connection->failure = BACKEND_DROP;
	world.west.stack.refuse = -EIO;
	assert_int_equal(connection_route(world.west.connection), 0);
	acquire();
	world_settle(&world);
	assert_int_equal(world.east.stack.sas, 0);
	assert_action(BACKEND_DROP);
	assert_false(world.west.connection->negotiating);
}

static void test_its_priority(void **state)
{
	(void)state;
	assert_int_equal(connection_route(world.west.connection), 0);
	assert_int_equal(world.west.stack.policy[0].priority, 0);
	connection_unroute(world.west.connection);
	world.west.connection->priority = 77;
	assert_int_equal(connection_route(world.west.connection), 0);
	assert_int_equal(world.west.stack.policy[0].priority, 77);
}

#define ONE(name) cmocka_unit_test_setup_teardown(name, make, scene_free)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ONE(test_without_any_the_trap_stays),
		ONE(test_each_failureshunt),
		ONE(test_a_success_ends_it),
		ONE(test_it_ends_with_the_route),
		ONE(test_of_one_that_is_not_routed_nothing_is_left),
		ONE(test_a_child_sa_that_is_refused),
		ONE(test_a_failed_rekeying_is_no_failure),
		ONE(test_what_the_peer_began_is_no_failure),
		ONE(test_traffic_passes_while_there_is_a_negotiation),
		ONE(test_traffic_no_longer_passes_after_a_failure),
		ONE(test_what_was_narrowed_leaves_a_trap),
		ONE(test_what_the_stack_refuses_leaves_traps),
		ONE(test_a_child_sa_that_the_stack_refuses),
		ONE(test_its_priority),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
