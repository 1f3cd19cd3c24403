// SPDX-License-Identifier: GPL-2.0-or-later
#include "child_sa.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "impair.h"
#include "move.h"
#include "rekey.h"
#include "route.h"
#include "shunt.h"

static const struct backend_ops *ops(const struct child_sa *child)
{
	return child->sa->pluto->backend->ops;
}

static struct backend *backend(const struct child_sa *child)
{
	return child->sa->pluto->backend;
}

void child_sa_log(const struct child_sa *child, enum pluto_log_level level, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	ike_sa_vlog(child->sa, child->connection, level, format, args);
	va_end(args);
}

void child_sa_tell(const struct child_sa *child, const char *event, const char *detail)
{
	const struct pluto *pluto = child->sa->pluto;

	if (pluto->port->child_event)
		pluto->port->child_event(pluto->arg, event, child, detail);
}

/* The stack knows the SAs of each peer of a connection for many by a number of their own. */
static uint32_t choose_reqid(const struct ike_sa *sa, const struct connection *connection)
{
	const struct child_sa *other;
	uint32_t reqid;

	if (!connection_is_template(connection) || connection->fixed_reqid)
		return connection->reqid;
	cds_list_for_each_entry(other, &sa->children, node)
		if (other->connection == connection)
			return other->reqid;
	reqid = sa->pluto->next_reqid;
	sa->pluto->next_reqid += 4;
	return reqid;
}

/**
 * child_sa_new() - a Child SA with an SPI of its own
 * @connection: the IKE SA's, or one that shares it; it has proposals
 *
 * Return: it, in the IKE SA's list; NULL, then the log says why
 */
struct child_sa *child_sa_new(struct ike_sa *sa, struct connection *connection)
{
	struct child_sa *child = calloc(1, sizeof(*child));
	int error;

	if (!child)
		return NULL;
	child->sa = sa;
	child->connection = connection_get(connection);
	child->serial = sa->pluto->next_serial++;
	child->entry.sort = PLUTO_CHILD_SA;
	child->protocol = connection->child.proposals[0].protocol;
	child->tunnel = child->connection->kind == CONNECTION_TUNNEL;
	child->reqid = choose_reqid(sa, connection);
	child_sa_set_path(child);
	cds_list_add_tail(&child->node, &sa->children);
	cds_list_add_tail(&child->owned, &connection->children);
	cds_list_add_tail(&child->entry.node, &sa->pluto->entries);
	error = ops(child)->get_spi(backend(child), child->protocol, &sa->remote.addr, &sa->local.addr, child->reqid,
				    &child->spi[0]);
	if (error || impair_fails(sa->pluto, IMPAIR_SPI)) {
		child_sa_log(child, PLUTO_ERROR, "no SPI from %s: %s", ops(child)->name,
			     ops(child)->why(backend(child)));
		child_sa_free(child, false);
		return NULL;
	}
	return child;
}

void child_sa_take_packet(struct child_sa *child, const struct child_sa *old)
{
	struct connection *connection = child->connection;

	child->has_packet = old ? old->has_packet : connection->has_packet;
	memcpy(child->packet, old ? old->packet : connection->packet, sizeof(child->packet));
	child->single = child->has_packet && connection->single_pair;
	if (!old)
		connection->has_packet = false;
}

static void direction(const struct child_sa *child, bool inbound, struct backend_sa *to)
{
	const struct ike_path *path = &child->path;
	const struct connection *connection = child->connection;

	*to = (struct backend_sa){
		.spi = child->spi[!inbound],
		.cpi = child->cpi[!inbound],
		.protocol = child->protocol,
		.inbound = inbound,
		.tunnel = child->tunnel,
		.encap = child->encap,
		.src = inbound ? path->remote : path->local,
		.dst = inbound ? path->local : path->remote,
		.suite = child->suite,
		.reqid = child->reqid,
		.window = connection->window,
		.tfc = inbound || child->no_tfc ? 0 : connection->tfc,
		.options = &connection->options,
		.physical = child->physical,
		.hard = connection->limits,
	};
	to->src_ts = inbound ? child->remote_ts : child->local_ts;
	to->dst_ts = inbound ? child->local_ts : child->remote_ts;
}

/* So much earlier that there is time to rekey; the one that began sooner, so that both do not at once. */
static uint64_t soft(uint64_t hard, bool initiator)
{
	return hard - hard / (initiator ? 4 : 8);
}

static void set_soft(const struct child_sa *child, bool initiator, struct backend_limits *to)
{
	const struct backend_limits *hard = &child->connection->limits;

	if (!child->connection->rekey)
		return;
	*to = (struct backend_limits){ .bytes = soft(hard->bytes, initiator),
				       .packets = soft(hard->packets, initiator) };
	if (to->bytes)
		child_sa_log(child, PLUTO_DEBUG, "ipsec-max-bytes=%" PRIu64 ", actual-limit=%" PRIu64, hard->bytes,
			     to->bytes);
	if (to->packets)
		child_sa_log(child, PLUTO_DEBUG, "ipsec-max-packets=%" PRIu64 ", actual-limit=%" PRIu64, hard->packets,
			     to->packets);
}

static int add(struct child_sa *child, const struct ike_child_keys *keys, bool inbound, bool initiator)
{
	struct backend_sa sa;
	int error;

	direction(child, inbound, &sa);
	set_soft(child, initiator, &sa.soft);
	sa.encr = keys->encr[inbound == initiator];
	sa.integ = keys->integ[inbound == initiator];
	error = impair_fails(child->sa->pluto, IMPAIR_SA) ? -EIO : ops(child)->sa_add(backend(child), &sa);
	ike_wipe(&sa, sizeof(sa));
	return error;
}

void child_sa_forget(const struct child_sa *child, const struct ike_path *path, bool inbound)
{
	const struct klips_addr *src = inbound ? &path->remote.addr : &path->local.addr;
	const struct klips_addr *dst = inbound ? &path->local.addr : &path->remote.addr;

	if (child->spi[!inbound])
		ops(child)->sa_delete(backend(child), child->protocol, child->spi[!inbound], src, dst);
	if (child->cpi[!inbound])
		ops(child)->sa_delete(backend(child), BACKEND_IPCOMP, child->cpi[!inbound], src, dst);
}

void child_sa_policies(const struct child_sa *child, struct policies *to)
{
	*to = (struct policies){
		.connection = child->connection,
		.local = child->local_ts,
		.remote = child->remote_ts,
		.physical = child->physical,
		.like = {
			.action = BACKEND_PROTECT,
			.protocol = child->protocol,
			.tunnel = child->tunnel,
			.local_host = child->path.local.addr,
			.remote_host = child->path.remote.addr,
			.reqid = child->reqid,
			.spi_out = child->spi[1],
			.cpi_out = child->cpi[1],
			.options = &child->connection->options,
			.physical = child->physical,
		},
	};
}

static uint32_t hash(const struct ike_ts_list *list, uint64_t seed)
{
	return klips_hash(list->ts, list->count * sizeof(list->ts[0]), seed);
}

/* Those that have policies and may be for the same traffic: of many peers few are. Peers choose selectors. */
static struct cds_list_head *alike(const struct child_sa *child)
{
	struct pluto *pluto = child->sa->pluto;
	uint32_t local = hash(&child->local_ts, pluto->hash_seed);

	return &pluto->used[hash(&child->remote_ts, pluto->hash_seed ^ local) % PLUTO_SA_BUCKETS];
}

static bool is_for_the_same(const struct child_sa *one, const struct child_sa *other)
{
	return one->connection == other->connection && one->local_ts.count == other->local_ts.count &&
	       one->remote_ts.count == other->remote_ts.count &&
	       !memcmp(one->local_ts.ts, other->local_ts.ts, one->local_ts.count * sizeof(one->local_ts.ts[0])) &&
	       !memcmp(one->remote_ts.ts, other->remote_ts.ts, one->remote_ts.count * sizeof(one->remote_ts.ts[0]));
}

/* One in whose place it is: of the same peer, which marks that are remembered mean. */
static const struct child_sa *predecessor(const struct child_sa *child)
{
	const struct child_sa *other;

	cds_list_for_each_entry(other, alike(child), alike)
		if (other != child && other->sa == child->sa && other->ref && is_for_the_same(other, child))
			return other;
	return NULL;
}

/* Where peers may look alike, it has a reference. @send: what goes out goes by it. 0, or an error that the log has */
static int refer(struct child_sa *child, bool send)
{
	const struct backend_pair pair = {
		.protocol = child->protocol,
		.spi = { child->spi[0], child->spi[1] },
		.cpi = { child->cpi[0], child->cpi[1] },
		.local = child->path.local.addr,
		.remote = child->path.remote.addr,
		.send = send,
	};
	const struct child_sa *old;
	int error;

	if (!child->connection->options.overlap || !ops(child)->sa_refer)
		return 0;
	old = child->ref ? NULL : predecessor(child);
	if (old)
		child->ref = old->ref;
	error = ops(child)->sa_refer(backend(child), &pair, &child->ref);
	if (error)
		child_sa_log(child, PLUTO_ERROR, "%s gives no reference: %s", ops(child)->name,
			     ops(child)->why(backend(child)));
	return error;
}

/* Another for the same traffic, as there is where both sides began at once: then that has its policies. */
static bool has_heir(const struct child_sa *child)
{
	struct policies policies;
	struct child_sa *other;

	cds_list_for_each_entry(other, alike(child), alike) {
		if (other->sa->state == IKE_SA_DEAD || other->state == CHILD_SA_DELETING ||
		    !is_for_the_same(other, child))
			continue;
		child_sa_policies(other, &policies);
		if (!(other->ref == child->ref && refer(other, true)) && !policies_set(&policies))
			return true;
	}
	return false;
}

/**
 * child_sa_use() - let what goes out go by this Child SA, in place of one with the same selectors
 *
 * Return: 0, or -EIO: the stack refused, and the log says why
 */
int child_sa_use(struct child_sa *child)
{
	struct policies policies, down;

	if (child->used)
		return 0;
	child_sa_policies(child, &policies);
	shunt_yield(child->connection);
	if (impair_fails(child->sa->pluto, IMPAIR_POLICY) || refer(child, true) || policies_set(&policies)) {
		/* What was there before may be gone: nothing is to go out in clear. */
		if (!has_heir(child))
			connection_down_policies(child->connection, &down);
		return -EIO;
	}
	child->used = true;
	cds_list_add_tail(&child->alike, alike(child));
	shunt_over(child->connection, &policies);
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

/* What is left is what the connection wants while it is down, from before these go. */
static void unuse(struct child_sa *child, bool replaced)
{
	struct pluto *pluto = child->sa->pluto;
	struct policies policies, down;

	child->used = false;
	cds_list_del(&child->alike);
	if (replaced || has_heir(child))
		return;
	if (pluto->port->updown)
		pluto->port->updown(pluto->arg, "down", child);
	child_sa_policies(child, &policies);
	policies_delete(&policies, connection_down_policies(child->connection, &down) ? &down : NULL);
}

static void announce(const struct child_sa *child)
{
	char suite[160], local[160] = "", remote[160] = "", ipcomp[40] = "";

	ike_suite_print(suite, sizeof(suite), &child->suite);
	ike_ts_print(local, sizeof(local), &child->local_ts.ts[0]);
	ike_ts_print(remote, sizeof(remote), &child->remote_ts.ts[0]);
	if (child->cpi[1])
		snprintf(ipcomp, sizeof(ipcomp), " IPCOMP=>0x%08x <0x%08x", ntohl(child->cpi[1]), ntohl(child->cpi[0]));
	child_sa_log(child, PLUTO_NOTICE,
		     "Child SA #%" PRIu32 " established, %s mode, %s%s === %s%s {%s=>0x%08x <0x%08x %s%s%s}",
		     child->serial, child->tunnel ? "tunnel" : "transport", local,
		     child->local_ts.count > 1 ? " and more" : "", remote,
		     child->remote_ts.count > 1 ? " and more" : "", child->protocol == IKE_PROTO_AH ? "AH" : "ESP",
		     ntohl(child->spi[1]), ntohl(child->spi[0]), suite, ipcomp, child->encap ? " in UDP" : "");
	child_sa_tell(child, "child-up", suite);
}

/* Inbound first: what the peer sends is understood before this side sends. */
static int add_both(struct child_sa *child, const struct ike_nonce nonce[2], struct ike_slice shared, bool initiator)
{
	const struct ike_sa *sa = child->sa;
	struct ike_child_keys keys;
	int error = ike_child_keys_derive(&keys, &child->suite, sa->suite.prf, &sa->keys.d, shared,
					  ike_nonce_slice(&nonce[0]), ike_nonce_slice(&nonce[1]));

	if (!error && sa->pluto->port->child_keys)
		sa->pluto->port->child_keys(sa->pluto->arg, child, &keys, initiator);
	if (!error && (add(child, &keys, true, initiator) || add(child, &keys, false, initiator))) {
		child_sa_log(child, PLUTO_ERROR, "%s takes no SA: %s", ops(child)->name,
			     ops(child)->why(backend(child)));
		error = -EIO;
	}
	ike_wipe(&keys, sizeof(keys));
	return error;
}

/**
 * child_sa_install() - give a Child SA its keys: RFC 7296, 2.17
 * @nonce: of the exchange that made it
 * @shared: of its key exchange; empty: there was none
 * @initiator: whether this side began that exchange
 * @use: let what goes out go by it at once
 *
 * Return: 0, or a negative errno: the stack refused, and the log says why; the Child SA is to be freed
 */
int child_sa_install(struct child_sa *child, const struct ike_nonce nonce[2], struct ike_slice shared, bool initiator,
		     bool use)
{
	int error = add_both(child, nonce, shared, initiator);

	if (!error)
		error = refer(child, false);
	if (!error && use)
		error = child_sa_use(child);
	if (error)
		return error;
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
	if (child->used)
		unuse(child, replaced);
	child_sa_forget(child, &child->path, false);
	child_sa_forget(child, &child->path, true);
	child_sa_tell(child, child->installed ? "child-down" : "child-failed", NULL);
	forget_successor(child);
	cds_list_del(&child->node);
	cds_list_del(&child->owned);
	cds_list_del(&child->entry.node);
	if (!child->installed)
		shunt_failed(child->connection);
	connection_put(child->connection);
	free(child);
}

struct child_sa *child_sa_find(struct ike_sa *sa, uint8_t protocol, uint32_t spi, bool inbound)
{
	struct child_sa *child;

	if (!spi)
		return NULL;
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
