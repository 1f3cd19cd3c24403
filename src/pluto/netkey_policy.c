// SPDX-License-Identifier: GPL-2.0-or-later
/* Policies of XFRM. */
#include <net/if.h>

#include "netkey.h"

#define ICMPV6_NS 135
#define ICMPV6_NA 136
#define PRIORITY_FIRST                                                                                       \
	1000	   /* of those that go by how narrow they are: more is left to users, before them and behind \
		    */
#define WIDTHS 129 /* of an address's bits, 0 to 128 */

/* What a policy is for XFRM: one of these for each direction and each flow. */
struct rule {
	struct backend_flow flow;
	uint8_t dir;
	const struct backend_policy *policy;
};

static const char *const dirs[] = { "in", "out", "fwd" };

/* %hold: with an SA to wait for, XFRM keeps what it can until there is one, and drops the rest; else it drops all. */
static bool has_template(const struct backend_policy *policy)
{
	return policy->action == BACKEND_PROTECT || policy->action == BACKEND_TRAP ||
	       (policy->action == BACKEND_HOLD && policy->remote_host.version);
}

/* The algorithms are IKE's business: the SA is known by its reqid. */
static void set_template(struct xfrm_user_tmpl *tmpl, const struct rule *rule, uint8_t protocol, bool tunnel)
{
	const struct backend_policy *policy = rule->policy;
	bool out = rule->dir == XFRM_POLICY_OUT;

	netkey_put_addr(&tmpl->saddr, out ? &policy->local_host : &policy->remote_host);
	netkey_put_addr(&tmpl->id.daddr, out ? &policy->remote_host : &policy->local_host);
	tmpl->id.proto = netkey_proto(protocol);
	tmpl->family = netkey_family(policy->remote_host.version);
	tmpl->reqid = policy->reqid;
	tmpl->mode = tunnel ? XFRM_MODE_TUNNEL : XFRM_MODE_TRANSPORT;
	tmpl->aalgos = tmpl->ealgos = tmpl->calgos = ~0U;
}

/* The SA that packets enter first is the first. What is not worth it comes without IPCOMP: RFC 3173, 2.2. */
static void put_templates(struct netkey_request *request, const struct rule *rule)
{
	const struct backend_policy *policy = rule->policy;
	bool compress = policy->action == BACKEND_PROTECT && policy->cpi_out;
	struct xfrm_user_tmpl tmpls[2];
	unsigned int count = 0;

	memset(tmpls, 0, sizeof(tmpls));
	if (compress) {
		tmpls[0].optional = rule->dir != XFRM_POLICY_OUT;
		set_template(&tmpls[count++], rule, BACKEND_IPCOMP, policy->tunnel);
	}
	set_template(&tmpls[count++], rule, policy->protocol, policy->tunnel && !compress);
	netkey_put(request, XFRMA_TMPL, tmpls, count * sizeof(tmpls[0]));
}

static void name(struct netkey_request *request, const char *verb, const struct rule *rule)
{
	char src[INET6_ADDRSTRLEN], dst[INET6_ADDRSTRLEN];
	const struct backend_flow *flow = &rule->flow;

	klips_addr_print(src, sizeof(src), &flow->src);
	klips_addr_print(dst, sizeof(dst), &flow->dst);
	snprintf(request->subject, sizeof(request->subject), "%s policy %s %.30s/%u to %.30s/%u", verb, dirs[rule->dir],
		 src, flow->src_bits, dst, flow->dst_bits);
}

/* As KLIPS finds its eroutes: the narrower on this side is the first, then on the other, then by protocol and ports. */
static uint32_t priority_of(const struct rule *rule)
{
	const struct backend_flow *flow = &rule->flow;
	bool out = rule->dir == XFRM_POLICY_OUT;
	uint32_t whole = klips_addr_bits(&flow->src);
	uint32_t local = whole - (out ? flow->src_bits : flow->dst_bits);
	uint32_t remote = whole - (out ? flow->dst_bits : flow->src_bits);
	uint32_t any = !flow->protocol + (flow->sport_mask != 0xffff) + (flow->dport_mask != 0xffff);

	if (rule->policy->priority)
		return rule->policy->priority;
	return PRIORITY_FIRST + (local * WIDTHS + remote) * 4 + any;
}

static void set_no_limits(struct xfrm_lifetime_cfg *limits)
{
	limits->soft_byte_limit = limits->hard_byte_limit = XFRM_INF;
	limits->soft_packet_limit = limits->hard_packet_limit = XFRM_INF;
}

/**
 * netkey_index() - a number for a policy that says whose it is
 * @netkey: whose
 * @dir: XFRM_POLICY_IN, ..._FWD or ..._OUT: the kernel has it in the lower bits
 *
 * A policy that takes the place of another gets that one's number; one whose number is taken, the kernel's next.
 */
uint32_t netkey_index(struct netkey *netkey, uint8_t dir)
{
	netkey->index = (netkey->index + 8) & (NETKEY_INDEX_OWN - 1);
	return NETKEY_INDEX_OWN | netkey->index | dir;
}

static void put_offload(struct netkey_request *request, const struct rule *rule)
{
	const struct backend_policy *policy = rule->policy;
	struct xfrm_user_offload offload = { .flags = XFRM_OFFLOAD_PACKET };

	if (policy->action != BACKEND_PROTECT || policy->options->offload != BACKEND_OFFLOAD_PACKET ||
	    !policy->physical)
		return;
	offload.ifindex = (int)if_nametoindex(policy->physical);
	offload.flags |= rule->dir == XFRM_POLICY_OUT ? 0 : XFRM_OFFLOAD_INBOUND;
	netkey_put(request, XFRMA_OFFLOAD_DEV, &offload, sizeof(offload));
}

/* Part of a policy's name. Those of a device have no marks: mark-out= is then what its packets get. */
static void put_name(struct netkey_request *request, const struct rule *rule)
{
	const struct backend_options *options = rule->policy->options;
	struct xfrm_mark mark = { 0 };

	if (!options)
		return;
	mark.v = options->mark[rule->dir == XFRM_POLICY_OUT].value;
	mark.m = options->mark[rule->dir == XFRM_POLICY_OUT].mask;
	if (options->if_id)
		netkey_put(request, XFRMA_IF_ID, &options->if_id, sizeof(options->if_id));
	else if (mark.m)
		netkey_put(request, XFRMA_MARK, &mark, sizeof(mark));
}

/* XFRM_MSG_UPDPOLICY makes one too; in the place of another it is one step. */
static int set_rule(struct netkey *netkey, const struct rule *rule)
{
	const struct backend_policy *policy = rule->policy;
	struct netkey_request request;
	struct xfrm_userpolicy_info *info = netkey_begin(&request, XFRM_MSG_UPDPOLICY, sizeof(*info));

	netkey_put_selector(&info->sel, &rule->flow);
	set_no_limits(&info->lft);
	info->priority = priority_of(rule);
	info->dir = rule->dir;
	info->index = netkey_index(netkey, rule->dir);
	info->action = has_template(policy) || policy->action == BACKEND_PASS ? XFRM_POLICY_ALLOW : XFRM_POLICY_BLOCK;
	name(&request, "set", rule);
	if (has_template(policy))
		put_templates(&request, rule);
	put_name(&request, rule);
	if (policy->options)
		put_offload(&request, rule);
	return netkey_call(netkey, &request, NULL, NULL);
}

static int delete_rule(struct netkey *netkey, const struct rule *rule)
{
	struct netkey_request request;
	struct xfrm_userpolicy_id *id = netkey_begin(&request, XFRM_MSG_DELPOLICY, sizeof(*id));

	netkey_put_selector(&id->sel, &rule->flow);
	id->dir = rule->dir;
	name(&request, "delete", rule);
	put_name(&request, rule);
	return netkey_call(netkey, &request, NULL, NULL);
}

/* What is forwarded never comes out of a transport SA. */
static bool is_wanted(const struct rule *rule)
{
	return rule->dir != XFRM_POLICY_FWD || rule->policy->tunnel || !has_template(rule->policy);
}

/* What is not wanted may be there from the policy that was in its place. */
static int put_rule(struct netkey *netkey, const struct rule *rule)
{
	if (is_wanted(rule))
		return set_rule(netkey, rule);
	delete_rule(netkey, rule);
	return 0;
}

static struct rule make_rule(const struct backend_policy *policy, const struct backend_flow *out, uint8_t dir)
{
	return (struct rule){ dir == XFRM_POLICY_OUT ? *out : backend_flow_reverse(out), dir, policy };
}

static int split(struct netkey *netkey, struct backend_flows *flows, const struct backend_policy *policy)
{
	const char *why;
	int err = backend_flows_split(flows, &policy->local, &policy->remote, true, &why);

	return err ? netkey_fail(netkey, err, "NETKEY: %s", why) : 0;
}

/*
 * struct backend_ops, as are those below. Answers may come in before their questions may go out. After an error some of
 * the rules may be there. XFRM tells no sender what it drops, so that BACKEND_REJECT is BACKEND_DROP.
 */
int netkey_policy_set(struct backend *backend, const struct backend_policy *policy)
{
	static const uint8_t order[] = { XFRM_POLICY_IN, XFRM_POLICY_FWD, XFRM_POLICY_OUT };
	struct netkey *netkey = netkey_of(backend);
	struct backend_flows flows;
	unsigned int i, way;
	int err = split(netkey, &flows, policy);

	for (way = 0; way < ARRAY_SIZE(order); way++) {
		for (i = 0; !err && i < flows.count; i++) {
			const struct rule rule = make_rule(policy, &flows.flows[i], order[way]);

			err = put_rule(netkey, &rule);
		}
	}
	return err;
}

/* All go that there are, whatever one of them says; whether there are policies of forwarding depends on what was set.
 */
int netkey_policy_delete(struct backend *backend, const struct backend_policy *policy)
{
	static const uint8_t order[] = { XFRM_POLICY_OUT, XFRM_POLICY_IN, XFRM_POLICY_FWD };
	struct netkey *netkey = netkey_of(backend);
	char why[sizeof(netkey->why)] = "";
	struct backend_flows flows;
	unsigned int i, way;
	int first = 0, err = split(netkey, &flows, policy);

	if (err)
		return err;
	for (way = 0; way < ARRAY_SIZE(order); way++) {
		for (i = 0; i < flows.count; i++) {
			const struct rule rule = make_rule(policy, &flows.flows[i], order[way]);

			err = delete_rule(netkey, &rule);
			if (!err || first || (err == -ENOENT && rule.dir == XFRM_POLICY_FWD))
				continue;
			first = err;
			memcpy(why, netkey->why, sizeof(why));
		}
	}
	return first ? netkey_fail(netkey, first, "%s", why) : 0;
}

/* Calls @op for each rule that lets neighbour discovery through; its first error. */
static int each_hole(struct netkey *netkey, int (*op)(struct netkey *netkey, const struct rule *rule))
{
	static const uint8_t types[] = { ICMPV6_NS, ICMPV6_NA };
	const struct backend_policy pass = { .action = BACKEND_PASS, .priority = NETKEY_PRIORITY_HOLE };
	struct rule rule = { .policy = &pass };
	int err = 0, one;
	unsigned int i;

	rule.flow.src.version = rule.flow.dst.version = KLIPS_V6;
	rule.flow.protocol = IPPROTO_ICMPV6;
	rule.flow.sport_mask = 0xffff;
	for (i = 0; i < ARRAY_SIZE(types); i++) {
		rule.flow.sport = types[i];
		for (rule.dir = XFRM_POLICY_IN; rule.dir <= XFRM_POLICY_OUT; rule.dir++) {
			one = op(netkey, &rule);
			err = err ? err : one;
		}
	}
	return err;
}

/**
 * netkey_holes_make() - let neighbour discovery through whatever policies say
 * @netkey: where
 *
 * Policies between two hosts on a wire would protect it too, and then no packet finds its way, IKE's neither. KLIPS has
 * no such question: its devices have no neighbours. A kernel without IPv6 refuses, and needs none.
 */
void netkey_holes_make(struct netkey *netkey)
{
	netkey->holes = !each_hole(netkey, set_rule);
}

/**
 * netkey_holes_fill() - take back what netkey_holes_make() made
 * @netkey: where
 */
void netkey_holes_fill(struct netkey *netkey)
{
	if (netkey->holes)
		each_hole(netkey, delete_rule);
	netkey->holes = false;
}
