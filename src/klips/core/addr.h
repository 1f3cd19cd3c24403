/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses of either family, and the names of SAs: SAIDs. */
#ifndef KLIPS_CORE_ADDR_H
#define KLIPS_CORE_ADDR_H

#include "port.h"

#define KLIPS_V4 4
#define KLIPS_V6 6

/**
 * struct klips_addr - an IP address, in network byte order
 * @w: 32-bit words; an IPv4 address is the first, the others are 0 then
 * @b: the same, byte by byte
 * @version: KLIPS_V4, KLIPS_V6, or 0 for none
 */
struct klips_addr {
	union {
		__be32 w[4];
		u8 b[16];
	};
	u8 version;
};

/**
 * struct klips_said - what names an SA: RFC 4301, 4.4.2.1
 * @dst: where its packets go
 * @spi: in network byte order
 * @proto: IPPROTO_ESP, _AH, _COMP (its CPI in the low 16 bits), _IPIP (tun), or KLIPS_PROTO_INT for shunts
 */
struct klips_said {
	struct klips_addr dst;
	__be32 spi;
	u8 proto;
};

#define KLIPS_PROTO_INT	 61
#define KLIPS_PROTO_COMP 108
#define KLIPS_PROTO_ESP	 50
#define KLIPS_PROTO_AH	 51
#define KLIPS_PROTO_IPIP 4

/* The longest text of a SAID, with its end: comp0xffffffff@ and an IPv6 address. */
#define KLIPS_SAID_TEXT 64

/**
 * klips_addr_v4() - an IPv4 address
 * @word: in network byte order
 */
static inline struct klips_addr klips_addr_v4(__be32 word)
{
	struct klips_addr addr = { .w = { word }, .version = KLIPS_V4 };

	return addr;
}

/**
 * klips_addr_v6() - an IPv6 address
 * @bytes: 16 of them, at any alignment
 */
static inline struct klips_addr klips_addr_v6(const void *bytes)
{
	struct klips_addr addr;

	memcpy(addr.b, bytes, sizeof(addr.b));
	addr.version = KLIPS_V6;
	return addr;
}

/**
 * klips_addr_is_unspecified() - whether it is 0.0.0.0, ::, or none
 * @addr: the address
 */
static inline bool klips_addr_is_unspecified(const struct klips_addr *addr)
{
	return !addr->version || !(addr->w[0] | addr->w[1] | addr->w[2] | addr->w[3]);
}

static inline bool klips_addr_equal(const struct klips_addr *a, const struct klips_addr *b)
{
	return a->version == b->version && a->w[0] == b->w[0] && a->w[1] == b->w[1] && a->w[2] == b->w[2] &&
	       a->w[3] == b->w[3];
}

static inline unsigned int klips_addr_bits(const struct klips_addr *a)
{
	return a->version == KLIPS_V6 ? 128 : 32;
}

static inline bool klips_said_equal(const struct klips_said *a, const struct klips_said *b)
{
	return a->spi == b->spi && a->proto == b->proto && klips_addr_equal(&a->dst, &b->dst);
}

struct klips_addr klips_addr_mask(const struct klips_addr *addr, unsigned int bits);
bool klips_addr_in(const struct klips_addr *addr, const struct klips_addr *net, unsigned int bits);
bool klips_addr_is_multicast(const struct klips_addr *addr);
int klips_addr_print(char *text, size_t size, const struct klips_addr *addr);
int klips_said_print(char *text, size_t size, const struct klips_said *said);
u32 klips_hash(const void *data, size_t size, u64 seed);

#endif
