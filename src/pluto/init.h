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
void ike_init_keep_nonce(struct ike_nonce *to, struct ike_slice from);
int ike_init_keys(struct ike_sa *sa, struct ike_slice shared);
/* What answers an SA payload: of each type the transform that was chosen, under the peer's number. */
void ike_suite_proposal(const struct ike_suite *suite, struct ike_proposal *to, uint8_t number);
const struct ike_alg *ike_init_first_ke(const struct ike_proposals *proposals);

#endif
