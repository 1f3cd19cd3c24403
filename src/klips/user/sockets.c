// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sockets. All threads share the UDP port; the kernel chooses among them by SPI, so that an SA's packets stay in order,
 * and gives what has no SPI to IKE's.
 */
#define _GNU_SOURCE
#include <linux/filter.h>
#include <netinet/udp.h>
#include <unistd.h>

#include "daemon.h"

#ifndef UDP_GRO
#define UDP_GRO 104
#endif
#ifndef IPV6_HDRINCL
#define IPV6_HDRINCL 36
#endif

#define BUFFER_BYTES (8 << 20)

const u8 klips_raw_protos[] = { KLIPS_PROTO_ESP, KLIPS_PROTO_AH, KLIPS_PROTO_COMP, KLIPS_PROTO_IPIP, IPPROTO_IPV6 };

static void set(int fd, int level, int name, int value)
{
	/* What a kernel lacks, the packets go without. */
	setsockopt(fd, level, name, &value, sizeof(value));
}

static void set_buffers(int fd)
{
	int size = BUFFER_BYTES;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		set(fd, SOL_SOCKET, SO_RCVBUF, size);
	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)))
		set(fd, SOL_SOCKET, SO_SNDBUF, size);
}

static void want_info(int fd, bool v6)
{
	if (v6) {
		set(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
		set(fd, IPPROTO_IPV6, IPV6_RECVTCLASS, 1);
	} else {
		set(fd, IPPROTO_IP, IP_PKTINFO, 1);
		set(fd, IPPROTO_IP, IP_RECVTOS, 1);
	}
}

static int bind_to(int fd, bool v6, u16 port)
{
	struct sockaddr_in6 any6 = { .sin6_family = AF_INET6, .sin6_port = cpu_to_be16(port) };
	struct sockaddr_in any4 = { .sin_family = AF_INET, .sin_port = cpu_to_be16(port) };

	if (v6)
		return bind(fd, (struct sockaddr *)&any6, sizeof(any6)) ? -errno : 0;
	return bind(fd, (struct sockaddr *)&any4, sizeof(any4)) ? -errno : 0;
}

/* Of one family alone; a descriptor or a negative errno. */
static int new_udp(bool v6)
{
	int fd = socket(v6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	if (v6)
		set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
	return fd;
}

static int open_udp(bool v6, u16 port)
{
	int fd = new_udp(v6), err;

	if (fd < 0)
		return fd;
	set(fd, SOL_SOCKET, SO_REUSEPORT, 1);
	set(fd, IPPROTO_UDP, UDP_GRO, 1);
	want_info(fd, v6);
	set_buffers(fd);
	err = bind_to(fd, v6, port);
	if (err) {
		close(fd);
		return err;
	}
	return fd;
}

/*
 * Of the group of sockets, in the order in which they were bound: that at @ike for what begins with four zero bytes
 * (RFC 3948, 2.2), else that at @first + SPI % workers. What is shorter is a keepalive, and goes to the first of ours.
 */
static int choose_by_spi(int fd, unsigned int workers, unsigned int first, unsigned int ike)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 4, 0, 6),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 3, 0),
		BPF_STMT(BPF_ALU | BPF_MOD | BPF_K, workers),
		BPF_STMT(BPF_ALU | BPF_ADD | BPF_K, first),
		BPF_STMT(BPF_RET | BPF_A, 0),
		BPF_STMT(BPF_RET | BPF_K, ike),
		BPF_STMT(BPF_RET | BPF_K, first),
	};
	struct sock_fprog program = { ARRAY_SIZE(code), code };

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &program, sizeof(program)) ? -errno : 0;
}

/* Whether another program has the port: who does not want to share learns it. */
static int is_taken(bool v6, u16 port)
{
	int fd = new_udp(v6), err;

	if (fd < 0)
		return fd;
	err = bind_to(fd, v6, port);
	close(fd);
	return err == -EADDRINUSE ? 1 : err;
}

/* A socket that nobody reads takes nothing. */
static int refuse_all(int fd)
{
	struct sock_filter code[] = { BPF_STMT(BPF_RET | BPF_K, 0) };
	struct sock_fprog program = { ARRAY_SIZE(code), code };

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) ? -errno : 0;
}

/* Without a program for IKE its place is kept by a socket that takes nothing. */
static int open_first(struct klipsd *daemon, unsigned int slot, bool v6)
{
	int fd = open_udp(v6, daemon->udp_ports[slot]), err;

	if (fd < 0)
		return fd;
	err = refuse_all(fd);
	if (err)
		close(fd);
	else
		daemon->udp_first[slot][v6] = fd;
	return err;
}

/* The main thread's comes last: it only sends. */
static int open_ours(struct klipsd *daemon, unsigned int slot, bool v6)
{
	unsigned int i;

	for (i = 0; i <= daemon->workers; i++) {
		int fd = open_udp(v6, daemon->udp_ports[slot]);

		if (fd < 0)
			return fd;
		daemon->worker[i].udp[slot][v6].fd = fd;
	}
	return 0;
}

/*
 * The other program, if there is one, has the first place if it was there first, and else that after ours, from which
 * it may go and to which it may come back. As long as nobody is there, the kernel gives what is its to any of ours.
 */
static int open_port(struct klipsd *daemon, unsigned int slot, bool v6)
{
	bool share = daemon->options.share;
	int taken = is_taken(v6, daemon->udp_ports[slot]), err = 0;
	unsigned int ours = daemon->workers + 1, first = !share || taken;

	if (taken < 0)
		return taken;
	if (taken && !share)
		return -EADDRINUSE;
	if (!share)
		err = open_first(daemon, slot, v6);
	if (!err)
		err = open_ours(daemon, slot, v6);
	return err ? err : choose_by_spi(daemon->worker[0].udp[slot][v6].fd, daemon->workers, first, first ? 0 : ours);
}

static int open_raw_output(bool v6)
{
	int fd = socket(v6 ? AF_INET6 : AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);

	if (fd < 0)
		return -errno;
	set(fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_HDRINCL : IP_HDRINCL, 1);
	set_buffers(fd);
	return fd;
}

static int open_raw_outputs(struct klipsd *daemon, bool v6)
{
	unsigned int i;
	int fd;

	for (i = 0; i <= daemon->workers; i++) {
		fd = open_raw_output(v6);
		if (fd < 0)
			return fd;
		daemon->worker[i].raw[v6] = fd;
	}
	return 0;
}

static int open_raw_inputs(struct klipsd *daemon, bool v6)
{
	unsigned int i;
	int fd;

	for (i = 0; i < KLIPS_RAW_PROTOS; i++) {
		fd = socket(v6 ? AF_INET6 : AF_INET, SOCK_RAW | SOCK_CLOEXEC, klips_raw_protos[i]);
		if (fd < 0)
			return -errno;
		want_info(fd, v6);
		set_buffers(fd);
		daemon->raw_inputs[(v6 ? KLIPS_RAW_PROTOS : 0) + i] = fd;
	}
	return 0;
}

static void forget_port(struct klipsd *daemon, unsigned int slot)
{
	const struct klips_port none = { -1, -1 };
	unsigned int i;

	for (i = 0; i <= KLIPS_WORKERS_MAX; i++)
		daemon->worker[i].udp[slot][0] = daemon->worker[i].udp[slot][1] = none;
	daemon->udp_first[slot][0] = daemon->udp_first[slot][1] = -1;
}

/**
 * klips_sockets_forget() - say that none is open
 * @daemon: before anything else of it
 */
void klips_sockets_forget(struct klipsd *daemon)
{
	unsigned int i;

	for (i = 0; i < KLIPS_UDP_PORTS; i++)
		forget_port(daemon, i);
	for (i = 0; i <= KLIPS_WORKERS_MAX; i++)
		daemon->worker[i].raw[0] = daemon->worker[i].raw[1] = -1;
	for (i = 0; i < KLIPS_RAW_INPUTS; i++)
		daemon->raw_inputs[i] = -1;
}

static int open_family(struct klipsd *daemon, bool v6)
{
	int err = open_raw_outputs(daemon, v6);

	if (!err && daemon->options.raw)
		err = open_raw_inputs(daemon, v6);
	if (!err && daemon->udp_ports[0])
		err = open_port(daemon, 0, v6);
	return err;
}

/**
 * klips_sockets_open() - open all sockets of a daemon
 * @daemon: its options and number of workers are set
 *
 * A host without IPv6 goes without.
 *
 * Return: 0 or a negative errno; klips_sockets_close() closes what there is.
 */
int klips_sockets_open(struct klipsd *daemon)
{
	int err;

	daemon->udp_ports[0] = daemon->options.udp_port;
	err = open_family(daemon, false);
	if (err)
		return err;
	err = open_family(daemon, true);
	return err == -EAFNOSUPPORT ? 0 : err;
}

static void close_one(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void close_port(struct klipsd *daemon, unsigned int slot)
{
	unsigned int i, v6;

	for (v6 = 0; v6 < 2; v6++) {
		for (i = 0; i <= daemon->workers; i++)
			close_one(&daemon->worker[i].udp[slot][v6].fd);
		close_one(&daemon->udp_first[slot][v6]);
	}
}

/**
 * klips_sockets_close() - close them
 * @daemon: its threads have ended
 */
void klips_sockets_close(struct klipsd *daemon)
{
	unsigned int i, v6;

	for (i = 0; i < KLIPS_UDP_PORTS; i++)
		close_port(daemon, i);
	for (v6 = 0; v6 < 2; v6++)
		for (i = 0; i <= daemon->workers; i++)
			close_one(&daemon->worker[i].raw[v6]);
	for (i = 0; i < KLIPS_RAW_INPUTS; i++)
		close_one(&daemon->raw_inputs[i]);
}

struct klips_port *klips_sockets_find(struct klips_worker *worker, u16 port, bool v6)
{
	const u16 *ports = worker->daemon->udp_ports;
	unsigned int slot;
	u16 one;

	for (slot = 0; slot < KLIPS_UDP_PORTS && (one = READ_ONCE(ports[slot])); slot++)
		if (one == port)
			return worker->udp[slot][v6].fd < 0 ? NULL : &worker->udp[slot][v6];
	return NULL;
}

static int watch_port(struct klipsd *daemon, unsigned int slot)
{
	unsigned int i, v6;
	int fd, err = 0;

	for (i = 0; i < daemon->workers; i++)
		for (v6 = 0; v6 < 2 && !err; v6++) {
			fd = daemon->worker[i].udp[slot][v6].fd;
			if (fd >= 0)
				err = klips_worker_watch(&daemon->worker[i], fd, KLIPS_EVENT_UDP | (slot * 2 + v6));
		}
	return err;
}

/* What could not be opened as a whole. Threads that have begun to read from it end that first. */
static void undo_port(struct klipsd *daemon, unsigned int slot)
{
	unsigned int i, v6;

	for (i = 0; i < daemon->workers; i++)
		for (v6 = 0; v6 < 2; v6++)
			klips_worker_unwatch(&daemon->worker[i], daemon->worker[i].udp[slot][v6].fd);
	synchronize_rcu();
	close_port(daemon, slot);
	forget_port(daemon, slot);
	WRITE_ONCE(daemon->udp_ports[slot], 0);
}

/* Nobody sends from it before this has returned: SAs that do come later. */
int klips_sockets_add_port(struct klipsd *daemon, u16 port)
{
	unsigned int slot;
	int err;

	for (slot = 0; slot < KLIPS_UDP_PORTS && daemon->udp_ports[slot]; slot++)
		if (daemon->udp_ports[slot] == port)
			return 0;
	if (!slot || slot == KLIPS_UDP_PORTS)
		return slot ? -ENOSPC : -EOPNOTSUPP;
	WRITE_ONCE(daemon->udp_ports[slot], port);
	err = open_port(daemon, slot, false);
	if (!err)
		err = open_port(daemon, slot, true);
	if (err == -EAFNOSUPPORT)
		err = 0;
	if (!err)
		err = watch_port(daemon, slot);
	if (err)
		undo_port(daemon, slot);
	return err;
}
