/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cookies: RFC 7296, 2.6. */
#ifndef PLUTO_COOKIE_H
#define PLUTO_COOKIE_H

#include "exchange.h"

#define IKE_COOKIE 33 /* bytes */

void ike_cookie_make(struct pluto *pluto, const uint8_t spi_i[8], const struct ike_endpoint *remote,
		     struct ike_slice nonce, uint8_t out[IKE_COOKIE]);
bool ike_cookie_is_good(struct pluto *pluto, const uint8_t spi_i[8], const struct ike_endpoint *remote,
			struct ike_slice nonce, struct ike_slice cookie);

#endif
