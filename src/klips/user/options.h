/* SPDX-License-Identifier: GPL-2.0-or-later */
/* klipsd's command line. */
#ifndef KLIPS_USER_OPTIONS_H
#define KLIPS_USER_OPTIONS_H

#include "../core/port.h"

/* Whether packets in clear are refused: if the kernel can, or klipsd does not start without that, or never. */
enum klipsd_guard {
	KLIPSD_GUARD_AUTO,
	KLIPSD_GUARD_ON,
	KLIPSD_GUARD_OFF
};

/**
 * struct klipsd_options - what the command line says
 * @pid_file: gets the process number once all sockets are open; NULL: none does
 * @user: whom to become; NULL: nobody else
 * @workers: threads; 0: one a processor, 4 at most
 * @mtu: of ipsecN; 0: what leaves room for any SA
 * @udp_port: of ESP in UDP; 0: none
 * @keepalive: seconds between NAT keepalives, 0: none
 * @raw: ESP, AH, IPCOMP and IPIP straight on IP too
 * @share: another program may have @udp_port too, and gets what is IKE
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
	enum klipsd_guard guard;
	bool raw;
	bool share;
	bool syslog;
};

/* options.c. -1: go on; else the exit status */
int klipsd_options_read(struct klipsd_options *options, int argc, char **argv);

#endif
