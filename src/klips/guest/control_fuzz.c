// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Asks the module for all it knows, and for much that it does not, over generic netlink: control_fuzz SEED FIRST COUNT
 * [root|nobody|spaces]. Each request follows from SEED and its number; what is answered must be messages. Meanwhile
 * another socket begins dumps that it does not read to their end. In the end the tables are emptied, and it exits with
 * 1 if the module no longer answers, or if it never did what one of the operations is for.
 *
 * With `nobody` it has no rights, and exits with 1 if anything is changed. With `spaces` each of the numbers is a user
 * and network namespace of its own, that makes SPACE requests as its root, sends packets, and ends as it is; there all
 * but klipsdebug, which is the machine's, may be asked for.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <grp.h>
#include <inttypes.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <linux/genetlink.h>

#include "guest/control_make.h"
#include "guest/netns.h"
#include "guest/wire_line.h"
#include "lib/control_client.h"

#define BATCH	32
#define OFTEN	50000 /* messages between two lines of progress */
#define SPACE	128
#define PACKETS 16 /* that each namespace sends */
#define WAIT_MS 10000
#define NOBODY	65534
#define ENOUGH	50000 /* requests in which each operation is done at least once */

/* The operation of each request on its way, by its number's last byte; and of each, what came of it. */
static u8 asked[256];
static u64 done[KLIPS_CMD_END + 1], forbidden[KLIPS_CMD_END + 1], refused;

static u8 op_of(const struct nlmsghdr *head)
{
	u8 op = ((const struct genlmsghdr *)NLMSG_DATA(head))->cmd;

	return op < KLIPS_CMD_END ? op : KLIPS_CMD_END;
}

static void take_verdict(const struct nlmsghdr *head)
{
	const struct nlmsgerr *verdict = mnl_nlmsg_get_payload(head);
	u8 op = asked[head->nlmsg_seq & 255];

	if (!verdict->error)
		done[op]++;
	else
		refused++;
	if (verdict->error == -EPERM)
		forbidden[op]++;
}

/* Whether the last request of those that went together was answered. */
static bool take_answers(const struct klips_client *client, const struct nlmsghdr *head, int size)
{
	bool last = false;

	for (; mnl_nlmsg_ok(head, size); head = mnl_nlmsg_next(head, &size)) {
		if (head->nlmsg_type != NLMSG_ERROR)
			continue;
		take_verdict(head);
		last |= head->nlmsg_seq == client->seq;
	}
	if (size) {
		fprintf(stderr, "control: %d bytes of an answer are no message\n", size);
		exit(1);
	}
	return last;
}

/* What came meanwhile: answers, and what is left of a dump. */
static bool receive(struct klips_client *client)
{
	static char buffers[BATCH][CONTROL_ROOM * 4] __aligned(8);
	struct mmsghdr messages[BATCH];
	struct iovec pieces[BATCH];
	bool last = false;
	int i, count;

	memset(messages, 0, sizeof(messages));
	for (i = 0; i < BATCH; i++) {
		pieces[i] = (struct iovec){ .iov_base = buffers[i], .iov_len = sizeof(buffers[i]) };
		messages[i].msg_hdr.msg_iov = &pieces[i];
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	count = recvmmsg(client->fd, messages, BATCH, MSG_DONTWAIT, NULL);
	if (count < 0 && errno != ENOBUFS)
		guest_fail("recvmmsg");
	for (i = 0; i < count; i++)
		last |= take_answers(client, (struct nlmsghdr *)buffers[i], (int)messages[i].msg_len);
	return last;
}

static void ask(struct klips_client *client, const void *requests, size_t size)
{
	struct pollfd one = { .fd = client->fd, .events = POLLIN };

	if (send(client->fd, requests, size, 0) < 0)
		guest_fail("send");
	do {
		if (poll(&one, 1, WAIT_MS) <= 0) {
			fprintf(stderr, "control: no answer in %d ms\n", WAIT_MS);
			exit(1);
		}
	} while (!receive(client));
}

static struct nlmsghdr *make_plain(const struct klips_client *client, void *buffer, u8 op, u16 flags, u32 seq)
{
	struct klips_message message;

	klips_message_begin(&message, buffer, CONTROL_ROOM, client->type, flags | NLM_F_REQUEST, seq);
	klips_message_put_extra(&message, &(struct genlmsghdr){ .cmd = op, .version = 1 }, GENL_HDRLEN);
	return buffer;
}

/* Begins a dump on a socket of its own, reads a little of one, or closes it in between. */
static void interrupt(struct chance *chance, const struct klips_client *client)
{
	static const u8 ops[] = { KLIPS_CMD_SA_GET, KLIPS_CMD_EROUTE_GET, KLIPS_CMD_DEV_GET };
	static char buffer[CONTROL_ROOM] __aligned(8);
	static int fd = -1;
	struct nlmsghdr *head;

	if (fd >= 0 && chance_one_in(chance, 3)) {
		close(fd);
		fd = -1;
	}
	if (fd < 0) {
		fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_GENERIC);
		if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &(int){ 1 }, sizeof(int)))
			guest_fail("another socket");
	}
	head = make_plain(client, buffer, ops[chance_below(chance, ARRAY_SIZE(ops))], NLM_F_DUMP, 1);
	if (send(fd, head, head->nlmsg_len, 0) < 0 && errno != EAGAIN && errno != ENOBUFS)
		guest_fail("dump");
	if (chance_one_in(chance, 2))
		recv(fd, buffer, sizeof(buffer), 0);
}

/* Many requests in one call, or most of the time would be the calls'; the last one is sure to be answered. */
static void ask_all(struct klips_client *client, u64 seed, u64 first, u64 count, bool log)
{
	static char buffer[(BATCH + 1) * CONTROL_ROOM] __aligned(8);
	u64 at = first, next;
	size_t size;

	while (at < first + count) {
		struct chance between = chance_of(~seed, at);

		next = min(at + BATCH, first + count);
		for (size = 0; at < next; at++) {
			struct chance chance = chance_of(seed, at);
			struct nlmsghdr *head = control_make(&chance, buffer + size, client->type, ++client->seq, log);

			asked[client->seq & 255] = op_of(head);
			size += NLMSG_ALIGN(head->nlmsg_len);
		}
		asked[++client->seq & 255] = KLIPS_CMD_STATUS;
		size += make_plain(client, buffer + size, KLIPS_CMD_STATUS, NLM_F_ACK, client->seq)->nlmsg_len;
		ask(client, buffer, size);
		if (chance_one_in(&between, 4))
			interrupt(&between, client);
		if (at / OFTEN != (at - BATCH) / OFTEN) {
			printf("control: at %" PRIu64 "\n", (uint64_t)at);
			fflush(stdout);
		}
	}
}

static void connect_to(struct klips_client *client)
{
	struct klips_refusal why = { 0 };

	if (klips_client_open(client, NULL, &why)) {
		fprintf(stderr, "control_fuzz: %s\n", why.text);
		exit(1);
	}
	/* Nobody may not have more room: refusals are not to come with what they are about. */
	if (setsockopt(client->fd, SOL_NETLINK, NETLINK_CAP_ACK, &(int){ 1 }, sizeof(int)))
		guest_fail("NETLINK_CAP_ACK");
	setsockopt(client->fd, SOL_SOCKET, SO_RCVBUFFORCE, &(int){ BATCH * CONTROL_ROOM * 8 }, sizeof(int));
}

/* Whether there is an operation that a request of root's never came to; in few requests that may be. */
static bool missed(u64 count)
{
	bool missing = false;
	unsigned int op;

	for (op = 1; op < KLIPS_CMD_END && count >= ENOUGH; op++)
		if (klips_op_policies[op].flags & KLIPS_OP_REQUEST && !done[op] && op != KLIPS_CMD_DEBUG_SET &&
		    op != KLIPS_CMD_SUBSCRIBE) {
			printf("control: %s was never done\n", klips_op_policies[op].name);
			missing = true;
		}
	return missing;
}

static int as_root(u64 seed, u64 first, u64 count)
{
	struct klips_refusal why = { 0 };
	struct klips_status_info info = { 0 };
	struct klips_client client;
	unsigned int op;
	u64 all = 0;
	int err;

	connect_to(&client);
	ask_all(&client, seed, first, count, false);
	err = klips_client_status(&client, &info, &why);
	for (op = 0; op < KLIPS_CMD_END; op++)
		all += done[op];
	if (!err)
		printf("control: %" PRIu64 " requests refused, %" PRIu64 " done; %u SAs and %u eroutes were left\n",
		       (uint64_t)refused, (uint64_t)all, info.sas, info.eroutes);
	if (!err)
		err = klips_client_eroute_flush(&client, &why);
	if (!err)
		err = klips_client_sa_flush(&client, &why);
	klips_client_close(&client);
	if (err)
		fprintf(stderr, "control_fuzz: %s\n", why.text);
	return err || missed(count);
}

/* Events are for key daemons: who hears them is taken for one. Returns how many groups could be heard. */
static int hear(struct klips_client *client)
{
	struct klips_refusal why;
	int heard = 0, group, err;

	for (group = 0; group < KLIPS_MCGRP_COUNT; group++) {
		err = klips_client_subscribe(client, 1U << group, &why);
		if (err == -EPERM)
			continue;
		printf("control: nobody: group %d: %s\n", group, err ? why.text : "heard");
		heard++;
	}
	return heard;
}

/* What changes something is forbidden, and so are events; nothing else is. */
static int as_nobody(u64 seed, u64 first, u64 count)
{
	struct klips_client client;
	unsigned int op;
	int wrong;
	u64 all = 0;

	if (setgroups(0, NULL) || setresgid(NOBODY, NOBODY, NOBODY) || setresuid(NOBODY, NOBODY, NOBODY))
		guest_fail("nobody");
	connect_to(&client);
	ask_all(&client, seed, first, count, true);
	wrong = hear(&client);
	klips_client_close(&client);
	for (op = 1; op < KLIPS_CMD_END; op++) {
		bool change = klips_op_policies[op].flags & KLIPS_OP_ADMIN;

		all += forbidden[op];
		if (change ? !done[op] : !forbidden[op])
			continue;
		printf("control: nobody: %s was %s\n", klips_op_policies[op].name, change ? "done" : "forbidden");
		wrong = 1;
	}
	printf("control: nobody: %" PRIu64 " requests forbidden\n", (uint64_t)all);
	return wrong || !all;
}

static void send_some(struct chance *chance)
{
	static struct wire_line line;
	struct sk_buff *skb;
	unsigned int i;

	if (!if_nametoindex("ipsec0"))
		return;
	wire_line_open(&line, "ipsec0", NULL);
	for (i = 0; i < PACKETS; i++) {
		skb = wire_outgoing(chance);
		if (skb)
			wire_line_put(&line, chance, skb->data, skb->len);
		kfree_skb(skb);
	}
	wire_line_flush(&line);
}

static void set_up(const char *device)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq request = { .ifr_flags = IFF_UP };

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", device);
	if (fd < 0 || (ioctl(fd, SIOCSIFFLAGS, &request) && errno != ENODEV))
		guest_fail(device);
	close(fd);
}

/* In a process of its own, which leaves all as it is: SAs, packets that are held, a dump that is half read, a table
 * that is open. */
static __attribute__((noreturn)) void live(u64 seed, u64 number)
{
	struct chance chance = chance_of(seed, number);
	struct klips_refusal why = { 0 };
	struct klips_client client;

	if (unshare(CLONE_NEWUSER | CLONE_NEWNET))
		guest_fail("unshare");
	set_up("lo");
	connect_to(&client);
	klips_client_dev(&client, KLIPS_CMD_DEV_ATTACH, "ipsec0", "lo", &why);
	ask_all(&client, seed, number * SPACE, SPACE, true);
	set_up("ipsec0");
	send_some(&chance);
	interrupt(&chance, &client);
	if (open("/proc/self/net/ipsec/spi/all", O_RDONLY | O_CLOEXEC) < 0)
		guest_fail("/proc/self/net/ipsec/spi/all");
	if (done[KLIPS_CMD_DEBUG_SET]) {
		printf("control: a namespace's root has set klipsdebug, which is the machine's\n");
		exit(1);
	}
	exit(0);
}

static int in_spaces(u64 seed, u64 first, u64 count)
{
	u64 number;
	int status;
	pid_t pid;

	for (number = first; number < first + count; number++) {
		fflush(stdout);
		pid = fork();
		if (!pid)
			live(seed, number);
		if (pid < 0 || waitpid(pid, &status, 0) != pid)
			guest_fail("a namespace");
		if (status) {
			printf("control: namespace %" PRIu64 " failed\n", (uint64_t)number);
			return 1;
		}
	}
	printf("control: %" PRIu64 " namespaces came and went\n", (uint64_t)count);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *word;
		int (*run)(u64 seed, u64 first, u64 count);
	} ways[] = { { "root", as_root }, { "nobody", as_nobody }, { "spaces", in_spaces } };
	const char *word = argc == 5 ? argv[4] : ways[0].word;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ways) && (argc == 4 || argc == 5); i++)
		if (!strcmp(word, ways[i].word))
			return ways[i].run(guest_number(argv[1]), guest_number(argv[2]), guest_number(argv[3]));
	fprintf(stderr, "usage: control_fuzz SEED FIRST COUNT [root|nobody|spaces]\n");
	return 2;
}
