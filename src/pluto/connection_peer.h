/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which connection a peer is meant by. */
#ifndef PLUTO_CONNECTION_PEER_H
#define PLUTO_CONNECTION_PEER_H

#include "connection.h"

/**
 * struct connection_asked - what a peer has said of itself; NULL, 0: nothing yet
 * @own: whom it takes this host for; IKE_ID_NONE: it does not say
 * @certs: those that it sends, its own first, with those that are known to come after; @cert_count
 * @auth: bits of enum connection_auth, any of which allows how it shows who it is
 * @offered: its proposals for the IKE SA; @suite: what was agreed on
 */
struct connection_asked {
	const struct ike_identity *peer, *own;
	struct pki_cert *const *certs;
	size_t cert_count;
	uint32_t auth;
	const struct ike_proposals *offered;
	const struct ike_suite *suite;
};

/* The one that a peer's message is of, by addresses and what else is known. */
struct connection *connection_for_peer(struct pluto *pluto, const struct klips_addr *local,
				       const struct klips_addr *remote, const struct connection_asked *asked);
/* Whether a peer's certificate would be of use. */
bool connection_asks_cert(const struct connection *connection);
/* Of all that are for these addresses: how peers may show who they are; @certs: whether by a certificate. */
uint32_t connections_peer_auth(struct pluto *pluto, const struct klips_addr *local, const struct klips_addr *remote,
			       bool *certs);
/* Whether the connection is for the peer of that certificate. @who: whom it claims to be; gets who it is. */
bool connection_takes_cert(const struct connection *connection, const struct pki_cert *cert, struct ike_identity *who);

#endif
