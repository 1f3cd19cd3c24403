// SPDX-License-Identifier: GPL-2.0-or-later
/* ipsec eroute: which packets go through which SAs. */
#include "command.h"
#include "format.h"
#include "said_option.h"
#include "stack_tables.h"

#include "../lib/parse.h"

enum action {
	LIST,
	ADD,
	REPLACE,
	DELETE,
	CLEAR,
	INBOUND,
};

/**
 * struct order - what is to be done
 * @version: of --eraf; 0: as the addresses are
 */
struct order {
	enum action action;
	unsigned int actions;
	u8 version;
	const char *src;
	const char *dst;
	struct klips_selector sel;
	u16 sport;
	u16 dport;
	struct said_option said;
	bool json;
};

enum {
	OPT_ADD = 256,
	OPT_ADDIN,
	OPT_REPLACE,
	OPT_REPLACEIN,
	OPT_DEL,
	OPT_CLEAR,
	OPT_ERAF,
	OPT_SRC,
	OPT_DST,
	OPT_PROTO,
	OPT_SPORT,
	OPT_DPORT,
};

static const struct option options[] = {
	{ "add", no_argument, NULL, OPT_ADD },
	{ "addin", no_argument, NULL, OPT_ADDIN },
	{ "replace", no_argument, NULL, OPT_REPLACE },
	{ "replacein", no_argument, NULL, OPT_REPLACEIN },
	{ "del", no_argument, NULL, OPT_DEL },
	{ "clear", no_argument, NULL, OPT_CLEAR },
	{ "eraf", required_argument, NULL, OPT_ERAF },
	{ "src", required_argument, NULL, OPT_SRC },
	{ "dst", required_argument, NULL, OPT_DST },
	{ "transport-proto", required_argument, NULL, OPT_PROTO },
	{ "src-port", required_argument, NULL, OPT_SPORT },
	{ "dst-port", required_argument, NULL, OPT_DPORT },
	SAID_OPTIONS,
	COMMON_OPTIONS,
};

static const struct names names[] = {
	{ "src", "--src" },
	{ "src-bits", "--src" },
	{ "dst", "--dst" },
	{ "dst-bits", "--dst" },
	{ "proto", "--transport-proto" },
	{ "said", "--said" },
	{ "spi", "--said" },
	{ 0 },
};

static int usage(void)
{
	printf("usage: ipsec eroute [--json]\n"
	       "       ipsec eroute --add | --replace --eraf inet|inet6 --src NET --dst NET SA [PORTS]\n"
	       "       ipsec eroute --del --eraf inet|inet6 --src NET --dst NET [PORTS]\n"
	       "       ipsec eroute --clear\n"
	       "  SA     --said SAID, or --af inet|inet6 --edst ADDRESS --spi SPI --proto PROTO\n"
	       "  PORTS  --transport-proto PROTO --src-port PORT --dst-port PORT\n");
	return 0;
}

static void set_action(struct order *order, enum action action)
{
	order->action = action;
	order->actions++;
}

static int take_selector(struct order *order, int option)
{
	const char *name, *wrong;

	switch (option) {
	case OPT_SRC:
		order->src = optarg;
		return 0;
	case OPT_DST:
		order->dst = optarg;
		return 0;
	case OPT_ERAF:
		name = "eraf";
		wrong = klips_parse_family(&order->version, optarg);
		break;
	case OPT_PROTO:
		name = "transport-proto";
		wrong = klips_parse_protocol(&order->sel.proto, optarg);
		break;
	case OPT_SPORT:
		name = "src-port";
		wrong = klips_parse_port(&order->sport, optarg);
		break;
	default:
		name = "dst-port";
		wrong = klips_parse_port(&order->dport, optarg);
	}
	return is_wrong(wrong, name, optarg) ? EXIT_USAGE : 0;
}

static int take(void *arg, int option)
{
	struct order *order = arg;

	switch (option) {
	case OPT_ADD:
		set_action(order, ADD);
		return 0;
	case OPT_REPLACE:
		set_action(order, REPLACE);
		return 0;
	case OPT_ADDIN:
	case OPT_REPLACEIN:
		set_action(order, INBOUND);
		return 0;
	case OPT_DEL:
		set_action(order, DELETE);
		return 0;
	case OPT_CLEAR:
		set_action(order, CLEAR);
		return 0;
	default:
		if (option >= SAID_FIRST)
			return said_option_take(&order->said, option);
		return take_selector(order, option);
	}
}

/* One end: its prefix, and the port that may come with it or alone. */
static int read_end(const char *name, const char *text, struct klips_addr *addr, u8 *bits, u16 *port)
{
	u16 inside;

	if (!text)
		return bad_usage("--%s is missing", name);
	if (is_wrong(klips_parse_net(addr, bits, &inside, text), name, text))
		return EXIT_USAGE;
	if (inside && *port && inside != *port)
		return bad_usage("--%s %s: --%s-port says another port", name, text, name);
	if (inside)
		*port = inside;
	return 0;
}

static int read_selector(struct order *order)
{
	struct klips_selector *sel = &order->sel;
	int status = read_end("src", order->src, &sel->src, &sel->src_bits, &order->sport);

	if (!status)
		status = read_end("dst", order->dst, &sel->dst, &sel->dst_bits, &order->dport);
	if (status)
		return status;
	if (order->version && sel->src.version != order->version)
		return bad_usage("--src %s: not of the family that --eraf says", order->src);
	if (sel->src.version != sel->dst.version)
		return bad_usage("--dst %s: not of the same family as --src", order->dst);
	if ((order->sport || order->dport) && !sel->proto)
		return bad_usage("--transport-proto is missing: ports need it");
	sel->sport = cpu_to_be16(order->sport);
	sel->dport = cpu_to_be16(order->dport);
	return 0;
}

static int check(void *arg)
{
	struct order *order = arg;
	int status;

	if (order->actions > 1)
		return bad_usage("only one of --add, --replace, --del and --clear");
	if (order->json && order->action != LIST)
		return bad_usage("--json is for the table");
	if (order->action == INBOUND)
		return bad_usage("--addin, --replacein: what may come through an SA is the SA's own:"
				 " see --policy-src of ipsec spi");
	if (order->action == LIST || order->action == CLEAR)
		return order->src || order->dst || order->said.given ?
			       bad_usage("--add, --replace or --del is missing") :
			       0;
	status = read_selector(order);
	if (status || order->action == DELETE)
		return status;
	status = said_option_finish(&order->said);
	/* A shunt has no address; it gets that of its eroute's family. */
	if (!status && order->said.said.proto == KLIPS_PROTO_INT)
		order->said.said.dst = (struct klips_addr){ .version = order->sel.src.version };
	return status;
}

static int print_row(const struct klips_eroute_info *info, void *rows)
{
	char text[ROW_TEXT];

	if (rows)
		return json_array_append_new(rows, json_eroute(info));
	format_eroute(text, sizeof(text), info);
	puts(text);
	return 0;
}

static int print_table(struct stack *stack, void *arg)
{
	const struct order *order = arg;
	json_t *rows = order->json ? json_array() : NULL;
	struct klips_refusal why = { 0 };

	return end_table(stack_eroute_list(stack, print_row, rows, &why), rows, &why);
}

static int carry_out(struct klips_client *client, void *arg)
{
	const struct order *order = arg;
	struct klips_refusal why = { 0 };
	int err;

	switch (order->action) {
	case DELETE:
		err = klips_client_eroute_delete(client, &order->sel, &why);
		break;
	case CLEAR:
		err = klips_client_eroute_flush(client, &why);
		break;
	default:
		err = klips_client_eroute_set(client, &order->sel, &order->said.said, order->action == REPLACE, &why);
	}
	return err ? refused(&why, names) : 0;
}

/* Only KLIPS has eroutes that can be changed here. */
static int act(void *arg)
{
	const struct order *order = arg;

	return order->action == LIST ? with_stack(print_table, arg) : with_klips(carry_out, arg);
}

int run_eroute(int argc, char **argv)
{
	struct order order = { .action = LIST };
	const struct command_line line = { options, usage, take, check, NULL, &order, &order.json, act, NULL };

	return run_line(&line, argc, argv);
}
