// SPDX-License-Identifier: GPL-2.0-or-later
/* Eroutes and attachments as they are asked for: core's tables, and the guard, which follows them. Main thread. */
#include "daemon.h"
#include "guard.h"

static bool is_there(struct klips *klips, const struct klips_selector *sel)
{
	bool there;

	rcu_read_lock();
	there = klips_eroute_exact(klips->eroutes, sel);
	rcu_read_unlock();
	return there;
}

/* After a change that core refused: what was to be replaced is there still; what was to be added is not. */
static void guard_as_before(struct klipsd *daemon, const struct klips_selector *sel, bool replace)
{
	struct klips_said said = { .proto = 0 };
	struct klips_eroute *er;
	int err;

	rcu_read_lock();
	er = klips_eroute_exact(daemon->klips.eroutes, sel);
	if (er && replace)
		said = er->said;
	rcu_read_unlock();
	err = said.proto ? klips_guard_set(daemon->guard, sel, &said) : klips_guard_unset(daemon->guard, sel);
	if (err)
		pr_warn("klipsd: the guard has an eroute that there is not: %s\n", strerror(-err));
}

/*
 * struct klips_control_ops, as are those below. The guard comes first, since it is what may fail; then nothing is
 * changed. It knows nothing of the %holds that traps make: they are no policy, and no packet that it would refuse or
 * take changes by them, but that of a %pass within the trap.
 */
int klipsd_set_eroute(struct klips *klips, const struct klips_selector *sel, const struct klips_said *said,
		      bool replace)
{
	struct klipsd *daemon = klips->own;
	int err;

	if (!replace && is_there(klips, sel))
		return -EEXIST;
	err = daemon->guard ? klips_guard_set(daemon->guard, sel, said) : 0;
	if (err)
		return err;
	err = klips_set_eroute(klips, sel, said, replace);
	if (err && daemon->guard)
		guard_as_before(daemon, sel, replace);
	return err;
}

int klipsd_unset_eroute(struct klips *klips, const struct klips_selector *sel)
{
	struct klipsd *daemon = klips->own;
	int err;

	if (!is_there(klips, sel))
		return -ENOENT;
	err = daemon->guard ? klips_guard_unset(daemon->guard, sel) : 0;
	return err ? err : klips_unset_eroute(klips, sel);
}

int klipsd_clear_eroutes(struct klips *klips)
{
	struct klipsd *daemon = klips->own;
	int err = daemon->guard ? klips_guard_clear(daemon->guard) : 0;

	if (!err)
		klips_eroutes_clear(klips->eroutes);
	return err;
}

static unsigned int count_attached(const struct klips *klips, u32 ifindex)
{
	unsigned int i, count = 0;

	for (i = 0; i < KLIPS_DEVICES; i++)
		count += klips->devices[i] && klips->devices[i]->phys_mtu &&
			 (u32)(uintptr_t)klips->devices[i]->phys == ifindex;
	return count;
}

/**
 * klipsd_guard_attached() - an ipsecN was attached
 * @daemon: the daemon
 * @ifindex: to what
 *
 * Return: 0; or a negative errno, and packets in clear are not refused there.
 */
int klipsd_guard_attached(struct klipsd *daemon, u32 ifindex)
{
	if (!daemon->guard || count_attached(&daemon->klips, ifindex) > 1)
		return 0;
	return klips_guard_watch(daemon->guard, ifindex);
}

/**
 * klipsd_guard_detached() - an ipsecN was detached
 * @daemon: the daemon
 * @ifindex: from what
 */
void klipsd_guard_detached(struct klipsd *daemon, u32 ifindex)
{
	int err;

	if (!daemon->guard || count_attached(&daemon->klips, ifindex))
		return;
	err = klips_guard_unwatch(daemon->guard, ifindex);
	if (err)
		pr_warn("klipsd: packets in clear are still refused at a device: %s\n", strerror(-err));
}

/* struct klips_control_ops */
const char *klipsd_guard_name(struct klips *klips)
{
	struct klipsd *daemon = klips->own;
	u64 packets = 0;

	if (!daemon->guard)
		return "none";
	if (!klips_guard_nft_count(daemon->guard_nft, &packets))
		atomic64_set(&klips->stats.in_cleartext, (s64)packets);
	return "nf_tables";
}

/**
 * klipsd_guard_start() - refuse packets in clear from now on, as far as is asked for and possible
 * @daemon: the daemon
 *
 * Return: 0; or a negative errno if there must be a guard and cannot be.
 */
int klipsd_guard_start(struct klipsd *daemon)
{
	const enum klipsd_guard wanted = daemon->options.guard;
	int err;

	if (wanted == KLIPSD_GUARD_OFF)
		return 0;
	err = klips_guard_nft_open(&daemon->guard_nft);
	if (!err) {
		daemon->guard = klips_guard_new(&klips_guard_nft_sink, daemon->guard_nft);
		err = daemon->guard ? 0 : -ENOMEM;
	}
	if (!err || wanted == KLIPSD_GUARD_ON)
		return err;
	pr_warn("klipsd: packets in clear are not refused: nf_tables: %s\n", strerror(-err));
	return 0;
}

/* struct klips_control_ops. What could not be done as a whole is undone, but for sockets, which do no harm. */
int klipsd_add_port(struct klips *klips, u16 port, bool encapsulation)
{
	struct klipsd *daemon = klips->own;
	int err = encapsulation ? klips_sockets_add_port(daemon, port) : 0;

	if (err || klips_has_ike_port(klips, port))
		return err;
	err = klips_ike_port_add(klips, port);
	if (!err && daemon->guard)
		err = klips_guard_nft_exempt(daemon->guard_nft, port);
	if (err)
		klips_ike_port_remove(klips, port);
	return err;
}

/**
 * klipsd_guard_end() - refuse no more
 * @daemon: the daemon
 */
void klipsd_guard_end(struct klipsd *daemon)
{
	klips_guard_free(daemon->guard);
	klips_guard_nft_close(daemon->guard_nft);
	daemon->guard = NULL;
	daemon->guard_nft = NULL;
}
