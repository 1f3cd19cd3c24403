// SPDX-License-Identifier: GPL-2.0-or-later
/* ipsec barf: programs and files, as far as the limits go. */
#define _GNU_SOURCE /* POSIX_SPAWN_SETSID, fopencookie */
#include "barf.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "mask.h"

#define TIME_LIMIT 10000     /* milliseconds of a program */
#define SIZE_LIMIT (1 << 20) /* bytes of a program */
#define LINE_ROOM  4096

/**
 * struct lines - bytes that become lines, and are printed
 * @used: of the line that has begun; a longer one is cut in two
 * @left: bytes that may still come
 */
struct lines {
	struct mask mask;
	char line[LINE_ROOM];
	size_t used, left;
};

void barf_title(const char *title)
{
	printf("\n==== %s ====\n", title);
}

static void print_line(struct lines *lines)
{
	lines->line[lines->used] = '\0';
	if (lines->used)
		mask_print(&lines->mask, lines->line, stdout);
	lines->used = 0;
}

static void take_bytes(struct lines *lines, const char *data, size_t length)
{
	size_t i;

	for (i = 0; i < length && lines->left; i++) {
		lines->left--;
		if (!data[i])
			continue;
		lines->line[lines->used++] = data[i];
		if (data[i] == '\n' || lines->used == LINE_ROOM - 1)
			print_line(lines);
	}
}

static int64_t milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Why it has to end; NULL: it ended by itself. */
static const char *read_all(struct lines *lines, int pipe)
{
	const int64_t end = milliseconds() + TIME_LIMIT;
	struct pollfd one = { .fd = pipe, .events = POLLIN };
	char data[4096];
	ssize_t got;
	int64_t left;

	while (lines->left) {
		left = end - milliseconds();
		if (left <= 0 || !poll(&one, 1, (int)left))
			return "it takes too long";
		got = read(pipe, data, sizeof(data));
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return NULL;
		take_bytes(lines, data, (size_t)got);
	}
	return "it says too much";
}

/* In a session of its own, so that what it starts ends with it. */
static int spawn(pid_t *pid, const char *const words[], int out)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int err;

	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, out, STDERR_FILENO);
	err = posix_spawnp(pid, words[0], &actions, &attributes, (char *const *)words, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	return err;
}

static void print_words(const char *const words[])
{
	const char *const *word;

	putchar('$');
	for (word = words; *word; word++)
		printf(" %s", *word);
	putchar('\n');
}

void barf_run(const char *const words[])
{
	struct lines lines = { .left = SIZE_LIMIT };
	const char *why = NULL;
	int ends[2], err, status = 0;
	pid_t pid;

	print_words(words);
	fflush(NULL);
	if (pipe2(ends, O_CLOEXEC))
		return;
	err = spawn(&pid, words, ends[1]);
	close(ends[1]);
	if (!err) {
		why = read_all(&lines, ends[0]);
		if (why)
			kill(-pid, SIGKILL);
		/* Standard output may be closed before the end. */
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
		print_line(&lines);
	}
	close(ends[0]);
	if (err)
		printf("[%s]\n", strerror(err));
	else if (why)
		printf("[ended: %s]\n", why);
}

void barf_file(const char *path, size_t most, bool entries)
{
	struct lines lines = { .mask = { .entries = entries }, .left = most };
	FILE *file = fopen(path, "re");
	char data[4096];
	size_t got;
	int byte;

	printf("-- %s\n", path);
	if (!file) {
		printf("[%s]\n", strerror(errno));
		return;
	}
	if (!fseek(file, -(long)most, SEEK_END)) {
		printf("[only the end of it]\n");
		while ((byte = fgetc(file)) != EOF && byte != '\n')
			;
	} else {
		rewind(file);
	}
	while (lines.left && (got = fread(data, 1, sizeof(data), file)))
		take_bytes(&lines, data, got);
	print_line(&lines);
	fclose(file);
}
