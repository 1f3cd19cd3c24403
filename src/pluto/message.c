// SPDX-License-Identifier: GPL-2.0-or-later
/* IKEv2 messages, taken apart: RFC 7296, 3. Whatever comes in is hostile. See message.h. */
#include "payload.h"

#include <stdlib.h>

#include "notify.h"
#include "../klips/core/addr.h"

#define NONCE_MIN 16
#define NONCE_MAX 256

/* RFC 7296, 3.5 */
#define ID_IPV4_ADDR 1
#define ID_IPV6_ADDR 5

static int refuse(const char **why, const char *what)
{
	*why = what;
	return -1;
}

/**
 * ike_header_parse() - the header of a message
 * @header: gets it
 * @data: the datagram, without a non-ESP marker
 * @why: gets what is wrong, a constant
 *
 * Of other major versions than 2 only what is common is to be trusted, so that INVALID_MAJOR_VERSION can be answered
 * (RFC 7296, 2.5); their length is not looked at.
 *
 * Return: 0; -1: too short, or not as long as it says.
 */
int ike_header_parse(struct ike_header *header, struct ike_slice data, const char **why)
{
	size_t length = data.length;

	if (length < IKE_HEADER)
		return refuse(why, "it is shorter than the header of IKE");
	if (payload_read(header, payload_header, &data, why))
		return -1;
	if (header->major == 2 && header->length != length)
		return refuse(why, "its length is not the one in its header");
	return 0;
}

static bool is_sealed(uint8_t type)
{
	return type == IKE_P_SK || type == IKE_P_SKF;
}

/* @next: gets the type of the one that follows; what is encrypted is the last. */
static int add_payload(struct ike_message *message, uint8_t type, struct ike_slice item, uint8_t *next)
{
	struct ike_payload *payload = &message->payloads[message->count++];
	struct payload_generic generic;
	const char *why;

	if (payload_read(&generic, payload_generic, &item, &why))
		return -1;
	*payload = (struct ike_payload){
		.type = type,
		.next = is_sealed(type) ? generic.next : IKE_P_NONE,
		.critical = generic.critical,
		.body = generic.body,
	};
	if (generic.critical && !payload_is_known(type) && !message->unknown)
		message->unknown = type;
	*next = is_sealed(type) ? IKE_P_NONE : generic.next;
	return 0;
}

/* @data: what follows is left in it. */
static int parse_chain(struct ike_message *message, uint8_t type, struct ike_slice *data, const char **why)
{
	struct ike_slice item;

	while (type != IKE_P_NONE) {
		if (message->count == IKE_PAYLOADS_MAX)
			return refuse(why, "it has too many payloads");
		if (!data->length)
			return refuse(why, "it ends where another payload is to follow");
		if (payload_take(&item, data, why) || add_payload(message, type, item, &type))
			return -1;
	}
	return 0;
}

/**
 * ike_message_parse() - a message, but for what is encrypted
 * @message: gets it; what it names is in @data's memory
 * @data: the datagram, without a non-ESP marker
 * @why: gets what is wrong, a constant
 *
 * An SK or SKF payload is the last one. A payload that pluto does not know stays in the list; if it is critical, its
 * type is in @message->unknown, to be answered by UNSUPPORTED_CRITICAL_PAYLOAD (RFC 7296, 2.5).
 *
 * Return: 0; -1: malformed, or not IKEv2; the header is there if there was one.
 */
int ike_message_parse(struct ike_message *message, struct ike_slice data, const char **why)
{
	struct ike_header *header = &message->header;

	message->whole = data;
	message->count = 0;
	message->unknown = 0;
	memset(header, 0, sizeof(*header));
	if (ike_header_parse(header, data, why))
		return -1;
	if (header->major != 2)
		return refuse(why, "it is not of IKEv2");
	data.data += IKE_HEADER;
	data.length -= IKE_HEADER;
	if (parse_chain(message, header->next, &data, why))
		return -1;
	return data.length ? refuse(why, "bytes follow its last payload") : 0;
}

/**
 * ike_payloads_parse() - what was encrypted
 * @message: what it came in; the payloads are appended to its own
 * @first: the type of the first, from the header of the SK payload or of the first SKF; IKE_P_NONE: there is none
 * @data: the payloads; must live as long as @message
 * @why: gets what is wrong, a constant
 *
 * What follows the last payload is passed over: OpenIKED puts the header of a payload of no type into a message that
 * asks whether its peer is alive.
 *
 * Return: 0; -1: malformed, or once more encrypted; then @message has the payloads that it had before.
 */
int ike_payloads_parse(struct ike_message *message, uint8_t first, struct ike_slice data, const char **why)
{
	size_t i, before = message->count;
	uint8_t unknown = message->unknown;
	int err = parse_chain(message, first, &data, why);

	for (i = before; !err && i < message->count; i++)
		if (is_sealed(message->payloads[i].type))
			err = refuse(why, "an encrypted payload is inside of another");
	if (err) {
		message->count = before;
		message->unknown = unknown;
	}
	return err;
}

/**
 * ike_message_copy() - a message that lives longer than the bytes that it was taken from
 * @from: which; what was outside of its payloads is left behind: the copy's @whole is empty
 *
 * Return: for free(), with its payloads' bodies; NULL: no memory.
 */
struct ike_message *ike_message_copy(const struct ike_message *from)
{
	struct ike_message *copy;
	size_t at, size = 0;
	uint8_t *bytes;

	for (at = 0; at < from->count; at++)
		size += from->payloads[at].body.length;
	copy = malloc(sizeof(*copy) + size);
	if (!copy)
		return NULL;
	*copy = *from;
	copy->whole = (struct ike_slice){ 0 };
	bytes = (uint8_t *)(copy + 1);
	for (at = 0; at < copy->count; at++) {
		struct ike_slice *body = &copy->payloads[at].body;

		if (body->length)
			memcpy(bytes, body->data, body->length);
		body->data = bytes;
		bytes += body->length;
	}
	return copy;
}

static const struct ike_payload *find_from(const struct ike_message *message, size_t i, uint8_t type)
{
	for (; i < message->count; i++)
		if (message->payloads[i].type == type)
			return &message->payloads[i];
	return NULL;
}

/**
 * ike_payload_find() - the first payload of a type
 * @message: where
 * @type: IKE_P_SA and so on
 *
 * Return: NULL: there is none.
 */
const struct ike_payload *ike_payload_find(const struct ike_message *message, uint8_t type)
{
	return find_from(message, 0, type);
}

/**
 * ike_payload_next() - the next payload of the same type
 * @message: where
 * @after: one of its payloads
 *
 * Return: NULL: there is none.
 */
const struct ike_payload *ike_payload_next(const struct ike_message *message, const struct ike_payload *after)
{
	return find_from(message, (size_t)(after - message->payloads) + 1, after->type);
}

static int read_body(void *to, const struct payload_field *fields, const struct ike_payload *from, const char **why)
{
	struct ike_slice body = from->body;

	return payload_read(to, fields, &body, why);
}

/**
 * ike_ke_read() - a KE payload: RFC 7296, 3.4
 * @to: gets it; whether the value fits the method, ike_ke_shared() says
 * @from: the payload
 * @why: gets what is wrong, a constant
 *
 * Return: 0, or -1.
 */
int ike_ke_read(struct ike_ke_body *to, const struct ike_payload *from, const char **why)
{
	if (read_body(to, payload_ke, from, why))
		return -1;
	return to->value.length ? 0 : refuse(why, "its public value is empty");
}

/**
 * ike_notify_read() - a Notify payload: RFC 7296, 3.10
 * @to: gets it; without an SPI the protocol says nothing
 * @from: the payload
 * @why: gets what is wrong, a constant
 *
 * Return: 0, or -1.
 */
int ike_notify_read(struct ike_notify *to, const struct ike_payload *from, const char **why)
{
	return read_body(to, payload_notify, from, why);
}

/**
 * ike_delete_read() - a Delete payload: RFC 7296, 3.11
 * @to: gets it; the SPIs have 4 bytes of AH and ESP; of IKE there are none
 * @from: the payload
 * @why: gets what is wrong, a constant
 *
 * Return: 0, or -1.
 */
int ike_delete_read(struct ike_delete *to, const struct ike_payload *from, const char **why)
{
	if (read_body(to, payload_delete, from, why))
		return -1;
	if ((to->protocol == IKE_PROTO_AH || to->protocol == IKE_PROTO_ESP) && to->spi_size != 4)
		return refuse(why, "SPIs of AH and ESP have four bytes");
	if (to->protocol == IKE_PROTO_IKE && to->spi_size)
		return refuse(why, "to delete an IKE SA takes no SPI");
	if (to->spis.length != (size_t)to->spi_size * to->count)
		return refuse(why, "it has not as many SPIs as it says");
	return 0;
}

/**
 * ike_auth_read() - an AUTH payload: RFC 7296, 3.8
 * @to: gets it
 * @from: the payload
 * @why: gets what is wrong, a constant
 *
 * Return: 0, or -1.
 */
int ike_auth_read(struct ike_auth_body *to, const struct ike_payload *from, const char **why)
{
	return read_body(to, payload_auth, from, why);
}

/**
 * ike_cert_read() - a CERT or CERTREQ payload: RFC 7296, 3.6 and 3.7
 * @to: gets it
 * @from: the payload
 * @why: gets what is wrong, a constant
 *
 * Return: 0, or -1.
 */
int ike_cert_read(struct ike_cert_body *to, const struct ike_payload *from, const char **why)
{
	return read_body(to, payload_cert, from, why);
}

/**
 * ike_id_read() - an IDi or IDr payload: RFC 7296, 3.5
 * @to: gets it; addresses have the length of theirs
 * @from: the payload
 * @why: gets what is wrong, a constant
 *
 * Return: 0, or -1.
 */
int ike_id_read(struct ike_id_body *to, const struct ike_payload *from, const char **why)
{
	if (read_body(to, payload_id, from, why))
		return -1;
	if ((to->type == ID_IPV4_ADDR && to->data.length != 4) || (to->type == ID_IPV6_ADDR && to->data.length != 16))
		return refuse(why, "its address has not the length of an address");
	return 0;
}

/**
 * ike_nonce_read() - a Nonce payload: RFC 7296, 3.9
 * @to: gets 16 to 256 bytes
 * @from: the payload
 * @why: gets what is wrong, a constant
 *
 * Return: 0, or -1.
 */
int ike_nonce_read(struct ike_slice *to, const struct ike_payload *from, const char **why)
{
	*to = from->body;
	if (to->length < NONCE_MIN || to->length > NONCE_MAX)
		return refuse(why, "a nonce has 16 to 256 bytes");
	return 0;
}

/**
 * ike_fragment_read() - an SKF payload: RFC 7383, 2.5
 * @to: gets it; the number is from 1 up to the total
 * @from: the payload
 * @why: gets what is wrong, a constant
 *
 * Return: 0, or -1.
 */
int ike_fragment_read(struct ike_fragment *to, const struct ike_payload *from, const char **why)
{
	if (read_body(to, payload_fragment, from, why))
		return -1;
	if (!to->number || to->number > to->total)
		return refuse(why, "its fragment's number is not one of its total");
	return 0;
}

/**
 * ike_notify_find() - the first notification of a type
 * @message: where
 * @type: N_COOKIE and so on
 * @to: gets it; NULL: only the payload is asked for
 *
 * Those that cannot be read are passed over.
 *
 * Return: its payload; NULL: there is none.
 */
const struct ike_payload *ike_notify_find(const struct ike_message *message, uint16_t type, struct ike_notify *to)
{
	const struct ike_payload *payload = ike_payload_find(message, IKE_P_NOTIFY);
	struct ike_notify notify;
	const char *why;

	for (; payload; payload = ike_payload_next(message, payload)) {
		if (ike_notify_read(&notify, payload, &why) || notify.type != type)
			continue;
		if (to)
			*to = notify;
		return payload;
	}
	return NULL;
}

/**
 * ike_notify_error() - what a message says is wrong
 * @message: where
 *
 * Return: the type of the first error notification: RFC 7296, 3.10.1; 0: there is none.
 */
uint16_t ike_notify_error(const struct ike_message *message)
{
	const struct ike_payload *payload = ike_payload_find(message, IKE_P_NOTIFY);
	struct ike_notify notify;
	const char *why;

	for (; payload; payload = ike_payload_next(message, payload))
		if (!ike_notify_read(&notify, payload, &why) && notify.type < N_ERRORS_END)
			return notify.type;
	return 0;
}
