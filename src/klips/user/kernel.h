/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The part of the kernel's interface that core is written against (core/port.h), in user space. */
#ifndef KLIPS_USER_KERNEL_H
#define KLIPS_USER_KERNEL_H

#include <endian.h>
#include <errno.h>
#include <malloc.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <linux/types.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t s32;
typedef int64_t s64;

/* compiler */
#define likely(x)	 __builtin_expect(!!(x), 1)
#define unlikely(x)	 __builtin_expect(!!(x), 0)
#define READ_ONCE(x)	 __atomic_load_n(&(x), __ATOMIC_RELAXED) /* ThreadSanitizer knows these */
#define WRITE_ONCE(x, v) __atomic_store_n(&(x), v, __ATOMIC_RELAXED)
#define ARRAY_SIZE(a)	 (sizeof(a) / sizeof((a)[0]))
#ifndef __always_inline
#define __always_inline inline __attribute__((__always_inline__))
#endif
#ifndef container_of
#define container_of(ptr, type, member) ((type *)((char *)(ptr)-offsetof(type, member)))
#endif
#define BUILD_BUG_ON(x) _Static_assert(!(x), #x)
#define fallthrough	__attribute__((__fallthrough__))
#define __packed	__attribute__((__packed__))
#define __aligned(n)	__attribute__((__aligned__(n)))
#define __read_mostly
#define __printf(a, b) __attribute__((__format__(__printf__, a, b)))
#define __rcu
#define __force
#define __must_hold(x)
/* clang-format off */
#define min(a, b)	({ __typeof__(a) a_ = (a); __typeof__(b) b_ = (b); a_ < b_ ? a_ : b_; })
#define max(a, b)	({ __typeof__(a) a_ = (a); __typeof__(b) b_ = (b); a_ > b_ ? a_ : b_; })
/* clang-format on */
#define min_t(type, a, b)  min((type)(a), (type)(b))
#define max_t(type, a, b)  max((type)(a), (type)(b))
#define round_up(x, n)	   ((((x)-1) | ((__typeof__(x))(n)-1)) + 1) /* n: a power of two */
#define DIV_ROUND_UP(x, n) (((x) + (n)-1) / (n))

#include "byteorder.h"

/* memory */
typedef unsigned int gfp_t;
#define GFP_KERNEL 0
#define GFP_ATOMIC 0

static inline void *kmalloc(size_t size, gfp_t gfp)
{
	(void)gfp;
	return malloc(size);
}

static inline void *kzalloc(size_t size, gfp_t gfp)
{
	(void)gfp;
	return calloc(1, size);
}

static inline void *kcalloc(size_t n, size_t size, gfp_t gfp)
{
	(void)gfp;
	return calloc(n, size);
}

static inline void *kvcalloc(size_t n, size_t size, gfp_t gfp)
{
	return kcalloc(n, size, gfp);
}

static inline void kfree(const void *p)
{
	free((void *)p);
}

static inline void kvfree(const void *p)
{
	free((void *)p);
}

static inline void memzero_explicit(void *p, size_t size)
{
	explicit_bzero(p, size);
}

/* For what held keys. */
static inline void kfree_sensitive(const void *p)
{
	if (p)
		explicit_bzero((void *)p, malloc_usable_size((void *)p));
	free((void *)p);
}

unsigned long crypto_memneq(const void *a, const void *b, size_t size);

#include "atomic.h"
#include "rcu.h"
#include "list.h"
#include "percpu.h"

/* time and random numbers */
#define NSEC_PER_SEC 1000000000ULL

static inline u64 ktime_get_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (u64)t.tv_sec * NSEC_PER_SEC + (u64)t.tv_nsec;
}

static inline u64 ktime_get_coarse_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
	return (u64)t.tv_sec * NSEC_PER_SEC + (u64)t.tv_nsec;
}

static inline s64 ktime_get_real_seconds(void)
{
	return time(NULL);
}

void get_random_bytes(void *data, int size);

/* messages; priorities are syslog's */
void klips_log(int priority, const char *format, ...) __printf(2, 3);
void klips_log_to(void (*sink)(int priority, const char *text));
#define pr_err(...)  klips_log(3, __VA_ARGS__)
#define pr_warn(...) klips_log(4, __VA_ARGS__)
#define pr_info(...) klips_log(6, __VA_ARGS__)

#include "skb.h"

#endif
