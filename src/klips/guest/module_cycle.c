// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sets up a tunnel between two namespaces and takes it down again, many times, while both ends send as fast as they
 * may: module_cycle CYCLES [MODULE]. Ends are as testing/module/ends.sh makes them, with or without ipsec0. Each cycle
 * goes on when a packet has come through at both ends; then the tunnel goes in one of several ways. With the module's
 * file named it is unloaded and loaded again every so often, with all that it has. Exits with 1 if no packet comes
 * through, or if something is refused.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "guest/tunnel_end.h"

#define RELOAD 25  /* cycles between two times that the module goes */
#define OFTEN  100 /* cycles between two lines of progress */

/* Sends for ever, wherever that leads, and reads what comes. */
static __attribute__((noreturn)) void traffic(const struct tunnel_end *end, const struct tunnel_end *other)
{
	struct sockaddr_in to = tunnel_address(other->inner),
			   any = { .sin_family = AF_INET, .sin_port = htons(TUNNEL_PORT) };
	const struct timespec moment = { .tv_nsec = 200000 };
	static char packet[1200];
	int fd;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	tunnel_enter(end);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&any, sizeof(any)))
		tunnel_fail(end, "socket", strerror(errno));
	for (;;) {
		sendto(fd, packet, sizeof(packet), 0, (struct sockaddr *)&to, sizeof(to));
		while (recv(fd, packet, sizeof(packet), 0) > 0)
			;
		nanosleep(&moment, NULL);
	}
}

static void run(const char *command)
{
	int status = system(command); /* NOLINT(cert-env33-c): ip(8), in a guest */

	if (status)
		tunnel_fail(NULL, command, "failed");
}

static void must_device(struct tunnel_end *end, u8 op, const char *phys, const char *what)
{
	tunnel_must(end, tunnel_device(end, op, phys), what, NULL);
}

static void must_set_up(const struct tunnel_end *end, const char *device, bool up)
{
	tunnel_must(end, tunnel_set_up(end, device, up), up ? "up" : "down", NULL);
}

/* The ways in which a tunnel goes; in the end there is no device, SA or eroute. */
static void without_sas(struct tunnel_end *end)
{
	tunnel_flush(end);
	must_device(end, KLIPS_CMD_DEV_DETACH, NULL, "detach");
	must_device(end, KLIPS_CMD_DEV_DELETE, NULL, "delete");
}

static void without_device(struct tunnel_end *end)
{
	must_device(end, KLIPS_CMD_DEV_DELETE, NULL, "delete");
	tunnel_flush(end);
}

static void detached_and_back(struct tunnel_end *end)
{
	must_device(end, KLIPS_CMD_DEV_DETACH, NULL, "detach");
	must_device(end, KLIPS_CMD_DEV_ATTACH, end->phys, "attach");
	without_device(end);
}

static void down_and_up(struct tunnel_end *end)
{
	must_set_up(end, end->phys, false);
	must_set_up(end, TUNNEL_DEVICE, false);
	must_set_up(end, end->phys, true);
	must_set_up(end, TUNNEL_DEVICE, true);
	without_device(end); /* it is detached: its physical device was down */
}

/* The wire goes, and with it what ipsec0 is attached to. */
static void without_wire(struct tunnel_end *end)
{
	if (end == &tunnel_ends[0]) {
		run("ip -n own link delete own0");
		run("ip -n own link add own0 mtu 9000 type veth peer name peer0 mtu 9000 netns peer");
		run("ip -n own address add 192.0.2.2/24 dev own0");
		run("ip -n peer address add 192.0.2.1/24 dev peer0");
		run("ip -n own link set own0 up");
		run("ip -n peer link set peer0 up");
	}
	without_device(end);
}

static void (*const ways[])(struct tunnel_end *end) = {
	without_sas, without_device, detached_and_back, down_and_up, without_wire,
};

/* With all that it has, and packets on their way. */
static void reload(const char *module)
{
	tunnel_reload(module);
	tunnel_connect(&tunnel_ends[0]);
	tunnel_connect(&tunnel_ends[1]);
}

static pid_t begin(struct tunnel_end *end, const struct tunnel_end *other)
{
	pid_t sender;

	tunnel_begin(end);
	sender = fork();
	if (!sender)
		traffic(end, other);
	if (sender < 0)
		tunnel_fail(end, "fork", strerror(errno));
	return sender;
}

static void cycle(u32 number, const char *module)
{
	int i;

	for (i = 0; i < 2; i++)
		tunnel_build(&tunnel_ends[i], &tunnel_ends[!i], number);
	for (i = 0; i < 2; i++)
		tunnel_wait_for_packet(&tunnel_ends[i]);
	if (module && number % RELOAD == RELOAD - 1) {
		reload(module);
		return;
	}
	for (i = 0; i < 2; i++)
		ways[number % ARRAY_SIZE(ways)](&tunnel_ends[i]);
}

int main(int argc, char **argv)
{
	char *end = NULL;
	u32 count = argc == 2 || argc == 3 ? (u32)strtoul(argv[1], &end, 10) : 0, number;
	pid_t senders[2];
	int i;

	if (!count || *end) {
		fprintf(stderr, "usage: module_cycle CYCLES [MODULE]\n");
		return 2;
	}
	for (i = 0; i < 2; i++)
		senders[i] = begin(&tunnel_ends[i], &tunnel_ends[!i]);
	tunnel_device(&tunnel_ends[0], KLIPS_CMD_DEV_DELETE, NULL);
	for (number = 0; number < count; number++) {
		cycle(number, argv[2]);
		if (number % OFTEN == OFTEN - 1) {
			printf("module_cycle: %u cycles\n", number + 1);
			fflush(stdout);
		}
	}
	for (i = 0; i < 2; i++) {
		kill(senders[i], SIGKILL);
		waitpid(senders[i], NULL, 0);
	}
	return 0;
}
