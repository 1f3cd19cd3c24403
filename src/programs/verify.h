/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ipsec verify: whether this host can do what its configuration says, check by check. */
#ifndef PROGRAMS_VERIFY_H
#define PROGRAMS_VERIFY_H

#include <jansson.h>
#include <sys/types.h>

#include "../lib/conf.h"
#include "../lib/pki_store.h"
#include "../pluto/host.h"

enum verify_result {
	VERIFY_OK,
	VERIFY_WARNING,
	VERIFY_FAILED,
};

/**
 * struct verify - what checks look at, and what they have found
 * @conf, @store: NULL: cannot be read
 * @addresses: of this host
 * @pluto: its process; 0: it does not run
 * @stack: klips, netkey or none; empty: there is none
 * @rows: of JSON, one for each thing that was said
 * @counts: by enum verify_result
 */
struct verify {
	const char *config;
	struct conf *conf;
	struct pki_store *store;
	struct host_addresses addresses;
	pid_t pluto;
	char stack[16];
	json_t *rows;
	unsigned int counts[VERIFY_FAILED + 1];
};

/* What a check has found; @advice: what to do next; NULL: nothing. */
void verify_say(struct verify *verify, enum verify_result result, const char *check, const char *advice,
		const char *format, ...) __attribute__((format(printf, 5, 6)));

/* verify_files.c */
void verify_configuration(struct verify *verify);
void verify_secrets(struct verify *verify);
void verify_keys(struct verify *verify);
void verify_certificates(struct verify *verify);
void verify_crls(struct verify *verify);
/* verify_conns.c */
void verify_connections(struct verify *verify);
/* verify_processes.c */
void verify_pluto(struct verify *verify);
void verify_stack(struct verify *verify);
void verify_daemons(struct verify *verify);
void verify_ports(struct verify *verify);
/* verify_host.c */
void verify_privileges(struct verify *verify);
void verify_folder(struct verify *verify);
void verify_clock(struct verify *verify);
void verify_random(struct verify *verify);
void verify_cryptography(struct verify *verify);
void verify_tun(struct verify *verify);
void verify_updown(struct verify *verify);
/* verify_sysctls.c */
void verify_addresses(struct verify *verify);
void verify_rp_filter(struct verify *verify);
void verify_redirects(struct verify *verify);
void verify_forwarding(struct verify *verify);

#endif
