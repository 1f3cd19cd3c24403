/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keywords of ipsec.conf(5): one table for the parser and for the manual page. */
#ifndef LIB_KEYWORDS_H
#define LIB_KEYWORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum keyword_section {
	KEYWORD_SETUP,
	KEYWORD_CONN,
	KEYWORD_END, /* of a conn, with left or right before it */
};

/* What a value is; conf_value_read() tells what each may look like. */
enum keyword_kind {
	KEYWORD_TEXT,
	KEYWORD_BOOL,
	KEYWORD_NUMBER,
	KEYWORD_PERCENT,
	KEYWORD_TIME,	 /* seconds */
	KEYWORD_TIME_MS, /* milliseconds */
	KEYWORD_BYTES,
	KEYWORD_PACKETS,
	KEYWORD_ENUM,
	KEYWORD_SET,
	KEYWORD_NAMES,
	KEYWORD_FILE,
	KEYWORD_ID,
	KEYWORD_KEY,
	KEYWORD_HEX,
	KEYWORD_IKE,
	KEYWORD_ESP,
	KEYWORD_AH,
	KEYWORD_HOST,
	KEYWORD_ADDRESS,
	KEYWORD_ADDRESSES,
	KEYWORD_PREFIX,
	KEYWORD_SUBNETS,
	KEYWORD_POOL,
	KEYWORD_PORTS,
	KEYWORD_PRIVATE,
	KEYWORD_INTERFACES,
	KEYWORD_MARK,
	KEYWORD_URL,
	KEYWORD_ALIAS,
	KEYWORD_OBSOLETE,
	KEYWORD_ABSENT, /* of another implementation: it changes nothing here */
};

enum keyword_side {
	KEYWORD_BOTH, /* not of an end */
	KEYWORD_LEFT,
	KEYWORD_RIGHT,
};

/* What pluto makes of a keyword whose value is not the usual one; the usual one is what is so anyway. */
enum keyword_support {
	KEYWORD_ACTED_ON,
	KEYWORD_IGNORED,  /* with a warning: nothing is less safe without it */
	KEYWORD_OF_IKEV1, /* likewise: IKEv2 has nothing of the sort */
	KEYWORD_REFUSED,
};

/* A word that is a value: of those with one number the first is what it is called. An array ends with a NULL. */
struct keyword_word {
	const char *name;
	uint64_t number;
};

/**
 * struct keyword - a keyword; an array of them ends with a NULL @name
 * @name: without left or right; empty: those two alone
 * @fallback: its value if there is none in the file, as one would write it; NULL: has none
 * @what: for the manual, in sentences
 * @words: of KEYWORD_ENUM and KEYWORD_SET, where numbers are bits, all values; of others words that are also values
 * @min, @max: of KEYWORD_NUMBER and those with units, in the kind's unit; both 0: any
 * @support: whether there is such a thing here yet
 * @successor: of KEYWORD_ALIAS the name that counts, of KEYWORD_OBSOLETE what to write instead, or NULL
 */
struct keyword {
	const char *name;
	enum keyword_kind kind;
	const char *fallback;
	const char *what;
	const struct keyword_word *words;
	uint64_t min, max;
	enum keyword_support support;
	const char *successor;
};

/* Rows of the table: a keyword, with more of it by name; and an alias or an obsolete one, with its successor. */
#define KEYWORD(n, k, f, w, ...)                                                            \
	{                                                                                   \
		.name = (n), .kind = KEYWORD_##k, .fallback = (f), .what = (w), __VA_ARGS__ \
	}
#define KEYWORD_OLD(n, k, s)                                       \
	{                                                          \
		.name = (n), .kind = KEYWORD_##k, .successor = (s) \
	}

/* A part of the table, as the manual has it; the last has no title. */
struct keyword_group {
	const char *title;
	enum keyword_section section;
	const struct keyword *keywords;
};

/* In keywords_setup.c and keywords_conn.c. */
extern const struct keyword_group keyword_setup_groups[];
extern const struct keyword_group keyword_conn_groups[];
extern const struct keyword_word keyword_bools[];

#define KEYWORD_TEXT_MAX 48 /* of a name with its side and its end */

const struct keyword *keyword_find(bool setup, const char *name, enum keyword_side *side);
const struct keyword *keyword_successor(bool setup, const struct keyword *keyword, enum keyword_side side);
bool keyword_suggest(bool setup, const char *name, char near[KEYWORD_TEXT_MAX]);
int keyword_print(char *text, size_t size, const struct keyword *keyword, enum keyword_side side);
const char *keyword_kind_name(enum keyword_kind kind);

#endif
