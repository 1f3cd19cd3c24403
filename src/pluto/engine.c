// SPDX-License-Identifier: GPL-2.0-or-later
#include "pluto.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cert_lookup.h"
#include "child_sa.h"
#include "exchange.h"
#include "hint.h"
#include "impair.h"
#include "natd.h"

#define HALF_OPEN  50000
#define COOKIES	   25000
#define LINE	   1024
#define COMPLAINTS 20 /* lines a second */

/**
 * pluto_new() - an engine without connections
 * @port: what is around it; @arg: what each of its functions gets
 *
 * Return: it, or NULL without memory
 */
struct pluto *pluto_new(const struct pluto_port *port, void *arg)
{
	struct pluto *pluto = calloc(1, sizeof(*pluto));
	size_t at;

	if (!pluto)
		return NULL;
	pluto->port = port;
	pluto->arg = arg;
	pluto->limits = (struct pluto_limits){ .half_open = HALF_OPEN, .cookies = COOKIES };
	pluto->nat_port = IKE_NAT_PORT;
	pluto->next_reqid = PLUTO_REQID_FIRST;
	pluto->next_serial = 1;
	CDS_INIT_LIST_HEAD(&pluto->connections);
	CDS_INIT_LIST_HEAD(&pluto->lookups.running);
	CDS_INIT_LIST_HEAD(&pluto->lookups.kept);
	CDS_INIT_LIST_HEAD(&pluto->pools);
	CDS_INIT_LIST_HEAD(&pluto->sas);
	CDS_INIT_LIST_HEAD(&pluto->entries);
	for (at = 0; at < PLUTO_SA_BUCKETS; at++)
		CDS_INIT_LIST_HEAD(&pluto->buckets[at]);
	for (at = 0; at < PLUTO_SA_BUCKETS; at++)
		CDS_INIT_LIST_HEAD(&pluto->peers[at]);
	for (at = 0; at < PLUTO_SA_BUCKETS; at++)
		CDS_INIT_LIST_HEAD(&pluto->used[at]);
	for (at = 0; at < PLUTO_OPENING_BUCKETS; at++)
		CDS_INIT_LIST_HEAD(&pluto->opening[at]);
	for (at = 0; at < PLUTO_OPENING_BUCKETS; at++)
		CDS_INIT_LIST_HEAD(&pluto->kin[at]);
	for (at = 0; at < PLUTO_FAREWELL_BUCKETS; at++)
		CDS_INIT_LIST_HEAD(&pluto->farewells[at]);
	pluto_bytes(pluto, pluto->cookie_secret, sizeof(pluto->cookie_secret));
	pluto_bytes(pluto, &pluto->hash_seed, sizeof(pluto->hash_seed));
	pluto->cookie_made = pluto_now(pluto);
	return pluto;
}

void pluto_free(struct pluto *pluto)
{
	struct connection *connection, *next;
	struct ike_sa *sa, *after;

	cds_list_for_each_entry_safe(sa, after, &pluto->sas, node)
		ike_sa_end(sa, "the daemon ends");
	cds_list_for_each_entry_safe(connection, next, &pluto->connections, node) {
		cds_list_del(&connection->node);
		connection_put(connection);
	}
	ike_farewells_free(pluto);
	ike_lookups_forget(pluto);
	impair_clear(pluto);
	pki_store_put(pluto->trust.store);
	pluto_timers_free(&pluto->timers);
	ike_wipe(pluto->cookie_secret, sizeof(pluto->cookie_secret));
	free(pluto);
}

void pluto_log(const struct pluto *pluto, enum pluto_log_level level, const char *format, ...)
{
	char line[LINE];
	va_list args;

	if (level == PLUTO_DEBUG && pluto->quiet)
		return;
	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	pluto->port->log(pluto->arg, level, line);
}

bool pluto_may_complain(struct pluto *pluto)
{
	uint64_t now = pluto_now(pluto);
	unsigned int before = pluto->complaints;

	if (now - pluto->complaints_since >= 1000) {
		pluto->complaints_since = now;
		pluto->complaints = 0;
		if (before > COMPLAINTS)
			pluto_log(pluto, PLUTO_NOTICE, "%u more messages of strangers were dropped or refused",
				  before - COMPLAINTS);
	}
	return pluto->complaints++ < COMPLAINTS;
}

void pluto_bytes(struct pluto *pluto, void *out, size_t length)
{
	if (pluto->port->random(pluto->arg, out, length)) {
		pluto_log(pluto, PLUTO_ERROR, "no random numbers: no key would be a secret");
		abort();
	}
}

void pluto_send(struct pluto *pluto, const struct ike_endpoint *from, const struct ike_endpoint *to,
		struct ike_slice data)
{
	pluto->counters.sent++;
	if (pluto->impair)
		impair_send(pluto, from, to, data);
	else
		pluto->port->send(pluto->arg, from, to, data);
}

static void dispatch(struct pluto *pluto, const struct ike_path *path, struct ike_slice data,
		     const struct ike_header *header)
{
	bool from_initiator = header->flags & IKE_FLAG_INITIATOR;
	struct ike_sa *sa = ike_sa_find(pluto, from_initiator ? header->spi_r : header->spi_i);

	if (!sa || sa->initiator == from_initiator) {
		if (ike_farewell_again(pluto, header))
			return;
		pluto->counters.no_sa++;
		ike_stranger_received(pluto, path, data, header);
		return;
	}
	ike_sa_get(sa);
	if (header->flags & IKE_FLAG_RESPONSE)
		ike_response_received(sa, path, data, header);
	else
		ike_request_received(sa, path, data, header);
	ike_sa_put(sa);
}

void pluto_take(struct pluto *pluto, const struct ike_endpoint *local, const struct ike_endpoint *remote,
		struct ike_slice data)
{
	static const uint8_t none[8];
	const struct ike_path path = { *local, *remote };
	struct ike_header header;
	const char *why;

	pluto->counters.received++;
	if (ike_header_parse(&header, data, &why)) {
		pluto->counters.malformed++;
		return;
	}
	if (header.major != 2) {
		if (header.major > 2)
			ike_version_received(pluto, &path, &header);
		return;
	}
	if (header.exchange == IKE_SA_INIT && !(header.flags & IKE_FLAG_RESPONSE)) {
		if ((header.flags & IKE_FLAG_INITIATOR) && !header.id && !memcmp(header.spi_r, none, sizeof(none)))
			ike_init_received(pluto, local, remote, data);
		return;
	}
	dispatch(pluto, &path, data, &header);
}

/**
 * pluto_receive() - a datagram came
 * @local: where; @remote: from where; @data: without the marker of port 4500
 */
void pluto_receive(struct pluto *pluto, const struct ike_endpoint *local, const struct ike_endpoint *remote,
		   struct ike_slice data)
{
	if (pluto->impair)
		impair_receive(pluto, local, remote, data);
	else
		pluto_take(pluto, local, remote, data);
}

struct ike_sa *pluto_find_ike(struct pluto *pluto, uint32_t serial)
{
	struct ike_sa *sa;

	cds_list_for_each_entry(sa, &pluto->sas, node)
		if (sa->serial == serial)
			return sa;
	return NULL;
}

struct child_sa *pluto_find_child(struct pluto *pluto, uint32_t serial)
{
	struct child_sa *child;
	struct ike_sa *sa;

	cds_list_for_each_entry(sa, &pluto->sas, node)
		cds_list_for_each_entry(child, &sa->children, node)
			if (child->serial == serial)
				return child;
	return NULL;
}
