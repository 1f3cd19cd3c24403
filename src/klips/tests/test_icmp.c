// SPDX-License-Identifier: GPL-2.0-or-later
/* ICMP errors: what they say, and about what there are none. */
#include "test.h"
#include "transform.h"

static struct sk_buff *error_about(struct sk_buff *skb, u8 type, u8 code, u32 info)
{
	struct klips_addr from = transform_addr(skb->data[0] >> 4, 99);
	struct sk_buff *error = klips_icmp_error(skb, &from, type, code, info);

	kfree_skb(skb);
	return error;
}

static void check_error(u8 version, u32 length, u32 longest, u8 type, u8 code, u32 info)
{
	struct sk_buff *skb = transform_packet(version, length), *plain = skb_copy(skb, GFP_KERNEL);
	u32 head = version == KLIPS_V6 ? 40 : 20, quoted = min(length, longest - head - 8);
	struct sk_buff *error = error_about(skb, type, code, info);
	struct klips_addr from = transform_addr(version, 99), to = transform_addr(version, 11);
	struct klips_ip ip;
	u32 sum = 0;

	assert_non_null(error);
	assert_int_equal(klips_ip_read(&ip, error->data, error->len), 0);
	assert_int_equal(ip.total, error->len);
	assert_int_equal(error->len, head + 8 + quoted);
	assert_true(klips_addr_equal(&ip.src, &from) && klips_addr_equal(&ip.dst, &to));
	assert_int_equal(ip.proto, version == KLIPS_V6 ? 58 : 1);
	assert_int_equal(error->data[head], type);
	assert_int_equal(error->data[head + 1], code);
	assert_int_equal(get_unaligned_be32(error->data + head + 4), info);
	assert_memory_equal(error->data + head + 8, plain->data, quoted);
	if (version == KLIPS_V6)
		sum = klips_checksum_pseudo(&ip.src, &ip.dst, 58, error->len - 40);
	else
		assert_int_equal(klips_checksum(error->data, 20, 0), 0);
	assert_int_equal(klips_checksum(error->data + head, error->len - head, sum), 0);
	kfree_skb(plain);
	kfree_skb(error);
}

static void test_errors(void **state)
{
	u32 length;

	(void)state;
	for (length = 48; length < 1500; length += 7) {
		check_error(KLIPS_V4, length, 576, 3, 4, 1400);
		check_error(KLIPS_V6, length, 1280, 2, 0, 1280);
		check_error(KLIPS_V4, length, 576, 3, 13, 0);
	}
}

static bool is_told(struct sk_buff *skb, u8 type)
{
	struct sk_buff *error = error_about(skb, type, 0, 0);
	bool told = error;

	kfree_skb(error);
	return told;
}

static struct sk_buff *v4_with(u32 at, u8 value)
{
	struct sk_buff *skb = transform_packet(KLIPS_V4, 60);

	skb->data[at] = value;
	return skb;
}

static void test_v4_silence(void **state)
{
	static const u8 errors[] = { 3, 4, 5, 11, 12 };
	u32 type, i;

	(void)state;
	assert_true(is_told(v4_with(8, 1), 3));
	assert_true(is_told(v4_with(6, 0x20), 3));  /* the first fragment */
	assert_false(is_told(v4_with(7, 1), 3));    /* another */
	assert_false(is_told(v4_with(16, 224), 3)); /* to many */
	assert_false(is_told(v4_with(16, 255), 3));
	assert_false(is_told(v4_with(12, 224), 3)); /* from many, from none, from itself */
	assert_false(is_told(v4_with(12, 0), 3));
	assert_false(is_told(v4_with(12, 127), 3));
	for (type = 0; type < 256; type++) {
		struct sk_buff *skb = v4_with(9, 1);
		bool error = false;

		skb->data[20] = (u8)type;
		for (i = 0; i < sizeof(errors); i++)
			error |= errors[i] == type;
		assert_int_equal(is_told(skb, 3), !error);
	}
	assert_false(is_told(transform_skb("E", 1), 3));
}

static void test_no_icmp_header(void **state)
{
	struct sk_buff *skb = transform_packet(KLIPS_V4, 20);

	(void)state;
	skb->data[9] = 1;
	assert_false(is_told(skb, 3));
	skb = transform_packet(KLIPS_V6, 40);
	skb->data[6] = 58;
	assert_false(is_told(skb, 1));
}

static struct sk_buff *v6_with(u32 at, u8 value)
{
	struct sk_buff *skb = transform_packet(KLIPS_V6, 80);

	skb->data[at] = value;
	return skb;
}

/* ICMPv6 of a type, behind a routing header and destination options that klips_ip_read() leaves. */
static struct sk_buff *hidden_icmp(u8 type)
{
	struct sk_buff *skb = v6_with(6, 43);

	memcpy(skb->data + 40,
	       "\x3c\0\0\0\0\0\0\0"
	       "\x3a\0\x01\x04\0\0\0\0",
	       16);
	skb->data[56] = type;
	return skb;
}

static void test_v6_silence(void **state)
{
	u32 type;

	(void)state;
	assert_true(is_told(v6_with(7, 1), 1));
	assert_false(is_told(v6_with(24, 0xff), 1)); /* to many */
	assert_true(is_told(v6_with(24, 0xff), 2));  /* but what is too big is told */
	assert_false(is_told(v6_with(8, 0xff), 1));  /* from many */
	for (type = 0; type < 256; type++) {
		struct sk_buff *skb = v6_with(6, 58);
		bool error = type < 128 || type == 137;

		skb->data[40] = (u8)type;
		assert_int_equal(is_told(skb, 1), !error);
		assert_int_equal(is_told(hidden_icmp((u8)type), 1), !error);
	}
}

static void test_v6_unspecified_and_fragments(void **state)
{
	struct sk_buff *skb = v6_with(6, 44);

	(void)state;
	memcpy(skb->data + 40, "\x11\0\0\x01\0\0\0\x01", 8);
	assert_true(is_told(skb, 1));
	skb = v6_with(6, 44);
	memcpy(skb->data + 40, "\x11\0\0\x09\0\0\0\x01", 8);
	assert_false(is_told(skb, 1));
	skb = v6_with(7, 1);
	memset(skb->data + 8, 0, 16);
	assert_false(is_told(skb, 1));
}

static void test_other_family(void **state)
{
	struct klips_addr from = transform_addr(KLIPS_V6, 1);
	struct sk_buff *skb = transform_packet(KLIPS_V4, 60);

	(void)state;
	assert_null(klips_icmp_error(skb, &from, 3, 0, 0));
	kfree_skb(skb);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_v4_silence),
		cmocka_unit_test(test_no_icmp_header),
		cmocka_unit_test(test_v6_silence),
		cmocka_unit_test(test_v6_unspecified_and_fragments),
		cmocka_unit_test(test_other_family),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
