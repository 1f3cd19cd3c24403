// SPDX-License-Identifier: GPL-2.0-or-later
#include "control_client.h"
#include "control_netlink.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <linux/genetlink.h>

/* 0, or a negative errno that only -ENAMETOOLONG explains to users. */
static int connect_to(struct klips_client *client, const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t length = strlen(path);
	int err;

	if (length >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, path, length + 1);
	client->fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (client->fd >= 0 && !connect(client->fd, (struct sockaddr *)&address, sizeof(address)))
		return 0;
	err = -errno;
	klips_client_close(client);
	return err;
}

static bool is_nobody(int err)
{
	return err == -ENOENT || err == -ECONNREFUSED;
}

/* @load: see klips_netlink_open() */
static int open_client(struct klips_client *client, const char *path, bool load, struct klips_refusal *why)
{
	bool named;
	int err;

	if (!path)
		path = getenv("KLIPS_CONTROL");
	named = path;
	if (!named)
		path = KLIPS_CONTROL_PATH;
	client->fd = -1;
	client->seq = 0;
	client->timeout = KLIPS_CLIENT_TIMEOUT;
	client->type = KLIPS_CONTROL_TYPE;
	err = connect_to(client, path);
	if (!err || (!named && is_nobody(err) && !klips_netlink_open(client, load)))
		return 0;
	client->type = KLIPS_CONTROL_TYPE;
	if (err == -ENAMETOOLONG)
		return klips_refuse(why, err, NULL, NULL, "%s: too long for a socket", path);
	if (is_nobody(err))
		return klips_refuse(why, err, NULL, NULL, "KLIPS does not run: nobody answers at %s", path);
	return klips_refuse(why, err, NULL, NULL, "%s: %s", path, strerror(-err));
}

/**
 * klips_client_open() - connect to KLIPS: to klipsd if it runs, else to the module, which the kernel loads if it can
 * @client: the connection
 * @path: of klipsd's socket; NULL: $KLIPS_CONTROL, or else KLIPS_CONTROL_PATH. With either of the two named nobody else
 *        is asked
 * @why: gets the reason of a failure
 *
 * Return: 0 or a negative errno.
 */
int klips_client_open(struct klips_client *client, const char *path, struct klips_refusal *why)
{
	return open_client(client, path, true, why);
}

/**
 * klips_client_find() - klips_client_open() for those who look again and again: a module that is not there stays away
 * @client: the connection
 * @why: gets the reason of a failure
 *
 * Return: 0 or a negative errno.
 */
int klips_client_find(struct klips_client *client, struct klips_refusal *why)
{
	return open_client(client, NULL, false, why);
}

void klips_client_close(struct klips_client *client)
{
	if (client->fd >= 0)
		close(client->fd);
	client->fd = -1;
}

static int wait_for(struct klips_client *client, short events, struct klips_refusal *why)
{
	struct pollfd one = { .fd = client->fd, .events = events };
	int count;

	do
		count = poll(&one, 1, client->timeout);
	while (count < 0 && errno == EINTR);
	if (count > 0)
		return 0;
	if (!count)
		return klips_refuse(why, -ETIMEDOUT, NULL, NULL, "KLIPS did not answer within %d ms", client->timeout);
	return klips_refuse(why, -errno, NULL, NULL, "poll: %s", strerror(errno));
}

static int send_request(struct klips_client *client, const struct nlmsghdr *head, struct klips_refusal *why)
{
	int err = wait_for(client, POLLOUT, why);

	if (err)
		return err;
	if (send(client->fd, head, head->nlmsg_len, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0)
		return 0;
	return klips_refuse(why, -errno, NULL, NULL, "KLIPS takes no request: %s", strerror(errno));
}

/* One packet of answers; the bytes of it. -1: @why has the error. */
static ssize_t receive(struct klips_client *client, void *packet, size_t room, struct klips_refusal *why)
{
	ssize_t size;

	if (wait_for(client, POLLIN, why))
		return -1;
	size = recv(client->fd, packet, room, MSG_TRUNC | MSG_DONTWAIT);
	if (size > 0 && (size_t)size <= room)
		return size;
	if (size < 0 && errno == ENOBUFS)
		klips_refuse(why, -ENOBUFS, NULL, NULL, "events were lost"); /* as netlink tells it */
	else if (size < 0)
		klips_refuse(why, -errno, NULL, NULL, "KLIPS's answer: %s", strerror(errno));
	else if (!size)
		klips_refuse(why, -ECONNRESET, NULL, NULL, "KLIPS ended the connection");
	else
		klips_refuse(why, -EMSGSIZE, NULL, NULL, "KLIPS's answer is too long");
	return -1;
}

/* The name of the attribute at an offset of a request, however deep; NULL: there is none. */
static const char *name_at(unsigned int set, const void *data, size_t length, const char *at)
{
	const struct klips_set_policy *policy = &klips_set_policies[set];
	const struct nlattr *attr;

	mnl_attr_for_each_payload(data, length)
	{
		unsigned int type = mnl_attr_get_type(attr);
		const char *payload = mnl_attr_get_payload(attr);
		size_t size = mnl_attr_get_payload_len(attr);

		if (type >= policy->end || at < (const char *)attr)
			return NULL;
		if (at == (const char *)attr)
			return policy->attrs[type].name;
		if (at < payload + size)
			return policy->attrs[type].type == KLIPS_TYPE_NEST ?
				       name_at(policy->attrs[type].nested, payload, size, at) :
				       NULL;
	}
	return NULL;
}

static const char *fault_name(const struct nlmsghdr *request, u32 offset)
{
	const void *attrs = mnl_nlmsg_get_payload_offset(request, sizeof(struct genlmsghdr));
	size_t length = mnl_nlmsg_get_payload_len(request) - sizeof(struct genlmsghdr);

	if (offset >= request->nlmsg_len)
		return NULL;
	return name_at(klips_op_policies[klips_message_op(request)].set, attrs, length, (const char *)request + offset);
}

static int has_gone(struct klips_refusal *why)
{
	return klips_refuse(why, -ECONNRESET, NULL, NULL, "KLIPS's module has gone");
}

/* Reads the verdict on a request. */
static int read_verdict(const struct nlmsghdr *answer, const struct nlmsghdr *request, struct klips_refusal *why)
{
	const struct nlmsgerr *verdict = mnl_nlmsg_get_payload(answer);
	const struct nlattr *attr;
	const char *text = NULL, *name = NULL;
	bool is_errno;

	if (mnl_nlmsg_get_payload_len(answer) < sizeof(*verdict))
		return klips_refuse(why, -EBADMSG, NULL, NULL, "KLIPS's answer is too short");
	if (!verdict->error)
		return 0;
	mnl_attr_for_each(attr, answer, sizeof(*verdict))
	{
		if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG && !mnl_attr_validate(attr, MNL_TYPE_NUL_STRING))
			text = mnl_attr_get_str(attr);
		if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_OFFS && !mnl_attr_validate(attr, MNL_TYPE_U32))
			name = fault_name(request, mnl_attr_get_u32(attr));
	}
	/* KLIPS says why; generic netlink does not, if it knows no such family any more */
	if (verdict->error == -ENOENT && !text && request->nlmsg_type != KLIPS_CONTROL_TYPE)
		return has_gone(why);
	is_errno = verdict->error < 0 && verdict->error >= -4095;
	return klips_refuse(why, is_errno ? verdict->error : -EBADMSG, NULL, name, "%s",
			    text ? text : strerror(is_errno ? -verdict->error : EBADMSG));
}

/**
 * struct call - a request that is on its way
 * @done: the verdict has come; @err is it, or what @each said first
 */
struct call {
	const struct nlmsghdr *request;
	klips_answer_fn each;
	void *arg;
	bool done;
	int err;
};

static void take_answer(struct call *call, const struct nlmsghdr *answer, struct klips_refusal *why)
{
	int err = 0;

	if (answer->nlmsg_seq != call->request->nlmsg_seq)
		return;
	if (answer->nlmsg_type == NLMSG_ERROR || answer->nlmsg_type == NLMSG_DONE) {
		call->done = true;
		if (answer->nlmsg_type == NLMSG_ERROR)
			err = read_verdict(answer, call->request, why);
	} else if (klips_message_op(answer) != klips_message_op(call->request)) {
		err = klips_refuse(why, -EBADMSG, NULL, NULL, "KLIPS answered something else");
	} else if (call->each && !call->err) {
		err = call->each(call->arg, mnl_nlmsg_get_payload_offset(answer, sizeof(struct genlmsghdr)),
				 mnl_nlmsg_get_payload_len(answer) - sizeof(struct genlmsghdr), why);
	}
	if (!call->err)
		call->err = err;
}

/**
 * klips_client_call - ask, and wait for all answers
 * @request: made by klips_message_begin_op(); its number and flags are set here
 * @each: is given each answer; NULL: none is expected
 */
int klips_client_call(struct klips_client *client, struct klips_message *request, klips_answer_fn each, void *arg,
		      struct klips_refusal *why)
{
	char packet[KLIPS_CONTROL_ROOM] __aligned(8);
	struct call call = { .request = request->head, .each = each, .arg = arg };
	int err;

	if (request->full)
		return klips_refuse(why, -EMSGSIZE, NULL, NULL, "the request is too long");
	request->head->nlmsg_type = client->type;
	request->head->nlmsg_seq = ++client->seq;
	request->head->nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
	err = send_request(client, request->head, why);
	while (!err && !call.done) {
		const struct nlmsghdr *answer = (const struct nlmsghdr *)packet;
		ssize_t size = receive(client, packet, sizeof(packet), why);
		int left = (int)size;

		if (size < 0)
			return why->error;
		for (; netlink_message_ok(answer, left) && !call.done; answer = mnl_nlmsg_next(answer, &left))
			take_answer(&call, answer, why);
	}
	return err ? err : call.err;
}

static int get_acquire(struct klips_event *event, const struct nlattr **table, struct klips_refusal *why)
{
	int err;

	if (!table[KLIPS_A_ACQUIRE_FLOW] || !table[KLIPS_A_ACQUIRE_TRAP])
		return klips_refuse(why, -EBADMSG, NULL, NULL, "an acquire without its flow");
	event->id = (u32)klips_get_number(table[KLIPS_A_ACQUIRE_ID]);
	err = klips_get_selector(&event->flow, table[KLIPS_A_ACQUIRE_FLOW], why);
	return err ? err : klips_get_selector(&event->trap, table[KLIPS_A_ACQUIRE_TRAP], why);
}

static int get_expire(struct klips_event *event, const struct nlattr **table, struct klips_refusal *why)
{
	int err;

	if (!table[KLIPS_A_SA_SAID] || !table[KLIPS_A_SA_CURRENT])
		return klips_refuse(why, -EBADMSG, NULL, NULL, "an expire without its SA");
	event->state = (enum klips_sa_state)klips_get_number(table[KLIPS_A_SA_STATE]);
	event->hard = table[KLIPS_A_SA_HARD_LIMIT];
	err = klips_get_said(&event->said, table[KLIPS_A_SA_SAID], why);
	return err ? err : klips_get_limits(&event->spent, table[KLIPS_A_SA_CURRENT], why);
}

static int get_mapping(struct klips_event *event, const struct nlattr **table, struct klips_refusal *why)
{
	int err;

	if (!table[KLIPS_A_MAPPING_SAID] || !table[KLIPS_A_MAPPING_ADDR])
		return klips_refuse(why, -EBADMSG, NULL, NULL, "a mapping without its SA");
	event->port = (u16)klips_get_number(table[KLIPS_A_MAPPING_PORT]);
	err = klips_get_said(&event->said, table[KLIPS_A_MAPPING_SAID], why);
	return err ? err : klips_get_addr(&event->addr, table[KLIPS_A_MAPPING_ADDR], why);
}

static int get_event(struct klips_event *event, const struct nlmsghdr *head, struct klips_refusal *why)
{
	const struct nlattr *table[KLIPS_ATTRS_MAX];
	u8 op = klips_message_op(head);
	int err;

	if (op != KLIPS_CMD_ACQUIRE && op != KLIPS_CMD_EXPIRE && op != KLIPS_CMD_MAPPING)
		return klips_refuse(why, -EBADMSG, NULL, NULL, "KLIPS sent %u, which is no event", op);
	memset(event, 0, sizeof(*event));
	event->op = op;
	err = klips_attrs_parse(table, klips_op_policies[op].set, UINT64_MAX,
				mnl_nlmsg_get_payload_offset(head, sizeof(struct genlmsghdr)),
				mnl_nlmsg_get_payload_len(head) - sizeof(struct genlmsghdr), why);
	if (err)
		return err;
	if (op == KLIPS_CMD_ACQUIRE)
		return get_acquire(event, table, why);
	return op == KLIPS_CMD_EXPIRE ? get_expire(event, table, why) : get_mapping(event, table, why);
}

/* What nlctrl says of families. */
static bool is_control(const struct klips_client *client, const struct nlmsghdr *head)
{
	return klips_client_is_module(client) && head->nlmsg_type == GENL_ID_CTRL;
}

/**
 * klips_client_event - wait for an event
 *
 * -ETIMEDOUT: none came within the client's timeout. -ENOBUFS: some were lost, because they were not read in time.
 * -ECONNRESET: klipsd, or the module, has gone.
 */
int klips_client_event(struct klips_client *client, struct klips_event *event, struct klips_refusal *why)
{
	char packet[KLIPS_CONTROL_ROOM] __aligned(8);
	const struct nlmsghdr *head = (const struct nlmsghdr *)packet;
	ssize_t size;

	do {
		size = receive(client, packet, sizeof(packet), why);
		if (size < 0)
			return why->error;
		if (!netlink_message_ok(head, (int)size))
			return klips_refuse(why, -EBADMSG, NULL, NULL, "KLIPS sent no message");
		if (is_control(client, head) && klips_netlink_is_end(client, head))
			return has_gone(why);
	} while (is_control(client, head));
	if (head->nlmsg_type == NLMSG_OVERRUN)
		return klips_refuse(why, -ENOBUFS, NULL, NULL, "events were lost");
	return get_event(event, head, why);
}
