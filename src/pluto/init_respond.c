// SPDX-License-Identifier: GPL-2.0-or-later
/* IKE_SA_INIT, as the one who answers: RFC 7296, 1.2 and 2.6. */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "auth_certs.h"
#include "connection_peer.h"
#include "cookie.h"
#include "fresh.h"
#include "impair.h"
#include "init.h"
#include "natd.h"

/*
 * Key exchanges that wait to be computed; a peer that begins while there are so many is not heard, and asks again. They
 * take less time than peers wait before that, so that no work is done for those who have given up; and those who are
 * further on are not behind those who begin.
 */
#define BACKLOG 128

/* One request, as long as it is looked at. */
struct asked {
	struct pluto *pluto;
	const struct ike_endpoint *local, *remote;
	struct ike_message message;
	struct ike_init_payloads got;
	struct ike_proposal chosen;
};

static void fill_header(struct pluto *pluto, struct ike_header *header, const uint8_t spi_i[8], const uint8_t spi_r[8])
{
	*header = (struct ike_header){ .major = 2, .exchange = IKE_SA_INIT, .flags = IKE_FLAG_RESPONSE };
	memcpy(header->spi_i, spi_i, sizeof(header->spi_i));
	memcpy(header->spi_r, spi_r, sizeof(header->spi_r));
	impair_header(pluto, header);
}

/* A reply that leaves nothing behind here. */
static void refuse(const struct asked *asked, uint16_t type, struct ike_slice data)
{
	static const uint8_t none[8];
	uint8_t reply[IKE_HEADER + 128];
	struct ike_builder builder;
	struct ike_header header;
	int length;

	fill_header(asked->pluto, &header, asked->message.header.spi_i, none);
	ike_build_start(&builder, reply, sizeof(reply), &header);
	ike_put_status(&builder, type, data);
	length = ike_build_end(&builder);
	if (length < 0)
		return;
	pluto_send(asked->pluto, asked->local, asked->remote, (struct ike_slice){ reply, length });
}

static void note(const struct asked *asked, enum pluto_log_level level, const char *why)
{
	char remote[64] = "";

	if (!pluto_may_complain(asked->pluto))
		return;
	klips_addr_print(remote, sizeof(remote), &asked->remote->addr);
	pluto_log(asked->pluto, level, "IKE_SA_INIT from %s port %u: %s", remote, asked->remote->port, why);
}

/* Whether to go on: a peer that shows no cookie while there are many half-open SAs is sent one. */
static bool has_cookie(const struct asked *asked)
{
	struct pluto *pluto = asked->pluto;
	uint8_t cookie[IKE_COOKIE];
	struct ike_notify notify;

	if (pluto->half_open < pluto->limits.cookies)
		return true;
	if (ike_notify_find(&asked->message, N_COOKIE, &notify) &&
	    ike_cookie_is_good(pluto, asked->message.header.spi_i, asked->remote, asked->got.nonce, notify.data))
		return true;
	pluto->counters.cookies++;
	ike_cookie_make(pluto, asked->message.header.spi_i, asked->remote, asked->got.nonce, cookie);
	refuse(asked, N_COOKIE, (struct ike_slice){ cookie, sizeof(cookie) });
	return false;
}

static struct connection *choose(struct asked *asked, struct ike_suite *suite)
{
	const struct connection_asked so_far = { .offered = &asked->got.proposals };
	struct connection *connection =
		connection_for_peer(asked->pluto, &asked->local->addr, &asked->remote->addr, &so_far);

	if (!connection) {
		note(asked, PLUTO_NOTICE, "no connection is for that peer");
		refuse(asked, N_NO_PROPOSAL_CHOSEN, (struct ike_slice){ 0 });
		return NULL;
	}
	if (ike_proposals_choose(&asked->chosen, &connection->ike, &asked->got.proposals, true) ||
	    ike_suite_from_proposal(suite, &asked->chosen)) {
		note(asked, PLUTO_NOTICE, "no proposal is acceptable");
		refuse(asked, N_NO_PROPOSAL_CHOSEN, (struct ike_slice){ 0 });
		return NULL;
	}
	return connection;
}

static bool has_right_ke(const struct asked *asked, const struct ike_suite *suite)
{
	uint8_t wanted[2] = { suite->ke->id >> 8, suite->ke->id };

	if (asked->got.ke.method == suite->ke->id)
		return true;
	note(asked, PLUTO_NOTICE, "its key exchange is not the one that is chosen");
	refuse(asked, N_INVALID_KE_PAYLOAD, (struct ike_slice){ wanted, sizeof(wanted) });
	return false;
}

static void put_answer(struct ike_sa *sa, struct ike_builder *builder, const struct ike_ke_job *job)
{
	struct ike_proposals answer = { .count = 1 };
	uint32_t auth;
	bool certs;

	ike_suite_proposal(&sa->suite, &answer.proposals[0], sa->setup->number);
	ike_put_sa(builder, &answer);
	ike_ke_job_put(job, builder);
	ike_put_payload(builder, IKE_P_NONCE, ike_nonce_slice(&sa->setup->fresh.nonce[1]));
	ike_natd_put(sa, builder);
	if (sa->fragmentation)
		ike_put_status(builder, N_IKEV2_FRAGMENTATION_SUPPORTED, (struct ike_slice){ 0 });
	/* By whichever connection the peer will turn out to be meant. */
	auth = connections_peer_auth(sa->pluto, &sa->local.addr, &sa->remote.addr, &certs);
	ike_hashes_put(builder, auth);
	ike_put_status(builder, N_CHILDLESS_IKEV2_SUPPORTED, (struct ike_slice){ 0 });
	ike_certreq_put(builder, sa, certs);
}

/* Its reply is kept twice: AUTH signs it, and a request that comes again brings it again. */
static bool reply(struct ike_sa *sa, const struct ike_ke_job *job)
{
	static uint8_t data[4096];
	struct ike_builder builder;
	struct ike_header header;
	int length;

	fill_header(sa->pluto, &header, sa->spi[0], sa->spi[1]);
	ike_build_start(&builder, data, sizeof(data), &header);
	put_answer(sa, &builder, job);
	impair_payloads(sa->pluto, &builder, IKE_SA_INIT);
	length = ike_build_end(&builder);
	if (length < 0)
		return false;
	sa->setup->first[1] = ike_packet_new((struct ike_slice){ data, length });
	sa->reply = ike_packet_new((struct ike_slice){ data, length });
	if (!sa->setup->first[1] || !sa->reply)
		return false;
	sa->busy = false;
	sa->receive_id = 1;
	ike_packets_send(sa, sa->reply);
	return true;
}

static void secret_is_made(struct ike_ke_job *job)
{
	struct ike_sa *sa = job->sa;

	sa->pluto->computing--;
	if (sa->state != IKE_SA_DEAD) {
		if (job->error)
			ike_sa_end(sa, "the peer's public value is none");
		else if (ike_sa_derive(sa, NULL, &sa->setup->fresh, ike_ke_job_shared(job)) || !reply(sa, job))
			ike_sa_end(sa, "no keys could be made");
	}
	ike_ke_job_free(job);
}

static void begin(const struct asked *asked, struct connection *connection, const struct ike_suite *suite)
{
	struct ike_sa *sa = ike_sa_new(connection, asked->local, asked->remote, asked->message.header.spi_i);

	if (!sa)
		return;
	sa->suite = *suite;
	sa->busy = true;
	sa->setup->number = asked->chosen.number;
	sa->setup->first[0] = ike_packet_new(asked->message.whole);
	ike_nonce_take(&sa->setup->fresh.nonce[0], &asked->message);
	ike_nonce_make(sa->pluto, &sa->setup->fresh.nonce[1], true);
	ike_natd_take(sa, &asked->message);
	ike_hashes_take(sa, &asked->message);
	sa->fragmentation =
		connection->fragmentation && ike_notify_find(&asked->message, N_IKEV2_FRAGMENTATION_SUPPORTED, NULL);
	ike_sa_log(sa, PLUTO_DEBUG, "IKE_SA_INIT came");
	sa->pluto->computing++;
	if (!sa->setup->first[0] || ike_ke_start(sa, suite->ke, NULL, asked->got.ke.value, secret_is_made, NULL)) {
		sa->pluto->computing--;
		ike_sa_end(sa, "no memory");
	}
}

static bool came_before(const struct asked *asked)
{
	struct ike_sa *sa = ike_sa_find_half_open(asked->pluto, asked->message.header.spi_i, asked->remote);

	if (!sa)
		return false;
	if (!sa->busy && sa->receive_id == 1)
		ike_packets_send(sa, sa->reply);
	return true;
}

static void answer(struct asked *asked)
{
	struct connection *connection;
	struct ike_suite suite;

	if (!has_cookie(asked))
		return;
	if (asked->pluto->half_open >= asked->pluto->limits.half_open) {
		asked->pluto->counters.refused++;
		return;
	}
	connection = choose(asked, &suite);
	if (connection && has_right_ke(asked, &suite))
		begin(asked, connection, &suite);
}

/**
 * ike_init_received() - the first message of a peer that begins
 * @data: whole
 */
void ike_init_received(struct pluto *pluto, const struct ike_endpoint *local, const struct ike_endpoint *remote,
		       struct ike_slice data)
{
	static struct asked asked;
	const char *why;

	if (pluto->computing >= BACKLOG) {
		pluto->counters.refused++;
		return;
	}
	asked = (struct asked){ .pluto = pluto, .local = local, .remote = remote };
	if (ike_message_parse(&asked.message, data, &why)) {
		pluto->counters.malformed++;
		note(&asked, PLUTO_DEBUG, why);
		return;
	}
	if (came_before(&asked))
		return;
	if (asked.message.unknown) {
		refuse(&asked, N_UNSUPPORTED_CRITICAL_PAYLOAD, (struct ike_slice){ &asked.message.unknown, 1 });
		return;
	}
	why = ike_init_read(&asked.got, &asked.message);
	if (why) {
		pluto->counters.malformed++;
		note(&asked, PLUTO_DEBUG, why);
		refuse(&asked, N_INVALID_SYNTAX, (struct ike_slice){ 0 });
		return;
	}
	answer(&asked);
}
