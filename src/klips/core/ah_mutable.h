/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What of an IP header AH does not authenticate, since it changes on the way: RFC 4302, 3.3.3.1 and appendix A. */
#ifndef KLIPS_CORE_AH_MUTABLE_H
#define KLIPS_CORE_AH_MUTABLE_H

#include "port.h"

int klips_ah_zero_mutable(u8 *header, u32 length, bool sending);

#endif
