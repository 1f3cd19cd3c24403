// SPDX-License-Identifier: GPL-2.0-or-later
/* Configuration payloads, as the one who asks: RFC 7296, 2.19 and 3.15; RFC 8598. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "cp.h"
#include "cp_state.h"

/* What is asked for of each family. */
static const struct {
	uint16_t address, dns, subnet;
} types[2] = {
	{ CP_INTERNAL_IP4_ADDRESS, CP_INTERNAL_IP4_DNS, CP_INTERNAL_IP4_SUBNET },
	{ CP_INTERNAL_IP6_ADDRESS, CP_INTERNAL_IP6_DNS, CP_INTERNAL_IP6_SUBNET },
};

static bool is_client(const struct ike_sa *sa)
{
	return sa->connection->cp && sa->connection->cp->client;
}

static void put_family(const struct cp_settings *settings, unsigned int at, struct ike_builder *builder)
{
	const struct klips_addr *last = &settings->last[at];

	if (last->version)
		ike_put_cp_addr(builder, types[at].address, last, (uint8_t)klips_addr_bits(last));
	else
		ike_put_cp_attribute(builder, types[at].address, (struct ike_slice){ 0 });
	ike_put_cp_attribute(builder, types[at].dns, (struct ike_slice){ 0 });
	ike_put_cp_attribute(builder, types[at].subnet, (struct ike_slice){ 0 });
}

/**
 * cp_put_request() - ask for an address, the same as before if there was one, and for name servers and their domains
 */
void cp_put_request(struct ike_sa *sa, struct ike_builder *builder)
{
	const struct cp_settings *settings = sa->connection->cp;
	unsigned int at;
	size_t begin;

	if (!is_client(sa))
		return;
	begin = ike_put_cp_begin(builder, CFG_REQUEST);
	for (at = 0; at < 2; at++)
		if (settings->ask[at])
			put_family(settings, at, builder);
	ike_put_cp_attribute(builder, CP_INTERNAL_DNS_DOMAIN, (struct ike_slice){ 0 });
	ike_put_cp_end(builder, begin);
}

/* An address that a host can have; the others stay out of scripts and of the stack. */
static bool is_for_host(const struct klips_addr *addr)
{
	return !klips_addr_is_unspecified(addr) && !klips_addr_is_multicast(addr);
}

static void take_addr(struct ike_sa *sa, unsigned int at, const struct ike_cp *cp)
{
	struct cp_settings *settings = sa->connection->cp;
	const struct ike_cp_attribute *found = ike_cp_find(cp, types[at].address);
	struct klips_addr addr;
	char text[INET6_ADDRSTRLEN];
	uint8_t bits;

	if (!found || !settings->ask[at] || !ike_cp_addr(found, &addr, &bits) || !is_for_host(&addr))
		return;
	sa->cp->addrs[at] = settings->last[at] = addr;
	klips_addr_print(text, sizeof(text), &addr);
	ike_sa_log(sa, PLUTO_NOTICE, "this host is given the address %s", text);
}

static void take_dns(struct ike_sa *sa, unsigned int at, const struct ike_cp *cp)
{
	const struct ike_cp_attribute *one = ike_cp_find(cp, types[at].dns);
	struct klips_addr addr;
	uint8_t bits;

	for (; one; one = ike_cp_next(cp, one))
		if (ike_cp_addr(one, &addr, &bits) && is_for_host(&addr))
			cp_add_dns(&sa->cp->names, &addr);
}

/* A name that begins like an option is none. */
static void take_domains(struct ike_sa *sa, const struct ike_cp *cp)
{
	const struct ike_cp_attribute *one = ike_cp_find(cp, CP_INTERNAL_DNS_DOMAIN);
	char domain[CP_DOMAIN];

	for (; one; one = ike_cp_next(cp, one))
		if (ike_cp_text(one, domain, sizeof(domain)) && domain[0] != '-')
			cp_add_domain(&sa->cp->names, domain);
}

static uint16_t take(struct ike_sa *sa, const struct ike_cp *cp)
{
	unsigned int at;

	cp_release(sa);
	sa->cp = calloc(1, sizeof(*sa->cp));
	if (!sa->cp)
		return N_INTERNAL_ADDRESS_FAILURE;
	for (at = 0; at < 2; at++) {
		take_addr(sa, at, cp);
		take_dns(sa, at, cp);
	}
	take_domains(sa, cp);
	if (sa->cp->addrs[0].version || sa->cp->addrs[1].version)
		return 0;
	ike_sa_log(sa, PLUTO_NOTICE, "the peer gives no address");
	cp_release(sa);
	return N_INTERNAL_ADDRESS_FAILURE;
}

/**
 * cp_take_reply() - what the peer has given
 * @reply: its answer in IKE_AUTH
 *
 * Return: 0, also if nothing was asked for or the peer refuses the Child SA anyway; N_INVALID_SYNTAX: what it says is
 * malformed; N_INTERNAL_ADDRESS_FAILURE: it gives none
 */
uint16_t cp_take_reply(struct ike_sa *sa, const struct ike_message *reply)
{
	const struct ike_payload *payload = ike_payload_find(reply, IKE_P_CP);
	struct ike_cp cp = { .type = CFG_REPLY };
	const char *why;

	if (!is_client(sa) || !ike_payload_find(reply, IKE_P_SA))
		return 0;
	if (payload && (ike_cp_read(&cp, payload, &why) || cp.type != CFG_REPLY)) {
		ike_sa_log(sa, PLUTO_NOTICE, "the configuration payload is no answer");
		return N_INVALID_SYNTAX;
	}
	return take(sa, &cp);
}

/* A peer that leaves TSi as wide as it was offered means the address that it gave. */
void cp_limit(const struct child_sa *child, struct ike_ts_list *tsi)
{
	const struct cp_settings *settings = child->connection->cp;
	struct ike_ts_list local, remote = { 0 }, limited;

	if (!settings || !settings->client || !child->sa->cp)
		return;
	cp_selectors(child->sa, child->connection, &local, &remote);
	if (ike_ts_narrow(&limited, tsi, &local))
		*tsi = limited;
}
