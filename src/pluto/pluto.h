/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The engine: all of IKE without the world around it, which it reaches through one table of functions. */
#ifndef PLUTO_PLUTO_H
#define PLUTO_PLUTO_H

#include <urcu/list.h>

#include "backend.h"
#include "timer.h"
#include "trusted.h"

#define PLUTO_REQID_FIRST 16388 /* below are those that users give */

struct pluto;
struct ike_sa;
struct child_sa;
struct connection;
struct impair;
struct ike_child_keys;
struct ike_identity;
struct pki_located;

/**
 * struct pluto_job - heavy arithmetic: @work runs in any thread and touches nothing but the job; then @done in the
 * loop's
 * @brief: it takes a tenth of a millisecond or so: hardly more than another thread takes to wake
 * @waits: it takes no time of a processor, but perhaps seconds
 */
struct pluto_job {
	void (*work)(struct pluto_job *job);
	void (*done)(struct pluto_job *job);
	bool brief, waits;
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
 * @date: seconds since 1970, for certificates; NULL: there is none, and no store
 * @send: @from and @to with ports in host byte order; the bytes are the engine's. Whether they arrive nobody knows.
 * @random: as ike_random()
 * @submit: has a job done some time; its @done may run before submit returns
 * @fetch: what a hash and a URL stand for, in a job's work, as pki_located_fetch(); only called if lookups.on
 * @log: a line, of an SA's connection or NULL
 * @secret: a pre-shared key for two identities: its length is returned, 0: none; @to has 256 bytes
 * @addresses: where this host can be reached, up to @room of them, the best first: how many there are; may be NULL
 * @source: the address that packets to @to go from; false: they go nowhere
 * @device: the interface that has an address; false: this host does not have it; may be NULL
 * @updown: routes and firewalls of a Child SA, for "up" and "down", and while it moves for "leave", with what it had,
 *          "arrive", and, if the interface is another, "left", of the old one; may be NULL
 * @silent: the peer of an established IKE SA answers no more (RFC 7296, 2.4): before that SA ends; may be NULL
 * @event: a change of an IKE SA, for those who watch: "ike-up", "ike-failed", "ike-expired" (before it is deleted),
 *          "ike-down"; may be NULL
 * @child_event: the same of a Child SA: "child-up", "child-failed", "child-expired", "child-down"
 * @ike_keys, @child_keys: an SA has its keys, for who keeps a log of them; @initiator: whether this side began the
 * exchange that made it; may be NULL
 */
struct pluto_port {
	uint64_t (*now)(void *arg);
	int64_t (*date)(void *arg);
	void (*send)(void *arg, const struct ike_endpoint *from, const struct ike_endpoint *to, struct ike_slice data);
	int (*random)(void *arg, void *out, size_t length);
	void (*submit)(void *arg, struct pluto_job *job);
	int (*fetch)(void *arg, struct pki_located *to, struct pki_why *why);
	void (*log)(void *arg, enum pluto_log_level level, const char *line);
	size_t (*secret)(void *arg, const struct connection *connection, const struct ike_identity *local,
			 const struct ike_identity *remote, uint8_t *to);
	unsigned int (*addresses)(void *arg, struct klips_addr *to, unsigned int room);
	bool (*source)(void *arg, const struct klips_addr *to, struct klips_addr *from);
	bool (*device)(void *arg, const struct klips_addr *addr, char device[16]);
	void (*updown)(void *arg, const char *verb, const struct child_sa *child);
	void (*silent)(void *arg, const struct ike_sa *sa);
	void (*event)(void *arg, const char *what, const struct ike_sa *sa, const char *detail);
	void (*ike_keys)(void *arg, const struct ike_sa *sa);
	void (*child_keys)(void *arg, const struct child_sa *child, const struct ike_child_keys *keys, bool initiator);
	void (*child_event)(void *arg, const char *what, const struct child_sa *child, const char *detail);
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

enum pluto_entry_sort {
	PLUTO_IKE_SA,
	PLUTO_CHILD_SA,
	PLUTO_BOOKMARK, /* no SA: where somebody who reads the list goes on */
};

/* A place in the engine's list of all SAs, in the order of their serials. */
struct pluto_entry {
	struct cds_list_head node;
	enum pluto_entry_sort sort;
};

/* What happened, counted since the start. */
struct pluto_counters {
	uint64_t received, sent, retransmitted, malformed, unprotected, no_sa, cookies, refused;
};

#define PLUTO_SA_BUCKETS       16384
#define PLUTO_OPENING_BUCKETS  1024
#define PLUTO_FAREWELL_BUCKETS 1024

struct pluto {
	const struct pluto_port *port;
	void *arg;
	struct backend *backend;
	struct pluto_limits limits;
	struct pluto_trust trust;
	struct pluto_lookups lookups;
	uint16_t nat_port;   /* this host's, RFC 3948 */
	uint64_t shunt_life; /* milliseconds, of a failureshunt= */
	struct pluto_timers timers;
	struct cds_list_head connections, pools;
	void *leases; /* of all pools, by addresses: a tree */
	struct cds_list_head sas;
	struct cds_list_head entries;			     /* also of IKE SAs that nobody sees yet */
	struct cds_list_head buckets[PLUTO_SA_BUCKETS];	     /* IKE SAs by their own SPI */
	struct cds_list_head opening[PLUTO_OPENING_BUCKETS]; /* half-open ones by the initiator's */
	struct cds_list_head peers[PLUTO_SA_BUCKETS];	     /* established ones by who the peer is */
	struct cds_list_head kin[PLUTO_OPENING_BUCKETS];     /* and by their connection's family */
	struct cds_list_head used[PLUTO_SA_BUCKETS];	     /* Child SAs that have policies, by their selectors */
	struct cds_list_head
		farewells[PLUTO_FAREWELL_BUCKETS]; /* last replies by the own SPIs of IKE SAs that are gone */
	unsigned int half_open;
	unsigned int waiting;	/* connections */
	unsigned int computing; /* key exchanges of peers that begin */
	uint64_t hash_seed;
	uint32_t next_reqid;
	uint32_t next_serial;
	bool many_of_one;	      /* a peer's new IKE SA does not end his older one that has an address from here */
	uint8_t cookie_secret[2][32]; /* the one of now, the one before */
	uint64_t cookie_made;
	uint8_t cookie_version;
	struct pluto_counters counters;
	uint64_t complaints_since; /* milliseconds */
	unsigned int complaints;
	struct impair *impair; /* NULL: there is none */
	bool quiet;	       /* nobody wants lines of PLUTO_DEBUG */
	uint64_t hints_since;  /* milliseconds */
	unsigned int hints;
};

struct pluto *pluto_new(const struct pluto_port *port, void *arg);
/* Ends all SAs without a word to their peers. */
void pluto_free(struct pluto *pluto);
/* By their numbers; NULL: none. */
struct ike_sa *pluto_find_ike(struct pluto *pluto, uint32_t serial);
struct child_sa *pluto_find_child(struct pluto *pluto, uint32_t serial);
void pluto_receive(struct pluto *pluto, const struct ike_endpoint *local, const struct ike_endpoint *remote,
		   struct ike_slice data);

/* The same, past what is impaired. */
void pluto_take(struct pluto *pluto, const struct ike_endpoint *local, const struct ike_endpoint *remote,
		struct ike_slice data);
/* Whatever goes out goes by this. */
void pluto_send(struct pluto *pluto, const struct ike_endpoint *from, const struct ike_endpoint *to,
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
