/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file of configuration, read whole. */
#ifndef LIB_CONF_FILE_H
#define LIB_CONF_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define CONF_FILE_MAX (16 << 20) /* bytes */

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
bool conf_is_text(const char *text, size_t length);

#endif
