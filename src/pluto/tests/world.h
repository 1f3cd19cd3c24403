/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two engines and all that is around them, made up: network, clock, stack and chance. Every run is the same. */
#ifndef PLUTO_TESTS_WORLD_H
#define PLUTO_TESTS_WORLD_H

#include "../child_sa.h"
#include "../exchange.h"

#define PACKETS_MAX  64
#define POLICIES_MAX 16
#define SAS_MAX	     16

struct packet {
	struct ike_endpoint from, to;
	size_t length;
	uint8_t data[4096];
};

/* A stack that remembers. @refuse: sa_add answers with that error. */
struct stack {
	struct backend backend;
	uint32_t next_spi;
	unsigned int sas, policies, larval;
	struct backend_sa sa[SAS_MAX];
	struct backend_policy policy[POLICIES_MAX];
	int refuse, refuse_spi;
};

/**
 * struct side - one engine
 * @psk: its secret, "" for none
 * @log: its last lines, all notices
 */
struct side {
	struct world *world;
	struct pluto *pluto;
	struct connection *connection;
	struct stack stack;
	struct ike_endpoint at;
	uint8_t chance;
	const char *psk;
	char log[4096];
	char events[512];
	unsigned int sent;
	struct pluto_job *jobs; /* if they are kept: @keep_jobs */
	bool keep_jobs;
};

/**
 * struct world - what is on the way: packet[first] is the next to arrive
 * @lose: the next so many are lost
 */
struct world {
	uint64_t now;
	struct side west, east;
	struct packet packet[PACKETS_MAX];
	unsigned int first, count;
	unsigned int lose;
};

void world_make(struct world *world);
void world_free(struct world *world);
/* Proposals for both connections: ike= and esp= of ipsec.conf. */
void world_propose(struct side *side, const char *ike, const char *esp);
/* Delivers until nothing is on the way. */
void world_settle(struct world *world);
/* Delivers the next packet. */
void world_deliver(struct world *world);
/* Lets time pass: timers run at their moments, packets arrive at once. */
void world_pass(struct world *world, uint64_t milliseconds);
/* The only IKE SA of a side that is in that state; NULL: none, or several. */
struct ike_sa *side_sa(struct side *side, enum ike_sa_state state);
struct child_sa *side_child(struct side *side);
unsigned int side_sas(struct side *side);
bool side_said(const struct side *side, const char *text);
void side_run_jobs(struct side *side);

#endif
