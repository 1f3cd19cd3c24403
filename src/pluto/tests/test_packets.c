// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Packets that Child SAs are made for: RFC 7296, 2.9, with SINGLE_PAIR_REQUIRED and ADDITIONAL_TS_POSSIBLE; and what
 * peers say of packets, windows and numbers: 2.3 and 3.10.1.
 */
#include "../../klips/tests/test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../rekey.h"
#include "../route.h"
#include "scene.h"

static void meet(const char *src, const char *dst)
{
	struct ike_ts ts[2];

	assert_null(ike_ts_parse(&ts[0], src));
	assert_null(ike_ts_parse(&ts[1], dst));
	pluto_acquired(world.west.pluto, &ts[0], &ts[1], 0);
	world_pass(&world, 0);
}

static void assert_ts(const struct ike_ts_list *list, const char *text)
{
	char all[IKE_TS_MAX * IKE_TS_TEXT] = "";
	size_t length = 0;
	unsigned int at;

	for (at = 0; at < list->count; at++) {
		length += (size_t)snprintf(all + length, sizeof(all) - length, at ? " " : "");
		length += (size_t)ike_ts_print(all + length, sizeof(all) - length, &list->ts[at]);
	}
	assert_string_equal(all, text);
}

/* What west would offer, as east reads it. */
static void assert_offer(struct child_sa *child, const char *tsi, const char *tsr)
{
	uint8_t plain[4096], first = IKE_P_NONE;
	struct ike_message message;
	struct ike_builder builder;
	struct ike_packet *packet;
	struct ike_ts_list list;
	const char *why;

	ike_build_chain(&builder, plain, sizeof(plain), &first);
	child_sa_put_offer(child, &builder, NULL);
	packet = ike_protect(child->sa, CREATE_CHILD_SA, false, child->sa->send_id, first,
			     (struct ike_slice){ plain, builder.length });
	assert_int_equal(ike_unprotect(side_established(&world.east), &message,
				       (struct ike_slice){ packet->data, packet->length }, &why),
			 0);
	assert_int_equal(ike_ts_read(&list, ike_payload_find(&message, IKE_P_TSI), &why), 0);
	assert_ts(&list, tsi);
	assert_int_equal(ike_ts_read(&list, ike_payload_find(&message, IKE_P_TSR), &why), 0);
	assert_ts(&list, tsr);
	ike_packets_free(packet);
}

static void routed(void)
{
	world.west.connection->initial_contact = false;
	assert_int_equal(connection_route(world.west.connection), 0);
}

static unsigned int children(struct side *side)
{
	const struct child_sa *child;
	unsigned int count = 0;

	cds_list_for_each_entry(child, &side_established(side)->children, node)
		count += child->state == CHILD_SA_INSTALLED;
	return count;
}

/* The one that was made last. */
static struct child_sa *newest(struct side *side)
{
	return cds_list_entry(side_established(side)->children.prev, struct child_sa, node);
}

static void assert_newest(const char *local, const char *remote)
{
	assert_ts(&newest(&world.west)->local_ts, local);
	assert_ts(&newest(&world.west)->remote_ts, remote);
	assert_ts(&newest(&world.east)->local_ts, remote);
	assert_ts(&newest(&world.east)->remote_ts, local);
}

static void test_the_packets_selector_is_first(void **state)
{
	(void)state;
	routed();
	meet("192.0.1.1[udp/1024]", "192.0.2.9[udp/53]");
	assert_int_equal(children(&world.west), 1);
	assert_newest("192.0.1.0/24", "192.0.2.0/24");
	assert_offer(newest(&world.west), "192.0.1.1/32[udp/1024] 192.0.1.0/24", "192.0.2.9/32[udp/53] 192.0.2.0/24");
	assert_false(world.west.connection->has_packet);
}

/* What is rekeyed is for the packet still; what came up without one has none. */
static void test_the_same_when_it_is_rekeyed(void **state)
{
	(void)state;
	routed();
	meet("192.0.1.1", "192.0.2.9");
	child_sa_rekey_start(newest(&world.west));
	world_settle(&world);
	assert_int_equal(children(&world.west), 1);
	assert_offer(newest(&world.west), "192.0.1.1/32 192.0.1.0/24", "192.0.2.9/32 192.0.2.0/24");
}

static void test_none_without_a_packet(void **state)
{
	(void)state;
	scene_up();
	assert_offer(newest(&world.west), "192.0.1.0/24", "192.0.2.0/24");
}

/* One that fails is forgotten with its negotiation. */
static void test_a_packet_of_a_failure(void **state)
{
	(void)state;
	routed();
	world.east.psk = "another";
	meet("192.0.1.1", "192.0.2.9");
	assert_int_equal(side_sas(&world.west), 0);
	assert_false(world.west.connection->has_packet);
}

/* East makes but what is for one pair of addresses: its answer to west's request, which it does not get. */
static void refuse(uint16_t type)
{
	uint8_t plain[64], first = IKE_P_NONE;
	struct ike_builder builder;
	struct ike_packet *packet;

	assert_int_equal(side_packets(&world.east), 1);
	side_take(&world.east, 0, true);
	ike_build_chain(&builder, plain, sizeof(plain), &first);
	ike_put_status(&builder, type, (struct ike_slice){ 0 });
	packet =
		ike_protect(side_established(&world.east), CREATE_CHILD_SA, true,
			    side_established(&world.west)->send_id, first, (struct ike_slice){ plain, builder.length });
	ike_packets_send(side_established(&world.east), packet);
	ike_packets_free(packet);
	side_established(&world.east)->receive_id++;
	world_settle(&world);
}

static void without_child(void)
{
	scene_up();
	routed();
	child_sa_free(side_child(&world.west), false);
	child_sa_free(side_child(&world.east), false);
}

static void begin(bool packet)
{
	struct connection *connection = world.west.connection;

	connection->has_packet = packet;
	assert_null(ike_ts_parse(&connection->packet[0], "192.0.1.1[tcp/1024]"));
	assert_null(ike_ts_parse(&connection->packet[1], "192.0.2.9[tcp/80]"));
	assert_int_equal(child_sa_create_start(side_established(&world.west), connection), 0);
}

static void test_single_pairs(void **state)
{
	(void)state;
	without_child();
	begin(true);
	refuse(N_SINGLE_PAIR_REQUIRED);
	assert_int_equal(children(&world.west), 1);
	assert_newest("192.0.1.1/32", "192.0.2.9/32");
	/* What is for another pair gets one more, what is for the same does not. */
	meet("192.0.1.1", "192.0.2.9[udp/53]");
	assert_int_equal(children(&world.west), 1);
	meet("192.0.1.1", "192.0.2.10");
	assert_int_equal(children(&world.west), 2);
	assert_newest("192.0.1.1/32", "192.0.2.10/32");
	meet("192.0.1.1", "192.0.2.10");
	assert_int_equal(children(&world.west), 2);
	assert_int_equal(children(&world.east), 2);
}

/* East's answer to IKE_AUTH, without what is about its Child SA, and with why there is none. */
static void refuse_in_ike_auth(void)
{
	struct packet *packet = &world.packet[world.first % PACKETS_MAX];
	struct ike_sa *west = side_sa(&world.west, IKE_SA_CONNECTING), *east = side_established(&world.east);
	uint8_t plain[4096], first = IKE_P_NONE;
	struct ike_message message;
	struct ike_builder builder;
	struct ike_packet *other;
	const char *why;
	size_t at;

	assert_int_equal(ike_unprotect(west, &message, (struct ike_slice){ packet->data, packet->length }, &why), 0);
	ike_build_chain(&builder, plain, sizeof(plain), &first);
	for (at = 0; at < message.count; at++)
		if (message.payloads[at].type == IKE_P_IDR || message.payloads[at].type == IKE_P_AUTH)
			ike_put_payload(&builder, message.payloads[at].type, message.payloads[at].body);
	ike_put_status(&builder, N_SINGLE_PAIR_REQUIRED, (struct ike_slice){ 0 });
	other = ike_protect(east, IKE_AUTH, true, 1, first, (struct ike_slice){ plain, builder.length });
	side_take(&world.west, 0, true);
	child_sa_free(side_child(&world.east), false);
	ike_packets_send(east, other);
	ike_packets_free(other);
}

static void test_single_pairs_in_ike_auth(void **state)
{
	struct ike_ts src, dst;

	(void)state;
	routed();
	assert_null(ike_ts_parse(&src, "192.0.1.1"));
	assert_null(ike_ts_parse(&dst, "192.0.2.9"));
	pluto_acquired(world.west.pluto, &src, &dst, 0);
	world_deliver(&world);
	world_deliver(&world);
	world_deliver(&world);
	assert_int_equal(side_packets(&world.west), 1);
	refuse_in_ike_auth();
	world_settle(&world);
	assert_true(side_said(&world.west, "no Child SA: SINGLE_PAIR_REQUIRED"));
	assert_int_equal(children(&world.west), 1);
	assert_newest("192.0.1.1/32", "192.0.2.9/32");
}

/* Refused again, it is not asked for again and again. */
static void test_single_pairs_refused(void **state)
{
	(void)state;
	without_child();
	begin(true);
	assert_int_equal(side_packets(&world.east), 1);
	side_take(&world.east, 0, true);
	world.west.connection->single_pair = true;
	newest(&world.west)->single = true;
	child_sa_pair_start(newest(&world.west));
	assert_int_equal(side_packets(&world.east), 0);
	assert_int_equal(children(&world.west), 0);
}

static void test_single_pairs_without_a_packet(void **state)
{
	(void)state;
	without_child();
	begin(false);
	refuse(N_SINGLE_PAIR_REQUIRED);
	assert_int_equal(children(&world.west), 0);
	assert_true(side_said(&world.west, "packets have to ask for them"));
	assert_int_equal(side_packets(&world.east), 0);
	meet("192.0.1.1", "192.0.2.9");
	assert_int_equal(children(&world.west), 1);
	assert_newest("192.0.1.1/32", "192.0.2.9/32");
}

/* East has two connections, for a half each of what west wants. */
static void halves(void)
{
	struct connection *like = world.east.connection, *made = connection_new(world.east.pluto, "the other half");

	made->kind = like->kind;
	made->local = like->local;
	made->remote = like->remote;
	made->ike = like->ike;
	made->child = like->child;
	made->times = like->times;
	assert_null(ike_ts_parse(&like->local.client.ts[0], "192.0.2.0/25"));
	assert_null(ike_ts_parse(&made->local.client.ts[0], "192.0.2.128/25"));
}

static void test_additional_selectors(void **state)
{
	(void)state;
	halves();
	routed();
	meet("192.0.1.1", "192.0.2.9");
	assert_newest("192.0.1.0/24", "192.0.2.0/25");
	assert_true(side_said(&world.west, "the peer takes the rest of the traffic in another Child SA"));
	meet("192.0.1.1", "192.0.2.77");
	assert_int_equal(children(&world.west), 1);
	meet("192.0.1.1", "192.0.2.200");
	assert_int_equal(children(&world.west), 2);
	assert_newest("192.0.1.0/24", "192.0.2.128/25");
	assert_string_equal(newest(&world.east)->connection->name, "the other half");
}

/* Nobody has the rest: no more is asked for, whatever packets there are. */
static void test_no_additional_selectors(void **state)
{
	(void)state;
	assert_null(ike_ts_parse(&world.east.connection->local.client.ts[0], "192.0.2.0/25"));
	routed();
	meet("192.0.1.1", "192.0.2.9");
	assert_newest("192.0.1.0/24", "192.0.2.0/25");
	assert_false(world.west.connection->additional);
	meet("192.0.1.1", "192.0.2.200");
	assert_int_equal(children(&world.west), 1);
}

static void test_a_number_ahead(void **state)
{
	struct ike_sa *west, *east;

	(void)state;
	scene_up();
	west = side_established(&world.west);
	east = side_established(&world.east);
	west->send_id += 5;
	ike_liveness_start(west);
	world_deliver(&world);
	assert_true(side_said(&world.east, "a request of the peer's has the number 7, and 2 is the next"));
	assert_non_null(east->exchange);
	world_settle(&world);
	assert_true(side_said(&world.west, "the peer complains: INVALID_MESSAGE_ID"));
	/* It was not answered, and the SA is as it was. */
	assert_non_null(west->exchange);
	assert_null(east->exchange);
	assert_int_equal(east->receive_id, 2);
}

static void test_a_forged_number_ahead(void **state)
{
	struct ike_sa *east;
	uint32_t sent;

	(void)state;
	scene_up();
	east = side_established(&world.east);
	side_established(&world.west)->send_id += 5;
	ike_liveness_start(side_established(&world.west));
	world.packet[world.first].data[40] ^= 1;
	sent = world.east.sent;
	world_deliver(&world);
	assert_int_equal(world.east.sent, sent);
	assert_null(east->exchange);
}

/* A request of this side's that is under way says as much: the peer must answer that. */
static void test_numbers_behind_are_nothing(void **state)
{
	uint32_t sent;

	(void)state;
	scene_up();
	ike_liveness_start(side_established(&world.west));
	world_settle(&world);
	ike_liveness_start(side_established(&world.west));
	world_settle(&world);
	side_established(&world.west)->send_id = 2;
	sent = world.east.sent;
	ike_liveness_start(side_established(&world.west));
	world_deliver(&world);
	assert_int_equal(world.east.sent, sent);
}

/* A request of west's that pluto itself does not make. */
static void (*put)(struct ike_builder *builder);
static struct ike_exchange exchange;
static bool done;

static enum ike_outcome build(struct ike_exchange *one, struct ike_builder *builder)
{
	(void)one;
	put(builder);
	return IKE_DONE;
}

static enum ike_outcome answer(struct ike_exchange *one, const struct ike_message *message)
{
	(void)one;
	done = !ike_notify_error(message);
	return IKE_DONE;
}

static void end(struct ike_exchange *one, bool answered)
{
	(void)one;
	(void)answered;
}

static void inform(void (*payloads)(struct ike_builder *builder))
{
	static const struct ike_exchange_ops ops = { "a test", INFORMATIONAL, build, answer, end };

	put = payloads;
	done = false;
	ike_exchange_start(side_established(&world.west), &exchange, &ops);
	world_settle(&world);
	assert_true(done);
}

static void put_window(struct ike_builder *builder)
{
	static const uint8_t five[4] = { 0, 0, 0, 5 };

	ike_put_status(builder, N_SET_WINDOW_SIZE, (struct ike_slice){ five, sizeof(five) });
}

static void put_bad_window(struct ike_builder *builder)
{
	ike_put_status(builder, N_SET_WINDOW_SIZE, (struct ike_slice){ 0 });
}

/* A peer that would take five requests at a time gets one after the other, which is never too many. */
static void test_a_wider_window(void **state)
{
	struct ike_sa *east;

	(void)state;
	scene_up();
	inform(put_window);
	inform(put_bad_window);
	east = side_established(&world.east);
	ike_liveness_start(east);
	ike_liveness_start(east);
	assert_int_equal(side_packets(&world.west), 1);
	world_deliver(&world);
	world_deliver(&world);
	assert_int_equal(side_packets(&world.west), 1);
}

static uint32_t spi;

static void put_selectors(struct ike_builder *builder)
{
	static const uint8_t packet[20] = { 0x45 };

	ike_put_notify(builder, IKE_PROTO_ESP, N_INVALID_SELECTORS, (struct ike_slice){ (uint8_t *)&spi, sizeof(spi) },
		       (struct ike_slice){ packet, sizeof(packet) });
}

static void test_a_packet_that_the_peer_does_not_take(void **state)
{
	(void)state;
	scene_up();
	spi = side_child(&world.west)->spi[0];
	inform(put_selectors);
	assert_true(side_said(&world.east, "the peer complains: INVALID_SELECTORS"));
	assert_true(side_said(&world.east, "Child SA #2 carried a packet that the peer does not take by it"));
	spi = htonl(0x777);
	inform(put_selectors);
	assert_int_equal(children(&world.east), 1);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, scene_make, scene_free)
	const struct CMUnitTest tests[] = {
		CASE(test_the_packets_selector_is_first),
		CASE(test_the_same_when_it_is_rekeyed),
		CASE(test_none_without_a_packet),
		CASE(test_a_packet_of_a_failure),
		CASE(test_single_pairs),
		CASE(test_single_pairs_in_ike_auth),
		CASE(test_single_pairs_refused),
		CASE(test_single_pairs_without_a_packet),
		CASE(test_additional_selectors),
		CASE(test_no_additional_selectors),
		CASE(test_a_number_ahead),
		CASE(test_a_forged_number_ahead),
		CASE(test_numbers_behind_are_nothing),
		CASE(test_a_wider_window),
		CASE(test_a_packet_that_the_peer_does_not_take),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
