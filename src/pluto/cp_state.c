// SPDX-License-Identifier: GPL-2.0-or-later
#include "cp_state.h"

#include <stdlib.h>
#include <string.h>

bool cp_add_dns(struct cp_names *names, const struct klips_addr *addr)
{
	if (names->dns_count == CP_DNS_MAX)
		return false;
	names->dns[names->dns_count++] = *addr;
	return true;
}

bool cp_add_domain(struct cp_names *names, const char *domain)
{
	unsigned int at;

	for (at = 0; at < names->domain_count; at++)
		if (!strcasecmp(names->domains[at], domain))
			return true;
	if (names->domain_count == CP_DOMAINS_MAX)
		return false;
	names->domains[at] = strdup(domain);
	names->domain_count += names->domains[at] != NULL;
	return names->domains[at];
}

static void free_names(struct cp_names *names)
{
	while (names->domain_count)
		free(names->domains[--names->domain_count]);
}

struct cp_settings *cp_settings_of(struct connection *connection)
{
	if (!connection->cp)
		connection->cp = calloc(1, sizeof(*connection->cp));
	return connection->cp;
}

void cp_settings_free(struct cp_settings *settings)
{
	if (!settings)
		return;
	address_pool_put(settings->pool);
	free_names(&settings->names);
	free(settings);
}

/* All addresses of the selector's version. */
static void widen(struct ike_ts *ts)
{
	memset(ts->first, 0, sizeof(ts->first));
	memset(ts->last, 0, sizeof(ts->last));
	memset(ts->last, 0xff, ts->version == KLIPS_V4 ? 4 : 16);
}

/* An address as an end without clients has it, with the end's protocol and port. @own: it is the local one's */
static void add_host(const struct connection *connection, const struct klips_addr *addr, bool own,
		     struct ike_ts_list *to)
{
	struct ike_ts_list local, remote;

	connection_selectors(connection, addr, addr, &local, &remote);
	to->ts[to->count++] = own ? local.ts[0] : remote.ts[0];
}

static void select_asked(const struct ike_sa *sa, const struct connection *connection, struct ike_ts_list *local)
{
	const struct cp_settings *settings = connection->cp;
	const struct cp_state *state = sa->cp;
	struct klips_addr any;
	unsigned int at;

	local->count = 0;
	for (at = 0; at < 2; at++) {
		any = (struct klips_addr){ .version = at ? KLIPS_V6 : KLIPS_V4 };
		if (state && state->addrs[at].version) {
			add_host(connection, &state->addrs[at], true, local);
		} else if (!state && settings->ask[at]) {
			add_host(connection, &any, true, local);
			widen(&local->ts[local->count - 1]);
		}
	}
}

static void select_given(const struct ike_sa *sa, const struct connection *connection, struct ike_ts_list *remote)
{
	const struct cp_state *state = sa->cp;
	unsigned int at;

	remote->count = 0;
	for (at = 0; at < 2; at++)
		if (state->addrs[at].version)
			add_host(connection, &state->addrs[at], false, remote);
}

/**
 * cp_selectors() - put addresses of configuration payloads in the place of the road warrior's own
 * @local, @remote: as connection_selectors() has them
 *
 * Whoever is still to be given an address offers all of the families that he asks for: RFC 7296, 2.19.
 */
void cp_selectors(const struct ike_sa *sa, const struct connection *connection, struct ike_ts_list *local,
		  struct ike_ts_list *remote)
{
	const struct cp_settings *settings = connection->cp;

	if (settings && settings->client)
		select_asked(sa, connection, local);
	else if (settings && settings->pool && sa->cp)
		select_given(sa, connection, remote);
}

/**
 * cp_resolve() - what a peer that is given an address calls its own is that address
 * @peer: selectors of a message of the peer's, for its side
 *
 * Some offer the unspecified address alone for what they are still to be given, and go on to do so: OpenIKED with
 * `from dynamic`. Others offer all addresses, as RFC 7296, 2.19, has it, and mean what they are narrowed to.
 */
void cp_resolve(const struct ike_sa *sa, struct ike_ts_list *peer)
{
	static const uint8_t none[16];
	const struct cp_settings *settings = sa->connection->cp;
	const struct klips_addr *given;
	unsigned int at;

	if (!settings || !settings->pool || !sa->cp)
		return;
	for (at = 0; at < peer->count; at++) {
		struct ike_ts *ts = &peer->ts[at];
		const size_t size = ts->version == KLIPS_V4 ? 4 : 16;

		given = &sa->cp->addrs[address_family(ts->version)];
		if (!given->version || memcmp(ts->first, none, size) != 0 || memcmp(ts->last, none, size) != 0)
			continue;
		memcpy(ts->first, given->b, size);
		memcpy(ts->last, given->b, size);
	}
}

const struct klips_addr *cp_own_addr(const struct ike_sa *sa, uint8_t version)
{
	const struct cp_settings *settings = sa->connection->cp;
	const struct klips_addr *addr = sa->cp ? &sa->cp->addrs[address_family(version)] : NULL;

	return settings && settings->client && addr && addr->version ? addr : NULL;
}

void cp_hand_over(struct ike_sa *to, struct ike_sa *from)
{
	unsigned int at;

	if (!from->cp || to->cp)
		return;
	to->cp = from->cp;
	from->cp = NULL;
	for (at = 0; at < 2; at++)
		if (to->cp->leases[at])
			to->cp->leases[at]->holder = to;
}

void cp_release(struct ike_sa *sa)
{
	unsigned int at;

	if (!sa->cp)
		return;
	for (at = 0; at < 2; at++)
		if (sa->cp->leases[at])
			address_lease_release(sa->cp->leases[at]);
	free_names(&sa->cp->names);
	free(sa->cp);
	sa->cp = NULL;
}
