// SPDX-License-Identifier: GPL-2.0-or-later
#define _GNU_SOURCE
#include "conf_source.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "conf_file.h"

static const char *keep_name(struct conf_names *names, const char *name)
{
	char **grown = reallocarray(names->list, names->count + 1, sizeof(*grown));
	char *copy = strdup(name);

	if (grown)
		names->list = grown;
	if (!grown || !copy) {
		free(copy);
		return NULL;
	}
	names->list[names->count++] = copy;
	return copy;
}

/**
 * conf_names_free - frees what is in it
 */
void conf_names_free(struct conf_names *names)
{
	size_t i;

	for (i = 0; i < names->count; i++)
		free(names->list[i]);
	free(names->list);
	*names = (struct conf_names){ 0 };
}

/* The end of a line that begins before @end; its last bytes are now zeros. @next: gets where the next one begins */
static char *end_line(char *line, char *end, char **next)
{
	char *at = memchr(line, '\n', (size_t)(end - line));

	if (!at)
		at = end;
	*next = at + 1;
	if (at > line && at[-1] == '\r')
		at--;
	*at = '\0';
	return at;
}

/* @text: with room for a byte after it */
static int read_lines(struct conf_source *source, char *text, size_t length)
{
	char *line = text, *end = text + length, *next;
	int err = 0;

	for (; !err && line < end; line = next) {
		size_t size = (size_t)(end_line(line, end, &next) - line);

		source->place.line++;
		source->place.column = 0;
		if (conf_is_text(line, size))
			err = source->grammar->line(source->reader, line);
		else
			source->grammar->garbage(source->reader);
	}
	return err || !source->grammar->end ? err : source->grammar->end(source->reader);
}

static int begin(struct conf_source *source, const char *name)
{
	source->place = (struct conf_place){ .file = keep_name(source->names, name) };
	return source->place.file ? 0 : -ENOMEM;
}

static int read_opened(struct conf_source *source, const char *path, struct conf_file *file)
{
	int err = begin(source, path);

	if (err)
		return err;
	if (source->grammar->is_secret && file->mode & (S_IROTH | S_IWOTH))
		conf_warn(source->errors, source->place, "others than its owner can read or write it (mode %04o)",
			  file->mode & 07777);
	return read_lines(source, file->text, file->length);
}

/**
 * conf_source_file - reads a file; that it cannot be read is an error among those of the configuration
 *
 * Return: 0 or what the grammar's functions have returned; -ENOMEM.
 */
int conf_source_file(struct conf_source *source, const char *path)
{
	struct conf_file file;
	int err = conf_file_read(&file, path);

	if (!err) {
		err = read_opened(source, path, &file);
		conf_file_free(&file);
		return err;
	}
	if (err == -ENOMEM)
		return err;
	if (source->place.file)
		conf_complain(source->errors, source->place, "include %s: %s", path, strerror(-err));
	else
		conf_complain(source->errors, (struct conf_place){ .file = path }, "%s", strerror(-err));
	return 0;
}

/**
 * conf_source_text - the same from memory
 * @name: for the errors
 */
int conf_source_text(struct conf_source *source, const char *name, const char *text, size_t length)
{
	char *copy = malloc(length + 1);
	int err = copy ? begin(source, name) : -ENOMEM;

	if (!err) {
		memcpy(copy, text, length);
		copy[length] = '\0';
		err = read_lines(source, copy, length);
		explicit_bzero(copy, length);
	}
	free(copy);
	return err;
}

/* The pattern, from the folder of the file that has it; NULL: no memory. */
static char *from_folder(const char *file, const char *pattern)
{
	const char *slash = strrchr(file, '/');
	char *path;

	if (*pattern == '/' || !slash)
		return strdup(pattern);
	if (asprintf(&path, "%.*s%s", (int)(slash + 1 - file), file, pattern) < 0)
		return NULL;
	return path;
}

/* After it, the including file goes on where it was. */
static int include_one(struct conf_source *source, const char *path)
{
	struct conf_place place = source->place;
	int err;

	source->depth++;
	if (source->grammar->file)
		err = source->grammar->file(source->reader, path);
	else
		err = conf_source_file(source, path);
	source->depth--;
	source->place = place;
	return err;
}

static int include_all(struct conf_source *source, const char *path)
{
	glob_t found = { 0 };
	int err = glob(path, 0, NULL, &found);
	size_t i;

	if (err == GLOB_NOSPACE)
		return -ENOMEM;
	if (err)
		conf_warn(source->errors, source->place, "include %s: there is no such file", path);
	for (i = 0, err = 0; !err && i < found.gl_pathc; i++)
		err = include_one(source, found.gl_pathv[i]);
	globfree(&found);
	return err;
}

static char *unquote(char *pattern)
{
	size_t length = strlen(pattern);

	if (length < 2 || *pattern != '"' || pattern[length - 1] != '"')
		return pattern;
	pattern[length - 1] = '\0';
	return pattern + 1;
}

static const char *refuse(const struct conf_source *source, const char *pattern)
{
	return source->depth < 0 ? "include: not here" : *pattern ? NULL : "include: which file?";
}

/**
 * conf_source_include - reads all files that match, in the order of their names; that there is none is a warning
 * @pattern: what follows include: a path, from the including file's folder; its end may be changed
 *
 * Return: 0 or a negative errno.
 */
int conf_source_include(struct conf_source *source, char *pattern)
{
	const char *wrong;
	char *path;
	int err;

	if (source->depth + 1 == CONF_DEPTH_MAX) {
		conf_complain(source->errors, source->place, "include %s: more than %d files in one another", pattern,
			      CONF_DEPTH_MAX);
		return 0;
	}
	pattern = unquote(pattern);
	wrong = refuse(source, pattern);
	if (wrong) {
		conf_complain(source->errors, source->place, "%s", wrong);
		return 0;
	}
	path = from_folder(source->place.file, pattern);
	if (!path)
		return -ENOMEM;
	err = include_all(source, path);
	free(path);
	return err;
}
