// SPDX-License-Identifier: GPL-2.0-or-later
/* Rows as JSON: the names are those of src/lib/klips-control.yaml, so that whoever knows one knows the other. */
#include "format.h"
#include "../lib/parse.h"

static void set_number(json_t *row, const char *name, u64 number)
{
	json_object_set_new(row, name, json_integer((json_int_t)number));
}

static void set_string(json_t *row, const char *name, const char *text)
{
	json_object_set_new(row, name, json_string(text));
}

static void set_addr(json_t *row, const char *name, const struct klips_addr *addr)
{
	char text[KLIPS_SAID_TEXT];

	if (!addr->version)
		return;
	klips_addr_print(text, sizeof(text), addr);
	set_string(row, name, text);
}

json_t *json_said(const struct klips_said *said)
{
	char text[KLIPS_SAID_TEXT];

	klips_said_print(text, sizeof(text), said);
	return json_string(text);
}

static json_t *json_selector(const struct klips_selector *sel)
{
	json_t *row = json_object();
	char text[KLIPS_NET_TEXT];

	klips_print_net(text, sizeof(text), &sel->src, sel->src_bits, 0);
	set_string(row, "src", text);
	klips_print_net(text, sizeof(text), &sel->dst, sel->dst_bits, 0);
	set_string(row, "dst", text);
	set_number(row, "proto", sel->proto);
	set_number(row, "sport", be16_to_cpu(sel->sport));
	set_number(row, "dport", be16_to_cpu(sel->dport));
	return row;
}

json_t *json_eroute(const struct klips_eroute_info *info)
{
	json_t *row = json_object();

	json_object_set_new(row, "selector", json_selector(&info->selector));
	json_object_set_new(row, "said", json_said(&info->said));
	set_number(row, "count", info->count);
	if (info->used)
		set_number(row, "idle", info->idle);
	set_number(row, "held", info->held);
	set_number(row, "hold-dropped", info->hold_dropped);
	return row;
}

static json_t *json_limits(const struct klips_limits *limits)
{
	json_t *row = json_object();

	set_number(row, "bytes", limits->bytes);
	set_number(row, "packets", limits->packets);
	set_number(row, "addtime", limits->addtime);
	set_number(row, "usetime", limits->usetime);
	return row;
}

static json_t *json_more(const struct klips_sa_config *config)
{
	json_t *rows = json_array();
	unsigned int i;

	for (i = 0; i < config->more_count; i++)
		json_array_append_new(rows, json_selector(&config->more[i]));
	return rows;
}

static void set_ends(json_t *row, const struct klips_sa_config *config)
{
	json_object_set_new(row, "said", json_said(&config->said));
	set_addr(row, "src", &config->src);
	set_addr(row, "inner-src", &config->inner_src);
	set_addr(row, "inner-dst", &config->inner_dst);
	if (config->selector.src.version)
		json_object_set_new(row, "selector", json_selector(&config->selector));
	if (config->more_count)
		json_object_set_new(row, "more-selectors", json_more(config));
	if (config->keys.encr != KLIPS_ENCR_NONE)
		set_string(row, "encr", klips_encr(config->keys.encr)->name);
	if (config->keys.auth != KLIPS_AUTH_NONE)
		set_string(row, "auth", klips_auth(config->keys.auth)->name);
}

static json_t *json_flags(u32 flags)
{
	static const char *const names[] = { "inbound", "esn", "no-ecn", "decap-dscp", "no-encap-dscp", "tfc-pmtu" };
	json_t *list = json_array();
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (flags & 1U << i)
			json_array_append_new(list, json_string(names[i]));
	}
	return list;
}

static void set_config(json_t *row, const struct klips_sa_config *config)
{
	static const char *const states[] = { "larval", "mature", "dying", "dead" };
	static const char *const modes[] = { "transport", "tunnel", "beet" };
	static const char *const dfs[] = { "clear", "copy", "set" };

	set_string(row, "state", states[config->state]);
	set_string(row, "mode", modes[config->mode]);
	set_string(row, "natt", config->natt == KLIPS_NATT_NONESP ? "nonesp" : "none");
	set_number(row, "natt-sport", config->natt_sport);
	set_number(row, "natt-dport", config->natt_dport);
	set_string(row, "df", dfs[config->df]);
	json_object_set_new(row, "flags", json_flags(config->flags));
	set_number(row, "window", config->window);
	set_number(row, "tfc", config->tfc);
	set_number(row, "ttl", config->ttl ? config->ttl : 64);
	set_number(row, "ref", config->ref);
	set_number(row, "ref-him", config->ref_him);
	set_number(row, "if-id", config->if_id);
	json_object_set_new(row, "soft", json_limits(&config->soft));
	json_object_set_new(row, "hard", json_limits(&config->hard));
}

static json_t *json_errors(const struct klips_sa_info *info)
{
	json_t *row = json_object();

	set_number(row, "auth", info->errors.auth);
	set_number(row, "replay", info->errors.replay);
	set_number(row, "pad", info->errors.pad);
	set_number(row, "size", info->errors.size);
	set_number(row, "policy", info->errors.policy);
	return row;
}

json_t *json_sa(const struct klips_sa_info *info)
{
	json_t *row = json_object(), *group = json_array();
	unsigned int i;

	set_ends(row, &info->config);
	set_config(row, &info->config);
	json_object_set_new(row, "current", json_limits(&info->spent));
	set_number(row, "idle", info->idle);
	set_number(row, "seq", info->seq);
	set_number(row, "replay-top", info->replay_top);
	json_object_set_new(row, "errors", json_errors(info));
	set_string(row, "driver", info->driver);
	for (i = 0; i < info->group_count; i++)
		json_array_append_new(group, json_said(&info->group[i]));
	json_object_set_new(row, "group", group);
	return row;
}

json_t *json_dev(const struct klips_dev_info *info)
{
	json_t *row = json_object();
	unsigned int i;

	set_string(row, "name", info->name);
	json_object_set_new(row, "phys", info->phys[0] ? json_string(info->phys) : json_null());
	set_number(row, "id", info->id);
	set_number(row, "mtu", info->mtu ? info->mtu : info->phys_mtu);
	set_number(row, "phys-mtu", info->phys_mtu);
	for (i = KLIPS_A_DEV_RX_PACKETS; i < KLIPS_A_DEV_END; i++)
		set_number(row, klips_set_policies[KLIPS_SET_DEV].attrs[i].name, info->stats[i]);
	return row;
}
