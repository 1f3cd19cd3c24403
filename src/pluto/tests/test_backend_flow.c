// SPDX-License-Identifier: GPL-2.0-or-later
/* Selectors become flows: for the same packets, no others, and not too many of them. */
#include "../../klips/tests/test.h"

#include "../backend_flow.h"

static const char *why;

static void put(uint8_t *to, uint32_t addr)
{
	addr = htobe32(addr);
	memcpy(to, &addr, sizeof(addr));
}

static struct ike_ts v4(uint32_t first, uint32_t last, uint8_t protocol, uint16_t first_port, uint16_t last_port)
{
	struct ike_ts ts = { .version = 4, .protocol = protocol, .first_port = first_port, .last_port = last_port };

	put(ts.first, first);
	put(ts.last, last);
	return ts;
}

static struct ike_ts any(void)
{
	return v4(0, UINT32_MAX, 0, 0, 65535);
}

static struct ike_ts v6_any(void)
{
	struct ike_ts ts = { .version = 6, .last_port = 65535 };

	memset(ts.last, 0xff, sizeof(ts.last));
	return ts;
}

static bool is_v4(const struct klips_addr *addr, uint32_t word)
{
	return addr->version == 4 && addr->w[0] == htobe32(word) && !addr->w[1] && !addr->w[2] && !addr->w[3];
}

static void test_prefixes(void **state)
{
	struct ike_ts src = v4(0xc0000100, 0xc00001ff, 0, 0, 65535), dst = any();
	struct backend_flows flows;

	(void)state;
	assert_int_equal(backend_flows_split(&flows, &src, &dst, false, &why), 0);
	assert_int_equal(flows.count, 1);
	assert_true(is_v4(&flows.flows[0].src, 0xc0000100));
	assert_int_equal(flows.flows[0].src_bits, 24);
	assert_true(is_v4(&flows.flows[0].dst, 0));
	assert_int_equal(flows.flows[0].dst_bits, 0);
	assert_int_equal(flows.flows[0].sport_mask, 0);
	src = dst = v6_any();
	assert_int_equal(backend_flows_split(&flows, &src, &dst, true, &why), 0);
	assert_int_equal(flows.count, 1);
	assert_int_equal(flows.flows[0].src.version, 6);
	assert_int_equal(flows.flows[0].src_bits, 0);
	memset(src.first, 0xff, sizeof(src.first));
	assert_int_equal(backend_flows_split(&flows, &src, &dst, true, &why), 0);
	assert_int_equal(flows.count, 1);
	assert_int_equal(flows.flows[0].src_bits, 128);
	assert_int_equal(flows.flows[0].src.b[15], 0xff);
}

/* 10.0.0.1-10.0.0.9: .1, .2/31, .4/30, .8/31 */
static void test_range(void **state)
{
	static const struct {
		uint32_t addr;
		unsigned int bits;
	} expected[] = { { 0x0a000001, 32 }, { 0x0a000002, 31 }, { 0x0a000004, 30 }, { 0x0a000008, 31 } };
	struct ike_ts src = any(), dst = v4(0x0a000001, 0x0a000009, 0, 0, 65535);
	struct backend_flows flows;
	struct backend_flow flow;
	unsigned int i;

	(void)state;
	assert_int_equal(backend_flows_split(&flows, &src, &dst, false, &why), 0);
	assert_int_equal(flows.count, ARRAY_SIZE(expected));
	for (i = 0; i < flows.count; i++) {
		assert_true(is_v4(&flows.flows[i].dst, expected[i].addr));
		assert_int_equal(flows.flows[i].dst_bits, expected[i].bits);
	}
	assert_int_equal(backend_flow_cover(&flow, &src, &dst, &why), 0);
	assert_true(is_v4(&flow.dst, 0x0a000000));
	assert_int_equal(flow.dst_bits, 28);
	dst = v4(0x0a000001, 0xf0000009, 0, 0, 65535);
	assert_int_equal(backend_flow_cover(&flow, &src, &dst, &why), 0);
	assert_int_equal(flow.dst_bits, 0);
}

static void test_ports(void **state)
{
	struct ike_ts src = v4(1, 1, 17, 1701, 1702), dst = v4(2, 2, 17, 0, 65535);
	struct backend_flows flows;
	struct backend_flow flow;

	(void)state;
	assert_int_equal(backend_flows_split(&flows, &src, &dst, false, &why), 0);
	assert_int_equal(flows.count, 2);
	assert_int_equal(flows.flows[0].sport, 1701);
	assert_int_equal(flows.flows[1].sport, 1702);
	assert_int_equal(flows.flows[1].sport_mask, 0xffff);
	assert_int_equal(flows.flows[1].dport_mask, 0);
	assert_int_equal(backend_flow_cover(&flow, &src, &dst, &why), 0);
	assert_int_equal(flow.sport_mask, 0);
	assert_int_equal(flow.protocol, 17);
	src = v4(1, 1, 6, 1024, 65535);
	dst = v4(2, 2, 0, 0, 65535);
	assert_int_equal(backend_flows_split(&flows, &src, &dst, false, &why), -E2BIG);
	assert_int_equal(backend_flows_split(&flows, &src, &dst, true, &why), 0);
	assert_int_equal(flows.count, 6);
	assert_int_equal(flows.flows[0].sport, 1024);
	assert_int_equal(flows.flows[0].sport_mask, 0xfc00);
	assert_int_equal(flows.flows[5].sport, 32768);
	assert_int_equal(flows.flows[5].sport_mask, 0x8000);
	assert_int_equal(backend_flow_cover(&flow, &src, &dst, &why), 0);
}

static void test_icmp(void **state)
{
	struct ike_ts src = v4(1, 1, 1, 0x0800, 0x08ff), dst = v4(2, 2, 1, 0, 65535), back;
	struct backend_flows flows;
	struct backend_flow reverse;

	(void)state;
	assert_int_equal(backend_flows_split(&flows, &src, &dst, false, &why), 0);
	assert_int_equal(flows.count, 1);
	assert_int_equal(flows.flows[0].sport, 8);
	assert_int_equal(flows.flows[0].sport_mask, 0xffff);
	assert_int_equal(flows.flows[0].dport_mask, 0);
	reverse = backend_flow_reverse(&flows.flows[0]);
	assert_int_equal(reverse.sport, 8);
	assert_true(is_v4(&reverse.src, 2));
	backend_flow_ts(&back, &dst, &flows.flows[0]);
	assert_memory_equal(&back, &src, sizeof(src));
	assert_int_equal(dst.first_port, 0x0800);
	/* Type 3, code 1, said by the destination's selector. */
	dst = v4(2, 2, 1, 0x0301, 0x0301);
	src = v4(1, 1, 0, 0, 65535);
	assert_int_equal(backend_flows_split(&flows, &src, &dst, false, &why), 0);
	assert_int_equal(flows.flows[0].sport, 3);
	assert_int_equal(flows.flows[0].dport, 1);
	assert_int_equal(flows.flows[0].dport_mask, 0xffff);
	/* Types 8 to 11: masks have them as one. */
	src = v4(1, 1, 1, 0x0800, 0x0bff);
	dst = v4(2, 2, 1, 0, 65535);
	assert_int_equal(backend_flows_split(&flows, &src, &dst, true, &why), 0);
	assert_int_equal(flows.count, 1);
	assert_int_equal(flows.flows[0].sport, 8);
	assert_int_equal(flows.flows[0].sport_mask, 0xfffc);
	assert_int_equal(backend_flows_split(&flows, &src, &dst, false, &why), 0);
	assert_int_equal(flows.count, 4);
	assert_int_equal(flows.flows[3].sport, 11);
	dst = v4(2, 2, 1, 0x0c00, 0x0cff);
	assert_int_equal(backend_flows_split(&flows, &src, &dst, true, &why), -EINVAL);
}

static void test_refused(void **state)
{
	struct ike_ts src = any(), dst = any();
	struct backend_flows flows;
	struct backend_flow flow;

	(void)state;
	src.protocol = 6;
	dst.protocol = 17;
	assert_int_equal(backend_flows_split(&flows, &src, &dst, true, &why), -EINVAL);
	assert_non_null(strstr(why, "different protocols"));
	src = v4(2, 1, 0, 0, 65535);
	dst = any();
	assert_int_equal(backend_flows_split(&flows, &src, &dst, true, &why), -EINVAL);
	src = v6_any();
	assert_int_equal(backend_flows_split(&flows, &src, &dst, true, &why), -EINVAL);
	src = v4(1, 1, 17, 65535, 0);
	assert_int_equal(backend_flows_split(&flows, &src, &dst, true, &why), -EOPNOTSUPP);
	src = v4(1, 1, 47, 7, 7);
	assert_int_equal(backend_flows_split(&flows, &src, &dst, true, &why), -EOPNOTSUPP);
	src = any();
	src.version = 5;
	dst.version = 5;
	assert_int_equal(backend_flows_split(&flows, &src, &dst, true, &why), -EINVAL);
	assert_int_equal(backend_flow_cover(&flow, &src, &dst, &why), -EINVAL);
	/* 30 prefixes each, and so 900 together. */
	src = dst = v4(1, 0x7ffffffe, 0, 0, 65535);
	assert_int_equal(backend_flows_split(&flows, &src, &dst, true, &why), -E2BIG);
	assert_int_equal(flows.count, 0);
}

static bool in_ts(const struct ike_ts *ts, uint32_t addr, uint16_t port)
{
	uint8_t bytes[4];

	put(bytes, addr);
	return memcmp(bytes, ts->first, 4) >= 0 && memcmp(bytes, ts->last, 4) <= 0 && port >= ts->first_port &&
	       port <= ts->last_port;
}

static unsigned int count_matches(const struct backend_flows *flows, uint32_t addr, uint16_t port)
{
	struct klips_addr src = klips_addr_v4(htobe32(addr));
	unsigned int i, count = 0;

	for (i = 0; i < flows->count; i++) {
		const struct backend_flow *flow = &flows->flows[i];

		count += klips_addr_in(&src, &flow->src, flow->src_bits) && (port & flow->sport_mask) == flow->sport;
	}
	return count;
}

/* Every address and port is in one flow if the selector has it, and else in none. */
static void test_all(void **state)
{
	struct ike_ts dst = any(), src;
	struct backend_flows flows;
	uint64_t seed = 1;
	unsigned int round, probe, done = 0;

	(void)state;
	for (round = 0; round < 20000; round++) {
		uint32_t first = 0x0a000000 + (uint32_t)(test_random(&seed) % 64),
			 last = first + (uint32_t)(test_random(&seed) % 64);
		uint16_t low = (uint16_t)(test_random(&seed) % 16), high = (uint16_t)(low + test_random(&seed) % 16);

		src = v4(first, last, 17, low, high);
		if (backend_flows_split(&flows, &src, &dst, round & 1, &why))
			continue;
		done++;
		for (probe = 0; probe < 16; probe++) {
			uint32_t addr = 0x0a000000 + (uint32_t)(test_random(&seed) % 128);
			uint16_t port = (uint16_t)(test_random(&seed) % 40);

			assert_int_equal(count_matches(&flows, addr, port), in_ts(&src, addr, port));
		}
	}
	assert_true(done > 10000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_prefixes), cmocka_unit_test(test_range),	 cmocka_unit_test(test_ports),
		cmocka_unit_test(test_icmp),	 cmocka_unit_test(test_refused), cmocka_unit_test(test_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
