// SPDX-License-Identifier: GPL-2.0-or-later
#include "debug.h"

/* Bit c is for category c; whoever sets it uses WRITE_ONCE. */
u32 klips_debug_flags __read_mostly;

static const char *const names[KLIPS_DEBUG_COUNT] = {
	[KLIPS_DEBUG_TUNNEL] = "tunnel", [KLIPS_DEBUG_XMIT] = "tunnel-xmit", [KLIPS_DEBUG_NETLINK] = "netlink",
	[KLIPS_DEBUG_XFORM] = "xform",	 [KLIPS_DEBUG_EROUTE] = "eroute",    [KLIPS_DEBUG_SPI] = "spi",
	[KLIPS_DEBUG_RADIJ] = "radij",	 [KLIPS_DEBUG_RCV] = "rcv",	     [KLIPS_DEBUG_ESP] = "esp",
	[KLIPS_DEBUG_AH] = "ah",	 [KLIPS_DEBUG_IPCOMP] = "ipcomp",    [KLIPS_DEBUG_VERBOSE] = "verbose",
};

/* The historical commands' other words; pfkey was the control protocol before netlink. */
static const struct {
	const char *name;
	enum klips_debug category;
} aliases[] = {
	{ "xmit", KLIPS_DEBUG_XMIT },
	{ "comp", KLIPS_DEBUG_IPCOMP },
	{ "pfkey", KLIPS_DEBUG_NETLINK },
};

/**
 * klips_debug_name() - what users call a category
 * @category: any number
 *
 * Return: its name, or NULL if there is no such category.
 */
const char *klips_debug_name(enum klips_debug category)
{
	return (unsigned int)category < KLIPS_DEBUG_COUNT ? names[category] : NULL;
}

/**
 * klips_debug_find() - a category by name
 * @name: as klips_debug_name() has it, or xmit, comp, pfkey
 *
 * Return: its number, or -ENOENT.
 */
int klips_debug_find(const char *name)
{
	unsigned int i;

	for (i = 0; i < KLIPS_DEBUG_COUNT; i++) {
		if (!strcmp(names[i], name))
			return (int)i;
	}
	for (i = 0; i < ARRAY_SIZE(aliases); i++) {
		if (!strcmp(aliases[i].name, name))
			return (int)aliases[i].category;
	}
	return -ENOENT;
}
