// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Packets that leave by a mastN. They have no eroute: their mark names the SA. So peers whose traffic looks the same
 * can be told apart, by whoever knows which of them it is about.
 */
#include "debug.h"
#include "mark.h"
#include "pass.h"

/**
 * klips_mast_sa() - the SA that a mark names: of a bundle the innermost, whichever the reference is
 * @klips: where
 * @mark: of a packet
 *
 * Return: an SA that packets enter, for as long as the caller is in rcu_read_lock(); NULL: it names none, or one that
 * is gone.
 */
struct klips_sa *klips_mast_sa(struct klips *klips, u32 mark)
{
	struct klips_sa *sa = klips_sadb_find_ref(klips->sadb, klips_mark_ref(mark)), *inner;

	for (inner = sa; inner; inner = rcu_dereference(inner->inner))
		sa = inner;
	return sa;
}

/* Whoever sets marks says which SA it is, but not what that is for: RFC 4301, 5.1. */
static bool is_for(const struct klips_sa *sa, const struct klips_flow *flow)
{
	return !sa->selector.src.version || klips_sa_is_for(sa, flow);
}

/**
 * klips_pass_mast() - send packets by the SA that their mark names; they are dropped if there is none
 * @pass: packets of one flow, all with the mark of the first, that were sent to a mastN
 * @flow: that flow
 */
void klips_pass_mast(struct klips_pass *pass, const struct klips_flow *flow)
{
	struct klips_stats *stats = &pass->klips->stats;
	u32 mark = pass->skbs[0]->mark;
	struct klips_sa *sa = klips_mast_sa(pass->klips, mark);
	u32 i;

	klips_trace(XMIT, "mark %x, to %s", mark, sa ? "an SA" : "nobody");
	for (i = 0; i < pass->count; i++)
		pass->skbs[i]->mark = 0; /* what protects them is not to take that SA once more */
	if (!klips_mark_ref(mark))
		klips_pass_end(pass, &stats->no_eroute);
	else if (!sa)
		klips_pass_end(pass, &stats->no_sa);
	else if (!is_for(sa, flow))
		klips_pass_end(pass, &stats->dropped);
	else
		klips_pass_enter_sa(pass, sa);
}
