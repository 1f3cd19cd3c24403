/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two engines and all that is around them, made up: network, clock, stack and chance. Every run is the same. */
#ifndef PLUTO_TESTS_WORLD_H
#define PLUTO_TESTS_WORLD_H

#include "../child_sa.h"
#include "../exchange.h"

#define PACKETS_MAX   64
#define POLICIES_MAX  16
#define SAS_MAX	      16
#define ADDRESSES_MAX 4
#define REFS_MAX      1024

struct packet {
	struct ike_endpoint from, to;
	size_t length;
	uint8_t data[4096];
};

/*
 * A stack that remembers. @refuse: sa_add answers with that error; @refuse_policy: policy_set does so after @room more.
 * @cpis: SAs of IPCOMP, larval ones too
 * @owner: by reference, the SPI of what has it; @refs: of them are given out. @marks: of what comes in: its SPI, and
 * the reference that it is marked with. @refuse_refer: sa_refer answers with that error
 */
struct stack {
	struct backend backend;
	uint32_t next_spi, next_cpi;
	unsigned int cpis, sas, policies, larval;
	struct backend_sa sa[SAS_MAX];
	struct {
		uint32_t cpi;
		struct klips_addr dst;
	} cpi[SAS_MAX];
	struct backend_policy policy[POLICIES_MAX];
	uint32_t refs, owner[REFS_MAX];
	struct {
		uint32_t spi, ref;
	} marks[SAS_MAX];
	int refuse_refer;
	int refuse, refuse_spi, refuse_cpi, refuse_policy, refuse_move;
	unsigned int room;
};

/**
 * struct side - one engine
 * @chance, @draws: what is random goes by
 * @addresses: of its host, the best first; since side_has(), @moves, what is sent from another is lost
 * @psk: its secret, "" for none
 * @log: its last lines, all notices
 */
struct side {
	struct world *world;
	struct pluto *pluto;
	struct connection *connection;
	struct stack stack;
	struct ike_endpoint at;
	struct klips_addr addresses[ADDRESSES_MAX];
	unsigned int address_count;
	bool moves;
	uint8_t chance;
	uint32_t draws;
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
 * @date: seconds since 1970
 * @dead: what goes to or from that address is lost; version 0: none
 * @inside, @outside: a NAT: what the one sends is from the other, and the way back; version 0: there is none
 * @last: the packet that arrived last
 * @fetch: what is on web servers; NULL: nothing
 */
struct world {
	uint64_t now;
	int64_t date;
	struct side west, east;
	struct packet packet[PACKETS_MAX];
	unsigned int first, count;
	unsigned int lose;
	struct klips_addr dead;
	struct ike_endpoint inside, outside;
	struct packet last;
	int (*fetch)(struct side *side, struct pki_located *to, struct pki_why *why);
};

void world_make(struct world *world);
void world_free(struct world *world);
/* Proposals for both connections: ike= and esp= of ipsec.conf. */
void world_propose(struct side *side, const char *ike, const char *esp);
/* Delivers until nothing is on the way. */
void world_settle(struct world *world);
/* Delivers the next packet. */
void world_deliver(struct world *world);
/* Packets on the way to a side; takes the one with that number, 0 is the oldest, and delivers it if it is not @lost. */
unsigned int side_packets(const struct side *side);
void side_take(struct side *side, unsigned int number, bool lost);
/* Lets time pass: timers run at their moments, packets arrive at once. */
void world_pass(struct world *world, uint64_t milliseconds);
/* The only IKE SA of a side that is in that state; NULL: none, or several. */
struct ike_sa *side_sa(struct side *side, enum ike_sa_state state);
/* Its host has these addresses and no others from now on: "192.1.2.46", NULL at the end. */
void side_has(struct side *side, ...) __attribute__((sentinel));
struct klips_addr world_address(const char *text);
/* Somebody sends a packet again, from elsewhere. */
void world_replay(struct world *world, const struct packet *packet, const char *from, uint16_t port);
struct child_sa *side_child(struct side *side);
unsigned int side_sas(struct side *side);
bool side_said(const struct side *side, const char *text);
void side_run_job(struct side *side); /* the last that came */
void side_run_first_job(struct side *side);
void side_run_jobs(struct side *side);

#endif
