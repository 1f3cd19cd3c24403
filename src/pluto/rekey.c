// SPDX-License-Identifier: GPL-2.0-or-later
/* When SAs are rekeyed, and what the ways to do it share. */
#include "rekey.h"

#include <string.h>

#define PUT_OFF_MOST  180000 /* milliseconds: "several minutes" */
#define PUT_OFF_PAUSE 30000  /* milliseconds: what is refused so much later is another affair */

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

/* Milliseconds before the end of a life: the margin, longer by a part of up to fuzz per cent that chance decides. */
uint64_t rekey_margin(const struct connection *connection, uint64_t life)
{
	const struct connection_times *times = &connection->times;
	uint64_t most = times->margin * times->fuzz / 100, before = times->margin;
	uint32_t chance;

	pluto_bytes(connection->pluto, &chance, sizeof(chance));
	before += most ? chance % (most + 1) : 0;
	return before < life ? before : life / 2;
}

/* Chance has a part in it, or two who began at the same moment would meet again. */
void rekey_again(struct pluto *pluto, struct pluto_timer *timer)
{
	uint32_t chance;

	pluto_bytes(pluto, &chance, sizeof(chance));
	pluto_timer_set(&pluto->timers, timer, pluto_now(pluto) + REKEY_AGAIN + chance % REKEY_AGAIN, timer->run);
}

static void rekey_child(struct pluto_timer *timer)
{
	child_sa_rekey_start(caa_container_of(timer, struct child_sa, rekey));
}

void child_sa_rekey_again(struct child_sa *child)
{
	if (!child->rekey.run && !child->lost)
		return;
	child->rekey.run = rekey_child;
	rekey_again(child->sa->pluto, &child->rekey);
}

bool rekey_may_try_again(struct ike_sa *sa)
{
	uint64_t now = pluto_now(sa->pluto);

	if (!sa->put_off || now - sa->put_off_last > PUT_OFF_PAUSE)
		sa->put_off = now;
	sa->put_off_last = now;
	if (now - sa->put_off < PUT_OFF_MOST)
		return true;
	ike_sa_log(sa, PLUTO_NOTICE, "the peer has put this off for %u minutes", PUT_OFF_MOST / 60000);
	ike_delete_start(sa);
	return false;
}

void child_sa_expire(struct child_sa *child)
{
	child_sa_log(child, PLUTO_NOTICE, "the life of Child SA #%u is over", child->serial);
	if (child->state == CHILD_SA_INSTALLED)
		child_sa_tell(child, "child-expired", NULL);
	child_sa_delete_start(child);
}

static void end_child(struct pluto_timer *timer)
{
	child_sa_expire(caa_container_of(timer, struct child_sa, expire));
}

void child_sa_schedule(struct child_sa *child)
{
	struct pluto_timers *timers = &child->sa->pluto->timers;
	uint64_t life = child->connection->times.child_life;

	if (!life)
		return;
	pluto_timer_set(timers, &child->expire, child->installed + life, end_child);
	if (child->connection->rekey)
		pluto_timer_set(timers, &child->rekey, child->installed + life - rekey_margin(child->connection, life),
				rekey_child);
}

static void rekey_ike(struct pluto_timer *timer)
{
	ike_sa_rekey_start(caa_container_of(timer, struct ike_sa, rekey));
}

void ike_sa_schedule(struct ike_sa *sa)
{
	uint64_t life = sa->connection->times.ike_life;

	if (life && sa->connection->rekey && !sa->connection->reauth)
		pluto_timer_set(&sa->pluto->timers, &sa->rekey,
				sa->established + life - rekey_margin(sa->connection, life), rekey_ike);
}
