/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Child SAs: RFC 7296, 1.3 and 2.17. */
#ifndef PLUTO_CHILD_SA_H
#define PLUTO_CHILD_SA_H

#include "ike_sa.h"

enum child_sa_state {
	CHILD_SA_LARVAL, /* has an SPI of its own, and no keys */
	CHILD_SA_INSTALLED,
	CHILD_SA_REKEYED, /* another carries the traffic; it is to be deleted */
	CHILD_SA_DELETING,
};

/**
 * struct child_sa - one: two SAs of the stack, and the policies to them
 * @owned: in the list of its connection
 * @spi: network byte order: of what comes in, of what goes out
 * @ref: by which what goes out goes, if the connection's options have @overlap; it is a Child SA's that takes the place
 * of another, too; 0: none
 * @cpi: likewise, of IPCOMP within; 0: packets are not compressed. See ipcomp.c
 * @reqid: the connection's; of one that is for many peers, this peer's
 * @path: of its packets, which follow the IKE SA's when it moves; @encap: they go in UDP
 * @physical: the interface of the path, for KLIPS; empty: not known
 * @suite: what was agreed on; @number: of the proposal that was chosen
 * @local_ts, @remote_ts: agreed
 * @packet: the traffic that it was begun for, if @has_packet; @single: it is for its pair of addresses alone
 * @additional: this side would make more Child SAs for what was asked for
 * @no_tfc: the peer does not want padding for confidentiality: RFC 7296, 3.10.1
 * @used: what goes out goes by it; @alike: then it is in the engine's list of those
 * @unwanted: it is to be deleted as soon as it is made
 * @lost: the peer has it no more
 * @successor: the one that was made in its place; NULL: none
 * @rekeying: the one that this side's request under way is to make in its place
 */
struct child_sa {
	struct cds_list_head node, alike, owned;
	struct pluto_entry entry;
	struct ike_sa *sa;
	struct connection *connection;
	uint32_t serial;
	enum child_sa_state state;
	uint32_t spi[2], cpi[2];
	uint32_t reqid, ref;
	struct ike_path path;
	char physical[16];
	uint8_t protocol;
	bool tunnel, encap, no_tfc;
	struct ike_suite suite;
	struct ike_ts_list local_ts, remote_ts;
	struct ike_ts packet[2];
	uint8_t number;
	bool used, unwanted, lost, has_packet, single, additional;
	struct child_sa *successor, *rekeying;
	struct pluto_timer rekey, expire;
	uint64_t installed;
};

struct ike_ke_job;

/* With an SPI from the stack. NULL: no memory, or the stack refuses; the log has it. */
struct child_sa *child_sa_new(struct ike_sa *sa, struct connection *connection);
/* It is the one that its connection's packet, if there is one, is waiting for; @old: or that of the one it replaces. */
void child_sa_take_packet(struct child_sa *child, const struct child_sa *old);
/* Takes it from the stack and frees it. @replaced: its policies are another's now and stay. */
void child_sa_free(struct child_sa *child, bool replaced);
/*
 * @nonce, @shared: of the exchange that made it. @initiator: whether this side began that. @use: also what goes out
 * uses it; else child_sa_use() does so later. 0, or a negative errno: then nothing is installed.
 */
int child_sa_install(struct child_sa *child, const struct ike_nonce nonce[2], struct ike_slice shared, bool initiator,
		     bool use);
int child_sa_use(struct child_sa *child);
/* A line of its connection and its IKE SA. */
void child_sa_log(const struct child_sa *child, enum pluto_log_level level, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void child_sa_tell(const struct child_sa *child, const char *event, const char *detail);
/* It is deleted: what goes out goes by its successor. Whether it has one, which has the policies now. */
bool child_sa_hand_over(struct child_sa *child);
/* What the peer made of the offer is not what this side takes: the peer is to delete it. NULL */
struct child_sa *child_sa_disown(struct child_sa *child);
/* RFC 7296, 1.4.1: queues the request; the answer frees it. */
void child_sa_delete_start(struct child_sa *child);
/* @spi: 0 is none's: one that is being made may not know the peer's yet. */
struct child_sa *child_sa_find(struct ike_sa *sa, uint8_t protocol, uint32_t spi, bool inbound);
void child_sas_end(struct ike_sa *sa);

/* What a request for one has: SA, fresh values, TSi, TSr, and notifications. @fresh: NULL: in IKE_AUTH */
void child_sa_put_offer(struct child_sa *child, struct ike_builder *builder, const struct ike_fresh *fresh);
/* What was answered. 0, or the error notification that says why there is none: N_INVALID_SYNTAX if it is nonsense. */
uint16_t child_sa_take_answer(struct child_sa *child, const struct ike_message *message, bool initial);
/*
 * Makes what a request asks for. @old: in whose place; NULL: nobody's. 0, or the error notification to answer with.
 */
uint16_t child_sa_choose(struct child_sa **to, struct ike_sa *sa, const struct ike_message *request,
			 const struct child_sa *old, bool initial);
/* The reply, for one that child_sa_choose() made. @nonce: NULL: in IKE_AUTH; @job: NULL: no key exchange of its own */
void child_sa_put_answer(struct child_sa *child, struct ike_builder *builder, const struct ike_nonce *nonce,
			 const struct ike_ke_job *job);

#endif
