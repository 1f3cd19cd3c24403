// SPDX-License-Identifier: GPL-2.0-or-later
/* What timers do, now: by the numbers that logs and status have. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "child_sa.h"
#include "exchange.h"
#include "impair.h"
#include "reauth.h"
#include "rekey.h"

/* Now, and no longer then. */
static void run_now(struct ike_sa *sa, struct pluto_timer *timer)
{
	if (!pluto_timer_is_set(timer))
		return;
	pluto_timer_cancel(&sa->pluto->timers, timer);
	timer->run(timer);
}

static void expire_ike(struct ike_sa *sa)
{
	run_now(sa, &sa->expire);
}

static void expire_child(struct child_sa *child)
{
	run_now(child->sa, &child->expire);
}

static const struct trigger {
	const char *name;
	void (*of_ike)(struct ike_sa *sa);
	void (*of_child)(struct child_sa *child);
} triggers[] = {
	{ "rekey-ike", ike_sa_rekey_start, NULL },
	{ "rekey-child", NULL, child_sa_rekey_start },
	{ "reauth-ike", ike_reauth_start, NULL },
	{ "liveness", ike_liveness_start, NULL },
	{ "expire-ike", expire_ike, NULL },
	{ "expire-child", NULL, expire_child },
	{ "delete-ike", ike_delete_start, NULL },
	{ "delete-child", NULL, child_sa_delete_start },
	/* libreswan's names */
	{ "initiate-v2-rekey", ike_sa_rekey_start, child_sa_rekey_start },
	{ "initiate-v2-liveness", ike_liveness_start, NULL },
	{ "initiate-v2-delete", ike_delete_start, child_sa_delete_start },
};

static const struct trigger *find(const char *what)
{
	size_t at;

	for (at = 0; at < sizeof(triggers) / sizeof(*triggers); at++)
		if (!strcmp(triggers[at].name, what))
			return &triggers[at];
	return NULL;
}

int impair_trigger(struct pluto *pluto, const char *what, uint32_t serial, char *why, size_t size)
{
	const struct trigger *trigger = find(what);
	struct child_sa *child = pluto_find_child(pluto, serial);
	struct ike_sa *sa = pluto_find_ike(pluto, serial);

	if (!trigger)
		return -ENOENT;
	if (sa && trigger->of_ike && sa->state != IKE_SA_CONNECTING) {
		ike_sa_log(sa, PLUTO_NOTICE, "IMPAIR: %s", what);
		trigger->of_ike(sa);
		return 0;
	}
	if (child && trigger->of_child && child->state != CHILD_SA_LARVAL) {
		ike_sa_log(child->sa, PLUTO_NOTICE, "IMPAIR: %s:%" PRIu32, what, serial);
		trigger->of_child(child);
		return 0;
	}
	snprintf(why, size, "#%" PRIu32 " is no SA of that sort", serial);
	return -ESRCH;
}
