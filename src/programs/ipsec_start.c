// SPDX-License-Identifier: GPL-2.0-or-later
/* ipsec start, stop, restart: pluto, and KLIPS if there is no other stack. */
#define _GNU_SOURCE
#include "command.h"
#include "conn_load.h"
#include "klipsd_process.h"
#include "program_path.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../pluto/backend.h"

#define STOP_WAIT 10000 /* milliseconds */

static int usage(const char *name)
{
	printf("usage: ipsec %s%s\n", name, strcmp(name, "stop") ? " [--config FILE]" : "");
	return 0;
}

static int refuse(const char *what, int err)
{
	bad_usage("%s: %s", what, strerror(err));
	return EXIT_REFUSED;
}

static void name_file(char *path, size_t size, const char *name)
{
	snprintf(path, size, "%s/%s", pluto_rundir(), name);
}

static bool klips_runs(void)
{
	struct klips_refusal why = { 0 };
	struct klips_client client;

	if (klips_client_open(&client, NULL, &why))
		return false;
	klips_client_close(&client);
	return true;
}

static bool kernel_has_ipsec(void)
{
	static const struct backend_events none = { 0 };
	struct backend *backend;
	char why[256];

	backend = backend_netkey.open(&none, NULL, why, sizeof(why));
	if (backend)
		backend_netkey.close(backend);
	return backend;
}

/* auto is the kernel's stack if KLIPS does not run. */
static bool needs_klipsd(const char *protostack)
{
	bool only = !strcmp(protostack, "klips");

	if (!only && strcmp(protostack, "auto") != 0)
		return false;
	return !klips_runs() && (only || !kernel_has_ipsec());
}

static void print_file(const char *path)
{
	FILE *file = fopen(path, "re");
	char line[1024];

	while (file && fgets(line, sizeof(line), file))
		fputs(line, stderr);
	if (file)
		fclose(file);
}

/* What klipsd says goes to a file, also later. NATs are kept awake by pluto, which knows of which conns. */
static int start_klipsd_quietly(const char *log, const char *port)
{
	static char name[] = "klipsd", share[] = "--share-udp", udp[] = "--udp-port", keepalive[] = "--keepalive",
		    none[] = "0";
	char *words[] = { name, share, udp, (char *)port, keepalive, none, NULL };
	int file = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644), out, err, status;

	if (file < 0)
		return refuse(log, errno);
	fflush(NULL);
	out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	err = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	dup2(file, STDOUT_FILENO);
	dup2(file, STDERR_FILENO);
	status = klipsd_start(words);
	fflush(NULL);
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	close(out);
	close(err);
	close(file);
	return status;
}

/* @port: of ESP in UDP. That it was started here is noted in a file, for ipsec stop. */
static int start_klipsd(const char *port)
{
	char log[4096], mark[4096];
	int status, fd;

	name_file(log, sizeof(log), "klipsd.log");
	name_file(mark, sizeof(mark), "klipsd.started");
	if (mkdir(pluto_rundir(), 0755) && errno != EEXIST)
		return refuse(pluto_rundir(), errno);
	status = start_klipsd_quietly(log, port);
	if (status) {
		print_file(log);
		return status;
	}
	fd = open(mark, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (fd >= 0)
		close(fd);
	return 0;
}

static void stop_klipsd(void)
{
	char mark[4096];

	name_file(mark, sizeof(mark), "klipsd.started");
	if (access(mark, F_OK))
		return;
	unlink(mark);
	if (klips_runs())
		klipsd_stop();
}

/* It returns when pluto is ready, or has said why it is not. */
static int start_pluto(const char *config)
{
	char path[4096];
	const char *words[] = { "pluto", "--rundir", pluto_rundir(), config ? "--config" : NULL, config, NULL };
	int status;
	pid_t pid;

	if (!program_path(path, sizeof(path), "pluto") || access(path, X_OK))
		return refuse("pluto", errno);
	pid = fork();
	if (pid < 0)
		return refuse("fork", errno);
	if (!pid) {
		execv(path, (char *const *)words);
		_exit(127);
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return 0;
	bad_usage("pluto does not start");
	return EXIT_REFUSED;
}

static int load(const struct conf *conf)
{
	struct pluto_client client;
	int status = pluto_client_open_or_complain(&client);

	if (status)
		return status;
	conns_load(&client, conf);
	pluto_client_close(&client);
	return 0;
}

static int start(const char *config)
{
	struct conf *conf = conf_load_or_complain(config);
	const char *protostack = conf ? conf_text(&conf->setup, "protostack") : NULL;
	int status = conf ? 0 : EXIT_REFUSED;

	if (protostack && needs_klipsd(protostack))
		status = start_klipsd(conf_text(&conf->setup, "nat-ikeport"));
	if (!status) {
		status = start_pluto(config ? config : getenv("IPSEC_CONF"));
		if (status)
			stop_klipsd();
	}
	if (!status)
		status = load(conf);
	conf_free(conf);
	return status;
}

static bool runs(pid_t *pid)
{
	struct pluto_client client;

	if (pluto_client_open(&client))
		return false;
	*pid = client.pid;
	pluto_client_close(&client);
	return true;
}

static int wait_for_end(pid_t pid)
{
	struct pollfd process = { .fd = (int)syscall(SYS_pidfd_open, pid, 0), .events = POLLIN };
	int ended;

	if (process.fd < 0)
		return errno == ESRCH ? 0 : refuse("pluto", errno);
	ended = poll(&process, 1, STOP_WAIT);
	close(process.fd);
	if (ended > 0)
		return 0;
	bad_usage("pluto, process %d, has not ended within %d ms", (int)pid, STOP_WAIT);
	return EXIT_REFUSED;
}

static int stop(void)
{
	pid_t pid;
	int status;

	if (!runs(&pid)) {
		stop_klipsd();
		bad_usage("pluto does not run");
		return EXIT_REFUSED;
	}
	status = pluto_tell(json_pack("{s:s}", "command", "shutdown"), NULL, NULL);
	if (!status)
		status = wait_for_end(pid);
	stop_klipsd();
	return status;
}

static int start_if_none(const char *config)
{
	pid_t pid;

	if (!runs(&pid))
		return start(config);
	bad_usage("pluto runs already, as process %d", (int)pid);
	return EXIT_REFUSED;
}

int run_start(int argc, char **argv)
{
	bool restart = !strcmp(argv[0], "restart"), ends = !strcmp(argv[0], "stop");
	const char *config = NULL;
	pid_t pid;
	int i, status = 0;

	for (i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--help"))
			return usage(argv[0]);
		if (ends || strcmp(argv[i], "--config") || i + 1 == argc)
			return bad_usage("%s: what is this for?", argv[i]);
		config = argv[++i];
	}
	if (ends)
		return stop();
	if (restart && runs(&pid))
		status = stop();
	return status ? status : start_if_none(config);
}
