// SPDX-License-Identifier: GPL-2.0-or-later
/* IKEv2 messages, put together: RFC 7296, 3. See message.h. */
#include "payload.h"

#include "../klips/core/addr.h"

#define NEXT_AT	  16 /* bytes into the header: the type of the first payload */
#define LENGTH_AT 24

/**
 * ike_build_start() - begin a message
 * @builder: to be set up; what it has is in @data
 * @data: where the message goes; stays the caller's
 * @room: bytes there
 * @header: what the message begins with; its next and its length follow from what is put
 */
void ike_build_start(struct ike_builder *builder, uint8_t *data, size_t room, const struct ike_header *header)
{
	struct ike_header own = *header;

	own.next = IKE_P_NONE;
	own.length = 0;
	*builder = (struct ike_builder){ .data = data, .room = room };
	payload_write(builder, payload_header, &own);
	builder->next = builder->error ? NULL : data + NEXT_AT;
}

/**
 * ike_build_chain() - begin what goes into an SK payload
 * @builder: to be set up
 * @data: where the payloads go; stays the caller's
 * @room: bytes there
 * @first: gets the type of the first payload when it is put; IKE_P_NONE until then
 */
void ike_build_chain(struct ike_builder *builder, uint8_t *data, size_t room, uint8_t *first)
{
	*first = IKE_P_NONE;
	*builder = (struct ike_builder){ .data = data, .room = room, .next = first, .chain = true };
}

/**
 * ike_build_end() - finish a message or a chain
 * @builder: with all the payloads
 *
 * Return: its length in bytes; -1: it did not fit, or something was too long for its field.
 */
int ike_build_end(struct ike_builder *builder)
{
	if (builder->error || builder->length > IKE_MESSAGE_MAX)
		return -1;
	if (!builder->chain)
		put_unaligned_be32((uint32_t)builder->length, builder->data + LENGTH_AT);
	return (int)builder->length;
}

static void put(struct ike_builder *builder, uint8_t type, const struct payload_field *fields, const void *body)
{
	size_t begin = payload_begin(builder, type);

	payload_write(builder, fields, body);
	payload_end(builder, begin);
}

/**
 * ike_put_payload() - a payload with a body that is ready: Nonce, Vendor ID, EAP
 * @builder: gets it
 * @type: IKE_P_NONCE and so on
 * @body: what follows the generic header
 */
void ike_put_payload(struct ike_builder *builder, uint8_t type, struct ike_slice body)
{
	static const struct payload_field fields[] = { { PAYLOAD_REST, 0, 0 }, PAYLOAD_LAST };

	put(builder, type, fields, &body);
}

/**
 * ike_put_ke() - a KE payload: RFC 7296, 3.4
 * @builder: gets it
 * @method: the group
 * @value: the public value
 */
void ike_put_ke(struct ike_builder *builder, uint16_t method, struct ike_slice value)
{
	struct ike_ke_body body = { .method = method, .value = value };

	put(builder, IKE_P_KE, payload_ke, &body);
}

/**
 * ike_put_notify() - a Notify payload: RFC 7296, 3.10
 * @builder: gets it
 * @protocol: of the SPI; 0 without one
 * @type: N_COOKIE and so on
 * @spi: up to 255 bytes; may be empty
 * @data: may be empty
 */
void ike_put_notify(struct ike_builder *builder, uint8_t protocol, uint16_t type, struct ike_slice spi,
		    struct ike_slice data)
{
	struct ike_notify body = { .protocol = protocol, .type = type, .spi = spi, .data = data };

	put(builder, IKE_P_NOTIFY, payload_notify, &body);
}

/**
 * ike_put_delete() - a Delete payload: RFC 7296, 3.11
 * @builder: gets it
 * @protocol: IKE_PROTO_IKE, then without SPIs, _AH or _ESP
 * @spi_size: bytes of each: 0 or 4
 * @spis: @count of them, each in network byte order; NULL if there are none
 * @count: how many
 */
void ike_put_delete(struct ike_builder *builder, uint8_t protocol, uint8_t spi_size, const uint8_t *spis,
		    uint16_t count)
{
	struct ike_delete body = {
		.protocol = protocol,
		.spi_size = spi_size,
		.count = count,
		.spis = { spis, (size_t)spi_size * count },
	};

	put(builder, IKE_P_DELETE, payload_delete, &body);
}

/**
 * ike_put_id() - an identification payload: RFC 7296, 3.5
 * @builder: gets it
 * @payload: IKE_P_IDI or IKE_P_IDR
 * @id_type: what @data is
 * @data: the identity
 */
void ike_put_id(struct ike_builder *builder, uint8_t payload, uint8_t id_type, struct ike_slice data)
{
	struct ike_id_body body = { .type = id_type, .data = data };

	put(builder, payload, payload_id, &body);
}

/**
 * ike_put_auth() - an AUTH payload: RFC 7296, 3.8
 * @builder: gets it
 * @method: by which
 * @data: the signature or code
 */
void ike_put_auth(struct ike_builder *builder, uint8_t method, struct ike_slice data)
{
	struct ike_auth_body body = { .method = method, .data = data };

	put(builder, IKE_P_AUTH, payload_auth, &body);
}

/**
 * ike_put_cert() - a certificate, or the request of one: RFC 7296, 3.6 and 3.7
 * @builder: gets it
 * @payload: IKE_P_CERT or IKE_P_CERTREQ
 * @encoding: what @data is
 * @data: the certificate, or hashes of authorities' keys
 */
void ike_put_cert(struct ike_builder *builder, uint8_t payload, uint8_t encoding, struct ike_slice data)
{
	struct ike_cert_body body = { .encoding = encoding, .data = data };

	put(builder, payload, payload_cert, &body);
}

/* The last payload of a message, of a body that is not there yet but for @fields. */
static uint8_t *put_last(struct ike_builder *builder, uint8_t type, uint8_t inside, const struct payload_field *fields,
			 const void *body, size_t size)
{
	size_t begin = payload_begin(builder, type);
	uint8_t *at;

	payload_write(builder, fields, body);
	at = payload_room(builder, size);
	payload_end(builder, begin);
	if (builder->error)
		return NULL;
	*builder->next = inside;
	builder->next = NULL;
	return at;
}

/**
 * ike_put_sealed() - an SK payload, the last one: RFC 7296, 3.14
 * @builder: gets it
 * @inside: the type of the first payload inside; IKE_P_NONE: there is none
 * @size: bytes: what ike_sealed_size() says
 *
 * Return: where the body goes, which is not written; NULL: it did not fit.
 */
uint8_t *ike_put_sealed(struct ike_builder *builder, uint8_t inside, size_t size)
{
	static const struct payload_field none[] = { PAYLOAD_LAST };

	return put_last(builder, IKE_P_SK, inside, none, NULL, size);
}

/**
 * ike_put_fragment() - an SKF payload, the last one: RFC 7383, 2.5
 * @builder: gets it
 * @inside: of the first fragment the type of the first payload inside, of others IKE_P_NONE
 * @number: which, from 1
 * @total: how many there are
 * @size: bytes: what ike_sealed_size() says
 *
 * Return: where what is sealed goes, which is not written; NULL: it did not fit.
 */
uint8_t *ike_put_fragment(struct ike_builder *builder, uint8_t inside, uint16_t number, uint16_t total, size_t size)
{
	struct ike_fragment body = { .number = number, .total = total };

	return put_last(builder, IKE_P_SKF, inside, payload_fragment, &body, size);
}
