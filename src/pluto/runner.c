// SPDX-License-Identifier: GPL-2.0-or-later
#define _GNU_SOURCE /* close_range */
#include "runner.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

struct runner {
	int fd;
};

/* Whoever waits for the end of pluto's output must not wait for this process. */
static void hush(bool quiet, bool err)
{
	int null = quiet ? open("/dev/null", O_RDWR | O_CLOEXEC) : -1;

	if (null < 0)
		return;
	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	if (!err)
		dup2(null, STDERR_FILENO);
}

/* In the new process. What pluto has open is not for it; it ends when pluto does. */
static void become(int fd, bool quiet, bool err)
{
	prctl(PR_SET_NAME, RUNNER_NAME, 0, 0, 0);
	signal(SIGTERM, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	hush(quiet, err);
	if (fd > 3)
		close_range(3, (unsigned int)fd - 1, 0);
	close_range((unsigned int)fd + 1, UINT_MAX, 0);
	runner_serve(fd);
}

/**
 * runner_start() - make the process; to be called before there are threads
 *
 * Return: it, for runner_free(); NULL with errno
 */
struct runner *runner_start(bool quiet, bool err)
{
	struct runner *runner = malloc(sizeof(*runner));
	int ends[2];
	pid_t pid;

	if (!runner)
		return NULL;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends)) {
		free(runner);
		return NULL;
	}
	pid = fork();
	if (!pid)
		become(ends[1], quiet, err);
	close(ends[1]);
	if (pid < 0) {
		close(ends[0]);
		free(runner);
		return NULL;
	}
	/* That it has ended is seen at the socket: nobody waits for it. */
	signal(SIGCHLD, SIG_IGN);
	runner->fd = ends[0];
	return runner;
}

void runner_free(struct runner *runner)
{
	if (!runner)
		return;
	close(runner->fd);
	free(runner);
}

int runner_fd(const struct runner *runner)
{
	return runner->fd;
}

static bool append(char *to, size_t *length, const char *text)
{
	size_t size = strlen(text) + 1;

	if (size > RUNNER_ROOM - *length)
		return false;
	memcpy(to + *length, text, size);
	*length += size;
	return true;
}

static int tell(const struct runner *runner, const char *message, size_t length)
{
	ssize_t sent = send(runner->fd, message, length, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (sent == (ssize_t)length)
		return 0;
	return sent >= 0 ? -EMSGSIZE : errno == ECONNRESET ? -EPIPE : -errno;
}

int runner_run(struct runner *runner, uint32_t id, const char *command, char *const *env)
{
	const struct runner_head head = { id, RUNNER_RUN };
	char *message = malloc(RUNNER_ROOM);
	size_t length = sizeof(head);
	bool fits;
	int err;

	if (!message)
		return -ENOMEM;
	memcpy(message, &head, sizeof(head));
	fits = append(message, &length, command);
	for (; fits && *env; env++)
		fits = append(message, &length, *env);
	err = fits ? tell(runner, message, length) : -E2BIG;
	free(message);
	return err;
}

void runner_kill(struct runner *runner, uint32_t id)
{
	const struct runner_head head = { id, RUNNER_KILL };

	tell(runner, (const char *)&head, sizeof(head));
}

int runner_next(struct runner *runner, struct runner_end *end)
{
	ssize_t got = recv(runner->fd, end, sizeof(*end), MSG_DONTWAIT);

	if (got == (ssize_t)sizeof(*end))
		return 1;
	return got < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : -EPIPE;
}
