/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Key exchanges, done outside the loop. */
#ifndef PLUTO_KE_JOB_H
#define PLUTO_KE_JOB_H

#include "ike_sa.h"

/**
 * struct ike_ke_job - one; @then gets it and frees it with ike_ke_job_free()
 * @sa: is there still, but maybe IKE_SA_DEAD
 * @ke: this side's part, made if there is none; whoever wants it takes it
 * @peer: the peer's public value; length 0: none, then there is no shared secret
 * @error: 0, or a negative errno: -EINVAL: the peer's value is none
 */
struct ike_ke_job {
	struct pluto_job job;
	struct ike_sa *sa;
	const struct ike_alg *method;
	struct ike_ke *ke;
	size_t peer_length, public_length, shared_length;
	uint8_t peer[IKE_KE_MAX], public[IKE_KE_MAX], shared[IKE_KE_MAX];
	int error;
	void (*then)(struct ike_ke_job *job);
	void *arg;
};

/* -ENOMEM, -EMSGSIZE: nothing happens, and @ke is still the caller's. */
int ike_ke_start(struct ike_sa *sa, const struct ike_alg *method, struct ike_ke *ke, struct ike_slice peer,
		 void (*then)(struct ike_ke_job *job), void *arg);
void ike_ke_job_free(struct ike_ke_job *job);

/* This side's KE payload. */
static inline void ike_ke_job_put(const struct ike_ke_job *job, struct ike_builder *builder)
{
	ike_put_ke(builder, job->method->id, (struct ike_slice){ job->public, job->public_length });
}

static inline struct ike_slice ike_ke_job_shared(const struct ike_ke_job *job)
{
	return (struct ike_slice){ job->shared, job->shared_length };
}

#endif
