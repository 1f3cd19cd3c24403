// SPDX-License-Identifier: GPL-2.0-or-later
/* The guard: what it tells its sink, and what the kernel's nf_tables then does with packets, beside core's own word. */
#define _GNU_SOURCE
#include "test.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <linux/if.h>
#include <linux/if_tun.h>

#include "core/klips.h"
#include "user/daemon.h"
#include "user/guard.h"

#define ROOM 2000

/* A sink that writes down what it is told; commits fail as long as @fails says so. */
static char told[ROOM];
static int fails;

static void tell(const char *format, ...) __printf(1, 2);

static void tell(const char *format, ...)
{
	size_t length = strlen(told);
	va_list args;

	va_start(args, format);
	vsnprintf(told + length, sizeof(told) - length, format, args);
	va_end(args);
}

static void tell_map(const char *what, const struct klips_guard_map *map)
{
	tell("%s v%c %u %u %x", what, map->v6 ? '6' : '4', map->rank >> 16, map->rank >> 8 & 0xff,
	     KLIPS_GUARD_FIELDS(map->rank));
}

static void tell_flow(const char *what, const struct klips_guard_map *map, const struct klips_guard_key *key)
{
	u32 i;

	tell_map(what, map);
	tell(" ");
	for (i = 0; i < key->length; i++)
		tell("%02x", key->data[i]);
}

static void add_map(void *arg, const struct klips_guard_map *map)
{
	(void)arg;
	tell_map("map", map);
	tell("\n");
}

static void remove_map(void *arg, const struct klips_guard_map *map)
{
	(void)arg;
	tell_map("no map", map);
	tell("\n");
}

static void add_flow(void *arg, const struct klips_guard_map *map, const struct klips_guard_key *key, bool pass)
{
	(void)arg;
	tell_flow(pass ? "pass" : "refuse", map, key);
	tell("\n");
}

static void remove_flow(void *arg, const struct klips_guard_map *map, const struct klips_guard_key *key)
{
	(void)arg;
	tell_flow("forget", map, key);
	tell("\n");
}

static void order(void *arg, const struct list_head *maps, bool v6)
{
	const struct klips_guard_map *map;

	(void)arg;
	tell("order %c:", v6 ? '6' : '4');
	list_for_each_entry(map, maps, list) {
		if (map->entries)
			tell_map("", map);
	}
	tell("\n");
}

static void add_device(void *arg, u32 ifindex)
{
	(void)arg;
	tell("watch %u\n", ifindex);
}

static void remove_device(void *arg, u32 ifindex)
{
	(void)arg;
	tell("leave %u\n", ifindex);
}

static int commit(void *arg)
{
	(void)arg;
	tell("commit\n");
	return fails;
}

static const struct klips_guard_sink sink = {
	.add_map = add_map,
	.remove_map = remove_map,
	.add_flow = add_flow,
	.remove_flow = remove_flow,
	.order = order,
	.add_device = add_device,
	.remove_device = remove_device,
	.commit = commit,
};

static struct klips_guard *guard;

static int begin(void **state)
{
	(void)state;
	told[0] = 0;
	fails = 0;
	guard = klips_guard_new(&sink, NULL);
	return guard ? 0 : -1;
}

static int finish(void **state)
{
	(void)state;
	klips_guard_free(guard);
	return 0;
}

static struct klips_said shunt(u32 spi)
{
	return (struct klips_said){ .dst.version = KLIPS_V4, .proto = KLIPS_PROTO_INT, .spi = cpu_to_be32(spi) };
}

static struct klips_said tunnel(void)
{
	return (struct klips_said){ .dst = klips_addr_v4(cpu_to_be32(1)), .proto = KLIPS_PROTO_IPIP, .spi = 1 };
}

/* 10.0.0.0/24 to 10.0.1.0/24 */
static struct klips_selector nets(u8 proto, u16 sport, u16 dport)
{
	return (struct klips_selector){
		.src = klips_addr_v4(cpu_to_be32(0x0a000000)),
		.dst = klips_addr_v4(cpu_to_be32(0x0a000100)),
		.src_bits = 24,
		.dst_bits = 24,
		.proto = proto,
		.sport = cpu_to_be16(sport),
		.dport = cpu_to_be16(dport),
	};
}

static int set(const struct klips_selector *sel, struct klips_said said)
{
	told[0] = 0;
	return klips_guard_set(guard, sel, &said);
}

static int unset(const struct klips_selector *sel)
{
	told[0] = 0;
	return klips_guard_unset(guard, sel);
}

static void an_eroute_makes_its_map(void **state)
{
	struct klips_selector sel = nets(0, 0, 0), host = sel;

	(void)state;
	assert_int_equal(set(&sel, tunnel()), 0);
	assert_string_equal(told, "map v4 24 24 0\nrefuse v4 24 24 0 0a0000000a000100\norder 4: v4 24 24 0\ncommit\n");
	host.dst_bits = 32;
	assert_int_equal(set(&host, shunt(KLIPS_SHUNT_PASS)), 0);
	assert_string_equal(told, "map v4 24 32 0\npass v4 24 32 0 0a0000000a000100\n"
				  "order 4: v4 24 32 0 v4 24 24 0\ncommit\n");
	host.dst.b[3] = 7;
	assert_int_equal(set(&host, shunt(KLIPS_SHUNT_TRAP)), 0);
	assert_string_equal(told, "refuse v4 24 32 0 0a0000000a000107\ncommit\n");
	assert_int_equal(unset(&sel), 0);
	assert_string_equal(told,
			    "forget v4 24 24 0 0a0000000a000100\norder 4: v4 24 32 0\nno map v4 24 24 0\ncommit\n");
}

static void a_replaced_eroute_changes_only_what_differs(void **state)
{
	struct klips_selector sel = nets(0, 0, 0);

	(void)state;
	set(&sel, tunnel());
	assert_int_equal(set(&sel, shunt(KLIPS_SHUNT_DROP)), 0);
	assert_string_equal(told, "");
	assert_int_equal(set(&sel, shunt(KLIPS_SHUNT_PASS)), 0);
	assert_string_equal(told, "forget v4 24 24 0 0a0000000a000100\npass v4 24 24 0 0a0000000a000100\ncommit\n");
	assert_int_equal(unset(&sel), 0);
	assert_int_equal(unset(&sel), 0);
	assert_string_equal(told, "");
}

/* The two groups have an entry as long as one of their eroutes refuses. */
static void groups_have_what_may_be_refused(void **state)
{
	struct klips_selector web = nets(6, 0, 80), mail = nets(6, 25, 0);

	(void)state;
	set(&web, shunt(KLIPS_SHUNT_PASS));
	assert_string_equal(told, "map v4 24 24 a\npass v4 24 24 a 0a0000000a0001000600000000500000\n"
				  "order 4: v4 24 24 a\ncommit\n");
	set(&mail, tunnel());
	assert_string_equal(told, "map v4 24 24 c\nrefuse v4 24 24 c 0a0000000a0001000600000000190000\n"
				  "map v4 24 24 20\nrefuse v4 24 24 20 0a0000000a000100\n"
				  "map v4 24 24 10\nrefuse v4 24 24 10 0a0000000a00010006000000\n"
				  "order 4: v4 24 24 20 v4 24 24 10 v4 24 24 c v4 24 24 a\ncommit\n");
	set(&web, tunnel());
	assert_string_equal(told, "forget v4 24 24 a 0a0000000a0001000600000000500000\n"
				  "refuse v4 24 24 a 0a0000000a0001000600000000500000\ncommit\n");
	unset(&mail);
	assert_string_equal(told, "forget v4 24 24 c 0a0000000a0001000600000000190000\n"
				  "order 4: v4 24 24 20 v4 24 24 10 v4 24 24 a\nno map v4 24 24 c\ncommit\n");
	set(&web, shunt(KLIPS_SHUNT_PASS));
	assert_non_null(strstr(told, "no map v4 24 24 20\nno map v4 24 24 10\ncommit\n"));
}

static void what_fails_changes_nothing(void **state)
{
	struct klips_selector sel = nets(17, 0, 53);
	char first[ROOM];

	(void)state;
	fails = -ENOBUFS;
	assert_int_equal(set(&sel, tunnel()), -ENOBUFS);
	memcpy(first, told, sizeof(first));
	fails = 0;
	assert_int_equal(set(&sel, tunnel()), 0);
	assert_string_equal(told, first);
	fails = -EPERM;
	assert_int_equal(unset(&sel), -EPERM);
	memcpy(first, told, sizeof(first));
	assert_int_equal(klips_guard_clear(guard), -EPERM);
	fails = 0;
	assert_int_equal(unset(&sel), 0);
	assert_string_equal(told, first);
}

static void cleared_is_empty(void **state)
{
	struct klips_selector sel = nets(0, 0, 0);

	(void)state;
	set(&sel, tunnel());
	told[0] = 0;
	assert_int_equal(klips_guard_clear(guard), 0);
	assert_string_equal(told, "order 4:\nno map v4 24 24 0\norder 6:\ncommit\n");
	set(&sel, tunnel());
	assert_non_null(strstr(told, "map v4 24 24 0\n"));
	told[0] = 0;
	klips_guard_watch(guard, 3);
	klips_guard_unwatch(guard, 3);
	assert_string_equal(told, "watch 3\ncommit\nleave 3\ncommit\n");
}

/* The kernel's: in a network of its own, packets are written to a TUN, which hands them on before the call returns. */
#define ROUNDS	40
#define CHANGES 40
#define PACKETS 150

static struct klips klips;
static struct klips_guard_nft *nft;
static int tun = -1;
static u64 seed = 20261122;

static u32 pick(u32 count)
{
	return (u32)(test_random(&seed) >> 33) % count;
}

static int open_tun(void)
{
	struct ifreq request = { .ifr_name = "phys", .ifr_flags = IFF_TUN | IFF_NO_PI };
	struct klips_link link;

	if (unshare(CLONE_NEWUSER | CLONE_NEWNET) && unshare(CLONE_NEWNET))
		return -1;
	tun = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	if (tun < 0 || ioctl(tun, TUNSETIFF, &request) || klips_link_get("phys", &link) ||
	    klips_link_set(link.ifindex, 1500, 0) || klips_guard_nft_open(&nft))
		return -1;
	guard = klips_guard_new(&klips_guard_nft_sink, nft);
	return klips_guard_watch(guard, link.ifindex);
}

static struct klips_addr some_addr(bool v6)
{
	u8 bytes[16] = { 0xfd, 9, [5] = (u8)pick(2), [15] = (u8)(1 + pick(3)) };

	if (v6)
		return klips_addr_v6(bytes);
	return klips_addr_v4(cpu_to_be32(0x0a090000 | pick(2) << 8 | (1 + pick(3))));
}

static u8 some_proto(bool v6)
{
	static const u8 protos[] = { 6, 17, 17, 1, 47, 59, 50, 51, 108, 43, 60 };
	u8 proto = protos[pick(ARRAY_SIZE(protos))];

	return v6 && proto == 1 ? 58 : proto;
}

/* Of packets too; ICMP's are types and codes. */
static u16 some_port(void)
{
	static const u16 ports[] = { 7, 9, 500, 4500, 8 << 8, 135 << 8, 1 << 8, 3 << 8 };

	return ports[pick(ARRAY_SIZE(ports))];
}

static struct klips_selector some_selector(void)
{
	static const u8 bits[2][4] = { { 0, 16, 24, 32 }, { 0, 32, 48, 128 } };
	const bool v6 = pick(2);
	struct klips_selector sel = { .src = some_addr(v6), .dst = some_addr(v6) };

	sel.src_bits = bits[v6][pick(4)];
	sel.dst_bits = bits[v6][pick(4)];
	sel.proto = pick(3) ? some_proto(v6) : 0;
	sel.sport = sel.proto && !pick(2) ? cpu_to_be16(some_port()) : 0;
	sel.dport = sel.proto && !pick(2) ? cpu_to_be16(some_port()) : 0;
	if (!klips_selector_is_valid(&sel))
		sel.sport = sel.dport = 0;
	klips_selector_normalise(&sel);
	return sel;
}

static void change(void)
{
	struct klips_selector sel = some_selector();
	struct klips_said said = pick(2) ? shunt(KLIPS_SHUNT_PASS) : pick(2) ? tunnel() : shunt(KLIPS_SHUNT_DROP);

	if (pick(4)) {
		assert_int_equal(klips_set_eroute(&klips, &sel, &said, true), 0);
		assert_int_equal(klips_guard_set(guard, &sel, &said), 0);
	} else {
		klips_unset_eroute(&klips, &sel);
		assert_int_equal(klips_guard_unset(guard, &sel), 0);
	}
}

/* Ports, or a type and a code, and some more; or too short for that. */
static size_t put_payload(u8 *at)
{
	put_unaligned_be16(some_port(), at);
	put_unaligned_be16(some_port(), at + 2);
	if (pick(2))
		at[1] = (u8)pick(4);
	memset(at + 4, 0, 12);
	return pick(4) ? 16 : pick(5);
}

static size_t make_v4(u8 *packet)
{
	static const u16 places[] = { 0, 0, 0, 0x2000, 0x2001, 0x0100, 0x4000 };
	const struct klips_addr src = some_addr(false), dst = some_addr(false);
	size_t length = 20 + put_payload(packet + 20);

	memset(packet, 0, 20);
	packet[0] = 0x45;
	put_unaligned_be16((u16)length, packet + 2);
	put_unaligned_be16(places[pick(ARRAY_SIZE(places))], packet + 6);
	packet[8] = 64;
	packet[9] = some_proto(false);
	memcpy(packet + 12, src.b, 4);
	memcpy(packet + 16, dst.b, 4);
	put_unaligned_be16(klips_checksum(packet, 20, 0), packet + 10);
	return length;
}

/*
 * Extension headers of eight bytes, then perhaps a fragment's, whose next header may be another extension header if it
 * is a later one.
 */
static size_t put_extensions(u8 *packet, u8 proto)
{
	static const u16 places[] = { 0, 1, 8, 9 };
	u8 *next = packet + 6;
	size_t at = 40;

	for (; !pick(3) && at < 80; at += 8) {
		*next = 60;
		memset(packet + at, 0, 8);
		packet[at + 2] = 1; /* PadN */
		packet[at + 3] = 4;
		next = packet + at;
	}
	if (pick(2)) {
		*next = 44;
		memset(packet + at, 0, 8);
		put_unaligned_be16(places[pick(ARRAY_SIZE(places))], packet + at + 2);
		next = packet + at;
		if (packet[at + 3] & 8 && !pick(3))
			proto = 60;
		at += 8;
	}
	*next = proto;
	return at;
}

static size_t make_v6(u8 *packet)
{
	const struct klips_addr src = some_addr(true), dst = some_addr(true);
	u8 proto = some_proto(true);
	size_t at, length;

	/* What these would lead to is not there. */
	if (proto == 43 || proto == 60)
		proto = 17;
	memset(packet, 0, 40);
	packet[0] = 0x60;
	packet[7] = pick(2) ? 255 : 64;
	memcpy(packet + 8, src.b, 16);
	memcpy(packet + 24, dst.b, 16);
	at = put_extensions(packet, proto);
	length = put_payload(packet + at);
	/* The kernel takes a stump of AH for a broken extension header. */
	at += proto == 51 ? 16 : length;
	put_unaligned_be16((u16)(at - 40), packet + 4);
	return at;
}

static void dump(const u8 *packet, size_t length)
{
	size_t i;

	for (i = 0; i < length; i++)
		fprintf(stderr, "%02x", packet[i]);
	fprintf(stderr, "\n");
}

/* Whether it was refused. */
static bool compare(void)
{
	u8 packet[200];
	const size_t length = pick(2) ? make_v6(packet) : make_v4(packet);
	const bool refuses = klips_refuses_clear(&klips, packet, length);
	u64 before = 0, after = 0;

	assert_int_equal(klips_guard_nft_count(nft, &before), 0);
	assert_int_equal(write(tun, packet, length), length);
	assert_int_equal(klips_guard_nft_count(nft, &after), 0);
	if (after - before != refuses) {
		dump(packet, length);
		fail_msg("core %s this, nf_tables %s", refuses ? "refuses" : "takes",
			 after - before ? "refuses" : "takes");
	}
	return refuses;
}

static bool is_local(struct klips *of, const struct klips_addr *addr)
{
	(void)of;
	(void)addr;
	return false;
}

static void nf_tables_does_what_core_says(void **state)
{
	static const struct klips_ops ops = { .is_local = is_local };
	unsigned int round, i, refused = 0;

	(void)state;
	if (open_tun()) {
		print_message("needs user namespaces, TUN and nf_tables: %s\n", strerror(errno));
		skip();
	}
	assert_int_equal(klips_init(&klips, &ops, NULL), 0);
	for (round = 0; round < ROUNDS; round++) {
		for (i = 0; i < 1 + round % CHANGES; i++)
			change();
		for (i = 0; i < PACKETS; i++)
			refused += compare();
		klips_eroutes_clear(klips.eroutes);
		assert_int_equal(klips_guard_clear(guard), 0);
	}
	print_message("%u of %u refused\n", refused, ROUNDS * PACKETS);
	assert_in_range(refused, ROUNDS * PACKETS / 10, ROUNDS * PACKETS * 9 / 10);
	klips_guard_free(guard);
	klips_guard_nft_close(nft);
	klips_exit(&klips);
	close(tun);
}

#define TOLD(test) cmocka_unit_test_setup_teardown(test, begin, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		/* First, since a process with threads cannot go into a user namespace. */
		cmocka_unit_test(nf_tables_does_what_core_says),
		TOLD(an_eroute_makes_its_map),
		TOLD(a_replaced_eroute_changes_only_what_differs),
		TOLD(groups_have_what_may_be_refused),
		TOLD(what_fails_changes_nothing),
		TOLD(cleared_is_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
