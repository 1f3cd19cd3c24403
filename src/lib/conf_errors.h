/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is wrong in files of configuration: collected, each with its place. */
#ifndef LIB_CONF_ERRORS_H
#define LIB_CONF_ERRORS_H

#include <stdbool.h>
#include <stddef.h>

#define CONF_ERRORS_MAX 20 /* that are kept, and as many warnings */

/**
 * struct conf_error - one
 * @line, @column: from 1, the latter in bytes; 0: of the file as a whole, of the line as a whole
 * @text: without the place
 */
struct conf_error {
	char *file;
	unsigned int line, column;
	bool is_warning;
	char *text;
};

/**
 * struct conf_errors - zeroed at first
 * @list: in the order that they were found
 * @errors, @warnings: how many there were, with those that are not kept
 */
struct conf_errors {
	struct conf_error list[2 * CONF_ERRORS_MAX];
	unsigned int count;
	unsigned int errors, warnings;
};

struct conf_place {
	const char *file;
	unsigned int line, column;
};

void conf_complain(struct conf_errors *errors, struct conf_place place, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void conf_warn(struct conf_errors *errors, struct conf_place place, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
int conf_error_print(char *text, size_t size, const struct conf_error *error);
void conf_errors_free(struct conf_errors *errors);

#endif
