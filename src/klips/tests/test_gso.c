// SPDX-License-Identifier: GPL-2.0-or-later
/* Super packets: cut, each segment looked at, and joined again to what they were. */
#include "test.h"
#include "super.h"
#include "user/slots.h"

static struct super super;

static struct sk_buff *cut_one(const struct klips_gso *gso, u32 i)
{
	u32 length = gso->header + klips_gso_payload(gso, i);
	struct sk_buff *skb = klips_slot_for(length);

	assert_non_null(skb);
	skb_put(skb, length);
	memcpy(skb->data + gso->header, super.packet + gso->header + i * gso->segment, klips_gso_payload(gso, i));
	klips_gso_finish(gso, i, skb->data);
	return skb;
}

static u32 cut(struct sk_buff **skbs)
{
	struct klips_gso gso;
	u32 i;

	assert_int_equal(klips_gso_plan(&gso, &super.head, super.packet, super.length, super.length), 0);
	assert_in_range(gso.count, 1, KLIPS_GSO_BATCH);
	for (i = 0; i < gso.count; i++)
		skbs[i] = cut_one(&gso, i);
	return gso.count;
}

static void free_all(struct sk_buff **skbs, u32 count)
{
	while (count)
		kfree_skb(skbs[--count]);
}

static void check_ip(const struct sk_buff *skb, u32 i, u32 header)
{
	const u8 *p = skb->data;

	if (ip_version(p) == KLIPS_V6) {
		assert_int_equal(get_unaligned_be16(p + 4), skb->len - IPV6_HEADER);
		return;
	}
	assert_int_equal(get_unaligned_be16(p + 2), skb->len);
	assert_int_equal(get_unaligned_be16(p + 4), (u16)(get_unaligned_be16(super.packet + 4) + i));
	assert_int_equal(super_sum(p, IPV4_HEADER, 0), 0xffff);
	assert_true(skb->len >= header);
}

static void check_tcp(const struct sk_buff *skb, u32 i, u32 count, u16 segment)
{
	const u8 *tcp = skb->data + super.transport, *was = super.packet + super.transport;

	assert_int_equal(get_unaligned_be32(tcp + 4), get_unaligned_be32(was + 4) + i * segment);
	assert_int_equal(tcp[13] & TCP_PSH, i + 1 == count ? TCP_PSH : 0);
	assert_true(super_is_right(skb->data, super.transport, skb->len, PROTO_TCP));
}

static void check_joined(struct sk_buff **skbs, u32 count, u8 version, u16 segment)
{
	struct klips_joined joined;
	u8 whole[KLIPS_GSO_MAX];
	u32 length = 0, i;

	assert_int_equal(klips_gso_join(&joined, skbs, count), count);
	for (i = 1; i < joined.pieces; i++) {
		memcpy(whole + length, joined.iov[i].iov_base, joined.iov[i].iov_len);
		length += (u32)joined.iov[i].iov_len;
	}
	assert_int_equal(length, super.length);
	assert_memory_equal(whole, super.packet, length);
	assert_int_equal(joined.head.gso_type,
			 version == KLIPS_V6 ? VIRTIO_NET_HDR_GSO_TCPV6 : VIRTIO_NET_HDR_GSO_TCPV4);
	assert_int_equal(joined.head.gso_size, segment);
	assert_int_equal(joined.head.csum_start, super.transport);
	assert_int_equal(joined.head.csum_offset, TCP_CHECKSUM);
	assert_int_equal(joined.head.flags, VIRTIO_NET_HDR_F_NEEDS_CSUM);
	assert_int_equal(joined.head.hdr_len, super.header);
}

static void cut_and_join(u8 version, u32 options, u32 payload, u16 segment)
{
	struct sk_buff *skbs[KLIPS_GSO_BATCH];
	u32 count, i;

	super_make(&super, version, false, options, payload, segment);
	count = cut(skbs);
	assert_int_equal(count, (payload + segment - 1) / segment);
	for (i = 0; i < count; i++) {
		check_ip(skbs[i], i, super.header);
		check_tcp(skbs[i], i, count, segment);
	}
	if (count > 1)
		check_joined(skbs, count, version, segment);
	free_all(skbs, count);
}

static void test_tcp(void **state)
{
	static const u16 segments[] = { 1, 7, 536, 1324, 1448, 8948 };
	uint64_t random = 1;
	u32 i, n;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(segments); i++)
		for (n = 0; n < 50; n++) {
			u32 most = min_t(u32, segments[i] * KLIPS_GSO_BATCH, KLIPS_GSO_MAX - 100);
			u32 payload = 1 + (u32)(test_random(&random) % most);

			cut_and_join(n % 2 ? KLIPS_V6 : KLIPS_V4, n % 3 ? 12 : 0, payload, segments[i]);
		}
	cut_and_join(KLIPS_V4, 12, KLIPS_GSO_MAX - 52, 1448);
	cut_and_join(KLIPS_V4, 40, 2 * 1000, 1000);
}

static void test_udp(void **state)
{
	struct sk_buff *skbs[KLIPS_GSO_BATCH];
	u32 count, i, v6;

	(void)state;
	for (v6 = 0; v6 < 2; v6++) {
		super_make(&super, v6 ? KLIPS_V6 : KLIPS_V4, true, 0, 10001, 1200);
		count = cut(skbs);
		assert_int_equal(count, 9);
		for (i = 0; i < count; i++) {
			check_ip(skbs[i], i, super.header);
			assert_int_equal(get_unaligned_be16(skbs[i]->data + super.transport + 4),
					 skbs[i]->len - super.transport);
			assert_true(super_is_right(skbs[i]->data, super.transport, skbs[i]->len, PROTO_UDP));
		}
		free_all(skbs, count);
	}
}

/* RFC 3168, 6.1.2: CWR once; FIN with the last. */
static void test_flags(void **state)
{
	struct sk_buff *skbs[KLIPS_GSO_BATCH];
	u32 count, i;

	(void)state;
	super_make(&super, KLIPS_V4, false, 0, 3000, 1000);
	super.packet[super.transport + 13] = TCP_ACK | TCP_FIN | TCP_CWR;
	super.head.gso_type |= VIRTIO_NET_HDR_GSO_ECN;
	count = cut(skbs);
	for (i = 0; i < count; i++) {
		u8 flags = skbs[i]->data[super.transport + 13];

		assert_int_equal(flags & TCP_CWR, i ? 0 : TCP_CWR);
		assert_int_equal(flags & TCP_FIN, i + 1 == count ? TCP_FIN : 0);
		assert_true(super_is_right(skbs[i]->data, super.transport, skbs[i]->len, PROTO_TCP));
	}
	free_all(skbs, count);
}

static void refused(void)
{
	struct klips_gso gso;

	assert_int_equal(klips_gso_plan(&gso, &super.head, super.packet, super.length, super.length), -EINVAL);
}

static void make_good(void)
{
	super_make(&super, KLIPS_V4, false, 0, 3000, 1000);
}

static void test_malformed(void **state)
{
	struct klips_gso gso;

	(void)state;
	make_good();
	assert_int_equal(klips_gso_plan(&gso, &super.head, super.packet, 39, super.length), -EINVAL);
	assert_int_equal(klips_gso_plan(&gso, &super.head, super.packet, 40, super.length), 0);
	assert_int_equal(klips_gso_plan(&gso, &super.head, super.packet, 40, 40), -EINVAL);
	assert_int_equal(klips_gso_plan(&gso, &super.head, super.packet, 19, 19), -EINVAL);
	assert_int_equal(klips_gso_plan(&gso, &super.head, super.packet, 40, KLIPS_GSO_MAX + 1), -EINVAL);
	super.head.gso_size = 0;
	refused();
	make_good();
	super.head.gso_type = VIRTIO_NET_HDR_GSO_UDP;
	refused();
	super.head.gso_type = VIRTIO_NET_HDR_GSO_TCPV6;
	refused();
	super.head.gso_type = KLIPS_GSO_UDP_L4;
	refused();
	make_good();
	super.head.flags = 0;
	refused();
	make_good();
	super.head.csum_start = 24;
	refused();
	super.head.csum_start = 60000;
	refused();
	make_good();
	super.head.csum_offset = 6;
	refused();
	make_good();
	super.packet[super.transport + 12] = 0x40;
	refused();
	make_good();
	super.packet[0] = 0x44;
	refused();
	super_make(&super, KLIPS_V6, false, 0, 3000, 1000);
	super.head.csum_start = 0xffff;
	refused();
}

/* The checksum of a packet that is not cut; a zero is written as ffff (RFC 768). */
static void test_complete(void **state)
{
	struct virtio_net_hdr bad = { .flags = VIRTIO_NET_HDR_F_NEEDS_CSUM, .csum_start = 20, .csum_offset = 79 };

	(void)state;
	super_make(&super, KLIPS_V4, true, 0, 333, 0);
	super.head.gso_type = VIRTIO_NET_HDR_GSO_NONE;
	assert_int_equal(klips_gso_complete(&super.head, super.packet, super.length), 0);
	assert_true(super_is_right(super.packet, super.transport, super.length, PROTO_UDP));
	assert_int_equal(klips_gso_complete(&bad, super.packet, 100), -EINVAL);
	bad.csum_offset = 78;
	assert_int_equal(klips_gso_complete(&bad, super.packet, 100), 0);
	bad.csum_start = 101;
	bad.csum_offset = 0;
	assert_int_equal(klips_gso_complete(&bad, super.packet, 100), -EINVAL);
	memset(super.packet, 0, 100);
	super.packet[21] = super.packet[20] = 0xff;
	bad.csum_start = 20;
	bad.csum_offset = 2;
	assert_int_equal(klips_gso_complete(&bad, super.packet, 100), 0);
	assert_int_equal(get_unaligned_be16(super.packet + 22), 0xffff);
}

static void mend(struct sk_buff *skb)
{
	u8 *at = skb->data + super.transport + TCP_CHECKSUM;
	u32 length = skb->len - super.transport;

	put_u16(at, 0);
	put_u16(at, (u16)~klips_sum_fold(
			    klips_sum(skb->data + super.transport, length, pseudo_sum(skb->data, PROTO_TCP, length))));
	set_ip_length(skb->data, skb->len);
}

/* What must keep a segment from being joined to the one before it. @at: of the byte that differs */
static void differs(u8 version, u32 at, u8 bits, bool mended)
{
	struct sk_buff *skbs[KLIPS_GSO_BATCH];
	struct klips_joined joined;
	u32 count;

	super_make(&super, version, false, 12, 4000, 1000);
	count = cut(skbs);
	skbs[2]->data[at] ^= bits;
	if (mended)
		mend(skbs[2]);
	assert_int_equal(klips_gso_join(&joined, skbs, count), 2);
	assert_int_equal(klips_gso_join(&joined, skbs + 2, count - 2), 1);
	assert_int_equal(joined.head.gso_type, VIRTIO_NET_HDR_GSO_NONE);
	assert_int_equal(joined.pieces, 2);
	assert_int_equal(joined.iov[1].iov_len, skbs[2]->len);
	free_all(skbs, count);
}

static void test_not_joined(void **state)
{
	(void)state;
	differs(KLIPS_V4, 1, 3, true);	  /* ECN */
	differs(KLIPS_V4, 6, 0x20, true); /* a fragment */
	differs(KLIPS_V4, 8, 1, true);	  /* TTL */
	differs(KLIPS_V4, 10, 1, false);  /* IP checksum */
	differs(KLIPS_V4, 12, 1, true);	  /* address */
	differs(KLIPS_V4, 20, 1, true);	  /* port */
	differs(KLIPS_V4, 27, 1, true);	  /* sequence */
	differs(KLIPS_V4, 31, 1, true);	  /* acknowledgement */
	differs(KLIPS_V4, 33, TCP_FIN, true);
	differs(KLIPS_V4, 35, 1, true);	  /* window */
	differs(KLIPS_V4, 45, 1, true);	  /* an option */
	differs(KLIPS_V4, 500, 1, false); /* a payload that its checksum does not fit */
	differs(KLIPS_V6, 1, 0x30, true); /* ECN */
	differs(KLIPS_V6, 7, 1, true);	  /* hop limit */
	differs(KLIPS_V6, 39, 1, true);
	differs(KLIPS_V6, 900, 1, false);
}

/* A shorter segment or PSH ends a run; so does what is longer than the first. */
static void test_run_ends(void **state)
{
	struct sk_buff *skbs[KLIPS_GSO_BATCH];
	struct klips_joined joined;

	(void)state;
	super_make(&super, KLIPS_V4, false, 0, 4000, 1000);
	assert_int_equal(cut(skbs), 4);
	skbs[1]->data[super.transport + 13] |= TCP_PSH;
	mend(skbs[1]);
	assert_int_equal(klips_gso_join(&joined, skbs, 4), 2);
	assert_int_equal(skbs[0]->data[super.transport + 13], TCP_ACK | TCP_PSH);
	assert_int_equal(klips_gso_join(&joined, skbs + 2, 2), 2);
	free_all(skbs, 4);

	assert_int_equal(cut(skbs), 4);
	skb_trim(skbs[1], skbs[1]->len - 10);
	mend(skbs[1]);
	assert_int_equal(klips_gso_join(&joined, skbs, 4), 2);
	free_all(skbs, 4);

	assert_int_equal(cut(skbs), 4);
	skb_trim(skbs[0], skbs[0]->len - 10);
	mend(skbs[0]);
	assert_int_equal(klips_gso_join(&joined, skbs, 4), 1);
	free_all(skbs, 4);
}

/* A joined packet has a length that its field can hold: 65,535. */
static void test_too_long_together(void **state)
{
	struct sk_buff *skbs[KLIPS_GSO_BATCH];
	struct klips_joined joined;
	u32 i, taken;

	(void)state;
	super_make(&super, KLIPS_V4, false, 0, 1500, 1500);
	for (i = 0; i < KLIPS_GSO_BATCH; i++) {
		assert_int_equal(cut(skbs + i), 1);
		skbs[i]->data[super.transport + 13] = TCP_ACK;
		put_unaligned_be32(get_unaligned_be32(super.packet + super.transport + 4) + i * 1500,
				   skbs[i]->data + super.transport + 4);
		mend(skbs[i]);
	}
	taken = klips_gso_join(&joined, skbs, KLIPS_GSO_BATCH);
	assert_int_equal(taken, (KLIPS_GSO_MAX - 40) / 1500);
	free_all(skbs, KLIPS_GSO_BATCH);
}

static void test_no_tcp_is_alone(void **state)
{
	struct sk_buff *skbs[KLIPS_GSO_BATCH];
	struct klips_joined joined;
	u32 count;

	(void)state;
	super_make(&super, KLIPS_V4, true, 0, 3000, 1000);
	count = cut(skbs);
	assert_int_equal(klips_gso_join(&joined, skbs, count), 1);
	skb_trim(skbs[0], 5);
	assert_int_equal(klips_gso_join(&joined, skbs, count), 1);
	assert_int_equal(joined.iov[1].iov_len, 5);
	free_all(skbs, count);
}

static int end_slots(void **state)
{
	(void)state;
	klips_slots_end();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tcp),
		cmocka_unit_test(test_udp),
		cmocka_unit_test(test_flags),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_complete),
		cmocka_unit_test(test_not_joined),
		cmocka_unit_test(test_run_ends),
		cmocka_unit_test(test_too_long_together),
		cmocka_unit_test(test_no_tcp_is_alone),
	};

	return cmocka_run_group_tests(tests, NULL, end_slots);
}
