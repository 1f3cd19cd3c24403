/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes secrets out of lines that are for others to read. */
#ifndef PROGRAMS_MASK_H
#define PROGRAMS_MASK_H

#include <stdbool.h>
#include <stdio.h>

/**
 * struct mask - what was seen in the lines before; zeroed at first
 * @entries: lines may be entries of ipsec.secrets
 * @in_key: between the first and last line of a private key in PEM
 * @in_entry: an entry has begun, which lines that begin with a blank go on with
 */
struct mask {
	bool entries;
	bool in_key;
	bool in_entry;
};

/*
 * Prints a line, with its end if it has one, without private keys, long numbers in hexadecimal (keys of SAs), and the
 * secrets of entries.
 */
void mask_print(struct mask *mask, const char *line, FILE *to);

#endif
