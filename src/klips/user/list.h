/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's lists, as far as core needs them: doubly linked ones, and those of hash tables that readers walk. */
#ifndef KLIPS_USER_LIST_H
#define KLIPS_USER_LIST_H

struct list_head {
	struct list_head *next, *prev;
};

/* clang-format off */
#define LIST_HEAD_INIT(name) { &(name), &(name) }
/* clang-format on */

static inline void INIT_LIST_HEAD(struct list_head *list)
{
	list->next = list->prev = list;
}

static inline bool list_empty(const struct list_head *list)
{
	return list->next == list;
}

static inline void list_add_tail(struct list_head *new, struct list_head *head)
{
	new->prev = head->prev;
	new->next = head;
	head->prev->next = new;
	head->prev = new;
}

static inline void list_add(struct list_head *new, struct list_head *head)
{
	list_add_tail(new, head->next);
}

static inline void list_del_init(struct list_head *entry)
{
	entry->prev->next = entry->next;
	entry->next->prev = entry->prev;
	INIT_LIST_HEAD(entry);
}

#define list_del(entry)			     list_del_init(entry)
#define list_entry(ptr, type, member)	     container_of(ptr, type, member)
#define list_first_entry(head, type, member) list_entry((head)->next, type, member)
#define list_for_each_entry(pos, head, member)                                                 \
	for (pos = list_entry((head)->next, __typeof__(*pos), member); &pos->member != (head); \
	     pos = list_entry(pos->member.next, __typeof__(*pos), member))
#define list_for_each_entry_safe(pos, n, head, member)                  \
	for (pos = list_entry((head)->next, __typeof__(*pos), member),  \
	    n = list_entry(pos->member.next, __typeof__(*pos), member); \
	     &pos->member != (head); pos = n, n = list_entry(n->member.next, __typeof__(*n), member))

struct hlist_head {
	struct hlist_node *first;
};
struct hlist_node {
	struct hlist_node *next, **pprev;
};

static inline void INIT_HLIST_NODE(struct hlist_node *node)
{
	node->next = NULL;
	node->pprev = NULL;
}

static inline bool hlist_unhashed(const struct hlist_node *node)
{
	return !node->pprev;
}

static inline bool hlist_empty(const struct hlist_head *head)
{
	return !head->first;
}

static inline void hlist_add_head_rcu(struct hlist_node *node, struct hlist_head *head)
{
	struct hlist_node *first = head->first;

	node->next = first;
	node->pprev = &head->first;
	rcu_assign_pointer(head->first, node);
	if (first)
		first->pprev = &node->next;
}

/* The node keeps its next for readers that are there; pprev is cleared so that hlist_unhashed() tells. */
static inline void hlist_del_init_rcu(struct hlist_node *node)
{
	if (hlist_unhashed(node))
		return;
	WRITE_ONCE(*node->pprev, node->next);
	if (node->next)
		node->next->pprev = node->pprev;
	node->pprev = NULL;
}

/* One step for readers: they find the old or the new. */
static inline void hlist_replace_rcu(struct hlist_node *old, struct hlist_node *new)
{
	new->next = old->next;
	new->pprev = old->pprev;
	rcu_assign_pointer(*new->pprev, new);
	if (new->next)
		new->next->pprev = &new->next;
	old->pprev = NULL;
}

#define hlist_entry_safe(ptr, type, member)                     \
	({                                                      \
		__typeof__(ptr) ptr_ = (ptr);                   \
		ptr_ ? container_of(ptr_, type, member) : NULL; \
	})
#define hlist_for_each_entry_rcu(pos, head, member)                                                 \
	for (pos = hlist_entry_safe(rcu_dereference((head)->first), __typeof__(*pos), member); pos; \
	     pos = hlist_entry_safe(rcu_dereference(pos->member.next), __typeof__(*pos), member))
#define hlist_for_each_entry(pos, head, member)                                    \
	for (pos = hlist_entry_safe((head)->first, __typeof__(*pos), member); pos; \
	     pos = hlist_entry_safe(pos->member.next, __typeof__(*pos), member))
#define hlist_for_each_entry_safe(pos, n, head, member)                                                              \
	for (pos = hlist_entry_safe((head)->first, __typeof__(*pos), member); pos && ((n = pos->member.next), true); \
	     pos = hlist_entry_safe(n, __typeof__(*pos), member))

#endif
