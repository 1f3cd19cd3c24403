// SPDX-License-Identifier: GPL-2.0-or-later
/* ipsec spi: security associations. */
#include "format.h"
#include "spi_options.h"
#include "stack_tables.h"

#include "../lib/parse.h"

/* Packets of the window that an inbound SA has if nothing else is said. */
#define WINDOW 64

static const struct names names[] = {
	{ "said", "--said" },
	{ "spi", "--said" },
	{ "proto", "--said" },
	{ "encr", "--esp" },
	{ "encr-key", "--enckey" },
	{ "auth", "--authalg" },
	{ "auth-key", "--authkey" },
	{ "src", "--src" },
	{ "selector", "--policy-src, --policy-dst" },
	{ "window", "--replay_window" },
	{ "natt", "--natt" },
	{ "ref", "--sarefme" },
	{ "tfc", "--tfc" },
	{ 0 },
};

static int usage(void)
{
	printf("usage: ipsec spi [--json]\n"
	       "       ipsec spi SA --esp ALG --enckey KEY [--authalg ALG --authkey KEY] [OPTION...]\n"
	       "       ipsec spi SA --ah ALG --authkey KEY [OPTION...]\n"
	       "       ipsec spi SA --comp deflate [OPTION...]\n"
	       "       ipsec spi SA --ip4|--ip6 --src ADDRESS --dst ADDRESS [OPTION...]\n"
	       "       ipsec spi SA --update [--life LIMITS]\n"
	       "       ipsec spi SA --del | --get\n"
	       "       ipsec spi --clear\n"
	       "  SA      --said SAID, or --af inet|inet6 --edst ADDRESS --spi SPI --proto PROTO\n"
	       "  KEY     0x and hexadecimal digits\n"
	       "  LIMITS  soft|hard-bytes|packets|addtime|usetime=NUMBER, more after commas\n"
	       "  OPTION  --src ADDRESS --dir in|out --mode transport|tunnel|beet --life LIMITS --esn\n"
	       "          --natt nonesp --sport PORT --dport PORT --policy-src NET --policy-dst NET\n"
	       "          --policy-proto PROTO --replay_window N --inner-src ADDRESS --inner-dst ADDRESS\n"
	       "          --df clear|copy|set --tfc N --ttl N --no-ecn\n"
	       "          --decap-dscp --no-encap-dscp --sarefme N --sarefhim N --dumpsaref --outif ipsecN\n");
	return 0;
}

/* As ever: an SA that leads to this host is an inbound one. */
static void set_way(struct spi_order *order)
{
	if (order->way ? order->way == 'i' : is_own_address(&order->config.said.dst))
		order->config.flags |= KLIPS_SA_INBOUND;
	if ((order->config.flags & KLIPS_SA_INBOUND) && !order->windowed &&
	    (order->kind_proto == KLIPS_PROTO_ESP || order->kind_proto == KLIPS_PROTO_AH))
		order->config.window = WINDOW;
}

/**
 * struct device - one that is looked for
 * @id: once it is found
 */
struct device {
	const char *name;
	u32 id;
};

static int match_device(const struct klips_dev_info *info, void *arg)
{
	struct device *device = arg;

	if (!strcmp(info->name, device->name))
		device->id = info->id;
	return 0;
}

static int set_device(struct klips_client *client, struct spi_order *order)
{
	struct device device = { order->device, 0 };
	struct klips_refusal why = { 0 };

	if (!order->device)
		return 0;
	if (klips_client_dev_list(client, match_device, &device, &why))
		return refused(&why, NULL);
	if (!device.id) {
		klips_refuse(&why, -ENODEV, NULL, NULL, "--outif %s: there is no such device", order->device);
		return refused(&why, NULL);
	}
	order->config.if_id = device.id;
	return 0;
}

static int print_row(const struct klips_sa_info *info, void *rows)
{
	char text[ROW_TEXT];

	if (rows)
		return json_array_append_new(rows, json_sa(info));
	format_sa(text, sizeof(text), info);
	puts(text);
	return 0;
}

static int print_table(struct stack *stack, void *arg)
{
	const struct spi_order *order = arg;
	json_t *rows = order->json ? json_array() : NULL;
	struct klips_refusal why = { 0 };

	return end_table(stack_sa_list(stack, print_row, rows, &why), rows, &why);
}

static int print_one(struct klips_client *client, const struct spi_order *order)
{
	struct klips_refusal why = { 0 };
	struct klips_sa_info info;

	if (klips_client_sa_get(client, &order->config.said, &info, &why))
		return refused(&why, names);
	if (order->dump_ref)
		return printf("%u\n", info.config.ref) < 0;
	return order->json ? print_json(json_sa(&info)) : print_row(&info, NULL);
}

static int set(struct klips_client *client, struct spi_order *order)
{
	struct klips_refusal why = { 0 };
	int err, status = set_device(client, order);

	if (status)
		return status;
	set_way(order);
	if (order->action == SPI_UPDATE)
		err = klips_client_sa_update(client, &order->config, &why);
	else
		err = klips_client_sa_add(client, &order->config, &why);
	if (err)
		return refused(&why, names);
	return order->dump_ref ? print_one(client, order) : 0;
}

static int carry_out(struct klips_client *client, void *arg)
{
	struct spi_order *order = arg;
	struct klips_refusal why = { 0 };

	switch (order->action) {
	case SPI_GET:
		return print_one(client, order);
	case SPI_DELETE:
		return klips_client_sa_delete(client, &order->config.said, &why) ? refused(&why, names) : 0;
	case SPI_CLEAR:
		return klips_client_sa_flush(client, &why) ? refused(&why, names) : 0;
	default:
		return set(client, order);
	}
}

/* The kernel's own SAs can be looked at here; it is KLIPS's that can be changed. */
static int act(void *arg)
{
	const struct spi_order *order = arg;

	return order->action == SPI_LIST ? with_stack(print_table, arg) : with_klips(carry_out, arg);
}

int run_spi(int argc, char **argv)
{
	struct spi_order order = { .action = SPI_LIST };
	const struct command_line line = { spi_options,	      usage, spi_option_take,
					   spi_options_check, NULL,  &order,
					   &order.json,	      act,   NULL };
	int status = run_line(&line, argc, argv);

	explicit_bzero(&order, sizeof(order));
	return status;
}
