// SPDX-License-Identifier: GPL-2.0-or-later
/* The process that runs programs for pluto: see runner.h. */
#define _GNU_SOURCE /* POSIX_SPAWN_SETSID */
#include "runner.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define ENV_MAX 4096

/* @pid: 0: the place is free */
struct child {
	uint32_t id;
	pid_t pid;
};

struct server {
	int fd, signals;
	struct child children[RUNNER_MAX];
	char message[RUNNER_ROOM + 1];
};

/* Pluto may be gone. */
static void answer(const struct server *server, uint32_t id, int error, int status)
{
	const struct runner_end end = { id, error, status };

	if (send(server->fd, &end, sizeof(end), MSG_NOSIGNAL) < 0)
		_exit(0);
}

static struct child *find_pid(struct server *server, pid_t pid)
{
	unsigned int i;

	for (i = 0; i < RUNNER_MAX; i++)
		if (server->children[i].pid == pid)
			return &server->children[i];
	return NULL;
}

/* It is a session of its own, without descriptors but for standard input and what it says. */
static int spawn(pid_t *pid, char *command, char **env)
{
	char shell[] = "sh", option[] = "-c";
	char *words[] = { shell, option, command, NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, usual;
	int err;

	sigemptyset(&none);
	sigemptyset(&usual);
	sigaddset(&usual, SIGPIPE);
	sigaddset(&usual, SIGTERM);
	sigaddset(&usual, SIGINT);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigdefault(&attributes, &usual);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	err = posix_spawn(pid, "/bin/sh", &actions, &attributes, words, env);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	return err;
}

/* @texts: the command, and the environment, up to @end */
static int run(struct server *server, uint32_t id, char *texts, const char *end)
{
	struct child *child = find_pid(server, 0);
	char *command = texts, *env[ENV_MAX + 1];
	unsigned int count = 0;
	pid_t pid;
	int err;

	if (!child)
		return EAGAIN;
	for (texts += strlen(texts) + 1; texts < end; texts += strlen(texts) + 1) {
		if (count == ENV_MAX)
			return E2BIG;
		env[count++] = texts;
	}
	env[count] = NULL;
	err = spawn(&pid, command, env);
	if (!err)
		*child = (struct child){ id, pid };
	return err;
}

static void end_one(struct server *server, uint32_t id)
{
	unsigned int i;

	for (i = 0; i < RUNNER_MAX; i++)
		if (server->children[i].pid && server->children[i].id == id)
			kill(-server->children[i].pid, SIGKILL);
}

static void take_message(struct server *server)
{
	ssize_t got = recv(server->fd, server->message, RUNNER_ROOM, 0);
	struct runner_head head;
	int err;

	if (!got || (got < 0 && errno != EINTR))
		_exit(0);
	if (got < (ssize_t)sizeof(head))
		return;
	memcpy(&head, server->message, sizeof(head));
	server->message[got] = '\0';
	if (head.what == RUNNER_KILL) {
		end_one(server, head.id);
		return;
	}
	err = run(server, head.id, server->message + sizeof(head), server->message + got);
	if (err)
		answer(server, head.id, err, 0);
}

static void take_ends(struct server *server)
{
	struct signalfd_siginfo info;
	struct child *child;
	int status;
	pid_t pid;

	while (read(server->signals, &info, sizeof(info)) == (ssize_t)sizeof(info))
		;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		child = find_pid(server, pid);
		if (!child)
			continue;
		child->pid = 0;
		answer(server, child->id, 0, status);
	}
}

void runner_serve(int fd)
{
	static struct server server;
	struct pollfd fds[2];
	sigset_t child;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, NULL);
	signal(SIGCHLD, SIG_DFL);
	server.fd = fd;
	server.signals = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
	if (server.signals < 0)
		_exit(1);
	fds[0] = (struct pollfd){ .fd = fd, .events = POLLIN };
	fds[1] = (struct pollfd){ .fd = server.signals, .events = POLLIN };
	for (;;) {
		if (poll(fds, 2, -1) < 0)
			continue;
		if (fds[1].revents)
			take_ends(&server);
		if (fds[0].revents)
			take_message(&server);
	}
}
