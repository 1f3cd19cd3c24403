// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The NETKEY backend and the kernel that the tests run on, in a network namespace of their own. That kernel may have
 * XFRM without ESP: then there are larval SAs, policies and events, but no SA becomes whole, and open() says why.
 */
#include "backend_rig.h"

#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <unistd.h>

#include <net/if.h>

#include "../netkey.h"

#define WAIT 5000 /* milliseconds */

static struct backend *backend;
static bool whole; /* the kernel has ESP, and open() made the backend */

static struct rig_told told;

/* A network with lo, where policies are asked too. */
static int make_network(void)
{
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	int fd, err;

	if (rig_own_network())
		return -1;
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	err = ioctl(fd, SIOCSIFFLAGS, &lo);
	close(fd);
	return err ? err : rig_write_file("/proc/sys/net/ipv4/conf/lo/disable_xfrm", "0");
}

static int netlink(unsigned int groups)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = groups };
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_XFRM), one = 1;

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)))
		return -1;
	setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one));
	setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof(one));
	return fd;
}

static int set_up(void **state)
{
	int calls, listener;
	char why[256];

	(void)state;
	memset(&told, 0, sizeof(told));
	backend = backend_netkey.open(&rig_events, &told, why, sizeof(why));
	whole = backend;
	if (backend)
		return 0;
	calls = netlink(0);
	listener = netlink(XFRMGRP_ACQUIRE | XFRMGRP_EXPIRE);
	backend = calls < 0 || listener < 0 ? NULL : &netkey_new(calls, listener, &rig_events, &told)->backend;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	if (backend)
		backend->ops->close(backend);
	return system("ip xfrm policy flush && ip xfrm state flush");
}

static void need_xfrm(void)
{
	if (!backend)
		skip();
}

/* Between nets that lo has. */
static struct backend_policy local_policy(enum backend_action action)
{
	struct backend_policy one = rig_policy(action);

	one.local = rig_net(0x7f000000, 0x7fffffff);
	one.remote = rig_net(0x7f010000, 0x7f01ffff);
	return one;
}

static const char *ask(const char *command)
{
	static char text[65536];
	FILE *ip = popen(command, "r");
	size_t length = fread(text, 1, sizeof(text) - 1, ip);

	text[length] = '\0';
	pclose(ip);
	return text;
}

static void assert_has(const char *text, const char *words)
{
	if (!strstr(text, words))
		fail_msg("no '%s' in:\n%s", words, text);
}

/* Whether open() agrees with the kernel, and says what is missing. */
static void test_open(void **state)
{
	char why[256];
	struct backend *one;

	(void)state;
	need_xfrm();
	one = backend_netkey.open(&rig_events, &told, why, sizeof(why));
	assert_int_equal(!!one, whole);
	if (one)
		one->ops->close(one);
	else
		assert_has(why, "the kernel's IPsec cannot be used: add esp.100@127.0.0.1: the kernel lacks ");
	assert_string_equal(ask("ip xfrm state"), "");
}

static void test_policies(void **state)
{
	struct backend_policy one = local_policy(BACKEND_PROTECT);
	const char *text;

	(void)state;
	need_xfrm();
	rig_assert_ok(backend, backend->ops->policy_set(backend, &one));
	text = ask("ip xfrm policy list dir out");
	assert_has(text, "src 127.0.0.0/8 dst 127.1.0.0/16 \n\tdir out priority 1234 ");
	assert_has(text, "\ttmpl src 192.1.2.45 dst 192.1.2.23\n\t\tproto esp reqid 7 mode tunnel\n");
	assert_has(ask("ip xfrm policy list dir fwd"), "src 127.1.0.0/16 dst 127.0.0.0/8 ");
	text = ask("ip xfrm policy list dir in");
	assert_has(text, "\ttmpl src 192.1.2.23 dst 192.1.2.45\n");
	/* Another takes its place, also with another priority. */
	one.action = BACKEND_DROP;
	one.priority = 5;
	rig_assert_ok(backend, backend->ops->policy_set(backend, &one));
	text = ask("ip xfrm policy list dir out");
	assert_has(text, "dir out action block priority 5 ");
	assert_null(strstr(text, "tmpl"));
	assert_null(strstr(text, "1234"));
	/* Transport: none for what is forwarded. */
	one = local_policy(BACKEND_TRAP);
	one.tunnel = false;
	rig_assert_ok(backend, backend->ops->policy_set(backend, &one));
	assert_has(ask("ip xfrm policy list dir in"), "mode transport");
	assert_null(strstr(ask("ip xfrm policy list"), "dir fwd"));
	rig_assert_ok(backend, backend->ops->policy_delete(backend, &one));
	assert_null(strstr(ask("ip xfrm policy list"), "127.1.0.0"));
	assert_int_equal(backend->ops->policy_delete(backend, &one), -ENOENT);
	assert_has(backend->ops->why(backend), "delete policy out 127.0.0.0/8 to 127.1.0.0/16: there is none");
}

static void test_selectors(void **state)
{
	struct backend_policy one = local_policy(BACKEND_DROP);
	const char *text;

	(void)state;
	need_xfrm();
	one.local = rig_net(0x0a000001, 0x0a000003);
	one.local.protocol = one.remote.protocol = IPPROTO_UDP;
	one.remote.first_port = one.remote.last_port = 53;
	rig_assert_ok(backend, backend->ops->policy_set(backend, &one));
	text = ask("ip xfrm policy list dir out");
	assert_has(text, "src 10.0.0.1/32 dst 127.1.0.0/16 proto udp dport 53");
	assert_has(text, "src 10.0.0.2/31 dst 127.1.0.0/16 proto udp dport 53");
	assert_has(ask("ip xfrm policy list dir in"), "src 127.1.0.0/16 dst 10.0.0.2/31 proto udp sport 53");
	rig_assert_ok(backend, backend->ops->policy_delete(backend, &one));
	assert_null(strstr(ask("ip xfrm policy list"), "127.1.0.0"));
}

static void test_spis(void **state)
{
	const struct klips_addr src = rig_v4(EAST), dst = rig_v4(WEST);
	uint32_t spi[2];
	char words[96];

	(void)state;
	need_xfrm();
	rig_assert_ok(backend, backend->ops->get_spi(backend, IKE_PROTO_ESP, &src, &dst, 7, &spi[0]));
	rig_assert_ok(backend, backend->ops->get_spi(backend, IKE_PROTO_ESP, &src, &dst, 7, &spi[1]));
	assert_int_not_equal(spi[0], spi[1]);
	assert_true(ntohl(spi[0]) >= 0x100);
	snprintf(words, sizeof(words), "src 192.1.2.23 dst 192.1.2.45\n\tproto esp spi 0x%08x reqid 7 ", ntohl(spi[0]));
	assert_has(ask("ip xfrm state"), words);
	rig_assert_ok(backend, backend->ops->sa_delete(backend, IKE_PROTO_ESP, spi[0], &src, &dst));
	assert_int_equal(backend->ops->sa_delete(backend, IKE_PROTO_ESP, spi[0], &src, &dst), -ENOENT);
	rig_assert_ok(backend, backend->ops->sa_delete(backend, IKE_PROTO_ESP, spi[1], &src, &dst));
}

/* Where there is no ESP it is said; where there is, the SA becomes whole, in both directions, with ESN and in UDP. */
static void test_sa(void **state)
{
	const struct klips_addr src = rig_v4(EAST), dst = rig_v4(WEST);
	struct backend_usage usage;
	struct backend_sa sa;
	const char *text;
	uint32_t spi;
	int err;

	(void)state;
	need_xfrm();
	rig_assert_ok(backend, backend->ops->get_spi(backend, IKE_PROTO_ESP, &src, &dst, 7, &spi));
	sa = rig_sa(spi, true);
	sa.src_ts.ts[0] = sa.dst_ts.ts[0] = rig_net(0, UINT32_MAX);
	sa.window = 1024;
	sa.encap = sa.suite.esn = true;
	sa.src.port = sa.dst.port = 4500;
	err = backend->ops->sa_add(backend, &sa);
	if (!whole) {
		assert_true(err == -EPROTONOSUPPORT || err == -ENOSYS);
		assert_has(backend->ops->why(backend), "the kernel lacks ");
		return;
	}
	rig_assert_ok(backend, err);
	text = ask("ip xfrm state");
	assert_has(text, "flag af-unspec esn");
	assert_has(text, "replay_window 1024, bitmap-length 32");
	assert_has(text, "encap type espinudp sport 4500 dport 4500");
	/* Once more: the kernel takes new limits and ports, and no keys. */
	rig_assert_ok(backend, backend->ops->sa_add(backend, &sa));
	rig_assert_ok(backend, backend->ops->sa_usage(backend, IKE_PROTO_ESP, spi, &src, &dst, &usage));
	assert_true(!usage.packets && !usage.bytes && usage.idle == UINT64_MAX);
	sa.inbound = false;
	sa.spi = htonl(0x12345678);
	sa.src.addr = dst;
	sa.dst.addr = src;
	rig_assert_ok(backend, backend->ops->sa_add(backend, &sa));
	assert_int_equal(backend->ops->sa_add(backend, &sa), -EEXIST);
	assert_has(backend->ops->why(backend), "add esp.12345678@192.1.2.23: it is there already");
	rig_assert_ok(backend, backend->ops->sa_delete(backend, IKE_PROTO_ESP, sa.spi, &dst, &src));
	rig_assert_ok(backend, backend->ops->sa_delete(backend, IKE_PROTO_ESP, spi, &src, &dst));
	assert_string_equal(ask("ip xfrm state"), "");
}

/* A packet meets a trap; and one of a socket that is beside all policies does not. */
static void test_acquire(void **state)
{
	struct backend_policy trap = local_policy(BACKEND_TRAP);
	struct pollfd one = { .fd = backend ? backend->ops->fd(backend) : -1, .events = POLLIN };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	(void)state;
	need_xfrm();
	trap.local_host = rig_v4(0x7f000001);
	trap.remote_host = rig_v4(0x7f000002);
	rig_assert_ok(backend, backend->ops->policy_set(backend, &trap));
	rig_send(fd, "127.1.0.1", 9999);
	assert_int_equal(poll(&one, 1, WAIT), 1);
	backend->ops->dispatch(backend);
	assert_int_equal(told.acquires, 1);
	assert_int_equal(told.reqid, 7);
	assert_int_equal(told.dst.protocol, IPPROTO_UDP);
	assert_int_equal(told.dst.first_port, 9999);
	assert_int_equal(told.dst.last_port, 9999);
	assert_int_equal(told.dst.first[1], 1);
	assert_memory_equal(told.dst.first, told.dst.last, 4);
	rig_assert_ok(backend, backend->ops->bypass_socket(backend, fd, 4));
	assert_int_equal(rig_send(fd, "127.1.0.1", 9998), 0);
	assert_int_equal(poll(&one, 1, 0), 0);
	rig_assert_ok(backend, backend->ops->policy_delete(backend, &trap));
	close(fd);
}

static void test_sockets(void **state)
{
	int v6 = socket(AF_INET6, SOCK_DGRAM, 0), v4 = socket(AF_INET, SOCK_DGRAM, 0);

	(void)state;
	need_xfrm();
	if (whole)
		rig_assert_ok(backend, backend->ops->encap_socket(backend, v4, 4, 4500));
	close(v4);
	if (v6 >= 0)
		rig_assert_ok(backend, backend->ops->bypass_socket(backend, v6, 6));
	close(v6);
	assert_int_not_equal(backend->ops->bypass_socket(backend, -1, 4), 0);
	assert_has(backend->ops->why(backend), "Bad file descriptor");
	assert_int_not_equal(backend->ops->encap_socket(backend, -1, 4, 4500), 0);
	assert_has(backend->ops->why(backend), "ESP in UDP: ");
}

static void test_holes(void **state)
{
	struct netkey *netkey;

	(void)state;
	need_xfrm();
	netkey = netkey_of(backend);
	netkey_holes_make(netkey);
	if (!netkey->holes)
		skip();
	assert_has(ask("ip -6 xfrm policy list dir in"),
		   "src ::/0 dst ::/0 proto ipv6-icmp type 135 \n\tdir in priority 1 ");
	netkey_holes_fill(netkey);
	assert_null(strstr(ask("ip xfrm policy list"), "ipv6-icmp"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_open), TEST(test_policies), TEST(test_selectors), TEST(test_spis),
		TEST(test_sa),	 TEST(test_acquire),  TEST(test_sockets),   TEST(test_holes),
	};

	if (make_network()) {
		printf("no namespaces for users: skipped\n");
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
