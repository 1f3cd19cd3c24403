/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the engine has for certificates of peers. */
#ifndef PLUTO_TRUSTED_H
#define PLUTO_TRUSTED_H

#include <urcu/list.h>

#include "../lib/pki_online.h"

/**
 * struct pluto_trust - what certificates are checked by
 * @store: the newest; NULL: there are none
 * @online: what asks others about revocations; NULL: nothing does
 * @crl_strict: as struct pki_check has it
 */
struct pluto_trust {
	struct pki_store *store;
	struct pki_online *online;
	bool crl_strict;
};

/**
 * struct pluto_lookups - certificates that peers name by hash and URL; see cert_lookup.h
 * @on: there are such
 * @base: what their URLs must begin with; NULL: any will do
 * @running: under way, @count of them; @kept: what was fetched, @kept_count
 */
struct pluto_lookups {
	bool on;
	const char *base;
	struct cds_list_head running, kept;
	unsigned int count, kept_count;
};

#endif
