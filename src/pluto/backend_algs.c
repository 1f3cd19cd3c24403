// SPDX-License-Identifier: GPL-2.0-or-later
#include "backend_algs.h"

static bool is_of_stacks(uint8_t type)
{
	return type == IKE_ENCR || type == IKE_INTEG;
}

/* NULL: the stack has it, or it is none of the stack's. */
static const struct ike_alg *missing(struct backend *backend, const struct ike_transform *transform)
{
	const struct ike_alg *alg =
		is_of_stacks(transform->type) ? ike_alg_by_id(transform->type, transform->id) : NULL;

	return alg && alg->id && !backend->ops->has(backend, alg, true) ? alg : NULL;
}

static bool has_type(const struct ike_proposal *proposal, uint8_t type)
{
	unsigned int at;

	for (at = 0; at < proposal->count; at++)
		if (proposal->transforms[at].type == type)
			return true;
	return false;
}

/* Takes out transforms. Whether it is a proposal still: of each type that it had something is left. */
static bool filter(struct backend *backend, struct ike_proposal *proposal, const struct ike_alg **first)
{
	bool has_encr = has_type(proposal, IKE_ENCR), has_integ = has_type(proposal, IKE_INTEG);
	const struct ike_alg *alg;
	unsigned int from, to = 0;

	for (from = 0; from < proposal->count; from++) {
		alg = missing(backend, &proposal->transforms[from]);
		if (!alg)
			proposal->transforms[to++] = proposal->transforms[from];
		else if (!*first)
			*first = alg;
	}
	proposal->count = to;
	return has_type(proposal, IKE_ENCR) == has_encr && has_type(proposal, IKE_INTEG) == has_integ;
}

/* Those that are left are numbered anew: RFC 7296, 3.3.1. */
const struct ike_alg *backend_algs_filter(struct backend *backend, struct ike_proposals *proposals)
{
	const struct ike_alg *first = NULL;
	unsigned int from, to = 0;

	for (from = 0; backend->ops->has && from < proposals->count; from++) {
		if (!filter(backend, &proposals->proposals[from], &first))
			continue;
		if (to != from)
			proposals->proposals[to] = proposals->proposals[from];
		proposals->proposals[to].number = to + 1;
		to++;
	}
	if (first)
		proposals->count = to;
	return first;
}

json_t *backend_algs_json(struct backend *backend)
{
	json_t *rows = json_array();
	const struct ike_alg *alg;
	size_t at;
	int has;

	for (at = 0; backend->ops->has && at < ike_alg_count; at++) {
		alg = &ike_algs[at];
		if (!is_of_stacks(alg->type) || !alg->id || !(alg->esp || alg->ah))
			continue;
		has = backend->ops->has(backend, alg, false);
		if (has >= 0)
			json_array_append_new(rows, json_pack("{s:s, s:b}", "name", alg->name, "has", has));
	}
	return rows;
}
