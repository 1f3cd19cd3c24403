// SPDX-License-Identifier: GPL-2.0-or-later
#include "ipcomp.h"

#include <arpa/inet.h>

#include "exchange.h"

#define DEFLATE	   2  /* RFC 7296, 3.10.1: transform IDs of IPCOMP */
#define OFFER_SIZE 3  /* bytes: a CPI and a transform ID, and no attributes: DEFLATE has none */
#define CPI_LOWEST 64 /* RFC 3173, 3.3: those below stand for algorithms, and no two SAs could have one */

static struct backend *backend(const struct child_sa *child)
{
	return child->sa->pluto->backend;
}

/* Nothing is lost without: a Child SA that does not compress is as safe. */
static bool get_cpi(struct child_sa *child)
{
	const struct backend_ops *ops = backend(child)->ops;
	uint32_t cpi = 0;

	if (child->cpi[0])
		return true;
	if (ops->get_spi(backend(child), BACKEND_IPCOMP, &child->path.remote.addr, &child->path.local.addr,
			 child->reqid, &cpi)) {
		child_sa_log(child, PLUTO_NOTICE, "no IPCOMP: no CPI from %s: %s", ops->name, ops->why(backend(child)));
		return false;
	}
	child->cpi[0] = cpi;
	return true;
}

static void give_up(struct child_sa *child)
{
	backend(child)->ops->sa_delete(backend(child), BACKEND_IPCOMP, child->cpi[0], &child->path.remote.addr,
				       &child->path.local.addr);
	child->cpi[0] = 0;
}

void ipcomp_put(const struct child_sa *child, struct ike_builder *builder)
{
	const uint32_t cpi = ntohl(child->cpi[0]);
	const uint8_t data[OFFER_SIZE] = { (uint8_t)(cpi >> 8), (uint8_t)cpi, DEFLATE };

	if (child->cpi[0])
		ike_put_status(builder, N_IPCOMP_SUPPORTED, (struct ike_slice){ data, sizeof(data) });
}

void ipcomp_put_offer(struct child_sa *child, struct ike_builder *builder)
{
	if (get_cpi(child))
		ipcomp_put(child, builder);
}

/* The CPI for DEFLATE among what a message has, one notification for each algorithm; 0: there is none. */
static uint32_t find(const struct ike_message *message)
{
	const struct ike_payload *payload = ike_payload_find(message, IKE_P_NOTIFY);
	struct ike_notify notify;
	const char *why;
	uint32_t cpi;

	for (; payload; payload = ike_payload_next(message, payload)) {
		if (ike_notify_read(&notify, payload, &why) || notify.type != N_IPCOMP_SUPPORTED ||
		    notify.data.length < OFFER_SIZE || notify.data.data[2] != DEFLATE)
			continue;
		cpi = (uint32_t)notify.data.data[0] << 8 | notify.data.data[1];
		if (cpi >= CPI_LOWEST)
			return htonl(cpi);
	}
	return 0;
}

void ipcomp_take_answer(struct child_sa *child, const struct ike_message *message)
{
	if (!child->cpi[0])
		return;
	child->cpi[1] = find(message);
	if (child->cpi[1])
		return;
	child_sa_log(child, PLUTO_NOTICE, "the peer refuses IPCOMP: packets are not compressed");
	give_up(child);
}

void ipcomp_choose(struct child_sa *child, const struct ike_message *request)
{
	const uint32_t cpi = find(request);

	if (cpi && get_cpi(child))
		child->cpi[1] = cpi;
}
