// SPDX-License-Identifier: GPL-2.0-or-later
#include "conf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conf_own.h"

struct conf_setting *conf_add_setting(struct conf_settings *settings)
{
	struct conf_setting *grown = settings->list;
	size_t room = settings->room;

	if (settings->count == room) {
		room = room ? 2 * room : 8;
		grown = reallocarray(settings->list, room, sizeof(*grown));
		if (!grown)
			return NULL;
		settings->list = grown;
		settings->room = room;
	}
	grown += settings->count++;
	*grown = (struct conf_setting){ 0 };
	return grown;
}

struct conf_setting *conf_get_setting(const struct conf_settings *settings, const struct keyword *keyword,
				      enum keyword_side side)
{
	size_t i;

	for (i = 0; i < settings->count; i++) {
		if (settings->list[i].keyword == keyword && settings->list[i].side == side)
			return &settings->list[i];
	}
	return NULL;
}

static void free_section(struct conf_section *section)
{
	size_t i;

	for (i = 0; i < section->own.count; i++)
		free(section->own.list[i].value.text);
	free(section->own.list);
	free(section->all.list);
	free(section->name);
}

/**
 * conf_free - frees a configuration; NULL is none
 */
void conf_free(struct conf *conf)
{
	size_t i;

	if (!conf)
		return;
	for (i = 0; i < conf->count; i++) {
		free_section(conf->conns[i]);
		free(conf->conns[i]);
	}
	free_section(&conf->setup);
	free_section(&conf->fallback);
	free(conf->conns);
	free(conf->by_name);
	conf_names_free(&conf->files);
	free(conf);
}

static struct conf *new_conf(void)
{
	struct conf *conf = calloc(1, sizeof(*conf));

	if (!conf)
		return NULL;
	conf->setup.is_setup = true;
	conf->setup.name = strdup("setup");
	conf->fallback.name = strdup("%default");
	if (conf->setup.name && conf->fallback.name)
		return conf;
	conf_free(conf);
	return NULL;
}

/* @err: of reading. */
static struct conf *finish(struct conf *conf, int err, struct conf_errors *errors)
{
	if (!err)
		err = conf_resolve(conf, errors);
	if (!err)
		return conf;
	conf_free(conf);
	errno = -err;
	return NULL;
}

/**
 * conf_load - reads ipsec.conf and all that it includes
 * @errors: gets what is wrong; conns that it concerns are faulty, the others are whole
 *
 * Return: the configuration, for conf_free(), empty if there is no such file; NULL without memory.
 */
struct conf *conf_load(const char *path, struct conf_errors *errors)
{
	struct conf *conf = new_conf();

	return conf ? finish(conf, conf_read_file(conf, path, errors), errors) : NULL;
}

/**
 * conf_parse - the same from memory, without files that it includes
 * @name: for the errors
 */
struct conf *conf_parse(const char *name, const char *text, size_t length, struct conf_errors *errors)
{
	struct conf *conf = new_conf();

	return conf ? finish(conf, conf_read_text(conf, name, text, length, errors), errors) : NULL;
}

static int compare_name(const void *name, const void *conn)
{
	return strcmp(name, (*(struct conf_section *const *)conn)->name);
}

/**
 * conf_find_conn - a conn by its name, faulty or not; NULL: none
 */
struct conf_section *conf_find_conn(const struct conf *conf, const char *name)
{
	struct conf_section **found = NULL;

	if (conf->names)
		found = bsearch(name, conf->by_name, conf->names, sizeof(*conf->by_name), compare_name);
	return found ? *found : NULL;
}

/**
 * conf_find - a setting of config setup or of a conn, wherever it has it from
 * @name: of the keyword, with left or right
 *
 * Return: NULL if it is nowhere.
 */
const struct conf_setting *conf_find(const struct conf_section *section, const char *name)
{
	enum keyword_side side;
	const struct keyword *keyword = keyword_find(section->is_setup, name, &side);

	if (!keyword)
		return NULL;
	return conf_get_setting(&section->all, keyword_successor(section->is_setup, keyword, side), side);
}

/**
 * conf_text - the value of a setting, or if there is none, or a wrong one, the table's; NULL: neither
 */
const char *conf_text(const struct conf_section *section, const char *name)
{
	const struct conf_setting *setting = conf_find(section, name);
	enum keyword_side side;
	const struct keyword *keyword;

	if (setting && !setting->is_bad)
		return setting->value.text;
	keyword = keyword_find(section->is_setup, name, &side);
	keyword = keyword ? keyword_successor(section->is_setup, keyword, side) : NULL;
	return keyword ? keyword->fallback : NULL;
}
