/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of configuration that include one another, line by line: what is the same for each grammar. */
#ifndef LIB_CONF_SOURCE_H
#define LIB_CONF_SOURCE_H

#include "conf_errors.h"

#define CONF_DEPTH_MAX 10 /* files that include one another */

/* Names of files, which places point to. */
struct conf_names {
	char **list;
	size_t count;
};

void conf_names_free(struct conf_names *names);

/**
 * struct conf_grammar - what a reader makes of lines; each returns 0 or a negative errno that ends it all
 * @line: takes one, without its end, whose bytes it may change; the place is set to it
 * @garbage: was told of a line that is no text
 * @end: a file has no more lines; NULL: that means nothing
 * @file: reads an included file by conf_source_file(); NULL: there is nothing else to do
 * @is_secret: files that others can read or write are warned of
 */
struct conf_grammar {
	int (*line)(void *reader, char *line);
	void (*garbage)(void *reader);
	int (*end)(void *reader);
	int (*file)(void *reader, const char *path);
	bool is_secret;
};

/**
 * struct conf_source - what is being read
 * @names: gets those of the files
 * @reader: what the grammar's functions get
 * @place: of the line; without a file at first
 * @depth: of files that include one another, 0 at first; with -1, none may
 */
struct conf_source {
	const struct conf_grammar *grammar;
	void *reader;
	struct conf_errors *errors;
	struct conf_names *names;
	struct conf_place place;
	int depth;
};

int conf_source_file(struct conf_source *source, const char *path);
int conf_source_text(struct conf_source *source, const char *name, const char *text, size_t length);
int conf_source_include(struct conf_source *source, char *pattern);

#endif
