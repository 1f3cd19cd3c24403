/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What pluto keeps of root's rights. */
#ifndef PLUTO_PRIVILEGES_H
#define PLUTO_PRIVILEGES_H

/*
 * Of the whole process, before it has threads: what changes the network and binds ports. Programs that it runs may
 * besides write files of others, as _updown does with /etc/resolv.conf. 0 or a negative errno.
 */
int privileges_drop(void);
/* Of the thread that calls: nothing is left, for ever. It parses, computes and reads files as root's. */
void privileges_drop_all(void);

#endif
