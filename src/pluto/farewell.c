// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "exchange.h"

#define FAREWELL_TIME 60000 /* milliseconds: as long as peers ask again; RFC 7296, 2.1, has minutes */

/**
 * struct farewell - the last reply of an IKE SA that is gone
 * @path: where the request came, and from where
 * @spi: this side's
 * @id: the request's message ID
 */
struct farewell {
	struct cds_list_head node;
	struct pluto *pluto;
	struct pluto_timer timer;
	struct ike_path path;
	struct ike_packet *packets;
	uint32_t id;
	uint8_t spi[8];
	bool initiator;
};

static struct cds_list_head *bucket(struct pluto *pluto, const uint8_t spi[8])
{
	/* Own SPIs are random. */
	return &pluto->farewells[(spi[0] | spi[1] << 8) % PLUTO_FAREWELL_BUCKETS];
}

static void forget(struct farewell *farewell)
{
	pluto_timer_cancel(&farewell->pluto->timers, &farewell->timer);
	cds_list_del(&farewell->node);
	ike_packets_free(farewell->packets);
	free(farewell);
}

static void is_over(struct pluto_timer *timer)
{
	forget(caa_container_of(timer, struct farewell, timer));
}

/**
 * ike_farewell() - the reply that was sent last may be asked for again, when the IKE SA is gone: RFC 7296, 2.1
 * @sa: its reply is taken away from it
 */
void ike_farewell(struct ike_sa *sa)
{
	struct farewell *farewell = calloc(1, sizeof(*farewell));

	if (!farewell)
		return; /* the peer gives up later, as if the reply had been lost each time */
	farewell->pluto = sa->pluto;
	farewell->path = sa->asked;
	farewell->packets = sa->reply;
	sa->reply = NULL;
	farewell->id = sa->receive_id - 1;
	farewell->initiator = sa->initiator;
	memcpy(farewell->spi, ike_sa_own_spi(sa), sizeof(farewell->spi));
	cds_list_add(&farewell->node, bucket(sa->pluto, farewell->spi));
	pluto_timer_set(&sa->pluto->timers, &farewell->timer, pluto_now(sa->pluto) + FAREWELL_TIME, is_over);
}

bool ike_farewell_again(struct pluto *pluto, const struct ike_header *header)
{
	bool initiator = !(header->flags & IKE_FLAG_INITIATOR);
	const uint8_t *spi = initiator ? header->spi_i : header->spi_r;
	struct farewell *farewell;
	struct ike_packet *packet;

	if (header->flags & IKE_FLAG_RESPONSE)
		return false;
	cds_list_for_each_entry(farewell, bucket(pluto, spi), node) {
		if (farewell->initiator != initiator || farewell->id != header->id || memcmp(farewell->spi, spi, 8))
			continue;
		for (packet = farewell->packets; packet; packet = packet->next)
			pluto_send(pluto, &farewell->path.local, &farewell->path.remote,
				   (struct ike_slice){ packet->data, packet->length });
		return true;
	}
	return false;
}

void ike_farewells_free(struct pluto *pluto)
{
	struct farewell *farewell, *next;
	size_t at;

	for (at = 0; at < PLUTO_FAREWELL_BUCKETS; at++)
		cds_list_for_each_entry_safe(farewell, next, &pluto->farewells[at], node)
			forget(farewell);
}
