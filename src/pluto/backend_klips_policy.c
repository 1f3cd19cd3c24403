// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Policies as KLIPS's eroutes. Those are of the way out; KLIPS has what comes in follow from them (docs/klips.md): in
 * clear by the eroute of its answer, through an SA by that SA's selector.
 */
#include <search.h>

#include "backend_klips.h"
#include "../klips/core/eroute.h"

/* What an acquire names by its trap. */
struct trap {
	struct klips_selector selector;
	uint32_t reqid;
};

static int compare(const void *a, const void *b)
{
	const struct trap *one = a, *other = b;

	return klips_selector_compare(&one->selector, &other->selector);
}

static int trap_set(struct klips_backend *klips, const struct klips_selector *sel, uint32_t reqid)
{
	struct trap *trap = malloc(sizeof(*trap));
	struct trap **found;

	if (!trap)
		return backend_klips_fail(klips, -ENOMEM, "%s", strerror(ENOMEM));
	*trap = (struct trap){ *sel, reqid };
	found = tsearch(trap, &klips->traps, compare);
	if (!found || *found != trap)
		free(trap);
	if (!found)
		return backend_klips_fail(klips, -ENOMEM, "%s", strerror(ENOMEM));
	(*found)->reqid = reqid;
	return 0;
}

static void trap_unset(struct klips_backend *klips, const struct klips_selector *sel)
{
	const struct trap key = { *sel, 0 };
	struct trap **found = tfind(&key, &klips->traps, compare);
	struct trap *trap = found ? *found : NULL;

	if (trap)
		tdelete(&key, &klips->traps, compare);
	free(trap);
}

/**
 * backend_klips_trap_reqid() - the reqid of a trap
 * @klips: whose
 * @trap: its selector
 * @reqid: gets it
 *
 * Return: whether there is such a trap; it may have been made by hand.
 */
bool backend_klips_trap_reqid(const struct klips_backend *klips, const struct klips_selector *trap, uint32_t *reqid)
{
	const struct trap key = { *trap, 0 };
	struct trap *const *found = tfind(&key, &klips->traps, compare);

	if (found)
		*reqid = (*found)->reqid;
	return found;
}

/**
 * backend_klips_traps_free() - forget all traps
 * @klips: whose; they stay in KLIPS
 */
void backend_klips_traps_free(struct klips_backend *klips)
{
	struct trap *trap;

	while (klips->traps) {
		trap = *(struct trap **)klips->traps;
		tdelete(trap, &klips->traps, compare);
		free(trap);
	}
}

static bool is_whole(uint16_t port, uint16_t mask)
{
	return !mask || (mask == 0xffff && port);
}

/* Type and code are in the upper bytes. */
static int set_icmp(struct klips_selector *to, const struct backend_flow *flow, const char **why)
{
	if (!is_whole(flow->sport, flow->sport_mask) || !is_whole(flow->dport, flow->dport_mask)) {
		*why = "ICMP's type 0 or code 0 cannot be told from any";
		return -EOPNOTSUPP;
	}
	to->sport = cpu_to_be16((u16)(flow->sport << 8));
	to->dport = cpu_to_be16((u16)(flow->dport << 8));
	return 0;
}

/**
 * backend_klips_selector() - a flow as KLIPS has it
 * @to: gets it
 * @flow: without masks of ports but all or nothing
 * @why: gets a constant text if there is an error
 *
 * Return: 0; -EOPNOTSUPP: KLIPS has 0 for any, so it has no port 0.
 */
int backend_klips_selector(struct klips_selector *to, const struct backend_flow *flow, const char **why)
{
	memset(to, 0, sizeof(*to));
	to->src = flow->src;
	to->dst = flow->dst;
	to->src_bits = flow->src_bits;
	to->dst_bits = flow->dst_bits;
	to->proto = flow->protocol;
	if (backend_protocol_is_icmp(flow->protocol))
		return set_icmp(to, flow, why);
	if (!is_whole(flow->sport, flow->sport_mask) || !is_whole(flow->dport, flow->dport_mask)) {
		*why = "port 0 cannot be told from any";
		return -EOPNOTSUPP;
	}
	to->sport = cpu_to_be16(flow->sport);
	to->dport = cpu_to_be16(flow->dport);
	return 0;
}

/* All eroutes of a policy. They are made before any is set, so that one that cannot be changes nothing. */
struct eroutes {
	unsigned int count;
	struct klips_selector selectors[BACKEND_FLOWS_MAX];
};

static int make_eroutes(struct klips_backend *klips, struct eroutes *to, const struct backend_policy *policy)
{
	struct backend_flows flows;
	const char *why;
	int err = backend_flows_split(&flows, &policy->local, &policy->remote, false, &why);
	unsigned int i;

	for (i = 0; !err && i < flows.count; i++)
		err = backend_klips_selector(&to->selectors[i], &flows.flows[i], &why);
	to->count = flows.count;
	return err ? backend_klips_fail(klips, err, "KLIPS: %s", why) : 0;
}

static u32 shunt_of(enum backend_action action)
{
	switch (action) {
	case BACKEND_TRAP:
		return KLIPS_SHUNT_TRAP;
	case BACKEND_HOLD:
		return KLIPS_SHUNT_HOLD;
	case BACKEND_PASS:
		return KLIPS_SHUNT_PASS;
	case BACKEND_REJECT:
		return KLIPS_SHUNT_REJECT;
	default:
		return KLIPS_SHUNT_DROP;
	}
}

/* Where peers may look alike, nobody but a mark can say which of them a packet is for: what has none is dropped. */
static struct klips_said target(const struct backend_policy *policy)
{
	struct klips_said said = { .dst = klips_addr_v4(0), .proto = KLIPS_PROTO_INT };
	bool by_mark = policy->options && policy->options->overlap;

	if (policy->action != BACKEND_PROTECT || by_mark) {
		said.spi = cpu_to_be32(by_mark && policy->action == BACKEND_PROTECT ? KLIPS_SHUNT_DROP :
										      shunt_of(policy->action));
		return said;
	}
	said.dst = policy->remote_host;
	/* A bundle is known by the SA that packets enter first. */
	said.spi = policy->cpi_out ? policy->cpi_out : policy->spi_out;
	said.proto = backend_klips_proto(policy->cpi_out ? BACKEND_IPCOMP : policy->protocol);
	return said;
}

/* An acquire may come as soon as the eroute is there, and then its reqid is known. */
static int set_one(struct klips_backend *klips, const struct klips_selector *sel, const struct backend_policy *policy)
{
	const struct klips_said said = target(policy);
	struct klips_refusal why = { 0 };
	int err = policy->action == BACKEND_TRAP ? trap_set(klips, sel, policy->reqid) : 0;

	if (err)
		return err;
	if (klips_client_eroute_set(&klips->client, sel, &said, true, &why))
		return backend_klips_refused(klips, &why);
	if (policy->action != BACKEND_TRAP)
		trap_unset(klips, sel);
	return 0;
}

/* struct backend_ops, as are those below. After an error some of a range's eroutes may be there. */
int backend_klips_policy_set(struct backend *backend, const struct backend_policy *policy)
{
	struct klips_backend *klips = container_of(backend, struct klips_backend, backend);
	struct eroutes eroutes;
	unsigned int i;
	int err = make_eroutes(klips, &eroutes, policy);

	if (!err)
		err = backend_klips_ready(klips);
	for (i = 0; !err && i < eroutes.count; i++)
		err = set_one(klips, &eroutes.selectors[i], policy);
	return err;
}

/* All go that there are, whatever one of them says. */
int backend_klips_policy_delete(struct backend *backend, const struct backend_policy *policy)
{
	struct klips_backend *klips = container_of(backend, struct klips_backend, backend);
	struct eroutes eroutes;
	unsigned int i;
	int first = 0, err = make_eroutes(klips, &eroutes, policy);

	if (!err)
		err = backend_klips_ready(klips);
	if (err)
		return err;
	for (i = 0; i < eroutes.count && klips->client.fd >= 0; i++) {
		struct klips_refusal why = { 0 };

		trap_unset(klips, &eroutes.selectors[i]);
		err = klips_client_eroute_delete(&klips->client, &eroutes.selectors[i], &why);
		if (err && !first)
			first = backend_klips_refused(klips, &why);
	}
	return first;
}
