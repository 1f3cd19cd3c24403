// SPDX-License-Identifier: GPL-2.0-or-later
/* See defrag.h. */
#include "defrag.h"
#include "slots.h"
#include "transport.h"

#define FRAGMENT_HEADER 8
#define MORE_V4		0x2000
#define MORE_V6		0x0001
#define LONGEST		65535 /* bytes of an IPv4 packet, and of what follows the header of an IPv6 one */

/**
 * struct key - what fragments of one datagram share: RFC 791, 3.2; RFC 8200, 4.5
 * @proto: IPv4; 0 in IPv6, where only the first fragment's counts
 */
struct key {
	const struct klips_dev *dev;
	struct klips_addr src;
	struct klips_addr dst;
	u32 id;
	u8 proto;
};

/**
 * struct piece - a fragment that is kept
 * @next: the next by place
 * @skb: all of it
 * @header: bytes before its payload
 * @at: where its payload belongs in that of the datagram
 * @length: bytes of its payload
 * @bytes: of memory
 */
struct piece {
	struct piece *next;
	struct sk_buff *skb;
	u32 header;
	u32 at;
	u32 length;
	u32 bytes;
};

/**
 * struct datagram - one that is not whole yet
 * @until: monotonic nanoseconds
 * @first: its fragments by place, which do not overlap
 * @last: of these
 * @total: bytes of its payload; 0: not known
 * @have: of these
 * @dead: it is lost, as is whatever else comes of it: RFC 5722, 3
 */
struct datagram {
	struct list_head list;
	struct key key;
	u64 until;
	struct piece *first;
	struct piece *last;
	u32 total;
	u32 have;
	bool dead;
};

/**
 * klips_defrag_init() - none yet
 * @all: the datagrams
 * @dropped: counts fragments that are dropped
 */
void klips_defrag_init(struct klips_defrag *all, atomic64_t *dropped)
{
	spin_lock_init(&all->lock);
	INIT_LIST_HEAD(&all->list);
	all->count = 0;
	all->bytes = 0;
	all->dropped = dropped;
}

/* Returns how many there were. */
static u32 free_pieces(struct klips_defrag *all, struct datagram *dgram)
{
	struct piece *piece, *next;
	u32 count = 0;

	for (piece = dgram->first; piece; piece = next, count++) {
		next = piece->next;
		all->bytes -= piece->bytes;
		kfree_skb(piece->skb);
		kfree(piece);
	}
	dgram->first = dgram->last = NULL;
	return count;
}

/* @lost: its fragments are dropped, rather than copied */
static void free_datagram(struct klips_defrag *all, struct datagram *dgram, bool lost)
{
	u32 count = free_pieces(all, dgram);

	if (lost)
		atomic64_add(count, all->dropped);
	list_del(&dgram->list);
	all->count--;
	kfree(dgram);
}

/**
 * klips_defrag_exit() - let go of all
 * @all: the datagrams; nobody adds any more
 */
void klips_defrag_exit(struct klips_defrag *all)
{
	while (all->count)
		free_datagram(all, list_first_entry(&all->list, struct datagram, list), true);
}

/**
 * klips_defrag_expire() - give up what was not whole in time
 * @all: the datagrams
 * @now: monotonic nanoseconds
 */
void klips_defrag_expire(struct klips_defrag *all, u64 now)
{
	struct datagram *dgram, *next;

	spin_lock_bh(&all->lock);
	list_for_each_entry_safe(dgram, next, &all->list, list)
		if (dgram->until <= now)
			free_datagram(all, dgram, true);
	spin_unlock_bh(&all->lock);
}

/* What a fragment's header says. -EINVAL: it is none, or one that cannot be. */
static int read_fragment(struct piece *piece, struct key *key, bool *more)
{
	const u8 *data = piece->skb->data;
	struct klips_ip ip;
	u32 word, before;

	if (klips_ip_read(&ip, data, piece->skb->len) || !ip.fragment)
		return -EINVAL;
	memset(key, 0, sizeof(*key));
	key->src = ip.src;
	key->dst = ip.dst;
	if (ip.version == KLIPS_V6) {
		word = get_unaligned_be16(data + ip.header - FRAGMENT_HEADER + 2);
		key->id = get_unaligned_be32(data + ip.header - FRAGMENT_HEADER + 4);
		piece->at = word & 0xfff8;
		*more = word & MORE_V6;
		before = ip.header - FRAGMENT_HEADER - IPV6_HEADER;
	} else {
		word = get_unaligned_be16(data + 6);
		key->id = get_unaligned_be16(data + 4);
		key->proto = ip.proto;
		piece->at = (word & 0x1fff) * 8;
		*more = word & MORE_V4;
		before = ip.header;
	}
	piece->header = ip.header;
	piece->length = ip.total - ip.header;
	if (!piece->length || (*more && piece->length % 8) || before + piece->at + piece->length > LONGEST)
		return -EINVAL;
	return 0;
}

static bool is_same(const struct key *a, const struct key *b)
{
	return a->id == b->id && a->proto == b->proto && a->dev == b->dev && klips_addr_equal(&a->src, &b->src) &&
	       klips_addr_equal(&a->dst, &b->dst);
}

static struct datagram *find(struct klips_defrag *all, const struct key *key)
{
	struct datagram *dgram;

	list_for_each_entry(dgram, &all->list, list)
		if (is_same(&dgram->key, key))
			return dgram;
	return NULL;
}

static struct datagram *find_or_make(struct klips_defrag *all, const struct key *key, u64 now)
{
	struct datagram *dgram = find(all, key);

	if (dgram)
		return dgram;
	dgram = kzalloc(sizeof(*dgram), GFP_ATOMIC);
	if (!dgram)
		return NULL;
	dgram->key = *key;
	dgram->until = now + (key->src.version == KLIPS_V6 ? KLIPS_DEFRAG_TIME_V6 : KLIPS_DEFRAG_TIME_V4);
	list_add_tail(&dgram->list, &all->list);
	all->count++;
	return dgram;
}

static u32 end_of(const struct piece *piece)
{
	return piece->at + piece->length;
}

/* Whether the datagram's end is where all its fragments say that it is, with this one. */
static bool agrees(struct datagram *dgram, const struct piece *piece, bool more)
{
	u32 end = end_of(piece);

	if (more)
		return !dgram->total || end < dgram->total;
	if ((dgram->total && dgram->total != end) || (dgram->last && end_of(dgram->last) > end))
		return false;
	dgram->total = end;
	return true;
}

static bool is_copy(const struct piece *a, const struct piece *b)
{
	return a->at == b->at && a->length == b->length &&
	       !memcmp(a->skb->data + a->header, b->skb->data + b->header, a->length);
}

/* 0; -EEXIST: it is there already; -EINVAL: it overlaps another, or has another end. */
static int insert(struct datagram *dgram, struct piece *piece, bool more)
{
	struct piece *before = NULL, *after = dgram->first;

	/* They mostly come in order. */
	if (dgram->last && end_of(dgram->last) <= piece->at) {
		before = dgram->last;
		after = NULL;
	}
	for (; after && after->at < piece->at; after = after->next)
		before = after;
	if (after && is_copy(after, piece))
		return -EEXIST;
	if ((before && end_of(before) > piece->at) || (after && after->at < end_of(piece)) ||
	    !agrees(dgram, piece, more))
		return -EINVAL;
	piece->next = after;
	if (before)
		before->next = piece;
	else
		dgram->first = piece;
	if (!after)
		dgram->last = piece;
	dgram->have += piece->length;
	return 0;
}

/* DF goes: who cut the datagram wants it to arrive in pieces. */
static void finish_v4(struct sk_buff *skb)
{
	put_unaligned_be16(0, skb->data + 6);
	set_ip_length(skb->data, skb->len);
}

/* The byte that named the fragment header names what was behind that. @header: bytes of what is before */
static void finish_v6(struct sk_buff *skb, u32 header, u8 next)
{
	u32 at = IPV6_HEADER, proto_at = 6;

	for (; at < header; at += (skb->data[at + 1] + 1U) * 8)
		proto_at = at;
	skb->data[proto_at] = next;
	set_ip_length(skb->data, skb->len);
}

/* NULL: no memory, or the first fragment's header is so long that all is too long. */
static struct sk_buff *join(const struct datagram *dgram)
{
	const struct piece *piece = dgram->first;
	const u8 *first = piece->skb->data;
	bool v6 = ip_version(first) == KLIPS_V6;
	u32 header = piece->header - (v6 ? FRAGMENT_HEADER : 0);
	struct sk_buff *skb;

	if (header + dgram->total > LONGEST + (v6 ? IPV6_HEADER : 0U))
		return NULL;
	skb = klips_slot_for(header + dgram->total);
	if (!skb)
		return NULL;
	skb->mark = piece->skb->mark;
	memcpy(skb_put(skb, header), first, header);
	for (; piece; piece = piece->next)
		memcpy(skb_put(skb, piece->length), piece->skb->data + piece->header, piece->length);
	if (v6)
		finish_v6(skb, header, first[header]);
	else
		finish_v4(skb);
	return skb;
}

static void kill(struct klips_defrag *all, struct datagram *dgram)
{
	atomic64_add(free_pieces(all, dgram), all->dropped);
	dgram->dead = true;
}

/* Within the limits: who has waited longest goes, and at last the datagram itself. Whether it is still there. */
static bool make_room(struct klips_defrag *all, const struct datagram *dgram)
{
	struct datagram *oldest, *next;
	bool there = true;

	list_for_each_entry_safe(oldest, next, &all->list, list) {
		if (all->count <= KLIPS_DEFRAG_DATAGRAMS && all->bytes <= KLIPS_DEFRAG_BYTES)
			break;
		there &= oldest != dgram;
		free_datagram(all, oldest, true);
	}
	return there;
}

/* Returns the datagram when it is whole. @piece is taken over. */
static struct sk_buff *take(struct klips_defrag *all, const struct key *key, struct piece *piece, bool more, u64 now)
{
	struct datagram *dgram = find_or_make(all, key, now);
	struct sk_buff *whole;
	int err = dgram && !dgram->dead ? insert(dgram, piece, more) : -ENOENT;

	if (err) {
		if (err != -EEXIST)
			atomic64_inc(all->dropped);
		kfree_skb(piece->skb);
		kfree(piece);
		if (err == -EINVAL)
			kill(all, dgram);
		return NULL;
	}
	all->bytes += piece->bytes;
	if (!make_room(all, dgram) || dgram->have != dgram->total)
		return NULL;
	whole = join(dgram);
	free_datagram(all, dgram, !whole);
	return whole;
}

/**
 * klips_defrag_add() - take a fragment
 * @all: the datagrams
 * @dev: the ipsecN that it was sent to
 * @skb: the fragment, IP header first; it is taken over
 * @now: monotonic nanoseconds
 *
 * Fragments may come in any order. One that is there already is ignored; one that overlaps others, or contradicts them
 * about the end, ends the datagram, and so does too much time (RFC 5722; RFC 8200, 4.5; the same in IPv4). A datagram
 * that was put together in IPv4 has no DF.
 *
 * Return: the datagram, which is the caller's, when this was the last that was missing; NULL: more are missing, or it
 * was dropped and counted.
 */
struct sk_buff *klips_defrag_add(struct klips_defrag *all, const struct klips_dev *dev, struct sk_buff *skb, u64 now)
{
	struct piece *piece = kzalloc(sizeof(*piece), GFP_ATOMIC);
	struct sk_buff *whole;
	struct key key;
	bool more;

	if (piece)
		piece->skb = skb;
	if (!piece || read_fragment(piece, &key, &more)) {
		atomic64_inc(all->dropped);
		kfree_skb(skb);
		kfree(piece);
		return NULL;
	}
	key.dev = dev;
	piece->bytes = (u32)sizeof(*piece) + (u32)sizeof(*skb) + skb->size;
	spin_lock_bh(&all->lock);
	whole = take(all, &key, piece, more, now);
	spin_unlock_bh(&all->lock);
	return whole;
}
