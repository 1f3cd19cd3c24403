/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests of the control protocol, good ones and bad ones. */
#ifndef KLIPS_GUEST_CONTROL_MAKE_H
#define KLIPS_GUEST_CONTROL_MAKE_H

#include "guest/chance.h"
#include "lib/netlink.h"

#define CONTROL_ROOM 8192 /* bytes of the longest request */

struct nlmsghdr *control_make(struct chance *chance, void *buffer, u16 type, u32 seq, bool log);

#endif
