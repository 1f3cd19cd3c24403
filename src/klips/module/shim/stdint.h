/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KLIPS_SHIM_STDINT_H
#define KLIPS_SHIM_STDINT_H

#include <linux/limits.h>
#include <linux/types.h>

#define UINT64_C(value) value##ULL
#define UINT64_MAX	U64_MAX
#define INT32_MAX	S32_MAX

#endif
