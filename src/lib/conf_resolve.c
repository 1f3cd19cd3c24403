// SPDX-License-Identifier: GPL-2.0-or-later
/* What conns have from %default and by also=, and which of them are faulty. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conf_own.h"

/* Sections that one conn may have settings from, each time counted. */
#define ALSO_MAX 1000

/**
 * struct merge - one conn's settings, brought together
 * @count: of sections
 */
struct merge {
	struct conf *conf;
	struct conf_errors *errors;
	struct conf_section *to;
	unsigned int count;
};

static int compare_sections(const void *a, const void *b)
{
	const struct conf_section *one = *(struct conf_section *const *)a, *other = *(struct conf_section *const *)b;
	int order = strcmp(one->name, other->name);

	return order ? order : one->number < other->number ? -1 : 1;
}

/* Of two conns of one name, the first counts; the index has only that. */
static int sort_names(struct conf *conf, struct conf_errors *errors)
{
	size_t i, kept = 0;

	conf->by_name = calloc(conf->count + 1, sizeof(*conf->by_name));
	if (!conf->by_name)
		return -ENOMEM;
	for (i = 0; i < conf->count; i++) {
		conf->by_name[i] = conf->conns[i];
		conf->conns[i]->number = i;
	}
	qsort(conf->by_name, conf->count, sizeof(*conf->by_name), compare_sections);
	for (i = 0; i < conf->count; i++) {
		struct conf_section *now = conf->by_name[i], *before = kept ? conf->by_name[kept - 1] : NULL;

		if (!before || strcmp(before->name, now->name)) {
			conf->by_name[kept++] = now;
			continue;
		}
		conf_complain(errors, now->place, "conn %s: there is one of this name at %s:%u", now->name,
			      before->place.file, before->place.line);
		now->is_faulty = true;
	}
	conf->names = kept;
	return 0;
}

static enum keyword_side flipped(enum keyword_side side, bool flip)
{
	return flip && side ? KEYWORD_LEFT + KEYWORD_RIGHT - side : side;
}

static int set(struct conf_settings *all, const struct conf_setting *from, bool flip)
{
	enum keyword_side side = flipped(from->side, flip);
	struct conf_setting *setting = conf_get_setting(all, from->keyword, side);

	if (!setting)
		setting = conf_add_setting(all);
	if (!setting)
		return -ENOMEM;
	*setting = *from;
	setting->side = side;
	return 0;
}

static int merge_from(struct merge *merge, struct conf_section *from, bool flip);

/* A loop or a missing conn is said once, wherever the conn with it is used. */
static int merge_named(struct merge *merge, struct conf_section *from, struct conf_setting *also, const char *name,
		       bool flip)
{
	struct conf_section *that = conf_find_conn(merge->conf, name);

	if (that && !that->merging)
		return merge_from(merge, that, flip);
	if (!that)
		conf_complain(merge->errors, also->place, "%s=%s: there is no conn of this name", also->keyword->name,
			      name);
	else if (that == from)
		conf_complain(merge->errors, also->place, "%s=%s: conn %s has itself in it", also->keyword->name, name,
			      from->name);
	else
		conf_complain(merge->errors, also->place, "%s=%s: a loop, as conn %s has conn %s in it",
			      also->keyword->name, name, name, from->name);
	also->is_bad = true;
	return 0;
}

static int merge_also(struct merge *merge, struct conf_section *from, struct conf_setting *also, bool flip)
{
	char *names = also->is_bad ? NULL : strdup(also->value.text), *rest = names, *name;
	int err = names || also->is_bad ? 0 : -ENOMEM;

	flip ^= !strcmp(also->keyword->name, "alsoflip");
	while (!err && !also->is_bad && (name = strsep(&rest, ",")))
		err = merge_named(merge, from, also, name, flip);
	free(names);
	merge->to->is_faulty |= also->is_bad;
	return err;
}

static int merge_own(struct merge *merge, struct conf_section *from, bool flip)
{
	size_t i;
	int err = 0;

	for (i = 0; !err && i < from->own.count; i++) {
		if (from->own.list[i].keyword->kind == KEYWORD_NAMES)
			err = merge_also(merge, from, &from->own.list[i], flip);
	}
	for (i = 0; !err && i < from->own.count; i++) {
		if (from->own.list[i].keyword->kind != KEYWORD_NAMES)
			err = set(&merge->to->all, &from->own.list[i], flip);
	}
	return err;
}

/* What a section has by also= comes first, so that its own replaces that. */
static int merge_from(struct merge *merge, struct conf_section *from, bool flip)
{
	int err;

	if (merge->count++ == ALSO_MAX)
		conf_complain(merge->errors, merge->to->place, "conn %s: more than %u sections in it", merge->to->name,
			      ALSO_MAX);
	merge->to->is_faulty |= from->has_unknown || merge->count > ALSO_MAX;
	if (merge->count > ALSO_MAX)
		return 0;
	from->merging = true;
	err = merge_own(merge, from, flip);
	from->merging = false;
	return err;
}

static void find_bad(struct conf_section *section)
{
	size_t i;

	for (i = 0; i < section->all.count; i++)
		section->is_faulty |= section->all.list[i].is_bad;
}

/* What no conn goes without, unless it is there for others alone. */
static void check_ends(struct conf_section *conn, struct conf_errors *errors)
{
	static const char *const ends[] = { "left", "right" };
	static const char *const pairs[][2] = { { "leftsubnet", "leftsubnets" }, { "rightsubnet", "rightsubnets" } };
	size_t i;

	if (conn->is_faulty || !strcmp(conf_text(conn, "auto"), "ignore"))
		return;
	for (i = 0; i < 2; i++) {
		if (!conf_find(conn, ends[i])) {
			conf_complain(errors, conn->place, "conn %s: %s= is missing", conn->name, ends[i]);
			conn->is_faulty = true;
		}
		if (conf_find(conn, pairs[i][0]) && conf_find(conn, pairs[i][1])) {
			conf_complain(errors, conn->place, "conn %s: it has both %s= and %s=", conn->name, pairs[i][0],
				      pairs[i][1]);
			conn->is_faulty = true;
		}
	}
}

static int resolve_section(struct conf *conf, struct conf_section *section, struct conf_errors *errors)
{
	struct merge merge = { conf, errors, section, 0 };
	int err = section->is_setup ? 0 : merge_from(&merge, &conf->fallback, false);

	if (!err)
		err = merge_from(&merge, section, false);
	find_bad(section);
	return err;
}

int conf_resolve(struct conf *conf, struct conf_errors *errors)
{
	int err = sort_names(conf, errors);
	size_t i;

	if (!err)
		err = resolve_section(conf, &conf->setup, errors);
	for (i = 0; !err && i < conf->count; i++) {
		err = resolve_section(conf, conf->conns[i], errors);
		if (!err)
			check_ends(conf->conns[i], errors);
	}
	return err;
}
