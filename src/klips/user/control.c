// SPDX-License-Identifier: GPL-2.0-or-later
/* Requests: checked, handed to whom they are for, and answered. */
#include "control_request.h"
#include "../core/debug.h"

#include <linux/genetlink.h>

static const klips_handler_fn handlers[KLIPS_CMD_END] = {
	[KLIPS_CMD_SA_ADD] = klips_handle_sa_add,
	[KLIPS_CMD_SA_UPDATE] = klips_handle_sa_update,
	[KLIPS_CMD_SA_DEL] = klips_handle_sa_del,
	[KLIPS_CMD_SA_GET] = klips_handle_sa_get,
	[KLIPS_CMD_SA_FLUSH] = klips_handle_sa_flush,
	[KLIPS_CMD_SA_ALLOC_SPI] = klips_handle_sa_alloc_spi,
	[KLIPS_CMD_SA_GROUP] = klips_handle_sa_group,
	[KLIPS_CMD_EROUTE_ADD] = klips_handle_eroute_add,
	[KLIPS_CMD_EROUTE_REPLACE] = klips_handle_eroute_replace,
	[KLIPS_CMD_EROUTE_DEL] = klips_handle_eroute_del,
	[KLIPS_CMD_EROUTE_GET] = klips_handle_eroute_get,
	[KLIPS_CMD_EROUTE_FLUSH] = klips_handle_eroute_flush,
	[KLIPS_CMD_DEV_CREATE] = klips_handle_dev_create,
	[KLIPS_CMD_DEV_DELETE] = klips_handle_dev_delete,
	[KLIPS_CMD_DEV_ATTACH] = klips_handle_dev_attach,
	[KLIPS_CMD_DEV_DETACH] = klips_handle_dev_detach,
	[KLIPS_CMD_DEV_GET] = klips_handle_dev_get,
	[KLIPS_CMD_DEBUG_SET] = klips_handle_debug_set,
	[KLIPS_CMD_DEBUG_GET] = klips_handle_debug_get,
	[KLIPS_CMD_SETTINGS_SET] = klips_handle_settings_set,
	[KLIPS_CMD_SETTINGS_GET] = klips_handle_settings_get,
	[KLIPS_CMD_STATUS] = klips_handle_status,
	[KLIPS_CMD_SUBSCRIBE] = klips_handle_subscribe,
	[KLIPS_CMD_SA_MOVE] = klips_handle_sa_move,
	[KLIPS_CMD_PORT_ADD] = klips_handle_port_add,
};

/* The end of a request's answers: that it was done, or why not. */
static size_t put_verdict(void *buffer, size_t room, const struct nlmsghdr *head, const struct klips_refusal *refusal)
{
	struct nlmsgerr verdict = { .error = refusal->error, .msg = *head };
	u16 flags = NLM_F_CAPPED | (refusal->error ? NLM_F_ACK_TLVS : 0);
	struct klips_message message;

	klips_message_begin(&message, buffer, room, NLMSG_ERROR, flags, head->nlmsg_seq);
	klips_message_put_extra(&message, &verdict, sizeof(verdict));
	if (refusal->error)
		klips_put_string(&message, NLMSGERR_ATTR_MSG, refusal->text);
	if (refusal->attr)
		klips_put_u32(&message, NLMSGERR_ATTR_OFFS, (u32)((const char *)refusal->attr - (const char *)head));
	return message.full ? 0 : message.head->nlmsg_len;
}

static const struct klips_op_policy *find_op(u8 op)
{
	if (!op || op >= KLIPS_CMD_END || !(klips_op_policies[op].flags & KLIPS_OP_REQUEST))
		return NULL;
	return &klips_op_policies[op];
}

/* Whether there is such an operation, and this session may ask for it. */
static int check(struct klips_request *request, const struct nlmsghdr *head, const struct klips_op_policy *policy)
{
	struct klips_refusal *refusal = &request->refusal;

	if (head->nlmsg_type != KLIPS_CONTROL_TYPE)
		return klips_refuse(refusal, -EOPNOTSUPP, NULL, NULL,
				    "message type %u is not that of " KLIPS_FAMILY_NAME, head->nlmsg_type);
	if (!policy)
		return klips_refuse(refusal, -EOPNOTSUPP, NULL, NULL, "there is no operation %u",
				    klips_message_op(head));
	if (!(head->nlmsg_flags & NLM_F_REQUEST))
		return klips_refuse(refusal, -EINVAL, NULL, NULL, "%s is not marked as a request", policy->name);
	if ((policy->flags & KLIPS_OP_ADMIN) && !request->session->admin)
		return klips_refuse(refusal, -EPERM, NULL, NULL, "%s is only for root and for who runs klipsd",
				    policy->name);
	return klips_attrs_parse(request->attrs, policy->set, policy->takes, request->data, request->length, refusal);
}

static bool is_dump(const struct nlmsghdr *head, const struct klips_op_policy *policy)
{
	return (head->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP && (policy->flags & KLIPS_OP_DUMP);
}

/* Lets the handler make its answer; the bytes of it, 0 if there is none. */
static size_t run_handler(struct klips_request *request, const struct nlmsghdr *head, void *buffer, size_t room)
{
	u8 op = klips_message_op(head);
	struct klips_message *answer = &request->answer;
	u32 empty;
	int err;

	klips_trace(NETLINK, "%s", klips_op_policies[op].name);
	klips_message_begin_op(answer, buffer, room, op, 0, head->nlmsg_seq);
	empty = answer->head->nlmsg_len;
	err = handlers[op](request);
	if (!err && answer->full)
		err = klips_refuse(&request->refusal, -EMSGSIZE, NULL, NULL, "the answer is too long");
	/* A handler that forgot to say why still does not pass. */
	if (err)
		klips_refuse(&request->refusal, err, NULL, NULL, "%s", strerror(-err));
	return err || answer->head->nlmsg_len == empty ? 0 : answer->head->nlmsg_len;
}

static int answer(struct klips_request *request, const struct nlmsghdr *head, klips_reply_fn reply, void *arg)
{
	const struct klips_op_policy *policy = find_op(klips_message_op(head));
	char buffer[KLIPS_ANSWER_ROOM + 512] __aligned(8);
	size_t size = 0;

	if (!check(request, head, policy)) {
		if (is_dump(head, policy)) {
			int err = klips_dump_begin(request->control, request->session, klips_message_op(head),
						   head->nlmsg_seq);

			if (!err)
				return klips_control_continue(request->control, request->session, reply, arg);
			klips_refuse(&request->refusal, err, NULL, NULL, "no memory for the table");
		} else {
			size = run_handler(request, head, buffer, KLIPS_ANSWER_ROOM);
		}
	}
	if (request->refusal.error || (head->nlmsg_flags & NLM_F_ACK))
		size += put_verdict(buffer + size, sizeof(buffer) - size, head, &request->refusal);
	return size ? reply(arg, buffer, size) : 0;
}

/**
 * klips_control_handle() - take a request and answer it
 * @control: what it is about
 * @session: who asks
 * @message: the request; aligned to four bytes. It may hold keys: the caller wipes it
 * @length: bytes of it, one message
 * @reply: gets the answers, each packet one or more messages; if it says -EAGAIN to a table, klips_control_continue()
 *         goes on
 * @arg: for @reply
 *
 * Return: 0 when the request was answered, be it with a refusal; -EAGAIN when there is more to tell; -EBADMSG if this
 * is no message at all; -EBUSY while an earlier table is not told; or @reply's.
 */
int klips_control_handle(struct klips_control *control, struct klips_session *session, const void *message,
			 size_t length, klips_reply_fn reply, void *arg)
{
	const struct nlmsghdr *head = message;
	struct klips_request request = { .control = control, .session = session };

	if (session->dump)
		return -EBUSY;
	if (length > INT32_MAX || !netlink_message_ok(head, (int)length) || MNL_ALIGN(head->nlmsg_len) < length ||
	    mnl_nlmsg_get_payload_len(head) < sizeof(struct genlmsghdr))
		return -EBADMSG;
	request.data = (const char *)mnl_nlmsg_get_payload(head) + sizeof(struct genlmsghdr);
	request.length = mnl_nlmsg_get_payload_len(head) - sizeof(struct genlmsghdr);
	return answer(&request, head, reply, arg);
}

/**
 * klips_session_end() - forget what a session was still to be told
 * @session: it; its memory is the caller's
 */
void klips_session_end(struct klips_session *session)
{
	klips_dump_free(session->dump);
	session->dump = NULL;
}

int klips_handle_subscribe(struct klips_request *request)
{
	const struct nlattr *groups = request->attrs[KLIPS_A_SUBSCRIPTION_GROUPS];

	if (!groups)
		return klips_refuse_missing(&request->refusal, KLIPS_SET_SUBSCRIPTION, KLIPS_A_SUBSCRIPTION_GROUPS);
	if (klips_get_number(groups) >= 1U << KLIPS_MCGRP_COUNT)
		return klips_refuse_value(&request->refusal, KLIPS_SET_SUBSCRIPTION, groups, "there is no such group");
	WRITE_ONCE(request->session->groups, (u32)klips_get_number(groups));
	return 0;
}
