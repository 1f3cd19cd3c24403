// SPDX-License-Identifier: GPL-2.0-or-later
/* IKE_SA_INIT, as the one who begins: RFC 7296, 1.2. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "auth_certs.h"
#include "fresh.h"
#include "impair.h"
#include "init.h"
#include "ke_job.h"
#include "mobike.h"
#include "natd.h"

struct init {
	struct ike_exchange exchange;
};

static const struct ike_exchange_ops init_ops;

/**
 * ike_init_start() - begin an IKE SA, which ends if that cannot be
 *
 * Return: 0, or -ENOMEM: then nothing was done
 */
int ike_init_start(struct ike_sa *sa)
{
	struct init *init = calloc(1, sizeof(*init));

	if (!init)
		return -ENOMEM;
	ike_fresh_start(sa, &init->exchange, &init_ops, &sa->setup->fresh, &sa->connection->ike);
	return 0;
}

static enum ike_outcome build(struct ike_exchange *exchange, struct ike_builder *builder)
{
	struct ike_sa *sa = exchange->sa;
	const struct connection_end *remote = &sa->connection->remote;
	struct ike_setup *setup = sa->setup;

	if (setup->cookie_length)
		ike_put_status(builder, N_COOKIE, (struct ike_slice){ setup->cookie, setup->cookie_length });
	ike_put_sa(builder, &sa->connection->ike);
	ike_fresh_put_ke(builder, &setup->fresh);
	ike_put_payload(builder, IKE_P_NONCE, ike_nonce_slice(&setup->fresh.nonce[0]));
	ike_natd_put(sa, builder);
	if (sa->connection->fragmentation)
		ike_put_status(builder, N_IKEV2_FRAGMENTATION_SUPPORTED, (struct ike_slice){ 0 });
	/* Some peers say what they can only to those who say so, too. */
	ike_hashes_put(builder, remote->auth & AUTH_BY_SIGNATURE ? remote->auth : sa->connection->local.auth);
	return IKE_DONE;
}

static enum ike_outcome take_cookie(struct ike_sa *sa, const struct ike_notify *notify)
{
	struct ike_setup *setup = sa->setup;

	if (!notify->data.length || notify->data.length > sizeof(setup->cookie))
		return IKE_DROP;
	if (++setup->fresh.tries > IKE_FRESH_TRIES) {
		ike_sa_log(sa, PLUTO_NOTICE, "the peer demands one cookie after the other");
		return IKE_END;
	}
	memcpy(setup->cookie, notify->data.data, notify->data.length);
	setup->cookie_length = notify->data.length;
	if (impair_fails(sa->pluto, IMPAIR_COOKIE))
		setup->cookie[0] ^= 0xff;
	return IKE_AGAIN;
}

/* What the peer, or anybody in its name, says is wrong. */
static enum ike_outcome take_error(struct ike_exchange *exchange, const struct ike_message *message, uint16_t error)
{
	struct ike_sa *sa = exchange->sa;
	struct ike_fresh *fresh = &sa->setup->fresh;

	if (error != N_INVALID_KE_PAYLOAD) {
		ike_sa_log(sa, PLUTO_NOTICE, "the peer refuses: %s", ike_notify_name(error));
		return IKE_END;
	}
	if (ike_fresh_renew(exchange, fresh, &sa->connection->ike, message))
		return IKE_LATER;
	if (fresh->tries <= IKE_FRESH_TRIES)
		return IKE_DROP; /* what was not proposed: the peer does not say that */
	ike_sa_log(sa, PLUTO_NOTICE, "the peer wants one key exchange after the other");
	return IKE_END;
}

static void secret_is_made(struct ike_ke_job *job)
{
	struct ike_sa *sa = job->sa;
	enum ike_outcome outcome = IKE_END;

	if (sa->state != IKE_SA_DEAD) {
		if (job->error)
			ike_sa_log(sa, PLUTO_NOTICE, "the peer's public value is none of %s", job->method->name);
		else if (!ike_sa_derive(sa, NULL, &sa->setup->fresh, ike_ke_job_shared(job)))
			outcome = IKE_DONE;
		if (outcome == IKE_DONE)
			ike_auth_start(sa);
	}
	if (sa->state != IKE_SA_DEAD)
		ike_exchange_done(job->arg, outcome);
	ike_ke_job_free(job);
}

/* NULL, or what is wrong with it. */
const char *ike_init_read(struct ike_init_payloads *to, const struct ike_message *message)
{
	const struct ike_payload *sa = ike_payload_find(message, IKE_P_SA), *ke = ike_payload_find(message, IKE_P_KE),
				 *nonce = ike_payload_find(message, IKE_P_NONCE);
	const char *why = "no SA, KE or nonce";

	if (!sa || !ke || !nonce || ike_sa_read(&to->proposals, sa, &why) || ike_ke_read(&to->ke, ke, &why) ||
	    ike_nonce_read(&to->nonce, nonce, &why))
		return why;
	return NULL;
}

/*
 * From now on by port 4500, if there is a NAT (RFC 7296, 2.23), or one may come (RFC 4555, 3.3). Who has a port of
 * his own is at one with a marker anyhow.
 */
static void take_nat(struct ike_sa *sa, const struct ike_message *message)
{
	bool nat = ike_natd_take(sa, message) && (sa->nat_local || sa->nat_remote);

	if (nat)
		ike_natd_log(sa);
	if (sa->connection->own_ports || !sa->nat_known || !(nat || ike_mobike_is_wanted(sa->connection)))
		return;
	sa->local.port = sa->pluto->nat_port;
	sa->remote.port = IKE_NAT_PORT;
}

static enum ike_outcome take_answer(struct ike_exchange *exchange, const struct ike_message *message)
{
	struct ike_sa *sa = exchange->sa;
	struct ike_setup *setup = sa->setup;
	struct ike_init_payloads got;
	struct ike_proposal chosen;
	const char *why = ike_init_read(&got, message);
	struct ike_fresh *fresh = &setup->fresh;

	if (why)
		return IKE_DROP;
	if (got.proposals.count != 1 || ike_proposals_choose(&chosen, &sa->connection->ike, &got.proposals, true) ||
	    ike_suite_from_proposal(&sa->suite, &chosen) || sa->suite.ke != fresh->method ||
	    got.ke.method != fresh->method->id) {
		ike_sa_log(sa, PLUTO_NOTICE, "the peer chose what was not proposed");
		return IKE_END;
	}
	setup->first[0] = ike_packet_new((struct ike_slice){ exchange->packets->data, exchange->packets->length });
	setup->first[1] = ike_packet_new(message->whole);
	if (!setup->first[0] || !setup->first[1])
		return IKE_END;
	memcpy(sa->spi[1], message->header.spi_r, sizeof(sa->spi[1]));
	ike_nonce_take(&fresh->nonce[1], message);
	take_nat(sa, message);
	ike_hashes_take(sa, message);
	ike_certreq_take(sa, message);
	sa->fragmentation =
		sa->connection->fragmentation && ike_notify_find(message, N_IKEV2_FRAGMENTATION_SUPPORTED, NULL);
	return ike_fresh_finish(fresh, exchange, got.ke.value, secret_is_made) ? IKE_END : IKE_LATER;
}

static enum ike_outcome answer(struct ike_exchange *exchange, const struct ike_message *message)
{
	static const uint8_t none[8];
	uint16_t error = ike_notify_error(message);
	struct ike_notify notify;

	if (message->unknown)
		return IKE_DROP;
	if (ike_notify_find(message, N_COOKIE, &notify))
		return take_cookie(exchange->sa, &notify);
	if (error)
		return take_error(exchange, message, error);
	if (!memcmp(message->header.spi_r, none, sizeof(none)))
		return IKE_DROP;
	return take_answer(exchange, message);
}

/* Without it nothing goes on. */
static void end(struct ike_exchange *exchange, bool answered)
{
	struct ike_sa *sa = exchange->sa;

	free(caa_container_of(exchange, struct init, exchange));
	if (!answered)
		ike_sa_end(sa, "no key exchange could be made");
}

static const struct ike_exchange_ops init_ops = {
	.name = "IKE_SA_INIT",
	.exchange = IKE_SA_INIT,
	.build = build,
	.answer = answer,
	.end = end,
};
