// SPDX-License-Identifier: GPL-2.0-or-later
/* ipsec tncfg: which ipsecN goes with which device. */
#include "command.h"
#include "format.h"

#include "../klips/core/klips.h"

/**
 * struct order - what is to be done
 * @op: KLIPS_CMD_DEV_; 0: show the table
 */
struct order {
	u8 op;
	unsigned int ops;
	const char *name;
	const char *phys;
	bool clear;
	bool json;
};

enum {
	OPT_CREATE = 256,
	OPT_DELETE,
	OPT_ATTACH,
	OPT_DETACH,
	OPT_VIRTUAL,
	OPT_PHYSICAL,
	OPT_CLEAR,
};

static const struct option options[] = {
	{ "create", required_argument, NULL, OPT_CREATE },   { "delete", required_argument, NULL, OPT_DELETE },
	{ "attach", no_argument, NULL, OPT_ATTACH },	     { "detach", no_argument, NULL, OPT_DETACH },
	{ "virtual", required_argument, NULL, OPT_VIRTUAL }, { "physical", required_argument, NULL, OPT_PHYSICAL },
	{ "clear", no_argument, NULL, OPT_CLEAR },	     COMMON_OPTIONS,
};

static const struct names names[] = {
	{ "name", "--virtual" },
	{ "phys", "--physical" },
	{ 0 },
};

static int usage(void)
{
	printf("usage: ipsec tncfg [--json]\n"
	       "       ipsec tncfg --attach --virtual ipsecN --physical DEVICE\n"
	       "       ipsec tncfg --detach --virtual ipsecN\n"
	       "       ipsec tncfg --create ipsecN|mastN | --delete ipsecN|mastN\n"
	       "       ipsec tncfg --clear    (detach all)\n");
	return 0;
}

static void set_op(struct order *order, u8 op, const char *name)
{
	order->op = op;
	order->ops++;
	if (name)
		order->name = name;
}

static int take(void *arg, int option)
{
	struct order *order = arg;

	switch (option) {
	case OPT_CREATE:
		set_op(order, KLIPS_CMD_DEV_CREATE, optarg);
		break;
	case OPT_DELETE:
		set_op(order, KLIPS_CMD_DEV_DELETE, optarg);
		break;
	case OPT_ATTACH:
		set_op(order, KLIPS_CMD_DEV_ATTACH, NULL);
		break;
	case OPT_DETACH:
		set_op(order, KLIPS_CMD_DEV_DETACH, NULL);
		break;
	case OPT_VIRTUAL:
		order->name = optarg;
		break;
	case OPT_PHYSICAL:
		order->phys = optarg;
		break;
	case OPT_CLEAR:
		order->clear = true;
		order->ops++;
		break;
	}
	return 0;
}

static int check(void *arg)
{
	struct order *order = arg;
	/* ipsec0:1 was an alias of the same device. */
	static char stem[64];
	const char *colon = order->name ? strchr(order->name, ':') : NULL;

	if (order->ops > 1)
		return bad_usage("only one of --create, --delete, --attach, --detach and --clear");
	if (!order->ops && (order->name || order->phys))
		return bad_usage("--attach or --detach is missing");
	if (order->ops && order->json)
		return bad_usage("--json is for the table");
	if (order->op && !order->name)
		return bad_usage("--virtual is missing");
	if (order->op == KLIPS_CMD_DEV_ATTACH && !order->phys)
		return bad_usage("--physical is missing");
	if (order->op != KLIPS_CMD_DEV_ATTACH && order->phys)
		return bad_usage("--physical is for --attach");
	if (colon) {
		snprintf(stem, sizeof(stem), "%.*s", (int)(colon - order->name), order->name);
		order->name = stem;
	}
	return 0;
}

static int print_row(const struct klips_dev_info *info, void *rows)
{
	char text[ROW_TEXT];

	if (rows)
		return json_array_append_new(rows, json_dev(info));
	format_dev(text, sizeof(text), info);
	puts(text);
	return 0;
}

static int print_table(struct klips_client *client, bool json)
{
	json_t *rows = json ? json_array() : NULL;
	struct klips_refusal why = { 0 };

	return end_table(klips_client_dev_list(client, print_row, rows, &why), rows, &why);
}

/**
 * struct attached - the devices that are attached
 */
struct attached {
	char names[KLIPS_DEVICES][KLIPS_NAME_MAX];
	unsigned int count;
};

static int note_attached(const struct klips_dev_info *info, void *arg)
{
	struct attached *all = arg;

	if (info->phys[0] && all->count < ARRAY_SIZE(all->names))
		memcpy(all->names[all->count++], info->name, sizeof(info->name));
	return 0;
}

static int detach_all(struct klips_client *client)
{
	struct klips_refusal why = { 0 };
	struct attached all = { .count = 0 };
	int err = klips_client_dev_list(client, note_attached, &all, &why);
	unsigned int i;

	for (i = 0; !err && i < all.count; i++)
		err = klips_client_dev(client, KLIPS_CMD_DEV_DETACH, all.names[i], NULL, &why);
	return err ? refused(&why, names) : 0;
}

static int carry_out(struct klips_client *client, void *arg)
{
	const struct order *order = arg;
	struct klips_refusal why = { 0 };

	if (order->clear)
		return detach_all(client);
	if (!order->op)
		return print_table(client, order->json);
	if (klips_client_dev(client, order->op, order->name, order->phys, &why))
		return refused(&why, names);
	return 0;
}

int run_tncfg(int argc, char **argv)
{
	struct order order = { 0 };
	const struct command_line line = { options, usage, take, check, carry_out, &order, &order.json, NULL, NULL };

	return run_line(&line, argc, argv);
}
