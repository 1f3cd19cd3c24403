// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The KLIPS backend and a true klipsd, in a network namespace of their own: a trap asks, the answer is an SA, and what
 * the trap kept leaves through it.
 */
#include "backend_rig.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include "../backend_klips.h"

#define WAIT  5000 /* milliseconds */
#define TRIES 500  /* of 20 milliseconds */

static char folder[] = "/tmp/backend-klipsd-XXXXXX";
static struct backend *backend;
static pid_t klipsd = -1;

static struct rig_told told;

static int make_network(void)
{
	return rig_own_network() ||
	       system("ip link add w0 type veth peer name w1 && ip link set w0 up && ip link set w1 up && "
		      "ip addr add 192.1.2.45/24 dev w0");
}

/* Beside this program; of the same build, or else of the plain one. */
static bool find_klipsd(char *path, size_t size)
{
	static const char *const places[] = { "../../klips/user/klipsd", "../../../plain/klips/user/klipsd" };
	char self[512];
	ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
	unsigned int i;

	if (length < 0)
		return false;
	self[length] = '\0';
	*strrchr(self, '/') = '\0';
	for (i = 0; i < ARRAY_SIZE(places); i++) {
		if (snprintf(path, size, "%s/%s", self, places[i]) < (int)size && !access(path, X_OK))
			return true;
	}
	return false;
}

static int begin(void **state)
{
	char path[640], control[64], why[256];
	unsigned int i;

	(void)state;
	if (!find_klipsd(path, sizeof(path)) || !mkdtemp(folder))
		return 0;
	snprintf(control, sizeof(control), "%s/control", folder);
	setenv("KLIPS_CONTROL", control, 1);
	klipsd = fork();
	if (!klipsd) {
		execl(path, "klipsd", "--keepalive", "0", (char *)NULL);
		_exit(1);
	}
	for (i = 0; i < TRIES && !backend; i++) {
		usleep(20000);
		backend = backend_klips.open(&rig_events, &told, why, sizeof(why));
	}
	if (!backend)
		printf("klipsd does not run: %s\n", why);
	return backend ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	if (backend)
		backend->ops->close(backend);
	if (klipsd > 0) {
		kill(klipsd, SIGTERM);
		waitpid(klipsd, NULL, 0);
		rmdir(folder);
	}
	return 0;
}

static void need_klipsd(void)
{
	if (!backend)
		skip();
}

static void test_attach(void **state)
{
	char device[16] = "", other[16] = "";

	(void)state;
	need_klipsd();
	rig_assert_ok(backend, rig_backend_attach(backend, "w0", device));
	assert_string_equal(device, "ipsec0");
	assert_int_equal(system("ip link show up dev ipsec0 | grep -q ipsec0"), 0);
	assert_int_equal(system("! ip -6 addr show dev ipsec0 | grep -q fe80"), 0);
	rig_assert_ok(backend, rig_backend_attach(backend, "w0", other));
	assert_string_equal(other, "ipsec0");
	rig_assert_ok(backend, rig_backend_attach(backend, "w1", other));
	assert_string_equal(other, "ipsec1");
	assert_int_equal(rig_backend_attach(backend, "w7", other), -ENODEV);
	assert_non_null(strstr(backend->ops->why(backend), "there is no w7 to attach to"));
	assert_int_not_equal(system("ip link show dev ipsec2 2>/dev/null"), 0);
}

static void await_packets(const struct backend_sa *sa, uint64_t packets)
{
	struct backend_usage usage;
	unsigned int i;

	for (i = 0; i < TRIES; i++) {
		rig_assert_ok(backend, backend->ops->sa_usage(backend, sa->protocol, sa->spi, &sa->src.addr,
							      &sa->dst.addr, &usage));
		if (usage.packets == packets)
			break;
		usleep(20000);
	}
	assert_int_equal(usage.packets, packets);
	assert_true(usage.bytes);
	assert_in_range(usage.idle, 0, 10);
}

static void test_on_demand(void **state)
{
	struct backend_policy policy = {
		.action = BACKEND_TRAP, .protocol = IKE_PROTO_ESP, .tunnel = true, .reqid = 7
	};
	struct pollfd one = { .fd = backend ? backend->ops->fd(backend) : -1, .events = POLLIN };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	struct backend_sa sa = rig_sa(htonl(0x2002), false);

	(void)state;
	need_klipsd();
	assert_int_equal(system("ip addr add 192.0.1.254/32 dev ipsec0 && "
				"ip route add 192.0.2.0/24 dev ipsec0 src 192.0.1.254 && "
				"ip neigh add 192.1.2.23 lladdr 02:00:00:00:00:01 dev w0"),
			 0);
	policy.local = sa.src_ts.ts[0];
	policy.remote = sa.dst_ts.ts[0];
	policy.local_host = rig_v4(WEST);
	policy.remote_host = rig_v4(EAST);
	rig_assert_ok(backend, backend->ops->policy_set(backend, &policy));
	assert_int_equal(rig_send(fd, "192.0.2.1", 9999), 0);
	assert_int_equal(poll(&one, 1, WAIT), 1);
	backend->ops->dispatch(backend);
	assert_int_equal(told.acquires, 1);
	assert_int_equal(told.reqid, 7);
	assert_int_equal(told.dst.protocol, IPPROTO_UDP);
	assert_int_equal(told.dst.first_port, 9999);
	rig_assert_ok(backend, backend->ops->sa_add(backend, &sa));
	policy.action = BACKEND_PROTECT;
	policy.spi_out = sa.spi;
	rig_assert_ok(backend, backend->ops->policy_set(backend, &policy));
	await_packets(&sa, 1);
	assert_int_equal(rig_send(fd, "192.0.2.1", 9999), 0);
	await_packets(&sa, 2);
	rig_assert_ok(backend, backend->ops->policy_delete(backend, &policy));
	rig_assert_ok(backend, backend->ops->sa_delete(backend, sa.protocol, sa.spi, &sa.src.addr, &sa.dst.addr));
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_attach), cmocka_unit_test(test_on_demand) };

	if (make_network()) {
		printf("no namespaces for users: skipped\n");
		return 0;
	}
	return cmocka_run_group_tests(tests, begin, end);
}
