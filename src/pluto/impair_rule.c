// SPDX-License-Identifier: GPL-2.0-or-later
/* Impairments as users write them. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../lib/parse.h"
#include "impair_own.h"

#define NUMBER_TEXT 12 /* bytes of ":" and a number */

static const char *const actions[] = {
	[DROP] = "drop",       [DUPLICATE] = "duplicate", [REPLAY] = "replay", [REORDER] = "reorder",
	[CORRUPT] = "corrupt", [TRUNCATE] = "truncate",	  [HOLD] = "hold",     [FAIL] = "fail",
};

static const char *const steps[IMPAIR_STEPS] = {
	[IMPAIR_SPI] = "spi",	[IMPAIR_SA] = "sa",	[IMPAIR_POLICY] = "policy",
	[IMPAIR_AUTH] = "auth", [IMPAIR_KEYS] = "keys",
};

/* Those with names of their own, most of them libreswan's. */
static const struct step_word {
	const char *word;
	enum impair_step step;
} step_words[] = {
	{ "suppress-retransmits", IMPAIR_RESEND },
	{ "timeout-on-retransmit", IMPAIR_PATIENCE },
	{ "delete-on-retransmit", IMPAIR_PATIENCE },
	{ "revival", IMPAIR_REVIVAL },
	{ "send-no-delete", IMPAIR_DELETE },
	{ "major-version-bump", IMPAIR_MAJOR },
	{ "minor-version-bump", IMPAIR_MINOR },
	{ "send-bogus-isakmp-flag", IMPAIR_HEADER_FLAG },
	{ "send-bogus-payload-flag", IMPAIR_PAYLOAD_FLAG },
	{ "send-nonzero-reserved", IMPAIR_RESERVED },
	{ "send-nonzero-reserved-id", IMPAIR_RESERVED_ID },
	{ "bad-ikev2-auth-xchg", IMPAIR_EXCHANGE },
	{ "add-unknown-v2-payload-to:ike-sa-init", IMPAIR_ADD_TO_INIT },
	{ "add-unknown-v2-payload-to:ike-auth", IMPAIR_ADD_TO_AUTH },
	{ "add-unknown-v2-payload-to-sk:ike-auth", IMPAIR_ADD_TO_SK },
	{ "unknown-v2-payload-critical", IMPAIR_CRITICAL },
	{ "ke-payload:omit", IMPAIR_KE_OMIT },
	{ "ke-payload:empty", IMPAIR_KE_EMPTY },
	{ "ke-payload:0", IMPAIR_KE_ZERO },
	{ "omit-v2n-signature-hash-algorithms", IMPAIR_HASHES_OMIT },
	{ "ignore-v2n-signature-hash-algorithms", IMPAIR_HASHES_IGNORE },
	{ "send-bogus-dcookie", IMPAIR_COOKIE },
	{ "omit-v2-ike-auth-child", IMPAIR_FIRST_CHILD },
	{ "low-nonce-in-request", IMPAIR_LOW_REQUEST },
	{ "low-nonce-in-response", IMPAIR_LOW_RESPONSE },
};

/* libreswan's names of what happens to messages; @sealed: to those that are encrypted alone. */
static const struct alias {
	const char *word, *rule;
	bool sealed;
} aliases[] = {
	{ "replay-duplicates", "duplicate-inbound", false },
	{ "replay-encrypted", "duplicate-inbound", true },
	{ "replay-forward", "replay-inbound", false },
	{ "corrupt-encrypted", "corrupt-inbound", true },
	{ "jacob-two-two", "duplicate-outbound", false },
	{ "send-no-ikev2-auth", "drop-outbound-ike-auth-request", false },
};

static const struct exchange_word {
	const char *word;
	uint8_t exchange;
} exchanges[] = {
	{ "ike-sa-init", IKE_SA_INIT },
	{ "ike-auth", IKE_AUTH },
	{ "create-child-sa", CREATE_CHILD_SA },
	{ "informational", INFORMATIONAL },
};

static const char *const kinds[] = { [REQUEST] = "request", [RESPONSE] = "response" };

/* Goes on behind a word, if it is the next one; else NULL. */
static const char *skip(const char *text, const char *word)
{
	size_t length = strlen(word);

	if (strncmp(text, word, length) != 0 || (text[length] && text[length] != '-'))
		return NULL;
	return text + length + (text[length] == '-');
}

/* Of the words of a table the one that comes next: its place, and *@text goes on; -1: none of them. */
static int take_word(const char **text, const char *const *words, int count)
{
	const char *rest;
	int at;

	for (at = 0; at < count; at++) {
		rest = words[at] ? skip(*text, words[at]) : NULL;
		if (!rest)
			continue;
		*text = rest;
		return at;
	}
	return -1;
}

static bool take_exchange(struct rule *rule, const char **text)
{
	size_t at;
	const char *rest;

	for (at = 0; at < sizeof(exchanges) / sizeof(*exchanges); at++) {
		rest = skip(*text, exchanges[at].word);
		if (!rest)
			continue;
		rule->exchange = exchanges[at].exchange;
		*text = rest;
		return true;
	}
	return false;
}

static bool is_step(struct rule *rule, const char *text)
{
	size_t at;

	for (at = 0; at < sizeof(step_words) / sizeof(*step_words); at++) {
		if (strcmp(step_words[at].word, text) != 0)
			continue;
		rule->action = FAIL;
		rule->step = step_words[at].step;
		return true;
	}
	return false;
}

/* The rule that a word of libreswan's stands for, or the word itself. */
static const char *find_alias(struct rule *rule, const char *text)
{
	size_t at;

	for (at = 0; at < sizeof(aliases) / sizeof(*aliases); at++) {
		if (strcmp(aliases[at].word, text) != 0)
			continue;
		rule->sealed = aliases[at].sealed;
		return aliases[at].rule;
	}
	return text;
}

/* What is left of the text: "" if all of it was understood. */
static const char *read_rule(struct rule *rule, const char *text)
{
	static const char *const directions[] = { "outbound", "inbound" };
	int found;

	if (is_step(rule, text))
		return "";
	text = find_alias(rule, text);
	found = take_word(&text, actions, FAIL + 1);
	if (found < 0)
		return *text ? text : "nothing";
	rule->action = (enum impair_action)found;
	found = rule->action == FAIL ? take_word(&text, steps, IMPAIR_STEPS) : take_word(&text, directions, 2);
	if (found < 0)
		return *text ? text : "nothing";
	rule->step = rule->action == FAIL ? (enum impair_step)found : IMPAIR_STEPS;
	rule->inbound = rule->action != FAIL && found;
	if (rule->action == FAIL)
		return text;
	take_exchange(rule, &text);
	found = take_word(&text, kinds, RESPONSE + 1);
	rule->kind = found < 0 ? ANY_KIND : (enum impair_kind)found;
	return text;
}

static void copy_lower(char *to, const char *from, size_t length)
{
	size_t at;

	for (at = 0; at < length; at++)
		to[at] = (char)(from[at] == '_' ? '-' : tolower((unsigned char)from[at]));
	to[length] = 0;
}

/* Of some steps what is behind the colon is no number but part of the name. */
static size_t name_length(const struct rule *rule, const char *text)
{
	struct rule any = *rule;
	char whole[IMPAIR_TEXT];
	size_t length = strlen(text);

	if (length < sizeof(whole) - NUMBER_TEXT) {
		copy_lower(whole, text, length);
		if (is_step(&any, whole))
			return length;
	}
	return strcspn(text, ":");
}

/* Lower case, '_' is '-', and without the number, which @rule gets: 0 if there is none. */
static const char *squeeze(struct rule *rule, const char *from)
{
	size_t length = name_length(rule, from);
	u64 value = 0;
	const char *wrong = NULL;

	if (length >= IMPAIR_TEXT - NUMBER_TEXT)
		return "too long";
	copy_lower(rule->text, from, length);
	if (from[length])
		wrong = klips_parse_number(&value, from + length + 1, INT32_MAX);
	if (!wrong && from[length] && !value)
		wrong = "they are counted from 1";
	rule->number = (unsigned int)value;
	return wrong;
}

int impair_rule_read(struct rule *rule, const char *text, char *why, size_t size)
{
	const char *wrong = squeeze(rule, text), *left;

	if (wrong) {
		snprintf(why, size, "%s: %s", text, wrong);
		return -EINVAL;
	}
	left = read_rule(rule, rule->text);
	if (*left) {
		snprintf(why, size, "%s: %s is no impairment", text, left);
		return -EINVAL;
	}
	snprintf(rule->text + strlen(rule->text), NUMBER_TEXT, rule->number ? ":%u" : "%.0u", rule->number);
	return 0;
}

void impair_help(void (*each)(void *arg, const char *line), void *arg)
{
	static const char *const lines[] = {
		"ACTION-DIRECTION[-EXCHANGE][-KIND][:N]: of those messages the Nth from now on, or each:",
		"  ACTION     drop: it is lost; duplicate: it comes twice; corrupt: its last byte is changed;",
		"             truncate: its last byte is missing; reorder: it comes after the next one;",
		"             replay: it comes again after later ones; hold: until release",
		"  DIRECTION  inbound, outbound",
		"  EXCHANGE   ike-sa-init, ike-auth, create-child-sa, informational",
		"  KIND       request, response",
		"fail-STEP[:N]: the Nth from now on, or each, fails: spi, sa, policy (of the stack), auth, keys",
		"suppress-retransmits[:N]: requests are not sent again, but time out as ever;",
		"  timeout-on-retransmit[:N], delete-on-retransmit[:N]: where one would be sent again its time is over",
		"revival: what is to be up is not begun again; send-no-delete: peers are not told that SAs end",
		"major-version-bump, minor-version-bump, send-bogus-isakmp-flag, send-bogus-payload-flag,",
		"  send-nonzero-reserved, send-nonzero-reserved-id, bad-ikev2-auth-xchg, ke-payload:omit|empty|0,",
		"  omit-v2n-signature-hash-algorithms, ignore-v2n-signature-hash-algorithms, send-bogus-dcookie,",
		"  omit-v2-ike-auth-child: messages, and what is taken of them, are not as they should be",
		"add-unknown-v2-payload-to:ike-sa-init|ike-auth, add-unknown-v2-payload-to-sk:ike-auth: there is one",
		"  payload more; unknown-v2-payload-critical: with the critical bit",
		"low-nonce-in-request, low-nonce-in-response: nonces of those are lower than the peer's: of two SAs",
		"  of a collision this side's goes, or the peer's",
		"replay-duplicates, replay-encrypted, replay-forward, corrupt-encrypted, jacob-two-two,",
		"  send-no-ikev2-auth: as in libreswan",
		"release: what was held goes on, and nothing more is held",
		"rekey-ike:N, rekey-child:N, reauth-ike:N, liveness:N, expire-ike:N, expire-child:N, delete-ike:N,",
		"  delete-child:N, send-keepalive:N: now, of the SA #N",
		"list: those that are on; none: no more of them",
	};
	size_t at;

	for (at = 0; at < sizeof(lines) / sizeof(*lines); at++)
		each(arg, lines[at]);
}
