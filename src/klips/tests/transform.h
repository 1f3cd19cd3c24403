/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What tests, fuzz targets and benchmarks of transforms share: SAs made in a line, and whole packets through them. */
#ifndef KLIPS_TESTS_TRANSFORM_H
#define KLIPS_TESTS_TRANSFORM_H

#include "core/ah.h"
#include "core/esp.h"
#include "core/ip.h"
#include "core/ipcomp.h"

#define TRANSFORM_ROOM 256 /* bytes before and after each packet */
#define TRANSFORM_SPI  0x01020304

/* Hexadecimal digits in lower case, blanks between them ignored. Returns the bytes. */
u32 transform_hex(const char *text, u8 *to, u32 room);

struct klips_addr transform_addr(u8 version, u8 last);

/* A cipher's key of @key bytes with its salt, and an authenticator's, of bytes that tell their place. */
void transform_keys(struct klips_keys *keys, enum klips_encr encr, enum klips_auth auth, u8 key);

/* An SA between .1 and .2 of @outer; inside, with BEET, .11 and .12 of @inner. */
void transform_config(struct klips_sa_config *config, u8 proto, enum klips_mode mode, u8 inner, u8 outer);

struct sk_buff *transform_skb(const void *data, u32 length);

/* The header of a UDP packet of @length bytes in all; returns its own. The rest is the caller's to fill. */
u32 transform_header(u8 *at, u8 version, u8 from, u8 to, u32 length);

/* A UDP packet of @length bytes in all, from .11 to .12; its payload is the caller's to fill. */
struct sk_buff *transform_packet(u8 version, u32 length);

/* A whole packet through one SA. */
int transform_seal(struct klips_sa *sa, struct sk_buff *skb);

/* The other way; with IPCOMP @skb is another one then. */
int transform_open(struct klips_sa *sa, struct sk_buff **skb);

#endif
