/* SPDX-License-Identifier: GPL-2.0-or-later */
/* klipsd: what its parts share. */
#ifndef KLIPS_USER_DAEMON_H
#define KLIPS_USER_DAEMON_H

#include <netinet/in.h>
#include <sys/socket.h>

#include "../core/klips.h"
#include "control.h"
#include "gso.h"
#include "scatter.h"

#define KLIPS_WORKERS_MAX 32
#define KLIPS_RAW_INPUTS  6 /* ESP, AH and IPCOMP of both families */

/**
 * struct klipsd_options - what the command line says
 * @pid_file: gets the process number once all sockets are open; NULL: none does
 * @user: whom to become; NULL: nobody else
 * @workers: threads; 0: one a processor, 4 at most
 * @mtu: of ipsecN; 0: what leaves room for any SA
 * @udp_port: of ESP in UDP; 0: none
 * @keepalive: seconds between NAT keepalives, 0: none
 * @raw: ESP, AH and IPCOMP straight on IP too
 * @share: the first socket on @udp_port is another program's, who gets what is not ESP
 */
struct klipsd_options {
	const char *control;
	const char *pid_file;
	const char *crypto;
	const char *user;
	unsigned int workers;
	u32 mtu;
	u16 udp_port;
	u32 keepalive;
	bool raw;
	bool share;
	bool syslog;
};

/**
 * struct klips_tun - an ipsecN's TUN; its memory and descriptors go after a grace period
 * @fds: one a worker
 */
struct klips_tun {
	char name[KLIPS_NAME_MAX];
	u32 ifindex;
	u32 mtu;
	unsigned int count;
	int fds[KLIPS_WORKERS_MAX];
	struct klips_dev *dev;
};

/**
 * struct klips_locals - this host's addresses
 */
struct klips_locals {
	struct rcu_head rcu;
	unsigned int count;
	struct klips_addr addrs[];
};

/**
 * struct klips_port - a UDP socket of a thread
 * @df: what IP_MTU_DISCOVER was set to last
 */
struct klips_port {
	int fd;
	int df;
};

struct klips_raw_reader;

/**
 * struct klips_worker - a thread; the last of a daemon is the main thread, which only sends
 * @udp: of IPv4 and of IPv6
 * @raw: raw sockets to send by, of IPv4 and of IPv6
 */
struct klips_worker {
	struct klipsd *daemon;
	unsigned int index;
	bool running;
	pthread_t thread;
	int epoll;
	struct klips_port udp[2];
	int raw[2];
	struct klips_scatter tun_scatter;
	struct klips_scatter udp_scatter;
	struct klips_raw_reader *raw_reader;
	struct klips_gso gso;
};

/**
 * struct klipsd - the daemon
 * @tuns: by device number, RCU
 * @raw_inputs: ESP, AH and IPCOMP of IPv4, then those of IPv6; -1: none
 * @udp_first: sockets that keep the first place on the UDP port for IKE; -1: none
 * @stop: an eventfd that is readable when all shall end
 * @wrote_pid: whether the file of @options.pid_file is ours
 */
struct klipsd {
	struct klips klips;
	struct klipsd_options options;
	struct klips_control control;
	struct klips_control_server *server;
	unsigned int workers;
	struct klips_worker worker[KLIPS_WORKERS_MAX + 1];
	struct klips_tun *tuns[KLIPS_DEVICES];
	struct klips_locals *locals;
	int raw_inputs[KLIPS_RAW_INPUTS];
	int udp_first[2];
	int stop;
	int netlink; /* changes of links and addresses */
	bool wrote_pid;
};

/* The thread that calls; NULL before klips_worker_enter(). */
struct klips_worker *klips_worker_self(void);
void klips_worker_enter(struct klips_worker *worker);
int klips_workers_start(struct klipsd *daemon);
void klips_workers_stop(struct klipsd *daemon);
int klips_worker_watch(struct klips_worker *worker, int fd, u32 what);
void klips_worker_unwatch(struct klips_worker *worker, int fd);

/* options.c. -1: go on; else the exit status */
int klipsd_options_read(struct klipsd_options *options, int argc, char **argv);

/* What an event is about: one of these, and an index. */
#define KLIPS_EVENT_TUN	 0x10000U
#define KLIPS_EVENT_UDP	 0x20000U
#define KLIPS_EVENT_RAW	 0x30000U
#define KLIPS_EVENT_STOP 0x40000U

/* send.c, receive.c, raw.c: packets */
void klipsd_send(struct klips *klips, struct klips_dev *dev, struct sk_buff **skbs, unsigned int count,
		 const struct klips_udp *udp);
void klipsd_receive(struct klips *klips, struct klips_dev *dev, struct sk_buff **skbs, unsigned int count);
struct klips_dev *klipsd_dev_at(struct klipsd *daemon, u32 phys);
void klips_udp_read(struct klips_worker *worker, unsigned int v6);
void klips_raw_read(struct klips_worker *worker, unsigned int input);
struct klips_raw_reader *klips_raw_reader_new(void);
void klips_raw_reader_free(struct klips_raw_reader *reader);

/* tun.c, tun_read.c */
int klips_tun_open(struct klips_tun **tun, const char *name, unsigned int queues);
void klips_tun_close(struct klips_tun *tun);
void klips_tun_read(struct klips_worker *worker, struct klips_tun *tun);

/* sockets.c */
void klips_sockets_forget(struct klipsd *daemon);
int klips_sockets_open(struct klipsd *daemon);
void klips_sockets_close(struct klipsd *daemon);

/* devices.c */
int klipsd_create(struct klips *klips, const char *name);
int klipsd_remove(struct klips *klips, const char *name);
int klipsd_attach(struct klips *klips, const char *name, const char *phys);
int klipsd_detach(struct klips *klips, const char *name);
void klipsd_link_changed(struct klipsd *daemon, u32 ifindex, u32 mtu, bool up);

/* route.c: rtnetlink */
struct klips_link {
	u32 ifindex;
	u32 mtu;
	bool up;
};

int klips_link_get(const char *name, struct klips_link *link);
int klips_link_set(u32 ifindex, u32 mtu, u32 gso_segments);
int klips_route_watch(struct klipsd *daemon);
void klips_route_run(struct klipsd *daemon);
void klips_route_end(struct klipsd *daemon);
bool klipsd_is_local(struct klips *klips, const struct klips_addr *addr);

/* keepalive.c, privileges.c */
void klips_keepalive_run(struct klipsd *daemon);
int klips_privileges_drop(const char *user);
int klips_filter_start(void);

#endif
