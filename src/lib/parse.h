/* SPDX-License-Identifier: GPL-2.0-or-later */
/* KLIPS's nouns, read from text: what users type. And the other way where core has none. */
#ifndef LIB_PARSE_H
#define LIB_PARSE_H

#include "format.h"
#include "../klips/core/lifetime.h"
#include "../klips/core/selector.h"

/*
 * Each returns NULL, or what is wrong with the text: a constant that reads on after it and a colon. What it should have
 * filled is then undefined.
 */
const char *klips_parse_number(u64 *number, const char *text, u64 max);
const char *klips_parse_family(u8 *version, const char *text);
const char *klips_parse_addr(struct klips_addr *addr, const char *text);
const char *klips_parse_net(struct klips_addr *addr, u8 *bits, u16 *port, const char *text);
const char *klips_parse_net_of(struct klips_addr *addr, u8 *bits, u16 *port, bool *cut, const char *text);
const char *klips_parse_said(struct klips_said *said, const char *text);
const char *klips_parse_said_proto(u8 *proto, const char *text);
const char *klips_parse_spi(__be32 *spi, const char *text);
const char *klips_parse_protocol(u8 *proto, const char *text);
const char *klips_parse_port(u16 *port, const char *text);
const char *klips_parse_key(u8 *key, size_t room, size_t *length, const char *text);
const char *klips_parse_life(struct klips_limits *soft, struct klips_limits *hard, const char *text);

/* Whether a word is one of those in a list, apart by blanks. */
bool klips_has_word(const char *words, const char *word);

#endif
