// SPDX-License-Identifier: GPL-2.0-or-later
/* Road warriors between two engines: addresses asked for and given, by configuration payloads. RFC 7296, 2.19. */
#include "../../klips/tests/test.h"

#include <stdlib.h>
#include <string.h>

#include "../../lib/parse.h"
#include "../cp.h"
#include "../cp_state.h"
#include "../rekey.h"
#include "scene.h"

static void serve(const char *pool)
{
	struct connection *connection = world.east.connection;
	struct address_ranges ranges;
	struct cp_settings *settings;
	struct klips_addr dns;

	connection->remote.host = (struct klips_addr){ .version = 0 };
	connection->remote.id.type = IKE_ID_NONE;
	connection->remote.client.count = 0;
	settings = cp_settings_of(connection);
	assert_null(address_ranges_parse(&ranges, pool));
	address_pool_put(settings->pool);
	settings->pool = address_pool_get(world.east.pluto, &ranges);
	klips_parse_addr(&dns, "192.0.2.53");
	if (!settings->names.dns_count)
		cp_add_dns(&settings->names, &dns);
	cp_add_domain(&settings->names, "example.net");
	cp_add_domain(&settings->names, "east.example.net");
}

static void ask(struct connection *connection, bool v6)
{
	struct cp_settings *settings = cp_settings_of(connection);

	connection->local.client.count = 0;
	settings->client = true;
	settings->ask[0] = true;
	settings->ask[1] = v6;
}

static int make(void **state)
{
	(void)state;
	world_make(&world);
	serve("10.9.0.0/24,2001:db8:9::/64");
	ask(world.west.connection, false);
	return 0;
}

static void up(struct connection *connection)
{
	assert_int_equal(ike_sa_initiate(connection), 0);
	world_settle(&world);
}

/* A second road in the same engine, of another address and another name. */
static struct connection *north(void)
{
	struct connection *connection = connection_new(world.west.pluto, "north"), *like = world.west.connection;

	klips_parse_addr(&connection->local.host, "192.1.2.46");
	connection->local.ike_port = 500;
	connection->local.auth = like->local.auth;
	ike_identity_parse(&connection->local.id, "@north");
	connection->remote = like->remote;
	connection->times = like->times;
	connection->ike = like->ike;
	connection->child = like->child;
	connection->initial_contact = true;
	ask(connection, false);
	return connection;
}

static struct ike_sa *sa_from(struct side *side, const char *peer)
{
	struct klips_addr addr;
	struct ike_sa *sa;

	klips_parse_addr(&addr, peer);
	cds_list_for_each_entry(sa, &side->pluto->sas, node)
		if (klips_addr_equal(&sa->remote.addr, &addr) && sa->state == IKE_SA_ESTABLISHED)
			return sa;
	return NULL;
}

static void list_is(const struct ike_ts_list *list, const char *expected)
{
	char text[IKE_TS_TEXT];

	assert_int_equal(list->count, 1);
	ike_ts_print(text, sizeof(text), &list->ts[0]);
	assert_string_equal(text, expected);
}

/* Both sides have that address as the road's, and nothing else. */
static void road_has(const char *expected)
{
	struct child_sa *west = side_child(&world.west), *east = side_child(&world.east);

	assert_non_null(west);
	assert_non_null(east);
	list_is(&west->local_ts, expected);
	list_is(&west->remote_ts, "192.0.2.0/24");
	list_is(&east->remote_ts, expected);
	list_is(&east->local_ts, "192.0.2.0/24");
	assert_int_equal(world.west.stack.policies, 1);
	assert_int_equal(world.east.stack.policies, 1);
	assert_int_equal(world.west.stack.sas, 2);
	assert_int_equal(world.east.stack.sas, 2);
}

static unsigned int held(void)
{
	const struct address_family *families = world.east.connection->cp->pool->families;

	return (unsigned int)(families[0].held + families[1].held);
}

static void test_an_address_is_given(void **state)
{
	const struct klips_addr *own;
	char text[64];

	(void)state;
	up(world.west.connection);
	road_has("10.9.0.1/32");
	own = cp_own_addr(side_sa(&world.west, IKE_SA_ESTABLISHED), KLIPS_V4);
	assert_non_null(own);
	klips_addr_print(text, sizeof(text), own);
	assert_string_equal(text, "10.9.0.1");
	assert_null(cp_own_addr(side_sa(&world.east, IKE_SA_ESTABLISHED), KLIPS_V4));
	assert_int_equal(held(), 1);
	assert_true(side_said(&world.west, "this host is given the address 10.9.0.1"));
	assert_true(side_said(&world.east, "\"west-east\"[1] 192.1.2.45 #1: the peer is given the address 10.9.0.1"));
}

static void test_names_are_told(void **state)
{
	const struct cp_names *names;
	char text[64];

	(void)state;
	up(world.west.connection);
	names = &side_sa(&world.west, IKE_SA_ESTABLISHED)->cp->names;
	assert_int_equal(names->dns_count, 1);
	klips_addr_print(text, sizeof(text), &names->dns[0]);
	assert_string_equal(text, "192.0.2.53");
	assert_int_equal(names->domain_count, 2);
	assert_string_equal(names->domains[0], "example.net");
	assert_string_equal(names->domains[1], "east.example.net");
}

static void test_both_families(void **state)
{
	struct child_sa *west, *east;
	char text[IKE_TS_TEXT];

	(void)state;
	ask(world.west.connection, true);
	world.west.connection->remote.client.count = 2;
	world.east.connection->local.client.count = 2;
	assert_null(ike_ts_parse(&world.west.connection->remote.client.ts[1], "2001:db8:2::/64"));
	assert_null(ike_ts_parse(&world.east.connection->local.client.ts[1], "2001:db8:2::/64"));
	up(world.west.connection);
	west = side_child(&world.west);
	east = side_child(&world.east);
	assert_non_null(west);
	assert_int_equal(west->local_ts.count, 2);
	ike_ts_print(text, sizeof(text), &west->local_ts.ts[1]);
	assert_string_equal(text, "2001:db8:9::1/128");
	assert_int_equal(east->remote_ts.count, 2);
	assert_int_equal(held(), 2);
	assert_int_equal(world.west.stack.policies, 2); /* none from one version of IP to the other */
	assert_int_equal(world.east.stack.policies, 2);
	ike_delete_start(side_sa(&world.west, IKE_SA_ESTABLISHED));
	world_settle(&world);
	assert_int_equal(world.west.stack.policies + world.east.stack.policies, 0);
}

static void test_ipv6_alone(void **state)
{
	(void)state;
	ask(world.west.connection, true);
	world.west.connection->cp->ask[0] = false;
	assert_null(ike_ts_parse(&world.west.connection->remote.client.ts[0], "2001:db8:2::/64"));
	assert_null(ike_ts_parse(&world.east.connection->local.client.ts[0], "2001:db8:2::/64"));
	up(world.west.connection);
	assert_non_null(side_child(&world.west));
	list_is(&side_child(&world.west)->local_ts, "2001:db8:9::1/128");
	list_is(&side_child(&world.east)->remote_ts, "2001:db8:9::1/128");
}

/* A peer whose pool has less than is asked for gives what it has. */
static void test_one_family_of_two(void **state)
{
	(void)state;
	serve("10.9.0.0/24");
	ask(world.west.connection, true);
	up(world.west.connection);
	road_has("10.9.0.1/32");
}

static void test_two_roads_at_once(void **state)
{
	struct connection *other = north();
	struct ike_sa *west, *second;

	(void)state;
	assert_int_equal(ike_sa_initiate(world.west.connection), 0);
	assert_int_equal(ike_sa_initiate(other), 0);
	world_settle(&world);
	west = sa_from(&world.east, "192.1.2.45");
	second = sa_from(&world.east, "192.1.2.46");
	assert_non_null(west);
	assert_non_null(second);
	assert_ptr_equal(west->connection, second->connection);
	assert_int_equal(west->instance + second->instance, 3);
	list_is(&cds_list_first_entry(&west->children, struct child_sa, node)->remote_ts, "10.9.0.1/32");
	list_is(&cds_list_first_entry(&second->children, struct child_sa, node)->remote_ts, "10.9.0.2/32");
	assert_int_equal(world.east.stack.policies, 2);
	assert_int_not_equal(world.east.stack.policy[0].reqid, world.east.stack.policy[1].reqid);
	assert_int_equal(held(), 2);
	ike_delete_start(sa_from(&world.east, "192.1.2.45"));
	world_settle(&world);
	assert_int_equal(world.east.stack.policies, 1);
	assert_true(klips_addr_equal(&world.east.stack.policy[0].remote_host, &other->local.host));
	assert_int_equal(held(), 1);
}

static void test_none_is_left(void **state)
{
	struct connection *other = north();

	(void)state;
	serve("10.9.0.7-10.9.0.7");
	up(world.west.connection);
	road_has("10.9.0.7/32");
	up(other);
	assert_true(side_said(&world.west, "no Child SA: INTERNAL_ADDRESS_FAILURE"));
	assert_true(side_said(&world.east, "no address is left for the peer"));
	assert_int_equal(world.east.stack.policies, 1);
	assert_int_equal(world.east.stack.larval + world.west.stack.larval, 0);
	assert_int_equal(held(), 1);
	/* The first goes: there is one for the other. */
	ike_delete_start(sa_from(&world.east, "192.1.2.45"));
	ike_delete_start(sa_from(&world.east, "192.1.2.46"));
	world_settle(&world);
	up(other);
	road_has("10.9.0.7/32");
}

static void test_it_is_free_when_the_sa_ends(void **state)
{
	(void)state;
	up(world.west.connection);
	assert_int_equal(held(), 1);
	ike_delete_start(side_sa(&world.west, IKE_SA_ESTABLISHED));
	world_settle(&world);
	assert_int_equal(held(), 0);
	assert_int_equal(world.east.stack.policies, 0);
	up(north());
	road_has("10.9.0.2/32"); /* the other waits for west */
	up(world.west.connection);
	list_is(&cds_list_first_entry(&sa_from(&world.east, "192.1.2.45")->children, struct child_sa, node)->remote_ts,
		"10.9.0.1/32");
}

static void test_it_is_free_when_the_peer_is_dead(void **state)
{
	(void)state;
	up(world.west.connection);
	world.lose = 1000000;
	world_pass(&world, 200000);
	world.lose = 0;
	assert_int_equal(side_sas(&world.east), 0);
	assert_int_equal(held(), 0);
}

static void test_rekeying_keeps_it(void **state)
{
	(void)state;
	up(world.west.connection);
	ike_sa_rekey_start(side_sa(&world.west, IKE_SA_ESTABLISHED));
	world_settle(&world);
	road_has("10.9.0.1/32");
	assert_int_equal(held(), 1);
	ike_sa_rekey_start(side_sa(&world.east, IKE_SA_ESTABLISHED));
	world_settle(&world);
	road_has("10.9.0.1/32");
	assert_int_equal(held(), 1);
	assert_int_equal(side_sa(&world.east, IKE_SA_ESTABLISHED)->instance, 1);
	child_sa_rekey_start(side_child(&world.west));
	world_settle(&world);
	road_has("10.9.0.1/32");
	child_sa_rekey_start(side_child(&world.east));
	world_settle(&world);
	road_has("10.9.0.1/32");
	ike_delete_start(side_sa(&world.east, IKE_SA_ESTABLISHED));
	world_settle(&world);
	assert_int_equal(held(), 0);
}

/* After a restart the server knows nobody; the road asks for what it had. */
/* The road's side of a Child SA as OpenIKED has it, which never says more of its address than that it is open. */
static void leave_open(struct connection *connection)
{
	connection->cp->client = false;
	assert_null(ike_ts_parse(&connection->local.client.ts[0], "0.0.0.0/32"));
	connection->local.client.count = 1;
}

static void test_what_is_left_open_is_the_address(void **state)
{
	struct child_sa *child;
	unsigned int seen = 0;

	(void)state;
	up(world.west.connection);
	leave_open(world.west.connection);
	child_sa_rekey_start(side_child(&world.west));
	world_deliver(&world);
	cds_list_for_each_entry(child, &side_sa(&world.east, IKE_SA_ESTABLISHED)->children, node) {
		list_is(&child->remote_ts, "10.9.0.1/32");
		seen++;
	}
	assert_int_equal(seen, 2);
}

static void test_what_an_answer_leaves_open(void **state)
{
	struct ike_ts_list list = { .count = 3 };
	char text[IKE_TS_TEXT];
	unsigned int at;
	static const char *const said[] = { "0.0.0.0/32", "0.0.0.0/0", "::/128" }, *const meant[] = { "10.9.0.1/32",
												      "0.0.0.0/0",
												      "::/128" };

	(void)state;
	up(world.west.connection);
	for (at = 0; at < ARRAY_SIZE(said); at++)
		assert_null(ike_ts_parse(&list.ts[at], said[at]));
	cp_resolve(side_sa(&world.east, IKE_SA_ESTABLISHED), &list);
	for (at = 0; at < ARRAY_SIZE(said); at++) {
		ike_ts_print(text, sizeof(text), &list.ts[at]);
		assert_string_equal(text, meant[at]);
	}
	/* Who was given an address himself decides nothing about the other's. */
	assert_null(ike_ts_parse(&list.ts[0], said[0]));
	cp_resolve(side_sa(&world.west, IKE_SA_ESTABLISHED), &list);
	ike_ts_print(text, sizeof(text), &list.ts[0]);
	assert_string_equal(text, said[0]);
}

static void test_the_same_is_asked_for_again(void **state)
{
	(void)state;
	up(north());
	up(world.west.connection);
	ike_delete_start(sa_from(&world.east, "192.1.2.46"));
	ike_delete_start(sa_from(&world.east, "192.1.2.45"));
	world_settle(&world);
	assert_int_equal(held(), 0);
	serve("10.9.0.0/25"); /* another pool, and nothing is known of it */
	up(world.west.connection);
	road_has("10.9.0.2/32");
}

/* The peer was restarted, and its first word is that it has no SAs. */
static void test_initial_contact(void **state)
{
	(void)state;
	up(world.west.connection);
	ike_sa_end(side_sa(&world.west, IKE_SA_ESTABLISHED), "it forgets all");
	up(world.west.connection);
	road_has("10.9.0.1/32");
	assert_int_equal(held(), 1);
	assert_int_equal(side_sas(&world.east), 1);
}

/* The same without a word: its new IKE SA has the address, and the older one goes without the new one's policies. */
static void test_a_new_one_takes_over(void **state)
{
	(void)state;
	up(world.west.connection);
	ike_sa_end(side_sa(&world.west, IKE_SA_ESTABLISHED), "it forgets all");
	world.west.connection->initial_contact = false;
	up(world.west.connection);
	assert_true(side_said(&world.east, "the peer has a newer IKE SA"));
	assert_int_equal(held(), 1);
	assert_int_equal(side_sas(&world.east), 2); /* one whose deletion nobody answers */
	assert_int_equal(world.east.stack.policies, 1);
	world_pass(&world, 200000);
	assert_int_equal(side_sas(&world.east), 1);
	road_has("10.9.0.1/32");
	assert_int_equal(held(), 1);
	assert_int_equal(world.east.stack.policy[0].spi_out, side_child(&world.east)->spi[1]);
}

static void test_many_of_one_name(void **state)
{
	(void)state;
	world.east.pluto->many_of_one = true;
	up(world.west.connection);
	ike_sa_end(side_sa(&world.west, IKE_SA_ESTABLISHED), "it forgets all");
	world.west.connection->initial_contact = false;
	up(world.west.connection);
	assert_int_equal(side_sas(&world.east), 2);
	assert_int_equal(held(), 2);
	list_is(&side_child(&world.west)->local_ts, "10.9.0.2/32");
}

/* No Child SA comes of it: the older IKE SA keeps the address. */
static void test_what_fails_takes_nothing(void **state)
{
	(void)state;
	up(world.west.connection);
	ike_sa_end(side_sa(&world.west, IKE_SA_ESTABLISHED), "it forgets all");
	world.west.connection->initial_contact = false;
	assert_null(ike_ts_parse(&world.west.connection->remote.client.ts[0], "172.16.0.0/16"));
	up(world.west.connection);
	assert_true(side_said(&world.west, "no Child SA: TS_UNACCEPTABLE"));
	assert_int_equal(held(), 1);
	assert_int_equal(world.east.stack.policies, 1);
	assert_int_equal(side_sas(&world.east), 2);
}

static void test_who_must_ask(void **state)
{
	(void)state;
	world.west.connection->cp->client = false;
	world.east.connection->cp->server = true;
	up(world.west.connection);
	assert_true(side_said(&world.west, "no Child SA: FAILED_CP_REQUIRED"));
	assert_int_equal(held(), 0);
	assert_int_equal(world.east.stack.policies, 0);
}

static void test_who_need_not_ask(void **state)
{
	(void)state;
	world.west.connection->cp->client = false;
	up(world.west.connection);
	road_has("192.1.2.45/32");
	assert_int_equal(held(), 0);
}

static void test_a_peer_that_gives_none(void **state)
{
	(void)state;
	address_pool_put(world.east.connection->cp->pool);
	world.east.connection->cp->pool = NULL;
	up(world.west.connection);
	assert_true(side_said(&world.west, "the peer gives no address"));
	assert_int_equal(world.west.stack.policies, 0);
	assert_null(side_sa(&world.west, IKE_SA_ESTABLISHED)->cp);
}

/* A message in clear, as what was unprotected looks like. */
static void build(struct ike_message *message, void (*fill)(struct ike_builder *builder))
{
	static uint8_t data[1024];
	struct ike_header header = { .major = 2, .exchange = IKE_AUTH, .spi_i = { 1 } };
	struct ike_builder builder;
	const char *why;

	ike_build_start(&builder, data, sizeof(data), &header);
	fill(&builder);
	assert_int_equal(ike_message_parse(message, (struct ike_slice){ data, (size_t)ike_build_end(&builder) }, &why),
			 0);
}

static void short_address(struct ike_builder *builder)
{
	size_t begin = ike_put_cp_begin(builder, CFG_REQUEST);

	ike_put_cp_attribute(builder, CP_INTERNAL_IP4_ADDRESS, (struct ike_slice){ (const uint8_t *)"abc", 3 });
	ike_put_cp_end(builder, begin);
}

static void unknown_ones(struct ike_builder *builder)
{
	size_t begin = ike_put_cp_begin(builder, CFG_REQUEST);

	ike_put_cp_attribute(builder, 12345, (struct ike_slice){ (const uint8_t *)"abc", 3 });
	ike_put_cp_attribute(builder, CP_INTERNAL_IP4_ADDRESS, (struct ike_slice){ (const uint8_t *)"\0\0\0\0", 4 });
	ike_put_cp_attribute(builder, CP_SUPPORTED_ATTRIBUTES, (struct ike_slice){ 0 });
	ike_put_cp_attribute(builder, CP_INTERNAL_IP4_SUBNET, (struct ike_slice){ 0 });
	ike_put_cp_end(builder, begin);
}

static void names_alone(struct ike_builder *builder)
{
	size_t begin = ike_put_cp_begin(builder, CFG_REQUEST);

	ike_put_cp_attribute(builder, CP_INTERNAL_IP4_DNS, (struct ike_slice){ 0 });
	ike_put_cp_end(builder, begin);
}

/* An IKE SA of the server's that has no address yet. */
static struct ike_sa *fresh(void)
{
	struct ike_sa *sa;

	world.west.connection->cp->client = false;
	up(world.west.connection);
	sa = side_sa(&world.east, IKE_SA_ESTABLISHED);
	assert_non_null(sa);
	return sa;
}

static void test_what_is_malformed(void **state)
{
	static struct ike_message message;
	struct ike_sa *sa = fresh();

	(void)state;
	build(&message, short_address);
	assert_int_equal(cp_serve(sa, &message), N_INVALID_SYNTAX);
	assert_null(sa->cp);
	assert_true(side_said(&world.east, "the configuration payload is malformed"));
}

static struct ike_message asked;

static void reply(struct ike_builder *builder)
{
	cp_put_reply(side_sa(&world.east, IKE_SA_ESTABLISHED), &asked, builder);
}

static void test_what_is_not_known_is_ignored(void **state)
{
	static struct ike_message answer;
	struct ike_message *copy;
	struct ike_sa *sa = fresh();
	struct klips_addr addr;
	struct ike_cp cp;
	const char *why;
	uint8_t bits;

	(void)state;
	build(&asked, unknown_ones);
	assert_int_equal(cp_serve(sa, &asked), 0);
	copy = ike_message_copy(&asked); /* build() has one buffer */
	asked = *copy;
	build(&answer, reply);
	free(copy);
	assert_int_equal(ike_cp_read(&cp, ike_payload_find(&answer, IKE_P_CP), &why), 0);
	assert_int_equal(cp.type, CFG_REPLY);
	assert_true(ike_cp_addr(ike_cp_find(&cp, CP_INTERNAL_IP4_ADDRESS), &addr, &bits));
	assert_int_equal(addr.b[3], 1);
	assert_true(ike_cp_addr(ike_cp_find(&cp, CP_INTERNAL_IP4_SUBNET), &addr, &bits));
	assert_int_equal(bits, 24);
	assert_null(ike_cp_find(&cp, CP_INTERNAL_IP6_SUBNET));
	assert_null(ike_cp_find(&cp, CP_INTERNAL_DNS_DOMAIN)); /* RFC 8598: it was not asked for */
	assert_int_equal(ike_cp_find(&cp, CP_SUPPORTED_ATTRIBUTES)->value.length, 16);
}

static void test_names_alone(void **state)
{
	static struct ike_message message;
	struct ike_sa *sa = fresh();

	(void)state;
	build(&message, names_alone);
	assert_int_equal(cp_serve(sa, &message), 0);
	assert_null(sa->cp);
	world.east.connection->cp->server = true;
	assert_int_equal(cp_serve(sa, &message), N_FAILED_CP_REQUIRED);
}

static void strange_answer(struct ike_builder *builder)
{
	size_t begin;

	ike_put_payload(builder, IKE_P_SA, (struct ike_slice){ 0 });
	begin = ike_put_cp_begin(builder, CFG_REPLY);
	ike_put_cp_attribute(builder, CP_INTERNAL_IP4_ADDRESS, (struct ike_slice){ (const uint8_t *)"\0\0\0\0", 4 });
	ike_put_cp_attribute(builder, CP_INTERNAL_DNS_DOMAIN, (struct ike_slice){ (const uint8_t *)"$(id)", 5 });
	ike_put_cp_end(builder, begin);
}

static void good_answer(struct ike_builder *builder)
{
	static const char *const domains[] = { "$(id)", "-o", "a.example", "A.EXAMPLE" };
	size_t begin, i;

	ike_put_payload(builder, IKE_P_SA, (struct ike_slice){ 0 });
	begin = ike_put_cp_begin(builder, CFG_REPLY);
	ike_put_cp_attribute(builder, CP_INTERNAL_IP4_ADDRESS, (struct ike_slice){ (const uint8_t *)"\12\0\0\1", 4 });
	for (i = 0; i < 4; i++)
		ike_put_cp_attribute(builder, CP_INTERNAL_DNS_DOMAIN,
				     (struct ike_slice){ (const uint8_t *)domains[i], strlen(domains[i]) });
	ike_put_cp_end(builder, begin);
}

static void no_answer(struct ike_builder *builder)
{
	size_t begin;

	ike_put_payload(builder, IKE_P_SA, (struct ike_slice){ 0 });
	begin = ike_put_cp_begin(builder, CFG_SET);
	ike_put_cp_end(builder, begin);
}

static void test_what_a_server_may_not_say(void **state)
{
	static struct ike_message message;
	struct ike_sa *sa;

	(void)state;
	up(world.west.connection);
	sa = side_sa(&world.west, IKE_SA_ESTABLISHED);
	build(&message, strange_answer);
	assert_int_equal(cp_take_reply(sa, &message), N_INTERNAL_ADDRESS_FAILURE);
	build(&message, short_address);
	assert_int_equal(cp_take_reply(sa, &message), 0); /* there is no Child SA in it */
	build(&message, no_answer);
	assert_int_equal(cp_take_reply(sa, &message), N_INVALID_SYNTAX);
	build(&message, good_answer);
	assert_int_equal(cp_take_reply(sa, &message), 0);
	assert_int_equal(sa->cp->names.domain_count, 1);
	assert_string_equal(sa->cp->names.domains[0], "a.example");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make, scene_free)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_an_address_is_given),
		TEST(test_names_are_told),
		TEST(test_both_families),
		TEST(test_ipv6_alone),
		TEST(test_one_family_of_two),
		TEST(test_two_roads_at_once),
		TEST(test_none_is_left),
		TEST(test_it_is_free_when_the_sa_ends),
		TEST(test_it_is_free_when_the_peer_is_dead),
		TEST(test_rekeying_keeps_it),
		TEST(test_what_is_left_open_is_the_address),
		TEST(test_what_an_answer_leaves_open),
		TEST(test_the_same_is_asked_for_again),
		TEST(test_initial_contact),
		TEST(test_a_new_one_takes_over),
		TEST(test_many_of_one_name),
		TEST(test_what_fails_takes_nothing),
		TEST(test_who_must_ask),
		TEST(test_who_need_not_ask),
		TEST(test_a_peer_that_gives_none),
		TEST(test_what_is_malformed),
		TEST(test_what_is_not_known_is_ignored),
		TEST(test_names_alone),
		TEST(test_what_a_server_may_not_say),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
