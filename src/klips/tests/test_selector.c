// SPDX-License-Identifier: GPL-2.0-or-later
#include "test.h"
#include "core/selector.h"

#define TCP	 6
#define UDP	 17
#define ICMP	 1
#define ICMPV6	 58
#define HOPOPTS	 0
#define ROUTING	 43
#define FRAGMENT 44
#define DSTOPTS	 60
#define NO_NEXT	 59

/* A packet under construction. */
struct draft {
	u8 bytes[8192];
	size_t length;
	size_t next; /* offset of the byte that names what comes next; IPv6 */
};

static void put(struct draft *draft, const void *bytes, size_t size)
{
	memcpy(draft->bytes + draft->length, bytes, size);
	draft->length += size;
}

static void put_zeros(struct draft *draft, size_t size)
{
	memset(draft->bytes + draft->length, 0, size);
	draft->length += size;
}

/* Lengths as the headers say them. */
static void finish(struct draft *draft)
{
	if (draft->bytes[0] >> 4 == 4)
		put_unaligned_be16((u16)draft->length, draft->bytes + 2);
	else
		put_unaligned_be16((u16)(draft->length - 40), draft->bytes + 4);
}

/* 192.0.2.1 to 198.51.100.2; @fragment: flags and offset in 8 bytes */
static void begin_v4(struct draft *draft, u8 proto, unsigned int options, u16 fragment)
{
	static const u8 addrs[] = { 192, 0, 2, 1, 198, 51, 100, 2 };

	memset(draft, 0, sizeof(*draft));
	draft->bytes[0] = (u8)(0x40 | (5 + options / 4));
	put_unaligned_be16(fragment, draft->bytes + 6);
	draft->bytes[9] = proto;
	draft->length = 12;
	put(draft, addrs, sizeof(addrs));
	memset(draft->bytes + 20, 1, options); /* no operation */
	draft->length = 20 + options;
}

/* 2001:db8::1 to 2001:db8::2 */
static void begin_v6(struct draft *draft)
{
	memset(draft, 0, sizeof(*draft));
	draft->bytes[0] = 0x60;
	memcpy(draft->bytes + 8, "\x20\x01\x0d\xb8", 4);
	memcpy(draft->bytes + 24, "\x20\x01\x0d\xb8", 4);
	draft->bytes[23] = 1;
	draft->bytes[39] = 2;
	draft->length = 40;
	draft->next = 6;
}

static void put_next(struct draft *draft, u8 proto)
{
	draft->bytes[draft->next] = proto;
	draft->next = draft->length;
}

/* An extension header of 8 * (@more + 1) bytes. */
static void put_extension(struct draft *draft, u8 proto, u8 more)
{
	put_next(draft, proto);
	put_zeros(draft, 8 * (more + 1U));
	draft->bytes[draft->next + 1] = more;
}

static void put_fragment(struct draft *draft, u16 offset, bool more)
{
	put_extension(draft, FRAGMENT, 0);
	put_unaligned_be16((u16)(offset << 3 | more), draft->bytes + draft->next + 2);
}

/* Ports 0x1234 and 0x5678, or as the type 0x12 and the code 0x34. */
static void put_transport(struct draft *draft, u8 proto)
{
	if (draft->bytes[0] >> 4 == 6)
		put_next(draft, proto);
	put(draft, "\x12\x34\x56\x78\0\0\0\0", 8);
	finish(draft);
}

static int read_flow(struct klips_flow *flow, const struct draft *draft)
{
	u8 *exact = malloc(1 + draft->length); /* ends where the packet does: nothing may be read behind */
	int err;

	memcpy(exact + 1, draft->bytes, draft->length);
	err = klips_flow_read(flow, exact + 1, draft->length);
	free(exact);
	return err;
}

static void assert_flow(const struct draft *draft, u8 proto, bool ports, bool fragment)
{
	bool icmp = proto == ICMP || proto == ICMPV6;
	struct klips_flow flow;

	assert_int_equal(read_flow(&flow, draft), 0);
	assert_int_equal(flow.proto, proto);
	assert_int_equal(flow.ports, ports);
	assert_int_equal(flow.fragment, fragment);
	assert_int_equal(be16_to_cpu(flow.sport), !ports ? 0 : icmp ? 0x1200 : 0x1234);
	assert_int_equal(be16_to_cpu(flow.dport), !ports ? 0 : icmp ? 0x3400 : 0x5678);
}

static void assert_malformed(const struct draft *draft)
{
	struct klips_flow flow;

	assert_int_equal(read_flow(&flow, draft), -EINVAL);
}

static void reads_addresses(void **state)
{
	struct klips_flow flow;
	struct draft draft;

	(void)state;
	begin_v4(&draft, UDP, 0, 0);
	put_transport(&draft, UDP);
	assert_int_equal(read_flow(&flow, &draft), 0);
	assert_int_equal(flow.src.version, KLIPS_V4);
	assert_int_equal(be32_to_cpu(flow.src.w[0]), 0xc0000201);
	assert_int_equal(be32_to_cpu(flow.dst.w[0]), 0xc6336402);
	assert_false(flow.src.w[1] | flow.src.w[2] | flow.src.w[3]);
	begin_v6(&draft);
	put_transport(&draft, UDP);
	assert_int_equal(read_flow(&flow, &draft), 0);
	assert_int_equal(flow.src.version, KLIPS_V6);
	assert_int_equal(flow.dst.version, KLIPS_V6);
	assert_memory_equal(flow.src.b, draft.bytes + 8, 16);
	assert_memory_equal(flow.dst.b, draft.bytes + 24, 16);
}

static void reads_ports_where_there_are(void **state)
{
	static const struct {
		u8 proto;
		bool ports;
	} protos[] = { { TCP, true },  { UDP, true },	 { 132, true }, { 136, true },	   { 33, true },
		       { ICMP, true }, { ICMPV6, true }, { 50, false }, { 51, false },	   { 47, false },
		       { 108, false }, { 4, false },	 { 41, false }, { NO_NEXT, false } };
	struct draft draft;
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(protos); i++) {
		begin_v4(&draft, protos[i].proto, 0, 0x4000); /* don't fragment is no fragment */
		put_transport(&draft, protos[i].proto);
		assert_flow(&draft, protos[i].proto, protos[i].ports, false);
		begin_v6(&draft);
		put_transport(&draft, protos[i].proto);
		assert_flow(&draft, protos[i].proto, protos[i].ports, false);
	}
}

static void options_are_stepped_over(void **state)
{
	struct draft draft;
	unsigned int options;

	(void)state;
	for (options = 0; options <= 40; options += 4) {
		begin_v4(&draft, TCP, options, 0);
		put_transport(&draft, TCP);
		assert_flow(&draft, TCP, true, false);
	}
}

/* The old code took whatever a later fragment begins with for ports. */
static void fragments_have_ports_only_in_the_first(void **state)
{
	static const u16 offsets[] = { 1, 100, 0x1fff };
	struct draft draft;
	unsigned int i;

	(void)state;
	begin_v4(&draft, UDP, 0, 0x2000);
	put_transport(&draft, UDP);
	assert_flow(&draft, UDP, true, true);
	begin_v6(&draft);
	put_fragment(&draft, 0, true);
	put_transport(&draft, UDP);
	assert_flow(&draft, UDP, true, true);
	for (i = 0; i < ARRAY_SIZE(offsets); i++) {
		begin_v4(&draft, UDP, 0, 0x2000 | offsets[i]);
		put_transport(&draft, UDP);
		assert_flow(&draft, UDP, false, true);
		begin_v4(&draft, UDP, 0, offsets[i]);
		put_transport(&draft, UDP);
		assert_flow(&draft, UDP, false, true);
		begin_v6(&draft);
		put_fragment(&draft, offsets[i], i == 0);
		put_transport(&draft, UDP);
		assert_flow(&draft, UDP, false, true);
	}
	/* RFC 6946: a fragment header, but a whole packet */
	begin_v6(&draft);
	put_fragment(&draft, 0, false);
	put_transport(&draft, UDP);
	assert_flow(&draft, UDP, true, false);
}

/* What a later fragment begins with, were it all the protocols that look like headers. */
static void later_fragments_end_the_chain(void **state)
{
	struct draft draft;

	(void)state;
	begin_v6(&draft);
	put_fragment(&draft, 5, true);
	put_next(&draft, DSTOPTS);
	put(&draft, "\x06\xff\xff\xff\xff\xff\xff\xff", 8);
	finish(&draft);
	assert_flow(&draft, DSTOPTS, false, true);
}

/* All chains of three headers of the four sorts, of two lengths, and a transport header. */
static void chains_are_stepped_over(void **state)
{
	static const u8 sorts[] = { HOPOPTS, ROUTING, DSTOPTS, FRAGMENT };
	unsigned int n, i, chain;
	struct draft draft;

	(void)state;
	for (n = 0; n < 8 * 8 * 8; n++) {
		bool fragment = false;

		begin_v6(&draft);
		for (i = 0, chain = n; i < 3; i++, chain /= 8) {
			u8 sort = sorts[chain % 4];

			if (sort == FRAGMENT)
				put_fragment(&draft, 0, chain / 4 % 2);
			else
				put_extension(&draft, sort, (u8)(chain / 4 % 2 * 255));
			fragment |= sort == FRAGMENT && chain / 4 % 2;
		}
		put_transport(&draft, TCP);
		assert_flow(&draft, TCP, true, fragment);
	}
}

static void chains_have_an_end(void **state)
{
	struct draft draft;
	unsigned int i;

	(void)state;
	begin_v6(&draft);
	for (i = 0; i < 16; i++)
		put_extension(&draft, DSTOPTS, 0);
	put_transport(&draft, TCP);
	assert_flow(&draft, TCP, true, false);
	begin_v6(&draft);
	for (i = 0; i < 17; i++)
		put_extension(&draft, DSTOPTS, 0);
	put_transport(&draft, TCP);
	assert_malformed(&draft);
}

/* AH and ESP are what KLIPS deals with, so they end the chain. */
static void ah_is_a_protocol(void **state)
{
	struct draft draft;

	(void)state;
	begin_v6(&draft);
	put_extension(&draft, HOPOPTS, 0);
	put_transport(&draft, 51);
	assert_flow(&draft, 51, false, false);
}

/* Cut off anywhere, lengths not corrected: malformed. Lengths corrected: malformed up to the last header's end. */
static void cut_off(const struct draft *whole, size_t headers, size_t ports, bool fragment)
{
	struct draft draft;
	size_t length;
	u8 proto = whole->bytes[0] >> 4 == 4 ? whole->bytes[9] : whole->bytes[whole->next];

	for (length = 0; length < whole->length; length++) {
		draft = *whole;
		draft.length = length;
		assert_malformed(&draft);
		if (length < headers) {
			if (length >= 40)
				finish(&draft);
			assert_malformed(&draft);
			continue;
		}
		finish(&draft);
		assert_flow(&draft, proto, length >= headers + ports, fragment);
	}
	/* bytes behind the packet, such as a link's padding, are no ports */
	draft = *whole;
	draft.length = headers + 3 - (ports < 4) * 2;
	finish(&draft);
	draft.length = whole->length;
	assert_flow(&draft, proto, false, fragment);
}

static void truncated_packets_have_no_ports(void **state)
{
	struct draft draft;

	(void)state;
	begin_v4(&draft, TCP, 8, 0);
	put_transport(&draft, TCP);
	cut_off(&draft, 28, 4, false);
	begin_v4(&draft, ICMP, 0, 0x2000);
	put_transport(&draft, ICMP);
	cut_off(&draft, 20, 2, true);
	begin_v6(&draft);
	put_transport(&draft, ICMPV6);
	draft.next = 6;
	cut_off(&draft, 40, 2, false);
	begin_v6(&draft);
	put_extension(&draft, HOPOPTS, 1);
	put_fragment(&draft, 0, true);
	put_extension(&draft, ROUTING, 2);
	draft.bytes[draft.next] = UDP;
	put(&draft, "\x12\x34\x56\x78\0\0\0\0", 8);
	finish(&draft);
	cut_off(&draft, 40 + 16 + 8 + 24, 4, true);
}

static void refuses_what_is_no_packet(void **state)
{
	struct draft draft;
	unsigned int version, words;

	(void)state;
	for (version = 0; version < 16; version++) {
		begin_v4(&draft, TCP, 0, 0);
		put_transport(&draft, TCP);
		draft.bytes[0] = (u8)(version << 4 | 5);
		if (version != 4 && version != 6)
			assert_malformed(&draft);
	}
	for (words = 0; words < 5; words++) {
		begin_v4(&draft, TCP, 0, 0);
		put_transport(&draft, TCP);
		draft.bytes[0] = (u8)(0x40 | words);
		assert_malformed(&draft);
	}
	draft.bytes[0] = 0x45;
	put_unaligned_be16(19, draft.bytes + 2);
	assert_malformed(&draft);
	put_unaligned_be16((u16)draft.length + 1, draft.bytes + 2);
	assert_malformed(&draft);
	draft.length = 0;
	assert_malformed(&draft);
}

static struct klips_addr net(u32 word)
{
	return klips_addr_v4(cpu_to_be32(word));
}

static struct klips_selector any_v4(void)
{
	struct klips_selector sel = { .src = net(0), .dst = net(0) };

	return sel;
}

static void assert_matches(const struct klips_selector *sel, const struct klips_flow *flow, bool does, bool may)
{
	assert_int_equal(klips_selector_matches(sel, flow), does);
	assert_int_equal(klips_selector_may_match(sel, flow), may);
}

static void matches_each_field(void **state)
{
	struct klips_selector sel = any_v4();
	struct klips_flow flow = { .src = net(0xc0000201),
				   .dst = net(0xc6336402),
				   .proto = TCP,
				   .ports = true,
				   .sport = cpu_to_be16(1),
				   .dport = cpu_to_be16(2) };

	(void)state;
	assert_matches(&sel, &flow, true, true);
	sel.src = net(0xc0000200);
	sel.src_bits = 24;
	sel.dst = net(0xc6336402);
	sel.dst_bits = 32;
	assert_matches(&sel, &flow, true, true);
	sel.proto = TCP;
	sel.sport = cpu_to_be16(1);
	sel.dport = cpu_to_be16(2);
	assert_matches(&sel, &flow, true, true);
	sel.dport = cpu_to_be16(3);
	assert_matches(&sel, &flow, false, false);
	sel.dport = 0;
	assert_matches(&sel, &flow, true, true);
	sel.sport = cpu_to_be16(2);
	assert_matches(&sel, &flow, false, false);
	sel.sport = 0;
	sel.proto = UDP;
	assert_matches(&sel, &flow, false, false);
	sel.proto = 0;
	sel.dst = net(0xc6336403);
	assert_matches(&sel, &flow, false, false);
	sel.dst_bits = 31;
	assert_matches(&sel, &flow, true, true);
	sel.src = net(0xc0000300);
	assert_matches(&sel, &flow, false, false);
	flow.src.version = flow.dst.version = KLIPS_V6;
	sel = any_v4();
	assert_matches(&sel, &flow, false, false);
}

static void what_is_unknown_may_match(void **state)
{
	struct klips_selector sel = any_v4();
	struct klips_flow flow = { .src = net(1), .dst = net(2), .proto = TCP, .fragment = true };

	(void)state;
	sel.proto = TCP;
	assert_matches(&sel, &flow, true, true);
	sel.dport = cpu_to_be16(25);
	assert_matches(&sel, &flow, false, true);
	sel.proto = UDP;
	assert_matches(&sel, &flow, false, false);
	/* a later fragment that begins with an extension header may be of any protocol */
	flow.proto = DSTOPTS;
	assert_matches(&sel, &flow, false, true);
	sel.src = net(0xc0000200);
	sel.src_bits = 24;
	assert_matches(&sel, &flow, false, false);
}

static void normalise_clears_what_does_not_count(void **state)
{
	struct klips_selector sel = any_v4(), same = any_v4();

	(void)state;
	sel.src = net(0xc00002ff);
	same.src = net(0xc0000200);
	sel.src_bits = same.src_bits = 24;
	sel.dst = net(0xffffffff);
	assert_int_not_equal(klips_selector_compare(&sel, &same), 0);
	klips_selector_normalise(&sel);
	assert_int_equal(klips_selector_compare(&sel, &same), 0);
}

static void validity(void **state)
{
	struct klips_selector sel = any_v4();

	(void)state;
	assert_true(klips_selector_is_valid(&sel));
	sel.src_bits = sel.dst_bits = 32;
	assert_true(klips_selector_is_valid(&sel));
	sel.dst_bits = 33;
	assert_false(klips_selector_is_valid(&sel));
	sel.dst.version = sel.src.version = KLIPS_V6;
	assert_true(klips_selector_is_valid(&sel));
	sel.src_bits = 129;
	assert_false(klips_selector_is_valid(&sel));
	sel.src_bits = 128;
	sel.dst.version = KLIPS_V4;
	assert_false(klips_selector_is_valid(&sel));
	sel.src.version = sel.dst.version = 0;
	sel.src_bits = sel.dst_bits = 0;
	assert_false(klips_selector_is_valid(&sel));
	sel = any_v4();
	sel.dport = 1;
	assert_false(klips_selector_is_valid(&sel));
	sel.proto = 50;
	assert_false(klips_selector_is_valid(&sel));
	sel.proto = ICMP;
	assert_true(klips_selector_is_valid(&sel));
	sel.proto = UDP;
	assert_true(klips_selector_is_valid(&sel));
}

/* Each step of the list is greater than the one before, so any is less than all after it. */
static void order_is_total(void **state)
{
	struct klips_selector sels[9];
	int i, k;

	(void)state;
	for (i = 0; i < 9; i++)
		sels[i] = any_v4();
	for (i = 1; i < 9; i++)
		sels[i].dport = cpu_to_be16(0x100);
	for (i = 2; i < 9; i++)
		sels[i].sport = cpu_to_be16(0x00ff);
	for (i = 3; i < 9; i++)
		sels[i].proto = TCP;
	for (i = 4; i < 9; i++)
		sels[i].dst_bits = 8;
	for (i = 5; i < 9; i++)
		sels[i].dst = net(0x01000000);
	for (i = 6; i < 9; i++)
		sels[i].src_bits = 8;
	for (i = 7; i < 9; i++)
		sels[i].src = net(0x01000000);
	sels[8].src.version = sels[8].dst.version = KLIPS_V6;
	for (i = 0; i < 9; i++) {
		for (k = 0; k < 9; k++) {
			int order = klips_selector_compare(&sels[i], &sels[k]);

			assert_int_equal((order > 0) - (order < 0), (i > k) - (i < k));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_addresses),
		cmocka_unit_test(reads_ports_where_there_are),
		cmocka_unit_test(options_are_stepped_over),
		cmocka_unit_test(fragments_have_ports_only_in_the_first),
		cmocka_unit_test(later_fragments_end_the_chain),
		cmocka_unit_test(chains_are_stepped_over),
		cmocka_unit_test(chains_have_an_end),
		cmocka_unit_test(ah_is_a_protocol),
		cmocka_unit_test(truncated_packets_have_no_ports),
		cmocka_unit_test(refuses_what_is_no_packet),
		cmocka_unit_test(matches_each_field),
		cmocka_unit_test(what_is_unknown_may_match),
		cmocka_unit_test(normalise_clears_what_does_not_count),
		cmocka_unit_test(validity),
		cmocka_unit_test(order_is_total),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
