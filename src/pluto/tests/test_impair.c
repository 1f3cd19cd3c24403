// SPDX-License-Identifier: GPL-2.0-or-later
/* Impairments, and that what is lost, doubled, changed or late once hurts no exchange. */
#include "../../klips/tests/test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../impair.h"
#include "../rekey.h"
#include "scene.h"

static void set(struct side *side, const char *text)
{
	char why[256] = "";

	if (impair_set(side->pluto, text, why, sizeof(why)))
		fail_msg("%s: %s", text, why);
}

struct listed {
	char text[1024];
	size_t length;
};

static void append(void *arg, const char *text)
{
	struct listed *to = arg;

	to->length += (size_t)snprintf(to->text + to->length, sizeof(to->text) - to->length, "%s ", text);
}

static const char *list(struct side *side)
{
	static struct listed listed;

	listed = (struct listed){ .length = 0 };
	impair_each(side->pluto, append, &listed);
	return listed.text;
}

static void test_texts(void **state)
{
	static const char *const bad[] = {
		"",
		"drop",
		"drop-",
		"dropinbound",
		"drop-sideways",
		"drop-inbound:",
		"drop-inbound:0",
		"drop-inbound:-1",
		"drop-inbound:x",
		"drop-inbound-x",
		"fail",
		"fail-nothing",
		"fail-spi-request",
		"drop-inbound-ike",
		"help",
		"drop-spi",
		"drop-inbound-request-ike-auth",
		"hold-inbound:99999999999",
		"drop-inbound-create-child-sa-request-and-all-that-makes-this-longer-than-any-name-of-one",
	};
	char why[256];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		why[0] = '\0';
		if (impair_set(world.west.pluto, bad[i], why, sizeof(why)) != -EINVAL || !why[0])
			fail_msg("%s was taken", bad[i]);
	}
	assert_null(world.west.pluto->impair);
	set(&world.west, "drop-inbound");
	set(&world.west, "REORDER_outbound_ike_auth_response:12");
	set(&world.west, "fail-policy:3");
	assert_string_equal(list(&world.west), "drop-inbound reorder-outbound-ike-auth-response:12 fail-policy:3 ");
	assert_true(side_said(&world.west, "IMPAIR: drop-inbound is on"));
	impair_clear(world.west.pluto);
	assert_string_equal(list(&world.west), "");
	assert_null(world.west.pluto->impair);
}

static void test_there_are_only_so_many(void **state)
{
	char why[256];
	int i;

	(void)state;
	for (i = 0; i < 64; i++)
		set(&world.west, "drop-inbound:1000");
	assert_int_equal(impair_set(world.west.pluto, "drop-inbound", why, sizeof(why)), -EINVAL);
}

/* One IKE SA and one Child SA at both, with keys that fit. */
static bool is_whole(void)
{
	struct ike_sa *west = side_sa(&world.west, IKE_SA_ESTABLISHED),
		      *east = side_sa(&world.east, IKE_SA_ESTABLISHED);

	return west && east && side_child(&world.west) && side_child(&world.east) && side_sas(&world.west) == 1 &&
	       side_sas(&world.east) == 1 && !memcmp(&west->keys, &east->keys, sizeof(west->keys)) &&
	       side_child(&world.west)->spi[0] == side_child(&world.east)->spi[1] && world.west.stack.sas == 2 &&
	       world.east.stack.sas == 2;
}

static void live(void)
{
	struct side *sides[] = { &world.west, &world.east };
	int i;

	assert_int_equal(ike_sa_initiate(world.west.connection), 0);
	world_pass(&world, 5000);
	for (i = 0; i < 2; i++) {
		if (side_child(sides[i]))
			child_sa_rekey_start(side_child(sides[i]));
		world_pass(&world, 5000);
		if (side_sa(sides[i], IKE_SA_ESTABLISHED))
			ike_sa_rekey_start(side_sa(sides[i], IKE_SA_ESTABLISHED));
		world_pass(&world, 5000);
		if (side_sa(sides[i], IKE_SA_ESTABLISHED))
			ike_liveness_start(side_sa(sides[i], IKE_SA_ESTABLISHED));
		world_pass(&world, 5000);
	}
}

/* The first message of its kind, at one end or the other: all of them together are some hundred lives. */
static void try_one(struct side *side, const char *text)
{
	set(side, text);
	live();
	/* One that has done its work is gone; replays go on. */
	if (strncmp(text, "replay", 6) != 0 && *list(side))
		fail_msg("%s did nothing", text);
	impair_clear(side->pluto);
	/* By then what a replayed IKE_SA_INIT has begun is given up, and a deletion whose answer was lost. */
	world_pass(&world, 80000);
	if (!is_whole())
		fail_msg("%s at %s: %s---\n%s", text, side == &world.west ? "west" : "east", world.west.log,
			 world.east.log);
}

static void test_one_fault_hurts_nobody(void **state)
{
	static const char *const actions[] = { "drop", "duplicate", "replay", "reorder", "corrupt", "truncate" };
	static const char *const exchanges[] = { "ike-sa-init", "ike-auth", "create-child-sa", "informational" };
	static const char *const kinds[] = { "request", "response" };
	char text[128];
	unsigned int i, number;

	(void)state;
	for (i = 0; i < 6 * 4 * 2 * 2 * 2; i++) {
		/* Who corrupts IKE_SA_INIT changes what is signed: another test. */
		if (i % 6 == 4 && i / 6 % 4 == 0)
			continue;
		number = 1 + i / 6 % 2;
		snprintf(text, sizeof(text), "%s-%s-%s-%s:%u", actions[i % 6], i / 48 % 2 ? "inbound" : "outbound",
			 exchanges[i / 6 % 4], kinds[i / 24 % 2], i / 6 % 4 < 2 ? 1 : number);
		world_free(&world);
		world_make(&world);
		/* The one that the message goes by: west begins. */
		try_one((i / 96 % 2 && i / 6 % 4 >= 2) == (i / 24 % 2 == i / 48 % 2) ? &world.east : &world.west, text);
	}
}

static void test_what_is_signed_is_changed(void **state)
{
	(void)state;
	set(&world.west, "corrupt-outbound-ike-sa-init-request:1");
	assert_int_equal(ike_sa_initiate(world.west.connection), 0);
	world_pass(&world, 5000);
	assert_null(side_sa(&world.west, IKE_SA_ESTABLISHED));
	assert_true(side_said(&world.east, "is not authenticated"));
	assert_int_equal(world.west.stack.sas + world.east.stack.sas, 0);
}

static void up(void)
{
	assert_int_equal(ike_sa_initiate(world.west.connection), 0);
	world_settle(&world);
	assert_true(is_whole());
}

static void test_each_is_dropped(void **state)
{
	(void)state;
	up();
	set(&world.west, "drop-inbound");
	ike_liveness_start(side_sa(&world.west, IKE_SA_ESTABLISHED));
	world_pass(&world, 70000);
	assert_int_equal(side_sas(&world.west), 0);
	assert_string_equal(list(&world.west), "drop-inbound ");
}

static void test_only_the_second(void **state)
{
	(void)state;
	up();
	set(&world.west, "drop-outbound-informational:2");
	ike_liveness_start(side_sa(&world.west, IKE_SA_ESTABLISHED));
	world_settle(&world);
	assert_false(side_said(&world.west, ":2: INFORMATIONAL"));
	assert_int_equal(world.west.pluto->counters.retransmitted, 0);
	ike_liveness_start(side_sa(&world.west, IKE_SA_ESTABLISHED));
	world_pass(&world, 1000);
	assert_int_equal(world.west.pluto->counters.retransmitted, 1);
	assert_true(side_said(&world.west, "IMPAIR: drop-outbound-informational:2: INFORMATIONAL request 3"));
	assert_null(world.west.pluto->impair);
}

static void test_sent_again_is_held_once(void **state)
{
	(void)state;
	up();
	set(&world.east, "hold-inbound");
	ike_liveness_start(side_sa(&world.west, IKE_SA_ESTABLISHED));
	world_pass(&world, 1000);
	assert_int_equal(world.west.pluto->counters.retransmitted, 1);
	assert_int_equal(impair_release(world.east.pluto), 1);
	world_settle(&world);
	assert_null(world.east.pluto->impair);
}

static const char *crossing; /* what else is impaired at west while they cross; NULL: nothing */

/* Both requests are on their way before either arrives: RFC 7296, 2.8.1. */
static void cross(void (*west)(void), void (*east)(void))
{
	up();
	set(&world.west, "hold-inbound");
	set(&world.east, "hold-inbound");
	if (crossing)
		set(&world.west, crossing);
	west();
	east();
	world_settle(&world);
	assert_int_equal(impair_release(world.west.pluto), 1);
	world_settle(&world);
	assert_int_equal(impair_release(world.east.pluto), 2);
	world_settle(&world);
	if (crossing)
		impair_clear(world.west.pluto);
	assert_null(world.west.pluto->impair);
	assert_null(world.east.pluto->impair);
}

static void trigger(struct side *side, const char *what, uint32_t serial)
{
	char why[256] = "";

	if (impair_trigger(side->pluto, what, serial, why, sizeof(why)))
		fail_msg("%s: %s", what, why);
	assert_true(side_said(side, "IMPAIR: "));
}

static void rekey_child_west(void)
{
	trigger(&world.west, "rekey-child", side_child(&world.west)->serial);
}

static void rekey_child_east(void)
{
	trigger(&world.east, "rekey-child", side_child(&world.east)->serial);
}

static void test_child_rekeys_cross(void **state)
{
	(void)state;
	cross(rekey_child_west, rekey_child_east);
	assert_true(is_whole());
	assert_true(side_said(&world.west, "both sides rekeyed") || side_said(&world.east, "both sides rekeyed"));
}

static void rekey_ike_west(void)
{
	trigger(&world.west, "rekey-ike", side_sa(&world.west, IKE_SA_ESTABLISHED)->serial);
}

static void rekey_ike_east(void)
{
	trigger(&world.east, "initiate-v2-rekey", side_sa(&world.east, IKE_SA_ESTABLISHED)->serial);
}

static void test_ike_rekeys_cross(void **state)
{
	(void)state;
	cross(rekey_ike_west, rekey_ike_east);
	assert_true(is_whole());
	assert_true(side_said(&world.west, "both sides rekeyed") || side_said(&world.east, "both sides rekeyed"));
}

/* Which of two crossing rekeys goes is up to the nonces, and so to the test. */
static void test_nonces_decide(void **state)
{
	static const struct {
		const char *word;
		void (*west)(void), (*east)(void);
		const char *says;
		bool west_goes;
	} cases[] = {
		{ "low-nonce-in-request", rekey_child_west, rekey_child_east, "both sides rekeyed: Child SA #", true },
		{ "low-nonce-in-response", rekey_child_west, rekey_child_east, "both sides rekeyed: Child SA #",
		  false },
		{ "low-nonce-in-request", rekey_ike_west, rekey_ike_east, "both sides rekeyed: this one goes", true },
		{ "low-nonce-in-response", rekey_ike_west, rekey_ike_east, "both sides rekeyed: this one goes", false },
	};
	size_t at;

	(void)state;
	for (at = 0; at < ARRAY_SIZE(cases); at++) {
		world_free(&world);
		world_make(&world);
		crossing = cases[at].word;
		cross(cases[at].west, cases[at].east);
		crossing = NULL;
		assert_true(is_whole());
		assert_int_equal(side_said(&world.west, cases[at].says), cases[at].west_goes);
		assert_int_equal(side_said(&world.east, cases[at].says), !cases[at].west_goes);
	}
}

static void test_triggers(void **state)
{
	uint32_t ike, child;
	char why[256] = "";

	(void)state;
	world.west.connection->times.child_life = 3600000;
	up();
	ike = side_sa(&world.west, IKE_SA_ESTABLISHED)->serial;
	child = side_child(&world.west)->serial;
	assert_int_equal(impair_trigger(world.west.pluto, "dance", ike, why, sizeof(why)), -ENOENT);
	assert_int_equal(impair_trigger(world.west.pluto, "rekey-ike", child, why, sizeof(why)), -ESRCH);
	assert_int_equal(impair_trigger(world.west.pluto, "rekey-child", 99, why, sizeof(why)), -ESRCH);
	assert_string_equal(why, "#99 is no SA of that sort");
	trigger(&world.west, "liveness", ike);
	world_settle(&world);
	trigger(&world.west, "expire-child", child);
	world_settle(&world);
	assert_null(side_child(&world.west));
	assert_null(side_child(&world.east));
	trigger(&world.west, "delete-ike", ike);
	world_settle(&world);
	assert_int_equal(side_sas(&world.west) + side_sas(&world.east), 0);
}

/* A step fails: what was begun is taken back, at both ends. */
static void fails(struct side *side, const char *text, unsigned int ike_sas)
{
	world_free(&world);
	world_make(&world);
	set(side, text);
	assert_int_equal(ike_sa_initiate(world.west.connection), 0);
	world_pass(&world, 40000);
	if (side_sas(&world.west) != ike_sas || world.west.stack.sas || world.west.stack.policies ||
	    world.west.stack.larval || side_child(&world.west))
		fail_msg("%s: %s---\n%s", text, world.west.log, world.east.log);
	assert_true(side_said(side, "IMPAIR: fail-"));
}

static void test_steps_fail(void **state)
{
	(void)state;
	fails(&world.west, "fail-auth:1", 0);
	fails(&world.east, "fail-auth:1", 0);
	fails(&world.west, "fail-keys:1", 0);
	fails(&world.west, "fail-spi:1", 0);
	fails(&world.east, "fail-spi:1", 1);
	fails(&world.east, "fail-sa:1", 1);
	fails(&world.east, "fail-sa:2", 1);
	fails(&world.east, "fail-policy", 1);
	fails(&world.west, "fail-sa:1", 1);
	fails(&world.west, "fail-policy:1", 1);
}

/* libreswan's names. An IKE SA that gets no answer ends as ever, or at the first retransmission. */
static void test_retransmission(void **state)
{
	char why[256];
	unsigned int sent;

	(void)state;
	assert_int_equal(impair_set(world.west.pluto, "suppress_retransmits", why, sizeof(why)), 0);
	world.lose = 100;
	assert_int_equal(ike_sa_initiate(world.west.connection), 0);
	sent = world.west.sent;
	world_pass(&world, world.west.connection->times.retransmit_limit - 1);
	assert_int_equal(world.west.sent, sent);
	assert_int_equal(side_sas(&world.west), 1);
	world_pass(&world, 2);
	assert_int_equal(side_sas(&world.west), 0);
	impair_clear(world.west.pluto);
	assert_int_equal(impair_set(world.west.pluto, "timeout-on-retransmit:1", why, sizeof(why)), 0);
	assert_int_equal(ike_sa_initiate(world.west.connection), 0);
	world_pass(&world, world.west.connection->times.retransmit_first + 1);
	assert_int_equal(side_sas(&world.west), 0);
	assert_true(side_said(&world.west, "IMPAIR: timeout-on-retransmit:1"));
	assert_null(world.west.pluto->impair);
}

int main(void)
{
#define ONE(name) cmocka_unit_test_setup_teardown(name, scene_make, scene_free)
	const struct CMUnitTest tests[] = {
		ONE(test_texts),
		ONE(test_there_are_only_so_many),
		ONE(test_one_fault_hurts_nobody),
		ONE(test_what_is_signed_is_changed),
		ONE(test_each_is_dropped),
		ONE(test_only_the_second),
		ONE(test_sent_again_is_held_once),
		ONE(test_child_rekeys_cross),
		ONE(test_ike_rekeys_cross),
		ONE(test_nonces_decide),
		ONE(test_triggers),
		ONE(test_steps_fail),
		ONE(test_retransmission),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
