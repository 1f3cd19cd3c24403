// SPDX-License-Identifier: GPL-2.0-or-later
#include "ke_job.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void work(struct pluto_job *job)
{
	struct ike_ke_job *one = caa_container_of(job, struct ike_ke_job, job);
	int length;

	if (!one->ke)
		one->ke = ike_ke_new(one->method);
	if (!one->ke) {
		one->error = -ENOMEM;
		return;
	}
	length = ike_ke_public(one->ke, one->public);
	if (length >= 0) {
		one->public_length = length;
		if (!one->peer_length)
			return;
		length = ike_ke_shared(one->ke, (struct ike_slice){ one->peer, one->peer_length }, one->shared);
		one->shared_length = length < 0 ? 0 : length;
	}
	one->error = length < 0 ? length : 0;
}

/* Curve25519 and P-256, for which OpenSSL has code of their own. */
static bool is_brief(const struct ike_alg *method)
{
	return method->id == 31 || method->id == 19;
}

static void done(struct pluto_job *job)
{
	struct ike_ke_job *one = caa_container_of(job, struct ike_ke_job, job);

	one->then(one);
}

/**
 * ike_ke_start() - have a key exchange's arithmetic done
 * @ke: this side's part, or NULL to make one; the job's from now on
 * @peer: the peer's public value, or empty
 * @then: called once, perhaps before this returns
 *
 * Return: 0; -ENOMEM or -EMSGSIZE, then @then is not called
 */
int ike_ke_start(struct ike_sa *sa, const struct ike_alg *method, struct ike_ke *ke, struct ike_slice peer,
		 void (*then)(struct ike_ke_job *job), void *arg)
{
	struct ike_ke_job *job;

	if (peer.length > IKE_KE_MAX)
		return -EMSGSIZE;
	job = calloc(1, sizeof(*job));
	if (!job)
		return -ENOMEM;
	job->job.work = work;
	job->job.done = done;
	job->job.brief = is_brief(method);
	job->sa = ike_sa_get(sa);
	job->method = method;
	job->ke = ke;
	job->peer_length = peer.length;
	if (peer.length)
		memcpy(job->peer, peer.data, peer.length);
	job->then = then;
	job->arg = arg;
	sa->pluto->port->submit(sa->pluto->arg, &job->job);
	return 0;
}

void ike_ke_job_free(struct ike_ke_job *job)
{
	ike_ke_free(job->ke);
	ike_sa_put(job->sa);
	ike_wipe(job->shared, sizeof(job->shared));
	free(job);
}
