// SPDX-License-Identifier: GPL-2.0-or-later
/* Which connection a peer is meant by, and who it is. */
#include "connection_peer.h"

/* Above all that identities and addresses come to. */
#define RANK_CA	    256
#define RANK_AGREES 512

/* How well an end's address fits: 0: not at all. */
static int fits(const struct connection_end *end, const struct klips_addr *addr)
{
	if (!end->host.version)
		return 1;
	return klips_addr_equal(&end->host, addr) ? 2 : 0;
}

static int fits_hosts(const struct connection *connection, const struct klips_addr *local,
		      const struct klips_addr *remote)
{
	int own = fits(&connection->local, local), peer = fits(&connection->remote, remote);

	if (connection->kind > CONNECTION_TRANSPORT || !own || !peer)
		return 0;
	return own + 2 * peer;
}

/* RFC 5280, 4.1.2.6: it may be empty where there is a subjectAltName. */
static bool has_subject(const struct pki_cert_info *info)
{
	return info->subject.length > 2;
}

static bool has_id(const struct pki_cert *cert, const struct ike_identity *id)
{
	return pki_cert_has_id(cert, id->type, ike_identity_slice(id));
}

/* The subject, where that is one of those that are wanted; or the one who is wanted, if that name is there. */
static bool take_wanted(const struct ike_identity *wanted, const struct pki_cert *cert, struct ike_identity *who)
{
	const struct pki_cert_info *info = pki_cert_info(cert);
	struct ike_identity subject;

	if (ike_identity_is_many(wanted)) {
		if (wanted->type == IKE_ID_NONE || ike_identity_set(&subject, IKE_ID_DER_ASN1_DN, info->subject) ||
		    ike_identity_match(wanted, &subject) < 0)
			return false;
		*who = subject;
		return true;
	}
	if (!has_id(cert, wanted))
		return false;
	*who = *wanted;
	return true;
}

/**
 * connection_takes_cert() - whom a peer's certificate shows it to be
 * @cert: the peer's, whether it is good or not
 * @who: whom it claims to be; gets who it is if it is one that the connection is for
 *
 * What it claims counts if it is wanted and in the certificate (RFC 4945, 3.1), or with require-id-on-certificate=no
 * even if it is not there. Else it may be whom the connection wants by what is in its certificate; where any is wanted
 * of a known address, that is its name.
 *
 * Return: whether it is one that the connection is for
 */
bool connection_takes_cert(const struct connection *connection, const struct pki_cert *cert, struct ike_identity *who)
{
	const struct connection_end *remote = &connection->remote;
	const struct pki_cert_info *info = pki_cert_info(cert);
	struct ike_identity wanted = remote->id, own;

	if (remote->id_from_cert && has_subject(info) && !ike_identity_set(&own, IKE_ID_DER_ASN1_DN, info->subject)) {
		*who = own;
		return true;
	}
	if (ike_identity_match(&remote->id, who) >= 0 && (!connection->require_id || has_id(cert, who)))
		return true;
	if (wanted.type == IKE_ID_NONE && remote->host.version)
		ike_identity_from_addr(&wanted, &remote->host);
	return take_wanted(&wanted, cert, who);
}

/* Whether it is one whose own key the peer has to have, rather than one that a CA vouches for. */
static bool is_by_cert(const struct connection *connection, const struct connection_asked *asked)
{
	return asked->cert_count && (asked->auth & AUTH_BY_SIGNATURE) && connection_asks_cert(connection);
}

/* How well the peer's identity fits: 0: not at all; the fewer wildcards it took the better. */
static int fits_peer(const struct connection *connection, const struct connection_asked *asked)
{
	struct ike_identity who;
	int wild;

	if (!asked->peer)
		return 1;
	wild = ike_identity_match(&connection->remote.id, asked->peer);
	if (wild >= 0)
		return 1 + IKE_ID_WILD - wild;
	who = *asked->peer;
	return is_by_cert(connection, asked) && connection_takes_cert(connection, asked->certs[0], &who);
}

static int fits_asked(const struct connection *connection, const struct klips_addr *local,
		      const struct connection_asked *asked)
{
	if (asked->auth && !(asked->auth & connection->remote.auth))
		return 0;
	if (asked->own && asked->own->type != IKE_ID_NONE && !connection_answers(connection, local, asked->own))
		return 0;
	return fits_peer(connection, asked);
}

/* Whether its certificates lead to ca=; what it does not say is no reason against it. */
static bool fits_ca(const struct connection *connection, const struct connection_asked *asked)
{
	struct ike_slice ca = connection->remote.ca;
	size_t at;

	if (!ca.length || !is_by_cert(connection, asked))
		return true;
	for (at = 0; at < asked->cert_count; at++)
		if (pki_dn_equal(pki_cert_info(asked->certs[at])->issuer, ca))
			return true;
	return false;
}

static bool agrees(const struct connection *connection, const struct connection_asked *asked)
{
	struct ike_proposal chosen;

	if (asked->offered && ike_proposals_choose(&chosen, &connection->ike, asked->offered, true))
		return false;
	return !asked->suite || connection_has_suite(connection, asked->suite);
}

/**
 * connection_for_peer() - the connection that a peer's message is of
 * @asked: what the peer has said so far
 *
 * Return: the one that fits best: algorithms before CAs, these before identities, those before addresses, exact ones
 * before such with wildcards, these before any, the first of equals; NULL: none. One whose algorithms or CA do not fit
 * is better than none: it tells the log what the peer was taken for.
 */
struct connection *connection_for_peer(struct pluto *pluto, const struct klips_addr *local,
				       const struct klips_addr *remote, const struct connection_asked *asked)
{
	struct connection *connection, *best = NULL;
	int rank, highest = 0, names;

	cds_list_for_each_entry(connection, &pluto->connections, node) {
		rank = fits_hosts(connection, local, remote);
		names = rank ? fits_asked(connection, local, asked) : 0;
		rank = names ? rank + 8 * names + RANK_CA * fits_ca(connection, asked) +
				       RANK_AGREES * agrees(connection, asked) :
			       0;
		if (rank > highest) {
			highest = rank;
			best = connection;
		}
	}
	return best;
}

bool connection_asks_cert(const struct connection *connection)
{
	return (connection->remote.auth & AUTH_BY_SIGNATURE) && !connection->remote.key;
}

uint32_t connections_peer_auth(struct pluto *pluto, const struct klips_addr *local, const struct klips_addr *remote,
			       bool *certs)
{
	struct connection *connection;
	uint32_t auth = 0;

	*certs = false;
	cds_list_for_each_entry(connection, &pluto->connections, node) {
		if (!fits_hosts(connection, local, remote))
			continue;
		auth |= connection->remote.auth;
		*certs |= connection_asks_cert(connection);
	}
	return auth;
}
