// SPDX-License-Identifier: GPL-2.0-or-later
/* When a NAT is to be kept awake: RFC 3948, 4. */
#include "../../klips/tests/test.h"

#include <errno.h>

#include "../backend.h"
#include "../keepalive.h"
#include "scene.h"

#define PERIOD 20000

static struct backend_ops ops;
static uint64_t idle;
static unsigned int asked;

static int usage_of_out(struct backend *backend, uint8_t protocol, uint32_t spi, const struct klips_addr *src,
			const struct klips_addr *dst, struct backend_usage *usage)
{
	(void)backend;
	(void)protocol;
	(void)src;
	(void)dst;
	assert_int_equal(spi, side_child(&world.west)->spi[1]);
	asked++;
	if (idle == UINT64_MAX - 1)
		return -ENOENT;
	usage->idle = idle;
	return 0;
}

static int make(void **state)
{
	struct stack *stack = &world.west.stack;

	(void)state;
	world_make(&world);
	scene_up();
	ops = *stack->backend.ops;
	ops.sa_usage = usage_of_out;
	stack->backend.ops = &ops;
	idle = UINT64_MAX;
	asked = 0;
	return 0;
}

static struct ike_sa *sa(void)
{
	return side_sa(&world.west, IKE_SA_ESTABLISHED);
}

/* As the daemon does: it asks again when it is told to. Returns how many were due. */
static unsigned int count_in(uint64_t milliseconds)
{
	uint64_t end = world.now + milliseconds, wait;
	unsigned int count = 0;

	for (; world.now <= end; world.now += wait ? wait : PERIOD) {
		wait = keepalive_wait(sa(), PERIOD);
		assert_true(wait <= PERIOD);
		count += !wait;
	}
	return count;
}

static void test_one_a_period(void **state)
{
	(void)state;
	assert_int_equal(count_in(10 * PERIOD), 10);
	assert_true(asked <= 12);
}

static void test_not_before_the_period_is_over(void **state)
{
	(void)state;
	sa()->spoke = world.now;
	world.now += PERIOD - 1;
	assert_int_equal(keepalive_wait(sa(), PERIOD), 1);
	world.now++;
	assert_int_equal(keepalive_wait(sa(), PERIOD), 0);
	assert_int_equal(keepalive_wait(sa(), PERIOD), PERIOD);
}

static void test_ike_counts(void **state)
{
	(void)state;
	sa()->spoke = world.now;
	world.now += PERIOD - 5000;
	sa()->spoke = world.now;
	assert_int_equal(keepalive_wait(sa(), PERIOD), PERIOD);
	world.now += 5000;
	assert_int_equal(keepalive_wait(sa(), PERIOD), PERIOD - 5000);
}

static void test_esp_counts(void **state)
{
	(void)state;
	world.now += 10 * PERIOD;
	idle = 7;
	assert_int_equal(keepalive_wait(sa(), PERIOD), PERIOD - 7000);
	world.now += PERIOD - 7000;
	idle = 20;
	assert_int_equal(keepalive_wait(sa(), PERIOD), 0);
}

static void test_a_stack_that_does_not_know(void **state)
{
	(void)state;
	idle = UINT64_MAX - 1;
	world.now += 10 * PERIOD;
	assert_int_equal(keepalive_wait(sa(), PERIOD), 0);
	assert_int_equal(asked, 1);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, make, scene_free)
	const struct CMUnitTest tests[] = {
		CASE(test_one_a_period), CASE(test_not_before_the_period_is_over), CASE(test_ike_counts),
		CASE(test_esp_counts),	 CASE(test_a_stack_that_does_not_know),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
