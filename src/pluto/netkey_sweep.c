// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a pluto that was killed has left in XFRM: its policies are known by their numbers (netkey_index()), its SAs by
 * reqids, which are of the engine's range or those of such policies.
 */
#include "netkey.h"
#include "pluto.h"

/**
 * struct leftover - what is to be deleted
 * @type: of the request that deletes it
 * @reqid: of a policy's SA; 0: it has none
 * @mark, @if_id: what has them is not found without
 */
struct leftover {
	uint16_t type;
	uint32_t reqid;
	union {
		struct xfrm_usersa_id sa;
		struct xfrm_userpolicy_id policy;
	} id;
	struct xfrm_mark mark;
	uint32_t if_id;
};

struct leftovers {
	struct leftover *list;
	size_t count;
};

static int keep(struct netkey *netkey, struct leftovers *all, const struct leftover *one)
{
	struct leftover *list = reallocarray(all->list, all->count + 1, sizeof(*list));

	if (!list)
		return netkey_fail(netkey, -ENOMEM, "%s", strerror(ENOMEM));
	all->list = list;
	list[all->count++] = *one;
	return 0;
}

static void copy(const struct nlattr *attr, void *to, size_t size)
{
	if (mnl_attr_get_payload_len(attr) >= size)
		memcpy(to, mnl_attr_get_payload(attr), size);
}

static void take_attributes(struct leftover *one, const struct nlmsghdr *answer, size_t after)
{
	const struct nlattr *attr;
	struct xfrm_user_tmpl tmpl;

	mnl_attr_for_each(attr, answer, after)
	{
		switch (mnl_attr_get_type(attr)) {
		case XFRMA_MARK:
			copy(attr, &one->mark, sizeof(one->mark));
			break;
		case XFRMA_IF_ID:
			copy(attr, &one->if_id, sizeof(one->if_id));
			break;
		case XFRMA_TMPL:
			tmpl.reqid = 0;
			copy(attr, &tmpl, sizeof(tmpl));
			one->reqid = tmpl.reqid;
			break;
		}
	}
}

static int take_policy(struct netkey *netkey, const struct nlmsghdr *answer, void *arg)
{
	const struct xfrm_userpolicy_info *info = mnl_nlmsg_get_payload(answer);
	struct leftover one = { .type = XFRM_MSG_DELPOLICY };

	if (answer->nlmsg_type != XFRM_MSG_NEWPOLICY || mnl_nlmsg_get_payload_len(answer) < sizeof(*info))
		return 0;
	/* This pluto has made its holes already, in the place of that one's. */
	if (!(info->index & NETKEY_INDEX_OWN) || info->priority == NETKEY_PRIORITY_HOLE)
		return 0;
	one.id.policy.sel = info->sel;
	one.id.policy.index = info->index;
	one.id.policy.dir = info->dir;
	take_attributes(&one, answer, sizeof(*info));
	return keep(netkey, arg, &one);
}

/* SAs that were made by hand have none, or a low one. */
static bool is_own(const struct leftovers *all, uint32_t reqid)
{
	size_t i;

	if (reqid >= PLUTO_REQID_FIRST)
		return true;
	for (i = 0; i < all->count; i++) {
		if (reqid && all->list[i].reqid == reqid)
			return true;
	}
	return false;
}

/* Larval SAs without an SPI cannot be named; they end by themselves. */
static int take_sa(struct netkey *netkey, const struct nlmsghdr *answer, void *arg)
{
	const struct xfrm_usersa_info *info = mnl_nlmsg_get_payload(answer);
	struct leftover one = { .type = XFRM_MSG_DELSA };

	if (answer->nlmsg_type != XFRM_MSG_NEWSA || mnl_nlmsg_get_payload_len(answer) < sizeof(*info) ||
	    !info->id.spi || !is_own(arg, info->reqid))
		return 0;
	one.id.sa.daddr = info->id.daddr;
	one.id.sa.spi = info->id.spi;
	one.id.sa.family = info->family;
	one.id.sa.proto = info->id.proto;
	take_attributes(&one, answer, sizeof(*info));
	return keep(netkey, arg, &one);
}

/**
 * netkey_list() - ask for all SAs or all policies
 * @netkey: whom to ask
 * @type: XFRM_MSG_GETSA or XFRM_MSG_GETPOLICY
 * @take: is given each; an error of it ends the list
 * @arg: for @take
 *
 * Return: 0 or a negative errno, with a text.
 */
int netkey_list(struct netkey *netkey, uint16_t type, netkey_answer_fn take, void *arg)
{
	struct netkey_request request;

	netkey_begin(&request, type,
		     type == XFRM_MSG_GETSA ? sizeof(struct xfrm_usersa_id) : sizeof(struct xfrm_userpolicy_id));
	netkey_ask_for_all(&request);
	snprintf(request.subject, sizeof(request.subject), "list %s", type == XFRM_MSG_GETSA ? "SAs" : "policies");
	return netkey_call(netkey, &request, take, arg);
}

/* Whether it was there still. */
static bool drop(struct netkey *netkey, const struct leftover *one)
{
	const size_t size = one->type == XFRM_MSG_DELSA ? sizeof(one->id.sa) : sizeof(one->id.policy);
	struct netkey_request request;

	memcpy(netkey_begin(&request, one->type, size), &one->id, size);
	if (one->mark.m)
		netkey_put(&request, XFRMA_MARK, &one->mark, sizeof(one->mark));
	if (one->if_id)
		netkey_put(&request, XFRMA_IF_ID, &one->if_id, sizeof(one->if_id));
	return !netkey_call(netkey, &request, NULL, NULL);
}

/* struct backend_ops. Policies are first in the list: SAs go by their reqids. */
int netkey_sweep(struct backend *backend)
{
	struct netkey *netkey = netkey_of(backend);
	struct leftovers all = { 0 };
	int dropped = 0, err;
	size_t i;

	err = netkey_list(netkey, XFRM_MSG_GETPOLICY, take_policy, &all);
	if (!err)
		err = netkey_list(netkey, XFRM_MSG_GETSA, take_sa, &all);
	for (i = 0; !err && i < all.count; i++)
		dropped += drop(netkey, &all.list[i]);
	free(all.list);
	return err ? err : dropped;
}
