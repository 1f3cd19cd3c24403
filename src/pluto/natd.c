// SPDX-License-Identifier: GPL-2.0-or-later
#include "natd.h"

#include <arpa/inet.h>
#include <string.h>

#define HASH 20

static void hash(const uint8_t *spis, const struct ike_endpoint *at, uint8_t out[HASH])
{
	uint16_t port = htons(at->port);
	struct ike_slice parts[] = {
		{ spis, 16 },
		{ at->addr.b, at->addr.version == KLIPS_V4 ? 4 : 16 },
		{ (const uint8_t *)&port, sizeof(port) },
	};

	ike_sha1(parts, sizeof(parts) / sizeof(*parts), out);
}

void ike_natd_put(const struct ike_sa *sa, struct ike_builder *builder)
{
	const struct ike_path path = ike_sa_path(sa);

	ike_natd_put_of(sa, &path, builder);
}

void ike_natd_put_of(const struct ike_sa *sa, const struct ike_path *path, struct ike_builder *builder)
{
	uint8_t data[HASH];

	hash(sa->spi[0], &path->local, data);
	if (sa->connection->encapsulation)
		data[0] ^= 1; /* as if there were a NAT: ESP in UDP is wanted */
	ike_put_status(builder, N_NAT_DETECTION_SOURCE_IP, (struct ike_slice){ data, HASH });
	hash(sa->spi[0], &path->remote, data);
	ike_put_status(builder, N_NAT_DETECTION_DESTINATION_IP, (struct ike_slice){ data, HASH });
}

/* RFC 7296, 2.23: there may be several source hashes, one for each address of the sender. */
static bool has(const struct ike_message *message, uint16_t type, const uint8_t own[HASH], bool *any)
{
	const struct ike_payload *payload = ike_payload_find(message, IKE_P_NOTIFY);
	struct ike_notify notify;
	const char *why;

	for (; payload; payload = ike_payload_next(message, payload)) {
		if (ike_notify_read(&notify, payload, &why) || notify.type != type)
			continue;
		*any = true;
		if (notify.data.length == HASH && !memcmp(notify.data.data, own, HASH))
			return true;
	}
	return false;
}

bool ike_natd_take(struct ike_sa *sa, const struct ike_message *message)
{
	uint8_t spis[16], data[HASH];
	bool source = false, destination = false;

	memcpy(spis, message->header.spi_i, 8);
	memcpy(spis + 8, message->header.spi_r, 8);
	hash(spis, &sa->remote, data);
	sa->nat_remote = !has(message, N_NAT_DETECTION_SOURCE_IP, data, &source);
	hash(spis, &sa->local, data);
	sa->nat_local = !has(message, N_NAT_DETECTION_DESTINATION_IP, data, &destination);
	sa->nat_known = source && destination;
	if (sa->nat_known) {
		sa->nat_local |= sa->connection->encapsulation;
		return true;
	}
	sa->nat_local = sa->nat_remote = false;
	return false;
}

void ike_natd_log(const struct ike_sa *sa)
{
	ike_sa_log(sa, PLUTO_NOTICE, "NAT before %s",
		   sa->nat_local && sa->nat_remote ? "both" : (sa->nat_local ? "this host" : "the peer"));
}
