// SPDX-License-Identifier: GPL-2.0-or-later
/* The peer's requests, and replies to them. */
#include <errno.h>
#include <stdlib.h>

#include "hint.h"
#include "impair.h"
#include "mobike.h"
#include "move.h"

#define IN(state) (1u << (state))

/* @states: bits of enum ike_sa_state in which it is answered at all */
struct responder {
	uint8_t exchange;
	uint8_t states;
	enum ike_outcome (*answer)(struct ike_sa *sa, const struct ike_message *request, struct ike_builder *reply);
};

/* Who answers what: a new exchange is a row here. IKE_SA_INIT is not one of an SA's (init.c). */
static const struct responder responders[] = {
	{ IKE_AUTH, IN(IKE_SA_CONNECTING), ike_auth_answer },
	{ CREATE_CHILD_SA, IN(IKE_SA_ESTABLISHED) | IN(IKE_SA_REKEYED) | IN(IKE_SA_DELETING), ike_create_child_answer },
	{ INFORMATIONAL, IN(IKE_SA_ESTABLISHED) | IN(IKE_SA_REKEYED) | IN(IKE_SA_DELETING), ike_informational_answer },
};

static uint8_t plain[IKE_MESSAGE_MAX];
static uint8_t first;

static const struct responder *find(uint8_t exchange)
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
	impair_payloads(sa->pluto, builder, exchange);
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
	ike_packets_send_by(sa, &sa->asked, packets);
	ike_mobike_replied(sa);
	if (outcome != IKE_END)
		return;
	/* Not for strangers: each of these takes memory for a minute. */
	if (sa->state != IKE_SA_CONNECTING)
		ike_farewell(sa);
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
	const struct responder *responder = find(message->header.exchange);
	uint8_t exchange = message->header.exchange;
	struct ike_builder builder;
	enum ike_outcome outcome;

	if (message->unknown) {
		ike_sa_log(sa, PLUTO_NOTICE, "%s refused: it has a critical payload, %s", ike_exchange_name(exchange),
			   ike_payload_name(message->unknown));
		refuse(sa, exchange, N_UNSUPPORTED_CRITICAL_PAYLOAD, (struct ike_slice){ &message->unknown, 1 },
		       exchange == IKE_AUTH ? IKE_END : IKE_DONE);
		return;
	}
	if (!responder || !(responder->states & IN(sa->state))) {
		refuse(sa, exchange, N_INVALID_SYNTAX, (struct ike_slice){ 0 }, IKE_END);
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

/*
 * While it is set up, and without MOBIKE, a peer behind a NAT is where its last authentic request came from, which is
 * newer than all before it: RFC 7296, 2.23. With MOBIKE it says so itself: RFC 4555, 3.8.
 */
static void follow(struct ike_sa *sa, const struct ike_path *path)
{
	if (sa->state == IKE_SA_CONNECTING) {
		sa->local = path->local;
		sa->remote = path->remote;
	} else if (!sa->mobike) {
		ike_sa_follow(sa, &path->remote);
	}
}

/* The reply goes where the request came from; from elsewhere than before, only to the peer itself. */
static void reply_again(struct ike_sa *sa, const struct ike_path *path, struct ike_slice data,
			const struct ike_header *header)
{
	struct ike_message message;
	const char *why;

	if (!is_first_part(data, header))
		return;
	if (!ike_path_equal(path, &sa->asked) && ike_unprotect(sa, &message, data, &why) == -EBADMSG)
		return;
	ike_packets_send_by(sa, path, sa->reply);
}

static void take_request(struct ike_sa *sa, const struct ike_path *path, struct ike_slice data,
			 const struct ike_header *header)
{
	struct ike_message message;
	const char *why;
	int error = ike_unprotect(sa, &message, data, &why);

	if (error && error != -EINVAL)
		return;
	sa->asked = *path;
	follow(sa, path);
	if (!error) {
		answer(sa, &message);
		return;
	}
	ike_sa_log(sa, PLUTO_NOTICE, "a malformed request, %s: %s", ike_exchange_name(header->exchange), why);
	refuse(sa, header->exchange, N_INVALID_SYNTAX, (struct ike_slice){ 0 }, IKE_END);
}

void ike_request_received(struct ike_sa *sa, const struct ike_path *path, struct ike_slice data,
			  const struct ike_header *header)
{
	/* While its answer to IKE_AUTH is looked at, the peer may ask already: it will do so again. */
	if (!sa->keyed || (sa->initiator && sa->state == IKE_SA_CONNECTING))
		return;
	if (sa->reply && header->id == sa->receive_id - 1)
		reply_again(sa, path, data, header);
	else if (header->id == sa->receive_id && !sa->busy)
		take_request(sa, path, data, header);
	else if (header->id > sa->receive_id)
		ike_ahead_received(sa, data, header);
}
