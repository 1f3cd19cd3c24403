// SPDX-License-Identifier: GPL-2.0-or-later
/* IPCOMP in Child SAs, between two engines: RFC 7296, 2.22. */
#include "../../klips/tests/test.h"

#include <arpa/inet.h>
#include <string.h>

#include "../ipcomp.h"
#include "../move.h"
#include "../rekey.h"
#include "scene.h"

#define NAT "192.1.2.254"

static int make(void **state)
{
	(void)state;
	world_make(&world);
	world.west.connection->compress = world.east.connection->compress = true;
	return 0;
}

/* Each of a side's two SAs has its CPI, as does the policy; no other CPIs are left. */
static void assert_side(struct side *side)
{
	const struct child_sa *child = side_child(side);
	const struct stack *stack = &side->stack;
	unsigned int at;

	assert_int_equal(stack->sas, 2);
	assert_int_equal(stack->larval, 0);
	for (at = 0; at < stack->sas; at++)
		assert_int_equal(stack->sa[at].cpi, child->cpi[!stack->sa[at].inbound]);
	assert_int_equal(stack->policies, 1);
	assert_int_equal(stack->policy[0].cpi_out, child->cpi[1]);
	assert_int_equal(stack->policy[0].spi_out, child->spi[1]);
}

static void assert_compressed(void)
{
	const struct child_sa *west = side_child(&world.west), *east = side_child(&world.east);

	assert_non_null(west);
	assert_non_null(east);
	assert_true(west->cpi[0] && west->cpi[1]);
	assert_int_equal(west->cpi[0], east->cpi[1]);
	assert_int_equal(west->cpi[1], east->cpi[0]);
	assert_side(&world.west);
	assert_side(&world.east);
	assert_int_equal(world.west.stack.cpis, 2);
	assert_int_equal(world.east.stack.cpis, 2);
}

static void assert_plain(void)
{
	const struct child_sa *west = side_child(&world.west), *east = side_child(&world.east);

	assert_false(west->cpi[0] || west->cpi[1] || east->cpi[0] || east->cpi[1]);
	assert_side(&world.west);
	assert_side(&world.east);
	assert_int_equal(world.west.stack.cpis, 0);
	assert_int_equal(world.east.stack.cpis, 0);
}

static void test_both_want_it(void **state)
{
	(void)state;
	scene_up();
	assert_compressed();
	assert_int_equal(ntohl(side_child(&world.west)->cpi[0]), 0x111);
	assert_true(side_said(&world.west, " IPCOMP=>0x00000222 <0x00000111}"));
	assert_true(side_said(&world.east, " IPCOMP=>0x00000111 <0x00000222}"));
}

static void test_the_peer_refuses(void **state)
{
	(void)state;
	world.east.connection->compress = false;
	scene_up();
	assert_plain();
	assert_true(side_said(&world.west, "the peer refuses IPCOMP"));
}

static void test_nobody_asks(void **state)
{
	(void)state;
	world.west.connection->compress = false;
	scene_up();
	assert_plain();
	assert_false(side_said(&world.west, "IPCOMP"));
}

static void test_a_stack_has_no_cpi(void **state)
{
	(void)state;
	world.west.stack.refuse_cpi = -ENOSPC;
	scene_up();
	assert_plain();
	assert_true(side_said(&world.west, "no IPCOMP: no CPI from made-up stack: made up"));
	scene_free(state);
	make(state);
	world.east.stack.refuse_cpi = -ENOSPC;
	scene_up();
	assert_plain();
}

static void test_transport(void **state)
{
	struct connection *const both[] = { world.west.connection, world.east.connection };
	unsigned int at;

	(void)state;
	for (at = 0; at < 2; at++) {
		both[at]->kind = CONNECTION_TRANSPORT;
		both[at]->local.client.count = both[at]->remote.client.count = 0;
	}
	scene_up();
	assert_compressed();
	assert_false(world.west.stack.sa[0].tunnel);
}

/* Each has CPIs of its own, with every key exchange that is begun anew. */
static void test_rekeyed(void **state)
{
	uint32_t before;

	(void)state;
	scene_up();
	before = side_child(&world.west)->cpi[0];
	child_sa_rekey_start(side_child(&world.west));
	world_settle(&world);
	assert_compressed();
	assert_int_not_equal(side_child(&world.west)->cpi[0], before);
	child_sa_rekey_start(side_child(&world.east));
	world_settle(&world);
	assert_compressed();
	world_propose(&world.west, "aes_gcm256-sha2_256-x25519", "aes_gcm256-x25519+ecp256");
	world_propose(&world.east, "aes_gcm256-sha2_256-x25519", "aes_gcm256-ecp256");
	child_sa_rekey_start(side_child(&world.west));
	world_settle(&world);
	assert_compressed();
}

static void test_rekeyed_by_both_at_once(void **state)
{
	(void)state;
	scene_up();
	child_sa_rekey_start(side_child(&world.west));
	child_sa_rekey_start(side_child(&world.east));
	world_settle(&world);
	assert_compressed();
}

static void test_deleted(void **state)
{
	(void)state;
	scene_up();
	ike_delete_start(side_sa(&world.west, IKE_SA_ESTABLISHED));
	world_settle(&world);
	assert_int_equal(side_sas(&world.west) + side_sas(&world.east), 0);
	assert_int_equal(world.west.stack.cpis + world.east.stack.cpis, 0);
}

static void test_nothing_is_left_of_a_failure(void **state)
{
	(void)state;
	world.east.stack.refuse = -ENOMEM;
	assert_int_equal(ike_sa_initiate(world.west.connection), 0);
	world_settle(&world);
	assert_null(side_child(&world.west));
	assert_int_equal(world.west.stack.cpis + world.east.stack.cpis, 0);
}

static void move_nat(void)
{
	world.inside.addr = world_address("192.1.2.45");
	world.outside = (struct ike_endpoint){ world_address(NAT), 40000 };
	world.east.connection->remote.host.version = 0;
	scene_up();
	assert_compressed();
}

static void test_moved(void **state)
{
	(void)state;
	move_nat();
	world.outside.addr = world_address("192.1.2.253");
	ike_liveness_start(side_sa(&world.west, IKE_SA_ESTABLISHED));
	world_settle(&world);
	assert_compressed();
	assert_true(side_said(&world.east, "goes between 192.1.2.23 and 192.1.2.253 now"));
}

/* As a stack does that has bundles: another one is made. */
static void test_rekeyed_where_it_cannot_move(void **state)
{
	uint32_t before;

	(void)state;
	move_nat();
	before = side_child(&world.east)->cpi[0];
	world.east.stack.refuse_move = -EBUSY;
	world.outside.addr = world_address("192.1.2.253");
	ike_liveness_start(side_sa(&world.west, IKE_SA_ESTABLISHED));
	world_settle(&world);
	assert_int_not_equal(side_child(&world.east)->cpi[0], before);
	assert_true(side_said(&world.east, "does not move Child SA"));
	assert_side(&world.west);
	assert_side(&world.east);
	assert_int_equal(world.west.stack.cpis, 2);
	assert_int_equal(world.east.stack.cpis, 2);
}

/* A message with IPCOMP_SUPPORTED of each of these, three bytes each; what they make of a Child SA that offered. */
static uint32_t taken(const uint8_t *data, size_t count, size_t size)
{
	struct child_sa child = *side_child(&world.west);
	struct ike_message message = { 0 };
	struct ike_builder builder;
	uint8_t room[256], first;
	const char *why;
	size_t at;

	ike_build_chain(&builder, room, sizeof(room), &first);
	for (at = 0; at < count; at++)
		ike_put_status(&builder, N_IPCOMP_SUPPORTED, (struct ike_slice){ data + at * size, size });
	assert_true(ike_build_end(&builder) > 0);
	assert_int_equal(ike_payloads_parse(&message, first, (struct ike_slice){ room, builder.length }, &why), 0);
	child.cpi[1] = 0;
	ipcomp_choose(&child, &message);
	return ntohl(child.cpi[1]);
}

/* OUI, LZS and LZJH are passed over, as is what is too short, or a CPI that nobody may choose. */
static void test_other_algorithms(void **state)
{
	static const uint8_t several[] = { 0x12, 0x34, 1, 0x12, 0x35, 3, 0x12, 0x36, 2, 0x12, 0x37, 2 };
	static const uint8_t others[] = { 0x12, 0x34, 1, 0x12, 0x35, 3, 0x12, 0x36, 4, 0x12, 0x37, 0 };
	static const uint8_t reserved[] = { 0, 2, 2, 0, 0, 2, 0, 63, 2 };
	static const uint8_t attributes[] = { 0x12, 0x34, 2, 0x80, 1, 0, 15 };

	(void)state;
	scene_up();
	assert_int_equal(taken(several, 4, 3), 0x1236);
	assert_int_equal(taken(others, 4, 3), 0);
	assert_int_equal(taken(reserved, 3, 3), 0);
	assert_int_equal(taken(several, 1, 2), 0);
	assert_int_equal(taken(several, 1, 0), 0);
	assert_int_equal(taken(attributes, 1, sizeof(attributes)), 0x1234);
}

#define ONE(name) cmocka_unit_test_setup_teardown(name, make, scene_free)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ONE(test_both_want_it),
		ONE(test_the_peer_refuses),
		ONE(test_nobody_asks),
		ONE(test_a_stack_has_no_cpi),
		ONE(test_transport),
		ONE(test_rekeyed),
		ONE(test_rekeyed_by_both_at_once),
		ONE(test_deleted),
		ONE(test_nothing_is_left_of_a_failure),
		ONE(test_moved),
		ONE(test_rekeyed_where_it_cannot_move),
		ONE(test_other_algorithms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
