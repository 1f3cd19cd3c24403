// SPDX-License-Identifier: GPL-2.0-or-later
/* The operations of the control protocol, one function each. */
#include "control_client.h"
#include "control_netlink.h"

/* Bytes of the longest request. */
#define REQUEST_ROOM 2048

/**
 * struct request - one that is being made
 */
struct request {
	struct klips_message message;
	char buffer[REQUEST_ROOM] __aligned(8);
};

static void begin(struct request *request, u8 op, u16 flags)
{
	klips_message_begin_op(&request->message, request->buffer, sizeof(request->buffer), op, flags, 0);
}

static int call(struct klips_client *client, struct request *request, struct klips_refusal *why)
{
	return klips_client_call(client, &request->message, NULL, NULL, why);
}

static int call_plain(struct klips_client *client, u8 op, struct klips_refusal *why)
{
	struct request request;

	begin(&request, op, 0);
	return call(client, &request, why);
}

/* With keys, so nothing of it stays in memory. */
static int call_config(struct klips_client *client, u8 op, const struct klips_sa_config *config,
		       struct klips_refusal *why)
{
	struct request request;
	int err;

	begin(&request, op, 0);
	klips_put_sa_config(&request.message, config, true);
	err = call(client, &request, why);
	explicit_bzero(&request, sizeof(request));
	return err;
}

int klips_client_sa_add(struct klips_client *client, const struct klips_sa_config *config, struct klips_refusal *why)
{
	return call_config(client, KLIPS_CMD_SA_ADD, config, why);
}

int klips_client_sa_update(struct klips_client *client, const struct klips_sa_config *config, struct klips_refusal *why)
{
	return call_config(client, KLIPS_CMD_SA_UPDATE, config, why);
}

int klips_client_sa_move(struct klips_client *client, const struct klips_sa_move *move, struct klips_refusal *why)
{
	struct request request;

	begin(&request, KLIPS_CMD_SA_MOVE, 0);
	klips_put_said(&request.message, KLIPS_A_SA_SAID, &move->said);
	klips_put_addr(&request.message, KLIPS_A_SA_FROM, &move->from.dst);
	klips_put_addr(&request.message, KLIPS_A_SA_SRC, &move->src);
	klips_put_u32(&request.message, KLIPS_A_SA_NATT, move->natt);
	klips_put_u16(&request.message, KLIPS_A_SA_NATT_SPORT, move->natt_sport);
	klips_put_u16(&request.message, KLIPS_A_SA_NATT_DPORT, move->natt_dport);
	return call(client, &request, why);
}

static int take_ref(void *arg, const void *attrs, size_t length, struct klips_refusal *why)
{
	const struct nlattr *table[KLIPS_ATTRS_MAX];
	int err = klips_attrs_parse(table, KLIPS_SET_SA, UINT64_MAX, attrs, length, why);

	if (!err)
		*(u32 *)arg = (u32)klips_get_number(table[KLIPS_A_SA_REF]);
	return err;
}

int klips_client_sa_refer(struct klips_client *client, const struct klips_said *said, u32 ref, u32 ref_him, u32 *now,
			  struct klips_refusal *why)
{
	struct request request;

	*now = 0; /* none, should the answer not have one */
	begin(&request, KLIPS_CMD_SA_REFER, 0);
	klips_put_said(&request.message, KLIPS_A_SA_SAID, said);
	if (ref)
		klips_put_u32(&request.message, KLIPS_A_SA_REF, ref);
	if (ref_him)
		klips_put_u32(&request.message, KLIPS_A_SA_REF_HIM, ref_him);
	return klips_client_call(client, &request.message, take_ref, now, why);
}

int klips_client_sa_delete(struct klips_client *client, const struct klips_said *said, struct klips_refusal *why)
{
	struct request request;

	begin(&request, KLIPS_CMD_SA_DEL, 0);
	klips_put_said(&request.message, KLIPS_A_SA_SAID, said);
	return call(client, &request, why);
}

static int take_sa(void *arg, const void *attrs, size_t length, struct klips_refusal *why)
{
	return klips_get_sa_info(arg, attrs, length, why);
}

int klips_client_sa_get(struct klips_client *client, const struct klips_said *said, struct klips_sa_info *info,
			struct klips_refusal *why)
{
	struct request request;

	begin(&request, KLIPS_CMD_SA_GET, 0);
	klips_put_said(&request.message, KLIPS_A_SA_SAID, said);
	return klips_client_call(client, &request.message, take_sa, info, why);
}

/**
 * struct list - a table that is asked for
 */
struct list {
	union {
		klips_each_sa_fn sa;
		klips_each_eroute_fn eroute;
		klips_each_dev_fn dev;
	};
	void *arg;
};

static int list(struct klips_client *client, u8 op, klips_answer_fn each, struct list *list, struct klips_refusal *why)
{
	struct request request;

	begin(&request, op, NLM_F_DUMP);
	return klips_client_call(client, &request.message, each, list, why);
}

static int list_sa(void *arg, const void *attrs, size_t length, struct klips_refusal *why)
{
	const struct list *list = arg;
	struct klips_sa_info info;
	int err = klips_get_sa_info(&info, attrs, length, why);

	return err ? err : list->sa(&info, list->arg);
}

int klips_client_sa_list(struct klips_client *client, klips_each_sa_fn each, void *arg, struct klips_refusal *why)
{
	struct list all = { .sa = each, .arg = arg };

	return list(client, KLIPS_CMD_SA_GET, list_sa, &all, why);
}

int klips_client_sa_flush(struct klips_client *client, struct klips_refusal *why)
{
	return call_plain(client, KLIPS_CMD_SA_FLUSH, why);
}

static int take_said(void *arg, const void *attrs, size_t length, struct klips_refusal *why)
{
	const struct nlattr *table[KLIPS_ATTRS_MAX];
	int err = klips_attrs_parse(table, KLIPS_SET_SA, UINT64_MAX, attrs, length, why);

	if (err)
		return err;
	if (!table[KLIPS_A_SA_SAID])
		return klips_refuse_missing(why, KLIPS_SET_SA, KLIPS_A_SA_SAID);
	return klips_get_said(arg, table[KLIPS_A_SA_SAID], why);
}

/**
 * klips_client_sa_alloc_spi - make a larval SA
 * @said: without SPI; gets it
 * @min: lowest SPI, @max: highest, in network byte order
 */
int klips_client_sa_alloc_spi(struct klips_client *client, struct klips_said *said, __be32 min, __be32 max,
			      struct klips_refusal *why)
{
	struct request request;

	begin(&request, KLIPS_CMD_SA_ALLOC_SPI, 0);
	klips_put_said(&request.message, KLIPS_A_SA_SAID, said);
	klips_put_u32(&request.message, KLIPS_A_SA_MIN_SPI, min);
	klips_put_u32(&request.message, KLIPS_A_SA_MAX_SPI, max);
	return klips_client_call(client, &request.message, take_said, said, why);
}

/**
 * klips_client_sa_group - make a bundle
 * @saids: inner first; one alone is taken out of its bundle
 */
int klips_client_sa_group(struct klips_client *client, const struct klips_said *saids, unsigned int count,
			  struct klips_refusal *why)
{
	struct request request;
	unsigned int i;

	begin(&request, KLIPS_CMD_SA_GROUP, 0);
	for (i = 0; i < count; i++)
		klips_put_said(&request.message, KLIPS_A_SA_GROUP, &saids[i]);
	return call(client, &request, why);
}

/**
 * klips_client_eroute_set - add an eroute
 * @replace: or put it in the place of the one with the same selector, in one step
 */
int klips_client_eroute_set(struct klips_client *client, const struct klips_selector *sel,
			    const struct klips_said *said, bool replace, struct klips_refusal *why)
{
	struct request request;

	begin(&request, replace ? KLIPS_CMD_EROUTE_REPLACE : KLIPS_CMD_EROUTE_ADD, 0);
	klips_put_selector(&request.message, KLIPS_A_EROUTE_SELECTOR, sel);
	klips_put_said(&request.message, KLIPS_A_EROUTE_SAID, said);
	return call(client, &request, why);
}

int klips_client_eroute_delete(struct klips_client *client, const struct klips_selector *sel, struct klips_refusal *why)
{
	struct request request;

	begin(&request, KLIPS_CMD_EROUTE_DEL, 0);
	klips_put_selector(&request.message, KLIPS_A_EROUTE_SELECTOR, sel);
	return call(client, &request, why);
}

static int list_eroute(void *arg, const void *attrs, size_t length, struct klips_refusal *why)
{
	const struct nlattr *table[KLIPS_ATTRS_MAX];
	const struct list *list = arg;
	struct klips_eroute_info info;
	int err = klips_attrs_parse(table, KLIPS_SET_EROUTE, UINT64_MAX, attrs, length, why);

	if (!err && (!table[KLIPS_A_EROUTE_SELECTOR] || !table[KLIPS_A_EROUTE_SAID]))
		err = klips_refuse(why, -EBADMSG, NULL, NULL, "an eroute without its selector");
	memset(&info, 0, sizeof(info));
	if (!err)
		err = klips_get_selector(&info.selector, table[KLIPS_A_EROUTE_SELECTOR], why);
	if (!err)
		err = klips_get_said(&info.said, table[KLIPS_A_EROUTE_SAID], why);
	if (err)
		return err;
	info.count = klips_get_number(table[KLIPS_A_EROUTE_COUNT]);
	info.used = table[KLIPS_A_EROUTE_IDLE];
	info.idle = klips_get_number(table[KLIPS_A_EROUTE_IDLE]);
	info.held = (u32)klips_get_number(table[KLIPS_A_EROUTE_HELD]);
	info.hold_dropped = klips_get_number(table[KLIPS_A_EROUTE_HOLD_DROPPED]);
	return list->eroute(&info, list->arg);
}

int klips_client_eroute_list(struct klips_client *client, klips_each_eroute_fn each, void *arg,
			     struct klips_refusal *why)
{
	struct list all = { .eroute = each, .arg = arg };

	return list(client, KLIPS_CMD_EROUTE_GET, list_eroute, &all, why);
}

int klips_client_eroute_flush(struct klips_client *client, struct klips_refusal *why)
{
	return call_plain(client, KLIPS_CMD_EROUTE_FLUSH, why);
}

int klips_client_dev(struct klips_client *client, u8 op, const char *name, const char *phys, struct klips_refusal *why)
{
	struct request request;

	begin(&request, op, 0);
	klips_put_string(&request.message, KLIPS_A_DEV_NAME, name);
	if (phys)
		klips_put_string(&request.message, KLIPS_A_DEV_PHYS, phys);
	return call(client, &request, why);
}

int klips_client_port_add(struct klips_client *client, u16 port, bool encapsulation, struct klips_refusal *why)
{
	struct request request;

	begin(&request, KLIPS_CMD_PORT_ADD, 0);
	klips_put_u16(&request.message, KLIPS_A_PORT_NUMBER, port);
	if (encapsulation)
		klips_put_bytes(&request.message, KLIPS_A_PORT_ENCAPSULATION, NULL, 0);
	return call(client, &request, why);
}

static void copy_string(char *text, size_t size, const struct nlattr *attr)
{
	snprintf(text, size, "%s", attr ? mnl_attr_get_str(attr) : "");
}

static int list_dev(void *arg, const void *attrs, size_t length, struct klips_refusal *why)
{
	const struct nlattr *table[KLIPS_ATTRS_MAX];
	const struct list *list = arg;
	struct klips_dev_info info;
	int err = klips_attrs_parse(table, KLIPS_SET_DEV, UINT64_MAX, attrs, length, why);
	unsigned int i;

	if (err)
		return err;
	memset(&info, 0, sizeof(info));
	copy_string(info.name, sizeof(info.name), table[KLIPS_A_DEV_NAME]);
	copy_string(info.phys, sizeof(info.phys), table[KLIPS_A_DEV_PHYS]);
	info.id = (u32)klips_get_number(table[KLIPS_A_DEV_ID]);
	info.mtu = (u32)klips_get_number(table[KLIPS_A_DEV_MTU]);
	info.phys_mtu = (u32)klips_get_number(table[KLIPS_A_DEV_PHYS_MTU]);
	for (i = KLIPS_A_DEV_RX_PACKETS; i < KLIPS_A_DEV_END; i++)
		info.stats[i] = klips_get_number(table[i]);
	return list->dev(&info, list->arg);
}

int klips_client_dev_list(struct klips_client *client, klips_each_dev_fn each, void *arg, struct klips_refusal *why)
{
	struct list all = { .dev = each, .arg = arg };

	return list(client, KLIPS_CMD_DEV_GET, list_dev, &all, why);
}

/**
 * klips_client_debug_set - choose what klipsdebug says
 * @flags: a bit an enum klips_debug; @mask: those that are meant
 */
int klips_client_debug_set(struct klips_client *client, u32 flags, u32 mask, struct klips_refusal *why)
{
	struct request request;

	begin(&request, KLIPS_CMD_DEBUG_SET, 0);
	klips_put_u32(&request.message, KLIPS_A_DEBUG_FLAGS, flags);
	klips_put_u32(&request.message, KLIPS_A_DEBUG_MASK, mask);
	return call(client, &request, why);
}

static int take_debug(void *arg, const void *attrs, size_t length, struct klips_refusal *why)
{
	const struct nlattr *table[KLIPS_ATTRS_MAX];
	int err = klips_attrs_parse(table, KLIPS_SET_DEBUG, UINT64_MAX, attrs, length, why);

	if (!err)
		*(u32 *)arg = (u32)klips_get_number(table[KLIPS_A_DEBUG_FLAGS]);
	return err;
}

int klips_client_debug_get(struct klips_client *client, u32 *flags, struct klips_refusal *why)
{
	struct request request;

	begin(&request, KLIPS_CMD_DEBUG_GET, 0);
	return klips_client_call(client, &request.message, take_debug, flags, why);
}

int klips_client_settings_set(struct klips_client *client, const u32 values[KLIPS_A_SETTINGS_END], u64 given,
			      struct klips_refusal *why)
{
	struct request request;
	unsigned int attr;

	begin(&request, KLIPS_CMD_SETTINGS_SET, 0);
	for (attr = 1; attr < KLIPS_A_SETTINGS_END; attr++) {
		if (given & KLIPS_ATTR_BIT(attr))
			klips_put_u32(&request.message, (u16)attr, values[attr]);
	}
	return call(client, &request, why);
}

static int take_settings(void *arg, const void *attrs, size_t length, struct klips_refusal *why)
{
	const struct nlattr *table[KLIPS_ATTRS_MAX];
	int err = klips_attrs_parse(table, KLIPS_SET_SETTINGS, UINT64_MAX, attrs, length, why);
	unsigned int i;

	for (i = 1; !err && i < KLIPS_A_SETTINGS_END; i++)
		((u32 *)arg)[i] = (u32)klips_get_number(table[i]);
	return err;
}

int klips_client_settings_get(struct klips_client *client, u32 values[KLIPS_A_SETTINGS_END], struct klips_refusal *why)
{
	struct request request;

	begin(&request, KLIPS_CMD_SETTINGS_GET, 0);
	return klips_client_call(client, &request.message, take_settings, values, why);
}

static int take_status(void *arg, const void *attrs, size_t length, struct klips_refusal *why)
{
	const struct nlattr *table[KLIPS_ATTRS_MAX], *stats[KLIPS_ATTRS_MAX];
	struct klips_status_info *info = arg;
	int err = klips_attrs_parse(table, KLIPS_SET_STATUS, UINT64_MAX, attrs, length, why);
	unsigned int i;

	if (!err && !table[KLIPS_A_STATUS_STATS])
		err = klips_refuse_missing(why, KLIPS_SET_STATUS, KLIPS_A_STATUS_STATS);
	if (!err)
		err = klips_nest_parse(stats, KLIPS_SET_STATS, table[KLIPS_A_STATUS_STATS], why);
	if (err)
		return err;
	copy_string(info->version, sizeof(info->version), table[KLIPS_A_STATUS_VERSION]);
	copy_string(info->driver, sizeof(info->driver), table[KLIPS_A_STATUS_DRIVER]);
	copy_string(info->guard, sizeof(info->guard), table[KLIPS_A_STATUS_GUARD]);
	info->sas = (u32)klips_get_number(table[KLIPS_A_STATUS_SAS]);
	info->eroutes = (u32)klips_get_number(table[KLIPS_A_STATUS_EROUTES]);
	info->devs = (u32)klips_get_number(table[KLIPS_A_STATUS_DEVS]);
	for (i = 1; i < KLIPS_A_STATS_END; i++)
		info->stats[i] = klips_get_number(stats[i]);
	return 0;
}

int klips_client_status(struct klips_client *client, struct klips_status_info *info, struct klips_refusal *why)
{
	struct request request;

	memset(info, 0, sizeof(*info));
	begin(&request, KLIPS_CMD_STATUS, 0);
	return klips_client_call(client, &request.message, take_status, info, why);
}

int klips_client_subscribe(struct klips_client *client, u32 groups, struct klips_refusal *why)
{
	struct request request;
	int err;

	if (klips_client_is_module(client)) {
		err = klips_netlink_subscribe(client, groups);
		return err ? klips_refuse(why, err, NULL, NULL, "events of the module: %s", strerror(-err)) : 0;
	}
	begin(&request, KLIPS_CMD_SUBSCRIBE, 0);
	klips_put_u32(&request.message, KLIPS_A_SUBSCRIPTION_GROUPS, groups);
	return call(client, &request, why);
}
