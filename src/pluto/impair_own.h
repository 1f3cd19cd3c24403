/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What impair.c and impair_rule.c share. */
#ifndef PLUTO_IMPAIR_OWN_H
#define PLUTO_IMPAIR_OWN_H

#include "exchange.h"
#include "impair.h"

#define IMPAIR_TEXT 80

enum impair_action {
	DROP,
	DUPLICATE,
	REPLAY,
	REORDER,
	CORRUPT,
	TRUNCATE,
	HOLD,
	FAIL,
};

enum impair_kind {
	ANY_KIND,
	REQUEST,
	RESPONSE,
};

/* A message that waits; its data belong to it. */
struct waiting {
	struct cds_list_head node;
	bool inbound;
	struct ike_endpoint local, remote;
	struct ike_packet *packet;
};

/**
 * struct rule - one impairment
 * @exchange: 0: any; @sealed: only those that are encrypted
 * @number: which of those that match, from 1, since it is on; 0: each. @seen: how many have come
 * @kept: the message that is to come after another one
 * @due: it comes after the one that passes now
 * @spent: it has done what it was for
 */
struct rule {
	struct cds_list_head node;
	char text[IMPAIR_TEXT];
	enum impair_action action;
	enum impair_step step;
	enum impair_kind kind;
	uint8_t exchange;
	bool inbound, sealed, due, spent;
	unsigned int number, seen;
	struct waiting *kept;
};

/**
 * struct impair - all of them
 * @held: of struct waiting
 * @depth: how many messages are being dealt with: one that comes in makes another go out
 */
struct impair {
	struct cds_list_head rules, held;
	unsigned int count, held_count, depth;
};

/* A rule as users write it, whose list the caller sees to. 0, or -EINVAL with a text in @why. */
int impair_rule_read(struct rule *rule, const char *text, char *why, size_t size);

#endif
