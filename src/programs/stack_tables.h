/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SAs and eroutes of whichever stack there is: KLIPS's if it runs, else those of the kernel's own IPsec. */
#ifndef PROGRAMS_STACK_TABLES_H
#define PROGRAMS_STACK_TABLES_H

#include "../lib/control_client.h"

struct netkey;

/**
 * struct stack - where tables are read from
 * @klips: NULL: from @netkey
 */
struct stack {
	struct klips_client *klips;
	struct netkey *netkey;
};

/* What a command does with an open stack; the exit status. */
typedef int (*stack_fn)(struct stack *stack, void *order);

/* Opens, carries out, closes; the exit status, after a complaint if there is neither stack. */
int with_stack(stack_fn carry_out, void *order);
/* As klips_client_sa_list() and so on. Keys are nowhere in what they tell. */
int stack_sa_list(struct stack *stack, klips_each_sa_fn each, void *arg, struct klips_refusal *why);
int stack_eroute_list(struct stack *stack, klips_each_eroute_fn each, void *arg, struct klips_refusal *why);

/* Whether an address is this host's. */
bool is_own_address(const struct klips_addr *addr);

/* netkey_tables.c */
int netkey_sa_list(struct netkey *netkey, klips_each_sa_fn each, void *arg, struct klips_refusal *why);
int netkey_eroute_list(struct netkey *netkey, klips_each_eroute_fn each, void *arg, struct klips_refusal *why);

#endif
