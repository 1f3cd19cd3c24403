/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Eroutes as a plain list, the naive way, and operations on both: what the real ones are compared with. Operations are
 * read from bytes, which are random in test_eroute.c and libFuzzer's in fuzz_eroute.c. A difference ends the program.
 */
#ifndef KLIPS_TESTS_EROUTE_MODEL_H
#define KLIPS_TESTS_EROUTE_MODEL_H

#include "core/eroute.h"

#define MODEL_MAX 512

struct model_entry {
	struct klips_selector selector;
	struct klips_said said;
	u32 first, last; /* marks of the packets that it holds, 0: none */
	u64 dropped;
};

struct model {
	unsigned int count;
	u32 next_mark;
	struct model_entry entry[MODEL_MAX];
};

struct model_input {
	const u8 *data;
	size_t size;
};

#define MODEL_CHECK(what)                                                          \
	do {                                                                       \
		if (!(what)) {                                                     \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #what); \
			abort();                                                   \
		}                                                                  \
	} while (0)

/* One operation on both, of the next bytes. */
void model_step(struct klips_eroutes *all, struct model *model, struct model_input *in);

#endif
