/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What pluto is told by its command line and by config setup of ipsec.conf. */
#ifndef PLUTO_SETUP_H
#define PLUTO_SETUP_H

#include "../lib/conf.h"
#include "../klips/core/addr.h"
#include "log.h"

#define SETUP_LISTEN_MAX 64
#define SETUP_RUNDIR	 "/run/pluto"

/**
 * struct setup - the texts are the command line's, or @conf's
 * @nhelpers: threads
 * @keep_alive: seconds between NAT keepalives, 0: none
 * @room: bytes of sockets' buffers, 0: the kernel's choice
 */
struct setup {
	struct conf *conf;
	const char *config, *secrets, *rundir, *protostack;
	struct log_options log;
	unsigned int nhelpers;
	uint16_t ike_port, nat_port;
	uint32_t keep_alive;
	int room;
	struct klips_addr listen[SETUP_LISTEN_MAX];
	size_t listen_count;
	struct pluto_limits limits;
	bool nofork;
};

/* -1: go on; else the exit status. What is wrong is said on standard error. */
int setup_read(struct setup *setup, int argc, char **argv);
void setup_free(struct setup *setup);
/* Settings that pluto does not act on, as warnings in the log. */
void setup_warn(const struct setup *setup);

#endif
