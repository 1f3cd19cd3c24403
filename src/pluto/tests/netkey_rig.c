// SPDX-License-Identifier: GPL-2.0-or-later
/* See netkey_rig.h. */
#include "netkey_rig.h"

#include <sys/socket.h>
#include <unistd.h>

struct netkey *netkey;
struct backend *backend;
int calls, listener; /* the kernel's ends */

struct rig_told told;

int netkey_rig_begin(void **state)
{
	int request[2], event[2];

	(void)state;
	memset(&told, 0, sizeof(told));
	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, request) || socketpair(AF_UNIX, SOCK_SEQPACKET, 0, event))
		return -1;
	calls = request[1];
	listener = event[1];
	netkey = netkey_new(request[0], event[0], &rig_events, &told);
	netkey->timeout = 0;
	backend = &netkey->backend;
	return 0;
}

int netkey_rig_end(void **state)
{
	(void)state;
	backend->ops->close(backend);
	close(calls);
	close(listener);
	return 0;
}

/* The verdict on the request with this number from now on, 1 the next; with the kernel's words, if any. */
void netkey_rig_answer(unsigned int nth, int err, const char *words)
{
	char buffer[512] __attribute__((aligned(8))) = { 0 };
	struct nlmsghdr *head = mnl_nlmsg_put_header(buffer);
	struct nlmsgerr *verdict = mnl_nlmsg_put_extra_header(head, sizeof(*verdict));

	head->nlmsg_type = NLMSG_ERROR;
	head->nlmsg_flags = NLM_F_CAPPED | (words ? NLM_F_ACK_TLVS : 0);
	head->nlmsg_seq = netkey->seq + nth;
	verdict->error = err;
	if (words)
		mnl_attr_put_strz(head, NLMSGERR_ATTR_MSG, words);
	assert_int_equal(send(calls, head, head->nlmsg_len, 0), head->nlmsg_len);
}

/* The next request: the structure that it begins with. Those that delete are not what iproute2 reads of a kernel. */
const void *netkey_rig_next(uint16_t type, size_t size)
{
	static char packet[NETKEY_ROOM] __attribute__((aligned(8)));
	const struct nlmsghdr *head = (const struct nlmsghdr *)packet;
	ssize_t got = recv(calls, packet, sizeof(packet), MSG_DONTWAIT);

	assert_true(got > 0 && mnl_nlmsg_ok(head, (int)got));
	assert_int_equal(head->nlmsg_type, type);
	assert_int_equal(head->nlmsg_flags, NLM_F_REQUEST | NLM_F_ACK);
	assert_in_range(mnl_nlmsg_get_payload_len(head), size, NETKEY_ROOM);
	return mnl_nlmsg_get_payload(head);
}

/* What iproute2 makes of the next requests. */
const char *netkey_rig_shown(void)
{
	static char text[65536];
	char file[] = "/tmp/netkey-XXXXXX", command[128], packet[NETKEY_ROOM];
	int fd = mkstemp(file);
	size_t length;
	ssize_t size;
	FILE *ip;

	while ((size = recv(calls, packet, sizeof(packet), MSG_DONTWAIT)) > 0)
		assert_int_equal(write(fd, packet, (size_t)size), size);
	snprintf(command, sizeof(command), "ip -s xfrm monitor file %s 2>&1", file);
	ip = popen(command, "r");
	length = fread(text, 1, sizeof(text) - 1, ip);
	text[length] = '\0';
	pclose(ip);
	close(fd);
	unlink(file);
	return text;
}

void netkey_rig_assert_shown(const char *const *lines, size_t count)
{
	const char *text = netkey_rig_shown(), *at = text;
	size_t i;

	for (i = 0; at && i < count; i++) {
		at = strstr(at, lines[i]);
		if (!at)
			fail_msg("no '%s', or not in this place, in:\n%s", lines[i], text);
		else
			at += strlen(lines[i]);
	}
}
