// SPDX-License-Identifier: GPL-2.0-or-later
/* CREATE_CHILD_SA and INFORMATIONAL between two engines: rekeying, collisions, deletion, liveness. */
#include "../../klips/tests/test.h"

#include <string.h>

#include "../rekey.h"
#include "world.h"

static struct world world;

static int make(void **state)
{
	(void)state;
	world_make(&world);
	assert_int_equal(ike_sa_initiate(world.west.connection), 0);
	world_settle(&world);
	assert_non_null(side_child(&world.west));
	return 0;
}

static int unmake(void **state)
{
	(void)state;
	world_free(&world);
	return 0;
}

static uint32_t spi_of(struct side *side, bool inbound)
{
	const struct child_sa *child = side_child(side);

	assert_non_null(child);
	return child->spi[!inbound];
}

static struct ike_sa *sa(struct side *side)
{
	struct ike_sa *found = side_sa(side, IKE_SA_ESTABLISHED);

	assert_non_null(found);
	return found;
}

/* One IKE SA and one Child SA on each side, which belong together, and nothing else. */
static void assert_one_of_each(void)
{
	struct child_sa *west = side_child(&world.west), *east = side_child(&world.east);

	assert_int_equal(side_sas(&world.west), 1);
	assert_int_equal(side_sas(&world.east), 1);
	assert_memory_equal(&sa(&world.west)->keys, &sa(&world.east)->keys, sizeof(sa(&world.west)->keys));
	assert_memory_equal(sa(&world.west)->spi, sa(&world.east)->spi, 16);
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
		unmake(state);
		make(state);
		world.west.chance = chance;
		child_sa_rekey_start(side_child(&world.west));
		child_sa_rekey_start(side_child(&world.east));
		world_settle(&world);
		assert_one_of_each();
	}
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
	assert_non_null(sa(&world.west));
	assert_true(side_said(&world.west, "TEMPORARY_FAILURE"));
}

static void test_child_is_deleted(void **state)
{
	(void)state;
	child_sa_delete_start(side_child(&world.west));
	world_settle(&world);
	assert_int_equal(world.west.stack.sas + world.east.stack.sas, 0);
	assert_int_equal(world.west.stack.policies + world.east.stack.policies, 0);
	assert_non_null(sa(&world.east));
}

static void test_both_delete_the_child(void **state)
{
	(void)state;
	child_sa_delete_start(side_child(&world.west));
	child_sa_delete_start(side_child(&world.east));
	world_settle(&world);
	assert_int_equal(world.west.stack.sas + world.east.stack.sas, 0);
	assert_non_null(sa(&world.west));
	assert_non_null(sa(&world.east));
}

static void test_rekey_ike(void **state)
{
	uint8_t before[8];

	(void)state;
	memcpy(before, sa(&world.west)->spi[0], sizeof(before));
	ike_sa_rekey_start(sa(&world.west));
	world_settle(&world);
	assert_one_of_each();
	assert_memory_not_equal(sa(&world.west)->spi[0], before, sizeof(before));
	assert_true(sa(&world.west)->initiator);
}

static void test_rekey_ike_by_the_responder(void **state)
{
	(void)state;
	ike_sa_rekey_start(sa(&world.east));
	world_settle(&world);
	assert_one_of_each();
	assert_false(sa(&world.west)->initiator);
	child_sa_rekey_start(side_child(&world.west));
	world_settle(&world);
	ike_sa_rekey_start(sa(&world.west));
	world_settle(&world);
	assert_one_of_each();
}

static void test_both_rekey_ike_whoever_has_the_lowest_nonce(void **state)
{
	unsigned int chance;

	for (chance = 0; chance < 256; chance += 15) {
		unmake(state);
		make(state);
		world.west.chance = chance;
		ike_sa_rekey_start(sa(&world.west));
		ike_sa_rekey_start(sa(&world.east));
		assert_int_equal(world.count, 2);
		world_settle(&world);
		assert_one_of_each();
	}
}

static void test_one_rekeys_ike_the_other_the_child(void **state)
{
	(void)state;
	ike_sa_rekey_start(sa(&world.west));
	child_sa_rekey_start(side_child(&world.east));
	world_settle(&world);
	assert_int_equal(world.west.stack.sas, 2);
	assert_one_of_each();
}

static void test_rekey_ike_and_its_reply_is_lost(void **state)
{
	(void)state;
	ike_sa_rekey_start(sa(&world.west));
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
	ike_sa_rekey_start(sa(&world.west));
	world_settle(&world);
	assert_one_of_each();
	assert_string_equal(sa(&world.west)->suite.ke->name, "ECP_256");
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
	ike_sa_schedule(sa(&world.west));
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
	ike_delete_start(sa(&world.west));
	world_settle(&world);
	assert_nothing(&world.west);
	assert_nothing(&world.east);
	assert_true(side_said(&world.east, "the peer deletes the IKE SA"));
}

static void test_both_delete_ike(void **state)
{
	(void)state;
	ike_delete_start(sa(&world.west));
	ike_delete_start(sa(&world.east));
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
	assert_non_null(sa(&world.west));
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
	ike_sa_end(sa(&world.west), "west starts anew");
	assert_int_equal(ike_sa_initiate(world.west.connection), 0);
	world_settle(&world);
	assert_one_of_each();
	assert_true(side_said(&world.east, "the peer has begun anew"));
}

static void test_nothing_that_is_protected_is_for_one_without_keys(void **state)
{
	struct packet *packet;
	struct ike_sa *begun;

	(void)state;
	ike_sa_end(sa(&world.west), "it is a test");
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
#define ONE(name) cmocka_unit_test_setup_teardown(name, make, unmake)
	const struct CMUnitTest tests[] = {
		ONE(test_rekey_child),
		ONE(test_rekey_child_by_the_responder),
		ONE(test_rekey_child_without_pfs),
		ONE(test_responder_switches_when_the_old_one_is_deleted),
		ONE(test_both_rekey_the_child_at_once),
		ONE(test_both_rekey_the_child_whoever_has_the_lowest_nonce),
		ONE(test_one_rekeys_the_child_that_the_other_deletes),
		ONE(test_child_is_deleted),
		ONE(test_both_delete_the_child),
		ONE(test_rekey_ike),
		ONE(test_rekey_ike_by_the_responder),
		ONE(test_both_rekey_ike_whoever_has_the_lowest_nonce),
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
		ONE(test_nothing_that_is_protected_is_for_one_without_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
