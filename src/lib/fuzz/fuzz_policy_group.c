// SPDX-License-Identifier: GPL-2.0-or-later
/* Any text as a policy group's file: what is taken is a prefix, each but once, and is taken again as it is printed. */
#include <stdio.h>
#include <stdlib.h>

#include "lib/parse.h"
#include "lib/policy_group.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void again(const struct policy_net *net)
{
	struct conf_errors errors = { 0 };
	struct policy_nets nets;
	char prefix[KLIPS_NET_TEXT], line[KLIPS_NET_TEXT + 32];
	int length;

	klips_print_net(prefix, sizeof(prefix), &net->addr, net->bits, 0);
	length = snprintf(line, sizeof(line), "%s", prefix);
	if (net->protocol)
		length = snprintf(line, sizeof(line), "%s %u %u %u", prefix, net->protocol, net->own_port,
				  net->peer_port);
	if (policy_nets_parse(&nets, "again", line, (size_t)length, &errors) || errors.count || nets.count != 1 ||
	    !policy_net_equal(&nets.list[0], net))
		abort();
	policy_nets_free(&nets);
}

static void check(const struct policy_nets *nets, size_t at)
{
	const struct policy_net *net = &nets->list[at];
	const struct klips_addr masked = klips_addr_mask(&net->addr, net->bits);
	char text[POLICY_NET_TEXT];

	if (net->bits > klips_addr_bits(&net->addr) || !klips_addr_equal(&masked, &net->addr) ||
	    policy_nets_find(nets, net) != net || (!net->protocol && (net->own_port || net->peer_port)))
		abort();
	if (policy_net_print(text, sizeof(text), net) >= (int)sizeof(text))
		abort();
	again(net);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct conf_errors errors = { 0 };
	struct policy_nets nets;
	char line[256];
	size_t i;

	if (policy_nets_parse(&nets, "fuzz", (const char *)data, size, &errors))
		abort();
	for (i = 0; i < errors.count; i++)
		conf_error_print(line, sizeof(line), &errors.list[i]);
	for (i = 0; i < nets.count && i < 64; i++)
		check(&nets, i);
	policy_nets_free(&nets);
	conf_errors_free(&errors);
	return 0;
}
