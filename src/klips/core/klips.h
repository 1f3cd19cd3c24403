/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One KLIPS: the tables of a network namespace, its devices, and how packets go through. */
#ifndef KLIPS_CORE_KLIPS_H
#define KLIPS_CORE_KLIPS_H

#include "acquire.h"
#include "dev.h"
#include "eroute.h"
#include "sadb.h"
#include "ip.h"

#define KLIPS_KEEPALIVE 20 /* seconds: RFC 3948, 4 */

struct klips;

/* That an outer packet goes in UDP: RFC 3948. Ports in host byte order. */
struct klips_udp {
	u16 sport;
	u16 dport;
};

/**
 * struct klips_ops - what core has the platform do. The packets given are the platform's then.
 * @send: outer packets, IP header first (with @udp: ESP after it, for the platform to put into UDP), all of one SA.
 * Those of a mastN, which has no physical device, leave by that which leads to their destination
 * @receive: inner packets that appear on a device
 * @is_local: whether an address is this host's
 * @acquire: somebody is to make an SA; whether anybody listens
 * @expire: see klips_expire_fn
 * @mapping: a peer behind NAT now comes from elsewhere (authentic packets only)
 * @defrag: a fragment of what this host itself sends, for transport mode, which is for whole datagrams: the platform
 * keeps it, and returns the datagram when it has all of them; NULL: not yet, or it dropped and counted some
 * (stats.defrag_dropped). No such function: those fragments are refused
 * @keepalive: send the byte that keeps a NAT awake (RFC 3948, 2.3) where an outbound SA's packets go, unless an IKE
 * daemon has their port, and does so itself; NULL: there are none
 */
struct klips_ops {
	void (*send)(struct klips *klips, struct klips_dev *dev, struct sk_buff **skbs, unsigned int count,
		     const struct klips_udp *udp);
	void (*receive)(struct klips *klips, struct klips_dev *dev, struct sk_buff **skbs, unsigned int count);
	bool (*is_local)(struct klips *klips, const struct klips_addr *addr);
	bool (*acquire)(struct klips *klips, const struct klips_acquire *acquire);
	klips_expire_fn expire;
	void (*mapping)(struct klips *klips, struct klips_sa *sa, const struct klips_addr *addr, u16 port);
	struct sk_buff *(*defrag)(struct klips *klips, struct klips_dev *dev, struct sk_buff *skb);
	void (*keepalive)(struct klips *klips, struct klips_dev *dev, const struct klips_sa *sa);
};

/**
 * struct klips_settings - sysctls net.ipsec.*, readable at any time
 * @icmp: drop IPv4 packets with DF that are too long, and tell their senders; KLIPS's default was not to
 * @inbound_policy_check: packets must be what the selector of their SA says
 * @tos: copy the TOS outwards (0: hide it)
 * @acquire_rate: requests for SAs a second, at most
 * @acquire_burst: so many at once
 * @keepalive: seconds between NAT keepalives, 0: none
 */
struct klips_settings {
	int icmp;
	int inbound_policy_check;
	int tos;
	u32 acquire_rate;
	u32 acquire_burst;
	u32 keepalive;
};

#define KLIPS_IKE_PORTS 18 /* with the last 0 */

/**
 * struct klips - one instance
 * @sadb: its SAs
 * @eroutes: its eroutes
 * @acquires: how many SAs may be asked for
 * @holds: %hold eroutes that traps made: @count of them in @list, under @lock
 * @keepalive: when it was last looked who needs one, and is to be again, in monotonic nanoseconds; 0: not yet
 * @settings: what can be set at run time
 * @ike_ports: of UDP, readable at any time, up to the first 0: klips_has_ike_port()
 * @devices: RCU, by number; NULL: there is none
 * @devices_end: there are none from there on in @devices, nor were there ever
 * @removed: devices that are no more, freed by klips_exit()
 * @ops: the platform
 * @own: the platform's, for @ops
 * @busy: how many passes there are
 * @passed: packets that %pass let out; each CPU counts its own, as there may be many
 * @stats: other counters, in packets; those that begin with in_ are of the way in
 */
struct klips {
	struct klips_sadb *sadb;
	struct klips_eroutes *eroutes;
	struct klips_acquires acquires;
	struct klips_holds {
		spinlock_t lock;
		struct list_head list;
		u32 count;
	} holds;
	struct klips_keepalives {
		u64 looked;
		u64 due;
	} keepalive;
	struct klips_settings settings;
	u16 ike_ports[KLIPS_IKE_PORTS];
	struct klips_dev __rcu *devices[KLIPS_DEVICES];
	u32 devices_end;
	struct klips_dev *removed;
	const struct klips_ops *ops;
	void *own;
	struct klips_busy busy;
	u64 __percpu *passed;
	struct klips_stats {
		atomic64_t no_eroute, no_sa, dead_sa, held, hold_dropped, rejected, dropped, too_big, loops;
		atomic64_t malformed, defrag_dropped;
		atomic64_t in_no_sa, in_auth, in_replay, in_malformed, in_policy, in_cleartext;
		atomic64_t trap_count, trap_sendcount; /* /proc/net/ipsec/stats */
	} stats;
};

/* A device by its place, for whoever keeps others from adding and removing any; NULL: there is none. */
static inline struct klips_dev *klips_dev_held(const struct klips *klips, unsigned int at)
{
	return rcu_dereference_protected(klips->devices[at], 1);
}

/* Whether UDP at that port is IKE's, or IKE's and ESP's: it is beside all eroutes. */
static inline bool klips_has_ike_port(const struct klips *klips, u16 port)
{
	u16 one;
	u32 at;

	for (at = 0; (one = READ_ONCE(klips->ike_ports[at])); at++)
		if (one == port)
			return true;
	return false;
}

int klips_ike_port_add(struct klips *klips, u16 port);
void klips_ike_port_remove(struct klips *klips, u16 port);
int klips_init(struct klips *klips, const struct klips_ops *ops, void *own);
void klips_exit(struct klips *klips);

int klips_attach(struct klips *klips, const char *name, const char *phys_name, void *phys, void *own, u32 phys_mtu);
int klips_detach(struct klips *klips, const char *name);
struct klips_dev *klips_dev_find(struct klips *klips, const char *name);
int klips_dev_create(struct klips *klips, const char *name, void *own);
int klips_mast_create(struct klips *klips, const char *name, void *own, u32 phys_mtu);
int klips_dev_remove(struct klips *klips, const char *name);
u64 klips_passed(const struct klips *klips);
void klips_dev_traffic(const struct klips_dev *dev, struct klips_traffic *sum);

/* Changes of the tables that move packets: what an eroute held is sent again through it. */
int klips_set_eroute(struct klips *klips, const struct klips_selector *sel, const struct klips_said *said,
		     bool replace);
int klips_unset_eroute(struct klips *klips, const struct klips_selector *sel);

/* Packets that leave through an ipsecN, inner IP header first, all of one flow (1 to KLIPS_BATCH). They are taken over.
 */
void klips_xmit(struct klips *klips, struct klips_dev *dev, struct sk_buff **skbs, unsigned int count);
void klips_xmit_again(struct klips *klips, struct klips_dev *dev, struct sk_buff *skb);
void klips_xmit_past(struct klips *klips, struct klips_dev *dev, struct sk_buff *skb, const struct klips_eroute *hold,
		     const struct klips_said *said);
/* What came for this host as ESP, AH or IPCOMP, outer IP header first (without UDP; @udp says if and how it came). */
void klips_rcv(struct klips *klips, struct klips_dev *dev, struct sk_buff **skbs, unsigned int count,
	       const struct klips_udp *udp);
void klips_rcv_by(struct klips *klips, struct klips_dev *dev, struct sk_buff *skb, const struct klips_udp *udp,
		  struct klips_sa *sa);
/* Whether a packet in clear from a physical device must not be taken: it should have come through an SA. */
bool klips_refuses_clear(struct klips *klips, const void *packet, size_t length);

/* What routers say of packets that were too long: ICMP's and ICMPv6's errors, without what is before the packet. */
bool klips_pmtu_learn(struct klips *klips, const void *packet, size_t length, u32 mtu);
u32 klips_pmtu_of(struct klips *klips, const void *packet, size_t length);

/* Lifetimes: returns when to be called again, in monotonic nanoseconds (0: when something changes). */
u64 klips_run_timers(struct klips *klips, u64 now);

#endif
