/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What secrets*.c share; of nobody else's concern. */
#ifndef LIB_SECRETS_OWN_H
#define LIB_SECRETS_OWN_H

#include "secrets.h"

/* A word of an entry, without its quotes. */
struct secret_word {
	char *text;
	bool is_quoted;
	struct conf_place place;
};

/*
 * What a secret's value stands for: 0x and hexadecimal, 0s and base64, 0t and text; in quotes and else itself. NULL, or
 * what is wrong; the secret has its bytes, or none. It never quotes the value.
 */
const char *secret_value_read(struct secret *secret, const struct secret_word *word);

#endif
