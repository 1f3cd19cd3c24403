// SPDX-License-Identifier: GPL-2.0-or-later
/* klipsd: KLIPS in user space. It stays in the foreground; `ipsec klips start` or a service manager puts it elsewhere.
 */
#define _GNU_SOURCE
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <syslog.h>
#include <unistd.h>

#include "../../lib/pid_file.h"
#include "../../lib/version.h"
#include "../control/control_request.h"
#include "crypto_driver.h"
#include "control_server.h"
#include "daemon.h"

#define TICK (NSEC_PER_SEC) /* timers are looked at so often: another thread's first use of an SA may set one */

static struct klipsd klipsd;

static bool tell_acquire(struct klips *klips, const struct klips_acquire *acquire)
{
	return klips_control_acquire(((struct klipsd *)klips->own)->server, acquire);
}

static void tell_expire(struct klips_sa *sa, enum klips_life life, void *arg)
{
	struct klips *klips = arg;

	klips_control_expire(((struct klipsd *)klips->own)->server, sa, life);
}

static void tell_mapping(struct klips *klips, struct klips_sa *sa, const struct klips_addr *addr, u16 port)
{
	klips_control_mapping(((struct klipsd *)klips->own)->server, &sa->said, addr, port);
}

static struct sk_buff *defrag(struct klips *klips, struct klips_dev *dev, struct sk_buff *skb)
{
	return klips_defrag_add(&((struct klipsd *)klips->own)->defrag, dev, skb, ktime_get_ns());
}

static const struct klips_ops ops = {
	.send = klipsd_send,
	.receive = klipsd_receive,
	.is_local = klipsd_is_local,
	.acquire = tell_acquire,
	.expire = tell_expire,
	.mapping = tell_mapping,
	.defrag = defrag,
	.keepalive = klipsd_keepalive,
};

static const char *driver(struct klips *klips)
{
	(void)klips;
	return klips_crypto_title();
}

static const struct klips_control_ops control_ops = {
	.set_eroute = klipsd_set_eroute,
	.unset_eroute = klipsd_unset_eroute,
	.clear_eroutes = klipsd_clear_eroutes,
	.create = klipsd_create,
	.remove = klipsd_remove,
	.attach = klipsd_attach,
	.detach = klipsd_detach,
	.driver = driver,
	.add_port = klipsd_add_port,
	.guard_name = klipsd_guard_name,
};

static void to_syslog(int priority, const char *text)
{
	syslog(priority, "%s", text);
}

static int complain(const char *what, int err)
{
	pr_err("klipsd: %s: %s\n", what, strerror(-err));
	return err;
}

static int write_pid(struct klipsd *daemon)
{
	const char *path = daemon->options.pid_file;
	int err = pid_file_write(path, getpid());

	daemon->wrote_pid = !err || err == -EIO;
	return err ? complain(path, err) : 0;
}

/* What needs all rights. */
static int open_all(struct klipsd *daemon)
{
	const struct klipsd_options *options = &daemon->options;
	int err = klips_crypto_choose(options->crypto);

	if (err)
		return complain(options->crypto, err);
	err = klips_control_server_new(&daemon->server, &daemon->control, options->control);
	if (err)
		return complain(options->control, err);
	daemon->stop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	err = daemon->stop < 0 ? -errno : klips_sockets_open(daemon);
	if (!err)
		err = klips_pmtu_open(daemon);
	if (err)
		return complain("sockets", err);
	err = klips_route_watch(daemon);
	if (err)
		return complain("rtnetlink", err);
	err = klipsd_guard_start(daemon);
	if (err)
		return complain("--guard on: nf_tables", err);
	err = options->udp_port ? klipsd_add_port(&daemon->klips, options->udp_port, false) : 0;
	return err ? complain("--udp-port: the guard", err) : 0;
}

static int confine(struct klipsd *daemon)
{
	int err = klips_privileges_drop(daemon->options.user);

	if (err)
		return complain("privileges", err);
	err = klips_filter_start();
	/* Some sandboxes let nobody filter; what they allow is little already. */
	if (err)
		pr_warn("klipsd: no seccomp filter: %s\n", strerror(-err));
	return 0;
}

/* So that stop() tells from 0, which is a descriptor, what was not opened. */
static void forget_descriptors(struct klipsd *daemon)
{
	unsigned int i;

	daemon->stop = -1;
	daemon->icmp[0] = daemon->icmp[1] = -1;
	klips_sockets_forget(daemon);
	for (i = 0; i <= KLIPS_WORKERS_MAX; i++)
		daemon->worker[i].epoll = -1;
}

static int start(struct klipsd *daemon)
{
	int err = klips_init(&daemon->klips, &ops, daemon);
	if (err)
		return complain("start", err);
	daemon->klips.settings.keepalive = daemon->options.keepalive;
	klips_defrag_init(&daemon->defrag, &daemon->klips.stats.defrag_dropped);
	daemon->control.klips = &daemon->klips;
	daemon->control.ops = &control_ops;
	daemon->control.version = CYGNET_VERSION;
	daemon->control.type = KLIPS_CONTROL_TYPE;
	daemon->workers = daemon->options.workers;
	err = open_all(daemon);
	if (!err && daemon->options.pid_file)
		err = write_pid(daemon);
	if (!err)
		err = confine(daemon);
	if (err)
		return err;
	err = klips_workers_start(daemon);
	if (err)
		return complain("threads", err);
	klips_worker_enter(&daemon->worker[daemon->workers]);
	return 0;
}

/* Milliseconds until something is due. */
static int run_timers(struct klipsd *daemon)
{
	u64 now = ktime_get_ns(), next = klips_run_timers(&daemon->klips, now), due = now + TICK;

	klips_defrag_expire(&daemon->defrag, now);
	if (next && next < due)
		due = next;
	return due > now ? (int)((due - now + 999999) / 1000000) : 0;
}

static int run(struct klipsd *daemon, int signals)
{
	struct pollfd polled[] = {
		{ .fd = signals, .events = POLLIN },
		{ .fd = klips_control_server_fd(daemon->server), .events = POLLIN },
		{ .fd = daemon->netlink, .events = POLLIN },
		{ .fd = daemon->icmp[0], .events = POLLIN },
		{ .fd = daemon->icmp[1], .events = POLLIN },
	};
	int err = 0;

	while (!err) {
		if (poll(polled, ARRAY_SIZE(polled), run_timers(daemon)) < 0) {
			err = errno == EINTR ? 0 : -errno;
			continue;
		}
		if (polled[0].revents)
			return 0;
		/* What was before a request is known when the request is answered. */
		if (polled[2].revents)
			klips_route_run(daemon);
		if (polled[3].revents)
			klips_pmtu_read(daemon, 0);
		if (polled[4].revents)
			klips_pmtu_read(daemon, 1);
		if (polled[1].revents)
			err = klips_control_server_run(daemon->server);
	}
	return complain("main loop", err);
}

static void stop(struct klipsd *daemon)
{
	unsigned int i;

	klips_workers_stop(daemon);
	for (i = 0; i < KLIPS_DEVICES; i++)
		if (daemon->klips.devices[i])
			klipsd_remove(&daemon->klips, daemon->klips.devices[i]->name);
	if (daemon->server)
		klips_control_server_free(daemon->server);
	klips_route_end(daemon);
	klipsd_guard_end(daemon);
	klips_pmtu_close(daemon);
	klips_sockets_close(daemon);
	klips_defrag_exit(&daemon->defrag);
	if (daemon->klips.ops)
		klips_exit(&daemon->klips);
	rcu_barrier();
	klips_slots_end();
	if (daemon->stop >= 0)
		close(daemon->stop);
	/* That of a klipsd that runs already is not ours to remove. */
	if (daemon->wrote_pid)
		unlink(daemon->options.pid_file);
}

int main(int argc, char **argv)
{
	int status = klipsd_options_read(&klipsd.options, argc, argv);
	int signals, err;
	sigset_t set;

	if (status >= 0)
		return status;
	forget_descriptors(&klipsd);
	if (klipsd.options.syslog) {
		openlog("klipsd", LOG_PID | LOG_NDELAY, LOG_DAEMON);
		klips_log_to(to_syslog);
	}
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	signals = signalfd(-1, &set, SFD_CLOEXEC);
	err = signals < 0 ? complain("signals", -errno) : start(&klipsd);
	if (!err) {
		pr_info("klipsd: ready, %u threads, %s\n", klipsd.workers, klips_crypto_title());
		err = run(&klipsd, signals);
	}
	stop(&klipsd);
	return err ? 1 : 0;
}
