// SPDX-License-Identifier: GPL-2.0-or-later
/* What SAs and policies of the NETKEY backend may have beside IPsec: IPCOMP (RFC 3173), marks, devices, padding. */
#include "netkey_rig.h"

/* RFC 3173: an SA of its own, which is the tunnel, beside one in transport mode. */
static void test_ipcomp(void **state)
{
	struct backend_sa sa = rig_sa(htonl(0x1001), false);

	(void)state;
	sa.cpi = htonl(0x2222);
	sa.hard.bytes = 1 << 20;
	netkey_rig_answer(1, 0, NULL);
	netkey_rig_answer(2, 0, NULL);
	rig_assert_ok(backend, backend->ops->sa_add(backend, &sa));
	SHOWN("proto esp spi 0x00001001(4097) reqid 7(0x00000007) mode transport\n", "hard 1048576(bytes)",
	      "src 192.1.2.45 dst 192.1.2.23\n", "proto comp spi 0x00002222(8738) reqid 7(0x00000007) mode tunnel\n",
	      "flag af-unspec", "comp deflate ", "hard (INF)(bytes)");
	sa.inbound = true;
	sa.tunnel = false;
	netkey_rig_answer(1, 0, NULL);
	netkey_rig_answer(2, -ESRCH, NULL);
	netkey_rig_answer(3, 0, NULL);
	rig_assert_ok(backend, backend->ops->sa_add(backend, &sa));
	SHOWN("Updated src", "proto esp", "Updated src", "proto comp", "mode transport", "\nsrc ", "proto comp");
	netkey_rig_answer(1, 0, NULL);
	netkey_rig_answer(2, -ENOSYS, NULL);
	rig_assert_refused(backend, backend->ops->sa_add(backend, &sa), -ENOSYS,
			   "add comp.2222@192.1.2.23: the kernel");
}

static void test_ipcomp_policy(void **state)
{
	struct backend_policy one = rig_policy(BACKEND_PROTECT);
	unsigned int i;

	(void)state;
	one.cpi_out = htonl(0x2222);
	for (i = 1; i <= 3; i++)
		netkey_rig_answer(i, 0, NULL);
	rig_assert_ok(backend, backend->ops->policy_set(backend, &one));
	SHOWN("dir in ", "tmpl src 192.1.2.23 dst 192.1.2.45\n\t\tproto comp spi 0x00000000(0) reqid 7(0x00000007) ",
	      "mode tunnel\n", "level use",
	      "tmpl src 192.1.2.23 dst 192.1.2.45\n\t\tproto esp spi 0x00000000(0) reqid 7(0x00000007) ",
	      "mode transport\n", "level required", "dir out ", "proto comp", "mode tunnel", "level required",
	      "proto esp", "mode transport");
	/* A trap asks for ESP alone: whether there is IPCOMP is not known before. */
	one.action = BACKEND_TRAP;
	for (i = 1; i <= 3; i++)
		netkey_rig_answer(i, 0, NULL);
	rig_assert_ok(backend, backend->ops->policy_set(backend, &one));
	assert_null(strstr(netkey_rig_shown(), "proto comp"));
}

static void test_flags(void **state)
{
	const struct backend_options options = { .decap_dscp = true, .no_encap_dscp = true, .no_pmtu_disc = true };
	struct backend_sa sa = rig_sa(htonl(0x1001), false);

	(void)state;
	sa.options = &options;
	sa.tfc = 1400;
	netkey_rig_answer(1, 0, NULL);
	rig_assert_ok(backend, backend->ops->sa_add(backend, &sa));
	SHOWN("flag ", "decap-dscp", "nopmtudisc", "dont-encap-dscp", "tfcpad 1400");
	/* Padding is for tunnels, and with IPCOMP that is the tunnel. */
	sa.cpi = htonl(0x2222);
	netkey_rig_answer(1, 0, NULL);
	netkey_rig_answer(2, 0, NULL);
	rig_assert_ok(backend, backend->ops->sa_add(backend, &sa));
	assert_null(strstr(netkey_rig_shown(), "tfcpad"));
}

static void test_if_id(void **state)
{
	struct backend_options options = { .if_id = 5, .device = "ipsec5" };
	struct backend_policy one = rig_policy(BACKEND_PROTECT);
	struct backend_sa sa = rig_sa(htonl(0x1001), false);
	unsigned int i;

	(void)state;
	sa.options = one.options = &options;
	netkey_rig_answer(1, 0, NULL);
	rig_assert_ok(backend, backend->ops->sa_add(backend, &sa));
	SHOWN("output-mark 0x5/0xffffffff", "if_id 0x5");
	options.mark[1] = (struct backend_mark){ 7, 0xff };
	netkey_rig_answer(1, 0, NULL);
	rig_assert_ok(backend, backend->ops->sa_add(backend, &sa));
	SHOWN("output-mark 0x7/0xff");
	sa.inbound = true;
	netkey_rig_answer(1, 0, NULL);
	rig_assert_ok(backend, backend->ops->sa_add(backend, &sa));
	assert_null(strstr(netkey_rig_shown(), "output-mark"));
	for (i = 1; i <= 3; i++)
		netkey_rig_answer(i, 0, NULL);
	rig_assert_ok(backend, backend->ops->policy_set(backend, &one));
	SHOWN("dir in ", "if_id 0x5", "dir fwd ", "if_id 0x5", "dir out ", "if_id 0x5");
}

static void test_marks(void **state)
{
	const struct backend_options options = { .mark = { { 1, 0xf }, { 2, 0xff } } };
	struct backend_policy one = rig_policy(BACKEND_TRAP);
	const struct nlmsghdr *head;
	unsigned int i;

	(void)state;
	one.options = &options;
	for (i = 1; i <= 3; i++)
		netkey_rig_answer(i, 0, NULL);
	rig_assert_ok(backend, backend->ops->policy_set(backend, &one));
	SHOWN("dir in ", "mark 0x1/0xf", "dir fwd ", "mark 0x1/0xf", "dir out ", "mark 0x2/0xff");
	/* They are part of the name by which a policy goes. */
	for (i = 1; i <= 3; i++)
		netkey_rig_answer(i, 0, NULL);
	rig_assert_ok(backend, backend->ops->policy_delete(backend, &one));
	for (i = 1; i <= 3; i++) {
		head = (const struct nlmsghdr *)((const char *)netkey_rig_next(XFRM_MSG_DELPOLICY,
									       sizeof(struct xfrm_userpolicy_id)) -
						 NLMSG_HDRLEN);
		assert_int_equal(head->nlmsg_len, NLMSG_HDRLEN + MNL_ALIGN(sizeof(struct xfrm_userpolicy_id)) +
							  NLA_HDRLEN + sizeof(struct xfrm_mark));
	}
}

/* A network card that cannot: auto does without, others say so. */
static void test_offload(void **state)
{
	struct backend_options options = { .offload = BACKEND_OFFLOAD_AUTO };
	struct backend_sa sa = rig_sa(htonl(0x1001), false);

	(void)state;
	sa.options = &options;
	sa.physical = "lo";
	netkey_rig_answer(1, -EOPNOTSUPP, NULL);
	netkey_rig_answer(2, 0, NULL);
	rig_assert_ok(backend, backend->ops->sa_add(backend, &sa));
	SHOWN("offload parameters: dev lo dir out", "proto esp");
	options.offload = BACKEND_OFFLOAD_PACKET;
	netkey_rig_answer(1, -EOPNOTSUPP, "Device doesn't support offload");
	rig_assert_refused(backend, backend->ops->sa_add(backend, &sa), -EOPNOTSUPP, "doesn't support offload");
	SHOWN("offload parameters: dev lo dir out");
}

/* Policies of XFRM go by addresses. */
static void test_overlap(void **state)
{
	struct backend_options options = { .overlap = true };

	(void)state;
	rig_assert_refused(backend, backend->ops->check(backend, &options), -EOPNOTSUPP,
			   "the kernel's IPsec cannot tell peers that look alike (overlapip=)");
	options = (struct backend_options){ .if_id = 1, .mark[0].mask = 1 };
	rig_assert_ok(backend, backend->ops->check(backend, &options));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, netkey_rig_begin, netkey_rig_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_ipcomp), TEST(test_ipcomp_policy), TEST(test_flags),	 TEST(test_if_id),
		TEST(test_marks),  TEST(test_offload),	     TEST(test_overlap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
