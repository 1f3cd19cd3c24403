// SPDX-License-Identifier: GPL-2.0-or-later
/* The grammar of ipsec.conf. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "conf_own.h"

#define BLANKS " \t"

/**
 * struct reader - what is being read
 * @section: that settings go into; NULL: none has begun
 * @part: of it
 */
struct reader {
	struct conf *conf;
	struct conf_source from;
	struct conf_section *section;
	unsigned int part;
};

static char *skip_blanks(char *text)
{
	return text + strspn(text, BLANKS);
}

/* Ends it before the blanks at its end. */
static void trim(char *text)
{
	size_t length = strlen(text);

	while (length && strchr(BLANKS, text[length - 1]))
		length--;
	text[length] = '\0';
}

/* Ends it before a '#' that is its first sign or comes after a blank. */
static void cut_comment(char *text)
{
	char *at;

	for (at = text; (at = strchr(at, '#')); at++) {
		if (at == text || strchr(BLANKS, at[-1])) {
			*at = '\0';
			break;
		}
	}
	trim(text);
}

static struct conf_section *add_conn(struct reader *reader, const char *name)
{
	struct conf *conf = reader->conf;
	struct conf_section **grown = conf->conns, *conn = calloc(1, sizeof(*conn));
	size_t room = conf->room;

	if (conn)
		conn->name = strdup(name);
	if (conf->count == room) {
		room = room ? 2 * room : 16;
		grown = reallocarray(conf->conns, room, sizeof(*grown));
	}
	if (grown) {
		conf->conns = grown;
		conf->room = room;
	}
	if (!grown || !conn || !conn->name) {
		if (conn)
			free(conn->name);
		free(conn);
		return NULL;
	}
	conn->place = reader->from.place;
	conf->conns[conf->count++] = conn;
	return conn;
}

static int begin_section(struct reader *reader, struct conf_section *section)
{
	reader->section = section;
	reader->part++;
	if (section && !section->place.file)
		section->place = reader->from.place;
	return section ? 0 : -ENOMEM;
}

static int begin_conn(struct reader *reader, const char *name)
{
	reader->section = NULL;
	if (!*name || name[strcspn(name, BLANKS)])
		conf_complain(reader->from.errors, reader->from.place, "conn: one name is missing after it");
	else if (!strcmp(name, "%default"))
		return begin_section(reader, &reader->conf->fallback);
	else if (*name == '%')
		conf_complain(reader->from.errors, reader->from.place, "conn %s: only %%default begins with %%", name);
	else
		return begin_section(reader, add_conn(reader, name));
	return 0;
}

static int begin_config(struct reader *reader, const char *name)
{
	if (!strcmp(name, "setup"))
		return begin_section(reader, &reader->conf->setup);
	reader->section = NULL;
	conf_complain(reader->from.errors, reader->from.place, "config %s: there is only config setup", name);
	return 0;
}

static int check_version(struct reader *reader, const char *number)
{
	if (*number != '2' || (number[1] && number[1] != '.'))
		conf_complain(reader->from.errors, reader->from.place, "version %s: this is version 2", number);
	return 0;
}

static int complain_heading(struct reader *reader, const char *word, const char *rest)
{
	if (strchr(word, '=') || *rest == '=')
		conf_complain(reader->from.errors, reader->from.place, "'%s' is not indented, as settings are", word);
	else
		conf_complain(reader->from.errors, reader->from.place,
			      "'%s' is not config setup, conn, include or version", word);
	reader->section = NULL;
	return 0;
}

/* What begins in column 1. */
static int read_heading(struct reader *reader, char *line)
{
	char *rest = line + strcspn(line, BLANKS);

	if (*rest)
		*rest++ = '\0';
	rest = skip_blanks(rest);
	if (!strcmp(line, "conn"))
		return begin_conn(reader, rest);
	if (!strcmp(line, "config"))
		return begin_config(reader, rest);
	if (!strcmp(line, "version"))
		return check_version(reader, rest);
	if (strcmp(line, "include"))
		return complain_heading(reader, line, rest);
	reader->section = NULL;
	return conf_source_include(&reader->from, rest);
}

/* Of a value in quotes or braces, its end; NULL: it has none, or something follows. */
static char *find_closing(struct reader *reader, char *value, int closing)
{
	char *end = strchr(value, closing), *rest;

	if (!end) {
		conf_complain(reader->from.errors, reader->from.place, "the closing %c is missing", closing);
		return NULL;
	}
	rest = skip_blanks(end + 1);
	if (*rest && *rest != '#') {
		conf_complain(reader->from.errors, reader->from.place, "'%s': nothing may follow the closing %c", rest,
			      closing);
		return NULL;
	}
	return end;
}

/* The value itself; its column becomes that of reader->from.place. NULL: it has been complained about */
static char *read_value(struct reader *reader, char *line, char *value)
{
	int closing = *value == '"' ? '"' : *value == '{' ? '}' : 0;
	char *end = NULL;

	if (closing)
		end = find_closing(reader, ++value, closing);
	else
		cut_comment(value);
	if (closing && !end)
		return NULL;
	if (end)
		*end = '\0';
	reader->from.place.column = (unsigned int)(value - line) + 1;
	return value;
}

static void complain_unknown(struct reader *reader, bool setup, const char *name)
{
	char near[KEYWORD_TEXT_MAX];
	enum keyword_side side;

	if (keyword_find(!setup, name, &side))
		conf_complain(reader->from.errors, reader->from.place, "keyword '%s' is not for %s", name,
			      setup ? "config setup, but for a conn" : "a conn, but for config setup");
	else if (keyword_suggest(setup, name, near))
		conf_complain(reader->from.errors, reader->from.place, "unknown keyword '%s' (did you mean '%s'?)",
			      name, near);
	else
		conf_complain(reader->from.errors, reader->from.place, "unknown keyword '%s'", name);
}

/* Whether a keyword that is known counts for nothing. */
static bool is_idle(struct reader *reader, const struct keyword *keyword, const char *name)
{
	const char *now = keyword->successor;

	if (keyword->kind == KEYWORD_OBSOLETE)
		conf_warn(reader->from.errors, reader->from.place, "keyword '%s' is obsolete and does nothing%s%s",
			  name, now ? "; now: " : "", now ? now : "");
	else if (keyword->kind == KEYWORD_ABSENT)
		conf_warn(reader->from.errors, reader->from.place, "keyword '%s' does nothing: Cygnet does not have it",
			  name);
	return keyword->kind == KEYWORD_OBSOLETE || keyword->kind == KEYWORD_ABSENT;
}

/* NULL: it is unknown, idle or somebody's own; if it is unknown, the section is marked. */
static const struct keyword *find_keyword(struct reader *reader, const char *name, enum keyword_side *side)
{
	bool setup = reader->section == &reader->conf->setup;
	const struct keyword *keyword;

	if (!strncasecmp(name, "x-", 2) || !strncasecmp(name, "x_", 2))
		return NULL;
	keyword = keyword_find(setup, name, side);
	if (!keyword) {
		complain_unknown(reader, setup, name);
		reader->section->has_unknown = true;
		return NULL;
	}
	if (is_idle(reader, keyword, name))
		return NULL;
	if (keyword->kind == KEYWORD_ALIAS)
		conf_warn(reader->from.errors, reader->from.place, "keyword '%s' is an old name of '%s'", name,
			  keyword->successor);
	return keyword_successor(setup, keyword, *side);
}

static void complain_twice(struct reader *reader, const char *name, const struct conf_setting *before)
{
	conf_complain(reader->from.errors, reader->from.place, "keyword '%s' is there twice: before at %s:%u", name,
		      before->place.file, before->place.line);
	reader->section->has_unknown = true;
}

/* Of one of several sections config setup or %default, what was in an earlier one may be there again: the last counts.
 */
static struct conf_setting *add_setting(struct reader *reader, const struct keyword *keyword, enum keyword_side side,
					const char *name, int *err)
{
	struct conf_settings *own = &reader->section->own;
	struct conf_setting *setting = keyword->kind == KEYWORD_NAMES ? NULL : conf_get_setting(own, keyword, side);

	*err = 0;
	if (setting && setting->part == reader->part) {
		complain_twice(reader, name, setting);
		return NULL;
	}
	if (setting)
		free(setting->value.text);
	else
		setting = conf_add_setting(own);
	if (!setting) {
		*err = -ENOMEM;
		return NULL;
	}
	*setting = (struct conf_setting){ keyword, side, .place = reader->from.place, .part = reader->part };
	return setting;
}

static int set_value(struct reader *reader, struct conf_setting *setting, const char *name, const char *text)
{
	struct conf_wrong wrong = { 0 };
	int err = conf_value_read(&setting->value, setting->keyword, text, &wrong);
	struct conf_place place = reader->from.place;

	if (!err && setting->value.is_cut)
		conf_warn(reader->from.errors, place, "%s: its address has bits that its mask leaves out: %s is meant",
			  name, setting->value.text);
	if (err != -EINVAL)
		return err;
	setting->is_bad = true;
	place.column += (unsigned int)wrong.offset;
	if (wrong.length)
		conf_complain(reader->from.errors, place, "%s: '%.*s': %s", name, (int)wrong.length,
			      text + wrong.offset, wrong.why);
	else
		conf_complain(reader->from.errors, place, "%s: %s", name, wrong.why);
	return 0;
}

static int read_setting(struct reader *reader, char *line, char *name, char *value)
{
	struct conf_setting *setting;
	const struct keyword *keyword;
	enum keyword_side side;
	int err;

	keyword = find_keyword(reader, name, &side);
	if (!keyword)
		return 0;
	setting = add_setting(reader, keyword, side, name, &err);
	if (!setting)
		return err;
	value = read_value(reader, line, value);
	if (value)
		return set_value(reader, setting, name, value);
	setting->is_bad = true;
	return 0;
}

static bool is_include(const char *text)
{
	return !strncmp(text, "include", 7) && text[7] && strchr(BLANKS, text[7]);
}

/* KEYWORD=VALUE. */
static int read_indented(struct reader *reader, char *line)
{
	char *name = skip_blanks(line), *equals = strchr(name, '=');

	if (is_include(name)) {
		cut_comment(name);
		return conf_source_include(&reader->from, skip_blanks(name + 7));
	}
	if (!equals || equals == name) {
		cut_comment(name);
		conf_complain(reader->from.errors, reader->from.place, "'%s' is not KEYWORD=VALUE", name);
		if (reader->section)
			reader->section->has_unknown = true;
		return 0;
	}
	*equals = '\0';
	trim(name);
	if (!reader->section) {
		conf_complain(reader->from.errors, reader->from.place, "'%s' is in no section", name);
		return 0;
	}
	return read_setting(reader, line, name, skip_blanks(equals + 1));
}

/* Nobody knows which setting it was to be. */
static void complain_line(void *arg)
{
	struct reader *reader = arg;

	conf_complain(reader->from.errors, reader->from.place, "not text in UTF-8");
	if (reader->section)
		reader->section->has_unknown = true;
}

static int read_line(void *arg, char *line)
{
	struct reader *reader = arg;
	char *first = skip_blanks(line);

	if (!*first || *first == '#')
		return 0;
	if (first != line)
		return read_indented(reader, line);
	cut_comment(line);
	return read_heading(reader, line);
}

/* Settings may follow at once, those of the section that the include is in. */
static int read_included(void *arg, const char *path)
{
	struct reader *reader = arg;
	struct conf_section *section = reader->section;
	int err = conf_source_file(&reader->from, path);

	if (reader->section != section)
		reader->section = NULL;
	return err;
}

static const struct conf_grammar grammar = { read_line, complain_line, NULL, read_included, false };

static void begin(struct reader *reader, struct conf *conf, struct conf_errors *errors, int depth)
{
	*reader = (struct reader){ conf, { &grammar, reader, errors, &conf->files, .depth = depth }, NULL, 0 };
}

int conf_read_file(struct conf *conf, const char *path, struct conf_errors *errors)
{
	struct reader reader;

	begin(&reader, conf, errors, 0);
	return conf_source_file(&reader.from, path);
}

int conf_read_text(struct conf *conf, const char *name, const char *text, size_t length, struct conf_errors *errors)
{
	struct reader reader;

	begin(&reader, conf, errors, -1);
	return conf_source_text(&reader.from, name, text, length);
}
