// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The NETKEY backend against a kernel that is a socket pair: iproute2 reads what it sends, and answers and events are
 * written by hand.
 */
#include "netkey_rig.h"

#include <sys/socket.h>

static void assert_deleted_policy(uint8_t dir, uint32_t src, uint32_t dst)
{
	const struct xfrm_userpolicy_id *id = netkey_rig_next(XFRM_MSG_DELPOLICY, sizeof(*id));

	assert_int_equal(id->dir, dir);
	assert_int_equal(id->index, 0);
	assert_int_equal(ntohl(id->sel.saddr.a4), src);
	assert_int_equal(ntohl(id->sel.daddr.a4), dst);
	assert_int_equal(id->sel.prefixlen_s, 24);
	assert_int_equal(id->sel.family, AF_INET);
}

static struct klips_addr v6(uint8_t last)
{
	uint8_t bytes[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = last };

	return klips_addr_v6(bytes);
}

static void test_tunnel_sa(void **state)
{
	struct backend_sa sa = rig_sa(htonl(0x1001), false);

	(void)state;
	sa.soft.seconds = 3000;
	sa.hard.seconds = 3600;
	sa.hard.bytes = 1 << 20;
	sa.hard.packets = 1000;
	netkey_rig_answer(1, 0, NULL);
	rig_assert_ok(backend, backend->ops->sa_add(backend, &sa));
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
	struct backend_sa sa = rig_sa(htonl(0x1001), false);

	(void)state;
	sa.tunnel = false;
	sa.suite.encr = &rig_cbc;
	sa.suite.integ = &rig_sha256;
	sa.encr.length = 16;
	sa.integ.length = 32;
	sa.src_ts.ts[0] = rig_net(WEST, WEST);
	sa.dst_ts.ts[0] = rig_net(EAST, EAST);
	sa.src_ts.ts[0].protocol = sa.dst_ts.ts[0].protocol = IPPROTO_UDP;
	sa.dst_ts.ts[0].first_port = sa.dst_ts.ts[0].last_port = 1701;
	netkey_rig_answer(1, 0, NULL);
	rig_assert_ok(backend, backend->ops->sa_add(backend, &sa));
	SHOWN("mode transport\n", "flag  (0x00000000)\n", "auth-trunc hmac(sha256) 0x00000000000000000000000000000000",
	      "00000000000000000000000000000000 (256 bits) 128\n",
	      "enc cbc(aes) 0x000102030405060708090a0b0c0d0e0f (128 bits)\n",
	      "sel src 192.1.2.45/32 dst 192.1.2.23/32 proto udp dport 1701 ");
	/* Behind a NAT it has none. */
	sa.encap = true;
	sa.src.port = 4500;
	sa.dst.port = 1024;
	netkey_rig_answer(1, 0, NULL);
	rig_assert_ok(backend, backend->ops->sa_add(backend, &sa));
	SHOWN("encap type espinudp sport 4500 dport 1024 addr 0.0.0.0\n\tlifetime config:\n");
}

static void test_windows(void **state)
{
	struct backend_sa sa = rig_sa(htonl(0x1001), false);

	(void)state;
	sa.inbound = true;
	sa.window = 32;
	netkey_rig_answer(1, 0, NULL);
	rig_assert_ok(backend, backend->ops->sa_add(backend, &sa));
	SHOWN("Updated src 192.1.2.45", "replay-window 32 ", "expire add");
	sa.window = 100;
	netkey_rig_answer(1, 0, NULL);
	rig_assert_ok(backend, backend->ops->sa_add(backend, &sa));
	SHOWN("replay-window 0 ", "replay_window 100, bitmap-length 4\n");
	sa.window = 100000;
	sa.suite.esn = true;
	netkey_rig_answer(1, 0, NULL);
	rig_assert_ok(backend, backend->ops->sa_add(backend, &sa));
	SHOWN("replay-window 0 ", "flag af-unspec esn", "replay_window 4096, bitmap-length 128\n");
	/* The way out has no window, but with ESN the kernel wants one. */
	sa.inbound = false;
	netkey_rig_answer(1, 0, NULL);
	rig_assert_ok(backend, backend->ops->sa_add(backend, &sa));
	SHOWN("replay_window 32, bitmap-length 1\n");
}

static void test_ah(void **state)
{
	struct backend_sa sa = rig_sa(htonl(0x1001), false);

	(void)state;
	sa.protocol = IKE_PROTO_AH;
	sa.suite.integ = &rig_sha256;
	sa.integ.length = 32;
	netkey_rig_answer(1, 0, NULL);
	rig_assert_ok(backend, backend->ops->sa_add(backend, &sa));
	SHOWN("proto ah spi 0x00001001", "flag af-unspec align4", "auth-trunc hmac(sha256) ");
	sa.src.addr = v6(1);
	sa.dst.addr = v6(2);
	netkey_rig_answer(1, 0, NULL);
	rig_assert_ok(backend, backend->ops->sa_add(backend, &sa));
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
	netkey_rig_answer(1, 0, NULL);
}

static void test_get_spi(void **state)
{
	const struct klips_addr src = rig_v4(EAST), dst = rig_v4(WEST);
	struct {
		struct nlmsghdr head;
		struct xfrm_userspi_info info;
	} request;
	uint32_t spi = 0;

	(void)state;
	answer_info(htonl(0xc0000005), 0, 0, 0);
	rig_assert_ok(backend, backend->ops->get_spi(backend, IKE_PROTO_ESP, &src, &dst, 7, &spi));
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
	netkey_rig_answer(1, -ENOMEM, NULL);
	rig_assert_refused(backend, backend->ops->get_spi(backend, IKE_PROTO_ESP, &src, &dst, 7, &spi), -ENOMEM,
			   "allocate an SPI: Cannot allocate memory");
	netkey_rig_answer(1, 0, NULL);
	rig_assert_refused(backend, backend->ops->get_spi(backend, IKE_PROTO_ESP, &src, &dst, 7, &spi), -EBADMSG,
			   "named none");
}

/* One that was allocated may have gone meanwhile. */
static void test_larval_is_gone(void **state)
{
	struct backend_sa sa = rig_sa(htonl(0x1001), false);

	(void)state;
	sa.inbound = true;
	netkey_rig_answer(1, -ESRCH, NULL);
	netkey_rig_answer(2, 0, NULL);
	rig_assert_ok(backend, backend->ops->sa_add(backend, &sa));
	SHOWN("Updated src 192.1.2.45", "\nsrc 192.1.2.45");
}

static void test_delete_and_usage(void **state)
{
	const struct klips_addr src = rig_v4(EAST), dst = rig_v4(WEST);
	const uint64_t now = (uint64_t)time(NULL);
	const struct xfrm_usersa_id *id;
	struct backend_usage usage;

	(void)state;
	netkey_rig_answer(1, 0, NULL);
	rig_assert_ok(backend, backend->ops->sa_delete(backend, IKE_PROTO_ESP, htonl(0x1001), &src, &dst));
	id = netkey_rig_next(XFRM_MSG_DELSA, sizeof(*id));
	assert_int_equal(id->spi, htonl(0x1001));
	assert_int_equal(id->proto, IPPROTO_ESP);
	assert_int_equal(id->family, AF_INET);
	assert_int_equal(ntohl(id->daddr.a4), WEST);
	netkey_rig_answer(1, -ESRCH, NULL);
	rig_assert_refused(backend, backend->ops->sa_delete(backend, IKE_PROTO_ESP, htonl(0x1001), &src, &dst), -ENOENT,
			   "delete esp.1001@192.1.2.45: there is none");
	answer_info(htonl(0x1001), 0, 0, 0);
	rig_assert_ok(backend, backend->ops->sa_usage(backend, IKE_PROTO_ESP, htonl(0x1001), &src, &dst, &usage));
	assert_true(!usage.packets && usage.idle == UINT64_MAX);
	answer_info(htonl(0x1001), 5, now - 100, now - 20);
	rig_assert_ok(backend, backend->ops->sa_usage(backend, IKE_PROTO_ESP, htonl(0x1001), &src, &dst, &usage));
	assert_int_equal(usage.packets, 5);
	assert_int_equal(usage.bytes, 500);
	assert_in_range(usage.idle, 20, 25);
	answer_info(htonl(0x1001), 5, now - 100, 0);
	rig_assert_ok(backend, backend->ops->sa_usage(backend, IKE_PROTO_ESP, htonl(0x1001), &src, &dst, &usage));
	assert_in_range(usage.idle, 100, 105);
	answer_info(htonl(0x1001), 5, now - 100, now + 20);
	rig_assert_ok(backend, backend->ops->sa_usage(backend, IKE_PROTO_ESP, htonl(0x1001), &src, &dst, &usage));
	assert_int_equal(usage.idle, 0);
	netkey_rig_answer(1, -ESRCH, NULL);
	rig_assert_refused(backend, backend->ops->sa_usage(backend, IKE_PROTO_AH, htonl(0x1001), &src, &dst, &usage),
			   -ENOENT, "ask for ah.1001@192.1.2.45: there is none");
}

/* As a kernel has it: with keys, a window and numbers of 64 bits. */
static void answer_whole(const struct backend_sa *sa)
{
	union {
		struct xfrm_replay_state_esn state;
		uint8_t room[sizeof(struct xfrm_replay_state_esn) + 4];
	} replay = { .state = { .bmp_len = 1, .oseq = 0xffffff00, .oseq_hi = 1, .seq = 77, .replay_window = 32 } };
	union {
		struct xfrm_algo_aead aead;
		uint8_t room[sizeof(struct xfrm_algo_aead) + 20];
	} key = { .aead = { .alg_name = "rfc4106(gcm(aes))", .alg_key_len = 160, .alg_icv_len = 128 } };
	const struct xfrm_encap_tmpl encap = { .encap_type = 2,
					       .encap_sport = htons(4500),
					       .encap_dport = htons(4500) };
	char buffer[1024] __attribute__((aligned(8))) = { 0 };
	struct nlmsghdr *head = mnl_nlmsg_put_header(buffer);
	struct xfrm_usersa_info *info = mnl_nlmsg_put_extra_header(head, sizeof(*info));

	head->nlmsg_type = XFRM_MSG_NEWSA;
	head->nlmsg_seq = netkey->seq + 1;
	info->id.spi = sa->spi;
	info->id.proto = IPPROTO_ESP;
	info->id.daddr.a4 = htonl(EAST);
	info->saddr.a4 = htonl(WEST);
	info->family = AF_INET;
	info->mode = XFRM_MODE_TUNNEL;
	info->reqid = 7;
	info->flags = XFRM_STATE_ESN;
	info->lft.hard_packet_limit = 1000;
	info->curlft.packets = 5;
	mnl_attr_put(head, XFRMA_ALG_AEAD, sizeof(key), &key);
	mnl_attr_put(head, XFRMA_REPLAY_ESN_VAL, sizeof(replay), &replay);
	mnl_attr_put(head, XFRMA_ENCAP, sizeof(encap), &encap);
	mnl_attr_put_u64(head, XFRMA_LASTUSED, 1);
	assert_int_equal(send(calls, head, head->nlmsg_len, 0), head->nlmsg_len);
	netkey_rig_answer(1, 0, NULL);
}

/* What goes out by the old one meanwhile has numbers that the new one never gives. */
static void test_move(void **state)
{
	const struct backend_sa sa = rig_sa(htonl(0x1001), false);
	struct backend_move move = { .protocol = IKE_PROTO_ESP, .spi = sa.spi, .from = sa.dst.addr };

	(void)state;
	move.src = (struct ike_endpoint){ rig_v4(WEST + 1), 4500 };
	move.dst = (struct ike_endpoint){ rig_v4(EAST + 1), 40000 };
	answer_whole(&sa);
	netkey_rig_answer(2, 0, NULL);
	rig_assert_ok(backend, backend->ops->sa_move(backend, &move));
	assert_int_equal(netkey->seq, 2);
	netkey_rig_next(XFRM_MSG_GETSA, sizeof(struct xfrm_usersa_id));
	SHOWN("src 192.1.2.46 dst 192.1.2.24\n\tproto esp spi 0x00001001(4097) reqid 7(0x00000007) mode tunnel\n",
	      "aead rfc4106(gcm(aes)) 0x0000000000000000000000000000000000000000 (160 bits) 128\n",
	      "seq-hi 0x0, seq 0x4d, oseq-hi 0x2, oseq 0xff00", "hard 1000(packets)");
}

/* Into UDP, from another address: the name is the same, so that there cannot be two. */
static void test_move_under_the_same_name(void **state)
{
	const struct backend_sa sa = rig_sa(htonl(0x1001), false);
	struct backend_move move = { .protocol = IKE_PROTO_ESP, .spi = sa.spi, .from = sa.dst.addr };

	(void)state;
	move.src = (struct ike_endpoint){ rig_v4(WEST + 1), 4500 };
	move.dst = (struct ike_endpoint){ sa.dst.addr, 40000 };
	move.encap = true;
	answer_whole(&sa);
	netkey_rig_answer(2, 0, NULL);
	netkey_rig_answer(3, 0, NULL);
	rig_assert_ok(backend, backend->ops->sa_move(backend, &move));
	netkey_rig_next(XFRM_MSG_GETSA, sizeof(struct xfrm_usersa_id));
	netkey_rig_next(XFRM_MSG_DELSA, sizeof(struct xfrm_usersa_id));
	SHOWN("src 192.1.2.46 dst 192.1.2.23\n", "encap type espinudp sport 4500 dport 40000");
	netkey_rig_answer(1, -ESRCH, NULL);
	rig_assert_refused(backend, backend->ops->sa_move(backend, &move), -ENOENT,
			   "move esp.1001@192.1.2.23: there is");
	netkey_rig_answer(1, 0, NULL);
	rig_assert_refused(backend, backend->ops->sa_move(backend, &move), -EBADMSG, "does not say");
}

static void test_refusals(void **state)
{
	struct backend_sa sa = rig_sa(htonl(0x1001), false);

	(void)state;
	netkey_rig_answer(1, -EEXIST, NULL);
	rig_assert_refused(backend, backend->ops->sa_add(backend, &sa), -EEXIST,
			   "add esp.1001@192.1.2.23: it is there already");
	netkey_rig_answer(1, -EPERM, NULL);
	rig_assert_refused(backend, backend->ops->sa_add(backend, &sa), -EPERM, "this takes CAP_NET_ADMIN");
	netkey_rig_answer(1, -ENOSYS, "Requested AEAD algorithm not found");
	rig_assert_refused(backend, backend->ops->sa_add(backend, &sa), -ENOSYS,
			   "lacks one of the algorithms (Requested AEAD algorithm not found)");
	netkey_rig_answer(1, -4096, NULL);
	rig_assert_refused(backend, backend->ops->sa_add(backend, &sa), -EBADMSG, "");
	rig_assert_refused(backend, backend->ops->sa_add(backend, &sa), -ETIMEDOUT, "the kernel did not answer");
	assert_int_equal(send(calls, "x", 1, 0), 1);
	rig_assert_refused(backend, backend->ops->sa_add(backend, &sa), -ETIMEDOUT, "the kernel did not answer");
	sa.suite.encr = &rig_camellia;
	rig_assert_refused(backend, backend->ops->sa_add(backend, &sa), -EOPNOTSUPP, "NETKEY has no CAMELLIA_CBC");
	sa = rig_sa(htonl(0x1001), false);
	sa.encr.length = 200;
	rig_assert_refused(backend, backend->ops->sa_add(backend, &sa), -EINVAL, "AES_GCM_16 with a key of 200 bytes");
	shutdown(calls, SHUT_RDWR);
	sa = rig_sa(htonl(0x1001), false);
	rig_assert_refused(backend, backend->ops->sa_add(backend, &sa), -EPIPE, "the kernel takes no request");
}

/* The request is in the verdict of kernels that do not leave it out, and an answer to another request comes first. */
static void test_long_verdict(void **state)
{
	const struct klips_addr dst = rig_v4(WEST);
	char buffer[512] __attribute__((aligned(8))) = { 0 };
	struct nlmsghdr *head = mnl_nlmsg_put_header(buffer);
	struct nlmsgerr *verdict = mnl_nlmsg_put_extra_header(head, sizeof(*verdict));

	(void)state;
	netkey_rig_answer(0, 0, NULL);
	mnl_nlmsg_put_extra_header(head, sizeof(struct xfrm_usersa_id));
	head->nlmsg_type = NLMSG_ERROR;
	head->nlmsg_flags = NLM_F_ACK_TLVS;
	head->nlmsg_seq = netkey->seq + 1;
	verdict->error = -EINVAL;
	mnl_attr_put_strz(head, NLMSGERR_ATTR_MSG, "no such luck");
	assert_int_equal(send(calls, head, head->nlmsg_len, 0), head->nlmsg_len);
	rig_assert_refused(backend, backend->ops->sa_delete(backend, IKE_PROTO_ESP, htonl(0x1001), &dst, &dst), -EINVAL,
			   "Invalid argument (no such luck)");
}

static void test_protect(void **state)
{
	struct backend_policy one = rig_policy(BACKEND_PROTECT);
	unsigned int i;

	(void)state;
	for (i = 1; i <= 3; i++)
		netkey_rig_answer(i, 0, NULL);
	rig_assert_ok(backend, backend->ops->policy_set(backend, &one));
	SHOWN("Updated src 192.0.2.0/24 dst 192.0.1.0/24 ", "dir in action allow index 1073741832 priority 1234 ",
	      "limit: soft (INF)(bytes), hard (INF)(bytes)\n",
	      "tmpl src 192.1.2.23 dst 192.1.2.45\n\t\tproto esp spi 0x00000000(0) reqid 7(0x00000007) mode tunnel\n",
	      "level required share any \n", "enc-mask ffffffff auth-mask ffffffff comp-mask ffffffff\n",
	      "Updated src 192.0.2.0/24 dst 192.0.1.0/24 ", "dir fwd action allow ",
	      "tmpl src 192.1.2.23 dst 192.1.2.45\n", "Updated src 192.0.1.0/24 dst 192.0.2.0/24 ",
	      "dir out action allow ", "tmpl src 192.1.2.45 dst 192.1.2.23\n");
	for (i = 1; i <= 3; i++)
		netkey_rig_answer(i, i == 3 ? -ENOENT : 0, NULL);
	rig_assert_ok(backend, backend->ops->policy_delete(backend, &one));
	assert_deleted_policy(XFRM_POLICY_OUT, 0xc0000100, 0xc0000200);
	assert_deleted_policy(XFRM_POLICY_IN, 0xc0000200, 0xc0000100);
	assert_deleted_policy(XFRM_POLICY_FWD, 0xc0000200, 0xc0000100);
	for (i = 1; i <= 3; i++)
		netkey_rig_answer(i, -ENOENT, NULL);
	rig_assert_refused(backend, backend->ops->policy_delete(backend, &one), -ENOENT,
			   "delete policy out 192.0.1.0/24 to 192.0.2.0/24: there is none");
	netkey_rig_shown();
	/* In transport mode nothing is forwarded; a policy for that which was there goes. */
	one.tunnel = false;
	for (i = 1; i <= 3; i++)
		netkey_rig_answer(i, 0, NULL);
	rig_assert_ok(backend, backend->ops->policy_set(backend, &one));
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
		one = rig_policy(kinds[i].action);
		netkey_rig_answer(1, 0, NULL);
		netkey_rig_answer(2, 0, NULL);
		netkey_rig_answer(3, 0, NULL);
		rig_assert_ok(backend, backend->ops->policy_set(backend, &one));
		text = netkey_rig_shown();
		assert_non_null(strstr(text, kinds[i].does));
		assert_int_equal(!!strstr(text, "tmpl"), !!kinds[i].has);
	}
	one.action = BACKEND_HOLD;
	one.remote_host.version = 0;
	netkey_rig_answer(1, 0, NULL);
	netkey_rig_answer(2, 0, NULL);
	netkey_rig_answer(3, -EINVAL, "Invalid policy");
	rig_assert_refused(backend, backend->ops->policy_set(backend, &one), -EINVAL,
			   "set policy out 192.0.1.0/24 to 192.0.2.0/24: Invalid argument (Invalid policy)");
	assert_non_null(strstr(netkey_rig_shown(), "action block"));
}

static uint32_t next_priority(void)
{
	return ((const struct xfrm_userpolicy_info *)netkey_rig_next(XFRM_MSG_UPDPOLICY,
								     sizeof(struct xfrm_userpolicy_info)))
		->priority;
}

/* The priority of a policy, which is the same in both directions. */
static uint32_t priority_of(const struct backend_policy *policy)
{
	uint32_t first;
	unsigned int i;

	for (i = 1; i <= 3; i++)
		netkey_rig_answer(i, 0, NULL);
	rig_assert_ok(backend, backend->ops->policy_set(backend, policy));
	first = next_priority();
	assert_int_equal(next_priority(), first);
	assert_int_equal(next_priority(), first);
	return first;
}

/* As eroutes: by the width of this side, then of the other, then by protocol and ports; users' own is what they say. */
static void test_priorities(void **state)
{
	struct backend_policy policies[5];
	uint32_t before = 2, now;
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(policies); i++) {
		policies[i] = rig_policy(BACKEND_PASS);
		policies[i].priority = 0;
	}
	policies[0].local = rig_net(0xc0000101, 0xc0000101);
	policies[0].remote = rig_net(0, 0xffffffff);
	policies[1].remote = rig_net(0xc0000201, 0xc0000201);
	policies[2].local.protocol = policies[2].remote.protocol = IPPROTO_TCP;
	policies[2].remote.first_port = policies[2].remote.last_port = 80;
	policies[3].local.protocol = policies[3].remote.protocol = IPPROTO_TCP;
	for (i = 0; i < ARRAY_SIZE(policies); i++, before = now) {
		now = priority_of(&policies[i]);
		assert_true(now > before);
	}
	policies[0].priority = 77;
	assert_int_equal(priority_of(&policies[0]), 77);
}

static void test_selectors(void **state)
{
	struct backend_policy one = rig_policy(BACKEND_PASS);
	struct xfrm_selector sels[6];
	unsigned int i;

	(void)state;
	one.local = rig_net(0x0a000001, 0x0a000003);
	one.local.protocol = IPPROTO_TCP;
	one.remote.first_port = 80;
	one.remote.last_port = 81;
	for (i = 1; i <= 6; i++)
		netkey_rig_answer(i, 0, NULL);
	rig_assert_ok(backend, backend->ops->policy_set(backend, &one));
	for (i = 0; i < 6; i++)
		sels[i] = ((const struct xfrm_userpolicy_info *)netkey_rig_next(XFRM_MSG_UPDPOLICY,
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
	one = rig_policy(BACKEND_PASS);
	one.local.protocol = one.remote.protocol = IPPROTO_ICMP;
	one.local.first_port = 0x0800;
	one.local.last_port = 0x0800;
	for (i = 1; i <= 3; i++)
		netkey_rig_answer(i, 0, NULL);
	rig_assert_ok(backend, backend->ops->policy_set(backend, &one));
	SHOWN("proto icmp type 8 code 0", "dir in", "proto icmp type 8 code 0", "dir out");
	one.local.first_port = 65535;
	one.local.last_port = 0;
	rig_assert_refused(backend, backend->ops->policy_set(backend, &one), -EOPNOTSUPP, "opaque");
	rig_assert_refused(backend, backend->ops->policy_delete(backend, &one), -EOPNOTSUPP, "opaque");
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
	struct ike_ts expected = rig_net(0xc0000203, 0xc0000203);

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
	const struct klips_addr dst = rig_v4(WEST), from = rig_v4(0xc0010203);

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
	netkey_rig_answer(1, 0, NULL);
	netkey_rig_answer(2, 0, NULL);
	rig_assert_ok(backend, netkey_probe(netkey));
	assert_int_equal(netkey->seq, 2);
	SHOWN("src 127.0.0.1 dst 127.0.0.1\n", "aead rfc4106(gcm(aes)) ", "Deleted");
	netkey_rig_answer(1, -EEXIST, NULL);
	rig_assert_ok(backend, netkey_probe(netkey));
	netkey_rig_shown();
	netkey_rig_answer(1, -ENOSYS, "Requested AEAD algorithm not found");
	netkey_rig_answer(2, 0, NULL);
	netkey_rig_answer(3, 0, NULL);
	rig_assert_ok(backend, netkey_probe(netkey));
	SHOWN("aead", "auth-trunc hmac(sha256)", "enc cbc(aes)", "Deleted");
	netkey_rig_answer(1, -EPROTONOSUPPORT, "Requested type not found");
	rig_assert_refused(backend, netkey_probe(netkey), -EPROTONOSUPPORT,
			   "the kernel lacks the protocol (Requested type not found)");
}

/* Neighbour discovery passes while the backend is there; without IPv6 there is nothing to take back. */
static void test_holes(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 1; i <= 4; i++)
		netkey_rig_answer(i, 0, NULL);
	netkey_holes_make(netkey);
	assert_true(netkey->holes);
	SHOWN("src ::/0 dst ::/0 proto ipv6-icmp type 135 ", "dir in action allow index 1073741832 priority 1 ",
	      "type 135 ", "dir out", "type 136 ", "dir in", "type 136 ", "dir out");
	for (i = 1; i <= 4; i++)
		netkey_rig_answer(i, 0, NULL);
	netkey_holes_fill(netkey);
	for (i = 0; i < 4; i++) {
		const struct xfrm_userpolicy_id *id = netkey_rig_next(XFRM_MSG_DELPOLICY, sizeof(*id));

		assert_int_equal(ntohs(id->sel.sport), i < 2 ? 135 : 136);
		assert_int_equal(id->dir, i & 1 ? XFRM_POLICY_OUT : XFRM_POLICY_IN);
	}
	for (i = 1; i <= 4; i++)
		netkey_rig_answer(i, -EAFNOSUPPORT, NULL);
	netkey_holes_make(netkey);
	assert_false(netkey->holes);
}

static struct nlmsghdr *begin_listed(void *buffer, unsigned int nth, uint16_t type)
{
	struct nlmsghdr *head = mnl_nlmsg_put_header(buffer);

	head->nlmsg_type = type;
	head->nlmsg_flags = NLM_F_MULTI;
	head->nlmsg_seq = netkey->seq + nth;
	return head;
}

static void send_listed(const struct nlmsghdr *head)
{
	assert_int_equal(send(calls, head, head->nlmsg_len, 0), head->nlmsg_len);
}

static void list_policy(uint32_t index, uint32_t priority, uint32_t reqid, uint32_t if_id)
{
	char buffer[1024] __attribute__((aligned(8))) = { 0 };
	struct nlmsghdr *head = begin_listed(buffer, 1, XFRM_MSG_NEWPOLICY);
	struct xfrm_userpolicy_info *info = mnl_nlmsg_put_extra_header(head, sizeof(*info));
	const struct xfrm_user_tmpl tmpl = { .reqid = reqid };

	info->index = index;
	info->dir = index & 7;
	info->priority = priority;
	if (reqid)
		mnl_attr_put(head, XFRMA_TMPL, sizeof(tmpl), &tmpl);
	if (if_id)
		mnl_attr_put_u32(head, XFRMA_IF_ID, if_id);
	send_listed(head);
}

static void list_sa(uint32_t spi, uint32_t reqid)
{
	char buffer[1024] __attribute__((aligned(8))) = { 0 };
	struct nlmsghdr *head = begin_listed(buffer, 2, XFRM_MSG_NEWSA);
	struct xfrm_usersa_info *info = mnl_nlmsg_put_extra_header(head, sizeof(*info));

	info->id.spi = htonl(spi);
	info->reqid = reqid;
	info->id.proto = IPPROTO_ESP;
	info->family = AF_INET;
	send_listed(head);
}

static void end_list(unsigned int nth)
{
	char buffer[64] __attribute__((aligned(8))) = { 0 };
	struct nlmsghdr *head = begin_listed(buffer, nth, NLMSG_DONE);

	mnl_nlmsg_put_extra_header(head, sizeof(int));
	send_listed(head);
}

static void skip_listing(void)
{
	char packet[NETKEY_ROOM] __attribute__((aligned(8)));
	const struct nlmsghdr *head = (const struct nlmsghdr *)packet;

	assert_true(recv(calls, packet, sizeof(packet), MSG_DONTWAIT) > 0);
	assert_int_equal(head->nlmsg_flags, NLM_F_REQUEST | NLM_F_DUMP);
}

/* Of what is there pluto's own goes: policies by their numbers, SAs by reqids. All else is somebody's. */
static void test_sweep(void **state)
{
	const struct xfrm_userpolicy_id *policy;
	unsigned int i;

	(void)state;
	list_policy(8, 5, 16388, 0); /* of someone with a counter of his own */
	list_policy(NETKEY_INDEX_OWN | 9, 1234, 99, 3);
	list_policy(NETKEY_INDEX_OWN | 16, NETKEY_PRIORITY_HOLE, 0, 0);
	end_list(1);
	list_sa(0x1001, 98);
	list_sa(0x1002, 99);
	list_sa(0x1003, 16392);
	list_sa(0, 16392);
	list_sa(0x1004, 0);
	end_list(2);
	for (i = 3; i <= 5; i++)
		netkey_rig_answer(i, i == 4 ? -ESRCH : 0, NULL);
	assert_int_equal(backend->ops->sweep(backend), 2);
	skip_listing();
	skip_listing();
	policy = netkey_rig_next(XFRM_MSG_DELPOLICY, sizeof(*policy) + 8);
	assert_int_equal(policy->index, NETKEY_INDEX_OWN | 9);
	assert_int_equal(policy->dir, XFRM_POLICY_OUT);
	for (i = 0x1002; i <= 0x1003; i++) {
		const struct xfrm_usersa_id *id = netkey_rig_next(XFRM_MSG_DELSA, sizeof(*id));

		assert_int_equal(ntohl(id->spi), i);
	}
	netkey_rig_answer(1, -EPERM, NULL);
	rig_assert_refused(backend, backend->ops->sweep(backend), -EPERM, "list policies: this takes CAP_NET_ADMIN");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, netkey_rig_begin, netkey_rig_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_tunnel_sa),
		TEST(test_transport_sa),
		TEST(test_windows),
		TEST(test_ah),
		TEST(test_get_spi),
		TEST(test_larval_is_gone),
		TEST(test_delete_and_usage),
		TEST(test_move),
		TEST(test_move_under_the_same_name),
		TEST(test_refusals),
		TEST(test_long_verdict),
		TEST(test_protect),
		TEST(test_shunts),
		TEST(test_selectors),
		TEST(test_acquire),
		TEST(test_expire),
		TEST(test_mapping),
		TEST(test_probe),
		TEST(test_holes),
		TEST(test_priorities),
		TEST(test_sweep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
