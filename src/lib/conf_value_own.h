/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the readers of kinds share; of nobody else's concern. */
#ifndef LIB_CONF_VALUE_OWN_H
#define LIB_CONF_VALUE_OWN_H

#include "conf_value.h"

#define CONF_ITEM_MAX 256 /* bytes of an item of a list, with its end */

/**
 * struct conf_reading - a value that is being read
 * @out: gets the one form of it
 * @is_cut: see struct conf_value
 */
struct conf_reading {
	const struct keyword *keyword;
	const char *text;
	FILE *out;
	uint64_t number;
	struct conf_wrong *wrong;
	bool is_cut;
};

/* Whoever reads a kind returns 0 or -EINVAL, the latter by this. @at: where, in the reading's text */
int conf_refuse(struct conf_reading *reading, const char *at, size_t length, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* A word that the keyword has, whatever its kind; NULL: none. */
const struct keyword_word *conf_word(const struct keyword *keyword, const char *text);

/* A comma, if something was printed before. */
void conf_comma(struct conf_reading *reading);

/* Items apart by any of @separators; @at: of each in the reading's text. */
typedef int (*conf_item_fn)(struct conf_reading *reading, const char *item, const char *at);
int conf_each(struct conf_reading *reading, const char *separators, conf_item_fn read);

int conf_read_host(struct conf_reading *reading);
int conf_read_address(struct conf_reading *reading);
int conf_read_addresses(struct conf_reading *reading);
int conf_read_prefix(struct conf_reading *reading);
int conf_read_subnets(struct conf_reading *reading);
int conf_read_pool(struct conf_reading *reading);
int conf_read_ports(struct conf_reading *reading);
int conf_read_private(struct conf_reading *reading);
int conf_read_interfaces(struct conf_reading *reading);

#endif
