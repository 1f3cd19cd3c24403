/* SPDX-License-Identifier: GPL-2.0-or-later */
/* klipsdebug: what KLIPS says of its work, by category, settable at run time; nothing but a test of a bit when off. */
#ifndef KLIPS_CORE_DEBUG_H
#define KLIPS_CORE_DEBUG_H

#include "port.h"

enum klips_debug {
	KLIPS_DEBUG_TUNNEL,
	KLIPS_DEBUG_XMIT,
	KLIPS_DEBUG_NETLINK,
	KLIPS_DEBUG_XFORM,
	KLIPS_DEBUG_EROUTE,
	KLIPS_DEBUG_SPI,
	KLIPS_DEBUG_RADIJ,
	KLIPS_DEBUG_RCV,
	KLIPS_DEBUG_ESP,
	KLIPS_DEBUG_AH,
	KLIPS_DEBUG_IPCOMP,
	KLIPS_DEBUG_VERBOSE,
	KLIPS_DEBUG_COUNT,
};

extern u32 klips_debug_flags;

const char *klips_debug_name(enum klips_debug category);
int klips_debug_find(const char *name);

#define klips_trace(category, format, ...)                                                                  \
	do {                                                                                                \
		if (unlikely(READ_ONCE(klips_debug_flags) & (1U << KLIPS_DEBUG_##category)))                \
			klips_trace_print(KLIPS_DEBUG_##category, "klips_debug:%s: " format "\n", __func__, \
					  ##__VA_ARGS__);                                                   \
	} while (0)

/* The platform's. */
__printf(2, 3) void klips_trace_print(enum klips_debug category, const char *format, ...);

#endif
