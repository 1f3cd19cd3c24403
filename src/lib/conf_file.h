/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of configuration: read whole, line by line, and those that they include. */
#ifndef LIB_CONF_FILE_H
#define LIB_CONF_FILE_H

#include <sys/types.h>

#include "conf_errors.h"

#define CONF_DEPTH_MAX 10	  /* files that include one another */
#define CONF_FILE_MAX  (16 << 20) /* bytes */

/**
 * struct conf_file - one
 * @text: ends with a 0 byte
 */
struct conf_file {
	char *text;
	size_t length;
	mode_t mode;
};

int conf_file_read(struct conf_file *file, const char *path);
void conf_file_free(struct conf_file *file);

/* @line: from 1, the one that conf_next_line() gave last; @length: of it, in bytes, of which some may be 0 */
struct conf_lines {
	char *rest;
	char *end;
	unsigned int line;
	size_t length;
};

char *conf_next_line(struct conf_lines *lines);
bool conf_is_text(const char *text, size_t length);

/* Reads one file into @arg; 0 or a negative errno that ends it all. */
typedef int (*conf_include_fn)(void *arg, const char *path);
int conf_include(struct conf_errors *errors, struct conf_place place, char *pattern, conf_include_fn read, void *arg);

#endif
