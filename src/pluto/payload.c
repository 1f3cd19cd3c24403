// SPDX-License-Identifier: GPL-2.0-or-later
/* The tables of the payloads of RFC 7296, 3, and what walks them. See payload.h. */
#include "payload.h"

#include "../klips/core/addr.h"

const struct payload_field payload_header[] = {
	PAYLOAD_ARRAY(ike_header, spi_i, 8),
	PAYLOAD_ARRAY(ike_header, spi_r, 8),
	PAYLOAD_FIELD(U8, ike_header, next),
	PAYLOAD_FIELD(NIBBLES, ike_header, major),
	PAYLOAD_FIELD(U8, ike_header, exchange),
	PAYLOAD_FIELD(U8, ike_header, flags),
	PAYLOAD_FIELD(U32, ike_header, id),
	PAYLOAD_FIELD(U32, ike_header, length),
	PAYLOAD_LAST,
};

_Static_assert(offsetof(struct ike_header, minor) == offsetof(struct ike_header, major) + 1, "PAYLOAD_NIBBLES");

const struct payload_field payload_generic[] = {
	PAYLOAD_FIELD(U8, payload_generic, next),
	PAYLOAD_FIELD(FLAG, payload_generic, critical),
	PAYLOAD_ZEROS(2),
	PAYLOAD_FIELD(REST, payload_generic, body),
	PAYLOAD_LAST,
};

const struct payload_field payload_ke[] = {
	PAYLOAD_FIELD(U16, ike_ke_body, method),
	PAYLOAD_ZEROS(2),
	PAYLOAD_FIELD(REST, ike_ke_body, value),
	PAYLOAD_LAST,
};

const struct payload_field payload_id[] = {
	PAYLOAD_FIELD(U8, ike_id_body, type),
	PAYLOAD_ARRAY(ike_id_body, reserved, 3),
	PAYLOAD_FIELD(REST, ike_id_body, data),
	PAYLOAD_LAST,
};

const struct payload_field payload_cert[] = {
	PAYLOAD_FIELD(U8, ike_cert_body, encoding),
	PAYLOAD_FIELD(REST, ike_cert_body, data),
	PAYLOAD_LAST,
};

const struct payload_field payload_auth[] = {
	PAYLOAD_FIELD(U8, ike_auth_body, method),
	PAYLOAD_ZEROS(3),
	PAYLOAD_FIELD(REST, ike_auth_body, data),
	PAYLOAD_LAST,
};

const struct payload_field payload_notify[] = {
	PAYLOAD_FIELD(U8, ike_notify, protocol), PAYLOAD_FIELD(LENGTH8, ike_notify, spi),
	PAYLOAD_FIELD(U16, ike_notify, type),	 PAYLOAD_FIELD(COUNTED, ike_notify, spi),
	PAYLOAD_FIELD(REST, ike_notify, data),	 PAYLOAD_LAST,
};

const struct payload_field payload_delete[] = {
	PAYLOAD_FIELD(U8, ike_delete, protocol),
	PAYLOAD_FIELD(U8, ike_delete, spi_size),
	PAYLOAD_FIELD(U16, ike_delete, count),
	PAYLOAD_FIELD(REST, ike_delete, spis),
	PAYLOAD_LAST,
};

const struct payload_field payload_fragment[] = {
	PAYLOAD_FIELD(U16, ike_fragment, number),
	PAYLOAD_FIELD(U16, ike_fragment, total),
	PAYLOAD_FIELD(REST, ike_fragment, sealed),
	PAYLOAD_LAST,
};

bool payload_is_known(uint8_t type)
{
	return (type >= IKE_P_SA && type <= IKE_P_EAP) || type == IKE_P_SKF;
}

/* Bytes of a field on the wire; those of PAYLOAD_REST are @rest. */
static size_t field_size(const struct payload_field *field, const void *member, size_t rest)
{
	switch (field->kind) {
	case PAYLOAD_U16:
	case PAYLOAD_LENGTH16:
		return 2;
	case PAYLOAD_U32:
		return 4;
	case PAYLOAD_BYTES:
	case PAYLOAD_RESERVED:
		return field->size;
	case PAYLOAD_COUNTED:
		return ((const struct ike_slice *)member)->length;
	case PAYLOAD_REST:
		return rest;
	default:
		return 1;
	}
}

static void get_field(const struct payload_field *field, void *member, const uint8_t *at, size_t size)
{
	switch (field->kind) {
	case PAYLOAD_U8:
		*(uint8_t *)member = *at;
		break;
	case PAYLOAD_U16:
		*(uint16_t *)member = get_unaligned_be16(at);
		break;
	case PAYLOAD_U32:
		*(uint32_t *)member = get_unaligned_be32(at);
		break;
	case PAYLOAD_NIBBLES:
		((uint8_t *)member)[0] = *at >> 4;
		((uint8_t *)member)[1] = *at & 15;
		break;
	case PAYLOAD_FLAG:
		*(bool *)member = *at & 0x80;
		break;
	case PAYLOAD_BYTES:
		memcpy(member, at, size);
		break;
	case PAYLOAD_LENGTH8:
		((struct ike_slice *)member)->length = *at;
		break;
	case PAYLOAD_LENGTH16:
		((struct ike_slice *)member)->length = get_unaligned_be16(at);
		break;
	case PAYLOAD_COUNTED:
	case PAYLOAD_REST:
		*(struct ike_slice *)member = (struct ike_slice){ .data = at, .length = size };
		break;
	}
}

int payload_read(void *to, const struct payload_field *fields, struct ike_slice *from, const char **why)
{
	for (; fields->kind != PAYLOAD_END; fields++) {
		void *member = (char *)to + fields->offset;
		size_t size = field_size(fields, member, from->length);

		if (size > from->length) {
			*why = "it is too short for its fields";
			return -1;
		}
		get_field(fields, member, from->data, size);
		from->data += size;
		from->length -= size;
	}
	return 0;
}

int payload_take(struct ike_slice *item, struct ike_slice *from, const char **why)
{
	size_t length = from->length < 4 ? 0 : get_unaligned_be16(from->data + 2);

	if (length < 4 || length > from->length) {
		*why = from->length < 4 ? "it ends within a header" :
		       length < 4	? "a length is shorter than the header it is in" :
					  "a length exceeds what it is in";
		return -1;
	}
	*item = (struct ike_slice){ .data = from->data, .length = length };
	from->data += length;
	from->length -= length;
	return 0;
}

uint8_t *payload_room(struct ike_builder *builder, size_t size)
{
	uint8_t *at;

	if (builder->error || size > builder->room - builder->length) {
		builder->error = true;
		return NULL;
	}
	at = builder->data + builder->length;
	builder->length += size;
	return at;
}

static bool is_too_long(const struct payload_field *field, const struct ike_slice *slice)
{
	return (field->kind == PAYLOAD_LENGTH8 && slice->length > UINT8_MAX) ||
	       (field->kind == PAYLOAD_LENGTH16 && slice->length > UINT16_MAX);
}

static void put_bytes(uint8_t *at, const void *data, size_t size)
{
	if (size)
		memcpy(at, data, size);
}

static void put_field(const struct payload_field *field, const void *member, uint8_t *at, size_t size)
{
	const struct ike_slice *slice = member;
	const uint8_t *bytes = member;

	switch (field->kind) {
	case PAYLOAD_U8:
		*at = *bytes;
		break;
	case PAYLOAD_U16:
		put_unaligned_be16(*(const uint16_t *)member, at);
		break;
	case PAYLOAD_U32:
		put_unaligned_be32(*(const uint32_t *)member, at);
		break;
	case PAYLOAD_NIBBLES:
		*at = (uint8_t)(bytes[0] << 4 | bytes[1]);
		break;
	case PAYLOAD_FLAG:
		*at = *(const bool *)member ? 0x80 : 0;
		break;
	case PAYLOAD_BYTES:
		put_bytes(at, member, size);
		break;
	case PAYLOAD_RESERVED:
		memset(at, 0, size);
		break;
	case PAYLOAD_LENGTH8:
		*at = (uint8_t)slice->length;
		break;
	case PAYLOAD_LENGTH16:
		put_unaligned_be16((uint16_t)slice->length, at);
		break;
	case PAYLOAD_COUNTED:
	case PAYLOAD_REST:
		put_bytes(at, slice->data, size);
		break;
	}
}

void payload_write(struct ike_builder *builder, const struct payload_field *fields, const void *from)
{
	for (; fields->kind != PAYLOAD_END; fields++) {
		const void *member = (const char *)from + fields->offset;
		size_t rest = fields->kind == PAYLOAD_REST ? ((const struct ike_slice *)member)->length : 0;
		size_t size = field_size(fields, member, rest);
		uint8_t *at;

		if (is_too_long(fields, member))
			builder->error = true;
		at = payload_room(builder, size);
		if (!at)
			return;
		put_field(fields, member, at, size);
	}
}

size_t payload_begin(struct ike_builder *builder, uint8_t type)
{
	struct payload_generic generic = { .next = IKE_P_NONE };
	size_t begin = builder->length;

	if (!builder->next)
		builder->error = true;
	payload_write(builder, payload_generic, &generic);
	if (builder->error)
		return begin;
	*builder->next = type;
	builder->next = builder->data + begin;
	return begin;
}

void payload_end(struct ike_builder *builder, size_t begin)
{
	if (!builder->error && builder->length - begin > UINT16_MAX)
		builder->error = true;
	if (!builder->error)
		put_unaligned_be16((uint16_t)(builder->length - begin), builder->data + begin + 2);
}
