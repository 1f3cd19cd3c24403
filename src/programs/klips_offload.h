/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ipsec klips --offload: how ipsec.ko encrypts. */
#ifndef PROGRAMS_KLIPS_OFFLOAD_H
#define PROGRAMS_KLIPS_OFFLOAD_H

/* The module's parameter; $KLIPS_OFFLOAD says otherwise. */
#define KLIPS_OFFLOAD "/sys/module/ipsec/parameters/offload"

/* Shows it, or sets it to @word if that is not NULL; complains and returns the exit status. */
int klips_offload(const char *word);

#endif
