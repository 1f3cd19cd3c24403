// SPDX-License-Identifier: GPL-2.0-or-later
/* klipsd's control socket: who is connected, and the events that go to them. */
#define _GNU_SOURCE /* accept4, struct ucred */
#include "../control/control_request.h"
#include "control_server.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <pthread.h>
#include <unistd.h>

#define SESSIONS_MAX   64 /* at once */
#define SESSIONS_GUEST 48 /* of them such as may not change anything */
#define EVENTS_A_RUN   16

/**
 * struct connection - one that is connected
 * @lost: an event did not fit its socket; it is told so before the next
 */
struct connection {
	struct klips_session session;
	struct list_head list;
	int fd;
	bool lost;
};

/**
 * struct klips_control_server - a listening socket and its connections
 * @lock: guards the list of connections and their fields against threads that have events
 * @guests: of the connections those that may not change anything
 * @bound: whether the socket's file is ours
 * @epoll: readable when there is something to do
 */
struct klips_control_server {
	struct klips_control *control;
	struct sockaddr_un address;
	pthread_mutex_t lock;
	struct list_head connections;
	unsigned int guests;
	unsigned int count;
	bool bound;
	int listener;
	int epoll;
};

static int make_address(struct sockaddr_un *address, const char *path)
{
	size_t length = strlen(path);

	if (!length || length >= sizeof(address->sun_path))
		return -ENAMETOOLONG;
	address->sun_family = AF_UNIX;
	memcpy(address->sun_path, path, length + 1);
	return 0;
}

/* A socket that nobody listens on is what a daemon left that was killed; any other stays. */
static int remove_stale(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (!connect(fd, (const struct sockaddr *)address, sizeof(*address)))
		err = -EADDRINUSE;
	else if (errno == ECONNREFUSED && unlink(address->sun_path))
		err = -errno;
	close(fd);
	return err;
}

static int listen_at(struct klips_control_server *server)
{
	const struct sockaddr *address = (const struct sockaddr *)&server->address;
	int err = remove_stale(&server->address);

	if (err)
		return err;
	server->listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (server->listener < 0 || bind(server->listener, address, sizeof(server->address)))
		return -errno;
	server->bound = true;
	/* Anybody may read the tables, as in /proc; changes are for those that SO_PEERCRED tells apart. */
	if (chmod(server->address.sun_path, 0666) || listen(server->listener, SESSIONS_MAX))
		return -errno;
	return 0;
}

static int watch(struct klips_control_server *server, int op, int fd, u32 events, void *what)
{
	struct epoll_event event = { .events = events, .data.ptr = what };

	return epoll_ctl(server->epoll, op, fd, &event) ? -errno : 0;
}

/**
 * klips_control_server_new() - listen
 * @server: gets the server
 * @control: what requests are about
 * @path: of the socket; one that a dead daemon left is replaced
 *
 * Return: 0; -EADDRINUSE: another listens there; -ENAMETOOLONG; or what the system said.
 */
int klips_control_server_new(struct klips_control_server **server, struct klips_control *control, const char *path)
{
	struct klips_control_server *new = calloc(1, sizeof(*new));
	int err;

	if (!new)
		return -ENOMEM;
	new->control = control;
	new->listener = -1;
	INIT_LIST_HEAD(&new->connections);
	pthread_mutex_init(&new->lock, NULL);
	new->epoll = epoll_create1(EPOLL_CLOEXEC);
	err = new->epoll < 0 ? -errno : make_address(&new->address, path);
	if (!err)
		err = listen_at(new);
	if (!err)
		err = watch(new, EPOLL_CTL_ADD, new->listener, EPOLLIN, NULL);
	if (err) {
		klips_control_server_free(new);
		return err;
	}
	*server = new;
	return 0;
}

static void drop(struct klips_control_server *server, struct connection *one)
{
	pthread_mutex_lock(&server->lock);
	list_del(&one->list);
	pthread_mutex_unlock(&server->lock);
	server->count--;
	server->guests -= one->session.admin ? 0 : 1;
	klips_session_end(&one->session);
	close(one->fd);
	free(one);
}

/**
 * klips_control_server_free() - end all sessions and remove the socket
 * @server: nobody may have events any more
 */
void klips_control_server_free(struct klips_control_server *server)
{
	while (!list_empty(&server->connections))
		drop(server, list_first_entry(&server->connections, struct connection, list));
	/* What another listens on is not ours to remove. */
	if (server->bound)
		unlink(server->address.sun_path);
	if (server->listener >= 0)
		close(server->listener);
	if (server->epoll >= 0)
		close(server->epoll);
	pthread_mutex_destroy(&server->lock);
	free(server);
}

/**
 * klips_control_server_fd() - what to wait for
 * @server: it
 *
 * Return: a descriptor that is readable when klips_control_server_run() has something to do.
 */
int klips_control_server_fd(const struct klips_control_server *server)
{
	return server->epoll;
}

static bool is_admin(int fd)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size))
		return false;
	return !peer.uid || peer.uid == geteuid();
}

static int add_connection(struct klips_control_server *server, int fd)
{
	struct connection *one = calloc(1, sizeof(*one));
	int err;

	if (!one)
		return -ENOMEM;
	one->fd = fd;
	one->session.admin = is_admin(fd);
	if (server->count >= SESSIONS_MAX || (!one->session.admin && server->guests >= SESSIONS_GUEST))
		err = -EUSERS;
	else
		err = watch(server, EPOLL_CTL_ADD, fd, EPOLLIN, one);
	if (err) {
		free(one);
		return err;
	}
	server->count++;
	server->guests += one->session.admin ? 0 : 1;
	pthread_mutex_lock(&server->lock);
	list_add_tail(&one->list, &server->connections);
	pthread_mutex_unlock(&server->lock);
	return 0;
}

static void take_connection(struct klips_control_server *server)
{
	int fd = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd >= 0 && add_connection(server, fd))
		close(fd);
}

static int send_packet(void *arg, const void *packet, size_t length)
{
	const struct connection *one = arg;

	if (send(one->fd, packet, length, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
		return 0;
	return errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS ? -EAGAIN : -errno;
}

/* One request; 0, -EAGAIN (a table is not told yet), or why the session is over. */
static int take_request(struct klips_control_server *server, struct connection *one)
{
	char packet[KLIPS_CONTROL_ROOM] __aligned(8);
	ssize_t size = recv(one->fd, packet, sizeof(packet), MSG_TRUNC | MSG_DONTWAIT);
	int err;

	if (size < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	if (!size)
		return -ECONNRESET;
	if ((size_t)size > sizeof(packet))
		return -EMSGSIZE;
	err = klips_control_handle(server->control, &one->session, packet, (size_t)size, send_packet, one);
	/* It may have brought keys. */
	explicit_bzero(packet, (size_t)size);
	return err;
}

static void serve(struct klips_control_server *server, struct connection *one)
{
	bool was_telling = one->session.dump;
	int err;

	if (was_telling)
		err = klips_control_continue(server->control, &one->session, send_packet, one);
	else
		err = take_request(server, one);
	/* Only a table waits for its reader; one that does not even take an answer is gone. */
	if (err && !(err == -EAGAIN && one->session.dump)) {
		drop(server, one);
		return;
	}
	if (was_telling != !!one->session.dump)
		watch(server, EPOLL_CTL_MOD, one->fd, one->session.dump ? EPOLLOUT : EPOLLIN, one);
}

/**
 * klips_control_server_run() - do what there is to do, without waiting
 * @server: it
 *
 * Return: 0 or what epoll_wait() said.
 */
int klips_control_server_run(struct klips_control_server *server)
{
	struct epoll_event events[EVENTS_A_RUN];
	int count = epoll_wait(server->epoll, events, EVENTS_A_RUN, 0);
	int i;

	if (count < 0)
		return errno == EINTR ? 0 : -errno;
	for (i = 0; i < count; i++) {
		if (events[i].data.ptr)
			serve(server, events[i].data.ptr);
		else
			take_connection(server);
	}
	return 0;
}

/* Tells one whose socket was full that it missed something, as netlink does. */
static bool tell_loss(struct connection *one)
{
	struct nlmsghdr overrun = { .nlmsg_len = sizeof(overrun), .nlmsg_type = NLMSG_OVERRUN };

	if (one->lost && !send_packet(one, &overrun, sizeof(overrun)))
		one->lost = false;
	return !one->lost;
}

static bool multicast(struct klips_control_server *server, unsigned int group, const struct klips_message *message)
{
	struct connection *one;
	bool anybody = false;

	if (message->full)
		return false;
	pthread_mutex_lock(&server->lock);
	list_for_each_entry(one, &server->connections, list) {
		if (!(READ_ONCE(one->session.groups) & 1U << group))
			continue;
		if (tell_loss(one) && !send_packet(one, message->head, message->head->nlmsg_len))
			anybody = true;
		else
			one->lost = true;
	}
	pthread_mutex_unlock(&server->lock);
	return anybody;
}

/**
 * klips_control_acquire() - tell the subscribers that an SA is wanted
 * @server: whose
 * @acquire: which
 *
 * Return: whether anybody was told.
 */
bool klips_control_acquire(struct klips_control_server *server, const struct klips_acquire *acquire)
{
	char buffer[KLIPS_EVENT_ROOM] __aligned(8);
	struct klips_message message;

	klips_message_begin_op(&message, buffer, sizeof(buffer), KLIPS_CMD_ACQUIRE, 0, 0);
	klips_put_acquire(&message, acquire);
	return multicast(server, KLIPS_MCGRP_ACQUIRE, &message);
}

/**
 * klips_control_expire() - tell the subscribers that an SA passed a limit
 * @server: whose
 * @sa: which
 * @life: KLIPS_LIFE_SOFT or KLIPS_LIFE_HARD
 *
 * Return: whether anybody was told.
 */
bool klips_control_expire(struct klips_control_server *server, struct klips_sa *sa, enum klips_life life)
{
	char buffer[KLIPS_EVENT_ROOM] __aligned(8);
	struct klips_message message;

	klips_message_begin_op(&message, buffer, sizeof(buffer), KLIPS_CMD_EXPIRE, 0, 0);
	klips_put_expire(&message, sa, life);
	return multicast(server, KLIPS_MCGRP_EXPIRE, &message);
}

/**
 * klips_control_mapping() - tell the subscribers that a peer behind NAT comes from elsewhere
 * @server: whose
 * @said: of the inbound SA
 * @addr: from where
 * @port: the same, in host byte order
 *
 * Return: whether anybody was told.
 */
bool klips_control_mapping(struct klips_control_server *server, const struct klips_said *said,
			   const struct klips_addr *addr, u16 port)
{
	char buffer[KLIPS_EVENT_ROOM] __aligned(8);
	struct klips_message message;

	klips_message_begin_op(&message, buffer, sizeof(buffer), KLIPS_CMD_MAPPING, 0, 0);
	klips_put_mapping(&message, said, addr, port);
	return multicast(server, KLIPS_MCGRP_MAPPING, &message);
}
