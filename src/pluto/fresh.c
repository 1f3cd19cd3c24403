// SPDX-License-Identifier: GPL-2.0-or-later
#include "fresh.h"

#include <errno.h>
#include <string.h>

#include "impair.h"

#define LOW 8 /* bytes that no nonce is likely to begin with */

static const struct ike_transform *find_ke(const struct ike_proposals *proposals, const uint16_t *method)
{
	const struct ike_proposal *one;
	unsigned int number, at;

	for (number = 0; number < proposals->count; number++) {
		one = &proposals->proposals[number];
		for (at = 0; at < one->count; at++)
			if (one->transforms[at].type == IKE_KE && (!method || one->transforms[at].id == *method))
				return &one->transforms[at];
	}
	return NULL;
}

const struct ike_alg *ike_fresh_method(const struct ike_proposals *proposals)
{
	const struct ike_transform *first = find_ke(proposals, NULL);

	return first ? ike_alg_by_id(IKE_KE, first->id) : NULL;
}

void ike_nonce_make(struct pluto *pluto, struct ike_nonce *nonce, bool response)
{
	nonce->length = IKE_NONCE_OWN;
	pluto_bytes(pluto, nonce->data, IKE_NONCE_OWN);
	if (impair_fails(pluto, response ? IMPAIR_LOW_RESPONSE : IMPAIR_LOW_REQUEST))
		memset(nonce->data, 0, LOW);
}

bool ike_nonce_take(struct ike_nonce *nonce, const struct ike_message *message)
{
	const struct ike_payload *payload = ike_payload_find(message, IKE_P_NONCE);
	struct ike_slice data;
	const char *why;

	if (!payload || ike_nonce_read(&data, payload, &why))
		return false;
	nonce->length = data.length;
	memcpy(nonce->data, data.data, data.length);
	return true;
}

bool ike_fresh_peer(struct ike_slice *value, const struct ike_message *message, const struct ike_alg *method)
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

/* The job's part becomes the exchange's. */
static void take_part(struct ike_fresh *fresh, struct ike_ke_job *job)
{
	ike_ke_free(fresh->ke);
	fresh->ke = job->ke;
	job->ke = NULL;
}

static void part_is_made(struct ike_ke_job *job)
{
	struct ike_exchange *exchange = job->arg;

	if (job->sa->state != IKE_SA_DEAD && !job->error) {
		take_part(exchange->fresh, job);
		ike_exchange_start(job->sa, exchange, exchange->ops);
	} else {
		exchange->ops->end(exchange, false);
	}
	ike_ke_job_free(job);
}

void ike_fresh_start(struct ike_sa *sa, struct ike_exchange *exchange, const struct ike_exchange_ops *ops,
		     struct ike_fresh *fresh, const struct ike_proposals *proposals)
{
	exchange->sa = sa;
	exchange->ops = ops;
	exchange->fresh = fresh;
	ike_nonce_make(sa->pluto, &fresh->nonce[0], false);
	fresh->method = ike_fresh_method(proposals);
	if (!fresh->method)
		ike_exchange_start(sa, exchange, ops);
	else if (ike_ke_start(sa, fresh->method, NULL, (struct ike_slice){ 0 }, part_is_made, exchange))
		ops->end(exchange, false);
}

static void other_part_is_made(struct ike_ke_job *job)
{
	struct ike_exchange *exchange = job->arg;

	if (job->sa->state != IKE_SA_DEAD) { /* else the exchange is gone */
		if (!job->error)
			take_part(exchange->fresh, job);
		ike_exchange_done(exchange, job->error ? IKE_END : IKE_AGAIN);
	}
	ike_ke_job_free(job);
}

bool ike_fresh_renew(struct ike_exchange *exchange, struct ike_fresh *fresh, const struct ike_proposals *proposals,
		     const struct ike_message *message)
{
	const struct ike_alg *method;
	struct ike_notify notify;
	uint16_t id;

	if (!ike_notify_find(message, N_INVALID_KE_PAYLOAD, &notify) || notify.data.length != sizeof(id))
		return false;
	id = notify.data.data[0] << 8 | notify.data.data[1];
	method = find_ke(proposals, &id) ? ike_alg_by_id(IKE_KE, id) : NULL;
	if (!method || method == fresh->method || ++fresh->tries > IKE_FRESH_TRIES)
		return false;
	ike_sa_log(exchange->sa, PLUTO_NOTICE, "the peer wants %s instead of %s", method->name,
		   fresh->method ? fresh->method->name : "no key exchange");
	fresh->method = method;
	return !ike_ke_start(exchange->sa, method, NULL, (struct ike_slice){ 0 }, other_part_is_made, exchange);
}

void ike_fresh_put_ke(struct ike_builder *builder, const struct ike_fresh *fresh)
{
	uint8_t public[IKE_KE_MAX];
	int length;

	if (!fresh->method)
		return;
	length = ike_ke_public(fresh->ke, public);
	if (length < 0)
		builder->error = true;
	else
		ike_put_ke(builder, fresh->method->id, (struct ike_slice){ public, length });
}

int ike_fresh_finish(struct ike_fresh *fresh, struct ike_exchange *exchange, struct ike_slice peer,
		     void (*then)(struct ike_ke_job *job))
{
	struct ike_ke *ke = fresh->ke;
	int error;

	fresh->ke = NULL; /* @then may free what this is part of */
	error = ike_ke_start(exchange->sa, fresh->method, ke, peer, then, exchange);
	if (error)
		fresh->ke = ke;
	return error;
}

int ike_sa_derive(struct ike_sa *sa, const struct ike_sa *old, const struct ike_fresh *fresh, struct ike_slice shared)
{
	struct ike_key_seed seed = {
		.shared = shared,
		.ni = ike_nonce_slice(&fresh->nonce[0]),
		.nr = ike_nonce_slice(&fresh->nonce[1]),
		.old_prf = old ? old->suite.prf : NULL,
		.old_d = old ? &old->keys.d : NULL,
	};

	memcpy(seed.spi_i, sa->spi[0], sizeof(seed.spi_i));
	memcpy(seed.spi_r, sa->spi[1], sizeof(seed.spi_r));
	sa->keyed = !impair_fails(sa->pluto, IMPAIR_KEYS) && !ike_keys_derive(&sa->keys, &sa->suite, &seed);
	if (sa->keyed && sa->pluto->port->ike_keys)
		sa->pluto->port->ike_keys(sa->pluto->arg, sa);
	return sa->keyed ? 0 : -EIO;
}

void ike_fresh_wipe(struct ike_fresh *fresh)
{
	ike_ke_free(fresh->ke);
	ike_wipe(fresh, sizeof(*fresh));
}
