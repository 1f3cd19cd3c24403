// SPDX-License-Identifier: GPL-2.0-or-later
/* The peer's requests, and replies to them. */
#include <errno.h>
#include <stdlib.h>

#include "exchange.h"

#define IN(state) (1u << (state))

/* Who answers what: a new exchange is a row here. IKE_SA_INIT is not one of an SA's (init.c). */
static const struct ike_responder responders[] = {
	{ IKE_AUTH, IN(IKE_SA_CONNECTING), ike_auth_answer },
	{ CREATE_CHILD_SA, IN(IKE_SA_ESTABLISHED) | IN(IKE_SA_REKEYED) | IN(IKE_SA_DELETING), ike_create_child_answer },
	{ INFORMATIONAL, IN(IKE_SA_ESTABLISHED) | IN(IKE_SA_REKEYED) | IN(IKE_SA_DELETING), ike_informational_answer },
};

static uint8_t plain[IKE_MESSAGE_MAX];
static uint8_t first;

const struct ike_responder *ike_responder_find(uint8_t exchange)
{
	size_t at;

	for (at = 0; at < sizeof(responders) / sizeof(*responders); at++)
		if (responders[at].exchange == exchange)
			return &responders[at];
	return NULL;
}

void ike_reply_start(struct ike_builder *builder)
{
	ike_build_chain(builder, plain, sizeof(plain), &first);
}

/**
 * ike_reply() - answer the request that is being answered
 * @builder: of ike_reply_start()
 * @outcome: IKE_DONE, or IKE_END: the SA ends after it
 */
void ike_reply(struct ike_sa *sa, uint8_t exchange, struct ike_builder *builder, enum ike_outcome outcome)
{
	struct ike_packet *packets = NULL;

	sa->busy = false;
	if (sa->state == IKE_SA_DEAD)
		return;
	if (!builder->error)
		packets = ike_protect(sa, exchange, true, sa->receive_id, first,
				      (struct ike_slice){ plain, builder->length });
	ike_wipe(plain, builder->length);
	if (!packets) {
		ike_sa_log(sa, PLUTO_ERROR, "a reply to %s cannot be made: no memory, or it is too long",
			   ike_exchange_name(exchange));
		ike_sa_end(sa, "a message could not be made");
		return;
	}
	ike_packets_free(sa->reply);
	sa->reply = packets;
	sa->receive_id++;
	ike_packets_send(sa, packets);
	if (outcome == IKE_END)
		ike_sa_end(sa, NULL);
}

static void refuse(struct ike_sa *sa, uint8_t exchange, uint16_t type, struct ike_slice data, enum ike_outcome outcome)
{
	struct ike_builder builder;

	ike_reply_start(&builder);
	ike_put_status(&builder, type, data);
	ike_reply(sa, exchange, &builder, outcome);
}

static void answer(struct ike_sa *sa, const struct ike_message *message)
{
	const struct ike_responder *responder = ike_responder_find(message->header.exchange);
	uint8_t exchange = message->header.exchange;
	struct ike_builder builder;
	enum ike_outcome outcome;

	if (message->unknown) {
		refuse(sa, exchange, N_UNSUPPORTED_CRITICAL_PAYLOAD, (struct ike_slice){ &message->unknown, 1 },
		       exchange == IKE_AUTH ? IKE_END : IKE_DONE);
		return;
	}
	if (!responder || !(responder->states & IN(sa->state))) {
		refuse(sa, exchange, N_INVALID_SYNTAX, (struct ike_slice){ 0 }, IKE_DONE);
		return;
	}
	ike_reply_start(&builder);
	sa->busy = true;
	outcome = responder->answer(sa, message, &builder);
	if (outcome == IKE_DONE || outcome == IKE_END)
		ike_reply(sa, exchange, &builder, outcome);
	else if (outcome == IKE_DROP)
		sa->busy = false;
}

/* RFC 7383, 2.6.1: of a request in fragments, the first one brings the reply again. */
static bool is_first_part(struct ike_slice data, const struct ike_header *header)
{
	return header->next != IKE_P_SKF ||
	       (data.length >= IKE_HEADER + 6 && !data.data[IKE_HEADER + 4] && data.data[IKE_HEADER + 5] == 1);
}

static bool same_place(const struct ike_endpoint *a, const struct ike_endpoint *b)
{
	return a->port == b->port && klips_addr_equal(&a->addr, &b->addr);
}

/* RFC 7296, 2.23: a peer behind a NAT is where its last authentic request came from. */
static void follow(struct ike_sa *sa, const struct ike_endpoint *local, const struct ike_endpoint *remote)
{
	bool moved = !same_place(&sa->remote, remote);

	if (sa->state == IKE_SA_CONNECTING || (sa->nat_remote && !sa->mobike && moved)) {
		sa->local = *local;
		sa->remote = *remote;
	}
}

void ike_request_received(struct ike_sa *sa, const struct ike_endpoint *local, const struct ike_endpoint *remote,
			  struct ike_slice data, const struct ike_header *header)
{
	struct ike_message message;
	const char *why;
	int error;

	if (!sa->keyed)
		return;
	if (sa->reply && header->id == sa->receive_id - 1) {
		if (is_first_part(data, header))
			ike_packets_send(sa, sa->reply);
		return;
	}
	if (header->id != sa->receive_id || sa->busy)
		return;
	error = ike_unprotect(sa, &message, data, &why);
	if (error == -EBADMSG)
		sa->pluto->counters.unprotected++;
	if (error && error != -EINVAL)
		return;
	sa->heard = pluto_now(sa->pluto);
	follow(sa, local, remote);
	if (!error) {
		answer(sa, &message);
		return;
	}
	sa->pluto->counters.malformed++;
	ike_sa_log(sa, PLUTO_NOTICE, "a malformed request, %s: %s", ike_exchange_name(header->exchange), why);
	refuse(sa, header->exchange, N_INVALID_SYNTAX, (struct ike_slice){ 0 }, IKE_END);
}
