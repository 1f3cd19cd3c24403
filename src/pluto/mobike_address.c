// SPDX-License-Identifier: GPL-2.0-or-later
/* Addresses in MOBIKE's notifications: RFC 4555, 4.2. */
#include <arpa/inet.h>
#include <string.h>

#include "mobike.h"

static size_t size_of(const struct klips_addr *addr)
{
	return addr->version == KLIPS_V4 ? 4 : 16;
}

/* Neither to all, nor to a group, nor to oneself. */
bool mobike_is_usable(const struct klips_addr *addr)
{
	static const uint8_t loopback[16] = { [15] = 1 };

	if (!addr->version || klips_addr_is_unspecified(addr) || klips_addr_is_multicast(addr))
		return false;
	if (addr->version == KLIPS_V4)
		return addr->b[0] && addr->b[0] != 127 && addr->b[0] < 240;
	return memcmp(addr->b, loopback, sizeof(loopback)) != 0;
}

bool mobike_has(const struct mobike_addresses *addresses, const struct klips_addr *addr)
{
	unsigned int at;

	for (at = 0; at < addresses->count; at++)
		if (klips_addr_equal(&addresses->list[at], addr))
			return true;
	return false;
}

/* What is behind this host is not where the peer finds it; all addresses there are is another matter. */
static bool is_behind(const struct connection *connection, const struct klips_addr *addr)
{
	struct ike_ts host = { .version = addr->version, .last_port = 65535 };
	const struct ike_ts_list *client = &connection->local.client;
	unsigned int at;
	bool exact;

	memcpy(host.first, addr->b, size_of(addr));
	memcpy(host.last, addr->b, size_of(addr));
	for (at = 0; at < client->count; at++)
		if (ike_ts_prefix(&client->ts[at], &exact) && ike_ts_contains(&client->ts[at], &host))
			return true;
	return false;
}

void mobike_own_addresses(const struct ike_sa *sa, struct mobike_addresses *to)
{
	const struct pluto_port *port = sa->pluto->port;
	struct klips_addr all[4 * MOBIKE_ADDRESSES];
	unsigned int at, count = port->addresses ? port->addresses(sa->pluto->arg, all, ARRAY_SIZE(all)) : 0;

	to->count = 0;
	for (at = 0; at < count && to->count < MOBIKE_ADDRESSES; at++)
		if (mobike_is_usable(&all[at]) && !is_behind(sa->connection, &all[at]))
			to->list[to->count++] = all[at];
}

void mobike_other_addresses(const struct ike_sa *sa, struct mobike_addresses *to)
{
	struct mobike_addresses all;
	unsigned int at;

	mobike_own_addresses(sa, &all);
	to->count = 0;
	for (at = 0; at < all.count; at++)
		if (!klips_addr_equal(&all.list[at], &sa->local.addr))
			to->list[to->count++] = all.list[at];
}

void mobike_put_addresses(struct ike_builder *builder, const struct mobike_addresses *addresses)
{
	const struct klips_addr *addr = addresses->list;
	unsigned int at;

	for (at = 0; at < addresses->count; at++, addr++)
		ike_put_status(builder, addr->version == KLIPS_V4 ? N_ADDITIONAL_IP4_ADDRESS : N_ADDITIONAL_IP6_ADDRESS,
			       (struct ike_slice){ addr->b, size_of(addr) });
}

static void take(struct mobike_addresses *to, const struct ike_notify *notify)
{
	struct klips_addr addr = { .version = notify->type == N_ADDITIONAL_IP4_ADDRESS ? KLIPS_V4 : KLIPS_V6 };

	if (notify->data.length != size_of(&addr) || to->count == MOBIKE_ADDRESSES)
		return;
	memcpy(addr.b, notify->data.data, notify->data.length);
	if (mobike_is_usable(&addr) && !mobike_has(to, &addr))
		to->list[to->count++] = addr;
}

bool mobike_take_addresses(struct mobike_addresses *to, const struct ike_message *message)
{
	const struct ike_payload *payload = ike_payload_find(message, IKE_P_NOTIFY);
	struct ike_notify notify;
	const char *why;
	bool any = false;

	to->count = 0;
	for (; payload; payload = ike_payload_next(message, payload)) {
		if (ike_notify_read(&notify, payload, &why))
			continue;
		if (notify.type == N_ADDITIONAL_IP4_ADDRESS || notify.type == N_ADDITIONAL_IP6_ADDRESS)
			take(to, &notify);
		else if (notify.type != N_NO_ADDITIONAL_ADDRESSES)
			continue;
		any = true;
	}
	return any;
}

/* RFC 4555, 4.2.6: from which address to which, and the ports. Returns its length. */
static size_t write_path(uint8_t data[36], const struct ike_endpoint *from, const struct ike_endpoint *to)
{
	uint16_t ports[2] = { htons(from->port), htons(to->port) };
	size_t size = size_of(&from->addr);

	memcpy(data, from->addr.b, size);
	memcpy(data + size, to->addr.b, size);
	memcpy(data + 2 * size, ports, sizeof(ports));
	return 2 * size + sizeof(ports);
}

void mobike_put_no_nats(const struct ike_path *path, struct ike_builder *builder)
{
	uint8_t data[36];
	size_t length = write_path(data, &path->local, &path->remote);

	ike_put_status(builder, N_NO_NATS_ALLOWED, (struct ike_slice){ data, length });
}

bool mobike_meets_nat(const struct ike_path *path, const struct ike_message *message)
{
	struct ike_notify notify;
	uint8_t data[36];
	size_t length = write_path(data, &path->remote, &path->local);

	if (!ike_notify_find(message, N_NO_NATS_ALLOWED, &notify))
		return false;
	return notify.data.length != length || memcmp(notify.data.data, data, length) != 0;
}

bool mobike_forbids_nat(const struct ike_sa *sa)
{
	const struct ike_proposals *child = &sa->connection->child;

	return child->count && child->proposals[0].protocol == IKE_PROTO_AH;
}
