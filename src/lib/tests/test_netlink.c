// SPDX-License-Identifier: GPL-2.0-or-later
/* Netlink messages, and rtnetlink of the kernel that the tests run on. */
#include "../../klips/tests/test.h"

#include <errno.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/rtnetlink.h>

#include "../control_netlink.h"
#include "../netlink.h"

static char buffer[NETLINK_ROUTE_ROOM] __attribute__((aligned(8)));
static struct nlmsghdr *const message = (struct nlmsghdr *)buffer;

static void test_message_ok(void **state)
{
	static const struct {
		uint32_t length;
		int left;
		bool ok;
	} cases[] = {
		{ 20, 20, true },	   { 16, 16, true },  { 20, 24, true },
		{ 20, 19, false },	   { 15, 20, false }, { 0x80000000, 20, false },
		{ 0xffffffff, 20, false }, { 16, 15, false }, { 16, -4, false },
	};
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		message->nlmsg_len = cases[i].length;
		assert_int_equal(netlink_message_ok(message, cases[i].left), cases[i].ok);
	}
}

static void test_begin(void **state)
{
	const struct rtmsg zero = { 0 };
	struct rtmsg *info;

	(void)state;
	memset(buffer, 0xff, sizeof(buffer));
	info = netlink_begin(buffer, RTM_GETROUTE, NLM_F_ACK, sizeof(*info));
	assert_ptr_equal(info, buffer + NLMSG_HDRLEN);
	assert_memory_equal(info, &zero, sizeof(zero));
	assert_int_equal(message->nlmsg_len, NLMSG_HDRLEN + sizeof(*info));
	assert_int_equal(message->nlmsg_type, RTM_GETROUTE);
	assert_int_equal(message->nlmsg_flags, NLM_F_REQUEST | NLM_F_ACK);
	assert_int_equal(message->nlmsg_pid, 0);
}

static void test_addr(void **state)
{
	static const uint8_t bytes[16] = { 192, 0, 2, 1 };
	static const struct {
		uint8_t family, length, version;
	} cases[] = {
		{ AF_INET, 4, KLIPS_V4 }, { AF_INET6, 16, KLIPS_V6 }, { AF_INET, 16, 0 },
		{ AF_INET6, 4, 0 },	  { AF_UNIX, 4, 0 },	      { AF_INET, 3, 0 },
	};
	const struct nlattr *attr;
	struct klips_addr addr;
	unsigned int i;

	(void)state;
	assert_int_equal(netlink_addr(NULL, AF_INET).version, 0);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		attr = netlink_begin(buffer, RTM_GETADDR, 0, 0);
		mnl_attr_put(message, IFA_LOCAL, cases[i].length, bytes);
		addr = netlink_addr(attr, cases[i].family);
		assert_int_equal(addr.version, cases[i].version);
		if (addr.version)
			assert_memory_equal(addr.b, bytes, cases[i].length);
	}
}

static int take_link(const struct nlmsghdr *answer, void *arg)
{
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(answer);

	assert_int_equal(answer->nlmsg_type, RTM_NEWLINK);
	*(int *)arg = info->ifi_index;
	return MNL_CB_OK;
}

static void test_route_ask(void **state)
{
	int index = 0;

	(void)state;
	netlink_begin(buffer, RTM_GETLINK, NLM_F_ACK, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(message, IFLA_IFNAME, "lo");
	assert_int_equal(netlink_route_ask(buffer, take_link, &index), 0);
	assert_int_equal(index, if_nametoindex("lo"));
	netlink_begin(buffer, RTM_GETLINK, NLM_F_ACK, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(message, IFLA_IFNAME, "nosuch0");
	assert_int_equal(netlink_route_ask(buffer, take_link, &index), -ENODEV);
}

/* Of all families of the kernel that the tests run on, whether KLIPS is there or not: none is loaded for it. */
static void test_module(void **state)
{
	struct klips_client client = { .fd = -1 };
	int err;

	(void)state;
	err = klips_netlink_open(&client, false);
	assert_true(!err || err == -ENOENT);
	assert_int_equal(client.fd >= 0, !err);
	assert_int_equal(client.type != 0, !err);
	klips_client_close(&client);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_message_ok), cmocka_unit_test(test_begin),  cmocka_unit_test(test_addr),
		cmocka_unit_test(test_route_ask),  cmocka_unit_test(test_module),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
