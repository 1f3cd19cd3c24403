/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files for a web server that peers fetch certificates from: RFC 7296, 3.6. Both complain, and return the exit status.
 */
#ifndef PROGRAMS_PKI_PUBLISH_H
#define PROGRAMS_PKI_PUBLISH_H

#include "pki_file.h"

/* Writes each certificate into the folder @to, under its hash, as certuribase= has it, and prints its path. */
int pki_publish(const char *const *paths, size_t count, const char *to);
/* Writes one bundle of all of them, as certbundleuri= has it. */
int pki_publish_bundle(const char *const *paths, size_t count, const char *to);

#endif
