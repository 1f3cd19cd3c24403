// SPDX-License-Identifier: GPL-2.0-or-later
/* When SAs are rekeyed, and what the ways to do it share. */
#include "rekey.h"

#include <string.h>

const struct ike_nonce *rekey_lower(const struct ike_nonce nonce[2])
{
	return rekey_compare(&nonce[0], &nonce[1]) < 0 ? &nonce[0] : &nonce[1];
}

/* Octet by octet; where one is the beginning of the other, the shorter is the lower: RFC 7296, 2.8.1. */
int rekey_compare(const struct ike_nonce *a, const struct ike_nonce *b)
{
	size_t shorter = a->length < b->length ? a->length : b->length;
	int order = memcmp(a->data, b->data, shorter);

	return order ? order : a->length - b->length;
}

void rekey_own_nonce(struct pluto *pluto, struct ike_nonce *nonce)
{
	nonce->length = IKE_NONCE_OWN;
	pluto_bytes(pluto, nonce->data, IKE_NONCE_OWN);
}

bool rekey_take_nonce(struct ike_nonce *nonce, const struct ike_message *message)
{
	const struct ike_payload *payload = ike_payload_find(message, IKE_P_NONCE);

	if (!payload || payload->body.length < 16 || payload->body.length > sizeof(nonce->data))
		return false;
	nonce->length = payload->body.length;
	memcpy(nonce->data, payload->body.data, payload->body.length);
	return true;
}

bool rekey_take_ke(struct ike_slice *value, const struct ike_message *message, const struct ike_alg *method)
{
	const struct ike_payload *payload = ike_payload_find(message, IKE_P_KE);
	struct ike_ke_body body;
	const char *why;

	*value = (struct ike_slice){ 0 };
	if (!method)
		return true;
	if (!payload || ike_ke_read(&body, payload, &why) || body.method != method->id)
		return false;
	*value = body.value;
	return true;
}

static bool is_proposed(const struct ike_proposal *proposal, uint16_t method)
{
	unsigned int at;

	for (at = 0; at < proposal->count; at++)
		if (proposal->transforms[at].type == IKE_KE && proposal->transforms[at].id == method)
			return true;
	return false;
}

const struct ike_alg *rekey_other_method(const struct ike_proposals *proposals, const struct ike_message *message)
{
	struct ike_notify notify;
	unsigned int at;
	uint16_t id;

	if (!ike_notify_find(message, N_INVALID_KE_PAYLOAD, &notify) || notify.data.length != 2)
		return NULL;
	id = notify.data.data[0] << 8 | notify.data.data[1];
	for (at = 0; at < proposals->count; at++)
		if (is_proposed(&proposals->proposals[at], id))
			return ike_alg_by_id(IKE_KE, id);
	return NULL;
}

uint16_t rekey_refusal(const struct ike_message *message)
{
	const struct ike_payload *payload = ike_payload_find(message, IKE_P_NOTIFY);
	struct ike_notify notify;
	const char *why;

	for (; payload; payload = ike_payload_next(message, payload))
		if (!ike_notify_read(&notify, payload, &why) && notify.type < N_ERRORS_END)
			return notify.type;
	return 0;
}

/* Milliseconds before the end of a life: the margin, longer by a part of up to fuzz per cent that chance decides. */
static uint64_t margin(const struct connection *connection, uint64_t life)
{
	const struct connection_times *times = &connection->times;
	uint64_t most = times->margin * times->fuzz / 100, before = times->margin;
	uint32_t chance;

	pluto_bytes(connection->pluto, &chance, sizeof(chance));
	before += most ? chance % (most + 1) : 0;
	return before < life ? before : life / 2;
}

static void rekey_child(struct pluto_timer *timer)
{
	child_sa_rekey_start(caa_container_of(timer, struct child_sa, rekey));
}

static void end_child(struct pluto_timer *timer)
{
	struct child_sa *child = caa_container_of(timer, struct child_sa, expire);

	ike_sa_log(child->sa, PLUTO_NOTICE, "the life of Child SA #%u is over", child->serial);
	child_sa_delete_start(child);
}

void child_sa_schedule(struct child_sa *child)
{
	struct pluto_timers *timers = &child->sa->pluto->timers;
	uint64_t life = child->connection->times.child_life;

	if (!life)
		return;
	pluto_timer_set(timers, &child->expire, child->installed + life, end_child);
	if (child->connection->rekey)
		pluto_timer_set(timers, &child->rekey, child->installed + life - margin(child->connection, life),
				rekey_child);
}

static void rekey_ike(struct pluto_timer *timer)
{
	ike_sa_rekey_start(caa_container_of(timer, struct ike_sa, rekey));
}

void ike_sa_schedule(struct ike_sa *sa)
{
	uint64_t life = sa->connection->times.ike_life;

	if (life && sa->connection->rekey)
		pluto_timer_set(&sa->pluto->timers, &sa->rekey, sa->established + life - margin(sa->connection, life),
				rekey_ike);
}
