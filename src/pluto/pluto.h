/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The engine: all of IKE without the world around it, which it reaches through one table of functions. */
#ifndef PLUTO_PLUTO_H
#define PLUTO_PLUTO_H

#include <urcu/list.h>

#include "backend.h"
#include "timer.h"

struct pluto;
struct ike_sa;
struct child_sa;
struct connection;

/**
 * struct pluto_job - heavy arithmetic: @work runs in any thread and touches nothing but the job; then @done in the
 * loop's
 */
struct pluto_job {
	void (*work)(struct pluto_job *job);
	void (*done)(struct pluto_job *job);
	struct pluto_job *next;
};

enum pluto_log_level {
	PLUTO_ERROR,
	PLUTO_NOTICE, /* what administrators want to know of each SA */
	PLUTO_DEBUG,
};

/**
 * struct pluto_port - what the engine asks of what is around it; tests have their own
 * @now: milliseconds of a clock that only goes forward
 * @send: @from and @to with ports in host byte order; the bytes are the engine's. Whether they arrive nobody knows.
 * @random: as ike_random()
 * @submit: has a job done some time; its @done may run before submit returns
 * @log: a line, of an SA's connection or NULL
 * @secret: a pre-shared key for two identities: its length is returned, 0: none; @to has 256 bytes
 * @updown: routes and firewalls of a Child SA, for "up" and "down"; may be NULL
 * @event: a change of an SA, for those who watch: "ike-up", "child-down"; may be NULL
 */
struct pluto_port {
	uint64_t (*now)(void *arg);
	void (*send)(void *arg, const struct ike_endpoint *from, const struct ike_endpoint *to, struct ike_slice data);
	int (*random)(void *arg, void *out, size_t length);
	void (*submit)(void *arg, struct pluto_job *job);
	void (*log)(void *arg, enum pluto_log_level level, const char *line);
	size_t (*secret)(void *arg, const struct connection *connection, const char *local, const char *remote,
			 uint8_t *to);
	void (*updown)(void *arg, const char *verb, const struct child_sa *child);
	void (*event)(void *arg, const char *what, const struct ike_sa *sa, const char *detail);
};

/**
 * struct pluto_limits - against floods
 * @half_open: IKE SAs that began elsewhere and are not authenticated: more are refused
 * @cookies: of those, from when cookies are demanded (RFC 7296, 2.6)
 */
struct pluto_limits {
	unsigned int half_open;
	unsigned int cookies;
};

/* What happened, counted since the start. */
struct pluto_counters {
	uint64_t received, sent, retransmitted, malformed, unprotected, no_sa, cookies, refused;
};

#define PLUTO_SA_BUCKETS      16384
#define PLUTO_OPENING_BUCKETS 1024

struct pluto {
	const struct pluto_port *port;
	void *arg;
	struct backend *backend;
	struct pluto_limits limits;
	struct pluto_timers timers;
	struct cds_list_head connections;
	struct cds_list_head sas;
	struct cds_list_head buckets[PLUTO_SA_BUCKETS];	     /* IKE SAs by their own SPI */
	struct cds_list_head opening[PLUTO_OPENING_BUCKETS]; /* half-open ones by the initiator's */
	unsigned int half_open;
	uint64_t hash_seed;
	uint32_t next_reqid;
	uint32_t next_serial;
	uint8_t cookie_secret[2][32]; /* the one of now, the one before */
	uint64_t cookie_made;
	uint8_t cookie_version;
	struct pluto_counters counters;
	uint64_t complaints_since; /* milliseconds */
	unsigned int complaints;
};

struct pluto *pluto_new(const struct pluto_port *port, void *arg);
/* Ends all SAs without a word to their peers. */
void pluto_free(struct pluto *pluto);
void pluto_receive(struct pluto *pluto, const struct ike_endpoint *local, const struct ike_endpoint *remote,
		   struct ike_slice data);

static inline uint64_t pluto_now(const struct pluto *pluto)
{
	return pluto->port->now(pluto->arg);
}

void pluto_log(const struct pluto *pluto, enum pluto_log_level level, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Of what anybody can send: whether it may have a line in the log, of which there are only so many a second. */
bool pluto_may_complain(struct pluto *pluto);
void pluto_bytes(struct pluto *pluto, void *out, size_t length); /* random ones; without any the process ends */

#endif
