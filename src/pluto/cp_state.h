/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses for road warriors, RFC 7296, 2.19: what connections say of them, and what IKE SAs have. */
#ifndef PLUTO_CP_STATE_H
#define PLUTO_CP_STATE_H

#include "address_pool.h"
#include "child_sa.h"

#define CP_DNS_MAX     8
#define CP_DOMAINS_MAX 16
#define CP_DOMAIN      254 /* bytes of a domain's name, with its end */

/* Name servers, and the domains that they are for; no domains: all. */
struct cp_names {
	struct klips_addr dns[CP_DNS_MAX];
	unsigned int dns_count;
	char *domains[CP_DOMAINS_MAX];
	unsigned int domain_count;
};

/**
 * struct cp_settings - of a connection
 * @server: a peer that does not ask for an address is refused
 * @client: this side asks
 * @ask: for which: of struct address_family's order
 * @pool: what peers are given; NULL: none are
 * @names: that peers are told
 * @last: what this side was given before, by families; version 0: nothing
 */
struct cp_settings {
	bool server, client;
	bool ask[2];
	struct address_pool *pool;
	struct cp_names names;
	struct klips_addr last[2];
};

/**
 * struct cp_state - of an IKE SA
 * @addrs: of the road warrior, whichever side that is; version 0: none of that family
 * @leases: of the side that gave them
 * @before: IKE SAs of the same peer that had them; they are to be deleted
 * @names: that the peer told
 */
struct cp_state {
	struct klips_addr addrs[2];
	struct address_lease *leases[2];
	struct ike_sa *before[2];
	struct cp_names names;
};

/* Whether there is room for it. */
bool cp_add_dns(struct cp_names *names, const struct klips_addr *addr);
/* Whether there is room, and memory, for it; twice the same counts once. */
bool cp_add_domain(struct cp_names *names, const char *domain);

/* A connection's, made if there is none; NULL: no memory. */
struct cp_settings *cp_settings_of(struct connection *connection);
void cp_settings_free(struct cp_settings *settings);

/* What the selectors of a connection's Child SA are to be under an IKE SA, its own or one that it shares, with the
 * addresses that were given or are still to be. */
void cp_selectors(const struct ike_sa *sa, const struct connection *connection, struct ike_ts_list *local,
		  struct ike_ts_list *remote);
/* As the one who gives: what the peer says of its side is the address that it was given, where it leaves that open. */
void cp_resolve(const struct ike_sa *sa, struct ike_ts_list *peer);
/* The address that this side was given; NULL: none of that version. */
const struct klips_addr *cp_own_addr(const struct ike_sa *sa, uint8_t version);
/* An IKE SA takes another's place, or has come to its end: then its addresses are free. */
void cp_hand_over(struct ike_sa *to, struct ike_sa *from);
void cp_release(struct ike_sa *sa);

/*
 * As the one who gives (cp_server.c): an address for a request of IKE_AUTH: 0, or the error notification to answer
 * with. Then what the answer has of it; or, where there is no Child SA after all, the addresses are free again.
 */
uint16_t cp_serve(struct ike_sa *sa, const struct ike_message *request);
void cp_put_reply(struct ike_sa *sa, const struct ike_message *request, struct ike_builder *reply);
void cp_undo(struct ike_sa *sa);

/*
 * As the one who asks (cp_client.c): a request's part, and what was answered: 0, or the error that says why there is
 * no Child SA. Last, what was answered as TSi is limited to the addresses.
 */
void cp_put_request(struct ike_sa *sa, struct ike_builder *builder);
uint16_t cp_take_reply(struct ike_sa *sa, const struct ike_message *reply);
void cp_limit(const struct child_sa *child, struct ike_ts_list *tsi);

#endif
