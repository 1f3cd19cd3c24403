// SPDX-License-Identifier: GPL-2.0-or-later
/* Requests to XFRM, and what the kernel says to them. */
#include <poll.h>
#include <stdarg.h>
#include <sys/socket.h>

#include "netkey.h"

/**
 * netkey_fail() - keep the reason of an error
 * @netkey: whose
 * @err: a negative errno
 * @format: of printf, and what it wants
 *
 * Return: @err.
 */
int netkey_fail(struct netkey *netkey, int err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(netkey->why, sizeof(netkey->why), format, args);
	va_end(args);
	return err;
}

/**
 * netkey_begin() - begin a request
 * @request: gets it
 * @type: XFRM_MSG_...
 * @size: bytes of the structure that it begins with
 *
 * Return: that structure, all 0.
 */
void *netkey_begin(struct netkey_request *request, uint16_t type, size_t size)
{
	request->head = (struct nlmsghdr *)request->buffer;
	request->subject[0] = '\0';
	request->full = false;
	return netlink_begin(request->buffer, type, NLM_F_ACK, size);
}

/**
 * netkey_put() - add an attribute
 * @request: what is being made
 * @type: XFRMA_...
 * @data: of the attribute
 * @size: bytes of it
 */
void netkey_put(struct netkey_request *request, uint16_t type, const void *data, size_t size)
{
	if (!mnl_attr_put_check(request->head, sizeof(request->buffer), type, size, data))
		request->full = true;
}

/* The kernel's own words; NULL: none. */
static const char *words_of(const struct nlmsghdr *answer, size_t after)
{
	const struct nlattr *attr;

	if (!(answer->nlmsg_flags & NLM_F_ACK_TLVS))
		return NULL;
	mnl_attr_for_each(attr, answer, after)
	{
		if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG && !mnl_attr_validate(attr, MNL_TYPE_NUL_STRING))
			return mnl_attr_get_str(attr);
	}
	return NULL;
}

static const char *explain(int err)
{
	switch (err) {
	case -EEXIST:
		return "it is there already";
	case -ENOENT:
		return "there is none";
	case -EPERM:
		return "this takes CAP_NET_ADMIN";
	case -ENOSYS:
		return "the kernel lacks one of the algorithms";
	case -EPROTONOSUPPORT:
		return "the kernel lacks the protocol";
	case -EAFNOSUPPORT:
		return "the kernel lacks this version of IP";
	default:
		return strerror(-err);
	}
}

/* Of an SA that is not there the kernel says ESRCH, of a policy ENOENT. */
static int take_verdict(struct netkey *netkey, const struct netkey_request *request, const struct nlmsghdr *answer)
{
	const struct nlmsgerr *verdict = mnl_nlmsg_get_payload(answer);
	size_t after = sizeof(*verdict);
	const char *words;
	int err;

	if (mnl_nlmsg_get_payload_len(answer) < sizeof(*verdict))
		return netkey_fail(netkey, -EBADMSG, "%s: the kernel's answer is too short", request->subject);
	if (!verdict->error)
		return 0;
	err = verdict->error > 0 || verdict->error < -4095 ? -EBADMSG : verdict->error;
	err = err == -ESRCH ? -ENOENT : err;
	/* Without NLM_F_CAPPED all of the request is in between. */
	if (!(answer->nlmsg_flags & NLM_F_CAPPED))
		after += MNL_ALIGN(request->head->nlmsg_len) - NLMSG_HDRLEN;
	words = words_of(answer, after);
	return netkey_fail(netkey, err, "%s: %s%s%s%s", request->subject, explain(err), words ? " (" : "",
			   words ? words : "", words ? ")" : "");
}

static int wait_for_answer(struct netkey *netkey, const char *subject)
{
	struct pollfd one = { .fd = netkey->calls, .events = POLLIN };
	int count;

	do
		count = poll(&one, 1, netkey->timeout);
	while (count < 0 && errno == EINTR);
	if (count > 0)
		return 0;
	if (!count)
		return netkey_fail(netkey, -ETIMEDOUT, "%s: the kernel did not answer", subject);
	return netkey_fail(netkey, -errno, "%s: poll: %s", subject, strerror(errno));
}

/* One packet of answers, which are from the kernel: another process would have a port. Returns its bytes. */
static ssize_t receive(struct netkey *netkey, void *packet, size_t room, const char *subject)
{
	struct sockaddr_nl from = { 0 };
	socklen_t size = sizeof(from);
	ssize_t got = 0;
	int err;

	do {
		err = wait_for_answer(netkey, subject);
		if (err < 0)
			return err;
		got = recvfrom(netkey->calls, packet, room, MSG_DONTWAIT | MSG_TRUNC, (struct sockaddr *)&from, &size);
	} while (got >= 0 && size == sizeof(from) && from.nl_pid);
	if (got < 0)
		return netkey_fail(netkey, -errno, "%s: the kernel's answer: %s", subject, strerror(errno));
	if (!got || (size_t)got > room)
		return netkey_fail(netkey, -EBADMSG, "%s: the kernel's answer has %zd bytes", subject, got);
	return got;
}

/**
 * netkey_ask_for_all() - have a request ask for each that there is
 * @request: XFRM_MSG_GETSA or ..._GETPOLICY, whose structure is then not looked at
 */
void netkey_ask_for_all(struct netkey_request *request)
{
	request->head->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
}

/* Of one packet: 1: there is more to come; else the verdict. */
static int take_packet(struct netkey *netkey, const struct netkey_request *request, const char *packet, int left,
		       netkey_answer_fn each, void *arg)
{
	const struct nlmsghdr *answer = (const struct nlmsghdr *)packet;
	int err = 0;

	for (; netlink_message_ok(answer, left); answer = mnl_nlmsg_next(answer, &left)) {
		if (answer->nlmsg_seq != request->head->nlmsg_seq)
			continue;
		if (answer->nlmsg_type == NLMSG_ERROR)
			return take_verdict(netkey, request, answer);
		if (answer->nlmsg_type == NLMSG_DONE)
			return 0;
		if (each && answer->nlmsg_type >= NLMSG_MIN_TYPE)
			err = each(netkey, answer, arg);
		if (err)
			return err;
	}
	return 1;
}

/**
 * netkey_call() - ask the kernel, and wait for its verdict
 * @netkey: whose
 * @request: from netkey_begin()
 * @each: is given every answer but the verdict; an error of it is returned; NULL: there are none
 * @arg: for @each
 *
 * Return: 0 or a negative errno, with a text.
 */
int netkey_call(struct netkey *netkey, struct netkey_request *request, netkey_answer_fn each, void *arg)
{
	char packet[NETKEY_ROOM] __aligned(8);
	int more = 1;

	if (request->full)
		return netkey_fail(netkey, -EMSGSIZE, "%s: the request is too long", request->subject);
	request->head->nlmsg_seq = ++netkey->seq;
	if (send(netkey->calls, request->head, request->head->nlmsg_len, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		return netkey_fail(netkey, -errno, "%s: the kernel takes no request: %s", request->subject,
				   strerror(errno));
	while (more == 1) {
		ssize_t size = receive(netkey, packet, sizeof(packet), request->subject);

		more = size < 0 ? (int)size : take_packet(netkey, request, packet, (int)size, each, arg);
	}
	/* What the kernel says of an SA has its keys. */
	explicit_bzero(packet, sizeof(packet));
	return more;
}
