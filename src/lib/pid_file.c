// SPDX-License-Identifier: GPL-2.0-or-later
/* See pid_file.h. */
#include <errno.h>
#include <stdio.h>

#include "pid_file.h"

/**
 * pid_file_write() - write a process number into a file
 * @path: the file, which is made or replaced
 * @pid: the number
 *
 * Return: 0 or a negative errno; -EIO: it was not written whole, and there may be a part of it.
 */
int pid_file_write(const char *path, pid_t pid)
{
	FILE *file = fopen(path, "we");
	int written;

	if (!file)
		return -errno;
	written = fprintf(file, "%d\n", (int)pid);
	return fclose(file) || written < 0 ? -EIO : 0;
}
