/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A SADB for each test, and short names for what one does with it. */
#ifndef KLIPS_TESTS_SADB_FIXTURE_H
#define KLIPS_TESTS_SADB_FIXTURE_H

#include "test.h"
#include "core/sadb.h"

#define SECOND NSEC_PER_SEC

static struct klips_sadb *db;

static inline int start(void **state)
{
	(void)state;
	db = klips_sadb_new();
	return db ? 0 : -1;
}

static inline int stop(void **state)
{
	(void)state;
	klips_sadb_free(db);
	return 0;
}

static inline struct klips_said name(u8 proto, u32 spi)
{
	struct klips_said said = { .dst = klips_addr_v4(cpu_to_be32(0xc0000201)), .proto = proto };

	said.spi = cpu_to_be32(spi);
	return said;
}

/* AES-GCM-16 (RFC 4106) for ESP, HMAC-SHA1-96 (RFC 2404) for AH. */
static inline struct klips_sa_config config(u8 proto, u32 spi)
{
	struct klips_sa_config wanted = { .said = name(proto, spi), .state = KLIPS_SA_MATURE };

	if (proto == KLIPS_PROTO_ESP) {
		wanted.keys.encr = KLIPS_ENCR_AES_GCM_16;
		wanted.keys.encr_length = 20;
	} else if (proto == KLIPS_PROTO_AH) {
		wanted.keys.auth = KLIPS_AUTH_HMAC_SHA1_96;
		wanted.keys.auth_length = 20;
	}
	return wanted;
}

static inline int add(u8 proto, u32 spi)
{
	const struct klips_sa_config wanted = config(proto, spi);

	return klips_sadb_add(db, &wanted);
}

/* For tests of one thread: nobody else changes the SADB. */
static inline struct klips_sa *find(u8 proto, u32 spi)
{
	const struct klips_said said = name(proto, spi);
	struct klips_sa *sa;

	rcu_read_lock();
	sa = klips_sadb_find(db, &said);
	rcu_read_unlock();
	return sa;
}

static inline struct klips_sa *find_ref(u32 ref)
{
	struct klips_sa *sa;

	rcu_read_lock();
	sa = klips_sadb_find_ref(db, ref);
	rcu_read_unlock();
	return sa;
}

static inline int delete (u8 proto, u32 spi)
{
	const struct klips_said said = name(proto, spi);

	return klips_sadb_delete(db, &said);
}

#define sadb_test(name) cmocka_unit_test_setup_teardown(name, start, stop)

#endif
