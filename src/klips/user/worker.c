// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Threads. Each has a queue of every TUN, a socket of the UDP port, and some of the raw sockets; it sends what it reads
 * itself, so that a flow's packets stay in order.
 */
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "daemon.h"

#define EVENTS 16

static _Thread_local struct klips_worker *self;

struct klips_worker *klips_worker_self(void)
{
	return self;
}

/* Says which worker this thread is. */
void klips_worker_enter(struct klips_worker *worker)
{
	self = worker;
	rcu_register_thread();
}

/**
 * klips_worker_watch() - have a thread read something
 * @worker: the thread
 * @fd: what
 * @what: KLIPS_EVENT_ and an index
 *
 * Return: 0 or a negative errno.
 */
int klips_worker_watch(struct klips_worker *worker, int fd, u32 what)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u32 = what };

	return epoll_ctl(worker->epoll, EPOLL_CTL_ADD, fd, &event) ? -errno : 0;
}

/**
 * klips_worker_unwatch() - have a thread read something no more; it may do so until a grace period has passed
 * @worker: the thread
 * @fd: what
 */
void klips_worker_unwatch(struct klips_worker *worker, int fd)
{
	epoll_ctl(worker->epoll, EPOLL_CTL_DEL, fd, NULL);
}

static void serve_tun(struct klips_worker *worker, u32 index)
{
	struct klips_tun *tun = rcu_dereference(worker->daemon->tuns[index]);

	if (tun)
		klips_tun_read(worker, tun);
}

/* Whether the thread goes on. */
static bool serve(struct klips_worker *worker, u32 what)
{
	u32 index = what & 0xffff;

	switch (what & ~0xffffU) {
	case KLIPS_EVENT_TUN:
		serve_tun(worker, index);
		break;
	case KLIPS_EVENT_UDP:
		klips_udp_read(worker, index);
		break;
	case KLIPS_EVENT_RAW:
		klips_raw_read(worker, index);
		break;
	case KLIPS_EVENT_STOP:
		return false;
	}
	return true;
}

static void *run(void *arg)
{
	struct klips_worker *worker = arg;
	struct epoll_event events[EVENTS];
	bool going = true;
	int i, count;

	klips_worker_enter(worker);
	while (going) {
		count = epoll_wait(worker->epoll, events, EVENTS, -1);
		rcu_read_lock();
		for (i = 0; i < count; i++)
			going &= serve(worker, events[i].data.u32);
		rcu_read_unlock();
	}
	klips_slots_end();
	rcu_unregister_thread();
	return NULL;
}

static int watch_all(struct klipsd *daemon, struct klips_worker *worker)
{
	unsigned int i;
	int err = klips_worker_watch(worker, daemon->stop, KLIPS_EVENT_STOP);

	for (i = 0; i < 2 && !err; i++)
		if (worker->udp[0][i].fd >= 0)
			err = klips_worker_watch(worker, worker->udp[0][i].fd, KLIPS_EVENT_UDP | i);
	for (i = worker->index; i < KLIPS_RAW_INPUTS && !err; i += daemon->workers)
		if (daemon->raw_inputs[i] >= 0)
			err = klips_worker_watch(worker, daemon->raw_inputs[i], KLIPS_EVENT_RAW | i);
	return err;
}

static int start(struct klipsd *daemon, struct klips_worker *worker)
{
	int err;

	worker->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (worker->epoll < 0)
		return -errno;
	worker->raw_reader = klips_raw_reader_new();
	err = worker->raw_reader ? klips_scatter_init(&worker->tun_scatter) : -ENOMEM;
	if (!err)
		err = klips_scatter_init(&worker->udp_scatter);
	if (!err)
		err = watch_all(daemon, worker);
	if (!err)
		err = -pthread_create(&worker->thread, NULL, run, worker);
	worker->running = !err;
	return err;
}

/**
 * klips_workers_start() - start the threads
 * @daemon: with its sockets
 *
 * Return: 0 or a negative errno; klips_workers_stop() ends those that were started.
 */
int klips_workers_start(struct klipsd *daemon)
{
	sigset_t all, before;
	unsigned int i;
	int err = 0;

	for (i = 0; i <= daemon->workers; i++) {
		daemon->worker[i].daemon = daemon;
		daemon->worker[i].index = i;
	}
	/* Signals are the main thread's. */
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	for (i = 0; i < daemon->workers && !err; i++)
		err = start(daemon, &daemon->worker[i]);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return err;
}

static void end(struct klips_worker *worker)
{
	if (worker->running)
		pthread_join(worker->thread, NULL);
	worker->running = false;
	klips_raw_reader_free(worker->raw_reader);
	worker->raw_reader = NULL;
	klips_scatter_exit(&worker->tun_scatter);
	klips_scatter_exit(&worker->udp_scatter);
	if (worker->epoll >= 0)
		close(worker->epoll);
	worker->epoll = -1;
}

/**
 * klips_workers_stop() - end the threads
 * @daemon: whose; they are told, and waited for
 */
void klips_workers_stop(struct klipsd *daemon)
{
	unsigned int i;

	if (daemon->stop >= 0)
		eventfd_write(daemon->stop, 1);
	for (i = 0; i < daemon->workers; i++)
		end(&daemon->worker[i]);
}
