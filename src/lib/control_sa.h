/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SAs in control messages: how they shall be, and how they are. */
#ifndef LIB_CONTROL_SA_H
#define LIB_CONTROL_SA_H

#include "control_message.h"
#include "../klips/core/sa.h"
#include "../klips/core/sadb.h"

/**
 * struct klips_sa_info - an SA, as it was when it was asked for
 * @config: without keys; the two algorithms are named
 * @spent: how far its life is; addtime and usetime in seconds
 * @idle: seconds since its last packet
 * @replay_bits: which of the last 64 numbers were received; the lowest bit is @replay_top
 * @group: the SAs that follow in its bundle, inner first
 */
struct klips_sa_info {
	struct klips_sa_config config;
	struct klips_limits spent;
	u64 idle;
	u64 seq;
	u64 replay_top;
	u64 replay_bits;
	struct {
		u64 auth, replay, pad, size, policy;
	} errors;
	u32 refcount;
	char driver[64];
	struct klips_said group[KLIPS_BUNDLE_MAX - 1];
	unsigned int group_count;
};

void klips_put_sa_config(struct klips_message *message, const struct klips_sa_config *config, bool keys);
int klips_get_sa_config(struct klips_sa_config *config, const struct nlattr **table, struct klips_refusal *refusal);
void klips_put_sa_info(struct klips_message *message, const struct klips_sa_info *info);
int klips_get_sa_info(struct klips_sa_info *info, const void *data, size_t length, struct klips_refusal *refusal);
int klips_get_sa_selectors(struct klips_sa_config *config, const void *data, size_t length,
			   struct klips_refusal *refusal);
int klips_get_group(struct klips_said *saids, unsigned int most, unsigned int *count, const void *data, size_t length,
		    struct klips_refusal *refusal);

#endif
