// SPDX-License-Identifier: GPL-2.0-or-later
/* NATs that change their mappings, without MOBIKE: RFC 7296, 2.23. And hints of strangers: 1.5, 2.21.4. */
#include "../../klips/tests/test.h"

#include <arpa/inet.h>
#include <string.h>

#include "../move.h"
#include "../rekey.h"
#include "scene.h"

#define NAT  "192.1.2.254"
#define WEST "192.1.2.45"
#define EAST "192.1.2.23"

static int make(void **state)
{
	(void)state;
	world_make(&world);
	world.inside.addr = world_address(WEST);
	world.outside = (struct ike_endpoint){ world_address(NAT), 40000 };
	world.east.connection->remote.host.version = 0;
	return 0;
}

static int make_without_nat(void **state)
{
	(void)state;
	world_make(&world);
	return 0;
}

static void assert_remote(const struct ike_sa *of, const char *text)
{
	const struct klips_addr wanted = world_address(text);

	assert_true(klips_addr_equal(&of->remote.addr, &wanted));
}

/* All of east's SAs go to and from there. */
static void assert_peer_at(const char *addr, uint16_t port)
{
	const struct klips_addr wanted = world_address(addr);
	const struct stack *stack = &world.east.stack;
	unsigned int at;

	assert_true(klips_addr_equal(&side_established(&world.east)->remote.addr, &wanted));
	assert_int_equal(side_established(&world.east)->remote.port, port);
	assert_int_equal(stack->sas, 2);
	for (at = 0; at < stack->sas; at++) {
		const struct ike_endpoint *peer = stack->sa[at].inbound ? &stack->sa[at].src : &stack->sa[at].dst;

		assert_true(klips_addr_equal(&peer->addr, &wanted));
		assert_int_equal(peer->port, port);
		assert_true(stack->sa[at].encap);
	}
	assert_true(klips_addr_equal(&stack->policy[0].remote_host, &wanted));
}

static void test_request_from_a_new_port(void **state)
{
	(void)state;
	scene_up();
	assert_peer_at(NAT, 40000);
	world.outside.port = 50000;
	ike_liveness_start(side_established(&world.west));
	world_settle(&world);
	assert_peer_at(NAT, 50000);
	assert_true(side_said(&world.east, "the peer's NAT has it at 192.1.2.254 port 50000 now"));
}

static void test_request_from_a_new_address(void **state)
{
	(void)state;
	scene_up();
	world.outside.addr = world_address("192.1.2.253");
	child_sa_rekey_start(side_child(&world.west));
	world_settle(&world);
	assert_peer_at("192.1.2.253", 40000);
}

/* West is where ESP says; that its own way has changed, it does not know. */
static void test_esp_from_a_new_port(void **state)
{
	const struct ike_endpoint now = { world_address(NAT), 50000 };
	const struct klips_addr east = world_address(EAST), other = world_address("192.1.2.24");

	(void)state;
	scene_up();
	pluto_mapped(world.east.pluto, side_child(&world.east)->spi[0], &other, &now);
	pluto_mapped(world.east.pluto, htonl(0x7777), &east, &now);
	pluto_mapped(world.east.pluto, side_child(&world.east)->spi[1], &east, &now);
	assert_peer_at(NAT, 40000);
	pluto_mapped(world.east.pluto, side_child(&world.east)->spi[0], &east, &now);
	assert_peer_at(NAT, 50000);
}

/* It is east that is not behind a NAT: west does not follow it anywhere. */
static void test_only_the_one_without_a_nat_follows(void **state)
{
	const struct ike_endpoint now = { world_address("10.6.6.6"), 4500 };
	const struct klips_addr west = world_address(WEST);

	(void)state;
	scene_up();
	pluto_mapped(world.west.pluto, side_child(&world.west)->spi[0], &west, &now);
	assert_int_equal(side_established(&world.west)->remote.port, 4500);
	ike_liveness_start(side_established(&world.east));
	world.packet[world.first % PACKETS_MAX].from.addr = now.addr;
	world_deliver(&world);
	world_pass(&world, 1000);
	assert_remote(side_established(&world.west), EAST);
}

static void test_old_requests_from_elsewhere(void **state)
{
	struct packet old;

	(void)state;
	scene_up();
	ike_liveness_start(side_established(&world.west));
	world_deliver(&world);
	old = world.last;
	world_settle(&world);
	world_replay(&world, &old, "10.6.6.6", 4500);
	world_settle(&world);
	ike_liveness_start(side_established(&world.west));
	world_settle(&world);
	world_replay(&world, &old, "10.6.6.6", 4500);
	world_settle(&world);
	assert_peer_at(NAT, 40000);
}

static void test_forged_requests_from_elsewhere(void **state)
{
	struct packet forged;

	(void)state;
	scene_up();
	ike_liveness_start(side_established(&world.west));
	forged = world.packet[world.first % PACKETS_MAX];
	forged.data[forged.length - 1] ^= 1;
	world_replay(&world, &forged, "10.6.6.6", 4500);
	world_settle(&world);
	assert_peer_at(NAT, 40000);
}

static void test_nobody_follows_without_a_nat(void **state)
{
	(void)state;
	scene_up();
	ike_liveness_start(side_established(&world.west));
	world.packet[world.first % PACKETS_MAX].from.addr = world_address("10.6.6.6");
	world_pass(&world, 2000);
	assert_remote(side_established(&world.east), WEST);
}

static void test_rekeyed_at_the_new_place(void **state)
{
	(void)state;
	scene_up();
	world.outside.port = 50000;
	ike_sa_rekey_start(side_established(&world.west));
	world_settle(&world);
	child_sa_rekey_start(side_child(&world.east));
	world_settle(&world);
	assert_peer_at(NAT, 50000);
}

/* East has forgotten all. */
static void forget_east(void)
{
	ike_sa_end(side_established(&world.east), NULL);
}

static void assert_selectors(struct side *side, const char *local, const char *remote)
{
	const struct child_sa *child = side_child(side);
	char text[IKE_TS_TEXT];

	assert_non_null(child);
	assert_false(child->tunnel);
	assert_int_equal(child->local_ts.count + child->remote_ts.count, 2);
	ike_ts_print(text, sizeof(text), &child->local_ts.ts[0]);
	assert_string_equal(text, local);
	ike_ts_print(text, sizeof(text), &child->remote_ts.ts[0]);
	assert_string_equal(text, remote);
}

/* RFC 7296, 2.23.1: west is where each side sees it, also when the responder rekeys. */
static void test_transport_mode_through_a_nat(void **state)
{
	struct side *const sides[] = { &world.west, &world.east };
	unsigned int at;

	(void)state;
	for (at = 0; at < 2; at++) {
		sides[at]->connection->kind = CONNECTION_TRANSPORT;
		sides[at]->connection->local.client.count = sides[at]->connection->remote.client.count = 0;
	}
	scene_up();
	assert_selectors(&world.west, WEST "/32", EAST "/32");
	assert_selectors(&world.east, EAST "/32", NAT "/32");
	child_sa_rekey_start(side_child(&world.east));
	world_settle(&world);
	assert_selectors(&world.west, WEST "/32", EAST "/32");
	assert_selectors(&world.east, EAST "/32", NAT "/32");
}

/* In tunnel mode a host is who it says it is. */
static void test_tunnel_mode_through_a_nat(void **state)
{
	(void)state;
	world.west.connection->local.client.count = world.east.connection->remote.client.count = 0;
	assert_int_equal(ike_sa_initiate(world.west.connection), 0);
	world_settle(&world);
	assert_true(side_said(&world.east, "TS_UNACCEPTABLE"));
}

static void test_unknown_ike_spi(void **state)
{
	(void)state;
	scene_up();
	forget_east();
	ike_liveness_start(side_established(&world.west));
	world_settle(&world);
	assert_true(side_said(&world.west, "somebody says that the peer does not know the IKE SA"));
	/* Anybody may have said so. */
	assert_non_null(side_child(&world.west));
	world_pass(&world, 120000);
	assert_int_equal(side_sas(&world.west), 0);
}

static void test_unknown_ike_spi_of_somebody(void **state)
{
	struct packet forged;

	(void)state;
	scene_up();
	ike_liveness_start(side_established(&world.west));
	forged = world.packet[world.first % PACKETS_MAX];
	forged.data[0] ^= 1;
	forged.data[8] ^= 1;
	world_replay(&world, &forged, NAT, 4500);
	world_settle(&world);
	world_pass(&world, 200000);
	assert_non_null(side_child(&world.west));
	assert_non_null(side_child(&world.east));
}

/* A protected request that is changed in its header, where it is authenticated only after an IKE SA was found. */
static struct packet change_header(size_t at, uint8_t bits)
{
	struct packet changed;

	ike_liveness_start(side_established(&world.west));
	changed = world.packet[world.first % PACKETS_MAX];
	world_settle(&world);
	changed.data[at] ^= bits;
	return changed;
}

/* What is told, in clear and as version 2; and not to each of a flood. */
static void assert_told(const struct packet *request, uint16_t error)
{
	const struct packet *last = &world.last;
	unsigned int at, sent = world.east.sent;

	for (at = 0; at < 1000; at++) {
		world_replay(&world, request, NAT, 4500);
		world_settle(&world);
	}
	assert_in_range(world.east.sent - sent, 1, 20);
	world.now += 1000;
	sent = world.east.sent;
	world_replay(&world, request, NAT, 4500);
	world_settle(&world);
	assert_int_equal(world.east.sent, sent + 1);
	assert_memory_equal(last->data, request->data, 16);
	assert_int_equal(last->data[17], 0x20);
	assert_int_equal(last->data[IKE_HEADER + 6] << 8 | last->data[IKE_HEADER + 7], error);
}

/* An answer that says so has none: two hosts do not tell each other for ever. */
static void assert_ignored(struct packet answer)
{
	unsigned int sent = world.east.sent;

	answer.data[19] |= IKE_FLAG_RESPONSE;
	world_replay(&world, &answer, NAT, 4500);
	world_settle(&world);
	assert_int_equal(world.east.sent, sent);
}

static void test_a_flood_of_unknown_ike_spis(void **state)
{
	struct packet forged;

	(void)state;
	scene_up();
	forged = change_header(8, 1);
	assert_told(&forged, N_INVALID_IKE_SPI);
	assert_ignored(forged);
}

static void test_a_flood_of_later_versions(void **state)
{
	struct packet later;

	(void)state;
	scene_up();
	later = change_header(17, 0x10);
	assert_told(&later, N_INVALID_MAJOR_VERSION);
	assert_ignored(later);
}

static void make_invalid_spi(struct packet *packet, uint32_t spi)
{
	struct ike_header header = { .major = 2, .exchange = INFORMATIONAL, .flags = IKE_FLAG_INITIATOR };
	struct ike_builder builder;

	ike_build_start(&builder, packet->data, sizeof(packet->data), &header);
	ike_put_status(&builder, N_INVALID_SPI, (struct ike_slice){ (const uint8_t *)&spi, sizeof(spi) });
	packet->length = ike_build_end(&builder);
	packet->to = (struct ike_endpoint){ world_address(WEST), 500 };
}

static void test_invalid_spi(void **state)
{
	struct packet hint;
	unsigned int sent, at;

	(void)state;
	scene_up();
	sent = world.west.sent;
	make_invalid_spi(&hint, htonl(0x7777));
	world_replay(&world, &hint, EAST, 500);
	make_invalid_spi(&hint, side_child(&world.west)->spi[1]);
	world_replay(&world, &hint, "10.6.6.6", 500);
	world_settle(&world);
	assert_int_equal(world.west.sent, sent);
	for (at = 0; at < 10; at++) {
		world_replay(&world, &hint, EAST, 500);
		world_settle(&world);
	}
	assert_int_equal(world.west.sent, sent + 1);
	assert_non_null(side_child(&world.west));
}

int main(void)
{
#define CASE(name)   cmocka_unit_test_setup_teardown(name, make, scene_free)
#define NO_NAT(name) cmocka_unit_test_setup_teardown(name, make_without_nat, scene_free)
	const struct CMUnitTest tests[] = {
		CASE(test_request_from_a_new_port),
		CASE(test_request_from_a_new_address),
		CASE(test_esp_from_a_new_port),
		CASE(test_only_the_one_without_a_nat_follows),
		CASE(test_old_requests_from_elsewhere),
		CASE(test_forged_requests_from_elsewhere),
		NO_NAT(test_nobody_follows_without_a_nat),
		CASE(test_rekeyed_at_the_new_place),
		CASE(test_transport_mode_through_a_nat),
		CASE(test_tunnel_mode_through_a_nat),
		CASE(test_unknown_ike_spi),
		NO_NAT(test_unknown_ike_spi_of_somebody),
		NO_NAT(test_a_flood_of_unknown_ike_spis),
		NO_NAT(test_a_flood_of_later_versions),
		NO_NAT(test_invalid_spi),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
