// SPDX-License-Identifier: GPL-2.0-or-later
/* The KLIPS backend against klipsd's control server, with core's own tables behind it; and the choice of a stack. */
#include "backend_rig.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <poll.h>
#include <pthread.h>
#include <unistd.h>

#include "../../lib/parse.h"
#include "../../klips/tests/control_rig.h"
#include "../backend_klips.h"

#define WAIT 5000 /* milliseconds */

static char folder[] = "/tmp/backend-klips-XXXXXX";
static char path[64];
static struct klips_control_server *server;
static pthread_t thread;
static int quit[2];
static struct backend *backend;

static struct rig_told told;

/* What klipsd's main thread does. */
static void *serve(void *arg)
{
	struct pollfd fds[] = { { .fd = klips_control_server_fd(server), .events = POLLIN },
				{ .fd = quit[0], .events = POLLIN } };

	(void)arg;
	rcu_register_thread();
	while (poll(fds, 2, -1) >= 0 && !fds[1].revents)
		klips_control_server_run(server);
	rcu_unregister_thread();
	return NULL;
}

static void start_klips(void)
{
	assert_int_equal(klips_control_server_new(&server, &rig_control, path), 0);
	assert_int_equal(pipe(quit), 0);
	assert_int_equal(pthread_create(&thread, NULL, serve, NULL), 0);
}

static void stop_klips(void)
{
	close(quit[1]);
	pthread_join(thread, NULL);
	close(quit[0]);
	klips_control_server_free(server);
}

static int set_up(void **state)
{
	char why[256];

	(void)state;
	rig_begin();
	start_klips();
	memset(&told, 0, sizeof(told));
	backend = backend_klips.open(&rig_events, &told, why, sizeof(why));
	if (!backend)
		fail_msg("%s", why);
	assert_string_equal(why, "KLIPS 0.0-test, cryptography: of the rig");
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	backend->ops->close(backend);
	stop_klips();
	rig_end();
	return 0;
}

static struct backend_sa inbound(uint32_t spi)
{
	struct backend_sa sa = rig_sa(spi, true);

	sa.window = 100;
	sa.soft.seconds = 3000;
	sa.hard.seconds = 3600;
	sa.hard.bytes = 1 << 30;
	return sa;
}

static int count_sa(const struct klips_sa_info *info, void *arg)
{
	*(struct klips_sa_config *)arg = info->config;
	return 0;
}

static struct klips_sa_config only_sa(void)
{
	struct klips_backend *klips = container_of(backend, struct klips_backend, backend);
	struct klips_refusal why = { 0 };
	struct klips_sa_config config = { 0 };

	assert_int_equal(klips_client_sa_list(&klips->client, count_sa, &config, &why), 0);
	return config;
}

static void test_sa(void **state)
{
	const struct klips_addr src = rig_v4(EAST), dst = rig_v4(WEST);
	struct klips_sa_config config;
	struct backend_usage usage;
	struct backend_sa sa;
	uint32_t spi;

	(void)state;
	rig_assert_ok(backend, backend->ops->get_spi(backend, IKE_PROTO_ESP, &src, &dst, 7, &spi));
	assert_true(ntohl(spi) >= 0x100);
	assert_int_equal(only_sa().state, KLIPS_SA_LARVAL);
	sa = inbound(spi);
	rig_assert_ok(backend, backend->ops->sa_add(backend, &sa));
	config = only_sa();
	assert_int_equal(config.state, KLIPS_SA_MATURE);
	assert_int_equal(config.said.spi, spi);
	assert_int_equal(config.said.proto, KLIPS_PROTO_ESP);
	assert_true(klips_addr_equal(&config.said.dst, &dst));
	assert_true(klips_addr_equal(&config.src, &src));
	assert_int_equal(config.keys.encr, KLIPS_ENCR_AES_GCM_16);
	assert_int_equal(config.keys.auth, KLIPS_AUTH_NONE);
	assert_int_equal(config.mode, KLIPS_MODE_TUNNEL);
	assert_int_equal(config.flags, KLIPS_SA_INBOUND);
	assert_int_equal(config.window, 128);
	assert_int_equal(config.natt, KLIPS_NATT_NONE);
	assert_int_equal(config.soft.addtime, 3000);
	assert_int_equal(config.hard.addtime, 3600);
	assert_int_equal(config.hard.bytes, 1 << 30);
	assert_int_equal(config.selector.src_bits, 24);
	assert_int_equal(config.selector.src.w[0], htobe32(0xc0000200));
	assert_int_equal(config.selector.dst.w[0], htobe32(0xc0000100));
	rig_assert_ok(backend, backend->ops->sa_usage(backend, IKE_PROTO_ESP, spi, &src, &dst, &usage));
	assert_int_equal(usage.packets, 0);
	assert_true(usage.idle == UINT64_MAX);
	rig_assert_refused(backend, backend->ops->sa_add(backend, &sa), -EEXIST, "is there already");
	rig_assert_ok(backend, backend->ops->sa_delete(backend, IKE_PROTO_ESP, spi, &src, &dst));
	rig_assert_refused(backend, backend->ops->sa_delete(backend, IKE_PROTO_ESP, spi, &src, &dst), -ENOENT,
			   "there is no esp");
	rig_assert_refused(backend, backend->ops->sa_usage(backend, IKE_PROTO_ESP, spi, &src, &dst, &usage), -ENOENT,
			   "there is no");
}

/* To another address, where both names lead to it for a while; and into UDP, under the same name. */
static void test_move(void **state)
{
	struct backend_sa sa = inbound(htonl(0x1234));
	struct backend_move move = {
		.protocol = IKE_PROTO_ESP,
		.spi = sa.spi,
		.inbound = true,
		.from = sa.dst.addr,
		.src = sa.src,
		.dst = { rig_v4(WEST + 1), 4500 },
	};
	struct klips_sa_config config;

	(void)state;
	rig_assert_refused(backend, backend->ops->sa_move(backend, &move), -ENOENT, "there is no esp0x1234@192.1.2.45");
	rig_assert_ok(backend, backend->ops->sa_add(backend, &sa));
	rig_assert_ok(backend, backend->ops->sa_move(backend, &move));
	rig_assert_refused(backend, backend->ops->sa_move(backend, &move), -EEXIST, "esp0x1234@192.1.2.46 is there");
	rig_assert_ok(backend, backend->ops->sa_delete(backend, sa.protocol, sa.spi, &sa.src.addr, &sa.dst.addr));
	config = only_sa();
	assert_true(klips_addr_equal(&config.said.dst, &move.dst.addr));
	assert_int_equal(config.hard.addtime, 3600);
	assert_int_equal(config.window, 128);
	assert_int_equal(config.keys.encr, KLIPS_ENCR_AES_GCM_16);
	move.from = move.dst.addr;
	move.src = (struct ike_endpoint){ rig_v4(EAST + 1), 40000 };
	move.encap = true;
	rig_assert_ok(backend, backend->ops->sa_move(backend, &move));
	config = only_sa();
	assert_true(klips_addr_equal(&config.src, &move.src.addr));
	assert_int_equal(config.natt, KLIPS_NATT_NONESP);
	assert_int_equal(config.natt_sport, 40000);
	assert_int_equal(config.natt_dport, 4500);
	move.src.port = 0;
	rig_assert_refused(backend, backend->ops->sa_move(backend, &move), -EINVAL, "natt-sport");
	rig_assert_ok(backend, backend->ops->sa_delete(backend, sa.protocol, sa.spi, &move.src.addr, &move.dst.addr));
}

/* UDP, ESN, transport mode, an authenticator of its own; and an inbound SA whose larval one has gone. */
static void test_kinds(void **state)
{
	struct backend_sa sa = inbound(htobe32(0x1001));
	struct klips_sa_config config;

	(void)state;
	sa.suite.encr = &rig_cbc;
	sa.suite.integ = &rig_sha256;
	sa.suite.esn = true;
	sa.encr.length = 16;
	sa.integ.length = 32;
	sa.tunnel = false;
	sa.encap = true;
	sa.src.port = 1024;
	sa.dst.port = 4500;
	rig_assert_ok(backend, backend->ops->sa_add(backend, &sa));
	config = only_sa();
	assert_int_equal(config.mode, KLIPS_MODE_TRANSPORT);
	assert_int_equal(config.flags, KLIPS_SA_INBOUND | KLIPS_SA_ESN);
	assert_int_equal(config.keys.encr, KLIPS_ENCR_AES_CBC);
	assert_int_equal(config.keys.auth, KLIPS_AUTH_HMAC_SHA2_256_128);
	assert_int_equal(config.natt, KLIPS_NATT_NONESP);
	assert_int_equal(config.natt_sport, 1024);
	assert_int_equal(config.natt_dport, 4500);
	rig_assert_ok(backend, backend->ops->sa_delete(backend, IKE_PROTO_ESP, sa.spi, &sa.src.addr, &sa.dst.addr));
	/* AH outbound: no window, no selector, no cipher. */
	sa.protocol = IKE_PROTO_AH;
	sa.inbound = sa.encap = sa.suite.esn = false;
	sa.suite.encr = NULL;
	rig_assert_ok(backend, backend->ops->sa_add(backend, &sa));
	config = only_sa();
	assert_int_equal(config.said.proto, KLIPS_PROTO_AH);
	assert_int_equal(config.keys.encr, KLIPS_ENCR_NONE);
	assert_int_equal(config.flags, 0);
	assert_int_equal(config.window, 0);
	assert_int_equal(config.selector.src.version, 0);
}

/* What KLIPS has of what a conn may ask for, and what is refused before there is an SA. */
static void test_options(void **state)
{
	struct backend_options options = { .decap_dscp = true, .no_encap_dscp = true };
	struct backend_sa sa = rig_sa(htonl(0x2002), false);
	struct klips_sa_config config;

	(void)state;
	sa.options = &options;
	sa.tfc = 1400;
	rig_assert_ok(backend, backend->ops->check(backend, &options));
	rig_assert_ok(backend, backend->ops->sa_add(backend, &sa));
	config = only_sa();
	assert_int_equal(config.flags, KLIPS_SA_DECAP_DSCP | KLIPS_SA_NO_ENCAP_DSCP);
	assert_int_equal(config.tfc, 1400);
	options = (struct backend_options){ .offload = BACKEND_OFFLOAD_AUTO };
	rig_assert_ok(backend, backend->ops->check(backend, &options));
	options.offload = BACKEND_OFFLOAD_CRYPTO;
	rig_assert_refused(backend, backend->ops->check(backend, &options), -EOPNOTSUPP, "nic-offload=");
	options = (struct backend_options){ .mark[1].mask = 1 };
	rig_assert_refused(backend, backend->ops->check(backend, &options), -EOPNOTSUPP, "no policies by marks");
	options = (struct backend_options){ .device = "vti0" };
	rig_assert_refused(backend, backend->ops->check(backend, &options), -EOPNOTSUPP, "no VTI devices");
	options.if_id = 1;
	rig_assert_refused(backend, backend->ops->check(backend, &options), -EOPNOTSUPP, "no XFRM devices");
	options = (struct backend_options){ .overlap = true };
	rig_assert_refused(backend, backend->ops->check(backend, &options), -EOPNOTSUPP, "klipsd cannot tell");
}

static int find_sa(const struct klips_sa_info *info, void *arg)
{
	struct klips_sa_config *to = arg;

	if (info->config.said.proto == to->said.proto)
		*to = info->config;
	return 0;
}

static struct klips_sa_config sa_of(uint8_t proto)
{
	struct klips_backend *klips = container_of(backend, struct klips_backend, backend);
	struct klips_sa_config config = { .said.proto = proto };
	struct klips_refusal why = { 0 };

	assert_int_equal(klips_client_sa_list(&klips->client, find_sa, &config, &why), 0);
	return config;
}

/* Two SAs in a bundle, of which the inner one is the tunnel; both go with either. */
static void test_ipcomp(void **state)
{
	const struct klips_addr src = rig_v4(EAST), dst = rig_v4(WEST);
	struct backend_sa sa = inbound(htonl(0x1234));
	struct backend_move move = { .protocol = IKE_PROTO_ESP, .spi = sa.spi, .from = dst, .src = sa.src };
	struct klips_sa_config config;

	(void)state;
	rig_assert_ok(backend, backend->ops->get_spi(backend, BACKEND_IPCOMP, &src, &dst, 7, &sa.cpi));
	assert_in_range(ntohl(sa.cpi), 0x100, 0xefff);
	assert_int_equal(sa_of(KLIPS_PROTO_COMP).state, KLIPS_SA_LARVAL);
	rig_assert_ok(backend, backend->ops->sa_add(backend, &sa));
	config = sa_of(KLIPS_PROTO_COMP);
	assert_int_equal(config.said.spi, sa.cpi);
	assert_int_equal(config.state, KLIPS_SA_MATURE);
	assert_int_equal(config.mode, KLIPS_MODE_TUNNEL);
	assert_int_equal(config.flags, KLIPS_SA_INBOUND);
	assert_int_equal(config.selector.src_bits, 24);
	assert_int_equal(config.hard.bytes + config.hard.addtime, 0);
	config = sa_of(KLIPS_PROTO_ESP);
	assert_int_equal(config.mode, KLIPS_MODE_TRANSPORT);
	assert_int_equal(config.selector.src.version, 0);
	assert_int_equal(config.hard.addtime, 3600);
	move.dst = (struct ike_endpoint){ rig_v4(WEST + 1), 0 };
	rig_assert_refused(backend, backend->ops->sa_move(backend, &move), -EBUSY, "");
	rig_assert_ok(backend, backend->ops->sa_delete(backend, BACKEND_IPCOMP, sa.cpi, &src, &dst));
	rig_assert_refused(backend, backend->ops->sa_delete(backend, IKE_PROTO_ESP, sa.spi, &src, &dst), -ENOENT, "");
	/* Again: what was there larval has gone. An outbound one has no selector. */
	rig_assert_ok(backend, backend->ops->sa_add(backend, &sa));
	sa = rig_sa(htonl(0x2002), false);
	sa.cpi = htonl(0x2003);
	sa.tunnel = false;
	rig_assert_ok(backend, backend->ops->sa_add(backend, &sa));
	rig_assert_refused(backend, backend->ops->sa_add(backend, &sa), -EEXIST, "is there already");
}

/* A range that is a few prefixes has these; of many, the one that has them all. */
static void test_range(void **state)
{
	struct backend_sa sa = inbound(htobe32(0x1001));
	struct klips_sa_config config;

	(void)state;
	sa.src_ts.ts[0] = rig_net(0x0a000001, 0x0a000009);
	sa.src_ts.ts[0].protocol = sa.dst_ts.ts[0].protocol = IPPROTO_UDP;
	sa.src_ts.ts[0].first_port = sa.src_ts.ts[0].last_port = 1701;
	rig_assert_ok(backend, backend->ops->sa_add(backend, &sa));
	config = only_sa();
	assert_int_equal(config.selector.src.w[0], htobe32(0x0a000001));
	assert_int_equal(config.selector.src_bits, 32);
	assert_int_equal(config.selector.proto, IPPROTO_UDP);
	assert_int_equal(config.selector.sport, htobe16(1701));
	assert_int_equal(config.selector.dport, 0);
	assert_int_equal(config.more_count, 3);
	assert_int_equal(config.more[2].src.w[0], htobe32(0x0a000008));
	assert_int_equal(config.more[2].src_bits, 31);
}

static void test_wide_range(void **state)
{
	struct backend_sa sa = inbound(htobe32(0x1001));
	struct klips_sa_config config;

	(void)state;
	sa.src_ts.ts[0] = rig_net(0x0a000001, 0x0a00000e);
	rig_assert_ok(backend, backend->ops->sa_add(backend, &sa));
	config = only_sa();
	assert_int_equal(config.selector.src.w[0], htobe32(0x0a000000));
	assert_int_equal(config.selector.src_bits, 28);
	assert_int_equal(config.more_count, 0);
}

static void test_several_selectors(void **state)
{
	struct backend_sa sa = inbound(htobe32(0x1001));
	struct klips_sa_config config;
	unsigned int i;

	(void)state;
	sa.src_ts.count = sa.dst_ts.count = 4;
	for (i = 1; i < 4; i++) {
		sa.src_ts.ts[i] = rig_net(0x0a000000 + (i << 16), 0x0a00ffff + (i << 16));
		sa.dst_ts.ts[i] = rig_net(0x0b000000 + (i << 16), 0x0b00ffff + (i << 16));
	}
	rig_assert_ok(backend, backend->ops->sa_add(backend, &sa));
	config = only_sa();
	assert_int_equal(config.more_count, 15);
	assert_int_equal(config.more[14].src.w[0], htobe32(0x0a030000));
	assert_int_equal(config.more[14].dst.w[0], htobe32(0x0b030000));
	sa.spi = htobe32(0x1002);
	sa.dst_ts.ts[sa.dst_ts.count++] = rig_net(0x0c000000, 0x0c00ffff);
	rig_assert_refused(backend, backend->ops->sa_add(backend, &sa), -E2BIG, "more selectors than an SA can have");
}

static void test_refused(void **state)
{
	struct backend_sa sa = inbound(htobe32(0x1001));
	struct backend_policy one = rig_policy(BACKEND_PASS);

	(void)state;
	sa.suite.encr = &rig_camellia;
	rig_assert_refused(backend, backend->ops->sa_add(backend, &sa), -EOPNOTSUPP, "KLIPS has no CAMELLIA_CBC");
	sa.suite.encr = &rig_cbc;
	sa.encr.length = 16;
	rig_assert_refused(backend, backend->ops->sa_add(backend, &sa), -EINVAL,
			   "the encryption needs an authenticator");
	sa = inbound(htobe32(0x1001));
	sa.src_ts.ts[0].protocol = IPPROTO_ICMP;
	sa.src_ts.ts[0].first_port = 0x0800;
	sa.src_ts.ts[0].last_port = 0x0800;
	rig_assert_refused(backend, backend->ops->sa_add(backend, &sa), -EOPNOTSUPP, "type 0 or code 0");
	one.local.protocol = IPPROTO_TCP;
	one.local.last_port = 0;
	rig_assert_refused(backend, backend->ops->policy_set(backend, &one), -EOPNOTSUPP, "port 0");
	one.local.last_port = 1000;
	rig_assert_refused(backend, backend->ops->policy_set(backend, &one), -E2BIG, "too many");
	assert_int_equal(klips_eroutes_count(rig_klips.eroutes), 0);
	one = rig_policy(BACKEND_PASS);
	rig_assert_refused(backend, backend->ops->policy_delete(backend, &one), -ENOENT, "there is no");
}

static struct klips_said eroute(uint32_t src, u8 src_bits, uint32_t dst, u8 dst_bits)
{
	struct klips_selector sel = {
		.src = rig_v4(src), .dst = rig_v4(dst), .src_bits = src_bits, .dst_bits = dst_bits
	};
	struct klips_said said = { .spi = 0 };
	struct klips_eroute *found;

	rcu_read_lock();
	found = klips_eroute_exact(rig_klips.eroutes, &sel);
	if (found)
		said = found->said;
	rcu_read_unlock();
	return said;
}

static void test_policies(void **state)
{
	static const struct {
		enum backend_action action;
		uint32_t spi;
	} shunts[] = {
		{ BACKEND_TRAP, KLIPS_SHUNT_TRAP },	{ BACKEND_HOLD, KLIPS_SHUNT_HOLD },
		{ BACKEND_PASS, KLIPS_SHUNT_PASS },	{ BACKEND_DROP, KLIPS_SHUNT_DROP },
		{ BACKEND_REJECT, KLIPS_SHUNT_REJECT },
	};
	struct backend_policy one;
	struct klips_said said;
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(shunts); i++) {
		one = rig_policy(shunts[i].action);
		rig_assert_ok(backend, backend->ops->policy_set(backend, &one));
		said = eroute(0xc0000100, 24, 0xc0000200, 24);
		assert_int_equal(said.proto, KLIPS_PROTO_INT);
		assert_int_equal(ntohl(said.spi), shunts[i].spi);
	}
	one = rig_policy(BACKEND_PROTECT);
	rig_assert_ok(backend, backend->ops->policy_set(backend, &one));
	said = eroute(0xc0000100, 24, 0xc0000200, 24);
	assert_int_equal(said.proto, KLIPS_PROTO_ESP);
	assert_int_equal(ntohl(said.spi), 0x2002);
	assert_true(klips_addr_equal(&said.dst, &one.remote_host));
	assert_int_equal(klips_eroutes_count(rig_klips.eroutes), 1);
	rig_assert_ok(backend, backend->ops->policy_delete(backend, &one));
	assert_int_equal(klips_eroutes_count(rig_klips.eroutes), 0);
	one.remote = rig_net(0x0a000001, 0x0a000009);
	rig_assert_ok(backend, backend->ops->policy_set(backend, &one));
	assert_int_equal(klips_eroutes_count(rig_klips.eroutes), 4);
	assert_int_equal(ntohl(eroute(0xc0000100, 24, 0x0a000004, 30).spi), 0x2002);
	rig_assert_ok(backend, backend->ops->policy_delete(backend, &one));
	assert_int_equal(klips_eroutes_count(rig_klips.eroutes), 0);
}

static u32 ref_of(uint32_t spi, const struct klips_addr *dst, u32 *ref_him)
{
	struct klips_said said = { .dst = *dst, .spi = spi, .proto = KLIPS_PROTO_ESP };
	struct klips_sa *sa;
	u32 ref;

	rcu_read_lock();
	sa = klips_sadb_find(rig_klips.sadb, &said);
	assert_non_null(sa);
	ref = sa->ref;
	*ref_him = sa->ref_him;
	rcu_read_unlock();
	return ref;
}

/* Of peers that may look alike: no eroute leads to an SA, and references are handed on. */
static void test_overlap(void **state)
{
	const struct backend_options options = { .overlap = true };
	struct backend_policy one = rig_policy(BACKEND_PROTECT);
	struct backend_sa in = inbound(htobe32(0x1001)), out = rig_sa(htonl(0x2002), false);
	struct backend_pair pair = { .protocol = IKE_PROTO_ESP, .spi = { in.spi, out.spi } };
	uint32_t ref = 0, first;
	u32 him;

	(void)state;
	pair.local = in.dst.addr;
	pair.remote = out.dst.addr;
	out.options = one.options = &options;
	rig_assert_ok(backend, backend->ops->sa_add(backend, &out));
	assert_int_equal(only_sa().selector.src_bits, 24);
	rig_assert_ok(backend, backend->ops->sa_add(backend, &in));
	rig_assert_ok(backend, backend->ops->sa_refer(backend, &pair, &ref));
	assert_int_equal(ref_of(out.spi, &pair.remote, &him), ref);
	assert_int_not_equal(ref_of(in.spi, &pair.local, &him), ref);
	assert_int_equal(him, ref);
	rig_assert_ok(backend, backend->ops->policy_set(backend, &one));
	assert_int_equal(ntohl(eroute(0xc0000100, 24, 0xc0000200, 24).spi), KLIPS_SHUNT_DROP);
	rig_assert_ok(backend, backend->ops->policy_delete(backend, &one));
	/* Another in its place: until it sends, what comes by it is answered by the old one. */
	first = out.spi;
	out.spi = pair.spi[1] = htonl(0x2003);
	rig_assert_ok(backend, backend->ops->sa_add(backend, &out));
	rig_assert_ok(backend, backend->ops->sa_refer(backend, &pair, &ref));
	assert_int_equal(ref_of(first, &pair.remote, &him), ref);
	pair.send = true;
	rig_assert_ok(backend, backend->ops->sa_refer(backend, &pair, &ref));
	assert_int_equal(ref_of(first, &pair.remote, &him), 0);
	assert_int_equal(ref_of(out.spi, &pair.remote, &him), ref);
	pair.spi[1] = htonl(0x2004);
	rig_assert_refused(backend, backend->ops->sa_refer(backend, &pair, &ref), -ENOENT, "there is no esp0x2004");
	/* Without a device that marks have a meaning for there is no such SA. */
	in.options = &options;
	rig_assert_refused(backend, backend->ops->sa_add(backend, &in), -EOPNOTSUPP,
			   "only the kernel module has mastN");
}

static void await_event(void)
{
	struct pollfd one = { .fd = backend->ops->fd(backend), .events = POLLIN };

	assert_int_equal(poll(&one, 1, WAIT), 1);
	backend->ops->dispatch(backend);
}

static struct klips_acquire packet(uint8_t proto, uint16_t sport, uint16_t dport)
{
	struct klips_acquire acquire = { .id = 1 };

	acquire.flow.src = rig_v4(0xc0000101);
	acquire.flow.dst = rig_v4(0xc0000203);
	acquire.flow.proto = proto;
	acquire.flow.sport = htobe16(sport);
	acquire.flow.dport = htobe16(dport);
	acquire.flow.ports = true;
	acquire.trap.src = rig_v4(0xc0000100);
	acquire.trap.dst = rig_v4(0xc0000200);
	acquire.trap.src_bits = acquire.trap.dst_bits = 24;
	return acquire;
}

static void test_acquire(void **state)
{
	struct backend_policy trap = rig_policy(BACKEND_TRAP);
	struct klips_acquire acquire = packet(IPPROTO_TCP, 40000, 80);
	struct ike_ts expected = rig_net(0xc0000203, 0xc0000203);

	(void)state;
	rig_assert_ok(backend, backend->ops->policy_set(backend, &trap));
	trap.reqid = 9;
	rig_assert_ok(backend, backend->ops->policy_set(backend, &trap));
	assert_true(klips_control_acquire(server, &acquire));
	await_event();
	assert_int_equal(told.acquires, 1);
	assert_int_equal(told.reqid, 9);
	expected.protocol = IPPROTO_TCP;
	expected.first_port = expected.last_port = 80;
	assert_memory_equal(&told.dst, &expected, sizeof(expected));
	assert_int_equal(told.src.first_port, 40000);
	/* ICMP's echo request. */
	acquire = packet(IPPROTO_ICMP, 8 << 8, 0);
	assert_true(klips_control_acquire(server, &acquire));
	await_event();
	assert_int_equal(told.acquires, 2);
	assert_int_equal(told.src.first_port, 0x0800);
	assert_int_equal(told.src.last_port, 0x0800);
	/* A trap that pluto did not make, or that is one no more. */
	rig_assert_ok(backend, backend->ops->policy_delete(backend, &trap));
	assert_true(klips_control_acquire(server, &acquire));
	await_event();
	assert_int_equal(told.acquires, 3);
	assert_int_equal(told.reqid, 0);
}

static void test_events(void **state)
{
	struct klips_said said = { .dst = rig_v4(WEST), .spi = htobe32(0x1001), .proto = KLIPS_PROTO_ESP };
	struct klips_addr from = rig_v4(0xc0010203);
	struct backend_sa one = inbound(said.spi);
	struct klips_sa *sa;

	(void)state;
	rig_assert_ok(backend, backend->ops->sa_add(backend, &one));
	rcu_read_lock();
	sa = klips_sadb_find(rig_klips.sadb, &said);
	assert_true(klips_control_expire(server, sa, KLIPS_LIFE_SOFT));
	assert_true(klips_control_expire(server, sa, KLIPS_LIFE_HARD));
	rcu_read_unlock();
	assert_true(klips_control_mapping(server, &said, &from, 1025));
	while (told.mappings == 0)
		await_event();
	assert_int_equal(told.expires, 2);
	assert_true(told.hard);
	assert_int_equal(told.protocol, IKE_PROTO_ESP);
	assert_int_equal(told.spi, said.spi);
	assert_true(klips_addr_equal(&told.addr, &said.dst));
	assert_true(klips_addr_equal(&told.now.addr, &from));
	assert_int_equal(told.now.port, 1025);
}

static void await_return(void)
{
	struct pollfd one = { .fd = backend->ops->fd(backend), .events = POLLIN };
	unsigned int before = told.came;

	while (told.came == before) {
		assert_int_equal(poll(&one, 1, WAIT), 1);
		backend->ops->dispatch(backend);
	}
	assert_int_equal(told.came, told.went);
}

/* KLIPS goes: it is said, waits nowhere, and does not spin; it comes again: requests and events work as before. */
static void test_restart(void **state)
{
	struct pollfd one = { .fd = backend->ops->fd(backend), .events = POLLIN };
	struct backend_policy trap = rig_policy(BACKEND_TRAP);
	struct klips_acquire acquire = packet(IPPROTO_TCP, 40000, 80);

	(void)state;
	stop_klips();
	await_event();
	assert_int_equal(told.went, 1);
	assert_int_equal(poll(&one, 1, 0), 0);
	rig_assert_refused(backend, backend->ops->policy_set(backend, &trap), -ENOENT, "KLIPS does not run");
	start_klips();
	await_return();
	rig_assert_ok(backend, backend->ops->policy_set(backend, &trap));
	assert_true(klips_control_acquire(server, &acquire));
	await_event();
	assert_int_equal(told.acquires, 1);
	assert_int_equal(told.reqid, 7);
	/* The same where the request is the first to notice. */
	stop_klips();
	start_klips();
	assert_int_not_equal(backend->ops->policy_set(backend, &trap), 0);
	assert_int_equal(told.went, 2);
	rig_assert_ok(backend, backend->ops->policy_set(backend, &trap));
	await_return();
}

/* The rig's devices are only said to be there. */
static void test_attach(void **state)
{
	char device[16];

	(void)state;
	rig_assert_refused(backend, rig_backend_attach(backend, "wlan0", device), -ENODEV,
			   "there is no wlan0 to attach to");
	rig_assert_refused(backend, rig_backend_attach(backend, "", device), -EINVAL, "without a name");
	assert_null(klips_dev_find(&rig_klips, "ipsec0"));
	rig_assert_refused(backend, rig_backend_attach(backend, "eth1", device), -ENODEV, "ipsec0 does not come up");
	rig_assert_ok(backend, rig_backend_attach(backend, "eth1", device));
	assert_string_equal(device, "ipsec0");
	assert_int_equal(klips_detach(&rig_klips, "ipsec0"), 0);
	rig_assert_refused(backend, rig_backend_attach(backend, "eth2", device), -ENODEV, "ipsec0 does not come up");
	rig_assert_refused(backend, rig_backend_attach(backend, "eth1", device), -ENODEV, "ipsec1 does not come up");
	rig_assert_ok(backend, rig_backend_attach(backend, "eth1", device));
	assert_string_equal(device, "ipsec1");
	assert_int_equal(rig_remove(&rig_klips, "ipsec1"), 0);
	assert_int_equal(rig_remove(&rig_klips, "ipsec0"), 0);
}

static void test_sockets(void **state)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0), shared = 0;
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htobe32(INADDR_LOOPBACK) } };
	socklen_t size = sizeof(shared), length = sizeof(address);

	(void)state;
	rig_assert_ok(backend, backend->ops->encap_socket(backend, fd, 4, 4500));
	assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &shared, &size), 0);
	assert_int_equal(shared, 1);
	rig_assert_ok(backend, backend->ops->bypass_socket(backend, fd, 4));
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &length), 0);
	assert_false(klips_has_ike_port(&rig_klips, ntohs(address.sin_port)));
	rig_assert_ok(backend, backend->ops->bypass_socket(backend, fd, 4));
	assert_true(klips_has_ike_port(&rig_klips, ntohs(address.sin_port)));
	rig_assert_refused(backend, backend->ops->encap_socket(backend, fd, 4, 4600), -EOPNOTSUPP, "port 4600");
	assert_false(klips_has_ike_port(&rig_klips, 4600));
	close(fd);
	assert_int_not_equal(backend->ops->bypass_socket(backend, fd, 4), 0);
}

static void choose_and_close(const char *protostack, const char *words)
{
	struct backend *one = NULL;
	char why[900];

	assert_int_equal(backend_choose(&one, protostack, &rig_events, &told, why, sizeof(why)), 0);
	if (!strstr(why, words))
		fail_msg("'%s' is not in: %s", words, why);
	one->ops->close(one);
}

static void test_choice(void **state)
{
	struct backend *one = NULL;
	char why[900];
	uint32_t spi = 0;

	(void)state;
	choose_and_close("klips", "stack klips (KLIPS 0.0-test, cryptography: of the rig): protostack=klips");
	choose_and_close("auto", "protostack=auto, and KLIPS runs");
	choose_and_close("none", "stack none (no traffic is protected): protostack=none");
	assert_int_equal(backend_choose(&one, "masts", &rig_events, &told, why, sizeof(why)), -EINVAL);
	assert_non_null(strstr(why, "protostack=masts: not one of auto, klips, mast"));
	assert_int_equal(backend_choose(&one, "mast", &rig_events, &told, why, sizeof(why)), -ENODEV);
	assert_non_null(
		strstr(why, "no stack: protostack=mast, but KLIPS has peers that look alike (overlapip=) only as"));
	assert_int_equal(backend_choose(&one, "none", &rig_events, &told, why, sizeof(why)), 0);
	assert_int_equal(one->ops->get_spi(one, IKE_PROTO_ESP, NULL, NULL, 0, &spi), 0);
	assert_true(ntohl(spi) >= 0x100);
	assert_int_equal(one->ops->fd(one), -1);
	one->ops->close(one);
	stop_klips();
	assert_int_equal(backend_choose(&one, "klips", &rig_events, &told, why, sizeof(why)), -ENODEV);
	assert_non_null(strstr(why, "no stack: protostack=klips, but KLIPS does not run: nobody answers at"));
	start_klips();
}

/* The table's names are KLIPS's, and it wants keys as long as IKE makes them. */
static void test_names(void **state)
{
	const struct klips_encr_desc *encr;
	unsigned int count = 0;
	size_t i;

	(void)state;
	for (i = 0; i < ike_alg_count; i++) {
		const struct ike_alg *alg = &ike_algs[i];

		if (!alg->klips || (!alg->esp && !alg->ah))
			continue;
		count++;
		if (alg->type == IKE_INTEG) {
			assert_int_not_equal(klips_auth_find(alg->klips), KLIPS_AUTH_COUNT);
			assert_int_equal(klips_auth(klips_auth_find(alg->klips))->key, alg->key);
			assert_int_equal(klips_auth(klips_auth_find(alg->klips))->icv, alg->size);
			continue;
		}
		assert_int_equal(alg->type, IKE_ENCR);
		assert_int_not_equal(klips_encr_find(alg->klips), KLIPS_ENCR_COUNT);
		encr = klips_encr(klips_encr_find(alg->klips));
		assert_int_equal(encr->icv, alg->size);
		assert_int_equal(encr->salt, alg->salt);
		assert_int_equal(encr->key_max * 8, alg->key_bits[0]);
	}
	assert_true(count > 15);
}

static int begin(void **state)
{
	(void)state;
	rcu_register_thread();
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/control", folder);
	return setenv("KLIPS_CONTROL", path, 1);
}

static int end(void **state)
{
	(void)state;
	rcu_unregister_thread();
	return rmdir(folder);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_sa),	       TEST(test_move),
		TEST(test_kinds),      TEST(test_ipcomp),
		TEST(test_options),    TEST(test_range),
		TEST(test_wide_range), TEST(test_several_selectors),
		TEST(test_refused),    TEST(test_policies),
		TEST(test_overlap),    TEST(test_acquire),
		TEST(test_events),     TEST(test_restart),
		TEST(test_attach),     TEST(test_sockets),
		TEST(test_choice),     cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
