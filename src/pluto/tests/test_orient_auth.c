// SPDX-License-Identifier: GPL-2.0-or-later
/* What a conn says about who its ends are: authby=, auth=, cert=, ckaid=, keys, ca=, id= and sendcert=. */
#include "../../klips/tests/test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../../lib/parse.h"
#include "../connection_peer.h"
#include "../orient.h"
#include "auth_rig.h"

static struct auth_rig rig;
static struct orient_said said;
static struct connection *made;

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

/* "leftcert=west; rightca=%same": keywords apart by "; ". */
static void put(json_t *keywords, const char *text)
{
	char copy[4096], *word, *rest = copy, *value;

	snprintf(copy, sizeof(copy), "%s", text);
	while ((word = strsep(&rest, ";"))) {
		word += strspn(word, " ");
		value = strchr(word, '=');
		*value++ = '\0';
		json_object_set_new(keywords, word, json_string(value));
	}
}

/* West is this host, and left. */
static int conn(const char *text)
{
	static struct host_address own = { .device = "eth1" };
	static const struct host_addresses addresses = { &own, 1 };
	const struct orient_world world = {
		.addresses = &addresses, .ike_port = 500, .nat_port = 4500, .store = rig.all
	};
	json_t *keywords = json_object(), *all = json_pack("{s:s, s:o}", "name", "conn", "keywords", keywords);
	struct orient_extra extra;
	int err;

	klips_parse_addr(&own.addr, "192.1.2.45");
	put(keywords, "left=192.1.2.45; right=192.1.2.23");
	put(keywords, text);
	made = connection_new(rig.world.west.pluto, "conn");
	err = orient(made, &extra, all, &world, &said);
	orient_extra_free(&extra);
	json_decref(all);
	return err;
}

static void good(const char *text)
{
	int err = conn(text);

	assert_string_equal(said.why, "");
	assert_int_equal(err, 0);
}

static void refused(const char *why, const char *text)
{
	assert_int_equal(conn(text), -EINVAL);
	assert_string_equal(said.why, why);
}

static const struct pki_entry *entry_of(const char *name)
{
	const struct pki_entry *entry = pki_store_cert(rig.all, name);

	assert_non_null(entry);
	return entry;
}

static void assert_id(const struct ike_identity *id, const char *expected)
{
	char text[IKE_ID_TEXT];

	ike_identity_print(text, sizeof(text), id);
	assert_string_equal(text, expected);
}

static void test_a_certificate(void **state)
{
	(void)state;
	good("leftcert=west-P-256");
	assert_true(pki_key_equal(made->local.key, entry_of("west-P-256")->key));
	assert_true(pki_key_info(made->local.key)->is_private);
	assert_int_equal(made->local.auth, AUTH_BY_RSA | AUTH_BY_ECDSA | AUTH_BY_EDDSA);
	assert_int_equal(made->remote.auth, made->local.auth);
	assert_int_equal(made->local.sendcert, SENDCERT_ALWAYS);
	assert_true(made->require_id);
	assert_null(made->remote.key);
	assert_id(&made->local.id, "192.1.2.45");
	assert_id(&made->remote.id, "192.1.2.23");
}

static void test_what_is_wrong_with_it(void **state)
{
	(void)state;
	refused("leftcert=nobody: there is no such certificate in ipsecdir=", "leftcert=nobody");
	refused("left has no key: leftcert=, leftckaid= or leftpubkey= is missing", "rightcert=east-RSA");
	refused("the ECDSA key of left cannot sign what authby= allows", "leftcert=west-P-256; authby=rsasig");
	refused("leftcert=ca: there is no private key of it in the private folder of ipsecdir=", "leftcert=ca");
	refused("leftckaid=0102: not 40 hexadecimal digits", "leftckaid=0102");
	refused("rightpubkey=%dnsondemand: keys of DNS are not supported",
		"leftcert=west-RSA; rightpubkey=%dnsondemand");
	refused("rightca=%same: the other end has no CA either",
		"leftckaid=0102030405060708090a0b0c0d0e0f1011121314; rightca=%same; authby=secret");
}

static void test_a_ckaid(void **state)
{
	const uint8_t *ckaid = pki_key_info(entry_of("west-ED25519")->key)->ckaid;
	char text[80] = "leftckaid=";
	size_t at;

	(void)state;
	for (at = 0; at < PKI_KEY_ID; at++)
		snprintf(text + strlen(text), 3, "%02x", ckaid[at]);
	good(text);
	assert_true(pki_key_equal(made->local.key, entry_of("west-ED25519")->key));
	assert_true(pki_cert_equal(made->local.cert, entry_of("west-ED25519")->cert));
}

/* "...%s...", with a key's text. */
static const char *with(const char *format, const struct pki_key *key)
{
	static char text[4096];
	char *encoded = pki_key_text(key);

	snprintf(text, sizeof(text), format, encoded);
	free(encoded);
	return text;
}

static void test_raw_keys(void **state)
{
	const struct pki_key *own = entry_of("west-RSA")->key, *peer = entry_of("east-RSA")->key;

	(void)state;
	good(with("leftrsasigkey=%s; leftid=@west; rightid=@east", own));
	assert_true(pki_key_info(made->local.key)->is_private);
	assert_true(pki_key_equal(made->local.key, own));
	good(with("leftcert=west-RSA; rightrsasigkey=%s", peer));
	assert_true(pki_key_equal(made->remote.key, peer));
	assert_false(pki_key_info(made->remote.key)->is_private);
	refused("rightecdsakey=: it is a key of another type", with("leftcert=west-RSA; rightecdsakey=%s", peer));
	refused("rightpubkey=: the end has another key",
		with("leftcert=west-RSA; rightcert=east-P-256; rightpubkey=%s", peer));
	refused("leftpubkey=: there is no private key of it in the private folder of ipsecdir=",
		with("leftpubkey=%s", pki_cert_info(entry_of("ca")->cert)->key));
}

static void test_a_peers_certificate(void **state)
{
	(void)state;
	good("leftcert=west-RSA; rightcert=east-RSA");
	assert_true(pki_cert_equal(made->remote.cert, entry_of("east-RSA")->cert));
	assert_id(&made->remote.id, "192.1.2.23");
	assert_false(connection_asks_cert(made));
	good("leftcert=west-RSA; rightcert=east-RSA; rightid=%FromCert");
	assert_id(&made->remote.id, "O=Cygnet, CN=east-RSA");
	assert_false(made->remote.id_from_cert);
}

static void test_identities_of_certificates(void **state)
{
	(void)state;
	good("leftcert=west-RSA; leftid=@west; rightid=%fromcert; require-id-on-certificate=no");
	assert_id(&made->local.id, "@west");
	assert_id(&made->remote.id, "%any");
	assert_true(made->remote.id_from_cert);
	assert_true(made->require_id);
	good("leftcert=west-RSA; leftid=%none; rightid=%any");
	assert_id(&made->local.id, "192.1.2.45");
	assert_id(&made->remote.id, "%any");
	assert_false(made->remote.id_from_cert);
	good("leftcert=west-RSA; rightid=C=*, CN=*");
	assert_id(&made->remote.id, "C=*, CN=*");
	good("leftcert=west-RSA; leftid=%fromcert; require-id-on-certificate=no; leftsendcert=ifasked");
	assert_id(&made->local.id, "O=Cygnet, CN=west-RSA");
	assert_false(made->require_id);
	assert_int_equal(made->local.sendcert, SENDCERT_IF_ASKED);
}

static void assert_ca(const struct connection_end *end, const char *name)
{
	struct ike_slice subject = pki_cert_info(entry_of(name)->cert)->issuer;

	assert_int_equal(end->ca.length, subject.length);
	assert_memory_equal(end->ca.data, subject.data, subject.length);
}

static void test_cas(void **state)
{
	uint8_t der[128];
	int length;

	(void)state;
	good("leftcert=west-RSA");
	assert_ca(&made->local, "west-RSA");
	assert_int_equal(made->remote.ca.length, 0);
	good("leftcert=west-RSA; rightca=%same");
	assert_ca(&made->remote, "west-RSA");
	/* A CA is not named, but the certificate that has one is. */
	good("leftcert=west-RSA; leftca=%same; rightcert=west-RSA");
	assert_ca(&made->local, "west-RSA");
	good("leftcert=west-RSA; leftca=%same; rightca=O=Cygnet, CN=another");
	length = pki_dn_parse(der, sizeof(der), "O=Cygnet, CN=another");
	assert_int_equal(made->local.ca.length, length);
	assert_memory_equal(made->local.ca.data, der, length);
	good("leftcert=west-RSA; rightca=%any");
	assert_int_equal(made->remote.ca.length, 0);
	refused("rightca=nonsense: not a distinguished name", "leftcert=west-RSA; rightca=nonsense");
}

static void test_methods(void **state)
{
	(void)state;
	good("leftcert=west-RSA; leftauth=rsasig; rightauth=secret");
	assert_int_equal(made->local.auth, AUTH_BY_RSA);
	assert_int_equal(made->remote.auth, AUTH_BY_SECRET);
	good("leftcert=west-RSA; authby=rsa-sha2-512,rsa-sha1; leftauth=rsasig; rightauth=ecdsa");
	assert_int_equal(made->local.auth, 1 << 3 | AUTH_BY_RSA_SHA1);
	assert_int_equal(made->remote.auth, AUTH_BY_ECDSA);
	/* Without a key, the secret is what is left. */
	good("authby=secret,rsasig");
	assert_int_equal(made->local.auth, AUTH_BY_SECRET);
	assert_int_equal(made->remote.auth, AUTH_BY_SECRET | AUTH_BY_RSA);
}

#define CASE(name) cmocka_unit_test_setup_teardown(test_##name, make, unmake)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_certificate),	   CASE(what_is_wrong_with_it),	     CASE(a_ckaid), CASE(raw_keys),
		CASE(a_peers_certificate), CASE(identities_of_certificates), CASE(cas),	    CASE(methods),
	};

	return cmocka_run_group_tests(tests, auth_rig_make_group, auth_rig_unmake_group);
}
