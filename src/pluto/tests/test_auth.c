// SPDX-License-Identifier: GPL-2.0-or-later
/* Who is who, between two engines: signatures, certificates, and what keeps a peer from being believed. */
#include "../../klips/tests/test.h"

#include <errno.h>
#include <string.h>

#include <stdlib.h>

#include "../rekey.h"
#include "auth_rig.h"

static struct auth_rig rig;
static struct side *const west = &rig.world.west, *const east = &rig.world.east;

static int make(void **state)
{
	(void)state;
	auth_rig_begin(&rig);
	return 0;
}

static int unmake(void **state)
{
	(void)state;
	auth_rig_end(&rig);
	return 0;
}

static void begin(void)
{
	assert_int_equal(ike_sa_initiate(west->connection), 0);
}

static void up(void)
{
	begin();
	world_settle(&rig.world);
}

static void both(const char *type, uint32_t auth)
{
	char name[32];

	snprintf(name, sizeof(name), "west-%s", type);
	auth_rig_cert(&rig, west, name, auth);
	snprintf(name, sizeof(name), "east-%s", type);
	auth_rig_cert(&rig, east, name, auth);
}

static void assert_side_up(struct side *side, const char *own, const char *peer)
{
	struct ike_sa *sa = side_sa(side, IKE_SA_ESTABLISHED);

	assert_non_null(sa);
	assert_non_null(side_child(side));
	assert_string_equal(sa->auth[0], own);
	assert_string_equal(sa->auth[1], peer);
	assert_null(sa->setup);
}

static void assert_up(const char *west_by, const char *east_by)
{
	assert_side_up(west, west_by, east_by);
	assert_side_up(east, east_by, west_by);
}

static void assert_side_down(struct side *side)
{
	assert_int_equal(side_sas(side), 0);
	assert_int_equal(side->stack.sas, 0);
	assert_int_equal(side->stack.policies, 0);
	assert_int_equal(side->stack.larval, 0);
	assert_int_equal(side->pluto->half_open, 0);
}

static void assert_refused(const struct side *by, const char *why)
{
	assert_side_down(west);
	assert_side_down(east);
	if (!side_said(by, why))
		fail_msg("\"%s\" is not in:\n%s", why, by->log);
}

/* Of every sort of key; @auth: authby= of both. */
static void test_every_signature(void **state)
{
	static const struct {
		const char *type, *name;
		uint32_t auth;
	} cases[] = {
		{ "RSA", "RSASSA-PSS with SHA2-512", AUTH_BY_RSA },
		{ "RSA", "RSASSA-PSS with SHA2-256", 1 << 1 },
		{ "RSA", "RSASSA-PSS with SHA2-384", 1 << 2 },
		{ "RSA", "RSA with SHA1", AUTH_BY_RSA_SHA1 },
		{ "RSA", "RSASSA-PSS with SHA2-512", AUTH_BY_RSA | AUTH_BY_RSA_SHA1 },
		{ "P-256", "ECDSA with SHA2-256", AUTH_BY_ECDSA },
		{ "P-384", "ECDSA with SHA2-384", AUTH_BY_ECDSA },
		{ "P-521", "ECDSA with SHA2-512", AUTH_BY_ECDSA },
		{ "P-384", "ECDSA with SHA2-512", 1 << 6 },
		{ "ED25519", "Ed25519", AUTH_BY_EDDSA },
		{ "ED448", "Ed448", AUTH_BY_EDDSA },
		{ "ED448", "Ed448", AUTH_BY_SIGNATURE | AUTH_BY_SECRET },
	};
	size_t at;

	for (at = 0; at < sizeof(cases) / sizeof(*cases); at++) {
		unmake(state);
		make(state);
		both(cases[at].type, cases[at].auth);
		up();
		assert_up(cases[at].name, cases[at].name);
	}
}

static void test_different_methods_at_the_two_ends(void **state)
{
	(void)state;
	auth_rig_cert(&rig, west, "west-RSA", AUTH_BY_RSA);
	auth_rig_cert(&rig, east, "east-ED25519", AUTH_BY_EDDSA);
	up();
	assert_up("RSASSA-PSS with SHA2-512", "Ed25519");
}

static void test_a_signature_and_a_secret(void **state)
{
	(void)state;
	auth_rig_cert(&rig, west, "west-P-256", AUTH_BY_ECDSA);
	up();
	assert_up("ECDSA with SHA2-256", "pre-shared key");
	unmake(state);
	make(state);
	auth_rig_cert(&rig, east, "east-P-256", AUTH_BY_ECDSA);
	up();
	assert_up("pre-shared key", "ECDSA with SHA2-256");
}

/* A peer that knows nothing of RFC 7427. */
static void begin_without_hashes(void)
{
	west->keep_jobs = true;
	begin();
	side_run_jobs(west); /* the key exchange's first half */
	world_settle(&rig.world);
	side_sa(west, IKE_SA_CONNECTING)->setup->hashes = 0;
	side_sa(east, IKE_SA_CONNECTING)->setup->hashes = 0;
	west->keep_jobs = false;
	side_run_jobs(west);
	world_settle(&rig.world);
}

static void test_the_older_methods(void **state)
{
	static const char *const names[][2] = {
		{ "P-256", "ECDSA-256" },
		{ "P-384", "ECDSA-384" },
		{ "P-521", "ECDSA-521" },
		{ "RSA", "RSA with SHA1" },
	};
	size_t at;

	for (at = 0; at < sizeof(names) / sizeof(*names); at++) {
		unmake(state);
		make(state);
		both(names[at][0], AUTH_BY_ECDSA | AUTH_BY_RSA | AUTH_BY_RSA_SHA1);
		begin_without_hashes();
		assert_up(names[at][1], names[at][1]);
	}
}

static void test_an_older_method_may_not_be_allowed(void **state)
{
	(void)state;
	both("RSA", AUTH_BY_RSA);
	begin_without_hashes();
	world_pass(&rig.world, 31000); /* until east gives up */
	assert_refused(west, "with its RSA key there is no signature that both sides allow");
}

static void test_a_hash_that_was_not_offered(void **state)
{
	(void)state;
	both("RSA", AUTH_BY_RSA);
	east->connection->remote.auth = 1 << 1; /* SHA2-256 alone */
	up();
	assert_up("RSASSA-PSS with SHA2-256", "RSASSA-PSS with SHA2-512");
}

static void test_what_authby_does_not_allow(void **state)
{
	(void)state;
	both("P-256", AUTH_BY_ECDSA);
	west->keep_jobs = true;
	begin();
	side_run_jobs(west);
	world_settle(&rig.world);
	east->connection->remote.auth = AUTH_BY_RSA; /* as if west did not heed what was offered */
	west->keep_jobs = false;
	side_run_jobs(west);
	world_settle(&rig.world);
	assert_refused(east, "no connection is for @west");
}

static void test_whom_a_certificate_is_not_of(void **state)
{
	(void)state;
	both("P-256", AUTH_BY_ECDSA);
	auth_rig_cert(&rig, west, "stranger", AUTH_BY_ECDSA);
	up();
	assert_refused(east, "its certificate \"O=Cygnet, CN=stranger\" is not of @west");
	assert_true(side_said(west, "the peer refuses: AUTHENTICATION_FAILED"));
}

static void test_identities_need_not_be_in_certificates(void **state)
{
	(void)state;
	both("P-256", AUTH_BY_ECDSA);
	auth_rig_cert(&rig, west, "stranger", AUTH_BY_ECDSA);
	east->connection->require_id = false;
	up();
	assert_up("ECDSA with SHA2-256", "ECDSA with SHA2-256");
}

static void test_certificates_that_are_not_good(void **state)
{
	static const char *const names[] = { "expired", "early", "revoked" };
	size_t at;

	for (at = 0; at < sizeof(names) / sizeof(*names); at++) {
		unmake(state);
		make(state);
		both("P-256", AUTH_BY_ECDSA);
		auth_rig_cert(&rig, west, names[at], AUTH_BY_ECDSA);
		up();
		assert_refused(east, names[at]);
		assert_true(side_said(east, "the peer is not authenticated: its certificate \"O=Cygnet, CN="));
	}
}

static void test_the_initiator_does_not_believe_either(void **state)
{
	(void)state;
	both("P-256", AUTH_BY_ECDSA);
	auth_rig_trust(west, rig.other);
	up();
	assert_refused(west, "its certificate \"O=Cygnet, CN=east-P-256\" of \"O=Cygnet, CN=CA\": ");
	assert_true(side_said(east, "the peer does not believe this host"));
}

static void test_an_unknown_ca(void **state)
{
	(void)state;
	both("P-256", AUTH_BY_ECDSA);
	auth_rig_trust(east, rig.other);
	up();
	assert_refused(east, "its certificate \"O=Cygnet, CN=west-P-256\" of \"O=Cygnet, CN=CA\": ");
}

static void test_no_ca(void **state)
{
	(void)state;
	both("P-256", AUTH_BY_ECDSA);
	auth_rig_trust(east, rig.other);
	pki_store_put(east->pluto->trust.store);
	east->pluto->trust.store = NULL;
	up();
	assert_refused(east, "there is no CA");
}

static void test_the_ca_of_a_connection(void **state)
{
	static const char wrong[] = "O=Cygnet, CN=other CA", right[] = "O=Cygnet, CN=CA";
	const char *text;
	struct ike_slice *ca;
	uint8_t *der;
	int length;

	for (text = right;; text = wrong) {
		unmake(state);
		make(state);
		both("P-256", AUTH_BY_ECDSA);
		ca = &east->connection->remote.ca;
		der = malloc(128);
		ca->data = der;
		length = pki_dn_parse(der, 128, text);
		assert_true(length > 0);
		ca->length = length;
		up();
		if (text == wrong)
			break;
		assert_up("ECDSA with SHA2-256", "ECDSA with SHA2-256");
	}
	assert_refused(east, "its certificate");
}

/* Long enough for fragments, which have to be put together again. */
static void test_a_long_chain(void **state)
{
	(void)state;
	both("P-256", AUTH_BY_ECDSA);
	auth_rig_cert(&rig, west, "far", AUTH_BY_ECDSA);
	up();
	assert_up("ECDSA with SHA2-512", "ECDSA with SHA2-256");
	assert_true(west->sent > 3);
}

static void test_a_chain_with_a_gap(void **state)
{
	(void)state;
	both("P-256", AUTH_BY_ECDSA);
	auth_rig_cert(&rig, west, "far", AUTH_BY_ECDSA);
	auth_rig_trust(west, rig.anchor); /* it has no intermediates that it could send */
	up();
	assert_refused(east, "its certificate \"O=Cygnet, CN=far\" of ");
}

static void test_a_certificate_that_is_not_sent(void **state)
{
	(void)state;
	both("P-256", AUTH_BY_ECDSA);
	west->connection->local.sendcert = SENDCERT_NEVER;
	up();
	assert_refused(east, "it sends no certificate, and there is none of it here");
	unmake(state);
	make(state);
	both("P-256", AUTH_BY_ECDSA);
	west->connection->local.sendcert = SENDCERT_NEVER;
	auth_rig_cert(&rig, west, "west-P-521", AUTH_BY_ECDSA);
	west->connection->local.sendcert = SENDCERT_IF_ASKED;
	up();
	assert_up("ECDSA with SHA2-512", "ECDSA with SHA2-256");
}

static void set_raw_key(struct side *side, const char *name)
{
	const struct pki_entry *entry = pki_store_cert(rig.all, name);

	side->connection->remote.key = pki_key_get(pki_cert_info(entry->cert)->key);
}

static void test_raw_keys(void **state)
{
	static const char *const types[] = { "RSA", "P-256", "P-521", "ED25519" };
	char name[32];
	size_t at;

	for (at = 0; at < sizeof(types) / sizeof(*types); at++) {
		unmake(state);
		make(state);
		auth_rig_trust(west, rig.other);
		auth_rig_trust(east, rig.other);
		both(types[at], AUTH_BY_SIGNATURE);
		snprintf(name, sizeof(name), "west-%s", types[at]);
		set_raw_key(east, name);
		snprintf(name, sizeof(name), "east-%s", types[at]);
		set_raw_key(west, name);
		up();
		assert_non_null(side_child(west));
		assert_non_null(side_child(east));
	}
}

static void test_another_raw_key(void **state)
{
	(void)state;
	both("ED25519", AUTH_BY_EDDSA);
	set_raw_key(east, "east-ED25519");
	up();
	assert_refused(east, "its signature (Ed25519) is not of that key");
	unmake(state);
	make(state);
	both("P-256", AUTH_BY_ECDSA);
	set_raw_key(east, "east-RSA");
	up();
	assert_refused(east, "its signature is ECDSA with SHA2-256, and the key RSA of 2048 bits");
}

static void test_no_private_key(void **state)
{
	(void)state;
	both("P-256", AUTH_BY_ECDSA);
	pki_key_put(east->connection->local.key);
	east->connection->local.key = NULL;
	up();
	assert_refused(east, "this host cannot show who it is: it has no private key");
}

static struct ike_message seen;
static uint8_t seen_bytes[4096];

/* What east is asked by IKE_AUTH, as it looks at it. */
static const struct ike_payload *next_of_west(uint8_t type)
{
	const char *why;
	struct packet *packet = &rig.world.packet[rig.world.first % PACKETS_MAX];

	memcpy(seen_bytes, packet->data, packet->length);
	assert_int_equal(ike_unprotect(side_sa(east, IKE_SA_CONNECTING), &seen,
				       (struct ike_slice){ seen_bytes, packet->length }, &why),
			 0);
	return ike_payload_find(&seen, type);
}

static void test_a_raw_key_is_sent_to_who_asks(void **state)
{
	struct ike_cert_body body;
	const char *why;
	unsigned int asks;

	for (asks = 0; asks < 2; asks++) {
		unmake(state);
		make(state);
		both("ED25519", AUTH_BY_EDDSA);
		set_raw_key(east, "west-ED25519");
		pki_cert_put(west->connection->local.cert);
		west->connection->local.cert = NULL;
		west->keep_jobs = true;
		begin();
		side_run_jobs(west);
		world_settle(&rig.world);
		side_sa(west, IKE_SA_CONNECTING)->setup->wants_key = asks;
		west->keep_jobs = false;
		side_run_jobs(west);
		if (!asks) {
			assert_null(next_of_west(IKE_P_CERT));
			continue;
		}
		assert_int_equal(ike_cert_read(&body, next_of_west(IKE_P_CERT), &why), 0);
		assert_int_equal(body.encoding, 15);
		world_settle(&rig.world);
		assert_up("Ed25519", "Ed25519");
	}
}

/* AUTH payloads that no peer would send. */
static void test_auth_payloads_that_make_no_sense(void **state)
{
	static const struct {
		uint8_t method, length;
		const char *data, *why;
	} cases[] = {
		{ 14, 0, "", "its signature is of an unknown algorithm" },
		{ 14, 4, "\4\1\2\3", "its signature is of an unknown algorithm" },
		{ 14, 4, "\3\1\2\3", "its signature is of an unknown algorithm" },
		{ 14, 8, "\7\x30\5\6\3\x2b\x65\x70", "its signature (Ed25519) is not of that key" },
		{ 14, 9, "\7\x30\5\6\3\x2b\x65\x70\0", "its signature (Ed25519) is not of that key" },
		{ 99, 4, "abcd", "method 99 is not the connection's" },
		{ 2, 4, "abcd", "no connection is for @west" },
	};
	uint8_t plain[256], first;
	struct ike_builder builder;
	struct ike_packet *packet;
	struct ike_sa *sa;
	size_t at;

	for (at = 0; at < sizeof(cases) / sizeof(*cases); at++) {
		unmake(state);
		make(state);
		both("ED25519", AUTH_BY_EDDSA);
		set_raw_key(east, "west-ED25519");
		begin();
		world_deliver(&rig.world);
		world_deliver(&rig.world);
		rig.world.count = 0;
		sa = side_sa(west, IKE_SA_CONNECTING);
		ike_build_chain(&builder, plain, sizeof(plain), &first);
		ike_put_id(&builder, IKE_P_IDI, IKE_ID_FQDN, (struct ike_slice){ (const uint8_t *)"west", 4 });
		ike_put_auth(&builder, cases[at].method,
			     (struct ike_slice){ (const uint8_t *)cases[at].data, cases[at].length });
		packet = ike_protect(sa, IKE_AUTH, false, 1, first, (struct ike_slice){ plain, builder.length });
		ike_packets_send(sa, packet);
		ike_packets_free(packet);
		world_settle(&rig.world);
		assert_refused(east, cases[at].why);
	}
}

/* What the peer shows chooses between connections that differ in nothing else. */
static void test_the_connection_of_a_method(void **state)
{
	struct connection *other = east->connection, *second = connection_new(east->pluto, "by-rsa");
	const struct connection_end *local = &other->local;

	(void)state;
	both("RSA", AUTH_BY_RSA);
	second->times = other->times;
	second->ike = other->ike;
	second->child = other->child;
	second->local = *local;
	second->local.key = pki_key_get(local->key);
	second->local.cert = pki_cert_get(local->cert);
	second->remote = other->remote;
	second->require_id = true;
	other->remote.auth = AUTH_BY_ECDSA;
	up();
	assert_up("RSASSA-PSS with SHA2-512", "RSASSA-PSS with SHA2-512");
	assert_ptr_equal(side_sa(east, IKE_SA_ESTABLISHED)->connection, second);
}

/* West has asked, and east's jobs wait: those of the key exchange are done. */
static void east_has_to_check(void)
{
	both("P-256", AUTH_BY_ECDSA);
	begin();
	world_deliver(&rig.world); /* IKE_SA_INIT */
	world_deliver(&rig.world);
	east->keep_jobs = true;
	world_settle(&rig.world);
	assert_non_null(east->jobs);
}

static void test_a_check_that_takes_time(void **state)
{
	(void)state;
	east_has_to_check();
	world_pass(&rig.world, 4000); /* the request comes again and again */
	assert_true(west->pluto->counters.retransmitted >= 2);
	assert_int_equal(east->sent, 1);
	east->keep_jobs = false;
	side_run_jobs(east);
	world_settle(&rig.world);
	assert_up("ECDSA with SHA2-256", "ECDSA with SHA2-256");
	assert_int_equal(east->sent, 2);
}

static void test_the_sa_ends_while_the_peer_is_checked(void **state)
{
	(void)state;
	east_has_to_check();
	ike_sa_end(side_sa(east, IKE_SA_CONNECTING), "test");
	side_run_jobs(east);
	assert_side_down(east);
	world_pass(&rig.world, 120000);
	assert_side_down(west);
}

static void test_the_sa_ends_while_this_host_signs(void **state)
{
	(void)state;
	east_has_to_check();
	side_run_job(east); /* which starts the next, for the own signature */
	assert_non_null(east->jobs);
	ike_sa_end(side_sa(east, IKE_SA_CONNECTING), "test");
	side_run_jobs(east);
	assert_side_down(east);
}

static void test_the_initiator_ends_while_it_signs(void **state)
{
	(void)state;
	both("P-256", AUTH_BY_ECDSA);
	begin();
	world_deliver(&rig.world);
	west->keep_jobs = true;
	world_deliver(&rig.world);
	side_run_jobs(west);
	ike_sa_end(side_sa(west, IKE_SA_CONNECTING), "test");
	side_run_jobs(west);
	assert_side_down(west);
}

/* East is sure by then, and asks something: it has to do so again, and is answered at last. */
static void test_what_the_peer_asks_while_it_is_checked(void **state)
{
	struct ike_sa *sa;

	(void)state;
	both("P-256", AUTH_BY_ECDSA);
	begin();
	while (!side_sa(east, IKE_SA_ESTABLISHED))
		world_deliver(&rig.world);
	west->keep_jobs = true;
	world_settle(&rig.world);
	assert_non_null(west->jobs);
	sa = side_sa(east, IKE_SA_ESTABLISHED);
	ike_liveness_start(sa);
	world_settle(&rig.world);
	assert_non_null(sa->exchange);
	west->keep_jobs = false;
	side_run_jobs(west);
	world_pass(&rig.world, 1000);
	assert_null(sa->exchange);
	assert_up("ECDSA with SHA2-256", "ECDSA with SHA2-256");
}

static void test_the_initiator_ends_while_it_checks(void **state)
{
	(void)state;
	both("P-256", AUTH_BY_ECDSA);
	begin();
	while (!side_sa(east, IKE_SA_ESTABLISHED))
		world_deliver(&rig.world);
	west->keep_jobs = true;
	world_settle(&rig.world);
	ike_sa_end(side_sa(west, IKE_SA_CONNECTING), "test");
	side_run_jobs(west);
	assert_side_down(west);
}

/* Both begin at once, and all of their jobs wait for each other. */
static void test_two_at_once(void **state)
{
	(void)state;
	both("ED25519", AUTH_BY_EDDSA);
	west->connection->initial_contact = east->connection->initial_contact = false;
	west->keep_jobs = east->keep_jobs = true;
	begin();
	assert_int_equal(ike_sa_initiate(east->connection), 0);
	while (west->jobs || east->jobs || rig.world.count) {
		side_run_jobs(west);
		side_run_jobs(east);
		world_settle(&rig.world);
	}
	assert_int_equal(side_sas(west), 2);
	assert_int_equal(side_sas(east), 2);
	assert_int_equal(west->stack.sas, 4);
}

static void test_a_rekeyed_sa_remembers(void **state)
{
	(void)state;
	both("ED25519", AUTH_BY_EDDSA);
	up();
	ike_sa_rekey_start(side_sa(west, IKE_SA_ESTABLISHED));
	world_settle(&rig.world);
	assert_up("Ed25519", "Ed25519");
}

#define CASE(name) cmocka_unit_test_setup_teardown(test_##name, make, unmake)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(every_signature),
		CASE(different_methods_at_the_two_ends),
		CASE(a_signature_and_a_secret),
		CASE(the_older_methods),
		CASE(an_older_method_may_not_be_allowed),
		CASE(a_hash_that_was_not_offered),
		CASE(what_authby_does_not_allow),
		CASE(whom_a_certificate_is_not_of),
		CASE(identities_need_not_be_in_certificates),
		CASE(certificates_that_are_not_good),
		CASE(the_initiator_does_not_believe_either),
		CASE(an_unknown_ca),
		CASE(no_ca),
		CASE(the_ca_of_a_connection),
		CASE(a_long_chain),
		CASE(a_chain_with_a_gap),
		CASE(a_certificate_that_is_not_sent),
		CASE(raw_keys),
		CASE(another_raw_key),
		CASE(no_private_key),
		CASE(a_raw_key_is_sent_to_who_asks),
		CASE(auth_payloads_that_make_no_sense),
		CASE(the_connection_of_a_method),
		CASE(a_check_that_takes_time),
		CASE(the_sa_ends_while_the_peer_is_checked),
		CASE(the_sa_ends_while_this_host_signs),
		CASE(the_initiator_ends_while_it_signs),
		CASE(the_initiator_ends_while_it_checks),
		CASE(what_the_peer_asks_while_it_is_checked),
		CASE(two_at_once),
		CASE(a_rekeyed_sa_remembers),
	};

	return cmocka_run_group_tests(tests, auth_rig_make_group, auth_rig_unmake_group);
}
