/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Faults on purpose, for tests: messages that are lost, doubled or changed, steps that fail, exchanges that begin now.
 */
#ifndef PLUTO_IMPAIR_H
#define PLUTO_IMPAIR_H

#include "pluto.h"

/* What can be made to fail. */
enum impair_step {
	IMPAIR_SPI,	 /* the stack gives no SPI */
	IMPAIR_SA,	 /* it takes no SA */
	IMPAIR_POLICY,	 /* it takes no policy */
	IMPAIR_AUTH,	 /* the peer is not believed */
	IMPAIR_KEYS,	 /* no keys can be derived for an IKE SA */
	IMPAIR_RESEND,	 /* no request is sent again */
	IMPAIR_PATIENCE, /* where one would be sent again, its time is over */
	IMPAIR_REVIVAL,	 /* what is to be up is not begun again */
	IMPAIR_DELETE,	 /* a peer is not told that SAs end */
	IMPAIR_MAJOR,	 /* headers have a major version that there is not */
	IMPAIR_MINOR,
	IMPAIR_HEADER_FLAG,  /* headers have a reserved flag */
	IMPAIR_PAYLOAD_FLAG, /* so have payloads' */
	IMPAIR_RESERVED,     /* what is reserved in payloads is not 0 */
	IMPAIR_RESERVED_ID,  /* the same in identities */
	IMPAIR_EXCHANGE,     /* a reply to IKE_AUTH says that it is one to INFORMATIONAL */
	IMPAIR_ADD_TO_INIT,  /* IKE_SA_INIT has a payload of an unknown type */
	IMPAIR_ADD_TO_AUTH,  /* so has IKE_AUTH, outside of what is encrypted */
	IMPAIR_ADD_TO_SK,    /* and within */
	IMPAIR_CRITICAL,     /* and it is critical */
	IMPAIR_KE_OMIT,	     /* there is no KE payload in IKE_SA_INIT */
	IMPAIR_KE_EMPTY,     /* it has no value */
	IMPAIR_KE_ZERO,	     /* its value is 0 */
	IMPAIR_HASHES_OMIT,  /* SIGNATURE_HASH_ALGORITHMS are not sent */
	IMPAIR_HASHES_IGNORE,
	IMPAIR_COOKIE,	    /* the cookie that is shown is not the one that was asked for */
	IMPAIR_FIRST_CHILD, /* IKE_AUTH makes no Child SA */
	IMPAIR_LOW_REQUEST, /* nonces of requests are lower than others */
	IMPAIR_LOW_RESPONSE,
	IMPAIR_STEPS,
};

/* Of "drop-inbound-ike-auth:1", "fail-sa": 0, or -EINVAL or -ENOMEM with a text in @why. See impair_help(). */
int impair_set(struct pluto *pluto, const char *text, char *why, size_t size);
/* None is left; what was held is forgotten. */
void impair_clear(struct pluto *pluto);
/* What was held goes on, in order, and nothing more is held. How many messages there were. */
unsigned int impair_release(struct pluto *pluto);
/* Tells of each that is on. */
void impair_each(const struct pluto *pluto, void (*each)(void *arg, const char *text), void *arg);
/* A line for each sort. */
void impair_help(void (*each)(void *arg, const char *line), void *arg);

/*
 * Something happens now that a timer does at other times: "rekey-child", with an SA's number. 0, or a negative errno
 * with a text in @why: -ENOENT: there is no such thing to do.
 */
int impair_trigger(struct pluto *pluto, const char *what, uint32_t serial, char *why, size_t size);

/* The engine's messages, while there is an impairment. */
void impair_receive(struct pluto *pluto, const struct ike_endpoint *local, const struct ike_endpoint *remote,
		    struct ike_slice data);
void impair_send(struct pluto *pluto, const struct ike_endpoint *local, const struct ike_endpoint *remote,
		 struct ike_slice data);
bool impair_counts(struct pluto *pluto, enum impair_step step);

/* Messages that are built: of a header, before it is written; of payloads, when all are there. */
void impair_header_of(struct pluto *pluto, struct ike_header *header);
void impair_payloads_of(struct pluto *pluto, struct ike_builder *builder, uint8_t exchange);
/* Bytes of the payload of an unknown type that is to stand outside of what is encrypted; 0: none. */
size_t impair_outside(struct pluto *pluto, uint8_t exchange);
/* That payload. */
void impair_put_unknown(struct pluto *pluto, struct ike_builder *builder);
/* The reserved bytes of this side's identity. */
void impair_identity(struct pluto *pluto, uint8_t reserved[3]);

static inline void impair_header(struct pluto *pluto, struct ike_header *header)
{
	if (pluto->impair)
		impair_header_of(pluto, header);
}

static inline void impair_payloads(struct pluto *pluto, struct ike_builder *builder, uint8_t exchange)
{
	if (pluto->impair)
		impair_payloads_of(pluto, builder, exchange);
}

/* Whether a step is to fail here and now. */
static inline bool impair_fails(struct pluto *pluto, enum impair_step step)
{
	return pluto->impair && impair_counts(pluto, step);
}

#endif
