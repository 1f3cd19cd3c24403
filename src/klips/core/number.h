/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sequence numbers of an SA, for ESP and AH alike: RFC 4303, 2.2, 3.3.3 and 3.4.3. */
#ifndef KLIPS_CORE_NUMBER_H
#define KLIPS_CORE_NUMBER_H

#include "sa.h"

int klips_number_take(struct klips_sa *sa, u64 *number);
bool klips_number_may_accept(struct klips_sa *sa, u32 wire, u64 *number);
bool klips_number_accept(struct klips_sa *sa, u64 number);

#endif
