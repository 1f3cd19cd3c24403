// SPDX-License-Identifier: GPL-2.0-or-later
/* Signatures: RFC 7427 (with RFC 8420), and the methods of RFC 7296 and RFC 4754 that it replaces. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "auth_certs.h"
#include "connection_peer.h"

static bool sends_cert(const struct ike_auth_claim *claim)
{
	const struct connection_end *local = &claim->sa->connection->local;

	return local->cert && (local->sendcert == SENDCERT_ALWAYS ||
			       (local->sendcert == SENDCERT_IF_ASKED && claim->sa->setup->wants_cert));
}

static void take_trust(struct ike_auth_claim *claim)
{
	const struct pluto *pluto = claim->sa->pluto;

	claim->trust = pluto->trust;
	claim->trust.store = pluto->trust.store ? pki_store_get(pluto->trust.store) : NULL;
	claim->date = pluto->port->date ? pluto->port->date(pluto->arg) : 0;
}

static int begin_own(struct ike_auth_claim *claim)
{
	const struct connection_end *local = &claim->sa->connection->local;

	if (!local->key) {
		ike_auth_fail(claim, "it has no private key");
		return -EOPNOTSUPP;
	}
	claim->scheme = pki_scheme_choose(local->key, claim->sa->setup->hashes, local->auth);
	if (!claim->scheme || claim->scheme->method != claim->method->method) {
		claim->scheme = NULL;
		ike_auth_fail(claim, "with its %s key there is no signature that both sides allow",
			      pki_key_type_name(pki_key_info(local->key)->type));
		return -EOPNOTSUPP;
	}
	claim->key = pki_key_get(local->key);
	if (sends_cert(claim))
		claim->certs[claim->cert_count++] = pki_cert_get(local->cert);
	take_trust(claim);
	return 0;
}

/* RFC 7427, 3: a byte with the length of the AlgorithmIdentifier, that, and the signature. */
static const struct pki_scheme *read_algorithm(struct ike_slice data, struct ike_slice *signature)
{
	size_t length = data.length ? data.data[0] : 0;

	if (!length || length >= data.length)
		return NULL;
	*signature = (struct ike_slice){ data.data + 1 + length, data.length - 1 - length };
	return pki_scheme_by_algorithm((struct ike_slice){ data.data + 1, length });
}

/* That of an older method. */
static const struct pki_scheme *scheme_of(uint8_t method)
{
	const struct pki_scheme *scheme;
	size_t at;

	for (at = 0; (scheme = pki_scheme_at(at)); at++)
		if (scheme->method == method)
			return scheme;
	return NULL;
}

static const struct pki_scheme *find_scheme(uint8_t method, struct ike_slice data, struct ike_slice *signature)
{
	*signature = data;
	return method == AUTH_SIGNATURE ? read_algorithm(data, signature) : scheme_of(method);
}

static uint32_t narrow(struct ike_slice data)
{
	struct ike_slice signature;
	const struct pki_scheme *scheme = read_algorithm(data, &signature);

	return scheme ? scheme->authby : AUTH_BY_SIGNATURE;
}

static int begin_peer(struct ike_auth_claim *claim)
{
	const struct connection_end *remote = &claim->sa->connection->remote;
	struct ike_slice signature;

	claim->scheme =
		find_scheme(claim->method->method, (struct ike_slice){ claim->data, claim->length }, &signature);
	if (!claim->scheme)
		return ike_auth_fail(claim, "its signature is of an unknown algorithm");
	if (!(claim->scheme->authby & remote->auth))
		return ike_auth_fail(claim, "the connection does not allow %s", claim->scheme->name);
	if (remote->key)
		claim->key = pki_key_get(remote->key);
	take_trust(claim);
	return 0;
}

static int begin(struct ike_auth_claim *claim)
{
	return claim->own ? begin_own(claim) : begin_peer(claim);
}

/* The chain goes with the certificate, if that goes. */
static void add_chain(struct ike_auth_claim *claim)
{
	struct pki_cert *chain[PKI_CHAIN_MAX];
	const unsigned int sendca = claim->sa->connection->sendca;
	size_t at, count;

	if (!claim->cert_count || !claim->trust.store || sendca == SENDCA_NONE)
		return;
	count = pki_store_chain(claim->trust.store, claim->certs[0], chain);
	if (sendca == SENDCA_ISSUER && count > 1)
		count = 1;
	for (at = 0; at < count; at++)
		claim->certs[claim->cert_count++] = pki_cert_get(chain[at]);
}

static int sign(struct ike_auth_claim *claim)
{
	const struct pki_scheme *scheme = claim->scheme;
	uint8_t *out = claim->data;
	int length;

	if (scheme->method == AUTH_SIGNATURE) {
		*out++ = scheme->algorithm.length;
		memcpy(out, scheme->algorithm.data, scheme->algorithm.length);
		out += scheme->algorithm.length;
	}
	length = pki_sign(claim->key, scheme, claim->octets, 3, out);
	if (length < 0)
		return ike_auth_fail(claim, "the signature could not be made");
	claim->length = out + length - claim->data;
	add_chain(claim);
	return 0;
}

static int check_signature(struct ike_auth_claim *claim, const struct pki_key *key)
{
	struct ike_slice signature;

	find_scheme(claim->method->method, (struct ike_slice){ claim->data, claim->length }, &signature);
	if (!pki_scheme_fits(claim->scheme, key))
		return ike_auth_fail(claim, "its signature is %s, and the key %s of %u bits", claim->scheme->name,
				     pki_key_type_name(pki_key_info(key)->type), pki_key_info(key)->bits);
	if (pki_verify(key, claim->scheme, claim->octets, 3, signature))
		return ike_auth_fail(claim, "its signature (%s) is not of that key", claim->scheme->name);
	return 0;
}

static bool has_id(const struct ike_auth_claim *claim, const struct pki_cert *cert)
{
	return pki_cert_has_id(cert, claim->who.type, (struct ike_slice){ claim->who.data, claim->who.length });
}

/* A peer that sends no certificate may have one here. */
static void find_cert(struct ike_auth_claim *claim)
{
	const struct pki_entry *entry;
	size_t at;

	if (!claim->trust.store)
		return;
	for (at = 0; (entry = pki_store_at(claim->trust.store, at)); at++)
		if (entry->kind == PKI_CERTS && has_id(claim, entry->cert)) {
			claim->certs[claim->cert_count++] = pki_cert_get(entry->cert);
			return;
		}
}

/* Without the certificate's own subject, where it begins with that. */
static const char *reason(const struct pki_why *why, const struct pki_cert_info *info)
{
	size_t length = strlen(info->subject_text);

	if (!strncmp(why->text, info->subject_text, length) && !strncmp(why->text + length, ": ", 2))
		return why->text + length + 2;
	return why->text;
}

static int refuse_name(struct ike_auth_claim *claim, const struct pki_cert_info *info)
{
	const struct ike_identity *wanted = &claim->sa->connection->remote.id;
	char id[IKE_ID_TEXT], other[IKE_ID_TEXT];

	ike_identity_print(id, sizeof(id), &claim->who);
	ike_identity_print(other, sizeof(other), wanted);
	if (ike_identity_match(wanted, &claim->who) >= 0)
		return ike_auth_fail(claim, "its certificate \"%s\" is not of %s", info->subject_text, id);
	return ike_auth_fail(claim, "it is %s, with the certificate \"%s\"; the connection is for %s", id,
			     info->subject_text, other);
}

/* From here on @who is whom the certificate shows the peer to be, if it is good. */
static int check_cert(struct ike_auth_claim *claim, const struct pki_cert_info *info)
{
	const struct connection *connection = claim->sa->connection;
	const struct pki_check check = {
		.leaf = claim->certs[0],
		.chain = (const struct pki_cert *const *)&claim->certs[1],
		.chain_count = claim->cert_count - 1,
		.ca = connection->remote.ca,
		.now = claim->date,
		.crl_strict = claim->trust.crl_strict,
	};
	struct pki_why why;
	int bad;

	if (!connection_takes_cert(connection, claim->certs[0], &claim->who))
		return refuse_name(claim, info);
	if (!claim->trust.store)
		return ike_auth_fail(claim, "its certificate \"%s\": there is no CA", info->subject_text);
	if (claim->trust.online)
		bad = pki_online_check(claim->trust.online, claim->trust.store, &check, &why);
	else
		bad = pki_store_check(claim->trust.store, &check, &why);
	if (bad)
		return ike_auth_fail(claim, "its certificate \"%s\" of \"%s\": %s", info->subject_text,
				     info->issuer_text, reason(&why, info));
	return 0;
}

/* What it has signed first: whoever has no key gets nothing looked up for it. */
static int verify_by_cert(struct ike_auth_claim *claim)
{
	const struct pki_cert_info *info;
	int error;

	ike_certs_take(claim);
	if (!claim->cert_count)
		find_cert(claim);
	if (!claim->cert_count)
		return ike_auth_fail(claim, "it sends no certificate, and there is none of it here");
	info = pki_cert_info(claim->certs[0]);
	if (!info->key)
		return ike_auth_fail(claim, "its certificate \"%s\" has a key of an unknown type", info->subject_text);
	error = check_signature(claim, info->key);
	return error ? error : check_cert(claim, info);
}

/* A key that was given is trusted as such; a certificate that was given only as long as it is valid. */
static int verify_by_key(struct ike_auth_claim *claim)
{
	const struct pki_cert *cert = claim->sa->connection->remote.cert;
	const struct pki_cert_info *info = cert ? pki_cert_info(cert) : NULL;

	if (info && (claim->date < info->not_before || claim->date > info->not_after))
		return ike_auth_fail(claim, "its certificate \"%s\" is %s", info->subject_text,
				     claim->date > info->not_after ? "expired" : "not valid yet");
	return check_signature(claim, claim->key);
}

static int work(struct ike_auth_claim *claim)
{
	if (claim->own)
		return sign(claim);
	return claim->key ? verify_by_key(claim) : verify_by_cert(claim);
}

const struct ike_auth_method_ops ike_auth_signature = {
	.method = AUTH_SIGNATURE,
	.allowed = AUTH_BY_SIGNATURE,
	.name = "digital signature",
	.narrow = narrow,
	.begin = begin,
	.work = work,
};

const struct ike_auth_method_ops ike_auth_rsa = {
	.method = AUTH_RSA,
	.allowed = AUTH_BY_RSA_SHA1,
	.name = "RSA signature",
	.begin = begin,
	.work = work,
};

const struct ike_auth_method_ops ike_auth_ecdsa_256 = {
	.method = AUTH_ECDSA_256,
	.allowed = 1 << 4,
	.name = "ECDSA with SHA-256 on P-256",
	.begin = begin,
	.work = work,
};

const struct ike_auth_method_ops ike_auth_ecdsa_384 = {
	.method = AUTH_ECDSA_384,
	.allowed = 1 << 5,
	.name = "ECDSA with SHA-384 on P-384",
	.begin = begin,
	.work = work,
};

const struct ike_auth_method_ops ike_auth_ecdsa_521 = {
	.method = AUTH_ECDSA_521,
	.allowed = 1 << 6,
	.name = "ECDSA with SHA-512 on P-521",
	.begin = begin,
	.work = work,
};
