// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The guard in nf_tables: a table that belongs to this process, so that it goes with it, however that ends.
 *
 * Its chain `in` is for packets from the devices that ipsecN are attached to. It takes ESP, AH and IPCOMP, and jumps to
 * `in4` or `in6`. These take IKE and neighbour discovery, see what is known of a packet, and go to the chain for that:
 * `flow`, which looks up all of it, `fragment`, where the ports are not known, or `hidden`, where the protocol is not
 * either. There an element's verdict, or the chain's last rule, accepts. What returns to `in` instead is counted and
 * dropped.
 *
 * It comes before fragments are put together for connection tracking: there a fragment in clear could complete a packet
 * of which the others came through an SA.
 */
#include <linux/netfilter.h>

#include "guard.h"
#include "nft.h"

#define TABLE	       "klipsd"
#define COUNTER	       "refused"
#define PRIORITY       (-450) /* before -400, which is that of defragmentation */
#define REG	       KLIPS_NFT_REG
#define NET	       NFT_PAYLOAD_NETWORK_HEADER
#define TRANS	       NFT_PAYLOAD_TRANSPORT_HEADER

#define PROTO_ICMPV6   58
#define PROTO_UDP      17
#define PROTO_FRAGMENT 44
#define V4_FRAGMENT    6 /* offsets in headers */
#define V6_HOP_LIMIT   7
#define FRAGMENT_NEXT  0
#define FRAGMENT_PLACE 2

/* nft's numbers for types of keys, and how it joins them. */
enum {
	TYPE_IPV4 = 7,
	TYPE_IPV6 = 8,
	TYPE_PROTO = 12,
	TYPE_PORT = 13,
	TYPE_DEVICE = 20,
	TYPE_BITS = 6,
};

#define NAME_ROOM 80

struct klips_guard_nft {
	struct klips_nft nft;
};

static struct klips_nft *nft_of(void *arg)
{
	return &((struct klips_guard_nft *)arg)->nft;
}

/* Such as v4_24_32_proto_dport: of an eroute from a /24 to a /32. */
static void name_map(char name[NAME_ROOM], const struct klips_guard_map *map)
{
	const u32 fields = KLIPS_GUARD_FIELDS(map->rank);

	snprintf(name, NAME_ROOM, "v%c_%u_%u%s%s%s%s%s%s", map->v6 ? '6' : '4', map->rank >> 16, map->rank >> 8 & 0xff,
		 fields & KLIPS_GUARD_NAMED ? "_named" : "", fields & KLIPS_GUARD_PORTED ? "_ported" : "",
		 fields & KLIPS_GUARD_PROTO ? "_proto" : "", fields & KLIPS_GUARD_ICMP ? "_icmp" : "",
		 fields & KLIPS_GUARD_SPORT ? "_sport" : "", fields & KLIPS_GUARD_DPORT ? "_dport" : "");
}

static void add_field(struct klips_nft_set *set, u32 type, u32 size)
{
	set->key_type = set->key_type << TYPE_BITS | type;
	set->key += size;
}

static void add_map(void *arg, const struct klips_guard_map *map)
{
	const u32 fields = KLIPS_GUARD_FIELDS(map->rank), addr = map->v6 ? TYPE_IPV6 : TYPE_IPV4;
	char name[NAME_ROOM];
	struct klips_nft_set set = { .name = name, .map = true };

	name_map(name, map);
	add_field(&set, addr, map->v6 ? 16 : 4);
	add_field(&set, addr, map->v6 ? 16 : 4);
	if (fields & (KLIPS_GUARD_PROTO | KLIPS_GUARD_PORTED))
		add_field(&set, TYPE_PROTO, 4);
	if (fields & KLIPS_GUARD_SPORT)
		add_field(&set, TYPE_PORT, 4);
	if (fields & KLIPS_GUARD_DPORT)
		add_field(&set, TYPE_PORT, 4);
	klips_nft_add_set(nft_of(arg), &set);
}

static void remove_map(void *arg, const struct klips_guard_map *map)
{
	char name[NAME_ROOM];

	name_map(name, map);
	klips_nft_remove_set(nft_of(arg), name);
}

static void add_flow(void *arg, const struct klips_guard_map *map, const struct klips_guard_key *key, bool pass)
{
	const s32 verdict = pass ? NF_ACCEPT : NFT_RETURN;
	char name[NAME_ROOM];

	name_map(name, map);
	klips_nft_add_element(nft_of(arg), name, key->data, key->length, &verdict);
}

static void remove_flow(void *arg, const struct klips_guard_map *map, const struct klips_guard_key *key)
{
	char name[NAME_ROOM];

	name_map(name, map);
	klips_nft_remove_element(nft_of(arg), name, key->data, key->length);
}

static void add_device(void *arg, u32 ifindex)
{
	klips_nft_add_element(nft_of(arg), "devices", &ifindex, sizeof(ifindex), NULL);
}

static void remove_device(void *arg, u32 ifindex)
{
	klips_nft_remove_element(nft_of(arg), "devices", &ifindex, sizeof(ifindex));
}

static int commit(void *arg)
{
	return klips_nft_commit(nft_of(arg));
}

/* Puts an address of the packet, cut to a prefix, into registers; returns the next free one. */
static u32 load_addr(struct klips_nft *nft, bool v6, bool src, u32 bits, u32 reg)
{
	const u32 size = v6 ? 16 : 4, first = v6 ? 8 : 12;
	u8 mask[16] = { 0 };
	u32 i;

	klips_nft_payload(nft, NET, src ? first : first + size, size, REG(reg));
	for (i = 0; i < bits; i++)
		mask[i / 8] |= (u8)(0x80 >> i % 8);
	if (bits < 8 * size)
		klips_nft_mask(nft, REG(reg), mask, size);
	return reg + size / 4;
}

/* The key of a map, from a packet that comes in: its source is the eroute's destination. */
static void load_key(struct klips_nft *nft, const struct klips_guard_map *map)
{
	const u32 fields = KLIPS_GUARD_FIELDS(map->rank), size = fields & KLIPS_GUARD_ICMP ? 1 : 2;
	u32 reg = 0;

	reg = load_addr(nft, map->v6, false, map->rank >> 16, reg);
	reg = load_addr(nft, map->v6, true, map->rank >> 8 & 0xff, reg);
	if (fields & (KLIPS_GUARD_PROTO | KLIPS_GUARD_PORTED))
		klips_nft_meta(nft, NFT_META_L4PROTO, REG(reg++));
	if (fields & KLIPS_GUARD_SPORT)
		klips_nft_payload(nft, TRANS, size, size, REG(reg++));
	if (fields & KLIPS_GUARD_DPORT)
		klips_nft_payload(nft, TRANS, 0, size, REG(reg++));
}

/**
 * struct chain - one that looks packets up
 * @skips: fields of the maps that it does not look at
 */
struct chain {
	const char *name[2];
	u32 skips;
};

enum {
	FLOW,
	FRAGMENT,
	HIDDEN,
	CHAINS
};

static const struct chain chains[CHAINS] = {
	[FLOW] = { { "flow4", "flow6" }, KLIPS_GUARD_PORTED | KLIPS_GUARD_NAMED },
	[FRAGMENT] = { { "fragment4", "fragment6" }, KLIPS_GUARD_NAMED | KLIPS_GUARD_SPORT | KLIPS_GUARD_DPORT },
	[HIDDEN] = { { "hidden4", "hidden6" }, KLIPS_GUARD_PORTED | KLIPS_GUARD_PROTO },
};

static void verdict_rule(struct klips_nft *nft, const char *chain, s32 verdict, const char *target)
{
	klips_nft_begin_rule(nft, chain);
	klips_nft_verdict(nft, verdict, target);
	klips_nft_end_rule(nft);
}

static void write_chain(struct klips_nft *nft, const struct chain *chain, const struct list_head *maps, bool v6)
{
	const struct klips_guard_map *map;
	char name[NAME_ROOM];

	klips_nft_flush_chain(nft, chain->name[v6]);
	list_for_each_entry(map, maps, list) {
		if (!map->entries || (KLIPS_GUARD_FIELDS(map->rank) & chain->skips))
			continue;
		name_map(name, map);
		klips_nft_begin_rule(nft, chain->name[v6]);
		load_key(nft, map);
		klips_nft_by_map(nft, REG(0), name);
		klips_nft_end_rule(nft);
	}
	verdict_rule(nft, chain->name[v6], NF_ACCEPT, NULL);
}

static void order(void *arg, const struct list_head *maps, bool v6)
{
	unsigned int i;

	for (i = 0; i < CHAINS; i++)
		write_chain(nft_of(arg), &chains[i], maps, v6);
}

const struct klips_guard_sink klips_guard_nft_sink = {
	.add_map = add_map,
	.remove_map = remove_map,
	.add_flow = add_flow,
	.remove_flow = remove_flow,
	.order = order,
	.add_device = add_device,
	.remove_device = remove_device,
	.commit = commit,
};

/* Sets that do not change. Keys are one byte, or two. */
static void add_constants(struct klips_nft *nft)
{
	static const struct {
		struct klips_nft_set set;
		u8 keys[10];
		unsigned int bytes;
	} sets[] = {
		{ { "ipsec", TYPE_PROTO, 1, false, false }, { 50, 51, 108 }, 3 },
		{ { "ported", TYPE_PROTO, 1, false, false }, { 6, 17, 33, 132, 136 }, 5 },
		{ { "icmp", TYPE_PROTO, 1, false, false }, { 1, PROTO_ICMPV6 }, 2 },
		{ { "extension", TYPE_PROTO, 1, false, false }, { 0, 43, PROTO_FRAGMENT, 60 }, 4 },
		{ { "ike", TYPE_PORT, 2, false, false }, { 500 >> 8, 500 & 0xff, 4500 >> 8, 4500 & 0xff }, 4 },
	};
	unsigned int i, at;

	for (i = 0; i < ARRAY_SIZE(sets); i++) {
		klips_nft_add_set(nft, &sets[i].set);
		for (at = 0; at < sets[i].bytes; at += sets[i].set.key)
			klips_nft_add_element(nft, sets[i].set.name, sets[i].keys + at, sets[i].set.key, NULL);
	}
}

static void begin_proto_rule(struct klips_nft *nft, const char *chain, const char *set)
{
	klips_nft_begin_rule(nft, chain);
	klips_nft_meta(nft, NFT_META_L4PROTO, REG(0));
	klips_nft_in_set(nft, REG(0), set, false);
}

static void end_rule(struct klips_nft *nft, s32 verdict, const char *target)
{
	klips_nft_verdict(nft, verdict, target);
	klips_nft_end_rule(nft);
}

static void write_family_jump(struct klips_nft *nft, u8 family, const char *target)
{
	klips_nft_begin_rule(nft, "in");
	klips_nft_meta(nft, NFT_META_NFPROTO, REG(0));
	klips_nft_compare(nft, REG(0), NFT_CMP_EQ, &family, sizeof(family));
	end_rule(nft, NFT_JUMP, target);
}

static void write_in(struct klips_nft *nft)
{
	klips_nft_begin_rule(nft, "in");
	klips_nft_meta(nft, NFT_META_IIF, REG(0));
	klips_nft_in_set(nft, REG(0), "devices", true);
	end_rule(nft, NF_ACCEPT, NULL);
	begin_proto_rule(nft, "in", "ipsec");
	end_rule(nft, NF_ACCEPT, NULL);
	write_family_jump(nft, NFPROTO_IPV4, "in4");
	write_family_jump(nft, NFPROTO_IPV6, "in6");
	klips_nft_begin_rule(nft, "in");
	klips_nft_count(nft, COUNTER);
	end_rule(nft, NF_DROP, NULL);
}

static void write_ike(struct klips_nft *nft, const char *chain)
{
	static const u8 udp = PROTO_UDP;

	klips_nft_begin_rule(nft, chain);
	klips_nft_meta(nft, NFT_META_L4PROTO, REG(0));
	klips_nft_compare(nft, REG(0), NFT_CMP_EQ, &udp, sizeof(udp));
	klips_nft_payload(nft, TRANS, 2, 2, REG(0));
	klips_nft_in_set(nft, REG(0), "ike", false);
	end_rule(nft, NF_ACCEPT, NULL);
}

/* Where a packet that is no later fragment goes: its ports are there, or it is too short for them, or it has none. */
static void write_whole(struct klips_nft *nft, bool v6)
{
	static const char *const sets[] = { "ported", "icmp" };
	const char *in = v6 ? "in6" : "in4";
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sets); i++) {
		begin_proto_rule(nft, in, sets[i]);
		klips_nft_payload(nft, TRANS, 0, i ? 2 : 4, REG(0));
		end_rule(nft, NFT_GOTO, chains[FLOW].name[v6]);
		begin_proto_rule(nft, in, sets[i]);
		end_rule(nft, NFT_GOTO, chains[FRAGMENT].name[v6]);
	}
}

static void write_in4(struct klips_nft *nft)
{
	static const u8 offset[2] = { 0x1f, 0xff }, none[2];

	begin_proto_rule(nft, "in4", "extension");
	end_rule(nft, NFT_GOTO, chains[HIDDEN].name[0]);
	klips_nft_begin_rule(nft, "in4");
	klips_nft_payload(nft, NET, V4_FRAGMENT, sizeof(offset), REG(0));
	klips_nft_mask(nft, REG(0), offset, sizeof(offset));
	klips_nft_compare(nft, REG(0), NFT_CMP_NEQ, none, sizeof(none));
	end_rule(nft, NFT_GOTO, chains[FRAGMENT].name[0]);
	write_ike(nft, "in4");
	write_whole(nft, false);
	verdict_rule(nft, "in4", NFT_GOTO, chains[FLOW].name[0]);
}

/* RFC 4861, 7.1: what no router has forwarded. */
static void write_neighbours(struct klips_nft *nft)
{
	static const u8 proto = PROTO_ICMPV6, hops = 255, first = 133, last = 137;

	klips_nft_begin_rule(nft, "in6");
	klips_nft_meta(nft, NFT_META_L4PROTO, REG(0));
	klips_nft_compare(nft, REG(0), NFT_CMP_EQ, &proto, sizeof(proto));
	klips_nft_payload(nft, NET, V6_HOP_LIMIT, 1, REG(0));
	klips_nft_compare(nft, REG(0), NFT_CMP_EQ, &hops, sizeof(hops));
	klips_nft_payload(nft, TRANS, 0, 2, REG(0)); /* type and code; the type is compared */
	klips_nft_compare(nft, REG(0), NFT_CMP_GTE, &first, sizeof(first));
	klips_nft_compare(nft, REG(0), NFT_CMP_LTE, &last, sizeof(last));
	end_rule(nft, NF_ACCEPT, NULL);
}

static void load_next(struct klips_nft *nft, const char *set)
{
	klips_nft_extension(nft, PROTO_FRAGMENT, FRAGMENT_NEXT, 1, REG(0));
	klips_nft_in_set(nft, REG(0), set, false);
}

static void begin_later(struct klips_nft *nft)
{
	static const u8 offset[2] = { 0xff, 0xf8 }, none[2];

	klips_nft_begin_rule(nft, "in6");
	klips_nft_extension(nft, PROTO_FRAGMENT, FRAGMENT_PLACE, sizeof(offset), REG(0));
	klips_nft_mask(nft, REG(0), offset, sizeof(offset));
	klips_nft_compare(nft, REG(0), NFT_CMP_NEQ, none, sizeof(none));
}

/*
 * The kernel takes AH for an extension header and so does not say that a later fragment is of it. With extension
 * headers behind that of a fragment, which core steps over if it is the first, the protocol counts as not known: there
 * may be another fragment's header among them, which rules cannot see.
 */
static void write_fragments(struct klips_nft *nft)
{
	begin_later(nft);
	load_next(nft, "ipsec");
	end_rule(nft, NF_ACCEPT, NULL);
	klips_nft_begin_rule(nft, "in6");
	load_next(nft, "extension");
	end_rule(nft, NFT_GOTO, chains[HIDDEN].name[1]);
	begin_later(nft);
	end_rule(nft, NFT_GOTO, chains[FRAGMENT].name[1]);
}

static void write_in6(struct klips_nft *nft)
{
	write_fragments(nft);
	write_neighbours(nft);
	write_ike(nft, "in6");
	write_whole(nft, true);
	klips_nft_begin_rule(nft, "in6");
	klips_nft_meta(nft, NFT_META_L4PROTO, REG(0));
	end_rule(nft, NFT_GOTO, chains[FLOW].name[1]);
	/* Extension headers that cannot be read. */
	verdict_rule(nft, "in6", NFT_GOTO, chains[HIDDEN].name[1]);
}

static void write_table(struct klips_guard_nft *guard)
{
	static const struct klips_nft_set devices = {
		.name = "devices", .key_type = TYPE_DEVICE, .key = 4, .host = true
	};
	static const s32 priority = PRIORITY;
	struct list_head none = LIST_HEAD_INIT(none);
	struct klips_nft *nft = &guard->nft;
	unsigned int i;

	klips_nft_add_table(nft);
	klips_nft_add_counter(nft, COUNTER);
	klips_nft_add_set(nft, &devices);
	add_constants(nft);
	for (i = 0; i < 2 * CHAINS; i++)
		klips_nft_add_chain(nft, chains[i / 2].name[i % 2], NULL);
	klips_nft_add_chain(nft, "in4", NULL);
	klips_nft_add_chain(nft, "in6", NULL);
	klips_nft_add_chain(nft, "in", &priority);
	order(guard, &none, false);
	order(guard, &none, true);
	write_in4(nft);
	write_in6(nft);
	write_in(nft);
}

/**
 * klips_guard_nft_open() - make the table, in which nothing is refused yet
 * @nft: gets what klips_guard_nft_sink takes as its argument
 *
 * Return: 0; or a negative errno: -EPROTONOSUPPORT, -EOPNOTSUPP or -EINVAL where the kernel has no nf_tables, -EEXIST
 * or -EPERM where there is such a table already.
 */
int klips_guard_nft_open(struct klips_guard_nft **nft)
{
	int err;

	*nft = kzalloc(sizeof(**nft), GFP_KERNEL);
	if (!*nft)
		return -ENOMEM;
	err = klips_nft_open(&(*nft)->nft, TABLE);
	if (!err) {
		write_table(*nft);
		err = klips_nft_commit(&(*nft)->nft);
		if (err)
			klips_nft_close(&(*nft)->nft);
	}
	if (err) {
		kfree(*nft);
		*nft = NULL;
	}
	return err;
}

/**
 * klips_guard_nft_close() - remove the table
 * @nft: what klips_guard_nft_open() made, or NULL
 */
void klips_guard_nft_close(struct klips_guard_nft *nft)
{
	if (nft)
		klips_nft_close(&nft->nft);
	kfree(nft);
}

/**
 * klips_guard_nft_count() - how many packets were refused
 * @nft: where
 * @packets: gets that
 *
 * Return: 0 or a negative errno.
 */
int klips_guard_nft_count(struct klips_guard_nft *nft, u64 *packets)
{
	return klips_nft_counter(&nft->nft, COUNTER, packets);
}

/**
 * klips_guard_nft_exempt() - IKE has that port too
 * @nft: where
 * @port: of UDP; also one that IKE has already
 *
 * Return: 0 or a negative errno.
 */
int klips_guard_nft_exempt(struct klips_guard_nft *nft, u16 port)
{
	const u8 key[2] = { (u8)(port >> 8), (u8)port };

	klips_nft_add_element(&nft->nft, "ike", key, sizeof(key), NULL);
	return klips_nft_commit(&nft->nft);
}
