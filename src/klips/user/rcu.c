// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel.h"

#ifdef KLIPS_TSAN

/* ThreadSanitizer's own interface; <sanitizer/tsan_interface.h> comes with clang only. */
void __tsan_acquire(void *address);
void __tsan_release(void *address);

static char grace_period; /* its address stands for all of them */

struct deferred {
	struct rcu_head head;
	struct rcu_head *wanted;
	void (*func)(struct rcu_head *head);
};

void klips_tsan_rcu_read_unlock(void)
{
	__tsan_release(&grace_period);
	urcu_memb_read_unlock();
}

static void run_deferred(struct rcu_head *head)
{
	struct deferred *deferred = container_of(head, struct deferred, head);

	__tsan_acquire(&grace_period);
	deferred->func(deferred->wanted);
	__tsan_release(&grace_period);
	free(deferred);
}

void klips_tsan_call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head))
{
	struct deferred *deferred = malloc(sizeof(*deferred));

	if (!deferred)
		abort();
	deferred->wanted = head;
	deferred->func = func;
	__tsan_release(&grace_period);
	urcu_memb_call_rcu(&deferred->head, run_deferred);
}

void klips_tsan_synchronize_rcu(void)
{
	urcu_memb_synchronize_rcu();
	__tsan_acquire(&grace_period);
}

void klips_tsan_rcu_barrier(void)
{
	urcu_memb_barrier();
	__tsan_acquire(&grace_period);
}

/* liburcu hands its own memory from thread to thread by means that ThreadSanitizer does not see. */
const char *__tsan_default_suppressions(void);
const char *__tsan_default_suppressions(void)
{
	return "called_from_lib:liburcu.so\n";
}

#endif
