/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All that KLIPS's core needs of where it runs.
 *
 * Core is written against a small part of the kernel's own interface. In the kernel that is the kernel's; in user space
 * klips/user/kernel.h has the same names, over liburcu, pthreads and OpenSSL. Nothing else may be called from core:
 *
 *   types      u8..u64, s64, bool, __be16, __be32, __be64; cpu_to_be16() and so on; get_unaligned_be32() and so on,
 *              get_unaligned_le64
 *   compiler   READ_ONCE, WRITE_ONCE, likely, unlikely, ARRAY_SIZE, container_of, min, max, min_t, max_t, BUILD_BUG_ON,
 *              fallthrough, __packed, __aligned, __read_mostly, __always_inline
 *   memory     kmalloc, kzalloc, kcalloc, kvcalloc (gfp GFP_KERNEL where one may wait, else GFP_ATOMIC), kfree, kvfree,
 *              kfree_sensitive, memzero_explicit, crypto_memneq, memcpy, memmove, memset, memcmp
 *   text       snprintf, sprintf, strcmp, strlen
 *   locks      spinlock_t with spin_lock_init, spin_lock_bh, spin_unlock_bh; atomic64_t with atomic64_read, _set, _add,
 *              _inc, _inc_return, _cmpxchg; refcount_t with refcount_set, _inc, _inc_not_zero, _dec_and_test;
 *              smp_load_acquire, smp_store_release
 *   CPUs       __percpu, alloc_percpu, free_percpu, per_cpu_ptr, this_cpu_add, for_each_possible_cpu
 *              struct klips_busy with klips_busy_init, _get, _put, _wait: uses that the end of what is used waits for
 *   RCU        rcu_read_lock, rcu_read_unlock, rcu_dereference, rcu_dereference_protected, rcu_assign_pointer, struct
 *              rcu_head, call_rcu, rcu_barrier; hlist_head, hlist_node with the _rcu functions of <linux/rculist.h>;
 *              list_head
 *   time       ktime_get_ns (monotonic), ktime_get_coarse_ns (the same, some milliseconds late), ktime_get_real_seconds
 *   random     get_random_bytes
 *   messages   pr_err, pr_warn, pr_info, and klips_trace() of debug.h
 *   packets    struct sk_buff with data, len, mark; skb_push, skb_pull, skb_put, skb_trim, skb_headroom, skb_tailroom,
 *              skb_copy, skb_copy_expand, kfree_skb; the 48 bytes of skb->cb; klips_skb_new
 *   crypto     what crypto.h names
 */
#ifndef KLIPS_CORE_PORT_H
#define KLIPS_CORE_PORT_H

#ifdef __KERNEL__
#include <linux/types.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/mm.h>
#include <linux/completion.h>
#include <linux/percpu.h>
#include <linux/percpu-refcount.h>
#include <linux/spinlock.h>
#include <linux/refcount.h>
#include <linux/rculist.h>
#include <linux/ktime.h>
#include <linux/timekeeping.h>
#include <linux/random.h>
#include <linux/skbuff.h>
#include <linux/string.h>
#include <linux/version.h>
#include <crypto/algapi.h>
#include <asm/byteorder.h>
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 8, 0)
#include <crypto/utils.h>
#endif
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
#include <linux/unaligned.h>
#else
#include <asm/unaligned.h>
#endif

/* A packet of no bytes yet with this much room before and after its data; NULL: no memory. */
static inline struct sk_buff *klips_skb_new(u32 headroom, u32 room)
{
	struct sk_buff *skb = headroom > UINT_MAX - room ? NULL : alloc_skb(headroom + room, GFP_ATOMIC);

	if (skb)
		skb_reserve(skb, headroom);
	return skb;
}

struct klips_busy {
	struct percpu_ref users;
	struct completion idle;
};

static inline void klips_busy_is_idle(struct percpu_ref *users)
{
	complete(&container_of(users, struct klips_busy, users)->idle);
}

static inline int klips_busy_init(struct klips_busy *busy)
{
	init_completion(&busy->idle);
	return percpu_ref_init(&busy->users, klips_busy_is_idle, 0, GFP_KERNEL);
}

static inline void klips_busy_get(struct klips_busy *busy)
{
	percpu_ref_get(&busy->users);
}

static inline void klips_busy_put(struct klips_busy *busy)
{
	percpu_ref_put(&busy->users);
}

/* No use begins any more. When it returns none is left. May sleep. */
static inline void klips_busy_wait(struct klips_busy *busy)
{
	percpu_ref_kill(&busy->users);
	wait_for_completion(&busy->idle);
	percpu_ref_exit(&busy->users);
}
#else
#include "../user/kernel.h"
#endif

#endif
