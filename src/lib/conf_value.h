/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values of keywords: checked by their kind, and brought into one form. */
#ifndef LIB_CONF_VALUE_H
#define LIB_CONF_VALUE_H

#include <stdio.h>

#include "keywords.h"

/**
 * struct conf_value - a value that is right
 * @text: the one form of it, which conf_value_read() takes again; whoever got it frees it
 * @number: of KEYWORD_BOOL 0 or 1; of numbers, times, bytes and packets the number in the kind's unit; of a word its
 *	own; of KEYWORD_SET the words' bits; of KEYWORD_PORTS protocol << 32 | first << 16 | last; else 0
 * @is_cut: of KEYWORD_SUBNETS: an address had bits that its mask leaves out, which @text does not have
 */
struct conf_value {
	char *text;
	uint64_t number;
	bool is_cut;
};

/**
 * struct conf_wrong - what is wrong with a value
 * @offset, @length: of the word at fault, in bytes
 */
struct conf_wrong {
	size_t offset, length;
	char why[200];
};

int conf_value_read(struct conf_value *value, const struct keyword *keyword, const char *text,
		    struct conf_wrong *wrong);

#endif
