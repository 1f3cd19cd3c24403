// SPDX-License-Identifier: GPL-2.0-or-later
/* The shapes that the eroutes have: see eroute_own.h. */
#include "eroute_own.h"

static u32 rank_of(const struct klips_selector *sel)
{
	return (u32)sel->src_bits << 16 | (u32)sel->dst_bits << 8 | (sel->proto ? KLIPS_SHAPE_PROTO : 0) |
	       (sel->sport ? KLIPS_SHAPE_SPORT : 0) | (sel->dport ? KLIPS_SHAPE_DPORT : 0);
}

static void free_shapes(struct rcu_head *rcu)
{
	kfree(container_of(rcu, struct klips_shapes, rcu));
}

/* The index of the first shape that is not more specific. */
static u32 place_of(const struct klips_shapes *shapes, u32 rank)
{
	u32 i = 0;

	while (shapes && i < shapes->count && shapes->shape[i].rank > rank)
		i++;
	return i;
}

/* From @begin on, to @end, which is not copied. */
static void copy_shapes(struct klips_shape *to, const struct klips_shapes *from, u32 begin, u32 end)
{
	if (from && begin < end)
		memcpy(to, from->shape + begin, (end - begin) * sizeof(*to));
}

static struct klips_shapes *new_shapes(u32 count)
{
	struct klips_shapes *shapes = kmalloc(sizeof(*shapes) + count * sizeof(struct klips_shape), GFP_ATOMIC);

	if (shapes)
		shapes->count = count;
	return shapes;
}

static void publish(struct klips_shapes __rcu **slot, struct klips_shapes *new)
{
	struct klips_shapes *old = rcu_dereference_protected(*slot, 1);

	rcu_assign_pointer(*slot, new);
	if (old)
		call_rcu(&old->rcu, free_shapes);
}

/**
 * klips_shape_use() - see that lookups try the shape of an eroute
 * @all: the eroutes
 * @sel: the eroute's selector
 *
 * Return: 0 or -ENOMEM.
 */
int klips_shape_use(struct klips_eroutes *all, const struct klips_selector *sel)
{
	struct klips_shapes __rcu **slot = &all->shapes[klips_family_index(&sel->src)];
	struct klips_shapes *old = rcu_dereference_protected(*slot, 1), *new;
	const u32 rank = rank_of(sel), count = old ? old->count : 0, at = place_of(old, rank);

	if (at < count && old->shape[at].rank == rank) {
		old->shape[at].eroutes++;
		return 0;
	}
	new = new_shapes(count + 1);
	if (!new)
		return -ENOMEM;
	copy_shapes(new->shape, old, 0, at);
	new->shape[at].rank = rank;
	new->shape[at].eroutes = 1;
	copy_shapes(new->shape + at + 1, old, at, count);
	publish(slot, new);
	return 0;
}

/**
 * klips_shape_drop() - the opposite, when the eroute is gone
 * @all: the eroutes
 * @sel: the eroute's selector
 *
 * Without memory lookups go on to try a shape that no eroute has.
 */
void klips_shape_drop(struct klips_eroutes *all, const struct klips_selector *sel)
{
	struct klips_shapes __rcu **slot = &all->shapes[klips_family_index(&sel->src)];
	struct klips_shapes *old = rcu_dereference_protected(*slot, 1), *new;
	const u32 at = place_of(old, rank_of(sel));

	if (--old->shape[at].eroutes)
		return;
	new = new_shapes(old->count - 1);
	if (!new)
		return;
	copy_shapes(new->shape, old, 0, at);
	copy_shapes(new->shape + at, old, at + 1, old->count);
	publish(slot, new);
}
