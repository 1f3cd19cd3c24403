// SPDX-License-Identifier: GPL-2.0-or-later
#include "log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <time.h>

#include "../lib/conf_errors.h"

#define LINE 1024
#define ROOM 65536

static struct {
	FILE *file;
	bool err, time, debug, syslog, by_turns;
	log_watch_fn watch;
	void *arg;
} to = { .err = true };

/**
 * log_open() - say where lines go from now on; until then they go to standard error
 *
 * Return: 0, or a negative errno: the file cannot be opened, and nothing changes
 */
int log_open(const struct log_options *options)
{
	FILE *file = options->file ? fopen(options->file, options->append ? "ae" : "we") : NULL;

	if (options->file && !file)
		return -errno;
	log_close();
	to.file = file;
	to.err = options->err;
	to.time = options->time;
	to.debug = options->debug;
	to.syslog = !file && !to.err;
	if (file)
		setvbuf(file, NULL, _IOFBF, ROOM);
	if (to.syslog)
		openlog("pluto", LOG_PID, LOG_DAEMON);
	return 0;
}

void log_debug(bool debug)
{
	to.debug = debug;
}

void log_close(void)
{
	if (to.file)
		fclose(to.file);
	if (to.syslog)
		closelog();
	to.file = NULL;
	to.syslog = false;
}

/**
 * log_watch() - have each line told to somebody, too
 * @watch: it; NULL: nobody
 */
void log_watch(log_watch_fn watch, void *arg)
{
	to.watch = watch;
	to.arg = arg;
}

/**
 * log_by_turns() - lines to a file may wait for log_flush() from now on, but errors, and with debugging
 */
void log_by_turns(void)
{
	to.by_turns = true;
}

void log_flush(void)
{
	if (to.file)
		fflush(to.file);
}

/* The text of a second is made once. */
static void write_time(void)
{
	static char text[64];
	static time_t of = -1;
	struct timespec now;
	struct tm parts;

	clock_gettime(CLOCK_REALTIME, &now);
	if (now.tv_sec != of && localtime_r(&now.tv_sec, &parts)) {
		strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &parts);
		of = now.tv_sec;
	}
	fprintf(to.file, "%s.%03ld: ", text, now.tv_nsec / 1000000);
}

static void write_file(enum pluto_log_level level, const char *line)
{
	if (to.time)
		write_time();
	fputs(line, to.file);
	fputc('\n', to.file);
	if (!to.by_turns || to.debug || level == PLUTO_ERROR)
		fflush(to.file);
}

void log_line(enum pluto_log_level level, const char *line)
{
	static const int levels[] = { LOG_ERR, LOG_NOTICE, LOG_DEBUG };

	if (level > PLUTO_NOTICE && !to.debug)
		return;
	if (to.err)
		fprintf(stderr, "pluto: %s\n", line);
	if (to.file)
		write_file(level, line);
	if (to.syslog)
		syslog(levels[level], "%s", line);
	if (to.watch)
		to.watch(to.arg, level, line);
}

void log_say(enum pluto_log_level level, const char *format, ...)
{
	char line[LINE];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	log_line(level, line);
}

unsigned int log_errors(struct conf_errors *errors)
{
	unsigned int count = errors->errors, i;
	char line[LINE];

	for (i = 0; i < errors->count; i++) {
		conf_error_print(line, sizeof(line), &errors->list[i]);
		log_line(PLUTO_ERROR, line);
	}
	conf_errors_free(errors);
	return count;
}
