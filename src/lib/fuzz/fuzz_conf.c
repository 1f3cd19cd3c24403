// SPDX-License-Identifier: GPL-2.0-or-later
/* Any text as ipsec.conf: it ends, and what is taken is JSON whose values are taken again, and the same. */
#include <stdlib.h>
#include <string.h>

#include "lib/conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_value(const char *name, const char *text)
{
	enum keyword_side side;
	const struct keyword *keyword = keyword_find(false, name, &side);
	struct conf_wrong wrong = { 0 };
	struct conf_value value;

	if (!keyword || conf_value_read(&value, keyword, text, &wrong) || strcmp(value.text, text) != 0)
		abort();
	free(value.text);
}

static void check_conn(const struct conf_section *conn)
{
	json_t *json = conf_conn_json(conn), *keywords = json_object_get(json, "keywords");
	void *at;

	if (!json)
		abort();
	for (at = json_object_iter(keywords); at; at = json_object_iter_next(keywords, at))
		check_value(json_object_iter_key(at), json_string_value(json_object_iter_value(at)));
	json_decref(json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct conf_errors errors = { 0 };
	struct conf *conf = conf_parse("fuzz", (const char *)data, size, &errors);
	char line[256];
	unsigned int i;

	if (!conf)
		abort();
	for (i = 0; i < errors.count; i++)
		conf_error_print(line, sizeof(line), &errors.list[i]);
	for (i = 0; i < conf->count && i < 2; i++)
		check_conn(conf->conns[i]);
	json_decref(conf_setup_json(conf));
	conf_free(conf);
	conf_errors_free(&errors);
	return 0;
}
