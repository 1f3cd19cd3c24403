/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where lines of the log go: standard error, a file or syslog; and those who watch. */
#ifndef PLUTO_LOG_H
#define PLUTO_LOG_H

#include <stdarg.h>

#include "pluto.h"

struct conf_errors;

/**
 * struct log_options
 * @file: NULL: none
 * @err: to standard error
 * @time: lines in the file begin with it
 * @append: the file is continued
 * @debug: debugging lines too
 */
struct log_options {
	const char *file;
	bool err, time, append, debug;
};

/* Each line, until it is called with NULL. */
typedef void (*log_watch_fn)(void *arg, enum pluto_log_level level, const char *line);

/* Without a file and standard error, it is syslog. 0 or a negative errno: the file cannot be opened. */
int log_open(const struct log_options *options);
void log_close(void);
/* Whether debugging lines go there too, from now on. */
void log_debug(bool debug);
/* What waits is written at the end of each turn of the loop: one call for all of its lines. */
void log_by_turns(void);
void log_flush(void);
void log_watch(log_watch_fn watch, void *arg);
void log_line(enum pluto_log_level level, const char *line);
void log_say(enum pluto_log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* What is wrong in files, of which there is nothing left then. How many errors there were, with those not kept. */
unsigned int log_errors(struct conf_errors *errors);

#endif
