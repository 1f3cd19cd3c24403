// SPDX-License-Identifier: GPL-2.0-or-later
/* Configurations as JSON: what is sent to pluto. */
#include "conf_own.h"

#include <stdlib.h>

/* The table has its own values in the one form, but those that have a unit there. */
static int put_fallback(json_t *to, const char *name, const struct keyword *keyword)
{
	struct conf_wrong wrong = { 0 };
	struct conf_value value;
	int err;

	if (keyword->kind < KEYWORD_TIME || keyword->kind > KEYWORD_PACKETS)
		return json_object_set_new(to, name, json_string(keyword->fallback));
	if (conf_value_read(&value, keyword, keyword->fallback, &wrong))
		return -1;
	err = json_object_set_new(to, name, json_string(value.text));
	free(value.text);
	return err;
}

static int put(json_t *to, const struct conf_section *section, const struct keyword *keyword, enum keyword_side side)
{
	const struct conf_setting *setting;
	char name[KEYWORD_TEXT_MAX];

	keyword_print(name, sizeof(name), keyword, side);
	setting = conf_get_setting(&section->all, keyword, side);
	if (setting)
		return setting->is_bad ? 0 : json_object_set_new(to, name, json_string(setting->value.text));
	return keyword->fallback ? put_fallback(to, name, keyword) : 0;
}

static int put_group(json_t *to, const struct conf_section *section, const struct keyword_group *group)
{
	const struct keyword *keyword;
	int err = 0;

	for (keyword = group->keywords; !err && keyword->name; keyword++) {
		if (keyword->kind >= KEYWORD_ALIAS || keyword->kind == KEYWORD_NAMES)
			continue;
		if (group->section != KEYWORD_END)
			err = put(to, section, keyword, KEYWORD_BOTH);
		else
			err = put(to, section, keyword, KEYWORD_LEFT) || put(to, section, keyword, KEYWORD_RIGHT);
	}
	return err;
}

/* NULL: no memory. */
static json_t *keywords_json(const struct conf_section *section)
{
	const struct keyword_group *group = section->is_setup ? keyword_setup_groups : keyword_conn_groups;
	json_t *keywords = json_object();

	for (; keywords && group->title; group++) {
		if (put_group(keywords, section, group)) {
			json_decref(keywords);
			return NULL;
		}
	}
	return keywords;
}

/**
 * conf_conn_json - a conn: {"name": NAME, "keywords": {KEYWORD: VALUE, ...}}
 *
 * All values are texts in the one form that conf_value_read() gives. Keywords that are nowhere have the value of the
 * table, if it has one. Faulty ones are left out.
 *
 * Return: a new reference; NULL without memory.
 */
json_t *conf_conn_json(const struct conf_section *conn)
{
	return json_pack("{s:s, s:o}", "name", conn->name, "keywords", keywords_json(conn));
}

/**
 * conf_setup_json - config setup: {KEYWORD: VALUE, ...}, likewise
 */
json_t *conf_setup_json(const struct conf *conf)
{
	return keywords_json(&conf->setup);
}
