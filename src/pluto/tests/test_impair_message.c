// SPDX-License-Identifier: GPL-2.0-or-later
/* Messages that are built otherwise than they should be: what is on the wire, and what comes of it. */
#include "../../klips/tests/test.h"

#include <string.h>

#include "../impair.h"
#include "../notify.h"
#include "scene.h"

static void set(struct side *side, const char *text)
{
	char why[256] = "";

	if (impair_set(side->pluto, text, why, sizeof(why)))
		fail_msg("%s: %s", text, why);
}

/* IKE SAs and Child SAs at both ends. */
static unsigned int established(void)
{
	return (side_sa(&world.west, IKE_SA_ESTABLISHED) && side_sa(&world.east, IKE_SA_ESTABLISHED)) +
	       (side_child(&world.west) && side_child(&world.east));
}

static void begin(void)
{
	assert_int_equal(ike_sa_initiate(world.west.connection), 0);
	/* The request waits for its key exchange. */
	assert_int_equal(side_packets(&world.east), 1);
}

static const struct packet *sent(void)
{
	return &world.packet[world.first];
}

/**
 * struct one - an impairment, of west's messages or of east's
 * @more: another one, or NULL
 * @up: what comes of it: 0: nothing, 1: an IKE SA, 2: a Child SA too
 */
struct one {
	const char *text, *more;
	unsigned int up;
	bool east;
};

static const struct one all[] = {
	{ "major-version-bump", NULL, 0, false },
	{ "minor-version-bump", NULL, 2, false },
	{ "minor-version-bump", NULL, 2, true },
	{ "send-bogus-isakmp-flag", NULL, 2, false },
	{ "send-bogus-isakmp-flag", NULL, 2, true },
	{ "send-bogus-payload-flag", NULL, 2, false },
	{ "send-bogus-payload-flag", NULL, 2, true },
	{ "send-nonzero-reserved", NULL, 2, false },
	{ "send-nonzero-reserved", NULL, 2, true },
	{ "send-nonzero-reserved-id", NULL, 2, false },
	{ "send-nonzero-reserved-id", NULL, 2, true },
	{ "bad-ikev2-auth-xchg", NULL, 0, true },
	{ "add-unknown-v2-payload-to:IKE_SA_INIT", NULL, 2, false },
	{ "add-unknown-v2-payload-to:IKE_SA_INIT", NULL, 2, true },
	{ "add-unknown-v2-payload-to:IKE_SA_INIT", "unknown-v2-payload-critical", 0, false },
	{ "add-unknown-v2-payload-to:IKE_SA_INIT", "unknown-v2-payload-critical", 0, true },
	{ "add-unknown-v2-payload-to:IKE_AUTH", NULL, 2, false },
	{ "add-unknown-v2-payload-to:IKE_AUTH", NULL, 2, true },
	{ "add-unknown-v2-payload-to:IKE_AUTH", "unknown-v2-payload-critical", 0, false },
	{ "add-unknown-v2-payload-to:IKE_AUTH", "unknown-v2-payload-critical", 0, true },
	{ "add-unknown-v2-payload-to-sk:IKE_AUTH", NULL, 2, false },
	{ "add-unknown-v2-payload-to-sk:IKE_AUTH", NULL, 2, true },
	{ "add-unknown-v2-payload-to-sk:IKE_AUTH", "unknown-v2-payload-critical", 0, false },
	{ "add-unknown-v2-payload-to-sk:IKE_AUTH", "unknown-v2-payload-critical", 0, true },
	{ "ke-payload:omit", NULL, 0, false },
	{ "ke-payload:omit", NULL, 0, true },
	{ "ke-payload:empty", NULL, 0, false },
	{ "ke-payload:empty", NULL, 0, true },
	{ "ke-payload:0", NULL, 0, false },
	{ "ke-payload:0", NULL, 0, true },
	{ "omit-v2n-signature-hash-algorithms", NULL, 2, false },
	{ "ignore-v2n-signature-hash-algorithms", NULL, 2, true },
	{ "omit-v2-ike-auth-child", NULL, 1, false },
	{ "corrupt-encrypted", NULL, 0, true },
	{ "corrupt-encrypted", "replay-encrypted", 2, true },
	{ "send-no-ikev2-auth", NULL, 0, false },
	{ "replay-duplicates", NULL, 2, false },
	{ "replay-encrypted", NULL, 2, true },
	{ "replay-forward", NULL, 2, true },
	{ "jacob-two-two", NULL, 2, false },
};

static void test_what_comes_of_it(void **state)
{
	const struct one *one;
	struct side *side;
	size_t at;

	(void)state;
	for (at = 0; at < sizeof(all) / sizeof(*all); at++) {
		one = &all[at];
		world_free(&world);
		world_make(&world);
		side = one->east ? &world.east : &world.west;
		set(side, one->text);
		if (one->more)
			set(side, one->more);
		assert_int_equal(ike_sa_initiate(world.west.connection), 0);
		world_pass(&world, 70000);
		if (established() != one->up)
			fail_msg("%s%s: %u---\n%s---\n%s", one->text, one->east ? " at east" : "", established(),
				 world.west.log, world.east.log);
	}
}

static void test_header(void **state)
{
	(void)state;
	set(&world.west, "major-version-bump");
	set(&world.west, "minor-version-bump");
	set(&world.west, "send-bogus-isakmp-flag");
	begin();
	assert_int_equal(sent()->data[17], 0x31);
	assert_int_equal(sent()->data[19], IKE_FLAG_INITIATOR | 0x40);
	world_settle(&world);
	assert_int_equal(side_sas(&world.east), 0);
}

static struct ike_message parsed(void)
{
	struct ike_message message;
	const char *why;

	assert_int_equal(ike_message_parse(&message, (struct ike_slice){ sent()->data, sent()->length }, &why), 0);
	return message;
}

static void test_payload_that_is_unknown(void **state)
{
	struct ike_message message;

	(void)state;
	set(&world.west, "add-unknown-v2-payload-to:ike-sa-init");
	begin();
	message = parsed();
	assert_int_equal(message.payloads[message.count - 1].type, 255);
	assert_int_equal(message.unknown, 0);
	world_free(&world);
	world_make(&world);
	set(&world.west, "unknown-v2-payload-critical");
	set(&world.west, "add-unknown-v2-payload-to:ike-sa-init");
	begin();
	assert_int_equal(parsed().unknown, 255);
	world_settle(&world);
	assert_true(side_said(&world.west, "the peer refuses: UNSUPPORTED_CRITICAL_PAYLOAD"));
}

static void test_payloads_that_are_changed(void **state)
{
	const struct ike_payload *ke;
	struct ike_message message;

	(void)state;
	set(&world.west, "ke-payload:empty");
	set(&world.west, "send-bogus-payload-flag");
	set(&world.west, "send-nonzero-reserved");
	begin();
	message = parsed();
	ke = ike_payload_find(&message, IKE_P_KE);
	assert_int_equal(ke->body.length, 4);
	assert_int_equal(ke->body.data[-3], 1); /* flags */
	assert_int_equal(ike_payload_find(&message, IKE_P_SA)->body.data[1], 0x5a);
	assert_int_equal(ike_payload_find(&message, IKE_P_SA)->body.data[9], 0x5a);
	assert_non_null(ike_payload_find(&message, IKE_P_NONCE));
}

static void test_payloads_that_are_not_there(void **state)
{
	struct ike_message message;

	(void)state;
	world.west.connection->local.auth = world.west.connection->remote.auth = AUTH_BY_SIGNATURE;
	begin();
	message = parsed();
	assert_non_null(ike_notify_find(&message, N_SIGNATURE_HASH_ALGORITHMS, NULL));
	world_free(&world);
	world_make(&world);
	world.west.connection->local.auth = world.west.connection->remote.auth = AUTH_BY_SIGNATURE;
	set(&world.west, "omit-v2n-signature-hash-algorithms");
	set(&world.west, "ke-payload:omit");
	begin();
	message = parsed();
	assert_null(ike_notify_find(&message, N_SIGNATURE_HASH_ALGORITHMS, NULL));
	assert_null(ike_payload_find(&message, IKE_P_KE));
	assert_non_null(ike_payload_find(&message, IKE_P_NONCE));
	assert_non_null(ike_notify_find(&message, N_NAT_DETECTION_SOURCE_IP, NULL));
}

static void test_cookie_that_is_another(void **state)
{
	(void)state;
	world.east.pluto->limits.cookies = 0;
	set(&world.west, "send-bogus-dcookie");
	assert_int_equal(ike_sa_initiate(world.west.connection), 0);
	world_settle(&world);
	assert_int_equal(established(), 0);
	assert_true(side_said(&world.west, "the peer demands one cookie after the other"));
}

/* Once: the answer without a Child SA is what was asked for, and the next IKE SA has one. */
static void test_one_without_a_child(void **state)
{
	(void)state;
	set(&world.west, "omit-v2-ike-auth-child:1");
	assert_int_equal(ike_sa_initiate(world.west.connection), 0);
	world_settle(&world);
	assert_int_equal(established(), 1);
	assert_false(side_said(&world.west, "no Child SA"));
	assert_int_equal(world.west.stack.larval + world.east.stack.larval, 0);
	ike_delete_start(side_sa(&world.west, IKE_SA_ESTABLISHED));
	world_settle(&world);
	assert_int_equal(ike_sa_initiate(world.west.connection), 0);
	world_settle(&world);
	assert_int_equal(established(), 2);
}

static void test_a_peer_is_not_told(void **state)
{
	(void)state;
	assert_int_equal(ike_sa_initiate(world.west.connection), 0);
	world_settle(&world);
	assert_int_equal(established(), 2);
	set(&world.west, "send-no-delete");
	child_sa_delete_start(side_child(&world.west));
	world_pass(&world, 1000);
	assert_null(side_child(&world.west));
	assert_int_equal(world.west.stack.sas, 0);
	assert_non_null(side_child(&world.east));
	ike_delete_start(side_sa(&world.west, IKE_SA_ESTABLISHED));
	world_pass(&world, 1000);
	assert_int_equal(side_sas(&world.west), 0);
	assert_int_equal(side_sas(&world.east), 1);
}

int main(void)
{
#define ONE(name) cmocka_unit_test_setup_teardown(name, scene_make, scene_free)
	const struct CMUnitTest tests[] = {
		ONE(test_what_comes_of_it),
		ONE(test_header),
		ONE(test_payload_that_is_unknown),
		ONE(test_payloads_that_are_changed),
		ONE(test_payloads_that_are_not_there),
		ONE(test_cookie_that_is_another),
		ONE(test_one_without_a_child),
		ONE(test_a_peer_is_not_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
