/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What conf*.c share; of nobody else's concern. */
#ifndef LIB_CONF_OWN_H
#define LIB_CONF_OWN_H

#include "conf.h"

/* Read a file, or a text, into sections, whose settings are checked; 0 or a negative errno. */
int conf_read_file(struct conf *conf, const char *path, struct conf_errors *errors);
int conf_read_text(struct conf *conf, const char *name, const char *text, size_t length, struct conf_errors *errors);

/* Fills in what sections have from others, and finds out which are faulty. */
int conf_resolve(struct conf *conf, struct conf_errors *errors);

/* A new last one, zeroed; NULL: no memory. */
struct conf_setting *conf_add_setting(struct conf_settings *settings);
struct conf_setting *conf_get_setting(const struct conf_settings *settings, const struct keyword *keyword,
				      enum keyword_side side);

#endif
