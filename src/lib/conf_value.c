// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "conf_file.h"
#include "conf_value_own.h"
#include "identity.h"
#include "ike_alg.h"
#include "parse.h"

static bool is_continuation(char c)
{
	return (c & 0xc0) == 0x80;
}

int conf_refuse(struct conf_reading *reading, const char *at, size_t length, const char *format, ...)
{
	va_list args;

	/* Whole characters: what is quoted must be UTF-8. */
	for (; at > reading->text && is_continuation(*at); at--)
		length++;
	while (is_continuation(at[length]))
		length++;
	reading->wrong->offset = (size_t)(at - reading->text);
	reading->wrong->length = length;
	va_start(args, format);
	vsnprintf(reading->wrong->why, sizeof(reading->wrong->why), format, args);
	va_end(args);
	return -EINVAL;
}

static int refuse_all(struct conf_reading *reading, const char *why)
{
	return conf_refuse(reading, reading->text, strlen(reading->text), "%s", why);
}

/* As with names of keywords, '_' is '-'. */
static bool is_word(const char *word, const char *text)
{
	for (; *word; word++, text++) {
		int c = *text == '_' ? '-' : tolower((unsigned char)*text);

		if (c != *word)
			return false;
	}
	return !*text;
}

static const struct keyword_word *find_word(const struct keyword_word *word, const char *text)
{
	for (; word && word->name; word++) {
		if (is_word(word->name, text))
			return word;
	}
	return NULL;
}

const struct keyword_word *conf_word(const struct keyword *keyword, const char *text)
{
	const struct keyword_word *words = keyword->kind == KEYWORD_BOOL ? keyword_bools : keyword->words;
	const struct keyword_word *word = find_word(words, text);

	if (word || keyword->kind != KEYWORD_ENUM)
		return word;
	/* Where yes and no are words, so is what else means the same. */
	word = find_word(keyword_bools, text);
	return word ? find_word(words, word->number ? "yes" : "no") : NULL;
}

/* The first of its number is what a word is called. */
static const char *word_name(const struct keyword *keyword, uint64_t number)
{
	const struct keyword_word *word = keyword->kind == KEYWORD_BOOL ? keyword_bools : keyword->words;

	while (word->number != number)
		word++;
	return word->name;
}

static bool read_word(struct conf_reading *reading)
{
	const struct keyword_word *word = conf_word(reading->keyword, reading->text);

	if (!word)
		return false;
	reading->number = word->number;
	fputs(word_name(reading->keyword, word->number), reading->out);
	return true;
}

void conf_comma(struct conf_reading *reading)
{
	if (ftell(reading->out) > 0)
		fputc(',', reading->out);
}

int conf_each(struct conf_reading *reading, const char *separators, conf_item_fn read)
{
	const char *at = reading->text + strspn(reading->text, separators);
	char item[CONF_ITEM_MAX];
	size_t length;
	int err = 0;

	if (!*at)
		return refuse_all(reading, "the list is empty");
	for (; !err && *at; at += length, at += strspn(at, separators)) {
		length = strcspn(at, separators);
		if (length >= sizeof(item))
			return conf_refuse(reading, at, 16, "too long");
		memcpy(item, at, length);
		item[length] = '\0';
		err = read(reading, item, at);
	}
	return err;
}

#define URL_MAX 900 /* more follows in those that are made of it */

static int read_text(struct conf_reading *reading)
{
	fputs(reading->text, reading->out);
	return 0;
}

/* "a, b, c": of each number the first word. */
static void list_words(const struct keyword *keyword, char *text, size_t size)
{
	const struct keyword_word *word = keyword->kind == KEYWORD_BOOL ? keyword_bools : keyword->words;
	size_t length = 0;

	for (*text = '\0'; word && word->name; word++) {
		if (word_name(keyword, word->number) != word->name || length >= size)
			continue;
		length += (size_t)snprintf(text + length, size - length, "%s%s", length ? ", " : "", word->name);
	}
}

static int read_enum(struct conf_reading *reading)
{
	char list[160];

	list_words(reading->keyword, list, sizeof(list));
	return conf_refuse(reading, reading->text, strlen(reading->text), "not one of %s", list);
}

static int add_to_set(struct conf_reading *reading, const char *item, const char *at)
{
	const struct keyword_word *word = conf_word(reading->keyword, item);
	char list[160];

	list_words(reading->keyword, list, sizeof(list));
	if (!word)
		return conf_refuse(reading, at, strlen(item), "not one of %s", list);
	reading->number |= word->number;
	return 0;
}

static void print_set(FILE *out, const struct keyword *keyword, uint64_t left)
{
	const struct keyword_word *word;
	const char *comma = "";

	if (!left)
		fputs(word_name(keyword, 0), out);
	for (word = keyword->words; left && word->name; word++) {
		if (!word->number || (left & word->number) != word->number)
			continue;
		fprintf(out, "%s%s", comma, word->name);
		left &= ~word->number;
		comma = ",";
	}
}

static int read_set(struct conf_reading *reading)
{
	int err = conf_each(reading, ", \t", add_to_set);

	if (!err)
		print_set(reading->out, reading->keyword, reading->number);
	return err;
}

struct unit {
	const char *name;
	uint64_t factor;
};

static const struct unit no_units[] = { { "", 1 }, { 0 } };
static const struct unit percents[] = { { "%", 1 }, { "", 1 }, { 0 } };

static const struct unit seconds[] = {
	{ "s", 1 }, { "", 1 }, { "m", 60 }, { "h", 3600 }, { "d", 86400 }, { "w", 604800 }, { 0 },
};

static const struct unit milliseconds[] = {
	{ "ms", 1 }, { "", 1 }, { "s", 1000 }, { "m", 60000 }, { 0 },
};

static const struct unit bytes[] = {
	{ "", 1 },
	{ "B", 1 },
	{ "KiB", 1ULL << 10 },
	{ "MiB", 1ULL << 20 },
	{ "GiB", 1ULL << 30 },
	{ "TiB", 1ULL << 40 },
	{ "PiB", 1ULL << 50 },
	{ "EiB", 1ULL << 60 },
	{ "Ki", 1ULL << 10 },
	{ "Mi", 1ULL << 20 },
	{ "Gi", 1ULL << 30 },
	{ "Ti", 1ULL << 40 },
	{ "Pi", 1ULL << 50 },
	{ "Ei", 1ULL << 60 },
	{ 0 },
};

static const struct {
	const struct unit *units;
	const char *names;
	const char *canonical;
} scales[] = {
	[KEYWORD_NUMBER] = { no_units, NULL, "" },
	[KEYWORD_PERCENT] = { percents, "%", "%" },
	[KEYWORD_TIME] = { seconds, "s, m, h, d and w", "" },
	[KEYWORD_TIME_MS] = { milliseconds, "ms, s and m", "" },
	[KEYWORD_BYTES] = { bytes, "B, KiB, MiB, GiB, TiB, PiB and EiB", "" },
	[KEYWORD_PACKETS] = { bytes, "Ki, Mi, Gi, Ti, Pi and Ei", "" },
};

static int check_range(struct conf_reading *reading, uint64_t number)
{
	const struct keyword *keyword = reading->keyword;
	uint64_t max = keyword->max ? keyword->max : UINT64_MAX;

	if (number >= keyword->min && number <= max)
		return 0;
	if (!keyword->max)
		return refuse_all(reading, "too low");
	return conf_refuse(reading, reading->text, strlen(reading->text), "not from %" PRIu64 " to %" PRIu64,
			   keyword->min, keyword->max);
}

static int read_scaled(struct conf_reading *reading)
{
	const struct unit *unit = scales[reading->keyword->kind].units;
	const char *text = reading->text, *names = scales[reading->keyword->kind].names;
	size_t digits = strspn(text, "0123456789");
	char number[24];
	int err;

	if (!digits || digits >= sizeof(number) || (text[digits] && !names))
		return refuse_all(reading, digits < sizeof(number) ? "not a number" : "too high a number");
	while (unit->name && strcasecmp(unit->name, text + digits))
		unit++;
	if (!unit->name)
		return conf_refuse(reading, text + digits, strlen(text + digits), "not a unit: there are %s", names);
	snprintf(number, sizeof(number), "%.*s", (int)digits, text);
	if (klips_parse_number(&reading->number, number, UINT64_MAX / unit->factor))
		return refuse_all(reading, "too high a number");
	reading->number *= unit->factor;
	err = check_range(reading, reading->number);
	if (!err)
		fprintf(reading->out, "%" PRIu64 "%s", reading->number, scales[reading->keyword->kind].canonical);
	return err;
}

static int read_algorithms(struct conf_reading *reading, uint8_t protocol)
{
	struct ike_proposals *proposals = malloc(sizeof(*proposals));
	struct ike_text_error error = { 0 };
	int err;

	if (!proposals)
		return -ENOMEM;
	err = ike_proposals_parse(proposals, protocol, reading->text, true, &error);
	free(proposals);
	if (err)
		return conf_refuse(reading, reading->text + error.offset, error.length, "%s", error.why);
	return read_text(reading);
}

static int read_ike(struct conf_reading *reading)
{
	return read_algorithms(reading, IKE_PROTO_IKE);
}

static int read_esp(struct conf_reading *reading)
{
	return read_algorithms(reading, IKE_PROTO_ESP);
}

static int read_ah(struct conf_reading *reading)
{
	return read_algorithms(reading, IKE_PROTO_AH);
}

static int read_hex(struct conf_reading *reading)
{
	const char *text = reading->text + (strncmp(reading->text, "0x", 2) ? 0 : 2);
	size_t digits = 0;

	for (; *text; text++) {
		if (*text == ':' && digits)
			continue;
		if (!isxdigit((unsigned char)*text))
			return conf_refuse(reading, text, 1, "not hexadecimal");
		fputc(tolower((unsigned char)*text), reading->out);
		digits++;
	}
	return digits && digits % 2 == 0 ? 0 : refuse_all(reading, "not whole bytes of two digits");
}

/* What an identity may look like is told by its first sign; @#: a key ID. */
static int read_id(struct conf_reading *reading)
{
	static const char *const words[] = { "%fromcert", "%any", "%none", "%myid", "%null", NULL };
	const char *text = reading->text, *wrong;
	struct ike_identity identity;
	unsigned int i;

	if (*text == '%') {
		for (i = 0; words[i] && strcasecmp(words[i], text); i++)
			;
		if (!words[i])
			return refuse_all(reading, "not %fromcert, %any or %none");
	}
	if (!strcmp(text, "@"))
		return refuse_all(reading, "a name is missing after @");
	if (!strncmp(text, "@#", 2)) {
		const char *hex = text + 2 + 2 * !strncmp(text + 2, "0x", 2);
		size_t digits = strspn(hex, "0123456789abcdefABCDEF");

		if (hex[digits])
			return conf_refuse(reading, hex + digits, strlen(hex + digits), "not hexadecimal");
		if (!digits || digits % 2)
			return refuse_all(reading, "not whole bytes of two digits after @#");
	}
	wrong = *text == '%' ? NULL : ike_identity_parse(&identity, text);
	if (wrong)
		return refuse_all(reading, wrong);
	return read_text(reading);
}

/* A public key as such, or a file that has one. */
static int read_key(struct conf_reading *reading)
{
	static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=_";
	const char *text = reading->text;
	size_t length;

	if (*text == '%')
		return refuse_all(reading, "not %cert, %dnsondemand, %dnsonload or %none");
	if (text[0] != '0' || !text[1] || !strchr("sSxX", text[1]))
		return read_text(reading);
	length = 2 + strspn(text + 2, tolower(text[1]) == 's' ? base64 : "0123456789abcdefABCDEF_");
	if (text[length])
		return conf_refuse(reading, text + length, strlen(text + length), "not %s",
				   tolower(text[1]) == 's' ? "base64" : "hexadecimal");
	return length > 2 ? read_text(reading) : refuse_all(reading, "the key is empty");
}

/* VALUE or VALUE/MASK. */
static int read_mark(struct conf_reading *reading)
{
	const char *slash = strchr(reading->text, '/');
	size_t length = strcspn(reading->text, "/");
	uint64_t value, mask = UINT32_MAX;
	char part[24];

	if (length < sizeof(part))
		memcpy(part, reading->text, length);
	part[length < sizeof(part) ? length : 0] = '\0';
	if (klips_parse_number(&value, part, UINT32_MAX))
		return refuse_all(reading, "not a number of 32 bits, or two with / between them");
	if (slash && klips_parse_number(&mask, slash + 1, UINT32_MAX))
		return conf_refuse(reading, slash + 1, strlen(slash + 1), "not a number of 32 bits");
	if (value & ~mask)
		return refuse_all(reading, "it has bits that its mask leaves out");
	reading->number = value | mask << 32;
	fprintf(reading->out, "0x%" PRIx64 "/0x%" PRIx64, value, mask);
	return 0;
}

static int add_name(struct conf_reading *reading, const char *item, const char *at)
{
	if (*item == '%')
		return conf_refuse(reading, at, strlen(item), "not a conn's name");
	conf_comma(reading);
	fputs(item, reading->out);
	return 0;
}

static int read_names(struct conf_reading *reading)
{
	return conf_each(reading, ", \t", add_name);
}

/* http://HOST/...: a host whose name goes on would be another one where URLs are compared by how they begin. */
static int read_url(struct conf_reading *reading)
{
	const char *text = reading->text, *at;

	if (strncmp(text, "http://", 7) != 0)
		return refuse_all(reading, "not a URL that begins with http://");
	for (at = text; *at; at++)
		if (*at <= ' ' || *at > '~')
			return conf_refuse(reading, at, 1, "not a character of URLs");
	if (at - text > URL_MAX)
		return refuse_all(reading, "more than 900 characters");
	at = strchr(text + 7, '/');
	if (!at || at == text + 7)
		return refuse_all(reading, "a host, and a / after it, are missing");
	return read_text(reading);
}

static int (*const readers[])(struct conf_reading *reading) = {
	[KEYWORD_TEXT] = read_text,
	[KEYWORD_BOOL] = read_enum,
	[KEYWORD_NUMBER] = read_scaled,
	[KEYWORD_PERCENT] = read_scaled,
	[KEYWORD_TIME] = read_scaled,
	[KEYWORD_TIME_MS] = read_scaled,
	[KEYWORD_BYTES] = read_scaled,
	[KEYWORD_PACKETS] = read_scaled,
	[KEYWORD_ENUM] = read_enum,
	[KEYWORD_SET] = read_set,
	[KEYWORD_NAMES] = read_names,
	[KEYWORD_FILE] = read_text,
	[KEYWORD_ID] = read_id,
	[KEYWORD_KEY] = read_key,
	[KEYWORD_HEX] = read_hex,
	[KEYWORD_IKE] = read_ike,
	[KEYWORD_ESP] = read_esp,
	[KEYWORD_AH] = read_ah,
	[KEYWORD_HOST] = conf_read_host,
	[KEYWORD_ADDRESS] = conf_read_address,
	[KEYWORD_ADDRESSES] = conf_read_addresses,
	[KEYWORD_PREFIX] = conf_read_prefix,
	[KEYWORD_SUBNETS] = conf_read_subnets,
	[KEYWORD_POOL] = conf_read_pool,
	[KEYWORD_PORTS] = conf_read_ports,
	[KEYWORD_PRIVATE] = conf_read_private,
	[KEYWORD_INTERFACES] = conf_read_interfaces,
	[KEYWORD_MARK] = read_mark,
	[KEYWORD_URL] = read_url,
};

/* Texts may be empty: leftupdown= runs nothing. plutodebug= with nothing after it is an old way to write none. */
static int read_empty(struct conf_reading *reading)
{
	if (reading->keyword->kind == KEYWORD_TEXT || reading->keyword->kind == KEYWORD_FILE)
		return 0;
	if (reading->keyword->kind != KEYWORD_SET || !conf_word(reading->keyword, "none"))
		return refuse_all(reading, "its value is missing");
	fputs("none", reading->out);
	return 0;
}

static int read_kind(struct conf_reading *reading)
{
	if (!*reading->text)
		return read_empty(reading);
	if (!conf_is_text(reading->text, strlen(reading->text)))
		return refuse_all(reading, "not text in UTF-8");
	if (reading->keyword->kind != KEYWORD_SET && read_word(reading))
		return 0;
	return readers[reading->keyword->kind](reading);
}

/**
 * conf_value_read - a value, as somebody wrote it, without quotes
 * @value: gets it, on success
 * @keyword: no alias, not obsolete
 * @wrong: gets what is wrong, if something is
 *
 * Return: 0, -EINVAL with @wrong, or -ENOMEM.
 */
int conf_value_read(struct conf_value *value, const struct keyword *keyword, const char *text, struct conf_wrong *wrong)
{
	struct conf_reading reading = { keyword, text, NULL, 0, wrong, false };
	size_t size;
	int err;

	value->text = NULL;
	reading.out = open_memstream(&value->text, &size);
	if (!reading.out)
		return -ENOMEM;
	err = read_kind(&reading);
	if (fclose(reading.out) && !err)
		err = -ENOMEM;
	if (err) {
		free(value->text);
		value->text = NULL;
	}
	value->number = reading.number;
	value->is_cut = reading.is_cut;
	return err;
}
