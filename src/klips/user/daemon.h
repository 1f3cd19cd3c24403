/* SPDX-License-Identifier: GPL-2.0-or-later */
/* klipsd: what its parts share. */
#ifndef KLIPS_USER_DAEMON_H
#define KLIPS_USER_DAEMON_H

#include <netinet/in.h>
#include <sys/socket.h>

#include "../core/klips.h"
#include "../control/control.h"
#include "defrag.h"
#include "gso.h"
#include "options.h"
#include "scatter.h"

#define KLIPS_WORKERS_MAX 32
#define KLIPS_RAW_PROTOS  5			 /* ESP, AH, IPCOMP, and tunnels of IPv4 and IPv6 */
#define KLIPS_RAW_INPUTS  (2 * KLIPS_RAW_PROTOS) /* over IPv4 and IPv6 */

/**
 * struct klips_tun - an ipsecN's TUN; its memory and descriptors go after a grace period
 * @fds: one a worker, to read
 * @writer: for all to write to
 * @by_hand: somebody else set its MTU, which stays until it is attached anew
 */
struct klips_tun {
	char name[KLIPS_NAME_MAX];
	u32 ifindex;
	u32 mtu;
	bool by_hand;
	unsigned int count;
	int fds[KLIPS_WORKERS_MAX];
	int writer;
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

#define KLIPS_UDP_PORTS 16

/**
 * struct klips_worker - a thread; the last of a daemon is the main thread, which only sends
 * @udp: of each of the daemon's ports, of IPv4 and of IPv6
 * @raw: raw sockets to send by, of IPv4 and of IPv6
 */
struct klips_worker {
	struct klipsd *daemon;
	unsigned int index;
	bool running;
	pthread_t thread;
	int epoll;
	struct klips_port udp[KLIPS_UDP_PORTS][2];
	int raw[2];
	struct klips_scatter tun_scatter;
	struct klips_scatter udp_scatter;
	struct klips_raw_reader *raw_reader;
	struct klips_gso gso;
};

/**
 * struct klipsd - the daemon
 * @tuns: by device number, RCU
 * @raw_inputs: klips_raw_protos[] over IPv4, then over IPv6; -1: none
 * @defrag: this host's own datagrams, of which there are not all fragments yet
 * @icmp: what hears routers, by IPv4 and by IPv6; -1: nothing
 * @udp_ports: of ESP in UDP: that of the options, then those that control added, up to the first 0; any thread reads it
 * @udp_first: sockets that keep the first place on the UDP ports for IKE; -1: none
 * @guard: NULL: packets in clear are not refused
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
	struct klips_defrag defrag;
	int raw_inputs[KLIPS_RAW_INPUTS];
	int icmp[2];
	u16 udp_ports[KLIPS_UDP_PORTS];
	int udp_first[KLIPS_UDP_PORTS][2];
	struct klips_guard *guard;
	struct klips_guard_nft *guard_nft;
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
extern const u8 klips_raw_protos[KLIPS_RAW_PROTOS];
void klips_sockets_forget(struct klipsd *daemon);
int klips_sockets_open(struct klipsd *daemon);
/* Another UDP port, while threads run: 0, also if it is there, or a negative errno. */
int klips_sockets_add_port(struct klipsd *daemon, u16 port);
/* A thread's socket at a port; NULL: there is none. */
struct klips_port *klips_sockets_find(struct klips_worker *worker, u16 port, bool v6);
void klips_sockets_close(struct klipsd *daemon);

/* devices.c */
int klipsd_create(struct klips *klips, const char *name);
int klipsd_remove(struct klips *klips, const char *name);
int klipsd_attach(struct klips *klips, const char *name, const char *phys);
int klipsd_detach(struct klips *klips, const char *name);
void klipsd_link_changed(struct klipsd *daemon, u32 ifindex, u32 mtu, bool up);
void klipsd_links_reread(struct klipsd *daemon);

/* policy.c */
int klipsd_set_eroute(struct klips *klips, const struct klips_selector *sel, const struct klips_said *said,
		      bool replace);
int klipsd_unset_eroute(struct klips *klips, const struct klips_selector *sel);
int klipsd_clear_eroutes(struct klips *klips);
int klipsd_add_port(struct klips *klips, u16 port, bool encapsulation);
const char *klipsd_guard_name(struct klips *klips);
int klipsd_guard_start(struct klipsd *daemon);
void klipsd_guard_end(struct klipsd *daemon);
int klipsd_guard_attached(struct klipsd *daemon, u32 ifindex);
void klipsd_guard_detached(struct klipsd *daemon, u32 ifindex);

/* pmtu.c */
int klips_pmtu_open(struct klipsd *daemon);
void klips_pmtu_read(struct klipsd *daemon, unsigned int v6);
void klips_pmtu_close(struct klipsd *daemon);

/* route.c: rtnetlink */
struct klips_link {
	u32 ifindex;
	u32 mtu;
	bool up;
};

int klips_link_get(const char *name, struct klips_link *link);
int klips_link_at(u32 ifindex, struct klips_link *link);
int klips_link_set(u32 ifindex, u32 mtu, u32 gso_segments);
int klips_route_watch(struct klipsd *daemon);
void klips_route_run(struct klipsd *daemon);
void klips_route_end(struct klipsd *daemon);
bool klipsd_is_local(struct klips *klips, const struct klips_addr *addr);

/* keepalive.c, privileges.c */
void klipsd_keepalive(struct klips *klips, struct klips_dev *dev, const struct klips_sa *sa);
int klips_privileges_drop(const char *user);
int klips_filter_start(void);

#endif
