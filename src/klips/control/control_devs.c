// SPDX-License-Identifier: GPL-2.0-or-later
/* Requests about devices, and about KLIPS as a whole. */
#include "control_request.h"
#include "../core/debug.h"

/* What the kernel takes as a device's name, and never a path. */
static bool is_name(const char *name)
{
	const char *c;

	for (c = name; *c; c++)
		if (*c <= ' ' || *c > '~' || *c == '/' || *c == ':')
			return false;
	return *name && strcmp(name, ".") && strcmp(name, "..");
}

/* NULL: the request is refused. */
static const char *get_name(struct klips_request *request, unsigned int attr)
{
	const struct nlattr *found = request->attrs[attr];

	if (found && is_name(mnl_attr_get_str(found)))
		return mnl_attr_get_str(found);
	if (found)
		klips_refuse_value(&request->refusal, KLIPS_SET_DEV, found, "not a device's name");
	else
		klips_refuse_missing(&request->refusal, KLIPS_SET_DEV, attr);
	return NULL;
}

static int refuse_dev(struct klips_request *request, const char *name, int err)
{
	const struct nlattr *attr = request->attrs[KLIPS_A_DEV_NAME];

	switch (err) {
	case 0:
		return 0;
	case -EBUSY:
		return klips_refuse(&request->refusal, err, attr, "name", "%s is attached already", name);
	case -EEXIST:
		return klips_refuse(&request->refusal, err, attr, "name", "%s is there already", name);
	case -ENODEV:
		return klips_refuse(&request->refusal, err, attr, "name", "there is no %s, or it is not attached",
				    name);
	default:
		return klips_refuse(&request->refusal, err, attr, "name", "%s: %s", name, strerror(-err));
	}
}

static int run(struct klips_request *request, int (*op)(struct klips *klips, const char *name))
{
	const char *name = get_name(request, KLIPS_A_DEV_NAME);

	if (!name)
		return request->refusal.error;
	return refuse_dev(request, name, op ? op(request->control->klips, name) : -EOPNOTSUPP);
}

/* mast and a number */
static bool is_mast(const char *name)
{
	const char *c = name + 4;

	if (strncmp(name, "mast", 4) || !*c)
		return false;
	while (*c >= '0' && *c <= '9')
		c++;
	return !*c;
}

static int refuse_mast(struct klips_request *request, const char *name, const char *why)
{
	return klips_refuse(&request->refusal, -EOPNOTSUPP, request->attrs[KLIPS_A_DEV_NAME], "name", "%s: %s", name,
			    why);
}

int klips_handle_dev_create(struct klips_request *request)
{
	const struct klips_control_ops *ops = request->control->ops;
	const char *name = get_name(request, KLIPS_A_DEV_NAME);

	if (!name)
		return request->refusal.error;
	if (!is_mast(name))
		return run(request, ops->create);
	if (!ops->create_mast)
		return refuse_mast(request, name, "only the kernel module has mastN: a TUN device tells no marks");
	return run(request, ops->create_mast);
}

int klips_handle_dev_delete(struct klips_request *request)
{
	return run(request, request->control->ops->remove);
}

int klips_handle_dev_detach(struct klips_request *request)
{
	return run(request, request->control->ops->detach);
}

int klips_handle_dev_attach(struct klips_request *request)
{
	struct klips_control *control = request->control;
	const char *name = get_name(request, KLIPS_A_DEV_NAME);
	const char *phys = name ? get_name(request, KLIPS_A_DEV_PHYS) : NULL;
	int err;

	if (!phys)
		return request->refusal.error;
	if (is_mast(name))
		return refuse_mast(request, name, "a mastN is not attached: its packets leave by any device");
	/* One KLIPS is in a network namespace: tunnels in tunnels need no second device, and devices could go round. */
	if (klips_dev_find(control->klips, phys))
		return klips_refuse(&request->refusal, -EINVAL, request->attrs[KLIPS_A_DEV_PHYS], "phys",
				    "%s is no physical device, but of KLIPS itself", phys);
	err = control->ops->attach(control->klips, name, phys);
	/* Of the two names it is the physical one that may not be there: ipsecN is made. */
	if (err == -ENODEV)
		return klips_refuse(&request->refusal, err, request->attrs[KLIPS_A_DEV_PHYS], "phys",
				    "there is no %s to attach to", phys);
	return refuse_dev(request, name, err);
}

int klips_handle_dev_get(struct klips_request *request)
{
	const char *name = get_name(request, KLIPS_A_DEV_NAME);
	const struct klips_dev *dev;

	if (!name)
		return request->refusal.error;
	dev = klips_dev_find(request->control->klips, name);
	if (!dev)
		return klips_refuse(&request->refusal, -ENODEV, request->attrs[KLIPS_A_DEV_NAME], "name",
				    "there is no %s", name);
	klips_put_dev(&request->answer, dev);
	return 0;
}

/**
 * klips_read_dev() - all that is to be told of a device
 * @info: gets it
 * @dev: it
 */
void klips_read_dev(struct klips_dev_info *info, const struct klips_dev *dev)
{
	static const u8 types[2][4] = {
		{ KLIPS_A_DEV_RX_PACKETS, KLIPS_A_DEV_RX_BYTES, KLIPS_A_DEV_RX_ERRORS, KLIPS_A_DEV_RX_DROPPED },
		{ KLIPS_A_DEV_TX_PACKETS, KLIPS_A_DEV_TX_BYTES, KLIPS_A_DEV_TX_ERRORS, KLIPS_A_DEV_TX_DROPPED },
	};
	const struct klips_dev_stats *stats = &dev->stats;
	struct klips_traffic traffic;
	unsigned int way;

	memset(info, 0, sizeof(*info));
	memcpy(info->name, dev->name, sizeof(info->name));
	info->id = dev->id;
	info->mtu = READ_ONCE(dev->mtu);
	info->phys_mtu = READ_ONCE(dev->phys_mtu);
	if (info->phys_mtu)
		memcpy(info->phys, dev->phys_name, sizeof(info->phys));
	klips_dev_traffic(dev, &traffic);
	for (way = 0; way < 2; way++) {
		info->stats[types[way][0]] = traffic.packets[way];
		info->stats[types[way][1]] = traffic.bytes[way];
		info->stats[types[way][2]] = (u64)atomic64_read(&stats->errors[way]);
		info->stats[types[way][3]] = (u64)atomic64_read(&stats->dropped[way]);
	}
}

/**
 * klips_put_dev() - tell all that is to be told of a device
 * @message: gets it
 * @dev: it
 */
void klips_put_dev(struct klips_message *message, const struct klips_dev *dev)
{
	struct klips_dev_info info;
	unsigned int type;

	klips_read_dev(&info, dev);
	klips_put_string(message, KLIPS_A_DEV_NAME, info.name);
	if (info.phys[0])
		klips_put_string(message, KLIPS_A_DEV_PHYS, info.phys);
	klips_put_u32(message, KLIPS_A_DEV_ID, info.id);
	klips_put_u32(message, KLIPS_A_DEV_MTU, info.mtu);
	klips_put_u32(message, KLIPS_A_DEV_PHYS_MTU, info.phys_mtu);
	for (type = KLIPS_A_DEV_RX_PACKETS; type < KLIPS_A_DEV_END; type++)
		klips_put_u64(message, (u16)type, info.stats[type]);
}

int klips_handle_debug_set(struct klips_request *request)
{
	const struct nlattr *flags = request->attrs[KLIPS_A_DEBUG_FLAGS], *mask = request->attrs[KLIPS_A_DEBUG_MASK];
	u32 all = (1U << KLIPS_DEBUG_COUNT) - 1, set, meant;

	if (!flags)
		return klips_refuse_missing(&request->refusal, KLIPS_SET_DEBUG, KLIPS_A_DEBUG_FLAGS);
	set = (u32)klips_get_number(flags);
	meant = mask ? (u32)klips_get_number(mask) : all;
	if (set & ~all)
		return klips_refuse_value(&request->refusal, KLIPS_SET_DEBUG, flags, "there is no such category");
	if (meant & ~all)
		return klips_refuse_value(&request->refusal, KLIPS_SET_DEBUG, mask, "there is no such category");
	WRITE_ONCE(klips_debug_flags, (READ_ONCE(klips_debug_flags) & ~meant) | (set & meant));
	return 0;
}

int klips_handle_debug_get(struct klips_request *request)
{
	klips_put_u32(&request->answer, KLIPS_A_DEBUG_FLAGS, READ_ONCE(klips_debug_flags));
	return 0;
}

static void set_int(int *setting, const struct nlattr *attr)
{
	if (attr)
		WRITE_ONCE(*setting, (int)klips_get_number(attr));
}

static void set_u32(u32 *setting, const struct nlattr *attr)
{
	if (attr)
		WRITE_ONCE(*setting, (u32)klips_get_number(attr));
}

int klips_handle_settings_set(struct klips_request *request)
{
	struct klips_settings *settings = &request->control->klips->settings;

	set_int(&settings->icmp, request->attrs[KLIPS_A_SETTINGS_ICMP]);
	set_int(&settings->inbound_policy_check, request->attrs[KLIPS_A_SETTINGS_INBOUND_POLICY_CHECK]);
	set_int(&settings->tos, request->attrs[KLIPS_A_SETTINGS_TOS]);
	set_u32(&settings->acquire_rate, request->attrs[KLIPS_A_SETTINGS_ACQUIRE_RATE]);
	set_u32(&settings->acquire_burst, request->attrs[KLIPS_A_SETTINGS_ACQUIRE_BURST]);
	set_u32(&settings->keepalive, request->attrs[KLIPS_A_SETTINGS_KEEPALIVE]);
	return 0;
}

static int add_port(struct klips_request *request, u16 port, bool encapsulation)
{
	const struct klips_control *control = request->control;

	if (control->ops->add_port)
		return control->ops->add_port(control->klips, port, encapsulation);
	return encapsulation ? -EOPNOTSUPP : klips_ike_port_add(control->klips, port);
}

int klips_handle_port_add(struct klips_request *request)
{
	const struct nlattr *number = request->attrs[KLIPS_A_PORT_NUMBER];
	int err;

	if (!number)
		return klips_refuse_missing(&request->refusal, KLIPS_SET_PORT, KLIPS_A_PORT_NUMBER);
	if (!klips_get_number(number))
		return klips_refuse_value(&request->refusal, KLIPS_SET_PORT, number, "there is no port 0");
	err = add_port(request, (u16)klips_get_number(number), request->attrs[KLIPS_A_PORT_ENCAPSULATION]);
	return err ? klips_refuse(&request->refusal, err, number, "number", "port %u: %s",
				  (u32)klips_get_number(number), strerror(-err)) :
		     0;
}

int klips_handle_settings_get(struct klips_request *request)
{
	const struct klips_settings *settings = &request->control->klips->settings;

	klips_put_u32(&request->answer, KLIPS_A_SETTINGS_ICMP, (u32)settings->icmp);
	klips_put_u32(&request->answer, KLIPS_A_SETTINGS_INBOUND_POLICY_CHECK, (u32)settings->inbound_policy_check);
	klips_put_u32(&request->answer, KLIPS_A_SETTINGS_TOS, (u32)settings->tos);
	klips_put_u32(&request->answer, KLIPS_A_SETTINGS_ACQUIRE_RATE, settings->acquire_rate);
	klips_put_u32(&request->answer, KLIPS_A_SETTINGS_ACQUIRE_BURST, settings->acquire_burst);
	klips_put_u32(&request->answer, KLIPS_A_SETTINGS_KEEPALIVE, settings->keepalive);
	return 0;
}

static void put_stats(struct klips_message *message, const struct klips *klips)
{
	const struct klips_stats *stats = &klips->stats;
	const struct {
		u16 type;
		const atomic64_t *count;
	} rows[] = {
		{ KLIPS_A_STATS_NO_EROUTE, &stats->no_eroute },
		{ KLIPS_A_STATS_NO_SA, &stats->no_sa },
		{ KLIPS_A_STATS_DEAD_SA, &stats->dead_sa },
		{ KLIPS_A_STATS_HELD, &stats->held },
		{ KLIPS_A_STATS_HOLD_DROPPED, &stats->hold_dropped },
		{ KLIPS_A_STATS_REJECTED, &stats->rejected },
		{ KLIPS_A_STATS_TOO_BIG, &stats->too_big },
		{ KLIPS_A_STATS_LOOPS, &stats->loops },
		{ KLIPS_A_STATS_IN_NO_SA, &stats->in_no_sa },
		{ KLIPS_A_STATS_IN_AUTH, &stats->in_auth },
		{ KLIPS_A_STATS_IN_REPLAY, &stats->in_replay },
		{ KLIPS_A_STATS_IN_MALFORMED, &stats->in_malformed },
		{ KLIPS_A_STATS_IN_POLICY, &stats->in_policy },
		{ KLIPS_A_STATS_IN_CLEARTEXT, &stats->in_cleartext },
		{ KLIPS_A_STATS_TRAP_COUNT, &stats->trap_count },
		{ KLIPS_A_STATS_TRAP_SENDCOUNT, &stats->trap_sendcount },
		{ KLIPS_A_STATS_ACQUIRES_SENT, &klips->acquires.sent },
		{ KLIPS_A_STATS_ACQUIRES_LIMITED, &klips->acquires.limited },
		{ KLIPS_A_STATS_MALFORMED, &stats->malformed },
		{ KLIPS_A_STATS_DROPPED, &stats->dropped },
		{ KLIPS_A_STATS_ACQUIRES_UNHEARD, &klips->acquires.unheard },
		{ KLIPS_A_STATS_DEFRAG_DROPPED, &stats->defrag_dropped },
	};
	struct nlattr *nest = klips_nest_begin(message, KLIPS_A_STATUS_STATS);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		klips_put_u64(message, rows[i].type, (u64)atomic64_read(rows[i].count));
	klips_put_u64(message, KLIPS_A_STATS_PASSED, klips_passed(klips));
	klips_nest_end(message, nest);
}

int klips_handle_status(struct klips_request *request)
{
	struct klips_control *control = request->control;
	struct klips *klips = control->klips;
	u32 devs = 0, i;

	for (i = 0; i < KLIPS_DEVICES; i++)
		devs += rcu_access_pointer(klips->devices[i]) ? 1 : 0;
	klips_put_string(&request->answer, KLIPS_A_STATUS_VERSION, control->version);
	klips_put_string(&request->answer, KLIPS_A_STATUS_DRIVER, control->ops->driver(klips));
	klips_put_u32(&request->answer, KLIPS_A_STATUS_SAS, klips_sadb_count(klips->sadb));
	klips_put_u32(&request->answer, KLIPS_A_STATUS_EROUTES, klips_eroutes_count(klips->eroutes));
	klips_put_u32(&request->answer, KLIPS_A_STATUS_DEVS, devs);
	if (control->ops->guard_name)
		klips_put_string(&request->answer, KLIPS_A_STATUS_GUARD, control->ops->guard_name(klips));
	put_stats(&request->answer, klips);
	return 0;
}
