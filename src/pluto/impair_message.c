// SPDX-License-Identifier: GPL-2.0-or-later
/* Messages that are built otherwise than they should be: what is wrong with them is authentic, and AUTH signs it. */
#include <string.h>

#include "../klips/core/addr.h"
#include "impair.h"
#include "notify.h"

#define FIRST_AT 16 /* bytes into the header: the type of the first payload */
#define GENERIC	 4  /* bytes of a payload's generic header: type of the next, flags, length */
#define CRITICAL 0x80
#define RESERVED 0x5a /* what is in fields that are to be 0 */
#define UNKNOWN	 255  /* a type of payloads that is for private use: RFC 7296, 3.2 */

static const uint8_t nothing[4];

#define UNKNOWN_SIZE (GENERIC + sizeof(nothing))

void impair_header_of(struct pluto *pluto, struct ike_header *header)
{
	header->major += impair_fails(pluto, IMPAIR_MAJOR);
	header->minor += impair_fails(pluto, IMPAIR_MINOR);
	if (impair_fails(pluto, IMPAIR_HEADER_FLAG))
		header->flags |= 0x40;
	if (header->exchange == IKE_AUTH && (header->flags & IKE_FLAG_RESPONSE) && impair_fails(pluto, IMPAIR_EXCHANGE))
		header->exchange = INFORMATIONAL;
}

size_t impair_outside(struct pluto *pluto, uint8_t exchange)
{
	return exchange == IKE_AUTH && impair_fails(pluto, IMPAIR_ADD_TO_AUTH) ? UNKNOWN_SIZE : 0;
}

void impair_put_unknown(struct pluto *pluto, struct ike_builder *builder)
{
	size_t begin = builder->length;

	ike_put_payload(builder, UNKNOWN, (struct ike_slice){ nothing, sizeof(nothing) });
	if (!builder->error && impair_fails(pluto, IMPAIR_CRITICAL))
		builder->data[begin + 1] |= CRITICAL;
}

void impair_identity(struct pluto *pluto, uint8_t reserved[3])
{
	memset(reserved, impair_fails(pluto, IMPAIR_RESERVED_ID) ? RESERVED : 0, 3);
}

/* Of a message in clear, where the payload @at begins: @link is where its type is. */
struct place {
	uint8_t *link;
	size_t at, size;
};

static bool next_place(const struct ike_builder *builder, struct place *place)
{
	if (place->at) {
		place->link = builder->data + place->at;
		place->at += place->size;
	} else {
		place->link = builder->data + FIRST_AT;
		place->at = IKE_HEADER;
	}
	if (place->at >= builder->length)
		return false;
	place->size = get_unaligned_be16(builder->data + place->at + 2);
	return true;
}

static void cut(struct ike_builder *builder, size_t at, size_t size)
{
	memmove(builder->data + at, builder->data + at + size, builder->length - at - size);
	builder->length -= size;
}

static bool find(const struct ike_builder *builder, uint8_t type, struct place *place)
{
	while (next_place(builder, place))
		if (*place->link == type)
			return true;
	return false;
}

static void omit(struct ike_builder *builder, const struct place *place)
{
	*place->link = builder->data[place->at];
	cut(builder, place->at, place->size);
	builder->next = NULL; /* it is the last thing that is done to a message */
}

/* Its group stays: two bytes, and two that are reserved. */
static void change_ke(struct pluto *pluto, struct ike_builder *builder)
{
	struct place place = { 0 };
	size_t value;

	if (!find(builder, IKE_P_KE, &place))
		return;
	value = place.at + GENERIC + 4;
	if (impair_fails(pluto, IMPAIR_KE_ZERO))
		memset(builder->data + value, 0, place.size - GENERIC - 4);
	if (impair_fails(pluto, IMPAIR_KE_EMPTY)) {
		cut(builder, value, place.size - GENERIC - 4);
		put_unaligned_be16(GENERIC + 4, builder->data + place.at + 2);
		builder->next = NULL;
	} else if (impair_fails(pluto, IMPAIR_KE_OMIT)) {
		omit(builder, &place);
	}
}

static void omit_hashes(struct ike_builder *builder)
{
	struct place place = { 0 };

	while (find(builder, IKE_P_NOTIFY, &place)) {
		if (get_unaligned_be16(builder->data + place.at + GENERIC + 2) != N_SIGNATURE_HASH_ALGORITHMS)
			continue;
		omit(builder, &place);
		return;
	}
}

/* RFC 7296, 3.3.1 and 3.3.2: of each proposal a byte is reserved, of each transform two are. */
static void fill_reserved(struct ike_builder *builder)
{
	struct place place = { 0 };
	size_t at, end, transform;

	if (!find(builder, IKE_P_SA, &place))
		return;
	for (at = place.at + GENERIC; at < place.at + place.size; at = end) {
		end = at + get_unaligned_be16(builder->data + at + 2);
		builder->data[at + 1] = RESERVED;
		for (transform = at + 8 + builder->data[at + 6]; transform < end;
		     transform += get_unaligned_be16(builder->data + transform + 2))
			builder->data[transform + 1] = builder->data[transform + 5] = RESERVED;
	}
}

/* The seven bits behind the critical one: RFC 7296, 3.2. */
static void set_flags(struct ike_builder *builder)
{
	size_t at = builder->chain ? 0 : IKE_HEADER;

	for (; at < builder->length; at += get_unaligned_be16(builder->data + at + 2))
		builder->data[at + 1] |= 1;
}

static void change_clear(struct pluto *pluto, struct ike_builder *builder)
{
	if (impair_fails(pluto, IMPAIR_ADD_TO_INIT))
		impair_put_unknown(pluto, builder);
	if (impair_fails(pluto, IMPAIR_RESERVED))
		fill_reserved(builder);
	if (impair_fails(pluto, IMPAIR_HASHES_OMIT))
		omit_hashes(builder);
	change_ke(pluto, builder);
}

void impair_payloads_of(struct pluto *pluto, struct ike_builder *builder, uint8_t exchange)
{
	if (builder->error)
		return;
	if (exchange == IKE_SA_INIT)
		change_clear(pluto, builder);
	else if (exchange == IKE_AUTH && impair_fails(pluto, IMPAIR_ADD_TO_SK))
		impair_put_unknown(pluto, builder);
	if (!builder->error && impair_fails(pluto, IMPAIR_PAYLOAD_FLAG))
		set_flags(builder);
}
