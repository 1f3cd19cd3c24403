// SPDX-License-Identifier: GPL-2.0-or-later
/* Pools of addresses: who is given which, and that a large one is as quick as a small one. */
#include "../../klips/tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../../lib/parse.h"
#include "../address_pool.h"
#include "world.h"

/* A pool, and something that can hold its leases. */
struct rig {
	struct world world;
	struct address_pool *pool;
	struct ike_sa holder;
};

static int set_up(void **state)
{
	struct rig *rig = calloc(1, sizeof(*rig));

	world_make(&rig->world);
	*state = rig;
	return 0;
}

static int tear_down(void **state)
{
	struct rig *rig = *state;

	address_pool_put(rig->pool);
	world_free(&rig->world);
	free(rig);
	return 0;
}

static void make(struct rig *rig, const char *text)
{
	struct address_ranges ranges;

	assert_null(address_ranges_parse(&ranges, text));
	address_pool_put(rig->pool);
	rig->pool = address_pool_get(rig->world.east.pluto, &ranges);
	assert_non_null(rig->pool);
}

static struct ike_identity id_of(const char *text)
{
	struct ike_identity id;

	assert_null(ike_identity_parse(&id, text));
	return id;
}

/* NULL: there is none. */
static struct address_lease *take(struct rig *rig, uint8_t version, const char *who, const char *wanted)
{
	struct ike_identity id = id_of(who);
	struct klips_addr addr = { .version = 0 };

	if (wanted)
		assert_null(klips_parse_addr(&addr, wanted));
	return address_lease_take(rig->pool, version, &id, &addr, &rig->holder);
}

static struct address_lease *given(struct rig *rig, const char *who, const char *wanted, const char *expected)
{
	struct address_lease *lease = take(rig, strchr(expected, ':') ? KLIPS_V6 : KLIPS_V4, who, wanted);
	char text[64];

	assert_non_null(lease);
	klips_addr_print(text, sizeof(text), &lease->addr);
	assert_string_equal(text, expected);
	return lease;
}

static void what_ranges_are(void **state)
{
	struct rig *rig = *state;

	make(rig, "10.0.0.0/29,10.1.0.5-10.1.0.5,2001:db8::/126,2001:db8:1::/64,192.0.2.4/31");
	assert_int_equal(rig->pool->families[0].size, 6 + 1 + 2);
	assert_true(rig->pool->families[1].size == UINT64_MAX);
	make(rig, "2001:db8::/126");
	assert_int_equal(rig->pool->families[1].size, 3);
	assert_int_equal(rig->pool->families[0].size, 0);
	make(rig, "2001:db8::ff-2001:db8::1:00fe");
	assert_int_equal(rig->pool->families[1].size, 65536);
	make(rig, "0.0.0.0/0");
	assert_true(rig->pool->families[0].size == 4294967294);
	assert_null(take(rig, KLIPS_V6, "@west", NULL));
}

static void what_no_ranges_are(void **state)
{
	struct address_ranges ranges;

	(void)state;
	assert_non_null(address_ranges_parse(&ranges, ""));
	assert_non_null(address_ranges_parse(&ranges, "10.0.0.9-10.0.0.1"));
	assert_non_null(address_ranges_parse(&ranges, "10.0.0.0/33"));
	assert_non_null(address_ranges_parse(&ranges, "10.0.0.0/24[tcp/80]"));
	assert_non_null(address_ranges_parse(&ranges, "10.0.0.1-2001:db8::1"));
	assert_non_null(address_ranges_parse(&ranges, "10.0.0.0/24,"));
	assert_string_equal(address_ranges_parse(&ranges, "10.0.0.0/24,10.0.0.254-10.0.1.9"),
			    "two of its ranges overlap");
	assert_null(address_ranges_parse(&ranges, "10.0.0.0/24,10.0.0.255-10.0.1.9"));
}

static void which_ranges_overlap(void **state)
{
	static const struct {
		const char *a, *b;
		bool overlap;
	} cases[] = {
		{ "10.0.0.1-10.0.0.9", "10.0.0.9-10.0.0.20", true },
		{ "10.0.0.1-10.0.0.9", "10.0.0.10-10.0.0.20", false },
		{ "10.0.0.1-10.0.0.200", "10.0.0.7-10.0.0.8", true },
		{ "10.0.0.1-10.0.0.9,2001:db8::/64", "10.1.0.1-10.1.0.2,2001:db8::7-2001:db8::8", true },
		{ "10.0.0.1-10.0.0.9", "a00:1::-a00:1::ff", false },
	};
	struct address_ranges a, b;
	unsigned int at;

	(void)state;
	for (at = 0; at < sizeof(cases) / sizeof(*cases); at++) {
		assert_null(address_ranges_parse(&a, cases[at].a));
		assert_null(address_ranges_parse(&b, cases[at].b));
		assert_int_equal(address_ranges_overlap(&a, &b), cases[at].overlap);
		assert_int_equal(address_ranges_overlap(&b, &a), cases[at].overlap);
		assert_true(address_ranges_are_same(&a, &a) && !address_ranges_are_same(&a, &b));
	}
}

static void all_are_given_once(void **state)
{
	struct rig *rig = *state;
	struct address_lease *leases[4];

	make(rig, "10.0.0.254-10.0.1.0,10.9.0.0/32");
	leases[0] = given(rig, "@a", NULL, "10.0.0.254");
	leases[1] = given(rig, "@b", NULL, "10.0.0.255");
	leases[2] = given(rig, "@c", NULL, "10.0.1.0");
	leases[3] = given(rig, "@d", NULL, "10.9.0.0");
	assert_null(take(rig, KLIPS_V4, "@e", NULL));
	assert_int_equal(rig->pool->families[0].held, 4);
	address_lease_release(leases[2]);
	address_lease_release(leases[0]);
	leases[2] = given(rig, "@e", NULL, "10.0.1.0");
	leases[0] = given(rig, "@f", NULL, "10.0.0.254");
	assert_null(take(rig, KLIPS_V4, "@c", NULL));
	address_lease_release(leases[0]);
	address_lease_release(leases[1]);
	address_lease_release(leases[2]);
	address_lease_release(leases[3]);
	assert_int_equal(rig->pool->families[0].held, 0);
	assert_int_equal(rig->pool->families[0].free_count, 4);
}

static void who_comes_back_has_the_same(void **state)
{
	struct rig *rig = *state;
	struct address_lease *a, *b, *c;

	make(rig, "10.0.0.0/24,2001:db8::/64");
	a = given(rig, "@a", NULL, "10.0.0.1");
	b = given(rig, "@b", NULL, "10.0.0.2");
	c = given(rig, "@b", NULL, "2001:db8::1");
	address_lease_release(a);
	address_lease_release(b);
	address_lease_release(c);
	c = given(rig, "@c", NULL, "10.0.0.3");
	b = given(rig, "@b", "10.0.0.77", "10.0.0.2");
	address_lease_release(b);
	address_lease_release(c);
	b = given(rig, "@b", NULL, "2001:db8::1");
	address_lease_release(b);
}

static void two_of_one_name(void **state)
{
	struct rig *rig = *state;
	struct address_lease *first, *second;

	make(rig, "10.0.0.0/24");
	first = given(rig, "@a", NULL, "10.0.0.1");
	second = given(rig, "@a", NULL, "10.0.0.2");
	address_lease_release(second);
	second = given(rig, "@b", "10.0.0.2", "10.0.0.2"); /* it waited for nobody */
	address_lease_release(first);
	first = given(rig, "@a", NULL, "10.0.0.1");
	address_lease_release(first);
	address_lease_release(second);
}

static void what_is_asked_for_is_given_if_it_is_free(void **state)
{
	struct rig *rig = *state;
	struct address_lease *lease[4];

	make(rig, "10.0.0.0/24");
	lease[0] = given(rig, "@a", "10.0.0.1", "10.0.0.1");
	lease[1] = given(rig, "@b", "10.0.0.1", "10.0.0.2");
	lease[2] = given(rig, "@c", "10.0.0.3", "10.0.0.3");
	lease[3] = given(rig, "@d", "192.0.2.1", "10.0.0.4");
	address_lease_release(lease[0]);
	lease[0] = given(rig, "@e", "10.0.0.1", "10.0.0.5"); /* that one waits for @a */
	address_lease_release(lease[0]);
	address_lease_release(lease[1]);
	address_lease_release(lease[2]);
	address_lease_release(lease[3]);
}

static void conns_share_and_pools_may_overlap(void **state)
{
	struct rig *rig = *state;
	struct address_pool *first, *other;
	struct address_lease *a, *b;
	struct address_ranges ranges;

	make(rig, "10.0.0.0/30");
	first = rig->pool;
	a = given(rig, "@a", NULL, "10.0.0.1");
	address_ranges_parse(&ranges, "10.0.0.1-10.0.0.2");
	assert_ptr_equal(address_pool_get(rig->world.east.pluto, &ranges), first);
	address_pool_put(first);
	address_ranges_parse(&ranges, "10.0.0.0/29");
	other = address_pool_get(rig->world.east.pluto, &ranges);
	assert_ptr_not_equal(other, first);
	rig->pool = other;
	b = given(rig, "@a", NULL, "10.0.0.2");
	address_pool_put(other); /* by the lease it is still there */
	address_lease_release(b);
	rig->pool = first;
	address_lease_release(a);
}

/* As long again for ten times as many: a search through all would take ten times as long each. */
static double fill(struct rig *rig, unsigned int count)
{
	struct address_lease **leases = calloc(count, sizeof(struct address_lease *));
	struct timespec began, ended;
	unsigned int i, round;
	char name[32];

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &began);
	for (round = 0; round < 2; round++) {
		for (i = 0; i < count; i++) {
			snprintf(name, sizeof(name), "@road%u.example.net", i);
			leases[i] = take(rig, KLIPS_V4, name, NULL);
			assert_non_null(leases[i]);
		}
		assert_int_equal(rig->pool->families[0].held, count);
		for (i = 0; i < count; i++)
			address_lease_release(leases[i]);
	}
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ended);
	free(leases);
	return (double)(ended.tv_sec - began.tv_sec) + (double)(ended.tv_nsec - began.tv_nsec) / 1e9;
}

static void a_hundred_thousand(void **state)
{
	struct rig *rig = *state;
	double few, many;

	make(rig, "10.0.0.0/8");
	few = fill(rig, 10000);
	many = fill(rig, 100000);
	print_message("10000: %.3f s, 100000: %.3f s\n", few, many);
	assert_true(many < few * 40);
	assert_true(rig->pool->families[0].free_count >= 100000);
}

/* A large pool forgets the oldest who had an address, and gives it to others before it takes new ones. */
static void the_oldest_are_forgotten(void **state)
{
	struct rig *rig = *state;
	struct address_lease *lease;
	unsigned int i;
	char name[32];

	make(rig, "2001:db8::/64");
	for (i = 0; i < 70000; i++) {
		snprintf(name, sizeof(name), "@road%u", i);
		lease = take(rig, KLIPS_V6, name, NULL);
		assert_non_null(lease);
		address_lease_release(lease);
	}
	assert_int_equal(rig->pool->families[1].free_count, 65536);
	lease = given(rig, "@road69999", NULL, "2001:db8::1170");
	address_lease_release(lease);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_ranges_are),
		TEST(what_no_ranges_are),
		TEST(which_ranges_overlap),
		TEST(all_are_given_once),
		TEST(who_comes_back_has_the_same),
		TEST(two_of_one_name),
		TEST(what_is_asked_for_is_given_if_it_is_free),
		TEST(conns_share_and_pools_may_overlap),
		TEST(a_hundred_thousand),
		TEST(the_oldest_are_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
