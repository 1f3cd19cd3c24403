// SPDX-License-Identifier: GPL-2.0-or-later
/* Configuration payloads, as the one who gives: RFC 7296, 2.19 and 3.15; RFC 8598. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "cp.h"
#include "cp_state.h"
#include "exchange.h"

static const uint8_t versions[2] = { KLIPS_V4, KLIPS_V6 };
static const uint16_t address_types[2] = { CP_INTERNAL_IP4_ADDRESS, CP_INTERNAL_IP6_ADDRESS };

/* What a peer asks for; false: nothing that can be read. @why: of what is malformed; else untouched */
static bool read_request(struct ike_cp *to, const struct ike_message *request, const char **why)
{
	const struct ike_payload *payload = ike_payload_find(request, IKE_P_CP);

	return payload && !ike_cp_read(to, payload, why) && to->type == CFG_REQUEST;
}

/* The same peer's earlier IKE SA goes, and its address is this one's: uniqueids=. */
static bool take_over(struct ike_sa *sa, unsigned int at, struct address_pool *pool)
{
	struct address_lease *lease = address_lease_find(pool, versions[at], sa->peer_id);
	struct ike_sa *before = lease ? lease->holder : NULL;

	if (!before || before == sa || sa->pluto->many_of_one)
		return false;
	before->cp->leases[at] = NULL;
	lease->holder = sa;
	sa->cp->leases[at] = lease;
	sa->cp->before[at] = ike_sa_get(before);
	return true;
}

static void give(struct ike_sa *sa, const struct ike_cp_attribute *asked, unsigned int at)
{
	struct address_pool *pool = sa->connection->cp->pool;
	struct klips_addr wanted = { .version = 0 };
	uint8_t bits;

	if (ike_cp_addr(asked, &wanted, &bits) && klips_addr_is_unspecified(&wanted))
		wanted.version = 0;
	if (!take_over(sa, at, pool))
		sa->cp->leases[at] = address_lease_take(pool, versions[at], sa->peer_id, &wanted, sa);
	if (sa->cp->leases[at])
		sa->cp->addrs[at] = sa->cp->leases[at]->addr;
}

static void announce(const struct ike_sa *sa)
{
	char text[INET6_ADDRSTRLEN];
	unsigned int at;

	for (at = 0; at < 2; at++) {
		if (!sa->cp->addrs[at].version)
			continue;
		klips_addr_print(text, sizeof(text), &sa->cp->addrs[at]);
		ike_sa_log(sa, PLUTO_NOTICE, "the peer is given the address %s", text);
	}
}

static uint16_t give_all(struct ike_sa *sa, const struct ike_cp_attribute *const asked[2])
{
	unsigned int at;

	sa->cp = calloc(1, sizeof(*sa->cp));
	if (!sa->cp)
		return N_INTERNAL_ADDRESS_FAILURE;
	for (at = 0; at < 2; at++)
		if (asked[at])
			give(sa, asked[at], at);
	if (sa->cp->leases[0] || sa->cp->leases[1]) {
		announce(sa);
		return 0;
	}
	ike_sa_log(sa, PLUTO_NOTICE, "no address is left for the peer, or none of the sort that it asks for");
	cp_release(sa);
	return N_INTERNAL_ADDRESS_FAILURE;
}

/**
 * cp_serve() - give the peer what it asks for in IKE_AUTH
 * @request: its request, after it is authenticated
 *
 * Return: 0, also if there is nothing to give, or nothing was asked for and need not be; N_INVALID_SYNTAX,
 * N_INTERNAL_ADDRESS_FAILURE, N_FAILED_CP_REQUIRED (RFC 7296, 3.10.1): there is to be no Child SA
 */
uint16_t cp_serve(struct ike_sa *sa, const struct ike_message *request)
{
	const struct cp_settings *settings = sa->connection->cp;
	const struct ike_cp_attribute *asked[2] = { NULL };
	struct ike_cp cp = { 0 };
	const char *why = NULL;
	unsigned int at;

	if (!settings || !settings->pool)
		return 0;
	if (read_request(&cp, request, &why))
		for (at = 0; at < 2; at++)
			asked[at] = ike_cp_find(&cp, address_types[at]);
	if (why) {
		ike_sa_log(sa, PLUTO_NOTICE, "the configuration payload is malformed: %s", why);
		return N_INVALID_SYNTAX;
	}
	if (asked[0] || asked[1])
		return give_all(sa, asked);
	if (!settings->server)
		return 0;
	ike_sa_log(sa, PLUTO_NOTICE, "the peer asks for no address, and is to have one");
	return N_FAILED_CP_REQUIRED;
}

static void put_dns(const struct cp_names *names, struct ike_builder *reply)
{
	const struct klips_addr *dns = names->dns;
	unsigned int at;

	for (at = 0; at < names->dns_count; at++)
		ike_put_cp_addr(reply, dns[at].version == KLIPS_V6 ? CP_INTERNAL_IP6_DNS : CP_INTERNAL_IP4_DNS,
				&dns[at], 0);
}

/* RFC 8598, 3.1: only for who asks. */
static void put_domains(const struct cp_names *names, const struct ike_cp *asked, struct ike_builder *reply)
{
	unsigned int at;

	if (!ike_cp_find(asked, CP_INTERNAL_DNS_DOMAIN))
		return;
	for (at = 0; at < names->domain_count; at++)
		ike_put_cp_attribute(
			reply, CP_INTERNAL_DNS_DOMAIN,
			(struct ike_slice){ (const uint8_t *)names->domains[at], strlen(names->domains[at]) });
}

/* What is behind this host, where that is prefixes: RFC 7296, 3.15.2. */
static void put_subnets(const struct connection *connection, const struct ike_cp *asked, struct ike_builder *reply)
{
	const struct ike_ts_list *clients = &connection->local.client;
	struct klips_addr addr;
	unsigned int at, bits;
	uint16_t type;
	bool exact;

	for (at = 0; at < clients->count; at++) {
		type = clients->ts[at].version == KLIPS_V6 ? CP_INTERNAL_IP6_SUBNET : CP_INTERNAL_IP4_SUBNET;
		addr = (struct klips_addr){ .version = clients->ts[at].version };
		memcpy(addr.b, clients->ts[at].first, addr.version == KLIPS_V4 ? 4 : 16);
		bits = ike_ts_prefix(&clients->ts[at], &exact);
		if (exact && bits && ike_cp_find(asked, type))
			ike_put_cp_addr(reply, type, &addr, (uint8_t)bits);
	}
}

static void put_supported(const struct ike_cp *asked, struct ike_builder *reply)
{
	static const uint8_t types[] = {
		0, CP_INTERNAL_IP4_ADDRESS, 0, CP_INTERNAL_IP4_DNS,    0, CP_INTERNAL_IP6_ADDRESS,
		0, CP_INTERNAL_IP6_DNS,	    0, CP_INTERNAL_IP4_SUBNET, 0, CP_SUPPORTED_ATTRIBUTES,
		0, CP_INTERNAL_IP6_SUBNET,  0, CP_INTERNAL_DNS_DOMAIN,
	};

	if (ike_cp_find(asked, CP_SUPPORTED_ATTRIBUTES))
		ike_put_cp_attribute(reply, CP_SUPPORTED_ATTRIBUTES, (struct ike_slice){ types, sizeof(types) });
}

/* The peer's earlier IKE SAs have no address any more. */
static void end_before(struct ike_sa *sa)
{
	unsigned int at;

	for (at = 0; at < 2; at++) {
		struct ike_sa *before = sa->cp->before[at];

		if (!before)
			continue;
		sa->cp->before[at] = NULL;
		if (before->state == IKE_SA_ESTABLISHED || before->state == IKE_SA_REKEYED) {
			ike_sa_log(before, PLUTO_NOTICE, "the peer has a newer IKE SA, #%u", sa->serial);
			ike_delete_replaced(before);
		}
		ike_sa_put(before);
	}
}

/**
 * cp_put_reply() - what the peer is given, in the answer that makes its Child SA
 */
void cp_put_reply(struct ike_sa *sa, const struct ike_message *request, struct ike_builder *reply)
{
	struct ike_cp asked;
	unsigned int at;
	const char *why;
	size_t begin;

	if (!sa->cp || !read_request(&asked, request, &why))
		return;
	begin = ike_put_cp_begin(reply, CFG_REPLY);
	for (at = 0; at < 2; at++)
		if (sa->cp->addrs[at].version)
			ike_put_cp_addr(reply, address_types[at], &sa->cp->addrs[at],
					(uint8_t)klips_addr_bits(&sa->cp->addrs[at]));
	put_dns(&sa->connection->cp->names, reply);
	put_domains(&sa->connection->cp->names, &asked, reply);
	put_subnets(sa->connection, &asked, reply);
	put_supported(&asked, reply);
	ike_put_cp_end(reply, begin);
	end_before(sa);
}

/**
 * cp_undo() - there is no Child SA that could have the address: whoever had it before has it again
 */
void cp_undo(struct ike_sa *sa)
{
	struct ike_sa *before;
	unsigned int at;

	for (at = 0; sa->cp && at < 2; at++) {
		before = sa->cp->before[at];
		if (before && before->cp) {
			before->cp->leases[at] = sa->cp->leases[at];
			before->cp->leases[at]->holder = before;
			sa->cp->leases[at] = NULL;
		}
		ike_sa_put(before);
	}
	cp_release(sa);
}
