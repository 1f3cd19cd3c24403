/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KLIPS_CORE_KEEPALIVE_H
#define KLIPS_CORE_KEEPALIVE_H

#include "klips.h"

u64 klips_keepalive_run(struct klips *klips, u64 now);

#endif
