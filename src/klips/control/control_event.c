// SPDX-License-Identifier: GPL-2.0-or-later
/* What is told to subscribers. The messages are begun; these put their attributes. */
#include "control_request.h"

/**
 * klips_put_acquire() - that an SA is wanted
 * @message: gets it
 * @acquire: which
 */
void klips_put_acquire(struct klips_message *message, const struct klips_acquire *acquire)
{
	u8 bits = (u8)klips_addr_bits(&acquire->flow.src);
	struct klips_selector flow = { acquire->flow.src,   acquire->flow.dst,	bits, bits, acquire->flow.proto,
				       acquire->flow.sport, acquire->flow.dport };

	klips_put_u32(message, KLIPS_A_ACQUIRE_ID, acquire->id);
	klips_put_selector(message, KLIPS_A_ACQUIRE_FLOW, &flow);
	klips_put_selector(message, KLIPS_A_ACQUIRE_TRAP, &acquire->trap);
}

/**
 * klips_put_expire() - that an SA passed a limit
 * @message: gets it
 * @sa: which
 * @life: KLIPS_LIFE_SOFT or KLIPS_LIFE_HARD
 */
void klips_put_expire(struct klips_message *message, struct klips_sa *sa, enum klips_life life)
{
	struct klips_limits spent;

	klips_read_current(&spent, &sa->usage);
	klips_put_said(message, KLIPS_A_SA_SAID, &sa->said);
	klips_put_u32(message, KLIPS_A_SA_STATE, READ_ONCE(sa->state));
	klips_put_limits(message, KLIPS_A_SA_CURRENT, &spent);
	if (life == KLIPS_LIFE_HARD)
		klips_put_bytes(message, KLIPS_A_SA_HARD_LIMIT, NULL, 0);
}

/**
 * klips_put_mapping() - that a peer behind NAT comes from elsewhere
 * @message: gets it
 * @said: of the inbound SA
 * @addr: from where
 * @port: the same, in host byte order
 */
void klips_put_mapping(struct klips_message *message, const struct klips_said *said, const struct klips_addr *addr,
		       u16 port)
{
	klips_put_said(message, KLIPS_A_MAPPING_SAID, said);
	klips_put_addr(message, KLIPS_A_MAPPING_ADDR, addr);
	klips_put_u16(message, KLIPS_A_MAPPING_PORT, port);
}
