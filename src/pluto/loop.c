// SPDX-License-Identifier: GPL-2.0-or-later
/* The loop: it never blocks. Whatever it calls ends with daemon_turn(). */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "control.h"
#include "daemon.h"
#include "exchange.h"
#include "held.h"
#include "keepalive.h"
#include "keylog.h"
#include "loaded.h"
#include "log.h"
#include "mobike.h"
#include "move.h"
#include "presence.h"
#include "route.h"
#include "trust.h"
#include "updown.h"

#define FETCHERS   8	   /* threads that wait for what peers name by URLs */
#define STOP_LIMIT 1	   /* seconds that peers have to answer deletions */
#define FAR	   3600000 /* milliseconds: a timer further away is looked at again then */

static bool is_over(const struct daemon *daemon)
{
	return daemon->stopping && cds_list_empty(&daemon->pluto->sas) && !updown_is_busy(daemon->updowns, NULL);
}

static void arm(struct daemon *daemon)
{
	uint64_t next = pluto_timers_next(&daemon->pluto->timers), now, wait;
	struct timeval delay;

	if (next == daemon->armed)
		return;
	daemon->armed = next;
	if (next == UINT64_MAX) {
		evtimer_del(daemon->timer);
		return;
	}
	now = pluto_now(daemon->pluto);
	wait = next > now ? next - now : 0;
	wait = wait < FAR ? wait : FAR;
	delay = (struct timeval){ .tv_sec = (time_t)(wait / 1000), .tv_usec = (suseconds_t)(wait % 1000 * 1000) };
	evtimer_add(daemon->timer, &delay);
}

void daemon_turn(struct daemon *daemon)
{
	held_turn(daemon);
	plans_turn(daemon);
	/* Who reads what control clients are told finds it in the log too. */
	log_flush();
	control_turn(daemon->control);
	arm(daemon);
	if (is_over(daemon))
		event_base_loopbreak(daemon->base);
}

static void turn(void *arg)
{
	daemon_turn(arg);
}

static void timer_due(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *daemon = arg;

	(void)fd;
	(void)what;
	daemon->armed = UINT64_MAX - 1; /* it is not set */
	pluto_timers_run(&daemon->pluto->timers, pluto_now(daemon->pluto));
	daemon_turn(daemon);
}

static void received(void *arg, const struct ike_endpoint *local, const struct ike_endpoint *remote,
		     struct ike_slice data)
{
	struct daemon *daemon = arg;

	pluto_receive(daemon->pluto, local, remote, data);
}

static void stack_speaks(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *daemon = arg;

	(void)fd;
	(void)what;
	daemon->backend->ops->dispatch(daemon->backend);
	daemon_turn(daemon);
}

static bool wants_keepalive(const struct ike_sa *sa)
{
	const struct plan *plan = sa->connection->plan;

	return sa->nat_local && sa->state == IKE_SA_ESTABLISHED && plan && plan->extra.nat_keepalive;
}

/* RFC 3948, 2.3, 4: the one behind the NAT keeps it awake. */
static void keep_awake(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *daemon = arg;
	uint64_t period = (uint64_t)daemon->setup->keep_alive * 1000, next = period, wait;
	struct timeval delay;
	struct ike_sa *sa;

	(void)fd;
	(void)what;
	cds_list_for_each_entry(sa, &daemon->pluto->sas, node) {
		if (!wants_keepalive(sa))
			continue;
		wait = keepalive_wait(sa, period);
		if (!wait)
			net_keep_alive(daemon->net, &sa->local, &sa->remote);
		else if (wait < next)
			next = wait;
	}
	delay = (struct timeval){ .tv_sec = (time_t)(next / 1000), .tv_usec = (suseconds_t)(next % 1000 * 1000) };
	evtimer_add(daemon->keepalive, &delay);
}

/* Those that conns have for this host: leftikeport= and rightikeport= */
static void set_ports(struct daemon *daemon)
{
	const struct setup *setup = daemon->setup;
	uint16_t ports[NET_PORTS], port;
	unsigned int count = 0, at;
	const struct plan *plan;

	cds_list_for_each_entry(plan, &daemon->plans, node) {
		port = plan->connection->local.ike_port;
		for (at = 0; at < count && ports[at] != port; at++)
			;
		if (port == setup->ike_port || port == setup->nat_port || at < count)
			continue;
		if (count == NET_PORTS)
			log_say(PLUTO_ERROR, "\"%s\": pluto is at %u ports already, not at %u", plan->connection->name,
				NET_PORTS, port);
		else
			ports[count++] = port;
	}
	net_set_ports(daemon->net, ports, count);
}

void daemon_listen_at_ports(struct daemon *daemon)
{
	set_ports(daemon);
	net_listen(daemon->net, &daemon->addresses);
}

void daemon_listen(struct daemon *daemon)
{
	struct host_addresses addresses;

	if (host_addresses_read(&addresses))
		return;
	host_addresses_free(&daemon->addresses);
	daemon->addresses = addresses;
	daemon_listen_at_ports(daemon);
	pluto_addresses_changed(daemon->pluto);
	loaded_orient(daemon);
}

static void addresses_changed(void *arg)
{
	daemon_listen(arg);
	daemon_turn(arg);
}

static void stopped(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *daemon = arg;

	(void)fd;
	(void)what;
	event_base_loopbreak(daemon->base);
}

static void told_to_stop(evutil_socket_t number, short what, void *arg)
{
	(void)number;
	(void)what;
	daemon_stop(arg);
	daemon_turn(arg);
}

void daemon_stop(struct daemon *daemon)
{
	const struct timeval limit = { .tv_sec = STOP_LIMIT };
	struct ike_sa *sa, *next;
	struct plan *plan;

	if (daemon->stopping)
		return;
	daemon->stopping = true;
	if (daemon->pluto->trust.online)
		pki_online_stop(daemon->pluto->trust.online);
	log_say(PLUTO_NOTICE, "shutting down");
	evtimer_add(daemon->stop_limit, &limit);
	cds_list_for_each_entry(plan, &daemon->plans, node) {
		plan->wanted = false;
		plan_unroute(plan);
	}
	cds_list_for_each_entry_safe(sa, next, &daemon->pluto->sas, node)
		ike_delete_start(sa);
}

unsigned int daemon_read_secrets(struct daemon *daemon)
{
	struct conf_errors errors = { 0 };
	/* Whoever has certificates needs no such file. */
	bool none = access(daemon->setup->secrets, F_OK) && errno == ENOENT;
	struct secrets *secrets = none ? secrets_parse(daemon->setup->secrets, "", 0, &errors) :
					 secrets_load(daemon->setup->secrets, &errors);
	unsigned int count = log_errors(&errors);

	if (!secrets)
		return count + 1;
	secrets_free(daemon->secrets);
	daemon->secrets = secrets;
	log_say(PLUTO_NOTICE, "%s: %zu secrets", daemon->setup->secrets, secrets->count);
	return count;
}

/* Of what has failed; not every call says why. */
static int reason(void)
{
	return errno ? -errno : -ENOMEM;
}

static int open_events(struct daemon *daemon)
{
	struct event_base *base = daemon->base;

	daemon->timer = evtimer_new(base, timer_due, daemon);
	daemon->stop_limit = evtimer_new(base, stopped, daemon);
	daemon->keepalive = evtimer_new(base, keep_awake, daemon);
	daemon->terminate = evsignal_new(base, SIGTERM, told_to_stop, daemon);
	daemon->interrupt = evsignal_new(base, SIGINT, told_to_stop, daemon);
	if (!daemon->timer || !daemon->stop_limit || !daemon->keepalive || !daemon->terminate || !daemon->interrupt)
		return -ENOMEM;
	return event_add(daemon->terminate, NULL) || event_add(daemon->interrupt, NULL) ? -ENOMEM : 0;
}

static void sweep(struct backend *backend)
{
	int count = backend->ops->sweep ? backend->ops->sweep(backend) : 0;

	if (count < 0)
		log_say(PLUTO_ERROR, "what another pluto may have left stays: %s", backend->ops->why(backend));
	else if (count)
		log_say(PLUTO_NOTICE, "%d SAs and policies that another pluto has left are gone", count);
}

static void presence(void *arg, bool there)
{
	struct pluto *pluto = arg;

	pluto_presence(pluto, there);
	if (there)
		plans_show_again(pluto->arg);
}

static int open_stack(struct daemon *daemon)
{
	static const struct backend_events events = {
		.acquire = pluto_acquired,
		.expire = pluto_expired,
		.mapping = pluto_mapped,
		.presence = presence,
	};
	int err = backend_choose(&daemon->backend, daemon->setup->protostack, &events, daemon->pluto, daemon->stack,
				 sizeof(daemon->stack));
	int fd;

	log_say(err ? PLUTO_ERROR : PLUTO_NOTICE, "%s", daemon->stack);
	if (err) {
		daemon->backend = NULL;
		return err;
	}
	daemon->pluto->backend = daemon->backend;
	sweep(daemon->backend);
	fd = daemon->backend->ops->fd(daemon->backend);
	if (fd < 0)
		return 0;
	daemon->stack_event = event_new(daemon->base, fd, EV_READ | EV_PERSIST, stack_speaks, daemon);
	return daemon->stack_event && !event_add(daemon->stack_event, NULL) ? 0 : -ENOMEM;
}

static int open_net(struct daemon *daemon)
{
	const struct setup *setup = daemon->setup;
	const struct net_options options = {
		.ike_port = setup->ike_port,
		.nat_port = setup->nat_port,
		.shared = daemon->backend->ops == &backend_klips,
		.listen = setup->listen,
		.listen_count = setup->listen_count,
		.room = setup->room,
		.backend = daemon->backend,
	};
	const struct net_calls calls = { .received = received, .turn = turn, .arg = daemon };
	int err = host_addresses_read(&daemon->addresses);

	errno = 0;
	daemon->net = net_new(daemon->base, &options, &calls);
	daemon->watch = daemon->net ? host_watch_new(daemon->base, addresses_changed, daemon) : NULL;
	if (err || !daemon->watch)
		return err ? err : reason();
	/* Addresses may come later. */
	if (!net_listen(daemon->net, &daemon->addresses))
		log_say(PLUTO_ERROR, "there is no address to listen at");
	return 0;
}

/* They are threads of their own: whom peers have them wait for must not keep others from being authenticated. */
static int open_lookups(struct daemon *daemon)
{
	if (!daemon->setup->hash_and_url)
		return 0;
	daemon->pluto->lookups.on = true;
	daemon->pluto->lookups.base = daemon->setup->hash_and_url_base;
	daemon->fetchers = pool_new(daemon->base, FETCHERS, turn, daemon);
	return daemon->fetchers ? 0 : reason();
}

static int open_engine(struct daemon *daemon)
{
	daemon->pluto = pluto_new(&daemon_port, daemon);
	if (!daemon->pluto)
		return -ENOMEM;
	if (daemon->setup->limits.half_open)
		daemon->pluto->limits = daemon->setup->limits;
	daemon->pluto->many_of_one = daemon->setup->many_of_one;
	daemon->pluto->nat_port = daemon->setup->nat_port;
	daemon->pluto->quiet = !daemon->setup->log.debug;
	daemon->pluto->shunt_life = daemon->setup->shunt_life;
	errno = 0;
	daemon->updowns = updowns_new(daemon);
	daemon->pool = pool_new(daemon->base, daemon->setup->nhelpers, turn, daemon);
	return daemon->updowns && daemon->pool ? open_lookups(daemon) : reason();
}

static int open_all(struct daemon *daemon)
{
	int err = open_events(daemon);

	if (!err)
		err = open_engine(daemon);
	if (!err)
		err = open_stack(daemon);
	if (!err)
		err = open_net(daemon);
	if (err)
		return err;
	daemon_read_secrets(daemon);
	if (!daemon->secrets || trust_open(daemon))
		return -ENOMEM;
	err = daemon->setup->keylog ? daemon_keylog(daemon, daemon->setup->keylog) : 0;
	if (err)
		return err;
	daemon->control = control_new(daemon);
	if (!daemon->control)
		return -EADDRINUSE;
	updown_nflog(daemon->updowns, true);
	if (daemon->setup->keep_alive)
		keep_awake(-1, EV_TIMEOUT, daemon);
	return 0;
}

int daemon_open(struct daemon *daemon, const struct setup *setup, struct runner *runner)
{
	int err = -ENOMEM;

	memset(daemon, 0, sizeof(*daemon));
	daemon->setup = setup;
	daemon->runner = runner;
	daemon->started = time(NULL);
	daemon->armed = UINT64_MAX;
	CDS_INIT_LIST_HEAD(&daemon->plans);
	CDS_INIT_LIST_HEAD(&daemon->loaded);
	CDS_INIT_LIST_HEAD(&daemon->held);
	daemon->base = event_base_new();
	if (daemon->base)
		err = open_all(daemon);
	if (err)
		log_say(PLUTO_ERROR, "pluto does not start: %s", strerror(-err));
	return err;
}

void daemon_run(struct daemon *daemon)
{
	log_by_turns();
	daemon_turn(daemon);
	event_base_dispatch(daemon->base);
}

/* Those whose peers did not answer in time. */
static void end_sas(struct pluto *pluto)
{
	struct ike_sa *sa, *next;

	cds_list_for_each_entry_safe(sa, next, &pluto->sas, node)
		ike_sa_end(sa, "the daemon ends");
}

static void free_events(struct daemon *daemon)
{
	struct event *all[] = { daemon->timer,	   daemon->stack_event, daemon->terminate,
				daemon->interrupt, daemon->stop_limit,	daemon->keepalive };
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (all[i])
			event_free(all[i]);
	}
}

bool daemon_close(struct daemon *daemon)
{
	/* What has been fetched is looked at by the others. */
	bool all = pool_free(daemon->fetchers);

	daemon->fetchers = NULL;
	all = pool_free(daemon->pool) && all;
	daemon->pool = NULL;
	if (daemon->pluto && daemon->backend)
		end_sas(daemon->pluto);
	control_free(daemon->control);
	daemon->control = NULL;
	held_free(daemon);
	if (daemon->updowns && daemon->backend)
		updown_nflog(daemon->updowns, false);
	updowns_free(daemon->updowns);
	plans_free(daemon);
	loaded_free_all(daemon);
	if (all)
		trust_close(daemon);
	host_watch_free(daemon->watch);
	net_free(daemon->net);
	if (daemon->pluto)
		pluto_free(daemon->pluto);
	free_events(daemon);
	if (daemon->backend)
		daemon->backend->ops->close(daemon->backend);
	keylog_close(daemon->keylog);
	secrets_free(daemon->secrets);
	host_addresses_free(&daemon->addresses);
	if (daemon->base)
		event_base_free(daemon->base);
	return all;
}
