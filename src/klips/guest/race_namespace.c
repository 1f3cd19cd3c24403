// SPDX-License-Identifier: GPL-2.0-or-later
/* Two namespaces with a tunnel between them, which end as they are, with packets on their way. */
#define _GNU_SOURCE
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>

#include "guest/race.h"

#define PACKETS	   300 /* that are on their way when a namespace ends */
#define WIRE_BYTES 1024

static void put_wire(struct nlmsghdr *head, const struct tunnel_end *end, const struct tunnel_end *other, pid_t there)
{
	struct nlattr *info, *data, *peer;

	mnl_attr_put_strz(head, IFLA_IFNAME, end->phys);
	info = mnl_attr_nest_start(head, IFLA_LINKINFO);
	mnl_attr_put_strz(head, IFLA_INFO_KIND, "veth");
	data = mnl_attr_nest_start(head, IFLA_INFO_DATA);
	peer = mnl_attr_nest_start(head, VETH_INFO_PEER);
	mnl_nlmsg_put_extra_header(head, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(head, IFLA_IFNAME, other->phys);
	mnl_attr_put_u32(head, IFLA_NET_NS_PID, (u32)there);
	mnl_attr_nest_end(head, peer);
	mnl_attr_nest_end(head, data);
	mnl_attr_nest_end(head, info);
}

/* From this namespace to that of a process. */
static void make_wire(const struct tunnel_end *end, const struct tunnel_end *other, pid_t there)
{
	char buffer[WIRE_BYTES] __aligned(8);
	struct nlmsghdr *head = mnl_nlmsg_put_header(buffer);
	struct mnl_socket *route = mnl_socket_open(NETLINK_ROUTE);
	ssize_t size;

	if (!route)
		tunnel_fail(end, "rtnetlink", strerror(errno));
	head->nlmsg_type = RTM_NEWLINK;
	head->nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK;
	mnl_nlmsg_put_extra_header(head, sizeof(struct ifinfomsg));
	put_wire(head, end, other, there);
	if (mnl_socket_sendto(route, head, head->nlmsg_len) < 0)
		tunnel_fail(end, "wire", strerror(errno));
	size = mnl_socket_recvfrom(route, buffer, sizeof(buffer));
	if (size < 0 || mnl_cb_run(buffer, (size_t)size, 0, 0, NULL, NULL) < 0)
		tunnel_fail(end, "wire", strerror(errno));
	mnl_socket_close(route);
}

/* False: the module is gone just now. */
static bool begin(struct tunnel_end *end)
{
	struct klips_refusal why = { 0 };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGTERM, SIG_DFL);
	if (unshare(CLONE_NEWNET))
		tunnel_fail(end, "unshare", strerror(errno));
	end->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (end->fd < 0)
		tunnel_fail(end, "socket", strerror(errno));
	if (klips_client_open(&end->client, NULL, &why))
		return false;
	end->client.timeout = TUNNEL_WAIT_MS;
	return true;
}

static void build(struct race *race, u32 sort)
{
	struct klips_selector sel = tunnel_flow(race->end, race->other);
	struct klips_refusal why = { 0 };
	struct klips_sa_config config;

	tunnel_must(race->end, tunnel_set_address(race->end, race->end->phys, race->end->outer, 24), "address", NULL);
	tunnel_must(race->end, tunnel_set_up(race->end, race->end->phys, true), "up", NULL);
	race_device_back(race);
	race_sa(&config, race->other, race->end, sort);
	config.flags |= KLIPS_SA_INBOUND;
	race_took(race, klips_client_sa_add(&race->end->client, &config, &why), "sa-add");
	race_sa(&config, race->end, race->other, sort);
	race_took(race, klips_client_sa_add(&race->end->client, &config, &why), "sa-add");
	race_took(race, klips_client_eroute_set(&race->end->client, &sel, &config.said, false, &why), "eroute-set");
}

static void send_all(const struct tunnel_end *other)
{
	struct sockaddr_in to = tunnel_address(other->inner);
	static const char packet[1000];
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0), i;

	for (i = 0; fd >= 0 && i < PACKETS; i++)
		sendto(fd, packet, sizeof(packet), 0, (struct sockaddr *)&to, sizeof(to));
}

/* The far end: tells that it is there, builds when there is a wire, tells that, and ends when the near one has ended.
 */
static __attribute__((noreturn)) void be_far(struct race *race, int pipe, u32 sort)
{
	struct tunnel_end *near = race->end;
	char word = 0;

	race->end = race->other;
	race->other = near;
	if (!begin(race->end) || write(pipe, &word, 1) != 1 || read(pipe, &word, 1) != 1)
		_exit(0);
	build(race, sort);
	if (write(pipe, &word, 1) == 1)
		(void)!read(pipe, &word, 1);
	_exit(0);
}

/* Ends as soon as it has sent, and leaves all as it is. */
static __attribute__((noreturn)) void be_near(struct race *race, u32 sort)
{
	char word = 0;
	int pipe[2];
	pid_t far;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pipe))
		tunnel_fail(race->end, "socketpair", strerror(errno));
	far = fork();
	if (!far) {
		close(pipe[0]);
		be_far(race, pipe[1], sort);
	}
	close(pipe[1]);
	if (!begin(race->end) || read(pipe[0], &word, 1) != 1)
		_exit(0);
	make_wire(race->end, race->other, far);
	build(race, sort);
	if (write(pipe[0], &word, 1) == 1 && read(pipe[0], &word, 1) == 1)
		send_all(race->other);
	_exit(0);
}

void race_namespace(struct race *race)
{
	u32 sort = chance_below(&race->chance, RACE_SORTS - 1); /* not of transport mode */
	int status = 0;
	pid_t child = fork();

	race->count->tried++;
	if (!child)
		be_near(race, sort);
	if (child < 0 || waitpid(child, &status, 0) < 0 || status)
		tunnel_fail(race->end, "namespaces", "their processes failed");
	race_pause(race, 20000);
}
