// SPDX-License-Identifier: GPL-2.0-or-later
/* What peers say is wrong, in messages that are protected: RFC 7296, 1.5, 2.5, 2.21.3, 2.25 and 4; and RFC 6023. */
#include "../../klips/tests/test.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "../rekey.h"
#include "scene.h"

#define UNKNOWN 200 /* a payload that nobody knows */

/* A request that pluto itself does not send: @put makes its payloads, @error is what was answered. */
static struct request {
	struct ike_exchange exchange;
	struct ike_exchange_ops ops;
	void (*put)(struct ike_builder *builder);
	uint16_t error;
	struct ike_slice data;
	uint8_t bytes[8];
	bool answered;
} request;

static int make(void **state)
{
	(void)state;
	memset(&request, 0, sizeof(request));
	world_make(&world);
	return 0;
}

static enum ike_outcome build(struct ike_exchange *exchange, struct ike_builder *builder)
{
	(void)exchange;
	request.put(builder);
	return IKE_DONE;
}

static enum ike_outcome answer(struct ike_exchange *exchange, const struct ike_message *message)
{
	struct ike_notify notify;

	(void)exchange;
	request.error = ike_notify_error(message);
	if (request.error && ike_notify_find(message, request.error, &notify) &&
	    notify.data.length <= sizeof(request.bytes) && notify.data.length) {
		memcpy(request.bytes, notify.data.data, notify.data.length);
		request.data = (struct ike_slice){ request.bytes, notify.data.length };
	}
	return IKE_DONE;
}

static void end(struct ike_exchange *exchange, bool answered)
{
	(void)exchange;
	request.answered = answered;
}

static void ask(struct side *side, uint8_t exchange, void (*put)(struct ike_builder *builder))
{
	request.put = put;
	request.ops = (struct ike_exchange_ops){ "a test", exchange, build, answer, end };
	ike_exchange_start(side_established(side), &request.exchange, &request.ops);
	world_settle(&world);
}

/* What was asked is lost; it is answered in the name of the one who did not get it. */
static void answer_as(struct side *side, uint8_t exchange, uint16_t type)
{
	struct side *asker = side == &world.west ? &world.east : &world.west;
	uint8_t plain[64], first = IKE_P_NONE;
	struct ike_builder builder;
	struct ike_packet *packet;

	assert_int_equal(side_packets(side), 1);
	side_take(side, 0, true);
	ike_build_chain(&builder, plain, sizeof(plain), &first);
	ike_put_status(&builder, type, (struct ike_slice){ 0 });
	packet = ike_protect(side_established(side), exchange, true, side_established(asker)->send_id, first,
			     (struct ike_slice){ plain, builder.length });
	assert_non_null(packet);
	ike_packets_send(side_established(side), packet);
	ike_packets_free(packet);
	world_deliver(&world);
	/* The two still agree on which request is next. */
	if (side_sa(side, IKE_SA_ESTABLISHED))
		side_established(side)->receive_id++;
}

static void put_unknown(struct ike_builder *builder)
{
	static const uint8_t body[4] = { 1, 2, 3, 4 };
	size_t at = builder->length;

	ike_put_payload(builder, UNKNOWN, (struct ike_slice){ body, sizeof(body) });
	builder->data[at + 1] |= 0x80;
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
	assert_int_equal(world.west.stack.policies, 1);
	assert_int_equal(world.east.stack.policies, 1);
}

static void test_a_critical_payload_in_ike_sa_init(void **state)
{
	struct ike_header header = { .major = 2, .exchange = IKE_SA_INIT, .flags = IKE_FLAG_INITIATOR };
	struct ike_builder builder;
	struct ike_message message;
	struct ike_notify notify;
	static struct packet packet;
	const char *why;

	(void)state;
	memset(header.spi_i, 7, sizeof(header.spi_i));
	ike_build_start(&builder, packet.data, sizeof(packet.data), &header);
	put_unknown(&builder);
	packet.length = (size_t)ike_build_end(&builder);
	packet.to = world.east.at;
	world_replay(&world, &packet, "192.1.2.45", 500);
	world_deliver(&world);
	world_deliver(&world);
	assert_int_equal(ike_message_parse(&message, (struct ike_slice){ world.last.data, world.last.length }, &why),
			 0);
	assert_non_null(ike_notify_find(&message, N_UNSUPPORTED_CRITICAL_PAYLOAD, &notify));
	assert_int_equal(notify.data.length, 1);
	assert_int_equal(notify.data.data[0], UNKNOWN);
	assert_int_equal(side_sas(&world.east), 0);
}

static void test_a_critical_payload_in_ike_auth(void **state)
{
	uint8_t plain[64], first;
	struct ike_builder builder;
	struct ike_packet *packet;

	(void)state;
	assert_int_equal(ike_sa_initiate(world.west.connection), 0);
	world_deliver(&world);
	world_deliver(&world);
	side_take(&world.east, 0, true);
	ike_build_chain(&builder, plain, sizeof(plain), &first);
	put_unknown(&builder);
	packet = ike_protect(side_sa(&world.west, IKE_SA_CONNECTING), IKE_AUTH, false, 1, first,
			     (struct ike_slice){ plain, builder.length });
	ike_packets_send(side_sa(&world.west, IKE_SA_CONNECTING), packet);
	ike_packets_free(packet);
	world_settle(&world);
	assert_true(side_said(&world.east, "IKE_AUTH refused: it has a critical payload, 200"));
	assert_true(side_said(&world.west, "the peer refuses: UNSUPPORTED_CRITICAL_PAYLOAD"));
	assert_int_equal(side_sas(&world.west) + side_sas(&world.east), 0);
}

static void test_a_critical_payload_later(void **state)
{
	static const uint8_t exchanges[] = { CREATE_CHILD_SA, INFORMATIONAL };
	unsigned int at;

	(void)state;
	scene_up();
	for (at = 0; at < 2; at++) {
		request.error = 0;
		ask(&world.west, exchanges[at], put_unknown);
		assert_int_equal(request.error, N_UNSUPPORTED_CRITICAL_PAYLOAD);
		assert_int_equal(request.data.length, 1);
		assert_int_equal(request.bytes[0], UNKNOWN);
		assert_up();
	}
}

static void put_nothing(struct ike_builder *builder)
{
	(void)builder;
}

static void assert_ended(void)
{
	assert_int_equal(side_sas(&world.west) + side_sas(&world.east), 0);
	assert_int_equal(world.west.stack.sas + world.east.stack.sas, 0);
	assert_false(request.answered);
}

/* RFC 7296, 2.21.3: it is the end at both ends, without a deletion. */
static void test_a_malformed_request_is_the_end(void **state)
{
	(void)state;
	scene_up();
	ask(&world.west, CREATE_CHILD_SA, put_nothing);
	assert_ended();
	assert_true(side_said(&world.west, "the peer finds a request of this side's malformed"));
}

static void test_an_exchange_that_was_not_agreed_on(void **state)
{
	(void)state;
	scene_up();
	ask(&world.east, 43, put_nothing);
	assert_ended();
}

static uint32_t invalid_spi;

static void put_invalid_spi(struct ike_builder *builder)
{
	ike_put_status(builder, N_INVALID_SPI,
		       (struct ike_slice){ (const uint8_t *)&invalid_spi, sizeof(invalid_spi) });
}

static void put_short_spi(struct ike_builder *builder)
{
	ike_put_status(builder, N_INVALID_SPI, (struct ike_slice){ (const uint8_t *)&invalid_spi, 3 });
}

/* Step by step: east's traffic has a policy at each moment. */
static void settle_with_policy(void)
{
	while (world.count) {
		world_deliver(&world);
		assert_int_equal(world.east.stack.policies, 1);
	}
}

static void test_an_invalid_spi(void **state)
{
	(void)state;
	scene_up();
	invalid_spi = side_child(&world.east)->spi[1];
	child_sa_free(side_child(&world.west), false);
	request.put = put_invalid_spi;
	request.ops = (struct ike_exchange_ops){ "a test", INFORMATIONAL, build, answer, end };
	ike_exchange_start(side_established(&world.west), &request.exchange, &request.ops);
	settle_with_policy();
	assert_true(side_said(&world.east, "the peer complains: INVALID_SPI"));
	assert_true(side_said(&world.east, "the peer has Child SA #2 no more"));
	assert_up();
	assert_int_not_equal(side_child(&world.east)->spi[1], invalid_spi);
}

static void test_an_invalid_spi_of_nobody(void **state)
{
	uint32_t before;

	(void)state;
	scene_up();
	before = side_child(&world.east)->spi[0];
	invalid_spi = htonl(0x777);
	ask(&world.west, INFORMATIONAL, put_invalid_spi);
	invalid_spi = side_child(&world.east)->spi[1];
	ask(&world.west, INFORMATIONAL, put_short_spi);
	assert_true(request.answered);
	assert_up();
	assert_int_equal(side_child(&world.east)->spi[0], before);
}

/* West has forgotten it: one is made without REKEY_SA. */
static void test_a_child_that_is_not_found(void **state)
{
	(void)state;
	scene_up();
	child_sa_free(side_child(&world.west), false);
	child_sa_rekey_start(side_child(&world.east));
	settle_with_policy();
	assert_true(side_said(&world.east, "CHILD_SA_NOT_FOUND"));
	assert_up();
}

/* And that cannot be made: the old one goes. */
static void test_a_child_that_is_not_found_and_not_made(void **state)
{
	(void)state;
	scene_up();
	child_sa_free(side_child(&world.west), false);
	world_propose(&world.west, "aes_gcm256-sha2_256-x25519", "aes128-sha1");
	child_sa_rekey_start(side_child(&world.east));
	world_settle(&world);
	assert_true(side_said(&world.east, "CREATE_CHILD_SA (new Child SA): NO_PROPOSAL_CHOSEN"));
	assert_int_equal(side_sas(&world.east), 1);
	assert_int_equal(world.east.stack.sas, 0);
	assert_int_equal(world.east.stack.policies, 0);
}

static struct connection *add(struct side *side, const char *client)
{
	struct connection *like = side->connection, *made = connection_new(side->pluto, "second");

	made->local = like->local;
	made->remote = like->remote;
	made->ike = like->ike;
	made->child = like->child;
	made->times = like->times;
	assert_null(ike_ts_parse(side == &world.west ? &made->remote.client.ts[0] : &made->local.client.ts[0], client));
	return made;
}

static unsigned int children(struct side *side, const struct connection *connection)
{
	const struct child_sa *child;
	unsigned int count = 0;
	struct ike_sa *one;

	cds_list_for_each_entry(one, &side->pluto->sas, node)
		cds_list_for_each_entry(child, &one->children, node)
			count += child->connection == connection && child->state == CHILD_SA_INSTALLED;
	return count;
}

static struct connection *ask_for_second(void)
{
	struct connection *second = add(&world.west, "10.2.0.0/16");

	add(&world.east, "10.2.0.0/16");
	scene_up();
	assert_int_equal(ike_sa_initiate(second), 0);
	pluto_timers_run(&world.west.pluto->timers, world.now);
	return second;
}

static void test_a_new_child_is_put_off(void **state)
{
	struct connection *second;

	(void)state;
	second = ask_for_second();
	answer_as(&world.east, CREATE_CHILD_SA, N_TEMPORARY_FAILURE);
	assert_int_equal(children(&world.west, second), 0);
	assert_true(second->waiting);
	world_pass(&world, REKEY_AGAIN - 1);
	assert_int_equal(children(&world.west, second), 0);
	world_pass(&world, REKEY_AGAIN + 1);
	assert_int_equal(children(&world.west, second), 1);
	assert_int_equal(side_sas(&world.west), 1);
	assert_int_equal(side_established(&world.west)->put_off, 0);
}

/* RFC 7296, 2.25: then the two have different ideas of what there is. */
static void test_put_off_for_minutes(void **state)
{
	uint64_t began;

	(void)state;
	ask_for_second();
	began = world.now;
	while (side_sa(&world.west, IKE_SA_ESTABLISHED) && world.now - began < 600000) {
		if (side_packets(&world.east))
			answer_as(&world.east, CREATE_CHILD_SA, N_TEMPORARY_FAILURE);
		world.now = pluto_timers_next(&world.west.pluto->timers);
		pluto_timers_run(&world.west.pluto->timers, world.now);
	}
	assert_in_range(world.now - began, 180000, 190000);
	world_settle(&world);
	assert_int_equal(side_sas(&world.west) + side_sas(&world.east), 0);
}

/* RFC 7296, 2.25.1: it refuses as it has no more use for it. Its deletion comes first: nothing is made in its place. */
static void test_a_child_that_the_peer_deletes(void **state)
{
	(void)state;
	scene_up();
	child_sa_rekey_start(side_child(&world.west));
	child_sa_delete_start(side_child(&world.east));
	world_settle(&world);
	assert_true(side_said(&world.west, "TEMPORARY_FAILURE"));
	assert_true(side_said(&world.west, "the peer deletes Child SA #2"));
	world_pass(&world, 10000);
	assert_int_equal(side_sas(&world.west), 1);
	assert_int_equal(world.west.stack.sas + world.east.stack.sas, 0);
}

/* RFC 7296, 4: then it has an IKE SA of its own. */
static void test_no_second_child(void **state)
{
	struct connection *second;

	(void)state;
	second = ask_for_second();
	answer_as(&world.east, CREATE_CHILD_SA, N_NO_ADDITIONAL_SAS);
	world_settle(&world);
	assert_int_equal(side_sas(&world.west), 2);
	assert_int_equal(side_sas(&world.east), 2);
	assert_int_equal(children(&world.west, second), 1);
	assert_int_equal(children(&world.west, world.west.connection), 1);
}

/* Nor one in place of another: then all is made anew, before the old is gone. */
static void test_no_child_in_place_of_another(void **state)
{
	struct ike_sa *before;

	(void)state;
	scene_up();
	before = side_established(&world.west);
	child_sa_rekey_start(side_child(&world.west));
	answer_as(&world.east, CREATE_CHILD_SA, N_NO_ADDITIONAL_SAS);
	while (world.count) {
		world_deliver(&world);
		assert_int_equal(world.west.stack.policies, 1);
		assert_int_equal(world.east.stack.policies, 1);
	}
	world_pass(&world, 0);
	assert_up();
	assert_ptr_not_equal(side_established(&world.west), before);
}

/* Nor an IKE SA in place of another. */
static void test_no_ike_sa_in_place_of_another(void **state)
{
	(void)state;
	scene_up();
	ike_sa_rekey_start(side_established(&world.west));
	answer_as(&world.east, CREATE_CHILD_SA, N_NO_ADDITIONAL_SAS);
	world_settle(&world);
	world_pass(&world, 0);
	assert_true(side_said(&world.west, "the IKE SA is not rekeyed: NO_ADDITIONAL_SAS"));
	assert_up();
	assert_int_not_equal(side_established(&world.west)->serial, 1);
}

/* What west says in IKE_AUTH, without what is about its Child SA. */
static struct ike_message *said;

static void put_childless(struct ike_builder *builder)
{
	const struct ike_payload *payload;
	size_t at;

	for (at = 0; at < said->count; at++) {
		payload = &said->payloads[at];
		if (payload->type != IKE_P_SK && payload->type != IKE_P_SA && payload->type != IKE_P_TSI &&
		    payload->type != IKE_P_TSR)
			ike_put_payload(builder, payload->type, payload->body);
	}
}

static void make_childless(void)
{
	struct ike_sa *west = side_sa(&world.west, IKE_SA_CONNECTING), *east = side_sa(&world.east, IKE_SA_CONNECTING);
	uint8_t plain[2048], first;
	struct ike_message message;
	struct ike_builder builder;
	struct ike_packet *packet;
	const char *why;

	assert_int_equal(ike_unprotect(east, &message,
				       (struct ike_slice){ world.packet[world.first % PACKETS_MAX].data,
							   world.packet[world.first % PACKETS_MAX].length },
				       &why),
			 0);
	said = ike_message_copy(&message);
	side_take(&world.east, 0, true);
	ike_build_chain(&builder, plain, sizeof(plain), &first);
	put_childless(&builder);
	packet = ike_protect(west, IKE_AUTH, false, 1, first, (struct ike_slice){ plain, builder.length });
	ike_packets_send(west, packet);
	ike_packets_free(packet);
	free(said);
}

/* RFC 6023: the responder says that it can; Child SAs come later. */
static void test_an_ike_sa_without_a_child(void **state)
{
	struct ike_message message;
	const char *why;

	(void)state;
	assert_int_equal(ike_sa_initiate(world.west.connection), 0);
	world_deliver(&world);
	world_deliver(&world);
	assert_int_equal(ike_message_parse(&message, (struct ike_slice){ world.last.data, world.last.length }, &why),
			 0);
	assert_non_null(ike_notify_find(&message, N_CHILDLESS_IKEV2_SUPPORTED, NULL));
	make_childless();
	world_deliver(&world);
	assert_int_equal(side_established(&world.east)->state, IKE_SA_ESTABLISHED);
	assert_true(cds_list_empty(&side_established(&world.east)->children));
	assert_int_equal(world.east.stack.sas + world.east.stack.larval, 0);
	/* For west, which asked for one, its answer is none. */
	world_settle(&world);
	assert_int_equal(child_sa_create_start(side_established(&world.west), world.west.connection), 0);
	world_settle(&world);
	assert_up();
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, make, scene_free)
	const struct CMUnitTest tests[] = {
		CASE(test_a_critical_payload_in_ike_sa_init),
		CASE(test_a_critical_payload_in_ike_auth),
		CASE(test_a_critical_payload_later),
		CASE(test_a_malformed_request_is_the_end),
		CASE(test_an_exchange_that_was_not_agreed_on),
		CASE(test_an_invalid_spi),
		CASE(test_an_invalid_spi_of_nobody),
		CASE(test_a_child_that_is_not_found),
		CASE(test_a_child_that_is_not_found_and_not_made),
		CASE(test_a_new_child_is_put_off),
		CASE(test_put_off_for_minutes),
		CASE(test_a_child_that_the_peer_deletes),
		CASE(test_no_second_child),
		CASE(test_no_child_in_place_of_another),
		CASE(test_no_ike_sa_in_place_of_another),
		CASE(test_an_ike_sa_without_a_child),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
