// SPDX-License-Identifier: GPL-2.0-or-later
/* Where this program is, and what is beside it. */
#include "program_path.h"

#include <string.h>
#include <unistd.h>

bool program_path(char *path, size_t size, const char *name)
{
	ssize_t length = readlink("/proc/self/exe", path, size - 1);
	char *slash;

	if (length < 0)
		return false;
	path[length] = '\0';
	slash = strrchr(path, '/');
	if (!slash || (size_t)(slash + 1 - path) + strlen(name) + 1 > size)
		return false;
	memcpy(slash + 1, name, strlen(name) + 1);
	return true;
}
