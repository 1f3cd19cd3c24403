// SPDX-License-Identifier: GPL-2.0-or-later
/* The grammar of ipsec.secrets. */
#include "secrets.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "parse.h"
#include "secrets_own.h"

#define BLANKS	  " \t"
#define WORDS_MAX 512 /* of an entry */

/**
 * struct reader - what is being read
 * @words: of the entry that has begun; they point into the file's text
 * @is_broken: something in it has been complained about
 */
struct reader {
	struct secrets *secrets;
	struct conf_source from;
	struct secret_word words[WORDS_MAX];
	size_t count;
	bool is_broken;
};

static void wipe(struct secret *secret)
{
	size_t i;

	if (secret->data)
		explicit_bzero(secret->data, secret->length);
	free(secret->data);
	for (i = 0; i < secret->id_count; i++) {
		free(secret->ids[i].text);
		free((void *)secret->ids[i].data.data);
	}
	free(secret->ids);
	memset(secret, 0, sizeof(*secret));
}

/**
 * secrets_free - frees all, after there are zeros in it; NULL is none
 */
void secrets_free(struct secrets *secrets)
{
	size_t i;

	if (!secrets)
		return;
	for (i = 0; i < secrets->count; i++)
		wipe(&secrets->list[i]);
	conf_names_free(&secrets->files);
	free(secrets->list);
	free(secrets);
}

static void complain(struct reader *reader, struct conf_place place, const char *why)
{
	conf_complain(reader->from.errors, place, "%s", why);
	reader->is_broken = true;
}

static struct secret *add_secret(struct secrets *secrets)
{
	struct secret *grown = secrets->list;
	size_t room = secrets->room;

	if (secrets->count == room) {
		room = room ? 2 * room : 8;
		grown = reallocarray(secrets->list, room, sizeof(*grown));
		if (!grown)
			return NULL;
		secrets->list = grown;
		secrets->room = room;
	}
	grown += secrets->count++;
	memset(grown, 0, sizeof(*grown));
	return grown;
}

static bool is_address(const char *text)
{
	struct klips_addr addr;

	return !klips_parse_addr(&addr, text);
}

/* Whether the index ends with it: ':' alone or at its end, which an IPv6 address may also have. */
static bool is_colon(struct secret_word *word)
{
	size_t length = strlen(word->text);

	if (word->is_quoted || !length || word->text[length - 1] != ':' || is_address(word->text))
		return false;
	word->text[length - 1] = '\0';
	return true;
}

/* How many words the index has; the one that the colon was part of counts. @next: what follows. -1: there is no colon
 */
static int find_colon(struct reader *reader, size_t *next)
{
	size_t i;

	for (i = 0; i < reader->count; i++) {
		if (!is_colon(&reader->words[i]))
			continue;
		*next = i + 1;
		return (int)i + (*reader->words[i].text != '\0');
	}
	return -1;
}

/* What does not look like one at all has no reason of its own. */
static const char *read_id(struct ike_identity *identity, const char *text)
{
	static const char *const none = "not an identity, %any or %any6";

	if (!*text || !strcmp(text, "@") || (*text == '%' && strcasecmp(text, "%any") && strcasecmp(text, "%any6")))
		return none;
	return ike_identity_parse(identity, text);
}

static int add_id(struct reader *reader, struct secret *secret, const struct secret_word *word)
{
	struct secret_id *id = &secret->ids[secret->id_count];
	struct ike_identity identity = { 0 };
	const char *why = read_id(&identity, word->text);
	uint8_t *data = malloc(identity.length + 1u);

	if (why)
		complain(reader, word->place, why);
	secret->id_count++;
	*id = (struct secret_id){ .text = strdup(word->text), .type = identity.type, .data.data = data };
	if (!id->text || !data)
		return -ENOMEM;
	memcpy(data, identity.data, identity.length);
	id->data.length = identity.length;
	return 0;
}

static int add_ids(struct reader *reader, struct secret *secret, size_t count)
{
	size_t i;
	int err = 0;

	secret->ids = calloc(count + 1, sizeof(*secret->ids));
	if (!secret->ids)
		return -ENOMEM;
	for (i = 0; !err && i < count; i++)
		err = add_id(reader, secret, &reader->words[i]);
	return err;
}

/* What it is, by its word; what is not known may be a secret in the wrong place, so it is not quoted. */
static int find_kind(const struct secret_word *word, const char **why)
{
	static const struct {
		const char *name;
		int kind;
		const char *why;
	} kinds[] = {
		{ "PSK", SECRET_PSK, NULL },
		{ "XAUTH", SECRET_XAUTH, NULL },
		{ "PPKS", SECRET_PPK, NULL },
		{ "RSA", -1, "RSA keys are no longer here: put the key as a PEM file into ipsec.d/private" },
		{ "ECDSA", -1, "ECDSA keys are not here: put the key as a PEM file into ipsec.d/private" },
		{ "P12", -1, "PKCS#12 files are not named here: put them into ipsec.d/private" },
		{ "PIN", -1, "PINs of tokens are no longer here: put the key as a PEM file into ipsec.d/private" },
	};
	size_t i;

	*why = "not PSK, XAUTH or PPKS after the colon";
	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (!strcasecmp(kinds[i].name, word->text)) {
			*why = kinds[i].why;
			return kinds[i].kind;
		}
	}
	return -1;
}

/* The words after the kind. */
static int read_rest(struct reader *reader, struct secret *secret, size_t at)
{
	size_t wanted = secret->kind == SECRET_PPK ? 2 : 1;
	const char *wrong;

	if (reader->count - at != wanted) {
		complain(reader, reader->words[at - 1].place,
			 wanted == 2 ? "PPKS is followed by its ID and its value, nothing else" :
				       "it is followed by one value, in quotes if there are blanks in it");
		return 0;
	}
	wrong = secret_value_read(secret, &reader->words[at + wanted - 1]);
	if (wrong)
		complain(reader, reader->words[at + wanted - 1].place, wrong);
	return 0;
}

static int fill_secret(struct reader *reader, struct secret *secret)
{
	size_t next = 0;
	int ids = find_colon(reader, &next), kind;
	const char *why;

	secret->place = reader->words[0].place;
	if (ids < 0) {
		complain(reader, reader->words[0].place, "there is no ':' with a blank after it");
		return 0;
	}
	if (next == reader->count) {
		complain(reader, reader->words[next - 1].place, "nothing follows the colon");
		return 0;
	}
	kind = find_kind(&reader->words[next], &why);
	if (kind < 0) {
		complain(reader, reader->words[next].place, why);
		return 0;
	}
	secret->kind = (enum secret_kind)kind;
	return add_ids(reader, secret, (size_t)ids) ? -ENOMEM : read_rest(reader, secret, next + 1);
}

/* The entry that has begun is complete. */
static int end_entry(void *arg)
{
	struct reader *reader = arg;
	struct secret *secret;
	int err = 0;

	if (reader->count && !reader->is_broken) {
		secret = add_secret(reader->secrets);
		err = secret ? fill_secret(reader, secret) : -ENOMEM;
		if (secret && (err || reader->is_broken)) {
			wipe(secret);
			reader->secrets->count--;
		}
	}
	reader->count = 0;
	reader->is_broken = false;
	return err;
}

/* The end of a quoted word, after its quote; NULL: it has been complained about */
static char *end_quoted(struct reader *reader, struct secret_word *word)
{
	char quote = *word->text, *end = strchr(++word->text, quote);

	word->is_quoted = true;
	if (!end) {
		complain(reader, reader->from.place,
			 quote == '"' ? "the closing \" is missing" : "the closing ' is missing");
		return NULL;
	}
	*end++ = '\0';
	if (*end && *end != ':' && !strchr(BLANKS, *end)) {
		complain(reader, reader->from.place, "something follows a closing quote without a blank");
		return NULL;
	}
	return end;
}

/* All words of a line, up to a comment. */
static void read_words(struct reader *reader, char *line)
{
	char *at = line;

	while (*(at += strspn(at, BLANKS)) && *at != '#' && !reader->is_broken) {
		struct secret_word *word = &reader->words[reader->count];

		reader->from.place.column = (unsigned int)(at - line) + 1;
		if (reader->count == WORDS_MAX) {
			complain(reader, reader->from.place, "an entry of too many words");
			return;
		}
		*word = (struct secret_word){ at, false, reader->from.place };
		if (*at == '"' || *at == '\'') {
			at = end_quoted(reader, word);
			if (!at)
				return;
		} else {
			at += strcspn(at, BLANKS);
			if (*at)
				*at++ = '\0';
		}
		reader->count++;
	}
}

static int include(struct reader *reader, char *line)
{
	char *pattern = line + 7 + strspn(line + 7, BLANKS);

	pattern[strcspn(pattern, BLANKS)] = '\0';
	reader->from.place.column = 0;
	return conf_source_include(&reader->from, pattern);
}

static int read_line(void *arg, char *line)
{
	struct reader *reader = arg;
	int err = 0;

	/* A comment in column 1 is no new entry, and ends none. */
	if (!*line || *line == '#')
		return 0;
	if (!strchr(BLANKS, *line)) {
		err = end_entry(reader);
		if (!err && !strncmp(line, "include", 7) && line[7] && strchr(BLANKS, line[7]))
			return include(reader, line);
	} else if (!reader->count && !reader->is_broken && line[strspn(line, BLANKS)] &&
		   line[strspn(line, BLANKS)] != '#') {
		complain(reader, reader->from.place, "an indented line that continues no entry");
	}
	read_words(reader, line);
	return err;
}

static void complain_line(void *arg)
{
	struct reader *reader = arg;

	complain(reader, reader->from.place, "not text in UTF-8");
}

static const struct conf_grammar grammar = { read_line, complain_line, end_entry, NULL, true };

/* NULL with errno if @err is one. */
static struct secrets *finish(struct reader *reader, int err)
{
	struct secrets *secrets = reader->secrets;

	free(reader);
	if (!err)
		return secrets;
	secrets_free(secrets);
	errno = -err;
	return NULL;
}

static struct reader *new_reader(struct conf_errors *errors, int depth)
{
	struct reader *reader = calloc(1, sizeof(*reader));

	if (!reader)
		return NULL;
	reader->secrets = calloc(1, sizeof(*reader->secrets));
	if (!reader->secrets) {
		free(reader);
		return NULL;
	}
	reader->from = (struct conf_source){ &grammar, reader, errors, &reader->secrets->files, .depth = depth };
	return reader;
}

/**
 * secrets_load - reads ipsec.secrets and all that it includes
 * @errors: gets what is wrong; entries that it concerns are left out. No secret is ever in its texts
 *
 * Return: the secrets, for secrets_free(), none if there is no such file; NULL without memory.
 */
struct secrets *secrets_load(const char *path, struct conf_errors *errors)
{
	struct reader *reader = new_reader(errors, 0);

	return reader ? finish(reader, conf_source_file(&reader->from, path)) : NULL;
}

/**
 * secrets_parse - the same from memory, without files that it includes
 * @name: for the errors
 */
struct secrets *secrets_parse(const char *name, const char *text, size_t length, struct conf_errors *errors)
{
	struct reader *reader = new_reader(errors, -1);

	return reader ? finish(reader, conf_source_text(&reader->from, name, text, length)) : NULL;
}
