// SPDX-License-Identifier: GPL-2.0-or-later
/* Outer headers: of sockets, and fragments of what is too long. */
#include "test.h"
#include "super.h"
#include "user/fragment.h"
#include "user/outer.h"

static struct klips_outer make(u8 version)
{
	static const u8 here[16] = { 0xfd, 9, [15] = 1 }, there[16] = { 0xfd, 9, [15] = 2 };
	struct klips_outer outer = { .sport = 4500, .dport = 4501, .phys = 7, .tos = 0xb9, .ttl = 61 };

	outer.src = version == KLIPS_V6 ? klips_addr_v6(here) : klips_addr_v4(cpu_to_be32(0xc0000201));
	outer.dst = version == KLIPS_V6 ? klips_addr_v6(there) : klips_addr_v4(cpu_to_be32(0xc0000202));
	return outer;
}

/* The header that is put before a payload is read as what came. */
static void test_push(void **state)
{
	u8 version;

	(void)state;
	for (version = KLIPS_V4; version <= KLIPS_V6; version += 2) {
		struct klips_outer outer = make(version);
		struct sk_buff *skb = klips_skb_new(64, 100);
		struct klips_ip ip;

		memset(skb_put(skb, 100), 0xab, 100);
		klips_outer_push(&outer, skb, KLIPS_PROTO_ESP);
		assert_int_equal(klips_ip_read(&ip, skb->data, skb->len), 0);
		assert_true(klips_addr_equal(&ip.src, &outer.src));
		assert_true(klips_addr_equal(&ip.dst, &outer.dst));
		assert_int_equal(ip.total, skb->len);
		assert_int_equal(ip.tos, 0xb9);
		assert_int_equal(ip.ttl, 61);
		assert_int_equal(ip.proto, KLIPS_PROTO_ESP);
		kfree_skb(skb);
	}
}

/* What sendmsg() is told, read as recvmsg() would say it: addresses change places. */
static void test_messages(void **state)
{
	u8 version;

	(void)state;
	for (version = KLIPS_V4; version <= KLIPS_V6; version += 2) {
		struct klips_outer outer = make(version), got;
		struct klips_outer_message to;
		struct msghdr message = { .msg_iovlen = 0 };

		klips_outer_put(&outer, &to, &message, true);
		assert_in_range(message.msg_controllen, 1, KLIPS_OUTER_CONTROL);
		assert_int_equal(klips_outer_get(&got, &message), 0);
		assert_true(klips_addr_equal(&got.src, &outer.dst));
		assert_int_equal(got.sport, outer.dport);
		assert_int_equal(got.phys, outer.phys);
		assert_int_equal(got.tos, outer.tos);
		if (version == KLIPS_V6)
			assert_true(klips_addr_equal(&got.dst, &outer.src));
	}
}

static void test_no_family(void **state)
{
	struct sockaddr_in6 name = { .sin6_family = AF_UNIX };
	struct msghdr message = { .msg_name = &name, .msg_namelen = sizeof(name) };
	struct klips_outer outer;

	(void)state;
	assert_int_equal(klips_outer_get(&outer, &message), -EAFNOSUPPORT);
	name.sin6_family = AF_INET6;
	/* Where it went to is not said. */
	assert_int_equal(klips_outer_get(&outer, &message), -EAFNOSUPPORT);
}

static struct sk_buff *make_packet(u8 version, u32 length)
{
	struct klips_outer outer = make(version);
	u32 header = version == KLIPS_V6 ? IPV6_HEADER : IPV4_HEADER, i;
	struct sk_buff *skb = klips_skb_new(64, length);
	u8 *p = skb_put(skb, length - header);

	for (i = 0; i < length - header; i++)
		p[i] = (u8)(i * 7 + (i >> 8));
	klips_outer_push(&outer, skb, KLIPS_PROTO_ESP);
	return skb;
}

/* Put together as a receiver would: RFC 791, 3.2; RFC 8200, 4.5. */
static u32 put_together(struct klips_fragments *all, u8 version, u32 mtu, u8 *payload)
{
	u32 header = version == KLIPS_V6 ? IPV6_HEADER + 8 : IPV4_HEADER, length = 0, offset;
	bool more = true;
	struct sk_buff *part;

	while ((part = klips_fragments_next(all))) {
		struct klips_ip ip;

		assert_true(more);
		assert_in_range(part->len, header + 1, mtu);
		assert_int_equal(klips_ip_read(&ip, part->data, part->len), 0);
		assert_true(ip.fragment);
		assert_int_equal(ip.total, part->len);
		if (version == KLIPS_V6) {
			offset = get_unaligned_be16(part->data + IPV6_HEADER + 2);
			more = offset & 1;
			assert_int_equal(offset & ~1U, length);
			assert_int_equal(part->data[IPV6_HEADER], KLIPS_PROTO_ESP);
		} else {
			offset = get_unaligned_be16(part->data + 6);
			more = offset & 0x2000;
			assert_int_equal((offset & 0x1fff) * 8, length);
			assert_int_equal(super_sum(part->data, IPV4_HEADER, 0), 0xffff);
		}
		assert_true(!more || (part->len - header) % 8 == 0);
		memcpy(payload + length, part->data + header, part->len - header);
		length += part->len - header;
		kfree_skb(part);
	}
	assert_false(more);
	return length;
}

static void test_fragments(void **state)
{
	static u8 payload[65536];
	u8 version;
	u32 mtu, length;

	(void)state;
	for (version = KLIPS_V4; version <= KLIPS_V6; version += 2)
		for (mtu = 576; mtu < 1600; mtu += 333)
			for (length = mtu + 1; length < 5000; length += 101) {
				u32 header = version == KLIPS_V6 ? IPV6_HEADER : IPV4_HEADER;
				struct sk_buff *skb = make_packet(version, length);
				struct klips_fragments all;

				assert_int_equal(klips_fragments_begin(&all, skb, mtu), 0);
				assert_int_equal(put_together(&all, version, mtu, payload), length - header);
				assert_memory_equal(payload, skb->data + header, length - header);
				kfree_skb(skb);
			}
}

static void test_not_to_be_cut(void **state)
{
	struct sk_buff *skb = make_packet(KLIPS_V4, 2000);
	struct klips_fragments all;

	(void)state;
	assert_int_equal(klips_fragments_begin(&all, skb, 27), -EMSGSIZE);
	skb->data[6] = 0x40;
	assert_int_equal(klips_fragments_begin(&all, skb, 1000), -EMSGSIZE);
	skb->data[6] = 0x20;
	assert_int_equal(klips_fragments_begin(&all, skb, 1000), -EMSGSIZE);
	skb->data[6] = 0;
	skb->data[0] = 0x46;
	assert_int_equal(klips_fragments_begin(&all, skb, 1000), -EMSGSIZE);
	skb->data[0] = 0x41;
	assert_int_equal(klips_fragments_begin(&all, skb, 1000), -EBADMSG);
	kfree_skb(skb);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_push),	      cmocka_unit_test(test_messages),
		cmocka_unit_test(test_no_family),     cmocka_unit_test(test_fragments),
		cmocka_unit_test(test_not_to_be_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
