// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sets up a tunnel between two namespaces and takes it down again, many times, while both ends send as fast as they
 * may: module_cycle CYCLES [MODULE]. Ends are as testing/module/ends.sh makes them, with or without ipsec0. Each cycle
 * goes on when a packet has come through at both ends; then the tunnel goes in one of several ways. With the module's
 * file named it is unloaded and loaded again every so often, with all that it has. Exits with 1 if no packet comes
 * through, or if something is refused.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <net/if.h>
#include <net/route.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "lib/control_client.h"
#include "tests/transform.h"

#define DEVICE	"ipsec0"
#define PORT	9999
#define WAIT_MS 20000 /* for a packet, and for the module to go */
#define RELOAD	25    /* cycles between two times that the module goes */
#define OFTEN	100   /* cycles between two lines of progress */

/**
 * struct end - one of the two
 * @netns: its namespace
 * @phys: its device there
 * @outer: last byte of its address
 * @inner: last byte of that behind it
 * @fd: a socket there
 * @client: connected to the module there
 * @traffic: who sends there
 */
struct end {
	const char *netns, *phys;
	u8 outer, inner;
	int netns_fd, fd;
	struct klips_client client;
	pid_t traffic;
};

static struct end ends[2] = {
	{ .netns = "own", .phys = "own0", .outer = 2, .inner = 12 },
	{ .netns = "peer", .phys = "peer0", .outer = 1, .inner = 11 },
};

static __attribute__((noreturn)) void fail(const struct end *end, const char *what, const char *why)
{
	fprintf(stderr, "module_cycle: %s%s%s: %s\n", end ? end->netns : "", end ? ": " : "", what, why);
	for (int i = 0; i < 2; i++)
		if (ends[i].traffic)
			kill(ends[i].traffic, SIGKILL);
	exit(1);
}

static void must(const struct end *end, int err, const char *what, const struct klips_refusal *why)
{
	if (err)
		fail(end, what, why && why->text[0] ? why->text : strerror(-err));
}

static void enter(const struct end *end)
{
	if (setns(end->netns_fd, CLONE_NEWNET))
		fail(end, "setns", strerror(errno));
}

static struct sockaddr_in address(u8 last)
{
	struct klips_addr addr = transform_addr(KLIPS_V4, last);
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(PORT) };

	memcpy(&at.sin_addr, addr.b, 4);
	return at;
}

/* Sends for ever, wherever that leads, and reads what comes. */
static __attribute__((noreturn)) void traffic(const struct end *end, const struct end *other)
{
	struct sockaddr_in to = address(other->inner), any = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	const struct timespec moment = { .tv_nsec = 200000 };
	static char packet[1200];
	int fd;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	enter(end);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&any, sizeof(any)))
		fail(end, "socket", strerror(errno));
	for (;;) {
		sendto(fd, packet, sizeof(packet), 0, (struct sockaddr *)&to, sizeof(to));
		while (recv(fd, packet, sizeof(packet), 0) > 0)
			;
		nanosleep(&moment, NULL);
	}
}

static void interface(const struct end *end, unsigned long request, struct ifreq *ifr, const char *device,
		      const char *what)
{
	snprintf(ifr->ifr_name, sizeof(ifr->ifr_name), "%s", device);
	if (ioctl(end->fd, request, ifr))
		fail(end, what, strerror(errno));
}

static void set_up(const struct end *end, const char *device, bool up)
{
	struct ifreq ifr = { 0 };

	interface(end, SIOCGIFFLAGS, &ifr, device, "flags");
	ifr.ifr_flags = (short)(up ? ifr.ifr_flags | IFF_UP : ifr.ifr_flags & ~IFF_UP);
	interface(end, SIOCSIFFLAGS, &ifr, device, up ? "up" : "down");
}

static void set_route(const struct end *end, const struct end *other)
{
	struct sockaddr_in mask = { .sin_family = AF_INET, .sin_addr.s_addr = INADDR_NONE }, to = address(other->inner);
	struct rtentry route = { .rt_flags = RTF_UP | RTF_HOST, .rt_dev = (char[]){ DEVICE } };

	to.sin_port = 0;
	memcpy(&route.rt_dst, &to, sizeof(to));
	memcpy(&route.rt_genmask, &mask, sizeof(mask));
	if (ioctl(end->fd, SIOCADDRT, &route) && errno != EEXIST)
		fail(end, "route", strerror(errno));
}

static void set_address(const struct end *end)
{
	struct sockaddr_in own = address(end->inner), mask = { .sin_family = AF_INET, .sin_addr.s_addr = INADDR_NONE };
	struct ifreq ifr = { 0 };

	own.sin_port = 0;
	memcpy(&ifr.ifr_addr, &own, sizeof(own));
	interface(end, SIOCSIFADDR, &ifr, DEVICE, "address");
	memcpy(&ifr.ifr_netmask, &mask, sizeof(mask));
	interface(end, SIOCSIFNETMASK, &ifr, DEVICE, "netmask");
}

/* The SA from one end to the other, as either has it. */
static struct klips_said make_sa(struct end *end, const struct end *from, const struct end *to, u32 cycle)
{
	struct klips_sa_config config;
	struct klips_refusal why = { 0 };

	transform_config(&config, KLIPS_PROTO_ESP, KLIPS_MODE_TUNNEL, KLIPS_V4, KLIPS_V4);
	transform_keys(&config.keys, KLIPS_ENCR_AES_GCM_16, KLIPS_AUTH_NONE, 16);
	config.said.spi = cpu_to_be32(0x1000 + cycle);
	config.said.dst = transform_addr(KLIPS_V4, to->outer);
	config.src = transform_addr(KLIPS_V4, from->outer);
	config.flags = end == to ? KLIPS_SA_INBOUND : 0;
	must(end, klips_client_sa_add(&end->client, &config, &why), "SA", &why);
	return config.said;
}

static struct klips_selector flow(const struct end *from, const struct end *to)
{
	return (struct klips_selector){ .src = transform_addr(KLIPS_V4, from->inner),
					.dst = transform_addr(KLIPS_V4, to->inner),
					.src_bits = 32,
					.dst_bits = 32 };
}

static void device(struct end *end, u8 op, const char *phys, const char *what)
{
	struct klips_refusal why = { 0 };

	must(end, klips_client_dev(&end->client, op, DEVICE, phys, &why), what, &why);
}

static void build(struct end *end, struct end *other, u32 cycle)
{
	struct klips_selector sel = flow(end, other);
	struct klips_refusal why = { 0 };
	struct klips_said said;

	device(end, KLIPS_CMD_DEV_CREATE, NULL, "create");
	device(end, KLIPS_CMD_DEV_ATTACH, end->phys, "attach");
	set_address(end);
	set_up(end, DEVICE, true);
	set_route(end, other);
	make_sa(end, other, end, cycle);
	said = make_sa(end, end, other, cycle);
	must(end, klips_client_eroute_set(&end->client, &sel, &said, false, &why), "eroute", &why);
}

static int take_received(const struct klips_dev_info *info, void *arg)
{
	*(u64 *)arg += info->stats[KLIPS_A_DEV_RX_PACKETS];
	return 0;
}

static void wait_for_packet(struct end *end)
{
	const struct timespec moment = { .tv_nsec = 1000000 };
	struct klips_refusal why = { 0 };
	int tries;
	u64 count = 0;

	for (tries = 0; tries < WAIT_MS; tries++) {
		must(end, klips_client_dev_list(&end->client, take_received, &count, &why), "devices", &why);
		if (count)
			return;
		nanosleep(&moment, NULL);
	}
	fail(end, "traffic", "nothing comes through");
}

static void flush(struct end *end)
{
	struct klips_refusal why = { 0 };

	must(end, klips_client_sa_flush(&end->client, &why), "SAs", &why);
	must(end, klips_client_eroute_flush(&end->client, &why), "eroutes", &why);
}

static void run(const char *command)
{
	int status = system(command); /* NOLINT(cert-env33-c): ip(8), in a guest */

	if (status)
		fail(NULL, command, "failed");
}

/* The ways in which a tunnel goes; in the end there is no device, SA or eroute. */
static void without_sas(struct end *end)
{
	flush(end);
	device(end, KLIPS_CMD_DEV_DETACH, NULL, "detach");
	device(end, KLIPS_CMD_DEV_DELETE, NULL, "delete");
}

static void without_device(struct end *end)
{
	device(end, KLIPS_CMD_DEV_DELETE, NULL, "delete");
	flush(end);
}

static void detached_and_back(struct end *end)
{
	device(end, KLIPS_CMD_DEV_DETACH, NULL, "detach");
	device(end, KLIPS_CMD_DEV_ATTACH, end->phys, "attach");
	without_device(end);
}

static void down_and_up(struct end *end)
{
	set_up(end, end->phys, false);
	set_up(end, DEVICE, false);
	set_up(end, end->phys, true);
	set_up(end, DEVICE, true);
	without_device(end); /* it is detached: its physical device was down */
}

/* The wire goes, and with it what ipsec0 is attached to. */
static void without_wire(struct end *end)
{
	if (end == &ends[0]) {
		run("ip -n own link delete own0");
		run("ip -n own link add own0 mtu 9000 type veth peer name peer0 mtu 9000 netns peer");
		run("ip -n own address add 192.0.2.2/24 dev own0");
		run("ip -n peer address add 192.0.2.1/24 dev peer0");
		run("ip -n own link set own0 up");
		run("ip -n peer link set peer0 up");
	}
	without_device(end);
}

static void (*const ways[])(struct end *end) = {
	without_sas, without_device, detached_and_back, down_and_up, without_wire,
};

static void connect_to(struct end *end)
{
	struct klips_refusal why = { 0 };

	enter(end);
	must(end, klips_client_open(&end->client, NULL, &why), "connection", &why);
}

/* With all that it has, and packets on their way. */
static void reload(const char *module)
{
	const struct timespec moment = { .tv_nsec = 1000000 };
	int fd, tries;

	klips_client_close(&ends[0].client);
	klips_client_close(&ends[1].client);
	for (tries = 0; syscall(SYS_delete_module, "ipsec", O_NONBLOCK); tries++) {
		if (tries == WAIT_MS)
			fail(NULL, "the module does not go", strerror(errno));
		nanosleep(&moment, NULL);
	}
	fd = open(module, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || syscall(SYS_finit_module, fd, "", 0))
		fail(NULL, module, strerror(errno));
	close(fd);
	connect_to(&ends[0]);
	connect_to(&ends[1]);
}

static void begin(struct end *end, const struct end *other)
{
	char path[64];

	snprintf(path, sizeof(path), "/run/netns/%s", end->netns);
	end->netns_fd = open(path, O_RDONLY | O_CLOEXEC);
	if (end->netns_fd < 0)
		fail(end, path, strerror(errno));
	end->traffic = fork();
	if (!end->traffic)
		traffic(end, other);
	enter(end);
	end->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (end->fd < 0 || end->traffic < 0)
		fail(end, "socket", strerror(errno));
	connect_to(end);
}

static void cycle(u32 number, const char *module)
{
	int i;

	for (i = 0; i < 2; i++)
		build(&ends[i], &ends[!i], number);
	for (i = 0; i < 2; i++)
		wait_for_packet(&ends[i]);
	if (module && number % RELOAD == RELOAD - 1) {
		reload(module);
		return;
	}
	for (i = 0; i < 2; i++)
		ways[number % ARRAY_SIZE(ways)](&ends[i]);
}

int main(int argc, char **argv)
{
	char *end = NULL;
	u32 count = argc == 2 || argc == 3 ? (u32)strtoul(argv[1], &end, 10) : 0, number;
	struct klips_refusal why = { 0 };
	int i;

	if (!count || *end) {
		fprintf(stderr, "usage: module_cycle CYCLES [MODULE]\n");
		return 2;
	}
	for (i = 0; i < 2; i++)
		begin(&ends[i], &ends[!i]);
	klips_client_dev(&ends[0].client, KLIPS_CMD_DEV_DELETE, DEVICE, NULL, &why);
	for (number = 0; number < count; number++) {
		cycle(number, argv[2]);
		if (number % OFTEN == OFTEN - 1) {
			printf("module_cycle: %u cycles\n", number + 1);
			fflush(stdout);
		}
	}
	for (i = 0; i < 2; i++) {
		kill(ends[i].traffic, SIGKILL);
		waitpid(ends[i].traffic, NULL, 0);
	}
	return 0;
}
