// SPDX-License-Identifier: GPL-2.0-or-later
#define _GNU_SOURCE /* struct in6_pktinfo, sendmmsg */
#include "net.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "log.h"

#define READS	 256 /* in a row, before others have their turn */
#define DATAGRAM 65536
#define MARKER	 4
#define SENDS	 16 /* that wait for each other */

/**
 * struct net_socket - one
 * @at: where it is bound; an unspecified address: any
 * @wanted: its address is still there
 */
struct net_socket {
	struct cds_list_head node;
	struct net *net;
	struct ike_endpoint at;
	struct event *event;
	int fd;
	bool any, nat, wanted;
};

union name {
	struct sockaddr sa;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

/* Room for one of them, and for the error queue's, which is not asked for. */
union control {
	size_t alignment; /* as struct cmsghdr has it */
	char room[CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(struct in_pktinfo))];
};

/* A message that is to be sent by a socket. */
struct letter {
	const struct net_socket *by;
	struct ike_endpoint from, to;
	size_t length;
};

/**
 * struct outbox - what is sent when whatever sends it has done its work: in one call, so that who it is for is woken
 * once
 * @due: it is to be emptied
 * @used: bytes of @data, where the messages are one after the other
 */
struct outbox {
	struct event *due;
	struct letter letters[SENDS];
	unsigned int count;
	size_t used;
	uint8_t data[DATAGRAM];
};

struct net {
	struct event_base *base;
	struct net_options options;
	struct klips_addr *listen;
	uint16_t nat_ports[NET_PORTS + 1]; /* the first is that of the options */
	unsigned int nat_port_count;
	struct net_calls calls;
	struct cds_list_head sockets;
	struct outbox outbox;
	uint8_t buffer[DATAGRAM];
};

static socklen_t put_name(union name *name, const struct ike_endpoint *at)
{
	memset(name, 0, sizeof(*name));
	if (at->addr.version == KLIPS_V4) {
		name->v4.sin_family = AF_INET;
		name->v4.sin_port = htons(at->port);
		memcpy(&name->v4.sin_addr, at->addr.b, sizeof(name->v4.sin_addr));
		return sizeof(name->v4);
	}
	name->v6.sin6_family = AF_INET6;
	name->v6.sin6_port = htons(at->port);
	memcpy(&name->v6.sin6_addr, at->addr.b, sizeof(name->v6.sin6_addr));
	return sizeof(name->v6);
}

static bool take_name(struct ike_endpoint *at, const union name *name)
{
	if (name->sa.sa_family == AF_INET) {
		at->addr = klips_addr_v4(name->v4.sin_addr.s_addr);
		at->port = ntohs(name->v4.sin_port);
	} else if (name->sa.sa_family == AF_INET6) {
		at->addr = klips_addr_v6(&name->v6.sin6_addr);
		at->port = ntohs(name->v6.sin6_port);
	} else {
		return false;
	}
	return at->port;
}

/* Where it came to, of a socket for all addresses. */
static bool take_destination(struct ike_endpoint *at, struct msghdr *message)
{
	struct cmsghdr *one = CMSG_FIRSTHDR(message);
	struct in6_pktinfo v6;
	struct in_pktinfo v4;

	for (; one; one = CMSG_NXTHDR(message, one)) {
		if (one->cmsg_level == IPPROTO_IP && one->cmsg_type == IP_PKTINFO) {
			memcpy(&v4, CMSG_DATA(one), sizeof(v4));
			at->addr = klips_addr_v4(v4.ipi_addr.s_addr);
			return true;
		}
		if (one->cmsg_level == IPPROTO_IPV6 && one->cmsg_type == IPV6_PKTINFO) {
			memcpy(&v6, CMSG_DATA(one), sizeof(v6));
			at->addr = klips_addr_v6(&v6.ipi6_addr);
			return true;
		}
	}
	return false;
}

/* RFC 3948, 2.2 and 2.3: what is without the marker is ESP, or a keepalive. */
static bool take_marker(struct ike_slice *data)
{
	static const uint8_t marker[MARKER];

	if (data->length <= MARKER || memcmp(data->data, marker, MARKER) != 0)
		return false;
	data->data += MARKER;
	data->length -= MARKER;
	return true;
}

static bool read_one(struct net_socket *from)
{
	struct net *net = from->net;
	struct iovec piece = { net->buffer, sizeof(net->buffer) };
	struct ike_endpoint local = from->at, remote;
	union control control;
	union name name;
	struct msghdr message = {
		.msg_name = &name,
		.msg_namelen = sizeof(name),
		.msg_iov = &piece,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	ssize_t length = recvmsg(from->fd, &message, MSG_DONTWAIT);
	struct ike_slice data = { net->buffer, (size_t)length };

	/* An error of something that was sent is for nobody: it will be sent again. */
	if (length < 0)
		return errno != EAGAIN && errno != EBADF;
	if (!take_name(&remote, &name) || (from->any && !take_destination(&local, &message)))
		return true;
	if (!from->nat || take_marker(&data))
		net->calls.received(net->calls.arg, &local, &remote, data);
	return true;
}

static void readable(evutil_socket_t fd, short what, void *arg)
{
	struct net_socket *from = arg;
	struct net *net = from->net;
	int i;

	(void)fd;
	(void)what;
	for (i = 0; i < READS && read_one(from); i++)
		;
	net->calls.turn(net->calls.arg);
}

static void set(int fd, int level, int name, int value)
{
	/* What a kernel lacks, messages go without. */
	setsockopt(fd, level, name, &value, sizeof(value));
}

static void set_room(int fd, int room)
{
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)))
		set(fd, SOL_SOCKET, SO_RCVBUF, room);
	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof(room)))
		set(fd, SOL_SOCKET, SO_SNDBUF, room);
}

/* IKE's messages may be long, so that they go in fragments of IP; an IPv6 address may not be ready yet. */
static void set_options(const struct net_socket *to)
{
	bool v6 = to->at.addr.version == KLIPS_V6;

	set(to->fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_MTU_DISCOVER : IP_MTU_DISCOVER, IP_PMTUDISC_DONT);
	set(to->fd, IPPROTO_IP, IP_FREEBIND, 1);
	if (v6)
		set(to->fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
	if (to->any)
		set(to->fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_RECVPKTINFO : IP_PKTINFO, 1);
	if (to->net->options.room)
		set_room(to->fd, to->net->options.room);
}

/* 0 or a negative errno; a stack that does not want it is logged, and IKE goes on. */
static int bind_socket(struct net_socket *to)
{
	struct backend *backend = to->net->options.backend;
	uint8_t version = to->at.addr.version;
	union name name;
	socklen_t size = put_name(&name, &to->at);

	set_options(to);
	if (to->nat && backend->ops->encap_socket(backend, to->fd, version, to->at.port))
		log_say(PLUTO_ERROR, "no ESP in UDP: %s", backend->ops->why(backend));
	if (bind(to->fd, &name.sa, size))
		return -errno;
	if (backend->ops->bypass_socket(backend, to->fd, version))
		log_say(PLUTO_ERROR, "IKE may not pass: %s", backend->ops->why(backend));
	to->event = event_new(to->net->base, to->fd, EV_READ | EV_PERSIST, readable, to);
	return to->event && !event_add(to->event, NULL) ? 0 : -ENOMEM;
}

static void close_socket(struct net_socket *socket)
{
	cds_list_del(&socket->node);
	if (socket->event)
		event_free(socket->event);
	if (socket->fd >= 0)
		close(socket->fd);
	free(socket);
}

static void open_socket(struct net *net, const struct ike_endpoint *at, bool nat)
{
	struct net_socket *one = calloc(1, sizeof(*one));
	char text[INET6_ADDRSTRLEN];
	int err = -ENOMEM;

	if (!one)
		return;
	one->net = net;
	one->at = *at;
	one->any = klips_addr_is_unspecified(&at->addr);
	one->nat = nat;
	one->wanted = true;
	cds_list_add_tail(&one->node, &net->sockets);
	one->fd = socket(at->addr.version == KLIPS_V6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	err = one->fd < 0 ? -errno : bind_socket(one);
	if (!err)
		return;
	klips_addr_print(text, sizeof(text), &at->addr);
	/* A host without IPv6 goes without. */
	if (err != -EAFNOSUPPORT)
		log_say(PLUTO_ERROR, "cannot listen at %s port %u: %s", text, at->port, strerror(-err));
	close_socket(one);
}

static struct net_socket *find(const struct net *net, const struct ike_endpoint *at)
{
	struct net_socket *one, *any = NULL;

	cds_list_for_each_entry(one, &net->sockets, node) {
		if (one->at.port != at->port || one->at.addr.version != at->addr.version)
			continue;
		if (klips_addr_equal(&one->at.addr, &at->addr))
			return one;
		if (one->any)
			any = one;
	}
	return any;
}

static void want(struct net *net, const struct klips_addr *addr, uint16_t port, bool nat)
{
	struct ike_endpoint at = { *addr, port };
	struct net_socket *one = find(net, &at);

	if (one && klips_addr_equal(&one->at.addr, addr))
		one->wanted = true;
	else
		open_socket(net, &at, nat);
}

bool net_listens(const struct net *net, const struct klips_addr *addr)
{
	size_t i;

	for (i = 0; i < net->options.listen_count; i++) {
		if (klips_addr_equal(&net->listen[i], addr))
			return true;
	}
	return !net->options.listen_count;
}

static void want_nat(struct net *net, const struct klips_addr *addr)
{
	unsigned int at;

	for (at = 0; at < net->nat_port_count; at++)
		want(net, addr, net->nat_ports[at], true);
}

static void want_shared(struct net *net)
{
	const struct klips_addr v4 = { .version = KLIPS_V4 }, v6 = { .version = KLIPS_V6 };

	want_nat(net, &v4);
	want_nat(net, &v6);
}

void net_set_ports(struct net *net, const uint16_t *ports, unsigned int count)
{
	net->nat_port_count = 1 + (count < NET_PORTS ? count : NET_PORTS);
	memcpy(&net->nat_ports[1], ports, (net->nat_port_count - 1) * sizeof(*ports));
}

/* From which address, of a socket for all. */
static void put_source(struct msghdr *message, union control *control, const struct klips_addr *addr)
{
	struct in6_pktinfo v6 = { .ipi6_ifindex = 0 };
	struct in_pktinfo v4 = { .ipi_ifindex = 0 };
	bool is_v6 = addr->version == KLIPS_V6;
	struct cmsghdr *one;

	memset(control, 0, sizeof(*control));
	message->msg_control = control;
	message->msg_controllen = is_v6 ? CMSG_SPACE(sizeof(v6)) : CMSG_SPACE(sizeof(v4));
	one = CMSG_FIRSTHDR(message);
	one->cmsg_level = is_v6 ? IPPROTO_IPV6 : IPPROTO_IP;
	one->cmsg_type = is_v6 ? IPV6_PKTINFO : IP_PKTINFO;
	one->cmsg_len = is_v6 ? CMSG_LEN(sizeof(v6)) : CMSG_LEN(sizeof(v4));
	memcpy(&v6.ipi6_addr, addr->b, sizeof(v6.ipi6_addr));
	memcpy(&v4.ipi_spec_dst, addr->b, sizeof(v4.ipi_spec_dst));
	memcpy(CMSG_DATA(one), is_v6 ? (void *)&v6 : (void *)&v4, is_v6 ? sizeof(v6) : sizeof(v4));
}

/* All that sendmsg() is told of one message. */
struct envelope {
	union name name;
	union control control;
	struct iovec pieces[2];
};

static void address(struct msghdr *message, struct envelope *envelope, const struct letter *letter, const uint8_t *data)
{
	static uint8_t marker[MARKER];

	envelope->pieces[0] = (struct iovec){ marker, letter->by->nat ? MARKER : 0 };
	envelope->pieces[1] = (struct iovec){ (void *)data, letter->length };
	*message = (struct msghdr){
		.msg_name = &envelope->name,
		.msg_namelen = put_name(&envelope->name, &letter->to),
		.msg_iov = envelope->pieces,
		.msg_iovlen = 2,
	};
	if (letter->by->any)
		put_source(message, &envelope->control, &letter->from.addr);
}

/* An error may be that of an earlier message (ICMP), which is then told and over: once more. */
static void send_all(int fd, struct mmsghdr *messages, unsigned int count)
{
	bool again = false;
	int sent;

	while (count) {
		sent = sendmmsg(fd, messages, count, MSG_DONTWAIT);
		if (sent <= 0 && !again) {
			again = true;
			continue;
		}
		sent = sent > 0 ? sent : 1;
		again = false;
		messages += sent;
		count -= (unsigned int)sent;
	}
}

/* Those that go by one socket in one call. */
static void empty(struct outbox *outbox)
{
	struct envelope envelopes[SENDS];
	struct mmsghdr messages[SENDS];
	const uint8_t *data = outbox->data;
	unsigned int i, first = 0;

	for (i = 0; i < outbox->count; i++) {
		if (outbox->letters[i].by != outbox->letters[first].by) {
			send_all(outbox->letters[first].by->fd, &messages[first], i - first);
			first = i;
		}
		address(&messages[i].msg_hdr, &envelopes[i], &outbox->letters[i], data);
		data += outbox->letters[i].length;
	}
	if (outbox->count)
		send_all(outbox->letters[first].by->fd, &messages[first], outbox->count - first);
	outbox->count = 0;
	outbox->used = 0;
}

static void outbox_due(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	empty(arg);
}

void net_send(struct net *net, const struct ike_endpoint *from, const struct ike_endpoint *to, struct ike_slice data)
{
	const struct net_socket *by = find(net, from);
	struct outbox *outbox = &net->outbox;

	if (!by || data.length > sizeof(outbox->data))
		return;
	if (outbox->count == SENDS || data.length > sizeof(outbox->data) - outbox->used)
		empty(outbox);
	if (!outbox->count)
		event_active(outbox->due, 0, 0);
	memcpy(outbox->data + outbox->used, data.data, data.length);
	outbox->used += data.length;
	outbox->letters[outbox->count++] = (struct letter){ by, *from, *to, data.length };
}

void net_keep_alive(struct net *net, const struct ike_endpoint *from, const struct ike_endpoint *to)
{
	static const uint8_t byte = 0xff;
	const struct letter letter = { find(net, from), *from, *to, sizeof(byte) };
	struct mmsghdr message;
	struct envelope envelope;

	if (!letter.by || !letter.by->nat)
		return;
	address(&message.msg_hdr, &envelope, &letter, &byte);
	envelope.pieces[0].iov_len = 0; /* RFC 3948, 2.3: it has no marker */
	send_all(letter.by->fd, &message, 1);
}

/**
 * net_listen() - have the sockets that this host's addresses need
 *
 * Return: how many there are; what could not be opened is in the log
 */
unsigned int net_listen(struct net *net, const struct host_addresses *addresses)
{
	const struct klips_addr *addr;
	struct net_socket *one, *next;
	unsigned int count = 0;
	size_t i;

	empty(&net->outbox);
	cds_list_for_each_entry(one, &net->sockets, node)
		one->wanted = false;
	if (net->options.shared)
		want_shared(net);
	for (i = 0; i < addresses->count; i++) {
		addr = &addresses->list[i].addr;
		if (!net_listens(net, addr))
			continue;
		want(net, addr, net->options.ike_port, false);
		if (!net->options.shared)
			want_nat(net, addr);
	}
	cds_list_for_each_entry_safe(one, next, &net->sockets, node) {
		count += one->wanted;
		if (!one->wanted)
			close_socket(one);
	}
	return count;
}

void net_each(const struct net *net, void (*each)(void *arg, const struct ike_endpoint *at), void *arg)
{
	const struct net_socket *one;

	cds_list_for_each_entry(one, &net->sockets, node)
		each(arg, &one->at);
}

/**
 * net_new() - no sockets yet: net_listen() opens them
 * @options: @listen is copied, @backend must stay
 *
 * Return: it, for net_free(), or NULL without memory
 */
struct net *net_new(struct event_base *base, const struct net_options *options, const struct net_calls *calls)
{
	struct net *net = calloc(1, sizeof(*net));
	size_t bytes = options->listen_count * sizeof(*options->listen);

	if (!net)
		return NULL;
	net->base = base;
	net->options = *options;
	net->calls = *calls;
	net->nat_ports[0] = options->nat_port;
	net->nat_port_count = 1;
	CDS_INIT_LIST_HEAD(&net->sockets);
	net->listen = malloc(bytes + 1);
	net->outbox.due = event_new(base, -1, 0, outbox_due, &net->outbox);
	if (!net->listen || !net->outbox.due) {
		net_free(net);
		return NULL;
	}
	if (bytes)
		memcpy(net->listen, options->listen, bytes);
	return net;
}

void net_free(struct net *net)
{
	struct net_socket *one, *next;

	if (!net)
		return;
	if (net->outbox.due)
		event_free(net->outbox.due);
	empty(&net->outbox);
	cds_list_for_each_entry_safe(one, next, &net->sockets, node)
		close_socket(one);
	free(net->listen);
	free(net);
}
