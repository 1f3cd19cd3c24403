/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * KLIPS's end of the control protocol (src/lib/klips-control.yaml): requests change and show one struct klips. klipsd
 * and the module have it in common; how messages come and go is theirs.
 */
#ifndef KLIPS_CONTROL_CONTROL_H
#define KLIPS_CONTROL_CONTROL_H

#include "../core/klips.h"

/**
 * struct klips_control_ops - what control has its daemon do; each returns 0 or a negative errno
 * @set_eroute: klips_set_eroute(), or what stands for it
 * @clear_eroutes: remove them all; NULL: klips_eroutes_clear() does
 * @create: make an ipsecN that is not attached; NULL: there is no such thing
 * @create_mast: make a mastN; NULL: there is no such thing, as marks are not told
 * @remove: take one away; NULL likewise
 * @attach: attach an ipsecN, which is made if there is none; @detach likewise
 * @listen: ESP in UDP is to arrive at that port, over IPv4 or IPv6; NULL: it does, or that is somebody else's business
 * @add_port: IKE has that UDP port too, and with @encapsulation ESP; NULL: klips_ike_port_add() does, without ESP
 * @driver: whose cryptography new SAs get
 * @guard_name: who refuses packets in clear, "none" for nobody; brings the counter of these up to date; NULL: core does
 * @changed: SAs were added, changed or removed, so that timers may be due sooner; NULL: of no interest
 */
struct klips_control_ops {
	int (*set_eroute)(struct klips *klips, const struct klips_selector *sel, const struct klips_said *said,
			  bool replace);
	int (*unset_eroute)(struct klips *klips, const struct klips_selector *sel);
	int (*clear_eroutes)(struct klips *klips);
	int (*create)(struct klips *klips, const char *name);
	int (*create_mast)(struct klips *klips, const char *name);
	int (*remove)(struct klips *klips, const char *name);
	int (*attach)(struct klips *klips, const char *name, const char *phys);
	int (*detach)(struct klips *klips, const char *name);
	int (*listen)(struct klips *klips, u16 port, bool v6);
	int (*add_port)(struct klips *klips, u16 port, bool encapsulation);
	const char *(*driver)(struct klips *klips);
	const char *(*guard_name)(struct klips *klips);
	void (*changed)(struct klips *klips);
};

/**
 * struct klips_control - what requests are about; all requests come from one thread
 * @version: for users
 * @type: of its messages: KLIPS_CONTROL_TYPE, or what generic netlink calls the family
 */
struct klips_control {
	struct klips *klips;
	const struct klips_control_ops *ops;
	const char *version;
	u16 type;
};

struct klips_dump;

/**
 * struct klips_session - one that sends requests
 * @admin: may change things
 * @groups: a bit each KLIPS_MCGRP_ whose events it wants
 * @dump: what it is still to be told; NULL: nothing
 */
struct klips_session {
	bool admin;
	u32 groups;
	struct klips_dump *dump;
};

#endif
