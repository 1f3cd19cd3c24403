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
	[KLIPS_CMD_SA_REFER] = klips_handle_sa_refer,
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

/* Refuses what is no operation, or not one that this session may ask for, or has attributes that it must not have. */
static int check(struct klips_request *request, const struct nlmsghdr *head, const struct klips_op_policy *policy)
{
	struct klips_refusal *refusal = &request->refusal;

	if (head->nlmsg_type != request->control->type)
		return klips_refuse(refusal, -EOPNOTSUPP, NULL, NULL,
				    "message type %u is not that of " KLIPS_FAMILY_NAME, head->nlmsg_type);
	if (!policy)
		return klips_refuse(refusal, -EOPNOTSUPP, NULL, NULL, "there is no operation %u",
				    klips_message_op(head));
	if (!(head->nlmsg_flags & NLM_F_REQUEST))
		return klips_refuse(refusal, -EINVAL, NULL, NULL, "%s is not marked as a request", policy->name);
	if ((policy->flags & KLIPS_OP_ADMIN) && !request->session->admin)
		return klips_refuse(refusal, -EPERM, NULL, NULL, "%s is only for root and for who runs KLIPS",
				    policy->name);
	return klips_attrs_parse(request->attrs, policy->set, policy->takes, request->data, request->length, refusal);
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
	answer->head->nlmsg_type = request->control->type;
	empty = answer->head->nlmsg_len;
	err = handlers[op](request);
	if (!err && answer->full)
		err = klips_refuse(&request->refusal, -EMSGSIZE, NULL, NULL, "the answer is too long");
	/* A handler that forgot to say why still does not pass. */
	if (err)
		klips_refuse(&request->refusal, err, NULL, NULL, "%s", strerror(-err));
	return err || answer->head->nlmsg_len == empty ? 0 : answer->head->nlmsg_len;
}

/**
 * klips_request_begin() - take a request
 * @request: gets what is to be known of it; all zero but for its control and its session
 * @message: it, aligned to four bytes; stays the caller's, who wipes it, since it may hold keys
 * @length: bytes of it, one message
 *
 * Return: 0, or -EBADMSG: this is no message at all.
 */
int klips_request_begin(struct klips_request *request, const void *message, size_t length)
{
	const struct nlmsghdr *head = message;

	if (length > INT32_MAX || !netlink_message_ok(head, (int)length) || MNL_ALIGN(head->nlmsg_len) < length ||
	    mnl_nlmsg_get_payload_len(head) < sizeof(struct genlmsghdr))
		return -EBADMSG;
	request->head = head;
	request->data = (const char *)mnl_nlmsg_get_payload(head) + sizeof(struct genlmsghdr);
	request->length = mnl_nlmsg_get_payload_len(head) - sizeof(struct genlmsghdr);
	check(request, head, find_op(klips_message_op(head)));
	return 0;
}

/**
 * klips_request_is_dump() - whether a request asks for a whole table
 * @request: begun
 *
 * Return: that; false if it is refused.
 */
bool klips_request_is_dump(const struct klips_request *request)
{
	const struct klips_op_policy *policy = find_op(klips_message_op(request->head));

	return !request->refusal.error && (request->head->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP &&
	       (policy->flags & KLIPS_OP_DUMP);
}

/**
 * klips_request_answer() - do what a request asks for, unless it is refused, and answer it
 * @request: begun
 * @buffer: gets the answer and the verdict; aligned to eight bytes
 * @room: of @buffer, at least KLIPS_ANSWER_ROOM and KLIPS_VERDICT_ROOM
 *
 * Return: bytes of these; 0: nothing was asked, and nothing is refused.
 */
size_t klips_request_answer(struct klips_request *request, void *buffer, size_t room)
{
	const struct nlmsghdr *head = request->head;
	size_t size = 0;

	if (!request->refusal.error)
		size = run_handler(request, head, buffer, KLIPS_ANSWER_ROOM);
	if (request->refusal.error || (head->nlmsg_flags & NLM_F_ACK))
		size += put_verdict((char *)buffer + size, room - size, head, &request->refusal);
	return size;
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
