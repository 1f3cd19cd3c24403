// SPDX-License-Identifier: GPL-2.0-or-later
#include "addr.h"
#include "eroute.h"

/* The mask of word @i for a prefix of that many bits. */
static __be32 word_mask(unsigned int bits, unsigned int i)
{
	if (bits >= 32 * (i + 1))
		return cpu_to_be32(0xffffffff);
	if (bits <= 32 * i)
		return 0;
	return cpu_to_be32(0xffffffffU << (32 * (i + 1) - bits));
}

/**
 * klips_addr_mask() - the network that an address is in
 * @addr: the address
 * @bits: the length of its prefix; what is over its own bits counts as all of them
 *
 * Return: the address with all bits behind the prefix cleared.
 */
struct klips_addr klips_addr_mask(const struct klips_addr *addr, unsigned int bits)
{
	struct klips_addr net = *addr;
	unsigned int i, words = addr->version == KLIPS_V4 ? 1 : ARRAY_SIZE(net.w); /* the others of IPv4's are 0 */

	for (i = 0; i < words; i++)
		net.w[i] &= word_mask(bits, i);
	return net;
}

/**
 * klips_addr_in() - whether an address is in a network
 * @addr: the address
 * @net: an address of the network
 * @bits: the length of its prefix
 */
bool klips_addr_in(const struct klips_addr *addr, const struct klips_addr *net, unsigned int bits)
{
	unsigned int i;

	if (addr->version != net->version)
		return false;
	for (i = 0; i < ARRAY_SIZE(net->w) && bits > 32 * i; i++) {
		if ((addr->w[i] ^ net->w[i]) & word_mask(bits, i))
			return false;
	}
	return true;
}

/**
 * klips_addr_is_multicast() - whether it is of 224.0.0.0/4 or ff00::/8
 * @addr: the address
 */
bool klips_addr_is_multicast(const struct klips_addr *addr)
{
	if (addr->version == KLIPS_V4)
		return addr->b[0] >> 4 == 0xe;
	return addr->version == KLIPS_V6 && addr->b[0] == 0xff;
}

#define ADDR_TEXT 40 /* bytes that an address has at most: eight groups of four, and an end */

static unsigned int group(const struct klips_addr *addr, unsigned int i)
{
	return get_unaligned_be16(addr->b + 2 * i);
}

/* How many groups from @from on are zero. */
static unsigned int zero_groups(const struct klips_addr *addr, unsigned int from)
{
	unsigned int i;

	for (i = from; i < 8 && !group(addr, i); i++)
		;
	return i - from;
}

/* RFC 5952, 4.2: the longest run of two groups or more, the first of such, becomes "::". Its place, or 8. */
static unsigned int shortened(const struct klips_addr *addr, unsigned int *length)
{
	unsigned int i, run, best = 8;

	*length = 1;
	for (i = 0; i < 8; i += run + 1) {
		run = zero_groups(addr, i);
		if (run > *length) {
			best = i;
			*length = run;
		}
	}
	return best;
}

static int print_v6(char *text, const struct klips_addr *addr)
{
	unsigned int i, gap_length, gap = shortened(addr, &gap_length);
	int at = 0;

	/* RFC 5952, 5 */
	if (gap == 0 && gap_length == 5 && group(addr, 5) == 0xffff)
		return sprintf(text, "::ffff:%u.%u.%u.%u", addr->b[12], addr->b[13], addr->b[14], addr->b[15]);
	for (i = 0; i < 8; i++) {
		if (i == gap) {
			at += sprintf(text + at, "::");
			i += gap_length - 1;
			continue;
		}
		at += sprintf(text + at, i && i != gap + gap_length ? ":%x" : "%x", group(addr, i));
	}
	return at;
}

/* Logs have so many that sprintf() would take as long as all else that makes a line. */
static int print_v4(char *text, const struct klips_addr *addr)
{
	char *at = text;
	unsigned int i;

	for (i = 0; i < 4; i++) {
		if (addr->b[i] >= 100)
			*at++ = (char)('0' + addr->b[i] / 100);
		if (addr->b[i] >= 10)
			*at++ = (char)('0' + addr->b[i] / 10 % 10);
		*at++ = (char)('0' + addr->b[i] % 10);
		*at++ = '.';
	}
	*--at = 0;
	return (int)(at - text);
}

/* The text of an address, of ADDR_TEXT bytes at most; its length. */
static int addr_text(char *text, const struct klips_addr *addr)
{
	if (addr->version == KLIPS_V6)
		return print_v6(text, addr);
	if (addr->version == KLIPS_V4)
		return print_v4(text, addr);
	return sprintf(text, "%%none");
}

/**
 * klips_addr_print() - an address as text: dotted decimal, or RFC 5952
 * @text: where to; cut off if it is too short, and ended if @size is not 0
 * @size: its bytes
 * @addr: the address
 *
 * Return: the length of the whole text without its end.
 */
int klips_addr_print(char *text, size_t size, const struct klips_addr *addr)
{
	char whole[ADDR_TEXT] = "";
	int length;

	if (size >= sizeof(whole))
		return addr_text(text, addr);
	length = addr_text(whole, addr);
	if (size) {
		memcpy(text, whole, size);
		text[size - 1] = 0;
	}
	return length;
}

static const char *shunt_name(const struct klips_said *said)
{
	static const char *const names[] = { "%pass", "%drop", "%reject", "%hold", "%trap", "%trapsubnet" };
	u32 shunt = be32_to_cpu(said->spi) - KLIPS_SHUNT_PASS;

	return said->proto == KLIPS_PROTO_INT && shunt < ARRAY_SIZE(names) ? names[shunt] : NULL;
}

static const char *proto_name(u8 proto)
{
	switch (proto) {
	case KLIPS_PROTO_ESP:
		return "esp";
	case KLIPS_PROTO_AH:
		return "ah";
	case KLIPS_PROTO_COMP:
		return "comp";
	case KLIPS_PROTO_IPIP:
		return "tun";
	case KLIPS_PROTO_INT:
		return "int";
	default:
		return "unk";
	}
}

/**
 * klips_said_print() - a SAID as text, the way KLIPS always wrote it: esp0x123@1.2.3.4, or %pass and its like
 * @text: where to; cut off if it is too short, and ended if @size is not 0; KLIPS_SAID_TEXT bytes do for all
 * @size: its bytes
 * @said: the SAID
 *
 * Return: the length of the whole text without its end.
 */
int klips_said_print(char *text, size_t size, const struct klips_said *said)
{
	const char *shunt = shunt_name(said);
	char dst[KLIPS_SAID_TEXT];

	if (shunt)
		return snprintf(text, size, "%s", shunt);
	addr_text(dst, &said->dst);
	return snprintf(text, size, "%s0x%x@%s", proto_name(said->proto), be32_to_cpu(said->spi), dst);
}

static u64 rotate(u64 x, unsigned int bits)
{
	return x << bits | x >> (64 - bits);
}

/* Its state is in registers where it is inlined. */
static __always_inline void sip_round(u64 v[4])
{
	v[0] += v[1];
	v[2] += v[3];
	v[1] = rotate(v[1], 13) ^ v[0];
	v[3] = rotate(v[3], 16) ^ v[2];
	v[0] = rotate(v[0], 32) + v[3];
	v[2] += v[1];
	v[3] = rotate(v[3], 21) ^ v[0];
	v[1] = rotate(v[1], 17) ^ v[2];
	v[2] = rotate(v[2], 32);
}

static __always_inline void sip_take(u64 v[4], u64 word)
{
	v[3] ^= word;
	sip_round(v);
	v[0] ^= word;
}

/**
 * klips_hash() - a keyed hash for tables: who does not know the seed cannot choose what collides
 * @data: any bytes; those of a struct's padding count too, so they must have been cleared
 * @size: how many
 * @seed: random, chosen when the table is made; half of it is enough for keys that nobody sees the hash of
 *
 * SipHash-1-3 (Aumasson and Bernstein, 2012) with the seed as both halves of its key, the second one turned; the two
 * halves of its result are put together.
 */
u32 klips_hash(const void *data, size_t size, u64 seed)
{
	u64 other = rotate(seed, 32), last = (u64)size << 56;
	u64 v[4] = { seed ^ 0x736f6d6570736575ULL, other ^ 0x646f72616e646f6dULL, seed ^ 0x6c7967656e657261ULL,
		     other ^ 0x7465646279746573ULL };
	const u8 *at = data;
	u8 rest[8] = { 0 };
	size_t left;

	for (left = size; left >= 8; left -= 8, at += 8)
		sip_take(v, get_unaligned_le64(at));
	if (left)
		memcpy(rest, at, left);
	sip_take(v, last | get_unaligned_le64(rest));
	v[2] ^= 0xff;
	sip_round(v);
	sip_round(v);
	sip_round(v);
	last = v[0] ^ v[1] ^ v[2] ^ v[3];
	return (u32)(last ^ last >> 32);
}
