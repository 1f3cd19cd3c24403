// SPDX-License-Identifier: GPL-2.0-or-later
/* Cookies: RFC 7296, 2.6. Whose they are, how long they are good, and what changes of the secret do. */
#include "../../klips/tests/test.h"

#include <string.h>

#include "../cookie.h"
#include "scene.h"

#define SECRET_TIME 120000

static int make(void **state)
{
	(void)state;
	world_make(&world);
	world.east.pluto->limits.cookies = 0;
	return 0;
}

/* West has asked, and its cookie is on the way to it. */
static void ask(void)
{
	assert_int_equal(ike_sa_initiate(world.west.connection), 0);
	world_deliver(&world);
	assert_int_equal(side_packets(&world.west), 1);
	assert_int_equal(world.east.pluto->counters.cookies, 1);
}

static void assert_up(uint64_t cookies)
{
	world_settle(&world);
	assert_non_null(side_child(&world.west));
	assert_non_null(side_child(&world.east));
	assert_int_equal(world.east.pluto->counters.cookies, cookies);
}

static void test_at_once(void **state)
{
	(void)state;
	ask();
	assert_int_equal(side_sas(&world.east), 0);
	assert_up(1);
}

/* The one before is good for as long again: who was told it just before the change need not ask twice. */
static void test_a_cookie_of_the_secret_before(void **state)
{
	(void)state;
	world.now += SECRET_TIME - 1;
	ask();
	world.now += 1000;
	assert_up(1);
}

/* A second round, with the same SPI and nonce. */
static void test_a_cookie_that_is_too_old(void **state)
{
	uint8_t version;

	(void)state;
	ask();
	version = world.east.pluto->cookie_version;
	world.now += 2 * SECRET_TIME;
	assert_up(2);
	assert_int_equal(world.east.pluto->cookie_version, version + 1);
}

static void test_a_cookie_from_before_two_changes(void **state)
{
	uint8_t cookie[IKE_COOKIE];

	(void)state;
	ask();
	world.now += SECRET_TIME;
	ike_cookie_make(world.east.pluto, (const uint8_t *)"12345678", &world.west.at,
			(struct ike_slice){ cookie, sizeof(cookie) }, cookie);
	world.now += SECRET_TIME;
	assert_up(2);
}

/* East demands one after the other: west does not go on for ever. */
static void test_one_cookie_after_the_other(void **state)
{
	unsigned int round;

	(void)state;
	ask();
	for (round = 0; round < 20 && world.count; round++) {
		world.now += 2 * SECRET_TIME;
		world_deliver(&world);
	}
	assert_true(round < 20);
	assert_int_equal(side_sas(&world.west), 0);
	assert_true(side_said(&world.west, "the peer demands one cookie after the other"));
}

static bool is_good(const uint8_t spi[8], const struct ike_endpoint *from, const char *nonce,
		    const uint8_t cookie[IKE_COOKIE], size_t length)
{
	const struct ike_slice given = { (const uint8_t *)nonce, strlen(nonce) };

	return ike_cookie_is_good(world.east.pluto, spi, from, given, (struct ike_slice){ cookie, length });
}

static void test_whose_it_is(void **state)
{
	static const char nonce[] = "a nonce of west's";
	const uint8_t spi[8] = "abcdefg", other_spi[8] = "abcdefh";
	struct ike_endpoint from = world.west.at;
	uint8_t cookie[IKE_COOKIE];

	(void)state;
	ike_cookie_make(world.east.pluto, spi, &from, (struct ike_slice){ (const uint8_t *)nonce, strlen(nonce) },
			cookie);
	assert_true(is_good(spi, &from, nonce, cookie, sizeof(cookie)));
	assert_false(is_good(other_spi, &from, nonce, cookie, sizeof(cookie)));
	assert_false(is_good(spi, &from, "a nonce of anybody", cookie, sizeof(cookie)));
	assert_false(is_good(spi, &from, nonce, cookie, sizeof(cookie) - 1));
	assert_false(is_good(spi, &world.east.at, nonce, cookie, sizeof(cookie)));
	cookie[0]--; /* a version that there was not */
	assert_false(is_good(spi, &from, nonce, cookie, sizeof(cookie)));
	cookie[0] += 2;
	assert_false(is_good(spi, &from, nonce, cookie, sizeof(cookie)));
	cookie[0]--;
	cookie[IKE_COOKIE - 1] ^= 1;
	assert_false(is_good(spi, &from, nonce, cookie, sizeof(cookie)));
}

/* ddos-ike-threshold=2: the third that is half open is asked for one. */
static void test_from_the_threshold_on(void **state)
{
	struct packet first;
	unsigned int at;

	(void)state;
	world.east.pluto->limits.cookies = 2;
	assert_int_equal(ike_sa_initiate(world.west.connection), 0);
	first = world.packet[world.first % PACKETS_MAX];
	for (at = 0; at < 2; at++) {
		first.data[7]++;
		world_replay(&world, &first, "192.1.2.45", 500);
	}
	for (at = 0; at < 3; at++)
		side_take(&world.east, at < 2 ? 1 : 0, false);
	assert_int_equal(world.east.pluto->half_open, 2);
	assert_int_equal(world.east.pluto->counters.cookies, 1);
	assert_up(1);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, make, scene_free)
	const struct CMUnitTest tests[] = {
		CASE(test_at_once),
		CASE(test_a_cookie_of_the_secret_before),
		CASE(test_a_cookie_that_is_too_old),
		CASE(test_a_cookie_from_before_two_changes),
		CASE(test_one_cookie_after_the_other),
		CASE(test_whose_it_is),
		CASE(test_from_the_threshold_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
