// SPDX-License-Identifier: GPL-2.0-or-later
/* Conns become connections: which end is this host, what keywords say, and what cannot be. */
#include "tests/test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../../lib/parse.h"
#include "../cp_state.h"
#include "../orient.h"
#include "world.h"

static struct host_address own[] = { { .device = "eth1" }, { .device = "eth0" }, { .device = "eth1" } };
static const struct host_addresses addresses = { own, 3 };

/* Of the next conns that are made; NULL: none. */
static const struct policy_net *net_of_conn;

/* All that a test has: an engine, and what orient() made. */
struct rig {
	struct world world;
	struct connection *connection;
	struct orient_extra extra;
	struct orient_said said;
	struct orient_names names;
};

static struct klips_addr addr(const char *text)
{
	struct klips_addr found;

	assert_null(klips_parse_addr(&found, text));
	return found;
}

static int route_to(const struct klips_addr *dst, struct host_route *route)
{
	*route = (struct host_route){ .device = "eth1", .source = own[dst->version == KLIPS_V6 ? 2 : 0].addr };
	return 0;
}

static int route_default(uint8_t version, struct host_route *route)
{
	*route = (struct host_route){ .device = "eth1", .source = own[0].addr, .gateway = addr("192.1.2.254") };
	return version == KLIPS_V4 ? 0 : -ENETUNREACH;
}

static int set_up(void **state)
{
	struct rig *rig = calloc(1, sizeof(*rig));

	own[0].addr = addr("192.1.2.45");
	own[1].addr = addr("192.0.1.254");
	own[2].addr = addr("2001:db8:1:2::45");
	world_make(&rig->world);
	*state = rig;
	return 0;
}

static int tear_down(void **state)
{
	struct rig *rig = *state;

	orient_extra_free(&rig->extra);
	world_free(&rig->world);
	free(rig);
	return 0;
}

/* "left=192.1.2.45 right=192.1.2.23": words that have no blanks; those of @more win. */
static void put_words(json_t *keywords, const char *words)
{
	char copy[2048], *word, *rest = copy, *value;

	snprintf(copy, sizeof(copy), "%s", words);
	while ((word = strsep(&rest, " "))) {
		if (!*word)
			continue;
		value = strchr(word, '=');
		*value++ = '\0';
		if (*value)
			json_object_set_new(keywords, word, json_string(value));
		else
			json_object_del(keywords, word);
	}
}

static int make_pair(struct rig *rig, const char *more, struct orient_pair pair)
{
	json_t *keywords = json_object(), *conn = json_pack("{s:s, s:o}", "name", "conn", "keywords", keywords);
	const struct orient_world world = {
		.addresses = &addresses,
		.route_to = route_to,
		.route_default = route_default,
		.names = &rig->names,
		.pair = pair,
		.net = net_of_conn,
		.ike_port = 500,
		.nat_port = 4500,
	};
	int err;

	put_words(keywords, "left=192.1.2.45 right=192.1.2.23 authby=secret");
	put_words(keywords, more);
	orient_extra_free(&rig->extra);
	rig->connection = connection_new(rig->world.west.pluto, "conn");
	err = orient(rig->connection, &rig->extra, conn, &world, &rig->said);
	json_decref(conn);
	return err;
}

static int make(struct rig *rig, const char *more)
{
	return make_pair(rig, more, (struct orient_pair){ .left = 0 });
}

static void refused(struct rig *rig, const char *more, const char *why)
{
	assert_int_equal(make(rig, more), -EINVAL);
	assert_string_equal(rig->said.why, why);
}

/* It is none now, but may be one when addresses or routes come. */
static void waits(struct rig *rig, const char *more, const char *why)
{
	assert_int_equal(make(rig, more), -EADDRNOTAVAIL);
	assert_string_equal(rig->said.why, why);
}

static void good(struct rig *rig, const char *more)
{
	int err = make(rig, more);

	assert_string_equal(rig->said.why, "");
	assert_int_equal(err, 0);
}

static void addr_is(const struct klips_addr *addr, const char *expected)
{
	char text[64];

	klips_addr_print(text, sizeof(text), addr);
	assert_string_equal(text, expected);
}

static unsigned int pairs(struct orient_pair to[ORIENT_PAIRS], struct rig *rig, const char *words)
{
	json_t *keywords = json_object(), *conn = json_pack("{s:s, s:o}", "name", "conn", "keywords", keywords);
	unsigned int count;

	rig->said.why[0] = '\0';
	put_words(keywords, words);
	count = orient_pairs(to, conn, &rig->said);
	json_decref(conn);
	return count;
}

static void ts_is(const struct ike_ts_list *list, const char *expected)
{
	char text[IKE_TS_TEXT];

	assert_int_equal(list->count, 1);
	ike_ts_print(text, sizeof(text), &list->ts[0]);
	assert_string_equal(text, expected);
}

static void subnets_are_pairs(void **state)
{
	const char *words = "leftsubnets=10.0.1.0/24,10.0.2.0/24,2001:db8:1::/48 rightsubnets=10.1.1.0/24,10.1.2.0/24";
	struct orient_pair *all = calloc(ORIENT_PAIRS, sizeof(*all));
	struct rig *rig = *state;

	assert_int_equal(pairs(all, rig, words), 4);
	assert_int_equal(all[2].left, 2);
	assert_int_equal(all[2].right, 1);
	assert_int_equal(all[2].number, 2);
	assert_int_equal(make_pair(rig, words, all[2]), 0);
	ts_is(&rig->connection->local.client, "10.0.2.0/24");
	ts_is(&rig->connection->remote.client, "10.1.1.0/24");
	assert_int_equal(pairs(all, rig, "leftsubnet=10.0.1.0/24 rightsubnets=10.1.1.0/24,10.1.2.0/24"), 2);
	assert_int_equal(all[1].left, 0);
	assert_int_equal(all[1].right, 2);
	words = "leftsubnets=10.0.1.0/24,10.0.2.0/24 rightsubnet=10.1.1.0/24";
	assert_int_equal(pairs(all, rig, words), 2);
	assert_int_equal(all[1].left, 2);
	assert_int_equal(all[1].right, 0);
	assert_int_equal(make_pair(rig, words, all[1]), 0);
	ts_is(&rig->connection->local.client, "10.0.2.0/24");
	ts_is(&rig->connection->remote.client, "10.1.1.0/24");
	assert_int_equal(pairs(all, rig, "leftsubnet=10.0.1.0/24"), 1);
	assert_int_equal(all[0].left, 0);
	assert_int_equal(pairs(all, rig, "leftsubnets=10.0.1.0/24 rightsubnets=2001:db8:1::/48"), 0);
	assert_string_equal(rig->said.why, "leftsubnets= and rightsubnets=: of different versions of IP");
	refused(rig, "leftsubnet=10.0.1.0/24 leftsubnets=10.0.1.0/24", "leftsubnet= and leftsubnets= are both there");
	assert_int_equal(make_pair(rig, "leftsubnets=10.0.1.0/24 reqid=100", (struct orient_pair){ 1, 1, 3 }), 0);
	assert_int_equal(rig->connection->reqid, 112);
	free(all);
}

static void too_many_pairs(void **state)
{
	char words[2][1000] = { "leftsubnets=10.0.0.0/32", "rightsubnets=10.1.0.0/32" }, both[2001];
	struct orient_pair *all = calloc(ORIENT_PAIRS, sizeof(*all));
	struct rig *rig = *state;
	unsigned int i;

	for (i = 0; i < 32; i++) {
		snprintf(words[0] + strlen(words[0]), sizeof(words[0]) - strlen(words[0]), ",10.0.0.1/32");
		snprintf(words[1] + strlen(words[1]), sizeof(words[1]) - strlen(words[1]), ",10.1.0.1/32");
	}
	snprintf(both, sizeof(both), "%s %s", words[0], words[1]);
	assert_int_equal(pairs(all, rig, both), 0);
	assert_string_equal(rig->said.why, "leftsubnets= and rightsubnets=: more than 1024 pairs");
	free(all);
}

static void left_is_here(void **state)
{
	struct rig *rig = *state;

	good(rig,
	     "leftid=@west rightid=@east leftsubnet=192.0.1.0/24 rightsubnet=192.0.2.0/24,10.0.0.1-10.0.0.9[6/80]");
	addr_is(&rig->connection->local.host, "192.1.2.45");
	addr_is(&rig->connection->remote.host, "192.1.2.23");
	assert_string_equal(rig->connection->physical, "eth1");
	assert_int_equal(rig->connection->local.client.count, 1);
	assert_int_equal(rig->connection->remote.client.count, 2);
	assert_int_equal(rig->connection->remote.client.ts[1].first_port, 80);
	assert_int_equal(rig->connection->local.id.type, IKE_ID_FQDN);
	assert_int_equal(rig->connection->local.auth, AUTH_BY_SECRET);
	assert_int_equal(rig->connection->kind, CONNECTION_TUNNEL);
	assert_string_equal(rig->extra.updown, "ipsec _updown");
}

static void right_is_here(void **state)
{
	struct rig *rig = *state;

	good(rig, "left=192.1.2.23 right=192.1.2.45 leftid=@east leftikeport=1500 rightupdown=%disabled");
	addr_is(&rig->connection->local.host, "192.1.2.45");
	assert_int_equal(rig->connection->remote.id.type, IKE_ID_FQDN);
	assert_int_equal(rig->connection->local.id.type, IKE_ID_IPV4_ADDR);
	assert_int_equal(rig->connection->remote.ike_port, 1500);
	assert_int_equal(rig->connection->local.ike_port, 4500);
	assert_null(rig->extra.updown);
}

static void ports_are(struct rig *rig, const char *words, unsigned int own, unsigned int peer, bool ported)
{
	good(rig, words);
	assert_int_equal(rig->connection->local.ike_port, own);
	assert_int_equal(rig->connection->remote.ike_port, peer);
	assert_int_equal(rig->connection->own_ports, ported);
	assert_int_equal(rig->connection->encapsulation, ported);
}

/* Messages have a marker where one end has a port of its own, so the other is not at 500 either. */
static void ports_of_ike(void **state)
{
	struct rig *rig = *state;

	ports_are(rig, "", 500, 500, false);
	ports_are(rig, "leftikeport=2500", 2500, 4500, true);
	ports_are(rig, "rightikeport=2500", 4500, 2500, true);
	ports_are(rig, "leftikeport=1500 rightikeport=1501", 1500, 1501, true);
	ports_are(rig, "leftikeport=4500", 4500, 4500, true);
	ports_are(rig, "leftikeport=500 rightikeport=500", 500, 500, false);
	ports_are(rig, "left=192.1.2.23 right=192.1.2.45 leftikeport=2500", 4500, 2500, true);
}

static void hosts_that_are_not_addresses(void **state)
{
	struct rig *rig = *state;

	good(rig, "right=%any");
	assert_int_equal(rig->connection->remote.host.version, 0);
	assert_int_equal(rig->connection->remote.id.type, IKE_ID_NONE);
	good(rig, "left=%defaultroute right=%any");
	addr_is(&rig->connection->local.host, "192.1.2.45");
	addr_is(&rig->extra.nexthop, "192.1.2.254");
	good(rig, "left=%defaultroute right=2001:db8:1:2::23");
	addr_is(&rig->connection->local.host, "2001:db8:1:2::45");
	good(rig, "left=%eth0");
	addr_is(&rig->connection->local.host, "192.0.1.254");
	assert_string_equal(rig->connection->physical, "eth0");
	good(rig, "leftnexthop=192.1.2.1");
	addr_is(&rig->extra.nexthop, "192.1.2.1");
	good(rig, "leftnexthop=%direct");
	addr_is(&rig->extra.nexthop, "192.1.2.23");
}

static void names(void **state)
{
	struct rig *rig = *state;
	json_t *conn =
		json_pack("{s:{s:s, s:s, s:s}}", "keywords", "left", "%any", "right", "east.example", "family", "ipv6");

	assert_true(orient_find_names(&rig->names, conn));
	json_decref(conn);
	assert_string_equal(rig->names.side[0].name, "");
	assert_int_equal(rig->names.side[1].family, KLIPS_V6);
	strcpy(rig->names.side[1].why, "nobody knows it");
	refused(rig, "right=east.example", "right=east.example: nobody knows it");
	rig->names.side[1].addr = addr("192.1.2.23");
	good(rig, "right=east.example");
	addr_is(&rig->connection->remote.host, "192.1.2.23");
	refused(rig, "right=other.example", "right=other.example: it was not looked up");
}

static void no_orientation(void **state)
{
	struct rig *rig = *state;

	waits(rig, "left=192.1.2.46", "left=192.1.2.46 and right=192.1.2.23: neither end is this host");
	refused(rig, "right=192.0.1.254", "left=192.1.2.45 and right=192.0.1.254: both ends are this host");
	refused(rig, "left=%any right=%any", "left=%any and right=%any: neither end is this host");
	refused(rig, "right=", "right= is missing");
	refused(rig, "left=%any right=%group", "left=%any and right=%group: neither end is this host");
	refused(rig, "right=%opportunisticgroup",
		"right=%opportunisticgroup: opportunistic encryption is not supported yet");
	refused(rig, "right=%opportunistic", "right=%opportunistic: opportunistic encryption is not supported yet");
	refused(rig, "right=2001:db8::1", "left=192.1.2.45 and right=2001:db8::1: of different versions of IP");
	waits(rig, "left=%eth7", "left=%eth7: the device has no address");
	waits(rig, "left=%defaultroute right=%any6", "left=%defaultroute: there is no such route");
	waits(rig, "left=192.1.2.46 right=%group", "left=192.1.2.46 and right=%group: neither end is this host");
	/* What can be known to be wrong is refused all the same. */
	refused(rig, "left=192.1.2.46 esp=rot13", "esp=rot13: no such encryption algorithm");
}

static void nets_of_groups(void **state)
{
	struct rig *rig = *state;
	struct policy_net net = { .addr = addr("10.0.0.0"), .bits = 8 };
	const struct connection_end *local, *remote;

	good(rig, "right=%group type=drop authby=never"); /* as it is tried */
	net_of_conn = &net;
	good(rig, "right=%group type=passthrough authby=never");
	local = &rig->connection->local;
	remote = &rig->connection->remote;
	addr_is(&local->host, "192.1.2.45");
	assert_int_equal(local->client.count, 0);
	assert_int_equal(remote->host.version, 0);
	ts_is(&remote->client, "10.0.0.0/8");
	assert_string_equal(rig->extra.home, "eth1");
	net.protocol = 6;
	net.own_port = 0;
	net.peer_port = 22;
	good(rig, "right=%group type=drop authby=never rightprotoport=17/53 leftsubnet=192.0.1.0/24");
	ts_is(&rig->connection->remote.client, "10.0.0.0/8[tcp/22]");
	ts_is(&rig->connection->local.client, "192.0.1.0/24[tcp]");
	net = (struct policy_net){ .addr = addr("10.0.0.1"), .bits = 32, .protocol = 6, .own_port = 80 };
	good(rig, "left=%group right=192.1.2.45 rightid=@west");
	addr_is(&rig->connection->remote.host, "10.0.0.1");
	assert_int_equal(rig->connection->remote.id.type, IKE_ID_IPV4_ADDR);
	assert_int_equal(rig->connection->remote.client.count, 0);
	assert_int_equal(rig->connection->local.protocol, 6);
	assert_int_equal(rig->connection->local.port, 80);
	assert_int_equal(rig->connection->remote.port, 0);
	refused(rig, "right=%group rightsubnet=10.0.0.0/8", "rightsubnet=: right=%group has the nets of its file");
	net_of_conn = NULL;
}

static void nets_of_other_versions(void **state)
{
	struct rig *rig = *state;
	struct policy_net net = { .addr = addr("2001:db8:9::"), .bits = 48 };

	net_of_conn = &net;
	refused(rig, "right=%group type=drop",
		"left= and right=: of different versions of IP, as the net is 2001:db8:9::/48");
	good(rig, "right=%group type=drop leftsubnet=2001:db8:0:1::/64");
	good(rig, "left=%eth1 right=%group type=drop");
	addr_is(&rig->connection->local.host, "2001:db8:1:2::45");
	waits(rig, "left=%defaultroute right=%group type=drop", "left=%defaultroute: there is no such route");
	net.addr = addr("2001:db8:9::1");
	net.bits = 128;
	refused(rig, "right=%group", "left=192.1.2.45 and right=%group: of different versions of IP");
	net_of_conn = NULL;
}

static void servers_of_addresses(void **state)
{
	struct rig *rig = *state;
	const struct cp_settings *cp;

	good(rig, "right=%any leftsubnet=192.0.1.0/24 rightaddresspool=10.9.0.1-10.9.0.9,2001:db8:9::/64 "
		  "leftmodecfgserver=yes modecfgdns=192.0.1.53,2001:db8::53 modecfgdomains=example.net,example.com");
	cp = rig->connection->cp;
	assert_non_null(cp);
	assert_true(cp->server && !cp->client);
	assert_int_equal(cp->pool->families[0].size, 9);
	assert_int_equal(cp->names.dns_count, 2);
	assert_int_equal(cp->names.domain_count, 2);
	assert_string_equal(cp->names.domains[1], "example.com");
	good(rig, "right=%any rightaddresspool=10.9.0.0/24");
	assert_false(rig->connection->cp->server);
	good(rig, "");
	assert_null(rig->connection->cp);
	refused(rig, "right=%any leftmodecfgserver=yes",
		"leftmodecfgserver=yes: there is no rightaddresspool= to give from");
	refused(rig, "right=%any rightaddresspool=10.9.0.0/24 rightsubnet=10.1.0.0/16",
		"rightaddresspool= and rightsubnet= are both there");
	refused(rig, "right=%any rightaddresspool=10.9.0.0/24 type=transport",
		"addresses are given for type=tunnel alone");
	refused(rig, "right=%any rightaddresspool=10.9.0.0/24 modecfgdomains=$(id)",
		"modecfgdomains=: \"$(id)\" is not a domain's name");
	assert_int_equal(make(rig, "right=%any rightaddresspool=10.9.0.9-10.9.0.1"), -EINVAL);
	good(rig, "modecfgpull=yes");
	assert_string_equal(rig->said.warnings[0], "modecfgpull=yes: of IKEv1 alone, and ignored");
}

/* Two pools that are the same are one; conns that are loaded anew may have another. */
static void pools_of_two_conns(void **state)
{
	struct rig *rig = *state;
	struct connection *other;

	good(rig, "right=%any rightaddresspool=10.9.0.0/24");
	other = rig->connection;
	good(rig, "right=%any rightaddresspool=10.9.0.9-10.9.1.9");
	free(other->name);
	other->name = strdup("road");
	refused(rig, "right=%any rightaddresspool=10.9.0.9-10.9.0.9",
		"rightaddresspool=10.9.0.9-10.9.0.9: it overlaps the pool of \"road\", and is not the same one");
	good(rig, "right=%any rightaddresspool=10.9.0.0/24");
	assert_ptr_equal(rig->connection->cp->pool, other->cp->pool);
	good(rig, "right=%any rightaddresspool=10.9.2.0/24");
}

static void who_asks_for_an_address(void **state)
{
	static const char *const ways[] = {
		"leftmodecfgclient=yes",  "leftsourceip=%config",	 "leftsourceip=%modeconfig",
		"rightmodecfgserver=yes", "leftaddresspool=10.9.0.0/24", "leftmodecfgclient=yes leftsubnet=0.0.0.0/0"
	};
	struct rig *rig = *state;
	size_t i;

	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		good(rig, ways[i]);
		assert_non_null(rig->connection->cp);
		assert_true(rig->connection->cp->client && rig->connection->cp->ask[0]);
		assert_false(rig->connection->cp->ask[1]);
		assert_int_equal(rig->connection->local.client.count, 0);
	}
	good(rig, "leftmodecfgclient=yes rightsubnet=192.0.2.0/24,2001:db8:2::/64");
	assert_true(rig->connection->cp->ask[0] && rig->connection->cp->ask[1]);
	refused(rig, "leftmodecfgclient=yes leftsubnet=10.0.0.0/8", "leftsubnet=: this end is given its address");
	refused(rig, "right=%any leftmodecfgclient=yes", "leftmodecfgclient=yes: nobody knows whom to ask");
	refused(rig, "leftmodecfgclient=yes rightaddresspool=10.9.0.0/24",
		"an end that asks for an address cannot give one");
}

static void what_is_not_supported(void **state)
{
	struct rig *rig = *state;

	refused(rig, "keyexchange=ikev1", "keyexchange=ikev1: not supported yet");
	refused(rig, "ikev2=no", "keyexchange=ikev1: not supported yet");
	refused(rig, "authby=null", "authby=null: null is not supported yet");
	refused(rig, "leftauth=eaponly", "leftauth=eaponly: not supported yet");
	refused(rig, "authby=never", "authby=never is for type=passthrough and type=drop");
	refused(rig, "rightsubnet=vhost:%no", "rightsubnet=vhost:%no: not supported yet");
	refused(rig, "leftid=%null", "leftid=%null: anonymous peers are not supported yet");
	refused(rig, "leftid=CN=*", "leftid=CN=*: this host cannot be many");
	refused(rig, "leftid=%fromcert", "leftid=%fromcert: the end has no certificate");
	refused(rig, "ppk=insist", "ppk=insist: not supported yet");
	refused(rig, "enable-tcp=yes", "enable-tcp=yes: not supported yet");
	refused(rig, "no-such-thing=1", "no-such-thing=: there is no such keyword");
	refused(rig, "rekey=maybe", "rekey=maybe: not one of yes, no");
}

static void other_names(void **state)
{
	struct rig *rig = *state;

	good(rig, "");
	assert_false(connection_has_alias(rig->connection, "conn"));
	good(rig, "connalias=one\ttwo");
	assert_int_equal(rig->said.warning_count, 0);
	assert_true(connection_has_alias(rig->connection, "one"));
	assert_true(connection_has_alias(rig->connection, "two"));
	assert_false(connection_has_alias(rig->connection, "on"));
	assert_false(connection_has_alias(rig->connection, "twos"));
	assert_false(connection_has_alias(rig->connection, ""));
}

static void a_name_is_not_looked_up(void **state)
{
	struct rig *rig = *state;

	good(rig, "leftid=@west.example rightid=east@example");
	assert_int_equal(rig->said.warning_count, 0);
	good(rig, "leftid=west.example");
	assert_int_equal(rig->said.warning_count, 1);
	assert_string_equal(rig->said.warnings[0],
			    "leftid=west.example: it is not looked up, and is the same as @west.example");
	assert_int_equal(rig->connection->local.id.type, IKE_ID_FQDN);
}

static void weaker_rekeying(void **state)
{
	struct rig *rig = *state;

	good(rig, "ms-dh-downgrade=yes");
	assert_true(rig->connection->downgrades);
	good(rig, "ms-dh-downgrade=yes pfs=no");
	assert_false(rig->connection->downgrades);
	refused(rig,
		"ms-dh-downgrade=yes esp=aes-sha1,3des-sha1,aes-md5,3des-md5,null-md5,null-sha1,aes_gcm,"
		"aes_ccm,chacha20poly1305",
		"ms-dh-downgrade=yes: more than 8 proposals in esp=");
}

static void options(void **state)
{
	const struct backend_options *got;
	struct rig *rig = *state;

	good(rig, "tfc=1400 decap-dscp=yes encap-dscp=no nopmtudisc=yes nic-offload=auto mark=0x5/0xff mark-out=7");
	got = &rig->connection->options;
	assert_int_equal(rig->said.warning_count, 0);
	assert_int_equal(rig->connection->tfc, 1400);
	assert_true(got->decap_dscp && got->no_encap_dscp && got->no_pmtu_disc);
	assert_int_equal(got->offload, BACKEND_OFFLOAD_AUTO);
	assert_int_equal(got->mark[0].value, 5);
	assert_int_equal(got->mark[0].mask, 0xff);
	assert_int_equal(got->mark[1].value, 7);
	assert_int_equal(got->mark[1].mask, UINT32_MAX);
	good(rig, "mark=%unique");
	assert_int_equal(rig->connection->options.mark[0].value, rig->connection->reqid);
	good(rig, "");
	got = &rig->connection->options;
	assert_false(got->decap_dscp || got->no_encap_dscp || got->no_pmtu_disc || got->if_id || got->device[0]);
	assert_int_equal(got->mark[0].mask + got->mark[1].mask + got->offload + rig->connection->tfc, 0);
}

static void devices(void **state)
{
	struct rig *rig = *state;

	good(rig, "ipsec-interface=yes leftinterface-ip=10.9.0.1/24");
	assert_string_equal(rig->connection->options.device, "ipsec1");
	assert_int_equal(rig->connection->options.if_id, 1);
	assert_string_equal(rig->extra.device_addr, "10.9.0.1/24");
	good(rig, "ipsec-interface=0");
	assert_string_equal(rig->connection->options.device, "ipsec0");
	assert_int_equal(rig->connection->options.if_id, 16384);
	good(rig, "vti-interface=vti7 mark=7 vti-routing=no vti-shared=yes");
	assert_string_equal(rig->connection->options.device, "vti7");
	assert_int_equal(rig->connection->options.if_id, 0);
	assert_true(rig->connection->options.keep && rig->extra.no_device_routes);
	refused(rig, "vti-interface=vti7", "vti-interface=vti7: it needs mark=, or mark-in= and mark-out=");
	refused(rig, "vti-interface=a-name-that-is-long mark=7",
		"vti-interface=a-name-that-is-long: not the name of a device");
	refused(rig, "vti-interface=vti7 mark=7 ipsec-interface=yes",
		"ipsec-interface= and vti-interface= are both there");
	refused(rig, "ipsec-interface=yes mark-in=7", "mark-in=: what comes by ipsec-interface= is known by that");
	refused(rig, "leftinterface-ip=10.9.0.1/24", "leftinterface-ip=10.9.0.1/24: without ipsec-interface=");
	refused(rig, "leftvti=10.9.0.1/24", "leftvti=10.9.0.1/24: without vti-interface=");
}

static void peers_that_look_alike(void **state)
{
	struct rig *rig = *state;

	good(rig, "");
	assert_false(rig->connection->options.overlap || rig->extra.no_tracking);
	good(rig, "overlapip=yes");
	assert_true(rig->connection->options.overlap);
	assert_false(rig->extra.no_tracking);
	good(rig, "overlapip=yes sareftrack=conntrack");
	assert_false(rig->extra.no_tracking);
	good(rig, "overlapip=yes sareftrack=no");
	assert_true(rig->extra.no_tracking);
	assert_int_equal(rig->said.warning_count, 0);
	good(rig, "sareftrack=no");
	assert_string_equal(rig->said.warnings[0], "sareftrack=no: without overlapip=yes, and ignored");
	refused(rig, "overlapip=yes auto=ondemand",
		"overlapip=yes: only peers bring it up, not packets (auto=ondemand)");
}

static void warnings(void **state)
{
	struct rig *rig = *state;

	good(rig, "leftusername=5 accept-redirect=yes compress=no");
	assert_int_equal(rig->said.warning_count, 2);
	assert_non_null(strstr(rig->said.warnings[0], "=5: not supported yet"));
	assert_false(rig->connection->compress);
	good(rig, "nflog=5");
	assert_int_equal(rig->said.warning_count, 0);
	assert_int_equal(rig->extra.nflog, 5);
	good(rig, "narrowing=no compress=yes");
	assert_int_equal(rig->said.warning_count, 0);
	assert_true(rig->connection->exact);
	assert_true(rig->connection->compress);
	good(rig, "mobike=yes");
	assert_int_equal(rig->said.warning_count, 0);
	assert_true(rig->connection->mobike);
	good(rig, "mobike=no narrowing=yes fragmentation=no encapsulation=yes");
	assert_int_equal(rig->said.warning_count, 0);
	assert_false(rig->connection->exact);
	assert_true(rig->connection->encapsulation);
	assert_false(rig->connection->fragmentation || rig->connection->no_encapsulation);
	good(rig, "fragmentation=force encapsulation=no reauth=yes");
	assert_int_equal(rig->said.warning_count, 0);
	assert_true(rig->connection->fragmentation && rig->connection->no_encapsulation && rig->connection->reauth);
	assert_false(rig->connection->encapsulation);
	good(rig, "dpdtimeout=30s nat-ikev1-method=none");
	assert_string_equal(rig->said.warnings[0], "dpdtimeout=30s: of IKEv1 alone, and ignored");
	assert_string_equal(rig->said.warnings[1], "nat-ikev1-method=none: of IKEv1 alone, and ignored");
	refused(rig, "leftikeport=2500 encapsulation=no",
		"encapsulation=no: where an end has a port of its own, ESP is in UDP");
}

static void algorithms(void **state)
{
	struct rig *rig = *state;
	struct ike_proposals *child;
	unsigned int i;

	good(rig, "ike=aes_gcm256-sha2_256-x25519 esp=aes_gcm256 pfs=no esn=no");
	child = &rig->connection->child;
	assert_int_equal(child->proposals[0].protocol, IKE_PROTO_ESP);
	for (i = 0; i < child->proposals[0].count; i++) {
		assert_int_not_equal(child->proposals[0].transforms[i].type, IKE_KE);
		if (child->proposals[0].transforms[i].type == IKE_ESN)
			assert_int_equal(child->proposals[0].transforms[i].id, 0);
	}
	good(rig, "phase2=ah ah=sha2_256");
	assert_int_equal(rig->connection->child.proposals[0].protocol, IKE_PROTO_AH);
	refused(rig, "esp=aes_gcm256-noesn esn=yes", "esn=yes, but the algorithms say otherwise");
	assert_int_equal(make(rig, "ike=aes_gcm256-nothing"), -EINVAL);
	assert_non_null(strstr(rig->said.why, "ike=aes_gcm256-nothing"));
}

static void times(void **state)
{
	struct rig *rig = *state;
	const struct connection_times *times;

	good(rig, "ikelifetime=1h salifetime=30m rekeymargin=2m rekeyfuzz=50% dpddelay=10 dpdaction=restart "
		  "retransmit-interval=250ms retransmit-timeout=7s keyingtries=3 replay-window=64 reqid=77 mtu=1400");
	times = &rig->connection->times;
	assert_int_equal(times->ike_life, 3600000);
	assert_int_equal(times->child_life, 1800000);
	assert_int_equal(times->margin, 120000);
	assert_int_equal(times->fuzz, 50);
	assert_int_equal(times->dpd_delay, 10000);
	assert_int_equal(times->retransmit_first, 250);
	assert_int_equal(times->retransmit_limit, 7000);
	assert_int_equal(rig->connection->dpd_action, DPD_RESTART);
	assert_int_equal(rig->connection->keyingtries, 3);
	assert_int_equal(rig->connection->window, 64);
	assert_int_equal(rig->connection->reqid, 77);
	assert_int_equal(rig->extra.mtu, 1400);
	good(rig, "dpddelay=10 dpdaction=none");
	assert_int_equal(rig->connection->times.dpd_delay, 0);
}

static void ports(void **state)
{
	struct rig *rig = *state;

	good(rig, "type=transport leftprotoport=17/1701 rightprotoport=17/%any");
	assert_int_equal(rig->connection->kind, CONNECTION_TRANSPORT);
	assert_int_equal(rig->connection->local.protocol, 17);
	assert_int_equal(rig->connection->local.port, 1701);
	assert_int_equal(rig->connection->remote.port, 0);
	good(rig, "leftsubnet=10.0.0.0/8 rightsubnet=10.9.0.0/16 leftprotoport=6/80");
	assert_int_equal(rig->connection->local.client.ts[0].protocol, 6);
	assert_int_equal(rig->connection->local.client.ts[0].last_port, 80);
	good(rig, "leftprotoport=6/80-90");
	assert_int_equal(rig->connection->local.client.count, 1);
	assert_int_equal(rig->connection->local.client.ts[0].last_port, 90);
	refused(rig, "right=%any rightprotoport=6/80-90",
		"rightprotoport=: several ports, of a host whose address is not known");
	refused(rig, "type=transport leftsubnet=10.0.0.0/8",
		"type=transport is for the ends themselves, without subnets");
	refused(rig, "leftsubnet=10.0.0.0/8 rightsubnet=2001:db8::/64",
		"leftsubnet= and rightsubnet=: of different versions of IP");
}

static void without_ipsec(void **state)
{
	struct rig *rig = *state;

	good(rig, "type=passthrough authby=never auto=ondemand");
	assert_int_equal(rig->connection->kind, CONNECTION_PASSTHROUGH);
	assert_int_equal(rig->connection->at_start, CONNECTION_ONDEMAND);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(left_is_here),
		TEST(right_is_here),
		TEST(ports_of_ike),
		TEST(hosts_that_are_not_addresses),
		TEST(subnets_are_pairs),
		TEST(too_many_pairs),
		TEST(names),
		TEST(no_orientation),
		TEST(nets_of_groups),
		TEST(nets_of_other_versions),
		TEST(what_is_not_supported),
		TEST(servers_of_addresses),
		TEST(pools_of_two_conns),
		TEST(who_asks_for_an_address),
		TEST(other_names),
		TEST(weaker_rekeying),
		TEST(a_name_is_not_looked_up),
		TEST(options),
		TEST(devices),
		TEST(peers_that_look_alike),
		TEST(warnings),
		TEST(algorithms),
		TEST(times),
		TEST(ports),
		TEST(without_ipsec),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
