// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What comes from XFRM. The first byte says what the rest is: packets of messages that are told to all, or answers to a
 * request for an SA. Whatever they are, no byte outside of them is read, and selectors that come of them make sense.
 */
#include <sys/socket.h>

#include "../netkey.h"

#define HEAD NLMSG_HDRLEN

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_ts(const struct ike_ts *ts)
{
	if ((ts->version != KLIPS_V4 && ts->version != KLIPS_V6) ||
	    memcmp(ts->first, ts->last, ts->version == KLIPS_V4 ? 4 : 16) > 0)
		abort();
}

static void on_acquire(void *arg, const struct ike_ts *src, const struct ike_ts *dst, uint32_t reqid)
{
	(void)arg;
	(void)reqid;
	check_ts(src);
	check_ts(dst);
}

static void on_expire(void *arg, uint32_t spi, uint8_t protocol, const struct klips_addr *dst, bool hard)
{
	(void)arg;
	(void)hard;
	if (!spi || !dst->version || (protocol != IKE_PROTO_ESP && protocol != IKE_PROTO_AH))
		abort();
}

static void on_mapping(void *arg, uint32_t spi, const struct klips_addr *dst, const struct ike_endpoint *now)
{
	(void)arg;
	(void)spi;
	if (!dst->version || now->addr.version != dst->version)
		abort();
}

static const struct backend_events events = { .acquire = on_acquire, .expire = on_expire, .mapping = on_mapping };

/* One message of memory of its own, so that a byte read behind it is found; its type is near those of interest. */
static void run_event(struct netkey *netkey, uint8_t type, const uint8_t *data, size_t size)
{
	struct nlmsghdr *head = calloc(1, HEAD + size);

	if (!head)
		abort();
	head->nlmsg_len = (uint32_t)(HEAD + size);
	head->nlmsg_type = XFRM_MSG_BASE + type % XFRM_NR_MSGTYPES;
	memcpy((char *)head + HEAD, data, size);
	netkey_event(netkey, head);
	free(head);
}

/* Many answers are to another request, unless they have the next one's number. */
static void run_answer(struct netkey *netkey, int kernel, uint8_t *data, size_t size)
{
	const struct klips_addr addr = klips_addr_v4(htonl(INADDR_LOOPBACK));
	uint32_t next = netkey->seq + 1, spi;
	struct backend_usage usage;
	char drained[NETKEY_ROOM];

	if (size >= HEAD)
		memcpy(data + offsetof(struct nlmsghdr, nlmsg_seq), &next, sizeof(next));
	if (size && send(kernel, data, size, MSG_DONTWAIT) < 0)
		return;
	if (size & 1)
		netkey_sa_usage(&netkey->backend, IKE_PROTO_ESP, htonl(0x1001), &addr, &addr, &usage);
	else
		netkey_get_spi(&netkey->backend, IKE_PROTO_ESP, &addr, &addr, 7, &spi);
	while (recv(kernel, drained, sizeof(drained), MSG_DONTWAIT) > 0)
		;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct netkey *netkey;
	static int pair[2], kernel;
	uint8_t copy[NETKEY_ROOM];

	if (!netkey) {
		if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair))
			abort();
		kernel = pair[1];
		netkey = netkey_new(pair[0], -1, &events, NULL);
		netkey->timeout = 0;
	}
	if (size < 2 || size > sizeof(copy))
		return 0;
	if (!(data[0] & 1)) {
		run_event(netkey, data[1], data + 2, size - 2);
		return 0;
	}
	memcpy(copy, data + 1, size - 1);
	run_answer(netkey, kernel, copy, size - 1);
	return 0;
}
