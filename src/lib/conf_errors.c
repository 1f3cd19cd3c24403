// SPDX-License-Identifier: GPL-2.0-or-later
#define _GNU_SOURCE
#include "conf_errors.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add(struct conf_errors *errors, bool is_warning, struct conf_place place, const char *format, va_list args)
{
	unsigned int *count = is_warning ? &errors->warnings : &errors->errors;
	struct conf_error *one = &errors->list[errors->count];

	if ((*count)++ >= CONF_ERRORS_MAX)
		return;
	*one = (struct conf_error){ .line = place.line, .column = place.column, .is_warning = is_warning };
	one->file = strdup(place.file);
	if (vasprintf(&one->text, format, args) < 0)
		one->text = NULL;
	errors->count++;
}

/**
 * conf_complain - adds an error; after CONF_ERRORS_MAX of them they are only counted
 */
void conf_complain(struct conf_errors *errors, struct conf_place place, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add(errors, false, place, format, args);
	va_end(args);
}

/**
 * conf_warn - adds a warning, likewise
 */
void conf_warn(struct conf_errors *errors, struct conf_place place, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add(errors, true, place, format, args);
	va_end(args);
}

/**
 * conf_error_print - "FILE:LINE:COLUMN: TEXT", "FILE:LINE: TEXT" or "FILE: TEXT", with "warning: " before that of one
 *
 * Return: as snprintf().
 */
int conf_error_print(char *text, size_t size, const struct conf_error *error)
{
	const char *kind = error->is_warning ? "warning: " : "";
	/* Without memory for an error, that there is one is still known. */
	const char *file = error->file ? error->file : "?";
	const char *what = error->text ? error->text : "no memory";

	if (error->column)
		return snprintf(text, size, "%s:%u:%u: %s%s", file, error->line, error->column, kind, what);
	if (error->line)
		return snprintf(text, size, "%s:%u: %s%s", file, error->line, kind, what);
	return snprintf(text, size, "%s: %s%s", file, kind, what);
}

/**
 * conf_errors_free - frees what is in it; then it is empty
 */
void conf_errors_free(struct conf_errors *errors)
{
	unsigned int i;

	for (i = 0; i < errors->count; i++) {
		free(errors->list[i].file);
		free(errors->list[i].text);
	}
	memset(errors, 0, sizeof(*errors));
}
