/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * RCU, which is liburcu's; a part of kernel.h. Threads that read call rcu_register_thread() first.
 *
 * The pointers are published with the compiler's own atomics, so that ThreadSanitizer follows them. Of grace periods it
 * knows nothing, because liburcu is not built with it: there, whoever ends reading is said to come before all that is
 * done after a grace period.
 */
#ifndef KLIPS_USER_RCU_H
#define KLIPS_USER_RCU_H

#ifdef __has_feature
#if __has_feature(thread_sanitizer)
#define KLIPS_TSAN
#endif
#endif
#ifdef __SANITIZE_THREAD__
#define KLIPS_TSAN
#endif

#ifndef KLIPS_TSAN
#define _LGPL_SOURCE /* readers inline; this code's licence allows it */
#endif
#include <urcu.h>

#undef rcu_dereference
#undef rcu_assign_pointer
#define rcu_dereference(p)		__atomic_load_n(&(p), __ATOMIC_CONSUME)
#define rcu_assign_pointer(p, v)	__atomic_store_n(&(p), v, __ATOMIC_RELEASE)
#define rcu_dereference_protected(p, c) (p)
#define rcu_access_pointer(p)		__atomic_load_n(&(p), __ATOMIC_RELAXED)
#define RCU_INIT_POINTER(p, v)		__atomic_store_n(&(p), v, __ATOMIC_RELAXED)

#ifdef KLIPS_TSAN
void klips_tsan_rcu_read_unlock(void);
void klips_tsan_call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head));
void klips_tsan_synchronize_rcu(void);
void klips_tsan_rcu_barrier(void);
#undef rcu_read_unlock
#undef call_rcu
#undef synchronize_rcu
#undef rcu_barrier
#define rcu_read_unlock klips_tsan_rcu_read_unlock
#define call_rcu	klips_tsan_call_rcu
#define synchronize_rcu klips_tsan_synchronize_rcu
#define rcu_barrier	klips_tsan_rcu_barrier
#endif

#endif
