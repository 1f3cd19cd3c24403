// SPDX-License-Identifier: GPL-2.0-or-later
/* ipsecN devices come and go: the main thread's work. */
#include "daemon.h"

#define SUPER_MOST 65000 /* bytes of a super packet once it is sealed: it goes out in one call */
#define SEGMENTS   64

static int set_link(struct klips_tun *tun, u32 mtu)
{
	u32 segments = max(SUPER_MOST / (mtu + KLIPS_SA_OVERHEAD), 1U);
	int err = klips_link_set(tun->ifindex, mtu, min(segments, (u32)SEGMENTS));

	if (!err) {
		tun->mtu = mtu;
		WRITE_ONCE(tun->dev->mtu, mtu);
	}
	return err;
}

static int set_mtu(struct klipsd *daemon, struct klips_tun *tun, u32 phys_mtu)
{
	return set_link(tun, daemon->options.mtu ? daemon->options.mtu : klips_mtu_choose(phys_mtu));
}

static void unwatch(struct klipsd *daemon, struct klips_tun *tun)
{
	unsigned int i;

	for (i = 0; i < tun->count; i++)
		klips_worker_unwatch(&daemon->worker[i], tun->fds[i]);
}

static int watch(struct klipsd *daemon, struct klips_tun *tun)
{
	u32 index = tun->dev->id - 1;
	unsigned int i;
	int err = 0;

	rcu_assign_pointer(daemon->tuns[index], tun);
	for (i = 0; i < tun->count && !err; i++)
		err = klips_worker_watch(&daemon->worker[i], tun->fds[i], KLIPS_EVENT_TUN | index);
	return err;
}

/* struct klips_control_ops, as are those below */
int klipsd_create(struct klips *klips, const char *name)
{
	struct klipsd *daemon = klips->own;
	struct klips_tun *tun;
	int err;

	if (klips_dev_find(klips, name))
		return -EEXIST;
	if (strlen(name) >= KLIPS_NAME_MAX)
		return -EINVAL;
	err = klips_tun_open(&tun, name, daemon->workers);
	if (err)
		return err;
	err = klips_dev_create(klips, name, tun);
	if (err) {
		klips_tun_close(tun);
		return err;
	}
	tun->dev = klips_dev_find(klips, name);
	err = watch(daemon, tun);
	if (err)
		klipsd_remove(klips, name);
	else
		pr_info("%s is there\n", name);
	return err;
}

static int detach(struct klipsd *daemon, struct klips_dev *dev)
{
	const u32 ifindex = (u32)(uintptr_t)dev->phys;
	int err = klips_detach(&daemon->klips, dev->name);

	if (!err)
		klipsd_guard_detached(daemon, ifindex);
	return err;
}

int klipsd_remove(struct klips *klips, const char *name)
{
	struct klips_dev *dev = klips_dev_find(klips, name);
	struct klipsd *daemon = klips->own;
	struct klips_tun *tun;

	if (!dev)
		return -ENODEV;
	detach(daemon, dev);
	tun = dev->own;
	unwatch(daemon, tun);
	rcu_assign_pointer(daemon->tuns[dev->id - 1], NULL);
	klips_dev_remove(klips, name);
	synchronize_rcu();
	klips_tun_close(tun);
	pr_info("%s is gone\n", name);
	return 0;
}

static int attach(struct klipsd *daemon, struct klips_dev *dev, const char *phys, const struct klips_link *link)
{
	int err;

	err = klips_attach(&daemon->klips, dev->name, phys, (void *)(uintptr_t)link->ifindex, NULL, link->mtu);
	if (err)
		return err;
	((struct klips_tun *)dev->own)->by_hand = false;
	err = set_mtu(daemon, dev->own, link->mtu);
	if (!err)
		err = klipsd_guard_attached(daemon, link->ifindex);
	if (err)
		klips_detach(&daemon->klips, dev->name);
	else
		pr_info("%s is attached to %s, mtu %u(%u)\n", dev->name, phys, dev->mtu, link->mtu);
	return err;
}

int klipsd_attach(struct klips *klips, const char *name, const char *phys)
{
	struct klips_dev *dev = klips_dev_find(klips, name);
	bool is_new = !dev;
	struct klips_link link;
	int err;

	if (dev && dev->phys_mtu)
		return -EBUSY;
	err = klips_link_get(phys, &link);
	if (err)
		return err;
	if (!link.up)
		return -ENETDOWN;
	err = is_new ? klipsd_create(klips, name) : 0;
	if (err)
		return err;
	err = attach(klips->own, klips_dev_find(klips, name), phys, &link);
	if (err && is_new)
		klipsd_remove(klips, name);
	return err;
}

/* The device stays up: packets that are routed to it are dropped, rather than finding a way in clear. */
int klipsd_detach(struct klips *klips, const char *name)
{
	struct klips_dev *dev = klips_dev_find(klips, name);
	int err = dev ? detach(klips->own, dev) : -ENODEV;

	if (!err)
		pr_info("%s is detached\n", name);
	return err;
}

static void phys_changed(struct klipsd *daemon, struct klips_dev *dev, u32 mtu, bool up)
{
	struct klips_tun *tun = dev->own;

	if (!up) {
		klipsd_detach(&daemon->klips, dev->name);
	} else if (mtu && mtu != dev->phys_mtu) {
		WRITE_ONCE(dev->phys_mtu, mtu);
		if (!tun->by_hand && set_mtu(daemon, tun, mtu))
			pr_warn("%s: its mtu cannot be set\n", dev->name);
	}
}

/* What was told may be what this program did since then: only what is now counts. */
static void tun_changed(struct klips_dev *dev)
{
	struct klips_tun *tun = dev->own;
	struct klips_link link;

	if (klips_link_at(tun->ifindex, &link) || link.mtu == tun->mtu)
		return;
	tun->by_hand = true;
	if (!set_link(tun, link.mtu))
		pr_info("%s: somebody set its mtu to %u\n", dev->name, link.mtu);
}

/**
 * klipsd_link_changed() - a network device changed; it may be a physical one, or an ipsecN
 * @daemon: the daemon
 * @ifindex: which
 * @mtu: its MTU now
 * @up: whether it can be used
 */
void klipsd_link_changed(struct klipsd *daemon, u32 ifindex, u32 mtu, bool up)
{
	struct klips_dev *dev;
	unsigned int i;

	for (i = 0; i < KLIPS_DEVICES; i++) {
		dev = daemon->klips.devices[i];
		if (!dev || !dev->phys_mtu)
			continue;
		if ((u32)(uintptr_t)dev->phys == ifindex)
			phys_changed(daemon, dev, mtu, up);
		else if (((struct klips_tun *)dev->own)->ifindex == ifindex && mtu)
			tun_changed(dev);
	}
}

/**
 * klipsd_links_reread() - some changes of network devices were not told: see how those that matter are
 * @daemon: the daemon
 */
void klipsd_links_reread(struct klipsd *daemon)
{
	struct klips_link link;
	struct klips_dev *dev;
	unsigned int i;
	int err;

	for (i = 0; i < KLIPS_DEVICES; i++) {
		dev = daemon->klips.devices[i];
		if (!dev || !dev->phys_mtu)
			continue;
		tun_changed(dev);
		err = klips_link_at((u32)(uintptr_t)dev->phys, &link);
		if (!err || err == -ENODEV)
			phys_changed(daemon, dev, link.mtu, !err && link.up);
	}
}
