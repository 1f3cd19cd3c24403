// SPDX-License-Identifier: GPL-2.0-or-later
/* Keywords that pluto does not act on may only say what is so anyway; else they are refused, or warned of. */
#include <stdlib.h>
#include <string.h>

#include "orient_own.h"

/* Whether a value is what is so without it. */
static bool is_usual(const struct keyword *keyword, const char *text)
{
	struct conf_wrong wrong = { 0 };
	struct conf_value usual;
	bool same;

	if (!keyword->fallback || conf_value_read(&usual, keyword, keyword->fallback, &wrong))
		return false;
	same = !strcmp(usual.text, text);
	free(usual.text);
	return same;
}

static int complain(struct orientation *orientation, enum keyword_support support, const char *name, const char *text)
{
	if (support == KEYWORD_REFUSED)
		return orient_refuse(orientation, "%s=%s: not supported yet", name, text);
	if (support == KEYWORD_OF_IKEV1)
		orient_warn(orientation, "%s=%s: of IKEv1 alone, and ignored", name, text);
	else
		orient_warn(orientation, "%s=%s: not supported yet, and ignored", name, text);
	return 0;
}

static int check(struct orientation *orientation, const char *name, const char *text)
{
	enum keyword_side side;
	const struct keyword *keyword = keyword_find(false, name, &side);
	struct conf_wrong wrong = { 0 };
	struct conf_value value;
	int err = 0;

	if (!keyword || keyword->kind >= KEYWORD_ALIAS)
		return orient_refuse(orientation, "%s=: there is no such keyword", name);
	if (!text)
		return orient_refuse(orientation, "%s=: not a text", name);
	if (conf_value_read(&value, keyword, text, &wrong))
		return orient_refuse(orientation, "%s=%s: %s", name, text, wrong.why);
	if (keyword->support != KEYWORD_ACTED_ON && !is_usual(keyword, value.text))
		err = complain(orientation, keyword->support, name, text);
	free(value.text);
	return err;
}

int orient_support(struct orientation *orientation)
{
	const char *name;
	json_t *value;
	int err;

	if (!json_is_object(orientation->keywords))
		return orient_refuse(orientation, "a conn without keywords");
	json_object_foreach((json_t *)orientation->keywords, name, value) {
		err = check(orientation, name, json_string_value(value));
		if (err)
			return err;
	}
	return 0;
}
