// SPDX-License-Identifier: GPL-2.0-or-later
#include "auth_certs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../klips/core/addr.h"
#include "../lib/hex.h"
#include "cert_lookup.h"
#include "impair.h"

#define HASHES_MAX	16
#define AUTHORITIES_MAX 64 /* in a CERTREQ */

/* A hash is offered where authby= allows a signature that has it; SHA-1 is nowhere (RFC 8247, 3.2). */
static bool may_have(uint32_t auth, enum pki_hash hash)
{
	const struct pki_scheme *scheme;
	size_t at;

	for (at = 0; (scheme = pki_scheme_at(at)); at++)
		if (scheme->method == AUTH_SIGNATURE && scheme->hash == hash && (scheme->authby & auth))
			return true;
	return false;
}

void ike_hashes_put(struct ike_builder *builder, uint32_t auth)
{
	uint8_t data[2 * HASHES_MAX];
	unsigned int hash;
	size_t length = 0;

	for (hash = PKI_SHA2_256; hash <= PKI_IDENTITY; hash++) {
		if (!may_have(auth, hash))
			continue;
		put_unaligned_be16(hash, data + length);
		length += 2;
	}
	if (length)
		ike_put_status(builder, N_SIGNATURE_HASH_ALGORITHMS, (struct ike_slice){ data, length });
}

void ike_hashes_take(struct ike_sa *sa, const struct ike_message *message)
{
	struct ike_notify notify;
	unsigned int hash;
	size_t at;

	sa->setup->hashes = 0;
	if (!ike_notify_find(message, N_SIGNATURE_HASH_ALGORITHMS, &notify) ||
	    impair_fails(sa->pluto, IMPAIR_HASHES_IGNORE))
		return;
	for (at = 0; at + 2 <= notify.data.length; at += 2) {
		hash = get_unaligned_be16(notify.data.data + at);
		if (hash <= PKI_IDENTITY)
			sa->setup->hashes |= 1u << hash;
	}
}

/* RFC 7296, 3.7: the hashes of the authorities' public keys, one after the other. */
void ike_certreq_put(struct ike_builder *builder, struct ike_sa *sa, bool wanted)
{
	const struct pluto *pluto = sa->pluto;
	uint8_t hashes[AUTHORITIES_MAX * PKI_KEY_ID];
	const struct pki_entry *entry;
	size_t at, length = 0;

	if (!wanted || !pluto->trust.store)
		return;
	for (at = 0; (entry = pki_store_at(pluto->trust.store, at)) && length < sizeof(hashes); at++) {
		if (entry->kind != PKI_CACERTS)
			continue;
		memcpy(hashes + length, pki_cert_info(entry->cert)->key_hash, PKI_KEY_ID);
		length += PKI_KEY_ID;
	}
	if (!length)
		return;
	ike_put_cert(builder, IKE_P_CERTREQ, CERT_X509_SIGNATURE, (struct ike_slice){ hashes, length });
	ike_lookup_offer(builder, sa);
}

static bool is_of(const struct ike_payload *payload, uint8_t encoding, struct ike_cert_body *body)
{
	const char *why;

	return !ike_cert_read(body, payload, &why) && body->encoding == encoding;
}

/* Which authorities it names is not looked at: there is one certificate, and a peer may know more than it says. */
void ike_certreq_take(struct ike_sa *sa, const struct ike_message *message)
{
	const struct ike_payload *payload = ike_payload_find(message, IKE_P_CERTREQ);
	struct ike_cert_body body;

	for (; payload; payload = ike_payload_next(message, payload)) {
		sa->setup->wants_cert |= is_of(payload, CERT_X509_SIGNATURE, &body);
		sa->setup->wants_key |= is_of(payload, CERT_RAW_PUBLIC_KEY, &body);
	}
	if (ike_notify_find(message, N_HTTP_CERT_LOOKUP_SUPPORTED, NULL))
		sa->setup->wants_urls = true;
}

/* RFC 7296, 3.6: the hash of what is there, and the URL. */
static void put_url(struct ike_builder *builder, enum ike_cert_encoding encoding, struct ike_slice what,
		    const char *url)
{
	uint8_t data[PKI_URL_HASH + PKI_URL_MAX];
	size_t length = strnlen(url, PKI_URL_MAX);

	pki_url_hash(data, what);
	memcpy(data + PKI_URL_HASH, url, length);
	ike_put_cert(builder, IKE_P_CERT, encoding, (struct ike_slice){ data, PKI_URL_HASH + length });
}

/* Its name below certuribase= is its hash, as others have it too. */
static void put_by_base(struct ike_builder *builder, const struct pki_cert *cert, const char *base)
{
	const struct ike_slice der = pki_cert_info(cert)->der;
	char url[PKI_URL_MAX + 1], name[2 * PKI_URL_HASH + 1];
	uint8_t hash[PKI_URL_HASH];

	pki_url_hash(hash, der);
	snprintf(url, sizeof(url), "%s%s", base, hex_print(name, hash, sizeof(hash)));
	put_url(builder, CERT_X509_URL, der, url);
}

/* false: they are to be sent whole. */
static bool put_by_urls(struct ike_builder *builder, const struct ike_auth_claim *claim)
{
	const struct connection_end *local = &claim->sa->connection->local;
	uint8_t *der = NULL;
	int length;
	size_t at;

	if (!claim->sa->setup->wants_urls || !claim->cert_count)
		return false;
	if (local->cert_bundle_uri) {
		length = pki_bundle_make(&der, claim->certs, claim->cert_count);
		if (length > 0)
			put_url(builder, CERT_BUNDLE_URL, (struct ike_slice){ der, length }, local->cert_bundle_uri);
		free(der);
		return length > 0;
	}
	for (at = 0; at < claim->cert_count && local->cert_uri_base; at++)
		put_by_base(builder, claim->certs[at], local->cert_uri_base);
	return local->cert_uri_base;
}

void ike_certs_put(struct ike_builder *builder, const struct ike_auth_claim *claim)
{
	size_t at;

	if (put_by_urls(builder, claim))
		return;
	for (at = 0; at < claim->cert_count; at++)
		ike_put_cert(builder, IKE_P_CERT, CERT_X509_SIGNATURE, pki_cert_info(claim->certs[at])->der);
	/* RFC 7670: only for who asks. A peer's is not looked at: it has to be the one that is configured. */
	if (!claim->cert_count && claim->key && claim->sa->setup->wants_key)
		ike_put_cert(builder, IKE_P_CERT, CERT_RAW_PUBLIC_KEY, pki_key_info(claim->key)->spki);
}

static size_t read_cert(struct pki_cert **to, size_t room, const struct ike_sa *sa, const struct ike_payload *payload)
{
	struct ike_cert_body body;
	struct pki_why why;

	if (is_of(payload, CERT_X509_SIGNATURE, &body))
		return !pki_cert_parse(to, body.data, &why);
	if (is_of(payload, CERT_X509_URL, &body) || is_of(payload, CERT_BUNDLE_URL, &body))
		return ike_lookup_find(sa, &body, to, room);
	return 0;
}

static size_t read_certs(struct pki_cert **to, size_t room, const struct ike_sa *sa, const struct ike_message *message)
{
	const struct ike_payload *payload = ike_payload_find(message, IKE_P_CERT);
	size_t count = 0;

	for (; payload && count < room; payload = ike_payload_next(message, payload))
		count += read_cert(&to[count], room - count, sa, payload);
	return count;
}

void ike_certs_take(struct ike_auth_claim *claim)
{
	const size_t room = sizeof(claim->certs) / sizeof(*claim->certs);

	claim->cert_count = read_certs(claim->certs, room, claim->sa, claim->sa->setup->message);
}

size_t ike_certs_read(struct pki_cert *to[IKE_CERTS_MAX], const struct ike_sa *sa, const struct ike_message *message)
{
	const struct pki_store *store = sa->pluto->trust.store;
	struct pki_cert *chain[PKI_CHAIN_MAX];
	size_t count = read_certs(to, 1 + PKI_CHAIN_MAX, sa, message), at, more;

	more = count && store ? pki_store_chain(store, to[0], chain) : 0;
	for (at = 0; at < more; at++)
		to[count++] = pki_cert_get(chain[at]);
	return count;
}
