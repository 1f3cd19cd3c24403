// SPDX-License-Identifier: GPL-2.0-or-later
/* Traps, what traffic and stacks set off, and policies without IKE. */
#include "../../klips/tests/test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "../route.h"
#include "scene.h"

static void acquire(const char *src, const char *dst, uint32_t reqid)
{
	struct ike_ts from, to;

	assert_null(ike_ts_parse(&from, src));
	assert_null(ike_ts_parse(&to, dst));
	pluto_acquired(world.west.pluto, &from, &to, reqid);
	world_settle(&world);
}

static enum backend_action action(const struct side *side)
{
	assert_int_equal(side->stack.policies, 1);
	return side->stack.policy[0].action;
}

static void test_traffic_brings_it_up(void **state)
{
	(void)state;
	assert_int_equal(connection_route(world.west.connection), 0);
	assert_int_equal(action(&world.west), BACKEND_TRAP);
	acquire("192.0.1.1[udp/53]", "192.0.2.9[udp/53]", world.west.connection->reqid);
	assert_non_null(side_child(&world.west));
	assert_int_equal(action(&world.west), BACKEND_PROTECT);
	acquire("192.0.1.1", "192.0.2.9", 0);
	assert_int_equal(side_sas(&world.west), 1);
}

static void test_other_traffic_does_not(void **state)
{
	(void)state;
	assert_int_equal(connection_route(world.west.connection), 0);
	acquire("192.0.3.1", "192.0.2.9", 0);
	acquire("192.0.1.1", "192.0.2.9", world.west.connection->reqid + 1);
	assert_int_equal(world.west.sent, 0);
	connection_unroute(world.west.connection);
	acquire("192.0.1.1", "192.0.2.9", 0);
	assert_int_equal(world.west.sent, 0);
	assert_int_equal(world.west.stack.policies, 0);
}

static void test_down_is_a_trap_again(void **state)
{
	(void)state;
	assert_int_equal(connection_route(world.west.connection), 0);
	acquire("192.0.1.1", "192.0.2.9", 0);
	ike_delete_start(side_sa(&world.west, IKE_SA_ESTABLISHED));
	world_settle(&world);
	assert_int_equal(action(&world.west), BACKEND_TRAP);
	acquire("192.0.1.1", "192.0.2.9", 0);
	assert_non_null(side_child(&world.west));
	connection_unroute(world.west.connection);
	assert_int_equal(action(&world.west), BACKEND_PROTECT);
	ike_delete_start(side_sa(&world.west, IKE_SA_ESTABLISHED));
	world_settle(&world);
	assert_int_equal(world.west.stack.policies, 0);
}

static void test_down_is_a_trap_again_for_all_traffic(void **state)
{
	(void)state;
	ike_ts_parse(&world.west.connection->remote.client.ts[0], "192.0.0.0/16");
	assert_int_equal(connection_route(world.west.connection), 0);
	acquire("192.0.1.1", "192.0.2.9", 0);
	assert_int_equal(world.west.stack.policies, 2);
	ike_delete_start(side_sa(&world.west, IKE_SA_ESTABLISHED));
	world_settle(&world);
	assert_int_equal(action(&world.west), BACKEND_TRAP);
	assert_int_equal(world.west.stack.policy[0].remote.first[2], 0);
}

static void test_passthrough_and_drop(void **state)
{
	(void)state;
	world.west.connection->kind = CONNECTION_PASSTHROUGH;
	assert_int_equal(connection_route(world.west.connection), 0);
	assert_int_equal(action(&world.west), BACKEND_PASS);
	connection_unroute(world.west.connection);
	world.west.connection->kind = CONNECTION_DROP;
	assert_int_equal(connection_route(world.west.connection), 0);
	assert_int_equal(action(&world.west), BACKEND_DROP);
	assert_int_equal(ike_sa_initiate(world.west.connection), -EDESTADDRREQ);
}

static void test_a_peer_without_an_address_has_no_trap(void **state)
{
	(void)state;
	world.west.connection->remote.host.version = 0;
	assert_int_equal(connection_route(world.west.connection), -EDESTADDRREQ);
	assert_int_equal(world.west.stack.policies, 0);
}

/* What is away begins nothing, but knows that it was to; its trap stays. */
static void test_away(void **state)
{
	struct connection *connection = world.west.connection;

	(void)state;
	assert_int_equal(connection_route(connection), 0);
	connection->away = true;
	acquire("192.0.1.1", "192.0.2.9", 0);
	assert_int_equal(world.west.sent, 0);
	assert_int_equal(ike_sa_initiate(connection), -EADDRNOTAVAIL);
	assert_true(connection->missed);
	assert_int_equal(action(&world.west), BACKEND_TRAP);
	connection->away = false;
	assert_int_equal(ike_sa_initiate(connection), 0);
	assert_false(connection->missed);
	world_settle(&world);
	assert_non_null(side_child(&world.west));
}

/* Another takes over: of the traffic that both are for there is always a policy, and of the rest none. */
static void test_unrouted_for_another(void **state)
{
	struct connection *old = world.west.connection, *heir = connection_new(world.west.pluto, "heir");

	(void)state;
	assert_null(ike_ts_parse(&old->remote.client.ts[1], "192.0.3.0/24"));
	old->remote.client.count = 2;
	heir->local.host = old->local.host;
	heir->remote.host = old->remote.host;
	heir->local.client = old->local.client;
	heir->remote.client = old->remote.client;
	heir->remote.client.count = 1;
	assert_int_equal(connection_route(old), 0);
	assert_int_equal(world.west.stack.policies, 2);
	assert_int_equal(connection_route(heir), 0);
	connection_unroute_for(old, heir);
	assert_int_equal(action(&world.west), BACKEND_TRAP);
	assert_int_equal(world.west.stack.policy[0].reqid, heir->reqid);
	assert_false(old->routed);
	/* One that is not routed itself keeps nothing. */
	assert_int_equal(connection_route(old), 0);
	connection_unroute(heir);
	connection_unroute_for(old, heir);
	assert_int_equal(world.west.stack.policies, 0);
}

/* Three selectors, of which the stack takes two. */
static void three_selectors(struct side *side, struct ike_ts_list *list)
{
	list->count = 3;
	assert_null(ike_ts_parse(&list->ts[1], "192.0.20.0/24"));
	assert_null(ike_ts_parse(&list->ts[2], "192.0.21.0/24"));
	side->stack.refuse_policy = -ENOMEM;
	side->stack.room = 2;
}

static void test_all_policies_or_none(void **state)
{
	(void)state;
	three_selectors(&world.west, &world.west.connection->remote.client);
	assert_int_equal(connection_route(world.west.connection), -EIO);
	assert_int_equal(world.west.stack.policies, 0);
	assert_false(world.west.connection->routed);
	assert_true(side_said(&world.west, "made-up stack takes no policy"));
}

static void test_all_policies_of_a_child_sa_or_none(void **state)
{
	(void)state;
	three_selectors(&world.east, &world.east.connection->local.client);
	world.west.connection->remote.client = world.east.connection->local.client;
	assert_int_equal(ike_sa_initiate(world.west.connection), 0);
	world_settle(&world);
	assert_true(side_said(&world.east, "made-up stack takes no policy"));
	assert_true(side_said(&world.west, "no Child SA: NO_ADDITIONAL_SAS"));
	assert_int_equal(world.east.stack.policies + world.west.stack.policies, 0);
	assert_int_equal(world.east.stack.sas + world.west.stack.sas, 0);
}

static void test_limits_of_the_stack(void **state)
{
	struct pluto *pluto = world.west.pluto;
	uint32_t before;

	(void)state;
	assert_int_equal(ike_sa_initiate(world.west.connection), 0);
	world_settle(&world);
	before = side_child(&world.west)->spi[1];
	pluto_expired(pluto, before, IKE_PROTO_ESP, &world.east.at.addr, false);
	world_settle(&world);
	assert_int_equal(side_child(&world.west)->spi[1], before); /* rekey=no */
	world.west.connection->rekey = true;
	pluto_expired(pluto, before, IKE_PROTO_ESP, &world.east.at.addr, false);
	world_settle(&world);
	assert_non_null(side_child(&world.west));
	assert_int_not_equal(side_child(&world.west)->spi[1], before);
	pluto_expired(pluto, htonl(0x7777), IKE_PROTO_ESP, &world.east.at.addr, true);
	assert_non_null(side_child(&world.west));
	pluto_expired(pluto, side_child(&world.west)->spi[0], IKE_PROTO_ESP, &world.west.at.addr, true);
	world_settle(&world);
	assert_int_equal(world.west.stack.sas + world.east.stack.sas, 0);
	assert_non_null(strstr(world.west.events, "child-expired"));
	assert_null(strstr(world.east.events, "child-expired"));
}

int main(void)
{
#define ONE(name) cmocka_unit_test_setup_teardown(name, scene_make, scene_free)
	const struct CMUnitTest tests[] = {
		ONE(test_traffic_brings_it_up),
		ONE(test_other_traffic_does_not),
		ONE(test_down_is_a_trap_again),
		ONE(test_down_is_a_trap_again_for_all_traffic),
		ONE(test_passthrough_and_drop),
		ONE(test_a_peer_without_an_address_has_no_trap),
		ONE(test_away),
		ONE(test_unrouted_for_another),
		ONE(test_all_policies_or_none),
		ONE(test_all_policies_of_a_child_sa_or_none),
		ONE(test_limits_of_the_stack),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
