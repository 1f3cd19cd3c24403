// SPDX-License-Identifier: GPL-2.0-or-later
/* KLIPS's end of the control protocol over generic netlink: each operation is handed to those that klipsd has too. */
#include <net/genetlink.h>
#include <net/sock.h>

#include "../control/control_request.h"
#include "module.h"

static struct genl_family family;

static struct klips_control *control_of(const struct sk_buff *skb)
{
	struct klips_control *control = &klips_net_of(sock_net(skb->sk))->control;

	control->type = family.id;
	return control;
}

/* Answers and verdict go as they are. */
static int reply(struct genl_info *info, void *buffer, size_t size)
{
	struct sk_buff *skb = nlmsg_new(size, GFP_KERNEL);
	struct nlmsghdr *head = buffer;
	int left = (int)size;

	if (!skb)
		return -ENOMEM;
	for (; nlmsg_ok(head, left); head = nlmsg_next(head, &left))
		head->nlmsg_pid = info->snd_portid;
	skb_put_data(skb, buffer, size);
	return genlmsg_unicast(genl_info_net(info), skb, info->snd_portid);
}

/* Our own verdict says more than generic netlink's; -EINTR keeps that from being sent too. */
static int doit(struct sk_buff *skb, struct genl_info *info)
{
	struct klips_session session = { .admin = true }; /* generic netlink has looked, by the flags of ops */
	const size_t room = KLIPS_ANSWER_ROOM + KLIPS_VERDICT_ROOM;
	struct nlmsghdr *head = (struct nlmsghdr *)info->nlhdr;
	struct klips_request *request = kzalloc(sizeof(*request) + room, GFP_KERNEL);
	size_t size;
	int err;

	if (!request)
		return -ENOMEM;
	request->control = control_of(skb);
	request->session = &session;
	err = klips_request_begin(request, head, head->nlmsg_len);
	if (!err) {
		size = klips_request_answer(request, request + 1, room);
		err = size ? reply(info, request + 1, size) : 0;
	}
	kfree_sensitive(request);
	return err ? err : -EINTR;
}

static int dump_start(struct netlink_callback *cb)
{
	const struct genlmsghdr *head = nlmsg_data(cb->nlh);
	struct klips_dump *dump = NULL;
	int err = klips_dump_begin(&dump, control_of(cb->skb), head->cmd, cb->nlh->nlmsg_seq);

	cb->args[0] = (long)dump;
	return err;
}

static int dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct klips_dump *dump = (struct klips_dump *)cb->args[0];
	struct nlmsghdr *head = (struct nlmsghdr *)skb_tail_pointer(skb);
	size_t size = klips_dump_put(dump, control_of(cb->skb), head, skb_tailroom(skb));
	int left = (int)size;

	skb_put(skb, size);
	for (; nlmsg_ok(head, left); head = nlmsg_next(head, &left))
		head->nlmsg_pid = NETLINK_CB(cb->skb).portid;
	if (!size && !klips_dump_is_told(dump))
		return -EMSGSIZE;
	return skb->len;
}

static int dump_done(struct netlink_callback *cb)
{
	klips_dump_free((struct klips_dump *)cb->args[0]);
	return 0;
}

/* Who hears of a flow that wants an SA counts as a key daemon, so that a %hold waits for one. */
#define GROUP(lower)                                             \
	{                                                        \
		.name = lower, .flags = GENL_MCAST_CAP_NET_ADMIN \
	}

static const struct genl_multicast_group groups[] = {
	[KLIPS_MCGRP_ACQUIRE] = GROUP("acquire"),
	[KLIPS_MCGRP_EXPIRE] = GROUP("expire"),
	[KLIPS_MCGRP_MAPPING] = GROUP("mapping"),
};

#define CHANGE(op)                                                                \
	{                                                                         \
		.cmd = KLIPS_CMD_##op, .doit = doit, .flags = GENL_UNS_ADMIN_PERM \
	}
/* What is the machine's is for its root, and not for that of a user namespace. */
#define CHANGE_MACHINE(op)                                                    \
	{                                                                     \
		.cmd = KLIPS_CMD_##op, .doit = doit, .flags = GENL_ADMIN_PERM \
	}
#define SHOW(op)                                    \
	{                                           \
		.cmd = KLIPS_CMD_##op, .doit = doit \
	}
#define LIST(op)                                                                                              \
	{                                                                                                     \
		.cmd = KLIPS_CMD_##op, .doit = doit, .start = dump_start, .dumpit = dumpit, .done = dump_done \
	}

static const struct genl_ops ops[] = {
	CHANGE(SA_ADD),
	CHANGE(SA_UPDATE),
	CHANGE(SA_DEL),
	LIST(SA_GET),
	CHANGE(SA_FLUSH),
	CHANGE(SA_ALLOC_SPI),
	CHANGE(SA_GROUP),
	CHANGE(SA_MOVE),
	CHANGE(EROUTE_ADD),
	CHANGE(EROUTE_REPLACE),
	CHANGE(EROUTE_DEL),
	LIST(EROUTE_GET),
	CHANGE(EROUTE_FLUSH),
	CHANGE(DEV_CREATE),
	CHANGE(DEV_DELETE),
	CHANGE(DEV_ATTACH),
	CHANGE(DEV_DETACH),
	LIST(DEV_GET),
	CHANGE_MACHINE(DEBUG_SET),
	SHOW(DEBUG_GET),
	CHANGE(SETTINGS_SET),
	SHOW(SETTINGS_GET),
	SHOW(STATUS),
	CHANGE(PORT_ADD),
	CHANGE(SA_REFER),
};

static struct genl_family family = {
	.name = KLIPS_FAMILY_NAME,
	.version = KLIPS_FAMILY_VERSION,
	.netnsok = true,
	.module = THIS_MODULE,
	.ops = ops,
	.n_ops = ARRAY_SIZE(ops),
	.resv_start_op =
		KLIPS_CMD_END, /* attributes are checked by klips_attrs_parse(), whose tables know their names */
	.mcgrps = groups,
	.n_mcgrps = ARRAY_SIZE(groups),
};

/* Whether anybody was told. @group: KLIPS_MCGRP_ */
static bool tell(struct klips_net *net, unsigned int group, struct klips_message *message)
{
	struct sk_buff *skb;

	if (message->full || !genl_has_listeners(&family, net->net, group))
		return false;
	skb = nlmsg_new(message->head->nlmsg_len, GFP_ATOMIC);
	if (!skb)
		return false;
	message->head->nlmsg_type = family.id;
	skb_put_data(skb, message->head, message->head->nlmsg_len);
	return !genlmsg_multicast_netns(&family, net->net, skb, 0, group, GFP_ATOMIC);
}

/* struct klips_ops, as are those below */
bool klips_genl_acquire(struct klips *klips, const struct klips_acquire *acquire)
{
	char buffer[KLIPS_EVENT_ROOM] __aligned(8);
	struct klips_message message;

	klips_message_begin_op(&message, buffer, sizeof(buffer), KLIPS_CMD_ACQUIRE, 0, 0);
	klips_put_acquire(&message, acquire);
	return tell(klips->own, KLIPS_MCGRP_ACQUIRE, &message);
}

void klips_genl_expire(struct klips_sa *sa, enum klips_life life, void *arg)
{
	char buffer[KLIPS_EVENT_ROOM] __aligned(8);
	struct klips_message message;
	struct klips *klips = arg;

	klips_message_begin_op(&message, buffer, sizeof(buffer), KLIPS_CMD_EXPIRE, 0, 0);
	klips_put_expire(&message, sa, life);
	tell(klips->own, KLIPS_MCGRP_EXPIRE, &message);
}

void klips_genl_mapping(struct klips *klips, struct klips_sa *sa, const struct klips_addr *addr, u16 port)
{
	char buffer[KLIPS_EVENT_ROOM] __aligned(8);
	struct klips_message message;

	klips_message_begin_op(&message, buffer, sizeof(buffer), KLIPS_CMD_MAPPING, 0, 0);
	klips_put_mapping(&message, &sa->said, addr, port);
	tell(klips->own, KLIPS_MCGRP_MAPPING, &message);
}

/**
 * klips_genl_init() - answer requests from now on
 *
 * Return: 0 or a negative errno.
 */
int klips_genl_init(void)
{
	return genl_register_family(&family);
}

/**
 * klips_genl_exit() - answer no more
 */
void klips_genl_exit(void)
{
	genl_unregister_family(&family);
}
