/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Exchanges: requests, their answers, and what protects both. What is in them is for those who have rows in the tables.
 */
#ifndef PLUTO_EXCHANGE_H
#define PLUTO_EXCHANGE_H

#include "ike_sa.h"

/* What becomes of a message that was handled. */
enum ike_outcome {
	IKE_DONE,  /* of a request: the reply is in the builder */
	IKE_LATER, /* somebody computes, and goes on with ike_exchange_done() or ike_reply() */
	IKE_AGAIN, /* the request is to be built anew, in a new exchange; IKE_SA_INIT's all have the message ID 0 */
	IKE_DROP,  /* as if the message had not come */
	IKE_END,   /* the SA ends (of a request: after the reply in the builder) */
};

struct ike_exchange;

/**
 * struct ike_exchange_ops - a kind of request
 * @build: payloads of the request. IKE_DONE, or IKE_DROP: it is no longer needed
 * @answer: a valid answer came
 * @end: it is over, in whichever way: free what it has, but, of an SA that is IKE_SA_DEAD, no Child SA: those go with
 * it.
 *       @answered: false: it was not begun, the peer said nothing, or the SA ended
 */
struct ike_exchange_ops {
	const char *name;
	uint8_t exchange;
	enum ike_outcome (*build)(struct ike_exchange *exchange, struct ike_builder *builder);
	enum ike_outcome (*answer)(struct ike_exchange *exchange, const struct ike_message *message);
	void (*end)(struct ike_exchange *exchange, bool answered);
};

/**
 * struct ike_exchange - a request of this side's; it is part of what it is about
 * @fresh: of it, if it was begun by ike_fresh_start()
 * @tries: how often it was sent
 * @by: with @apart: what it goes by, whichever way the SA goes; its @build sets both
 * @probing: it was sent by other ways than the SA's too
 */
struct ike_exchange {
	struct cds_list_head node;
	const struct ike_exchange_ops *ops;
	struct ike_sa *sa;
	struct ike_fresh *fresh;
	struct ike_packet *packets;
	struct pluto_timer timer;
	uint64_t began;
	unsigned int tries;
	struct ike_path by;
	bool answered, apart, probing;
};

/* Queues a request. What @exchange is part of is freed by its @end. */
void ike_exchange_start(struct ike_sa *sa, struct ike_exchange *exchange, const struct ike_exchange_ops *ops);
/* After IKE_LATER: the answer is dealt with: IKE_DONE, IKE_AGAIN or IKE_END. */
void ike_exchange_done(struct ike_exchange *exchange, enum ike_outcome outcome);
/* The request in flight goes out at once, by the way that the SA goes now, with as much time for an answer as at first.
 */
void ike_exchange_resend(struct ike_sa *sa);
/* The SA ends: all of its requests do. */
void ike_exchanges_end(struct ike_sa *sa);

/* A builder of a reply's payloads, for ike_reply(): of the engine's one buffer. */
void ike_reply_start(struct ike_builder *builder);
/* After IKE_LATER: protects and sends the reply; IKE_END: then ends the SA. */
void ike_reply(struct ike_sa *sa, uint8_t exchange, struct ike_builder *builder, enum ike_outcome outcome);

/* An IKE SA ends with its reply: that is kept for a minute. */
void ike_farewell(struct ike_sa *sa);
/* A message for an IKE SA that is not there: whether it is the request that was answered last, and is so again. */
bool ike_farewell_again(struct pluto *pluto, const struct ike_header *header);
void ike_farewells_free(struct pluto *pluto);

/* @path: where it came, and from where */
void ike_request_received(struct ike_sa *sa, const struct ike_path *path, struct ike_slice data,
			  const struct ike_header *header);
void ike_response_received(struct ike_sa *sa, const struct ike_path *path, struct ike_slice data,
			   const struct ike_header *header);

/* Protection: RFC 7296, 3.14, RFC 7383. NULL: no memory, or too long. */
struct ike_packet *ike_protect(struct ike_sa *sa, uint8_t exchange, bool response, uint32_t id, uint8_t first,
			       struct ike_slice plain);
/*
 * Takes a protected message apart. 0: it is whole; -EAGAIN: a fragment, others are missing; -EBADMSG: not authentic;
 * -EINVAL: authentic but malformed. What @message names is in the engine's one buffer, until the next.
 */
int ike_unprotect(struct ike_sa *sa, struct ike_message *message, struct ike_slice data, const char **why);
void ike_fragments_free(struct ike_sa *sa);

struct ike_packet *ike_packet_new(struct ike_slice data);
void ike_packets_free(struct ike_packet *packets);
void ike_packets_send(struct ike_sa *sa, const struct ike_packet *packets);
void ike_packets_send_by(struct ike_sa *sa, const struct ike_path *path, const struct ike_packet *packets);

/* IKE_SA_INIT and IKE_AUTH. */
int ike_init_start(struct ike_sa *sa);
void ike_init_received(struct pluto *pluto, const struct ike_endpoint *local, const struct ike_endpoint *remote,
		       struct ike_slice data);
void ike_auth_start(struct ike_sa *sa);
enum ike_outcome ike_auth_answer(struct ike_sa *sa, const struct ike_message *request, struct ike_builder *reply);
enum ike_outcome ike_create_child_answer(struct ike_sa *sa, const struct ike_message *request,
					 struct ike_builder *reply);
enum ike_outcome ike_informational_answer(struct ike_sa *sa, const struct ike_message *request,
					  struct ike_builder *reply);

/* INFORMATIONAL: each queues a request. */
/* Tells a peer that it is not believed; waits for no answer. */
void ike_refuse_peer(struct ike_sa *sa);
/* Where another has taken its place, the peer deletes it. */
void ike_delete_start(struct ike_sa *sa);
/* Whatever its state is. */
void ike_delete_replaced(struct ike_sa *sa);
void ike_liveness_start(struct ike_sa *sa);
/* RFC 7296, 2.3: INVALID_MESSAGE_ID, of a request of the peer's. */
void ike_complaint_start(struct ike_sa *sa, uint32_t id);

static inline void ike_put_status(struct ike_builder *builder, uint16_t type, struct ike_slice data)
{
	ike_put_notify(builder, 0, type, (struct ike_slice){ 0 }, data);
}

#endif
