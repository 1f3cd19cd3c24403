// SPDX-License-Identifier: GPL-2.0-or-later
/* What users are told of an errno, in the words of the C library. */
#include <linux/kernel.h>

#include "shim/string.h"

static const struct {
	int error;
	const char *text;
} texts[] = {
	{ EPERM, "Operation not permitted" },
	{ ENOENT, "No such file or directory" },
	{ ENOMEM, "Cannot allocate memory" },
	{ EBUSY, "Device or resource busy" },
	{ EEXIST, "File exists" },
	{ ENODEV, "No such device" },
	{ EINVAL, "Invalid argument" },
	{ ENOSPC, "No space left on device" },
	{ ERANGE, "Numerical result out of range" },
	{ ENETDOWN, "Network is down" },
	{ EMSGSIZE, "Message too long" },
	{ EOPNOTSUPP, "Operation not supported" },
	{ EOVERFLOW, "Value too large for defined data type" },
};

/**
 * strerror() - what an errno means
 * @error: positive
 *
 * Return: its text, which is constant.
 */
const char *strerror(int error)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(texts); i++)
		if (texts[i].error == error)
			return texts[i].text;
	return "an error of the kernel's";
}
