/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What this is; a release's build defines it. */
#ifndef LIB_VERSION_H
#define LIB_VERSION_H

#ifndef CYGNET_VERSION
#define CYGNET_VERSION "(not released)"
#endif

#endif
