/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What programs of a guest do alike: they read numbers, go into a network namespace that `ip netns`
 * made, and end if something fails.
 */
#ifndef KLIPS_GUEST_NETNS_H
#define KLIPS_GUEST_NETNS_H

#include <stdint.h>

/* Says what failed, and with which errno; exit status 1. */
void guest_fail(const char *what) __attribute__((noreturn));
/* Sockets that are there already stay where they were made. */
void guest_enter(const char *netns);
/* Of the command line; exit status 2 if it is none. */
uint64_t guest_number(const char *text);

#endif
