/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAT detection: RFC 7296, 2.23. */
#ifndef PLUTO_NATD_H
#define PLUTO_NATD_H

#include "exchange.h"

#define IKE_PORT     500
#define IKE_NAT_PORT 4500

/* Both notifications of a message that goes from the SA's local to its remote endpoint. */
void ike_natd_put(const struct ike_sa *sa, struct ike_builder *builder);
/* The same of a message that goes by that path. */
void ike_natd_put_of(const struct ike_sa *sa, const struct ike_path *path, struct ike_builder *builder);
/* What the peer's say. Returns whether there were any: then nat_local and nat_remote are right. */
bool ike_natd_take(struct ike_sa *sa, const struct ike_message *message);

/* Before whom there is a NAT. */
void ike_natd_log(const struct ike_sa *sa);

#endif
