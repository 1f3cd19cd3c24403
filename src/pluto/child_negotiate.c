// SPDX-License-Identifier: GPL-2.0-or-later
/* What a Child SA is to be: proposals and traffic selectors, offered and chosen. RFC 7296, 2.7 and 2.9. */
#include <string.h>

#include "child_sa.h"
#include "exchange.h"

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

/**
 * child_sa_proposals() - what its connection proposes
 * @initial: for IKE_AUTH, where the keys come from the IKE SA's exchange: no key exchange in it (RFC 7296, 1.2)
 */
void child_sa_proposals(const struct child_sa *child, struct ike_proposals *to, bool initial)
{
	unsigned int at;

	*to = child->connection->child;
	for (at = 0; at < to->count; at++) {
		set_spi(&to->proposals[at], child->spi[0]);
		if (initial)
			without_ke(&to->proposals[at]);
	}
}

static void put(struct ike_builder *builder, const struct ike_proposals *proposals, const struct child_sa_fresh *fresh,
		const struct ike_ts_list *tsi, const struct ike_ts_list *tsr)
{
	ike_put_sa(builder, proposals);
	if (fresh) {
		ike_put_payload(builder, IKE_P_NONCE, fresh->nonce);
		if (fresh->ke)
			ike_put_ke(builder, fresh->ke->id, fresh->public);
	}
	ike_put_ts(builder, IKE_P_TSI, tsi);
	ike_put_ts(builder, IKE_P_TSR, tsr);
}

static void selectors(const struct child_sa *child, struct ike_ts_list *local, struct ike_ts_list *remote)
{
	connection_selectors(child->connection, &child->sa->local.addr, &child->sa->remote.addr, local, remote);
}

void child_sa_put_offer(struct child_sa *child, struct ike_builder *builder, const struct child_sa_fresh *fresh)
{
	struct ike_proposals proposals;
	struct ike_ts_list local, remote;

	child_sa_proposals(child, &proposals, !fresh);
	selectors(child, &local, &remote);
	if (!child->tunnel)
		ike_put_status(builder, N_USE_TRANSPORT_MODE, (struct ike_slice){ 0 });
	put(builder, &proposals, fresh, &local, &remote);
}

static bool take_suite(struct child_sa *child, const struct ike_proposal *chosen)
{
	if (chosen->spi_size != sizeof(child->spi[1]) || ike_suite_from_proposal(&child->suite, chosen))
		return false;
	memcpy(&child->spi[1], chosen->spi, sizeof(child->spi[1]));
	child->number = chosen->number;
	return child->spi[1] != 0;
}

/* The error notification among a message's; N_INVALID_SYNTAX if there is none. */
static uint16_t refusal(const struct ike_message *message)
{
	const struct ike_payload *payload = ike_payload_find(message, IKE_P_NOTIFY);
	struct ike_notify notify;
	const char *why;

	for (; payload; payload = ike_payload_next(message, payload))
		if (!ike_notify_read(&notify, payload, &why) && notify.type < N_ERRORS_END)
			return notify.type;
	return N_INVALID_SYNTAX;
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

static uint16_t take_selectors(struct child_sa *child, const struct asked *got)
{
	struct ike_ts_list local, remote;

	selectors(child, &local, &remote);
	if (!ike_ts_is_within(&got->tsi, &local) || !ike_ts_is_within(&got->tsr, &remote))
		return N_TS_UNACCEPTABLE;
	child->local_ts = got->tsi;
	child->remote_ts = got->tsr;
	return 0;
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
	struct ike_notify notify;
	struct asked got;

	if (!ike_payload_find(message, IKE_P_SA))
		return refusal(message);
	if (!read_payloads(&got, message) || got.proposals.count != 1)
		return N_INVALID_SYNTAX;
	child_sa_proposals(child, &offered, initial);
	if (ike_proposals_choose(&chosen, &offered, &got.proposals, !initial) || !take_suite(child, &chosen))
		return N_NO_PROPOSAL_CHOSEN;
	if (!child->tunnel && !ike_notify_find(message, N_USE_TRANSPORT_MODE, &notify)) {
		ike_sa_log(child->sa, PLUTO_NOTICE, "the peer refuses transport mode");
		return N_NO_PROPOSAL_CHOSEN;
	}
	return take_selectors(child, &got);
}

static uint16_t choose(struct child_sa *child, struct asked *asked, const struct ike_message *request, bool initial)
{
	struct ike_ts_list local, remote;
	struct ike_proposals own;
	struct ike_proposal chosen;
	struct ike_notify notify;
	bool transport = ike_notify_find(request, N_USE_TRANSPORT_MODE, &notify);

	child_sa_proposals(child, &own, initial);
	if (ike_proposals_choose(&chosen, &own, &asked->proposals, !initial) || !take_suite(child, &chosen))
		return N_NO_PROPOSAL_CHOSEN;
	if (!child->tunnel && !transport)
		return N_NO_PROPOSAL_CHOSEN;
	selectors(child, &local, &remote);
	if (!ike_ts_narrow(&child->local_ts, &asked->tsr, &local) ||
	    !ike_ts_narrow(&child->remote_ts, &asked->tsi, &remote))
		return N_TS_UNACCEPTABLE;
	return 0;
}

/**
 * child_sa_choose() - make the Child SA that a request asks for
 * @to: gets it
 * @initial: in IKE_AUTH
 *
 * Return: 0, or the error notification to answer with: then there is none
 */
uint16_t child_sa_choose(struct child_sa **to, struct ike_sa *sa, const struct ike_message *request, bool initial)
{
	struct child_sa *child;
	struct asked asked;
	uint16_t error;

	if (!read_payloads(&asked, request) || !asked.proposals.count)
		return N_INVALID_SYNTAX;
	if (!sa->connection->child.count)
		return N_NO_ADDITIONAL_SAS;
	child = child_sa_new(sa, sa->connection->child.proposals[0].protocol);
	if (!child)
		return N_NO_ADDITIONAL_SAS;
	error = choose(child, &asked, request, initial);
	if (error) {
		ike_sa_log(sa, PLUTO_NOTICE, "Child SA refused: %s", ike_notify_name(error));
		child_sa_free(child, false);
		return error;
	}
	*to = child;
	return 0;
}

/* Of the proposal that was chosen, one transform of each type, under the peer's number. */
static void chosen_proposal(const struct child_sa *child, struct ike_proposal *to, const struct ike_alg *ke)
{
	const struct ike_suite *suite = &child->suite;
	struct ike_transform *next = to->transforms;

	*to = (struct ike_proposal){ .protocol = child->protocol, .number = child->number };
	set_spi(to, child->spi[0]);
	if (suite->encr)
		*next++ =
			(struct ike_transform){ IKE_ENCR, suite->encr->id, suite->encr->fixed ? 0 : suite->encr_bits };
	if (suite->integ)
		*next++ = (struct ike_transform){ IKE_INTEG, suite->integ->id, 0 };
	if (ke)
		*next++ = (struct ike_transform){ IKE_KE, ke->id, 0 };
	*next++ = (struct ike_transform){ IKE_ESN, suite->esn, 0 };
	to->count = next - to->transforms;
}

void child_sa_put_answer(struct child_sa *child, struct ike_builder *builder, const struct child_sa_fresh *fresh)
{
	struct ike_proposals answer = { .count = 1 };

	chosen_proposal(child, &answer.proposals[0], fresh ? fresh->ke : NULL);
	if (!child->tunnel)
		ike_put_status(builder, N_USE_TRANSPORT_MODE, (struct ike_slice){ 0 });
	put(builder, &answer, fresh, &child->remote_ts, &child->local_ts);
}
