/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A NETKEY backend whose kernel is a socket pair: iproute2 reads what it sends, and answers are written by hand. */
#ifndef PLUTO_TESTS_NETKEY_RIG_H
#define PLUTO_TESTS_NETKEY_RIG_H

#include "backend_rig.h"

#include "../netkey.h"

/* The one under test; @calls, @listener: the kernel's ends; what it told. */
extern struct netkey *netkey;
extern struct backend *backend;
extern int calls, listener;
extern struct rig_told told;

int netkey_rig_begin(void **state);
int netkey_rig_end(void **state);
/* The verdict on the request with this number from now on, 1 the next; with the kernel's words, if any. */
void netkey_rig_answer(unsigned int nth, int err, const char *words);
/* The next request: the structure that it begins with. Those that delete are not what iproute2 reads of a kernel. */
const void *netkey_rig_next(uint16_t type, size_t size);
/* What iproute2 makes of the next requests. */
const char *netkey_rig_shown(void);
/* That these texts are in that, in this order. */
void netkey_rig_assert_shown(const char *const *lines, size_t count);

#define SHOWN(...)                                                    \
	netkey_rig_assert_shown((const char *const[]){ __VA_ARGS__ }, \
				ARRAY_SIZE(((const char *const[]){ __VA_ARGS__ })))

#endif
