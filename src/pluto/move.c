// SPDX-License-Identifier: GPL-2.0-or-later
#include "move.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <string.h>

#include "rekey.h"

static struct backend *backend_of(const struct child_sa *child)
{
	return child->sa->pluto->backend;
}

static bool is_in_udp(const struct child_sa *child)
{
	return (child->sa->nat_local || child->sa->nat_remote) && !child->connection->no_encapsulation;
}

void child_sa_set_path(struct child_sa *child)
{
	const struct ike_sa *sa = child->sa;
	const struct pluto_port *port = sa->pluto->port;

	child->path = ike_sa_path(sa);
	child->encap = is_in_udp(child);
	memcpy(child->physical, child->connection->physical, sizeof(child->physical));
	if (port->device)
		port->device(sa->pluto->arg, &sa->local.addr, child->physical);
}

static int move_one(const struct child_sa *child, const struct ike_path *from, bool inbound, uint8_t protocol,
		    uint32_t spi)
{
	const struct ike_path *to = &child->path;
	const struct backend_move move = {
		.protocol = protocol,
		.spi = spi,
		.inbound = inbound,
		.from = inbound ? from->local.addr : from->remote.addr,
		.encap = child->encap,
		.src = inbound ? to->remote : to->local,
		.dst = inbound ? to->local : to->remote,
	};

	return backend_of(child)->ops->sa_move(backend_of(child), &move);
}

static int move(const struct child_sa *child, const struct ike_path *from, bool inbound)
{
	int error = move_one(child, from, inbound, child->protocol, child->spi[!inbound]);

	if (!error && child->cpi[!inbound])
		error = move_one(child, from, inbound, BACKEND_IPCOMP, child->cpi[!inbound]);
	return error;
}

/* Where an SA's destination is another, the stack has it at both until here; where it was not moved, at the old one. */
static void forget_path(const struct child_sa *child, const struct ike_path *old, bool failed)
{
	const struct ike_path *now = &child->path;

	if (failed || !klips_addr_equal(&old->remote.addr, &now->remote.addr))
		child_sa_forget(child, old, false);
	if (failed || !klips_addr_equal(&old->local.addr, &now->local.addr))
		child_sa_forget(child, old, true);
}

/* From before it is taken away, so that nothing goes out in clear. */
static void go_anew(struct child_sa *child)
{
	const struct backend_ops *ops = backend_of(child)->ops;

	child_sa_log(child, PLUTO_ERROR, "%s does not move Child SA #%" PRIu32 ": %s", ops->name, child->serial,
		     ops->why(backend_of(child)));
	child_sa_rekey_start(child);
}

static void announce(const struct child_sa *child)
{
	char local[INET6_ADDRSTRLEN] = "", remote[INET6_ADDRSTRLEN] = "";

	klips_addr_print(local, sizeof(local), &child->path.local.addr);
	klips_addr_print(remote, sizeof(remote), &child->path.remote.addr);
	child_sa_log(child, PLUTO_NOTICE, "Child SA #%" PRIu32 " goes between %s and %s now%s", child->serial, local,
		     remote, child->encap ? ", in UDP" : "");
}

static void move_in_stack(struct child_sa *child, const struct ike_path *old)
{
	struct policies policies;
	bool failed = move(child, old, true) || move(child, old, false);

	if (failed)
		go_anew(child);
	else
		announce(child);
	child_sa_policies(child, &policies);
	if (child->used)
		policies_set(&policies);
	forget_path(child, old, failed);
}

static void tell(const struct child_sa *child, const char *verb)
{
	const struct pluto *pluto = child->sa->pluto;

	if (child->used && pluto->port->updown)
		pluto->port->updown(pluto->arg, verb, child);
}

/**
 * child_sa_move() - have its packets go by the IKE SA's path, in UDP if there is a NAT now
 *
 * No packet is lost where the stack can move SAs. If it refuses, the log has that, and the Child SA is rekeyed. One
 * without keys has but its SPI, which is given to the stack again when it has them.
 */
void child_sa_move(struct child_sa *child)
{
	const struct child_sa before = *child;
	const struct ike_path now = ike_sa_path(child->sa);

	if (ike_path_equal(&before.path, &now) && child->encap == is_in_udp(child))
		return;
	child_sa_set_path(child);
	if (child->state == CHILD_SA_LARVAL) {
		forget_path(child, &before.path, false);
		return;
	}
	tell(&before, "leave");
	move_in_stack(child, &before.path);
	tell(child, "arrive");
	if (strcmp(before.physical, child->physical) != 0)
		tell(&before, "left");
}

void child_sas_move(struct ike_sa *sa)
{
	struct child_sa *child;

	cds_list_for_each_entry(child, &sa->children, node)
		child_sa_move(child);
}

/**
 * ike_sa_follow() - a peer's NAT gives it another address or port: RFC 7296, 2.23
 * @remote: where an authentic message came from that was not seen before
 */
void ike_sa_follow(struct ike_sa *sa, const struct ike_endpoint *remote)
{
	char text[INET6_ADDRSTRLEN] = "";

	if (!sa->nat_remote || sa->nat_local || ike_endpoint_equal(&sa->remote, remote))
		return;
	klips_addr_print(text, sizeof(text), &remote->addr);
	ike_sa_log(sa, PLUTO_NOTICE, "the peer's NAT has it at %s port %u now", text, remote->port);
	sa->remote = *remote;
	child_sas_move(sa);
}

/**
 * pluto_mapped() - ESP in UDP came from elsewhere than before, and was authentic
 * @spi: of the SA that it came by; @dst: that SA's destination
 * @now: where from
 */
void pluto_mapped(void *arg, uint32_t spi, const struct klips_addr *dst, const struct ike_endpoint *now)
{
	const struct child_sa *child;
	struct pluto *pluto = arg;
	struct ike_sa *sa;

	cds_list_for_each_entry(sa, &pluto->sas, node) {
		if (!klips_addr_equal(dst, &sa->local.addr) || dst->version != now->addr.version)
			continue;
		child = child_sa_find(sa, IKE_PROTO_ESP, spi, true);
		if (!child || child->state == CHILD_SA_LARVAL)
			continue;
		ike_sa_follow(sa, now);
		return;
	}
}
