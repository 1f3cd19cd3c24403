// SPDX-License-Identifier: GPL-2.0-or-later
/* When NAT keepalives are due: RFC 3948, 4. */
#include "keepalive.h"

#define LOOKS 10 /* in the time between two keepalives: so much later than it should one may come */

/**
 * struct round - a look at all SAs
 * @klips: whose
 * @interval: between two keepalives of an SA that is silent, in nanoseconds
 * @before: when the last look was, in monotonic nanoseconds
 * @now: when this one is, likewise
 */
struct round {
	struct klips *klips;
	u64 interval;
	u64 before;
	u64 now;
};

/* One that is attached, and the SA's if it names one; the caller is in rcu_read_lock(). NULL: there is none. */
static struct klips_dev *find_dev(struct klips *klips, const struct klips_sa *sa)
{
	struct klips_dev *dev;
	unsigned int i;

	for (i = 0; i < KLIPS_DEVICES; i++) {
		dev = rcu_dereference(klips->devices[i]);
		if (dev && READ_ONCE(dev->phys_mtu) && (!sa->if_id || sa->if_id == dev->id))
			return dev;
	}
	return NULL;
}

/* How many keepalives an SA that was silent since @last was to have had by then. */
static u64 count_due(const struct round *round, u64 last, u64 then)
{
	return then > last ? (then - last) / round->interval : 0;
}

static int look(struct klips_sa *sa, void *arg)
{
	const struct round *round = arg;
	u64 last = max(READ_ONCE(sa->usage.last), READ_ONCE(sa->usage.added));
	enum klips_sa_state state = READ_ONCE(sa->state);
	struct klips_dev *dev;

	if (sa->natt == KLIPS_NATT_NONE || (sa->flags & KLIPS_SA_INBOUND) ||
	    (state != KLIPS_SA_MATURE && state != KLIPS_SA_DYING))
		return 0;
	if (count_due(round, last, round->now) <= count_due(round, last, round->before))
		return 0;
	dev = find_dev(round->klips, sa);
	if (dev)
		round->klips->ops->keepalive(round->klips, dev, sa);
	return 0;
}

/**
 * klips_keepalive_run() - a keepalive for each outbound SA in UDP that was silent for settings.keepalive seconds
 * @klips: whose; one caller at a time
 * @now: monotonic nanoseconds
 *
 * Return: when it is to be called again, in monotonic nanoseconds; 0: not before there is an SA and
 * that setting is set.
 */
u64 klips_keepalive_run(struct klips *klips, u64 now)
{
	u64 interval = READ_ONCE(klips->settings.keepalive) * NSEC_PER_SEC;
	struct round round = { klips, interval, klips->keepalive.looked, now };

	if (!interval || !klips->ops->keepalive || !klips_sadb_count(klips->sadb)) {
		klips->keepalive.looked = 0;
		return 0;
	}
	rcu_read_lock();
	if (round.before)
		klips_sadb_walk(klips->sadb, look, &round);
	rcu_read_unlock();
	klips->keepalive.looked = now;
	return now + interval / LOOKS;
}
