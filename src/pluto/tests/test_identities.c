// SPDX-License-Identifier: GPL-2.0-or-later
/* Who the peer is, and which connection is for it: names with wildcards, any, and what certificates say. */
#include "../../klips/tests/test.h"

#include <stdlib.h>
#include <string.h>

#include "auth_rig.h"

static struct auth_rig rig;
static struct side *const west = &rig.world.west, *const east = &rig.world.east;

static void set_id(struct ike_identity *to, const char *text)
{
	assert_null(ike_identity_parse(to, text));
}

/* West is "O=Cygnet, CN=west-P-256", and DNS:west; east likewise. */
static int make(void **state)
{
	(void)state;
	auth_rig_begin(&rig);
	auth_rig_cert(&rig, west, "west-P-256", AUTH_BY_ECDSA);
	auth_rig_cert(&rig, east, "east-P-256", AUTH_BY_ECDSA);
	return 0;
}

static int unmake(void **state)
{
	(void)state;
	auth_rig_end(&rig);
	return 0;
}

static void up(void)
{
	assert_int_equal(ike_sa_initiate(west->connection), 0);
	world_settle(&rig.world);
}

/* For the next case of a test: nothing is left of the one before. */
static void anew(void)
{
	unmake(NULL);
	make(NULL);
}

static void assert_peer(struct side *side, const char *text)
{
	struct ike_sa *sa = side_sa(side, IKE_SA_ESTABLISHED);
	char peer[IKE_ID_TEXT];

	if (!sa) {
		fail_msg("no IKE SA: %s %s", west->log, east->log);
		return;
	}
	ike_identity_print(peer, sizeof(peer), sa->peer_id);
	assert_string_equal(peer, text);
}

static void assert_refused(const struct side *by, const char *why)
{
	assert_int_equal(side_sas(west) + side_sas(east), 0);
	assert_int_equal(west->stack.sas + east->stack.sas, 0);
	if (!side_said(by, why))
		fail_msg("\"%s\" is not in:\n%s", why, by->log);
}

/* Another one of east, for whom @id names. */
static struct connection *add(const char *name, const char *id)
{
	struct connection *like = east->connection, *made = connection_new(east->pluto, name);

	made->times = like->times;
	made->ike = like->ike;
	made->child = like->child;
	made->local = like->local;
	made->local.key = pki_key_get(like->local.key);
	made->local.cert = pki_cert_get(like->local.cert);
	made->remote = like->remote;
	made->require_id = true;
	set_id(&made->remote.id, id);
	return made;
}

static void drop(struct connection *connection)
{
	cds_list_del(&connection->node);
	connection_put(connection);
}

static const char *chosen(void)
{
	struct ike_sa *sa = side_sa(east, IKE_SA_ESTABLISHED);

	return sa ? sa->connection->name : "none";
}

static void assert_wanted(const char *id, const char *peer)
{
	anew();
	set_id(&west->connection->local.id, "O=Cygnet, CN=west-P-256");
	set_id(&east->connection->remote.id, id);
	up();
	if (peer)
		assert_peer(east, peer);
	else
		assert_refused(east, "no connection is for O=Cygnet, CN=west-P-256");
}

static void test_names_with_wildcards(void **state)
{
	static const char own[] = "O=Cygnet, CN=west-P-256";

	(void)state;
	assert_wanted("O=Cygnet, CN=*", own);
	assert_wanted("O=*, CN=*", own);
	assert_wanted("CN=*, O=Cygnet", own);
	assert_wanted("CN=west-p-256, O=Cygnet", own);
	assert_wanted("%any", own);
	assert_wanted("O=Other, CN=*", NULL);
	assert_wanted("CN=*", NULL);
	assert_wanted("C=*, O=*, CN=*", NULL);
	assert_wanted("O=Cygnet, CN=west*", NULL);
}

/* The initiator's: no identity with wildcards goes over the wire, and the answer has to be one of those. */
static void test_wildcards_of_the_initiator(void **state)
{
	(void)state;
	set_id(&east->connection->local.id, "O=Cygnet, CN=east-P-256");
	set_id(&west->connection->remote.id, "O=Cygnet, CN=*");
	up();
	assert_peer(west, "O=Cygnet, CN=east-P-256");
	anew();
	set_id(&east->connection->local.id, "O=Cygnet, CN=east-P-256");
	set_id(&west->connection->remote.id, "C=*, CN=*");
	up();
	assert_refused(west, "it is O=Cygnet, CN=east-P-256, with the certificate \"O=Cygnet, CN=east-P-256\"; the "
			     "connection is for C=*, CN=*");
	assert_true(side_said(east, "the peer does not believe this host"));
}

/* Whatever order they are in. */
static void test_the_closest_wins(void **state)
{
	static const struct {
		const char *name, *id;
	} rows[] = {
		{ "any", "%any" },
		{ "two", "CN=*, O=*" },
		{ "one", "O=Cygnet, CN=*" },
		{ "exact", "O=Cygnet, CN=west-P-256" },
		{ "other", "O=Cygnet, CN=other" },
	};
	struct connection *made[5];
	int at, turn, best;

	(void)state;
	for (turn = 0; turn < 8; turn++) {
		anew();
		set_id(&west->connection->local.id, "O=Cygnet, CN=west-P-256");
		set_id(&east->connection->remote.id, "@nobody");
		for (at = 0; at < 5; at++)
			made[(turn + at) % 5] = add(rows[(turn + at) % 5].name, rows[(turn + at) % 5].id);
		/* In the last three the best ones are missing, one after the other. */
		best = turn < 5 ? 3 : 7 - turn;
		for (at = 3; at > best; at--)
			drop(made[at]);
		up();
		assert_string_equal(chosen(), rows[best].name);
	}
}

static void test_any_has_to_be_in_the_certificate(void **state)
{
	(void)state;
	set_id(&east->connection->remote.id, "%any");
	up();
	assert_peer(east, "@west");
	anew();
	set_id(&east->connection->remote.id, "%any");
	set_id(&west->connection->local.id, "@elsewhere");
	up();
	assert_refused(east, "its certificate \"O=Cygnet, CN=west-P-256\" is not of @elsewhere");
	anew();
	set_id(&east->connection->remote.id, "%any");
	set_id(&west->connection->local.id, "@elsewhere");
	east->connection->require_id = false;
	up();
	assert_peer(east, "@elsewhere");
}

/* Of a known host its address will do, but not of a road warrior. */
static void test_any_with_the_address(void **state)
{
	(void)state;
	set_id(&east->connection->remote.id, "%any");
	auth_rig_cert(&rig, west, "numbered", AUTH_BY_ECDSA);
	up();
	assert_peer(east, "192.1.2.45");
	anew();
	set_id(&east->connection->remote.id, "%any");
	auth_rig_cert(&rig, west, "numbered", AUTH_BY_ECDSA);
	east->connection->remote.host.version = 0;
	up();
	assert_refused(east, "its certificate \"O=Cygnet, CN=numbered\" is not of @west");
}

static void test_whatever_the_certificate_says(void **state)
{
	(void)state;
	set_id(&east->connection->remote.id, "%any");
	east->connection->remote.id_from_cert = true;
	set_id(&west->connection->local.id, "@elsewhere");
	up();
	assert_peer(east, "O=Cygnet, CN=west-P-256");
	assert_peer(west, "@east");
}

/* What a peer calls itself is less than what its certificate says, on both ends. */
static void test_the_wanted_name_is_in_the_certificate(void **state)
{
	(void)state;
	set_id(&west->connection->local.id, "@elsewhere");
	up();
	assert_peer(east, "@west");
	anew();
	set_id(&west->connection->local.id, "@elsewhere");
	set_id(&east->connection->remote.id, "CN=*, O=Cygnet");
	up();
	assert_peer(east, "O=Cygnet, CN=west-P-256");
	anew();
	set_id(&east->connection->local.id, "@elsewhere");
	set_id(&west->connection->remote.id, "O=*, CN=*");
	up();
	assert_peer(west, "O=Cygnet, CN=east-P-256");
	/* One who claims a name of a connection and has the certificate of nobody. */
	anew();
	auth_rig_cert(&rig, west, "stranger", AUTH_BY_ECDSA);
	set_id(&west->connection->local.id, "@elsewhere");
	up();
	assert_refused(east, "no connection is for @elsewhere");
}

/* A certificate that is not proved opens no other way in. */
static void test_a_certificate_beside_a_secret(void **state)
{
	const struct pki_entry *entry = pki_store_cert(rig.all, "west-P-256");
	uint8_t plain[2048], first;
	struct ike_builder builder;
	struct ike_packet *packet;

	(void)state;
	east->connection->remote.auth = AUTH_BY_ECDSA | AUTH_BY_SECRET;
	assert_int_equal(ike_sa_initiate(west->connection), 0);
	world_deliver(&rig.world);
	world_deliver(&rig.world);
	rig.world.count = 0;
	ike_build_chain(&builder, plain, sizeof(plain), &first);
	ike_put_id(&builder, IKE_P_IDI, IKE_ID_FQDN, (struct ike_slice){ (const uint8_t *)"elsewhere", 9 });
	ike_put_cert(&builder, IKE_P_CERT, 4, pki_cert_info(entry->cert)->der);
	ike_put_auth(&builder, AUTH_PSK, (struct ike_slice){ (const uint8_t *)"0123", 4 });
	packet = ike_protect(side_sa(west, IKE_SA_CONNECTING), IKE_AUTH, false, 1, first,
			     (struct ike_slice){ plain, builder.length });
	ike_packets_send(side_sa(west, IKE_SA_CONNECTING), packet);
	ike_packets_free(packet);
	world_settle(&rig.world);
	assert_refused(east, "no connection is for @elsewhere");
}

/* A key that is given is of one identity. */
static void test_a_raw_key_is_of_one(void **state)
{
	(void)state;
	west->connection->remote.key = pki_key_get(pki_cert_info(east->connection->local.cert)->key);
	set_id(&east->connection->local.id, "@elsewhere");
	set_id(&west->connection->remote.id, "%any");
	up();
	assert_peer(west, "@elsewhere");
	anew();
	west->connection->remote.key = pki_key_get(pki_cert_info(east->connection->local.cert)->key);
	set_id(&east->connection->local.id, "@elsewhere");
	set_id(&west->connection->remote.id, "O=Cygnet, CN=*");
	up();
	assert_refused(west, "the peer is not authenticated: it is somebody else");
}

static void test_whom_the_peer_asks_for(void **state)
{
	struct connection *other = add("domain", "@west");

	(void)state;
	set_id(&other->local.id, "@*.example.org");
	set_id(&west->connection->remote.id, "@gate.example.org");
	pki_cert_put(other->local.cert);
	pki_key_put(other->local.key);
	other->local.cert = pki_cert_get(pki_store_cert(rig.all, "many-named")->cert);
	other->local.key = pki_key_get(pki_store_cert(rig.all, "many-named")->key);
	up();
	assert_string_equal(chosen(), "domain");
	assert_peer(west, "@gate.example.org");
}

/* Its certificate has more names than the one that it goes by. */
static void test_a_name_of_the_certificate_is_asked_for(void **state)
{
	(void)state;
	auth_rig_cert(&rig, east, "many-named", AUTH_BY_ECDSA);
	set_id(&west->connection->remote.id, "east@example.org");
	up();
	assert_peer(west, "east@example.org");
	anew();
	set_id(&west->connection->remote.id, "north@example.org");
	up();
	assert_refused(east, "no connection is for @west");
}

/* The star of a certificate is one part of a name. */
static void test_a_certificate_of_a_domain(void **state)
{
	static const struct {
		const char *id;
		bool good;
	} rows[] = {
		{ "@east.example.org", true },	   { "@EAST.Example.org", true },  { "@*.example.org", true },
		{ "@example.org", false },	   { "@.example.org", false },	   { "@a.east.example.org", false },
		{ "@eastexample.org", false },	   { "@east.example.com", false }, { "east@x.example.org", false },
		{ "@east.example.org.uk", false }, { "@east.example.org.", true },
	};
	size_t at;

	(void)state;
	for (at = 0; at < sizeof(rows) / sizeof(*rows); at++) {
		anew();
		auth_rig_cert(&rig, east, "wild-named", AUTH_BY_ECDSA);
		set_id(&east->connection->local.id, rows[at].id);
		set_id(&west->connection->remote.id, rows[at].id);
		up();
		if (rows[at].good)
			assert_peer(west, rows[at].id);
		else
			assert_refused(west, "its certificate \"O=Cygnet, CN=wild-named\" is not of ");
	}
}

static void set_ca(struct connection *connection, const char *text)
{
	uint8_t *der = malloc(IKE_ID_MAX);
	int length = pki_dn_parse(der, IKE_ID_MAX, text);

	assert_true(length > 0);
	connection->remote.ca = (struct ike_slice){ der, length };
}

/* With the same names in both; also by CAs that are between the peer's and the one that is named. */
static void test_the_ca_chooses(void **state)
{
	static const char *const certs[] = { "west-P-256", "far" };
	struct connection *right;
	int at, turn;

	(void)state;
	for (turn = 0; turn < 4; turn++) {
		anew();
		auth_rig_cert(&rig, west, certs[turn / 2], AUTH_BY_ECDSA);
		right = add("right", "%any");
		set_id(&east->connection->remote.id, "%any");
		for (at = 0; at < 2; at++)
			set_ca(at ? right : east->connection, at == turn % 2 ? "O=Cygnet, CN=CA" : "CN=other");
		up();
		assert_string_equal(chosen(), turn % 2 ? "right" : "west-east");
	}
}

/* A peer that has shown who it is may have the Child SAs of all connections that are for it. */
static void test_who_shares_an_ike_sa(void **state)
{
	struct connection *any = add("any", "%any"), *some = add("some", "O=Cygnet, CN=*"), *one = add("one", "@west");
	struct ike_identity name, host;

	(void)state;
	set_id(&name, "O=Cygnet, CN=west");
	set_id(&host, "@west");
	assert_true(connection_shares_ike(any, some, &name));
	assert_false(connection_shares_ike(any, some, &host));
	assert_true(connection_shares_ike(some, any, &name));
	assert_true(connection_shares_ike(any, one, &host));
	assert_false(connection_shares_ike(any, one, &name));
	assert_false(connection_shares_ike(any, one, NULL));
	one->require_id = false;
	assert_false(connection_shares_ike(any, one, &host));
	one->require_id = true;
	any->remote.id_from_cert = true;
	assert_false(connection_shares_ike(any, one, &host));
	assert_false(connection_is_kin(some, one));
}

#define CASE(name) cmocka_unit_test_setup_teardown(test_##name, make, unmake)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(names_with_wildcards),
		CASE(wildcards_of_the_initiator),
		CASE(the_closest_wins),
		CASE(any_has_to_be_in_the_certificate),
		CASE(any_with_the_address),
		CASE(whatever_the_certificate_says),
		CASE(the_wanted_name_is_in_the_certificate),
		CASE(a_certificate_beside_a_secret),
		CASE(a_raw_key_is_of_one),
		CASE(whom_the_peer_asks_for),
		CASE(a_name_of_the_certificate_is_asked_for),
		CASE(a_certificate_of_a_domain),
		CASE(the_ca_chooses),
		CASE(who_shares_an_ike_sa),
	};

	return cmocka_run_group_tests(tests, auth_rig_make_group, auth_rig_unmake_group);
}
