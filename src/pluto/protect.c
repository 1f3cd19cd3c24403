// SPDX-License-Identifier: GPL-2.0-or-later
/* SK and SKF payloads: RFC 7296, 3.14, and RFC 7383. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "exchange.h"
#include "impair.h"

#define GENERIC_HEADER	4
#define FRAGMENT_HEADER 4
#define FRAGMENTS_MAX	64

/*
 * Bytes of a fragment's IKE message. RFC 7383, 2.5.1, recommends packets of 1280 bytes for IPv6 and names 576 for IPv4,
 * where today's links take as much as IPv6's.
 */
#define FRAGMENT_ROOM (1280 - 40 - 8 - 4)

/* What is put together, or taken apart, at the moment: there is one loop. */
static uint8_t opened[IKE_MESSAGE_MAX];

struct ike_packet *ike_packet_new(struct ike_slice data)
{
	struct ike_packet *packet = malloc(sizeof(*packet) + data.length);

	if (!packet)
		return NULL;
	packet->next = NULL;
	packet->length = data.length;
	if (data.data)
		memcpy(packet->data, data.data, data.length);
	return packet;
}

void ike_packets_free(struct ike_packet *packets)
{
	struct ike_packet *next;

	for (; packets; packets = next) {
		next = packets->next;
		free(packets);
	}
}

/**
 * struct part - one message of those that a protected one becomes
 * @number, @total: of a fragment; 0: it is whole
 */
struct part {
	uint16_t number, total;
	uint8_t first;
	struct ike_slice plain;
};

static struct ike_packet *protect_part(struct ike_sa *sa, uint8_t exchange, uint8_t flags, uint32_t id,
				       const struct part *part)
{
	size_t more = impair_outside(sa->pluto, exchange);
	size_t before = IKE_HEADER + more + GENERIC_HEADER + (part->number ? FRAGMENT_HEADER : 0);
	size_t sealed = ike_sealed_size(&sa->suite, part->plain.length);
	struct ike_packet *packet = ike_packet_new((struct ike_slice){ NULL, before + sealed });
	struct ike_header header = { .major = 2, .exchange = exchange, .flags = flags, .id = id };
	struct ike_builder builder;
	uint8_t *body;

	if (!packet)
		return NULL;
	memcpy(header.spi_i, sa->spi[0], sizeof(header.spi_i));
	memcpy(header.spi_r, sa->spi[1], sizeof(header.spi_r));
	impair_header(sa->pluto, &header);
	ike_build_start(&builder, packet->data, packet->length, &header);
	if (more)
		impair_put_unknown(sa->pluto, &builder);
	body = part->number ? ike_put_fragment(&builder, part->first, part->number, part->total, sealed) :
			      ike_put_sealed(&builder, part->first, sealed);
	if (!body || ike_build_end(&builder) < 0 ||
	    ike_seal(&sa->suite, &sa->keys.encr[!sa->initiator], &sa->keys.integ[!sa->initiator],
		     (struct ike_slice){ packet->data, before }, ++sa->seals, part->plain, body) < 0) {
		free(packet);
		return NULL;
	}
	return packet;
}

static size_t fragment_room(const struct ike_sa *sa)
{
	size_t overhead = IKE_HEADER + GENERIC_HEADER + FRAGMENT_HEADER + ike_sealed_size(&sa->suite, 0);

	return FRAGMENT_ROOM - overhead - 16; /* a cipher's padding */
}

static struct ike_packet *protect_fragments(struct ike_sa *sa, uint8_t exchange, uint8_t flags, uint32_t id,
					    uint8_t first, struct ike_slice plain)
{
	size_t room = fragment_room(sa), at;
	struct part part = { .total = (plain.length + room - 1) / room };
	struct ike_packet *packets = NULL, **last = &packets;

	for (at = 0; at < plain.length; at += room) {
		part.number++;
		part.first = at ? IKE_P_NONE : first;
		part.plain.data = plain.data + at;
		part.plain.length = plain.length - at < room ? plain.length - at : room;
		*last = protect_part(sa, exchange, flags, id, &part);
		if (!*last) {
			ike_packets_free(packets);
			return NULL;
		}
		last = &(*last)->next;
	}
	return packets;
}

/**
 * ike_protect() - the datagrams of a protected message
 * @first: type of the first payload in @plain, IKE_P_NONE if that is empty
 *
 * Return: one, or more if it is long and the peer can put fragments together. NULL: no memory, or too long
 */
struct ike_packet *ike_protect(struct ike_sa *sa, uint8_t exchange, bool response, uint32_t id, uint8_t first,
			       struct ike_slice plain)
{
	uint8_t flags = (sa->initiator ? IKE_FLAG_INITIATOR : 0) | (response ? IKE_FLAG_RESPONSE : 0);
	struct part whole = { .first = first, .plain = plain };
	size_t length = IKE_HEADER + GENERIC_HEADER + ike_sealed_size(&sa->suite, plain.length);

	if (sa->fragmentation && length > FRAGMENT_ROOM)
		return plain.length <= FRAGMENTS_MAX * fragment_room(sa) ?
			       protect_fragments(sa, exchange, flags, id, first, plain) :
			       NULL;
	return length <= IKE_MESSAGE_MAX ? protect_part(sa, exchange, flags, id, &whole) : NULL;
}

/**
 * struct ike_fragments - those of one message that have come; each is authentic
 * @response, @id: the message; @plain: by number, from 1
 */
struct ike_fragments {
	bool response;
	uint32_t id;
	uint16_t total, count;
	uint8_t first;
	size_t length;
	struct ike_packet *plain[FRAGMENTS_MAX];
};

void ike_fragments_free(struct ike_sa *sa)
{
	unsigned int number;

	if (!sa->fragments)
		return;
	for (number = 0; number < FRAGMENTS_MAX; number++)
		free(sa->fragments->plain[number]);
	free(sa->fragments);
	sa->fragments = NULL;
}

static int open_body(struct ike_sa *sa, struct ike_slice data, struct ike_slice sealed, uint8_t *out)
{
	struct ike_slice aad = { data.data, sealed.data - data.data };

	return ike_open(&sa->suite, &sa->keys.encr[sa->initiator], &sa->keys.integ[sa->initiator], aad, sealed, out);
}

/* RFC 7383, 2.6: fragments with a larger total replace those with a smaller one. */
static struct ike_fragments *fragments_for(struct ike_sa *sa, const struct ike_header *header, uint16_t total)
{
	struct ike_fragments *now = sa->fragments;
	bool response = header->flags & IKE_FLAG_RESPONSE;

	if (now && now->id == header->id && now->response == response) {
		if (now->total == total)
			return now;
		if (now->total > total)
			return NULL;
	}
	ike_fragments_free(sa);
	now = calloc(1, sizeof(*now));
	if (!now)
		return NULL;
	now->response = response;
	now->id = header->id;
	now->total = total;
	sa->fragments = now;
	return now;
}

static void keep_fragment(struct ike_fragments *all, const struct ike_fragment *one, uint8_t first,
			  struct ike_slice plain)
{
	struct ike_packet **place = &all->plain[one->number - 1];

	if (*place || all->length + plain.length > sizeof(opened))
		return;
	*place = ike_packet_new(plain);
	if (!*place)
		return;
	if (one->number == 1)
		all->first = first;
	all->length += plain.length;
	all->count++;
}

static size_t join(const struct ike_fragments *all)
{
	size_t length = 0;
	unsigned int number;

	for (number = 0; number < all->total; number++) {
		memcpy(opened + length, all->plain[number]->data, all->plain[number]->length);
		length += all->plain[number]->length;
	}
	return length;
}

static int take_fragment(struct ike_sa *sa, struct ike_message *message, struct ike_slice data,
			 const struct ike_payload *payload, uint8_t *first, const char **why)
{
	struct ike_fragments *all;
	struct ike_fragment one;
	int length;

	if (ike_fragment_read(&one, payload, why))
		return -EBADMSG;
	if (one.total > FRAGMENTS_MAX) {
		*why = "too many fragments";
		return -EBADMSG;
	}
	length = open_body(sa, data, one.sealed, opened);
	if (length < 0)
		return -EBADMSG;
	all = fragments_for(sa, &message->header, one.total);
	if (!all)
		return -EAGAIN;
	keep_fragment(all, &one, payload->next, (struct ike_slice){ opened, length });
	if (all->count < all->total)
		return -EAGAIN;
	*first = all->first;
	length = (int)join(all);
	ike_fragments_free(sa);
	return length;
}

static int unprotect(struct ike_sa *sa, struct ike_message *message, struct ike_slice data, const char **why)
{
	const struct ike_payload *last;
	uint8_t first;
	int length;

	*why = "not authentic";
	if (ike_message_parse(message, data, why))
		return -EBADMSG; /* what is outside is anybody's */
	last = message->count ? &message->payloads[message->count - 1] : NULL;
	if (!last || (last->type != IKE_P_SK && last->type != IKE_P_SKF))
		return -EBADMSG;
	first = last->next;
	if (last->type == IKE_P_SK)
		length = open_body(sa, data, last->body, opened);
	else
		length = take_fragment(sa, message, data, last, &first, why);
	if (length < 0)
		return length == -EAGAIN ? length : -EBADMSG;
	/* What stands outside is authentic by now, too, but has no meaning, unless it is critical. */
	message->count = 0;
	return ike_payloads_parse(message, first, (struct ike_slice){ opened, length }, why) ? -EINVAL : 0;
}

/**
 * ike_unprotect() - what is in a protected message
 * @message: gets the header, and the payloads outside and inside
 *
 * It counts what is not authentic or malformed, and notes that the peer lives.
 *
 * Return: 0; -EAGAIN: a fragment, others are missing; -EBADMSG: not authentic; -EINVAL: malformed, if inside then
 * authentic, and @why says what
 */
int ike_unprotect(struct ike_sa *sa, struct ike_message *message, struct ike_slice data, const char **why)
{
	int error = sa->keyed ? unprotect(sa, message, data, why) : -EBADMSG;

	if (error == -EBADMSG) {
		sa->pluto->counters.unprotected++;
		return error;
	}
	sa->heard = pluto_now(sa->pluto);
	sa->pluto->counters.malformed += error == -EINVAL;
	return error;
}

void ike_packets_send_by(struct ike_sa *sa, const struct ike_path *path, const struct ike_packet *packets)
{
	sa->spoke = pluto_now(sa->pluto);
	for (; packets; packets = packets->next)
		pluto_send(sa->pluto, &path->local, &path->remote,
			   (struct ike_slice){ packets->data, packets->length });
}

void ike_packets_send(struct ike_sa *sa, const struct ike_packet *packets)
{
	const struct ike_path path = ike_sa_path(sa);

	ike_packets_send_by(sa, &path, packets);
}
