// SPDX-License-Identifier: GPL-2.0-or-later
/* Many peers at once: what ends one of them does not look at all the others. */
#include "../../klips/tests/test.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "world.h"

static struct world world;

static int make(void **state)
{
	(void)state;
	world_make(&world);
	return 0;
}

static int unmake(void **state)
{
	(void)state;
	world_free(&world);
	return 0;
}

/* A stack with room for any number. */
static int take_spi(struct backend *backend, uint8_t protocol, const struct klips_addr *src,
		    const struct klips_addr *dst, uint32_t reqid, uint32_t *spi)
{
	(void)backend;
	(void)protocol;
	(void)src;
	(void)dst;
	*spi = reqid;
	return 0;
}

static int take_policy(struct backend *backend, const struct backend_policy *policy)
{
	(void)backend;
	(void)policy;
	return 0;
}

static int let_go(struct backend *backend, uint8_t protocol, uint32_t spi, const struct klips_addr *src,
		  const struct klips_addr *dst)
{
	(void)backend;
	(void)protocol;
	(void)spi;
	(void)src;
	(void)dst;
	return 0;
}

static const char *why(struct backend *backend)
{
	(void)backend;
	return "";
}

static const struct backend_ops roomy = {
	.name = "roomy stack",
	.get_spi = take_spi,
	.sa_delete = let_go,
	.policy_set = take_policy,
	.policy_delete = take_policy,
	.why = why,
};

/* One of east's, for an address of its own. */
static struct ike_sa *add(unsigned int number)
{
	struct side *east = &world.east;
	struct ike_sa *sa = ike_sa_new(east->connection, &east->at, &world.west.at, NULL);
	uint32_t addr = htonl(0x0a000000 + number);
	struct child_sa *child;

	assert_non_null(sa);
	sa->state = IKE_SA_ESTABLISHED;
	child = child_sa_new(sa, east->connection);
	assert_non_null(child);
	child->local_ts = east->connection->local.client;
	child->remote_ts = east->connection->remote.client;
	memcpy(child->remote_ts.ts[0].first, &addr, sizeof(addr));
	memcpy(child->remote_ts.ts[0].last, &addr, sizeof(addr));
	assert_int_equal(child_sa_use(child), 0);
	child->state = CHILD_SA_INSTALLED;
	return sa;
}

static double come_and_go(unsigned int count)
{
	struct ike_sa **sas = calloc(count, sizeof(struct ike_sa *));
	struct timespec began, ended;
	unsigned int i;

	assert_non_null(sas);
	for (i = 0; i < count; i++)
		sas[i] = add(i);
	assert_int_equal(side_sas(&world.east), count);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &began);
	for (i = 0; i < count; i++)
		ike_sa_end(sas[i], NULL);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ended);
	assert_int_equal(side_sas(&world.east), 0);
	free(sas);
	return (double)(ended.tv_sec - began.tv_sec) + (double)(ended.tv_nsec - began.tv_nsec) / 1e9;
}

/* As long for each, however many there are. */
static void test_the_end_of_many(void **state)
{
	double few, many;

	(void)state;
	world.east.stack.backend.ops = &roomy;
	few = come_and_go(3000);
	many = come_and_go(30000);
	print_message("3000: %.3f s, 30000: %.3f s\n", few, many);
	assert_true(many < few * 60);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_the_end_of_many, make, unmake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
