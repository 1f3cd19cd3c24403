// SPDX-License-Identifier: GPL-2.0-or-later
/* CREATE_CHILD_SA and INFORMATIONAL between two engines: rekeying, collisions, deletion, liveness. */
#include "../../klips/tests/test.h"

#include <string.h>

#include "../peers.h"
#include "../rekey.h"
#include "scene.h"

static int make(void **state)
{
	(void)state;
	world_make(&world);
	scene_up();
	return 0;
}

static uint32_t spi_of(struct side *side, bool inbound)
{
	const struct child_sa *child = side_child(side);

	assert_non_null(child);
	return child->spi[!inbound];
}

/* One IKE SA and one Child SA on each side, which belong together, and nothing else. */
static void assert_one_of_each(void)
{
	struct child_sa *west = side_child(&world.west), *east = side_child(&world.east);

	assert_int_equal(side_sas(&world.west), 1);
	assert_int_equal(side_sas(&world.east), 1);
	assert_memory_equal(&side_established(&world.west)->keys, &side_established(&world.east)->keys,
			    sizeof(side_established(&world.west)->keys));
	assert_memory_equal(side_established(&world.west)->spi, side_established(&world.east)->spi, 16);
	assert_non_null(west);
	assert_non_null(east);
	assert_int_equal(west->spi[0], east->spi[1]);
	assert_int_equal(west->spi[1], east->spi[0]);
	assert_true(west->used && east->used);
	assert_int_equal(world.west.stack.sas, 2);
	assert_int_equal(world.east.stack.sas, 2);
	assert_int_equal(world.west.stack.larval + world.east.stack.larval, 0);
	assert_int_equal(world.west.stack.policies, 1);
	assert_int_equal(world.east.stack.policies, 1);
	assert_int_equal(world.west.stack.policy[0].spi_out, west->spi[1]);
	assert_int_equal(world.east.stack.policy[0].spi_out, east->spi[1]);
}

static void assert_nothing(struct side *side)
{
	assert_int_equal(side_sas(side), 0);
	assert_int_equal(side->stack.sas, 0);
	assert_int_equal(side->stack.policies, 0);
}

static void test_rekey_child(void **state)
{
	uint32_t before = spi_of(&world.west, true);

	(void)state;
	child_sa_rekey_start(side_child(&world.west));
	world_settle(&world);
	assert_one_of_each();
	assert_int_not_equal(side_child(&world.west)->spi[0], before);
}

static void test_rekey_child_by_the_responder(void **state)
{
	(void)state;
	child_sa_rekey_start(side_child(&world.east));
	world_settle(&world);
	assert_one_of_each();
}

static void test_rekey_child_without_pfs(void **state)
{
	struct ike_text_error error = { 0 };

	(void)state;
	ike_proposals_parse(&world.west.connection->child, IKE_PROTO_ESP, "aes_gcm256", false, &error);
	ike_proposals_parse(&world.east.connection->child, IKE_PROTO_ESP, "aes_gcm256", false, &error);
	child_sa_rekey_start(side_child(&world.west));
	world_settle(&world);
	assert_one_of_each();
}

static void propose_child(struct side *side, bool pfs, bool downgrades)
{
	struct ike_text_error error = { 0 };

	ike_proposals_parse(&side->connection->child, IKE_PROTO_ESP, "aes_gcm256,aes128-sha2_256", pfs, &error);
	side->connection->downgrades = downgrades;
}

/* ms-dh-downgrade=: a key exchange if both can, else none if either side's conn allows that. */
static void test_rekey_child_with_less(void **state)
{
	static const struct {
		bool west_pfs, west_less, east_pfs, east_less, done, ke;
	} rows[] = {
		{ true, true, true, true, true, true },	     { true, true, true, false, true, true },
		{ true, true, false, false, true, false },   { false, false, true, true, true, false },
		{ false, false, true, false, false, false }, { true, false, false, false, false, false },
	};
	uint32_t before;
	size_t at;

	for (at = 0; at < sizeof(rows) / sizeof(*rows); at++) {
		scene_free(state);
		make(state);
		propose_child(&world.west, rows[at].west_pfs, rows[at].west_less);
		propose_child(&world.east, rows[at].east_pfs, rows[at].east_less);
		before = spi_of(&world.west, true);
		child_sa_rekey_start(side_child(&world.west));
		world_settle(&world);
		assert_one_of_each();
		assert_int_equal(spi_of(&world.west, true) != before, rows[at].done);
		assert_int_equal(side_child(&world.west)->suite.ke != NULL, rows[at].ke);
		assert_int_equal(side_child(&world.east)->suite.ke != NULL, rows[at].ke);
	}
}

/* Both ways: until the peer is known to have the new one, what goes out goes by the old one. */
static void test_responder_switches_when_the_old_one_is_deleted(void **state)
{
	uint32_t before = spi_of(&world.east, false);

	(void)state;
	child_sa_rekey_start(side_child(&world.west));
	world_deliver(&world);
	assert_int_equal(world.east.stack.policy[0].spi_out, before);
	assert_int_equal(world.east.stack.sas, 4);
	world_deliver(&world);
	assert_int_not_equal(world.west.stack.policy[0].spi_out, 0);
	assert_int_equal(world.east.stack.policy[0].spi_out, before);
	world_settle(&world);
	assert_int_not_equal(world.east.stack.policy[0].spi_out, before);
	assert_one_of_each();
}

static void begin_all(struct side *side, bool ike_first)
{
	if (ike_first)
		ike_sa_rekey_start(side_established(side));
	child_sa_rekey_start(side_child(side));
	if (!ike_first)
		ike_sa_rekey_start(side_established(side));
}

/* Packets that travel and threads that compute, in an order that the seed decides. */
static void shuffle(unsigned int seed)
{
	unsigned int step;

	for (step = 0; step < 200; step++) {
		seed = seed * 1103515245 + 12345;
		switch (seed >> 16 & 3) {
		case 0:
			side_run_jobs(&world.west);
			break;
		case 1:
			side_run_jobs(&world.east);
			break;
		default:
			if (world.count)
				world_deliver(&world);
		}
	}
}

/* All lives end at one moment on both sides: in whatever order things happen then, one of each is left. */
static void test_all_is_rekeyed_at_once(void **state)
{
	unsigned int seed;

	(void)state;
	for (seed = 0; seed < 400; seed++) {
		world.west.keep_jobs = world.east.keep_jobs = true;
		begin_all(&world.west, seed & 1);
		begin_all(&world.east, seed & 2);
		shuffle(seed);
		world.west.keep_jobs = world.east.keep_jobs = false;
		side_run_jobs(&world.west);
		side_run_jobs(&world.east);
		world_pass(&world, 70000);
		assert_one_of_each();
	}
}

static void test_both_rekey_the_child_at_once(void **state)
{
	(void)state;
	child_sa_rekey_start(side_child(&world.west));
	child_sa_rekey_start(side_child(&world.east));
	assert_int_equal(world.count, 2);
	world_settle(&world);
	assert_one_of_each();
	assert_true(side_said(&world.west, "both sides rekeyed") || side_said(&world.east, "both sides rekeyed"));
}

/* The nonces decide, so each order of them is tried. */
static void test_both_rekey_the_child_whoever_has_the_lowest_nonce(void **state)
{
	unsigned int chance;

	for (chance = 0; chance < 256; chance += 15) {
		scene_free(state);
		make(state);
		world.west.chance = chance;
		child_sa_rekey_start(side_child(&world.west));
		child_sa_rekey_start(side_child(&world.east));
		world_settle(&world);
		assert_one_of_each();
	}
}

static void finish_jobs(void)
{
	int i;

	for (i = 0; i < 10; i++) {
		side_run_jobs(&world.west);
		side_run_jobs(&world.east);
		world_settle(&world);
	}
}

/* East's own request is answered before its reply to west's is computed; whichever nonce is the lowest. */
static void collide_while_computing(void **state, void (*start)(struct side *side))
{
	unsigned int chance;

	for (chance = 0; chance < 256; chance += 15) {
		scene_free(state);
		make(state);
		world.west.chance = chance;
		world.west.keep_jobs = world.east.keep_jobs = true;
		start(&world.west);
		start(&world.east);
		side_run_jobs(&world.west);
		side_run_jobs(&world.east);
		world_settle(&world);
		side_run_jobs(&world.west);
		world_settle(&world);
		finish_jobs();
		assert_one_of_each();
	}
}

static void start_child(struct side *side)
{
	child_sa_rekey_start(side_child(side));
}

static void test_both_rekey_the_child_and_one_computes_long(void **state)
{
	collide_while_computing(state, start_child);
}

static void start_ike(struct side *side)
{
	ike_sa_rekey_start(side_established(side));
}

static void test_both_rekey_ike_and_one_computes_long(void **state)
{
	collide_while_computing(state, start_ike);
}

static void test_one_rekeys_the_child_that_the_other_deletes(void **state)
{
	(void)state;
	child_sa_rekey_start(side_child(&world.west));
	child_sa_delete_start(side_child(&world.east));
	world_settle(&world);
	assert_int_equal(world.west.stack.sas, 0);
	assert_int_equal(world.east.stack.sas, 0);
	assert_int_equal(world.west.stack.larval + world.east.stack.larval, 0);
	assert_non_null(side_established(&world.west));
	assert_true(side_said(&world.west, "TEMPORARY_FAILURE"));
}

static void test_child_is_deleted(void **state)
{
	(void)state;
	child_sa_delete_start(side_child(&world.west));
	world_settle(&world);
	assert_int_equal(world.west.stack.sas + world.east.stack.sas, 0);
	assert_int_equal(world.west.stack.policies + world.east.stack.policies, 0);
	assert_non_null(side_established(&world.east));
}

/* The peer has it, and deletes it, before this side has computed its keys. */
static void test_a_new_child_is_deleted_before_it_has_keys(void **state)
{
	(void)state;
	child_sa_rekey_start(side_child(&world.west));
	world.west.keep_jobs = true;
	world_settle(&world);
	child_sa_delete_start(cds_list_entry(side_established(&world.east)->children.prev, struct child_sa, node));
	world_settle(&world);
	finish_jobs();
	assert_int_equal(world.west.stack.sas + world.east.stack.sas, 0);
	assert_int_equal(world.west.stack.larval + world.east.stack.larval, 0);
	assert_int_equal(world.west.stack.policies + world.east.stack.policies, 0);
	assert_non_null(side_established(&world.west));
	assert_non_null(side_established(&world.east));
}

static enum ike_outcome build_no_spi(struct ike_exchange *exchange, struct ike_builder *builder)
{
	static const uint8_t none[4];

	(void)exchange;
	ike_put_delete(builder, IKE_PROTO_ESP, sizeof(none), none, 1);
	return IKE_DONE;
}

static enum ike_outcome take_anything(struct ike_exchange *exchange, const struct ike_message *message)
{
	(void)exchange;
	(void)message;
	return IKE_DONE;
}

static void end_nothing(struct ike_exchange *exchange, bool answered)
{
	(void)exchange;
	(void)answered;
}

/* The SPI of the peer's that it has not told yet. */
static void test_what_has_no_spi_yet_is_not_deleted(void **state)
{
	static const struct ike_exchange_ops ops = {
		.name = "INFORMATIONAL (delete nothing)",
		.exchange = INFORMATIONAL,
		.build = build_no_spi,
		.answer = take_anything,
		.end = end_nothing,
	};
	struct ike_exchange exchange = { 0 };

	(void)state;
	ike_exchange_start(side_established(&world.east), &exchange, &ops);
	child_sa_rekey_start(side_child(&world.west));
	world_settle(&world);
	assert_false(side_said(&world.west, "the peer deletes Child SA #3"));
	assert_one_of_each();
}

/* What the peer answers is not what was asked for: that is no rekeying, and the next one may be. */
static void test_a_child_is_rekeyed_after_an_answer_that_is_none(void **state)
{
	struct ike_ts *asked = &world.west.connection->remote.client.ts[0], before;
	uint32_t spi = spi_of(&world.west, true);

	(void)state;
	before = *asked;
	child_sa_rekey_start(side_child(&world.west));
	assert_null(ike_ts_parse(asked, "192.0.2.0/25"));
	world_settle(&world);
	assert_true(side_said(&world.west, "TS_UNACCEPTABLE"));
	assert_int_equal(spi_of(&world.west, true), spi);
	*asked = before;
	child_sa_rekey_start(side_child(&world.west));
	world_settle(&world);
	assert_int_not_equal(spi_of(&world.west, true), spi);
	assert_one_of_each();
}

static void test_both_delete_the_child(void **state)
{
	(void)state;
	child_sa_delete_start(side_child(&world.west));
	child_sa_delete_start(side_child(&world.east));
	world_settle(&world);
	assert_int_equal(world.west.stack.sas + world.east.stack.sas, 0);
	assert_non_null(side_established(&world.west));
	assert_non_null(side_established(&world.east));
}

static void test_rekey_ike(void **state)
{
	uint8_t before[8];

	(void)state;
	memcpy(before, side_established(&world.west)->spi[0], sizeof(before));
	ike_sa_rekey_start(side_established(&world.west));
	world_settle(&world);
	assert_one_of_each();
	assert_memory_not_equal(side_established(&world.west)->spi[0], before, sizeof(before));
	assert_true(side_established(&world.west)->initiator);
}

static void test_rekey_ike_by_the_responder(void **state)
{
	(void)state;
	ike_sa_rekey_start(side_established(&world.east));
	world_settle(&world);
	assert_one_of_each();
	assert_false(side_established(&world.west)->initiator);
	child_sa_rekey_start(side_child(&world.west));
	world_settle(&world);
	ike_sa_rekey_start(side_established(&world.west));
	world_settle(&world);
	assert_one_of_each();
}

static void test_both_rekey_ike_whoever_has_the_lowest_nonce(void **state)
{
	unsigned int chance;

	for (chance = 0; chance < 256; chance += 15) {
		scene_free(state);
		make(state);
		world.west.chance = chance;
		ike_sa_rekey_start(side_established(&world.west));
		ike_sa_rekey_start(side_established(&world.east));
		assert_int_equal(world.count, 2);
		world_settle(&world);
		assert_one_of_each();
	}
}

static void test_a_rekeying_that_is_refused_is_no_end(void **state)
{
	(void)state;
	world_propose(&world.east, "aes256-sha2_512-ecp384", "aes_gcm256");
	world.west.events[0] = '\0';
	ike_sa_rekey_start(side_established(&world.west));
	assert_int_equal(side_sas(&world.west), 1);
	world_settle(&world);
	assert_true(side_said(&world.west, "the IKE SA is not rekeyed: NO_PROPOSAL_CHOSEN"));
	assert_string_equal(world.west.events, "");
	assert_one_of_each();
}

static void end_all(struct side *side)
{
	struct ike_sa *one, *next;

	cds_list_for_each_entry_safe(one, next, &side->pluto->sas, node)
		ike_sa_end(one, "the daemon ends");
}

/* What ends all SAs, one after the other, meets none that another has ended. */
static void test_the_end_while_both_rekey(void **state)
{
	(void)state;
	ike_sa_rekey_start(side_established(&world.west));
	child_sa_rekey_start(side_child(&world.east));
	world_deliver(&world);
	end_all(&world.west);
	end_all(&world.east);
	assert_nothing(&world.west);
	assert_nothing(&world.east);
	assert_int_equal(world.west.stack.larval + world.east.stack.larval, 0);
}

/* The peer deletes one whose rekeying is under way here: that waits for an answer, also while another one is made. */
static void test_one_that_is_not_answered_any_more_disturbs_no_reply(void **state)
{
	struct ike_message message;
	struct ike_builder reply;
	struct packet *packet;
	const char *why;

	(void)state;
	ike_sa_rekey_start(side_established(&world.west));
	side_take(&world.east, 0, true);
	ike_sa_rekey_start(side_established(&world.east));
	world_settle(&world);
	assert_non_null(side_sa(&world.west, IKE_SA_REKEYED));
	ike_reply_start(&reply);
	ike_put_status(&reply, N_INITIAL_CONTACT, (struct ike_slice){ 0 });
	ike_sa_end(side_sa(&world.west, IKE_SA_REKEYED), "the peer has begun anew");
	ike_reply(side_established(&world.west), INFORMATIONAL, &reply, IKE_DONE);
	assert_int_equal(world.count, 1);
	packet = &world.packet[world.first];
	assert_int_equal(ike_unprotect(side_established(&world.east), &message,
				       (struct ike_slice){ packet->data, packet->length }, &why),
			 0);
	assert_true(ike_notify_find(&message, N_INITIAL_CONTACT, NULL));
}

static void test_one_rekeys_ike_the_other_the_child(void **state)
{
	(void)state;
	ike_sa_rekey_start(side_established(&world.west));
	child_sa_rekey_start(side_child(&world.east));
	world_settle(&world);
	assert_int_equal(world.west.stack.sas, 2);
	assert_one_of_each();
}

static void test_rekey_ike_and_its_reply_is_lost(void **state)
{
	(void)state;
	ike_sa_rekey_start(side_established(&world.west));
	world_deliver(&world);
	world.count = 0;
	world_pass(&world, 600);
	assert_one_of_each();
}

static void test_the_other_key_exchange(void **state)
{
	(void)state;
	world_propose(&world.west, "aes_gcm256-sha2_256-x25519+ecp256", "aes_gcm256-x25519+ecp256");
	world_propose(&world.east, "aes_gcm256-sha2_256-ecp256", "aes_gcm256-ecp256");
	child_sa_rekey_start(side_child(&world.west));
	world_settle(&world);
	ike_sa_rekey_start(side_established(&world.west));
	world_settle(&world);
	assert_one_of_each();
	assert_string_equal(side_established(&world.west)->suite.ke->name, "ECP_256");
}

static void test_lives_end_at_their_time(void **state)
{
	struct connection_times *times = &world.west.connection->times;

	(void)state;
	times->child_life = 3600000;
	times->margin = 540000;
	times->fuzz = 100;
	times->ike_life = 8 * 3600000;
	world.west.connection->rekey = true;
	child_sa_schedule(side_child(&world.west));
	ike_sa_schedule(side_established(&world.west));
	world_pass(&world, 24 * 3600000);
	assert_one_of_each();
	assert_true(side_said(&world.west, "rekeying the IKE SA"));
}

static void test_a_life_without_rekeying_ends(void **state)
{
	(void)state;
	world.west.connection->times.child_life = 3600000;
	child_sa_schedule(side_child(&world.west));
	world_pass(&world, 3599000);
	assert_int_equal(world.east.stack.sas, 2);
	world_pass(&world, 2000);
	assert_int_equal(world.west.stack.sas + world.east.stack.sas, 0);
}

static void test_ike_is_deleted(void **state)
{
	(void)state;
	ike_delete_start(side_established(&world.west));
	world_settle(&world);
	assert_nothing(&world.west);
	assert_nothing(&world.east);
	assert_true(side_said(&world.east, "the peer deletes the IKE SA"));
}

static void test_both_delete_ike(void **state)
{
	(void)state;
	ike_delete_start(side_established(&world.west));
	ike_delete_start(side_established(&world.east));
	world_settle(&world);
	assert_nothing(&world.west);
	assert_nothing(&world.east);
}

static void test_a_silent_peer_is_asked_and_answers(void **state)
{
	unsigned int sent = world.west.sent;

	(void)state;
	world.east.connection->times.dpd_delay = 0;
	world_pass(&world, 100000);
	assert_true(world.west.sent > sent);
	assert_one_of_each();
}

static void test_a_peer_that_is_gone_is_noticed(void **state)
{
	(void)state;
	world.lose = 1000;
	world_pass(&world, 29000);
	assert_non_null(side_established(&world.west));
	world_pass(&world, 100000);
	assert_nothing(&world.west);
	assert_true(side_said(&world.west, "the peer does not answer"));
}

static void test_what_was_changed_on_the_way_is_dropped(void **state)
{
	(void)state;
	child_sa_rekey_start(side_child(&world.west));
	world.packet[world.first % PACKETS_MAX].data[60] ^= 1;
	world_deliver(&world);
	assert_int_equal(world.count, 0);
	assert_int_equal(world.east.pluto->counters.unprotected, 1);
	world_pass(&world, 600);
	assert_one_of_each();
}

static void test_initial_contact_ends_the_old_one(void **state)
{
	(void)state;
	ike_sa_end(side_established(&world.west), "west starts anew");
	assert_int_equal(ike_sa_initiate(world.west.connection), 0);
	world_settle(&world);
	assert_one_of_each();
	assert_true(side_said(&world.east, "the peer has begun anew"));
}

static void test_initial_contact_ends_nobody_elses(void **state)
{
	struct ike_sa *old = side_established(&world.east);

	(void)state;
	ike_peers_remove(old);
	assert_null(ike_identity_parse(old->peer_id, "@north"));
	ike_peers_add(old);
	ike_sa_end(side_established(&world.west), "west starts anew");
	assert_int_equal(ike_sa_initiate(world.west.connection), 0);
	world_settle(&world);
	assert_int_equal(side_sas(&world.east), 2);
	assert_false(side_said(&world.east, "the peer has begun anew"));
}

static void test_nothing_that_is_protected_is_for_one_without_keys(void **state)
{
	struct packet *packet;
	struct ike_sa *begun;

	(void)state;
	ike_sa_end(side_established(&world.west), "it is a test");
	assert_int_equal(ike_sa_initiate(world.west.connection), 0);
	begun = side_sa(&world.west, IKE_SA_CONNECTING);
	packet = &world.packet[world.first % PACKETS_MAX];
	packet->data[16] = IKE_P_SK;
	packet->data[18] = INFORMATIONAL;
	packet->data[19] = 0;
	pluto_receive(world.west.pluto, &packet->from, &packet->to, (struct ike_slice){ packet->data, packet->length });
	assert_ptr_equal(side_sa(&world.west, IKE_SA_CONNECTING), begun);
}

int main(void)
{
#define ONE(name) cmocka_unit_test_setup_teardown(name, make, scene_free)
	const struct CMUnitTest tests[] = {
		ONE(test_rekey_child),
		ONE(test_rekey_child_by_the_responder),
		ONE(test_rekey_child_without_pfs),
		ONE(test_rekey_child_with_less),
		ONE(test_responder_switches_when_the_old_one_is_deleted),
		ONE(test_both_rekey_the_child_at_once),
		ONE(test_all_is_rekeyed_at_once),
		ONE(test_both_rekey_the_child_whoever_has_the_lowest_nonce),
		ONE(test_both_rekey_the_child_and_one_computes_long),
		ONE(test_both_rekey_ike_and_one_computes_long),
		ONE(test_one_rekeys_the_child_that_the_other_deletes),
		ONE(test_child_is_deleted),
		ONE(test_a_new_child_is_deleted_before_it_has_keys),
		ONE(test_what_has_no_spi_yet_is_not_deleted),
		ONE(test_a_child_is_rekeyed_after_an_answer_that_is_none),
		ONE(test_both_delete_the_child),
		ONE(test_rekey_ike),
		ONE(test_rekey_ike_by_the_responder),
		ONE(test_both_rekey_ike_whoever_has_the_lowest_nonce),
		ONE(test_a_rekeying_that_is_refused_is_no_end),
		ONE(test_the_end_while_both_rekey),
		ONE(test_one_that_is_not_answered_any_more_disturbs_no_reply),
		ONE(test_one_rekeys_ike_the_other_the_child),
		ONE(test_rekey_ike_and_its_reply_is_lost),
		ONE(test_the_other_key_exchange),
		ONE(test_lives_end_at_their_time),
		ONE(test_a_life_without_rekeying_ends),
		ONE(test_ike_is_deleted),
		ONE(test_both_delete_ike),
		ONE(test_a_silent_peer_is_asked_and_answers),
		ONE(test_a_peer_that_is_gone_is_noticed),
		ONE(test_what_was_changed_on_the_way_is_dropped),
		ONE(test_initial_contact_ends_the_old_one),
		ONE(test_initial_contact_ends_nobody_elses),
		ONE(test_nothing_that_is_protected_is_for_one_without_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
