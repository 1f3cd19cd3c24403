/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * References in packets' marks, where the KLIPS of old had them too. The lower 16 bits are others'.
 *
 *   31         30 ... 16   15 ... 0
 *   answers?   reference   0
 */
#ifndef KLIPS_CORE_MARK_H
#define KLIPS_CORE_MARK_H

#include "port.h"

#define KLIPS_MARK_SHIFT 16
#define KLIPS_MARK_SENDS 0x80000000U /* what is sent with this mark goes by that SA */

/* The mark of what an SA has delivered. @ref: its own; @ref_him: of the SA that answers go by, 0: it names none */
static inline u32 klips_mark_received(u32 ref, u32 ref_him)
{
	return ref_him ? KLIPS_MARK_SENDS | ref_him << KLIPS_MARK_SHIFT : ref << KLIPS_MARK_SHIFT;
}

/* The reference of the SA that a packet is to go by; 0: its mark names none. */
static inline u32 klips_mark_ref(u32 mark)
{
	return mark & KLIPS_MARK_SENDS ? (mark & ~KLIPS_MARK_SENDS) >> KLIPS_MARK_SHIFT : 0;
}

#endif
