/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What pluto is told by its command line and by config setup of ipsec.conf. */
#ifndef PLUTO_SETUP_H
#define PLUTO_SETUP_H

#include "../lib/conf.h"
#include "../lib/pki_online.h"
#include "../klips/core/addr.h"
#include "filter.h"
#include "log.h"

#define SETUP_LISTEN_MAX 64
#define SETUP_RUNDIR	 "/run/pluto"

/**
 * struct setup - the texts are the command line's, or @conf's
 * @nhelpers: threads
 * @online: crl-strict= and what is about revocation
 * @keep_alive: seconds between NAT keepalives, 0: none
 * @keylog: the folder that keys are logged in, NULL: none
 * @hash_and_url: certificates are looked up by URLs; @hash_and_url_base: what these begin with; NULL: anything
 * @nflog_all: the NFLOG group of all packets in clear; 0: none
 * @many_of_one: uniqueids=no
 * @shunt_life: milliseconds
 * @room: bytes of sockets' buffers, 0: the kernel's choice
 */
struct setup {
	struct conf *conf;
	const char *config, *secrets, *ipsecdir, *rundir, *protostack, *keylog;
	struct log_options log;
	unsigned int nhelpers;
	uint16_t ike_port, nat_port;
	uint32_t keep_alive, nflog_all;
	int room;
	struct klips_addr listen[SETUP_LISTEN_MAX];
	size_t listen_count;
	struct pluto_limits limits;
	struct pki_online_options online;
	uint64_t shunt_life;
	enum filter_mode seccomp;
	const char *hash_and_url_base;
	bool nofork, many_of_one, hash_and_url;
};

/* -1: go on; else the exit status. What is wrong is said on standard error. */
int setup_read(struct setup *setup, int argc, char **argv);
void setup_free(struct setup *setup);
/* Settings that pluto does not act on, as warnings in the log. */
void setup_warn(const struct setup *setup);

#endif
