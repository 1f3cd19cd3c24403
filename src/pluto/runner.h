/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A process beside pluto that runs programs for it. It is made before pluto has threads, and before the filter of
 * system calls, which programs would have too: so pluto itself neither forks nor executes anything.
 */
#ifndef PLUTO_RUNNER_H
#define PLUTO_RUNNER_H

#include <stdbool.h>
#include <stdint.h>

#define RUNNER_NAME "pluto-updown" /* of the process */
#define RUNNER_MAX  64		   /* programs at a time */

struct runner;

/* @quiet: what programs say on standard output goes nowhere; @err: nor on standard error, but for that. NULL: errno */
struct runner *runner_start(bool quiet, bool err);
/* Programs that still run are left alone. */
void runner_free(struct runner *runner);
/* Readable when a program has ended. */
int runner_fd(const struct runner *runner);
/* Has a shell's command run. @id: for what follows. 0, or a negative errno: -EPIPE: the process is gone */
int runner_run(struct runner *runner, uint32_t id, const char *command, char *const *env);
/* Ends it, with all that it has begun. */
void runner_kill(struct runner *runner, uint32_t id);
/**
 * struct runner_end - how a program ended
 * @error: it did not begin: an errno; else 0 and @status, as waitpid() has it
 */
struct runner_end {
	uint32_t id;
	int error, status;
};

/* The next that has ended: 1; 0: none yet; -EPIPE: the process is gone. */
int runner_next(struct runner *runner, struct runner_end *end);

/* runner_serve.c: the process itself, until nobody is at the other end of @fd. */
void runner_serve(int fd) __attribute__((noreturn));

/* What goes to it: a head, then, to run something, the command and the environment, each text with its zero byte. */
enum runner_what {
	RUNNER_RUN,
	RUNNER_KILL,
};

struct runner_head {
	uint32_t id;
	uint32_t what;
};

#define RUNNER_ROOM 65536 /* bytes of such a message */

#endif
