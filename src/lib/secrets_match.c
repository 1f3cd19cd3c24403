// SPDX-License-Identifier: GPL-2.0-or-later
/* Which secret is for whom. */
#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "parse.h"
#include "secrets.h"

/* How well a secret fits, from not at all; the best counts. */
enum rank {
	RANK_NOT,
	RANK_ALL,   /* without an index */
	RANK_ANY,   /* with %any alone */
	RANK_LOCAL, /* this host alone */
	RANK_ONE,   /* one of both, and %any */
	RANK_BOTH,
};

static bool is_any(const char *id)
{
	return !strcmp(id, "%any") || !strcmp(id, "%any6") || !strcmp(id, "0.0.0.0") || !strcmp(id, "::");
}

static bool is_separator(char c)
{
	return c == ',' || c == '=' || c == '/' || !c;
}

/* The next sign of a distinguished name, without blanks beside separators; @before: the last one. */
static char next_of_name(const char **name, char before)
{
	const char *at = *name + strspn(*name, " ");
	char c;

	/* Blanks within a value stay. */
	if (at != *name && !is_separator(before) && !is_separator(*at))
		at--;
	c = (char)tolower((unsigned char)(*at == '/' ? ',' : *at));
	*name = *at ? at + 1 : at;
	return c;
}

/* Distinguished names: "C=CA, O=x" and "/C=CA/O=x" are the same. */
static bool is_same_name(const char *a, const char *b)
{
	char before = ',', c;

	a += *a == '/';
	b += *b == '/';
	do {
		c = next_of_name(&a, before);
		if (c != next_of_name(&b, before))
			return false;
		before = c;
	} while (c);
	return true;
}

/* A key ID begins with @#, and 0x after it changes nothing. */
static const char *skip_sign(const char *id)
{
	if (!strncasecmp(id, "@#0x", 4))
		return id + 4;
	if (!strncmp(id, "@#", 2))
		return id + 2;
	return id + (*id == '@');
}

static bool is_same(const char *a, const char *b)
{
	struct klips_addr one, other;
	bool is_addr = !klips_parse_addr(&one, a);

	if (is_addr != !klips_parse_addr(&other, b))
		return false;
	if (is_addr)
		return klips_addr_equal(&one, &other);
	if (strncmp(a, "@#", 2) != 0 || strncmp(b, "@#", 2) != 0) {
		if (!strncmp(a, "@#", 2) || !strncmp(b, "@#", 2))
			return false;
		if (strchr(a, '=') && strchr(b, '='))
			return is_same_name(a, b);
	}
	return !strcasecmp(skip_sign(a), skip_sign(b));
}

static enum rank rank(const struct secret *secret, const char *local, const char *remote)
{
	bool has_local = false, has_remote = false;
	size_t i, any = 0;

	for (i = 0; i < secret->id_count; i++) {
		any += is_any(secret->ids[i]);
		has_local |= is_same(secret->ids[i], local);
		has_remote |= is_same(secret->ids[i], remote);
	}
	if (!secret->id_count)
		return RANK_ALL;
	if (has_local && has_remote)
		return RANK_BOTH;
	if ((has_local || has_remote) && any)
		return RANK_ONE;
	if (has_local && secret->id_count == 1)
		return RANK_LOCAL;
	return any == secret->id_count ? RANK_ANY : RANK_NOT;
}

static bool is_equal(const struct secret *a, const struct secret *b)
{
	return a->length == b->length && !memcmp(a->data, b->data, a->length);
}

/**
 * secrets_psk - the pre-shared key of two identities
 * @local, @remote: as in ipsec.conf: an address, @NAME, USER@NAME, @#HEX, a distinguished name
 * @found: gets it; it is the secrets'
 * @rival: gets, with -ENOTUNIQ, one that fits as well and is another
 *
 * An entry for both comes before one for one of them with %any, that before one for @local alone, that before %any
 * alone, and that before one without an index.
 *
 * Return: 0, -ENOENT if there is none, -ENOTUNIQ.
 */
int secrets_psk(const struct secrets *secrets, const char *local, const char *remote, const struct secret **found,
		const struct secret **rival)
{
	enum rank best = RANK_NOT;
	size_t i;

	*found = *rival = NULL;
	for (i = 0; i < secrets->count; i++) {
		const struct secret *one = &secrets->list[i];
		enum rank now = one->kind == SECRET_PSK ? rank(one, local, remote) : RANK_NOT;

		if (now > best) {
			best = now;
			*found = one;
			*rival = NULL;
		} else if (now != RANK_NOT && now == best && !is_equal(one, *found)) {
			*rival = one;
		}
	}
	return *rival ? -ENOTUNIQ : *found ? 0 : -ENOENT;
}
