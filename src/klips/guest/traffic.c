// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Traffic between two network namespaces of a guest, measured: traffic KIND COUNT MS NEAR FAR NETNS. From address NEAR
 * here to FAR in NETNS, for MS milliseconds after the first FIRST_MS of them. KIND:
 * @tcp: COUNT flows, the second between the addresses that are 2 more, and so on; prints received Mbit/s
 * @udp: packets with COUNT octets of payload; prints thousands of them received a second
 * @ping: the same, one at a time, there and back; prints the median in microseconds
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "guest/netns.h"

#define PORT	  9998
#define FIRST_MS  500
#define FLOWS	  16
#define BATCH	  64
#define PINGS_MAX 20000
#define OCTETS	  1400 /* of a payload, at most */
#define PAUSE_MS  2
#define BUFFER	  (8 << 20) /* of a receiver: what a sender's turn on the processor makes */

/**
 * struct plan - what was asked for
 * @near: where packets come from
 * @far: where they go
 * @netns: where that is
 * @count: flows, or octets
 * @ms: how long
 */
struct plan {
	struct sockaddr_in near, far;
	const char *netns;
	unsigned int count, ms;
};

/* What each receiver has got, shared by all processes: octets of TCP, packets of UDP; each on a cache line of its own.
 */
static struct {
	volatile uint64_t got;
	char rest[56];
} * counters;

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void rest_ms(unsigned int ms)
{
	const struct timespec time = { .tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000 };

	nanosleep(&time, NULL);
}

/* A process of its own, which ends with this one. */
static bool apart(void)
{
	pid_t pid = fork();

	if (pid < 0)
		guest_fail("fork");
	if (!pid)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	return !pid;
}

/* The address of a flow. */
static struct sockaddr_in at(const struct sockaddr_in *first, unsigned int flow)
{
	struct sockaddr_in addr = *first;

	addr.sin_addr.s_addr = htonl(ntohl(first->sin_addr.s_addr) + 2 * flow);
	return addr;
}

static int bound(int kind, const struct sockaddr_in *addr, unsigned int port)
{
	struct sockaddr_in own = *addr;
	int fd = socket(AF_INET, kind | SOCK_CLOEXEC, 0), one = 1;

	own.sin_port = htons((uint16_t)port);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) ||
	    bind(fd, (struct sockaddr *)&own, sizeof(own)))
		guest_fail("bind");
	return fd;
}

/* Tells that it listens by a byte in @ready. */
static __attribute__((noreturn)) void receive_flow(const struct plan *plan, unsigned int flow, int ready)
{
	static char buffer[1 << 18];
	struct sockaddr_in own = at(&plan->far, flow);
	ssize_t size;
	int fd, from;

	guest_enter(plan->netns);
	fd = bound(SOCK_STREAM, &own, PORT + flow);
	if (listen(fd, 1) || write(ready, "", 1) != 1)
		guest_fail("listen");
	from = accept(fd, NULL, NULL);
	if (from < 0)
		guest_fail("accept");
	while ((size = read(from, buffer, sizeof(buffer))) > 0)
		counters[flow].got += (uint64_t)size;
	exit(0);
}

static __attribute__((noreturn)) void send_flow(const struct plan *plan, unsigned int flow)
{
	static char buffer[1 << 17];
	struct sockaddr_in own = at(&plan->near, flow), to = at(&plan->far, flow);
	int fd = bound(SOCK_STREAM, &own, 0);

	to.sin_port = htons((uint16_t)(PORT + flow));
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)))
		guest_fail("connect");
	while (write(fd, buffer, sizeof(buffer)) > 0)
		;
	exit(0);
}

static uint64_t got(const struct plan *plan)
{
	uint64_t sum = 0;
	unsigned int flow;

	for (flow = 0; flow < plan->count; flow++)
		sum += counters[flow].got;
	return sum;
}

static void tcp(const struct plan *plan)
{
	unsigned int flow;
	double start;
	uint64_t before, octets;
	int ready[2];
	char byte;

	if (pipe(ready))
		guest_fail("flows");
	for (flow = 0; flow < plan->count; flow++)
		if (apart())
			receive_flow(plan, flow, ready[1]);
	for (flow = 0; flow < plan->count; flow++)
		if (read(ready[0], &byte, 1) != 1)
			guest_fail("receivers");
	for (flow = 0; flow < plan->count; flow++)
		if (apart())
			send_flow(plan, flow);
	rest_ms(FIRST_MS);
	before = got(plan);
	start = now();
	rest_ms(plan->ms);
	octets = got(plan) - before;
	start = now() - start;
	printf("%.3f\n", (double)octets * 8 / start / 1e6);
}

/*
 * Looks every PAUSE_MS. One that waited would be woken by each packet, here or on another processor as the scheduler
 * likes, and that takes as long as the packet does.
 */
static __attribute__((noreturn)) void receive_packets(const struct plan *plan, int ready)
{
	static char buffers[BATCH][OCTETS];
	struct mmsghdr messages[BATCH];
	struct iovec pieces[BATCH];
	int fd, count, i, room = BUFFER;

	guest_enter(plan->netns);
	fd = bound(SOCK_DGRAM, &plan->far, PORT);
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) || write(ready, "", 1) != 1)
		guest_fail("ready");
	memset(messages, 0, sizeof(messages));
	for (i = 0; i < BATCH; i++) {
		pieces[i] = (struct iovec){ .iov_base = buffers[i], .iov_len = sizeof(buffers[i]) };
		messages[i].msg_hdr.msg_iov = &pieces[i];
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	for (;;) {
		count = recvmmsg(fd, messages, BATCH, MSG_DONTWAIT, NULL);
		if (count < 0 && errno != EAGAIN)
			guest_fail("recvmmsg");
		if (count > 0)
			counters[0].got += (uint64_t)count;
		if (count < BATCH)
			rest_ms(PAUSE_MS);
	}
}

static __attribute__((noreturn)) void send_packets(const struct plan *plan)
{
	static char payload[OCTETS];
	struct iovec piece = { .iov_base = payload, .iov_len = plan->count };
	struct sockaddr_in to = plan->far;
	struct mmsghdr messages[BATCH];
	int fd = bound(SOCK_DGRAM, &plan->near, 0), i;

	to.sin_port = htons(PORT);
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)))
		guest_fail("connect");
	memset(messages, 0, sizeof(messages));
	for (i = 0; i < BATCH; i++) {
		messages[i].msg_hdr.msg_iov = &piece;
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	for (;;)
		if (sendmmsg(fd, messages, BATCH, 0) < 0 && errno != ENOBUFS)
			guest_fail("sendmmsg");
}

static void wait_for(int ready)
{
	char byte;

	if (read(ready, &byte, 1) != 1)
		guest_fail("receiver");
}

static void udp(const struct plan *plan)
{
	uint64_t before;
	int ready[2];
	double start;

	if (pipe(ready))
		guest_fail("pipe");
	if (apart())
		receive_packets(plan, ready[1]);
	wait_for(ready[0]);
	if (apart())
		send_packets(plan);
	rest_ms(FIRST_MS);
	before = counters[0].got;
	start = now();
	rest_ms(plan->ms);
	before = counters[0].got - before;
	printf("%.3f\n", (double)before / (now() - start) / 1e3);
}

static __attribute__((noreturn)) void echo(const struct plan *plan, int ready)
{
	struct sockaddr_in from;
	socklen_t length;
	char buffer[OCTETS];
	ssize_t size;
	int fd;

	guest_enter(plan->netns);
	fd = bound(SOCK_DGRAM, &plan->far, PORT);
	if (write(ready, "", 1) != 1)
		guest_fail("ready");
	for (;;) {
		length = sizeof(from);
		size = recvfrom(fd, buffer, sizeof(buffer), 0, (struct sockaddr *)&from, &length);
		if (size < 0 || sendto(fd, buffer, (size_t)size, 0, (struct sockaddr *)&from, length) != size)
			guest_fail("echo");
	}
}

static int by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void ping(const struct plan *plan)
{
	static double times[PINGS_MAX];
	const struct timeval limit = { .tv_sec = 2 };
	struct sockaddr_in to = plan->far;
	double start = now(), sent;
	unsigned int count = 0;
	char buffer[OCTETS] = { 0 };
	int fd, ready[2];

	if (pipe(ready))
		guest_fail("pipe");
	if (apart())
		echo(plan, ready[1]);
	wait_for(ready[0]);
	fd = bound(SOCK_DGRAM, &plan->near, 0);
	to.sin_port = htons(PORT);
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) ||
	    connect(fd, (struct sockaddr *)&to, sizeof(to)))
		guest_fail("connect");
	while (count < PINGS_MAX && now() - start < (FIRST_MS + plan->ms) / 1e3) {
		sent = now();
		if (send(fd, buffer, plan->count, 0) < 0 || recv(fd, buffer, sizeof(buffer), 0) < 0)
			guest_fail("ping");
		times[count++] = now() - sent;
	}
	qsort(times, count, sizeof(*times), by_value);
	printf("%.1f\n", times[count / 2] * 1e6);
}

static unsigned int number(const char *text, unsigned int most)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (!*text || *end || !value || value > most) {
		fprintf(stderr, "traffic: '%s' is no number from 1 to %u\n", text, most);
		exit(2);
	}
	return (unsigned int)value;
}

static void set_address(struct sockaddr_in *addr, const char *text)
{
	addr->sin_family = AF_INET;
	if (inet_pton(AF_INET, text, &addr->sin_addr) != 1) {
		fprintf(stderr, "traffic: '%s' is no IPv4 address\n", text);
		exit(2);
	}
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*play)(const struct plan *plan);
	} kinds[] = { { "tcp", tcp }, { "udp", udp }, { "ping", ping } };
	struct plan plan = { 0 };
	unsigned int i;

	for (i = 0; argc == 7 && i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (strcmp(argv[1], kinds[i].name))
			continue;
		plan.count = number(argv[2], kinds[i].play == tcp ? FLOWS : OCTETS);
		plan.ms = number(argv[3], 100000);
		set_address(&plan.near, argv[4]);
		set_address(&plan.far, argv[5]);
		plan.netns = argv[6];
		counters = mmap(NULL, FLOWS * sizeof(*counters), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
				0);
		if (counters == MAP_FAILED)
			guest_fail("mmap");
		kinds[i].play(&plan);
		fflush(stdout);
		return 0; /* the others end with this process */
	}
	fprintf(stderr, "usage: traffic tcp|udp|ping COUNT MS NEAR FAR NETNS\n");
	return 2;
}
