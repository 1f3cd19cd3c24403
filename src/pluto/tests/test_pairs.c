// SPDX-License-Identifier: GPL-2.0-or-later
/* Connections of one family, as subnets= makes them: one IKE SA, and a Child SA each. */
#include "../../klips/tests/test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../rekey.h"
#include "../route.h"
#include "scene.h"

static struct connection *second[2]; /* west's, east's: west-east/1x2 */

static struct connection *add(struct side *side, const char *name, const char *family, const char *client)
{
	struct connection *like = side->connection, *made = connection_new(side->pluto, name);

	made->family = family ? strdup(family) : NULL;
	made->kind = like->kind;
	made->local = like->local;
	made->remote = like->remote;
	made->ike = like->ike;
	made->child = like->child;
	made->times = like->times;
	made->initial_contact = like->initial_contact;
	made->fragmentation = like->fragmentation;
	assert_null(ike_ts_parse(side == &world.west ? &made->remote.client.ts[0] : &made->local.client.ts[0], client));
	return made;
}

static int make(void **state)
{
	(void)state;
	world_make(&world);
	world.west.connection->family = strdup("west-east");
	world.east.connection->family = strdup("west-east");
	second[0] = add(&world.west, "west-east/1x2", "west-east", "10.2.0.0/16");
	second[1] = add(&world.east, "west-east/1x2", "west-east", "10.2.0.0/16");
	return 0;
}

static unsigned int children(struct side *side, const struct connection *connection)
{
	struct ike_sa *sa = side_sa(side, IKE_SA_ESTABLISHED);
	const struct child_sa *child;
	unsigned int count = 0;

	assert_non_null(sa);
	cds_list_for_each_entry(child, &sa->children, node)
		count += child->connection == connection && child->state == CHILD_SA_INSTALLED;
	return count;
}

static struct child_sa *child_of(struct side *side, const struct connection *connection)
{
	struct child_sa *child;

	cds_list_for_each_entry(child, &side_sa(side, IKE_SA_ESTABLISHED)->children, node)
		if (child->connection == connection)
			return child;
	return NULL;
}

static void both_up(void)
{
	assert_int_equal(ike_sa_initiate(world.west.connection), 0);
	assert_int_equal(ike_sa_initiate(second[0]), 0);
	world_pass(&world, 0);
}

static void assert_both_up(void)
{
	struct side *const sides[] = { &world.west, &world.east };
	unsigned int at;

	for (at = 0; at < 2; at++) {
		assert_int_equal(side_sas(sides[at]), 1);
		assert_int_equal(children(sides[at], sides[at]->connection), 1);
		assert_int_equal(children(sides[at], second[at]), 1);
		assert_int_equal(sides[at]->stack.sas, 4);
		assert_int_equal(sides[at]->stack.policies, 2);
	}
}

static void test_one_ike_sa_for_both(void **state)
{
	(void)state;
	both_up();
	assert_both_up();
	assert_int_equal(world.west.sent, 3);
	assert_false(second[0]->waiting);
}

static void test_the_second_later(void **state)
{
	(void)state;
	assert_int_equal(ike_sa_initiate(world.west.connection), 0);
	world_pass(&world, 5000);
	assert_int_equal(ike_sa_initiate(second[0]), 0);
	world_pass(&world, 0);
	assert_both_up();
	assert_int_equal(ike_sa_initiate(second[0]), -ENOTUNIQ);
}

static void test_begun_by_the_second_and_by_the_responder(void **state)
{
	(void)state;
	assert_int_equal(ike_sa_initiate(second[0]), 0);
	world_pass(&world, 0);
	assert_int_equal(children(&world.east, second[1]), 1);
	assert_int_equal(ike_sa_initiate(world.east.connection), 0);
	world_pass(&world, 0);
	assert_both_up();
}

static void test_waiting_ends_with_the_attempt(void **state)
{
	(void)state;
	world.east.psk = "another";
	both_up();
	assert_int_equal(side_sas(&world.west), 0);
	assert_false(second[0]->waiting);
	world.east.psk = world.west.psk;
	both_up();
	assert_both_up();
}

static void test_waiting_ends_with_an_established_one(void **state)
{
	(void)state;
	assert_int_equal(ike_sa_initiate(world.west.connection), 0);
	world_settle(&world);
	assert_int_equal(ike_sa_initiate(second[0]), 0);
	assert_true(second[0]->waiting);
	ike_sa_end(side_sa(&world.west, IKE_SA_ESTABLISHED), "the peer does not answer");
	assert_false(second[0]->waiting);
	assert_false(second[0]->negotiating);
}

/* What the peer wanted in the IKE SA's place is not what this one waits for. */
static void test_waiting_goes_on_when_a_rekeying_is_refused(void **state)
{
	(void)state;
	assert_int_equal(ike_sa_initiate(world.west.connection), 0);
	world_settle(&world);
	assert_int_equal(ike_sa_initiate(second[0]), 0);
	world_propose(&world.west, "aes256-sha2_512-ecp384", "aes_gcm256");
	ike_sa_rekey_start(side_sa(&world.east, IKE_SA_ESTABLISHED));
	world_settle(&world);
	assert_true(side_said(&world.east, "the IKE SA is not rekeyed: NO_PROPOSAL_CHOSEN"));
	assert_true(second[0]->waiting);
	world_pass(&world, 0);
	assert_both_up();
}

/* Anybody can have one begun in the peer's name, which comes to nothing. */
static void test_waiting_goes_on_when_a_strangers_attempt_ends(void **state)
{
	(void)state;
	assert_int_equal(ike_sa_initiate(world.west.connection), 0);
	assert_int_equal(ike_sa_initiate(second[0]), 0);
	assert_int_equal(ike_sa_initiate(world.east.connection), 0);
	side_take(&world.west, 0, false);
	assert_int_equal(side_sas(&world.west), 2);
	ike_sa_end(cds_list_entry(world.west.pluto->sas.prev, struct ike_sa, node), "it was not set up in time");
	assert_int_equal(side_sas(&world.west), 1);
	assert_true(second[0]->waiting);
	assert_true(second[0]->negotiating);
	assert_true(world.west.connection->negotiating);
}

static void test_one_is_refused_the_other_stays(void **state)
{
	(void)state;
	assert_null(ike_ts_parse(&second[1]->local.client.ts[0], "10.3.0.0/16"));
	both_up();
	assert_int_equal(children(&world.west, world.west.connection), 1);
	assert_int_equal(children(&world.west, second[0]), 0);
	assert_true(side_said(&world.west, "\"west-east/1x2\" #1: CREATE_CHILD_SA (new Child SA): TS_UNACCEPTABLE"));
	assert_non_null(strstr(world.west.events, "child-failed"));
	assert_int_equal(world.west.stack.larval, 0);
	assert_int_equal(world.east.stack.larval, 0);
	assert_null(ike_ts_parse(&second[1]->local.client.ts[0], "10.2.0.0/16"));
	assert_int_equal(ike_sa_initiate(second[0]), 0);
	world_pass(&world, 0);
	assert_both_up();
}

static void test_each_is_rekeyed_as_itself(void **state)
{
	uint32_t spi[2];

	(void)state;
	both_up();
	spi[0] = child_of(&world.west, world.west.connection)->spi[0];
	spi[1] = child_of(&world.east, second[1])->spi[0];
	child_sa_rekey_start(child_of(&world.west, world.west.connection));
	child_sa_rekey_start(child_of(&world.east, second[1]));
	world_settle(&world);
	assert_both_up();
	assert_int_not_equal(child_of(&world.west, world.west.connection)->spi[0], spi[0]);
	assert_int_not_equal(child_of(&world.east, second[1])->spi[0], spi[1]);
}

static void test_all_move_when_the_ike_sa_is_rekeyed(void **state)
{
	(void)state;
	both_up();
	ike_sa_rekey_start(side_sa(&world.west, IKE_SA_ESTABLISHED));
	world_settle(&world);
	assert_both_up();
	child_sa_rekey_start(child_of(&world.west, second[0]));
	world_settle(&world);
	assert_both_up();
}

static void test_one_is_deleted_and_comes_again(void **state)
{
	(void)state;
	both_up();
	child_sa_delete_start(child_of(&world.west, second[0]));
	world_settle(&world);
	assert_int_equal(children(&world.west, world.west.connection), 1);
	assert_int_equal(children(&world.west, second[0]), 0);
	assert_int_equal(world.east.stack.policies, 1);
	assert_int_equal(ike_sa_initiate(second[0]), 0);
	world_pass(&world, 0);
	assert_both_up();
}

static void test_each_trap_is_its_own(void **state)
{
	struct ike_ts src, dst;

	(void)state;
	assert_int_equal(connection_route(world.west.connection), 0);
	assert_int_equal(connection_route(second[0]), 0);
	assert_null(ike_ts_parse(&src, "192.0.1.1"));
	assert_null(ike_ts_parse(&dst, "10.2.0.9"));
	pluto_acquired(world.west.pluto, &src, &dst, second[0]->reqid);
	world_pass(&world, 0);
	assert_int_equal(children(&world.west, second[0]), 1);
	assert_int_equal(children(&world.west, world.west.connection), 0);
	assert_null(ike_ts_parse(&dst, "192.0.2.9"));
	pluto_acquired(world.west.pluto, &src, &dst, 0);
	world_pass(&world, 0);
	assert_both_up();
}

static void test_another_conn_of_the_same_ends_is_found(void **state)
{
	struct connection *theirs = add(&world.east, "other", NULL, "10.4.0.0/16"),
			  *own = add(&world.west, "mine", "west-east", "10.4.0.0/16");

	(void)state;
	both_up();
	assert_int_equal(ike_sa_initiate(own), 0);
	world_pass(&world, 0);
	assert_int_equal(children(&world.east, theirs), 1);
}

static void test_conns_of_the_same_ends_share(void **state)
{
	struct connection *theirs = add(&world.east, "other", NULL, "10.4.0.0/16"),
			  *own = add(&world.west, "mine", NULL, "10.4.0.0/16");

	(void)state;
	assert_int_equal(ike_sa_initiate(own), 0);
	both_up();
	assert_int_equal(side_sas(&world.west), 1);
	assert_int_equal(side_sas(&world.east), 1);
	assert_int_equal(world.west.stack.sas, 6);
	assert_int_equal(children(&world.east, theirs), 1);
	assert_int_equal(children(&world.west, own), 1);
	assert_int_equal(children(&world.west, second[0]), 1);
}

static void test_conns_that_want_another_ike_sa_do_not(void **state)
{
	struct connection *theirs = add(&world.east, "other", NULL, "10.4.0.0/16"),
			  *own = add(&world.west, "mine", NULL, "10.4.0.0/16");

	(void)state;
	assert_int_equal(ike_proposals_parse(&own->ike, IKE_PROTO_IKE, "aes256-sha2_512-modp3072", true, NULL), 0);
	theirs->ike = own->ike;
	world.west.connection->initial_contact = own->initial_contact = false;
	assert_int_equal(ike_sa_initiate(world.west.connection), 0);
	assert_int_equal(ike_sa_initiate(own), 0);
	world_settle(&world);
	assert_int_equal(side_sas(&world.west), 2);
}

static void test_one_that_trusts_another_way_is_not(void **state)
{
	struct connection *theirs = add(&world.east, "other", NULL, "10.4.0.0/16"),
			  *own = add(&world.west, "mine", "west-east", "10.4.0.0/16");

	(void)state;
	theirs->remote.auth = AUTH_BY_RSA;
	both_up();
	assert_int_equal(ike_sa_initiate(own), 0);
	world_pass(&world, 0);
	assert_int_equal(children(&world.east, theirs), 0);
	assert_int_equal(children(&world.west, own), 0);
}

static void test_both_began_the_same_at_once(void **state)
{
	(void)state;
	assert_int_equal(ike_sa_initiate(world.west.connection), 0);
	assert_int_equal(ike_sa_initiate(world.east.connection), 0);
	world.west.connection->initial_contact = world.east.connection->initial_contact = false;
	world_settle(&world);
	assert_int_equal(side_sas(&world.west), 2);
	assert_int_equal(world.west.stack.policies, 1);
	ike_sa_end(cds_list_first_entry(&world.west.pluto->sas, struct ike_sa, node), "a test");
	assert_int_equal(side_sas(&world.west), 1);
	assert_int_equal(world.west.stack.policies, 1);
	assert_int_equal(world.west.stack.policy[0].spi_out, side_child(&world.west)->spi[1]);
}

#define ONE(name) cmocka_unit_test_setup_teardown(name, make, scene_free)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ONE(test_one_ike_sa_for_both),
		ONE(test_the_second_later),
		ONE(test_begun_by_the_second_and_by_the_responder),
		ONE(test_waiting_ends_with_the_attempt),
		ONE(test_waiting_ends_with_an_established_one),
		ONE(test_waiting_goes_on_when_a_rekeying_is_refused),
		ONE(test_waiting_goes_on_when_a_strangers_attempt_ends),
		ONE(test_one_is_refused_the_other_stays),
		ONE(test_each_is_rekeyed_as_itself),
		ONE(test_all_move_when_the_ike_sa_is_rekeyed),
		ONE(test_one_is_deleted_and_comes_again),
		ONE(test_each_trap_is_its_own),
		ONE(test_another_conn_of_the_same_ends_is_found),
		ONE(test_conns_of_the_same_ends_share),
		ONE(test_conns_that_want_another_ike_sa_do_not),
		ONE(test_one_that_trusts_another_way_is_not),
		ONE(test_both_began_the_same_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
