// SPDX-License-Identifier: GPL-2.0-or-later
/* Readers against writers; the same under ThreadSanitizer. */
#include "test.h"
#include "core/eroute.h"

#define ROUNDS	20000
#define PACKETS 50000

static struct klips_eroutes *all;
static bool stop;

static struct klips_selector selector(u32 dst, u8 bits)
{
	struct klips_selector sel = { .src = klips_addr_v4(cpu_to_be32(0x0a000001)), .src_bits = 32 };

	sel.dst = klips_addr_v4(cpu_to_be32(dst));
	sel.dst_bits = bits;
	return sel;
}

static struct klips_said said(u32 spi)
{
	struct klips_said name = { .dst = klips_addr_v4(cpu_to_be32(0xc0000201)), .proto = 50 };

	name.spi = cpu_to_be32(spi);
	return name;
}

static struct klips_flow flow_to(u32 dst)
{
	struct klips_flow flow = { .src = klips_addr_v4(cpu_to_be32(0x0a000001)), .proto = 6, .ports = true };

	flow.dst = klips_addr_v4(cpu_to_be32(dst));
	flow.sport = cpu_to_be16(1000);
	flow.dport = cpu_to_be16(80);
	return flow;
}

/* Looks up a flow whose eroute is replaced all the time, and its fragments; returns how often there was nothing right.
 */
static void *read_all_the_time(void *arg)
{
	struct klips_flow flow = flow_to(0x0b000001), fragment = flow;
	unsigned long wrong = 0;

	fragment.ports = false;
	fragment.fragment = true;
	(void)arg;
	rcu_register_thread();
	while (!READ_ONCE(stop)) {
		struct klips_eroute *er;

		rcu_read_lock();
		er = klips_eroute_find(all, &flow);
		wrong += !er || er->said.proto != 50 || er->selector.dport != flow.dport;
		er = klips_eroute_find(all, &fragment);
		wrong += !er || er->said.proto != KLIPS_PROTO_INT;
		rcu_read_unlock();
	}
	rcu_unregister_thread();
	return (void *)wrong;
}

/* The table grows, shrinks in count and grows again at the same time. */
static void churn(unsigned int round)
{
	const struct klips_said there = said(4000);
	const struct klips_selector in = selector(0x0c000000 + round, round % 2 ? 32 : 24 + round % 8);
	const struct klips_selector out = selector(0x0c000000 + round / 2, 32);

	klips_eroute_add(all, &in, &there);
	klips_eroute_delete(all, &out, NULL);
}

static void a_lookup_always_finds_the_old_or_the_new(void **state)
{
	struct klips_selector sel = selector(0x0b000001, 32);
	struct klips_said name = said(2000);
	pthread_t readers[2];
	unsigned int i;
	void *wrong;

	(void)state;
	all = klips_eroutes_new();
	assert_non_null(all);
	stop = false;
	sel.proto = 6;
	sel.dport = cpu_to_be16(80);
	assert_int_equal(klips_eroute_add(all, &sel, &name), 0);
	for (i = 0; i < ARRAY_SIZE(readers); i++)
		assert_int_equal(pthread_create(&readers[i], NULL, read_all_the_time, NULL), 0);
	for (i = 0; i < ROUNDS; i++) {
		name = said(3000 + i % 2);
		assert_int_equal(klips_eroute_replace(all, &sel, &name, NULL), 0);
		churn(i);
	}
	WRITE_ONCE(stop, true);
	for (i = 0; i < ARRAY_SIZE(readers); i++) {
		assert_int_equal(pthread_join(readers[i], &wrong), 0);
		assert_null(wrong);
	}
	klips_eroutes_free(all);
}

static atomic64_t freed;

static void count_release(struct sk_buff *skb)
{
	atomic64_inc(&freed);
	free(skb->head);
	free(skb);
}

/* A packet of our own making, so that its end can be counted. */
static struct sk_buff *counted_packet(void)
{
	struct sk_buff *skb = calloc(1, sizeof(*skb));

	if (!skb)
		abort();
	skb->head = malloc(16);
	skb->data = skb->head;
	skb->size = 16;
	skb->owner = &freed;
	skb->release = count_release;
	return skb;
}

/* As a %hold's packets come; returns how many found no eroute, or one that was gone. */
static void *hold_all_the_time(void *arg)
{
	struct klips_flow flow = flow_to(0x0b000001);
	unsigned long refused = 0;
	unsigned int i;

	(void)arg;
	rcu_register_thread();
	for (i = 0; i < PACKETS; i++) {
		struct sk_buff *skb = counted_packet();
		struct klips_eroute *er;

		rcu_read_lock();
		er = klips_eroute_find(all, &flow);
		if (!er || !klips_eroute_hold(er, skb, NULL)) {
			refused++;
			kfree_skb(skb);
		}
		rcu_read_unlock();
	}
	rcu_unregister_thread();
	return (void *)refused;
}

static u64 count_and_free(struct klips_held *held)
{
	const u64 n = (held->first != NULL) + (held->last != NULL) + held->dropped;

	klips_held_free(held);
	return n;
}

/* Replaces and deletes in turn; returns the packets that it got and those that were dropped in eroutes. */
static u64 take_held(const struct klips_selector *sel, unsigned int round)
{
	const struct klips_said name = said(3000 + round);
	struct klips_held held;

	if (round % 4)
		assert_int_equal(klips_eroute_replace(all, sel, &name, &held), 0);
	else
		klips_eroute_delete(all, sel, &held);
	return count_and_free(&held);
}

/* Each packet that was handed over is freed once: by who got it, or as one between the first and the newest. */
static void what_was_held_has_one_owner(void **state)
{
	const struct klips_selector sel = selector(0x0b000001, 32);
	pthread_t threads[2];
	u64 taken = 0, refused = 0;
	unsigned int i;
	void *n;

	(void)state;
	all = klips_eroutes_new();
	assert_non_null(all);
	atomic64_set(&freed, 0);
	for (i = 0; i < ARRAY_SIZE(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, hold_all_the_time, NULL), 0);
	for (i = 1; i < ROUNDS; i++)
		taken += take_held(&sel, i);
	for (i = 0; i < ARRAY_SIZE(threads); i++) {
		assert_int_equal(pthread_join(threads[i], &n), 0);
		refused += (unsigned long)n;
	}
	taken += take_held(&sel, 1);
	assert_int_equal(taken + refused, PACKETS * ARRAY_SIZE(threads));
	assert_int_equal(atomic64_read(&freed), PACKETS * ARRAY_SIZE(threads));
	klips_eroutes_free(all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_lookup_always_finds_the_old_or_the_new),
		cmocka_unit_test(what_was_held_has_one_owner),
	};

	rcu_register_thread();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
