/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An ipsecN, or a mastN. */
#ifndef KLIPS_CORE_DEV_H
#define KLIPS_CORE_DEV_H

#include "port.h"

#define KLIPS_NAME_MAX 16 /* of a device, with its end */
#define KLIPS_DEVICES  64

/**
 * struct klips_traffic - packets, and bytes of them: received, and sent
 */
struct klips_traffic {
	u64 packets[2], bytes[2];
};

/**
 * struct klips_dev - an ipsecN, or a mastN
 * @name: ipsecN, mastN
 * @phys_name: of the device that it is attached to; empty: none
 * @id: N + 1; what klips_sa.if_id means
 * @mtu: its own; 0: follows from @phys_mtu
 * @phys_mtu: of the device that it is attached to; 0: detached. Of a mastN: of any that its packets may leave by
 * @mast: it is a mastN: packets' marks say which SA they take, and the platform by which device they leave
 * @phys: the platform's handle of that
 * @own: the platform's handle of the device itself
 * @traffic: what passed it; each CPU counts its own
 * @next: the next of those that were removed; packets may still name them
 * @stats: what did not, each received and sent
 */
struct klips_dev {
	char name[KLIPS_NAME_MAX];
	char phys_name[KLIPS_NAME_MAX];
	u32 id;
	u32 mtu;
	u32 phys_mtu;
	bool mast;
	void *phys;
	void __rcu *own;
	struct klips_traffic __percpu *traffic;
	struct klips_dev *next;
	struct klips_dev_stats {
		atomic64_t errors[2], dropped[2]; /* received, sent */
	} stats;
};

#endif
