// SPDX-License-Identifier: GPL-2.0-or-later
#include "capabilities.h"

#include <errno.h>

bool capabilities_has(cap_value_t one)
{
	cap_flag_value_t has = CAP_CLEAR;
	cap_t caps = cap_get_proc();

	if (!caps)
		return false;
	cap_get_flag(caps, one, CAP_PERMITTED, &has);
	cap_free(caps);
	return has == CAP_SET;
}

int capabilities_keep(const cap_value_t *kept, size_t count)
{
	cap_t caps = cap_init();
	int err = 0;

	if (!caps)
		return -ENOMEM;
	if ((count && (cap_set_flag(caps, CAP_PERMITTED, (int)count, kept, CAP_SET) ||
		       cap_set_flag(caps, CAP_EFFECTIVE, (int)count, kept, CAP_SET))) ||
	    cap_set_proc(caps))
		err = -errno;
	cap_free(caps);
	return err;
}

static bool is_in(const cap_value_t *list, size_t count, cap_value_t one)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (list[i] == one)
			return true;
	}
	return false;
}

int capabilities_bound(const cap_value_t *kept, size_t count)
{
	cap_value_t one;

	/* The kernel says of the first that it does not know that it is not there. */
	for (one = 0; cap_get_bound(one) >= 0; one++) {
		if (cap_get_bound(one) && !is_in(kept, count, one) && cap_drop_bound(one))
			return -errno;
	}
	return 0;
}
