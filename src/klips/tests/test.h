/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a unit test includes first: cmocka, with what it wants before it, and random numbers that repeat. */
#ifndef KLIPS_TESTS_TEST_H
#define KLIPS_TESTS_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

/* xorshift64*: what comes follows from the state that a test begins with, which is not 0. */
static inline uint64_t test_random(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 0x2545f4914f6cdd1dULL;
}

#endif
