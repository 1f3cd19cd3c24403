/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The stack's policies of a connection or a Child SA: one for each pair of its selectors. */
#ifndef PLUTO_POLICY_H
#define PLUTO_POLICY_H

#include "connection.h"

/**
 * struct policies - those of all pairs of @local and @remote
 * @physical: the interface by which the peer is reached, for KLIPS; empty: not known
 * @like: what they have in common; the selectors, and the device, are filled in
 */
struct policies {
	const struct connection *connection;
	struct ike_ts_list local, remote;
	const char *physical;
	struct backend_policy like;
};

/* All, or none: 0, or -EIO, and the log says why. In place of others for the same traffic, with no moment without. */
int policies_set(struct policies *policies);
/* @but: those that are for the same traffic as one of these stay; NULL: none */
void policies_delete(struct policies *policies, const struct policies *but);

#endif
