// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * SAs of XFRM that get other outer addresses. XFRM_MSG_MIGRATE would do so too, but not every kernel has it, and it
 * wants policies. So the kernel is asked for all that the SA is, which is given back with its new addresses.
 */
#include <linux/udp.h>

#include "netkey.h"

/*
 * Packets that may go out by the old one after it was asked for, until policies lead to the new one: what the new one
 * numbers begins after them, so that none is used twice. Receivers do not mind.
 */
#define NUMBERS_SKIPPED 65536

/* What was asked for: as the kernel tells it, so that it may be told the same. */
struct copy {
	const struct backend_move *move;
	struct netkey_request *request;
	bool found;
};

static void set_addresses(struct xfrm_usersa_info *info, const struct backend_move *move)
{
	netkey_put_addr(&info->id.daddr, &move->dst.addr);
	netkey_put_addr(&info->saddr, &move->src.addr);
	info->family = netkey_family(move->dst.addr.version);
	/* Those of a transport SA are its packets'. */
	if (info->mode != XFRM_MODE_TUNNEL)
		memset(&info->sel, 0, sizeof(info->sel));
}

static void skip(uint32_t *number)
{
	*number = *number > UINT32_MAX - NUMBERS_SKIPPED ? UINT32_MAX : *number + NUMBERS_SKIPPED;
}

static void copy_replay(const struct copy *copy, const struct nlattr *attr)
{
	struct xfrm_replay_state state;

	if (mnl_attr_get_payload_len(attr) < sizeof(state))
		return;
	memcpy(&state, mnl_attr_get_payload(attr), sizeof(state));
	if (!copy->move->inbound)
		skip(&state.oseq);
	netkey_put(copy->request, XFRMA_REPLAY_VAL, &state, sizeof(state));
}

static void copy_replay_esn(const struct copy *copy, const struct nlattr *attr, bool esn)
{
	union {
		struct xfrm_replay_state_esn state;
		uint8_t room[NETKEY_ROOM];
	} replay;
	size_t size = mnl_attr_get_payload_len(attr);
	uint64_t number;

	if (size < sizeof(replay.state) || size > sizeof(replay))
		return;
	memcpy(&replay, mnl_attr_get_payload(attr), size);
	number = (uint64_t)replay.state.oseq_hi << 32 | replay.state.oseq;
	if (!copy->move->inbound && esn) {
		number += NUMBERS_SKIPPED;
		replay.state.oseq = (uint32_t)number;
		replay.state.oseq_hi = (uint32_t)(number >> 32);
	} else if (!copy->move->inbound) {
		skip(&replay.state.oseq);
	}
	netkey_put(copy->request, XFRMA_REPLAY_ESN_VAL, &replay, size);
}

static void put_encap(const struct copy *copy)
{
	const struct backend_move *move = copy->move;
	struct xfrm_encap_tmpl encap = {
		.encap_type = UDP_ENCAP_ESPINUDP,
		.encap_sport = htons(move->src.port),
		.encap_dport = htons(move->dst.port),
	};

	if (move->encap && move->protocol == IKE_PROTO_ESP)
		netkey_put(copy->request, XFRMA_ENCAP, &encap, sizeof(encap));
}

/* What has been counted counts towards the limits still. */
static void put_lifetime(const struct copy *copy, const struct xfrm_usersa_info *info)
{
	netkey_put(copy->request, XFRMA_LTIME_VAL, &info->curlft, sizeof(info->curlft));
}

static void copy_attribute(const struct copy *copy, const struct nlattr *attr, const struct xfrm_usersa_info *info)
{
	switch (mnl_attr_get_type(attr)) {
	case XFRMA_ALG_AUTH:
		return; /* XFRMA_ALG_AUTH_TRUNC has it */
	case XFRMA_REPLAY_VAL:
		copy_replay(copy, attr);
		return;
	case XFRMA_REPLAY_ESN_VAL:
		copy_replay_esn(copy, attr, info->flags & XFRM_STATE_ESN);
		return;
	case XFRMA_ALG_AUTH_TRUNC:
	case XFRMA_ALG_CRYPT:
	case XFRMA_ALG_AEAD:
	case XFRMA_ALG_COMP:
	case XFRMA_TFCPAD:
	case XFRMA_MARK:
	case XFRMA_IF_ID:
	case XFRMA_SET_MARK:
	case XFRMA_SET_MARK_MASK:
	case XFRMA_SA_EXTRA_FLAGS:
	case XFRMA_SEC_CTX:
		netkey_put(copy->request, mnl_attr_get_type(attr), mnl_attr_get_payload(attr),
			   mnl_attr_get_payload_len(attr));
		return;
	default: /* what it counts, and whose it is on the network card, which is asked for anew by rekeying */
		return;
	}
}

static int take(struct netkey *netkey, const struct nlmsghdr *answer, void *arg)
{
	struct copy *copy = arg;
	struct xfrm_usersa_info *info, *from = mnl_nlmsg_get_payload(answer);
	const struct nlattr *attr;

	(void)netkey;
	if (answer->nlmsg_type != XFRM_MSG_NEWSA || mnl_nlmsg_get_payload_len(answer) < sizeof(*from))
		return 0;
	info = netkey_begin(copy->request, XFRM_MSG_NEWSA, sizeof(*info));
	*info = *from;
	set_addresses(info, copy->move);
	mnl_attr_for_each(attr, answer, sizeof(*from))
	{
		copy_attribute(copy, attr, from);
	}
	put_encap(copy);
	put_lifetime(copy, from);
	copy->found = true;
	return 0;
}

/*
 * struct backend_ops. Under the same name there cannot be two: then the old one goes first, and for as long as a
 * request takes there is none.
 */
int netkey_sa_move(struct backend *backend, const struct backend_move *move)
{
	struct netkey *netkey = netkey_of(backend);
	struct netkey_request ask, request = { .full = false };
	struct copy copy = { .move = move, .request = &request };
	int err;

	netkey_begin_named(&ask, XFRM_MSG_GETSA, "move", move->protocol, move->spi, &move->from);
	err = netkey_call(netkey, &ask, take, &copy);
	if (!err && !copy.found)
		err = netkey_fail(netkey, -EBADMSG, "%s: the kernel does not say what it is", ask.subject);
	if (!err && klips_addr_equal(&move->from, &move->dst.addr))
		err = netkey_sa_delete(backend, move->protocol, move->spi, &move->src.addr, &move->from);
	if (!err) {
		memcpy(request.subject, ask.subject, sizeof(request.subject));
		err = netkey_call(netkey, &request, NULL, NULL);
	}
	explicit_bzero(&request, sizeof(request));
	return err;
}
