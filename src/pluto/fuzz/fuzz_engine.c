// SPDX-License-Identifier: GPL-2.0-or-later
/* Messages to an engine with an IKE SA: as they come from anybody, and from a peer that has the keys. */
#include <stdlib.h>
#include <string.h>

#include "../rekey.h"
#include "../tests/world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct world world;
static unsigned int runs;

static void begin(void)
{
	world_make(&world);
	if (ike_sa_initiate(world.west.connection))
		abort();
	world_settle(&world);
	if (!side_child(&world.west))
		abort();
}

/* Both sides have the one IKE SA, with nothing under way: what the next input finds. */
static bool is_as_it_began(void)
{
	struct ike_sa *west = side_sa(&world.west, IKE_SA_ESTABLISHED),
		      *east = side_sa(&world.east, IKE_SA_ESTABLISHED);

	return west && east && side_child(&world.west) && side_child(&world.east) && !west->exchange &&
	       !east->exchange && side_sas(&world.west) == 1 && side_sas(&world.east) == 1 && ++runs % 1000;
}

static void to_east(const uint8_t *data, size_t size)
{
	pluto_receive(world.east.pluto, &world.east.at, &world.west.at, (struct ike_slice){ data, size });
}

/* The datagram with the SPIs of the SA: else nearly all would be of none. */
static void from_anybody(const uint8_t *data, size_t size)
{
	struct ike_sa *east = side_sa(&world.east, IKE_SA_ESTABLISHED);
	uint8_t copy[4096];

	if (size < IKE_HEADER || size > sizeof(copy)) {
		to_east(data, size);
		return;
	}
	memcpy(copy, data, size);
	if (data[0] & 1)
		memcpy(copy, east->spi, 16);
	copy[24] = copy[25] = 0;
	copy[26] = size >> 8;
	copy[27] = size;
	to_east(copy, size);
}

static void from_the_peer(uint8_t exchange, uint8_t first, const uint8_t *data, size_t size)
{
	struct ike_sa *west = side_sa(&world.west, IKE_SA_ESTABLISHED),
		      *east = side_sa(&world.east, IKE_SA_ESTABLISHED);
	struct ike_packet *packets =
		ike_protect(west, exchange, false, east->receive_id, first, (struct ike_slice){ data, size });
	struct ike_packet *packet;

	ike_sa_get(east);
	for (packet = packets; packet; packet = packet->next)
		to_east(packet->data, packet->length);
	ike_packets_free(packets);
	world.count = 0;
	west->send_id = east->receive_id;
	ike_sa_put(east);
}

/* An answer to what the east asks. */
static void as_an_answer(uint8_t kind, uint8_t first, const uint8_t *data, size_t size)
{
	struct ike_sa *west = side_sa(&world.west, IKE_SA_ESTABLISHED),
		      *east = side_sa(&world.east, IKE_SA_ESTABLISHED);
	struct ike_packet *packet;

	if (kind % 3 == 0)
		child_sa_rekey_start(side_child(&world.east));
	else if (kind % 3 == 1)
		ike_sa_rekey_start(east);
	else
		child_sa_delete_start(side_child(&world.east));
	world.count = 0;
	packet = ike_protect(west, kind % 3 == 2 ? INFORMATIONAL : CREATE_CHILD_SA, true, east->send_id, first,
			     (struct ike_slice){ data, size });
	if (packet)
		to_east(packet->data, packet->length);
	ike_packets_free(packet);
	world.count = 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 3 || size > 3000)
		return 0;
	if (!world.west.pluto)
		begin();
	if (data[0] < 80)
		from_anybody(data + 1, size - 1);
	else if (data[0] < 170)
		from_the_peer(IKE_SA_INIT + data[1] % 5, data[2], data + 3, size - 3);
	else
		as_an_answer(data[1], data[2], data + 3, size - 3);
	world.west.log[0] = world.east.log[0] = world.west.events[0] = world.east.events[0] = '\0';
	world_settle(&world);
	if (!is_as_it_began()) {
		world_free(&world);
		begin();
	}
	return 0;
}
