/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What both sides of IKE_SA_INIT share. */
#ifndef PLUTO_INIT_H
#define PLUTO_INIT_H

#include "exchange.h"

struct ike_init_payloads {
	struct ike_proposals proposals;
	struct ike_ke_body ke;
	struct ike_slice nonce;
};

/* NULL, or what is wrong with it: a constant. */
const char *ike_init_read(struct ike_init_payloads *to, const struct ike_message *message);

#endif
