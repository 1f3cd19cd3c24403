// SPDX-License-Identifier: GPL-2.0-or-later
/* What is behind the ends of a conn, and what of its traffic is meant. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/parse.h"
#include "orient_own.h"

#define ANY_PORTS UINT16_MAX /* as protoport='s number has them: from 0 to the last */

static int add_client(struct orientation *orientation, enum keyword_side side, struct ike_ts_list *to, const char *one)
{
	const char *wrong;

	if (to->count == IKE_TS_MAX)
		return orient_refuse(orientation, "%ssubnet=: more than %u", orient_side(side), IKE_TS_MAX);
	wrong = ike_ts_parse(&to->ts[to->count], one);
	if (wrong)
		return orient_refuse(orientation, "%ssubnet=%s: %s", orient_side(side), one, wrong);
	to->count++;
	return 0;
}

static int read_clients(struct orientation *orientation, enum keyword_side side, const char *text,
			struct ike_ts_list *to)
{
	char copy[4096], *one, *rest = copy;
	int err = 0;

	if (!strncmp(text, "vhost:", 6) || !strncmp(text, "vnet:", 5))
		return orient_refuse(orientation, "%ssubnet=%s: not supported yet", orient_side(side), text);
	if (strlen(text) >= sizeof(copy))
		return orient_refuse(orientation, "%ssubnet=: it is too long", orient_side(side));
	memcpy(copy, text, strlen(text) + 1);
	while (!err && (one = strsep(&rest, ",")))
		err = add_client(orientation, side, to, one);
	return err;
}

/* The one of a list that is meant, from 1; false: it has fewer. */
static bool pick(char *to, size_t size, const char *list, unsigned int number)
{
	while (list && --number) {
		list = strchr(list, ',');
		list = list ? list + 1 : NULL;
	}
	if (list)
		snprintf(to, size, "%.*s", (int)strcspn(list, ","), list);
	return list;
}

/* Of subnets= each is for a Child SA of its own. */
static int set_subnets(struct orientation *orientation, enum keyword_side side, struct ike_ts_list *to)
{
	const struct orient_pair *pair = &orientation->world->pair;
	const char *one = orient_text(orientation, side, "subnet"),
		   *several = orient_text(orientation, side, "subnets");
	char picked[128];

	if (one && several)
		return orient_refuse(orientation, "%ssubnet= and %ssubnets= are both there", orient_side(side),
				     orient_side(side));
	if (several && !pick(picked, sizeof(picked), several, side == KEYWORD_LEFT ? pair->left : pair->right))
		return orient_refuse(orientation, "%ssubnets=%s: not as many", orient_side(side), several);
	if (!one && !several)
		return 0;
	return read_clients(orientation, side, one ? one : picked, to);
}

static unsigned int count(const char *list)
{
	unsigned int commas = 0;

	for (; list && *list; list++)
		commas += *list == ',';
	return commas + 1;
}

static const char *list_of(const json_t *conn, const char *name)
{
	return json_string_value(json_object_get(json_object_get(conn, "keywords"), name));
}

static bool has_version(const char *list, unsigned int number, bool v6)
{
	char one[128];

	return !list || (pick(one, sizeof(one), list, number) && !!strchr(one, ':') == v6);
}

static unsigned int refuse_pairs(struct orient_said *said, const char *why)
{
	snprintf(said->why, sizeof(said->why), "leftsubnets= and rightsubnets=: %s", why);
	return 0;
}

unsigned int orient_pairs(struct orient_pair pairs[ORIENT_PAIRS], const json_t *conn, struct orient_said *said)
{
	const char *left = list_of(conn, "leftsubnets"), *right = list_of(conn, "rightsubnets");
	unsigned int lefts = count(left), rights = count(right), i, j, found = 0;
	bool v6 = false;
	char one[128];

	pairs[0] = (struct orient_pair){ .number = 0 };
	if (!left && !right)
		return 1;
	if (lefts > ORIENT_PAIRS || rights > ORIENT_PAIRS || lefts * rights > ORIENT_PAIRS)
		return refuse_pairs(said, "more than 1024 pairs");
	for (i = 1; i <= lefts; i++) {
		for (j = 1; j <= rights; j++) {
			v6 = left && pick(one, sizeof(one), left, i) && strchr(one, ':');
			if (left && !has_version(right, j, v6))
				continue;
			pairs[found] = (struct orient_pair){ left ? i : 0, right ? j : 0, found };
			found++;
		}
	}
	return found ? found : refuse_pairs(said, "of different versions of IP");
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
				     orient_side(side));
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

static void narrow(struct connection_end *end, uint8_t protocol, uint16_t port)
{
	if (end->client.count) {
		limit(&end->client, protocol, port, port ? port : ANY_PORTS);
	} else {
		end->protocol = protocol;
		end->port = port;
	}
}

static int set_net(struct orientation *orientation, enum keyword_side peer)
{
	const struct policy_net *net = orientation->world->net;
	struct connection *to = orientation->to;
	char text[KLIPS_NET_TEXT];

	if (!net)
		return 0;
	if (to->remote.client.count)
		return orient_refuse(orientation, "%ssubnet=: %s=%%group has the nets of its file", orient_side(peer),
				     orient_side(peer));
	klips_print_net(text, sizeof(text), &net->addr, net->bits, 0);
	if (!to->local.client.count && to->local.host.version != net->addr.version)
		return orient_refuse(orientation, "left= and right=: of different versions of IP, as the net is %s",
				     text);
	return to->remote.host.version ? 0 : add_client(orientation, peer, &to->remote.client, text);
}

/* What the net's line says of protocols and ports is in place of protoport=. */
static void narrow_to_net(const struct orientation *orientation)
{
	const struct policy_net *net = orientation->world->net;

	if (!net || !net->protocol)
		return;
	narrow(&orientation->to->local, net->protocol, net->own_port);
	narrow(&orientation->to->remote, net->protocol, net->peer_port);
}

static int set_sources(struct orientation *orientation)
{
	const char *text = orient_text(orientation, orientation->side, "sourceip");
	struct orient_extra *extra = orientation->extra;
	char copy[1024], *one, *rest = copy;

	if (!text || *text == '%')
		return 0; /* what it is given: orient_cp() */
	snprintf(copy, sizeof(copy), "%s", text);
	while ((one = strsep(&rest, ","))) {
		if (*one == '%' || extra->source_count == ORIENT_SOURCES)
			return orient_refuse(orientation, "%ssourceip=%s: not supported yet",
					     orient_side(orientation->side), text);
		if (klips_parse_addr(&extra->sources[extra->source_count++], one))
			return orient_refuse(orientation, "%ssourceip=%s: not an address",
					     orient_side(orientation->side), text);
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

	if (to->kind == CONNECTION_TRANSPORT && (to->local.client.count || to->remote.client.count))
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
		err = set_net(orientation, other);
	if (!err)
		err = check_mode(orientation);
	if (!err)
		err = set_ports(orientation, own, &to->local);
	if (!err)
		err = set_ports(orientation, other, &to->remote);
	narrow_to_net(orientation);
	if (!err)
		err = set_sources(orientation);
	return err ? err : set_updown(orientation);
}
