// SPDX-License-Identifier: GPL-2.0-or-later
#include "replay.h"

#define WORD_BITS 64

/* How far back numbers are looked for when the window has no size: half of what the wire can tell apart. */
#define NO_WINDOW 0x80000000U

static u32 words_for(u32 size)
{
	u32 needed = DIV_ROUND_UP(size, WORD_BITS) + 1, words = 2;

	while (words < needed)
		words *= 2;
	return words;
}

/**
 * klips_replay_init() - make a window that has seen nothing
 * @replay: is filled in
 * @size: see struct klips_replay
 * @esn: whether numbers have 64 bits
 *
 * Return: 0, -EINVAL: no such size, or -ENOMEM. May sleep.
 */
int klips_replay_init(struct klips_replay *replay, u32 size, bool esn)
{
	memset(replay, 0, sizeof(*replay));
	if (size % 32 || size > KLIPS_REPLAY_MAX)
		return -EINVAL;
	replay->size = size;
	replay->esn = esn;
	if (!size)
		return 0;
	replay->words = words_for(size);
	replay->bits = kcalloc(replay->words, sizeof(*replay->bits), GFP_KERNEL);
	return replay->bits ? 0 : -ENOMEM;
}

/**
 * klips_replay_free() - free what klips_replay_init() made
 * @replay: the window; all zeros will do too
 */
void klips_replay_free(struct klips_replay *replay)
{
	kfree(replay->bits);
	memset(replay, 0, sizeof(*replay));
}

/**
 * klips_replay_number() - the whole sequence number of a packet
 * @replay: the window of its SA
 * @wire: the 32 bits that were sent
 *
 * With ESN, the one number near the window that has these low bits: RFC 4303, A2.2. It is a guess until the packet's
 * ICV, which covers the high bits, was found good.
 *
 * Return: the number, in host byte order.
 */
u64 klips_replay_number(const struct klips_replay *replay, u32 wire)
{
	u32 window = replay->size ? replay->size : NO_WINDOW;
	u32 low = (u32)replay->top, high = (u32)(replay->top >> 32);
	u32 bottom = low - window + 1;

	if (!replay->esn)
		return wire;
	if (low >= window - 1)
		high += wire < bottom; /* A: the window is within one run of the low bits */
	else if (high)
		high -= wire >= bottom; /* B: it spans two */
	return (u64)high << 32 | wire;
}

static u64 *word_of(const struct klips_replay *replay, u64 number)
{
	return &replay->bits[number / WORD_BITS & (replay->words - 1)];
}

static u64 bit_of(u64 number)
{
	return 1ULL << number % WORD_BITS;
}

/**
 * klips_replay_may_accept() - whether a number is new
 * @replay: the window
 * @number: from klips_replay_number()
 *
 * A look before the ICV is checked, so that replays cost nothing. Without a window every number is new; with one, 0
 * never is: a sender begins with 1 (RFC 4303, 3.3.3). Without ESN it may be asked without the lock: then it may say yes
 * too often, but not no, since a number whose bit is another's meanwhile is out of the window.
 */
bool klips_replay_may_accept(const struct klips_replay *replay, u64 number)
{
	u64 top;

	if (!replay->size)
		return true;
	if (!number)
		return false;
	top = READ_ONCE(replay->top);
	if (number > top)
		return true;
	return top - number < replay->size && !(READ_ONCE(*word_of(replay, number)) & bit_of(number));
}

/* Makes @number the top: the words between are of numbers that nobody has seen. */
static void advance(struct klips_replay *replay, u64 number)
{
	u64 from = replay->top / WORD_BITS, ahead = number / WORD_BITS - from, i;

	for (i = 1; i <= min_t(u64, ahead, replay->words); i++)
		WRITE_ONCE(replay->bits[(from + i) & (replay->words - 1)], 0);
	WRITE_ONCE(replay->top, number);
}

/**
 * klips_replay_accept() - take a number, after its packet's ICV was found good
 * @replay: the window; it moves on if the number is above it
 * @number: from klips_replay_number()
 *
 * Return: false if the number is not new (any more).
 */
bool klips_replay_accept(struct klips_replay *replay, u64 number)
{
	u64 *word;

	if (!klips_replay_may_accept(replay, number))
		return false;
	if (!replay->size) {
		WRITE_ONCE(replay->top, max(replay->top, number));
		return true;
	}
	if (number > replay->top)
		advance(replay, number);
	word = word_of(replay, number);
	WRITE_ONCE(*word, *word | bit_of(number));
	return true;
}
