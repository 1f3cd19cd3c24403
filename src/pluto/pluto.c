// SPDX-License-Identifier: GPL-2.0-or-later
/* pluto: the IKE daemon. */
#define _GNU_SOURCE /* dup3 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../lib/pid_file.h"
#include "../lib/version.h"
#include "daemon.h"
#include "filter.h"
#include "log.h"
#include "privileges.h"
#include "runner.h"

#define NOT_READY 1

/* Where the process number is. */
static void name_pid_file(char *path, size_t size, const struct setup *setup)
{
	snprintf(path, size, "%s/pluto.pid", setup->rundir);
}

/* In the first process: it ends as the daemon begins, with what it says until then. */
static int wait_until_ready(int pipe)
{
	char ready = NOT_READY;

	while (read(pipe, &ready, sizeof(ready)) < 0 && errno == EINTR)
		;
	return ready;
}

/* Returns in the daemon alone: the descriptor to say that it is ready by; -1: it stays in the foreground. */
static int go_to_background(const struct setup *setup)
{
	int ends[2];
	pid_t pid;

	if (setup->nofork)
		return -1;
	if (pipe2(ends, O_CLOEXEC) || (pid = fork()) < 0) {
		fprintf(stderr, "pluto: %s\n", strerror(errno));
		exit(NOT_READY);
	}
	if (pid) {
		close(ends[1]);
		exit(wait_until_ready(ends[0]));
	}
	close(ends[0]);
	setsid();
	/* Not the leader of its session, so that it never gets a terminal. */
	if (fork())
		_exit(0);
	return ends[1];
}

/* What it says from now on goes to the log; the terminal, or whoever reads, is let go. */
static void say_ready(const struct setup *setup, int pipe)
{
	const char ready = 0;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (pipe < 0)
		return;
	if (null >= 0) {
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
		if (!setup->log.err)
			dup2(null, STDERR_FILENO);
	}
	if (write(pipe, &ready, sizeof(ready)) < 0)
		log_say(PLUTO_ERROR, "nobody waited for pluto: %s", strerror(errno));
	close(pipe);
}

static int make_folder(const struct setup *setup)
{
	if (!mkdir(setup->rundir, 0755) || errno == EEXIST)
		return 0;
	log_say(PLUTO_ERROR, "%s: %s", setup->rundir, strerror(errno));
	return -errno;
}

/* Until it is ready, the terminal sees what is wrong too. */
static int open_log(const struct setup *setup)
{
	int err = log_open(&setup->log);

	if (err)
		log_say(PLUTO_ERROR, "%s: %s", setup->log.file, strerror(-err));
	return err;
}

static void tell_terminal(void *arg, enum pluto_log_level level, const char *line)
{
	const struct setup *setup = arg;

	if (level == PLUTO_ERROR && !setup->log.err)
		fprintf(stderr, "pluto: %s\n", line);
}

/* Files may be where only root with all its rights can go: the log's is open by now. */
static int drop_privileges(void)
{
	const int err = privileges_drop();

	if (err)
		log_say(PLUTO_ERROR, "privileges cannot be given up: %s", strerror(-err));
	return err;
}

/* What runs programs has these rights too, but not the filter. */
static struct runner *start_runner(const struct setup *setup)
{
	struct runner *runner = runner_start(!setup->nofork, setup->log.err);

	if (!runner)
		log_say(PLUTO_ERROR, "the process that runs programs does not start: %s", strerror(errno));
	return runner;
}

/* From now on; of what was before only few system calls come again. */
static int start_filter(const struct setup *setup)
{
	int err = filter_start(setup->seccomp);

	if (err)
		log_say(PLUTO_ERROR, "seccomp=%s: the filter of system calls does not start: %s",
			filter_name(setup->seccomp), strerror(-err));
	return err;
}

/* @all: as daemon_close() */
static int run_daemon(struct setup *setup, int pipe, struct runner *runner, bool *all)
{
	static struct daemon daemon;
	char path[4096];
	int err;

	log_watch(tell_terminal, setup);
	log_say(PLUTO_NOTICE, "Cygnet pluto %s, process %d", CYGNET_VERSION, (int)getpid());
	setup_warn(setup);
	err = daemon_open(&daemon, setup, runner);
	name_pid_file(path, sizeof(path), setup);
	if (!err)
		err = start_filter(setup);
	if (!err)
		err = pid_file_write(path, getpid());
	if (!err) {
		say_ready(setup, pipe);
		daemon_run(&daemon);
		unlink(path);
	}
	*all = daemon_close(&daemon);
	return err ? NOT_READY : 0;
}

static int run(struct setup *setup)
{
	int pipe = go_to_background(setup), err;
	struct runner *runner;
	bool all;

	signal(SIGPIPE, SIG_IGN);
	err = make_folder(setup);
	if (!err)
		err = open_log(setup);
	if (!err)
		err = drop_privileges();
	runner = err ? NULL : start_runner(setup);
	if (!runner)
		return NOT_READY;
	err = run_daemon(setup, pipe, runner, &all);
	runner_free(runner);
	log_close();
	/* What the C library and OpenSSL free at exit() may be in use. */
	if (!all)
		_exit(err);
	return err;
}

int main(int argc, char **argv)
{
	struct setup setup;
	int status = setup_read(&setup, argc, argv);

	if (status < 0)
		status = run(&setup);
	setup_free(&setup);
	return status;
}
