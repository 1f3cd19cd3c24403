// SPDX-License-Identifier: GPL-2.0-or-later
/* Requests about eroutes. */
#include "control_request.h"

static int get_selector(struct klips_request *request, struct klips_selector *sel)
{
	const struct nlattr *attr = request->attrs[KLIPS_A_EROUTE_SELECTOR];
	int err;

	if (!attr)
		return klips_refuse_missing(&request->refusal, KLIPS_SET_EROUTE, KLIPS_A_EROUTE_SELECTOR);
	err = klips_get_selector(sel, attr, &request->refusal);
	if (err)
		return err;
	if (!klips_selector_is_valid(sel))
		return klips_refuse_value(&request->refusal, KLIPS_SET_EROUTE, attr,
					  "ports need a protocol that has them");
	klips_selector_normalise(sel);
	return 0;
}

static int get_said(struct klips_request *request, struct klips_said *said)
{
	const struct nlattr *attr = request->attrs[KLIPS_A_EROUTE_SAID];
	u32 spi;
	int err;

	if (!attr)
		return klips_refuse_missing(&request->refusal, KLIPS_SET_EROUTE, KLIPS_A_EROUTE_SAID);
	err = klips_get_said(said, attr, &request->refusal);
	spi = be32_to_cpu(said->spi);
	if (!err && said->proto == KLIPS_PROTO_INT && (spi < KLIPS_SHUNT_PASS || spi > KLIPS_SHUNT_TRAPSUBNET))
		err = klips_refuse_value(&request->refusal, KLIPS_SET_EROUTE, attr, "there is no such shunt");
	return err;
}

/* Says of a selector what the table answered. */
static int refuse_selector(struct klips_request *request, int err)
{
	const struct nlattr *attr = request->attrs[KLIPS_A_EROUTE_SELECTOR];

	if (!err)
		return 0;
	if (err == -EEXIST)
		return klips_refuse(&request->refusal, err, attr, "selector", "this eroute is there already");
	if (err == -ENOENT)
		return klips_refuse(&request->refusal, err, attr, "selector", "there is no such eroute");
	return klips_refuse(&request->refusal, err, attr, "selector", "this eroute: %s", strerror(-err));
}

static int set(struct klips_request *request, bool replace)
{
	struct klips_control *control = request->control;
	struct klips_selector sel;
	struct klips_said said;
	int err = get_selector(request, &sel);

	if (!err)
		err = get_said(request, &said);
	if (!err)
		err = refuse_selector(request, control->ops->set_eroute(control->klips, &sel, &said, replace));
	return err;
}

int klips_handle_eroute_add(struct klips_request *request)
{
	return set(request, false);
}

int klips_handle_eroute_replace(struct klips_request *request)
{
	return set(request, true);
}

int klips_handle_eroute_del(struct klips_request *request)
{
	struct klips_control *control = request->control;
	struct klips_selector sel;
	int err = get_selector(request, &sel);

	if (!err)
		err = refuse_selector(request, control->ops->unset_eroute(control->klips, &sel));
	return err;
}

int klips_handle_eroute_get(struct klips_request *request)
{
	struct klips_selector sel;
	int err = get_selector(request, &sel);

	if (!err && !klips_put_eroute(&request->answer, request->control->klips, &sel))
		err = refuse_selector(request, -ENOENT);
	return err;
}

int klips_handle_eroute_flush(struct klips_request *request)
{
	struct klips_control *control = request->control;
	int err = 0;

	if (control->ops->clear_eroutes)
		err = control->ops->clear_eroutes(control->klips);
	else
		klips_eroutes_clear(control->klips->eroutes);
	return err ? klips_refuse(&request->refusal, err, NULL, NULL, "the eroutes: %s", strerror(-err)) : 0;
}

static void read_held(struct klips_eroute_info *info, struct klips_eroute *er)
{
	spin_lock_bh(&er->lock);
	info->held = (er->held.first ? 1 : 0) + (er->held.last ? 1 : 0);
	info->hold_dropped = er->held.dropped;
	spin_unlock_bh(&er->lock);
}

/**
 * klips_read_eroute() - all that is to be told of an eroute
 * @info: gets it
 * @klips: where
 * @sel: exactly its selector
 *
 * Return: whether there is such an eroute.
 */
bool klips_read_eroute(struct klips_eroute_info *info, struct klips *klips, const struct klips_selector *sel)
{
	struct klips_eroute *er;
	u64 used, now = ktime_get_ns();

	memset(info, 0, sizeof(*info));
	rcu_read_lock();
	er = klips_eroute_exact(klips->eroutes, sel);
	if (er) {
		info->selector = er->selector;
		info->said = er->said;
		info->count = (u64)atomic64_read(&er->count);
		used = READ_ONCE(er->used);
		info->used = used;
		info->idle = used && now > used ? (now - used) / NSEC_PER_SEC : 0;
		read_held(info, er);
	}
	rcu_read_unlock();
	return er;
}

/**
 * klips_put_eroute() - tell all that is to be told of an eroute
 * @message: gets it
 * @klips: where
 * @sel: exactly its selector
 *
 * Return: whether there is such an eroute.
 */
bool klips_put_eroute(struct klips_message *message, struct klips *klips, const struct klips_selector *sel)
{
	struct klips_eroute_info info;

	if (!klips_read_eroute(&info, klips, sel))
		return false;
	klips_put_selector(message, KLIPS_A_EROUTE_SELECTOR, &info.selector);
	klips_put_said(message, KLIPS_A_EROUTE_SAID, &info.said);
	klips_put_u64(message, KLIPS_A_EROUTE_COUNT, info.count);
	if (info.used)
		klips_put_u64(message, KLIPS_A_EROUTE_IDLE, info.idle);
	klips_put_u32(message, KLIPS_A_EROUTE_HELD, info.held);
	klips_put_u64(message, KLIPS_A_EROUTE_HOLD_DROPPED, info.hold_dropped);
	return true;
}
