/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Certificates that a peer names by hash and URL (RFC 7296, 3.6): fetched before its message is looked at. */
#ifndef PLUTO_CERT_LOOKUP_H
#define PLUTO_CERT_LOOKUP_H

#include "../lib/pki_bundle.h"
#include "exchange.h"

struct ike_lookup;

/* HTTP_CERT_LOOKUP_SUPPORTED, if this side looks such certificates up; it does for who was told so, and nobody else. */
void ike_lookup_offer(struct ike_builder *builder, struct ike_sa *sa);
/* Whether a message names certificates that this side has said it would fetch. */
bool ike_lookup_is_due(const struct ike_sa *sa, const struct ike_message *message);
/*
 * Has those of the setup's message fetched that are not known. @then is called once, perhaps before this returns, and
 * whatever came of it; the IKE SA may be IKE_SA_DEAD by then. -ENOMEM: it is not.
 */
int ike_lookup_start(struct ike_sa *sa, void (*then)(struct ike_sa *sa));
/* What a CERT payload's hash stands for, as far as it was found: up to @room certificates, for pki_cert_put(). */
size_t ike_lookup_find(const struct ike_sa *sa, const struct ike_cert_body *body, struct pki_cert **to, size_t room);
void ike_lookup_free(struct ike_lookup *lookup);

/* The engine ends: what was fetched is forgotten. */
void ike_lookups_forget(struct pluto *pluto);

#endif
