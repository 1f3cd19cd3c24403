// SPDX-License-Identifier: GPL-2.0-or-later
#include "../core/port.h"

static _Atomic unsigned int threads;
static _Thread_local unsigned int place; /* and 1 more; 0: not known yet */

unsigned int klips_cpu(void)
{
	if (unlikely(!place))
		place = 1 + atomic_fetch_add(&threads, 1) % KLIPS_CPUS;
	return place - 1;
}

void *klips_percpu_new(void)
{
	void *all = aligned_alloc(KLIPS_CPU_STRIDE, (size_t)KLIPS_CPUS * KLIPS_CPU_STRIDE);

	if (all)
		memset(all, 0, (size_t)KLIPS_CPUS * KLIPS_CPU_STRIDE);
	return all;
}
