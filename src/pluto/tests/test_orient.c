// SPDX-License-Identifier: GPL-2.0-or-later
/* Conns become connections: which end is this host, what keywords say, and what cannot be. */
#include "tests/test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../../lib/parse.h"
#include "../orient.h"
#include "world.h"

static struct host_address own[] = { { .device = "eth1" }, { .device = "eth0" }, { .device = "eth1" } };
static const struct host_addresses addresses = { own, 3 };

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
	char copy[1024], *word, *rest = copy, *value;

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

static int make(struct rig *rig, const char *more)
{
	json_t *keywords = json_object(), *conn = json_pack("{s:s, s:o}", "name", "conn", "keywords", keywords);
	const struct orient_world world = {
		.addresses = &addresses,
		.route_to = route_to,
		.route_default = route_default,
		.names = &rig->names,
		.ike_port = 500,
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

static void refused(struct rig *rig, const char *more, const char *why)
{
	assert_int_equal(make(rig, more), -EINVAL);
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
	assert_int_equal(rig->connection->local.auth, AUTH_PSK);
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
	assert_int_equal(rig->connection->local.ike_port, 500);
	assert_null(rig->extra.updown);
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

	refused(rig, "left=192.1.2.46", "left=192.1.2.46 and right=192.1.2.23: neither end is this host");
	refused(rig, "right=192.0.1.254", "left=192.1.2.45 and right=192.0.1.254: both ends are this host");
	refused(rig, "left=%any right=%any", "left=%any and right=%any: neither end is this host");
	refused(rig, "right=", "right= is missing");
	refused(rig, "right=%group", "right=%group: not supported yet");
	refused(rig, "right=2001:db8::1", "left=192.1.2.45 and right=2001:db8::1: of different versions of IP");
	refused(rig, "left=%eth7", "left=%eth7: the device has no address");
	refused(rig, "left=%defaultroute right=%any6", "left=%defaultroute: there is no such route");
}

static void what_is_not_supported(void **state)
{
	struct rig *rig = *state;

	refused(rig, "keyexchange=ikev1", "keyexchange=ikev1: not supported yet");
	refused(rig, "ikev2=no", "keyexchange=ikev1: not supported yet");
	refused(rig, "authby=", "authby=rsasig,ecdsa,eddsa: not supported yet, only secret");
	refused(rig, "leftauth=rsasig", "leftauth=rsasig: not supported yet, only secret");
	refused(rig, "authby=never", "authby=never is for type=passthrough and type=drop");
	refused(rig, "compress=yes", "compress=yes: not supported yet");
	refused(rig, "type=reject", "type=reject: not supported yet");
	refused(rig, "failureshunt=drop", "failureshunt=drop: not supported yet");
	refused(rig, "leftsubnets=10.0.1.0/24,10.0.2.0/24",
		"leftsubnets=10.0.1.0/24,10.0.2.0/24: several are not supported yet");
	refused(rig, "leftsourceip=%config", "leftsourceip=%config: not supported yet");
	refused(rig, "rightsubnet=vhost:%no", "rightsubnet=vhost:%no: not supported yet");
	refused(rig, "leftid=%fromcert", "leftid=%fromcert: not supported yet");
	refused(rig, "ppk=insist", "ppk=insist: not supported yet");
	refused(rig, "enable-tcp=yes", "enable-tcp=yes: not supported yet");
	refused(rig, "no-such-thing=1", "no-such-thing=: there is no such keyword");
	refused(rig, "rekey=maybe", "rekey=maybe: not one of yes, no");
}

static void warnings(void **state)
{
	struct rig *rig = *state;

	good(rig, "mobike=yes tfc=1400 compress=no");
	assert_int_equal(rig->said.warning_count, 2);
	assert_non_null(strstr(rig->said.warnings[0], "mobike=yes: not supported yet"));
	good(rig, "mobike=no fragmentation=no encapsulation=yes");
	assert_int_equal(rig->said.warning_count, 0);
	assert_true(rig->connection->encapsulation);
	assert_false(rig->connection->fragmentation);
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
		TEST(left_is_here), TEST(right_is_here),  TEST(hosts_that_are_not_addresses),
		TEST(names),	    TEST(no_orientation), TEST(what_is_not_supported),
		TEST(warnings),	    TEST(algorithms),	  TEST(times),
		TEST(ports),	    TEST(without_ipsec),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
