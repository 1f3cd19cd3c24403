// SPDX-License-Identifier: GPL-2.0-or-later
/* MOBIKE: what both sides agree on, and what is answered. */
#include "mobike.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "move.h"
#include "natd.h"

#define PROBE_FROM    3	     /* times that a request was sent: then others ways are tried too */
#define PROBES_MAX    16     /* at once */
#define ANSWERER_TIME 300000 /* milliseconds: RFC 4555, 3.11 */

bool ike_mobike_is_wanted(const struct connection *connection)
{
	return connection->mobike && connection->kind == CONNECTION_TUNNEL;
}

/**
 * ike_mobike_put() - what IKE_AUTH says of it: RFC 4555, 3.1 and 3.4
 */
void ike_mobike_put(struct ike_sa *sa, struct ike_builder *builder)
{
	const struct ike_path path = ike_sa_path(sa);
	struct mobike_addresses own;

	if (!ike_mobike_is_wanted(sa->connection))
		return;
	ike_put_status(builder, N_MOBIKE_SUPPORTED, (struct ike_slice){ 0 });
	mobike_other_addresses(sa, &own);
	mobike_put_addresses(builder, &own);
	if (sa->initiator && mobike_forbids_nat(sa))
		mobike_put_no_nats(&path, builder);
}

/**
 * ike_mobike_take() - what the peer's IKE_AUTH says of it
 *
 * Return: whether both want it
 */
bool ike_mobike_take(struct ike_sa *sa, const struct ike_message *message)
{
	struct mobike *mobike;

	if (!ike_mobike_is_wanted(sa->connection) || !ike_notify_find(message, N_MOBIKE_SUPPORTED, NULL))
		return false;
	mobike = calloc(1, sizeof(*mobike));
	if (!mobike)
		return false;
	mobike->decides = sa->initiator;
	mobike->before = ike_sa_path(sa);
	mobike_take_addresses(&mobike->peer, message);
	mobike_other_addresses(sa, &mobike->told);
	sa->mobike = mobike;
	return true;
}

/* Whether a Child SA still goes to another address than the IKE SA. */
static bool is_apart(const struct ike_sa *sa)
{
	const struct child_sa *child;

	cds_list_for_each_entry(child, &sa->children, node)
		if (!klips_addr_equal(&child->path.remote.addr, &sa->remote.addr))
			return true;
	return false;
}

/**
 * ike_mobike_inherit() - an IKE SA takes another's place
 *
 * What was to be said about addresses is said by the new one: the old one may have been too late for it.
 */
void ike_mobike_inherit(struct ike_sa *sa, struct ike_sa *old)
{
	struct mobike *mobike = old->mobike;
	bool again, telling;

	sa->local = old->local;
	sa->remote = old->remote;
	sa->nat_local = old->nat_local;
	sa->nat_remote = old->nat_remote;
	old->mobike = NULL;
	sa->mobike = mobike;
	if (!mobike)
		return;
	again = mobike->updating || mobike->checking;
	telling = mobike->telling;
	mobike->updating = mobike->telling = mobike->checking = mobike->has_seen = false;
	if (again && mobike->decides)
		ike_mobike_update_start(sa);
	else if (again && is_apart(sa))
		ike_mobike_check_start(sa);
	if (telling && !mobike->updating)
		ike_mobike_tell_anew(sa);
}

/* RFC 4555, 3.7: what proves that a reply was made after the request. */
static void put_cookie(const struct ike_message *request, struct ike_builder *reply)
{
	struct ike_notify notify;

	if (ike_notify_find(request, N_COOKIE2, &notify) && notify.data.length >= 8 && notify.data.length <= 64)
		ike_put_status(reply, N_COOKIE2, notify.data);
}

static bool is_acceptable(const struct ike_sa *sa)
{
	const struct pluto_port *port = sa->pluto->port;
	char device[16];

	/* The one who decides is not told; and nobody is where this host is. */
	return !sa->mobike->decides && mobike_is_usable(&sa->asked.remote.addr) &&
	       !(port->device && port->device(sa->pluto->arg, &sa->asked.remote.addr, device));
}

/* RFC 4555, 3.5, as the responder. 0, or why not. */
static uint16_t update(struct ike_sa *sa, const struct ike_message *request)
{
	char text[INET6_ADDRSTRLEN] = "";

	klips_addr_print(text, sizeof(text), &sa->asked.remote.addr);
	if (mobike_meets_nat(&sa->asked, request))
		return N_UNEXPECTED_NAT_DETECTED;
	if (!is_acceptable(sa)) {
		ike_sa_log(sa, PLUTO_NOTICE, "the peer may not move to %s", text);
		return N_UNACCEPTABLE_ADDRESSES;
	}
	ike_sa_log(sa, PLUTO_NOTICE, "the peer is at %s port %u now", text, sa->asked.remote.port);
	sa->local = sa->asked.local;
	sa->remote = sa->asked.remote;
	sa->mobike->moves++;
	sa->mobike->check = true;
	if (ike_notify_find(request, N_NAT_DETECTION_SOURCE_IP, NULL))
		ike_natd_take(sa, request);
	return 0;
}

static void take_addresses(struct ike_sa *sa, const struct ike_message *request)
{
	struct mobike *mobike = sa->mobike;
	struct mobike_addresses addresses;

	if (!mobike_take_addresses(&addresses, request))
		return;
	mobike->peer = addresses;
	/* RFC 4555, 3.6: where it is no more, it is not to be found, but where it speaks from. */
	if (mobike->decides && !klips_addr_equal(&sa->remote.addr, &sa->asked.remote.addr) &&
	    !mobike_has(&addresses, &sa->remote.addr))
		mobike->check = true;
}

/**
 * ike_mobike_answer() - the part of an INFORMATIONAL request that is about addresses: RFC 4555, 3.5 to 3.9
 *
 * Return: whether to go on with the rest of it
 */
bool ike_mobike_answer(struct ike_sa *sa, const struct ike_message *request, struct ike_builder *reply)
{
	uint16_t error = 0;

	if (!sa->mobike)
		return true;
	take_addresses(sa, request);
	if (ike_notify_find(request, N_UPDATE_SA_ADDRESSES, NULL))
		error = update(sa, request);
	if (error)
		ike_put_status(reply, error, (struct ike_slice){ 0 });
	else if (ike_notify_find(request, N_NAT_DETECTION_SOURCE_IP, NULL))
		ike_natd_put_of(sa, &sa->asked, reply);
	put_cookie(request, reply);
	return !error;
}

/**
 * ike_mobike_replied() - go on where the reply was about addresses
 */
void ike_mobike_replied(struct ike_sa *sa)
{
	if (!sa->mobike || !sa->mobike->check)
		return;
	sa->mobike->check = false;
	if (sa->mobike->decides) {
		ike_mobike_move(sa, &sa->asked);
		return;
	}
	ike_exchange_resend(sa);
	if (is_apart(sa))
		ike_mobike_check_start(sa);
	else
		child_sas_move(sa);
}

/* RFC 4555, 3.8: who is behind a NAT asks how it is seen. */
void ike_mobike_put_liveness(struct ike_sa *sa, struct ike_builder *builder)
{
	if (sa->mobike && sa->mobike->decides && sa->nat_local)
		ike_natd_put(sa, builder);
}

void ike_mobike_take_liveness(struct ike_sa *sa, const struct ike_message *message)
{
	struct mobike *mobike = sa->mobike;
	struct ike_notify notify;

	if (!mobike || !mobike->decides || !sa->nat_local ||
	    !ike_notify_find(message, N_NAT_DETECTION_DESTINATION_IP, &notify) || notify.data.length != MOBIKE_HASH)
		return;
	if (mobike->has_seen && memcmp(mobike->seen, notify.data.data, MOBIKE_HASH) != 0) {
		ike_sa_log(sa, PLUTO_NOTICE, "this host's NAT has it elsewhere now");
		ike_mobike_update_start(sa);
	}
	memcpy(mobike->seen, notify.data.data, MOBIKE_HASH);
	mobike->has_seen = true;
}

/* RFC 4555, 3.11: the one who decides needs time to find out what works. */
uint64_t ike_mobike_patience(const struct ike_sa *sa)
{
	uint64_t limit = sa->connection->times.retransmit_limit;

	return sa->mobike && !sa->mobike->decides && limit < ANSWERER_TIME ? ANSWERER_TIME : limit;
}

/* Of an address that no NAT is before. */
static uint16_t port_of_peer(const struct ike_sa *sa)
{
	if (sa->connection->own_ports)
		return sa->connection->remote.ike_port;
	return sa->remote.port == IKE_PORT ? IKE_PORT : IKE_NAT_PORT;
}

static void probe_from(struct ike_exchange *exchange, const struct klips_addr *local, unsigned int *left)
{
	struct ike_sa *sa = exchange->sa;
	const struct ike_path now = ike_sa_path(sa);
	struct ike_path path = { { *local, sa->local.port }, sa->remote };
	unsigned int at;

	for (at = 0; at <= sa->mobike->peer.count && *left; at++) {
		if (at) {
			path.remote.addr = sa->mobike->peer.list[at - 1];
			path.remote.port = port_of_peer(sa);
		}
		if (path.remote.addr.version != local->version || ike_path_equal(&path, &now) ||
		    (at && klips_addr_equal(&path.remote.addr, &sa->remote.addr)))
			continue;
		ike_packets_send_by(sa, &path, exchange->packets);
		exchange->probing = true;
		--*left;
	}
}

/**
 * ike_mobike_probe() - where the usual way does not work, try the others: RFC 4555, 3.10
 * @exchange: in flight, sent again just now
 *
 * The same request goes by each way. Replies come back by the way of their requests (RFC 7296, 2.11): so the first
 * that comes tells which one works.
 */
void ike_mobike_probe(struct ike_exchange *exchange)
{
	const struct ike_sa *sa = exchange->sa;
	unsigned int at, left = PROBES_MAX;
	struct mobike_addresses own;

	if (!sa->mobike || !sa->mobike->decides || exchange->apart || exchange->tries < PROBE_FROM)
		return;
	mobike_own_addresses(sa, &own);
	for (at = 0; at < own.count; at++)
		probe_from(exchange, &own.list[at], &left);
}

void ike_mobike_found(struct ike_sa *sa, const struct ike_path *path)
{
	const struct ike_path now = ike_sa_path(sa);

	if (sa->mobike && sa->mobike->decides && !ike_path_equal(path, &now) && mobike_is_usable(&path->remote.addr))
		ike_mobike_move(sa, path);
}
