// SPDX-License-Identifier: GPL-2.0-or-later
#include "reauth.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <string.h>

#include "child_sa.h"
#include "rekey.h"

#define SHORTEST 30000 /* milliseconds: a peer that wants it more often has it so often */
#define AGAIN	 2000  /* milliseconds, at least, until the next try */

static struct ike_sa *find_old(const struct ike_sa *sa)
{
	struct ike_sa *old = sa->replaces ? pluto_find_ike(sa->pluto, sa->replaces) : NULL;

	return old && (old->state == IKE_SA_ESTABLISHED || old->state == IKE_SA_REKEYED) ? old : NULL;
}

/* By this side, or the peer has just done it, and is to delete the old one. */
static bool is_under_way(const struct ike_sa *sa)
{
	const struct ike_sa *other;

	cds_list_for_each_entry(other, &sa->connection->sas, owned)
		if (other->replaces == sa->serial ||
		    (other->state == IKE_SA_ESTABLISHED && other->established > sa->established))
			return true;
	return false;
}

/* Of one whose peer may be anybody it is not known where that is but by the IKE SA, which it began. */
static bool can_begin(const struct ike_sa *sa)
{
	return sa->connection->rekey && !connection_is_template(sa->connection);
}

static void due(struct pluto_timer *timer)
{
	ike_reauth_start(caa_container_of(timer, struct ike_sa, reauth));
}

/* Each time half of what is left: a peer that refuses has few of them, one that does not answer gets some. */
static void try_again(struct ike_sa *sa)
{
	uint64_t now = pluto_now(sa->pluto), left = sa->reauth_at > now ? sa->reauth_at - now : 0;

	if (left > AGAIN)
		pluto_timer_set(&sa->pluto->timers, &sa->reauth, now + (left / 2 > AGAIN ? left / 2 : AGAIN), due);
}

/* Who began is first; the other one has to do it only if that does not. */
static void set_timer(struct ike_sa *sa)
{
	uint64_t now = pluto_now(sa->pluto), left = sa->reauth_at > now ? sa->reauth_at - now : 0, before;

	if (!can_begin(sa))
		return;
	before = rekey_margin(sa->connection, left);
	if (!sa->began)
		before /= 4;
	pluto_timer_set(&sa->pluto->timers, &sa->reauth, now + left - before, due);
}

void ike_reauth_schedule(struct ike_sa *sa)
{
	uint64_t life = sa->connection->times.ike_life;

	/* One that was rekeyed hands it on: RFC 4478, 3. */
	if (!sa->reauth_at && sa->connection->reauth && life)
		sa->reauth_at = sa->established + life;
	if (sa->reauth_at)
		set_timer(sa);
}

void ike_reauth_put(const struct ike_sa *sa, struct ike_builder *reply)
{
	uint32_t seconds = htonl((uint32_t)(sa->connection->times.ike_life / 1000));

	if (sa->connection->reauth && seconds)
		ike_put_status(reply, N_AUTH_LIFETIME,
			       (struct ike_slice){ (const uint8_t *)&seconds, sizeof(seconds) });
}

/* Only who began can show his secret again, and is told: RFC 4478, 3. */
void ike_reauth_take(struct ike_sa *sa, const struct ike_message *message)
{
	uint64_t now = pluto_now(sa->pluto), life;
	struct ike_notify notify;
	uint32_t seconds;

	if (!sa->began || !ike_notify_find(message, N_AUTH_LIFETIME, &notify) || notify.data.length != sizeof(seconds))
		return;
	memcpy(&seconds, notify.data.data, sizeof(seconds));
	life = ntohl(seconds) * UINT64_C(1000);
	life = life < SHORTEST ? SHORTEST : life;
	if (sa->reauth_at && sa->reauth_at <= now + life)
		return;
	ike_sa_log(sa, PLUTO_NOTICE, "the peer wants to be shown again within %" PRIu64 " s who this host is",
		   life / 1000);
	sa->reauth_at = now + life;
	set_timer(sa);
}

static struct ike_sa *make(const struct ike_sa *old)
{
	const struct connection *connection = old->connection;
	const struct ike_endpoint local = { old->local.addr, connection->local.ike_port },
				  remote = { old->remote.addr, connection->remote.ike_port };

	return ike_sa_new(old->connection, &local, &remote, NULL);
}

/**
 * ike_reauth_start() - show the peer again who this host is, and have the same of it: RFC 7296, 2.8.3
 * @sa: it goes when the new one has Child SAs in place of its own
 *
 * It waits for a rekeying to end, whose IKE SA has it to do then.
 */
void ike_reauth_start(struct ike_sa *sa)
{
	struct ike_sa *made;

	if (sa->state != IKE_SA_ESTABLISHED || connection_is_template(sa->connection) || is_under_way(sa))
		return;
	if (sa->rekeying || sa->contested) {
		try_again(sa);
		return;
	}
	ike_sa_log(sa, PLUTO_NOTICE, "authenticating again");
	made = make(sa);
	if (!made) {
		try_again(sa);
		return;
	}
	made->replaces = sa->serial;
	if (ike_init_start(made))
		ike_sa_end(made, "no memory");
}

static void stay(struct ike_sa *old)
{
	ike_sa_log(old, PLUTO_NOTICE, "it goes on with the authentication that it has");
	try_again(old);
}

/* Those of other connections, which are asked for one after the other; the own one is there. */
static void bring_children(const struct ike_sa *sa, const struct ike_sa *old)
{
	const struct child_sa *child;

	cds_list_for_each_entry(child, &old->children, node)
		if (child->connection != sa->connection && child->state == CHILD_SA_INSTALLED &&
		    connection_is_kin(sa->connection, child->connection))
			connection_wait(child->connection, true);
}

static bool has_children(const struct ike_sa *sa)
{
	const struct child_sa *child;

	cds_list_for_each_entry(child, &sa->children, node)
		if (child->state == CHILD_SA_INSTALLED)
			return true;
	return false;
}

void ike_reauth_take_over(struct ike_sa *sa)
{
	struct ike_sa *old = find_old(sa);

	if (old && old->state == IKE_SA_ESTABLISHED && has_children(old) && !has_children(sa)) {
		sa->replaces = 0;
		stay(old);
		ike_delete_start(sa);
	} else if (old && old->state == IKE_SA_ESTABLISHED) {
		bring_children(sa, old);
		ike_sa_replaced(old);
	}
}

void ike_reauth_inherit(struct ike_sa *sa, struct ike_sa *old)
{
	struct ike_sa *other;

	sa->replaces = old->replaces;
	old->replaces = 0;
	cds_list_for_each_entry(other, &sa->connection->sas, owned)
		if (other->replaces == old->serial)
			other->replaces = sa->serial;
}

void ike_reauth_complete(struct ike_sa *sa)
{
	struct ike_sa *old = find_old(sa);

	sa->replaces = 0;
	if (old)
		ike_delete_replaced(old);
}

void ike_reauth_failed(struct ike_sa *sa)
{
	struct ike_sa *old = find_old(sa);

	sa->replaces = 0;
	if (old && old->state == IKE_SA_ESTABLISHED)
		stay(old);
}
