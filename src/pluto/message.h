/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IKEv2 messages: taken apart and put together by the tables of payload.c. Nothing here knows what an exchange is. */
#ifndef PLUTO_MESSAGE_H
#define PLUTO_MESSAGE_H

#include "../lib/ike_crypto.h"

#define IKE_HEADER	 28
#define IKE_MESSAGE_MAX	 65535
#define IKE_PAYLOADS_MAX 64

/* RFC 7296, 3.1 */
enum ike_exchange_type {
	IKE_SA_INIT = 34,
	IKE_AUTH,
	CREATE_CHILD_SA,
	INFORMATIONAL,
};

#define IKE_FLAG_INITIATOR 0x08
#define IKE_FLAG_VERSION   0x10
#define IKE_FLAG_RESPONSE  0x20

/* RFC 7296, 3.2 */
enum ike_payload_type {
	IKE_P_NONE = 0,
	IKE_P_SA = 33,
	IKE_P_KE,
	IKE_P_IDI,
	IKE_P_IDR,
	IKE_P_CERT,
	IKE_P_CERTREQ,
	IKE_P_AUTH,
	IKE_P_NONCE,
	IKE_P_NOTIFY,
	IKE_P_DELETE,
	IKE_P_VENDOR,
	IKE_P_TSI,
	IKE_P_TSR,
	IKE_P_SK,
	IKE_P_CP,
	IKE_P_EAP,
	IKE_P_SKF = 53,
};

struct ike_header {
	uint8_t spi_i[8], spi_r[8];
	uint8_t next;
	uint8_t major, minor;
	uint8_t exchange;
	uint8_t flags;
	uint32_t id;
	uint32_t length;
};

/**
 * struct ike_payload - one of a message
 * @body: without the generic header; it is the message's memory
 * @next: of SK and SKF: the type of the first payload inside
 */
struct ike_payload {
	uint8_t type;
	uint8_t next;
	bool critical;
	struct ike_slice body;
};

/**
 * struct ike_message - one taken apart; it lives as long as the bytes it was taken from
 * @whole: what it was taken from
 * @unknown: the type of the first unsupported payload with the critical bit; 0: none
 */
struct ike_message {
	struct ike_header header;
	struct ike_slice whole;
	size_t count;
	struct ike_payload payloads[IKE_PAYLOADS_MAX];
	uint8_t unknown;
};

/* Returns 0, or -1 with what is wrong, a constant, in @why: then the message is to be dropped, or INVALID_SYNTAX. */
int ike_header_parse(struct ike_header *header, struct ike_slice data, const char **why);
int ike_message_parse(struct ike_message *message, struct ike_slice data, const char **why);
/* The chain of payloads inside an SK payload, or put together of SKFs; appended to the message's. */
int ike_payloads_parse(struct ike_message *message, uint8_t first, struct ike_slice data, const char **why);
/* One with memory of its own, for free(), without what it was taken from; NULL: no memory. */
struct ike_message *ike_message_copy(const struct ike_message *from);
/* The first of a type; NULL: none. ike_payload_next: the next of that type. */
const struct ike_payload *ike_payload_find(const struct ike_message *message, uint8_t type);
const struct ike_payload *ike_payload_next(const struct ike_message *message, const struct ike_payload *after);

/* Bodies, each read by the table of its type and checked; what they name is in the message's memory. */
struct ike_ke_body {
	uint16_t method;
	struct ike_slice value;
};
struct ike_notify {
	uint8_t protocol;
	uint16_t type;
	struct ike_slice spi, data;
};
struct ike_delete {
	uint8_t protocol;
	uint8_t spi_size;
	uint16_t count;
	struct ike_slice spis;
};
struct ike_auth_body {
	uint8_t method;
	struct ike_slice data;
};
struct ike_cert_body { /* CERTREQ too */
	uint8_t encoding;
	struct ike_slice data;
};
struct ike_id_body {
	uint8_t type, reserved[3]; /* AUTH is about the latter too, whatever they are */
	struct ike_slice data;
};
struct ike_fragment { /* RFC 7383 */
	uint16_t number, total;
	struct ike_slice sealed;
};
int ike_ke_read(struct ike_ke_body *to, const struct ike_payload *from, const char **why);
int ike_notify_read(struct ike_notify *to, const struct ike_payload *from, const char **why);
int ike_delete_read(struct ike_delete *to, const struct ike_payload *from, const char **why);
int ike_auth_read(struct ike_auth_body *to, const struct ike_payload *from, const char **why);
int ike_cert_read(struct ike_cert_body *to, const struct ike_payload *from, const char **why);
int ike_id_read(struct ike_id_body *to, const struct ike_payload *from, const char **why);
int ike_fragment_read(struct ike_fragment *to, const struct ike_payload *from, const char **why);
/* RFC 7296, 3.9: 16 to 256 bytes. */
int ike_nonce_read(struct ike_slice *to, const struct ike_payload *from, const char **why);
/*
 * The key_bits of a transform with attributes that are not known or not valid, which is not to be chosen (RFC 7296,
 * 3.3.6). It stays in the list, so that its proposal still demands a transform of that type.
 */
#define IKE_KEY_BITS_UNUSABLE 0xffff
/* Proposals of other protocols than IKE, AH and ESP are left out; @to may have none. */
int ike_sa_read(struct ike_proposals *to, const struct ike_payload *from, const char **why);
/* The first notification of that type which can be read. */
/* The type of the first error notification; 0: there is none. */
uint16_t ike_notify_error(const struct ike_message *message);
const struct ike_payload *ike_notify_find(const struct ike_message *message, uint16_t type, struct ike_notify *to);

/**
 * struct ike_builder - a message that is put together; @error: it did not fit
 * @next: where the type of the next payload goes; NULL: there can be none
 * @chain: there is no header
 */
struct ike_builder {
	uint8_t *data;
	size_t length, room;
	uint8_t *next;
	bool chain;
	bool error;
};

void ike_build_start(struct ike_builder *builder, uint8_t *data, size_t room, const struct ike_header *header);
/* A chain of payloads without a header, for the inside of an SK payload; @first gets the type of the first. */
void ike_build_chain(struct ike_builder *builder, uint8_t *data, size_t room, uint8_t *first);
void ike_put_payload(struct ike_builder *builder, uint8_t type, struct ike_slice body);
void ike_put_sa(struct ike_builder *builder, const struct ike_proposals *proposals);
void ike_put_ke(struct ike_builder *builder, uint16_t method, struct ike_slice value);
void ike_put_notify(struct ike_builder *builder, uint8_t protocol, uint16_t type, struct ike_slice spi,
		    struct ike_slice data);
void ike_put_delete(struct ike_builder *builder, uint8_t protocol, uint8_t spi_size, const uint8_t *spis,
		    uint16_t count);
void ike_put_id(struct ike_builder *builder, uint8_t payload, uint8_t id_type, struct ike_slice data);
void ike_put_auth(struct ike_builder *builder, uint8_t method, struct ike_slice data);
void ike_put_cert(struct ike_builder *builder, uint8_t payload, uint8_t encoding, struct ike_slice data);
/*
 * SK, and SKF of RFC 7383, the last payload: @inside: the type of the first payload inside, of fragments but the first
 * 0. Returns where the @size bytes that ike_seal() makes go, after ike_build_end(); NULL if it did not fit.
 */
uint8_t *ike_put_sealed(struct ike_builder *builder, uint8_t inside, size_t size);
uint8_t *ike_put_fragment(struct ike_builder *builder, uint8_t inside, uint16_t number, uint16_t total, size_t size);
/* Writes the message's length, unless it is a chain. Returns it, or -1 if it did not fit. */
int ike_build_end(struct ike_builder *builder);

/* RFC 7296, 3.10.1 and the RFCs that added more: "NAT_DETECTION_SOURCE_IP"; of unknown ones a number. Static memory. */
const char *ike_notify_name(uint16_t type);
const char *ike_exchange_name(uint8_t exchange);
const char *ike_payload_name(uint8_t type);
const char *ike_number_name(uint16_t number);

#endif
