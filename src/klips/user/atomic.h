/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's locks, counters and references, over pthreads and C11; a part of kernel.h. Ordering is as the kernel's.
 */
#ifndef KLIPS_USER_ATOMIC_H
#define KLIPS_USER_ATOMIC_H

#include <pthread.h>
#include <stdatomic.h>

#define smp_load_acquire(p)	__atomic_load_n(p, __ATOMIC_ACQUIRE)
#define smp_store_release(p, v) __atomic_store_n(p, v, __ATOMIC_RELEASE)

typedef struct {
	pthread_mutex_t mutex;
} spinlock_t;

static inline void spin_lock_init(spinlock_t *lock)
{
	pthread_mutex_init(&lock->mutex, NULL);
}

static inline void spin_lock_bh(spinlock_t *lock)
{
	pthread_mutex_lock(&lock->mutex);
}

static inline void spin_unlock_bh(spinlock_t *lock)
{
	pthread_mutex_unlock(&lock->mutex);
}

typedef struct {
	_Atomic s64 n;
} atomic64_t;

static inline s64 atomic64_read(const atomic64_t *v)
{
	return atomic_load_explicit(&((atomic64_t *)v)->n, memory_order_relaxed);
}

static inline void atomic64_set(atomic64_t *v, s64 n)
{
	atomic_store_explicit(&v->n, n, memory_order_relaxed);
}

static inline void atomic64_add(s64 n, atomic64_t *v)
{
	atomic_fetch_add_explicit(&v->n, n, memory_order_relaxed);
}

static inline void atomic64_inc(atomic64_t *v)
{
	atomic64_add(1, v);
}

static inline s64 atomic64_add_return(s64 n, atomic64_t *v)
{
	return atomic_fetch_add(&v->n, n) + n;
}

static inline s64 atomic64_inc_return(atomic64_t *v)
{
	return atomic64_add_return(1, v);
}

static inline s64 atomic64_cmpxchg(atomic64_t *v, s64 old, s64 new)
{
	atomic_compare_exchange_strong(&v->n, &old, new);
	return old;
}

typedef struct {
	_Atomic unsigned int n;
} refcount_t;

static inline void refcount_set(refcount_t *r, unsigned int n)
{
	atomic_store_explicit(&r->n, n, memory_order_relaxed);
}

static inline unsigned int refcount_read(const refcount_t *r)
{
	return atomic_load_explicit(&((refcount_t *)r)->n, memory_order_relaxed);
}

static inline void refcount_inc(refcount_t *r)
{
	atomic_fetch_add_explicit(&r->n, 1, memory_order_relaxed);
}

static inline bool refcount_dec_and_test(refcount_t *r)
{
	return atomic_fetch_sub(&r->n, 1) == 1;
}

static inline bool refcount_inc_not_zero(refcount_t *r)
{
	unsigned int n = refcount_read(r);

	while (n && !atomic_compare_exchange_weak(&r->n, &n, n + 1))
		;
	return n;
}

#endif
