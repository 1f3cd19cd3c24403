// SPDX-License-Identifier: GPL-2.0-or-later
#include "host.h"

#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#define SETTLE 20000 /* microseconds: changes come in numbers */

static bool take(struct host_address *to, const struct ifaddrs *from)
{
	const struct sockaddr *sa = from->ifa_addr;

	if (!sa || !(from->ifa_flags & IFF_UP))
		return false;
	if (sa->sa_family == AF_INET)
		to->addr = klips_addr_v4(((const struct sockaddr_in *)sa)->sin_addr.s_addr);
	else if (sa->sa_family == AF_INET6 && !IN6_IS_ADDR_LINKLOCAL(&((const struct sockaddr_in6 *)sa)->sin6_addr))
		to->addr = klips_addr_v6(&((const struct sockaddr_in6 *)sa)->sin6_addr);
	else
		return false;
	snprintf(to->device, sizeof(to->device), "%s", from->ifa_name);
	to->device[strcspn(to->device, ":")] = '\0'; /* an alias */
	return true;
}

/**
 * host_addresses_read() - what addresses this host has
 * @addresses: gets them, for host_addresses_free()
 *
 * Return: 0 or a negative errno; then there are none to free
 */
int host_addresses_read(struct host_addresses *addresses)
{
	const struct ifaddrs *one;
	struct ifaddrs *all;
	size_t room = 0;

	*addresses = (struct host_addresses){ 0 };
	if (getifaddrs(&all))
		return -errno;
	for (one = all; one; one = one->ifa_next)
		room++;
	addresses->list = calloc(room + 1, sizeof(*addresses->list));
	for (one = all; addresses->list && one; one = one->ifa_next)
		addresses->count += take(&addresses->list[addresses->count], one);
	freeifaddrs(all);
	return addresses->list ? 0 : -ENOMEM;
}

void host_addresses_free(struct host_addresses *addresses)
{
	free(addresses->list);
	*addresses = (struct host_addresses){ 0 };
}

const struct host_address *host_address_find(const struct host_addresses *addresses, const struct klips_addr *addr)
{
	size_t i;

	for (i = 0; i < addresses->count; i++) {
		if (klips_addr_equal(&addresses->list[i].addr, addr))
			return &addresses->list[i];
	}
	return NULL;
}

struct host_watch {
	struct event *socket, *timer;
	void (*changed)(void *arg);
	void *arg;
	int fd;
};

static void settled(evutil_socket_t fd, short what, void *arg)
{
	struct host_watch *watch = arg;

	(void)fd;
	(void)what;
	watch->changed(watch->arg);
}

/* What changed does not matter: all is read again. Messages that were lost for want of room are a change too. */
static void heard(evutil_socket_t fd, short what, void *arg)
{
	const struct timeval soon = { .tv_usec = SETTLE };
	struct host_watch *watch = arg;
	char buffer[8192];

	(void)what;
	while (recv(fd, buffer, sizeof(buffer), MSG_DONTWAIT) > 0)
		;
	if (!evtimer_pending(watch->timer, NULL))
		evtimer_add(watch->timer, &soon);
}

static int open_watch(void)
{
	struct sockaddr_nl name = {
		.nl_family = AF_NETLINK,
		.nl_groups =
			RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE,
	};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);

	if (fd >= 0 && bind(fd, (struct sockaddr *)&name, sizeof(name))) {
		close(fd);
		return -1;
	}
	return fd;
}

/**
 * host_watch_new() - learn of addresses that come and go
 * @base: the loop
 * @changed: called in it with @arg, once for several changes at a time
 *
 * Return: it, for host_watch_free(); NULL with errno
 */
struct host_watch *host_watch_new(struct event_base *base, void (*changed)(void *arg), void *arg)
{
	struct host_watch *watch = calloc(1, sizeof(*watch));

	if (!watch)
		return NULL;
	watch->changed = changed;
	watch->arg = arg;
	watch->fd = open_watch();
	if (watch->fd >= 0) {
		watch->timer = evtimer_new(base, settled, watch);
		watch->socket = event_new(base, watch->fd, EV_READ | EV_PERSIST, heard, watch);
	}
	if (watch->timer && watch->socket && !event_add(watch->socket, NULL))
		return watch;
	host_watch_free(watch);
	return NULL;
}

void host_watch_free(struct host_watch *watch)
{
	if (!watch)
		return;
	if (watch->socket)
		event_free(watch->socket);
	if (watch->timer)
		event_free(watch->timer);
	if (watch->fd >= 0)
		close(watch->fd);
	free(watch);
}
