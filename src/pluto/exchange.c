// SPDX-License-Identifier: GPL-2.0-or-later
/* This side's requests: one at a time (a window of 1), sent again until they are answered. RFC 7296, 2.1 to 2.4. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "hint.h"
#include "impair.h"
#include "mobike.h"

static uint8_t plain[IKE_MESSAGE_MAX];

static void start_next(struct ike_sa *sa);

static void free_packets(struct ike_exchange *exchange)
{
	ike_packets_free(exchange->packets);
	exchange->packets = NULL;
}

static void end(struct ike_exchange *exchange, bool answered)
{
	pluto_timer_cancel(&exchange->sa->pluto->timers, &exchange->timer);
	free_packets(exchange);
	exchange->ops->end(exchange, answered);
}

/* Each time twice as long, up to half a minute. */
static uint64_t patience(const struct ike_exchange *exchange)
{
	uint64_t first = exchange->sa->connection->times.retransmit_first;
	unsigned int doubled = exchange->tries - 1;

	return doubled < 6 ? first << doubled : first << 6;
}

static void send_packets(struct ike_exchange *exchange)
{
	struct ike_sa *sa = exchange->sa;

	if (exchange->apart)
		ike_packets_send_by(sa, &exchange->by, exchange->packets);
	else
		ike_packets_send(sa, exchange->packets);
}

static void retransmit(struct pluto_timer *timer)
{
	struct ike_exchange *exchange = caa_container_of(timer, struct ike_exchange, timer);
	struct ike_sa *sa = exchange->sa;
	uint64_t now = pluto_now(sa->pluto);

	if (now - exchange->began >= ike_mobike_patience(sa) || impair_fails(sa->pluto, IMPAIR_PATIENCE)) {
		ike_sa_log(sa, PLUTO_NOTICE, "no answer to %s within %" PRIu64 " s, sent %u times", exchange->ops->name,
			   (now - exchange->began) / 1000, exchange->tries);
		if (sa->state == IKE_SA_ESTABLISHED && sa->pluto->port->silent)
			sa->pluto->port->silent(sa->pluto->arg, sa);
		ike_sa_end(sa, "the peer does not answer");
		return;
	}
	if (impair_fails(sa->pluto, IMPAIR_RESEND)) {
		pluto_timer_set(&sa->pluto->timers, timer, exchange->began + ike_mobike_patience(sa), retransmit);
		return;
	}
	exchange->tries++;
	sa->pluto->counters.retransmitted++;
	send_packets(exchange);
	ike_mobike_probe(exchange);
	pluto_timer_set(&sa->pluto->timers, timer, now + patience(exchange), retransmit);
}

static void send_first(struct ike_exchange *exchange)
{
	struct ike_sa *sa = exchange->sa;

	exchange->tries = 1;
	exchange->probing = false;
	exchange->began = pluto_now(sa->pluto);
	send_packets(exchange);
	pluto_timer_set(&sa->pluto->timers, &exchange->timer, exchange->began + patience(exchange), retransmit);
}

void ike_exchange_resend(struct ike_sa *sa)
{
	struct ike_exchange *exchange = sa->exchange;

	if (!exchange || exchange->answered || exchange->apart || !exchange->packets)
		return;
	pluto_timer_cancel(&sa->pluto->timers, &exchange->timer);
	send_first(exchange);
}

static struct ike_packet *build_clear(struct ike_exchange *exchange, struct ike_builder *builder,
				      enum ike_outcome *outcome)
{
	struct ike_sa *sa = exchange->sa;
	struct ike_header header = {
		.major = 2,
		.exchange = exchange->ops->exchange,
		.flags = sa->initiator ? IKE_FLAG_INITIATOR : 0,
		.id = sa->send_id,
	};
	int length;

	memcpy(header.spi_i, sa->spi[0], sizeof(header.spi_i));
	memcpy(header.spi_r, sa->spi[1], sizeof(header.spi_r));
	impair_header(sa->pluto, &header);
	ike_build_start(builder, plain, sizeof(plain), &header);
	*outcome = exchange->ops->build(exchange, builder);
	impair_payloads(sa->pluto, builder, exchange->ops->exchange);
	length = ike_build_end(builder);
	return length < 0 ? NULL : ike_packet_new((struct ike_slice){ plain, length });
}

static struct ike_packet *build_protected(struct ike_exchange *exchange, struct ike_builder *builder,
					  enum ike_outcome *outcome)
{
	struct ike_sa *sa = exchange->sa;
	uint8_t first = IKE_P_NONE;
	struct ike_packet *packets;

	ike_build_chain(builder, plain, sizeof(plain), &first);
	*outcome = exchange->ops->build(exchange, builder);
	impair_payloads(sa->pluto, builder, exchange->ops->exchange);
	if (builder->error)
		return NULL;
	packets = ike_protect(sa, exchange->ops->exchange, false, sa->send_id, first,
			      (struct ike_slice){ plain, builder->length });
	ike_wipe(plain, builder->length);
	return packets;
}

/* Returns whether it is in flight. */
static bool send_request(struct ike_exchange *exchange)
{
	bool clear = exchange->ops->exchange == IKE_SA_INIT;
	struct ike_sa *sa = exchange->sa;
	enum ike_outcome outcome;
	struct ike_builder builder;

	free_packets(exchange);
	exchange->packets =
		clear ? build_clear(exchange, &builder, &outcome) : build_protected(exchange, &builder, &outcome);
	if (outcome == IKE_DROP)
		return false;
	if (!exchange->packets) {
		ike_sa_log(sa, PLUTO_ERROR, "%s cannot be sent: no memory, or it is too long", exchange->ops->name);
		ike_sa_end(sa, "a message could not be made");
		return true;
	}
	send_first(exchange);
	return true;
}

static void start_next(struct ike_sa *sa)
{
	struct ike_exchange *exchange;

	while (!sa->exchange && sa->state != IKE_SA_DEAD && !cds_list_empty(&sa->queue)) {
		exchange = cds_list_first_entry(&sa->queue, struct ike_exchange, node);
		cds_list_del(&exchange->node);
		sa->exchange = exchange;
		if (send_request(exchange))
			return;
		sa->exchange = NULL;
		end(exchange, false);
	}
}

/**
 * ike_exchange_start() - send a request when those before it are answered
 * @exchange: part of something that its @ops->end frees, which is called once in any case
 */
void ike_exchange_start(struct ike_sa *sa, struct ike_exchange *exchange, const struct ike_exchange_ops *ops)
{
	exchange->ops = ops;
	exchange->sa = sa;
	exchange->packets = NULL;
	exchange->answered = exchange->apart = false;
	cds_list_add_tail(&exchange->node, &sa->queue);
	start_next(sa);
}

/* The answer wants it otherwise. */
static void send_again(struct ike_exchange *exchange)
{
	struct ike_sa *sa = exchange->sa;

	sa->send_id += exchange->ops->exchange != IKE_SA_INIT;
	exchange->answered = false;
	if (send_request(exchange))
		return;
	sa->exchange = NULL;
	end(exchange, true);
	start_next(sa);
}

static void finish(struct ike_exchange *exchange, enum ike_outcome outcome)
{
	struct ike_sa *sa = exchange->sa;

	sa->exchange = NULL;
	sa->send_id++;
	end(exchange, true);
	if (outcome == IKE_END)
		ike_sa_end(sa, NULL);
	start_next(sa);
}

/**
 * ike_exchange_done() - an answer was dealt with
 * @outcome: what came of it: IKE_DONE, IKE_AGAIN or IKE_END
 */
void ike_exchange_done(struct ike_exchange *exchange, enum ike_outcome outcome)
{
	struct ike_sa *sa = ike_sa_get(exchange->sa);

	if (outcome == IKE_AGAIN)
		send_again(exchange);
	else
		finish(exchange, outcome);
	ike_sa_put(sa);
}

static void answered(struct ike_exchange *exchange, const struct ike_message *message)
{
	enum ike_outcome outcome;

	pluto_timer_cancel(&exchange->sa->pluto->timers, &exchange->timer);
	exchange->answered = true;
	outcome = exchange->ops->answer(exchange, message);
	if (outcome == IKE_DROP) { /* it was none: go on waiting */
		exchange->answered = false;
		pluto_timer_set(&exchange->sa->pluto->timers, &exchange->timer,
				pluto_now(exchange->sa->pluto) + patience(exchange), retransmit);
	} else if (outcome != IKE_LATER) {
		ike_exchange_done(exchange, outcome);
	}
}

static void malformed(struct ike_sa *sa, const char *name, const char *why)
{
	ike_sa_log(sa, PLUTO_NOTICE, "the answer to %s is malformed: %s", name, why);
	ike_sa_end(sa, "a malformed answer");
}

/* A message of IKE_SA_INIT is anybody's: what is wrong with it is no reason to end anything. */
static void clear_response(struct ike_exchange *exchange, struct ike_slice data)
{
	struct ike_message message;
	const char *why;

	if (ike_message_parse(&message, data, &why)) {
		exchange->sa->pluto->counters.malformed++;
		ike_sa_log(exchange->sa, PLUTO_DEBUG, "a malformed answer to %s was dropped: %s", exchange->ops->name,
			   why);
		return;
	}
	answered(exchange, &message);
}

/* Where it was sent by several ways, the one that has an answer is the one to go on with. */
static void take_response(struct ike_exchange *exchange, const struct ike_path *path, const struct ike_message *message)
{
	exchange->answered = true;
	if (exchange->probing && exchange->sa->state == IKE_SA_ESTABLISHED)
		ike_mobike_found(exchange->sa, path);
	answered(exchange, message);
}

/* Payloads may stand before the one that is encrypted. One that is malformed is dropped where it is opened. */
static bool is_sealed(struct ike_slice data)
{
	struct ike_message message;
	const struct ike_payload *last;
	const char *why;

	if (ike_message_parse(&message, data, &why) || !message.count)
		return true;
	last = &message.payloads[message.count - 1];
	return last->type == IKE_P_SK || last->type == IKE_P_SKF;
}

/* RFC 7296, 2.21.3: the peer has no such IKE SA any more. */
static bool is_fatal(const struct ike_sa *sa, const struct ike_message *message)
{
	return sa->state != IKE_SA_CONNECTING && ike_notify_find(message, N_INVALID_SYNTAX, NULL);
}

void ike_response_received(struct ike_sa *sa, const struct ike_path *path, struct ike_slice data,
			   const struct ike_header *header)
{
	struct ike_exchange *exchange = sa->exchange;
	struct ike_message message;
	const char *why;
	int error;

	if (!exchange || exchange->answered || header->id != sa->send_id || header->exchange != exchange->ops->exchange)
		return; /* a late one, or none of ours */
	if (header->exchange == IKE_SA_INIT) {
		clear_response(exchange, data);
		return;
	}
	if (!is_sealed(data)) {
		ike_hint_received(sa, data);
		return;
	}
	error = ike_unprotect(sa, &message, data, &why);
	if (error && error != -EINVAL)
		return;
	if (error)
		malformed(sa, exchange->ops->name, why);
	else if (message.unknown)
		malformed(sa, exchange->ops->name, "a critical payload of an unknown type");
	else if (is_fatal(sa, &message))
		ike_sa_end(sa, "the peer finds a request of this side's malformed");
	else
		take_response(exchange, path, &message);
}

void ike_exchanges_end(struct ike_sa *sa)
{
	struct ike_exchange *exchange = sa->exchange;

	sa->exchange = NULL;
	if (exchange)
		end(exchange, false);
	while (!cds_list_empty(&sa->queue)) {
		exchange = cds_list_first_entry(&sa->queue, struct ike_exchange, node);
		cds_list_del(&exchange->node);
		end(exchange, false);
	}
}
