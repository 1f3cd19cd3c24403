// SPDX-License-Identifier: GPL-2.0-or-later
/* See eroute_model.h. */
#include "tests/eroute_model.h"

static u8 model_byte(struct model_input *in)
{
	if (!in->size)
		return 0;
	in->size--;
	return *in->data++;
}

/* Few addresses, so that they meet each other's prefixes. */
static struct klips_addr model_addr(struct model_input *in, bool v6)
{
	const u8 byte = model_byte(in);
	u8 bytes[16] = { 0x20, 0x01, 0x0d, 0xb8, 0, byte >> 6 & 1, 0, 0, 0, 0, 0, 0, 0, 0, byte >> 4 & 3, byte & 3 };

	if (v6)
		return klips_addr_v6(bytes);
	return klips_addr_v4(
		cpu_to_be32(10U << 24 | (u32)(byte >> 6 & 1) << 16 | (u32)(byte >> 4 & 3) << 8 | (byte & 3)));
}

static struct klips_selector model_selector(struct model_input *in)
{
	static const u8 bits[2][8] = { { 0, 8, 16, 24, 30, 31, 32, 32 }, { 0, 32, 48, 64, 120, 127, 128, 128 } };
	static const u8 protos[] = { 0, 6, 17, 1, 50, 60, 6, 0 };
	const u8 shape = model_byte(in), fields = model_byte(in);
	const bool v6 = shape >> 7;
	struct klips_selector sel;

	memset(&sel, 0, sizeof(sel));
	sel.src = model_addr(in, v6);
	sel.dst = model_addr(in, v6);
	sel.src_bits = bits[v6][shape & 7];
	sel.dst_bits = bits[v6][shape >> 3 & 7];
	sel.proto = protos[fields & 7];
	sel.sport = cpu_to_be16(fields >> 3 & 3);
	sel.dport = cpu_to_be16(fields >> 5 & 3);
	return sel;
}

static struct klips_flow model_flow(struct model_input *in)
{
	static const u8 protos[] = { 6, 17, 1, 50, 60, 6, 17, 47 };
	const u8 kind = model_byte(in), ports = model_byte(in);
	struct klips_flow flow;

	memset(&flow, 0, sizeof(flow));
	flow.src = model_addr(in, kind >> 7);
	flow.dst = model_addr(in, kind >> 7);
	flow.proto = protos[kind & 7];
	flow.fragment = kind >> 3 & 1;
	flow.ports = kind >> 4 & 1 && (flow.proto == 6 || flow.proto == 17 || flow.proto == 1);
	if (flow.ports) {
		flow.sport = cpu_to_be16(ports & 3);
		flow.dport = cpu_to_be16(ports >> 2 & 3);
	}
	return flow;
}

static struct klips_said model_said(struct model_input *in)
{
	const u8 byte = model_byte(in);
	struct klips_said said;

	memset(&said, 0, sizeof(said));
	said.dst = klips_addr_v4(cpu_to_be32(0xc0000201));
	said.proto = byte & 1 ? KLIPS_PROTO_INT : KLIPS_PROTO_ESP;
	said.spi = cpu_to_be32(256 + (byte >> 1) % 6);
	return said;
}

static struct model_entry *model_exact(struct model *model, const struct klips_selector *sel)
{
	struct klips_selector wanted = *sel;
	unsigned int i;

	klips_selector_normalise(&wanted);
	for (i = 0; i < model->count; i++)
		if (!klips_selector_compare(&model->entry[i].selector, &wanted))
			return &model->entry[i];
	return NULL;
}

/* Whether a wins over b: source, destination, protocol, source port, destination port. */
static bool model_beats(const struct klips_selector *a, const struct klips_selector *b)
{
	const int diff[] = { a->src_bits - b->src_bits, a->dst_bits - b->dst_bits, !!a->proto - !!b->proto,
			     !!a->sport - !!b->sport, !!a->dport - !!b->dport };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(diff); i++)
		if (diff[i])
			return diff[i] > 0;
	return false;
}

/* Whether it takes the flow whatever is unknown of that. */
static bool model_is_certain(const struct klips_selector *sel, const struct klips_flow *flow)
{
	return klips_selector_matches(sel, flow) && (klips_flow_knows_proto(flow) || !sel->proto);
}

/* NULL with @doubt: it may be one or another. */
static struct model_entry *model_find(struct model *model, const struct klips_flow *flow, bool *doubt)
{
	struct model_entry *best = NULL, *er;
	unsigned int i;

	for (i = 0; i < model->count; i++) {
		er = &model->entry[i];
		if (model_is_certain(&er->selector, flow) && (!best || model_beats(&er->selector, &best->selector)))
			best = er;
	}
	*doubt = false;
	for (i = 0; i < model->count; i++) {
		er = &model->entry[i];
		if (er != best && klips_selector_may_match(&er->selector, flow) &&
		    (!best ||
		     (model_beats(&er->selector, &best->selector) && !klips_said_equal(&er->said, &best->said))))
			*doubt = true;
	}
	return *doubt ? NULL : best;
}

static void model_check_held(const struct model_entry *entry, struct klips_held *held)
{
	MODEL_CHECK((held->first ? held->first->mark : 0) == entry->first);
	MODEL_CHECK((held->last ? held->last->mark : 0) == entry->last);
	MODEL_CHECK(held->dropped == entry->dropped);
	klips_held_free(held);
}

static void model_insert(struct model *model, const struct klips_selector *sel, const struct klips_said *said)
{
	struct model_entry *entry = &model->entry[model->count++];

	memset(entry, 0, sizeof(*entry));
	entry->selector = *sel;
	klips_selector_normalise(&entry->selector);
	entry->said = *said;
}

static void model_set(struct klips_eroutes *all, struct model *model, struct model_input *in, bool replace)
{
	const struct klips_selector sel = model_selector(in);
	const struct klips_said said = model_said(in);
	struct model_entry *entry = model_exact(model, &sel);
	struct klips_held held;
	int err;

	if (model->count == MODEL_MAX)
		return;
	err = replace ? klips_eroute_replace(all, &sel, &said, &held) : klips_eroute_add(all, &sel, &said);
	if (!klips_selector_is_valid(&sel)) {
		MODEL_CHECK(err == -EINVAL);
	} else if (entry && !replace) {
		MODEL_CHECK(err == -EEXIST);
	} else if (entry) {
		MODEL_CHECK(!err);
		model_check_held(entry, &held);
		*entry = (struct model_entry){ .selector = entry->selector, .said = said };
	} else {
		MODEL_CHECK(!err);
		model_insert(model, &sel, &said);
	}
}

static void model_delete(struct klips_eroutes *all, struct model *model, const struct klips_selector *sel)
{
	struct model_entry *entry = model_exact(model, sel);
	struct klips_held held;

	MODEL_CHECK(klips_eroute_delete(all, sel, &held) == (entry ? 0 : -ENOENT));
	MODEL_CHECK(entry || (!held.first && !held.last));
	if (!entry)
		return;
	model_check_held(entry, &held);
	*entry = model->entry[--model->count];
}

static void model_hold(struct klips_eroutes *all, struct model *model, struct model_input *in)
{
	struct model_entry *entry = model->count ? &model->entry[model_byte(in) % model->count] : NULL;
	struct sk_buff *skb;

	if (!entry)
		return;
	skb = klips_skb_new(0, 0);
	if (!skb)
		return;
	skb->mark = ++model->next_mark;
	rcu_read_lock();
	MODEL_CHECK(klips_eroute_hold(klips_eroute_exact(all, &entry->selector), skb, NULL));
	rcu_read_unlock();
	if (!entry->first) {
		entry->first = model->next_mark;
	} else {
		entry->dropped += entry->last != 0;
		entry->last = model->next_mark;
	}
}

static void model_lookup(struct klips_eroutes *all, struct model *model, const struct klips_flow *flow)
{
	struct klips_eroute *er;
	struct model_entry *entry;
	bool doubt;

	entry = model_find(model, flow, &doubt);
	rcu_read_lock();
	er = klips_eroute_find(all, flow);
	if (entry) {
		MODEL_CHECK(er && !klips_selector_compare(&er->selector, &entry->selector));
		MODEL_CHECK(klips_said_equal(&er->said, &entry->said));
	} else if (doubt) {
		MODEL_CHECK(er && er->said.proto == KLIPS_PROTO_INT && be32_to_cpu(er->said.spi) == KLIPS_SHUNT_DROP);
	} else {
		MODEL_CHECK(!er);
	}
	rcu_read_unlock();
}

void model_step(struct klips_eroutes *all, struct model *model, struct model_input *in)
{
	const u8 op = model_byte(in);
	struct klips_selector sel;
	struct klips_flow flow;

	switch (op & 15) {
	case 0:
	case 1:
	case 2:
	case 3:
		model_set(all, model, in, false);
		break;
	case 4:
	case 5:
		model_set(all, model, in, true);
		break;
	case 6:
		sel = model_selector(in);
		model_delete(all, model, &sel);
		break;
	case 7:
		if (model->count) {
			sel = model->entry[model_byte(in) % model->count].selector;
			model_delete(all, model, &sel);
		}
		break;
	case 8:
	case 9:
		model_hold(all, model, in);
		break;
	default:
		flow = model_flow(in);
		model_lookup(all, model, &flow);
	}
	MODEL_CHECK(klips_eroutes_count(all) == model->count);
}
