// SPDX-License-Identifier: GPL-2.0-or-later
#include "presence.h"

#include <errno.h>

#include "move.h"
#include "rekey.h"
#include "route.h"
#include "shunt.h"

static bool is_in_stack(const struct child_sa *child)
{
	struct backend *backend = child->sa->pluto->backend;
	struct backend_usage usage;

	return backend->ops->sa_usage(backend, child->protocol, child->spi[0], &child->path.remote.addr,
				      &child->path.local.addr, &usage) != -ENOENT;
}

/*
 * Nobody keeps its keys: the peer is asked for another in its place. Until that is there its policies lead to an SA
 * that is not, so that nothing goes out in clear.
 */
static void make_anew(struct child_sa *child)
{
	const struct pluto *pluto = child->sa->pluto;
	struct policies policies;

	child_sa_log(child, PLUTO_NOTICE, "Child SA #%u is not in the stack any more", child->serial);
	child_sa_policies(child, &policies);
	if (child->used && !policies_set(&policies) && pluto->port->updown)
		pluto->port->updown(pluto->arg, "arrive", child);
	child_sa_rekey_start(child);
}

static void set_policies(struct connection *connection)
{
	shunt_again(connection);
	if (connection->routed)
		connection_route(connection);
}

/**
 * pluto_presence() - the stack has gone, or is there again
 * @there: which of both
 *
 * Child SAs that it still has are left alone: then it was but the connection to it that had gone.
 */
void pluto_presence(struct pluto *pluto, bool there)
{
	struct connection *connection;
	struct child_sa *child, *next;
	struct ike_sa *sa;

	pluto_log(pluto, there ? PLUTO_NOTICE : PLUTO_ERROR, "%s %s", pluto->backend->ops->name,
		  there ? "is there again" :
			  "has gone: until it runs again nothing is protected, and traffic may go in clear");
	if (!there)
		return;
	cds_list_for_each_entry(connection, &pluto->connections, node)
		set_policies(connection);
	cds_list_for_each_entry(sa, &pluto->sas, node)
		cds_list_for_each_entry_safe(child, next, &sa->children, node)
			if (child->state == CHILD_SA_INSTALLED && !is_in_stack(child))
				make_anew(child);
}
