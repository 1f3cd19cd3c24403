/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of the stacks share: two gateways with a net each, and what the stack under test tells. */
#ifndef PLUTO_TESTS_BACKEND_RIG_H
#define PLUTO_TESTS_BACKEND_RIG_H

#include "../../klips/tests/test.h"

#include "../backend.h"

/* The gateways, and the first and last address of the net behind each. */
#define WEST	       0xc001022d /* 192.1.2.45 */
#define EAST	       0xc0010217 /* 192.1.2.23 */
#define WEST_NET_FIRST 0xc0000100 /* 192.0.1.0 */
#define WEST_NET_LAST  0xc00001ff
#define EAST_NET_FIRST 0xc0000200 /* 192.0.2.0 */
#define EAST_NET_LAST  0xc00002ff

/* With keys of 20 and 16 bytes; that Camellia has no name in any stack. */
extern const struct ike_alg rig_gcm, rig_cbc, rig_camellia;
/* 32 bytes */
extern const struct ike_alg rig_sha256;

/* How many events there were of each kind, and what the last one was. */
struct rig_told {
	unsigned int acquires, expires, mappings, went, came;
	struct ike_ts src, dst;
	uint32_t reqid, spi;
	uint8_t protocol;
	bool hard;
	struct klips_addr addr;
	struct ike_endpoint now;
};

/* Write to the struct rig_told that is their argument. */
extern const struct backend_events rig_events;

struct klips_addr rig_v4(uint32_t word);
struct ike_ts rig_net(uint32_t first, uint32_t last);

/* ESP in tunnel mode between the two nets, from or, inbound, to west; AES_GCM_16 with the bytes 0, 1, 2... as key. */
struct backend_sa rig_sa(uint32_t spi, bool inbound);
/* West's, for the same traffic. */
struct backend_policy rig_policy(enum backend_action action);

/* The device for what goes by that one; as attach() of struct backend_ops. */
int rig_backend_attach(struct backend *backend, const char *physical, char device[16]);

void rig_assert_ok(struct backend *backend, int err);
void rig_assert_refused(struct backend *backend, int err, int expected, const char *words);

/* Be root in a namespace of users, with a network of one's own: 0, or -1: this machine allows it not. */
int rig_own_network(void);
int rig_write_file(const char *path, const char *text);
/* One byte over UDP: 0 or a negative errno. */
int rig_send(int fd, const char *addr, uint16_t port);

#endif
