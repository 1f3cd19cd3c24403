// SPDX-License-Identifier: GPL-2.0-or-later
/* See ah_mutable.h. */
#include "ah_mutable.h"

#define IPV4_HEADER	20
#define IPV6_HEADER	40

#define OPTION_END	0
#define OPTION_NOP	1
#define OPTION_LSRR	131
#define OPTION_SSRR	137

#define NEXT_HOP_BY_HOP 0
#define NEXT_ROUTING	43
#define NEXT_OPTIONS	60
#define PAD1		0
#define CHANGES		0x20 /* bit of an IPv6 option's type: its data may change */

/* Appendix A1: basic, extended and commercial security, router alert, sender directed multi-destination delivery. */
static bool is_immutable(u8 type)
{
	return type == 130 || type == 133 || type == 134 || type == 148 || type == 149;
}

/* A source route's last address is the destination that the receiver will see: RFC 4302, 3.3.3.1.1.2. */
static void follow_route(u8 *header, const u8 *option)
{
	u8 size = option[1];

	if (size >= 7 && option[2] <= size)
		memcpy(header + 16, option + size - 4, 4);
}

static int zero_v4_options(u8 *header, u32 length, bool sending)
{
	u32 at = IPV4_HEADER, size;

	while (at < length && header[at] != OPTION_END) {
		if (header[at] == OPTION_NOP) {
			at++;
			continue;
		}
		if (length - at < 2)
			return -EINVAL;
		size = header[at + 1];
		if (size < 2 || size > length - at)
			return -EINVAL;
		if (sending && (header[at] == OPTION_LSRR || header[at] == OPTION_SSRR))
			follow_route(header, header + at);
		if (!is_immutable(header[at]))
			memset(header + at, 0, size);
		at += size;
	}
	return 0;
}

static int zero_v4(u8 *header, u32 length, bool sending)
{
	header[1] = 0;		   /* DSCP, ECN */
	memset(header + 6, 0, 2);  /* flags, fragment offset */
	header[8] = 0;		   /* TTL */
	memset(header + 10, 0, 2); /* checksum */
	return zero_v4_options(header, length, sending);
}

static int zero_v6_options(u8 *at, u32 length)
{
	u32 i = 2, size;

	while (i < length) {
		if (at[i] == PAD1) {
			i++;
			continue;
		}
		if (length - i < 2)
			return -EINVAL;
		size = at[i + 1];
		if (size > length - i - 2)
			return -EINVAL;
		if (at[i] & CHANGES)
			memset(at + i + 2, 0, size);
		i += 2 + size;
	}
	return 0;
}

/*
 * The addresses as they will be at the destination: what was visited takes the place of what is next. Types 0 and 2 are
 * like that (RFC 4302, A2; RFC 6275, 6.4); AH has no rule for others.
 */
static int follow_v6_route(u8 *header, u8 *at, u32 length, bool sending)
{
	u8 left = at[3], count = at[1] / 2;
	u8 *next, last[16];

	if ((at[2] != 0 && at[2] != 2) || at[1] % 2 || left > count || length < 8 + count * 16U)
		return -EINVAL;
	if (!left)
		return 0;
	if (!sending)
		return -EINVAL;
	next = at + 8 + (count - left) * 16;
	memcpy(last, at + 8 + (count - 1) * 16, 16);
	memmove(next + 16, next, (left - 1) * 16U);
	memcpy(next, header + 24, 16);
	memcpy(header + 24, last, 16);
	at[3] = 0;
	return 0;
}

static int zero_v6(u8 *header, u32 length, bool sending)
{
	u32 at = IPV6_HEADER, size;
	u8 proto = header[6];
	int err;

	header[0] = 0x60; /* DSCP, ECN, flow label */
	memset(header + 1, 0, 3);
	header[7] = 0; /* hop limit */
	while (at < length) {
		if (length - at < 8)
			return -EINVAL;
		size = (header[at + 1] + 1) * 8;
		if (size > length - at)
			return -EINVAL;
		if (proto == NEXT_HOP_BY_HOP || proto == NEXT_OPTIONS)
			err = zero_v6_options(header + at, size);
		else if (proto == NEXT_ROUTING)
			err = follow_v6_route(header, header + at, size, sending);
		else
			err = -EINVAL;
		if (err)
			return err;
		proto = header[at];
		at += size;
	}
	return 0;
}

/**
 * klips_ah_zero_mutable() - make of an IP header what AH authenticates of it
 * @header: a copy of the header, with all that comes before AH; it is changed
 * @length: bytes of it
 * @sending: whether source routes are yet to be followed: fields that can be foreseen get their last value
 *
 * Return: 0, or -EINVAL: malformed, or something that AH has no rule for.
 */
int klips_ah_zero_mutable(u8 *header, u32 length, bool sending)
{
	if (length >= IPV4_HEADER && header[0] >> 4 == 4)
		return zero_v4(header, length, sending);
	if (length >= IPV6_HEADER && header[0] >> 4 == 6)
		return zero_v6(header, length, sending);
	return -EINVAL;
}
