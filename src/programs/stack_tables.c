// SPDX-License-Identifier: GPL-2.0-or-later
#include "stack_tables.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../pluto/netkey.h"
#include "command.h"

int stack_sa_list(struct stack *stack, klips_each_sa_fn each, void *arg, struct klips_refusal *why)
{
	return stack->klips ? klips_client_sa_list(stack->klips, each, arg, why) :
			      netkey_sa_list(stack->netkey, each, arg, why);
}

int stack_eroute_list(struct stack *stack, klips_each_eroute_fn each, void *arg, struct klips_refusal *why)
{
	return stack->klips ? klips_client_eroute_list(stack->klips, each, arg, why) :
			      netkey_eroute_list(stack->netkey, each, arg, why);
}

/* @why: of KLIPS, which is what users hear if the kernel has no IPsec either: its tables are then empty for ever */
static int with_netkey(stack_fn carry_out, void *order, const struct klips_refusal *why)
{
	struct stack stack = { NULL, NULL };
	char text[256];
	int status;

	stack.netkey = netkey_open_calls(text, sizeof(text));
	if (!stack.netkey)
		return not_done("%s; %s", why->text, text);
	if (netkey_probe(stack.netkey))
		status = not_done("%s", why->text);
	else
		status = carry_out(&stack, order);
	stack.netkey->backend.ops->close(&stack.netkey->backend);
	return status;
}

int with_stack(stack_fn carry_out, void *order)
{
	struct klips_refusal why = { 0 };
	struct klips_client client;
	struct stack stack = { &client, NULL };
	int status;

	if (klips_client_open(&client, NULL, &why))
		return with_netkey(carry_out, order, &why);
	status = carry_out(&stack, order);
	klips_client_close(&client);
	return status;
}

/* An own address can be bound. */
bool is_own_address(const struct klips_addr *addr)
{
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	bool is_v6 = addr->version == KLIPS_V6;
	int fd = socket(is_v6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int err;

	if (fd < 0)
		return false;
	memcpy(&v6.sin6_addr, addr->b, 16);
	memcpy(&v4.sin_addr, addr->b, 4);
	err = is_v6 ? bind(fd, (struct sockaddr *)&v6, sizeof(v6)) : bind(fd, (struct sockaddr *)&v4, sizeof(v4));
	close(fd);
	return !err;
}
