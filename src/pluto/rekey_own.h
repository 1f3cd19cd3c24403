/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What both ends of the exchange that makes an IKE SA in place of another share. */
#ifndef PLUTO_REKEY_OWN_H
#define PLUTO_REKEY_OWN_H

#include "fresh.h"
#include "rekey.h"

/* Like the old one, but for its SPIs and keys. @spi_i: of the peer that begins; NULL: this side does. NULL: no memory
 */
struct ike_sa *ike_rekey_make_like(struct ike_sa *old, const uint8_t *spi_i);
void ike_rekey_inherit(struct ike_sa *sa, struct ike_sa *old);
void ike_rekey_put_spi(struct ike_proposals *proposals, const uint8_t spi[8]);
/* Of an answer or a request: what was chosen of the connection's proposals, with the peer's SPI. */
bool ike_rekey_take_suite(struct ike_sa *made, const struct ike_message *message, uint8_t peer_spi[8], uint8_t *number);

/* Whether both rekey, as a request of this side's is in flight: which one stays is known when that is answered. */
bool ike_rekey_collides(struct ike_sa *old, struct ike_sa *made);
/* Whether the peer has made, or is making, one that collides. */
bool ike_rekey_has_collided(const struct ike_sa *old);
/* The reply to the peer's request was sent: this side's, if that waited for it, goes on. */
void ike_rekey_is_answered(struct ike_sa *old);

#endif
