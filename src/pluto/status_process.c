// SPDX-License-Identifier: GPL-2.0-or-later
/* The process itself: what it has, and what it may. */
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../lib/capabilities.h"
#include "../lib/version.h"
#include "filter.h"
#include "status.h"

/* Bytes that are in memory; 0: not known. */
static json_int_t resident(void)
{
	FILE *file = fopen("/proc/self/statm", "re");
	char text[128] = "", *rest = text;
	unsigned long pages;

	if (!file)
		return 0;
	if (!fgets(text, sizeof(text), file))
		text[0] = '\0';
	fclose(file);
	strsep(&rest, " ");
	pages = rest ? strtoul(rest, NULL, 10) : 0;
	return (json_int_t)pages * sysconf(_SC_PAGESIZE);
}

static int count_descriptors(void)
{
	DIR *directory = opendir("/proc/self/fd");
	const struct dirent *entry;
	int count = 0;

	if (!directory)
		return 0;
	while ((entry = readdir(directory)))
		count += entry->d_name[0] != '.';
	closedir(directory);
	/* That of the folder is gone by now. */
	return count - 1;
}

/* Of the loop's thread; the others have none. */
static json_t *capabilities_json(void)
{
	json_t *rows = json_array();
	cap_value_t one;
	char *name;

	for (one = 0; cap_get_bound(one) >= 0; one++) {
		name = capabilities_has(one) ? cap_to_name(one) : NULL;
		if (name)
			json_array_append_new(rows, json_string(name));
		cap_free(name);
	}
	return rows;
}

json_t *status_process(const struct daemon *daemon)
{
	const struct setup *setup = daemon->setup;

	return json_pack("{s:s, s:i, s:I, s:i, s:I, s:i, s:o, s:s, s:s, s:s, s:s, s:s, s:s*}", "version",
			 CYGNET_VERSION, "pid", (int)getpid(), "started", (json_int_t)daemon->started, "threads",
			 (int)pool_threads(daemon->pool), "resident", resident(), "descriptors", count_descriptors(),
			 "capabilities", capabilities_json(), "seccomp", filter_name(filter_started()), "config",
			 setup->config, "secrets", setup->secrets, "ipsecdir", setup->ipsecdir, "rundir", setup->rundir,
			 "logfile", setup->log.file);
}
