// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * KLIPS as pluto's stack, over its control protocol: SAs and events. An SA is one of ESP or AH in its mode, tunnel mode
 * too, so that it comes and goes in one step; a bundle with IPIP would take three.
 */
#include <stdarg.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "backend_klips.h"

#define WINDOW_STEP    32
#define FLOWS_OF_PAIR  4	 /* of an SA's selectors */
#define EVENTS_AT_ONCE 256	 /* then other work gets its turn */
#define RETRY	       500000000 /* nanoseconds between looks whether KLIPS has come again */

static const u32 groups = 1U << KLIPS_MCGRP_ACQUIRE | 1U << KLIPS_MCGRP_EXPIRE | 1U << KLIPS_MCGRP_MAPPING;

static struct klips_backend *klips_of(struct backend *backend)
{
	return container_of(backend, struct klips_backend, backend);
}

/**
 * backend_klips_fail() - keep the reason of an error
 * @klips: whose
 * @err: a negative errno
 * @format: of printf, and what it wants
 *
 * Return: @err.
 */
int backend_klips_fail(struct klips_backend *klips, int err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(klips->why, sizeof(klips->why), format, args);
	va_end(args);
	return err;
}

static void look_again(struct klips_backend *klips, bool look)
{
	const struct timespec wait = { .tv_nsec = look ? RETRY : 0 };

	timerfd_settime(klips->retry, 0, &(struct itimerspec){ wait, wait }, NULL);
}

static void hang_up(struct klips_backend *klips)
{
	klips_client_close(&klips->client);
	/* That takes it out of @epoll too. */
	klips_client_close(&klips->listener);
	if (!klips->there)
		return;
	klips->there = false;
	look_again(klips, true);
	if (klips->events->presence)
		klips->events->presence(klips->arg, false);
}

/**
 * backend_klips_refused() - keep the reason of a refusal; if KLIPS has gone, the next request looks for a new one
 * @klips: whose
 * @why: the refusal, not of 0
 *
 * Return: its errno.
 */
int backend_klips_refused(struct klips_backend *klips, const struct klips_refusal *why)
{
	if (why->error == -EPIPE || why->error == -ECONNRESET)
		hang_up(klips);
	return backend_klips_fail(klips, why->error, "%s", why->text);
}

static int listen_to(struct klips_backend *klips, struct klips_refusal *why)
{
	struct epoll_event event = { .events = EPOLLIN };
	int err = klips_client_open(&klips->listener, NULL, why);

	if (!err)
		err = klips_client_subscribe(&klips->listener, groups, why);
	if (err)
		return err;
	/* From now on it is only asked what is there. */
	klips->listener.timeout = 0;
	if (!epoll_ctl(klips->epoll, EPOLL_CTL_ADD, klips->listener.fd, &event))
		return 0;
	return klips_refuse(why, -errno, NULL, NULL, "epoll: %s", strerror(errno));
}

/**
 * backend_klips_ready() - be connected, anew if KLIPS went and came again
 * @klips: it
 *
 * Return: 0 or a negative errno, with a text.
 */
int backend_klips_ready(struct klips_backend *klips)
{
	struct klips_refusal why = { 0 };
	int err;

	if (klips->client.fd >= 0)
		return 0;
	err = klips->was_there ? klips_client_find(&klips->client, &why) :
				 klips_client_open(&klips->client, NULL, &why);
	if (!err && !listen_to(klips, &why) && !backend_klips_ports_again(klips, &why))
		return 0;
	hang_up(klips);
	return backend_klips_fail(klips, why.error, "%s", why.text);
}

static void explain(struct klips_backend *klips, char *why, size_t size)
{
	struct klips_refusal refusal = { 0 };
	struct klips_status_info info;

	if (!klips_client_status(&klips->client, &info, &refusal))
		snprintf(why, size, "KLIPS %s, cryptography: %s", info.version, info.driver);
	else
		snprintf(why, size, "KLIPS");
}

static void close_backend(struct backend *backend)
{
	struct klips_backend *klips = klips_of(backend);

	klips->there = false;
	hang_up(klips);
	backend_klips_traps_free(klips);
	if (klips->epoll >= 0)
		close(klips->epoll);
	if (klips->retry >= 0)
		close(klips->retry);
	free(klips);
}

static int open_epoll(struct klips_backend *klips)
{
	struct epoll_event event = { .events = EPOLLIN };

	klips->epoll = epoll_create1(EPOLL_CLOEXEC);
	klips->retry = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (klips->epoll >= 0 && klips->retry >= 0 && !epoll_ctl(klips->epoll, EPOLL_CTL_ADD, klips->retry, &event))
		return 0;
	return backend_klips_fail(klips, -errno, "epoll: %s", strerror(errno));
}

static struct backend *open_backend(const struct backend_events *events, void *arg, char *why, size_t size)
{
	struct klips_backend *klips = calloc(1, sizeof(*klips));

	if (!klips) {
		snprintf(why, size, "%s", strerror(ENOMEM));
		return NULL;
	}
	klips->backend.ops = &backend_klips;
	klips->events = events;
	klips->arg = arg;
	klips->client.fd = klips->listener.fd = -1;
	klips->epoll = klips->retry = -1;
	if (open_epoll(klips) || backend_klips_ready(klips)) {
		snprintf(why, size, "%s", klips->why);
		close_backend(&klips->backend);
		return NULL;
	}
	klips->there = klips->was_there = true;
	explain(klips, why, size);
	return &klips->backend;
}

static int get_fd(struct backend *backend)
{
	return klips_of(backend)->epoll;
}

static const char *get_why(struct backend *backend)
{
	return klips_of(backend)->why;
}

/**
 * backend_klips_proto() - IKE's protocol as KLIPS numbers it
 * @protocol: IKE_PROTO_ESP, IKE_PROTO_AH or BACKEND_IPCOMP
 */
uint8_t backend_klips_proto(uint8_t protocol)
{
	if (protocol == BACKEND_IPCOMP)
		return KLIPS_PROTO_COMP;
	return protocol == IKE_PROTO_AH ? KLIPS_PROTO_AH : KLIPS_PROTO_ESP;
}

static bool ike_protocol(uint8_t proto, uint8_t *protocol)
{
	*protocol = proto == KLIPS_PROTO_AH ? IKE_PROTO_AH : IKE_PROTO_ESP;
	return proto == KLIPS_PROTO_AH || proto == KLIPS_PROTO_ESP;
}

/* A selector has no masks: 0 is any. */
static void take_port(__be16 port, uint16_t *to, uint16_t *mask)
{
	*to = be16_to_cpu(port);
	*mask = port ? 0xffff : 0;
}

static void flow_of(struct backend_flow *flow, const struct klips_selector *sel)
{
	memset(flow, 0, sizeof(*flow));
	flow->src = sel->src;
	flow->dst = sel->dst;
	flow->src_bits = sel->src_bits;
	flow->dst_bits = sel->dst_bits;
	flow->protocol = sel->proto;
	take_port(sel->sport, &flow->sport, &flow->sport_mask);
	take_port(sel->dport, &flow->dport, &flow->dport_mask);
	if (!backend_protocol_is_icmp(sel->proto))
		return;
	/* A packet's type and code, of which one may be 0. */
	flow->sport >>= 8;
	flow->dport >>= 8;
	flow->sport_mask = flow->sport || flow->dport ? 0xffff : 0;
	flow->dport_mask = flow->sport_mask;
}

static void tell_acquire(struct klips_backend *klips, const struct klips_event *event)
{
	struct backend_flow flow;
	struct ike_ts src, dst;
	uint32_t reqid = 0;

	if (!klips->events->acquire)
		return;
	backend_klips_trap_reqid(klips, &event->trap, &reqid);
	flow_of(&flow, &event->flow);
	backend_flow_ts(&src, &dst, &flow);
	klips->events->acquire(klips->arg, &src, &dst, reqid);
}

static void tell(struct klips_backend *klips, const struct klips_event *event)
{
	const struct ike_endpoint now = { event->addr, event->port };
	const struct backend_events *events = klips->events;
	uint8_t protocol;

	if (event->op == KLIPS_CMD_ACQUIRE)
		tell_acquire(klips, event);
	if (event->op == KLIPS_CMD_EXPIRE && events->expire && ike_protocol(event->said.proto, &protocol))
		events->expire(klips->arg, event->said.spi, protocol, &event->said.dst, event->hard);
	if (event->op == KLIPS_CMD_MAPPING && events->mapping)
		events->mapping(klips->arg, event->said.spi, &event->said.dst, &now);
}

/* Its time has come, while KLIPS is not there: it may have been found meanwhile, by a request. */
static void look(struct klips_backend *klips)
{
	uint64_t times;

	if (read(klips->retry, &times, sizeof(times)) != sizeof(times) || klips->there || backend_klips_ready(klips))
		return;
	klips->there = true;
	look_again(klips, false);
	if (klips->events->presence)
		klips->events->presence(klips->arg, true);
}

/* An event may have the upper layers ask for anything, in which KLIPS may turn out to have gone. */
static void dispatch(struct backend *backend)
{
	struct klips_backend *klips = klips_of(backend);
	struct klips_refusal why = { 0 };
	struct klips_event event;
	int err = 0, left;

	for (left = EVENTS_AT_ONCE; left && klips->listener.fd >= 0; left--) {
		err = klips_client_event(&klips->listener, &event, &why);
		if (!err)
			tell(klips, &event);
		else if (err != -ENOBUFS && err != -EBADMSG)
			break;
	}
	if (left && err && err != -ETIMEDOUT)
		hang_up(klips);
	look(klips);
}

static void set_said(struct klips_said *said, uint8_t protocol, uint32_t spi, const struct klips_addr *dst)
{
	memset(said, 0, sizeof(*said));
	said->dst = *dst;
	said->spi = spi;
	said->proto = backend_klips_proto(protocol);
}

/* For a request about an SA: its name, and a connection. 0 or a negative errno, with a text. */
static int begin_with(struct klips_backend *klips, struct klips_said *said, uint8_t protocol, uint32_t spi,
		      const struct klips_addr *dst)
{
	set_said(said, protocol, spi, dst);
	return backend_klips_ready(klips);
}

static int get_spi(struct backend *backend, uint8_t protocol, const struct klips_addr *src,
		   const struct klips_addr *dst, uint32_t reqid, uint32_t *spi)
{
	struct klips_backend *klips = klips_of(backend);
	struct klips_refusal why = { 0 };
	const bool ipcomp = protocol == BACKEND_IPCOMP;
	struct klips_said said;
	int err = begin_with(klips, &said, protocol, 0, dst);

	(void)src;
	(void)reqid;
	if (err)
		return err;
	if (klips_client_sa_alloc_spi(&klips->client, &said, cpu_to_be32(BACKEND_SPI_FIRST),
				      ipcomp ? cpu_to_be32(BACKEND_CPI_LAST) : ~(__be32)0, &why))
		return backend_klips_refused(klips, &why);
	*spi = said.spi;
	return 0;
}

static int set_key(struct klips_backend *klips, const struct ike_alg *alg, const struct ike_key *key, u8 *to,
		   u8 *length)
{
	if (key->length > KLIPS_KEY_MAX)
		return backend_klips_fail(klips, -EINVAL, "%s: a key of %u bytes", alg->name, key->length);
	memcpy(to, key->data, key->length);
	*length = key->length;
	return 0;
}

static int set_encr(struct klips_backend *klips, struct klips_keys *keys, const struct backend_sa *sa)
{
	const struct ike_alg *alg = sa->suite.encr;

	keys->encr = KLIPS_ENCR_NONE;
	if (!alg || sa->protocol == IKE_PROTO_AH)
		return 0;
	if (alg->klips)
		keys->encr = klips_encr_find(alg->klips);
	if (!alg->klips || keys->encr == KLIPS_ENCR_COUNT)
		return backend_klips_fail(klips, -EOPNOTSUPP, "KLIPS has no %s", alg->name);
	return set_key(klips, alg, &sa->encr, keys->encr_key, &keys->encr_length);
}

static int set_integ(struct klips_backend *klips, struct klips_keys *keys, const struct backend_sa *sa)
{
	const struct ike_alg *alg = sa->suite.integ;

	keys->auth = KLIPS_AUTH_NONE;
	if (!alg || !alg->id)
		return 0;
	if (alg->klips)
		keys->auth = klips_auth_find(alg->klips);
	if (!alg->klips || keys->auth == KLIPS_AUTH_COUNT)
		return backend_klips_fail(klips, -EOPNOTSUPP, "KLIPS has no %s", alg->name);
	return set_key(klips, alg, &sa->integ, keys->auth_key, &keys->auth_length);
}

static void set_limits(struct klips_limits *to, const struct backend_limits *from)
{
	to->bytes = from->bytes;
	to->packets = from->packets;
	to->addtime = from->seconds;
}

static int add_selector(struct klips_sa_config *config, const struct backend_flow *flow, const char **why)
{
	if (!config->selector.src.version)
		return backend_klips_selector(&config->selector, flow, why);
	if (config->more_count < ARRAY_SIZE(config->more))
		return backend_klips_selector(&config->more[config->more_count++], flow, why);
	*why = "more selectors than an SA can have";
	return -E2BIG;
}

/* A pair of ranges that is more than a few prefixes has the narrowest one that has all of them. */
static int add_pair(struct klips_sa_config *config, const struct ike_ts *src, const struct ike_ts *dst,
		    const char **why)
{
	struct backend_flow cover;
	struct backend_flows flows;
	unsigned int i;
	int err = backend_flows_split(&flows, src, dst, false, why);

	if (err == -E2BIG || (!err && flows.count > FLOWS_OF_PAIR)) {
		err = backend_flow_cover(&cover, src, dst, why);
		return err ? err : add_selector(config, &cover, why);
	}
	for (i = 0; !err && i < flows.count; i++)
		err = add_selector(config, &flows.flows[i], why);
	return err;
}

/* Then what goes out is looked at too: it finds its SA by a mark, which says nothing of what that is for. */
static bool has_overlap(const struct backend_sa *sa)
{
	return sa->options && sa->options->overlap;
}

/* What may come inside. Between versions of IP there is nothing. */
static int set_selectors(struct klips_backend *klips, struct klips_sa_config *config, const struct backend_sa *sa)
{
	const char *why;
	unsigned int i, j;
	int err = 0;

	for (i = 0; (sa->inbound || has_overlap(sa)) && !err && i < sa->src_ts.count; i++)
		for (j = 0; !err && j < sa->dst_ts.count; j++)
			if (sa->src_ts.ts[i].version == sa->dst_ts.ts[j].version)
				err = add_pair(config, &sa->src_ts.ts[i], &sa->dst_ts.ts[j], &why);
	return err ? backend_klips_fail(klips, err, "KLIPS: %s", why) : 0;
}

static u32 window(const struct backend_sa *sa)
{
	u32 most = min(sa->window, (u32)KLIPS_REPLAY_MAX);

	return sa->inbound && most ? round_up(most, (u32)WINDOW_STEP) : 0;
}

/* Outer headers of KLIPS are without DF anyhow. */
static u32 flags(const struct backend_sa *sa)
{
	u32 all = sa->inbound ? KLIPS_SA_INBOUND : 0;

	if (sa->options && sa->options->decap_dscp)
		all |= KLIPS_SA_DECAP_DSCP;
	if (sa->options && sa->options->no_encap_dscp)
		all |= KLIPS_SA_NO_ENCAP_DSCP;
	return all;
}

static void begin_config(struct klips_sa_config *config, const struct backend_sa *sa, uint8_t protocol, uint32_t spi)
{
	memset(config, 0, sizeof(*config));
	set_said(&config->said, protocol, spi, &sa->dst.addr);
	config->src = sa->src.addr;
	config->state = KLIPS_SA_MATURE;
	config->mode = sa->tunnel ? KLIPS_MODE_TUNNEL : KLIPS_MODE_TRANSPORT;
	config->flags = flags(sa);
}

/* In a bundle the innermost is the tunnel, and says what may come in. */
static int make_config(struct klips_backend *klips, struct klips_sa_config *config, const struct backend_sa *sa)
{
	int err = 0;

	begin_config(config, sa, sa->protocol, sa->spi);
	if (sa->cpi)
		config->mode = KLIPS_MODE_TRANSPORT;
	config->flags |= sa->suite.esn ? KLIPS_SA_ESN : 0;
	config->window = window(sa);
	if (sa->protocol == IKE_PROTO_ESP && config->mode == KLIPS_MODE_TUNNEL)
		config->tfc = sa->tfc;
	if (sa->encap) {
		config->natt = KLIPS_NATT_NONESP;
		config->natt_sport = sa->src.port;
		config->natt_dport = sa->dst.port;
	}
	set_limits(&config->soft, &sa->soft);
	set_limits(&config->hard, &sa->hard);
	if (!sa->cpi)
		err = set_selectors(klips, config, sa);
	if (!err)
		err = set_encr(klips, &config->keys, sa);
	return err ? err : set_integ(klips, &config->keys, sa);
}

/* What comes by it arrives by mast0, so that routes and rules can tell it from what is to go there. */
static int set_device(struct klips_backend *klips, struct klips_sa_config *config, const struct backend_sa *sa)
{
	return sa->inbound && has_overlap(sa) ? backend_klips_mast(klips, &config->if_id) : 0;
}

/* One from get_spi() is made whole; it may have gone if that took long, and is added then. */
static int put_config(struct klips_backend *klips, const struct klips_sa_config *config)
{
	struct klips_refusal why = { 0 };
	int err = -ENOENT;

	if (config->flags & KLIPS_SA_INBOUND)
		err = klips_client_sa_update(&klips->client, config, &why);
	if (err == -ENOENT) {
		memset(&why, 0, sizeof(why));
		err = klips_client_sa_add(&klips->client, config, &why);
	}
	return err ? backend_klips_refused(klips, &why) : 0;
}

/* The SA of IPCOMP, and both as a bundle. */
static int add_ipcomp(struct klips_backend *klips, struct klips_sa_config *config, const struct backend_sa *sa)
{
	const struct klips_said outer = config->said;
	struct klips_refusal why = { 0 };
	struct klips_said saids[2];
	int err;

	begin_config(config, sa, BACKEND_IPCOMP, sa->cpi);
	saids[0] = config->said;
	saids[1] = outer;
	err = set_selectors(klips, config, sa);
	if (!err)
		err = set_device(klips, config, sa);
	if (!err)
		err = put_config(klips, config);
	if (!err && klips_client_sa_group(&klips->client, saids, ARRAY_SIZE(saids), &why))
		err = backend_klips_refused(klips, &why);
	return err;
}

static int sa_add(struct backend *backend, const struct backend_sa *sa)
{
	struct klips_backend *klips = klips_of(backend);
	struct klips_sa_config config;
	int err = backend_klips_ready(klips);

	if (err)
		return err;
	err = make_config(klips, &config, sa);
	if (!err)
		err = set_device(klips, &config, sa);
	if (!err)
		err = put_config(klips, &config);
	explicit_bzero(&config, sizeof(config));
	if (!err && sa->cpi) {
		set_said(&config.said, sa->protocol, sa->spi, &sa->dst.addr);
		err = add_ipcomp(klips, &config, sa);
	}
	return err;
}

static int refer(struct klips_backend *klips, const struct klips_said *said, u32 ref, u32 ref_him, u32 *now)
{
	struct klips_refusal why = { 0 };

	return klips_client_sa_refer(&klips->client, said, ref, ref_him, now, &why) ?
		       backend_klips_refused(klips, &why) :
		       0;
}

/* Of a bundle, what comes is delivered by either of its SAs: not all that comes is compressed. */
static int refer_inbound(struct klips_backend *klips, const struct backend_pair *pair, u32 ref)
{
	struct klips_said said;
	u32 own;
	int err;

	set_said(&said, pair->protocol, pair->spi[0], &pair->local);
	err = refer(klips, &said, 0, ref, &own);
	if (err || !pair->cpi[0])
		return err;
	set_said(&said, BACKEND_IPCOMP, pair->cpi[0], &pair->local);
	return refer(klips, &said, 0, ref, &own);
}

/* The outbound SA is the one that packets enter first. */
static int sa_refer(struct backend *backend, const struct backend_pair *pair, uint32_t *ref)
{
	const uint32_t name = pair->cpi[1] ? pair->cpi[1] : pair->spi[1];
	struct klips_backend *klips = klips_of(backend);
	struct klips_said said;
	int err = begin_with(klips, &said, pair->cpi[1] ? BACKEND_IPCOMP : pair->protocol, name, &pair->remote);
	u32 now;

	if (err)
		return err;
	if (pair->send || !*ref) {
		err = refer(klips, &said, *ref, 0, &now);
		if (!err && !now)
			err = backend_klips_fail(klips, -ENOSPC, "KLIPS: all references of SAs are in use");
		if (err)
			return err;
		*ref = now;
	}
	return refer_inbound(klips, pair, *ref);
}

static int sa_delete(struct backend *backend, uint8_t protocol, uint32_t spi, const struct klips_addr *src,
		     const struct klips_addr *dst)
{
	struct klips_backend *klips = klips_of(backend);
	struct klips_refusal why = { 0 };
	struct klips_said said;
	int err = begin_with(klips, &said, protocol, spi, dst);

	(void)src;
	if (err)
		return err;
	return klips_client_sa_delete(&klips->client, &said, &why) ? backend_klips_refused(klips, &why) : 0;
}

static int sa_move(struct backend *backend, const struct backend_move *to)
{
	struct klips_backend *klips = klips_of(backend);
	struct klips_sa_move move = { .src = to->src.addr };
	struct klips_refusal why = { 0 };
	int err = begin_with(klips, &move.from, to->protocol, to->spi, &to->from);

	if (err)
		return err;
	set_said(&move.said, to->protocol, to->spi, &to->dst.addr);
	if (to->encap && to->protocol == IKE_PROTO_ESP) {
		move.natt = KLIPS_NATT_NONESP;
		move.natt_sport = to->src.port;
		move.natt_dport = to->dst.port;
	}
	return klips_client_sa_move(&klips->client, &move, &why) ? backend_klips_refused(klips, &why) : 0;
}

static int sa_usage(struct backend *backend, uint8_t protocol, uint32_t spi, const struct klips_addr *src,
		    const struct klips_addr *dst, struct backend_usage *usage)
{
	struct klips_backend *klips = klips_of(backend);
	struct klips_refusal why = { 0 };
	struct klips_sa_info info;
	struct klips_said said;
	int err = begin_with(klips, &said, protocol, spi, dst);

	(void)src;
	if (err)
		return err;
	if (klips_client_sa_get(&klips->client, &said, &info, &why))
		return backend_klips_refused(klips, &why);
	usage->bytes = info.spent.bytes;
	usage->packets = info.spent.packets;
	usage->idle = info.spent.packets ? info.idle : UINT64_MAX;
	return 0;
}

static int has(struct backend *backend, const struct ike_alg *alg, bool ask)
{
	(void)backend;
	(void)ask;
	return alg->klips != NULL;
}

const struct backend_ops backend_klips = {
	.name = "klips",
	.open = open_backend,
	.close = close_backend,
	.fd = get_fd,
	.dispatch = dispatch,
	.get_spi = get_spi,
	.sa_add = sa_add,
	.sa_delete = sa_delete,
	.sa_move = sa_move,
	.sa_refer = sa_refer,
	.sa_usage = sa_usage,
	.policy_set = backend_klips_policy_set,
	.policy_delete = backend_klips_policy_delete,
	.bypass_socket = backend_klips_bypass_socket,
	.encap_socket = backend_klips_encap_socket,
	.attach = backend_klips_attach,
	.check = backend_klips_check,
	.has = has,
	.why = get_why,
};
