// SPDX-License-Identifier: GPL-2.0-or-later
/* The kernel's own IPsec as pluto's stack: sockets, and what is done once. */
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/udp.h>

#include "netkey.h"

#define TIMEOUT	      5000	/* milliseconds: the kernel answers at once */
#define LISTENER_ROOM (4 << 20) /* bytes of events that may wait */

static void close_backend(struct backend *backend)
{
	struct netkey *netkey = netkey_of(backend);

	netkey_holes_fill(netkey);
	netkey_devices_delete(netkey);
	if (netkey->calls >= 0)
		close(netkey->calls);
	if (netkey->listener >= 0)
		close(netkey->listener);
	free(netkey->algs);
	free(netkey);
}

/**
 * netkey_new() - one on sockets that there are
 * @calls: for requests; it is closed with the backend, as is
 * @listener: for events
 * @events: as struct backend_ops has it; likewise
 * @arg: for them
 *
 * Return: it, to be closed; NULL: there is no memory, and the sockets are still the caller's.
 */
struct netkey *netkey_new(int calls, int listener, const struct backend_events *events, void *arg)
{
	struct netkey *netkey = calloc(1, sizeof(*netkey));

	if (!netkey)
		return NULL;
	netkey->backend.ops = &backend_netkey;
	netkey->events = events;
	netkey->arg = arg;
	netkey->calls = calls;
	netkey->listener = listener;
	netkey->timeout = TIMEOUT;
	return netkey;
}

/* A negative errno, or a socket. */
static int open_socket(unsigned int groups)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = groups };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_XFRM), err;

	if (fd < 0)
		return -errno;
	if (!bind(fd, (struct sockaddr *)&address, sizeof(address)))
		return fd;
	err = -errno;
	close(fd);
	return err;
}

/* Kernels that lack one of these say less, and that is all. */
static void set_options(struct netkey *netkey)
{
	int one = 1, room = LISTENER_ROOM;

	setsockopt(netkey->calls, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one));
	setsockopt(netkey->calls, SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof(one));
	if (setsockopt(netkey->listener, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)))
		setsockopt(netkey->listener, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
}

/*
 * That the kernel keeps packets while an SA is negotiated, rather than dropping them; and that larval SAs last until
 * negotiation gives up, so that a flow does not ask again meanwhile. Namespaces of users do not have these.
 */
static void set_sysctl(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	dprintf(fd, "%s", value);
	close(fd);
}

static void set_sysctls(void)
{
	char seconds[16];

	snprintf(seconds, sizeof(seconds), "%d", NETKEY_LIFETIME);
	set_sysctl("/proc/sys/net/core/xfrm_larval_drop", "0");
	set_sysctl("/proc/sys/net/core/xfrm_acq_expires", seconds);
}

static int open_sockets(struct netkey *netkey)
{
	int err;

	netkey->calls = open_socket(0);
	if (netkey->calls >= 0)
		netkey->listener = open_socket(XFRMGRP_ACQUIRE | XFRMGRP_EXPIRE | 1U << (XFRMNLGRP_MAPPING - 1));
	err = min(netkey->calls, netkey->listener);
	if (err == -EPROTONOSUPPORT)
		return netkey_fail(netkey, err, "the kernel has no XFRM");
	return err < 0 ? netkey_fail(netkey, err, "XFRM: %s", strerror(-err)) : 0;
}

/**
 * netkey_open_calls() - one that can only be asked: it hears no events, and nothing is changed
 * @why: gets the reason of an error
 * @size: bytes of @why
 *
 * Return: it, to be closed; NULL: there is none.
 */
struct netkey *netkey_open_calls(char *why, size_t size)
{
	struct netkey *netkey = netkey_new(-1, -1, NULL, NULL);

	if (!netkey) {
		snprintf(why, size, "%s", strerror(ENOMEM));
		return NULL;
	}
	netkey->calls = open_socket(0);
	if (netkey->calls >= 0)
		return netkey;
	snprintf(why, size, "%s",
		 netkey->calls == -EPROTONOSUPPORT ? "the kernel has no XFRM" : strerror(-netkey->calls));
	close_backend(&netkey->backend);
	return NULL;
}

static struct backend *open_backend(const struct backend_events *events, void *arg, char *why, size_t size)
{
	struct netkey *netkey = netkey_new(-1, -1, events, arg);

	if (!netkey) {
		snprintf(why, size, "%s", strerror(ENOMEM));
		return NULL;
	}
	if (open_sockets(netkey)) {
		snprintf(why, size, "%s", netkey->why);
		close_backend(&netkey->backend);
		return NULL;
	}
	set_options(netkey);
	if (netkey_probe(netkey)) {
		snprintf(why, size, "the kernel's IPsec cannot be used: %s", netkey->why);
		close_backend(&netkey->backend);
		return NULL;
	}
	set_sysctls();
	netkey_holes_make(netkey);
	snprintf(why, size, "the kernel's IPsec");
	return &netkey->backend;
}

static int get_fd(struct backend *backend)
{
	return netkey_of(backend)->listener;
}

static const char *get_why(struct backend *backend)
{
	return netkey_of(backend)->why;
}

static int bypass_socket(struct backend *backend, int fd, uint8_t version)
{
	const bool v6 = version == KLIPS_V6;
	struct xfrm_userpolicy_info policy = { .action = XFRM_POLICY_ALLOW };
	int dir;

	policy.sel.family = netkey_family(version);
	for (dir = XFRM_POLICY_IN; dir <= XFRM_POLICY_OUT; dir++) {
		policy.dir = (uint8_t)dir;
		if (setsockopt(fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_XFRM_POLICY : IP_XFRM_POLICY, &policy,
			       sizeof(policy)))
			return netkey_fail(netkey_of(backend), -errno, "a socket beside all policies: %s",
					   strerror(errno));
	}
	return 0;
}

static int encap_socket(struct backend *backend, int fd, uint8_t version, uint16_t port)
{
	int kind = UDP_ENCAP_ESPINUDP;

	(void)version;
	(void)port;
	if (!setsockopt(fd, IPPROTO_UDP, UDP_ENCAP, &kind, sizeof(kind)))
		return 0;
	return netkey_fail(netkey_of(backend), -errno, "ESP in UDP: %s", strerror(errno));
}

static int check_options(struct backend *backend, const struct backend_options *options)
{
	if (!options->overlap)
		return 0;
	return netkey_fail(
		netkey_of(backend), -EOPNOTSUPP,
		"the kernel's IPsec cannot tell peers that look alike (overlapip=): it goes by their addresses; "
		"KLIPS as a kernel module has marks");
}

const struct backend_ops backend_netkey = {
	.name = "netkey",
	.open = open_backend,
	.close = close_backend,
	.fd = get_fd,
	.dispatch = netkey_dispatch,
	.get_spi = netkey_get_spi,
	.sa_add = netkey_sa_add,
	.sa_delete = netkey_sa_delete,
	.sa_move = netkey_sa_move,
	.sa_usage = netkey_sa_usage,
	.sweep = netkey_sweep,
	.policy_set = netkey_policy_set,
	.policy_delete = netkey_policy_delete,
	.bypass_socket = bypass_socket,
	.encap_socket = encap_socket,
	.attach = netkey_attach,
	.check = check_options,
	.has = netkey_has,
	.why = get_why,
};
