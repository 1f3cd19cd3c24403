// SPDX-License-Identifier: GPL-2.0-or-later
/* Eroutes against a naive model; the bytes are operations. */
#include "tests/eroute_model.h"

/*
 * Grace periods of our own: nobody reads between two operations. So each run frees what it made, in the same order each
 * time, which libFuzzer's leak check wants.
 */
static struct rcu_head *deferred[8 * MODEL_MAX];
static unsigned int deferred_count;

/* Takes the place of liburcu's. */
void urcu_memb_call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head))
{
	MODEL_CHECK(deferred_count < ARRAY_SIZE(deferred));
	head->func = func;
	deferred[deferred_count++] = head;
}

static void end_grace_period(void)
{
	unsigned int i;

	for (i = 0; i < deferred_count; i++)
		deferred[i]->func(deferred[i]);
	deferred_count = 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct klips_eroutes *all;
	static struct model model;
	struct model_input in = { data, size };

	if (!all) {
		rcu_register_thread();
		all = klips_eroutes_new();
	}
	MODEL_CHECK(all);
	memset(&model, 0, sizeof(model));
	while (in.size) {
		model_step(all, &model, &in);
		if (in.size % 8 == 0)
			end_grace_period();
	}
	klips_eroutes_clear(all);
	end_grace_period();
	MODEL_CHECK(!klips_eroutes_count(all));
	return 0;
}
