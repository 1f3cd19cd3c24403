// SPDX-License-Identifier: GPL-2.0-or-later
/* Who the ends are, and how they show it: authby=, auth=, cert=, ckaid=, the keys, ca= and sendcert=. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../lib/parse.h"
#include "auth_certs.h"
#include "orient_own.h"

/* What auth= may say, by its numbers (keywords_conn.c). */
static const uint32_t auth_bits[] = {
	[1] = AUTH_BY_SECRET,	 [2] = AUTH_BY_RSA | AUTH_BY_RSA_SHA1, [3] = AUTH_BY_ECDSA, [4] = AUTH_BY_EDDSA,
	[5] = AUTH_BY_SIGNATURE,
};

#define AUTH_WORDS (sizeof(auth_bits) / sizeof(*auth_bits))

/* One end, while it is looked at. */
struct auth_end {
	struct orientation *orientation;
	enum keyword_side side;
	struct connection_end *to;
	bool own;
};

static const char *text_of(const struct auth_end *end, const char *name)
{
	return orient_text(end->orientation, end->side, name);
}

/* The reason, after the keyword. */
static int refuse(const struct auth_end *end, const char *name, const char *text, const char *why)
{
	return orient_refuse(end->orientation, "%s%s=%s: %s", orient_side(end->side), name, text, why);
}

/* What auth= says, by the hashes of authby= where that has any of those signatures. */
static int set_methods(const struct auth_end *end, uint32_t both)
{
	const char *text = text_of(end, "auth");
	uint64_t word = text ? orient_number(end->orientation, end->side, "auth", 0) : 0;
	uint32_t bits = word < AUTH_WORDS ? auth_bits[word] : 0;

	if (!text) {
		end->to->auth = both;
		return 0;
	}
	if (!bits)
		return refuse(end, "auth", text, "not supported yet");
	end->to->auth = both & bits ? both & bits : bits & ~(uint32_t)AUTH_BY_RSA_SHA1;
	return 0;
}

static int need_private(const struct auth_end *end, const char *name, const char *text)
{
	if (end->to->key)
		return 0;
	return refuse(end, name, text, "there is no private key of it in the private folder of ipsecdir=");
}

/* One that is not of the store, by its path. */
static int load_cert(const struct auth_end *end, const char *text)
{
	struct pki_why why;

	if (*text != '/')
		return refuse(end, "cert", text, "there is no such certificate in ipsecdir=");
	if (pki_cert_load(&end->to->cert, text, &why))
		return refuse(end, "cert", text, why.text);
	return 0;
}

static void take_private(const struct auth_end *end, const struct pki_key_info *info)
{
	const struct pki_store *store = end->orientation->world->store;
	const struct pki_key *key = store ? pki_store_key(store, info->ckaid) : NULL;

	if (key)
		end->to->key = pki_key_get(key);
}

static int set_cert(const struct auth_end *end)
{
	const struct pki_store *store = end->orientation->world->store;
	const char *text = text_of(end, "cert");
	const struct pki_entry *entry = text && store ? pki_store_cert(store, text) : NULL;
	const struct pki_cert_info *info;
	int err = 0;

	if (!text)
		return 0;
	if (entry)
		end->to->cert = pki_cert_get(entry->cert);
	else
		err = load_cert(end, text);
	if (err)
		return err;
	info = pki_cert_info(end->to->cert);
	if (!info->key)
		return refuse(end, "cert", text, "its key is of a type that is not supported");
	if (!end->own) {
		end->to->key = pki_key_get(info->key);
		return 0;
	}
	take_private(end, pki_key_info(info->key));
	return need_private(end, "cert", text);
}

static int set_ckaid(const struct auth_end *end)
{
	const struct pki_store *store = end->orientation->world->store;
	const char *text = text_of(end, "ckaid");
	struct pki_key_info wanted = { .bits = 0 };
	const struct pki_entry *entry;
	char number[2 * PKI_KEY_ID + 3];
	size_t length = 0;

	if (!text || end->to->key || !end->own)
		return 0;
	snprintf(number, sizeof(number), "0x%s", text + 2 * !strncmp(text, "0x", 2));
	if (klips_parse_key(wanted.ckaid, sizeof(wanted.ckaid), &length, number) || length != sizeof(wanted.ckaid))
		return refuse(end, "ckaid", text, "not 40 hexadecimal digits");
	take_private(end, &wanted);
	entry = store ? pki_store_cert_of_key(store, wanted.ckaid) : NULL;
	if (entry && !end->to->cert)
		end->to->cert = pki_cert_get(entry->cert);
	return need_private(end, "ckaid", text);
}

/* @key is the end's, or, of this host, of the private one that is wanted. Keys are too long to be named. */
static int take_raw(const struct auth_end *end, const char *name, struct pki_key *key)
{
	if (end->to->key && !end->own) {
		pki_key_put(key);
		return refuse(end, name, "", "the end has another key");
	}
	if (!end->own) {
		end->to->key = key;
		return 0;
	}
	if (!end->to->key)
		take_private(end, pki_key_info(key));
	pki_key_put(key);
	return need_private(end, name, "");
}

static int set_raw(const struct auth_end *end, const char *name, uint32_t types)
{
	const char *text = text_of(end, name);
	struct pki_key *key;
	struct pki_why why;

	if (!text || !strcmp(text, "%cert") || !strcmp(text, "%none"))
		return 0;
	if (*text == '%')
		return refuse(end, name, text, "keys of DNS are not supported");
	if (pki_key_from_text(&key, text, &why))
		return orient_refuse(end->orientation, "%s%s=: %s", orient_side(end->side), name, why.text);
	if (types & (1u << pki_key_info(key)->type))
		return take_raw(end, name, key);
	pki_key_put(key);
	return orient_refuse(end->orientation, "%s%s=: it is a key of another type", orient_side(end->side), name);
}

static int set_raws(const struct auth_end *end)
{
	int err = set_raw(end, "rsasigkey", 1u << PKI_RSA);

	if (!err)
		err = set_raw(end, "ecdsakey", 1u << PKI_ECDSA);
	return err ? err : set_raw(end, "pubkey", ~0u);
}

static bool key_fits(const struct pki_key *key, uint32_t auth)
{
	const struct pki_scheme *scheme;
	size_t at;

	for (at = 0; (scheme = pki_scheme_at(at)); at++)
		if ((scheme->authby & auth) && pki_scheme_fits(scheme, key))
			return true;
	return false;
}

/* An end that may show a secret too does so when it has no key. */
static int check_key(const struct auth_end *end)
{
	struct connection_end *to = end->to;

	if (!(to->auth & AUTH_BY_SIGNATURE))
		return 0;
	if (to->key && key_fits(to->key, to->auth))
		return 0;
	if (!to->key && !end->own)
		return 0;
	if (to->auth & AUTH_BY_SECRET) {
		to->auth = AUTH_BY_SECRET;
		return 0;
	}
	if (to->key)
		return orient_refuse(end->orientation, "the %s key of %s cannot sign what authby= allows",
				     pki_key_type_name(pki_key_info(to->key)->type), orient_side(end->side));
	return orient_refuse(end->orientation, "%s has no key: %scert=, %sckaid= or %spubkey= is missing",
			     orient_side(end->side), orient_side(end->side), orient_side(end->side),
			     orient_side(end->side));
}

/* The subject as the end's identity; of a peer it is not known until its certificate comes. */
static int set_id(const struct auth_end *end)
{
	const char *text = text_of(end, "id");
	bool from_cert = text && !strcasecmp(text, "%fromcert");
	const struct pki_cert_info *info;

	if (!from_cert)
		return 0;
	if (!end->own && !end->to->cert) {
		end->to->id_from_cert = true;
		/* One without a subject has to have the name that the peer gives. */
		end->orientation->to->require_id = true;
		return 0;
	}
	if (!end->to->cert)
		return refuse(end, "id", text, "the end has no certificate");
	info = pki_cert_info(end->to->cert);
	if (ike_identity_set(&end->to->id, IKE_ID_DER_ASN1_DN, info->subject))
		return refuse(end, "id", "%fromcert", "its certificate's subject is too long");
	return 0;
}

static void set_sendcert(const struct auth_end *end)
{
	end->to->sendcert =
		(enum connection_sendcert)orient_number(end->orientation, end->side, "sendcert", SENDCERT_ALWAYS);
}

/* Where this host's certificates are; of the peer's it is the peer who says that. */
static int set_uris(const struct auth_end *end)
{
	const char *base = text_of(end, "certuribase"), *bundle = text_of(end, "certbundleuri");

	if (!end->own)
		return 0;
	if (base && !(end->to->cert_uri_base = strdup(base)))
		return -ENOMEM;
	if (bundle && !(end->to->cert_bundle_uri = strdup(bundle)))
		return -ENOMEM;
	return 0;
}

static int keep_ca(const struct auth_end *end, struct ike_slice der)
{
	uint8_t *copy = malloc(der.length);

	if (!copy)
		return -ENOMEM;
	memcpy(copy, der.data, der.length);
	end->to->ca.data = copy;
	end->to->ca.length = der.length;
	return 0;
}

/* @other: whose %same is, or who issued its certificate; of this host, a CA that is not named is its certificate's. */
static int set_ca(const struct auth_end *end, const struct connection_end *other)
{
	const char *text = text_of(end, "ca");
	uint8_t der[IKE_ID_MAX];
	int length;

	if (text && !strcmp(text, "%same") && other->ca.length)
		return keep_ca(end, other->ca);
	if (text && !strcmp(text, "%same"))
		return other->cert ? keep_ca(end, pki_cert_info(other->cert)->issuer) :
				     refuse(end, "ca", text, "the other end has no CA either");
	if (!text && end->own && end->to->cert)
		return keep_ca(end, pki_cert_info(end->to->cert)->issuer);
	if (!text || !strcmp(text, "%any"))
		return 0;
	length = pki_dn_parse(der, sizeof(der), text);
	if (length <= 0)
		return refuse(end, "ca", text, "not a distinguished name");
	return keep_ca(end, (struct ike_slice){ der, length });
}

static int set_end(const struct auth_end *end, uint32_t both)
{
	int err = set_methods(end, both);

	if (!err && (end->to->auth & AUTH_BY_SIGNATURE)) {
		err = set_cert(end);
		if (!err)
			err = set_ckaid(end);
		if (!err)
			err = set_raws(end);
		if (!err)
			err = check_key(end);
	}
	if (!err)
		err = set_id(end);
	if (!err)
		err = set_uris(end);
	set_sendcert(end);
	return err;
}

static int set_cas(const struct auth_end *own, const struct auth_end *peer)
{
	const char *text = text_of(own, "ca");
	bool first = !text || strcmp(text, "%same") != 0;
	int err = set_ca(first ? own : peer, (first ? peer : own)->to);

	return err ? err : set_ca(first ? peer : own, (first ? own : peer)->to);
}

static bool is_never(const struct connection *connection)
{
	return connection->kind > CONNECTION_TRANSPORT;
}

int orient_auth(struct orientation *orientation)
{
	enum keyword_side own_side = orientation->side;
	enum keyword_side peer_side = own_side == KEYWORD_LEFT ? KEYWORD_RIGHT : KEYWORD_LEFT;
	uint32_t both = (uint32_t)orient_number(orientation, KEYWORD_BOTH, "authby", 0);
	struct connection *to = orientation->to;
	struct auth_end own = { orientation, own_side, &to->local, true };
	struct auth_end peer = { orientation, peer_side, &to->remote, false };
	int err;

	/* Conns without IPsec need none. */
	if (is_never(to))
		return 0;
	if (both & AUTH_NEVER)
		return orient_refuse(orientation, "authby=never is for type=passthrough and type=drop");
	if (both & AUTH_BY_NULL)
		return orient_refuse(orientation, "authby=%s: null is not supported yet",
				     orient_text(orientation, KEYWORD_BOTH, "authby"));
	to->require_id = orient_number(orientation, KEYWORD_BOTH, "require-id-on-certificate", 1);
	to->sendca = (unsigned int)orient_number(orientation, KEYWORD_BOTH, "sendca", SENDCA_ALL);
	err = set_end(&own, both);
	if (!err)
		err = set_end(&peer, both);
	return err ? err : set_cas(&own, &peer);
}
