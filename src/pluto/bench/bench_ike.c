// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A crowd of initiators for `make bench-ike`: each has an address of its own, begins an IKE SA with a Child SA by
 * pluto's engine and a pre-shared key, and forgets it as soon as it is up, without a word to the responder, which keeps
 * it. Prints one line of JSON about what came of them.
 *
 * All share one private key: an initiator costs less than a responder, so that one can be offered more than it can do.
 */
#define _GNU_SOURCE /* struct in_pktinfo, ppoll */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "../../lib/ike_own.h"
#include "../../lib/parse.h"
#include "../child_sa.h"
#include "../fresh.h"
#include "../ke_job.h"

#define SECOND	    1000000000ULL
#define DATAGRAM    65536
#define READS	    64 /* in a row */
#define SECONDS_MAX 600
#define PORT	    500
#define ROOM	    (8 << 20) /* bytes of the socket */
#define FIRST_AGAIN 1000      /* milliseconds to the first retransmission; then twice as long each time */

/**
 * struct options - what the command line says
 * @count: initiators; @rate: so many begin a second, 0: as soon as they may; @window: so many are under way at a time
 * @seconds: it ends then, whatever is under way; 0: when all have ended
 */
struct options {
	struct klips_addr peer, first;
	const char *ike, *secret;
	uint64_t count, rate, window, seconds, patience;
};

/**
 * struct crowd - all initiators
 * @up: it has just been established, with or without its Child SA: it is to be forgotten
 * @beginning: the next key exchange is one that begins
 * @by_second: how many were established in each
 * @why: the last that the engine complained of
 */
struct crowd {
	struct options options;
	struct pluto *pluto;
	struct connection *connection;
	struct ike_sa *up;
	EVP_PKEY *key;
	bool beginning;
	int fd;
	uint64_t began, next, established, failed;
	uint64_t by_second[SECONDS_MAX];
	char why[200];
};

static uint64_t clock_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * SECOND + (uint64_t)now.tv_nsec;
}

static void must(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "bench_ike: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint64_t now(void *arg)
{
	(void)arg;
	return clock_now() / 1000000;
}

static void dispatch(void *arg, const struct ike_endpoint *from, const struct ike_endpoint *to, struct ike_slice data)
{
	struct crowd *crowd = arg;
	struct sockaddr_in name = { .sin_family = AF_INET, .sin_port = htons(to->port) };
	struct in_pktinfo source = { 0 };
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(source))];
	} control = { 0 };
	struct iovec piece = { (void *)data.data, data.length };
	struct msghdr message = {
		.msg_name = &name,
		.msg_namelen = sizeof(name),
		.msg_iov = &piece,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};

	memcpy(&name.sin_addr, to->addr.b, sizeof(name.sin_addr));
	memcpy(&source.ipi_spec_dst, from->addr.b, sizeof(source.ipi_spec_dst));
	control.header.cmsg_level = IPPROTO_IP;
	control.header.cmsg_type = IP_PKTINFO;
	control.header.cmsg_len = CMSG_LEN(sizeof(source));
	memcpy(CMSG_DATA(&control.header), &source, sizeof(source));
	/* What the kernel has no room for is lost, as elsewhere on the way. */
	must(sendmsg(crowd->fd, &message, 0) >= 0 || errno == ENOBUFS || errno == EAGAIN, "sendmsg");
}

static int chance(void *arg, void *out, size_t length)
{
	(void)arg;
	return ike_random(out, length);
}

/* Initiators begin with the key that all share. */
static void submit(void *arg, struct pluto_job *job)
{
	struct crowd *crowd = arg;
	struct ike_ke_job *one = caa_container_of(job, struct ike_ke_job, job);

	if (crowd->beginning && EVP_PKEY_up_ref(crowd->key) == 1)
		one->ke = ike_ke_adopt(one->method, crowd->key);
	job->work(job);
	job->done(job);
}

static void note(void *arg, enum pluto_log_level level, const char *line)
{
	struct crowd *crowd = arg;

	if (level < PLUTO_NOTICE || strstr(line, "refuses") || strstr(line, "ended"))
		snprintf(crowd->why, sizeof(crowd->why), "%s", line);
}

static size_t secret(void *arg, const struct connection *connection, const struct ike_identity *local,
		     const struct ike_identity *remote, uint8_t *to)
{
	const struct crowd *crowd = arg;
	size_t length = strlen(crowd->options.secret);

	(void)connection;
	(void)local;
	(void)remote;
	memcpy(to, crowd->options.secret, length);
	return length;
}

static void event(void *arg, const char *what, const struct ike_sa *sa, const char *detail)
{
	struct crowd *crowd = arg;

	(void)sa;
	(void)detail;
	crowd->failed += !strcmp(what, "ike-failed");
}

static void child_event(void *arg, const char *what, const struct child_sa *child, const char *detail)
{
	struct crowd *crowd = arg;
	uint64_t second = (clock_now() - crowd->began) / SECOND;

	(void)detail;
	if (child->sa->state != IKE_SA_ESTABLISHED || crowd->up)
		return;
	crowd->up = ike_sa_get(child->sa);
	if (strcmp(what, "child-up") != 0) {
		crowd->failed++;
		return;
	}
	crowd->established++;
	if (second < SECONDS_MAX)
		crowd->by_second[second]++;
}

static const struct pluto_port port = {
	.now = now,
	.send = dispatch,
	.random = chance,
	.submit = submit,
	.log = note,
	.secret = secret,
	.event = event,
	.child_event = child_event,
};

static void open_socket(struct crowd *crowd)
{
	struct sockaddr_in name = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	int room = ROOM, one = 1;

	crowd->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	must(crowd->fd >= 0, "socket");
	if (setsockopt(crowd->fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)))
		setsockopt(crowd->fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	must(!setsockopt(crowd->fd, IPPROTO_IP, IP_PKTINFO, &one, sizeof(one)), "IP_PKTINFO");
	must(!bind(crowd->fd, (struct sockaddr *)&name, sizeof(name)), "port 500");
}

static void make_connection(struct crowd *crowd)
{
	struct connection *connection = connection_new(crowd->pluto, "crowd");
	struct ike_text_error error = { 0 };

	must(connection, "connection");
	connection->local.auth = connection->remote.auth = AUTH_BY_SECRET;
	connection->local.ike_port = connection->remote.ike_port = PORT;
	connection->remote.host = crowd->options.peer;
	connection->remote.client.count = 1;
	must(!ike_ts_parse(&connection->remote.client.ts[0], "192.0.2.0/24"), "selector");
	connection->times.retransmit_first = FIRST_AGAIN;
	connection->times.retransmit_limit = crowd->options.patience * 1000;
	connection->initial_contact = true;
	connection->fragmentation = true;
	errno = EINVAL;
	must(!ike_proposals_parse(&connection->ike, IKE_PROTO_IKE, crowd->options.ike, true, &error) &&
		     !ike_proposals_parse(&connection->child, IKE_PROTO_ESP, "aes_gcm128", false, &error),
	     crowd->options.ike);
	crowd->connection = connection;
}

static EVP_PKEY *make_key(const struct ike_alg *method)
{
	bool modp = !strncmp(method->openssl, "modp_", 5);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, modp ? "DH" : method->openssl, NULL);
	EVP_PKEY *key = NULL;

	must(ctx && EVP_PKEY_keygen_init(ctx) == 1 &&
		     (!modp || EVP_PKEY_CTX_set_group_name(ctx, method->openssl) == 1) &&
		     EVP_PKEY_generate(ctx, &key) == 1,
	     method->name);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static void make_crowd(struct crowd *crowd)
{
	char why[200];

	crowd->pluto = pluto_new(&port, crowd);
	must(crowd->pluto, "engine");
	must(!backend_choose(&crowd->pluto->backend, "none", NULL, NULL, why, sizeof(why)), "stack");
	make_connection(crowd);
	crowd->key = make_key(ike_fresh_method(&crowd->connection->ike));
	open_socket(crowd);
	crowd->began = clock_now();
}

static struct klips_addr address_of(const struct crowd *crowd, uint64_t number)
{
	uint32_t first;

	memcpy(&first, crowd->options.first.b, sizeof(first));
	return klips_addr_v4(htonl(ntohl(first) + (uint32_t)number));
}

static void begin_one(struct crowd *crowd)
{
	struct ike_endpoint local = { address_of(crowd, crowd->next++), PORT };
	struct ike_endpoint remote = { crowd->options.peer, PORT };
	struct ike_sa *sa = ike_sa_new(crowd->connection, &local, &remote, NULL);

	must(sa, "IKE SA");
	crowd->beginning = true;
	must(!ike_init_start(sa), "IKE_SA_INIT");
	crowd->beginning = false;
}

static uint64_t under_way(const struct crowd *crowd)
{
	return crowd->next - crowd->established - crowd->failed;
}

/* Nanoseconds until the next is to begin; 0: now; UINT64_MAX: there is none to. */
static uint64_t until_next(const struct crowd *crowd)
{
	const struct options *options = &crowd->options;
	uint64_t passed = clock_now() - crowd->began, due;

	if (crowd->next == options->count || under_way(crowd) >= options->window)
		return UINT64_MAX;
	due = options->rate ? crowd->next * SECOND / options->rate : 0;
	return due > passed ? due - passed : 0;
}

static bool receive_one(struct crowd *crowd)
{
	static uint8_t data[DATAGRAM];
	struct ike_endpoint local, remote = { crowd->options.peer, PORT };
	char control[CMSG_SPACE(sizeof(struct in_pktinfo))];
	struct iovec piece = { data, sizeof(data) };
	struct msghdr message = {
		.msg_iov = &piece, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control)
	};
	ssize_t length = recvmsg(crowd->fd, &message, MSG_DONTWAIT);
	struct cmsghdr *destination = CMSG_FIRSTHDR(&message);
	struct in_pktinfo info;

	if (length < 0)
		return false;
	if (!destination || destination->cmsg_type != IP_PKTINFO)
		return true;
	memcpy(&info, CMSG_DATA(destination), sizeof(info));
	local = (struct ike_endpoint){ klips_addr_v4(info.ipi_addr.s_addr), PORT };
	pluto_receive(crowd->pluto, &local, &remote, (struct ike_slice){ data, (size_t)length });
	if (crowd->up) {
		ike_sa_end(crowd->up, NULL);
		ike_sa_put(crowd->up);
		crowd->up = NULL;
	}
	return true;
}

static void wait_for(struct crowd *crowd, uint64_t nanoseconds)
{
	struct pollfd fd = { .fd = crowd->fd, .events = POLLIN };
	uint64_t timer = pluto_timers_next(&crowd->pluto->timers), passed = pluto_now(crowd->pluto), wait = SECOND / 10;
	struct timespec limit = { 0 };

	if (timer <= passed)
		wait = 0;
	else if (timer - passed < wait / 1000000)
		wait = (timer - passed) * 1000000;
	limit.tv_nsec = (long)(nanoseconds < wait ? nanoseconds : wait);
	ppoll(&fd, 1, &limit, NULL);
}

static bool is_over(const struct crowd *crowd)
{
	if (crowd->options.seconds)
		return clock_now() - crowd->began >= crowd->options.seconds * SECOND;
	return crowd->next == crowd->options.count && !under_way(crowd);
}

static void run(struct crowd *crowd)
{
	int i;

	while (!is_over(crowd)) {
		for (i = 0; i < READS && !until_next(crowd); i++)
			begin_one(crowd);
		for (i = 0; i < READS && receive_one(crowd); i++)
			;
		pluto_timers_run(&crowd->pluto->timers, pluto_now(crowd->pluto));
		wait_for(crowd, until_next(crowd));
	}
}

static void report(const struct crowd *crowd)
{
	const struct pluto_counters *counters = &crowd->pluto->counters;
	double seconds = (double)(clock_now() - crowd->began) / SECOND;
	uint64_t second, count = (uint64_t)seconds < SECONDS_MAX ? (uint64_t)seconds : SECONDS_MAX;

	printf("{\"begun\": %" PRIu64 ", \"established\": %" PRIu64 ", \"failed\": %" PRIu64
	       ", \"retransmitted\": %" PRIu64 ", \"seconds\": %.3f, \"by_second\": [",
	       crowd->next, crowd->established, crowd->failed, counters->retransmitted, seconds);
	for (second = 0; second < count; second++)
		printf("%s%" PRIu64, second ? ", " : "", crowd->by_second[second]);
	printf("]}\n");
	if (crowd->failed)
		fprintf(stderr, "bench_ike: %" PRIu64 " failed, the last: %s\n", crowd->failed, crowd->why);
}

static int usage(void)
{
	fprintf(stderr,
		"usage: bench_ike --peer ADDRESS --first ADDRESS --ike PROPOSAL --secret TEXT --count N [--rate N]\n"
		"       [--window N] [--seconds N] [--patience SECONDS]\n");
	return 2;
}

static bool take_number(uint64_t *to, uint64_t most)
{
	u64 number = 0;
	const char *wrong = klips_parse_number(&number, optarg, most);

	*to = number;
	return !wrong;
}

static bool take(struct options *to, int option)
{
	switch (option) {
	case 'p':
		return !klips_parse_addr(&to->peer, optarg);
	case 'f':
		return !klips_parse_addr(&to->first, optarg);
	case 'i':
		to->ike = optarg;
		return true;
	case 's':
		to->secret = optarg;
		return true;
	case 'c':
		return take_number(&to->count, UINT32_MAX);
	case 'r':
		return take_number(&to->rate, 1000000);
	case 'w':
		return take_number(&to->window, UINT32_MAX);
	case 't':
		return take_number(&to->seconds, SECONDS_MAX);
	case 'l':
		return take_number(&to->patience, SECONDS_MAX);
	}
	return false;
}

static bool read_options(struct options *to, int argc, char **argv)
{
	static const struct option options[] = {
		{ "peer", required_argument, NULL, 'p' },     { "first", required_argument, NULL, 'f' },
		{ "ike", required_argument, NULL, 'i' },      { "secret", required_argument, NULL, 's' },
		{ "count", required_argument, NULL, 'c' },    { "rate", required_argument, NULL, 'r' },
		{ "window", required_argument, NULL, 'w' },   { "seconds", required_argument, NULL, 't' },
		{ "patience", required_argument, NULL, 'l' }, { 0 },
	};
	int option;

	*to = (struct options){ .window = UINT32_MAX, .patience = 8 };
	while ((option = getopt_long(argc, argv, "", options, NULL)) >= 0)
		if (!take(to, option))
			return false;
	return optind == argc && to->peer.version == KLIPS_V4 && to->first.version == KLIPS_V4 && to->ike &&
	       to->secret && strlen(to->secret) <= 256 && to->count;
}

int main(int argc, char **argv)
{
	static struct crowd crowd;

	if (!read_options(&crowd.options, argc, argv))
		return usage();
	make_crowd(&crowd);
	run(&crowd);
	report(&crowd);
	return 0;
}
