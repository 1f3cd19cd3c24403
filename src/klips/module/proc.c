// SPDX-License-Identifier: GPL-2.0-or-later
/* /proc/net/ipsec: the tables and figures in the formats that KLIPS always had, and the flat names from before that. */
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/seq_file_net.h>

#include "../control/control_request.h"
#include "../core/debug.h"
#include "../../lib/version.h"
#include "module.h"

/**
 * struct walk - a table that is being read
 * @net: whose
 * @dump: the names that it had when it was opened
 * @text: memory for a row
 */
struct walk {
	struct klips_net *net;
	struct klips_dump *dump;
	char text[ROW_TEXT];
};

static void *start(struct seq_file *seq, loff_t *pos)
{
	struct walk *walk = seq->private;

	return *pos < klips_dump_count(walk->dump) ? pos : NULL;
}

static void *next(struct seq_file *seq, void *at, loff_t *pos)
{
	++*pos;
	return start(seq, pos);
}

static void stop(struct seq_file *seq, void *at)
{
}

static int show_eroute(struct seq_file *seq, void *at)
{
	struct walk *walk = seq->private;
	struct klips_eroute_info info;

	if (klips_read_eroute(&info, &walk->net->klips, klips_dump_selector(walk->dump, *(loff_t *)at))) {
		format_eroute(walk->text, sizeof(walk->text), &info);
		seq_printf(seq, "%s\n", walk->text);
	}
	return 0;
}

static int show_as(struct seq_file *seq, void *at,
		   int (*format)(char *text, size_t size, const struct klips_sa_info *info))
{
	struct klips_sa_info *info = kmalloc(sizeof(*info), GFP_KERNEL);
	struct walk *walk = seq->private;

	if (!info)
		return -ENOMEM;
	if (klips_read_sa(info, &walk->net->klips, klips_dump_said(walk->dump, *(loff_t *)at))) {
		format(walk->text, sizeof(walk->text), info);
		seq_printf(seq, "%s\n", walk->text);
	}
	kfree(info);
	return 0;
}

static int show_sa(struct seq_file *seq, void *at)
{
	return show_as(seq, at, format_sa);
}

static int show_group(struct seq_file *seq, void *at)
{
	return show_as(seq, at, format_group);
}

static const struct seq_operations eroutes = { .start = start, .next = next, .stop = stop, .show = show_eroute };
static const struct seq_operations sas = { .start = start, .next = next, .stop = stop, .show = show_sa };
static const struct seq_operations groups = { .start = start, .next = next, .stop = stop, .show = show_group };

static int open(struct inode *inode, struct file *file, const struct seq_operations *ops, u8 op)
{
	struct walk *walk = __seq_open_private(file, ops, sizeof(*walk));
	int err;

	if (!walk)
		return -ENOMEM;
	walk->net = pde_data(inode);
	err = klips_dump_begin(&walk->dump, &walk->net->control, op, 0);
	if (err)
		seq_release_private(inode, file);
	return err;
}

static int open_eroutes(struct inode *inode, struct file *file)
{
	return open(inode, file, &eroutes, KLIPS_CMD_EROUTE_GET);
}

static int open_sas(struct inode *inode, struct file *file)
{
	return open(inode, file, &sas, KLIPS_CMD_SA_GET);
}

static int open_groups(struct inode *inode, struct file *file)
{
	return open(inode, file, &groups, KLIPS_CMD_SA_GET);
}

static int release(struct inode *inode, struct file *file)
{
	struct walk *walk = ((struct seq_file *)file->private_data)->private;

	klips_dump_free(walk->dump);
	return seq_release_private(inode, file);
}

#define TABLE(opens)                                                                                        \
	{                                                                                                   \
		.proc_open = opens, .proc_read = seq_read, .proc_lseek = seq_lseek, .proc_release = release \
	}
static const struct proc_ops eroute_ops = TABLE(open_eroutes);
static const struct proc_ops sa_ops = TABLE(open_sas);
static const struct proc_ops group_ops = TABLE(open_groups);

static struct klips *klips_of(struct seq_file *seq)
{
	return &klips_net_of(seq_file_single_net(seq))->klips;
}

static int show_devs(struct seq_file *seq, void *unused)
{
	struct klips *klips = klips_of(seq);
	unsigned int i;

	rcu_read_lock();
	for (i = 0; i < KLIPS_DEVICES; i++) {
		const struct klips_dev *dev = rcu_dereference_raw(klips->devices[i]);
		struct klips_dev_info info;
		char text[80];

		if (!dev)
			continue;
		klips_read_dev(&info, dev);
		format_dev(text, sizeof(text), &info);
		seq_printf(seq, "%s\n", text);
	}
	rcu_read_unlock();
	return 0;
}

static int show_version(struct seq_file *seq, void *unused)
{
	seq_printf(seq, "Cygnet version: %s\n", CYGNET_VERSION);
	return 0;
}

static int show_debug(struct seq_file *seq, void *unused)
{
	static const u8 shown[] = { KLIPS_DEBUG_TUNNEL, KLIPS_DEBUG_XFORM, KLIPS_DEBUG_EROUTE,
				    KLIPS_DEBUG_SPI,	KLIPS_DEBUG_RADIJ, KLIPS_DEBUG_ESP,
				    KLIPS_DEBUG_AH,	KLIPS_DEBUG_RCV,   KLIPS_DEBUG_NETLINK };
	static const char *const names[] = { "tunnel", "xform", "eroute", "spi", "radij", "esp", "ah", "rcv", "pfkey" };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(shown); i++)
		seq_printf(seq, "debug_%s=%08x.\n", names[i], READ_ONCE(klips_debug_flags) >> shown[i] & 1);
	return 0;
}

/* 2: the kernel takes ESP out of UDP. */
static int show_natt(struct seq_file *seq, void *unused)
{
	seq_puts(seq, "2\n");
	return 0;
}

/* Whether encryption is handed to others: what OCF was, is the parameter offload now. */
static int show_ocf(struct seq_file *seq, void *unused)
{
	seq_printf(seq, "%d\n", klips_offload_is_on());
	return 0;
}

/* By packets' marks, so that no line tells of a patch. */
static int show_saref(struct seq_file *seq, void *unused)
{
	seq_printf(seq, "saref enabled (%s)\n", CYGNET_VERSION);
	return 0;
}

static int show_xforms(struct seq_file *seq, void *unused)
{
	unsigned int i;

	for (i = KLIPS_ENCR_NONE + 1; i < KLIPS_ENCR_COUNT; i++)
		seq_printf(seq, "%s\n", klips_encr(i)->name);
	for (i = KLIPS_AUTH_NONE + 1; i < KLIPS_AUTH_COUNT; i++)
		seq_printf(seq, "%s\n", klips_auth(i)->name);
	return 0;
}

static int show_trap_count(struct seq_file *seq, void *unused)
{
	seq_printf(seq, "%08llx\n", (u64)atomic64_read(&klips_of(seq)->stats.trap_count));
	return 0;
}

static int show_trap_sendcount(struct seq_file *seq, void *unused)
{
	seq_printf(seq, "%08llx\n", (u64)atomic64_read(&klips_of(seq)->stats.trap_sendcount));
	return 0;
}

static const struct {
	const char *name;
	int (*show)(struct seq_file *seq, void *unused);
} figures[] = {
	{ "ipsec/tncfg", show_devs },
	{ "ipsec/version", show_version },
	{ "ipsec/klipsdebug", show_debug },
	{ "ipsec/natt", show_natt },
	{ "ipsec/ocf", show_ocf },
	{ "ipsec/saref", show_saref },
	{ "ipsec/xforms", show_xforms },
	{ "ipsec/stats/trap_count", show_trap_count },
	{ "ipsec/stats/trap_sendcount", show_trap_sendcount },
};

static const struct {
	const char *name;
	const struct proc_ops *ops;
} tables[] = {
	{ "ipsec/eroute/all", &eroute_ops },
	{ "ipsec/spi/all", &sa_ops },
	{ "ipsec/spigrp/all", &group_ops },
};

static const struct {
	const char *name;
	const char *to;
} flat[] = {
	{ "ipsec_eroute", "ipsec/eroute/all" }, { "ipsec_spi", "ipsec/spi/all" },
	{ "ipsec_spigrp", "ipsec/spigrp/all" }, { "ipsec_tncfg", "ipsec/tncfg" },
	{ "ipsec_version", "ipsec/version" },	{ "ipsec_klipsdebug", "ipsec/klipsdebug" },
};

static const char *const folders[] = { "ipsec", "ipsec/eroute", "ipsec/spi", "ipsec/spigrp", "ipsec/stats" };

static bool make(struct klips_net *net, struct proc_dir_entry *top)
{
	unsigned int i;
	bool made = true;

	for (i = 0; i < ARRAY_SIZE(folders) && made; i++)
		made = proc_net_mkdir(net->net, folders[i], top);
	for (i = 0; i < ARRAY_SIZE(figures) && made; i++)
		made = proc_create_net_single(figures[i].name, 0444, top, figures[i].show, NULL);
	for (i = 0; i < ARRAY_SIZE(tables) && made; i++)
		made = proc_create_data(tables[i].name, 0444, top, tables[i].ops, net);
	for (i = 0; i < ARRAY_SIZE(flat) && made; i++)
		made = proc_symlink(flat[i].name, top, flat[i].to);
	return made;
}

/**
 * klips_proc_start() - make the files of a network namespace
 * @net: its KLIPS
 *
 * Return: 0 or -ENOMEM, with nothing left.
 */
int klips_proc_start(struct klips_net *net)
{
	if (make(net, net->net->proc_net))
		return 0;
	klips_proc_stop(net);
	return -ENOMEM;
}

/**
 * klips_proc_stop() - remove them; readers are waited for
 * @net: its KLIPS
 */
void klips_proc_stop(struct klips_net *net)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(flat); i++)
		remove_proc_entry(flat[i].name, net->net->proc_net);
	remove_proc_subtree("ipsec", net->net->proc_net);
}
