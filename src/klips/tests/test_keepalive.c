// SPDX-License-Identifier: GPL-2.0-or-later
/* When NAT keepalives are due: RFC 3948, 4. Time is what the test says; the bytes come by loopback. */
#include <arpa/inet.h>
#include <unistd.h>

#include "core/keepalive.h"
#include "tests/test.h"
#include "tests/transform.h"
#include "user/daemon.h"

#define SECOND NSEC_PER_SEC
#define EVERY  20U /* seconds */
#define PORT   4500

static struct klipsd daemon_of_test;
static struct klips_sa *sa;
static int near_end, far_end;
static u64 added;
static const struct klips_ops ops = { .keepalive = klipsd_keepalive };
static struct klips_dev dev = { .name = "ipsec0", .id = 1, .phys_mtu = 1500 };

static int udp_at(struct sockaddr_in *name)
{
	socklen_t size = sizeof(*name);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	*name = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	assert_int_equal(bind(fd, (struct sockaddr *)name, size), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)name, &size), 0);
	return fd;
}

/* How many bytes have come, all of them 0xff and alone. */
static unsigned int come(void)
{
	unsigned int count = 0;
	u8 bytes[8];
	ssize_t got;

	while ((got = recv(far_end, bytes, sizeof(bytes), 0)) >= 0) {
		assert_int_equal(got, 1);
		assert_int_equal(bytes[0], 0xff);
		count++;
	}
	return count;
}

/* A look at so many tenths of a second after the SA was made. */
static unsigned int sent_at(u64 tenths)
{
	u64 now = added + tenths * (SECOND / 10);

	assert_true(klips_keepalive_run(&daemon_of_test.klips, now) == now + EVERY * SECOND / 10);
	return come();
}

static void add_sa(u16 port)
{
	struct klips_sa_config config;

	transform_config(&config, KLIPS_PROTO_ESP, KLIPS_MODE_TUNNEL, KLIPS_V4, KLIPS_V4);
	transform_keys(&config.keys, KLIPS_ENCR_AES_GCM_16, KLIPS_AUTH_NONE, 16);
	config.src = config.said.dst = klips_addr_v4(htonl(INADDR_LOOPBACK));
	config.natt = KLIPS_NATT_NONESP;
	config.natt_sport = PORT;
	config.natt_dport = port;
	assert_int_equal(klips_sadb_add(daemon_of_test.klips.sadb, &config), 0);
	rcu_read_lock();
	sa = klips_sadb_find(daemon_of_test.klips.sadb, &config.said);
	rcu_read_unlock();
	assert_non_null(sa);
	added = sa->usage.added;
}

static int begin(void **state)
{
	struct sockaddr_in name;

	(void)state;
	memset(&daemon_of_test, 0, sizeof(daemon_of_test));
	daemon_of_test.klips.settings.keepalive = EVERY;
	daemon_of_test.klips.ops = &ops;
	daemon_of_test.klips.devices[0] = &dev;
	daemon_of_test.udp_ports[0] = PORT;
	daemon_of_test.klips.sadb = klips_sadb_new();
	near_end = udp_at(&name);
	far_end = udp_at(&name);
	daemon_of_test.worker[0].udp[0][0].fd = near_end;
	daemon_of_test.worker[0].daemon = &daemon_of_test;
	klips_worker_enter(&daemon_of_test.worker[0]);
	add_sa(ntohs(name.sin_port));
	return 0;
}

static int end(void **state)
{
	(void)state;
	dev.phys_mtu = 1500;
	klips_sadb_free(daemon_of_test.klips.sadb);
	rcu_unregister_thread();
	close(near_end);
	close(far_end);
	return 0;
}

static void test_silence_brings_one_each_interval(void **state)
{
	(void)state;
	assert_int_equal(sent_at(1), 0);
	assert_int_equal(sent_at(199), 0);
	assert_int_equal(sent_at(201), 1);
	assert_int_equal(sent_at(221), 0);
	assert_int_equal(sent_at(399), 0);
	assert_int_equal(sent_at(400), 1);
}

/* Not after up to twice the interval, as by a look each interval. */
static void test_the_interval_begins_with_the_last_packet(void **state)
{
	(void)state;
	assert_int_equal(sent_at(1), 0);
	sa->usage.last = added + 5 * SECOND;
	assert_int_equal(sent_at(200), 0);
	assert_int_equal(sent_at(249), 0);
	assert_int_equal(sent_at(251), 1);
	sa->usage.last = added + 26 * SECOND;
	assert_int_equal(sent_at(450), 0);
	assert_int_equal(sent_at(461), 1);
}

static void test_not_without_udp_nor_inbound(void **state)
{
	(void)state;
	assert_int_equal(sent_at(1), 0);
	sa->natt = KLIPS_NATT_NONE;
	assert_int_equal(sent_at(201), 0);
	sa->natt = KLIPS_NATT_NONESP;
	sa->flags |= KLIPS_SA_INBOUND;
	assert_int_equal(sent_at(401), 0);
	sa->flags &= ~KLIPS_SA_INBOUND;
	assert_int_equal(sent_at(601), 1);
}

static void test_not_where_no_device_is_attached(void **state)
{
	(void)state;
	assert_int_equal(sent_at(1), 0);
	dev.phys_mtu = 0;
	assert_int_equal(sent_at(201), 0);
	dev.phys_mtu = 1500;
	sa->if_id = 2;
	assert_int_equal(sent_at(401), 0);
	sa->if_id = 1;
	assert_int_equal(sent_at(601), 1);
}

static void test_none_while_the_setting_is_zero(void **state)
{
	struct klips *klips = &daemon_of_test.klips;
	u64 now = added + 201 * (SECOND / 10);

	(void)state;
	assert_int_equal(sent_at(1), 0);
	klips->settings.keepalive = 0;
	assert_int_equal(klips_keepalive_run(klips, now), 0);
	assert_int_equal(come(), 0);
	/* it begins anew, and sends not at once for all the time before */
	klips->settings.keepalive = EVERY;
	assert_int_equal(sent_at(399), 0);
	assert_int_equal(sent_at(401), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_silence_brings_one_each_interval, begin, end),
		cmocka_unit_test_setup_teardown(test_the_interval_begins_with_the_last_packet, begin, end),
		cmocka_unit_test_setup_teardown(test_not_without_udp_nor_inbound, begin, end),
		cmocka_unit_test_setup_teardown(test_not_where_no_device_is_attached, begin, end),
		cmocka_unit_test_setup_teardown(test_none_while_the_setting_is_zero, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
