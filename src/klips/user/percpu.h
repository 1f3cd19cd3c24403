/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Variables that each CPU has of its own, a part of kernel.h. Here each thread has a place, and shares it only where
 * there are more threads than places: so adding is atomic, but hardly ever waits for another's cache line.
 */
#ifndef KLIPS_USER_PERCPU_H
#define KLIPS_USER_PERCPU_H

#define __percpu
#define KLIPS_CPUS	 64
#define KLIPS_CPU_STRIDE 64

/* The thread's place, from 0 to KLIPS_CPUS - 1. */
unsigned int klips_cpu(void);
void *klips_percpu_new(void);

#define alloc_percpu(type)                                     \
	({                                                     \
		BUILD_BUG_ON(sizeof(type) > KLIPS_CPU_STRIDE); \
		(type *)klips_percpu_new();                    \
	})
#define free_percpu(p)		     free(p)
#define for_each_possible_cpu(cpu)   for ((cpu) = 0; (cpu) < KLIPS_CPUS; (cpu)++)
#define per_cpu_ptr(p, cpu)	     ((__typeof__(p))((char *)(p) + (size_t)(cpu)*KLIPS_CPU_STRIDE))
#define this_cpu_add(variable, more) __atomic_fetch_add(per_cpu_ptr(&(variable), klips_cpu()), more, __ATOMIC_RELAXED)

/* Threads have ended before what they use does: nobody needs to count. */
struct klips_busy {
};

static inline int klips_busy_init(struct klips_busy *busy)
{
	(void)busy;
	return 0;
}

static inline void klips_busy_get(struct klips_busy *busy)
{
	(void)busy;
}

static inline void klips_busy_put(struct klips_busy *busy)
{
	(void)busy;
}

static inline void klips_busy_wait(struct klips_busy *busy)
{
	(void)busy;
}

#endif
