// SPDX-License-Identifier: GPL-2.0-or-later
#include "keywords.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

const struct keyword_word keyword_bools[] = {
	{ "yes", 1 }, { "no", 0 }, { "true", 1 }, { "false", 0 }, { "on", 1 }, { "off", 0 }, { "1", 1 },
	{ "0", 0 },   { "y", 1 },  { "n", 0 },	  { "t", 1 },	  { "f", 0 },  { 0 },
};

static const char *const kind_names[] = {
	[KEYWORD_TEXT] = "text",
	[KEYWORD_BOOL] = "yes|no",
	[KEYWORD_NUMBER] = "number",
	[KEYWORD_PERCENT] = "percent",
	[KEYWORD_TIME] = "time",
	[KEYWORD_TIME_MS] = "milliseconds",
	[KEYWORD_BYTES] = "bytes",
	[KEYWORD_PACKETS] = "packets",
	[KEYWORD_ENUM] = "word",
	[KEYWORD_SET] = "words",
	[KEYWORD_NAMES] = "conns",
	[KEYWORD_FILE] = "file",
	[KEYWORD_ID] = "identity",
	[KEYWORD_KEY] = "key",
	[KEYWORD_HEX] = "hexadecimal",
	[KEYWORD_IKE] = "algorithms",
	[KEYWORD_ESP] = "algorithms",
	[KEYWORD_AH] = "algorithms",
	[KEYWORD_HOST] = "host",
	[KEYWORD_ADDRESS] = "address",
	[KEYWORD_ADDRESSES] = "address",
	[KEYWORD_PREFIX] = "address/length",
	[KEYWORD_SUBNETS] = "subnet",
	[KEYWORD_POOL] = "pool",
	[KEYWORD_PORTS] = "protocol",
	[KEYWORD_PRIVATE] = "subnet",
	[KEYWORD_INTERFACES] = "devices",
	[KEYWORD_MARK] = "mark",
	[KEYWORD_URL] = "url",
	[KEYWORD_ALIAS] = "alias",
	[KEYWORD_OBSOLETE] = "obsolete",
	[KEYWORD_ABSENT] = "absent",
};

/**
 * keyword_kind_name - what the manual writes after the keyword's equals sign
 */
const char *keyword_kind_name(enum keyword_kind kind)
{
	return kind_names[kind];
}

/* '_' and '-' are the same, as are capital letters and small ones. */
static int fold(char c)
{
	return c == '_' ? '-' : tolower((unsigned char)c);
}

static bool is_same(const char *a, const char *b)
{
	while (*a && fold(*a) == fold(*b))
		a++, b++;
	return !*a && !*b;
}

static const struct keyword *find_in(const struct keyword_group *groups, bool ends, const char *name)
{
	const struct keyword *one;

	for (; groups->title; groups++) {
		if ((groups->section == KEYWORD_END) != ends)
			continue;
		for (one = groups->keywords; one->name; one++) {
			if (is_same(one->name, name))
				return one;
		}
	}
	return NULL;
}

/* What follows left or right, and a '-' if there is one after it; NULL: it begins with neither. */
static const char *skip_side(const char *name, enum keyword_side *side)
{
	*side = !strncasecmp(name, "left", 4) ? KEYWORD_LEFT : !strncasecmp(name, "right", 5) ? KEYWORD_RIGHT : 0;
	if (*side == KEYWORD_BOTH)
		return NULL;
	name += *side == KEYWORD_LEFT ? 4 : 5;
	return name + (fold(*name) == '-' && name[1]);
}

/**
 * keyword_find - a keyword by its name, which may also be an alias or obsolete
 * @setup: of config setup, otherwise of a conn
 * @side: gets the one that the name begins with
 *
 * Return: NULL if there is none.
 */
const struct keyword *keyword_find(bool setup, const char *name, enum keyword_side *side)
{
	const char *rest;

	*side = KEYWORD_BOTH;
	if (setup)
		return find_in(keyword_setup_groups, false, name);
	rest = skip_side(name, side);
	return find_in(keyword_conn_groups, rest != NULL, rest ? rest : name);
}

/**
 * keyword_successor - of an alias the keyword that it stands for, of any other itself
 */
const struct keyword *keyword_successor(bool setup, const struct keyword *keyword, enum keyword_side side)
{
	const struct keyword_group *groups = setup ? keyword_setup_groups : keyword_conn_groups;

	if (keyword->kind != KEYWORD_ALIAS)
		return keyword;
	return find_in(groups, side != KEYWORD_BOTH, keyword->successor);
}

/**
 * keyword_print - its name, with left or right
 *
 * Return: as snprintf().
 */
int keyword_print(char *text, size_t size, const struct keyword *keyword, enum keyword_side side)
{
	static const char *const sides[] = { "", "left", "right" };

	return snprintf(text, size, "%s%s", sides[side], keyword->name);
}

#define NEAR_MAX (KEYWORD_TEXT_MAX - 1) /* letters of a name */

static unsigned int least(unsigned int a, unsigned int b, unsigned int c)
{
	a = a < b ? a : b;
	return a < c ? a : c;
}

/* How many letters are to be changed, put in or taken away (Levenshtein). */
static unsigned int distance(const char *a, const char *b)
{
	unsigned int row[NEAR_MAX + 1], i, j, corner, above;
	size_t length = strlen(b);

	if (strlen(a) > NEAR_MAX || length > NEAR_MAX)
		return NEAR_MAX;
	for (j = 0; j <= length; j++)
		row[j] = j;
	for (i = 1; a[i - 1]; i++) {
		corner = row[0];
		row[0] = i;
		for (j = 1; j <= length; j++) {
			above = row[j];
			row[j] = least(above + 1, row[j - 1] + 1, corner + (fold(a[i - 1]) != fold(b[j - 1])));
			corner = above;
		}
	}
	return row[length];
}

/* The name that is nearer than @best, if this keyword's is. */
static unsigned int compare(unsigned int best, const struct keyword *keyword, enum keyword_side side, const char *name,
			    char near[KEYWORD_TEXT_MAX])
{
	char now[KEYWORD_TEXT_MAX];
	int more = keyword_print(now, sizeof(now), keyword, side) - (int)strlen(name);
	unsigned int far = (unsigned int)(more < 0 ? -more : more);

	/* It takes as many changes as that at least. */
	if (far < best)
		far = distance(name, now);
	if (far >= best)
		return best;
	memcpy(near, now, sizeof(now));
	return far;
}

/**
 * keyword_suggest - the keyword that an unknown one was perhaps meant to be
 * @near: gets its name
 *
 * Return: whether there is one.
 */
bool keyword_suggest(bool setup, const char *name, char near[KEYWORD_TEXT_MAX])
{
	const struct keyword_group *group = setup ? keyword_setup_groups : keyword_conn_groups;
	unsigned int start = strlen(name) < 5 ? 2 : 3, best = start;
	const struct keyword *one;

	for (; group->title; group++) {
		bool is_end = group->section == KEYWORD_END;

		for (one = group->keywords; one->name; one++) {
			if (one->kind >= KEYWORD_ALIAS)
				continue;
			best = compare(best, one, is_end ? KEYWORD_LEFT : KEYWORD_BOTH, name, near);
			if (is_end)
				best = compare(best, one, KEYWORD_RIGHT, name, near);
		}
	}
	return best < start;
}
