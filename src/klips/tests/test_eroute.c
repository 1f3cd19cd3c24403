// SPDX-License-Identifier: GPL-2.0-or-later
#include "test.h"
#include "eroute_model.h"

static struct klips_eroutes *all;

static int start(void **state)
{
	(void)state;
	all = klips_eroutes_new();
	return all ? 0 : -1;
}

static int stop(void **state)
{
	(void)state;
	klips_eroutes_free(all);
	return 0;
}

static struct klips_addr v4(u8 a, u8 b, u8 c, u8 d)
{
	return klips_addr_v4(cpu_to_be32((u32)a << 24 | (u32)b << 16 | (u32)c << 8 | d));
}

static struct klips_said shunt(u32 spi)
{
	struct klips_said said = { .dst = klips_addr_v4(0), .spi = cpu_to_be32(spi), .proto = KLIPS_PROTO_INT };

	return said;
}

static struct klips_selector net(u8 src_bits, u8 dst_bits, u8 proto, u16 sport, u16 dport)
{
	struct klips_selector sel = { .src = v4(10, 0, 1, 1), .dst = v4(10, 0, 2, 1) };

	sel.src_bits = src_bits;
	sel.dst_bits = dst_bits;
	sel.proto = proto;
	sel.sport = cpu_to_be16(sport);
	sel.dport = cpu_to_be16(dport);
	return sel;
}

static struct klips_flow tcp(u16 sport, u16 dport)
{
	struct klips_flow flow = { .src = v4(10, 0, 1, 1), .dst = v4(10, 0, 2, 1), .proto = 6, .ports = true };

	flow.sport = cpu_to_be16(sport);
	flow.dport = cpu_to_be16(dport);
	return flow;
}

static struct klips_flow fragment_of(u8 proto)
{
	struct klips_flow flow = { .src = v4(10, 0, 1, 1), .dst = v4(10, 0, 2, 1), .proto = proto, .fragment = true };

	return flow;
}

static void add(struct klips_selector sel, u32 spi)
{
	const struct klips_said said = shunt(spi);

	assert_int_equal(klips_eroute_add(all, &sel, &said), 0);
}

/* The shunt that a flow takes; 0: none. */
static u32 taken_by(struct klips_flow flow)
{
	struct klips_eroute *er;
	u32 spi;

	rcu_read_lock();
	er = klips_eroute_find(all, &flow);
	spi = er ? be32_to_cpu(er->said.spi) : 0;
	rcu_read_unlock();
	return spi;
}

static void source_wins_then_destination_then_protocol_then_ports(void **state)
{
	static const struct {
		u8 src, dst, proto;
		u16 sport, dport;
	} order[] = {
		{ 0, 0, 0, 0, 0 },   { 0, 32, 6, 1, 2 },  { 8, 0, 0, 0, 0 },   { 8, 32, 6, 1, 2 },
		{ 24, 8, 0, 0, 0 },  { 24, 16, 0, 0, 0 }, { 24, 16, 6, 0, 0 }, { 24, 16, 6, 0, 2 },
		{ 24, 16, 6, 1, 0 }, { 24, 16, 6, 1, 2 }, { 32, 0, 0, 0, 0 },
	};
	unsigned int i;

	(void)state;
	assert_int_equal(taken_by(tcp(1, 2)), 0);
	for (i = 0; i < ARRAY_SIZE(order); i++) {
		struct klips_said said = { .dst = v4(192, 0, 2, 1), .spi = cpu_to_be32(1000 + i), .proto = 50 };
		struct klips_selector sel =
			net(order[i].src, order[i].dst, order[i].proto, order[i].sport, order[i].dport);

		assert_int_equal(klips_eroute_add(all, &sel, &said), 0);
		assert_int_equal(taken_by(tcp(1, 2)), 1000 + i);
	}
}

/* A port 0 of a packet is no eroute's "any port": that would hide those that name the other port. */
static void a_port_that_is_zero_hides_nothing(void **state)
{
	(void)state;
	add(net(24, 24, 6, 0, 0), KLIPS_SHUNT_PASS);
	add(net(24, 24, 6, 5, 0), KLIPS_SHUNT_HOLD);
	add(net(24, 24, 6, 0, 80), KLIPS_SHUNT_TRAP);
	assert_int_equal(taken_by(tcp(5, 80)), KLIPS_SHUNT_HOLD);
	assert_int_equal(taken_by(tcp(0, 80)), KLIPS_SHUNT_TRAP);
	assert_int_equal(taken_by(tcp(0, 81)), KLIPS_SHUNT_PASS);
}

static void agrees_with_the_model(void **state)
{
	static struct model model;
	static u8 bytes[400000];
	struct model_input in = { bytes, sizeof(bytes) };
	uint64_t random = 4301;
	size_t i;

	(void)state;
	memset(&model, 0, sizeof(model));
	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = (u8)(test_random(&random) >> 32);
	while (in.size)
		model_step(all, &model, &in);
	assert_true(model.count > 100);
}

static void a_later_fragment_is_dropped_where_ports_decide(void **state)
{
	(void)state;
	add(net(24, 24, 0, 0, 0), KLIPS_SHUNT_PASS);
	assert_int_equal(taken_by(fragment_of(6)), KLIPS_SHUNT_PASS);
	add(net(24, 24, 6, 0, 80), KLIPS_SHUNT_TRAP);
	assert_int_equal(taken_by(tcp(1, 80)), KLIPS_SHUNT_TRAP);
	assert_int_equal(taken_by(tcp(1, 81)), KLIPS_SHUNT_PASS);
	assert_int_equal(taken_by(fragment_of(6)), KLIPS_SHUNT_DROP);
	assert_int_equal(taken_by(fragment_of(17)), KLIPS_SHUNT_PASS);
	/* a more specific one without ports knows better */
	add(net(32, 32, 0, 0, 0), KLIPS_SHUNT_REJECT);
	assert_int_equal(taken_by(fragment_of(6)), KLIPS_SHUNT_REJECT);
}

static void a_later_fragment_goes_where_all_ports_go(void **state)
{
	const struct klips_selector sel = net(24, 24, 6, 0, 81);

	(void)state;
	add(net(24, 24, 0, 0, 0), KLIPS_SHUNT_TRAP);
	add(net(24, 24, 6, 0, 80), KLIPS_SHUNT_TRAP);
	add(sel, KLIPS_SHUNT_PASS);
	assert_int_equal(taken_by(fragment_of(6)), KLIPS_SHUNT_DROP);
	assert_int_equal(klips_eroute_delete(all, &sel, NULL), 0);
	assert_int_equal(taken_by(fragment_of(6)), KLIPS_SHUNT_TRAP);
}

/* None would match a flow of other ports; but one of the right ports had an SA. */
static void a_later_fragment_without_a_sure_eroute_is_dropped(void **state)
{
	(void)state;
	add(net(24, 24, 6, 0, 80), KLIPS_SHUNT_PASS);
	assert_int_equal(taken_by(fragment_of(6)), KLIPS_SHUNT_DROP);
	assert_int_equal(taken_by(fragment_of(17)), 0);
}

/* RFC 8200, 4.5: the transport header may be behind extension headers that only the first fragment has. */
static void a_later_fragment_of_an_unknown_protocol_is_dropped(void **state)
{
	const struct klips_said pass = shunt(KLIPS_SHUNT_PASS), trap = shunt(KLIPS_SHUNT_TRAP);
	struct klips_flow flow = { .proto = 60, .fragment = true };
	struct klips_selector sel;
	u8 bytes[16] = { 0x20, 1, 0xd, 0xb8 };

	(void)state;
	memset(&sel, 0, sizeof(sel));
	sel.src = sel.dst = flow.src = flow.dst = klips_addr_v6(bytes);
	sel.src_bits = sel.dst_bits = 64;
	assert_int_equal(klips_eroute_add(all, &sel, &pass), 0);
	assert_int_equal(taken_by(flow), KLIPS_SHUNT_PASS);
	sel.proto = 17;
	assert_int_equal(klips_eroute_add(all, &sel, &trap), 0);
	assert_int_equal(taken_by(flow), KLIPS_SHUNT_DROP);
	flow.proto = 6;
	assert_int_equal(taken_by(flow), KLIPS_SHUNT_PASS);
}

static void keeps_the_first_and_the_newest(void **state)
{
	const struct klips_selector sel = net(32, 32, 0, 0, 0);
	const struct klips_said pass = shunt(KLIPS_SHUNT_PASS);
	struct klips_eroute *er;
	struct klips_held held;
	u32 i;

	(void)state;
	add(sel, KLIPS_SHUNT_HOLD);
	rcu_read_lock();
	er = klips_eroute_exact(all, &sel);
	for (i = 1; i <= 8; i++) {
		struct sk_buff *skb = klips_skb_new(0, 10);

		assert_non_null(skb);
		skb->mark = i;
		assert_true(klips_eroute_hold(er, skb, NULL));
	}
	rcu_read_unlock();
	assert_int_equal(klips_eroute_replace(all, &sel, &pass, &held), 0);
	assert_int_equal(held.first->mark, 1);
	assert_int_equal(held.last->mark, 8);
	assert_int_equal(held.dropped, 6);
	klips_held_free(&held);
	assert_null(held.first);
	assert_int_equal(klips_eroute_delete(all, &sel, &held), 0);
	assert_null(held.first);
}

static void an_eroute_that_is_gone_keeps_nothing(void **state)
{
	const struct klips_selector sel = net(32, 32, 0, 0, 0);
	struct sk_buff *skb = klips_skb_new(0, 10);
	struct klips_eroute *er;

	(void)state;
	assert_non_null(skb);
	add(sel, KLIPS_SHUNT_HOLD);
	rcu_read_lock();
	er = klips_eroute_exact(all, &sel);
	assert_int_equal(klips_eroute_delete(all, &sel, NULL), 0);
	assert_false(klips_eroute_hold(er, skb, NULL));
	rcu_read_unlock();
	kfree_skb(skb);
}

/* ASan's leak checker is the judge. */
static void frees_what_it_holds_at_the_end(void **state)
{
	const struct klips_selector sel = net(32, 32, 0, 0, 0);

	(void)state;
	add(sel, KLIPS_SHUNT_HOLD);
	rcu_read_lock();
	assert_true(klips_eroute_hold(klips_eroute_exact(all, &sel), klips_skb_new(0, 10), NULL));
	assert_true(klips_eroute_hold(klips_eroute_exact(all, &sel), klips_skb_new(0, 10), NULL));
	rcu_read_unlock();
}

static void refuses_nonsense(void **state)
{
	struct klips_selector sel = net(24, 24, 0, 0, 0), ports = net(24, 24, 0, 0, 1), longer = net(33, 0, 0, 0, 0);
	const struct klips_said pass = shunt(KLIPS_SHUNT_PASS), zero = { .dst = v4(1, 1, 1, 1), .proto = 50 };
	const struct klips_said early = shunt(255), late = shunt(262);
	struct klips_held held = { (void *)1, (void *)1, 1 };

	(void)state;
	assert_int_equal(klips_eroute_add(all, &ports, &pass), -EINVAL);
	assert_int_equal(klips_eroute_add(all, &longer, &pass), -EINVAL);
	assert_int_equal(klips_eroute_add(all, &sel, &zero), -EINVAL);
	assert_int_equal(klips_eroute_add(all, &sel, &early), -EINVAL);
	assert_int_equal(klips_eroute_add(all, &sel, &late), -EINVAL);
	assert_int_equal(klips_eroute_delete(all, &sel, &held), -ENOENT);
	assert_null(held.first);
	assert_int_equal(klips_eroutes_count(all), 0);
	assert_int_equal(klips_eroute_add(all, &sel, &pass), 0);
	assert_int_equal(klips_eroute_add(all, &sel, &pass), -EEXIST);
	/* bits behind the prefix do not count */
	sel.src = v4(10, 0, 1, 77);
	assert_int_equal(klips_eroute_add(all, &sel, &pass), -EEXIST);
	assert_int_equal(klips_eroutes_count(all), 1);
}

static int count_until(struct klips_eroute *er, void *arg)
{
	unsigned int *left = arg;

	assert_true(er->added);
	return --*left ? 0 : 7;
}

static void grows_and_finds_all(void **state)
{
	const struct klips_said pass = shunt(KLIPS_SHUNT_PASS);
	struct klips_selector sel = net(32, 32, 0, 0, 0);
	struct klips_flow flow = tcp(1, 1);
	unsigned int i, left = 20001;

	(void)state;
	for (i = 0; i < 20000; i++) {
		sel.dst = flow.dst = klips_addr_v4(cpu_to_be32(0x0b000000 + i));
		assert_int_equal(klips_eroute_add(all, &sel, &pass), 0);
		assert_int_equal(taken_by(flow), KLIPS_SHUNT_PASS);
	}
	for (i = 0; i < 20001; i++) {
		flow.dst = klips_addr_v4(cpu_to_be32(0x0b000000 + i));
		assert_int_equal(taken_by(flow), i < 20000 ? KLIPS_SHUNT_PASS : 0);
	}
	assert_int_equal(klips_eroutes_walk(all, count_until, &left), 0);
	assert_int_equal(left, 1);
	left = 5;
	assert_int_equal(klips_eroutes_walk(all, count_until, &left), 7);
}

#define eroute_test(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		eroute_test(source_wins_then_destination_then_protocol_then_ports),
		eroute_test(a_port_that_is_zero_hides_nothing),
		eroute_test(agrees_with_the_model),
		eroute_test(a_later_fragment_is_dropped_where_ports_decide),
		eroute_test(a_later_fragment_goes_where_all_ports_go),
		eroute_test(a_later_fragment_without_a_sure_eroute_is_dropped),
		eroute_test(a_later_fragment_of_an_unknown_protocol_is_dropped),
		eroute_test(keeps_the_first_and_the_newest),
		eroute_test(an_eroute_that_is_gone_keeps_nothing),
		eroute_test(frees_what_it_holds_at_the_end),
		eroute_test(refuses_nonsense),
		eroute_test(grows_and_finds_all),
	};

	rcu_register_thread();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
