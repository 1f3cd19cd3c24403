// SPDX-License-Identifier: GPL-2.0-or-later
/* The ends of a conn: whose addresses they have, who they are, and what is behind them. */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "../lib/parse.h"
#include "natd.h"
#include "orient_own.h"

enum host_kind {
	HOST_MISSING,
	HOST_ANY,
	HOST_DEFAULTROUTE,
	HOST_DEVICE,
	HOST_ADDRESS,
	HOST_NAME,
	HOST_GROUP,
	HOST_OPPORTUNISTIC,
};

/* @here: it is this host; @device: by which it is reached then */
struct host_end {
	enum keyword_side side;
	enum host_kind kind;
	const char *text;
	struct klips_addr addr;
	bool here;
	char device[16];
};

static enum host_kind kind_of(const char *text, struct klips_addr *addr)
{
	if (!text)
		return HOST_MISSING;
	if (!strcmp(text, "%any") || !strcmp(text, "%any4") || !strcmp(text, "%any6"))
		return HOST_ANY;
	if (!strcmp(text, "%defaultroute"))
		return HOST_DEFAULTROUTE;
	if (!strcmp(text, "%group"))
		return HOST_GROUP;
	if (!strcmp(text, "%opportunistic") || !strcmp(text, "%opportunisticgroup"))
		return HOST_OPPORTUNISTIC;
	if (*text == '%')
		return HOST_DEVICE;
	return klips_parse_addr(addr, text) ? HOST_NAME : HOST_ADDRESS;
}

bool orient_is_group(const json_t *conn)
{
	static const char *const sides[] = { "left", "right" };
	const json_t *keywords = json_object_get(conn, "keywords");
	struct klips_addr addr;
	unsigned int i;

	for (i = 0; i < 2; i++)
		if (kind_of(json_string_value(json_object_get(keywords, sides[i])), &addr) == HOST_GROUP)
			return true;
	return false;
}

/**
 * orient_find_names() - which names are to be resolved
 *
 * Return: whether there are any
 */
bool orient_find_names(struct orient_names *names, const json_t *conn)
{
	static const char *const sides[] = { "left", "right" };
	const json_t *keywords = json_object_get(conn, "keywords");
	const char *text, *family = json_string_value(json_object_get(keywords, "family"));
	struct klips_addr addr;
	unsigned int i;

	memset(names, 0, sizeof(*names));
	if (!family)
		family = json_string_value(json_object_get(keywords, "hostaddrfamily"));
	for (i = 0; i < 2; i++) {
		text = json_string_value(json_object_get(keywords, sides[i]));
		if (kind_of(text, &addr) != HOST_NAME)
			continue;
		snprintf(names->side[i].name, sizeof(names->side[i].name), "%s", text);
		names->side[i].family = !family ? 0 : !strcmp(family, "ipv6") ? KLIPS_V6 : KLIPS_V4;
	}
	return names->side[0].name[0] || names->side[1].name[0];
}

static void resolve(struct orient_name *name)
{
	struct addrinfo hints = { .ai_socktype = SOCK_DGRAM }, *found;
	const struct sockaddr_in6 *v6;
	int err;

	hints.ai_family = !name->family ? AF_UNSPEC : name->family == KLIPS_V6 ? AF_INET6 : AF_INET;
	err = getaddrinfo(name->name, NULL, &hints, &found);
	if (err) {
		snprintf(name->why, sizeof(name->why), "%s", gai_strerror(err));
		return;
	}
	v6 = (const struct sockaddr_in6 *)found->ai_addr;
	if (found->ai_family == AF_INET6)
		name->addr = klips_addr_v6(&v6->sin6_addr);
	else
		name->addr = klips_addr_v4(((const struct sockaddr_in *)found->ai_addr)->sin_addr.s_addr);
	freeaddrinfo(found);
}

/**
 * orient_resolve() - look names up; it blocks
 */
void orient_resolve(struct orient_names *names)
{
	unsigned int i;

	for (i = 0; i < 2; i++) {
		if (names->side[i].name[0])
			resolve(&names->side[i]);
	}
}

static int take_name(struct orientation *orientation, struct host_end *end)
{
	const struct orient_names *names = orientation->world->names;
	const struct orient_name *name = names ? &names->side[end->side == KEYWORD_RIGHT] : NULL;

	if (!name || strcmp(name->name, end->text) != 0)
		return orient_refuse(orientation, "%s=%s: it was not looked up", orient_side(end->side), end->text);
	end->addr = name->addr;
	if (name->addr.version)
		return 0;
	return orient_refuse(orientation, "%s=%s: %s", orient_side(end->side), end->text, name->why);
}

/* Of one address the peer is known. Of others, and of what is not negotiated, only the traffic is. */
static void take_net(const struct orientation *orientation, struct host_end *end)
{
	const struct policy_net *net = orientation->world->net;

	if (net && policy_net_is_host(net) && orientation->to->kind <= CONNECTION_TRANSPORT)
		end->addr = net->addr;
}

static int read_end(struct orientation *orientation, enum keyword_side side, struct host_end *end)
{
	const struct host_address *own;

	*end = (struct host_end){ .side = side, .text = orient_text(orientation, side, "") };
	end->kind = kind_of(end->text, &end->addr);
	if (end->kind == HOST_MISSING)
		return orient_refuse(orientation, "%s= is missing", orient_side(side));
	if (end->kind == HOST_OPPORTUNISTIC)
		return orient_refuse(orientation, "%s=%s: opportunistic encryption is not supported yet",
				     orient_side(side), end->text);
	if (end->kind == HOST_GROUP)
		take_net(orientation, end);
	if (end->kind == HOST_NAME && take_name(orientation, end))
		return -EINVAL;
	own = end->addr.version ? host_address_find(orientation->world->addresses, &end->addr) : NULL;
	end->here = own || end->kind == HOST_DEFAULTROUTE || end->kind == HOST_DEVICE;
	if (own)
		snprintf(end->device, sizeof(end->device), "%s", own->device);
	return 0;
}

/* The first address of a device, of the version that the peer has. */
static int take_device(struct orientation *orientation, struct host_end *end, uint8_t version)
{
	const struct host_addresses *all = orientation->world->addresses;
	size_t i;

	for (i = 0; i < all->count; i++) {
		if (strcmp(all->list[i].device, end->text + 1) != 0 ||
		    (version && all->list[i].addr.version != version))
			continue;
		end->addr = all->list[i].addr;
		snprintf(end->device, sizeof(end->device), "%s", all->list[i].device);
		return 0;
	}
	return orient_wait(orientation, "%s=%s: the device has no address", orient_side(end->side), end->text);
}

/* The address from which packets to the peer go; if nobody knows it, those that go by the default route. */
static int take_default(struct orientation *orientation, struct host_end *end, const struct host_end *peer)
{
	const struct orient_world *world = orientation->world;
	bool v6 = (peer->kind == HOST_ANY && !strcmp(peer->text, "%any6")) ||
		  (world->net && world->net->addr.version == KLIPS_V6);
	struct host_route route;
	int err;

	if (peer->addr.version)
		err = world->route_to(&peer->addr, &route);
	else
		err = world->route_default(v6 ? KLIPS_V6 : KLIPS_V4, &route);
	if (err || !route.source.version)
		return orient_wait(orientation, "%s=%s: there is no such route", orient_side(end->side), end->text);
	end->addr = route.source;
	snprintf(end->device, sizeof(end->device), "%s", route.device);
	orientation->extra->nexthop = route.gateway;
	return 0;
}

/* As soon as this host has its address. */
static bool can_be_here(const struct host_end *end)
{
	return end->addr.version && end->kind != HOST_GROUP;
}

static int choose(struct orientation *orientation, const struct host_end *left, const struct host_end *right)
{
	static const char neither[] = "left=%s and right=%s: neither end is this host";

	if (left->here && right->here)
		return orient_refuse(orientation, "left=%s and right=%s: both ends are this host", left->text,
				     right->text);
	if (!left->here && !right->here && (can_be_here(left) || can_be_here(right)))
		return orient_wait(orientation, neither, left->text, right->text);
	if (!left->here && !right->here)
		return orient_refuse(orientation, neither, left->text, right->text);
	orientation->side = left->here ? KEYWORD_LEFT : KEYWORD_RIGHT;
	return 0;
}

static int set_id(struct orientation *orientation, enum keyword_side side, struct connection_end *to)
{
	const char *text = orient_text(orientation, side, "id"), *wrong;

	if (text && !strcasecmp(text, "%none"))
		text = NULL;
	if (text && !strcasecmp(text, "%fromcert"))
		return 0; /* orient_auth() */
	wrong = text ? ike_identity_parse(&to->id, text) : NULL;
	if (!wrong && to == &orientation->to->local && to->id.type && ike_identity_is_many(&to->id))
		wrong = "this host cannot be many";
	if (wrong)
		return orient_refuse(orientation, "%sid=%s: %s", orient_side(side), text, wrong);
	/* In libreswan it is the address that it has in the DNS, which anybody might change. */
	if (text && *text != '@' && to->id.type == IKE_ID_FQDN)
		orient_warn(orientation, "%sid=%s: it is not looked up, and is the same as @%s", orient_side(side),
			    text, text);
	if (!text && to->host.version)
		ike_identity_from_addr(&to->id, &to->host);
	return 0;
}

static int set_end(struct orientation *orientation, const struct host_end *end, struct connection_end *to)
{
	to->host = end->addr;
	return set_id(orientation, end->side, to);
}

/* 0: the end has none of its own; 500 is nobody's own. */
static uint16_t own_port(const struct orientation *orientation, enum keyword_side side)
{
	uint16_t port = (uint16_t)orient_number(orientation, side, "ikeport", IKE_PORT);

	return port == IKE_PORT ? 0 : port;
}

/*
 * At a port of an end's own ESP in UDP may come, so messages have the marker there (RFC 3948, 2.2), and the other end,
 * if it has none of its own, is where it would be with a NAT. All goes by these two ports then, ESP too.
 */
static int set_ports(struct orientation *orientation, enum keyword_side own, enum keyword_side peer)
{
	struct connection *to = orientation->to;
	const struct orient_world *world = orientation->world;
	uint16_t here = own_port(orientation, own), there = own_port(orientation, peer);

	if (here && here == world->ike_port)
		return orient_refuse(orientation, "%sikeport=%u: that is ikeport= of config setup, without ESP in UDP",
				     orient_side(own), here);
	to->own_ports = here || there;
	to->local.ike_port = here ? here : there ? world->nat_port : world->ike_port;
	to->remote.ike_port = there ? there : here ? IKE_NAT_PORT : IKE_PORT;
	return 0;
}

static int set_nexthop(struct orientation *orientation, const struct klips_addr *peer)
{
	const char *text = orient_text(orientation, orientation->side, "nexthop");
	struct klips_addr *to = &orientation->extra->nexthop;
	struct host_route route;

	if (!text)
		return 0;
	if (!strcmp(text, "%direct"))
		*to = *peer;
	else if (strcmp(text, "%defaultroute") != 0)
		klips_parse_addr(to, text);
	else if (orientation->world->route_default(peer->version ? peer->version : KLIPS_V4, &route))
		return orient_wait(orientation, "%snexthop=%%defaultroute: there is no such route",
				   orient_side(orientation->side));
	else
		*to = route.gateway;
	return 0;
}

/* Which one this host's address has to be of; 0: either. */
static uint8_t version_of(const struct orientation *orientation, const struct host_end *peer)
{
	const struct policy_net *net = orientation->world->net;

	return net && !peer->addr.version ? net->addr.version : peer->addr.version;
}

static void find_home(struct orientation *orientation)
{
	const struct host_address *own = host_address_find(orientation->world->addresses, &orientation->to->local.host);

	snprintf(orientation->extra->home, sizeof(orientation->extra->home), "%s", own ? own->device : "");
}

int orient_hosts(struct orientation *orientation)
{
	struct connection *to = orientation->to;
	struct host_end ends[2], *own, *peer;
	int err = read_end(orientation, KEYWORD_LEFT, &ends[0]);

	if (!err)
		err = read_end(orientation, KEYWORD_RIGHT, &ends[1]);
	if (!err)
		err = choose(orientation, &ends[0], &ends[1]);
	if (err)
		return err;
	own = &ends[orientation->side == KEYWORD_RIGHT];
	peer = &ends[orientation->side == KEYWORD_LEFT];
	if (own->kind == HOST_DEVICE)
		err = take_device(orientation, own, version_of(orientation, peer));
	else if (own->kind == HOST_DEFAULTROUTE)
		err = take_default(orientation, own, peer);
	if (!err && peer->addr.version && peer->addr.version != own->addr.version)
		err = orient_refuse(orientation, "left=%s and right=%s: of different versions of IP", ends[0].text,
				    ends[1].text);
	if (!err)
		err = set_end(orientation, own, &to->local);
	if (!err)
		err = set_end(orientation, peer, &to->remote);
	if (!err)
		err = set_ports(orientation, own->side, peer->side);
	if (!err)
		err = set_nexthop(orientation, &to->remote.host);
	snprintf(to->physical, sizeof(to->physical), "%s", own->device);
	if (!err)
		find_home(orientation);
	return err;
}
