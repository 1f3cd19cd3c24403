/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The Internet checksum of many bytes: RFC 1071. */
#ifndef KLIPS_USER_CHECKSUM_H
#define KLIPS_USER_CHECKSUM_H

#include "../core/port.h"

u64 klips_sum(const void *data, size_t length, u64 sum);

/* A sum of words in the machine's own order, folded to 16 bits of that order: RFC 1071, 2 (B). */
static inline u16 klips_sum_fold(u64 sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (u16)sum;
}

#endif
