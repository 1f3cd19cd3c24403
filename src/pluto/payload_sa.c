// SPDX-License-Identifier: GPL-2.0-or-later
/* The SA payload: proposals of transforms of attributes, RFC 7296, 3.3. */
#include "payload.h"

#include "../klips/core/addr.h"

/* What follows, in the first byte of proposals and transforms. */
#define LAST_SUBSTRUCTURE 0
#define MORE_PROPOSALS	  2
#define MORE_TRANSFORMS	  3

/* RFC 7296, 3.3.5: the highest bit says that the value itself is where other attributes have their length. */
#define ATTRIBUTE_SHORT 0x8000
#define KEY_LENGTH	(ATTRIBUTE_SHORT | 14)

struct proposal {
	uint8_t more;
	uint8_t number;
	uint8_t protocol;
	uint8_t count;
	struct ike_slice spi, transforms;
};

struct transform {
	uint8_t more;
	uint8_t type;
	uint16_t id;
	struct ike_slice attributes;
};

struct attribute {
	uint16_t type;
	uint16_t value;
};

static const struct payload_field proposal_fields[] = {
	PAYLOAD_FIELD(U8, proposal, more),
	PAYLOAD_ZEROS(1),
	PAYLOAD_ZEROS(2),
	PAYLOAD_FIELD(U8, proposal, number),
	PAYLOAD_FIELD(U8, proposal, protocol),
	PAYLOAD_FIELD(LENGTH8, proposal, spi),
	PAYLOAD_FIELD(U8, proposal, count),
	PAYLOAD_FIELD(COUNTED, proposal, spi),
	PAYLOAD_FIELD(REST, proposal, transforms),
	PAYLOAD_LAST,
};

static const struct payload_field transform_fields[] = {
	PAYLOAD_FIELD(U8, transform, more),	    PAYLOAD_ZEROS(1), PAYLOAD_ZEROS(2),
	PAYLOAD_FIELD(U8, transform, type),	    PAYLOAD_ZEROS(1), PAYLOAD_FIELD(U16, transform, id),
	PAYLOAD_FIELD(REST, transform, attributes), PAYLOAD_LAST,
};

static const struct payload_field attribute_fields[] = {
	PAYLOAD_FIELD(U16, attribute, type),
	PAYLOAD_FIELD(U16, attribute, value),
	PAYLOAD_LAST,
};

static int refuse(const char **why, const char *what)
{
	*why = what;
	return -1;
}

/* A part that says whether another follows: by @more, which must be so. */
static int read_part(void *to, const struct payload_field *fields, struct ike_slice *from, uint8_t more,
		     const char **why)
{
	struct ike_slice item;
	uint8_t expected;

	if (payload_take(&item, from, why))
		return -1;
	expected = from->length ? more : LAST_SUBSTRUCTURE;
	if (item.data[0] != expected)
		return refuse(why, "a proposal or transform is wrong about whether it is the last");
	return payload_read(to, fields, &item, why);
}

/* A second key length, or one of 0, is as bad as what is not known. */
static int read_attributes(uint16_t *key_bits, struct ike_slice from, const char **why)
{
	struct attribute attribute;

	*key_bits = 0;
	while (from.length) {
		if (payload_read(&attribute, attribute_fields, &from, why))
			return -1;
		if (attribute.type == KEY_LENGTH && attribute.value && !*key_bits) {
			*key_bits = attribute.value;
			continue;
		}
		*key_bits = IKE_KEY_BITS_UNUSABLE;
		if (attribute.type & ATTRIBUTE_SHORT)
			continue;
		if (attribute.value > from.length)
			return refuse(why, "an attribute's length exceeds its transform");
		from.data += attribute.value;
		from.length -= attribute.value;
	}
	return 0;
}

static int read_transforms(struct ike_proposal *to, struct ike_slice from, const char **why)
{
	struct transform transform;

	for (to->count = 0; from.length; to->count++) {
		struct ike_transform *next = &to->transforms[to->count];

		if (to->count == IKE_TRANSFORMS_MAX)
			return refuse(why, "a proposal has too many transforms");
		if (read_part(&transform, transform_fields, &from, MORE_TRANSFORMS, why) ||
		    read_attributes(&next->key_bits, transform.attributes, why))
			return -1;
		next->type = transform.type;
		next->id = transform.id;
	}
	return 0;
}

/* RFC 7296, 3.3.1: IKE's SPI is there when an IKE SA is rekeyed. */
static bool is_spi_size(uint8_t protocol, size_t size)
{
	return protocol == IKE_PROTO_IKE ? size == 0 || size == 8 : size == 4;
}

static int read_proposal(struct ike_proposal *to, const struct proposal *from, const char **why)
{
	if (!is_spi_size(from->protocol, from->spi.length))
		return refuse(why, "a proposal's SPI has not the length that its protocol's have");
	if (read_transforms(to, from->transforms, why))
		return -1;
	if (to->count != from->count)
		return refuse(why, "a proposal has not as many transforms as it says");
	to->protocol = from->protocol;
	to->number = from->number;
	to->spi_size = (uint8_t)from->spi.length;
	memset(to->spi, 0, sizeof(to->spi));
	memcpy(to->spi, from->spi.data, from->spi.length);
	return 0;
}

static bool is_protocol(uint8_t protocol)
{
	return protocol == IKE_PROTO_IKE || protocol == IKE_PROTO_AH || protocol == IKE_PROTO_ESP;
}

/**
 * ike_sa_read() - an SA payload: RFC 7296, 3.3
 * @to: gets the proposals, in the payload's order, but for those of protocols that are not known
 * @from: the payload
 * @why: gets what is wrong, a constant
 *
 * Numbers must grow: equal ones meant in RFC 4306 that both are wanted, which there is no more.
 *
 * Return: 0, or -1: malformed, or more than IKE_PROPOSALS_MAX or IKE_TRANSFORMS_MAX.
 */
int ike_sa_read(struct ike_proposals *to, const struct ike_payload *from, const char **why)
{
	struct ike_slice rest = from->body;
	struct proposal proposal;
	uint8_t number = 0;

	to->count = 0;
	if (!rest.length)
		return refuse(why, "it has no proposal");
	while (rest.length) {
		if (read_part(&proposal, proposal_fields, &rest, MORE_PROPOSALS, why))
			return -1;
		if (proposal.number <= number)
			return refuse(why, "a proposal's number is not higher than the one before");
		number = proposal.number;
		if (!is_protocol(proposal.protocol))
			continue;
		if (to->count == IKE_PROPOSALS_MAX)
			return refuse(why, "it has too many proposals");
		if (read_proposal(&to->proposals[to->count++], &proposal, why))
			return -1;
	}
	return 0;
}

static void put_transform(struct ike_builder *builder, const struct ike_transform *from, bool more)
{
	struct transform transform = {
		.more = more ? MORE_TRANSFORMS : LAST_SUBSTRUCTURE,
		.type = from->type,
		.id = from->id,
	};
	struct attribute key_length = { .type = KEY_LENGTH, .value = from->key_bits };
	size_t begin = builder->length;

	payload_write(builder, transform_fields, &transform);
	if (from->key_bits)
		payload_write(builder, attribute_fields, &key_length);
	payload_end(builder, begin);
}

static void put_proposal(struct ike_builder *builder, const struct ike_proposal *from, bool more)
{
	struct proposal proposal = {
		.more = more ? MORE_PROPOSALS : LAST_SUBSTRUCTURE,
		.number = from->number,
		.protocol = from->protocol,
		.count = from->count,
		.spi = { from->spi, from->spi_size },
	};
	size_t begin = builder->length;
	uint8_t i;

	payload_write(builder, proposal_fields, &proposal);
	for (i = 0; i < from->count; i++)
		put_transform(builder, &from->transforms[i], i + 1 < from->count);
	payload_end(builder, begin);
}

/**
 * ike_put_sa() - an SA payload: RFC 7296, 3.3
 * @builder: gets it
 * @proposals: with their numbers and SPIs
 */
void ike_put_sa(struct ike_builder *builder, const struct ike_proposals *proposals)
{
	size_t begin = payload_begin(builder, IKE_P_SA);
	uint8_t i;

	for (i = 0; i < proposals->count; i++)
		put_proposal(builder, &proposals->proposals[i], i + 1 < proposals->count);
	payload_end(builder, begin);
}
