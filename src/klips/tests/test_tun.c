// SPDX-License-Identifier: GPL-2.0-or-later
/* A TUN device in a network namespace of the test's own: which queue a flow's packets come out of. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "tests/test.h"
#include "user/daemon.h"

#define QUEUES 4
#define FLOWS  32
#define PORT   2000

static int enter_namespace(void **state)
{
	(void)state;
	return unshare(CLONE_NEWUSER | CLONE_NEWNET);
}

static void give_address(const char *name)
{
	struct sockaddr_in addr = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	struct ifreq request;

	memset(&request, 0, sizeof(request));
	memcpy(request.ifr_name, name, strlen(name));
	assert_int_equal(inet_pton(AF_INET, "192.0.2.1", &addr.sin_addr), 1);
	memcpy(&request.ifr_addr, &addr, sizeof(addr));
	assert_int_equal(ioctl(fd, SIOCSIFADDR, &request), 0);
	assert_int_equal(inet_pton(AF_INET, "255.255.255.0", &addr.sin_addr), 1);
	memcpy(&request.ifr_netmask, &addr, sizeof(addr));
	assert_int_equal(ioctl(fd, SIOCSIFNETMASK, &request), 0);
	close(fd);
}

static int open_flow(u16 port)
{
	struct sockaddr_in from = { .sin_family = AF_INET, .sin_port = htons(port) }, to = from;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	assert_int_equal(inet_pton(AF_INET, "192.0.2.1", &from.sin_addr), 1);
	assert_int_equal(inet_pton(AF_INET, "192.0.2.2", &to.sin_addr), 1);
	assert_int_equal(bind(fd, (struct sockaddr *)&from, sizeof(from)), 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	return fd;
}

/* Sends a packet and reads it where it comes out; what else comes (router solicitations) is passed over. */
static unsigned int find_queue(const struct klips_tun *tun, int flow, u16 port, u8 *packet, ssize_t *size)
{
	struct pollfd polled[QUEUES];
	unsigned int i;

	assert_int_equal(send(flow, "x", 1, 0), 1);
	for (;;) {
		for (i = 0; i < QUEUES; i++)
			polled[i] = (struct pollfd){ .fd = tun->fds[i], .events = POLLIN };
		assert_true(poll(polled, QUEUES, 10000) > 0);
		for (i = 0; i < QUEUES && !polled[i].revents; i++)
			;
		*size = read(tun->fds[i], packet, 2048);
		packet += sizeof(struct virtio_net_hdr);
		if (*size > (ssize_t)sizeof(struct virtio_net_hdr) + 28 && packet[0] == 0x45 &&
		    get_unaligned_be16(packet + 20) == port)
			return i;
		packet -= sizeof(struct virtio_net_hdr);
	}
}

/* The packet goes back to where it came from. */
static void turn(u8 *packet)
{
	u8 saved[4];

	packet += sizeof(struct virtio_net_hdr);
	memcpy(saved, packet + 12, 4);
	memcpy(packet + 12, packet + 16, 4);
	memcpy(packet + 16, saved, 4);
	memcpy(saved, packet + 20, 2);
	memcpy(packet + 20, packet + 22, 2);
	memcpy(packet + 22, saved, 2);
}

/* Else packets that wait in the one queue are overtaken by those that go into the other. */
static void test_flow_stays_in_its_queue(void **state)
{
	unsigned int before, used = 0;
	struct klips_tun *tun;
	u8 packet[2048];
	ssize_t size;
	u16 i;

	(void)state;
	assert_int_equal(klips_tun_open(&tun, "ipsec0", QUEUES), 0);
	assert_int_equal(klips_link_set(tun->ifindex, 1400, 0), 0);
	give_address("ipsec0");
	for (i = 0; i < FLOWS; i++) {
		int flow = open_flow(PORT + i);

		before = find_queue(tun, flow, PORT + i, packet, &size);
		used |= 1U << before;
		turn(packet);
		assert_int_equal(write(tun->writer, packet, (size_t)size), size);
		assert_int_equal(recv(flow, packet, sizeof(packet), 0), 1);
		assert_int_equal(find_queue(tun, flow, PORT + i, packet, &size), before);
		close(flow);
	}
	assert_true(used & (used - 1)); /* there was more than one to choose from */
	klips_tun_close(tun);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flow_stays_in_its_queue),
	};

	rcu_register_thread();
	return cmocka_run_group_tests(tests, enter_namespace, NULL);
}
