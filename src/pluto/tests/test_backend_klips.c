// SPDX-License-Identifier: GPL-2.0-or-later
/* The KLIPS backend against klipsd's control server, with core's own tables behind it; and the choice of a stack. */
#include "../../klips/tests/test.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <poll.h>
#include <pthread.h>
#include <unistd.h>

#include "../../lib/parse.h"
#include "../../klips/tests/control_rig.h"
#include "../backend_klips.h"

#define WAIT 5000 /* milliseconds */

static const struct ike_alg gcm = { .type = IKE_ENCR, .name = "AES_GCM_16", .aead = true, .klips = "aes-gcm-16" };
static const struct ike_alg cbc = { .type = IKE_ENCR, .name = "AES_CBC", .klips = "aes-cbc" };
static const struct ike_alg camellia = { .type = IKE_ENCR, .name = "CAMELLIA_CBC" };
static const struct ike_alg sha256 = { .type = IKE_INTEG,
				       .id = 12,
				       .name = "HMAC_SHA2_256_128",
				       .klips = "hmac-sha2-256-128" };

static char folder[] = "/tmp/backend-klips-XXXXXX";
static char path[64];
static struct klips_control_server *server;
static pthread_t thread;
static int quit[2];
static struct backend *backend;

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
	backend = backend_klips.open(&events, &told, why, sizeof(why));
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

static struct klips_addr v4(uint32_t word)
{
	return klips_addr_v4(htobe32(word));
}

#define WEST 0xc001022d /* 192.1.2.45 */
#define EAST 0xc0010217 /* 192.1.2.23 */

static struct ike_ts net(uint32_t first, uint32_t last)
{
	struct ike_ts ts = { .version = 4, .last_port = 65535 };
	uint32_t words[] = { htobe32(first), htobe32(last) };

	memcpy(ts.first, &words[0], 4);
	memcpy(ts.last, &words[1], 4);
	return ts;
}

static struct backend_sa inbound(uint32_t spi)
{
	struct backend_sa sa = { .spi = spi, .protocol = IKE_PROTO_ESP, .inbound = true, .tunnel = true, .reqid = 7 };

	sa.src.addr = v4(EAST);
	sa.dst.addr = v4(WEST);
	sa.src_ts = net(0xc0000200, 0xc00002ff);
	sa.dst_ts = net(0xc0000100, 0xc00001ff);
	sa.suite.encr = &gcm;
	sa.encr.length = 20;
	memset(sa.encr.data, 0x11, 20);
	sa.window = 100;
	sa.soft.seconds = 3000;
	sa.hard.seconds = 3600;
	sa.hard.bytes = 1 << 30;
	return sa;
}

static struct backend_policy policy(enum backend_action action)
{
	struct backend_policy one = { .action = action, .protocol = IKE_PROTO_ESP, .tunnel = true, .reqid = 7 };

	one.local = net(0xc0000100, 0xc00001ff);
	one.remote = net(0xc0000200, 0xc00002ff);
	one.local_host = v4(WEST);
	one.remote_host = v4(EAST);
	one.spi_out = htobe32(0x2002);
	return one;
}

static void assert_ok(int err)
{
	if (err)
		fail_msg("%d: %s", err, backend->ops->why(backend));
}

static void assert_refused(int err, int expected, const char *words)
{
	if (err != expected || !strstr(backend->ops->why(backend), words))
		fail_msg("expected %d and '%s', but got %d: %s", expected, words, err, backend->ops->why(backend));
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
	const struct klips_addr src = v4(EAST), dst = v4(WEST);
	struct klips_sa_config config;
	struct backend_usage usage;
	struct backend_sa sa;
	uint32_t spi;

	(void)state;
	assert_ok(backend->ops->get_spi(backend, IKE_PROTO_ESP, &src, &dst, 7, &spi));
	assert_true(ntohl(spi) >= 0x100);
	assert_int_equal(only_sa().state, KLIPS_SA_LARVAL);
	sa = inbound(spi);
	assert_ok(backend->ops->sa_add(backend, &sa));
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
	assert_ok(backend->ops->sa_usage(backend, IKE_PROTO_ESP, spi, &src, &dst, &usage));
	assert_int_equal(usage.packets, 0);
	assert_true(usage.idle == UINT64_MAX);
	assert_refused(backend->ops->sa_add(backend, &sa), -EEXIST, "is there already");
	assert_ok(backend->ops->sa_delete(backend, IKE_PROTO_ESP, spi, &src, &dst));
	assert_refused(backend->ops->sa_delete(backend, IKE_PROTO_ESP, spi, &src, &dst), -ENOENT, "there is no esp");
	assert_refused(backend->ops->sa_usage(backend, IKE_PROTO_ESP, spi, &src, &dst, &usage), -ENOENT, "there is no");
}

/* UDP, ESN, transport mode, an authenticator of its own; and an inbound SA whose larval one has gone. */
static void test_kinds(void **state)
{
	struct backend_sa sa = inbound(htobe32(0x1001));
	struct klips_sa_config config;

	(void)state;
	sa.suite.encr = &cbc;
	sa.suite.integ = &sha256;
	sa.suite.esn = true;
	sa.encr.length = 16;
	sa.integ.length = 32;
	sa.tunnel = false;
	sa.encap = true;
	sa.src.port = 1024;
	sa.dst.port = 4500;
	assert_ok(backend->ops->sa_add(backend, &sa));
	config = only_sa();
	assert_int_equal(config.mode, KLIPS_MODE_TRANSPORT);
	assert_int_equal(config.flags, KLIPS_SA_INBOUND | KLIPS_SA_ESN);
	assert_int_equal(config.keys.encr, KLIPS_ENCR_AES_CBC);
	assert_int_equal(config.keys.auth, KLIPS_AUTH_HMAC_SHA2_256_128);
	assert_int_equal(config.natt, KLIPS_NATT_NONESP);
	assert_int_equal(config.natt_sport, 1024);
	assert_int_equal(config.natt_dport, 4500);
	assert_ok(backend->ops->sa_delete(backend, IKE_PROTO_ESP, sa.spi, &sa.src.addr, &sa.dst.addr));
	/* AH outbound: no window, no selector, no cipher. */
	sa.protocol = IKE_PROTO_AH;
	sa.inbound = sa.encap = sa.suite.esn = false;
	sa.suite.encr = NULL;
	assert_ok(backend->ops->sa_add(backend, &sa));
	config = only_sa();
	assert_int_equal(config.said.proto, KLIPS_PROTO_AH);
	assert_int_equal(config.keys.encr, KLIPS_ENCR_NONE);
	assert_int_equal(config.flags, 0);
	assert_int_equal(config.window, 0);
	assert_int_equal(config.selector.src.version, 0);
}

/* A range that is no prefix: the selector has all of it, with the ports that all have in common. */
static void test_range(void **state)
{
	struct backend_sa sa = inbound(htobe32(0x1001));
	struct klips_sa_config config;

	(void)state;
	sa.src_ts = net(0x0a000001, 0x0a000009);
	sa.src_ts.protocol = sa.dst_ts.protocol = IPPROTO_UDP;
	sa.src_ts.first_port = sa.src_ts.last_port = 1701;
	assert_ok(backend->ops->sa_add(backend, &sa));
	config = only_sa();
	assert_int_equal(config.selector.src.w[0], htobe32(0x0a000000));
	assert_int_equal(config.selector.src_bits, 28);
	assert_int_equal(config.selector.proto, IPPROTO_UDP);
	assert_int_equal(config.selector.sport, htobe16(1701));
	assert_int_equal(config.selector.dport, 0);
}

static void test_refused(void **state)
{
	struct backend_sa sa = inbound(htobe32(0x1001));
	struct backend_policy one = policy(BACKEND_PASS);

	(void)state;
	sa.suite.encr = &camellia;
	assert_refused(backend->ops->sa_add(backend, &sa), -EOPNOTSUPP, "KLIPS has no CAMELLIA_CBC");
	sa.suite.encr = &cbc;
	sa.encr.length = 16;
	assert_refused(backend->ops->sa_add(backend, &sa), -EINVAL, "the encryption needs an authenticator");
	sa = inbound(htobe32(0x1001));
	sa.src_ts.protocol = IPPROTO_ICMP;
	sa.src_ts.first_port = 0x0800;
	sa.src_ts.last_port = 0x0800;
	assert_refused(backend->ops->sa_add(backend, &sa), -EOPNOTSUPP, "type 0 or code 0");
	one.local.protocol = IPPROTO_TCP;
	one.local.last_port = 0;
	assert_refused(backend->ops->policy_set(backend, &one), -EOPNOTSUPP, "port 0");
	one.local.last_port = 1000;
	assert_refused(backend->ops->policy_set(backend, &one), -E2BIG, "too many");
	assert_int_equal(klips_eroutes_count(rig_klips.eroutes), 0);
	one = policy(BACKEND_PASS);
	assert_refused(backend->ops->policy_delete(backend, &one), -ENOENT, "there is no");
}

static struct klips_said eroute(uint32_t src, u8 src_bits, uint32_t dst, u8 dst_bits)
{
	struct klips_selector sel = { .src = v4(src), .dst = v4(dst), .src_bits = src_bits, .dst_bits = dst_bits };
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
		one = policy(shunts[i].action);
		assert_ok(backend->ops->policy_set(backend, &one));
		said = eroute(0xc0000100, 24, 0xc0000200, 24);
		assert_int_equal(said.proto, KLIPS_PROTO_INT);
		assert_int_equal(ntohl(said.spi), shunts[i].spi);
	}
	one = policy(BACKEND_PROTECT);
	assert_ok(backend->ops->policy_set(backend, &one));
	said = eroute(0xc0000100, 24, 0xc0000200, 24);
	assert_int_equal(said.proto, KLIPS_PROTO_ESP);
	assert_int_equal(ntohl(said.spi), 0x2002);
	assert_true(klips_addr_equal(&said.dst, &one.remote_host));
	assert_int_equal(klips_eroutes_count(rig_klips.eroutes), 1);
	assert_ok(backend->ops->policy_delete(backend, &one));
	assert_int_equal(klips_eroutes_count(rig_klips.eroutes), 0);
	one.remote = net(0x0a000001, 0x0a000009);
	assert_ok(backend->ops->policy_set(backend, &one));
	assert_int_equal(klips_eroutes_count(rig_klips.eroutes), 4);
	assert_int_equal(ntohl(eroute(0xc0000100, 24, 0x0a000004, 30).spi), 0x2002);
	assert_ok(backend->ops->policy_delete(backend, &one));
	assert_int_equal(klips_eroutes_count(rig_klips.eroutes), 0);
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

	acquire.flow.src = v4(0xc0000101);
	acquire.flow.dst = v4(0xc0000203);
	acquire.flow.proto = proto;
	acquire.flow.sport = htobe16(sport);
	acquire.flow.dport = htobe16(dport);
	acquire.flow.ports = true;
	acquire.trap.src = v4(0xc0000100);
	acquire.trap.dst = v4(0xc0000200);
	acquire.trap.src_bits = acquire.trap.dst_bits = 24;
	return acquire;
}

static void test_acquire(void **state)
{
	struct backend_policy trap = policy(BACKEND_TRAP);
	struct klips_acquire acquire = packet(IPPROTO_TCP, 40000, 80);
	struct ike_ts expected = net(0xc0000203, 0xc0000203);

	(void)state;
	assert_ok(backend->ops->policy_set(backend, &trap));
	trap.reqid = 9;
	assert_ok(backend->ops->policy_set(backend, &trap));
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
	assert_ok(backend->ops->policy_delete(backend, &trap));
	assert_true(klips_control_acquire(server, &acquire));
	await_event();
	assert_int_equal(told.acquires, 3);
	assert_int_equal(told.reqid, 0);
}

static void test_events(void **state)
{
	struct klips_said said = { .dst = v4(WEST), .spi = htobe32(0x1001), .proto = KLIPS_PROTO_ESP };
	struct klips_addr from = v4(0xc0010203);
	struct backend_sa one = inbound(said.spi);
	struct klips_sa *sa;

	(void)state;
	assert_ok(backend->ops->sa_add(backend, &one));
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

/* KLIPS goes: it is said, waits nowhere, and does not spin; it comes again: requests and events work as before. */
static void test_restart(void **state)
{
	struct pollfd one = { .fd = backend->ops->fd(backend), .events = POLLIN };
	struct backend_policy trap = policy(BACKEND_TRAP);
	struct klips_acquire acquire = packet(IPPROTO_TCP, 40000, 80);

	(void)state;
	stop_klips();
	await_event();
	assert_int_equal(poll(&one, 1, 0), 0);
	assert_refused(backend->ops->policy_set(backend, &trap), -ENOENT, "KLIPS does not run");
	start_klips();
	assert_ok(backend->ops->policy_set(backend, &trap));
	assert_true(klips_control_acquire(server, &acquire));
	await_event();
	assert_int_equal(told.acquires, 1);
	assert_int_equal(told.reqid, 7);
	/* The same where the request is the first to notice. */
	stop_klips();
	start_klips();
	assert_int_not_equal(backend->ops->policy_set(backend, &trap), 0);
	assert_ok(backend->ops->policy_set(backend, &trap));
}

/* The rig's devices are only said to be there. */
static void test_attach(void **state)
{
	char device[16];

	(void)state;
	assert_refused(backend->ops->attach(backend, "wlan0", device), -ENODEV, "there is no wlan0 to attach to");
	assert_refused(backend->ops->attach(backend, "", device), -EINVAL, "without a name");
	assert_null(klips_dev_find(&rig_klips, "ipsec0"));
	assert_refused(backend->ops->attach(backend, "eth1", device), -ENODEV, "ipsec0 does not come up");
	assert_ok(backend->ops->attach(backend, "eth1", device));
	assert_string_equal(device, "ipsec0");
	assert_int_equal(klips_detach(&rig_klips, "ipsec0"), 0);
	assert_refused(backend->ops->attach(backend, "eth2", device), -ENODEV, "ipsec0 does not come up");
	assert_refused(backend->ops->attach(backend, "eth1", device), -ENODEV, "ipsec1 does not come up");
	assert_ok(backend->ops->attach(backend, "eth1", device));
	assert_string_equal(device, "ipsec1");
	assert_int_equal(rig_remove(&rig_klips, "ipsec1"), 0);
	assert_int_equal(rig_remove(&rig_klips, "ipsec0"), 0);
}

static void test_sockets(void **state)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0), shared = 0;
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htobe32(INADDR_LOOPBACK) } };
	socklen_t size = sizeof(shared);

	(void)state;
	assert_ok(backend->ops->encap_socket(backend, fd, 4));
	assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &shared, &size), 0);
	assert_int_equal(shared, 1);
	assert_ok(backend->ops->bypass_socket(backend, fd, 4));
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_refused(backend->ops->bypass_socket(backend, fd, 4), -EOPNOTSUPP, "ports 500 and 4500");
	close(fd);
	assert_int_not_equal(backend->ops->bypass_socket(backend, fd, 4), 0);
}

static void choose_and_close(const char *protostack, const char *words)
{
	struct backend *one = NULL;
	char why[900];

	assert_int_equal(backend_choose(&one, protostack, &events, &told, why, sizeof(why)), 0);
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
	assert_int_equal(backend_choose(&one, "mast", &events, &told, why, sizeof(why)), -EINVAL);
	assert_non_null(strstr(why, "protostack=mast: not one of auto, klips"));
	assert_int_equal(backend_choose(&one, "none", &events, &told, why, sizeof(why)), 0);
	assert_int_equal(one->ops->get_spi(one, IKE_PROTO_ESP, NULL, NULL, 0, &spi), 0);
	assert_true(ntohl(spi) >= 0x100);
	assert_int_equal(one->ops->fd(one), -1);
	one->ops->close(one);
	stop_klips();
	assert_int_equal(backend_choose(&one, "klips", &events, &told, why, sizeof(why)), -ENODEV);
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
		TEST(test_sa),	     TEST(test_kinds),	 TEST(test_range),  TEST(test_refused),
		TEST(test_policies), TEST(test_acquire), TEST(test_events), TEST(test_restart),
		TEST(test_attach),   TEST(test_sockets), TEST(test_choice), cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
