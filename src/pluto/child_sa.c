// SPDX-License-Identifier: GPL-2.0-or-later
#include "child_sa.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "rekey.h"
#include "route.h"

static const struct backend_ops *ops(const struct child_sa *child)
{
	return child->sa->pluto->backend->ops;
}

static struct backend *backend(const struct child_sa *child)
{
	return child->sa->pluto->backend;
}

/**
 * child_sa_new() - a Child SA with an SPI of its own
 * @protocol: IKE_PROTO_ESP or IKE_PROTO_AH
 *
 * Return: it, in the IKE SA's list; NULL, then the log says why
 */
struct child_sa *child_sa_new(struct ike_sa *sa, uint8_t protocol)
{
	struct child_sa *child = calloc(1, sizeof(*child));
	int error;

	if (!child)
		return NULL;
	child->sa = sa;
	child->connection = connection_get(sa->connection);
	child->serial = sa->pluto->next_serial++;
	child->protocol = protocol;
	child->tunnel = child->connection->kind == CONNECTION_TUNNEL;
	cds_list_add_tail(&child->node, &sa->children);
	error = ops(child)->get_spi(backend(child), protocol, &sa->remote.addr, &sa->local.addr,
				    child->connection->reqid, &child->spi[0]);
	if (error) {
		ike_sa_log(sa, PLUTO_ERROR, "no SPI from %s: %s", ops(child)->name, ops(child)->why(backend(child)));
		child_sa_free(child, false);
		return NULL;
	}
	return child;
}

static void direction(const struct child_sa *child, bool inbound, struct backend_sa *to)
{
	const struct ike_sa *sa = child->sa;
	bool one = child->local_ts.count == 1 && child->remote_ts.count == 1;
	const struct connection *connection = child->connection;

	*to = (struct backend_sa){
		.spi = child->spi[!inbound],
		.protocol = child->protocol,
		.inbound = inbound,
		.tunnel = child->tunnel,
		.encap = sa->nat_local || sa->nat_remote,
		.src = inbound ? sa->remote : sa->local,
		.dst = inbound ? sa->local : sa->remote,
		.suite = child->suite,
		.reqid = connection->reqid,
		.window = connection->window,
		.hard = connection->limits,
	};
	if (one) {
		to->src_ts = inbound ? child->remote_ts.ts[0] : child->local_ts.ts[0];
		to->dst_ts = inbound ? child->local_ts.ts[0] : child->remote_ts.ts[0];
	}
}

static int add(struct child_sa *child, const struct ike_child_keys *keys, bool inbound, bool initiator)
{
	struct backend_sa sa;
	int error;

	direction(child, inbound, &sa);
	sa.encr = keys->encr[inbound == initiator];
	sa.integ = keys->integ[inbound == initiator];
	error = ops(child)->sa_add(backend(child), &sa);
	ike_wipe(&sa, sizeof(sa));
	return error;
}

static void delete (const struct child_sa *child, bool inbound)
{
	const struct ike_sa *sa = child->sa;
	const struct klips_addr *src = inbound ? &sa->remote.addr : &sa->local.addr;
	const struct klips_addr *dst = inbound ? &sa->local.addr : &sa->remote.addr;

	if (child->spi[!inbound])
		ops(child)->sa_delete(backend(child), child->protocol, child->spi[!inbound], src, dst);
}

static void policy(const struct child_sa *child, const struct ike_ts *local, const struct ike_ts *remote,
		   struct backend_policy *to)
{
	*to = (struct backend_policy){
		.local = *local,
		.remote = *remote,
		.action = BACKEND_PROTECT,
		.protocol = child->protocol,
		.tunnel = child->tunnel,
		.local_host = child->sa->local.addr,
		.remote_host = child->sa->remote.addr,
		.reqid = child->connection->reqid,
		.spi_out = child->spi[1],
	};
}

/* Of each pair of selectors, so far as they go; returns how many went well. */
static unsigned int policies(struct child_sa *child, int (*change)(struct backend *, const struct backend_policy *),
			     unsigned int most)
{
	const struct ike_ts_list *local = &child->local_ts, *remote = &child->remote_ts;
	struct backend_policy one;
	unsigned int at;

	for (at = 0; at < most && at < local->count * remote->count; at++) {
		policy(child, &local->ts[at / remote->count], &remote->ts[at % remote->count], &one);
		if (change == ops(child)->policy_set && child->connection->physical[0] && ops(child)->attach &&
		    ops(child)->attach(backend(child), child->connection->physical, one.device))
			break;
		if (change(backend(child), &one))
			break;
	}
	return at;
}

/**
 * child_sa_use() - let what goes out go by this Child SA, in place of one with the same selectors
 *
 * Return: 0, or -EIO: the stack refused, and the log says why
 */
int child_sa_use(struct child_sa *child)
{
	unsigned int all = child->local_ts.count * child->remote_ts.count, done;

	if (child->used)
		return 0;
	done = policies(child, ops(child)->policy_set, all);
	if (done < all) {
		ike_sa_log(child->sa, PLUTO_ERROR, "%s takes no policy: %s", ops(child)->name,
			   ops(child)->why(backend(child)));
		policies(child, ops(child)->policy_delete, done);
		return -EIO;
	}
	child->used = true;
	if (child->sa->pluto->port->updown)
		child->sa->pluto->port->updown(child->sa->pluto->arg, "up", child);
	return 0;
}

bool child_sa_hand_over(struct child_sa *child)
{
	return child->successor && !child_sa_use(child->successor);
}

/* Nobody hands over to one that is gone. */
static void forget_successor(const struct child_sa *gone)
{
	struct child_sa *child;

	cds_list_for_each_entry(child, &gone->sa->children, node)
		if (child->successor == gone)
			child->successor = NULL;
}

static bool has_all_selectors(const struct child_sa *child)
{
	const struct connection *connection = child->connection;
	struct ike_ts_list local, remote;

	connection_selectors(connection, &connection->local.host, &connection->remote.host, &local, &remote);
	return local.count == child->local_ts.count && remote.count == child->remote_ts.count &&
	       !memcmp(local.ts, child->local_ts.ts, local.count * sizeof(local.ts[0])) &&
	       !memcmp(remote.ts, child->remote_ts.ts, remote.count * sizeof(remote.ts[0]));
}

/* What is left is what the connection wants while it is down: in place of these, if they are for the same traffic. */
static void unuse(struct child_sa *child)
{
	struct pluto *pluto = child->sa->pluto;

	if (pluto->port->updown)
		pluto->port->updown(pluto->arg, "down", child);
	child->used = false;
	if (!child->connection->routed || !has_all_selectors(child))
		policies(child, ops(child)->policy_delete, UINT32_MAX);
	if (child->connection->routed)
		connection_route(child->connection);
}

static void announce(const struct child_sa *child)
{
	char suite[160], local[160] = "", remote[160] = "";

	ike_suite_print(suite, sizeof(suite), &child->suite);
	ike_ts_print(local, sizeof(local), &child->local_ts.ts[0]);
	ike_ts_print(remote, sizeof(remote), &child->remote_ts.ts[0]);
	ike_sa_log(child->sa, PLUTO_NOTICE,
		   "Child SA #%" PRIu32 " established, %s mode, %s%s === %s%s {%s=>0x%08x <0x%08x %s%s}", child->serial,
		   child->tunnel ? "tunnel" : "transport", local, child->local_ts.count > 1 ? " and more" : "", remote,
		   child->remote_ts.count > 1 ? " and more" : "", child->protocol == IKE_PROTO_AH ? "AH" : "ESP",
		   ntohl(child->spi[1]), ntohl(child->spi[0]), suite,
		   child->sa->nat_local || child->sa->nat_remote ? " in UDP" : "");
	if (child->sa->pluto->port->event)
		child->sa->pluto->port->event(child->sa->pluto->arg, "child-up", child->sa, suite);
}

/**
 * child_sa_install() - give a Child SA its keys
 * @initiator: whether this side began the exchange that made it
 * @use: let what goes out go by it at once
 *
 * Inbound first: what the peer sends is understood before this side sends. Return: 0, or -EIO: the stack refused; the
 * log says why, and nothing is installed
 */
int child_sa_install(struct child_sa *child, const struct ike_child_keys *keys, bool initiator, bool use)
{
	if (add(child, keys, true, initiator) || add(child, keys, false, initiator)) {
		ike_sa_log(child->sa, PLUTO_ERROR, "%s takes no SA: %s", ops(child)->name,
			   ops(child)->why(backend(child)));
		return -EIO;
	}
	if (use && child_sa_use(child))
		return -EIO;
	child->state = CHILD_SA_INSTALLED;
	child->installed = pluto_now(child->sa->pluto);
	announce(child);
	child_sa_schedule(child);
	return 0;
}

/**
 * child_sa_free() - take it from the stack
 * @replaced: its policies are another's now
 */
void child_sa_free(struct child_sa *child, bool replaced)
{
	struct pluto *pluto = child->sa->pluto;

	pluto_timer_cancel(&pluto->timers, &child->rekey);
	pluto_timer_cancel(&pluto->timers, &child->expire);
	if (child->used && !replaced)
		unuse(child);
	delete (child, false);
	delete (child, true);
	if (child->state != CHILD_SA_LARVAL && pluto->port->event)
		pluto->port->event(pluto->arg, "child-down", child->sa, NULL);
	forget_successor(child);
	cds_list_del(&child->node);
	connection_put(child->connection);
	free(child);
}

struct child_sa *child_sa_find(struct ike_sa *sa, uint8_t protocol, uint32_t spi, bool inbound)
{
	struct child_sa *child;

	cds_list_for_each_entry(child, &sa->children, node)
		if (child->protocol == protocol && child->spi[!inbound] == spi)
			return child;
	return NULL;
}

void child_sas_end(struct ike_sa *sa)
{
	struct child_sa *child, *next;

	cds_list_for_each_entry_safe(child, next, &sa->children, node)
		child_sa_free(child, false);
}
