/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How payloads and their parts look: a table for each, a row a field. One reader and one writer walk them. */
#ifndef PLUTO_PAYLOAD_H
#define PLUTO_PAYLOAD_H

#include "message.h"

/* What a field is, on the wire and in the structure; numbers are in network and in host byte order. */
enum payload_kind {
	PAYLOAD_END,
	PAYLOAD_U8,
	PAYLOAD_U16,
	PAYLOAD_U32,
	PAYLOAD_NIBBLES,  /* two uint8_t, one after the other, in a byte */
	PAYLOAD_FLAG,	  /* a bool, in the highest bit of a byte */
	PAYLOAD_BYTES,	  /* an array */
	PAYLOAD_RESERVED, /* 0, and not looked at; also the length that payload_end() puts there */
	PAYLOAD_LENGTH8,  /* of a struct ike_slice, in a byte */
	PAYLOAD_LENGTH16, /* the same in two bytes */
	PAYLOAD_COUNTED,  /* a struct ike_slice whose length came before */
	PAYLOAD_REST,	  /* a struct ike_slice: what is left; the last */
};

/**
 * struct payload_field - a row
 * @size: of PAYLOAD_BYTES and PAYLOAD_RESERVED: bytes
 * @offset: of the member
 */
struct payload_field {
	uint8_t kind;
	uint8_t size;
	uint16_t offset;
};

#define PAYLOAD_FIELD(what, type, member)                        \
	{                                                        \
		PAYLOAD_##what, 0, offsetof(struct type, member) \
	}
#define PAYLOAD_ARRAY(type, member, bytes)                          \
	{                                                           \
		PAYLOAD_BYTES, bytes, offsetof(struct type, member) \
	}
#define PAYLOAD_ZEROS(bytes)               \
	{                                  \
		PAYLOAD_RESERVED, bytes, 0 \
	}
#define PAYLOAD_LAST              \
	{                         \
		PAYLOAD_END, 0, 0 \
	}

/* Whether a payload of that type is one that pluto understands: else its critical bit counts (RFC 7296, 2.5). */
bool payload_is_known(uint8_t type);

/* Reads the fields off the beginning of @from, which gets what follows. Returns 0, or -1 with @why. */
int payload_read(void *to, const struct payload_field *fields, struct ike_slice *from, const char **why);
/*
 * Takes a payload, proposal, transform or traffic selector off @from: each has its own length, all of it, in its third
 * and fourth byte. Returns 0, or -1 with @why.
 */
int payload_take(struct ike_slice *item, struct ike_slice *from, const char **why);

/* Returns where so many more bytes go; NULL, with the builder's error set, if they do not fit. */
uint8_t *payload_room(struct ike_builder *builder, size_t size);
void payload_write(struct ike_builder *builder, const struct payload_field *fields, const void *from);
/* The generic header of a payload. Returns what payload_end() needs. */
size_t payload_begin(struct ike_builder *builder, uint8_t type);
/* Puts its length into what payload_take() takes, a payload or a part that began when the builder's length was @begin.
 */
void payload_end(struct ike_builder *builder, size_t begin);

/* RFC 7296, 3.1 and 3.2. */
struct payload_generic {
	uint8_t next;
	bool critical;
	struct ike_slice body;
};
extern const struct payload_field payload_header[], payload_generic[];
/* The bodies of message.h. */
extern const struct payload_field payload_ke[], payload_id[], payload_cert[], payload_auth[], payload_notify[],
	payload_delete[], payload_fragment[];

#endif
