// SPDX-License-Identifier: GPL-2.0-or-later
/* IKE_SA_INIT, as the one who begins: RFC 7296, 1.2. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "init.h"
#include "ke_job.h"
#include "natd.h"

#define TRIES 5 /* cookies and refused key exchanges, together */

struct init {
	struct ike_exchange exchange;
};

static const struct ike_exchange_ops init_ops;

const struct ike_alg *ike_init_first_ke(const struct ike_proposals *proposals)
{
	unsigned int number, at;

	for (number = 0; number < proposals->count; number++)
		for (at = 0; at < proposals->proposals[number].count; at++)
			if (proposals->proposals[number].transforms[at].type == IKE_KE)
				return ike_alg_by_id(IKE_KE, proposals->proposals[number].transforms[at].id);
	return NULL;
}

/* Whether a method is one of those that are proposed. */
static bool is_proposed(const struct ike_proposals *proposals, uint16_t method)
{
	unsigned int number, at;
	const struct ike_transform *one;

	for (number = 0; number < proposals->count; number++)
		for (at = 0; at < proposals->proposals[number].count; at++) {
			one = &proposals->proposals[number].transforms[at];
			if (one->type == IKE_KE && one->id == method)
				return true;
		}
	return false;
}

static void part_is_made(struct ike_ke_job *job)
{
	struct ike_sa *sa = job->sa;
	struct init *init = job->arg;

	if (sa->state != IKE_SA_DEAD && !job->error) {
		sa->setup->ke = job->ke;
		job->ke = NULL;
		ike_exchange_start(sa, &init->exchange, &init_ops);
	} else {
		free(init);
		ike_sa_end(sa, "no key exchange could be made");
	}
	ike_ke_job_free(job);
}

/**
 * ike_init_start() - begin an IKE SA
 *
 * Return: 0, or -ENOMEM
 */
int ike_init_start(struct ike_sa *sa)
{
	struct ike_setup *setup = sa->setup;
	struct init *init = calloc(1, sizeof(*init));

	if (!init)
		return -ENOMEM;
	setup->nonce[0].length = IKE_NONCE_OWN;
	pluto_bytes(sa->pluto, setup->nonce[0].data, IKE_NONCE_OWN);
	setup->ke_method = ike_init_first_ke(&sa->connection->ike);
	if (!setup->ke_method ||
	    ike_ke_start(sa, setup->ke_method, NULL, (struct ike_slice){ 0 }, part_is_made, init)) {
		free(init);
		return -ENOMEM;
	}
	return 0;
}

static enum ike_outcome build(struct ike_exchange *exchange, struct ike_builder *builder)
{
	struct ike_sa *sa = exchange->sa;
	struct ike_setup *setup = sa->setup;
	uint8_t public[IKE_KE_MAX];
	int length = ike_ke_public(setup->ke, public);

	if (length < 0) {
		builder->error = true;
		return IKE_DONE;
	}
	if (setup->cookie_length)
		ike_put_status(builder, N_COOKIE, (struct ike_slice){ setup->cookie, setup->cookie_length });
	ike_put_sa(builder, &sa->connection->ike);
	ike_put_ke(builder, setup->ke_method->id, (struct ike_slice){ public, length });
	ike_put_payload(builder, IKE_P_NONCE, (struct ike_slice){ setup->nonce[0].data, setup->nonce[0].length });
	ike_natd_put(sa, builder);
	if (sa->connection->fragmentation)
		ike_put_status(builder, N_IKEV2_FRAGMENTATION_SUPPORTED, (struct ike_slice){ 0 });
	return IKE_DONE;
}

static enum ike_outcome take_cookie(struct ike_sa *sa, const struct ike_notify *notify)
{
	struct ike_setup *setup = sa->setup;

	if (!notify->data.length || notify->data.length > sizeof(setup->cookie))
		return IKE_DROP;
	if (++setup->tries > TRIES) {
		ike_sa_log(sa, PLUTO_NOTICE, "the peer demands one cookie after the other");
		return IKE_END;
	}
	memcpy(setup->cookie, notify->data.data, notify->data.length);
	setup->cookie_length = notify->data.length;
	return IKE_AGAIN;
}

static void other_part_is_made(struct ike_ke_job *job)
{
	struct ike_sa *sa = job->sa;

	if (sa->state != IKE_SA_DEAD) {
		if (!job->error) {
			ike_ke_free(sa->setup->ke);
			sa->setup->ke = job->ke;
			job->ke = NULL;
		}
		ike_exchange_done(job->arg, job->error ? IKE_END : IKE_AGAIN);
	}
	ike_ke_job_free(job);
}

/* RFC 7296, 1.2: the peer wants another key exchange. One that was not proposed is none. */
static enum ike_outcome take_other_ke(struct ike_exchange *exchange, const struct ike_notify *notify)
{
	struct ike_sa *sa = exchange->sa;
	const struct ike_alg *method;
	uint16_t id;

	if (notify->data.length != 2)
		return IKE_DROP;
	id = notify->data.data[0] << 8 | notify->data.data[1];
	method = ike_alg_by_id(IKE_KE, id);
	if (!method || method == sa->setup->ke_method || !is_proposed(&sa->connection->ike, id))
		return IKE_DROP;
	if (++sa->setup->tries > TRIES) {
		ike_sa_log(sa, PLUTO_NOTICE, "the peer wants one key exchange after the other");
		return IKE_END;
	}
	ike_sa_log(sa, PLUTO_NOTICE, "the peer wants %s instead of %s", method->name, sa->setup->ke_method->name);
	sa->setup->ke_method = method;
	return ike_ke_start(sa, method, NULL, (struct ike_slice){ 0 }, other_part_is_made, exchange) ? IKE_END :
												       IKE_LATER;
}

/* Error notifications of nobody in particular. IKE_DONE: there is none. */
static enum ike_outcome take_notifications(struct ike_exchange *exchange, const struct ike_message *message)
{
	const struct ike_payload *payload = ike_payload_find(message, IKE_P_NOTIFY);
	struct ike_notify notify;
	const char *why;

	if (ike_notify_find(message, N_COOKIE, &notify))
		return take_cookie(exchange->sa, &notify);
	for (; payload; payload = ike_payload_next(message, payload)) {
		if (ike_notify_read(&notify, payload, &why))
			return IKE_DROP;
		if (notify.type == N_INVALID_KE_PAYLOAD)
			return take_other_ke(exchange, &notify);
		if (notify.type >= N_ERRORS_END)
			continue;
		ike_sa_log(exchange->sa, PLUTO_NOTICE, "the peer refuses: %s", ike_notify_name(notify.type));
		return IKE_END;
	}
	return IKE_DONE;
}

static void secret_is_made(struct ike_ke_job *job)
{
	struct ike_sa *sa = job->sa;
	enum ike_outcome outcome = IKE_END;

	if (sa->state != IKE_SA_DEAD) {
		if (job->error)
			ike_sa_log(sa, PLUTO_NOTICE, "the peer's public value is none of %s", job->method->name);
		else if (!ike_init_keys(sa, ike_ke_job_shared(job)))
			outcome = IKE_DONE;
		if (outcome == IKE_DONE)
			ike_auth_start(sa);
	}
	if (sa->state != IKE_SA_DEAD)
		ike_exchange_done(job->arg, outcome);
	ike_ke_job_free(job);
}

int ike_init_keys(struct ike_sa *sa, struct ike_slice shared)
{
	struct ike_setup *setup = sa->setup;
	struct ike_key_seed seed = {
		.shared = shared,
		.ni = { setup->nonce[0].data, setup->nonce[0].length },
		.nr = { setup->nonce[1].data, setup->nonce[1].length },
	};

	memcpy(seed.spi_i, sa->spi[0], sizeof(seed.spi_i));
	memcpy(seed.spi_r, sa->spi[1], sizeof(seed.spi_r));
	sa->keyed = !ike_keys_derive(&sa->keys, &sa->suite, &seed);
	return sa->keyed ? 0 : -EIO;
}

/* NULL, or what is wrong with it. */
const char *ike_init_read(struct ike_init_payloads *to, const struct ike_message *message)
{
	const struct ike_payload *sa = ike_payload_find(message, IKE_P_SA), *ke = ike_payload_find(message, IKE_P_KE),
				 *nonce = ike_payload_find(message, IKE_P_NONCE);
	const char *why = "no SA, KE or nonce";

	if (!sa || !ke || !nonce)
		return why;
	if (ike_sa_read(&to->proposals, sa, &why) || ike_ke_read(&to->ke, ke, &why))
		return why;
	to->nonce = nonce->body;
	if (nonce->body.length < 16 || nonce->body.length > IKE_NONCE_MAX - 1)
		return "a nonce that is too short or too long";
	return NULL;
}

void ike_init_keep_nonce(struct ike_nonce *to, struct ike_slice from)
{
	to->length = from.length;
	memcpy(to->data, from.data, from.length);
}

/* From now on by port 4500, if there is a NAT: RFC 7296, 2.23. */
static void take_nat(struct ike_sa *sa, const struct ike_message *message)
{
	if (!ike_natd_take(sa, message) || !(sa->nat_local || sa->nat_remote))
		return;
	ike_sa_log(sa, PLUTO_NOTICE, "NAT before %s",
		   sa->nat_local && sa->nat_remote ? "both" : (sa->nat_local ? "this host" : "the peer"));
	sa->local.port = IKE_NAT_PORT;
	sa->remote.port = IKE_NAT_PORT;
}

static enum ike_outcome take_answer(struct ike_exchange *exchange, const struct ike_message *message)
{
	struct ike_sa *sa = exchange->sa;
	struct ike_setup *setup = sa->setup;
	struct ike_init_payloads got;
	struct ike_proposal chosen;
	struct ike_notify notify;
	const char *why = ike_init_read(&got, message);
	struct ike_ke *ke = setup->ke;

	if (why)
		return IKE_DROP;
	if (got.proposals.count != 1 || ike_proposals_choose(&chosen, &sa->connection->ike, &got.proposals, true) ||
	    ike_suite_from_proposal(&sa->suite, &chosen) || sa->suite.ke != setup->ke_method ||
	    got.ke.method != setup->ke_method->id) {
		ike_sa_log(sa, PLUTO_NOTICE, "the peer chose what was not proposed");
		return IKE_END;
	}
	setup->first[0] = ike_packet_new((struct ike_slice){ exchange->packets->data, exchange->packets->length });
	setup->first[1] = ike_packet_new(message->whole);
	if (!setup->first[0] || !setup->first[1])
		return IKE_END;
	memcpy(sa->spi[1], message->header.spi_r, sizeof(sa->spi[1]));
	ike_init_keep_nonce(&setup->nonce[1], got.nonce);
	take_nat(sa, message);
	sa->fragmentation =
		sa->connection->fragmentation && ike_notify_find(message, N_IKEV2_FRAGMENTATION_SUPPORTED, &notify);
	setup->ke = NULL;
	if (!ike_ke_start(sa, setup->ke_method, ke, got.ke.value, secret_is_made, exchange))
		return IKE_LATER;
	ike_ke_free(ke);
	return IKE_END;
}

static enum ike_outcome answer(struct ike_exchange *exchange, const struct ike_message *message)
{
	static const uint8_t none[8];
	enum ike_outcome outcome = message->unknown ? IKE_DROP : take_notifications(exchange, message);

	if (outcome != IKE_DONE)
		return outcome;
	if (!memcmp(message->header.spi_r, none, sizeof(none)))
		return IKE_DROP;
	return take_answer(exchange, message);
}

static void end(struct ike_exchange *exchange, bool answered)
{
	(void)answered;
	free(caa_container_of(exchange, struct init, exchange));
}

static const struct ike_exchange_ops init_ops = {
	.name = "IKE_SA_INIT",
	.exchange = IKE_SA_INIT,
	.build = build,
	.answer = answer,
	.end = end,
};
