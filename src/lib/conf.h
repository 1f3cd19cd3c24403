/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ipsec.conf(5): what is in it, checked, with %default and also= resolved. */
#ifndef LIB_CONF_H
#define LIB_CONF_H

#include <jansson.h>

#include "conf_errors.h"
#include "conf_source.h"
#include "conf_value.h"
#include "keywords.h"

#define CONF_PATH "/etc/ipsec.conf"

/**
 * struct conf_setting - a keyword's value
 * @is_bad: it has been complained about, and there is no @value
 * @part: tells sections of one name apart, as there may be several of config setup and of %default
 */
struct conf_setting {
	const struct keyword *keyword;
	enum keyword_side side;
	struct conf_value value;
	bool is_bad;
	struct conf_place place;
	unsigned int part;
};

struct conf_settings {
	struct conf_setting *list;
	size_t count, room;
};

/**
 * struct conf_section - config setup, or a conn
 * @place: where it begins; without a file: nowhere
 * @own: what is written in it; the values are its own
 * @all: with what it has from others, each keyword once; the values are theirs
 * @is_faulty: there was a complaint about something that is in it, or comes from elsewhere into it
 * @has_unknown: a setting in it has no keyword, or there are two of one
 * @merging: while it is looked at, to find loops
 * @number: in the files' order
 */
struct conf_section {
	char *name;
	struct conf_place place;
	struct conf_settings own, all;
	bool is_setup;
	bool is_faulty;
	bool has_unknown;
	bool merging;
	size_t number;
};

/**
 * struct conf - a configuration
 * @conns: in the files' order, without %default
 * @by_name: @names of them, sorted: of two with one name the first
 */
struct conf {
	struct conf_section setup, fallback;
	struct conf_section **conns, **by_name;
	size_t count, room, names;
	struct conf_names files;
};

struct conf *conf_load(const char *path, struct conf_errors *errors);
struct conf *conf_parse(const char *name, const char *text, size_t length, struct conf_errors *errors);
void conf_free(struct conf *conf);

struct conf_section *conf_find_conn(const struct conf *conf, const char *name);
const struct conf_setting *conf_find(const struct conf_section *section, const char *name);
const char *conf_text(const struct conf_section *section, const char *name);

json_t *conf_conn_json(const struct conf_section *conn);
json_t *conf_setup_json(const struct conf *conf);

#endif
