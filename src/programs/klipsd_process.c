// SPDX-License-Identifier: GPL-2.0-or-later
#define _GNU_SOURCE /* struct ucred, closefrom */
#include "klipsd_process.h"
#include "command.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../lib/parse.h"
#include "../lib/pid_file.h"

#define START_TRIES 500 /* of TRY_PAUSE each */
#define TRY_PAUSE   20	/* milliseconds */
#define STOP_WAIT   10000

static int fail(const char *what, int err)
{
	struct klips_refusal why = { 0 };

	klips_refuse(&why, -err, NULL, NULL, "%s: %s", what, strerror(err));
	return refused(&why, NULL);
}

static const char *pid_path(void)
{
	const char *path = getenv("KLIPS_PIDFILE");

	return path ? path : KLIPS_PIDFILE;
}

/* <sys/pidfd.h> and <fcntl.h> of Debian 12 do not go together, so these are called by number. */
static int open_process(pid_t pid)
{
	return (int)syscall(SYS_pidfd_open, pid, 0);
}

static int signal_process(int process, int number)
{
	return (int)syscall(SYS_pidfd_send_signal, process, number, NULL, 0);
}

/* Whether a process has ended, after waiting up to so many milliseconds. */
static bool has_ended(int process, int timeout)
{
	struct pollfd one = { .fd = process, .events = POLLIN };

	return poll(&one, 1, timeout) > 0;
}

/* klipsd is in the folder that this program is in. */
static bool find_klipsd(char *path, size_t size)
{
	ssize_t length = readlink("/proc/self/exe", path, size - 1);
	char *slash;

	if (length < 0)
		return false;
	path[length] = 0;
	slash = strrchr(path, '/');
	if (!slash || (size_t)(slash + 1 - path) + sizeof("klipsd") > size)
		return false;
	memcpy(slash + 1, "klipsd", sizeof("klipsd"));
	return true;
}

/* The process that answers at the control socket; 0: none does. */
static pid_t running(void)
{
	struct klips_refusal why = { 0 };
	struct klips_status_info info;
	struct klips_client client;
	struct ucred peer = { 0 };
	socklen_t size = sizeof(peer);
	int err = klips_client_open(&client, NULL, &why);

	if (err)
		return 0;
	err = klips_client_status(&client, &info, &why);
	if (!err && getsockopt(client.fd, SOL_SOCKET, SO_PEERCRED, &peer, &size))
		peer.pid = 0;
	klips_client_close(&client);
	return err ? 0 : peer.pid;
}

static int write_pid(pid_t pid)
{
	int err = pid_file_write(pid_path(), pid);

	return err ? fail(pid_path(), -err) : 0;
}

/* The process that the file names, if it still is klipsd; 0: none is. */
static pid_t read_pid(void)
{
	FILE *file = fopen(pid_path(), "re");
	char text[32] = "", path[64], name[32] = "";
	u64 pid;
	ssize_t length;

	if (!file)
		return 0;
	if (!fgets(text, sizeof(text), file))
		text[0] = 0;
	fclose(file);
	text[strcspn(text, "\n")] = 0;
	if (klips_parse_number(&pid, text, INT32_MAX) || !pid)
		return 0;
	snprintf(path, sizeof(path), "/proc/%d/comm", (int)pid);
	file = fopen(path, "re");
	if (!file)
		return 0;
	length = (ssize_t)fread(name, 1, sizeof(name) - 1, file);
	fclose(file);
	return length > 0 && !strcmp(name, "klipsd\n") ? (pid_t)pid : 0;
}

/*
 * In the child. It leaves the terminal and its folder; what it says goes where the command's errors do. It prints
 * nothing on standard output, and whoever reads the command's is not to wait for it.
 */
static void become_klipsd(const char *path, char *const *words)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	setsid();
	if (null >= 0 && (dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0))
		_exit(127);
	if (!chdir("/"))
		execv(path, words);
	fail(path, errno);
	_exit(127);
}

static int wait_until_ready(pid_t pid, int process)
{
	struct klips_refusal why = { 0 };
	int i;

	for (i = 0; i < START_TRIES; i++) {
		if (running() == pid)
			return write_pid(pid);
		/* The pause ends at once with the process. */
		if (has_ended(process, TRY_PAUSE)) {
			klips_refuse(&why, -ECHILD, NULL, NULL, "klipsd ended while it started");
			return refused(&why, NULL);
		}
	}
	signal_process(process, SIGTERM);
	klips_refuse(&why, -ETIMEDOUT, NULL, NULL, "klipsd did not answer within %d ms", START_TRIES * TRY_PAUSE);
	return refused(&why, NULL);
}

/* The folders of the socket and of the process number, where they are the usual ones. */
static void make_folder(void)
{
	if (!getenv("KLIPS_CONTROL") || !getenv("KLIPS_PIDFILE"))
		mkdir("/run/klips", 0755);
}

int klipsd_start(char *const *words)
{
	struct klips_refusal why = { 0 };
	char path[4096];
	pid_t pid = running();
	int process, status;

	if (pid) {
		klips_refuse(&why, -EBUSY, NULL, NULL, "klipsd runs already, as process %d", (int)pid);
		return refused(&why, NULL);
	}
	if (!find_klipsd(path, sizeof(path)) || access(path, X_OK))
		return fail("klipsd", errno);
	make_folder();
	fflush(NULL);
	pid = fork();
	if (pid < 0)
		return fail("fork", errno);
	if (!pid)
		become_klipsd(path, words);
	process = open_process(pid);
	if (process < 0)
		return fail("pidfd_open", errno);
	status = wait_until_ready(pid, process);
	close(process);
	return status;
}

int klipsd_stop(void)
{
	struct klips_refusal why = { 0 };
	pid_t pid = running();
	int process, status = 0;

	if (!pid)
		pid = read_pid();
	process = pid ? open_process(pid) : -1;
	if (process < 0) {
		klips_refuse(&why, -ESRCH, NULL, NULL, "klipsd does not run");
		return refused(&why, NULL);
	}
	if (signal_process(process, SIGTERM)) {
		status = fail("klipsd", errno);
	} else if (!has_ended(process, STOP_WAIT)) {
		klips_refuse(&why, -ETIMEDOUT, NULL, NULL, "klipsd, process %d, has not ended within %d ms", (int)pid,
			     STOP_WAIT);
		status = refused(&why, NULL);
	} else {
		unlink(pid_path());
	}
	close(process);
	return status;
}
