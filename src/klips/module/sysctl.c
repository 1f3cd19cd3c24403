// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * net.ipsec.*: what can be set at run time, in each network namespace; debug_* are of the whole machine, and only in
 * those of its root.
 */
#include <linux/slab.h>
#include <linux/sysctl.h>
#include <linux/user_namespace.h>
#include <linux/version.h>

#include "../core/debug.h"
#include "module.h"

/* A category of klipsdebug as 0 or 1; its number is where others have a pointer. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 11, 0)
static int debug_handler(const struct ctl_table *table, int write, void *buffer, size_t *length, loff_t *pos)
#else
static int debug_handler(struct ctl_table *table, int write, void *buffer, size_t *length, loff_t *pos)
#endif
{
	const u32 bit = 1U << (unsigned long)table->data;
	int value = !!(READ_ONCE(klips_debug_flags) & bit), err;
	struct ctl_table one = { .data = &value, .maxlen = sizeof(value), .mode = table->mode };

	err = proc_dointvec(&one, write, buffer, length, pos);
	if (err || !write)
		return err;
	WRITE_ONCE(klips_debug_flags, value ? klips_debug_flags | bit : klips_debug_flags & ~bit);
	return 0;
}

#define SETTING(word)                                                                                            \
	{                                                                                                        \
		.procname = #word, .data = (void *)offsetof(struct klips_settings, word), .maxlen = sizeof(int), \
		.mode = 0644, .proc_handler = proc_dointvec_minmax, .extra1 = SYSCTL_ZERO, .extra2 = SYSCTL_ONE  \
	}
#define DEBUG(word, category)                                                                              \
	{                                                                                                  \
		.procname = "debug_" #word, .data = (void *)KLIPS_DEBUG_##category, .maxlen = sizeof(int), \
		.mode = 0644, .proc_handler = debug_handler                                                \
	}

#define SETTINGS 3 /* the first ones are a namespace's; the others are klipsdebug's */

static const struct ctl_table wanted[] = {
	SETTING(icmp),
	SETTING(inbound_policy_check),
	SETTING(tos),
	/* The first two had categories of their own: what a mastN sends, and the control protocol. */
	DEBUG(mast, XMIT),
	DEBUG(pfkey, NETLINK),
	DEBUG(ah, AH),
	DEBUG(esp, ESP),
	DEBUG(tunnel, TUNNEL),
	DEBUG(xmit, XMIT),
	DEBUG(eroute, EROUTE),
	DEBUG(spi, SPI),
	DEBUG(radij, RADIJ),
	DEBUG(netlink, NETLINK),
	DEBUG(xform, XFORM),
	DEBUG(rcv, RCV),
	DEBUG(ipcomp, IPCOMP),
	DEBUG(verbose, VERBOSE),
};

static struct ctl_table_header *register_all(struct klips_net *net, struct ctl_table *table, unsigned int count)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
	return register_net_sysctl_sz(net->net, "net/ipsec", table, count);
#else
	return register_net_sysctl(net->net, "net/ipsec", table);
#endif
}

/**
 * klips_sysctl_start() - make those of a network namespace
 * @net: its KLIPS
 *
 * Return: 0 or -ENOMEM.
 */
int klips_sysctl_start(struct klips_net *net)
{
	unsigned int i, count = net->net->user_ns == &init_user_ns ? ARRAY_SIZE(wanted) : SETTINGS;
	struct ctl_table *table = kcalloc(count + 1, sizeof(*table), GFP_KERNEL); /* older kernels look for an end */

	if (!table)
		return -ENOMEM;
	memcpy(table, wanted, count * sizeof(*table));
	for (i = 0; i < SETTINGS; i++)
		table[i].data = (u8 *)&net->klips.settings + (unsigned long)wanted[i].data;
	net->sysctls = register_all(net, table, count);
	if (net->sysctls)
		return 0;
	kfree(table);
	return -ENOMEM;
}

/**
 * klips_sysctl_stop() - remove them
 * @net: its KLIPS
 */
void klips_sysctl_stop(struct klips_net *net)
{
	const struct ctl_table *table = net->sysctls->ctl_table_arg;

	unregister_net_sysctl_table(net->sysctls);
	kfree(table);
}
