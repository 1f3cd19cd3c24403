// SPDX-License-Identifier: GPL-2.0-or-later
#define _GNU_SOURCE /* struct ucred */
#include "pluto_client.h"
#include "command.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "../pluto/control.h"

const char *pluto_rundir(void)
{
	const char *path = getenv("PLUTO_RUNDIR");

	return path ? path : SETUP_RUNDIR;
}

static int connect_to(const char *path)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	int fd, err;

	if (strlen(path) >= sizeof(name.sun_path))
		return -ENAMETOOLONG;
	memcpy(name.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (!connect(fd, (struct sockaddr *)&name, sizeof(name)))
		return fd;
	err = -errno;
	close(fd);
	return err;
}

int pluto_client_open(struct pluto_client *client)
{
	struct ucred peer = { 0 };
	socklen_t size = sizeof(peer);
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s/" CONTROL_SOCKET, pluto_rundir());
	fd = connect_to(path);
	if (fd < 0)
		return fd;
	client->pid = getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) ? 0 : peer.pid;
	client->stream = fdopen(fd, "r+");
	if (client->stream)
		return 0;
	close(fd);
	return -ENOMEM;
}

void pluto_client_close(struct pluto_client *client)
{
	if (client->stream)
		fclose(client->stream);
	client->stream = NULL;
}

int pluto_client_open_or_complain(struct pluto_client *client)
{
	int err = pluto_client_open(client);

	if (!err)
		return 0;
	if (err == -ENOENT || err == -ECONNREFUSED)
		bad_usage("pluto does not run (%s/" CONTROL_SOCKET ")", pluto_rundir());
	else
		bad_usage("%s/" CONTROL_SOCKET ": %s", pluto_rundir(), strerror(-err));
	return EXIT_REFUSED;
}

static int send_request(struct pluto_client *client, json_t *request)
{
	int err = json_dumpf(request, client->stream, JSON_COMPACT);

	json_decref(request);
	if (!err && fputc('\n', client->stream) != EOF && !fflush(client->stream))
		return 0;
	bad_usage("pluto does not listen: %s", strerror(errno));
	return EXIT_REFUSED;
}

/* NULL: pluto has gone. */
static json_t *receive(struct pluto_client *client, char **line, size_t *room)
{
	json_error_t error;
	ssize_t length = getline(line, room, client->stream);

	return length > 0 ? json_loadb(*line, (size_t)length, 0, &error) : NULL;
}

/* Rows of a long answer: those of a key come one part after the other. */
static void add_part(json_t *rows, json_t *part)
{
	const char *key;
	json_t *some;

	json_object_foreach(part, key, some) {
		if (json_object_get(rows, key))
			json_array_extend(json_object_get(rows, key), some);
		else
			json_object_set(rows, key, some);
	}
}

/* The answer's status, with the rows that came before it. */
static json_t *complete(json_t *answer, json_t *rows)
{
	if (json_object_size(rows)) {
		json_object_update(rows, json_object_get(answer, "status"));
		json_object_set(answer, "status", rows);
	}
	return json_incref(answer);
}

static void show_log(FILE *log, const json_t *one)
{
	if (!log || !json_object_get(one, "log"))
		return;
	fprintf(log, "%s\n", json_string_value(json_object_get(one, "log")));
	fflush(log);
}

static int take_answers(struct pluto_client *client, FILE *log, json_t **answer)
{
	json_t *rows = json_object(), *one;
	size_t room = 0;
	char *line = NULL;
	int status = -1;

	while (status < 0 && (one = receive(client, &line, &room))) {
		show_log(log, one);
		add_part(rows, json_object_get(one, "part"));
		if (json_object_get(one, "exit"))
			status = (int)json_integer_value(json_object_get(one, "exit"));
		if (status >= 0 && answer)
			*answer = complete(one, rows);
		json_decref(one);
	}
	json_decref(rows);
	free(line);
	if (status >= 0)
		return status;
	bad_usage("pluto went away");
	return EXIT_REFUSED;
}

int pluto_ask(struct pluto_client *client, json_t *request, FILE *log, json_t **answer)
{
	int status = send_request(client, request);

	return status ? status : take_answers(client, log, answer);
}

int pluto_tell(json_t *request, FILE *log, json_t **answer)
{
	struct pluto_client client;
	int status = pluto_client_open_or_complain(&client);

	if (status) {
		json_decref(request);
		return status;
	}
	status = pluto_ask(&client, request, log, answer);
	pluto_client_close(&client);
	return status;
}

int pluto_watch(json_t *request)
{
	struct pluto_client client;
	size_t room = 0;
	char *line = NULL;
	int status = pluto_client_open_or_complain(&client);

	if (status) {
		json_decref(request);
		return status;
	}
	status = send_request(&client, request);
	while (!status && getline(&line, &room, client.stream) > 0) {
		if (fputs(line, stdout) == EOF || fflush(stdout))
			status = EXIT_REFUSED;
	}
	free(line);
	pluto_client_close(&client);
	return status;
}
