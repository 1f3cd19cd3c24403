// SPDX-License-Identifier: GPL-2.0-or-later
#define _GNU_SOURCE
#include "conf_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int read_all(struct conf_file *file, int fd)
{
	ssize_t got;

	while (file->length <= CONF_FILE_MAX) {
		got = read(fd, file->text + file->length, CONF_FILE_MAX + 1 - file->length);
		if (got < 0 && errno != EINTR)
			return -errno;
		if (!got)
			break;
		file->length += got > 0 ? (size_t)got : 0;
	}
	if (file->length > CONF_FILE_MAX)
		return -EFBIG;
	file->text[file->length] = '\0';
	return 0;
}

/* Secrets must not stay behind in memory that was outgrown, so the room for the longest file is there from the start.
 */
static int fill(struct conf_file *file, int fd)
{
	struct stat status;
	int err;

	if (fstat(fd, &status))
		return -errno;
	file->mode = status.st_mode;
	if (S_ISDIR(status.st_mode))
		return -EISDIR;
	file->text = malloc(CONF_FILE_MAX + 2);
	if (!file->text)
		return -ENOMEM;
	err = read_all(file, fd);
	if (err)
		conf_file_free(file);
	return err;
}

/**
 * conf_file_read - a whole file of up to CONF_FILE_MAX bytes
 *
 * Return: 0, then conf_file_free() is due, or a negative errno.
 */
int conf_file_read(struct conf_file *file, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	int err;

	*file = (struct conf_file){ 0 };
	if (fd < 0)
		return -errno;
	err = fill(file, fd);
	close(fd);
	return err;
}

/**
 * conf_file_free - frees it, after there are zeros in it
 */
void conf_file_free(struct conf_file *file)
{
	if (file->text)
		explicit_bzero(file->text, file->length);
	free(file->text);
	*file = (struct conf_file){ 0 };
}

/* How many bytes of a character follow its first one; -1: it is none. @least: the lowest that needs so many. */
static int follow(unsigned char first, uint32_t *code, uint32_t *least)
{
	int count = first < 0x80 ? 0 : first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
	static const uint32_t lowest[] = { 0, 0x80, 0x800, 0x10000 };

	*least = lowest[count];
	*code = count ? first & (0x3fu >> count) : first;
	return (first >= 0x80 && first < 0xc2) || first > 0xf4 ? -1 : count;
}

/**
 * conf_is_text - whether bytes are UTF-8 without control characters but tabs
 */
bool conf_is_text(const char *text, size_t length)
{
	const unsigned char *at = (const unsigned char *)text, *end = at + length;
	uint32_t code, least;
	int count;

	while (at < end) {
		count = follow(*at++, &code, &least);
		if (count < 0 || count > end - at)
			return false;
		for (; count; count--, at++) {
			if ((*at & 0xc0) != 0x80)
				return false;
			code = code << 6 | (*at & 0x3f);
		}
		if (code < least || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
			return false;
		if ((code < ' ' && code != '\t') || code == 0x7f)
			return false;
	}
	return true;
}
