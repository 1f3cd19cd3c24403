// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Many processes at once: module_race SEED SECONDS [MODULE]. Two for each processor send through a tunnel between the
 * ends that testing/module/ends.sh has made, and others change its SAs, eroutes and devices, read the tables, choose
 * how new SAs encrypt, and make namespaces that end with packets on their way. With the module's file named it goes and
 * comes back meanwhile. What they do follows from SEED; when, does not. Prints what was done. Exits with 1 if a request
 * comes to what can be no answer, if no packet came through meanwhile, or if none does through a tunnel made
 * afterwards.
 */
#define _GNU_SOURCE
#include <inttypes.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "guest/race.h"

#define WORKERS_MOST 64
#define RELOAD_MS    3000
#define RELOAD_SHARE 4 /* the module stays so many times as long as it takes to come back, at least */

/**
 * struct work - what processes are there for
 * @name: for users
 * @step: what each does again and again
 * @ends: 2: there is one for each end; 1: for the first
 * @everywhere: one on each processor
 */
static const struct work {
	const char *name;
	void (*step)(struct race *race);
	int ends;
	bool everywhere;
} works[] = {
	{ "traffic", race_traffic, 2, true },  { "tables", race_tables, 2, true },
	{ "reading", race_read, 2, false },    { "devices", race_devices, 2, false },
	{ "offload", race_offload, 1, false }, { "namespaces", race_namespace, 1, false },
};

/**
 * struct worker - a process
 * @work: what it does
 * @pid: its number
 */
struct worker {
	const struct work *work;
	pid_t pid;
};

static struct worker workers[WORKERS_MOST];
static struct race_count *counts; /* of each, shared with it */
static int workers_count;
static volatile sig_atomic_t ending;

static void stay_on(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		tunnel_fail(NULL, "processor", strerror(errno));
}

static void end_soon(int number)
{
	(void)number;
	ending = 1;
}

/* Until it is asked to end; a step that was begun is done. */
static __attribute__((noreturn)) void work_on(const struct work *work, struct race *race)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGTERM, end_soon);
	if (work->everywhere)
		stay_on(race->cpu);
	tunnel_begin(race->end);
	while (!ending)
		work->step(race);
	_exit(0);
}

static void start(const struct work *work, u64 seed, int end, int cpu, bool reloaded)
{
	struct worker *worker = &workers[workers_count];
	struct race race = { .chance = chance_of(seed, (u64)workers_count),
			     .end = &tunnel_ends[end],
			     .other = &tunnel_ends[!end],
			     .count = &counts[workers_count],
			     .fd = -1,
			     .cpu = cpu,
			     .reloaded = reloaded };

	if (workers_count == WORKERS_MOST)
		tunnel_fail(NULL, "processors", "too many");
	worker->work = work;
	worker->pid = fork();
	if (!worker->pid)
		work_on(work, &race);
	if (worker->pid < 0)
		tunnel_fail(NULL, "fork", strerror(errno));
	workers_count++;
}

static void start_all(u64 seed, bool reloaded)
{
	int cpus = (int)sysconf(_SC_NPROCESSORS_ONLN), end, cpu;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(works); i++)
		for (end = 0; end < works[i].ends; end++)
			for (cpu = 0; cpu < (works[i].everywhere ? cpus : 1); cpu++)
				start(&works[i], seed, end, cpu, reloaded);
}

/* None of them ends by itself, unless something is wrong, which it has told. */
static void look_after_all(void)
{
	int status;
	pid_t pid = waitpid(-1, &status, WNOHANG);

	if (pid > 0)
		tunnel_fail(NULL, "a process ended", WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "see above");
}

static void end_all(void)
{
	int i, status = 0;

	for (i = 0; i < workers_count; i++)
		kill(workers[i].pid, SIGTERM);
	for (i = 0; i < workers_count; i++)
		if (waitpid(workers[i].pid, &status, 0) < 0 || status)
			tunnel_fail(NULL, workers[i].work->name, "it did not end well");
}

static u64 now_ms(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (u64)time.tv_sec * 1000 + (u64)time.tv_nsec / 1000000;
}

/* When the next time is. */
static u64 reload(const char *module)
{
	u64 start = now_ms(), took;

	tunnel_reload(module);
	took = now_ms() - start;
	return now_ms() + max_t(u64, RELOAD_MS, RELOAD_SHARE * took);
}

static void last(u64 ms, const char *module)
{
	u64 end = now_ms() + ms, next = now_ms() + RELOAD_MS;

	while (now_ms() < end) {
		look_after_all();
		if (module && now_ms() > next)
			next = reload(module);
		usleep(10000);
	}
	look_after_all();
}

static void tell(void)
{
	struct race_count all;
	unsigned int i;
	int j;

	for (i = 0; i < ARRAY_SIZE(works); i++) {
		all = (struct race_count){ 0 };
		for (j = 0; j < workers_count; j++) {
			if (workers[j].work != &works[i])
				continue;
			all.tried += counts[j].tried;
			all.refused += counts[j].refused;
			all.received += counts[j].received;
		}
		printf("module_race: %s: %" PRIu64 " tried, %" PRIu64 " refused, %" PRIu64 " packets received\n",
		       works[i].name, all.tried, all.refused, all.received);
		if (works[i].step == race_traffic && !all.received)
			tunnel_fail(NULL, "traffic", "nothing came through");
	}
}

/* Whatever was left is taken away; then a tunnel must carry packets as ever. */
static void begin_again(u64 seed)
{
	int i;

	for (i = 0; i < 2; i++) {
		tunnel_begin(&tunnel_ends[i]);
		tunnel_device(&tunnel_ends[i], KLIPS_CMD_DEV_DELETE, NULL);
		tunnel_must(&tunnel_ends[i], tunnel_set_mtu(&tunnel_ends[i], tunnel_ends[i].phys, 9000), "mtu", NULL);
		tunnel_must(&tunnel_ends[i], tunnel_set_up(&tunnel_ends[i], tunnel_ends[i].phys, true), "up", NULL);
		tunnel_flush(&tunnel_ends[i]);
	}
	for (i = 0; i < 2; i++)
		tunnel_build(&tunnel_ends[i], &tunnel_ends[!i], 0x1000);
	workers_count = 0;
	for (i = 0; i < 2; i++)
		start(&works[0], seed, i, 0, false);
	for (i = 0; i < 2; i++)
		tunnel_wait_for_packet(&tunnel_ends[i]);
	end_all();
}

int main(int argc, char **argv)
{
	char *end = NULL, *rest = NULL;
	u64 seed = argc == 3 || argc == 4 ? strtoull(argv[1], &rest, 10) : 0;
	u64 seconds = argc == 3 || argc == 4 ? strtoull(argv[2], &end, 10) : 0;

	if (!seconds || *end || *rest) {
		fprintf(stderr, "usage: module_race SEED SECONDS [MODULE]\n");
		return 2;
	}
	counts = mmap(NULL, WORKERS_MOST * sizeof(*counts), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (counts == MAP_FAILED)
		tunnel_fail(NULL, "mmap", strerror(errno));
	start_all(seed, argc == 4);
	last(seconds * 1000, argv[3]);
	end_all();
	tell();
	begin_again(seed);
	return 0;
}
