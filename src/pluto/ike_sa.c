// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike_sa.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cert_lookup.h"
#include "child_sa.h"
#include "cp_state.h"
#include "fresh.h"
#include "peers.h"
#include "reauth.h"
#include "rekey.h"
#include "shunt.h"

#define SETUP_TIME    30000 /* milliseconds that a peer has until it is authenticated */
#define REPLACED_TIME 60000 /* milliseconds */
#define LINE	      1024

static struct cds_list_head *bucket(struct pluto *pluto, const uint8_t spi[8])
{
	/* Own SPIs are random. */
	return &pluto->buckets[(spi[0] | spi[1] << 8) % PLUTO_SA_BUCKETS];
}

static struct cds_list_head *opening(struct pluto *pluto, const uint8_t spi[8])
{
	/* Peers choose theirs: whoever wants a long list fills what half_open limits. */
	return &pluto->opening[klips_hash(spi, 8, pluto->hash_seed) % PLUTO_OPENING_BUCKETS];
}

static void set_up_late(struct pluto_timer *timer)
{
	ike_sa_end(caa_container_of(timer, struct ike_sa, expire), "it was not set up in time");
}

static void make_spi(struct ike_sa *sa)
{
	static const uint8_t none[8];
	uint8_t *spi = ike_sa_own_spi(sa);

	do {
		pluto_bytes(sa->pluto, spi, 8);
	} while (!memcmp(spi, none, sizeof(none)) || ike_sa_find(sa->pluto, spi));
	cds_list_add(&sa->bucket, bucket(sa->pluto, spi));
}

/* Each peer of a connection for many has a number. */
static void number_instance(struct ike_sa *sa)
{
	sa->instance = connection_is_template(sa->connection) ? ++sa->connection->instances : 0;
}

static struct ike_sa *make(struct connection *connection, const struct ike_endpoint *local,
			   const struct ike_endpoint *remote, bool initiator)
{
	struct pluto *pluto = connection->pluto;
	struct ike_sa *sa = calloc(1, sizeof(*sa));

	if (!sa)
		return NULL;
	sa->setup = calloc(1, sizeof(*sa->setup));
	if (!sa->setup) {
		free(sa);
		return NULL;
	}
	sa->pluto = pluto;
	sa->connection = connection_get(connection);
	sa->users = 1;
	sa->serial = pluto->next_serial++;
	sa->entry.sort = PLUTO_IKE_SA;
	cds_list_add_tail(&sa->entry.node, &pluto->entries);
	sa->initiator = initiator;
	sa->local = *local;
	sa->remote = *remote;
	sa->heard = pluto_now(pluto);
	CDS_INIT_LIST_HEAD(&sa->queue);
	CDS_INIT_LIST_HEAD(&sa->children);
	CDS_INIT_LIST_HEAD(&sa->node);
	CDS_INIT_LIST_HEAD(&sa->sibling);
	CDS_INIT_LIST_HEAD(&sa->same);
	CDS_INIT_LIST_HEAD(&sa->owned);
	make_spi(sa);
	return sa;
}

static void show(struct ike_sa *sa)
{
	if (!cds_list_empty(&sa->node))
		return;
	cds_list_add_tail(&sa->node, &sa->pluto->sas);
	cds_list_add_tail(&sa->owned, &sa->connection->sas);
}

struct ike_sa *ike_sa_new_unseen(struct connection *connection, const struct ike_endpoint *local,
				 const struct ike_endpoint *remote)
{
	return make(connection, local, remote, true);
}

/**
 * ike_sa_new() - an IKE SA with an SPI of its own
 * @spi_i: of the peer that began; NULL: this side begins
 *
 * It is the engine's until ike_sa_end(). Return: it, or NULL without memory
 */
struct ike_sa *ike_sa_new(struct connection *connection, const struct ike_endpoint *local,
			  const struct ike_endpoint *remote, const uint8_t spi_i[8])
{
	struct pluto *pluto = connection->pluto;
	struct ike_sa *sa = make(connection, local, remote, !spi_i);

	if (!sa)
		return NULL;
	number_instance(sa);
	show(sa);
	sa->began = !spi_i;
	if (spi_i) {
		memcpy(sa->spi[0], spi_i, sizeof(sa->spi[0]));
		cds_list_add(&sa->opening, opening(pluto, spi_i));
		sa->half_open = true;
		pluto->half_open++;
		pluto_timer_set(&pluto->timers, &sa->expire, sa->heard + SETUP_TIME, set_up_late);
	}
	return sa;
}

struct ike_sa *ike_sa_get(struct ike_sa *sa)
{
	sa->users++;
	return sa;
}

void ike_sa_forget_setup(struct ike_sa *sa)
{
	if (!sa->setup)
		return;
	ike_packets_free(sa->setup->first[0]);
	ike_packets_free(sa->setup->first[1]);
	ike_fresh_wipe(&sa->setup->fresh);
	ike_lookup_free(sa->setup->lookup);
	free(sa->setup->message);
	free(sa->setup);
	sa->setup = NULL;
}

void ike_sa_put(struct ike_sa *sa)
{
	if (!sa || --sa->users)
		return;
	ike_sa_forget_setup(sa);
	ike_packets_free(sa->reply);
	ike_fragments_free(sa);
	connection_put(sa->connection);
	free(sa->peer_id);
	free(sa->mobike);
	ike_wipe(&sa->keys, sizeof(sa->keys));
	free(sa);
}

struct ike_sa *ike_sa_find(struct pluto *pluto, const uint8_t own_spi[8])
{
	struct ike_sa *sa;

	cds_list_for_each_entry(sa, bucket(pluto, own_spi), bucket)
		if (!memcmp(ike_sa_own_spi(sa), own_spi, 8))
			return sa;
	return NULL;
}

struct ike_sa *ike_sa_find_half_open(struct pluto *pluto, const uint8_t spi_i[8], const struct ike_endpoint *remote)
{
	struct ike_sa *sa;

	cds_list_for_each_entry(sa, opening(pluto, spi_i), opening)
		if (!memcmp(sa->spi[0], spi_i, 8) && sa->remote.port == remote->port &&
		    klips_addr_equal(&sa->remote.addr, &remote->addr))
			return sa;
	return NULL;
}

void ike_sa_name(const struct ike_sa *sa, const struct connection *connection, char name[IKE_SA_NAME])
{
	char remote[INET6_ADDRSTRLEN];

	if (!sa->instance) {
		snprintf(name, IKE_SA_NAME, "\"%s\"", connection->name);
		return;
	}
	klips_addr_print(remote, sizeof(remote), &sa->remote.addr);
	snprintf(name, IKE_SA_NAME, "\"%s\"[%" PRIu32 "] %s", connection->name, sa->instance, remote);
}

void ike_sa_vlog(const struct ike_sa *sa, const struct connection *connection, enum pluto_log_level level,
		 const char *format, va_list args)
{
	const struct pluto *pluto = sa->pluto;
	char line[LINE];
	size_t length;

	if (level == PLUTO_DEBUG && pluto->quiet)
		return;
	ike_sa_name(sa, connection, line);
	length = strlen(line);
	length += (size_t)snprintf(line + length, sizeof(line) - length, " #%" PRIu32 ": ", sa->serial);
	vsnprintf(line + length, sizeof(line) - length, format, args);
	pluto->port->log(pluto->arg, level, line);
}

void ike_sa_log(const struct ike_sa *sa, enum pluto_log_level level, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	ike_sa_vlog(sa, sa->connection, level, format, args);
	va_end(args);
}

void ike_sa_change_connection(struct ike_sa *sa, struct connection *connection)
{
	struct connection *before = sa->connection;

	sa->connection = connection_get(connection);
	if (connection != before)
		number_instance(sa);
	if (!cds_list_empty(&sa->owned)) {
		cds_list_del(&sa->owned);
		cds_list_add_tail(&sa->owned, &connection->sas);
	}
	connection_put(before);
}

static void not_half_open(struct ike_sa *sa)
{
	if (!sa->half_open)
		return;
	cds_list_del(&sa->opening);
	sa->half_open = false;
	sa->pluto->half_open--;
}

static void life_over(struct pluto_timer *timer)
{
	struct ike_sa *sa = caa_container_of(timer, struct ike_sa, expire);

	ike_sa_log(sa, PLUTO_NOTICE, "its life is over");
	if (sa->state == IKE_SA_ESTABLISHED && sa->pluto->port->event)
		sa->pluto->port->event(sa->pluto->arg, "ike-expired", sa, NULL);
	ike_delete_replaced(sa);
}

void ike_sa_replaced(struct ike_sa *sa)
{
	struct pluto_timers *timers = &sa->pluto->timers;

	sa->state = IKE_SA_REKEYED;
	pluto_timer_cancel(timers, &sa->rekey);
	pluto_timer_cancel(timers, &sa->reauth);
	pluto_timer_cancel(timers, &sa->liveness);
	pluto_timer_set(timers, &sa->expire, pluto_now(sa->pluto) + REPLACED_TIME, life_over);
}

/* A peer that was not heard of for dpd_delay is asked whether it lives (RFC 7296, 2.4). */
static void listen_for_life(struct pluto_timer *timer)
{
	struct ike_sa *sa = caa_container_of(timer, struct ike_sa, liveness);
	uint64_t now = pluto_now(sa->pluto), delay = sa->connection->times.dpd_delay;
	uint64_t due = sa->heard + delay;

	if (sa->state != IKE_SA_ESTABLISHED || !delay)
		return;
	if (due <= now) {
		if (!sa->exchange && cds_list_empty(&sa->queue))
			ike_liveness_start(sa);
		due = now + delay;
	}
	pluto_timer_set(&sa->pluto->timers, timer, due, listen_for_life);
}

static struct connection *next_waiting(const struct ike_sa *sa)
{
	struct connection *connection;

	if (!sa->pluto->waiting)
		return NULL;
	cds_list_for_each_entry(connection, &sa->pluto->connections, node) {
		if (connection->waiting && connection_is_kin(sa->connection, connection))
			return connection;
	}
	return NULL;
}

/* One of those of its family that wait for it; the next when that has been dealt with. */
static void let_join(struct pluto_timer *timer)
{
	struct ike_sa *sa = caa_container_of(timer, struct ike_sa, join);
	struct connection *connection = next_waiting(sa);

	if (sa->state != IKE_SA_ESTABLISHED || sa->contested)
		return;
	if (!connection) {
		ike_reauth_complete(sa);
		return;
	}
	connection_wait(connection, false);
	if (!child_sa_create_start(sa, connection))
		return;
	shunt_failed(connection);
	ike_sa_join(sa);
}

void ike_sa_join_in(struct ike_sa *sa, uint64_t milliseconds)
{
	if (next_waiting(sa) || sa->replaces)
		pluto_timer_set(&sa->pluto->timers, &sa->join, pluto_now(sa->pluto) + milliseconds, let_join);
}

/* Not here and now: what established it may still have to be answered. */
void ike_sa_join(struct ike_sa *sa)
{
	ike_sa_join_in(sa, 0);
}

/* Of those of its family one that is there already. */
static struct ike_sa *sa_of(struct connection *connection)
{
	struct ike_sa *sa, *found = NULL;

	cds_list_for_each_entry(sa, &connection->pluto->sas, node) {
		/* Anybody can begin one in the peer's name: that must not keep this side from beginning. */
		if (!connection_is_kin(sa->connection, connection) || sa->state > IKE_SA_ESTABLISHED || sa->half_open)
			continue;
		if (!found || found->state < sa->state)
			found = sa;
	}
	return found;
}

/* Where another is left they go on waiting, for that. */
static void end_waiting(const struct ike_sa *sa)
{
	struct connection *connection;

	if (!next_waiting(sa) || sa_of(sa->connection))
		return;
	while ((connection = next_waiting(sa))) {
		connection_wait(connection, false);
		shunt_failed(connection);
	}
}

/* With reauth= rekeying does not make it longer. */
static uint64_t life_end(const struct ike_sa *sa)
{
	uint64_t end = sa->established + sa->connection->times.ike_life;

	return sa->connection->reauth && sa->reauth_at < end ? sa->reauth_at : end;
}

/**
 * ike_sa_establish() - both sides are authenticated
 */
void ike_sa_establish(struct ike_sa *sa)
{
	const struct connection_times *times = &sa->connection->times;
	struct pluto_timers *timers = &sa->pluto->timers;
	char text[160], id[IKE_ID_TEXT] = "";

	not_half_open(sa);
	show(sa);
	sa->state = IKE_SA_ESTABLISHED;
	sa->established = pluto_now(sa->pluto);
	ike_peers_add(sa);
	pluto_timer_cancel(timers, &sa->expire);
	ike_reauth_schedule(sa);
	if (times->ike_life)
		pluto_timer_set(timers, &sa->expire, life_end(sa), life_over);
	if (times->dpd_delay)
		pluto_timer_set(timers, &sa->liveness, sa->established + times->dpd_delay, listen_for_life);
	ike_sa_schedule(sa);
	ike_suite_print(text, sizeof(text), &sa->suite);
	if (sa->peer_id)
		ike_identity_print(id, sizeof(id), sa->peer_id);
	ike_sa_log(sa, PLUTO_NOTICE, "IKE SA established with %s {%s}", id, text);
	if (sa->pluto->port->event)
		sa->pluto->port->event(sa->pluto->arg, "ike-up", sa, text);
	ike_sa_join(sa);
}

/**
 * ike_sa_end() - end an IKE SA and its Child SAs
 * @why: for the log, or NULL
 *
 * The peer is told nothing. It is gone when nobody holds it.
 */
void ike_sa_end(struct ike_sa *sa, const char *why)
{
	struct pluto *pluto = sa->pluto;
	enum ike_sa_state before = sa->state;
	bool seen = !cds_list_empty(&sa->node);

	if (before == IKE_SA_DEAD)
		return;
	sa->state = IKE_SA_DEAD;
	if (why)
		ike_sa_log(sa, PLUTO_NOTICE, "IKE SA ended: %s", why);
	not_half_open(sa);
	cds_list_del(&sa->node);
	cds_list_del_init(&sa->owned);
	cds_list_del(&sa->entry.node);
	cds_list_del(&sa->bucket);
	ike_peers_remove(sa);
	pluto_timer_cancel(&pluto->timers, &sa->rekey);
	pluto_timer_cancel(&pluto->timers, &sa->reauth);
	pluto_timer_cancel(&pluto->timers, &sa->expire);
	pluto_timer_cancel(&pluto->timers, &sa->liveness);
	pluto_timer_cancel(&pluto->timers, &sa->join);
	ike_exchanges_end(sa);
	child_sas_end(sa);
	cp_release(sa);
	if (before == IKE_SA_CONNECTING)
		ike_reauth_failed(sa);
	if (seen)
		end_waiting(sa);
	if (seen && sa->initiator && before == IKE_SA_CONNECTING)
		shunt_failed(sa->connection);
	if (seen && pluto->port->event)
		pluto->port->event(pluto->arg, before == IKE_SA_CONNECTING ? "ike-failed" : "ike-down", sa, why);
	ike_sa_put(sa);
}

/* A Child SA of an IKE SA that is there, or will be. */
static int join(struct ike_sa *sa, struct connection *connection)
{
	bool established = sa->state == IKE_SA_ESTABLISHED;

	if (connection->waiting || (established ? child_sa_is_there(sa, connection) : sa->connection == connection))
		return -ENOTUNIQ;
	connection_wait(connection, true);
	shunt_negotiating(connection);
	if (established)
		ike_sa_join(sa);
	return 0;
}

void ike_sa_join_heir(struct connection *connection)
{
	struct ike_sa *sa = sa_of(connection);

	if (sa && sa->state == IKE_SA_ESTABLISHED)
		join(sa, connection);
}

int ike_sa_begin(struct connection *connection)
{
	const struct connection_end *own = &connection->local, *peer = &connection->remote;
	struct ike_endpoint local = { own->host, own->ike_port }, remote = { peer->host, peer->ike_port };
	struct ike_sa *sa = ike_sa_new(connection, &local, &remote, NULL);
	int error;

	if (!sa)
		return -ENOMEM;
	ike_sa_log(sa, PLUTO_NOTICE, "initiating");
	shunt_negotiating(connection);
	error = ike_init_start(sa);
	if (error)
		ike_sa_end(sa, "no memory");
	return error;
}

/**
 * ike_sa_initiate() - begin
 *
 * Return: 0; -ENOTUNIQ: there is one, or one is under way; -EDESTADDRREQ: the peer, or the own address, is not
 * known; -EADDRNOTAVAIL: this host does not have that address now; -ENOMEM
 */
int ike_sa_initiate(struct connection *connection)
{
	const struct connection_end *own = &connection->local, *peer = &connection->remote;
	struct ike_sa *sa;

	if (!own->host.version || !peer->host.version || connection->kind > CONNECTION_TRANSPORT)
		return -EDESTADDRREQ;
	connection->missed = connection->away;
	if (connection->away)
		return -EADDRNOTAVAIL;
	sa = sa_of(connection);
	return sa ? join(sa, connection) : ike_sa_begin(connection);
}
