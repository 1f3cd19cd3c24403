// SPDX-License-Identifier: GPL-2.0-or-later
/* ipsec pf_key: hears what KLIPS asks of a key daemon. Its name is from when that went over PF_KEY sockets. */
#include "command.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "../lib/parse.h"

enum {
	OPT_DAEMON = 256,
	OPT_KIND,
};

/* Whose events were wanted once; KLIPS has no events by protocol. */
static const struct option options[] = {
	{ "ah", no_argument, NULL, OPT_KIND },
	{ "daemon", required_argument, NULL, OPT_DAEMON },
	{ "esp", no_argument, NULL, OPT_KIND },
	{ "help", no_argument, NULL, OPT_HELP },
	{ "ipcomp", no_argument, NULL, OPT_KIND },
	{ "ipip", no_argument, NULL, OPT_KIND },
	{ 0 },
};

/**
 * struct order - what is to be done
 * @file: of --daemon; NULL: listen here
 */
struct order {
	const char *file;
};

static void print_selector(const struct klips_selector *sel)
{
	char src[KLIPS_NET_TEXT], dst[KLIPS_NET_TEXT];

	klips_print_net(src, sizeof(src), &sel->src, sel->src_bits, sel->sport);
	klips_print_net(dst, sizeof(dst), &sel->dst, sel->dst_bits, sel->dport);
	printf(" %s -> %s", src, dst);
	if (sel->proto)
		printf(":%u", sel->proto);
}

static void print_acquire(const struct klips_event *event)
{
	printf("acquire %u", event->id);
	print_selector(&event->flow);
	printf(" trap");
	print_selector(&event->trap);
	putchar('\n');
}

static void print_expire(const struct klips_event *event)
{
	char said[KLIPS_SAID_TEXT];

	klips_said_print(said, sizeof(said), &event->said);
	printf("expire %s %s bytes=%llu packets=%llu addtime=%llu usetime=%llu\n", event->hard ? "hard" : "soft", said,
	       (unsigned long long)event->spent.bytes, (unsigned long long)event->spent.packets,
	       (unsigned long long)event->spent.addtime, (unsigned long long)event->spent.usetime);
}

static void print_mapping(const struct klips_event *event)
{
	char said[KLIPS_SAID_TEXT], addr[KLIPS_SAID_TEXT];

	klips_said_print(said, sizeof(said), &event->said);
	klips_addr_print(addr, sizeof(addr), &event->addr);
	printf("mapping %s %s %u\n", said, addr, event->port);
}

static int print_events(struct klips_client *client)
{
	struct klips_refusal why = { 0 };
	struct klips_event event;
	int err;

	while (!(err = klips_client_event(client, &event, &why)) || err == -ENOBUFS) {
		if (err)
			printf("lost\n");
		else if (event.op == KLIPS_CMD_ACQUIRE)
			print_acquire(&event);
		else if (event.op == KLIPS_CMD_EXPIRE)
			print_expire(&event);
		else
			print_mapping(&event);
		if (fflush(stdout))
			return EXIT_REFUSED;
		memset(&why, 0, sizeof(why));
	}
	return refused(&why, NULL);
}

static void write_pid(int fd, pid_t pid)
{
	dprintf(fd, "%ld\n", (long)pid);
	close(fd);
}

/* Goes on in another process, which no terminal ends; the first one returns its id, and 0 is the other. */
static pid_t go_on(int fd)
{
	pid_t pid = fork();

	if (pid > 0)
		write_pid(fd, pid);
	if (pid)
		return pid;
	close(fd);
	setsid();
	signal(SIGHUP, SIG_IGN);
	return 0;
}

static int listen_in_background(struct klips_client *client, const char *file)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	pid_t pid;

	if (fd < 0)
		return bad_usage("--daemon %s: %s", file, strerror(errno));
	pid = go_on(fd);
	if (pid < 0)
		return bad_usage("--daemon: fork: %s", strerror(errno));
	return pid ? 0 : print_events(client);
}

static int usage(void)
{
	printf("usage: ipsec pf_key [--daemon PIDFILE] [--ah] [--esp] [--ipip] [--ipcomp]\n\n"
	       "Prints a line for each SA that KLIPS wants or that came to a limit, and for each peer\n"
	       "whose address behind a NAT changed. --daemon: returns as soon as it listens.\n");
	return 0;
}

static int take(void *arg, int option)
{
	struct order *order = arg;

	if (option == OPT_DAEMON)
		order->file = optarg;
	return 0;
}

static int carry_out(struct klips_client *client, void *arg)
{
	const u32 all = (1U << KLIPS_MCGRP_COUNT) - 1;
	struct klips_refusal why = { 0 };
	const struct order *order = arg;

	if (klips_client_subscribe(client, all, &why))
		return refused(&why, NULL);
	client->timeout = -1;
	return order->file ? listen_in_background(client, order->file) : print_events(client);
}

int run_pf_key(int argc, char **argv)
{
	struct order order = { NULL };
	const struct command_line line = { options, usage, take, NULL, carry_out, &order, NULL, NULL, NULL };

	return run_line(&line, argc, argv);
}
