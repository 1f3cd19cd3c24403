// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * KLIPS as pluto's stack, over its control protocol: SAs and events. An SA is one of ESP or AH in its mode, tunnel mode
 * too, so that it comes and goes in one step; a bundle with IPIP would take three.
 */
#include <stdarg.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "backend_klips.h"

#define SPI_FIRST      0x100 /* RFC 4303, 2.1: those below are reserved */
#define WINDOW_STEP    32
#define EVENTS_AT_ONCE 256 /* then other work gets its turn */

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

static void hang_up(struct klips_backend *klips)
{
	klips_client_close(&klips->client);
	/* That takes it out of @epoll too. */
	klips_client_close(&klips->listener);
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

	if (klips->client.fd >= 0)
		return 0;
	if (!klips_client_open(&klips->client, NULL, &why) && !listen_to(klips, &why))
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

	hang_up(klips);
	backend_klips_traps_free(klips);
	if (klips->epoll >= 0)
		close(klips->epoll);
	free(klips);
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
	klips->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (klips->epoll < 0)
		backend_klips_fail(klips, -errno, "epoll: %s", strerror(errno));
	if (klips->epoll < 0 || backend_klips_ready(klips)) {
		snprintf(why, size, "%s", klips->why);
		close_backend(&klips->backend);
		return NULL;
	}
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
 * @protocol: IKE_PROTO_ESP or IKE_PROTO_AH
 */
uint8_t backend_klips_proto(uint8_t protocol)
{
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
}

static void set_said(struct klips_said *said, uint8_t protocol, uint32_t spi, const struct klips_addr *dst)
{
	memset(said, 0, sizeof(*said));
	said->dst = *dst;
	said->spi = spi;
	said->proto = backend_klips_proto(protocol);
}

static int get_spi(struct backend *backend, uint8_t protocol, const struct klips_addr *src,
		   const struct klips_addr *dst, uint32_t reqid, uint32_t *spi)
{
	struct klips_backend *klips = klips_of(backend);
	struct klips_refusal why = { 0 };
	struct klips_said said;
	int err = backend_klips_ready(klips);

	(void)src;
	(void)reqid;
	if (err)
		return err;
	set_said(&said, protocol, 0, dst);
	if (klips_client_sa_alloc_spi(&klips->client, &said, cpu_to_be32(SPI_FIRST), ~(__be32)0, &why))
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

/*
 * What may come inside: an SA has one selector, of prefixes. Where ranges are none, it has the narrowest that has all
 * of them.
 */
static int set_selector(struct klips_backend *klips, struct klips_sa_config *config, const struct backend_sa *sa)
{
	struct backend_flow flow;
	const char *why;
	int err;

	if (!sa->inbound || !sa->src_ts.version)
		return 0;
	err = backend_flow_cover(&flow, &sa->src_ts, &sa->dst_ts, &why);
	if (!err)
		err = backend_klips_selector(&config->selector, &flow, &why);
	return err ? backend_klips_fail(klips, err, "KLIPS: %s", why) : 0;
}

static u32 window(const struct backend_sa *sa)
{
	u32 most = min(sa->window, (u32)KLIPS_REPLAY_MAX);

	return sa->inbound && most ? round_up(most, (u32)WINDOW_STEP) : 0;
}

static int make_config(struct klips_backend *klips, struct klips_sa_config *config, const struct backend_sa *sa)
{
	int err;

	memset(config, 0, sizeof(*config));
	set_said(&config->said, sa->protocol, sa->spi, &sa->dst.addr);
	config->src = sa->src.addr;
	config->state = KLIPS_SA_MATURE;
	config->mode = sa->tunnel ? KLIPS_MODE_TUNNEL : KLIPS_MODE_TRANSPORT;
	config->flags = (sa->inbound ? KLIPS_SA_INBOUND : 0) | (sa->suite.esn ? KLIPS_SA_ESN : 0);
	config->window = window(sa);
	if (sa->encap) {
		config->natt = KLIPS_NATT_NONESP;
		config->natt_sport = sa->src.port;
		config->natt_dport = sa->dst.port;
	}
	set_limits(&config->soft, &sa->soft);
	set_limits(&config->hard, &sa->hard);
	err = set_selector(klips, config, sa);
	if (!err)
		err = set_encr(klips, &config->keys, sa);
	return err ? err : set_integ(klips, &config->keys, sa);
}

/* One from get_spi() is made whole; it may have gone if that took long, and is added then. */
static int sa_add(struct backend *backend, const struct backend_sa *sa)
{
	struct klips_backend *klips = klips_of(backend);
	struct klips_refusal why = { 0 };
	struct klips_sa_config config;
	int err = backend_klips_ready(klips);

	if (!err)
		err = make_config(klips, &config, sa);
	if (!err) {
		err = sa->inbound ? klips_client_sa_update(&klips->client, &config, &why) : -ENOENT;
		if (err == -ENOENT) {
			memset(&why, 0, sizeof(why));
			err = klips_client_sa_add(&klips->client, &config, &why);
		}
		if (err)
			err = backend_klips_refused(klips, &why);
	}
	explicit_bzero(&config, sizeof(config));
	return err;
}

static int sa_delete(struct backend *backend, uint8_t protocol, uint32_t spi, const struct klips_addr *src,
		     const struct klips_addr *dst)
{
	struct klips_backend *klips = klips_of(backend);
	struct klips_refusal why = { 0 };
	struct klips_said said;
	int err = backend_klips_ready(klips);

	(void)src;
	if (err)
		return err;
	set_said(&said, protocol, spi, dst);
	err = klips_client_sa_delete(&klips->client, &said, &why);
	return err ? backend_klips_refused(klips, &why) : 0;
}

static int sa_usage(struct backend *backend, uint8_t protocol, uint32_t spi, const struct klips_addr *src,
		    const struct klips_addr *dst, struct backend_usage *usage)
{
	struct klips_backend *klips = klips_of(backend);
	struct klips_refusal why = { 0 };
	struct klips_sa_info info;
	struct klips_said said;
	int err = backend_klips_ready(klips);

	(void)src;
	if (err)
		return err;
	set_said(&said, protocol, spi, dst);
	if (klips_client_sa_get(&klips->client, &said, &info, &why))
		return backend_klips_refused(klips, &why);
	usage->bytes = info.current.bytes;
	usage->packets = info.current.packets;
	usage->idle = info.current.packets ? info.idle : UINT64_MAX;
	return 0;
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
	.sa_usage = sa_usage,
	.policy_set = backend_klips_policy_set,
	.policy_delete = backend_klips_policy_delete,
	.bypass_socket = backend_klips_bypass_socket,
	.encap_socket = backend_klips_encap_socket,
	.attach = backend_klips_attach,
	.why = get_why,
};
