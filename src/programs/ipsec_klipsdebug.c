// SPDX-License-Identifier: GPL-2.0-or-later
/* ipsec klipsdebug: what KLIPS says of its work. */
#include "command.h"

#include "../klips/core/debug.h"

/* No category of its own: it makes the others say more. */
#define VERBOSE (1U << KLIPS_DEBUG_VERBOSE)
#define ALL	((1U << KLIPS_DEBUG_COUNT) - 1)

/**
 * struct order - what is to be done
 * @flags: to be set; @mask: of those that are meant; none: show the table
 */
struct order {
	u32 flags;
	u32 mask;
	bool json;
};

enum {
	OPT_SET = 256,
	OPT_CLEAR,
	OPT_ALL,
	OPT_NONE,
};

static const struct option options[] = {
	{ "set", required_argument, NULL, OPT_SET },
	{ "clear", required_argument, NULL, OPT_CLEAR },
	{ "all", no_argument, NULL, OPT_ALL },
	{ "none", no_argument, NULL, OPT_NONE },
	COMMON_OPTIONS,
};

static int usage(void)
{
	int i;

	printf("usage: ipsec klipsdebug [--json]\n"
	       "       ipsec klipsdebug --set FLAG | --clear FLAG | --all | --none\n"
	       "  FLAG ");
	for (i = 0; i < KLIPS_DEBUG_COUNT; i++)
		printf(" %s", klips_debug_name(i));
	printf("; --all leaves out verbose\n");
	return 0;
}

static int take_flag(struct order *order, const char *name, bool set)
{
	int category = klips_debug_find(name);

	if (category < 0)
		return bad_usage("--%s %s: there is no such flag", set ? "set" : "clear", name);
	order->mask |= 1U << category;
	order->flags = set ? order->flags | 1U << category : order->flags & ~(1U << category);
	return 0;
}

static int take(void *arg, int option)
{
	struct order *order = arg;

	switch (option) {
	case OPT_SET:
	case OPT_CLEAR:
		return take_flag(order, optarg, option == OPT_SET);
	case OPT_ALL:
		order->mask |= ALL & ~VERBOSE;
		order->flags |= ALL & ~VERBOSE;
		return 0;
	default:
		order->mask = ALL;
		order->flags = 0;
		return 0;
	}
}

static int check(void *arg)
{
	const struct order *order = arg;

	return order->mask && order->json ? bad_usage("--json is for the table") : 0;
}

/* The lines of old, tunnel-xmit's bit as part of tunnel's, and one for each category that is younger. */
static void print_table(u32 flags)
{
	u32 tunnel = 1U << KLIPS_DEBUG_TUNNEL | 1U << KLIPS_DEBUG_XMIT;
	int i;

	printf("debug_tunnel=%08x.\n", flags & tunnel);
	for (i = 0; i < KLIPS_DEBUG_COUNT; i++) {
		if (!(tunnel & 1U << i))
			printf("debug_%s=%08x.\n", klips_debug_name(i), flags & 1U << i);
	}
}

static json_t *table_as_json(u32 flags)
{
	json_t *row = json_object();
	int i;

	for (i = 0; i < KLIPS_DEBUG_COUNT; i++)
		json_object_set_new(row, klips_debug_name(i), json_boolean(flags & 1U << i));
	return row;
}

static int carry_out(struct klips_client *client, void *arg)
{
	const struct order *order = arg;
	struct klips_refusal why = { 0 };
	u32 flags;

	if (order->mask)
		return klips_client_debug_set(client, order->flags, order->mask, &why) ? refused(&why, NULL) : 0;
	if (klips_client_debug_get(client, &flags, &why))
		return refused(&why, NULL);
	if (order->json)
		return print_json(table_as_json(flags));
	print_table(flags);
	return 0;
}

int run_klipsdebug(int argc, char **argv)
{
	struct order order = { 0 };
	const struct command_line line = { options, usage, take, check, carry_out, &order, &order.json, NULL, NULL };

	return run_line(&line, argc, argv);
}
