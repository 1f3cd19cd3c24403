// SPDX-License-Identifier: GPL-2.0-or-later
/* IP headers that somebody else wrote: read, decapsulated, answered by ICMP errors, mended. */
#include "tests/transform.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static struct klips_sa sa;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	sa.mode = KLIPS_MODE_TUNNEL;
	return 0;
}

static void answer(const struct sk_buff *skb, u8 type)
{
	struct klips_addr from = transform_addr(skb->len && skb->data[0] >> 4 == 6 ? KLIPS_V6 : KLIPS_V4, 9);
	struct sk_buff *error = klips_icmp_error(skb, &from, type, 0, 1280), *again;
	struct klips_ip ip;

	if (!error)
		return;
	if (klips_ip_read(&ip, error->data, error->len) || ip.total != error->len)
		abort();
	again = klips_icmp_error(error, &from, type, 0, 1280);
	if (again)
		abort(); /* an error about an error */
	kfree_skb(error);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct klips_ip ip, outer = { .version = KLIPS_V4 };
	struct sk_buff *skb;

	if (size < 2 || size > 4096)
		return 0;
	skb = transform_skb(data + 2, (u32)size - 2);
	if (!skb)
		return 0;
	answer(skb, skb->len && skb->data[0] >> 4 == 6 ? 1 : 3);
	sa.flags = data[0];
	outer.tos = data[1];
	if (!klips_tunnel_decap(&sa, skb, &outer)) {
		if (klips_ip_read(&ip, skb->data, skb->len) || ip.total != skb->len || ip.header > ip.total)
			abort();
		klips_ip_mend(skb, &ip, 17);
		if (klips_ip_read(&ip, skb->data, skb->len) || ip.total != skb->len)
			abort();
	}
	kfree_skb(skb);
	return 0;
}
