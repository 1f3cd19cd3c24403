// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What routers say of packets that were too long: RFC 792, RFC 4443, 3.2. Raw sockets hear all of it, whichever socket
 * the packets were sent by, and if another program shares the port.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/icmp.h>
#include <netinet/icmp6.h>
#include <unistd.h>

#include "daemon.h"
#include "transport.h"

#define ICMP_HEADER 8
#define ROOM	    2048 /* of a quoted packet its headers matter */

static int open_one(bool v6)
{
	struct icmp_filter most = { ~(1U << ICMP_DEST_UNREACH) };
	struct icmp6_filter only;
	int fd = socket(v6 ? AF_INET6 : AF_INET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
			v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP);
	int err;

	if (fd < 0)
		return -errno;
	ICMP6_FILTER_SETBLOCKALL(&only);
	ICMP6_FILTER_SETPASS(ICMP6_PACKET_TOO_BIG, &only);
	if (v6)
		err = setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &only, sizeof(only));
	else
		err = setsockopt(fd, SOL_RAW, ICMP_FILTER, &most, sizeof(most));
	if (err) {
		err = -errno;
		close(fd);
		return err;
	}
	return fd;
}

/**
 * klips_pmtu_open() - listen to routers
 * @daemon: gets the sockets
 *
 * A host without IPv6 goes without.
 *
 * Return: 0 or a negative errno.
 */
int klips_pmtu_open(struct klipsd *daemon)
{
	unsigned int v6;
	int fd;

	for (v6 = 0; v6 < 2; v6++) {
		fd = open_one(v6);
		if (fd < 0)
			return v6 && fd == -EAFNOSUPPORT ? 0 : fd;
		daemon->icmp[v6] = fd;
	}
	return 0;
}

/* IPv4's come with their header, and unchecked. */
static void take_v4(struct klipsd *daemon, const u8 *packet, size_t length)
{
	size_t header = (packet[0] & 15) * 4U;
	const u8 *icmp = packet + header;

	if (length < header + ICMP_HEADER || icmp[0] != ICMP_DEST_UNREACH || icmp[1] != ICMP_FRAG_NEEDED)
		return;
	length -= header;
	if (klips_sum_fold(klips_sum(icmp, length, 0)) != 0xffff)
		return;
	klips_pmtu_learn(&daemon->klips, icmp + ICMP_HEADER, length - ICMP_HEADER, get_unaligned_be16(icmp + 6));
}

static void take_v6(struct klipsd *daemon, const u8 *icmp, size_t length)
{
	if (length >= ICMP_HEADER && icmp[0] == ICMP6_PACKET_TOO_BIG)
		klips_pmtu_learn(&daemon->klips, icmp + ICMP_HEADER, length - ICMP_HEADER,
				 get_unaligned_be32(icmp + 4));
}

/**
 * klips_pmtu_read() - take what routers said
 * @daemon: whose
 * @v6: of which family
 */
void klips_pmtu_read(struct klipsd *daemon, unsigned int v6)
{
	u8 packet[ROOM];
	ssize_t got;

	while ((got = recv(daemon->icmp[v6], packet, sizeof(packet), 0)) > 0) {
		if (v6)
			take_v6(daemon, packet, (size_t)got);
		else
			take_v4(daemon, packet, (size_t)got);
	}
}

/**
 * klips_pmtu_close() - listen no more
 * @daemon: whose
 */
void klips_pmtu_close(struct klipsd *daemon)
{
	unsigned int v6;

	for (v6 = 0; v6 < 2; v6++)
		if (daemon->icmp[v6] >= 0)
			close(daemon->icmp[v6]);
}
