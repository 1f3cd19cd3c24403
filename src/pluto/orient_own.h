/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of orientation share. */
#ifndef PLUTO_ORIENT_OWN_H
#define PLUTO_ORIENT_OWN_H

#include "orient.h"
#include "../lib/conf_value.h"

#define ORIENT_NAME KEYWORD_TEXT_MAX

/**
 * struct orientation - one conn on its way
 * @keywords: of the conn, all texts that are right
 * @side: which end is local: KEYWORD_LEFT or KEYWORD_RIGHT
 */
struct orientation {
	struct connection *to;
	struct orient_extra *extra;
	const json_t *keywords;
	const struct orient_world *world;
	struct orient_said *said;
	enum keyword_side side;
};

/* -EINVAL, with the reason kept. */
int orient_refuse(struct orientation *orientation, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same, but -EADDRNOTAVAIL: it may be otherwise later. */
int orient_wait(struct orientation *orientation, const char *format, ...) __attribute__((format(printf, 2, 3)));
void orient_warn(struct orientation *orientation, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* "left", "right", or nothing for a keyword of both. */
const char *orient_side(enum keyword_side side);
/* A keyword's text, or what it is if nothing is said; NULL: neither. @name without left or right, of an end's keyword
 */
const char *orient_text(const struct orientation *orientation, enum keyword_side side, const char *name);
/* The number of a value; @fallback if there is none. */
uint64_t orient_number(const struct orientation *orientation, enum keyword_side side, const char *name,
		       uint64_t fallback);

/* Each has a part of the keywords: 0 or a negative errno. */
int orient_hosts(struct orientation *orientation);
int orient_auth(struct orientation *orientation);
int orient_clients(struct orientation *orientation);
int orient_cp(struct orientation *orientation);
int orient_options(struct orientation *orientation);
int orient_support(struct orientation *orientation);

#endif
