// SPDX-License-Identifier: GPL-2.0-or-later
/* See number.h. */
#include "number.h"

/**
 * klips_number_take() - the next number of an outbound SA
 * @sa: the SA
 * @number: gets it, all 64 bits
 *
 * None is given twice, also where several CPUs ask, and none after the last.
 *
 * Return: 0, or -EOVERFLOW: there is none left (RFC 4303, 3.3.3).
 */
int klips_number_take(struct klips_sa *sa, u64 *number)
{
	u64 last = sa->flags & KLIPS_SA_ESN ? ~0ULL : 0xffffffff;
	atomic64_t *seq = &sa->keeper->seq;
	u64 old, seen = (u64)atomic64_read(seq);

	do {
		old = seen;
		if (old >= last)
			return -EOVERFLOW;
		seen = (u64)atomic64_cmpxchg(seq, (s64)old, (s64)(old + 1));
	} while (seen != old);
	*number = old + 1;
	return 0;
}

/**
 * klips_number_may_accept() - look whether a number may still come
 * @sa: an inbound SA
 * @wire: the 32 bits that were sent
 * @number: gets all 64 bits
 *
 * Return: whether it is neither a replay nor too old.
 */
bool klips_number_may_accept(struct klips_sa *sa, u32 wire, u64 *number)
{
	struct klips_sa *keeper = sa->keeper;
	bool fresh;

	/* what changes meanwhile is seen by klips_number_accept() */
	if (!keeper->replay.esn) {
		*number = wire;
		return klips_replay_may_accept(&keeper->replay, wire);
	}
	spin_lock_bh(&keeper->lock);
	*number = klips_replay_number(&keeper->replay, wire);
	fresh = klips_replay_may_accept(&keeper->replay, *number);
	spin_unlock_bh(&keeper->lock);
	return fresh;
}

/**
 * klips_number_accept() - note that an authentic packet had this number
 * @sa: an inbound SA
 * @number: from klips_number_may_accept()
 *
 * Return: whether it is still neither a replay nor too old.
 */
bool klips_number_accept(struct klips_sa *sa, u64 number)
{
	struct klips_sa *keeper = sa->keeper;
	bool fresh;

	spin_lock_bh(&keeper->lock);
	fresh = klips_replay_accept(&keeper->replay, number);
	spin_unlock_bh(&keeper->lock);
	return fresh;
}
