/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two engines that show by certificates and keys who they are. */
#ifndef PLUTO_TESTS_AUTH_RIG_H
#define PLUTO_TESTS_AUTH_RIG_H

#include "../auth.h"
#include "issue.h"
#include "world.h"

#define RIG_DATE 1800000000 /* when it is there */

/**
 * struct auth_rig - a world, and certificates of a CA that both sides trust
 * @all: with every key and certificate: west-TYPE and east-TYPE, and what is wrong in some way; @anchor: the CA alone
 * @other: another CA alone
 */
struct auth_rig {
	struct world world;
	struct pki_store *all, *anchor, *other;
};

/* For a group of tests: makes all the certificates, in a folder of their own, which goes with the group. */
int auth_rig_make_group(void **state);
int auth_rig_unmake_group(void **state);
/* Both sides trust the CA, and have no key yet. */
void auth_rig_begin(struct auth_rig *rig);
void auth_rig_end(struct auth_rig *rig);
/* How a side shows who it is, and what the other one accepts: by a certificate of @all. */
void auth_rig_cert(struct auth_rig *rig, struct side *side, const char *name, uint32_t auth);
void auth_rig_trust(struct side *side, const struct pki_store *store);
struct side *auth_rig_other(struct side *side);

#endif
