// SPDX-License-Identifier: GPL-2.0-or-later
/* MOBIKE between two engines: RFC 4555. */
#include "../../klips/tests/test.h"

#include <string.h>

#include "../mobike.h"
#include "../rekey.h"
#include "scene.h"

#define WEST  "192.1.2.45"
#define NEW   "192.1.2.46"
#define THIRD "192.1.2.47"
#define EAST  "192.1.2.23"
#define OTHER "192.1.2.24"

static int make(void **state)
{
	(void)state;
	world_make(&world);
	world.west.connection->mobike = world.east.connection->mobike = true;
	return 0;
}

static void assert_addr(const struct klips_addr *addr, const char *text)
{
	const struct klips_addr wanted = world_address(text);

	assert_true(klips_addr_equal(addr, &wanted));
}

/* One direction of it, and nothing at other addresses. */
static void assert_stack_sa(const struct stack *stack, uint32_t spi, const char *src, const char *dst)
{
	unsigned int at, found = 0;

	for (at = 0; at < stack->sas; at++) {
		if (stack->sa[at].spi != spi)
			continue;
		found++;
		assert_addr(&stack->sa[at].src.addr, src);
		assert_addr(&stack->sa[at].dst.addr, dst);
	}
	assert_int_equal(found, 1);
}

static void assert_side(struct side *side, const char *local, const char *remote)
{
	const struct child_sa *child = side_child(side);

	assert_non_null(child);
	assert_addr(&side_established(side)->local.addr, local);
	assert_addr(&side_established(side)->remote.addr, remote);
	assert_stack_sa(&side->stack, child->spi[0], remote, local);
	assert_stack_sa(&side->stack, child->spi[1], local, remote);
	assert_int_equal(side->stack.sas, 2);
	assert_int_equal(side->stack.policies, 1);
	assert_addr(&side->stack.policy[0].local_host, local);
	assert_addr(&side->stack.policy[0].remote_host, remote);
	assert_int_equal(side->stack.policy[0].spi_out, child->spi[1]);
}

static void assert_between(const char *west, const char *east)
{
	assert_side(&world.west, west, east);
	assert_side(&world.east, east, west);
	assert_int_equal(side_child(&world.west)->spi[0], side_child(&world.east)->spi[1]);
	assert_int_equal(side_child(&world.west)->spi[1], side_child(&world.east)->spi[0]);
}

static void test_agreed(void **state)
{
	(void)state;
	scene_up();
	assert_true(side_established(&world.west)->mobike && side_established(&world.west)->mobike->decides);
	assert_true(side_established(&world.east)->mobike && !side_established(&world.east)->mobike->decides);
	/* From IKE_AUTH on by the port that NATs like, though there is none: RFC 4555, 3.3. */
	assert_int_equal(side_established(&world.west)->local.port, 4500);
	assert_int_equal(side_established(&world.east)->remote.port, 4500);
	assert_false(side_child(&world.west)->encap);
	assert_between(WEST, EAST);
}

static void test_one_does_not_want(void **state)
{
	(void)state;
	world.east.connection->mobike = false;
	scene_up();
	assert_null(side_established(&world.west)->mobike);
	assert_null(side_established(&world.east)->mobike);
	side_has(&world.west, NEW, (char *)NULL);
	assert_int_equal(world.count, 0);
}

static void test_not_in_transport_mode(void **state)
{
	(void)state;
	world.west.connection->kind = world.east.connection->kind = CONNECTION_TRANSPORT;
	scene_up();
	assert_null(side_established(&world.west)->mobike);
}

static void test_address_changes(void **state)
{
	uint32_t spi;

	(void)state;
	scene_up();
	spi = side_child(&world.west)->spi[0];
	side_has(&world.west, NEW, (char *)NULL);
	world_settle(&world);
	assert_between(NEW, EAST);
	assert_int_equal(side_child(&world.west)->spi[0], spi);
	assert_true(side_said(&world.east, "the peer is at 192.1.2.46 port 4500 now"));
	side_has(&world.west, WEST, (char *)NULL);
	world_settle(&world);
	assert_between(WEST, EAST);
}

static void test_no_address_for_a_while(void **state)
{
	(void)state;
	scene_up();
	side_has(&world.west, (char *)NULL);
	world_pass(&world, 20000);
	side_has(&world.west, NEW, (char *)NULL);
	world_pass(&world, 1000);
	assert_between(NEW, EAST);
}

static void test_routes_alone_move_nothing(void **state)
{
	unsigned int sent;

	(void)state;
	scene_up();
	sent = world.west.sent;
	side_has(&world.west, WEST, (char *)NULL);
	world_settle(&world);
	assert_int_equal(world.west.sent, sent);
}

/* The request, the reply, the check and its answer: whichever of them is lost. */
static void test_lost_messages(void **state)
{
	unsigned int lost, at;

	for (lost = 0; lost < 4; lost++) {
		make(state);
		scene_up();
		side_has(&world.west, NEW, (char *)NULL);
		for (at = 0; at < lost; at++)
			world_deliver(&world);
		assert_true(world.count);
		world.count = 0;
		world.first = 0;
		world_pass(&world, 5000);
		assert_between(NEW, EAST);
		if (lost < 3)
			scene_free(state);
	}
}

static void test_moves_while_it_moves(void **state)
{
	(void)state;
	scene_up();
	side_has(&world.west, NEW, (char *)NULL);
	world_deliver(&world);
	side_has(&world.west, THIRD, (char *)NULL);
	world_pass(&world, 2000);
	assert_between(THIRD, EAST);
}

/* East learns of the second address alone. */
static void test_moves_twice_before_it_is_heard(void **state)
{
	(void)state;
	scene_up();
	world.lose = 1;
	side_has(&world.west, NEW, (char *)NULL);
	side_has(&world.west, THIRD, (char *)NULL);
	world_pass(&world, 2000);
	assert_between(THIRD, EAST);
	assert_false(side_said(&world.east, NEW));
}

static void test_traffic_stays_until_the_peer_is_found(void **state)
{
	uint32_t spi;

	(void)state;
	scene_up();
	spi = side_child(&world.east)->spi[1];
	side_has(&world.west, NEW, (char *)NULL);
	world_deliver(&world);
	/* East has the request: it replies, and asks back. */
	assert_addr(&side_established(&world.east)->remote.addr, NEW);
	assert_stack_sa(&world.east.stack, spi, EAST, WEST);
	world_settle(&world);
	assert_stack_sa(&world.east.stack, spi, EAST, NEW);
}

static void test_path_dies(void **state)
{
	(void)state;
	side_has(&world.east, EAST, OTHER, (char *)NULL);
	scene_up();
	assert_int_equal(side_established(&world.west)->mobike->peer.count, 1);
	world.dead = world_address(EAST);
	world_pass(&world, 60000);
	assert_between(WEST, OTHER);
	assert_true(side_said(&world.west, "moving to 192.1.2.45, with the peer at 192.1.2.24"));
}

static void test_own_path_dies(void **state)
{
	(void)state;
	side_has(&world.west, WEST, NEW, (char *)NULL);
	scene_up();
	world.dead = world_address(WEST);
	world_pass(&world, 60000);
	assert_between(NEW, EAST);
}

static void test_all_paths_die(void **state)
{
	(void)state;
	side_has(&world.west, WEST, NEW, (char *)NULL);
	scene_up();
	world.dead = world_address(EAST);
	world_pass(&world, 120000);
	assert_int_equal(side_sas(&world.west), 0);
	assert_int_equal(world.west.stack.sas, 0);
	/* Who does not decide waits for longer. */
	assert_int_equal(side_sas(&world.east), 1);
	world_pass(&world, 300000);
	assert_int_equal(side_sas(&world.east), 0);
}

static void test_more_addresses_are_told(void **state)
{
	(void)state;
	scene_up();
	side_has(&world.east, EAST, OTHER, (char *)NULL);
	world_settle(&world);
	assert_int_equal(side_established(&world.west)->mobike->peer.count, 1);
	assert_addr(&side_established(&world.west)->mobike->peer.list[0], OTHER);
	side_has(&world.east, EAST, (char *)NULL);
	world_settle(&world);
	assert_int_equal(side_established(&world.west)->mobike->peer.count, 0);
	side_has(&world.west, WEST, NEW, (char *)NULL);
	world_settle(&world);
	assert_int_equal(side_established(&world.east)->mobike->peer.count, 1);
	assert_between(WEST, EAST);
}

static void test_what_is_behind_is_not_told(void **state)
{
	(void)state;
	side_has(&world.east, EAST, "192.0.2.254", "127.0.0.1", (char *)NULL);
	scene_up();
	assert_int_equal(side_established(&world.west)->mobike->peer.count, 0);
}

static void test_responder_loses_its_address(void **state)
{
	(void)state;
	scene_up();
	side_has(&world.east, OTHER, (char *)NULL);
	world_pass(&world, 1000);
	assert_between(WEST, OTHER);
}

static void test_replayed_from_elsewhere(void **state)
{
	struct packet old;

	(void)state;
	scene_up();
	side_has(&world.west, NEW, (char *)NULL);
	world_deliver(&world);
	old = world.last;
	world_settle(&world);
	side_has(&world.west, THIRD, (char *)NULL);
	world_settle(&world);
	world_replay(&world, &old, "10.6.6.6", 4500);
	world_settle(&world);
	assert_between(THIRD, EAST);
}

/* Somebody on the way sends on what the peer sends, from elsewhere. */
static void test_forwarded_liveness_moves_nothing(void **state)
{
	(void)state;
	scene_up();
	ike_liveness_start(side_established(&world.west));
	assert_int_equal(world.count, 1);
	world.packet[world.first % PACKETS_MAX].from.addr = world_address("10.6.6.6");
	world_deliver(&world);
	assert_addr(&world.packet[world.first % PACKETS_MAX].to.addr, "10.6.6.6");
	world_pass(&world, 2000);
	assert_between(WEST, EAST);
}

/* What is next on the way, as its receiver reads it. */
static void assert_next_has(struct side *side, uint16_t type)
{
	const struct packet *packet = &world.packet[world.first % PACKETS_MAX];
	struct ike_message message;
	uint8_t data[sizeof(packet->data)];
	const char *why;

	memcpy(data, packet->data, packet->length);
	assert_int_equal(
		ike_unprotect(side_established(side), &message, (struct ike_slice){ data, packet->length }, &why), 0);
	assert_true(ike_notify_find(&message, type, NULL));
}

/* libreswan repeats a cookie only to who asks about NATs, too. */
static void test_check_asks_about_nats(void **state)
{
	(void)state;
	scene_up();
	side_has(&world.west, NEW, (char *)NULL);
	world_deliver(&world);
	world_deliver(&world);
	assert_int_equal(world.count, 1);
	assert_next_has(&world.west, N_COOKIE2);
	assert_next_has(&world.west, N_NAT_DETECTION_SOURCE_IP);
	assert_next_has(&world.west, N_NAT_DETECTION_DESTINATION_IP);
	world_settle(&world);
	assert_between(NEW, EAST);
	assert_false(side_established(&world.west)->nat_local || side_established(&world.west)->nat_remote);
}

/* Then the check goes elsewhere, and traffic does not. */
static void test_forwarded_update_is_checked(void **state)
{
	uint32_t spi;

	(void)state;
	scene_up();
	spi = side_child(&world.east)->spi[1];
	side_has(&world.west, NEW, (char *)NULL);
	world.packet[world.first % PACKETS_MAX].from.addr = world_address("10.6.6.6");
	world_settle(&world);
	assert_stack_sa(&world.east.stack, spi, EAST, WEST);
}

static void test_garbage_brings_no_reply_elsewhere(void **state)
{
	struct packet forged;
	unsigned int sent;

	(void)state;
	scene_up();
	ike_liveness_start(side_established(&world.west));
	world_deliver(&world);
	forged = world.last;
	world_settle(&world);
	forged.data[forged.length - 1] ^= 1;
	sent = world.east.sent;
	world_replay(&world, &forged, "10.6.6.6", 4500);
	world_settle(&world);
	assert_int_equal(world.east.sent, sent);
}

static void test_peer_refuses(void **state)
{
	(void)state;
	side_has(&world.west, WEST, NEW, (char *)NULL);
	scene_up();
	/* East has that address itself. */
	world.east.addresses[world.east.address_count++] = world_address(THIRD);
	side_established(&world.west)->local.addr = world_address(WEST);
	side_has(&world.west, THIRD, WEST, (char *)NULL);
	ike_mobike_move(side_established(&world.west),
			&(struct ike_path){ { world_address(THIRD), 4500 }, { world_address(EAST), 4500 } });
	world_settle(&world);
	assert_true(side_said(&world.west, "the peer refuses the address: UNACCEPTABLE_ADDRESSES"));
	assert_between(WEST, EAST);
}

static void test_peer_refuses_the_only_address(void **state)
{
	(void)state;
	scene_up();
	world.east.addresses[world.east.address_count++] = world_address(NEW);
	side_has(&world.west, NEW, (char *)NULL);
	world_settle(&world);
	assert_int_equal(side_sas(&world.west), 0);
	assert_int_equal(side_sas(&world.east), 0);
}

static void test_no_cookie(void **state)
{
	(void)state;
	scene_up();
	free(side_established(&world.east)->mobike);
	side_established(&world.east)->mobike = NULL;
	side_has(&world.west, NEW, (char *)NULL);
	world_settle(&world);
	assert_true(side_said(&world.west, "the peer does not repeat the cookie"));
	assert_int_equal(side_sas(&world.west), 0);
}

static void test_to_behind_a_nat_and_back(void **state)
{
	(void)state;
	scene_up();
	world.inside.addr = world_address(NEW);
	world.outside = (struct ike_endpoint){ world_address("192.1.2.254"), 40000 };
	side_has(&world.west, NEW, (char *)NULL);
	world_settle(&world);
	assert_side(&world.west, NEW, EAST);
	assert_side(&world.east, EAST, "192.1.2.254");
	assert_true(side_child(&world.west)->encap && side_child(&world.east)->encap);
	assert_int_equal(side_established(&world.east)->remote.port, 40000);
	side_has(&world.west, WEST, (char *)NULL);
	world_settle(&world);
	assert_between(WEST, EAST);
	assert_false(side_child(&world.west)->encap || side_child(&world.east)->encap);
}

static void begin_behind_nat(void)
{
	world.inside.addr = world_address(WEST);
	world.outside = (struct ike_endpoint){ world_address("192.1.2.254"), 40000 };
	world.east.connection->remote.host.version = 0;
}

/* The one behind it notices by how its peer sees it. */
static void test_nat_forgets(void **state)
{
	(void)state;
	begin_behind_nat();
	scene_up();
	assert_true(side_established(&world.west)->nat_local && side_established(&world.east)->nat_remote);
	world_pass(&world, 40000);
	world.outside.port = 50000;
	world_pass(&world, 40000);
	assert_int_equal(side_established(&world.east)->remote.port, 50000);
	assert_side(&world.east, EAST, "192.1.2.254");
	assert_true(side_said(&world.west, "this host's NAT has it elsewhere now"));
}

static void test_ah_passes_no_nat(void **state)
{
	struct ike_text_error error = { 0 };

	(void)state;
	assert_int_equal(ike_proposals_parse(&world.west.connection->child, IKE_PROTO_AH, "sha2_256", false, &error),
			 0);
	world.east.connection->child = world.west.connection->child;
	scene_up();
	side_has(&world.west, WEST, NEW, (char *)NULL);
	world_settle(&world);
	world.inside.addr = world_address(NEW);
	world.outside = (struct ike_endpoint){ world_address("192.1.2.254"), 40000 };
	ike_mobike_move(side_established(&world.west),
			&(struct ike_path){ { world_address(NEW), 4500 }, { world_address(EAST), 4500 } });
	world_settle(&world);
	assert_true(side_said(&world.west, "UNEXPECTED_NAT_DETECTED"));
	assert_between(WEST, EAST);
}

static void test_ah_begins_behind_no_nat(void **state)
{
	struct ike_text_error error = { 0 };

	(void)state;
	assert_int_equal(ike_proposals_parse(&world.west.connection->child, IKE_PROTO_AH, "sha2_256", false, &error),
			 0);
	world.east.connection->child = world.west.connection->child;
	begin_behind_nat();
	assert_int_equal(ike_sa_initiate(world.west.connection), 0);
	world_settle(&world);
	assert_true(side_said(&world.west, "UNEXPECTED_NAT_DETECTED"));
	assert_int_equal(side_sas(&world.west), 0);
}

/* A stack that cannot move SAs gets new ones. */
static void test_stack_refuses(void **state)
{
	uint32_t spi;

	(void)state;
	scene_up();
	spi = side_child(&world.west)->spi[0];
	world.west.stack.refuse_move = -EOPNOTSUPP;
	side_has(&world.west, NEW, (char *)NULL);
	world_pass(&world, 2000);
	assert_between(NEW, EAST);
	assert_int_not_equal(side_child(&world.west)->spi[0], spi);
}

static void test_after_the_ike_sa_is_rekeyed(void **state)
{
	(void)state;
	scene_up();
	ike_sa_rekey_start(side_established(&world.east)); /* who decides does not change by that */
	world_settle(&world);
	assert_false(side_established(&world.west)->initiator);
	side_has(&world.west, NEW, (char *)NULL);
	world_settle(&world);
	assert_between(NEW, EAST);
}

static void test_while_the_ike_sa_is_rekeyed(void **state)
{
	unsigned int at;

	(void)state;
	for (at = 0; at < 4; at++) {
		if (at)
			make(state);
		scene_up();
		ike_sa_rekey_start(side_established(at & 1 ? &world.east : &world.west));
		if (at & 2)
			world_deliver(&world);
		side_has(&world.west, NEW, (char *)NULL);
		world_pass(&world, 20000);
		assert_between(NEW, EAST);
		if (at < 3)
			scene_free(state);
	}
}

/* What the old IKE SA was to tell, and could not, the new one tells. */
static void test_addresses_are_told_by_the_successor(void **state)
{
	(void)state;
	scene_up();
	side_has(&world.east, EAST, OTHER, (char *)NULL);
	side_take(&world.west, 0, true);
	ike_sa_rekey_start(side_established(&world.west));
	world_pass(&world, 20000);
	assert_int_equal(side_established(&world.west)->mobike->peer.count, 1);
	assert_addr(&side_established(&world.west)->mobike->peer.list[0], OTHER);
	assert_between(WEST, EAST);
}

static void test_while_a_child_is_rekeyed(void **state)
{
	unsigned int at;

	(void)state;
	for (at = 0; at < 4; at++) {
		if (at)
			make(state);
		scene_up();
		child_sa_rekey_start(side_child(at & 1 ? &world.east : &world.west));
		if (at & 2)
			world_deliver(&world);
		side_has(&world.west, NEW, (char *)NULL);
		world_pass(&world, 20000);
		assert_between(NEW, EAST);
		if (at < 3)
			scene_free(state);
	}
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, make, scene_free)
	const struct CMUnitTest tests[] = {
		CASE(test_agreed),
		CASE(test_one_does_not_want),
		CASE(test_not_in_transport_mode),
		CASE(test_address_changes),
		CASE(test_no_address_for_a_while),
		CASE(test_routes_alone_move_nothing),
		cmocka_unit_test_teardown(test_lost_messages, scene_free),
		CASE(test_moves_while_it_moves),
		CASE(test_moves_twice_before_it_is_heard),
		CASE(test_traffic_stays_until_the_peer_is_found),
		CASE(test_path_dies),
		CASE(test_own_path_dies),
		CASE(test_all_paths_die),
		CASE(test_more_addresses_are_told),
		CASE(test_what_is_behind_is_not_told),
		CASE(test_responder_loses_its_address),
		CASE(test_replayed_from_elsewhere),
		CASE(test_forwarded_liveness_moves_nothing),
		CASE(test_check_asks_about_nats),
		CASE(test_forwarded_update_is_checked),
		CASE(test_garbage_brings_no_reply_elsewhere),
		CASE(test_peer_refuses),
		CASE(test_peer_refuses_the_only_address),
		CASE(test_no_cookie),
		CASE(test_to_behind_a_nat_and_back),
		CASE(test_nat_forgets),
		CASE(test_ah_passes_no_nat),
		CASE(test_ah_begins_behind_no_nat),
		CASE(test_stack_refuses),
		CASE(test_after_the_ike_sa_is_rekeyed),
		CASE(test_while_the_ike_sa_is_rekeyed),
		CASE(test_addresses_are_told_by_the_successor),
		CASE(test_while_a_child_is_rekeyed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
