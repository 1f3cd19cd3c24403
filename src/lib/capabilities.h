/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Capabilities of the thread that asks: capabilities(7). */
#ifndef LIB_CAPABILITIES_H
#define LIB_CAPABILITIES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/capability.h>

/* Whether the thread has it, or could. */
bool capabilities_has(cap_value_t one);
/* From now on these and no others. 0 or a negative errno, -EPERM: it does not have one of them. */
int capabilities_keep(const cap_value_t *kept, size_t count);
/* Programs that are run from now on, also root's, get no others. 0 or a negative errno. */
int capabilities_bound(const cap_value_t *kept, size_t count);

#endif
