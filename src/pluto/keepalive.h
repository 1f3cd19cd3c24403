/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which IKE SAs' NATs are to be kept awake (RFC 3948, 4), and when. */
#ifndef PLUTO_KEEPALIVE_H
#define PLUTO_KEEPALIVE_H

#include "ike_sa.h"

/**
 * keepalive_wait() - how long a NAT's mapping needs no keepalive: nothing is sent while other packets keep it
 * @sa: whose path it is on; what its Child SAs have sent counts too, to the second
 * @period: milliseconds of silence after which one is due
 *
 * After 0 the period begins anew, so that a caller who sends when told to and asks again when told to asks the stack
 * once a period.
 *
 * Return: milliseconds until it is to be asked again, at most @period; 0: one is to be sent now.
 */
uint64_t keepalive_wait(struct ike_sa *sa, uint64_t period);

#endif
