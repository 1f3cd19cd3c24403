// SPDX-License-Identifier: GPL-2.0-or-later
/* Addresses for road warriors, as conns tell of them: who gives, who asks. RFC 7296, 2.19. */
#include <errno.h>
#include <string.h>

#include "../lib/parse.h"
#include "cp_state.h"
#include "orient_own.h"

static const char separators[] = ", \t";

static bool is_yes(const struct orientation *orientation, enum keyword_side side, const char *name)
{
	return orient_number(orientation, side, name, 0);
}

static bool has_words(const struct orientation *orientation, enum keyword_side side, const char *name, char first)
{
	const char *text = orient_text(orientation, side, name);

	return text && *text == first;
}

static struct cp_settings *settings_of(struct orientation *orientation, int *err)
{
	struct cp_settings *settings = cp_settings_of(orientation->to);

	*err = settings ? 0 : -ENOMEM;
	return settings;
}

static int add_server(struct orientation *orientation, struct cp_names *names, const char *one)
{
	struct klips_addr addr;

	if (klips_parse_addr(&addr, one))
		return orient_refuse(orientation, "modecfgdns=%s: not an address", one);
	return cp_add_dns(names, &addr) ? 0 : orient_refuse(orientation, "modecfgdns=: more than %u", CP_DNS_MAX);
}

static int add_domain(struct orientation *orientation, struct cp_names *names, const char *one)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";

	if (strlen(one) >= CP_DOMAIN || *one == '-' || one[strspn(one, letters)])
		return orient_refuse(orientation, "modecfgdomains=: \"%s\" is not a domain's name", one);
	if (cp_add_domain(names, one))
		return 0;
	return orient_refuse(orientation, "modecfgdomains=: more than %u", CP_DOMAINS_MAX);
}

static int add_each(struct orientation *orientation, const char *name, struct cp_names *names,
		    int (*add)(struct orientation *orientation, struct cp_names *names, const char *one))
{
	const char *text = orient_text(orientation, KEYWORD_BOTH, name);
	char copy[4096], *one, *rest = copy;
	int err = 0;

	if (!text)
		return 0;
	if (strlen(text) >= sizeof(copy))
		return orient_refuse(orientation, "%s=: it is too long", name);
	memcpy(copy, text, strlen(text) + 1);
	while (!err && (one = strsep(&rest, separators)))
		err = *one ? add(orientation, names, one) : 0;
	return err;
}

/* Another conn that gives the same addresses from another pool: who has one of them would not be known. */
static const struct connection *find_rival(const struct connection *connection, const struct address_ranges *ranges)
{
	const char *name = connection->family ? connection->family : connection->name;
	const struct connection *other;

	cds_list_for_each_entry(other, &connection->pluto->connections, node) {
		/* What it is loaded in place of goes. */
		if (connection_is_named(other, name) || !other->cp || !other->cp->pool)
			continue;
		if (address_ranges_overlap(&other->cp->pool->ranges, ranges) &&
		    !address_ranges_are_same(&other->cp->pool->ranges, ranges))
			return other;
	}
	return NULL;
}

static int set_pool(struct orientation *orientation, enum keyword_side side, struct cp_settings *settings)
{
	const char *text = orient_text(orientation, side, "addresspool"), *wrong;
	struct connection *to = orientation->to;
	const struct connection *rival;
	struct address_ranges ranges;

	wrong = address_ranges_parse(&ranges, text);
	if (wrong)
		return orient_refuse(orientation, "%saddresspool=%s: %s", orient_side(side), text, wrong);
	if (to->remote.client.count)
		return orient_refuse(orientation, "%saddresspool= and %ssubnet= are both there", orient_side(side),
				     orient_side(side));
	rival = find_rival(to, &ranges);
	if (rival)
		return orient_refuse(orientation,
				     "%saddresspool=%s: it overlaps the pool of \"%s\", and is not the same one",
				     orient_side(side), text, rival->name);
	settings->pool = address_pool_get(to->pluto, &ranges);
	return settings->pool ? 0 : -ENOMEM;
}

static int set_server(struct orientation *orientation, enum keyword_side own, enum keyword_side other)
{
	bool server = is_yes(orientation, own, "modecfgserver") || is_yes(orientation, other, "modecfgclient");
	bool pool = orient_text(orientation, other, "addresspool");
	struct cp_settings *settings;
	int err;

	if (!server && !pool)
		return 0;
	if (!pool)
		return orient_refuse(orientation, "%smodecfgserver=yes: there is no %saddresspool= to give from",
				     orient_side(own), orient_side(other));
	settings = settings_of(orientation, &err);
	if (err)
		return err;
	settings->server = server;
	err = set_pool(orientation, other, settings);
	if (!err)
		err = add_each(orientation, "modecfgdns", &settings->names, add_server);
	return err ? err : add_each(orientation, "modecfgdomains", &settings->names, add_domain);
}

static bool is_all(const struct ike_ts *ts)
{
	bool exact;

	return !ike_ts_prefix(ts, &exact) && exact;
}

/* A version of IP in which there is something to reach; leftsubnet= of a client can only say that it is all. */
static int set_families(struct orientation *orientation, enum keyword_side own, struct cp_settings *settings)
{
	struct connection *to = orientation->to;
	struct ike_ts_list *local = &to->local.client, *remote = &to->remote.client;
	unsigned int at;

	for (at = 0; at < local->count; at++)
		if (!is_all(&local->ts[at]))
			return orient_refuse(orientation, "%ssubnet=: this end is given its address", orient_side(own));
	local->count = 0;
	for (at = 0; at < remote->count; at++)
		settings->ask[address_family(remote->ts[at].version)] = true;
	if (!remote->count)
		settings->ask[address_family(to->local.host.version)] = true;
	return 0;
}

static int set_client(struct orientation *orientation, enum keyword_side own, enum keyword_side other)
{
	struct cp_settings *settings;
	int err;

	if (!is_yes(orientation, own, "modecfgclient") && !is_yes(orientation, other, "modecfgserver") &&
	    !orient_text(orientation, own, "addresspool") && !has_words(orientation, own, "sourceip", '%'))
		return 0;
	settings = settings_of(orientation, &err);
	if (err)
		return err;
	if (settings->pool)
		return orient_refuse(orientation, "an end that asks for an address cannot give one");
	if (!orientation->to->remote.host.version)
		return orient_refuse(orientation, "%smodecfgclient=yes: nobody knows whom to ask", orient_side(own));
	settings->client = true;
	return set_families(orientation, own, settings);
}

int orient_cp(struct orientation *orientation)
{
	enum keyword_side own = orientation->side, other = own == KEYWORD_LEFT ? KEYWORD_RIGHT : KEYWORD_LEFT;
	struct connection *to = orientation->to;
	int err = set_server(orientation, own, other);

	if (!err)
		err = set_client(orientation, own, other);
	if (!err && to->cp && to->kind != CONNECTION_TUNNEL)
		return orient_refuse(orientation, "addresses are given for type=tunnel alone");
	return err;
}
