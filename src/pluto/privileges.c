// SPDX-License-Identifier: GPL-2.0-or-later
#include "privileges.h"

#include <errno.h>
#include <sys/prctl.h>

#include "../lib/capabilities.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const cap_value_t wanted[] = { CAP_NET_ADMIN, CAP_NET_RAW, CAP_NET_BIND_SERVICE };
static const cap_value_t of_children[] = { CAP_NET_ADMIN, CAP_NET_RAW, CAP_NET_BIND_SERVICE, CAP_DAC_OVERRIDE };

/* Who is not root, as in tests, may lack some. */
int privileges_drop(void)
{
	cap_value_t kept[COUNT(wanted)];
	size_t i, count = 0;
	int err = 0;

	if (capabilities_has(CAP_SETPCAP))
		err = capabilities_bound(of_children, COUNT(of_children));
	for (i = 0; i < COUNT(wanted); i++) {
		if (capabilities_has(wanted[i]))
			kept[count++] = wanted[i];
	}
	return err ? err : capabilities_keep(kept, count);
}

void privileges_drop_all(void)
{
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	capabilities_keep(NULL, 0);
}
