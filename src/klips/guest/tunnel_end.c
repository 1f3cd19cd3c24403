// SPDX-License-Identifier: GPL-2.0-or-later
#define _GNU_SOURCE
#include "guest/tunnel_end.h"

#include <fcntl.h>
#include <net/if.h>
#include <net/route.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "tests/transform.h"

struct tunnel_end tunnel_ends[2] = {
	{ .netns = "own", .phys = "own0", .outer = 2, .inner = 12, .client.fd = -1 },
	{ .netns = "peer", .phys = "peer0", .outer = 1, .inner = 11, .client.fd = -1 },
};

void tunnel_fail(const struct tunnel_end *end, const char *what, const char *why)
{
	fprintf(stderr, "%s%s%s: %s\n", end ? end->netns : "", end ? ": " : "", what, why);
	exit(1);
}

void tunnel_must(const struct tunnel_end *end, int err, const char *what, const struct klips_refusal *why)
{
	if (err)
		tunnel_fail(end, what, why && why->text[0] ? why->text : strerror(-err));
}

void tunnel_enter(const struct tunnel_end *end)
{
	if (setns(end->netns_fd, CLONE_NEWNET))
		tunnel_fail(end, "setns", strerror(errno));
}

void tunnel_connect(struct tunnel_end *end)
{
	struct klips_refusal why = { 0 };

	if (end->client.fd >= 0)
		klips_client_close(&end->client);
	tunnel_enter(end);
	tunnel_must(end, klips_client_open(&end->client, NULL, &why), "connection", &why);
	end->client.timeout = TUNNEL_WAIT_MS;
}

void tunnel_begin(struct tunnel_end *end)
{
	char path[64];

	snprintf(path, sizeof(path), "/run/netns/%s", end->netns);
	end->netns_fd = open(path, O_RDONLY | O_CLOEXEC);
	if (end->netns_fd < 0)
		tunnel_fail(end, path, strerror(errno));
	tunnel_enter(end);
	end->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (end->fd < 0)
		tunnel_fail(end, "socket", strerror(errno));
	tunnel_connect(end);
}

struct sockaddr_in tunnel_address(u8 last)
{
	struct klips_addr addr = transform_addr(KLIPS_V4, last);
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(TUNNEL_PORT) };

	memcpy(&at.sin_addr, addr.b, 4);
	return at;
}

struct klips_selector tunnel_flow(const struct tunnel_end *from, const struct tunnel_end *to)
{
	return (struct klips_selector){ .src = transform_addr(KLIPS_V4, from->inner),
					.dst = transform_addr(KLIPS_V4, to->inner),
					.src_bits = 32,
					.dst_bits = 32 };
}

static int interface(const struct tunnel_end *end, unsigned long request, struct ifreq *ifr, const char *device)
{
	snprintf(ifr->ifr_name, sizeof(ifr->ifr_name), "%s", device);
	return ioctl(end->fd, request, ifr) ? -errno : 0;
}

int tunnel_set_up(const struct tunnel_end *end, const char *device, bool up)
{
	struct ifreq ifr = { 0 };
	int err = interface(end, SIOCGIFFLAGS, &ifr, device);

	if (err)
		return err;
	ifr.ifr_flags = (short)(up ? ifr.ifr_flags | IFF_UP : ifr.ifr_flags & ~IFF_UP);
	return interface(end, SIOCSIFFLAGS, &ifr, device);
}

int tunnel_set_mtu(const struct tunnel_end *end, const char *device, int mtu)
{
	struct ifreq ifr = { .ifr_mtu = mtu };

	return interface(end, SIOCSIFMTU, &ifr, device);
}

int tunnel_set_route(const struct tunnel_end *end, const struct tunnel_end *other)
{
	struct sockaddr_in mask = { .sin_family = AF_INET, .sin_addr.s_addr = INADDR_NONE },
			   to = tunnel_address(other->inner);
	struct rtentry route = { .rt_flags = RTF_UP | RTF_HOST, .rt_dev = (char[]){ TUNNEL_DEVICE } };

	to.sin_port = 0;
	memcpy(&route.rt_dst, &to, sizeof(to));
	memcpy(&route.rt_genmask, &mask, sizeof(mask));
	return ioctl(end->fd, SIOCADDRT, &route) && errno != EEXIST ? -errno : 0;
}

int tunnel_set_address(const struct tunnel_end *end, const char *device, u8 last, unsigned int bits)
{
	struct sockaddr_in own = tunnel_address(last),
			   mask = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(~0U << (32 - bits)) };
	struct ifreq ifr = { 0 };
	int err;

	own.sin_port = 0;
	memcpy(&ifr.ifr_addr, &own, sizeof(own));
	err = interface(end, SIOCSIFADDR, &ifr, device);
	memcpy(&ifr.ifr_netmask, &mask, sizeof(mask));
	return err ? err : interface(end, SIOCSIFNETMASK, &ifr, device);
}

int tunnel_device(struct tunnel_end *end, u8 op, const char *phys)
{
	struct klips_refusal why = { 0 };

	return klips_client_dev(&end->client, op, TUNNEL_DEVICE, phys, &why);
}

/* The SA from one end to the other, as either has it. */
static struct klips_said make_sa(struct tunnel_end *end, const struct tunnel_end *from, const struct tunnel_end *to,
				 u32 cycle)
{
	struct klips_sa_config config;
	struct klips_refusal why = { 0 };

	transform_config(&config, KLIPS_PROTO_ESP, KLIPS_MODE_TUNNEL, KLIPS_V4, KLIPS_V4);
	transform_keys(&config.keys, KLIPS_ENCR_AES_GCM_16, KLIPS_AUTH_NONE, 16);
	config.said.spi = cpu_to_be32(0x1000 + cycle);
	config.said.dst = transform_addr(KLIPS_V4, to->outer);
	config.src = transform_addr(KLIPS_V4, from->outer);
	config.flags = end == to ? KLIPS_SA_INBOUND : 0;
	tunnel_must(end, klips_client_sa_add(&end->client, &config, &why), "SA", &why);
	return config.said;
}

void tunnel_build(struct tunnel_end *end, struct tunnel_end *other, u32 cycle)
{
	struct klips_selector sel = tunnel_flow(end, other);
	struct klips_refusal why = { 0 };
	struct klips_said said;

	tunnel_must(end, tunnel_device(end, KLIPS_CMD_DEV_CREATE, NULL), "create", NULL);
	tunnel_must(end, tunnel_device(end, KLIPS_CMD_DEV_ATTACH, end->phys), "attach", NULL);
	tunnel_must(end, tunnel_set_address(end, TUNNEL_DEVICE, end->inner, 32), "address", NULL);
	tunnel_must(end, tunnel_set_up(end, TUNNEL_DEVICE, true), "up", NULL);
	tunnel_must(end, tunnel_set_route(end, other), "route", NULL);
	make_sa(end, other, end, cycle);
	said = make_sa(end, end, other, cycle);
	tunnel_must(end, klips_client_eroute_set(&end->client, &sel, &said, false, &why), "eroute", &why);
}

static int take_received(const struct klips_dev_info *info, void *arg)
{
	*(u64 *)arg += info->stats[KLIPS_A_DEV_RX_PACKETS];
	return 0;
}

u64 tunnel_received(struct tunnel_end *end)
{
	struct klips_refusal why = { 0 };
	u64 count = 0;

	tunnel_must(end, klips_client_dev_list(&end->client, take_received, &count, &why), "devices", &why);
	return count;
}

void tunnel_wait_for_packet(struct tunnel_end *end)
{
	const struct timespec moment = { .tv_nsec = 1000000 };
	int tries;

	for (tries = 0; tries < TUNNEL_WAIT_MS; tries++) {
		if (tunnel_received(end))
			return;
		nanosleep(&moment, NULL);
	}
	tunnel_fail(end, "traffic", "nothing comes through");
}

void tunnel_flush(struct tunnel_end *end)
{
	struct klips_refusal why = { 0 };

	tunnel_must(end, klips_client_sa_flush(&end->client, &why), "SAs", &why);
	tunnel_must(end, klips_client_eroute_flush(&end->client, &why), "eroutes", &why);
}

void tunnel_reload(const char *module)
{
	const struct timespec moment = { .tv_nsec = 1000000 };
	int fd, tries;

	for (tries = 0; syscall(SYS_delete_module, "ipsec", O_NONBLOCK); tries++) {
		if (tries == TUNNEL_WAIT_MS)
			tunnel_fail(NULL, "the module does not go", strerror(errno));
		nanosleep(&moment, NULL);
	}
	fd = open(module, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || syscall(SYS_finit_module, fd, "", 0))
		tunnel_fail(NULL, module, strerror(errno));
	close(fd);
}
