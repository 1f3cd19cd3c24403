/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the NETKEY backend share: the kernel's own IPsec, XFRM, over netlink. */
#ifndef PLUTO_NETKEY_H
#define PLUTO_NETKEY_H

#include <netinet/in.h> /* before the kernel's own, which then leaves out what is there */
#include <linux/xfrm.h>

#include "backend_flow.h"
#include "../lib/netlink.h"

#define NETKEY_ROOM	     8192	/* bytes of the longest request or answer */
#define NETKEY_PRIORITY_HOLE 1		/* of what lets neighbour discovery through: before all others */
#define NETKEY_INDEX_OWN     0x40000000 /* in the numbers of policies of pluto's: the kernel counts its own from 0 */
#define NETKEY_LIFETIME	     165	/* seconds that larval SAs live: as long as retransmission may take */

/**
 * struct netkey - the kernel's IPsec
 * @calls: a netlink socket for requests; @listener: for events. Tests have other sockets in their place
 * @timeout: of an answer, in milliseconds
 * @seq: of the last request
 * @index: of the last policy, without NETKEY_INDEX_OWN and the direction
 * @holes: whether neighbour discovery has policies of ours
 * @algs: what is known of ike_algs; NULL: nothing
 * @made: devices that go with it, @made_count of them
 * @why: of the last error
 */
struct netkey {
	struct backend backend;
	const struct backend_events *events;
	void *arg;
	int calls;
	int listener;
	int timeout;
	uint32_t seq;
	uint32_t index;
	bool holes;
	struct netkey_alg *algs;
	char (*made)[16];
	size_t made_count;
	char why[256];
};

/**
 * struct netkey_request - a message that is being made: netkey_begin(), then a netkey_put() for each attribute
 * @full: one did not fit; it is not sent then
 * @subject: what it is about, for errors: "add esp.1000@192.0.2.1"
 */
struct netkey_request {
	struct nlmsghdr *head;
	bool full;
	char subject[96];
	char buffer[NETKEY_ROOM] __attribute__((aligned(8)));
};

static inline struct netkey *netkey_of(struct backend *backend)
{
	return container_of(backend, struct netkey, backend);
}

/* netkey_call.c */
void *netkey_begin(struct netkey_request *request, uint16_t type, size_t size);
void netkey_put(struct netkey_request *request, uint16_t type, const void *data, size_t size);
/* Called with each answer but the verdict. */
typedef int (*netkey_answer_fn)(struct netkey *netkey, const struct nlmsghdr *answer, void *arg);
void netkey_ask_for_all(struct netkey_request *request);
int netkey_call(struct netkey *netkey, struct netkey_request *request, netkey_answer_fn each, void *arg);
int netkey_fail(struct netkey *netkey, int err, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* netkey_addr.c */
uint16_t netkey_family(uint8_t version);
uint8_t netkey_proto(uint8_t protocol);
bool netkey_protocol(uint8_t proto, uint8_t *protocol);
void netkey_put_addr(xfrm_address_t *to, const struct klips_addr *addr);
struct klips_addr netkey_get_addr(const xfrm_address_t *from, uint16_t family);
void netkey_put_selector(struct xfrm_selector *to, const struct backend_flow *flow);
bool netkey_get_selector(struct ike_ts *src, struct ike_ts *dst, const struct xfrm_selector *sel);

/* netkey_sa.c */
int netkey_get_spi(struct backend *backend, uint8_t protocol, const struct klips_addr *src,
		   const struct klips_addr *dst, uint32_t reqid, uint32_t *spi);
int netkey_sa_add(struct backend *backend, const struct backend_sa *sa);
int netkey_sa_delete(struct backend *backend, uint8_t protocol, uint32_t spi, const struct klips_addr *src,
		     const struct klips_addr *dst);
int netkey_sa_usage(struct backend *backend, uint8_t protocol, uint32_t spi, const struct klips_addr *src,
		    const struct klips_addr *dst, struct backend_usage *usage);
/* A request that is about one SA. */
void netkey_begin_named(struct netkey_request *request, uint16_t type, const char *verb, uint8_t protocol, uint32_t spi,
			const struct klips_addr *dst);
int netkey_sa_send(struct netkey *netkey, const struct backend_sa *sa, uint16_t type);

/* netkey_alg.c */
int netkey_has(struct backend *backend, const struct ike_alg *alg, bool ask);
int netkey_probe(struct netkey *netkey);

/* netkey_move.c */
int netkey_sa_move(struct backend *backend, const struct backend_move *move);

/* netkey_policy.c */
int netkey_policy_set(struct backend *backend, const struct backend_policy *policy);
int netkey_policy_delete(struct backend *backend, const struct backend_policy *policy);
uint32_t netkey_index(struct netkey *netkey, uint8_t dir);
void netkey_holes_make(struct netkey *netkey);
void netkey_holes_fill(struct netkey *netkey);

/* netkey_device.c */
int netkey_attach(struct backend *backend, const struct backend_policy *like, char device[16]);
void netkey_devices_delete(struct netkey *netkey);

/* netkey_sweep.c */
int netkey_list(struct netkey *netkey, uint16_t type, netkey_answer_fn take, void *arg);
int netkey_sweep(struct backend *backend);

/* netkey_events.c */
void netkey_dispatch(struct backend *backend);
void netkey_event(struct netkey *netkey, const struct nlmsghdr *message);

/* backend_netkey.c */
struct netkey *netkey_new(int calls, int listener, const struct backend_events *events, void *arg);
struct netkey *netkey_open_calls(char *why, size_t size);

#endif
