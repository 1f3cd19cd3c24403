/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which algorithms the stack has, and what of proposals is left with these. */
#ifndef PLUTO_BACKEND_ALGS_H
#define PLUTO_BACKEND_ALGS_H

#include <jansson.h>

#include "backend.h"

/*
 * Takes out of @proposals, of ESP or AH, what the stack does not have, and proposals that are none any more. Returns
 * the first that is missing; NULL: nothing is.
 */
const struct ike_alg *backend_algs_filter(struct backend *backend, struct ike_proposals *proposals);
/* Those of ESP and AH that are known: {"name": ..., "has": ...} */
json_t *backend_algs_json(struct backend *backend);

#endif
