// SPDX-License-Identifier: GPL-2.0-or-later
#include "keepalive.h"

#include "backend.h"
#include "child_sa.h"
#include "pluto.h"

/* Milliseconds since something was sent to the peer. */
static uint64_t silence(const struct ike_sa *sa, uint64_t now)
{
	struct backend *backend = sa->pluto->backend;
	uint64_t least = now - sa->spoke;
	struct backend_usage usage;
	const struct child_sa *child;

	cds_list_for_each_entry(child, &sa->children, node) {
		if (child->spi[1] &&
		    !backend->ops->sa_usage(backend, child->protocol, child->spi[1], &child->path.local.addr,
					    &child->path.remote.addr, &usage) &&
		    usage.idle < least / 1000)
			least = usage.idle * 1000;
	}
	return least;
}

uint64_t keepalive_wait(struct ike_sa *sa, uint64_t period)
{
	uint64_t now = pluto_now(sa->pluto), quiet;

	if (now < sa->keepalive)
		return sa->keepalive - now;
	quiet = silence(sa, now);
	sa->keepalive = now + (quiet < period ? period - quiet : period);
	return quiet < period ? period - quiet : 0;
}
