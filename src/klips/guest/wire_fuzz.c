// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sends the module packets, most of them bad, from the other end of its wire: wire_fuzz SEED FIRST COUNT OWN WIRE NETNS
 * [only]. It runs where the module receives, by the device OWN, makes the SAs there, and sends by the device WIRE of
 * the named network namespace NETNS. Each packet follows from SEED and its number, but for IVs; ESP in UDP comes to a
 * socket of this process with an odd SEED, else to the module's own. In the end it prints what the module counted, and
 * exits with 1 if a kind of refusal never came, or if good packets are not received any more; with `only` it does not
 * ask, since others change SAs meanwhile.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <inttypes.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netpacket/packet.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <linux/udp.h>
#include <netinet/in.h>

#include "guest/netns.h"
#include "guest/wire.h"

#define BATCH	64
#define FRAMES	(BATCH + 4) /* a packet may be several fragments */
#define OFTEN	100000	    /* packets between two lines of progress */
#define WAIT_MS 5000	    /* for good packets to be counted */

struct frame {
	u8 bytes[ETH_HLEN + WIRE_ROOM];
	u32 length;
};

struct wire {
	int fd;
	u8 own[ETH_ALEN], peer[ETH_ALEN];
	struct frame frames[FRAMES];
	unsigned int count;
	u64 sent, refused;
};

static struct wire wire;

static void set_mac(const char *device, u8 *mac)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq request = { 0 };

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", device);
	if (fd < 0 || ioctl(fd, SIOCGIFHWADDR, &request))
		guest_fail(device);
	memcpy(mac, request.ifr_hwaddr.sa_data, ETH_ALEN);
	close(fd);
}

/* From here on this process is in the peer's namespace; sockets that it has stay where they were made. */
static void open_wire(const char *device, const char *netns)
{
	struct sockaddr_ll addr = { .sll_family = AF_PACKET };

	guest_enter(netns);
	set_mac(device, wire.peer);
	wire.fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	addr.sll_ifindex = (int)if_nametoindex(device);
	if (wire.fd < 0 || bind(wire.fd, (struct sockaddr *)&addr, sizeof(addr)))
		guest_fail(device);
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

static void flush(void)
{
	struct mmsghdr messages[FRAMES];
	struct iovec pieces[FRAMES];
	unsigned int i, at = 0;
	int done;

	memset(messages, 0, sizeof(messages));
	for (i = 0; i < wire.count; i++) {
		pieces[i] = (struct iovec){ .iov_base = wire.frames[i].bytes, .iov_len = wire.frames[i].length };
		messages[i].msg_hdr.msg_iov = &pieces[i];
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	while (at < wire.count) {
		done = sendmmsg(wire.fd, messages + at, wire.count - at, 0);
		if (done <= 0) {
			wire.refused++; /* as one that is longer than the wire takes */
			done = 1;
		} else {
			wire.sent += (u64)done;
		}
		at += (unsigned int)done;
	}
	wire.count = 0;
}

static void put_frame(const u8 *packet, u32 length)
{
	struct frame *frame = &wire.frames[wire.count++];
	bool v6 = length && packet[0] >> 4 == KLIPS_V6;

	memcpy(frame->bytes, wire.own, ETH_ALEN);
	memcpy(frame->bytes + ETH_ALEN, wire.peer, ETH_ALEN);
	put_unaligned_be16(v6 ? ETH_P_IPV6 : ETH_P_IP, frame->bytes + 2 * (size_t)ETH_ALEN);
	memcpy(frame->bytes + ETH_HLEN, packet, length);
	frame->length = ETH_HLEN + length;
}

/* As put_frame(), in two or three fragments of IPv4, in any order. */
static void put_fragments(struct chance *chance, const u8 *packet, u32 length)
{
	u32 header = (packet[0] & 15U) * 4, rest = length - header, step = (rest / 3 + 8) & ~7U, at;
	u8 part[WIRE_ROOM];

	for (at = 0; at < rest; at += step) {
		u32 size = min(step, rest - at);

		memcpy(part, packet, header);
		memcpy(part + header, packet + header + at, size);
		put_unaligned_be16((u16)(header + size), part + 2);
		put_unaligned_be16((u16)(at / 8 | (at + size < rest ? 0x2000 : 0)), part + 6);
		put_unaligned_be16(0, part + 10);
		put_unaligned_be16(klips_checksum(part, header, 0), part + 10);
		put_frame(part, header + size);
		if (at && chance_one_in(chance, 2)) {
			struct frame last = wire.frames[wire.count - 1];

			wire.frames[wire.count - 1] = wire.frames[wire.count - 2];
			wire.frames[wire.count - 2] = last;
		}
	}
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

static void put(struct chance *chance, struct sk_buff *skb, bool in_udp)
{
	if (in_udp)
		put_udp(skb);
	if (skb->len > WIRE_ROOM)
		wire.refused++;
	else if (chance && skb->len > 100 && skb->data[0] == 0x45 && chance_one_in(chance, 16))
		put_fragments(chance, skb->data, skb->len);
	else
		put_frame(skb->data, skb->len);
	kfree_skb(skb);
	if (wire.count >= BATCH)
		flush();
}

static void send_bad(u64 seed, u64 first, u64 count)
{
	u64 number;

	for (number = first; number < first + count; number++) {
		struct chance chance = chance_of(seed, number);
		bool in_udp = false;
		struct sk_buff *skb = wire_bad(&chance, &in_udp);

		if (skb)
			put(&chance, skb, in_udp);
		if (number && number % OFTEN == 0) {
			printf("wire: at %" PRIu64 "\n", (uint64_t)number);
			fflush(stdout);
		}
	}
	flush();
}

static int take_received(const struct klips_dev_info *info, void *arg)
{
	*(u64 *)arg += info->stats[KLIPS_A_DEV_RX_PACKETS];
	return 0;
}

static u64 received(struct klips_client *client)
{
	struct klips_refusal why = { 0 };
	u64 count = 0;

	if (klips_client_dev_list(client, take_received, &count, &why)) {
		fprintf(stderr, "wire: devices: %s\n", why.text);
		exit(1);
	}
	return count;
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
static int send_good(struct klips_client *client)
{
	u64 before = received(client);
	unsigned int i;
	int missing = 0;

	for (i = 0; i < wire_sas_count; i++) {
		struct sk_buff *skb = wire_good(&wire_sas[i], 200);

		if (!skb)
			guest_fail(wire_sas[i].name);
		put(NULL, skb, wire_sas[i].natt);
		flush();
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

/* What a fuzzer that reaches all of the way in has seen at least once. @xfrm: see left_to_xfrm() */
static int report(struct klips_client *client, FILE *xfrm)
{
	static const struct {
		const char *name;
		unsigned int at;
	} counters[] = {
		{ "not authentic", KLIPS_A_STATS_IN_AUTH },
		{ "replayed", KLIPS_A_STATS_IN_REPLAY },
		{ "malformed", KLIPS_A_STATS_IN_MALFORMED },
		{ "against policy", KLIPS_A_STATS_IN_POLICY },
	};
	struct klips_refusal why = { 0 };
	struct klips_status_info info;
	const u64 others = left_to_xfrm(xfrm);
	int missing = !others;
	unsigned int i;

	if (klips_client_status(client, &info, &why)) {
		fprintf(stderr, "wire: status: %s\n", why.text);
		return 1;
	}
	printf("wire: %" PRIu64 " frames sent, %" PRIu64 " not taken by the wire; ", (uint64_t)wire.sent,
	       (uint64_t)wire.refused);
	printf("received %" PRIu64 ", no SA %" PRIu64, (uint64_t)received(client), (uint64_t)others);
	for (i = 0; i < ARRAY_SIZE(counters); i++) {
		printf(", %s %" PRIu64, counters[i].name, (uint64_t)info.stats[counters[i].at]);
		missing += !info.stats[counters[i].at];
	}
	printf("\n");
	if (missing)
		printf("wire: some of that never happened: the packets do not reach what they are for\n");
	return missing;
}

static u64 number(const char *text)
{
	char *end;
	u64 value = strtoull(text, &end, 0);

	if (!*text || *end) {
		fprintf(stderr, "wire_fuzz: '%s' is no number\n", text);
		exit(2);
	}
	return value;
}

int main(int argc, char **argv)
{
	struct klips_refusal why = { 0 };
	struct klips_client client;
	int missing = 0;
	FILE *xfrm;

	if (argc != 7 && (argc != 8 || strcmp(argv[7], "only"))) {
		fprintf(stderr, "usage: wire_fuzz SEED FIRST COUNT OWN WIRE NETNS [only]\n");
		return 2;
	}
	rcu_register_thread();
	if (klips_client_open(&client, NULL, &why)) {
		fprintf(stderr, "wire_fuzz: %s\n", why.text);
		return 1;
	}
	xfrm = fopen("/proc/self/net/xfrm_stat", "re");
	if (!xfrm)
		guest_fail("/proc/self/net/xfrm_stat");
	if (number(argv[1]) % 2)
		open_port();
	wire_sas_make(&client);
	set_mac(argv[4], wire.own);
	open_wire(argv[5], argv[6]);
	if (argc == 7)
		missing = send_good(&client);
	if (!missing)
		send_bad(number(argv[1]), number(argv[2]), number(argv[3]));
	if (argc == 7)
		missing += send_good(&client) + report(&client, xfrm);
	fclose(xfrm);
	klips_client_close(&client);
	rcu_unregister_thread();
	return missing ? 1 : 0;
}
