// SPDX-License-Identifier: GPL-2.0-or-later
/* Many peers and connections at once: what is about one of them does not look at all the others. */
#include "../../klips/tests/test.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../plan.h"
#include "../route.h"
#include "../status.h"
#include "scene.h"

#define PIECE 1000 /* rows of a part of an answer */

static struct daemon daemon_of_test;

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

static int tell_nothing(struct backend *backend, uint8_t protocol, uint32_t spi, const struct klips_addr *src,
			const struct klips_addr *dst, struct backend_usage *usage)
{
	(void)usage;
	return let_go(backend, protocol, spi, src, dst) ? 0 : -1;
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
	.sa_usage = tell_nothing,
	.policy_set = take_policy,
	.policy_delete = take_policy,
	.why = why,
};

static int make(void **state)
{
	(void)state;
	world_make(&world);
	daemon_of_test = (struct daemon){ .pluto = world.east.pluto, .backend = &world.east.stack.backend };
	CDS_INIT_LIST_HEAD(&daemon_of_test.plans);
	CDS_INIT_LIST_HEAD(&daemon_of_test.loaded);
	world.east.stack.backend.ops = &roomy;
	return 0;
}

/* One of east's, for an address of its own. */
static struct ike_sa *add(struct connection *connection, unsigned int number)
{
	struct side *east = &world.east;
	struct ike_sa *sa = ike_sa_new(connection, &east->at, &world.west.at, NULL);
	uint32_t addr = htonl(0x0a000000 + number);
	struct child_sa *child;

	assert_non_null(sa);
	sa->state = IKE_SA_ESTABLISHED;
	child = child_sa_new(sa, connection);
	assert_non_null(child);
	child->local_ts = east->connection->local.client;
	child->remote_ts = east->connection->remote.client;
	memcpy(child->remote_ts.ts[0].first, &addr, sizeof(addr));
	memcpy(child->remote_ts.ts[0].last, &addr, sizeof(addr));
	assert_int_equal(child_sa_use(child), 0);
	child->state = CHILD_SA_INSTALLED;
	return sa;
}

static double since(const struct timespec *began)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)(now.tv_sec - began->tv_sec) + (double)(now.tv_nsec - began->tv_nsec) / 1e9;
}

static double come_and_go(unsigned int count)
{
	struct ike_sa **sas = calloc(count, sizeof(struct ike_sa *));
	struct timespec began;
	double seconds;
	unsigned int i;

	assert_non_null(sas);
	for (i = 0; i < count; i++)
		sas[i] = add(world.east.connection, i);
	assert_int_equal(side_sas(&world.east), count);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &began);
	for (i = 0; i < count; i++)
		ike_sa_end(sas[i], NULL);
	seconds = since(&began);
	assert_int_equal(side_sas(&world.east), 0);
	free(sas);
	return seconds;
}

/* As long for each, however many there are. */
static void test_the_end_of_many(void **state)
{
	double few, many;

	(void)state;
	few = come_and_go(3000);
	many = come_and_go(30000);
	print_message("3000: %.3f s, 30000: %.3f s\n", few, many);
	assert_true(many < few * 60);
}

static struct plan *load(unsigned int number)
{
	struct plan *plan = calloc(1, sizeof(*plan));
	char name[32];

	assert_non_null(plan);
	snprintf(name, sizeof(name), "conn-%u", number);
	plan->daemon = &daemon_of_test;
	plan->connection = connection_new(world.east.pluto, name);
	assert_non_null(plan->connection);
	plan->connection->plan = plan;
	plan->connection->child = world.east.connection->child;
	plan->connection->local = world.east.connection->local;
	plan->connection->remote = world.east.connection->remote;
	plan->connection->remote.host.b[3] ^= 1; /* not the other connections' kin */
	cds_list_add_tail(&plan->node, &daemon_of_test.plans);
	return plan;
}

static void unload(void)
{
	struct plan *plan, *next;

	cds_list_for_each_entry_safe(plan, next, &daemon_of_test.plans, node) {
		plan_unload(plan->connection);
		cds_list_del(&plan->node);
		free(plan);
	}
}

/* Each has an IKE SA and a Child SA: how is each? */
static double ask_of_each(unsigned int count)
{
	struct timespec began;
	struct plan *plan;
	unsigned int i;
	double seconds;

	for (i = 0; i < count; i++)
		add(load(i)->connection, i);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &began);
	cds_list_for_each_entry(plan, &daemon_of_test.plans, node) {
		assert_int_equal(plan_state(plan), PLAN_UP);
		assert_true(connection_is_used(plan->connection));
		assert_false(plan_is_ending(plan));
	}
	seconds = since(&began);
	cds_list_for_each_entry(plan, &daemon_of_test.plans, node) {
		ike_sa_end(cds_list_first_entry(&plan->connection->sas, struct ike_sa, owned), NULL);
		assert_int_equal(plan_state(plan), PLAN_DOWN);
	}
	unload();
	return seconds;
}

static void test_how_many_connections_are(void **state)
{
	double few, many;

	(void)state;
	few = ask_of_each(2000);
	many = ask_of_each(20000);
	print_message("2000: %.4f s, 20000: %.4f s\n", few, many);
	assert_true(many < few * 60);
}

/* One of many connections ends with its SAs, and no other. */
static double take_down(unsigned int count)
{
	struct plan *last = load(0);
	struct timespec began;
	struct ike_sa *sa;
	unsigned int i;
	double seconds;

	for (i = 1; i < count; i++)
		last = load(i);
	for (i = 0; i < count; i++) {
		sa = add(last->connection, i);
		sa->state = IKE_SA_CONNECTING; /* it ends at once */
	}
	sa = add(world.east.connection, count);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &began);
	plans_down(&daemon_of_test, last->connection->name);
	seconds = since(&began);
	assert_true(cds_list_empty(&last->connection->sas) && cds_list_empty(&last->connection->children));
	assert_int_equal(side_sas(&world.east), 1);
	ike_sa_end(sa, NULL);
	unload();
	return seconds;
}

static void test_one_of_many_goes_down(void **state)
{
	double few, many;

	(void)state;
	few = take_down(2000);
	many = take_down(20000);
	print_message("2000: %.4f s, 20000: %.4f s\n", few, many);
	assert_true(many < few * 60);
}

/* Serials rise; returns the last. */
static json_int_t check_rows(const json_t *rows, json_int_t before)
{
	json_int_t serial;
	const json_t *row;
	size_t at;

	assert_in_range(json_array_size(rows), 0, PIECE);
	json_array_foreach(rows, at, row) {
		serial = json_integer_value(json_object_get(row, "serial"));
		assert_true(serial > before);
		before = serial;
	}
	return before;
}

/* Between two pieces SAs come and go; two list at the same time. */
static void test_a_list_in_pieces(void **state)
{
	struct status_walk walk, other;
	unsigned int i, pieces, listed[2] = { 0, 0 };
	struct ike_sa *sas[2 * PIECE];
	json_int_t last[2] = { 0, 0 };
	json_t *piece;

	(void)state;
	for (i = 0; i < 2 * PIECE; i++)
		sas[i] = add(world.east.connection, i);
	status_walk(&walk, &daemon_of_test, true);
	status_walk(&other, &daemon_of_test, true);
	for (pieces = 0; !status_walk_is_over(&walk); pieces++) {
		piece = status_sas(&daemon_of_test, &walk, NULL);
		last[0] = check_rows(json_object_get(piece, "ike_sas"), last[0]);
		last[1] = check_rows(json_object_get(piece, "child_sas"), last[1]);
		listed[0] += json_array_size(json_object_get(piece, "ike_sas"));
		listed[1] += json_array_size(json_object_get(piece, "child_sas"));
		json_decref(piece);
		add(world.east.connection, 2 * PIECE + pieces);
		if (pieces)
			continue;
		/* One that is listed already, the next one, and the last. */
		ike_sa_end(sas[0], NULL);
		ike_sa_end(sas[PIECE / 2], NULL);
		ike_sa_end(sas[2 * PIECE - 1], NULL);
	}
	assert_int_equal(pieces, 4);
	assert_int_equal(listed[0], 2 * PIECE - 2);
	assert_int_equal(listed[1], 2 * PIECE - 2);
	status_walk_end(&other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_the_end_of_many, make, scene_free),
		cmocka_unit_test_setup_teardown(test_how_many_connections_are, make, scene_free),
		cmocka_unit_test_setup_teardown(test_one_of_many_goes_down, make, scene_free),
		cmocka_unit_test_setup_teardown(test_a_list_in_pieces, make, scene_free),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
