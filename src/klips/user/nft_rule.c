// SPDX-License-Identifier: GPL-2.0-or-later
/* What rules of nf_tables are made of: see nft.h. */
#include <arpa/inet.h>
#include <linux/netfilter/nfnetlink.h>

#include "nft.h"
#include "nft_own.h"

/**
 * struct expression - one that is being made
 */
struct expression {
	struct nlattr *element;
	struct nlattr *data;
};

static struct expression begin(struct klips_nft *nft, const char *name)
{
	struct expression new;

	new.element = mnl_attr_nest_start(nft->message, NFTA_LIST_ELEM);
	mnl_attr_put_strz(nft->message, NFTA_EXPR_NAME, name);
	new.data = mnl_attr_nest_start(nft->message, NFTA_EXPR_DATA);
	return new;
}

static void end(struct klips_nft *nft, const struct expression *expression)
{
	mnl_attr_nest_end(nft->message, expression->data);
	mnl_attr_nest_end(nft->message, expression->element);
}

/**
 * struct number - an attribute that is one
 */
struct number {
	u16 type;
	u32 value;
};

static void put_numbers(struct klips_nft *nft, const struct number *numbers, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		klips_nft_put_u32(nft, numbers[i].type, numbers[i].value);
}

static void put_expression(struct klips_nft *nft, const char *name, const struct number *numbers, unsigned int count)
{
	struct expression new = begin(nft, name);

	put_numbers(nft, numbers, count);
	end(nft, &new);
}

void klips_nft_begin_rule(struct klips_nft *nft, const char *chain)
{
	klips_nft_begin_change(nft, NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND);
	mnl_attr_put_strz(nft->message, NFTA_RULE_TABLE, nft->table);
	mnl_attr_put_strz(nft->message, NFTA_RULE_CHAIN, chain);
	nft->expressions = mnl_attr_nest_start(nft->message, NFTA_RULE_EXPRESSIONS);
}

void klips_nft_end_rule(struct klips_nft *nft)
{
	mnl_attr_nest_end(nft->message, nft->expressions);
	klips_nft_end_change(nft);
}

void klips_nft_meta(struct klips_nft *nft, u32 key, u32 to)
{
	const struct number numbers[] = { { NFTA_META_KEY, key }, { NFTA_META_DREG, to } };

	put_expression(nft, "meta", numbers, ARRAY_SIZE(numbers));
}

void klips_nft_payload(struct klips_nft *nft, u32 base, u32 offset, u32 size, u32 to)
{
	const struct number numbers[] = {
		{ NFTA_PAYLOAD_DREG, to },
		{ NFTA_PAYLOAD_BASE, base },
		{ NFTA_PAYLOAD_OFFSET, offset },
		{ NFTA_PAYLOAD_LEN, size },
	};

	put_expression(nft, "payload", numbers, ARRAY_SIZE(numbers));
}

void klips_nft_extension(struct klips_nft *nft, u8 header, u32 offset, u32 size, u32 to)
{
	const struct number numbers[] = {
		{ NFTA_EXTHDR_DREG, to },
		{ NFTA_EXTHDR_OFFSET, offset },
		{ NFTA_EXTHDR_LEN, size },
	};
	struct expression new = begin(nft, "exthdr");

	mnl_attr_put_u8(nft->message, NFTA_EXTHDR_TYPE, header);
	put_numbers(nft, numbers, ARRAY_SIZE(numbers));
	end(nft, &new);
}

void klips_nft_mask(struct klips_nft *nft, u32 reg, const void *mask, u32 size)
{
	static const u8 zeros[16];
	const struct number numbers[] = {
		{ NFTA_BITWISE_SREG, reg },
		{ NFTA_BITWISE_DREG, reg },
		{ NFTA_BITWISE_LEN, size },
	};
	struct expression new = begin(nft, "bitwise");

	put_numbers(nft, numbers, ARRAY_SIZE(numbers));
	klips_nft_put_data(nft, NFTA_BITWISE_MASK, mask, size);
	klips_nft_put_data(nft, NFTA_BITWISE_XOR, zeros, size);
	end(nft, &new);
}

void klips_nft_compare(struct klips_nft *nft, u32 reg, u32 how, const void *value, u32 size)
{
	const struct number numbers[] = { { NFTA_CMP_SREG, reg }, { NFTA_CMP_OP, how } };
	struct expression new = begin(nft, "cmp");

	put_numbers(nft, numbers, ARRAY_SIZE(numbers));
	klips_nft_put_data(nft, NFTA_CMP_DATA, value, size);
	end(nft, &new);
}

void klips_nft_in_set(struct klips_nft *nft, u32 reg, const char *set, bool not )
{
	struct expression new = begin(nft, "lookup");

	mnl_attr_put_strz(nft->message, NFTA_LOOKUP_SET, set);
	klips_nft_put_u32(nft, NFTA_LOOKUP_SREG, reg);
	if (not )
		klips_nft_put_u32(nft, NFTA_LOOKUP_FLAGS, NFT_LOOKUP_F_INV);
	end(nft, &new);
}

void klips_nft_by_map(struct klips_nft *nft, u32 reg, const char *map)
{
	const struct number numbers[] = { { NFTA_LOOKUP_SREG, reg }, { NFTA_LOOKUP_DREG, NFT_REG_VERDICT } };
	struct expression new = begin(nft, "lookup");

	mnl_attr_put_strz(nft->message, NFTA_LOOKUP_SET, map);
	put_numbers(nft, numbers, ARRAY_SIZE(numbers));
	end(nft, &new);
}

void klips_nft_count(struct klips_nft *nft, const char *counter)
{
	struct expression new = begin(nft, "objref");

	klips_nft_put_u32(nft, NFTA_OBJREF_IMM_TYPE, NFT_OBJECT_COUNTER);
	mnl_attr_put_strz(nft->message, NFTA_OBJREF_IMM_NAME, counter);
	end(nft, &new);
}

void klips_nft_verdict(struct klips_nft *nft, s32 verdict, const char *chain)
{
	struct expression new = begin(nft, "immediate");

	klips_nft_put_u32(nft, NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT);
	klips_nft_put_verdict(nft, NFTA_IMMEDIATE_DATA, verdict, chain);
	end(nft, &new);
}
