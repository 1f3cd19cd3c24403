/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All SAs of one network namespace: RFC 4301, 4.4.2. */
#ifndef KLIPS_CORE_SADB_H
#define KLIPS_CORE_SADB_H

#include "sa.h"

#define KLIPS_BUNDLE_MAX 4     /* SAs that a packet goes through */
#define KLIPS_REFS	 32768 /* references, with 0, which is none */

struct klips_ip;
struct klips_sadb;

/**
 * struct klips_sa_move - where an SA goes from now on
 * @from: its name until now; @said: from now on
 * @src, @natt, @natt_sport, @natt_dport: as klips_sa_config has them
 */
struct klips_sa_move {
	struct klips_said from;
	struct klips_said said;
	struct klips_addr src;
	enum klips_natt natt;
	u16 natt_sport;
	u16 natt_dport;
};

struct klips_sadb *klips_sadb_new(void);
void klips_sadb_free(struct klips_sadb *db);

int klips_sadb_add(struct klips_sadb *db, const struct klips_sa_config *config);
int klips_sadb_update(struct klips_sadb *db, const struct klips_sa_config *config);
int klips_sadb_move(struct klips_sadb *db, const struct klips_sa_move *move);
int klips_sadb_refer(struct klips_sadb *db, const struct klips_said *said, u32 ref, u32 ref_him, u32 *now);
int klips_sadb_delete(struct klips_sadb *db, const struct klips_said *said);
void klips_sadb_clear(struct klips_sadb *db);
int klips_sadb_allocate_spi(struct klips_sadb *db, const struct klips_said *said, __be32 min, __be32 max, __be32 *spi);
int klips_sadb_group(struct klips_sadb *db, const struct klips_said *saids, unsigned int count);

struct klips_sa *klips_sadb_find(struct klips_sadb *db, const struct klips_said *said);
struct klips_sa *klips_sadb_find_tunnel(struct klips_sadb *db, const struct klips_ip *ip, const void *inside,
					size_t length);
struct klips_sa *klips_sadb_find_ref(struct klips_sadb *db, u32 ref);
unsigned int klips_sadb_count(const struct klips_sadb *db);

/* Calls visit() for each, until it returns non-zero, which is returned then. Concurrent changes may or may not be seen.
 */
int klips_sadb_walk(struct klips_sadb *db, int (*visit)(struct klips_sa *sa, void *arg), void *arg);

/* Called for each SA that passed a limit, outside all locks; it is already dying, or dead and no longer found. */
typedef void (*klips_expire_fn)(struct klips_sa *sa, enum klips_life life, void *arg);
enum klips_life klips_sadb_check(struct klips_sadb *db, struct klips_sa *sa, u64 now, klips_expire_fn expire,
				 void *arg);
void klips_sadb_used(struct klips_sadb *db, struct klips_sa *sa, u64 bytes, u64 packets, u64 now);
u64 klips_sadb_run_timers(struct klips_sadb *db, u64 now, klips_expire_fn expire, void *arg);
u64 klips_sadb_next_due(const struct klips_sadb *db);

#endif
