// SPDX-License-Identifier: GPL-2.0-or-later
/* Certificates by hash and URL between two engines: RFC 7296, 3.6. The web is made up. */
#include "../../klips/tests/test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../lib/hex.h"
#include "../auth_certs.h"
#include "../cert_lookup.h"
#include "auth_rig.h"

#define BASE   "http://pki.example.net/certs/"
#define BUNDLE "http://pki.example.net/bundle"

static struct auth_rig rig;
static struct side *const west = &rig.world.west, *const east = &rig.world.east;
static unsigned int fetches;
static bool is_down, is_forged;
static char last_uri[PKI_URL_MAX + 1];

static const struct pki_cert *stored(size_t at)
{
	const struct pki_entry *entry = pki_store_at(rig.all, at);

	return entry ? entry->cert : NULL;
}

/* What is below BASE: each certificate of the rig by its hash. */
static int find_by_name(struct pki_located *to)
{
	const struct pki_cert *cert;
	uint8_t hash[PKI_URL_HASH];
	char name[2 * PKI_URL_HASH + 1];
	size_t at;

	for (at = 0; pki_store_at(rig.all, at); at++) {
		cert = stored(at);
		if (!cert)
			continue;
		pki_url_hash(hash, pki_cert_info(cert)->der);
		if (strcmp(to->uri + strlen(BASE), hex_print(name, hash, sizeof(hash))) != 0)
			continue;
		to->certs[to->count++] = pki_cert_get(cert);
		return memcmp(hash, to->hash, sizeof(hash)) ? -EBADMSG : 0;
	}
	return -EIO;
}

/* That of "far", as west makes it. */
static int find_bundle(struct pki_located *to, struct pki_why *why)
{
	struct pki_cert *certs[1 + PKI_CHAIN_MAX], *leaf = pki_store_cert(rig.all, "far")->cert;
	size_t count = 1 + pki_store_chain(rig.all, leaf, certs + 1);
	uint8_t *der, hash[PKI_URL_HASH];
	int length, err;

	certs[0] = leaf;
	length = pki_bundle_make(&der, certs, count);
	pki_url_hash(hash, (struct ike_slice){ der, length });
	assert_memory_equal(hash, to->hash, sizeof(hash));
	err = pki_bundle_read(to->certs, PKI_CHAIN_MAX + 1, &to->count, (struct ike_slice){ der, length }, why);
	free(der);
	return err;
}

static int fetch(struct side *side, struct pki_located *to, struct pki_why *why)
{
	(void)side;
	fetches++;
	snprintf(last_uri, sizeof(last_uri), "%s", to->uri);
	snprintf(why->text, sizeof(why->text), is_forged ? "what is there has another hash" : "no answer");
	if (is_down || is_forged)
		return -EIO;
	return to->is_bundle ? find_bundle(to, why) : find_by_name(to);
}

static void publish(struct side *side, const char *base, const char *bundle)
{
	struct connection_end *end = &side->connection->local;

	end->cert_uri_base = base ? strdup(base) : NULL;
	end->cert_bundle_uri = bundle ? strdup(bundle) : NULL;
}

/* East looks up what west shows, and has none of it. */
static int make(void **state)
{
	(void)state;
	auth_rig_begin(&rig);
	rig.world.fetch = fetch;
	fetches = 0;
	is_down = is_forged = false;
	east->pluto->lookups.on = true;
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

static void assert_up(void)
{
	if (!side_sa(west, IKE_SA_ESTABLISHED) || !side_sa(east, IKE_SA_ESTABLISHED))
		fail_msg("it is not up:\n%s\n%s", west->log, east->log);
	assert_non_null(side_child(west));
	assert_non_null(side_child(east));
}

static void assert_refused(const char *why)
{
	assert_int_equal(side_sas(west) + side_sas(east), 0);
	if (!side_said(east, why))
		fail_msg("\"%s\" is not in:\n%s", why, east->log);
}

static void down(void)
{
	ike_delete_start(side_sa(west, IKE_SA_ESTABLISHED));
	world_settle(&rig.world);
	assert_int_equal(side_sas(west) + side_sas(east), 0);
}

static void test_of_the_initiator(void **state)
{
	(void)state;
	publish(west, BASE, NULL);
	up();
	assert_up();
	assert_int_equal(fetches, 1);
	assert_memory_equal(last_uri, BASE, strlen(BASE));
	assert_int_equal(strlen(last_uri), strlen(BASE) + 40);
}

static void test_of_the_responder(void **state)
{
	(void)state;
	east->pluto->lookups.on = false;
	west->pluto->lookups.on = true;
	auth_rig_trust(west, rig.anchor);
	publish(east, BASE, NULL);
	up();
	assert_up();
	assert_int_equal(fetches, 1);
}

static void test_of_both(void **state)
{
	(void)state;
	west->pluto->lookups.on = true;
	auth_rig_trust(west, rig.anchor);
	publish(west, BASE, NULL);
	publish(east, BASE, NULL);
	up();
	assert_up();
	assert_int_equal(fetches, 2);
}

/* Four authorities between it and the anchor: too many URLs of one message for this side, but not for a bundle. */
static void test_bundle(void **state)
{
	(void)state;
	auth_rig_cert(&rig, west, "far", AUTH_BY_ECDSA);
	publish(west, BASE, BUNDLE);
	up();
	assert_up();
	assert_int_equal(fetches, 1);
	assert_string_equal(last_uri, BUNDLE);
}

static void test_too_many_urls(void **state)
{
	(void)state;
	auth_rig_cert(&rig, west, "far", AUTH_BY_ECDSA);
	publish(west, BASE, NULL);
	up();
	assert_refused("its CA is not known here");
	assert_int_equal(fetches, 4);
}

static void test_fetched_but_once(void **state)
{
	(void)state;
	publish(west, BASE, NULL);
	up();
	assert_up();
	down();
	up();
	assert_up();
	assert_int_equal(fetches, 1);
}

static void test_not_fetched_if_it_is_in_the_store(void **state)
{
	(void)state;
	auth_rig_trust(east, rig.all);
	publish(west, BASE, NULL);
	up();
	assert_up();
	assert_int_equal(fetches, 0);
}

/* Whoever was not told that they are looked up sends them whole. */
static void test_not_for_who_does_not_look_up(void **state)
{
	(void)state;
	east->pluto->lookups.on = false;
	publish(west, BASE, NULL);
	up();
	assert_up();
	assert_int_equal(fetches, 0);
}

/* And if a peer sends a URL nevertheless, nothing is fetched. */
static void test_not_what_was_not_asked_for(void **state)
{
	(void)state;
	publish(west, BASE, NULL);
	assert_int_equal(ike_sa_initiate(west->connection), 0);
	world_deliver(&rig.world);
	side_sa(east, IKE_SA_CONNECTING)->setup->takes_urls = false;
	world_settle(&rig.world);
	assert_refused("it sends no certificate");
	assert_int_equal(fetches, 0);
}

static void test_not_while_cookies_are_demanded(void **state)
{
	(void)state;
	east->pluto->limits.cookies = 0;
	publish(west, BASE, NULL);
	up();
	assert_up();
	assert_int_equal(fetches, 0);
}

static void test_another_hash(void **state)
{
	(void)state;
	is_forged = true;
	publish(west, BASE, NULL);
	up();
	assert_refused("another hash");
	assert_int_equal(side_said(east, "it sends no certificate"), 1);
}

static void test_no_answer(void **state)
{
	(void)state;
	is_down = true;
	publish(west, BASE, NULL);
	up();
	assert_refused("no answer");
	is_down = false;
	up();
	assert_up();
}

static void test_allowed_urls_alone(void **state)
{
	(void)state;
	east->pluto->lookups.base = "http://pki.example.net/other/";
	publish(west, BASE, NULL);
	up();
	assert_refused("hash-and-url-base= does not allow it");
	assert_int_equal(fetches, 0);
	east->pluto->lookups.base = BASE;
	up();
	assert_up();
}

static void test_what_is_no_url(void **state)
{
	static const char *const bad[] = { "https://pki.example.net/", "http://pki.example.net/a b",
					   "http://pki.example.net/\r\nHost:", "http:/", "" };
	size_t at;

	for (at = 0; at < sizeof(bad) / sizeof(*bad); at++) {
		unmake(state);
		make(state);
		publish(west, bad[at], NULL);
		up();
		assert_int_equal(side_sas(west) + side_sas(east), 0);
		assert_int_equal(fetches, 0);
	}
}

/* While it waits, what west sends again is not answered, nor looked up again; and it may give up. */
static void test_given_up_meanwhile(void **state)
{
	(void)state;
	publish(west, BASE, NULL);
	assert_int_equal(ike_sa_initiate(west->connection), 0);
	world_deliver(&rig.world);
	east->keep_jobs = true;
	world_settle(&rig.world);
	world_pass(&rig.world, 5000);
	assert_int_equal(east->pluto->lookups.count, 1);
	world_pass(&rig.world, 120000);
	assert_int_equal(side_sas(east), 0);
	east->keep_jobs = false;
	side_run_jobs(east);
	world_settle(&rig.world);
	assert_int_equal(east->pluto->lookups.count, 0);
	assert_int_equal(side_sas(east), 0);
}

/* Of one address only so many are looked up at a time. */
static void test_few_of_one_address(void **state)
{
	unsigned int at;

	(void)state;
	publish(west, BASE, NULL);
	west->connection->initial_contact = false;
	for (at = 0; at < 6; at++) {
		assert_int_equal(ike_sa_begin(west->connection), 0);
		world_deliver(&rig.world);
		world_deliver(&rig.world);
		east->keep_jobs = true;
		world_settle(&rig.world);
		east->keep_jobs = at + 1 == 6;
	}
	assert_int_equal(east->pluto->lookups.count, 4);
	assert_true(side_said(east, "too many are looked up already"));
	east->keep_jobs = false;
	side_run_jobs(east);
	assert_int_equal(east->pluto->lookups.count, 0);
	assert_int_equal(fetches, 4);
	assert_int_equal(east->pluto->lookups.kept_count, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_of_the_initiator, make, unmake),
		cmocka_unit_test_setup_teardown(test_of_the_responder, make, unmake),
		cmocka_unit_test_setup_teardown(test_of_both, make, unmake),
		cmocka_unit_test_setup_teardown(test_bundle, make, unmake),
		cmocka_unit_test_setup_teardown(test_too_many_urls, make, unmake),
		cmocka_unit_test_setup_teardown(test_fetched_but_once, make, unmake),
		cmocka_unit_test_setup_teardown(test_not_fetched_if_it_is_in_the_store, make, unmake),
		cmocka_unit_test_setup_teardown(test_not_for_who_does_not_look_up, make, unmake),
		cmocka_unit_test_setup_teardown(test_not_what_was_not_asked_for, make, unmake),
		cmocka_unit_test_setup_teardown(test_not_while_cookies_are_demanded, make, unmake),
		cmocka_unit_test_setup_teardown(test_another_hash, make, unmake),
		cmocka_unit_test_setup_teardown(test_no_answer, make, unmake),
		cmocka_unit_test_setup_teardown(test_allowed_urls_alone, make, unmake),
		cmocka_unit_test_setup_teardown(test_what_is_no_url, make, unmake),
		cmocka_unit_test_setup_teardown(test_given_up_meanwhile, make, unmake),
		cmocka_unit_test_setup_teardown(test_few_of_one_address, make, unmake),
	};

	return cmocka_run_group_tests(tests, auth_rig_make_group, auth_rig_unmake_group);
}
