// SPDX-License-Identifier: GPL-2.0-or-later
/* A virtio header and a packet: whatever is planned can be cut within its memory, and joined without a change of
 * payload. */
#include "user/gso.h"
#include "user/slots.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool good)
{
	if (!good)
		abort();
}

static void join(struct sk_buff **skbs, u32 count)
{
	struct klips_joined joined;
	u32 i, taken, bytes = 0, whole = 0, j;

	for (i = 0; i < count; i += taken) {
		taken = klips_gso_join(&joined, skbs + i, count - i);
		check(taken && taken <= count - i);
		for (j = 1; j < joined.pieces; j++)
			bytes += (u32)joined.iov[j].iov_len;
		/* All but the first leave their headers away. */
		for (j = 0; j < taken; j++)
			whole += skbs[i + j]->len - (j ? joined.head.hdr_len : 0U);
		check(joined.head.gso_type != VIRTIO_NET_HDR_GSO_NONE || taken == 1);
	}
	check(bytes == whole);
}

static void cut(const struct klips_gso *gso, const u8 *packet, u32 length)
{
	struct sk_buff *skbs[KLIPS_GSO_BATCH];
	u32 i, payload, done = 0, count = min_t(u32, gso->count, KLIPS_GSO_BATCH);

	for (i = 0; i < count; i++, done += payload) {
		payload = klips_gso_payload(gso, i);
		check(payload && payload <= gso->segment && gso->header + done + payload <= length);
		skbs[i] = klips_skb_new(0, gso->header + payload);
		check(skbs[i]);
		skb_put(skbs[i], gso->header + payload);
		memcpy(skbs[i]->data + gso->header, packet + gso->header + done, payload);
		if (gso->type != VIRTIO_NET_HDR_GSO_NONE)
			klips_gso_finish(gso, i, skbs[i]->data);
	}
	check(gso->count > KLIPS_GSO_BATCH || gso->header + done == length);
	join(skbs, count);
	for (i = 0; i < count; i++)
		kfree_skb(skbs[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct virtio_net_hdr head;
	struct klips_gso gso;
	u32 length, have;
	u8 *packet;

	if (size <= sizeof(head) || size - sizeof(head) > KLIPS_GSO_MAX)
		return 0;
	memcpy(&head, data, sizeof(head));
	length = (u32)(size - sizeof(head));
	packet = malloc(length);
	check(packet != NULL);
	memcpy(packet, data + sizeof(head), length);
	have = data[size - 1] % 2 ? length : min_t(u32, length, data[size - 1]);
	if (!klips_gso_plan(&gso, &head, packet, have, length))
		cut(&gso, packet, length);
	klips_gso_complete(&head, packet, length);
	free(packet);
	return 0;
}
