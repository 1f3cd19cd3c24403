/* SPDX-License-Identifier: GPL-2.0-or-later */
/* KLIPS's tables, a row each as text, the way KLIPS always wrote it: for the commands and for /proc/net/ipsec. */
#ifndef LIB_FORMAT_H
#define LIB_FORMAT_H

#include "control_sa.h"
#include "klips_control.h"

/* The longest prefix (an IPv6 address, /128 and a port), and the longest row, with their ends. */
#define KLIPS_NET_TEXT 64
#define ROW_TEXT       1536

/**
 * struct klips_eroute_info - an eroute, as it was when it was asked for
 * @selector: what goes there
 * @said: where it leads
 * @count: packets that it had
 * @idle: seconds since the last
 * @hold_dropped: packets that it held and were displaced
 * @held: packets that it holds
 * @used: whether it ever had a packet
 */
struct klips_eroute_info {
	struct klips_selector selector;
	struct klips_said said;
	u64 count;
	u64 idle;
	u64 hold_dropped;
	u32 held;
	bool used;
};

/**
 * struct klips_dev_info - an ipsecN
 * @name: its name
 * @phys: of what it is attached to; empty: it is detached
 * @id: its number and 1
 * @mtu: its own
 * @phys_mtu: of what it is attached to
 * @stats: by KLIPS_A_DEV_, KLIPS_A_DEV_RX_PACKETS and on
 */
struct klips_dev_info {
	char name[16];
	char phys[16];
	u32 id;
	u32 mtu;
	u32 phys_mtu;
	u64 stats[KLIPS_A_DEV_END];
};

int klips_print_net(char *text, size_t size, const struct klips_addr *addr, u8 bits, __be16 port);
int format_eroute(char *text, size_t size, const struct klips_eroute_info *info);
int format_sa(char *text, size_t size, const struct klips_sa_info *info);
int format_group(char *text, size_t size, const struct klips_sa_info *info);
int format_dev(char *text, size_t size, const struct klips_dev_info *info);

#endif
