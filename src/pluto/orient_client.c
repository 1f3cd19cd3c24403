// SPDX-License-Identifier: GPL-2.0-or-later
/* What is behind the ends of a conn, and what of its traffic is meant. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/parse.h"
#include "orient_own.h"

#define ANY_PORTS UINT16_MAX /* as protoport='s number has them: from 0 to the last */

static const char *label(enum keyword_side side)
{
	return side == KEYWORD_LEFT ? "left" : "right";
}

static int add_client(struct orientation *orientation, enum keyword_side side, struct ike_ts_list *to, const char *one)
{
	const char *wrong;

	if (to->count == IKE_TS_MAX)
		return orient_refuse(orientation, "%ssubnet=: more than %u", label(side), IKE_TS_MAX);
	wrong = ike_ts_parse(&to->ts[to->count], one);
	if (wrong)
		return orient_refuse(orientation, "%ssubnet=%s: %s", label(side), one, wrong);
	to->count++;
	return 0;
}

static int read_clients(struct orientation *orientation, enum keyword_side side, const char *text,
			struct ike_ts_list *to)
{
	char copy[4096], *one, *rest = copy;
	int err = 0;

	if (!strncmp(text, "vhost:", 6) || !strncmp(text, "vnet:", 5))
		return orient_refuse(orientation, "%ssubnet=%s: not supported yet", label(side), text);
	if (strlen(text) >= sizeof(copy))
		return orient_refuse(orientation, "%ssubnet=: it is too long", label(side));
	memcpy(copy, text, strlen(text) + 1);
	while (!err && (one = strsep(&rest, ",")))
		err = add_client(orientation, side, to, one);
	return err;
}

/* Of subnets= each is for a Child SA of its own; one alone is the same as subnet=. */
static int set_subnets(struct orientation *orientation, enum keyword_side side, struct ike_ts_list *to)
{
	const char *one = orient_text(orientation, side, "subnet"),
		   *several = orient_text(orientation, side, "subnets");

	if (one && several)
		return orient_refuse(orientation, "%ssubnet= and %ssubnets= are both there", label(side), label(side));
	if (several && strchr(several, ','))
		return orient_refuse(orientation, "%ssubnets=%s: several are not supported yet", label(side), several);
	if (!one && !several)
		return 0;
	return read_clients(orientation, side, one ? one : several, to);
}

static void limit(struct ike_ts_list *list, uint8_t protocol, uint16_t first, uint16_t last)
{
	unsigned int i;

	for (i = 0; i < list->count; i++) {
		list->ts[i].protocol = protocol;
		list->ts[i].first_port = first;
		list->ts[i].last_port = last;
	}
}

/* The end itself as a client: what a single port cannot say. */
static int add_host(struct orientation *orientation, enum keyword_side side, struct connection_end *to)
{
	char text[64];

	if (!to->host.version)
		return orient_refuse(orientation, "%sprotoport=: several ports, of a host whose address is not known",
				     label(side));
	klips_addr_print(text, sizeof(text), &to->host);
	return add_client(orientation, side, &to->client, text);
}

static int set_ports(struct orientation *orientation, enum keyword_side side, struct connection_end *to)
{
	uint64_t number = orient_number(orientation, side, "protoport", ANY_PORTS);
	uint16_t first = (uint16_t)(number >> 16), last = (uint16_t)number;
	bool whole = !first && last == ANY_PORTS;
	int err = 0;

	if (!orient_text(orientation, side, "protoport"))
		return 0;
	to->protocol = (uint8_t)(number >> 32);
	if (!to->client.count && !whole && first != last)
		err = add_host(orientation, side, to);
	if (!to->client.count && !whole)
		to->port = first;
	limit(&to->client, to->protocol, first, last);
	return err;
}

static int set_sources(struct orientation *orientation)
{
	const char *text = orient_text(orientation, orientation->side, "sourceip");
	struct orient_extra *extra = orientation->extra;
	char copy[1024], *one, *rest = copy;

	if (!text)
		return 0;
	snprintf(copy, sizeof(copy), "%s", text);
	while ((one = strsep(&rest, ","))) {
		if (*one == '%' || extra->source_count == ORIENT_SOURCES)
			return orient_refuse(orientation, "%ssourceip=%s: not supported yet", label(orientation->side),
					     text);
		if (klips_parse_addr(&extra->sources[extra->source_count++], one))
			return orient_refuse(orientation, "%ssourceip=%s: not an address", label(orientation->side),
					     text);
	}
	return 0;
}

static int set_updown(struct orientation *orientation)
{
	const char *text = orient_text(orientation, orientation->side, "updown");

	if (!text || !*text || !strcmp(text, "%disabled"))
		return 0;
	orientation->extra->updown = strdup(text);
	return orientation->extra->updown ? 0 : -ENOMEM;
}

static int check_families(struct orientation *orientation)
{
	const struct ike_ts_list *one = &orientation->to->local.client, *other = &orientation->to->remote.client;
	unsigned int i, j;

	for (i = 0; i < one->count; i++) {
		for (j = 0; j < other->count; j++) {
			if (one->ts[i].version == other->ts[j].version)
				return 0;
		}
	}
	if (!one->count || !other->count)
		return 0;
	return orient_refuse(orientation, "leftsubnet= and rightsubnet=: of different versions of IP");
}

static int check_mode(struct orientation *orientation)
{
	const struct connection *to = orientation->to;

	if (to->kind == CONNECTION_TRANSPORT &&
	    (orient_text(orientation, KEYWORD_LEFT, "subnet") || orient_text(orientation, KEYWORD_RIGHT, "subnet")))
		return orient_refuse(orientation, "type=transport is for the ends themselves, without subnets");
	return check_families(orientation);
}

int orient_clients(struct orientation *orientation)
{
	enum keyword_side own = orientation->side, other = own == KEYWORD_LEFT ? KEYWORD_RIGHT : KEYWORD_LEFT;
	struct connection *to = orientation->to;
	int err = set_subnets(orientation, own, &to->local.client);

	if (!err)
		err = set_subnets(orientation, other, &to->remote.client);
	if (!err)
		err = check_mode(orientation);
	if (!err)
		err = set_ports(orientation, own, &to->local);
	if (!err)
		err = set_ports(orientation, other, &to->remote);
	if (!err)
		err = set_sources(orientation);
	return err ? err : set_updown(orientation);
}
