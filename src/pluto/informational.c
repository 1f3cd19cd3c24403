// SPDX-License-Identifier: GPL-2.0-or-later
/* INFORMATIONAL: RFC 7296, 1.4: deletions, and whether the peer lives. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "child_sa.h"
#include "impair.h"
#include "mobike.h"
#include "reauth.h"
#include "rekey.h"

#define SPIS_MAX 64 /* of Child SAs in one reply */

/**
 * struct inform - a request
 * @child: whose deletion it is, by its own SPI; 0: none's
 * @id: the message ID that it complains of, in network byte order
 */
struct inform {
	struct ike_exchange exchange;
	uint32_t child, id;
	uint8_t protocol;
};

static const struct ike_exchange_ops delete_ike_ops, delete_child_ops, liveness_ops, complaint_ops;

static void start(struct ike_sa *sa, const struct ike_exchange_ops *ops, const struct child_sa *child)
{
	struct inform *inform = calloc(1, sizeof(*inform));

	if (!inform) {
		ike_sa_end(sa, "no memory");
		return;
	}
	if (child) {
		inform->child = child->spi[0];
		inform->protocol = child->protocol;
	}
	ike_exchange_start(sa, &inform->exchange, ops);
}

static void end(struct ike_exchange *exchange, bool answered)
{
	(void)answered;
	free(caa_container_of(exchange, struct inform, exchange));
}

/**
 * ike_delete_start() - delete an IKE SA, and with it its Child SAs: RFC 7296, 1.4.1
 *
 * One that is not established has no keys to say so with: it ends at once.
 */
void ike_delete_start(struct ike_sa *sa)
{
	if (sa->state == IKE_SA_CONNECTING) {
		ike_sa_end(sa, "it is no longer wanted");
		return;
	}
	if (sa->state == IKE_SA_ESTABLISHED)
		ike_delete_replaced(sa);
}

void ike_delete_replaced(struct ike_sa *sa)
{
	if (sa->state == IKE_SA_DELETING || sa->state == IKE_SA_DEAD)
		return;
	sa->state = IKE_SA_DELETING;
	start(sa, &delete_ike_ops, NULL);
}

/* The same without a word to the peer, when what deletes them is done. */
static void end_untold(struct pluto_timer *timer)
{
	ike_sa_end(caa_container_of(timer, struct ike_sa, expire), NULL);
}

static void end_child_untold(struct pluto_timer *timer)
{
	struct child_sa *child = caa_container_of(timer, struct child_sa, expire);

	child_sa_free(child, child_sa_hand_over(child));
}

static bool is_untold(struct ike_sa *sa, struct pluto_timer *expire, void (*run)(struct pluto_timer *timer))
{
	if (!impair_fails(sa->pluto, IMPAIR_DELETE))
		return false;
	pluto_timer_set(&sa->pluto->timers, expire, pluto_now(sa->pluto), run);
	return true;
}

static enum ike_outcome build_delete_ike(struct ike_exchange *exchange, struct ike_builder *builder)
{
	if (is_untold(exchange->sa, &exchange->sa->expire, end_untold))
		return IKE_DROP;
	ike_put_delete(builder, IKE_PROTO_IKE, 0, NULL, 0);
	return IKE_DONE;
}

static enum ike_outcome ike_is_deleted(struct ike_exchange *exchange, const struct ike_message *message)
{
	(void)message;
	ike_sa_log(exchange->sa, PLUTO_NOTICE, "IKE SA deleted");
	return IKE_END;
}

static const struct ike_exchange_ops delete_ike_ops = {
	.name = "INFORMATIONAL (delete IKE SA)",
	.exchange = INFORMATIONAL,
	.build = build_delete_ike,
	.answer = ike_is_deleted,
	.end = end,
};

struct child_sa *child_sa_disown(struct child_sa *child)
{
	child->state = CHILD_SA_DELETING;
	start(child->sa, &delete_child_ops, child);
	return NULL;
}

/* One that is being made is deleted when it is there: who makes it looks. */
void child_sa_delete_start(struct child_sa *child)
{
	if (child->state == CHILD_SA_LARVAL)
		child->unwanted = true;
	else if (child->state != CHILD_SA_DELETING)
		child_sa_disown(child);
}

static struct child_sa *child_of(const struct inform *inform)
{
	return child_sa_find(inform->exchange.sa, inform->protocol, inform->child, true);
}

static enum ike_outcome build_delete_child(struct ike_exchange *exchange, struct ike_builder *builder)
{
	struct inform *inform = caa_container_of(exchange, struct inform, exchange);
	struct child_sa *child = child_of(inform);

	if (!child) /* the peer was first */
		return IKE_DROP;
	if (is_untold(exchange->sa, &child->expire, end_child_untold))
		return IKE_DROP;
	ike_put_delete(builder, inform->protocol, sizeof(inform->child), (const uint8_t *)&inform->child, 1);
	return IKE_DONE;
}

static enum ike_outcome child_is_deleted(struct ike_exchange *exchange, const struct ike_message *message)
{
	struct inform *inform = caa_container_of(exchange, struct inform, exchange);
	struct child_sa *child = child_of(inform);

	(void)message;
	if (child) {
		child_sa_log(child, PLUTO_NOTICE, "Child SA #%u deleted", child->serial);
		child_sa_free(child, child_sa_hand_over(child));
	}
	return IKE_DONE;
}

static const struct ike_exchange_ops delete_child_ops = {
	.name = "INFORMATIONAL (delete Child SA)",
	.exchange = INFORMATIONAL,
	.build = build_delete_child,
	.answer = child_is_deleted,
	.end = end,
};

/**
 * ike_liveness_start() - ask whether the peer lives: RFC 7296, 2.4
 */
void ike_liveness_start(struct ike_sa *sa)
{
	start(sa, &liveness_ops, NULL);
}

static enum ike_outcome build_liveness(struct ike_exchange *exchange, struct ike_builder *builder)
{
	ike_mobike_put_liveness(exchange->sa, builder);
	return IKE_DONE;
}

static enum ike_outcome it_lives(struct ike_exchange *exchange, const struct ike_message *message)
{
	ike_mobike_take_liveness(exchange->sa, message);
	return IKE_DONE;
}

static const struct ike_exchange_ops liveness_ops = {
	.name = "INFORMATIONAL (liveness)",
	.exchange = INFORMATIONAL,
	.build = build_liveness,
	.answer = it_lives,
	.end = end,
};

/**
 * ike_complaint_start() - tell the peer that a request of its own is outside of the window: RFC 7296, 2.3 and 3.10.1
 * @id: the request's message ID
 */
void ike_complaint_start(struct ike_sa *sa, uint32_t id)
{
	struct inform *inform = calloc(1, sizeof(*inform));

	if (!inform)
		return; /* it is only a hint */
	inform->id = htonl(id);
	ike_exchange_start(sa, &inform->exchange, &complaint_ops);
}

static enum ike_outcome build_complaint(struct ike_exchange *exchange, struct ike_builder *builder)
{
	const struct inform *inform = caa_container_of(exchange, struct inform, exchange);

	ike_put_status(builder, N_INVALID_MESSAGE_ID,
		       (struct ike_slice){ (const uint8_t *)&inform->id, sizeof(inform->id) });
	return IKE_DONE;
}

static enum ike_outcome it_is_heard(struct ike_exchange *exchange, const struct ike_message *message)
{
	(void)exchange;
	(void)message;
	return IKE_DONE;
}

static const struct ike_exchange_ops complaint_ops = {
	.name = "INFORMATIONAL (invalid message ID)",
	.exchange = INFORMATIONAL,
	.build = build_complaint,
	.answer = it_is_heard,
	.end = end,
};

/**
 * ike_refuse_peer() - tell a peer that it is not believed: RFC 7296, 2.21.2
 *
 * It is sent once, as the SA ends here and now.
 */
void ike_refuse_peer(struct ike_sa *sa)
{
	uint8_t data[64], first = IKE_P_NONE;
	struct ike_builder builder;
	struct ike_packet *packet;

	ike_build_chain(&builder, data, sizeof(data), &first);
	ike_put_status(&builder, N_AUTHENTICATION_FAILED, (struct ike_slice){ 0 });
	packet = ike_protect(sa, INFORMATIONAL, false, sa->send_id + 1, first,
			     (struct ike_slice){ data, builder.length });
	if (packet)
		ike_packets_send(sa, packet);
	ike_packets_free(packet);
}

/* SPIs of this side's, for the reply: those that belong to the ones that the peer deletes. */
struct deleted {
	uint8_t protocol;
	uint16_t count;
	uint32_t spis[SPIS_MAX];
};

static void delete_child(struct ike_sa *sa, struct deleted *to, uint8_t protocol, uint32_t spi)
{
	struct child_sa *child = child_sa_find(sa, protocol, spi, false);

	if (!child)
		return;
	/* Its keys are still being made: whoever has that done deletes it then. */
	if (child->state == CHILD_SA_LARVAL) {
		child->unwanted = true;
		return;
	}
	/* RFC 7296, 1.4.1: where both delete at once, neither names it in its reply. */
	if (child->state != CHILD_SA_DELETING && to->count < SPIS_MAX)
		to->spis[to->count++] = child->spi[0];
	child_sa_log(child, PLUTO_NOTICE, "the peer deletes Child SA #%u", child->serial);
	child_sa_free(child, child_sa_hand_over(child));
}

/* Whether the IKE SA is deleted too. */
static bool delete (struct ike_sa *sa, const struct ike_delete *asked, struct ike_builder *reply)
{
	struct deleted deleted = { .protocol = asked->protocol };
	uint32_t spi;
	uint16_t at;

	if (asked->protocol == IKE_PROTO_IKE)
		return true;
	if (asked->spi_size != sizeof(spi))
		return false;
	for (at = 0; at < asked->count; at++) {
		memcpy(&spi, asked->spis.data + at * sizeof(spi), sizeof(spi));
		delete_child(sa, &deleted, asked->protocol, spi);
	}
	if (deleted.count)
		ike_put_delete(reply, deleted.protocol, sizeof(spi), (const uint8_t *)deleted.spis, deleted.count);
	return false;
}

static struct child_sa *find_outbound(struct ike_sa *sa, const struct ike_slice *data)
{
	struct child_sa *child;
	uint32_t spi;

	if (data->length != sizeof(spi))
		return NULL;
	memcpy(&spi, data->data, sizeof(spi));
	child = child_sa_find(sa, IKE_PROTO_ESP, spi, false);
	return child ? child : child_sa_find(sa, IKE_PROTO_AH, spi, false);
}

/* RFC 7296, 3.10.1: a packet came by a Child SA that it is not for: the policies of the two sides differ. */
static void show_packet(struct ike_sa *sa, const struct ike_message *request)
{
	struct ike_notify notify;
	struct child_sa *child;
	uint32_t spi;

	if (!ike_notify_find(request, N_INVALID_SELECTORS, &notify) || notify.spi.length != sizeof(spi))
		return;
	memcpy(&spi, notify.spi.data, sizeof(spi));
	child = child_sa_find(sa, notify.protocol, spi, false);
	if (child)
		child_sa_log(child, PLUTO_NOTICE, "Child SA #%u carried a packet that the peer does not take by it",
			     child->serial);
}

/* RFC 7296, 1.5: which packets it means is in the notification's data, of which protocol it does not say. */
static void take_complaint(struct ike_sa *sa, const struct ike_message *request)
{
	uint16_t error = ike_notify_error(request);
	struct ike_notify notify;
	struct child_sa *child;

	if (!error)
		return;
	ike_sa_log(sa, PLUTO_NOTICE, "the peer complains: %s", ike_notify_name(error));
	show_packet(sa, request);
	if (!ike_notify_find(request, N_INVALID_SPI, &notify))
		return;
	child = find_outbound(sa, &notify.data);
	if (child)
		child_sa_lost(child);
}

static bool is_distrusted(const struct ike_message *request)
{
	return ike_notify_find(request, N_AUTHENTICATION_FAILED, NULL);
}

/**
 * ike_informational_answer() - a row of respond.c's table
 */
enum ike_outcome ike_informational_answer(struct ike_sa *sa, const struct ike_message *request,
					  struct ike_builder *reply)
{
	const struct ike_payload *payload = ike_payload_find(request, IKE_P_DELETE);
	struct ike_delete asked;
	const char *why;

	if (is_distrusted(request)) {
		ike_sa_log(sa, PLUTO_NOTICE, "the peer does not believe this host");
		return IKE_END;
	}
	if (!ike_mobike_answer(sa, request, reply))
		return IKE_DONE;
	ike_reauth_take(sa, request);
	take_complaint(sa, request);
	for (; payload; payload = ike_payload_next(request, payload)) {
		if (ike_delete_read(&asked, payload, &why)) {
			ike_put_status(reply, N_INVALID_SYNTAX, (struct ike_slice){ 0 });
			return IKE_END;
		}
		/* Its Child SAs may still be another's: the peer asks again. */
		if (sa->contested && asked.protocol != IKE_PROTO_IKE)
			return IKE_DROP;
		if (delete (sa, &asked, reply)) {
			ike_sa_log(sa, PLUTO_NOTICE, "the peer deletes the IKE SA");
			return ike_sa_rekey_defers_end(sa) ? IKE_LATER : IKE_END;
		}
	}
	return IKE_DONE;
}
