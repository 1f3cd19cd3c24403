// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdarg.h>
#include <unistd.h>
#include <sys/random.h>
#include "../core/debug.h"

#define LINE_MAX_BYTES 1024
#define RANDOM_BYTES   512

/* A thread's store of random bytes: the last @left; those before were given out, and wiped. */
struct store {
	u8 bytes[RANDOM_BYTES];
	size_t left;
	unsigned int generation;
};

static _Thread_local struct store store;
/* Counts forks: a child must not give out what its parent does. 1, so that new stores are refilled. */
static _Atomic unsigned int generation = 1;
static void (*_Atomic log_sink)(int priority, const char *text);

/**
 * crypto_memneq() - compare secrets
 * @a: some bytes
 * @b: as many
 * @size: how many
 *
 * Takes as long wherever they differ: the compiler is kept from seeing that it could stop.
 *
 * Return: 0 if they are equal.
 */
unsigned long crypto_memneq(const void *a, const void *b, size_t size)
{
	const volatile u8 *x = a;
	const volatile u8 *y = b;
	unsigned long differing = 0;
	size_t i;

	for (i = 0; i < size; i++)
		differing |= (unsigned long)(x[i] ^ y[i]);
	return differing;
}

static void count_fork(void)
{
	atomic_fetch_add(&generation, 1);
}

__attribute__((constructor)) static void watch_forks(void)
{
	if (pthread_atfork(NULL, NULL, count_fork))
		abort();
}

static void ask_kernel(u8 *data, size_t size)
{
	ssize_t got;

	while (size) {
		got = getrandom(data, size, 0);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			abort(); /* no keys can be made, no SPIs be chosen: there is nothing left to do safely */
		data += got;
		size -= (size_t)got;
	}
}

/**
 * get_random_bytes() - bytes from the kernel's generator
 * @data: where to
 * @size: how many; none if that is negative
 *
 * Few of its calls are system calls: a thread asks for 512 bytes at a time. What it has in store is wiped as it is
 * given out, and is not used in a child that was forked meanwhile.
 */
void get_random_bytes(void *data, int size)
{
	unsigned int now = atomic_load_explicit(&generation, memory_order_relaxed);
	size_t wanted = size > 0 ? (size_t)size : 0;
	u8 *from;

	if (wanted > sizeof(store.bytes)) {
		ask_kernel(data, wanted);
		return;
	}
	if (store.generation != now || store.left < wanted) {
		ask_kernel(store.bytes, sizeof(store.bytes));
		store.left = sizeof(store.bytes);
		store.generation = now;
	}
	from = store.bytes + sizeof(store.bytes) - store.left;
	memcpy(data, from, wanted);
	explicit_bzero(from, wanted);
	store.left -= wanted;
}

/**
 * klips_log_to() - say where messages go
 * @sink: gets each as a line, its end with it; NULL: standard error, as at the start
 */
void klips_log_to(void (*sink)(int priority, const char *text))
{
	atomic_store(&log_sink, sink);
}

static void log_line(int priority, const char *format, va_list args)
{
	void (*sink)(int priority, const char *text) = atomic_load(&log_sink);
	char line[LINE_MAX_BYTES];

	vsnprintf(line, sizeof(line), format, args);
	if (sink)
		sink(priority, line);
	else
		fputs(line, stderr);
}

/**
 * klips_log() - what pr_err() and the like are
 * @priority: syslog's, 3 (err) to 7 (debug)
 * @format: printf's, with the line's end; what is over 1023 bytes is cut off
 */
void klips_log(int priority, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_line(priority, format, args);
	va_end(args);
}

/* Declared in core/debug.h; klips_trace() has looked at the flags. */
void klips_trace_print(enum klips_debug category, const char *format, ...)
{
	va_list args;

	(void)category;
	va_start(args, format);
	log_line(7, format, args);
	va_end(args);
}
