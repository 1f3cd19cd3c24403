// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What both sides do at one moment (RFC 7296, 2.8 and 2.25): every order in which they begin, packets arrive and
 * threads have computed is tried, also with one packet lost or overtaken by the next.
 */
#include "../../klips/tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../rekey.h"
#include "scene.h"

#define STEPS_MAX  80
#define ROUNDS_MAX 6	/* of timers, after a loss */
#define SOON	   5000 /* milliseconds until all is settled, also after a loss */

/* What can happen at a side. FIRST and LAST are of its jobs. */
enum step_kind {
	BEGIN,
	ARRIVE,
	FIRST,
	LAST,
	LOSE,
	OVERTAKE,
	KINDS
};

#define BIT(kind, east) (1u << ((kind) + ((east) ? KINDS : 0)))
#define BOTH(kind)	(BIT(kind, false) | BIT(kind, true))
#define WEST_ALL	((1u << KINDS) - 1)
#define MISHAPS		(BOTH(LOSE) | BOTH(OVERTAKE))

/**
 * struct node - a moment: what could happen, what has been tried of it, and what happened
 * @asleep: leads to what was seen before, as it and what came instead are each other's affair in nothing
 */
struct node {
	uint32_t enabled, asleep, chosen;
};

/**
 * struct race - what each side begins, and all orders of it
 * @keeps: there is traffic at each moment, and one of each SA at the end; else what is left, at least, belongs together
 */
struct race {
	void (*begin[2])(struct side *side);
	bool keeps;
	struct node node[STEPS_MAX];
	unsigned int depth, length, rounds;
	bool begun[2], mishap, mishaps;
	unsigned long runs;
};

static struct race race;

static struct side *side_of(bool east)
{
	return east ? &world.east : &world.west;
}

static void fresh_world(void)
{
	world_make(&world);
	world.west.connection->times.dpd_delay = 0;
	world.east.connection->times.dpd_delay = 0;
	scene_up();
}

/* The one that has the Child SA. */
static struct ike_sa *used_sa(struct side *side)
{
	struct ike_sa *sa;

	cds_list_for_each_entry(sa, &side->pluto->sas, node)
		if (sa->state == IKE_SA_ESTABLISHED && !sa->contested)
			return sa;
	return NULL;
}

static struct child_sa *used_child(struct side *side)
{
	struct child_sa *child;
	struct ike_sa *sa;

	cds_list_for_each_entry(sa, &side->pluto->sas, node)
		cds_list_for_each_entry(child, &sa->children, node)
			if (child->state == CHILD_SA_INSTALLED && child->used)
				return child;
	return NULL;
}

static void rekey_ike(struct side *side)
{
	struct ike_sa *sa = used_sa(side);

	if (sa)
		ike_sa_rekey_start(sa);
}

static void rekey_child(struct side *side)
{
	struct child_sa *child = used_child(side);

	if (child)
		child_sa_rekey_start(child);
}

static void delete_child(struct side *side)
{
	struct child_sa *child = used_child(side);

	if (child)
		child_sa_delete_start(child);
}

/* As --down does it: all that there are. */
static void delete_ike(struct side *side)
{
	struct ike_sa *sa, *next;

	cds_list_for_each_entry_safe(sa, next, &side->pluto->sas, node)
		ike_delete_start(sa);
}

static uint32_t enabled_at(bool east)
{
	const struct side *side = side_of(east);
	unsigned int packets = side_packets(side);
	bool mishap = race.mishaps && !race.mishap;
	uint32_t enabled = 0;

	if (!race.begun[east])
		enabled |= BIT(BEGIN, east);
	if (packets)
		enabled |= BIT(ARRIVE, east) | (mishap ? BIT(LOSE, east) : 0);
	if (packets > 1 && mishap)
		enabled |= BIT(OVERTAKE, east);
	if (side->jobs)
		enabled |= BIT(FIRST, east) | (side->jobs->next ? BIT(LAST, east) : 0);
	return enabled;
}

static void take_step(unsigned int bit)
{
	bool east = bit >= KINDS;
	struct side *side = side_of(east);

	switch (bit % KINDS) {
	case BEGIN:
		race.begun[east] = true;
		race.begin[east](side);
		break;
	case FIRST:
		side_run_first_job(side);
		break;
	case LAST:
		side_run_job(side);
		break;
	default:
		race.mishap |= bit % KINDS != ARRIVE;
		side_take(side, bit % KINDS == OVERTAKE, bit % KINDS == LOSE);
	}
}

/* What else can happen then as before: all of the other side's, but for a second mishap. */
static uint32_t independent(unsigned int bit)
{
	uint32_t others = bit < KINDS ? WEST_ALL << KINDS : WEST_ALL;

	return (1u << bit) & MISHAPS ? others & ~MISHAPS : others;
}

static void show(void)
{
	static const char *const names[] = { "begin", "arrive", "first", "last", "lose", "overtake" };
	unsigned int at, bit;

	for (at = 0; at < race.length; at++) {
		bit = __builtin_ctz(race.node[at].chosen);
		fprintf(stderr, "%s:%s ", bit < KINDS ? "west" : "east", names[bit % KINDS]);
	}
	fprintf(stderr, "\nwest:\n%seast:\n%s", world.west.log, world.east.log);
}

static __attribute__((noreturn)) void failed(const char *what)
{
	show();
	print_error("run %lu: not true: %s\n", race.runs, what);
	fail();
	abort();
}

#define CHECK(what)                    \
	do {                           \
		if (!(what))           \
			failed(#what); \
	} while (0)

static bool has_sa(const struct side *side, uint32_t spi, bool inbound)
{
	unsigned int at;

	for (at = 0; at < side->stack.sas; at++)
		if (side->stack.sa[at].spi == spi && side->stack.sa[at].inbound == inbound)
			return true;
	return false;
}

/* What a side sends goes by an SA that it has, and that the other one has too. */
static void check_traffic(bool east)
{
	const struct stack *stack = &side_of(east)->stack;

	CHECK(stack->policies == 1);
	CHECK(has_sa(side_of(east), stack->policy[0].spi_out, false));
	CHECK(has_sa(side_of(!east), stack->policy[0].spi_out, true));
}

static void check_moment(void)
{
	if (race.keeps) {
		check_traffic(false);
		check_traffic(true);
	}
}

static unsigned int children(const struct side *side)
{
	unsigned int count = 0;
	struct ike_sa *sa;
	struct child_sa *child;

	cds_list_for_each_entry(sa, &side->pluto->sas, node)
		cds_list_for_each_entry(child, &sa->children, node)
			count++;
	return count;
}

static void check_ike(void)
{
	struct ike_sa *west = side_sa(&world.west, IKE_SA_ESTABLISHED),
		      *east = side_sa(&world.east, IKE_SA_ESTABLISHED);

	CHECK(side_sas(&world.west) <= 1);
	CHECK(side_sas(&world.east) <= 1);
	CHECK(side_sas(&world.west) == side_sas(&world.east));
	if (!side_sas(&world.west))
		return;
	CHECK(west);
	CHECK(east);
	CHECK(!memcmp(west->spi, east->spi, sizeof(west->spi)));
	CHECK(!memcmp(&west->keys, &east->keys, sizeof(west->keys)));
	CHECK(!west->contested && !east->contested && !west->rekeying && !east->rekeying);
	CHECK(!west->exchange && !east->exchange && !west->busy && !east->busy);
	CHECK(west->users == 1 && east->users == 1);
}

static void check_children(void)
{
	struct child_sa *west = side_child(&world.west), *east = side_child(&world.east);
	unsigned int count = children(&world.west);

	CHECK(count <= 1 && count == children(&world.east));
	CHECK(world.west.stack.sas == 2 * count && world.east.stack.sas == 2 * count);
	CHECK(world.west.stack.policies == count && world.east.stack.policies == count);
	CHECK(!world.west.stack.larval && !world.east.stack.larval);
	if (!count)
		return;
	CHECK(west);
	CHECK(east);
	CHECK(west->spi[0] == east->spi[1] && west->spi[1] == east->spi[0]);
	CHECK(west->state == CHILD_SA_INSTALLED && east->state == CHILD_SA_INSTALLED);
	CHECK(!west->successor && !east->successor && !west->rekeying && !east->rekeying);
	check_traffic(false);
	check_traffic(true);
}

static void check_end(void)
{
	unsigned int sent = world.west.sent + world.east.sent;

	check_ike();
	check_children();
	CHECK(!race.keeps || children(&world.west) == 1);
	world_pass(&world, 200000);
	CHECK(pluto_timers_next(&world.west.pluto->timers) == UINT64_MAX);
	CHECK(pluto_timers_next(&world.east.pluto->timers) == UINT64_MAX);
	CHECK(sent == world.west.sent + world.east.sent); /* nothing was left that would speak later */
}

static unsigned int choose(const struct node *node)
{
	return __builtin_ctz(node->enabled & ~node->asleep);
}

/* The next thing that happens: as the last time up to where another is to be tried, then the first that is possible. */
static bool step(void)
{
	struct node *node = &race.node[race.length], *before = node - 1;
	uint32_t enabled = enabled_at(false) | enabled_at(true);

	if (!enabled)
		return false;
	CHECK(race.length < STEPS_MAX - 1);
	if (race.length >= race.depth) {
		node->enabled = enabled;
		node->asleep = race.length ? before->asleep & independent(__builtin_ctz(before->chosen)) : 0;
		/* All that could follow was seen; it is only played to its end. */
		if (!(enabled & ~node->asleep))
			node->asleep = enabled & (enabled - 1);
		node->chosen = 1u << choose(node);
		race.depth = race.length + 1;
	}
	CHECK(node->enabled == enabled);
	race.length++;
	take_step(__builtin_ctz(node->chosen));
	check_moment();
	return true;
}

/* Nothing is on the way: the next timer that is soon, as what was lost is sent again. */
static bool tick(void)
{
	uint64_t west = pluto_timers_next(&world.west.pluto->timers),
		 east = pluto_timers_next(&world.east.pluto->timers);
	uint64_t next = west < east ? west : east;

	if (next > world.now + SOON || race.rounds++ == ROUNDS_MAX)
		return false;
	if (next > world.now)
		world.now = next;
	pluto_timers_run(&world.west.pluto->timers, world.now);
	pluto_timers_run(&world.east.pluto->timers, world.now);
	return true;
}

static void run(void)
{
	race.length = race.rounds = 0;
	race.begun[0] = race.begun[1] = race.mishap = false;
	world.west.log[0] = world.east.log[0] = '\0';
	world.west.events[0] = world.east.events[0] = '\0';
	world.west.keep_jobs = world.east.keep_jobs = true;
	do {
		while (step())
			;
	} while (tick());
	world.west.keep_jobs = world.east.keep_jobs = false;
	check_end();
	race.runs++;
}

/* Goes back to the last moment where something else can be tried. False: there is none. */
static bool next_run(void)
{
	struct node *node;

	for (race.depth = race.length; race.depth; race.depth--) {
		node = &race.node[race.depth - 1];
		node->asleep |= node->chosen;
		if (node->enabled & ~node->asleep) {
			node->chosen = 1u << choose(node);
			return true;
		}
	}
	return false;
}

/* The same chance for each run: what comes is decided by nothing but the order. */
static void again(uint8_t west, uint8_t east)
{
	if (!side_child(&world.west)) {
		world_free(&world);
		fresh_world();
	}
	world.west.chance = west;
	world.east.chance = east;
}

static void try_all(void (*west)(struct side *side), void (*east)(struct side *side), bool keeps, bool mishaps)
{
	static const uint8_t chances[][2] = { { 1, 101 }, { 101, 1 } };
	unsigned int at;

	for (at = 0; at < 2; at++) {
		memset(&race, 0, sizeof(race));
		race.begin[0] = west;
		race.begin[1] = east;
		race.keeps = keeps;
		race.mishaps = mishaps;
		fresh_world();
		do {
			again(chances[at][0], chances[at][1]);
			run();
		} while (next_run());
		print_message("%lu orders\n", race.runs);
		world_free(&world);
	}
}

#define RACE(name, west, east, keeps)                 \
	static void test_##name(void **state)         \
	{                                             \
		(void)state;                          \
		try_all(west, east, keeps, false);    \
	}                                             \
	static void test_##name##_lossy(void **state) \
	{                                             \
		(void)state;                          \
		try_all(west, east, keeps, true);     \
	}

RACE(ike_and_ike, rekey_ike, rekey_ike, true)
RACE(child_and_child, rekey_child, rekey_child, true)
RACE(ike_and_child, rekey_ike, rekey_child, true)
RACE(ike_and_delete_child, rekey_ike, delete_child, false)
RACE(child_and_delete_child, rekey_child, delete_child, false)
RACE(ike_and_delete_ike, rekey_ike, delete_ike, false)
RACE(child_and_delete_ike, rekey_child, delete_ike, false)

int main(void)
{
#define PAIR(name) cmocka_unit_test(test_##name), cmocka_unit_test(test_##name##_lossy)
	const struct CMUnitTest tests[] = {
		PAIR(ike_and_ike),	    PAIR(child_and_child),	  PAIR(ike_and_child),
		PAIR(ike_and_delete_child), PAIR(child_and_delete_child), PAIR(ike_and_delete_ike),
		PAIR(child_and_delete_ike),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
