// SPDX-License-Identifier: GPL-2.0-or-later
/* MOBIKE's own requests: new addresses, other addresses, and whether the peer is where it says. RFC 4555, 3.5 to 3.7.
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "mobike.h"
#include "move.h"
#include "natd.h"

/**
 * struct request - one
 * @moves: of struct mobike, when it was made
 */
struct request {
	struct ike_exchange exchange;
	uint8_t cookie[MOBIKE_COOKIE];
	unsigned int moves;
};

static const struct ike_exchange_ops update_ops, tell_ops, check_ops;

static struct request *request_of(struct ike_exchange *exchange)
{
	return caa_container_of(exchange, struct request, exchange);
}

/* @flag: of struct mobike: whether there is one already */
static void start(struct ike_sa *sa, const struct ike_exchange_ops *ops, bool *flag, const struct ike_path *by)
{
	struct request *request = *flag ? NULL : calloc(1, sizeof(*request));

	if (!request)
		return;
	*flag = true;
	if (by)
		request->exchange.by = *by;
	ike_exchange_start(sa, &request->exchange, ops);
}

/* An IKE SA that another has replaced says nothing more about addresses. */
static bool is_over(const struct ike_sa *sa)
{
	return !sa->mobike || sa->state > IKE_SA_ESTABLISHED;
}

static void put_cookie(struct request *request, struct ike_builder *builder)
{
	struct ike_sa *sa = request->exchange.sa;

	request->moves = sa->mobike->moves;
	pluto_bytes(sa->pluto, request->cookie, sizeof(request->cookie));
	ike_put_status(builder, N_COOKIE2, (struct ike_slice){ request->cookie, sizeof(request->cookie) });
}

/* RFC 4555, 3.7: without it, somebody guessed what this side would ask, and the SA must end. */
static bool has_cookie(const struct request *request, const struct ike_message *message)
{
	struct ike_notify notify;

	if (ike_notify_find(message, N_COOKIE2, &notify) && notify.data.length == sizeof(request->cookie) &&
	    ike_equal(notify.data.data, request->cookie, sizeof(request->cookie)))
		return true;
	ike_sa_log(request->exchange.sa, PLUTO_NOTICE, "the peer does not repeat the cookie");
	return false;
}

static void put_own(struct ike_sa *sa, struct ike_builder *builder)
{
	mobike_other_addresses(sa, &sa->mobike->told);
	if (sa->mobike->told.count)
		mobike_put_addresses(builder, &sa->mobike->told);
	else
		ike_put_status(builder, N_NO_ADDITIONAL_ADDRESSES, (struct ike_slice){ 0 });
}

static enum ike_outcome build_update(struct ike_exchange *exchange, struct ike_builder *builder)
{
	struct ike_sa *sa = exchange->sa;
	const struct ike_path path = ike_sa_path(sa);

	if (is_over(sa))
		return IKE_DROP;
	put_own(sa, builder);
	ike_put_status(builder, N_UPDATE_SA_ADDRESSES, (struct ike_slice){ 0 });
	if (sa->nat_known)
		ike_natd_put(sa, builder);
	if (mobike_forbids_nat(sa))
		mobike_put_no_nats(&path, builder);
	put_cookie(request_of(exchange), builder);
	return IKE_DONE;
}

static bool is_own(const struct ike_sa *sa, const struct klips_addr *addr)
{
	const struct pluto_port *port = sa->pluto->port;
	char device[16];

	return !port->device || port->device(sa->pluto->arg, addr, device);
}

/* What the peer knows is the way before, if that is still there; otherwise both begin anew. */
static void take_refusal(struct ike_sa *sa, uint16_t error)
{
	const struct ike_path *before = &sa->mobike->before;

	ike_sa_log(sa, PLUTO_NOTICE, "the peer refuses the address: %s", ike_notify_name(error));
	if (!is_own(sa, &before->local.addr)) {
		ike_delete_start(sa);
		return;
	}
	sa->local = before->local;
	sa->remote = before->remote;
}

static void take_update(struct ike_sa *sa, const struct ike_message *message)
{
	if (ike_notify_find(message, N_NAT_DETECTION_SOURCE_IP, NULL))
		ike_natd_take(sa, message);
	sa->mobike->before = ike_sa_path(sa);
	child_sas_move(sa);
}

static enum ike_outcome take_updated(struct ike_exchange *exchange, const struct ike_message *message)
{
	struct request *request = request_of(exchange);
	struct ike_sa *sa = exchange->sa;
	uint16_t error = ike_notify_error(message);

	if (!has_cookie(request, message))
		return IKE_END;
	if (is_over(sa))
		return IKE_DONE;
	sa->mobike->updating = false;
	if (request->moves != sa->mobike->moves)
		ike_mobike_update_start(sa);
	else if (error)
		take_refusal(sa, error);
	else
		take_update(sa, message);
	return IKE_DONE;
}

static void end_update(struct ike_exchange *exchange, bool answered)
{
	(void)answered;
	free(request_of(exchange));
}

static const struct ike_exchange_ops update_ops = {
	.name = "INFORMATIONAL (update addresses)",
	.exchange = INFORMATIONAL,
	.build = build_update,
	.answer = take_updated,
	.end = end_update,
};

void ike_mobike_update_start(struct ike_sa *sa)
{
	start(sa, &update_ops, &sa->mobike->updating, NULL);
}

void ike_mobike_move(struct ike_sa *sa, const struct ike_path *path)
{
	char local[INET6_ADDRSTRLEN] = "", remote[INET6_ADDRSTRLEN] = "";

	klips_addr_print(local, sizeof(local), &path->local.addr);
	klips_addr_print(remote, sizeof(remote), &path->remote.addr);
	ike_sa_log(sa, PLUTO_NOTICE, "moving to %s, with the peer at %s", local, remote);
	sa->local = path->local;
	sa->remote = path->remote;
	sa->mobike->moves++;
	sa->mobike->has_seen = false;
	ike_exchange_resend(sa);
	ike_mobike_update_start(sa);
}

static enum ike_outcome build_tell(struct ike_exchange *exchange, struct ike_builder *builder)
{
	if (is_over(exchange->sa))
		return IKE_DROP;
	exchange->apart = exchange->by.local.addr.version;
	put_own(exchange->sa, builder);
	return IKE_DONE;
}

static enum ike_outcome take_told(struct ike_exchange *exchange, const struct ike_message *message)
{
	(void)exchange;
	(void)message;
	return IKE_DONE;
}

static void end_tell(struct ike_exchange *exchange, bool answered)
{
	(void)answered;
	if (exchange->sa->mobike)
		exchange->sa->mobike->telling = false;
	free(request_of(exchange));
}

static const struct ike_exchange_ops tell_ops = {
	.name = "INFORMATIONAL (additional addresses)",
	.exchange = INFORMATIONAL,
	.build = build_tell,
	.answer = take_told,
	.end = end_tell,
};

void ike_mobike_tell_start(struct ike_sa *sa, const struct ike_path *by)
{
	start(sa, &tell_ops, &sa->mobike->telling, by);
}

static enum ike_outcome build_check(struct ike_exchange *exchange, struct ike_builder *builder)
{
	if (is_over(exchange->sa))
		return IKE_DROP;
	/* libreswan repeats the cookie only where it is asked about NATs, too. */
	if (exchange->sa->nat_known)
		ike_natd_put(exchange->sa, builder);
	put_cookie(request_of(exchange), builder);
	return IKE_DONE;
}

static enum ike_outcome take_checked(struct ike_exchange *exchange, const struct ike_message *message)
{
	struct request *request = request_of(exchange);
	struct ike_sa *sa = exchange->sa;

	if (!has_cookie(request, message))
		return IKE_END;
	if (is_over(sa))
		return IKE_DONE;
	sa->mobike->checking = false;
	if (request->moves != sa->mobike->moves)
		ike_mobike_check_start(sa);
	else
		child_sas_move(sa);
	return IKE_DONE;
}

static const struct ike_exchange_ops check_ops = {
	.name = "INFORMATIONAL (return routability)",
	.exchange = INFORMATIONAL,
	.build = build_check,
	.answer = take_checked,
	.end = end_update,
};

void ike_mobike_check_start(struct ike_sa *sa)
{
	start(sa, &check_ops, &sa->mobike->checking, NULL);
}

static void address_is_gone(struct ike_sa *sa)
{
	const struct pluto_port *port = sa->pluto->port;
	struct ike_path path = ike_sa_path(sa);

	/* Without a route there is nothing to do until there is one: then this is called again. */
	if (!port->source || !port->source(sa->pluto->arg, &sa->remote.addr, &path.local.addr))
		return;
	if (sa->mobike->decides)
		ike_mobike_move(sa, &path);
	else
		ike_mobike_tell_start(sa, &path);
}

void ike_mobike_tell_anew(struct ike_sa *sa)
{
	if (is_own(sa, &sa->local.addr))
		ike_mobike_tell_start(sa, NULL);
	else
		address_is_gone(sa);
}

static bool is_same(const struct mobike_addresses *a, const struct mobike_addresses *b)
{
	unsigned int at;

	for (at = 0; at < a->count; at++)
		if (!mobike_has(b, &a->list[at]))
			return false;
	return a->count == b->count;
}

static void look_again(struct ike_sa *sa)
{
	struct mobike_addresses told = sa->mobike->told;

	if (is_own(sa, &sa->local.addr)) {
		mobike_other_addresses(sa, &sa->mobike->told);
		if (is_same(&told, &sa->mobike->told))
			return;
	}
	ike_mobike_tell_anew(sa);
}

/**
 * pluto_addresses_changed() - this host's addresses or routes are others now
 *
 * Whoever began an SA whose address is gone moves to the one that packets to the peer go from now; both tell of those
 * that they have besides.
 */
void pluto_addresses_changed(struct pluto *pluto)
{
	struct ike_sa *sa, *next;

	cds_list_for_each_entry_safe(sa, next, &pluto->sas, node)
		if (sa->mobike && sa->state == IKE_SA_ESTABLISHED)
			look_again(sa);
}
