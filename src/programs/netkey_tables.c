// SPDX-License-Identifier: GPL-2.0-or-later
/* XFRM's states and policies as SAs and eroutes: the tables that users of KLIPS know. */
#include "stack_tables.h"

#include <stdlib.h>
#include <time.h>

#include <linux/udp.h>

#include "../klips/core/eroute.h"
#include "../lib/ike_alg.h"
#include "../pluto/netkey.h"

/* @added: when it was made, in seconds since 1970 */
struct listed {
	struct klips_sa_info info;
	uint64_t added;
};

/**
 * struct listing - rows on their way
 * @sas: all of them; @count of @room
 * @each_eroute, @arg: gets eroutes, which lead to @sas
 */
struct listing {
	struct listed *sas;
	size_t count, room;
	klips_each_eroute_fn each_eroute;
	void *arg;
};

static struct listed *new_sa(struct listing *listing)
{
	if (listing->count == listing->room) {
		size_t room = listing->room ? 2 * listing->room : 64;
		struct listed *sas = reallocarray(listing->sas, room, sizeof(*sas));

		if (!sas)
			return NULL;
		listing->sas = sas;
		listing->room = room;
	}
	return memset(&listing->sas[listing->count], 0, sizeof(*listing->sas));
}

/* @bits: of the ICV; 0: whatever it is. The name's end is where its room ends, at the latest. */
static const char *klips_name(uint8_t type, const char *xfrm, size_t room, unsigned int bits)
{
	size_t i;

	for (i = 0; i < ike_alg_count; i++) {
		const struct ike_alg *alg = &ike_algs[i];

		if (alg->type == type && alg->xfrm && alg->klips && !strncmp(alg->xfrm, xfrm, room) &&
		    (!bits || bits == alg->size * 8U))
			return alg->klips;
	}
	return "";
}

/* The keys stay where they are. */
static void take_algorithm(struct klips_sa_info *info, const struct nlattr *attr)
{
	union {
		struct xfrm_algo plain;
		struct xfrm_algo_auth with_icv;
	} algo = { .with_icv = { .alg_name = "" } };
	const uint16_t type = mnl_attr_get_type(attr);
	const bool has_icv = type == XFRMA_ALG_AEAD || type == XFRMA_ALG_AUTH_TRUNC;
	const size_t size = has_icv ? sizeof(algo.with_icv) : sizeof(algo.plain);
	const bool auth = type == XFRMA_ALG_AUTH_TRUNC;
	const char *name;

	if (mnl_attr_get_payload_len(attr) < size)
		return;
	memcpy(&algo, mnl_attr_get_payload(attr), size);
	name = klips_name(auth ? IKE_INTEG : IKE_ENCR, algo.plain.alg_name, sizeof(algo.plain.alg_name),
			  has_icv ? algo.with_icv.alg_trunc_len : 0);
	if (auth)
		info->config.keys.auth = klips_auth_find(name);
	else
		info->config.keys.encr = klips_encr_find(name);
}

static void take_replay(struct klips_sa_info *info, const struct nlattr *attr)
{
	struct xfrm_replay_state state;

	if (mnl_attr_get_payload_len(attr) < sizeof(state))
		return;
	memcpy(&state, mnl_attr_get_payload(attr), sizeof(state));
	info->seq = state.oseq;
	info->replay_top = state.seq;
	info->replay_bits = state.bitmap;
}

/* XFRM's long window is a ring; KLIPS's tables have the last 64 of it, the newest as the lowest bit. */
static uint64_t last_bits(const struct xfrm_replay_state_esn *state, const uint32_t *ring)
{
	const uint32_t size = state->replay_window;
	uint64_t bits = 0;
	uint32_t i, at;

	for (i = 0; i < 64 && i < size && i < state->seq; i++) {
		at = (state->seq - 1 - i) % size;
		if (ring[at / 32] >> (at % 32) & 1)
			bits |= UINT64_C(1) << i;
	}
	return bits;
}

static void take_long_replay(struct klips_sa_info *info, const struct nlattr *attr)
{
	const struct xfrm_replay_state_esn *state = mnl_attr_get_payload(attr);
	const size_t length = mnl_attr_get_payload_len(attr);

	if (length < sizeof(*state) || (length - sizeof(*state)) / sizeof(state->bmp[0]) < state->bmp_len ||
	    state->replay_window > 32 * (uint64_t)state->bmp_len)
		return;
	info->seq = (uint64_t)state->oseq_hi << 32 | state->oseq;
	info->replay_top = (uint64_t)state->seq_hi << 32 | state->seq;
	info->replay_bits = last_bits(state, state->bmp);
	info->config.window = state->replay_window;
}

static void take_encap(struct klips_sa_info *info, const struct nlattr *attr)
{
	struct xfrm_encap_tmpl encap;

	if (mnl_attr_get_payload_len(attr) < sizeof(encap))
		return;
	memcpy(&encap, mnl_attr_get_payload(attr), sizeof(encap));
	if (encap.encap_type != UDP_ENCAP_ESPINUDP)
		return;
	info->config.natt = KLIPS_NATT_NONESP;
	info->config.natt_sport = ntohs(encap.encap_sport);
	info->config.natt_dport = ntohs(encap.encap_dport);
}

static void take_attributes(struct klips_sa_info *info, const struct nlmsghdr *answer)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, answer, sizeof(struct xfrm_usersa_info))
	{
		switch (mnl_attr_get_type(attr)) {
		case XFRMA_ALG_AEAD:
		case XFRMA_ALG_CRYPT:
		case XFRMA_ALG_AUTH_TRUNC:
			take_algorithm(info, attr);
			break;
		case XFRMA_REPLAY_VAL:
			take_replay(info, attr);
			break;
		case XFRMA_REPLAY_ESN_VAL:
			take_long_replay(info, attr);
			break;
		case XFRMA_ENCAP:
			take_encap(info, attr);
			break;
		case XFRMA_IF_ID:
			if (mnl_attr_get_payload_len(attr) == sizeof(uint32_t))
				info->config.if_id = mnl_attr_get_u32(attr);
			break;
		}
	}
}

static uint64_t none_if_endless(uint64_t limit)
{
	return limit == XFRM_INF ? 0 : limit;
}

static uint64_t since(uint64_t then)
{
	const uint64_t now = (uint64_t)time(NULL);

	return then && now > then ? now - then : 0;
}

static void take_lives(struct klips_sa_info *info, const struct xfrm_usersa_info *state)
{
	const struct xfrm_lifetime_cfg *limits = &state->lft;

	info->config.soft = (struct klips_limits){ none_if_endless(limits->soft_byte_limit),
						   none_if_endless(limits->soft_packet_limit),
						   limits->soft_add_expires_seconds, limits->soft_use_expires_seconds };
	info->config.hard = (struct klips_limits){ none_if_endless(limits->hard_byte_limit),
						   none_if_endless(limits->hard_packet_limit),
						   limits->hard_add_expires_seconds, limits->hard_use_expires_seconds };
	info->spent = (struct klips_limits){ state->curlft.bytes, state->curlft.packets, since(state->curlft.add_time),
					     since(state->curlft.use_time) };
	info->idle = info->spent.usetime;
}

static bool take_selector(struct klips_selector *to, const struct xfrm_selector *from)
{
	to->src = netkey_get_addr(&from->saddr, from->family);
	to->dst = netkey_get_addr(&from->daddr, from->family);
	to->src_bits = from->prefixlen_s;
	to->dst_bits = from->prefixlen_d;
	to->proto = from->proto;
	to->sport = from->sport_mask == 0xffff ? from->sport : 0;
	to->dport = from->dport_mask == 0xffff ? from->dport : 0;
	return to->src.version && to->src_bits <= klips_addr_bits(&to->src) &&
	       to->dst_bits <= klips_addr_bits(&to->dst);
}

static enum klips_mode mode_of(uint8_t mode)
{
	if (mode == XFRM_MODE_BEET)
		return KLIPS_MODE_BEET;
	return mode == XFRM_MODE_TUNNEL ? KLIPS_MODE_TUNNEL : KLIPS_MODE_TRANSPORT;
}

/* An SA's reqid is in the column of KLIPS's SAref: policies find it by that. */
static void take_config(struct klips_sa_config *config, const struct xfrm_usersa_info *state)
{
	config->said.dst = netkey_get_addr(&state->id.daddr, state->family);
	config->said.spi = state->id.spi;
	config->said.proto = state->id.proto == IPPROTO_IPV6 ? KLIPS_PROTO_IPIP : state->id.proto;
	config->src = netkey_get_addr(&state->saddr, state->family);
	config->mode = mode_of(state->mode);
	config->ref = state->reqid;
	config->window = state->replay_window;
	config->flags = (is_own_address(&config->said.dst) ? KLIPS_SA_INBOUND : 0) |
			(state->flags & XFRM_STATE_ESN ? KLIPS_SA_ESN : 0) |
			(state->flags & XFRM_STATE_NOECN ? KLIPS_SA_NO_ECN : 0) |
			(state->flags & XFRM_STATE_DECAP_DSCP ? KLIPS_SA_DECAP_DSCP : 0);
	if (!state->sel.family || !(state->sel.prefixlen_s || state->sel.prefixlen_d || state->sel.proto) ||
	    !take_selector(&config->selector, &state->sel))
		memset(&config->selector, 0, sizeof(config->selector));
}

static int take_sa(struct netkey *netkey, const struct nlmsghdr *answer, void *arg)
{
	const struct xfrm_usersa_info *state = mnl_nlmsg_get_payload(answer);
	struct listing *listing = arg;
	struct klips_sa_info *info;
	struct listed *listed;

	if (answer->nlmsg_type != XFRM_MSG_NEWSA || mnl_nlmsg_get_payload_len(answer) < sizeof(*state))
		return 0;
	listed = new_sa(listing);
	if (!listed)
		return netkey_fail(netkey, -ENOMEM, "%s", strerror(ENOMEM));
	info = &listed->info;
	take_config(&info->config, state);
	take_lives(info, state);
	take_attributes(info, answer);
	info->errors.auth = state->stats.integrity_failed;
	info->errors.replay = (uint64_t)state->stats.replay + state->stats.replay_window;
	info->config.state =
		info->config.keys.encr || info->config.keys.auth || info->config.said.proto != KLIPS_PROTO_ESP ?
			KLIPS_SA_MATURE :
			KLIPS_SA_LARVAL;
	info->refcount = 1;
	snprintf(info->driver, sizeof(info->driver), "xfrm");
	listed->added = state->curlft.add_time;
	listing->count += info->config.said.dst.version != 0;
	return 0;
}

/* Of several that a policy could mean the kernel takes the newest. */
static const struct klips_sa_info *find_sa(const struct listing *listing, const struct xfrm_user_tmpl *tmpl)
{
	const struct klips_addr dst = netkey_get_addr(&tmpl->id.daddr, tmpl->family);
	const struct klips_sa_info *found = NULL;
	uint64_t newest = 0;
	size_t i;

	for (i = 0; i < listing->count; i++) {
		const struct klips_sa_info *one = &listing->sas[i].info;

		if (one->config.ref != tmpl->reqid || one->config.said.proto != tmpl->id.proto ||
		    !klips_addr_equal(&one->config.said.dst, &dst) || one->config.state != KLIPS_SA_MATURE ||
		    (found && listing->sas[i].added < newest))
			continue;
		found = one;
		newest = listing->sas[i].added;
	}
	return found;
}

static bool find_template(struct xfrm_user_tmpl *tmpl, const struct nlmsghdr *answer)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, answer, sizeof(struct xfrm_userpolicy_info))
	{
		if (mnl_attr_get_type(attr) == XFRMA_TMPL && mnl_attr_get_payload_len(attr) >= sizeof(*tmpl)) {
			memcpy(tmpl, mnl_attr_get_payload(attr), sizeof(*tmpl));
			return true;
		}
	}
	return false;
}

/* XFRM counts no packets of policies; those of the SA are told. */
static void lead(struct klips_eroute_info *info, const struct listing *listing, const struct nlmsghdr *answer)
{
	const struct xfrm_userpolicy_info *policy = mnl_nlmsg_get_payload(answer);
	const struct klips_sa_info *sa = NULL;
	enum klips_shunt shunt = policy->action == XFRM_POLICY_ALLOW ? KLIPS_SHUNT_PASS : KLIPS_SHUNT_DROP;
	struct xfrm_user_tmpl tmpl;

	if (policy->action == XFRM_POLICY_ALLOW && find_template(&tmpl, answer)) {
		sa = find_sa(listing, &tmpl);
		shunt = KLIPS_SHUNT_TRAP;
	}
	if (sa) {
		info->said = sa->config.said;
		info->count = sa->spent.packets;
		return;
	}
	info->said.proto = KLIPS_PROTO_INT;
	info->said.spi = htonl(shunt);
	info->said.dst.version = info->selector.src.version;
}

/* Eroutes are what goes out. That neighbour discovery goes out is no user's. */
static int take_policy(struct netkey *netkey, const struct nlmsghdr *answer, void *arg)
{
	const struct xfrm_userpolicy_info *policy = mnl_nlmsg_get_payload(answer);
	struct listing *listing = arg;
	struct klips_eroute_info info;

	(void)netkey;
	memset(&info, 0, sizeof(info));
	if (answer->nlmsg_type != XFRM_MSG_NEWPOLICY || mnl_nlmsg_get_payload_len(answer) < sizeof(*policy) ||
	    policy->dir != XFRM_POLICY_OUT || policy->priority == NETKEY_PRIORITY_HOLE ||
	    !take_selector(&info.selector, &policy->sel))
		return 0;
	lead(&info, listing, answer);
	info.used = policy->curlft.use_time;
	info.idle = since(policy->curlft.use_time);
	return listing->each_eroute(&info, listing->arg);
}

static int end_list(const struct netkey *netkey, struct listing *listing, int err, struct klips_refusal *why)
{
	free(listing->sas);
	return err ? klips_refuse(why, err, NULL, NULL, "%s", netkey->why) : 0;
}

int netkey_sa_list(struct netkey *netkey, klips_each_sa_fn each, void *arg, struct klips_refusal *why)
{
	struct listing listing = { 0 };
	int err = netkey_list(netkey, XFRM_MSG_GETSA, take_sa, &listing);
	size_t i;

	for (i = 0; !err && i < listing.count; i++)
		err = each(&listing.sas[i].info, arg);
	return end_list(netkey, &listing, err, why);
}

int netkey_eroute_list(struct netkey *netkey, klips_each_eroute_fn each, void *arg, struct klips_refusal *why)
{
	struct listing listing = { .each_eroute = each, .arg = arg };
	int err = netkey_list(netkey, XFRM_MSG_GETSA, take_sa, &listing);

	if (!err)
		err = netkey_list(netkey, XFRM_MSG_GETPOLICY, take_policy, &listing);
	return end_list(netkey, &listing, err, why);
}
