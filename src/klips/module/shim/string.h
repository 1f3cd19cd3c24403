/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KLIPS_SHIM_STRING_H
#define KLIPS_SHIM_STRING_H

#include <linux/string.h>

/* What users are told of an errno, of those that KLIPS has: strerror.c. */
const char *strerror(int error);

#endif
