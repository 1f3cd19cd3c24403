// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * 64-bit lanes each take two 32-bit words at a time, so that carries need no care until the end: a packet has far fewer
 * than 2^32 of them. The same code is compiled for each width of vectors.
 */
#include "checksum.h"

typedef u64 lanes __attribute__((vector_size(64), aligned(1), may_alias));

static inline __attribute__((always_inline)) u64 sum_blocks(const u8 *p, size_t blocks)
{
	lanes sum = { 0 }, other = { 0 };
	u64 total = 0;
	unsigned int i;

	for (; blocks; blocks--, p += sizeof(lanes)) {
		lanes v = *(const lanes *)p;

		sum += v & 0xffffffff;
		other += v >> 32;
	}
	sum += other;
	for (i = 0; i < 8; i++)
		total += (sum[i] & 0xffffffff) + (sum[i] >> 32);
	return total;
}

static u64 sum_plain(const u8 *p, size_t blocks)
{
	return sum_blocks(p, blocks);
}

#ifdef __x86_64__
__attribute__((target("avx2"))) static u64 sum_avx2(const u8 *p, size_t blocks)
{
	return sum_blocks(p, blocks);
}

__attribute__((target("avx512f"))) static u64 sum_avx512(const u8 *p, size_t blocks)
{
	return sum_blocks(p, blocks);
}

static u64 sum_best(const u8 *p, size_t blocks)
{
	if (__builtin_cpu_supports("avx512f"))
		return sum_avx512(p, blocks);
	if (__builtin_cpu_supports("avx2"))
		return sum_avx2(p, blocks);
	return sum_plain(p, blocks);
}
#else
#define sum_best sum_plain
#endif

/**
 * klips_sum() - add up words of 16 bits
 * @data: them, in network byte order as they stand
 * @length: bytes; an odd one at the end counts as if a zero followed it
 * @sum: what is added to: of an even number of bytes before these
 *
 * Return: the sum, for klips_sum_fold().
 */
u64 klips_sum(const void *data, size_t length, u64 sum)
{
	const u8 *p = data;
	u32 word;
	u16 half = 0;

	if (length >= sizeof(lanes)) {
		sum += sum_best(p, length / sizeof(lanes));
		p += length & ~(sizeof(lanes) - 1);
		length &= sizeof(lanes) - 1;
	}
	for (; length >= 4; length -= 4, p += 4) {
		memcpy(&word, p, 4);
		sum += word;
	}
	if (length >= 2) {
		memcpy(&half, p, 2);
		sum += half;
		p += 2;
	}
	if (length & 1) {
		half = 0;
		memcpy(&half, p, 1);
		sum += half;
	}
	return sum;
}
