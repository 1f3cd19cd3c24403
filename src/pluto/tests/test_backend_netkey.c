// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The NETKEY backend against a kernel that is a socket pair: iproute2 reads what it sends, and answers and events are
 * written by hand.
 */
#include "../../klips/tests/test.h"

#include <sys/socket.h>
#include <unistd.h>

#include "../netkey.h"

#define WEST 0xc001022d /* 192.1.2.45 */
#define EAST 0xc0010217 /* 192.1.2.23 */

static const struct ike_alg gcm = { .type = IKE_ENCR,
				    .id = 20,
				    .name = "AES_GCM_16",
				    .aead = true,
				    .size = 16,
				    .xfrm = "rfc4106(gcm(aes))" };
static const struct ike_alg cbc = { .type = IKE_ENCR, .id = 12, .name = "AES_CBC", .xfrm = "cbc(aes)" };
static const struct ike_alg camellia = { .type = IKE_ENCR, .id = 23, .name = "CAMELLIA_CBC" };
static const struct ike_alg sha256 = { .type = IKE_INTEG,
				       .id = 12,
				       .name = "HMAC_SHA2_256_128",
				       .size = 16,
				       .xfrm = "hmac(sha256)" };

static struct netkey *netkey;
static struct backend *backend;
static int calls, listener; /* the kernel's ends */

/* What the last event was. */
static struct {
	unsigned int acquires, expires, mappings;
	struct ike_ts src, dst;
	uint32_t reqid, spi;
	uint8_t protocol;
	bool hard;
	struct klips_addr addr;
	struct ike_endpoint now;
} told;

static void on_acquire(void *arg, const struct ike_ts *src, const struct ike_ts *dst, uint32_t reqid)
{
	assert_ptr_equal(arg, &told);
	told.acquires++;
	told.src = *src;
	told.dst = *dst;
	told.reqid = reqid;
}

static void on_expire(void *arg, uint32_t spi, uint8_t protocol, const struct klips_addr *dst, bool hard)
{
	(void)arg;
	told.expires++;
	told.spi = spi;
	told.protocol = protocol;
	told.addr = *dst;
	told.hard = hard;
}

static void on_mapping(void *arg, uint32_t spi, const struct klips_addr *dst, const struct ike_endpoint *now)
{
	(void)arg;
	told.mappings++;
	told.spi = spi;
	told.addr = *dst;
	told.now = *now;
}

static const struct backend_events events = { on_acquire, on_expire, on_mapping };

static int set_up(void **state)
{
	int request[2], event[2];

	(void)state;
	memset(&told, 0, sizeof(told));
	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, request) || socketpair(AF_UNIX, SOCK_SEQPACKET, 0, event))
		return -1;
	calls = request[1];
	listener = event[1];
	netkey = netkey_new(request[0], event[0], &events, &told);
	netkey->timeout = 0;
	backend = &netkey->backend;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	backend->ops->close(backend);
	close(calls);
	close(listener);
	return 0;
}

/* The verdict on the request with this number from now on, 1 the next; with the kernel's words, if any. */
static void answer(unsigned int nth, int err, const char *words)
{
	char buffer[512] __attribute__((aligned(8))) = { 0 };
	struct nlmsghdr *head = mnl_nlmsg_put_header(buffer);
	struct nlmsgerr *verdict = mnl_nlmsg_put_extra_header(head, sizeof(*verdict));

	head->nlmsg_type = NLMSG_ERROR;
	head->nlmsg_flags = NLM_F_CAPPED | (words ? NLM_F_ACK_TLVS : 0);
	head->nlmsg_seq = netkey->seq + nth;
	verdict->error = err;
	if (words)
		mnl_attr_put_strz(head, NLMSGERR_ATTR_MSG, words);
	assert_int_equal(send(calls, head, head->nlmsg_len, 0), head->nlmsg_len);
}

/* The next request: the structure that it begins with. Those that delete are not what iproute2 reads of a kernel. */
static const void *next_request(uint16_t type, size_t size)
{
	static char packet[NETKEY_ROOM] __attribute__((aligned(8)));
	const struct nlmsghdr *head = (const struct nlmsghdr *)packet;
	ssize_t got = recv(calls, packet, sizeof(packet), MSG_DONTWAIT);

	assert_true(got > 0 && mnl_nlmsg_ok(head, (int)got));
	assert_int_equal(head->nlmsg_type, type);
	assert_int_equal(head->nlmsg_flags, NLM_F_REQUEST | NLM_F_ACK);
	assert_in_range(mnl_nlmsg_get_payload_len(head), size, NETKEY_ROOM);
	return mnl_nlmsg_get_payload(head);
}

static void assert_deleted_policy(uint8_t dir, uint32_t src, uint32_t dst)
{
	const struct xfrm_userpolicy_id *id = next_request(XFRM_MSG_DELPOLICY, sizeof(*id));

	assert_int_equal(id->dir, dir);
	assert_int_equal(id->index, 0);
	assert_int_equal(ntohl(id->sel.saddr.a4), src);
	assert_int_equal(ntohl(id->sel.daddr.a4), dst);
	assert_int_equal(id->sel.prefixlen_s, 24);
	assert_int_equal(id->sel.family, AF_INET);
}

/* What iproute2 makes of the next requests. */
static const char *shown(void)
{
	static char text[65536];
	char file[] = "/tmp/netkey-XXXXXX", command[128], packet[NETKEY_ROOM];
	int fd = mkstemp(file);
	size_t length;
	ssize_t size;
	FILE *ip;

	while ((size = recv(calls, packet, sizeof(packet), MSG_DONTWAIT)) > 0)
		assert_int_equal(write(fd, packet, (size_t)size), size);
	snprintf(command, sizeof(command), "ip -s xfrm monitor file %s 2>&1", file);
	ip = popen(command, "r");
	length = fread(text, 1, sizeof(text) - 1, ip);
	text[length] = '\0';
	pclose(ip);
	close(fd);
	unlink(file);
	return text;
}

static void assert_shown(const char *const *lines, size_t count)
{
	const char *text = shown(), *at = text;
	size_t i;

	for (i = 0; at && i < count; i++) {
		at = strstr(at, lines[i]);
		if (!at)
			fail_msg("no '%s', or not in this place, in:\n%s", lines[i], text);
		else
			at += strlen(lines[i]);
	}
}

#define SHOWN(...) \
	assert_shown((const char *const[]){ __VA_ARGS__ }, ARRAY_SIZE(((const char *const[]){ __VA_ARGS__ })))

static void assert_ok(int err)
{
	if (err)
		fail_msg("%d: %s", err, netkey->why);
}

static void assert_refused(int err, int expected, const char *words)
{
	if (err != expected || !strstr(backend->ops->why(backend), words))
		fail_msg("expected %d and '%s', but got %d: %s", expected, words, err, netkey->why);
}

static struct klips_addr v4(uint32_t word)
{
	return klips_addr_v4(htonl(word));
}

static struct klips_addr v6(uint8_t last)
{
	uint8_t bytes[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = last };

	return klips_addr_v6(bytes);
}

static struct ike_ts net(uint32_t first, uint32_t last)
{
	struct ike_ts ts = { .version = 4, .last_port = 65535 };
	uint32_t words[] = { htonl(first), htonl(last) };

	memcpy(ts.first, &words[0], 4);
	memcpy(ts.last, &words[1], 4);
	return ts;
}

static struct backend_sa some_sa(void)
{
	struct backend_sa sa = { .spi = htonl(0x1001), .protocol = IKE_PROTO_ESP, .tunnel = true, .reqid = 7 };
	unsigned int i;

	sa.src.addr = v4(WEST);
	sa.dst.addr = v4(EAST);
	sa.src_ts = net(0xc0000100, 0xc00001ff);
	sa.dst_ts = net(0xc0000200, 0xc00002ff);
	sa.suite.encr = &gcm;
	sa.encr.length = 20;
	for (i = 0; i < 20; i++)
		sa.encr.data[i] = (uint8_t)i;
	return sa;
}

static struct backend_policy some_policy(enum backend_action action)
{
	struct backend_policy one = { .action = action, .protocol = IKE_PROTO_ESP, .tunnel = true, .reqid = 7 };

	one.local = net(0xc0000100, 0xc00001ff);
	one.remote = net(0xc0000200, 0xc00002ff);
	one.local_host = v4(WEST);
	one.remote_host = v4(EAST);
	one.priority = 1234;
	return one;
}

static void test_tunnel_sa(void **state)
{
	struct backend_sa sa = some_sa();

	(void)state;
	sa.soft.seconds = 3000;
	sa.hard.seconds = 3600;
	sa.hard.bytes = 1 << 20;
	sa.hard.packets = 1000;
	answer(1, 0, NULL);
	assert_ok(backend->ops->sa_add(backend, &sa));
	SHOWN("src 192.1.2.45 dst 192.1.2.23\n\tproto esp spi 0x00001001(4097) reqid 7(0x00000007) mode tunnel\n",
	      "replay-window 0 seq 0x00000000 flag af-unspec (0x00100000)\n",
	      "aead rfc4106(gcm(aes)) 0x000102030405060708090a0b0c0d0e0f10111213 (160 bits) 128\n",
	      "limit: soft (INF)(bytes), hard 1048576(bytes)\n", "limit: soft (INF)(packets), hard 1000(packets)\n",
	      "expire add: soft 3000(sec), hard 3600(sec)\n", "expire use: soft 0(sec), hard 0(sec)\n");
	/* It is not looked for first: it is no larval one. */
	assert_int_equal(netkey->seq, 1);
}

static void test_transport_sa(void **state)
{
	struct backend_sa sa = some_sa();

	(void)state;
	sa.tunnel = false;
	sa.suite.encr = &cbc;
	sa.suite.integ = &sha256;
	sa.encr.length = 16;
	sa.integ.length = 32;
	sa.src_ts = net(WEST, WEST);
	sa.dst_ts = net(EAST, EAST);
	sa.src_ts.protocol = sa.dst_ts.protocol = IPPROTO_UDP;
	sa.dst_ts.first_port = sa.dst_ts.last_port = 1701;
	answer(1, 0, NULL);
	assert_ok(backend->ops->sa_add(backend, &sa));
	SHOWN("mode transport\n", "flag  (0x00000000)\n", "auth-trunc hmac(sha256) 0x00000000000000000000000000000000",
	      "00000000000000000000000000000000 (256 bits) 128\n",
	      "enc cbc(aes) 0x000102030405060708090a0b0c0d0e0f (128 bits)\n",
	      "sel src 192.1.2.45/32 dst 192.1.2.23/32 proto udp dport 1701 ");
	/* Behind a NAT it has none. */
	sa.encap = true;
	sa.src.port = 4500;
	sa.dst.port = 1024;
	answer(1, 0, NULL);
	assert_ok(backend->ops->sa_add(backend, &sa));
	SHOWN("encap type espinudp sport 4500 dport 1024 addr 0.0.0.0\n\tlifetime config:\n");
}

static void test_windows(void **state)
{
	struct backend_sa sa = some_sa();

	(void)state;
	sa.inbound = true;
	sa.window = 32;
	answer(1, 0, NULL);
	assert_ok(backend->ops->sa_add(backend, &sa));
	SHOWN("Updated src 192.1.2.45", "replay-window 32 ", "expire add");
	sa.window = 100;
	answer(1, 0, NULL);
	assert_ok(backend->ops->sa_add(backend, &sa));
	SHOWN("replay-window 0 ", "replay_window 100, bitmap-length 4\n");
	sa.window = 100000;
	sa.suite.esn = true;
	answer(1, 0, NULL);
	assert_ok(backend->ops->sa_add(backend, &sa));
	SHOWN("replay-window 0 ", "flag af-unspec esn", "replay_window 4096, bitmap-length 128\n");
	/* The way out has no window, but with ESN the kernel wants one. */
	sa.inbound = false;
	answer(1, 0, NULL);
	assert_ok(backend->ops->sa_add(backend, &sa));
	SHOWN("replay_window 32, bitmap-length 1\n");
}

static void test_ah(void **state)
{
	struct backend_sa sa = some_sa();

	(void)state;
	sa.protocol = IKE_PROTO_AH;
	sa.suite.integ = &sha256;
	sa.integ.length = 32;
	answer(1, 0, NULL);
	assert_ok(backend->ops->sa_add(backend, &sa));
	SHOWN("proto ah spi 0x00001001", "flag af-unspec align4", "auth-trunc hmac(sha256) ");
	sa.src.addr = v6(1);
	sa.dst.addr = v6(2);
	answer(1, 0, NULL);
	assert_ok(backend->ops->sa_add(backend, &sa));
	SHOWN("src 2001:db8::1 dst 2001:db8::2", "flag af-unspec (0x00100000)");
}

/* What the kernel says of an SA: with packets of it, and when it was used last (0: it does not say). */
static void answer_info(uint32_t spi, uint64_t packets, uint64_t first, uint64_t last)
{
	char buffer[1024] __attribute__((aligned(8))) = { 0 };
	struct nlmsghdr *head = mnl_nlmsg_put_header(buffer);
	struct xfrm_usersa_info *info = mnl_nlmsg_put_extra_header(head, sizeof(*info));

	head->nlmsg_type = XFRM_MSG_NEWSA;
	head->nlmsg_seq = netkey->seq + 1;
	info->id.spi = spi;
	info->curlft.packets = packets;
	info->curlft.bytes = packets * 100;
	info->curlft.use_time = first;
	if (last)
		mnl_attr_put_u64(head, XFRMA_LASTUSED, last);
	assert_int_equal(send(calls, head, head->nlmsg_len, 0), head->nlmsg_len);
	answer(1, 0, NULL);
}

static void test_get_spi(void **state)
{
	const struct klips_addr src = v4(EAST), dst = v4(WEST);
	struct {
		struct nlmsghdr head;
		struct xfrm_userspi_info info;
	} request;
	uint32_t spi = 0;

	(void)state;
	answer_info(htonl(0xc0000005), 0, 0, 0);
	assert_ok(backend->ops->get_spi(backend, IKE_PROTO_ESP, &src, &dst, 7, &spi));
	assert_int_equal(ntohl(spi), 0xc0000005);
	assert_int_equal(recv(calls, &request, sizeof(request), 0), sizeof(request));
	assert_int_equal(request.head.nlmsg_type, XFRM_MSG_ALLOCSPI);
	assert_int_equal(request.head.nlmsg_flags, NLM_F_REQUEST | NLM_F_ACK);
	assert_int_equal(request.info.min, 0x100);
	assert_int_equal(request.info.max, 0xffffffff);
	assert_int_equal(request.info.info.id.daddr.a4, htonl(WEST));
	assert_int_equal(request.info.info.saddr.a4, htonl(EAST));
	assert_int_equal(request.info.info.id.proto, IPPROTO_ESP);
	assert_int_equal(request.info.info.family, AF_INET);
	assert_int_equal(request.info.info.reqid, 7);
	answer(1, -ENOMEM, NULL);
	assert_refused(backend->ops->get_spi(backend, IKE_PROTO_ESP, &src, &dst, 7, &spi), -ENOMEM,
		       "allocate an SPI: Cannot allocate memory");
	answer(1, 0, NULL);
	assert_refused(backend->ops->get_spi(backend, IKE_PROTO_ESP, &src, &dst, 7, &spi), -EBADMSG, "named none");
}

/* One that was allocated may have gone meanwhile. */
static void test_larval_is_gone(void **state)
{
	struct backend_sa sa = some_sa();

	(void)state;
	sa.inbound = true;
	answer(1, -ESRCH, NULL);
	answer(2, 0, NULL);
	assert_ok(backend->ops->sa_add(backend, &sa));
	SHOWN("Updated src 192.1.2.45", "\nsrc 192.1.2.45");
}

static void test_delete_and_usage(void **state)
{
	const struct klips_addr src = v4(EAST), dst = v4(WEST);
	const uint64_t now = (uint64_t)time(NULL);
	const struct xfrm_usersa_id *id;
	struct backend_usage usage;

	(void)state;
	answer(1, 0, NULL);
	assert_ok(backend->ops->sa_delete(backend, IKE_PROTO_ESP, htonl(0x1001), &src, &dst));
	id = next_request(XFRM_MSG_DELSA, sizeof(*id));
	assert_int_equal(id->spi, htonl(0x1001));
	assert_int_equal(id->proto, IPPROTO_ESP);
	assert_int_equal(id->family, AF_INET);
	assert_int_equal(ntohl(id->daddr.a4), WEST);
	answer(1, -ESRCH, NULL);
	assert_refused(backend->ops->sa_delete(backend, IKE_PROTO_ESP, htonl(0x1001), &src, &dst), -ENOENT,
		       "delete esp.1001@192.1.2.45: there is none");
	answer_info(htonl(0x1001), 0, 0, 0);
	assert_ok(backend->ops->sa_usage(backend, IKE_PROTO_ESP, htonl(0x1001), &src, &dst, &usage));
	assert_true(!usage.packets && usage.idle == UINT64_MAX);
	answer_info(htonl(0x1001), 5, now - 100, now - 20);
	assert_ok(backend->ops->sa_usage(backend, IKE_PROTO_ESP, htonl(0x1001), &src, &dst, &usage));
	assert_int_equal(usage.packets, 5);
	assert_int_equal(usage.bytes, 500);
	assert_in_range(usage.idle, 20, 25);
	answer_info(htonl(0x1001), 5, now - 100, 0);
	assert_ok(backend->ops->sa_usage(backend, IKE_PROTO_ESP, htonl(0x1001), &src, &dst, &usage));
	assert_in_range(usage.idle, 100, 105);
	answer_info(htonl(0x1001), 5, now - 100, now + 20);
	assert_ok(backend->ops->sa_usage(backend, IKE_PROTO_ESP, htonl(0x1001), &src, &dst, &usage));
	assert_int_equal(usage.idle, 0);
	answer(1, -ESRCH, NULL);
	assert_refused(backend->ops->sa_usage(backend, IKE_PROTO_AH, htonl(0x1001), &src, &dst, &usage), -ENOENT,
		       "ask for ah.1001@192.1.2.45: there is none");
}

static void test_refusals(void **state)
{
	struct backend_sa sa = some_sa();

	(void)state;
	answer(1, -EEXIST, NULL);
	assert_refused(backend->ops->sa_add(backend, &sa), -EEXIST, "add esp.1001@192.1.2.23: it is there already");
	answer(1, -EPERM, NULL);
	assert_refused(backend->ops->sa_add(backend, &sa), -EPERM, "this takes CAP_NET_ADMIN");
	answer(1, -ENOSYS, "Requested AEAD algorithm not found");
	assert_refused(backend->ops->sa_add(backend, &sa), -ENOSYS,
		       "lacks one of the algorithms (Requested AEAD algorithm not found)");
	answer(1, -4096, NULL);
	assert_refused(backend->ops->sa_add(backend, &sa), -EBADMSG, "");
	assert_refused(backend->ops->sa_add(backend, &sa), -ETIMEDOUT, "the kernel did not answer");
	assert_int_equal(send(calls, "x", 1, 0), 1);
	assert_refused(backend->ops->sa_add(backend, &sa), -ETIMEDOUT, "the kernel did not answer");
	sa.suite.encr = &camellia;
	assert_refused(backend->ops->sa_add(backend, &sa), -EOPNOTSUPP, "NETKEY has no CAMELLIA_CBC");
	sa = some_sa();
	sa.encr.length = 200;
	assert_refused(backend->ops->sa_add(backend, &sa), -EINVAL, "AES_GCM_16 with a key of 200 bytes");
	shutdown(calls, SHUT_RDWR);
	sa = some_sa();
	assert_refused(backend->ops->sa_add(backend, &sa), -EPIPE, "the kernel takes no request");
}

/* The request is in the verdict of kernels that do not leave it out, and an answer to another request comes first. */
static void test_long_verdict(void **state)
{
	const struct klips_addr dst = v4(WEST);
	char buffer[512] __attribute__((aligned(8))) = { 0 };
	struct nlmsghdr *head = mnl_nlmsg_put_header(buffer);
	struct nlmsgerr *verdict = mnl_nlmsg_put_extra_header(head, sizeof(*verdict));

	(void)state;
	answer(0, 0, NULL);
	mnl_nlmsg_put_extra_header(head, sizeof(struct xfrm_usersa_id));
	head->nlmsg_type = NLMSG_ERROR;
	head->nlmsg_flags = NLM_F_ACK_TLVS;
	head->nlmsg_seq = netkey->seq + 1;
	verdict->error = -EINVAL;
	mnl_attr_put_strz(head, NLMSGERR_ATTR_MSG, "no such luck");
	assert_int_equal(send(calls, head, head->nlmsg_len, 0), head->nlmsg_len);
	assert_refused(backend->ops->sa_delete(backend, IKE_PROTO_ESP, htonl(0x1001), &dst, &dst), -EINVAL,
		       "Invalid argument (no such luck)");
}

static void test_protect(void **state)
{
	struct backend_policy one = some_policy(BACKEND_PROTECT);
	unsigned int i;

	(void)state;
	for (i = 1; i <= 3; i++)
		answer(i, 0, NULL);
	assert_ok(backend->ops->policy_set(backend, &one));
	SHOWN("Updated src 192.0.2.0/24 dst 192.0.1.0/24 ", "dir in action allow index 0 priority 1234 ",
	      "limit: soft (INF)(bytes), hard (INF)(bytes)\n",
	      "tmpl src 192.1.2.23 dst 192.1.2.45\n\t\tproto esp spi 0x00000000(0) reqid 7(0x00000007) mode tunnel\n",
	      "level required share any \n", "enc-mask ffffffff auth-mask ffffffff comp-mask ffffffff\n",
	      "Updated src 192.0.2.0/24 dst 192.0.1.0/24 ", "dir fwd action allow ",
	      "tmpl src 192.1.2.23 dst 192.1.2.45\n", "Updated src 192.0.1.0/24 dst 192.0.2.0/24 ",
	      "dir out action allow ", "tmpl src 192.1.2.45 dst 192.1.2.23\n");
	for (i = 1; i <= 3; i++)
		answer(i, i == 3 ? -ENOENT : 0, NULL);
	assert_ok(backend->ops->policy_delete(backend, &one));
	assert_deleted_policy(XFRM_POLICY_OUT, 0xc0000100, 0xc0000200);
	assert_deleted_policy(XFRM_POLICY_IN, 0xc0000200, 0xc0000100);
	assert_deleted_policy(XFRM_POLICY_FWD, 0xc0000200, 0xc0000100);
	for (i = 1; i <= 3; i++)
		answer(i, -ENOENT, NULL);
	assert_refused(backend->ops->policy_delete(backend, &one), -ENOENT,
		       "delete policy out 192.0.1.0/24 to 192.0.2.0/24: there is none");
	shown();
	/* In transport mode nothing is forwarded; a policy for that which was there goes. */
	one.tunnel = false;
	for (i = 1; i <= 3; i++)
		answer(i, 0, NULL);
	assert_ok(backend->ops->policy_set(backend, &one));
	SHOWN("dir in ", "mode transport\n", "Deleted ", "Updated ", "dir out ", "mode transport\n");
}

static void test_shunts(void **state)
{
	static const struct {
		enum backend_action action;
		const char *does, *has;
	} kinds[] = {
		{ BACKEND_TRAP, "action allow", "tmpl" }, { BACKEND_HOLD, "action allow", "tmpl" },
		{ BACKEND_PASS, "action allow", NULL },	  { BACKEND_DROP, "action block", NULL },
		{ BACKEND_REJECT, "action block", NULL },
	};
	struct backend_policy one;
	const char *text;
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		one = some_policy(kinds[i].action);
		answer(1, 0, NULL);
		answer(2, 0, NULL);
		answer(3, 0, NULL);
		assert_ok(backend->ops->policy_set(backend, &one));
		text = shown();
		assert_non_null(strstr(text, kinds[i].does));
		assert_int_equal(!!strstr(text, "tmpl"), !!kinds[i].has);
	}
	one.action = BACKEND_HOLD;
	one.remote_host.version = 0;
	answer(1, 0, NULL);
	answer(2, 0, NULL);
	answer(3, -EINVAL, "Invalid policy");
	assert_refused(backend->ops->policy_set(backend, &one), -EINVAL,
		       "set policy out 192.0.1.0/24 to 192.0.2.0/24: Invalid argument (Invalid policy)");
	assert_non_null(strstr(shown(), "action block"));
}

static void test_selectors(void **state)
{
	struct backend_policy one = some_policy(BACKEND_PASS);
	struct xfrm_selector sels[6];
	unsigned int i;

	(void)state;
	one.local = net(0x0a000001, 0x0a000003);
	one.local.protocol = IPPROTO_TCP;
	one.remote.first_port = 80;
	one.remote.last_port = 81;
	for (i = 1; i <= 6; i++)
		answer(i, 0, NULL);
	assert_ok(backend->ops->policy_set(backend, &one));
	for (i = 0; i < 6; i++)
		sels[i] = ((const struct xfrm_userpolicy_info *)next_request(XFRM_MSG_UPDPOLICY,
									     sizeof(struct xfrm_userpolicy_info)))
				  ->sel;
	assert_int_equal(ntohs(sels[0].sport), 80);
	assert_int_equal(ntohs(sels[0].sport_mask), 0xfffe);
	assert_int_equal(sels[0].dport_mask, 0);
	assert_int_equal(sels[0].proto, IPPROTO_TCP);
	assert_int_equal(ntohl(sels[0].daddr.a4), 0x0a000001);
	assert_int_equal(sels[0].prefixlen_d, 32);
	assert_int_equal(ntohl(sels[1].daddr.a4), 0x0a000002);
	assert_int_equal(sels[1].prefixlen_d, 31);
	assert_int_equal(ntohs(sels[5].dport_mask), 0xfffe);
	assert_int_equal(sels[5].sport_mask, 0);
	assert_int_equal(ntohl(sels[5].saddr.a4), 0x0a000002);
	one = some_policy(BACKEND_PASS);
	one.local.protocol = one.remote.protocol = IPPROTO_ICMP;
	one.local.first_port = 0x0800;
	one.local.last_port = 0x0800;
	for (i = 1; i <= 3; i++)
		answer(i, 0, NULL);
	assert_ok(backend->ops->policy_set(backend, &one));
	SHOWN("proto icmp type 8 code 0", "dir in", "proto icmp type 8 code 0", "dir out");
	one.local.first_port = 65535;
	one.local.last_port = 0;
	assert_refused(backend->ops->policy_set(backend, &one), -EOPNOTSUPP, "opaque");
	assert_refused(backend->ops->policy_delete(backend, &one), -EOPNOTSUPP, "opaque");
}

static void tell(const struct nlmsghdr *head)
{
	assert_int_equal(send(listener, head, head->nlmsg_len, 0), head->nlmsg_len);
	backend->ops->dispatch(backend);
}

static void test_acquire(void **state)
{
	char buffer[1024] __attribute__((aligned(8))) = { 0 };
	struct nlmsghdr *head = mnl_nlmsg_put_header(buffer);
	struct xfrm_user_acquire *acquire = mnl_nlmsg_put_extra_header(head, sizeof(*acquire));
	struct xfrm_user_tmpl tmpl = { .reqid = 9 };
	struct ike_ts expected = net(0xc0000203, 0xc0000203);

	(void)state;
	head->nlmsg_type = XFRM_MSG_ACQUIRE;
	acquire->sel.family = AF_INET;
	acquire->sel.saddr.a4 = htonl(0xc0000101);
	acquire->sel.daddr.a4 = htonl(0xc0000203);
	acquire->sel.prefixlen_s = acquire->sel.prefixlen_d = 32;
	acquire->sel.sport_mask = acquire->sel.dport_mask = 0xffff;
	acquire->sel.proto = IPPROTO_TCP;
	acquire->sel.sport = htons(40000);
	acquire->sel.dport = htons(80);
	tell(head);
	assert_int_equal(told.acquires, 1);
	assert_int_equal(told.reqid, 0);
	mnl_attr_put(head, XFRMA_TMPL, sizeof(tmpl), &tmpl);
	tell(head);
	assert_int_equal(told.reqid, 9);
	expected.protocol = IPPROTO_TCP;
	expected.first_port = expected.last_port = 80;
	assert_memory_equal(&told.dst, &expected, sizeof(expected));
	assert_int_equal(told.src.first_port, 40000);
	/* The kernel has a whole mask of what has no ports, too. */
	acquire->sel.proto = IPPROTO_GRE;
	acquire->sel.sport = acquire->sel.dport = 0;
	tell(head);
	assert_int_equal(told.dst.first_port, 0);
	assert_int_equal(told.dst.last_port, 65535);
	acquire->sel.proto = IPPROTO_ICMP;
	acquire->sel.sport = htons(8);
	tell(head);
	assert_int_equal(told.src.first_port, 0x0800);
	assert_int_equal(told.src.last_port, 0x0800);
	assert_int_equal(told.acquires, 4);
	acquire->sel.prefixlen_s = 33;
	tell(head);
	acquire->sel.family = AF_UNIX;
	tell(head);
	head->nlmsg_len = NLMSG_HDRLEN + sizeof(*acquire) - 1;
	tell(head);
	assert_int_equal(told.acquires, 4);
}

static void test_expire(void **state)
{
	char buffer[1024] __attribute__((aligned(8))) = { 0 };
	struct nlmsghdr *head = mnl_nlmsg_put_header(buffer);
	struct xfrm_user_expire *expire = mnl_nlmsg_put_extra_header(head, sizeof(*expire));
	const struct klips_addr dst = v6(2);

	(void)state;
	head->nlmsg_type = XFRM_MSG_EXPIRE;
	expire->state.family = AF_INET6;
	expire->state.id.proto = IPPROTO_AH;
	netkey_put_addr(&expire->state.id.daddr, &dst);
	tell(head);
	assert_int_equal(told.expires, 0); /* a larval SA without an SPI */
	expire->state.id.spi = htonl(0x1001);
	tell(head);
	assert_int_equal(told.expires, 1);
	assert_int_equal(told.protocol, IKE_PROTO_AH);
	assert_int_equal(told.spi, htonl(0x1001));
	assert_true(klips_addr_equal(&told.addr, &dst));
	assert_false(told.hard);
	expire->hard = 1;
	tell(head);
	assert_true(told.hard);
	expire->state.id.proto = IPPROTO_COMP;
	tell(head);
	assert_int_equal(told.expires, 2);
}

static void test_mapping(void **state)
{
	char buffer[1024] __attribute__((aligned(8))) = { 0 };
	struct nlmsghdr *head = mnl_nlmsg_put_header(buffer);
	struct xfrm_user_mapping *mapping = mnl_nlmsg_put_extra_header(head, sizeof(*mapping));
	const struct klips_addr dst = v4(WEST), from = v4(0xc0010203);

	(void)state;
	head->nlmsg_type = XFRM_MSG_MAPPING;
	mapping->id.family = AF_INET;
	mapping->id.spi = htonl(0x1001);
	netkey_put_addr(&mapping->id.daddr, &dst);
	netkey_put_addr(&mapping->new_saddr, &from);
	mapping->new_sport = htons(1025);
	tell(head);
	assert_int_equal(told.mappings, 1);
	assert_int_equal(told.spi, htonl(0x1001));
	assert_true(klips_addr_equal(&told.addr, &dst));
	assert_true(klips_addr_equal(&told.now.addr, &from));
	assert_int_equal(told.now.port, 1025);
}

/* Answers of a kernel are looked at in the order in which the probe asks. */
static void test_probe(void **state)
{
	(void)state;
	answer(1, 0, NULL);
	answer(2, 0, NULL);
	assert_ok(netkey_probe(netkey));
	assert_int_equal(netkey->seq, 2);
	SHOWN("src 127.0.0.1 dst 127.0.0.1\n", "aead rfc4106(gcm(aes)) ", "Deleted");
	answer(1, -EEXIST, NULL);
	assert_ok(netkey_probe(netkey));
	shown();
	answer(1, -ENOSYS, "Requested AEAD algorithm not found");
	answer(2, 0, NULL);
	answer(3, 0, NULL);
	assert_ok(netkey_probe(netkey));
	SHOWN("aead", "auth-trunc hmac(sha256)", "enc cbc(aes)", "Deleted");
	answer(1, -EPROTONOSUPPORT, "Requested type not found");
	assert_refused(netkey_probe(netkey), -EPROTONOSUPPORT,
		       "the kernel lacks the protocol (Requested type not found)");
}

/* Neighbour discovery passes while the backend is there; without IPv6 there is nothing to take back. */
static void test_holes(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 1; i <= 4; i++)
		answer(i, 0, NULL);
	netkey_holes_make(netkey);
	assert_true(netkey->holes);
	SHOWN("src ::/0 dst ::/0 proto ipv6-icmp type 135 ", "dir in action allow index 0 priority 1 ", "type 135 ",
	      "dir out", "type 136 ", "dir in", "type 136 ", "dir out");
	for (i = 1; i <= 4; i++)
		answer(i, 0, NULL);
	netkey_holes_fill(netkey);
	for (i = 0; i < 4; i++) {
		const struct xfrm_userpolicy_id *id = next_request(XFRM_MSG_DELPOLICY, sizeof(*id));

		assert_int_equal(ntohs(id->sel.sport), i < 2 ? 135 : 136);
		assert_int_equal(id->dir, i & 1 ? XFRM_POLICY_OUT : XFRM_POLICY_IN);
	}
	for (i = 1; i <= 4; i++)
		answer(i, -EAFNOSUPPORT, NULL);
	netkey_holes_make(netkey);
	assert_false(netkey->holes);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_tunnel_sa),	 TEST(test_transport_sa),   TEST(test_windows),		 TEST(test_ah),
		TEST(test_get_spi),	 TEST(test_larval_is_gone), TEST(test_delete_and_usage), TEST(test_refusals),
		TEST(test_long_verdict), TEST(test_protect),	    TEST(test_shunts),		 TEST(test_selectors),
		TEST(test_acquire),	 TEST(test_expire),	    TEST(test_mapping),		 TEST(test_probe),
		TEST(test_holes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
