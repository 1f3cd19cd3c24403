// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of keywords as JSON, of which generate_conf_man.py makes the manual's. */
#include "keywords_json.h"

#include "keywords.h"

static json_t *words_json(const struct keyword *keyword)
{
	const struct keyword_word *word;
	json_t *words = json_array();

	for (word = keyword->words; words && word && word->name; word++)
		json_array_append_new(words, json_string(word->name));
	return words;
}

static json_t *keyword_json(const struct keyword *keyword)
{
	static const char *const supports[] = {
		[KEYWORD_IGNORED] = "ignored",
		[KEYWORD_OF_IKEV1] = "ikev1",
		[KEYWORD_REFUSED] = "refused",
	};

	return json_pack("{s:s, s:s, s:s*, s:s*, s:s*, s:s*, s:o}", "name", keyword->name, "kind",
			 keyword_kind_name(keyword->kind), "default", keyword->fallback, "what", keyword->what,
			 "successor", keyword->successor, "support", supports[keyword->support], "words",
			 words_json(keyword));
}

static json_t *group_json(const struct keyword_group *group)
{
	static const char *const sections[] = { "setup", "conn", "end" };
	json_t *rows = json_array();
	const struct keyword *keyword;

	for (keyword = group->keywords; keyword->name; keyword++)
		json_array_append_new(rows, keyword_json(keyword));
	return json_pack("{s:s, s:s, s:o}", "title", group->title, "section", sections[group->section], "keywords",
			 rows);
}

/**
 * keywords_json - all groups: [{"title", "section", "keywords": [{"name", "kind", "default", "what", "successor",
 *	"support", "words"}]}]; "default", "what" and "successor" are there if the keyword has them, "support" if pluto
 *	does not act on it yet
 *
 * Return: a new reference; NULL without memory.
 */
json_t *keywords_json(void)
{
	const struct keyword_group *group;
	json_t *groups = json_array();

	for (group = keyword_setup_groups; groups && group->title; group++)
		json_array_append_new(groups, group_json(group));
	for (group = keyword_conn_groups; groups && group->title; group++)
		json_array_append_new(groups, group_json(group));
	return groups;
}
