/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SAs of hosts that move: what they have for addresses, and how that changes. RFC 7296, 2.23, and RFC 4555. */
#ifndef PLUTO_MOVE_H
#define PLUTO_MOVE_H

#include "child_sa.h"
#include "policy.h"

/* The path of a new Child SA is its IKE SA's. */
void child_sa_set_path(struct child_sa *child);
/* The stack has it go by the IKE SA's path from now on; what cannot be moved is made anew. */
void child_sa_move(struct child_sa *child);
void child_sas_move(struct ike_sa *sa);
/* What the stack has of it at that path is taken away. child_sa.c */
void child_sa_forget(const struct child_sa *child, const struct ike_path *path, bool inbound);
/* The stack's policies of one, with its selectors and its path. child_sa.c */
void child_sa_policies(const struct child_sa *child, struct policies *to);

/* A peer behind a NAT, while this host is not, is at @remote now: an authentic message came from there. */
void ike_sa_follow(struct ike_sa *sa, const struct ike_endpoint *remote);
/* For struct backend_events, whose arg is the engine: ESP came from elsewhere than before. */
void pluto_mapped(void *pluto, uint32_t spi, const struct klips_addr *dst, const struct ike_endpoint *now);

#endif
