// SPDX-License-Identifier: GPL-2.0-or-later
/* What a Child SA is to be: proposals and traffic selectors, offered and chosen. RFC 7296, 2.7 and 2.9. */
#include <string.h>

#include "child_sa.h"
#include "cp_state.h"
#include "fresh.h"
#include "ipcomp.h"

#define FITS_PROPOSALS 32 /* of what fits() says: there are algorithms in common */
#define FITS_FIRST     12 /* the initiator's first choice is in it */

static void set_spi(struct ike_proposal *proposal, uint32_t spi)
{
	proposal->spi_size = sizeof(spi);
	memcpy(proposal->spi, &spi, sizeof(spi));
}

static void without_ke(struct ike_proposal *proposal)
{
	unsigned int from, to = 0;

	for (from = 0; from < proposal->count; from++)
		if (proposal->transforms[from].type != IKE_KE)
			proposal->transforms[to++] = proposal->transforms[from];
	proposal->count = to;
}

/* All once more, without a key exchange: for peers that can do it only when they begin. */
static void add_downgraded(struct ike_proposals *to)
{
	unsigned int at, count = to->count;

	for (at = 0; at < count && to->count < IKE_PROPOSALS_MAX; at++) {
		to->proposals[to->count] = to->proposals[at];
		without_ke(&to->proposals[to->count]);
		to->proposals[to->count].number = to->count + 1;
		to->count++;
	}
}

/* @initial: for IKE_AUTH, where the keys come from the IKE SA's exchange: no key exchange in it (RFC 7296, 1.2). */
static void proposals_of(const struct connection *connection, uint32_t spi, struct ike_proposals *to, bool initial)
{
	unsigned int at;

	*to = connection->child;
	if (connection->downgrades && !initial)
		add_downgraded(to);
	for (at = 0; at < to->count; at++) {
		set_spi(&to->proposals[at], spi);
		if (initial)
			without_ke(&to->proposals[at]);
	}
}

static void selectors_of(const struct ike_sa *sa, const struct connection *connection, struct ike_ts_list *local,
			 struct ike_ts_list *remote)
{
	connection_selectors(connection, &sa->local.addr, &sa->remote.addr, local, remote);
	cp_selectors(sa, connection, local, remote);
}

/* What a packet's selector and the connection's have in common; nothing if the packet is none of the connection's. */
static bool of_packet(struct ike_ts *to, const struct ike_ts_list *list, const struct ike_ts *packet)
{
	unsigned int at;

	for (at = 0; at < list->count; at++)
		if (ike_ts_intersect(to, &list->ts[at], packet))
			return true;
	return false;
}

/* The packet's goes first: RFC 7296, 2.9. */
static void put_first(struct ike_ts_list *list, const struct ike_ts *packet)
{
	struct ike_ts first;

	if (!of_packet(&first, list, packet) || list->count == IKE_TS_MAX ||
	    !memcmp(&first, &list->ts[0], sizeof(first)))
		return;
	memmove(&list->ts[1], &list->ts[0], list->count * sizeof(list->ts[0]));
	list->ts[0] = first;
	list->count++;
}

/* Its address alone, with all that the connection has for that. */
static void put_alone(struct ike_ts_list *list, const struct ike_ts *packet)
{
	struct ike_ts address = *packet, alone;

	address.protocol = 0;
	address.first_port = 0;
	address.last_port = UINT16_MAX;
	if (!of_packet(&alone, list, &address))
		return;
	list->ts[0] = alone;
	list->count = 1;
}

static void selectors(const struct child_sa *child, struct ike_ts_list *local, struct ike_ts_list *remote)
{
	void (*put)(struct ike_ts_list * list, const struct ike_ts *packet) = child->single ? put_alone : put_first;

	selectors_of(child->sa, child->connection, local, remote);
	if (!child->has_packet)
		return;
	put(local, &child->packet[0]);
	put(remote, &child->packet[1]);
}

void child_sa_put_offer(struct child_sa *child, struct ike_builder *builder, const struct ike_fresh *fresh)
{
	struct ike_proposals proposals;
	struct ike_ts_list local, remote;

	proposals_of(child->connection, child->spi[0], &proposals, !fresh);
	selectors(child, &local, &remote);
	if (child->connection->compress)
		ipcomp_put_offer(child, builder);
	if (!child->tunnel)
		ike_put_status(builder, N_USE_TRANSPORT_MODE, (struct ike_slice){ 0 });
	ike_put_sa(builder, &proposals);
	if (fresh) {
		ike_put_payload(builder, IKE_P_NONCE, ike_nonce_slice(&fresh->nonce[0]));
		ike_fresh_put_ke(builder, fresh);
	}
	ike_put_ts(builder, IKE_P_TSI, &local);
	ike_put_ts(builder, IKE_P_TSR, &remote);
}

static bool take_suite(struct child_sa *child, const struct ike_proposal *chosen)
{
	if (chosen->spi_size != sizeof(child->spi[1]) || ike_suite_from_proposal(&child->suite, chosen))
		return false;
	memcpy(&child->spi[1], chosen->spi, sizeof(child->spi[1]));
	child->number = chosen->number;
	return child->spi[1] != 0;
}

/* The three payloads of a Child SA. */
struct asked {
	struct ike_proposals proposals;
	struct ike_ts_list tsi, tsr;
};

static bool read_payloads(struct asked *to, const struct ike_message *message)
{
	const struct ike_payload *sa = ike_payload_find(message, IKE_P_SA), *tsi = ike_payload_find(message, IKE_P_TSI),
				 *tsr = ike_payload_find(message, IKE_P_TSR);
	const char *why;

	return sa && tsi && tsr && !ike_sa_read(&to->proposals, sa, &why) && !ike_ts_read(&to->tsi, tsi, &why) &&
	       !ike_ts_read(&to->tsr, tsr, &why);
}

static void see_host(struct ike_ts_list *list, const struct klips_addr *host)
{
	size_t size = host->version == KLIPS_V4 ? 4 : 16;
	unsigned int at;

	for (at = 0; at < list->count; at++) {
		struct ike_ts *ts = &list->ts[at];

		if (ts->version != host->version || memcmp(ts->first, ts->last, size) != 0)
			continue;
		memcpy(ts->first, host->b, size);
		memcpy(ts->last, host->b, size);
	}
}

/* RFC 7296, 2.23.1: in transport mode a host behind a NAT is where this side sees it, and this one where it sees
 * itself.
 */
static void see_ends(const struct ike_sa *sa, const struct connection *connection, struct ike_ts_list *local,
		     struct ike_ts_list *remote)
{
	if (connection->kind != CONNECTION_TRANSPORT)
		return;
	if (sa->nat_local)
		see_host(local, &sa->local.addr);
	if (sa->nat_remote)
		see_host(remote, &sa->remote.addr);
}

/* With narrowing=no a Child SA is for all of the initiator's traffic, or it is not made. */
static bool is_too_narrow(const struct child_sa *child, const struct ike_ts_list *local,
			  const struct ike_ts_list *remote)
{
	return child->connection->exact &&
	       (!ike_ts_is_within(local, &child->local_ts) || !ike_ts_is_within(remote, &child->remote_ts));
}

static uint16_t take_selectors(struct child_sa *child, const struct asked *got)
{
	struct ike_ts_list local, remote;

	selectors(child, &local, &remote);
	if (!ike_ts_is_within(&got->tsi, &local) || !ike_ts_is_within(&got->tsr, &remote))
		return N_TS_UNACCEPTABLE;
	child->local_ts = got->tsi;
	child->remote_ts = got->tsr;
	return is_too_narrow(child, &local, &remote) ? N_TS_UNACCEPTABLE : 0;
}

/**
 * child_sa_take_answer() - what the peer chose of the offer
 * @initial: in IKE_AUTH
 *
 * Return: 0; or the error notification that was answered; or N_INVALID_SYNTAX, N_NO_PROPOSAL_CHOSEN, N_TS_UNACCEPTABLE
 * if it chose what was not offered
 */
uint16_t child_sa_take_answer(struct child_sa *child, const struct ike_message *message, bool initial)
{
	struct ike_proposals offered;
	struct ike_proposal chosen;
	uint16_t error = ike_notify_error(message);
	struct asked got;

	if (!ike_payload_find(message, IKE_P_SA))
		return error ? error : N_INVALID_SYNTAX;
	if (!read_payloads(&got, message) || got.proposals.count != 1)
		return N_INVALID_SYNTAX;
	proposals_of(child->connection, child->spi[0], &offered, initial);
	if (ike_proposals_choose(&chosen, &offered, &got.proposals, !initial) || !take_suite(child, &chosen))
		return N_NO_PROPOSAL_CHOSEN;
	if (!child->tunnel && !ike_notify_find(message, N_USE_TRANSPORT_MODE, NULL)) {
		child_sa_log(child, PLUTO_NOTICE, "the peer refuses transport mode");
		return N_NO_PROPOSAL_CHOSEN;
	}
	ipcomp_take_answer(child, message);
	child->no_tfc = ike_notify_find(message, N_ESP_TFC_PADDING_NOT_SUPPORTED, NULL);
	if (ike_notify_find(message, N_ADDITIONAL_TS_POSSIBLE, NULL)) {
		child_sa_log(child, PLUTO_NOTICE, "the peer takes the rest of the traffic in another Child SA");
		child->connection->additional = true;
	}
	see_ends(child->sa, child->connection, &got.tsi, &got.tsr);
	cp_resolve(child->sa, &got.tsr);
	cp_limit(child, &got.tsi);
	return take_selectors(child, &got);
}

/*
 * How well a connection fits what is asked for: 0: not at all; algorithms in common, then the initiator's first choice,
 * which is to be in what it gets (RFC 7296, 2.9), then its own selectors, or all that is asked for, are best.
 */
static unsigned int fits(const struct connection *connection, const struct ike_sa *sa, const struct asked *asked,
			 bool transport, bool initial)
{
	struct ike_ts_list local, remote, to, tsi = asked->tsi, tsr = asked->tsr;
	struct ike_proposals own;
	struct ike_proposal chosen;
	unsigned int rank = 2;

	if (!connection->child.count)
		return 0;
	selectors_of(sa, connection, &local, &remote);
	see_ends(sa, connection, &tsr, &tsi);
	if (!ike_ts_narrow(&to, &tsr, &local) || !ike_ts_narrow(&to, &tsi, &remote))
		return 0;
	rank += FITS_FIRST * (ike_ts_is_within(&(struct ike_ts_list){ 1, { tsr.ts[0] } }, &local) &&
			      ike_ts_is_within(&(struct ike_ts_list){ 1, { tsi.ts[0] } }, &remote));
	rank += 4 * (ike_ts_is_within(&tsr, &local) && ike_ts_is_within(&tsi, &remote));
	rank += 4 * (ike_ts_is_within(&local, &tsr) && ike_ts_is_within(&remote, &tsi));
	proposals_of(connection, 0, &own, initial);
	rank += FITS_PROPOSALS * !ike_proposals_choose(&chosen, &own, &asked->proposals, !initial);
	return rank + (transport == (connection->kind == CONNECTION_TRANSPORT));
}

/* Of those that share the IKE SA the one that fits best, the IKE SA's own before others. It is never NULL. */
static struct connection *pick(struct ike_sa *sa, const struct asked *asked, bool transport, bool initial)
{
	unsigned int best = fits(sa->connection, sa, asked, transport, initial), rank;
	struct connection *connection, *found = sa->connection;

	cds_list_for_each_entry(connection, &sa->pluto->connections, node) {
		if (connection == sa->connection || !connection_shares_ike(sa->connection, connection, sa->peer_id) ||
		    !connection_has_suite(connection, &sa->suite))
			continue;
		rank = fits(connection, sa, asked, transport, initial);
		if (rank > best) {
			best = rank;
			found = connection;
		}
	}
	return found;
}

/* RFC 7296, 2.9: where the initiator gets a part, another connection may have more of what it asked for. */
static bool has_additional(const struct child_sa *child, const struct asked *asked, bool transport, bool initial)
{
	const struct ike_sa *sa = child->sa;
	struct ike_ts_list local, remote, own, peer;
	struct connection *other;

	cds_list_for_each_entry(other, &sa->pluto->connections, node) {
		if (other == child->connection || !connection_shares_ike(sa->connection, other, sa->peer_id) ||
		    !connection_has_suite(other, &sa->suite) ||
		    fits(other, sa, asked, transport, initial) < FITS_PROPOSALS)
			continue;
		selectors_of(sa, other, &local, &remote);
		if (ike_ts_narrow(&own, &asked->tsr, &local) && ike_ts_narrow(&peer, &asked->tsi, &remote) &&
		    (!ike_ts_is_within(&own, &child->local_ts) || !ike_ts_is_within(&peer, &child->remote_ts)))
			return true;
	}
	return false;
}

static uint16_t choose(struct child_sa *child, struct asked *asked, const struct ike_message *request, bool initial)
{
	struct ike_ts_list local, remote;
	struct ike_proposals own;
	struct ike_proposal chosen;
	bool transport = ike_notify_find(request, N_USE_TRANSPORT_MODE, NULL);

	proposals_of(child->connection, child->spi[0], &own, initial);
	if (ike_proposals_choose(&chosen, &own, &asked->proposals, !initial) || !take_suite(child, &chosen))
		return N_NO_PROPOSAL_CHOSEN;
	if (!child->tunnel && !transport)
		return N_NO_PROPOSAL_CHOSEN;
	selectors(child, &local, &remote);
	see_ends(child->sa, child->connection, &asked->tsr, &asked->tsi);
	if (!ike_ts_narrow(&child->local_ts, &asked->tsr, &local) ||
	    !ike_ts_narrow(&child->remote_ts, &asked->tsi, &remote) || is_too_narrow(child, &asked->tsr, &asked->tsi))
		return N_TS_UNACCEPTABLE;
	if (child->connection->compress)
		ipcomp_choose(child, request);
	child->no_tfc = ike_notify_find(request, N_ESP_TFC_PADDING_NOT_SUPPORTED, NULL);
	child->additional = has_additional(child, asked, transport, initial);
	return 0;
}

/**
 * child_sa_choose() - make the Child SA that a request asks for
 * @to: gets it
 * @old: the one in whose place it is to be, and whose connection it has; NULL: nobody's
 * @initial: in IKE_AUTH
 *
 * Return: 0, or the error notification to answer with: then there is none
 */
uint16_t child_sa_choose(struct child_sa **to, struct ike_sa *sa, const struct ike_message *request,
			 const struct child_sa *old, bool initial)
{
	struct connection *connection;
	struct child_sa *child;
	struct asked asked;
	uint16_t error;

	if (!read_payloads(&asked, request) || !asked.proposals.count)
		return N_INVALID_SYNTAX;
	cp_resolve(sa, &asked.tsi);
	connection =
		old ? old->connection : pick(sa, &asked, ike_notify_find(request, N_USE_TRANSPORT_MODE, NULL), initial);
	if (!connection->child.count)
		return N_NO_ADDITIONAL_SAS;
	if (connection->cp && connection->cp->server && !sa->cp)
		return N_FAILED_CP_REQUIRED;
	child = child_sa_new(sa, connection);
	if (!child)
		return N_NO_ADDITIONAL_SAS;
	error = choose(child, &asked, request, initial);
	if (error) {
		child_sa_log(child, PLUTO_NOTICE, "Child SA refused: %s", ike_notify_name(error));
		child_sa_free(child, false);
		return error;
	}
	*to = child;
	return 0;
}

void child_sa_put_answer(struct child_sa *child, struct ike_builder *builder, const struct ike_nonce *nonce,
			 const struct ike_ke_job *job)
{
	struct ike_proposals answer = { .count = 1 };

	ike_suite_proposal(&child->suite, &answer.proposals[0], child->number);
	set_spi(&answer.proposals[0], child->spi[0]);
	ipcomp_put(child, builder);
	if (!child->tunnel)
		ike_put_status(builder, N_USE_TRANSPORT_MODE, (struct ike_slice){ 0 });
	if (child->additional)
		ike_put_status(builder, N_ADDITIONAL_TS_POSSIBLE, (struct ike_slice){ 0 });
	ike_put_sa(builder, &answer);
	if (nonce)
		ike_put_payload(builder, IKE_P_NONCE, ike_nonce_slice(nonce));
	if (job)
		ike_ke_job_put(job, builder);
	ike_put_ts(builder, IKE_P_TSI, &child->remote_ts);
	ike_put_ts(builder, IKE_P_TSR, &child->local_ts);
}
