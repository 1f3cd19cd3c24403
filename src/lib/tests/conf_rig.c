// SPDX-License-Identifier: GPL-2.0-or-later
#define _GNU_SOURCE
#include "conf_rig.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct conf_errors rig_errors;
char rig_folder[] = "/tmp/conf-test-XXXXXX";

/* Each DIR in a text becomes the folder's name. */
static void name_folder(char *to, size_t size, const char *text)
{
	const char *at;
	size_t length = 0;

	for (; (at = strstr(text, "DIR")); text = at + 3)
		length += (size_t)snprintf(to + length, size - length, "%.*s%s", (int)(at - text), text, rig_folder);
	snprintf(to + length, size - length, "%s", text);
}

void rig_assert_error(unsigned int number, const char *text)
{
	char printed[512], expected[512];

	if (number >= rig_errors.count)
		fail_msg("only %u errors; no '%s'", rig_errors.count, text);
	conf_error_print(printed, sizeof(printed), &rig_errors.list[number]);
	name_folder(expected, sizeof(expected), text);
	assert_string_equal(printed, expected);
}

void rig_assert_no_error(void)
{
	char printed[512];

	if (!rig_errors.count)
		return;
	conf_error_print(printed, sizeof(printed), &rig_errors.list[0]);
	fail_msg("%s", printed);
}

int rig_folder_make(void **state)
{
	char path[RIG_PATH];

	(void)state;
	memcpy(rig_folder + strlen(rig_folder) - 6, "XXXXXX", 6);
	assert_non_null(mkdtemp(rig_folder));
	rig_path(path, "d");
	return mkdir(path, 0700);
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *walk)
{
	(void)status, (void)type, (void)walk;
	return remove(path);
}

int rig_folder_remove(void)
{
	return nftw(rig_folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

void rig_path(char path[RIG_PATH], const char *name)
{
	snprintf(path, RIG_PATH, "%s/%s", rig_folder, name);
}

void rig_write(const char *name, const char *text, mode_t mode)
{
	char path[RIG_PATH];
	FILE *file;

	rig_path(path, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	assert_int_equal(chmod(path, mode), 0);
}
