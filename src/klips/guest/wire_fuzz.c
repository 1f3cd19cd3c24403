// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sends the module packets, most of them bad, from the other end of its wire, and has it send such: wire_fuzz SEED
 * FIRST COUNT OWN WIRE NETNS [beside COMMAND...]. It runs where the module receives, by the device OWN, makes the SAs
 * there, and sends by the device WIRE of the named network namespace NETNS; a quarter goes by ipsec0 and mast0 instead.
 * Each packet follows from SEED and its number, but for IVs. With an odd SEED ESP in UDP comes to a socket of this
 * process, else to the module's own, and OWN puts segments together. In the end it prints what the module counted, and
 * exits with 1 if a kind of refusal never came, or if good packets are not received any more. With `beside` it does not
 * ask: once the SAs are there it starts COMMAND, which may change them meanwhile, and exits with 1 if that fails.
 */
#define _GNU_SOURCE
#include <inttypes.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <linux/udp.h>
#include <netinet/in.h>

#include "core/mark.h"
#include "guest/netns.h"
#include "guest/wire_line.h"

#define OFTEN	100000 /* packets between two lines of progress */
#define MARKED	2      /* packets with the same mark, one after the other */
#define WAIT_MS 5000   /* for good packets to be counted */

static struct wire_line wire, ipsec, mast;

/* Whether the device puts segments together, as drivers do. */
static void set_gro(const char *device, bool on)
{
	struct ethtool_value value = { .cmd = ETHTOOL_SGRO, .data = on };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq request = { .ifr_data = (void *)&value };

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", device);
	if (fd < 0 || ioctl(fd, SIOCETHTOOL, &request))
		guest_fail(device);
	close(fd);
}

/* What a key daemon opens, before there are SAs: ESP in UDP comes to the module by it. It stays open. */
static void open_port(void)
{
	struct sockaddr_in6 addr = { .sin6_family = AF_INET6, .sin6_port = htons(WIRE_NATT_PORT) };
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0), kind = UDP_ENCAP_ESPINUDP;

	if (fd < 0 || bind(fd, (struct sockaddr *)&addr, sizeof(addr)) ||
	    setsockopt(fd, IPPROTO_UDP, UDP_ENCAP, &kind, sizeof(kind)))
		guest_fail("UDP_ENCAP");
}

static void put_udp(struct sk_buff *skb)
{
	struct klips_ip ip;
	u8 *udp;

	if (klips_ip_read(&ip, skb->data, skb->len) || klips_ip_shift(skb, ip.header, 8))
		return;
	udp = skb->data + ip.header;
	put_unaligned_be16(WIRE_NATT_PORT, udp);
	put_unaligned_be16(WIRE_NATT_PORT, udp + 2);
	put_unaligned_be16((u16)(skb->len - ip.header), udp + 4);
	put_unaligned_be16(0, udp + 6);
	klips_ip_mend(skb, &ip, IPPROTO_UDP);
}

/* Now and then it comes twice. */
static void put(struct chance *chance, struct sk_buff *skb, bool in_udp)
{
	if (in_udp)
		put_udp(skb);
	wire_line_put(&wire, chance, skb->data, skb->len);
	if (chance && chance_one_in(chance, 32))
		wire_line_put(&wire, chance, skb->data, skb->len);
	kfree_skb(skb);
}

static void send_inward(struct chance *chance)
{
	bool in_udp = false;
	struct sk_buff *skb = wire_bad(chance, &in_udp);

	if (skb)
		put(chance, skb, in_udp);
}

/* What goes together by mast0 has one mark: mostly that of an SA that may send it. @ref: its reference */
static void send_outward(struct chance *chance, u32 ref)
{
	struct wire_line *line = chance_one_in(chance, 3) ? &mast : &ipsec;
	struct sk_buff *skb = wire_outgoing(chance);
	u32 mark;

	if (line == &mast && !line->count) {
		mark = KLIPS_MARK_SENDS | (chance_one_in(chance, 4) ? chance_below(chance, 64) : ref)
						  << KLIPS_MARK_SHIFT;
		if (setsockopt(line->fd, SOL_SOCKET, SO_MARK, &mark, sizeof(mark)))
			guest_fail("SO_MARK");
	}
	if (skb)
		wire_line_put(line, chance, skb->data, skb->len);
	kfree_skb(skb);
	if (mast.count >= MARKED)
		wire_line_flush(&mast);
}

static void send_bad(u64 seed, u64 first, u64 count, u32 ref)
{
	u64 number;

	for (number = first; number < first + count; number++) {
		struct chance chance = chance_of(seed, number);

		if (chance_one_in(&chance, 4))
			send_outward(&chance, ref);
		else
			send_inward(&chance);
		if (number && number % OFTEN == 0) {
			printf("wire: at %" PRIu64 "\n", (uint64_t)number);
			fflush(stdout);
		}
	}
	wire_line_flush(&wire);
	wire_line_flush(&ipsec);
	wire_line_flush(&mast);
}

/**
 * struct traffic - packets that devices have counted
 * @received: by any
 * @by_mast: of these, by mast0
 * @sent: by ipsec0; @sent_by_mast: by mast0
 */
struct traffic {
	u64 received, by_mast, sent, sent_by_mast;
};

static int take_traffic(const struct klips_dev_info *info, void *arg)
{
	struct traffic *traffic = arg;
	bool is_mast = !strcmp(info->name, "mast0");
	u64 in = info->stats[KLIPS_A_DEV_RX_PACKETS], out = info->stats[KLIPS_A_DEV_TX_PACKETS];

	traffic->received += in;
	traffic->by_mast += is_mast ? in : 0;
	traffic->sent += is_mast ? 0 : out;
	traffic->sent_by_mast += is_mast ? out : 0;
	return 0;
}

static struct traffic count_traffic(struct klips_client *client)
{
	struct klips_refusal why = { 0 };
	struct traffic traffic = { 0 };

	if (klips_client_dev_list(client, take_traffic, &traffic, &why)) {
		fprintf(stderr, "wire: devices: %s\n", why.text);
		exit(1);
	}
	return traffic;
}

static u64 received(struct klips_client *client)
{
	return count_traffic(client).received;
}

static bool arrived(struct klips_client *client, u64 count)
{
	const struct timespec moment = { .tv_nsec = 10000000 };
	int tries;

	for (tries = 0; tries < WAIT_MS / 10; tries++) {
		if (received(client) >= count)
			return true;
		nanosleep(&moment, NULL);
	}
	return false;
}

/* A good packet by each SA, to a port where nobody is. Returns how many were not received. */
static unsigned int send_good(struct klips_client *client)
{
	u64 before = received(client);
	unsigned int i, missing = 0;

	for (i = 0; i < wire_sas_count; i++) {
		struct sk_buff *skb = wire_good(&wire_sas[i], 200);

		if (!skb)
			guest_fail(wire_sas[i].name);
		put(NULL, skb, wire_sas[i].natt);
		wire_line_flush(&wire);
		if (arrived(client, before + 1)) {
			before = received(client);
			continue;
		}
		printf("wire: %s: a good packet was not received\n", wire_sas[i].name);
		missing++;
	}
	return missing;
}

/* What names no SA of the module's is XFRM's, which counts it: "XfrmInNoStates" of the namespace that @file is about.
 */
static u64 left_to_xfrm(FILE *file)
{
	static const char name[] = "XfrmInNoStates";
	char line[128];

	while (fgets(line, sizeof(line), file))
		if (!strncmp(line, name, sizeof(name) - 1))
			return strtoull(line + sizeof(name) - 1, NULL, 10);
	fprintf(stderr, "wire: this kernel does not count XfrmInNoStates\n");
	exit(1);
}

static unsigned int print_count(const char *name, u64 count)
{
	printf(", %s %" PRIu64, name, (uint64_t)count);
	return !count;
}

/* What a fuzzer that reaches all of the way in, and out, has seen at least once. @xfrm: see left_to_xfrm() */
static unsigned int report(struct klips_client *client, FILE *xfrm)
{
	static const struct {
		const char *name;
		unsigned int at;
	} counters[] = {
		{ "not authentic", KLIPS_A_STATS_IN_AUTH },  { "replayed", KLIPS_A_STATS_IN_REPLAY },
		{ "malformed", KLIPS_A_STATS_IN_MALFORMED }, { "against policy", KLIPS_A_STATS_IN_POLICY },
		{ "not sendable", KLIPS_A_STATS_MALFORMED }, { "by no SA", KLIPS_A_STATS_NO_SA },
		{ "in clear", KLIPS_A_STATS_IN_CLEARTEXT },
	};
	const struct traffic traffic = count_traffic(client);
	struct klips_refusal why = { 0 };
	struct klips_status_info info;
	unsigned int i, missing;

	if (klips_client_status(client, &info, &why)) {
		fprintf(stderr, "wire: status: %s\n", why.text);
		return 1;
	}
	printf("wire: %" PRIu64 " frames sent", (uint64_t)(wire.sent + ipsec.sent + mast.sent));
	missing = print_count("not taken", wire.refused + ipsec.refused + mast.refused);
	missing += print_count("received", traffic.received) + print_count("by mast0", traffic.by_mast);
	missing += print_count("sent by ipsec0", traffic.sent) + print_count("by mast0", traffic.sent_by_mast);
	missing += print_count("for XFRM", left_to_xfrm(xfrm));
	for (i = 0; i < ARRAY_SIZE(counters); i++)
		missing += print_count(counters[i].name, info.stats[counters[i].at]);
	printf("\n");
	if (missing)
		printf("wire: some of that never happened: the packets do not reach what they are for\n");
	return missing;
}

static void open_lines(const char *own, const char *peer, const char *netns)
{
	u8 mac[ETH_ALEN];

	wire_line_mac(own, mac);
	wire_line_open(&ipsec, "ipsec0", NULL);
	wire_line_open(&mast, "mast0", NULL);
	guest_enter(netns);
	wire_line_open(&wire, peer, mac);
}

/* Others who run beside this, from when all SAs are there. @command: NULL: none */
static pid_t start(char **command)
{
	pid_t pid = command ? fork() : 0;

	if (pid < 0)
		guest_fail("fork");
	if (!command || pid)
		return pid;
	execv(command[0], command);
	guest_fail(command[0]);
}

/* Whether they failed. */
static unsigned int end(pid_t pid)
{
	int status;

	return pid && (waitpid(pid, &status, 0) != pid || status);
}

/* @beside: others change SAs meanwhile, and what comes through is not asked */
static unsigned int fuzz(struct klips_client *client, char **argv, char **beside)
{
	FILE *xfrm = fopen("/proc/self/net/xfrm_stat", "re");
	const u64 seed = guest_number(argv[1]);
	unsigned int missing;
	pid_t pid;
	u32 ref;

	if (!xfrm)
		guest_fail("/proc/self/net/xfrm_stat");
	if (seed % 2)
		open_port();
	set_gro(argv[4], seed % 2);
	ref = wire_sas_make(client);
	pid = start(beside);
	open_lines(argv[4], argv[5], argv[6]);
	missing = beside ? 0 : send_good(client);
	if (!missing)
		send_bad(seed, guest_number(argv[2]), guest_number(argv[3]), ref);
	if (!beside)
		missing += send_good(client) + report(client, xfrm);
	fclose(xfrm);
	return missing + end(pid);
}

int main(int argc, char **argv)
{
	struct klips_refusal why = { 0 };
	struct klips_client client;
	unsigned int missing;

	if (argc != 7 && (argc < 9 || strcmp(argv[7], "beside"))) {
		fprintf(stderr, "usage: wire_fuzz SEED FIRST COUNT OWN WIRE NETNS [beside COMMAND...]\n");
		return 2;
	}
	rcu_register_thread();
	if (klips_client_open(&client, NULL, &why)) {
		fprintf(stderr, "wire_fuzz: %s\n", why.text);
		return 1;
	}
	missing = fuzz(&client, argv, argc > 7 ? argv + 8 : NULL);
	klips_client_close(&client);
	rcu_unregister_thread();
	return missing ? 1 : 0;
}
