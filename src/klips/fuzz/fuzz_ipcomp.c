// SPDX-License-Identifier: GPL-2.0-or-later
/* IPCOMP: any packet opened, in both modes; and what is compressed comes back. */
#include "tests/transform.h"

static struct klips_sa *sas[2];

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct klips_sa_config config;
	int i;

	(void)argc;
	(void)argv;
	for (i = 0; i < 2; i++) {
		transform_config(&config, KLIPS_PROTO_COMP, i ? KLIPS_MODE_TUNNEL : KLIPS_MODE_TRANSPORT, 4, 4);
		if (klips_sa_new(&sas[i], &config))
			abort();
	}
	return 0;
}

static void there_and_back(const u8 *data, u32 size)
{
	struct sk_buff *skb = transform_skb(data, size);
	u8 next = 0;

	if (!skb)
		return;
	sas[0]->comp_skip = 0;
	if (klips_ipcomp_seal(sas[0], skb, 17) == 1 && klips_ipcomp_open(sas[0], &skb, 20, &next))
		abort();
	if (skb->len != size || memcmp(skb->data, data, size) || (next && next != 17))
		abort();
	kfree_skb(skb);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct sk_buff *skb;
	u8 next;

	if (size < 1 || size > 8192)
		return 0;
	if (data[0] & 4)
		there_and_back(data + 1, (u32)size - 1);
	skb = transform_skb(data + 1, (u32)size - 1);
	if (!skb)
		return 0;
	if (data[0] & 2)
		klips_ipcomp_open(sas[0], &skb, 60, &next);
	else
		transform_open(sas[data[0] & 1], &skb);
	kfree_skb(skb);
	return 0;
}
