// SPDX-License-Identifier: GPL-2.0-or-later
/* IKE_SA_INIT and IKE_AUTH between two engines: how SAs come up, and what keeps them from it. */
#include "../../klips/tests/test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "../fresh.h"
#include "scene.h"

static void up(void)
{
	assert_int_equal(ike_sa_initiate(world.west.connection), 0);
	world_settle(&world);
}

/* Both have the one IKE SA and the one Child SA, with the same keys. */
static void assert_up(void)
{
	struct ike_sa *west = side_sa(&world.west, IKE_SA_ESTABLISHED),
		      *east = side_sa(&world.east, IKE_SA_ESTABLISHED);
	struct child_sa *child = side_child(&world.west), *peer = side_child(&world.east);

	assert_non_null(west);
	assert_non_null(east);
	assert_memory_equal(&west->keys, &east->keys, sizeof(west->keys));
	assert_non_null(child);
	assert_non_null(peer);
	assert_int_equal(child->spi[0], peer->spi[1]);
	assert_int_equal(child->spi[1], peer->spi[0]);
	assert_int_equal(world.west.stack.sas, 2);
	assert_int_equal(world.east.stack.sas, 2);
	assert_int_equal(world.west.stack.policies, 1);
	assert_int_equal(world.east.stack.policies, 1);
}

static const struct backend_sa *sa_of(const struct side *side, bool inbound)
{
	const struct stack *stack = &side->stack;
	unsigned int at;

	for (at = 0; at < stack->sas; at++)
		if (stack->sa[at].inbound == inbound)
			return &stack->sa[at];
	return NULL;
}

static void assert_nothing_left(struct side *side)
{
	assert_int_equal(side_sas(side), 0);
	assert_int_equal(side->stack.sas, 0);
	assert_int_equal(side->stack.policies, 0);
	assert_int_equal(side->stack.larval, 0);
	assert_int_equal(side->pluto->half_open, 0);
}

static void test_four_messages_make_both_sas(void **state)
{
	(void)state;
	up();
	assert_up();
	assert_int_equal(world.west.sent, 2);
	assert_int_equal(world.east.sent, 2);
	assert_string_equal(world.west.events, "ike-up\nchild-up\n");
	assert_string_equal(world.east.events, "ike-up\nchild-up\n");
	assert_int_equal(world.east.pluto->half_open, 0);
}

static void test_what_one_sends_the_other_understands(void **state)
{
	const struct backend_sa *out, *in;

	(void)state;
	up();
	out = sa_of(&world.west, false);
	in = sa_of(&world.east, true);
	assert_int_equal(out->spi, in->spi);
	assert_int_equal(out->encr.length, 36);
	assert_memory_equal(&out->encr, &in->encr, sizeof(out->encr));
	assert_memory_not_equal(&out->encr, &sa_of(&world.west, true)->encr, sizeof(out->encr));
	assert_memory_equal(&out->src_ts, &in->src_ts, sizeof(out->src_ts));
	assert_true(klips_addr_equal(&out->dst.addr, &in->dst.addr));
	assert_true(out->tunnel && !out->encap);
}

/* Padding is for what goes out; what is not for every stack goes to it as the connection has it. */
static void test_options_of_the_stack(void **state)
{
	(void)state;
	world.west.connection->tfc = 1400;
	world.west.connection->options.if_id = 7;
	up();
	assert_int_equal(sa_of(&world.west, false)->tfc, 1400);
	assert_int_equal(sa_of(&world.west, true)->tfc, 0);
	assert_int_equal(sa_of(&world.east, false)->tfc, 0);
	assert_int_equal(sa_of(&world.west, true)->options->if_id, 7);
	assert_int_equal(world.west.stack.policy[0].options->if_id, 7);
}

static void test_every_suite(void **state)
{
	static const char *const suites[][2] = {
		{ "aes256-sha2_512-ecp384", "aes256-sha2_512" },
		{ "aes128-sha1-modp2048", "3des-sha1" },
		{ "chacha20_poly1305-sha2_256-x448", "chacha20_poly1305" },
		{ "aes_gcm128-sha2_384-ecp521", "aes_gcm128" },
		{ "3des-sha2_256-ecp256", "aes_ctr128-sha2_256" },
		{ "aes_ccm256-sha2_512-modp3072", "aes_ccm128" },
		{ "aes128-aes_xcbc-x25519", "null-sha2_256" },
		{ "aes_ctr256-sha2_384-x25519", "aes192-sha2_384" },
	};
	size_t at;

	for (at = 0; at < sizeof(suites) / sizeof(*suites); at++) {
		scene_free(state);
		scene_make(state);
		world_propose(&world.west, suites[at][0], suites[at][1]);
		world_propose(&world.east, suites[at][0], suites[at][1]);
		up();
		assert_up();
	}
}

static void test_a_lost_message_is_sent_again(void **state)
{
	unsigned int lost;

	for (lost = 1; lost <= 4; lost++) {
		scene_free(state);
		scene_make(state);
		assert_int_equal(ike_sa_initiate(world.west.connection), 0);
		while (world.west.sent + world.east.sent < lost)
			world_deliver(&world);
		world.count = 0;
		world_pass(&world, 600);
		assert_up();
		assert_int_equal(world.west.pluto->counters.retransmitted, 1);
	}
}

static void test_a_message_that_comes_twice_changes_nothing(void **state)
{
	struct packet again;

	(void)state;
	assert_int_equal(ike_sa_initiate(world.west.connection), 0);
	while (world.count) {
		again = world.packet[world.first % PACKETS_MAX];
		world_deliver(&world);
		pluto_receive(klips_addr_equal(&again.to.addr, &world.west.at.addr) ? world.west.pluto :
										      world.east.pluto,
			      &again.to, &again.from, (struct ike_slice){ again.data, again.length });
	}
	assert_up();
}

static void test_nobody_answers(void **state)
{
	(void)state;
	world.lose = 1000;
	assert_int_equal(ike_sa_initiate(world.west.connection), 0);
	world_pass(&world, 59000);
	assert_int_equal(side_sas(&world.west), 1);
	world_pass(&world, 40000);
	assert_true(side_said(&world.west, "no answer to IKE_SA_INIT within"));
	assert_int_equal(world.west.sent, 7); /* after 0, 0.5, 1.5, 3.5, 7.5, 15.5 and 31.5 s */
	assert_nothing_left(&world.west);
}

static void test_another_key(void **state)
{
	(void)state;
	world.east.psk = "another";
	up();
	world_pass(&world, 1000);
	assert_true(side_said(&world.east, "its pre-shared key is another"));
	assert_true(side_said(&world.west, "the peer refuses: AUTHENTICATION_FAILED"));
	assert_nothing_left(&world.west);
	assert_nothing_left(&world.east);
}

static void test_no_key(void **state)
{
	(void)state;
	world.east.psk = "";
	up();
	assert_true(side_said(&world.east, "no pre-shared key for these two identities"));
	assert_nothing_left(&world.west);
	assert_nothing_left(&world.east);
}

static void test_the_peer_is_somebody_else(void **state)
{
	(void)state;
	ike_identity_parse(&world.west.connection->remote.id, "@north");
	up();
	assert_true(side_said(&world.east, "no connection is for @west"));
	assert_nothing_left(&world.west);
	assert_nothing_left(&world.east);
}

static void test_no_proposal_in_common(void **state)
{
	(void)state;
	world_propose(&world.west, "aes128-sha1-modp2048", "aes_gcm256");
	up();
	assert_true(side_said(&world.west, "the peer refuses: NO_PROPOSAL_CHOSEN"));
	assert_nothing_left(&world.west);
	assert_nothing_left(&world.east);
}

static void test_no_child_proposal_in_common(void **state)
{
	(void)state;
	world_propose(&world.west, "aes_gcm256-sha2_256-x25519", "aes128-sha1");
	up();
	assert_true(side_said(&world.west, "no Child SA: NO_PROPOSAL_CHOSEN"));
	assert_non_null(side_sa(&world.west, IKE_SA_ESTABLISHED));
	assert_non_null(side_sa(&world.east, IKE_SA_ESTABLISHED));
	assert_int_equal(world.west.stack.sas + world.east.stack.sas, 0);
	assert_int_equal(world.west.stack.larval + world.east.stack.larval, 0);
}

static void test_selectors_are_narrowed(void **state)
{
	char text[64];

	(void)state;
	ike_ts_parse(&world.west.connection->remote.client.ts[0], "0.0.0.0/0");
	up();
	assert_up();
	ike_ts_print(text, sizeof(text), &side_child(&world.west)->remote_ts.ts[0]);
	assert_string_equal(text, "192.0.2.0/24");
}

/* The responder, which made it, is told to delete it. */
static void test_narrowed_where_the_initiator_wants_all(void **state)
{
	(void)state;
	world.west.connection->exact = true;
	ike_ts_parse(&world.west.connection->remote.client.ts[0], "0.0.0.0/0");
	up();
	assert_true(side_said(&world.west, "no Child SA: TS_UNACCEPTABLE"));
	assert_int_equal(world.west.stack.sas + world.east.stack.sas, 0);
	assert_int_equal(world.west.stack.policies + world.east.stack.policies, 0);
	assert_int_equal(world.west.stack.larval + world.east.stack.larval, 0);
	assert_non_null(side_sa(&world.west, IKE_SA_ESTABLISHED));
}

static void test_all_where_the_responder_would_narrow(void **state)
{
	(void)state;
	world.east.connection->exact = true;
	ike_ts_parse(&world.west.connection->remote.client.ts[0], "0.0.0.0/0");
	up();
	assert_true(side_said(&world.east, "Child SA refused: TS_UNACCEPTABLE"));
	ike_ts_parse(&world.west.connection->remote.client.ts[0], "192.0.2.0/25");
	ike_sa_end(side_sa(&world.west, IKE_SA_ESTABLISHED), "a test");
	up();
	assert_up();
}

static void test_selectors_without_anything_in_common(void **state)
{
	(void)state;
	ike_ts_parse(&world.west.connection->remote.client.ts[0], "10.0.0.0/8");
	up();
	assert_true(side_said(&world.west, "no Child SA: TS_UNACCEPTABLE"));
	assert_int_equal(world.east.stack.larval, 0);
}

static void test_the_other_key_exchange(void **state)
{
	(void)state;
	world_propose(&world.west, "aes_gcm256-sha2_256-x25519+ecp256", "aes_gcm256");
	world_propose(&world.east, "aes_gcm256-sha2_256-ecp256", "aes_gcm256");
	up();
	assert_true(side_said(&world.west, "the peer wants ECP_256 instead of CURVE25519"));
	assert_up();
}

static void test_cookies_under_load(void **state)
{
	(void)state;
	world.east.pluto->limits.cookies = 0;
	up();
	assert_up();
	assert_int_equal(world.east.pluto->counters.cookies, 1);
	assert_int_equal(world.west.sent, 3);
}

static void test_the_key_exchange_and_a_cookie(void **state)
{
	(void)state;
	world.east.pluto->limits.cookies = 0;
	world_propose(&world.west, "aes_gcm256-sha2_256-x25519+ecp256", "aes_gcm256");
	world_propose(&world.east, "aes_gcm256-sha2_256-ecp256", "aes_gcm256");
	up();
	assert_up();
}

static void test_no_more_half_open_than_the_limit(void **state)
{
	(void)state;
	world.east.pluto->limits.half_open = 0;
	up();
	assert_int_equal(world.east.sent, 0);
	assert_int_equal(world.east.pluto->counters.refused, 1);
}

/* Those who begin are not heard while so much is to be computed; they ask again, and then they are. */
static void test_no_more_than_can_be_computed(void **state)
{
	(void)state;
	assert_int_equal(world.east.pluto->computing, 0);
	world.east.pluto->computing = 128;
	assert_int_equal(ike_sa_initiate(world.west.connection), 0);
	world_deliver(&world);
	assert_int_equal(world.east.sent, 0);
	assert_int_equal(world.east.pluto->counters.refused, 1);
	world.east.pluto->computing = 127;
	world_pass(&world, 600);
	assert_up();
	assert_int_equal(world.east.pluto->computing, 127);
}

/* What anybody can send in the peer's name keeps nobody from beginning. */
static void test_a_forged_beginning_is_in_nobodys_way(void **state)
{
	(void)state;
	assert_int_equal(ike_sa_initiate(world.east.connection), 0);
	world_deliver(&world);
	assert_int_equal(world.west.pluto->half_open, 1);
	ike_sa_end(side_sa(&world.east, IKE_SA_CONNECTING), "it never was");
	assert_int_equal(ike_sa_initiate(world.west.connection), 0);
	assert_int_equal(ike_sa_initiate(world.west.connection), -ENOTUNIQ);
	world_settle(&world);
	assert_non_null(side_child(&world.west));
	assert_non_null(side_child(&world.east));
}

static void test_half_open_ends_by_itself(void **state)
{
	(void)state;
	assert_int_equal(ike_sa_initiate(world.west.connection), 0);
	world_deliver(&world);
	world.count = 0;
	assert_int_equal(world.east.pluto->half_open, 1);
	world.lose = 1000;
	world_pass(&world, 30000);
	assert_nothing_left(&world.east);
}

static void test_nat_moves_to_port_4500(void **state)
{
	const struct backend_sa *sa;

	(void)state;
	world.west.connection->encapsulation = true;
	up();
	assert_up();
	sa = sa_of(&world.west, false);
	assert_true(sa->encap);
	assert_int_equal(sa->src.port, 4500);
	assert_int_equal(sa->dst.port, 4500);
	assert_true(sa_of(&world.east, true)->encap);
	assert_true(side_sa(&world.east, IKE_SA_ESTABLISHED)->nat_remote);
}

/* The NAT is known, and IKE goes to port 4500; ESP goes without. */
static void test_nat_without_encapsulation(void **state)
{
	(void)state;
	world.west.connection->encapsulation = true;
	world.west.connection->no_encapsulation = world.east.connection->no_encapsulation = true;
	up();
	assert_up();
	assert_int_equal(side_sa(&world.west, IKE_SA_ESTABLISHED)->local.port, 4500);
	assert_false(sa_of(&world.west, false)->encap || sa_of(&world.west, true)->encap);
	assert_false(sa_of(&world.east, false)->encap || sa_of(&world.east, true)->encap);
}

static void own_port(struct side *side, uint16_t here, uint16_t there)
{
	side->connection->own_ports = side->connection->encapsulation = true;
	side->connection->local.ike_port = here;
	side->connection->remote.ike_port = there;
}

/* leftikeport=2500 of both: from the first message on, and ESP too, behind a NAT or not. */
static void test_ports_of_their_own(void **state)
{
	const struct backend_sa *sa;

	(void)state;
	own_port(&world.west, 2500, 4500);
	own_port(&world.east, 4500, 2500);
	up();
	assert_up();
	sa = sa_of(&world.west, false);
	assert_true(sa->encap);
	assert_int_equal(sa->src.port, 2500);
	assert_int_equal(sa->dst.port, 4500);
	sa = sa_of(&world.east, false);
	assert_true(sa->encap);
	assert_int_equal(sa->src.port, 4500);
	assert_int_equal(sa->dst.port, 2500);
	assert_int_equal(side_sa(&world.west, IKE_SA_ESTABLISHED)->local.port, 2500);
}

/* nat-ikeport=4600 */
static void test_nat_moves_to_this_hosts_port(void **state)
{
	(void)state;
	world.west.pluto->nat_port = 4600;
	world.west.connection->encapsulation = true;
	up();
	assert_up();
	assert_int_equal(sa_of(&world.west, false)->src.port, 4600);
	assert_int_equal(sa_of(&world.west, false)->dst.port, 4500);
	assert_int_equal(sa_of(&world.east, false)->dst.port, 4600);
}

static void test_transport_mode(void **state)
{
	char text[64];

	(void)state;
	world.west.connection->kind = world.east.connection->kind = CONNECTION_TRANSPORT;
	world.west.connection->local.client.count = world.west.connection->remote.client.count = 0;
	world.east.connection->local.client.count = world.east.connection->remote.client.count = 0;
	up();
	assert_up();
	assert_false(sa_of(&world.west, true)->tunnel);
	ike_ts_print(text, sizeof(text), &side_child(&world.west)->local_ts.ts[0]);
	assert_string_equal(text, "192.1.2.45/32");
}

static void test_the_stack_refuses(void **state)
{
	(void)state;
	world.east.stack.refuse = -ENOMEM;
	up();
	assert_true(side_said(&world.east, "made-up stack takes no SA: made up"));
	assert_true(side_said(&world.west, "no Child SA: NO_ADDITIONAL_SAS"));
	assert_int_equal(world.west.stack.sas, 0);
}

static void test_computing_takes_time(void **state)
{
	(void)state;
	world.west.keep_jobs = world.east.keep_jobs = true;
	assert_int_equal(ike_sa_initiate(world.west.connection), 0);
	assert_int_equal(world.count, 0);
	while (world.west.jobs || world.east.jobs || world.count) {
		side_run_jobs(&world.west);
		side_run_jobs(&world.east);
		world_deliver(&world);
	}
	assert_up();
}

static void test_it_ends_while_somebody_computes(void **state)
{
	(void)state;
	world.west.keep_jobs = world.east.keep_jobs = true;
	assert_int_equal(ike_sa_initiate(world.west.connection), 0);
	ike_sa_end(side_sa(&world.west, IKE_SA_CONNECTING), "it is a test");
	side_run_jobs(&world.west);
	assert_nothing_left(&world.west);
	assert_int_equal(ike_sa_initiate(world.west.connection), 0);
	side_run_jobs(&world.west);
	world_deliver(&world);
	ike_sa_end(side_sa(&world.east, IKE_SA_CONNECTING), "it is a test");
	side_run_jobs(&world.east);
	assert_nothing_left(&world.east);
}

/* The addresses' connection takes what the one for west does not. */
static void test_algorithms_of_another_connection(void **state)
{
	struct connection *strict = world.east.connection, *weak = connection_new(world.east.pluto, "weak");
	struct ike_text_error error = { 0 };

	(void)state;
	weak->local = strict->local;
	weak->remote = strict->remote;
	ike_identity_parse(&weak->remote.id, "@north");
	weak->times = strict->times;
	weak->child = strict->child;
	assert_int_equal(ike_proposals_parse(&weak->ike, IKE_PROTO_IKE, "3des-sha1-modp1536", true, &error), 0);
	cds_list_del(&weak->node);
	cds_list_add(&weak->node, &world.east.pluto->connections); /* the first of those that fit */
	world_propose(&world.west, "3des-sha1-modp1536", "aes_gcm256");
	up();
	assert_true(side_said(&world.east, "the connection for @west, has other algorithms"));
	assert_true(side_said(&world.west, "the peer refuses: AUTHENTICATION_FAILED"));
	assert_nothing_left(&world.east);
}

static unsigned int lines(const struct side *side, const char *text)
{
	const char *at = side->log;
	unsigned int count = 0;

	while ((at = strstr(at, text))) {
		at += strlen(text);
		count++;
	}
	return count;
}

static void test_strangers_do_not_fill_the_log(void **state)
{
	struct packet packet;
	unsigned int times;

	(void)state;
	assert_int_equal(ike_sa_initiate(world.west.connection), 0);
	packet = world.packet[world.first % PACKETS_MAX];
	packet.from.addr.b[3] ^= 1;
	world.east.connection->remote.host.b[3] ^= 2;
	for (times = 0; times < 50; times++) {
		world.count = 0;
		pluto_receive(world.east.pluto, &packet.to, &packet.from,
			      (struct ike_slice){ packet.data, packet.length });
	}
	assert_int_equal(lines(&world.east, "no connection is for that peer"), 20);
	world.now += 1000;
	pluto_receive(world.east.pluto, &packet.to, &packet.from, (struct ike_slice){ packet.data, packet.length });
	assert_true(side_said(&world.east, "30 more messages of strangers"));
	assert_int_equal(lines(&world.east, "no connection is for that peer"), 21);
}

/* RFC 7296, 2.10: up to 256 bytes. */
static void test_the_longest_nonce(void **state)
{
	struct ike_message message = { .count = 1 };
	struct ike_nonce nonce;
	uint8_t data[257];

	(void)state;
	memset(data, 7, sizeof(data));
	message.payloads[0] = (struct ike_payload){ .type = IKE_P_NONCE, .body = { data, 256 } };
	assert_true(ike_nonce_take(&nonce, &message));
	assert_int_equal(nonce.length, 256);
	assert_memory_equal(nonce.data, data, 256);
	message.payloads[0].body.length = 257;
	assert_false(ike_nonce_take(&nonce, &message));
	message.payloads[0].body.length = 15;
	assert_false(ike_nonce_take(&nonce, &message));
}

static void test_twice_is_refused(void **state)
{
	(void)state;
	up();
	assert_int_equal(ike_sa_initiate(world.west.connection), -ENOTUNIQ);
	world.west.connection->remote.host.version = 0;
	assert_int_equal(ike_sa_initiate(world.west.connection), -EDESTADDRREQ);
}

int main(void)
{
#define ONE(name) cmocka_unit_test_setup_teardown(name, scene_make, scene_free)
	const struct CMUnitTest tests[] = {
		ONE(test_four_messages_make_both_sas),
		ONE(test_what_one_sends_the_other_understands),
		ONE(test_options_of_the_stack),
		ONE(test_every_suite),
		ONE(test_a_lost_message_is_sent_again),
		ONE(test_a_message_that_comes_twice_changes_nothing),
		ONE(test_nobody_answers),
		ONE(test_another_key),
		ONE(test_no_key),
		ONE(test_the_peer_is_somebody_else),
		ONE(test_no_proposal_in_common),
		ONE(test_no_child_proposal_in_common),
		ONE(test_selectors_are_narrowed),
		ONE(test_narrowed_where_the_initiator_wants_all),
		ONE(test_all_where_the_responder_would_narrow),
		ONE(test_selectors_without_anything_in_common),
		ONE(test_the_other_key_exchange),
		ONE(test_cookies_under_load),
		ONE(test_the_key_exchange_and_a_cookie),
		ONE(test_no_more_half_open_than_the_limit),
		ONE(test_no_more_than_can_be_computed),
		ONE(test_a_forged_beginning_is_in_nobodys_way),
		ONE(test_half_open_ends_by_itself),
		ONE(test_nat_moves_to_port_4500),
		ONE(test_nat_without_encapsulation),
		ONE(test_ports_of_their_own),
		ONE(test_nat_moves_to_this_hosts_port),
		ONE(test_transport_mode),
		ONE(test_the_stack_refuses),
		ONE(test_computing_takes_time),
		ONE(test_it_ends_while_somebody_computes),
		ONE(test_algorithms_of_another_connection),
		ONE(test_strangers_do_not_fill_the_log),
		ONE(test_the_longest_nonce),
		ONE(test_twice_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
