// SPDX-License-Identifier: GPL-2.0-or-later
#include "policy.h"

#include <errno.h>
#include <string.h>

static struct backend *backend_of(const struct policies *policies)
{
	return policies->connection->pluto->backend;
}

static unsigned int count(const struct policies *policies)
{
	return policies->local.count * policies->remote.count;
}

/* NULL: the two are of different versions of IP, and there is no traffic between them. */
static const struct backend_policy *pair(struct policies *policies, unsigned int number)
{
	policies->like.local = policies->local.ts[number / policies->remote.count];
	policies->like.remote = policies->remote.ts[number % policies->remote.count];
	policies->like.priority = policies->connection->priority;
	return policies->like.local.version == policies->like.remote.version ? &policies->like : NULL;
}

/* The device that its traffic in clear goes by, if there is one. */
static int attach(struct policies *policies)
{
	struct backend *backend = backend_of(policies);

	policies->like.physical = policies->physical;
	if (!policies->physical[0] || !backend->ops->attach)
		return 0;
	return backend->ops->attach(backend, &policies->like, policies->like.device);
}

int policies_set(struct policies *policies)
{
	struct backend *backend = backend_of(policies);
	const struct backend_policy *one;
	unsigned int number = 0;
	int error = attach(policies);

	for (; !error && number < count(policies); number++) {
		one = pair(policies, number);
		error = one ? backend->ops->policy_set(backend, one) : 0;
	}
	if (!error)
		return 0;
	pluto_log(policies->connection->pluto, PLUTO_ERROR, "\"%s\": %s takes no policy: %s",
		  policies->connection->name, backend->ops->name, backend->ops->why(backend));
	while (number-- > 1) {
		one = pair(policies, number - 1);
		if (one)
			backend->ops->policy_delete(backend, one);
	}
	return -EIO;
}

static bool has(const struct ike_ts_list *list, const struct ike_ts *ts)
{
	unsigned int at;

	for (at = 0; at < list->count; at++)
		if (!memcmp(&list->ts[at], ts, sizeof(*ts)))
			return true;
	return false;
}

void policies_delete(struct policies *policies, const struct policies *but)
{
	struct backend *backend = backend_of(policies);
	const struct backend_policy *one;
	unsigned int number;

	for (number = 0; number < count(policies); number++) {
		one = pair(policies, number);
		if (one && (!but || !has(&but->local, &one->local) || !has(&but->remote, &one->remote)))
			backend->ops->policy_delete(backend, one);
	}
}
