// SPDX-License-Identifier: GPL-2.0-or-later
/* SArefs: small numbers for SAs, which ride in a packet's mark. See sadb_own.h. */
#include "sadb_own.h"

static bool is_used(const struct klips_refs *refs, u32 ref)
{
	return refs->used[ref / 64] >> (ref % 64) & 1;
}

/* The first free one from @next on, going round once; 0: there is none. */
static u32 find_free(const struct klips_refs *refs)
{
	u32 ref = refs->next, seen = 0;

	if (refs->count >= KLIPS_REFS - 1)
		return 0;
	while (seen <= KLIPS_REFS) {
		const u32 step = ref % 64 || refs->used[ref / 64] != ~0ULL ? 1 : 64;

		if (ref && step == 1 && !is_used(refs, ref))
			return ref;
		ref = (ref + step) % KLIPS_REFS;
		seen += step;
	}
	return 0;
}

static struct klips_sa __rcu **slot(struct klips_refs *refs, u32 ref)
{
	return &rcu_dereference_protected(refs->pages[ref / KLIPS_REF_PAGE], 1)[ref % KLIPS_REF_PAGE];
}

static int have_page(struct klips_refs *refs, u32 ref)
{
	struct klips_sa __rcu **page;

	if (rcu_access_pointer(refs->pages[ref / KLIPS_REF_PAGE]))
		return 0;
	page = kcalloc(KLIPS_REF_PAGE, sizeof(*page), GFP_ATOMIC);
	if (!page)
		return -ENOMEM;
	rcu_assign_pointer(refs->pages[ref / KLIPS_REF_PAGE], page);
	return 0;
}

/**
 * klips_ref_assign() - give an SA the reference that it asks for in @sa->ref, or any if that is 0
 * @refs: the references
 * @sa: gets its reference in @ref; that stays 0 when all are in use, since an SA works without one
 *
 * References are given out in turn, so that a freed one comes again only after all others: packets that are still
 * marked with it find nothing rather than another SA.
 *
 * Return: 0; -EINVAL: out of range; -EEXIST: another has the one that it asks for; -ENOMEM.
 */
int klips_ref_assign(struct klips_refs *refs, struct klips_sa *sa)
{
	u32 ref = sa->ref;

	if (ref >= KLIPS_REFS)
		return -EINVAL;
	if (ref && is_used(refs, ref))
		return -EEXIST;
	if (!ref) {
		ref = find_free(refs);
		if (!ref)
			return 0;
		refs->next = (ref + 1) % KLIPS_REFS;
	}
	if (have_page(refs, ref))
		return -ENOMEM;
	sa->ref = ref;
	refs->used[ref / 64] |= 1ULL << (ref % 64);
	refs->count++;
	rcu_assign_pointer(*slot(refs, ref), sa);
	return 0;
}

/**
 * klips_ref_release() - let nobody find an SA by its reference any more
 * @refs: the references
 * @sa: the SA, which keeps the number
 */
void klips_ref_release(struct klips_refs *refs, struct klips_sa *sa)
{
	if (!sa->ref)
		return;
	rcu_assign_pointer(*slot(refs, sa->ref), NULL);
	refs->used[sa->ref / 64] &= ~(1ULL << (sa->ref % 64));
	refs->count--;
}

/**
 * klips_ref_replace() - let another SA have the reference of one
 * @refs: the references
 * @old: whose it was
 * @new: whose it is then
 */
void klips_ref_replace(struct klips_refs *refs, struct klips_sa *old, struct klips_sa *new)
{
	new->ref = old->ref;
	if (new->ref)
		rcu_assign_pointer(*slot(refs, new->ref), new);
}

/* Whoever has the reference loses it. */
static int take(struct klips_refs *refs, struct klips_sa *sa, u32 ref)
{
	struct klips_sa *owner;

	if (ref >= KLIPS_REFS)
		return -EINVAL;
	if (!ref || sa->ref == ref)
		return 0;
	if (have_page(refs, ref))
		return -ENOMEM;
	klips_ref_release(refs, sa);
	owner = rcu_dereference_protected(*slot(refs, ref), true);
	if (owner)
		WRITE_ONCE(owner->ref, 0);
	else
		refs->count++;
	refs->used[ref / 64] |= 1ULL << (ref % 64);
	WRITE_ONCE(sa->ref, ref);
	rcu_assign_pointer(*slot(refs, ref), sa);
	return 0;
}

/**
 * klips_sadb_refer() - change the references of an SA
 * @db: the SADB
 * @said: its name
 * @ref: the one that it has from now on, and no other SA that had it: so an SA takes the place of one that it was made
 * instead of, for all who know that by its reference. 0: it keeps its own
 * @ref_him: that of the other direction; 0: as before
 * @now: gets the one that it has; 0: all are in use
 *
 * Return: 0; -ENOENT: there is no such SA; -EINVAL: a reference is out of range; -ENOMEM.
 */
int klips_sadb_refer(struct klips_sadb *db, const struct klips_said *said, u32 ref, u32 ref_him, u32 *now)
{
	struct klips_sa *sa;
	int err;

	if (ref_him >= KLIPS_REFS)
		return -EINVAL;
	spin_lock_bh(&db->lock);
	sa = klips_sadb_lookup(db, said);
	err = sa ? take(&db->refs, sa, ref) : -ENOENT;
	if (!err) {
		if (ref_him)
			WRITE_ONCE(sa->ref_him, ref_him);
		*now = sa->ref;
	}
	spin_unlock_bh(&db->lock);
	return err;
}

/**
 * klips_refs_free() - give back the memory of the references
 * @refs: which nobody uses any more
 */
void klips_refs_free(struct klips_refs *refs)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(refs->pages); i++)
		kfree(rcu_dereference_protected(refs->pages[i], 1));
}

/**
 * klips_sadb_find_ref() - find an SA by its reference
 * @db: the SADB
 * @ref: 1 to 32,767, or anything that came in a packet's mark
 *
 * Return: the SA, for as long as the caller is in rcu_read_lock(); NULL: there is none.
 */
struct klips_sa *klips_sadb_find_ref(struct klips_sadb *db, u32 ref)
{
	struct klips_sa __rcu **page;

	if (!ref || ref >= KLIPS_REFS)
		return NULL;
	page = rcu_dereference(db->refs.pages[ref / KLIPS_REF_PAGE]);
	return page ? rcu_dereference(page[ref % KLIPS_REF_PAGE]) : NULL;
}
