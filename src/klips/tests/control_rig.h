/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A KLIPS without packets, for tests of its control: true tables, and devices that are only said to be there. */
#ifndef KLIPS_TESTS_CONTROL_RIG_H
#define KLIPS_TESTS_CONTROL_RIG_H

#include "control/control_request.h"
#include "user/control_server.h"

/* One in the process; requests come from one thread. */
static struct klips rig_klips;
static unsigned int rig_changes;

static int rig_create(struct klips *klips, const char *name)
{
	int err = klips_dev_find(klips, name) ? -EEXIST : klips_attach(klips, name, "none", klips, NULL, 1500);

	return err ? err : klips_detach(klips, name);
}

static int rig_remove(struct klips *klips, const char *name)
{
	klips_detach(klips, name);
	return klips_dev_remove(klips, name);
}

/* There are all devices whose names begin with eth. */
static int rig_attach(struct klips *klips, const char *name, const char *phys)
{
	return strncmp(phys, "eth", 3) ? -ENODEV : klips_attach(klips, name, phys, klips, NULL, 1500);
}

static const char *rig_driver(struct klips *klips)
{
	(void)klips;
	return "of the rig";
}

static void rig_changed(struct klips *klips)
{
	(void)klips;
	rig_changes++;
}

static bool rig_is_local(struct klips *klips, const struct klips_addr *addr)
{
	(void)klips;
	(void)addr;
	return false;
}

static const struct klips_ops rig_klips_ops = { .is_local = rig_is_local };

static const struct klips_control_ops rig_ops = {
	.set_eroute = klips_set_eroute,
	.unset_eroute = klips_unset_eroute,
	.create = rig_create,
	.remove = rig_remove,
	.attach = rig_attach,
	.detach = klips_detach,
	.driver = rig_driver,
	.changed = rig_changed,
};

static struct klips_control rig_control = { &rig_klips, &rig_ops, "0.0-test", KLIPS_CONTROL_TYPE };

static inline void rig_begin(void)
{
	if (klips_init(&rig_klips, &rig_klips_ops, NULL))
		abort();
	rig_changes = 0;
}

static inline void rig_end(void)
{
	klips_exit(&rig_klips);
}

#endif
