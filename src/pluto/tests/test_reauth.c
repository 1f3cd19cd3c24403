// SPDX-License-Identifier: GPL-2.0-or-later
/* Authentication once more: RFC 7296, 2.8.3; its lifetime, RFC 4478. Traffic has its policies at each moment. */
#include "../../klips/tests/test.h"

#include <arpa/inet.h>
#include <string.h>

#include "../reauth.h"
#include "../rekey.h"
#include "scene.h"

#define LIFE   3600000
#define MARGIN 300000

static int make(void **state)
{
	struct side *const sides[] = { &world.west, &world.east };
	unsigned int at;

	(void)state;
	world_make(&world);
	for (at = 0; at < 2; at++) {
		sides[at]->connection->rekey = true;
		sides[at]->connection->times.margin = MARGIN;
		sides[at]->connection->times.fuzz = 0;
	}
	return 0;
}

static void assert_one_of_each(void)
{
	assert_int_equal(side_sas(&world.west), 1);
	assert_int_equal(side_sas(&world.east), 1);
	assert_memory_equal(side_established(&world.west)->spi, side_established(&world.east)->spi, 16);
	assert_non_null(side_child(&world.west));
	assert_non_null(side_child(&world.east));
	assert_int_equal(side_child(&world.west)->spi[0], side_child(&world.east)->spi[1]);
	assert_int_equal(world.west.stack.sas, 2);
	assert_int_equal(world.east.stack.sas, 2);
	assert_int_equal(world.west.stack.policies, 1);
	assert_int_equal(world.east.stack.policies, 1);
	assert_int_equal(world.west.stack.policy[0].spi_out, side_child(&world.west)->spi[1]);
	assert_int_equal(world.east.stack.policy[0].spi_out, side_child(&world.east)->spi[1]);
}

static void settle_with_policies(void)
{
	while (world.count) {
		world_deliver(&world);
		assert_int_equal(world.west.stack.policies, 1);
		assert_int_equal(world.east.stack.policies, 1);
	}
}

static void both_reauth(void)
{
	world.west.connection->reauth = world.east.connection->reauth = true;
	world.west.connection->times.ike_life = world.east.connection->times.ike_life = LIFE;
}

static void test_now(void **state)
{
	uint8_t before[8];

	(void)state;
	scene_up();
	memcpy(before, side_established(&world.west)->spi[0], sizeof(before));
	ike_reauth_start(side_established(&world.west));
	ike_reauth_start(side_established(&world.west)); /* is under way */
	settle_with_policies();
	pluto_timers_run(&world.west.pluto->timers, world.now);
	settle_with_policies();
	assert_one_of_each();
	assert_memory_not_equal(side_established(&world.west)->spi[0], before, sizeof(before));
	assert_true(side_said(&world.west, "#1: authenticating again"));
	assert_true(side_said(&world.west, "#1: IKE SA deleted"));
}

static void test_by_the_responder(void **state)
{
	(void)state;
	scene_up();
	ike_reauth_start(side_established(&world.east));
	settle_with_policies();
	world_pass(&world, 0);
	assert_one_of_each();
	assert_true(side_established(&world.east)->initiator);
}

/* Before the life is over, by the one who began; not by rekeying. */
static void test_reauth_in_place_of_rekeying(void **state)
{
	(void)state;
	both_reauth();
	scene_up();
	world_pass(&world, LIFE - MARGIN - 1);
	assert_int_equal(side_established(&world.west)->serial, 1);
	world_pass(&world, 1);
	assert_one_of_each();
	assert_true(side_established(&world.west)->initiator);
	assert_false(side_said(&world.west, "rekeying the IKE SA"));
	assert_true(side_said(&world.west, "#1: authenticating again"));
	assert_false(side_said(&world.east, "authenticating again"));
	world_pass(&world, LIFE);
	assert_one_of_each();
}

/* West has no such setting: east tells it. */
static void test_the_peer_tells_its_lifetime(void **state)
{
	(void)state;
	world.east.connection->reauth = true;
	world.east.connection->times.ike_life = LIFE;
	scene_up();
	assert_true(side_said(&world.west, "the peer wants to be shown again within 3600 s who this host is"));
	world_pass(&world, LIFE - MARGIN);
	assert_true(side_said(&world.west, "#1: authenticating again"));
	assert_one_of_each();
}

static uint32_t seconds;

static enum ike_outcome build(struct ike_exchange *exchange, struct ike_builder *builder)
{
	(void)exchange;
	ike_put_status(builder, N_AUTH_LIFETIME, (struct ike_slice){ (const uint8_t *)&seconds, sizeof(seconds) });
	return IKE_DONE;
}

static enum ike_outcome answer(struct ike_exchange *exchange, const struct ike_message *message)
{
	(void)exchange;
	(void)message;
	return IKE_DONE;
}

static void end(struct ike_exchange *exchange, bool answered)
{
	(void)exchange;
	assert_true(answered);
}

static const struct ike_exchange_ops lifetime_ops = { "a test", INFORMATIONAL, build, answer, end };

static void tell(struct side *side, uint32_t lifetime)
{
	static struct ike_exchange exchange;

	seconds = htonl(lifetime);
	ike_exchange_start(side_established(side), &exchange, &lifetime_ops);
	world_settle(&world);
}

/* RFC 4478, 3: also later; the soonest counts, but a peer cannot have it all the time. */
static void test_the_peer_tells_it_later(void **state)
{
	(void)state;
	scene_up();
	tell(&world.east, 900);
	tell(&world.east, 7200);
	assert_int_equal(side_established(&world.west)->reauth_at, world.now + 900000);
	tell(&world.east, 0);
	assert_int_equal(side_established(&world.west)->reauth_at, world.now + 30000);
	assert_int_equal(side_established(&world.west)->serial, 1);
	world_pass(&world, 30000);
	assert_true(side_said(&world.west, "#1: authenticating again"));
	assert_one_of_each();
	assert_int_equal(side_established(&world.west)->reauth_at, 0);
}

/* What the one who began says is nothing to the other one. */
static void test_only_who_began_is_told(void **state)
{
	(void)state;
	scene_up();
	tell(&world.west, 900);
	assert_int_equal(side_established(&world.east)->reauth_at, 0);
}

/* RFC 4478, 3: an IKE SA that was rekeyed is no newly authenticated one. */
static void test_rekeying_makes_it_no_longer(void **state)
{
	uint64_t until;

	(void)state;
	world.east.connection->reauth = true;
	world.east.connection->times.ike_life = LIFE;
	scene_up();
	until = side_established(&world.west)->reauth_at;
	world_pass(&world, LIFE / 2);
	ike_sa_rekey_start(side_established(&world.east));
	world_settle(&world);
	assert_false(side_established(&world.west)->initiator);
	assert_int_equal(side_established(&world.west)->reauth_at, until);
	assert_int_equal(side_established(&world.east)->expire.at, until);
	world_pass(&world, LIFE / 2 - MARGIN);
	assert_true(side_said(&world.west, "authenticating again"));
	assert_one_of_each();
}

/* Who began does not do it: the other one does, in the end. */
static void test_the_peer_does_not(void **state)
{
	(void)state;
	both_reauth();
	world.west.connection->rekey = world.west.connection->reauth = false;
	scene_up();
	world_pass(&world, LIFE - MARGIN / 4 - 1);
	assert_int_equal(side_established(&world.east)->serial, 1);
	world_pass(&world, 1);
	assert_true(side_said(&world.east, "#1: authenticating again"));
	assert_one_of_each();
}

static void test_a_peer_that_is_not_believed_any_more(void **state)
{
	(void)state;
	both_reauth();
	scene_up();
	world.west.psk = "forgotten";
	world_pass(&world, LIFE - MARGIN);
	assert_true(side_said(&world.west, "#1: it goes on with the authentication that it has"));
	assert_int_equal(side_established(&world.west)->serial, 1);
	assert_one_of_each();
	world_pass(&world, MARGIN / 2 - 1);
	assert_one_of_each();
	world.west.psk = world.east.psk;
	world_pass(&world, 1);
	assert_one_of_each();
	assert_true(side_established(&world.west)->serial > 1);
}

static void test_nobody_believes_till_the_end(void **state)
{
	(void)state;
	both_reauth();
	scene_up();
	world.west.psk = "forgotten";
	world_pass(&world, LIFE);
	assert_int_equal(side_sas(&world.west) + side_sas(&world.east), 0);
	assert_int_equal(world.west.stack.policies + world.east.stack.policies, 0);
}

/* The peer has no Child SA for it: the old one stays. */
static void test_without_a_child(void **state)
{
	(void)state;
	scene_up();
	world_propose(&world.east, "aes_gcm256-sha2_256-x25519", "aes128-sha1");
	ike_reauth_start(side_established(&world.west));
	settle_with_policies();
	world_pass(&world, 0);
	assert_int_equal(side_established(&world.west)->serial, 1);
	assert_one_of_each();
}

static void test_while_it_is_rekeyed(void **state)
{
	(void)state;
	both_reauth();
	scene_up();
	ike_sa_rekey_start(side_established(&world.west));
	ike_reauth_start(side_established(&world.west));
	settle_with_policies();
	assert_false(side_said(&world.west, "authenticating again"));
	assert_one_of_each();
	world_pass(&world, LIFE - MARGIN);
	assert_true(side_said(&world.west, "authenticating again"));
	assert_one_of_each();
}

/* After so many packets of the new IKE SA's making one side rekeys the old one: that gives way to the same. */
static void rekey_meanwhile(struct side *side, unsigned int packets)
{
	struct ike_sa *old;

	scene_up();
	old = side_established(side);
	ike_reauth_start(side_established(&world.west));
	while (packets--)
		world_deliver(&world);
	ike_sa_rekey_start(old);
	settle_with_policies();
	world_pass(&world, 0);
	assert_one_of_each();
}

static void test_it_is_rekeyed_meanwhile(void **state)
{
	unsigned int packets;

	for (packets = 0; packets < 4; packets++) {
		scene_free(state);
		make(state);
		rekey_meanwhile(&world.east, packets);
		scene_free(state);
		make(state);
		rekey_meanwhile(&world.west, packets);
	}
}

static struct connection *add(struct side *side)
{
	struct connection *like = side->connection, *made = connection_new(side->pluto, "second");

	made->local = like->local;
	made->remote = like->remote;
	made->ike = like->ike;
	made->child = like->child;
	made->times = like->times;
	assert_null(ike_ts_parse(side == &world.west ? &made->remote.client.ts[0] : &made->local.client.ts[0],
				 "10.2.0.0/16"));
	return made;
}

/* Child SAs of other connections come along. */
static void test_all_child_sas(void **state)
{
	struct connection *second = add(&world.west);

	(void)state;
	add(&world.east);
	scene_up();
	assert_int_equal(ike_sa_initiate(second), 0);
	world_pass(&world, 0);
	assert_int_equal(world.west.stack.sas, 4);
	ike_reauth_start(side_established(&world.west));
	world_pass(&world, 0);
	assert_int_equal(side_sas(&world.west), 1);
	assert_int_equal(side_sas(&world.east), 1);
	assert_int_equal(world.west.stack.sas, 4);
	assert_int_equal(world.east.stack.sas, 4);
	assert_int_equal(world.west.stack.policies, 2);
	assert_int_equal(world.east.stack.policies, 2);
	assert_false(second->waiting);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, make, scene_free)
	const struct CMUnitTest tests[] = {
		CASE(test_now),
		CASE(test_by_the_responder),
		CASE(test_reauth_in_place_of_rekeying),
		CASE(test_the_peer_tells_its_lifetime),
		CASE(test_the_peer_tells_it_later),
		CASE(test_only_who_began_is_told),
		CASE(test_rekeying_makes_it_no_longer),
		CASE(test_the_peer_does_not),
		CASE(test_a_peer_that_is_not_believed_any_more),
		CASE(test_nobody_believes_till_the_end),
		CASE(test_without_a_child),
		CASE(test_while_it_is_rekeyed),
		CASE(test_it_is_rekeyed_meanwhile),
		CASE(test_all_child_sas),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
