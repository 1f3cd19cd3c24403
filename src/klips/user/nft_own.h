/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What nft.c and nft_rule.c share. */
#ifndef KLIPS_USER_NFT_OWN_H
#define KLIPS_USER_NFT_OWN_H

#include "nft.h"

/* One of a transaction's messages: attributes are put into nft->message between these. */
void klips_nft_begin_change(struct klips_nft *nft, u16 what, u16 flags);
void klips_nft_end_change(struct klips_nft *nft);

void klips_nft_put_u32(struct klips_nft *nft, u16 type, u32 value);
void klips_nft_put_data(struct klips_nft *nft, u16 type, const void *data, u32 size);
void klips_nft_put_verdict(struct klips_nft *nft, u16 type, s32 verdict, const char *chain);

#endif
