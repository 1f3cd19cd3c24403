/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What pluto and the ipsec commands ask of KLIPS. They cannot tell whether klipsd answers or the module. */
#ifndef LIB_CONTROL_CLIENT_H
#define LIB_CONTROL_CLIENT_H

#include "control_sa.h"
#include "format.h"

#define KLIPS_CLIENT_TIMEOUT 5000 /* milliseconds */

/**
 * struct klips_client - a connection
 * @timeout: of each wait, in milliseconds
 * @type: of its messages: KLIPS_CONTROL_TYPE to klipsd, else what the kernel calls the module's family
 * @groups: of the module: what the kernel calls its multicast groups
 */
struct klips_client {
	int fd;
	int timeout;
	u32 seq;
	u16 type;
	u32 groups[KLIPS_MCGRP_COUNT];
};

/* Whether the module answers, and not klipsd. */
static inline bool klips_client_is_module(const struct klips_client *client)
{
	return client->type != KLIPS_CONTROL_TYPE;
}

/**
 * struct klips_status_info - what runs
 * @stats: by KLIPS_A_STATS_
 */
struct klips_status_info {
	char version[64];
	char driver[64];
	char guard[64];
	u32 sas;
	u32 eroutes;
	u32 devs;
	u64 stats[KLIPS_A_STATS_END];
};

/**
 * struct klips_event - what subscribers are told; @op, a KLIPS_CMD_, says which fields count
 * @flow: KLIPS_CMD_ACQUIRE: of the packet; @trap: of the eroute; @id
 * @said: the others: the SA
 * @state: KLIPS_CMD_EXPIRE, with @spent and @hard
 * @addr: KLIPS_CMD_MAPPING: the peer's new address and @port, in host byte order
 */
struct klips_event {
	u8 op;
	u32 id;
	struct klips_selector flow;
	struct klips_selector trap;
	struct klips_said said;
	enum klips_sa_state state;
	struct klips_limits spent;
	bool hard;
	struct klips_addr addr;
	u16 port;
};

/* Functions return 0 or a negative errno; then @why says the reason, and the attribute at fault if it is one. */
int klips_client_open(struct klips_client *client, const char *path, struct klips_refusal *why);
int klips_client_find(struct klips_client *client, struct klips_refusal *why);
void klips_client_close(struct klips_client *client);

/* Each answer's attributes; what it returns, if not 0, is returned in the end. */
typedef int (*klips_answer_fn)(void *arg, const void *attrs, size_t length, struct klips_refusal *why);
int klips_client_call(struct klips_client *client, struct klips_message *request, klips_answer_fn each, void *arg,
		      struct klips_refusal *why);

typedef int (*klips_each_sa_fn)(const struct klips_sa_info *info, void *arg);
typedef int (*klips_each_eroute_fn)(const struct klips_eroute_info *info, void *arg);
typedef int (*klips_each_dev_fn)(const struct klips_dev_info *info, void *arg);

int klips_client_sa_add(struct klips_client *client, const struct klips_sa_config *config, struct klips_refusal *why);
int klips_client_sa_update(struct klips_client *client, const struct klips_sa_config *config,
			   struct klips_refusal *why);
int klips_client_sa_move(struct klips_client *client, const struct klips_sa_move *move, struct klips_refusal *why);
/* @ref, @ref_him: as klips_sadb_refer() has them; @now: gets the reference that it has then */
int klips_client_sa_refer(struct klips_client *client, const struct klips_said *said, u32 ref, u32 ref_him, u32 *now,
			  struct klips_refusal *why);
int klips_client_sa_delete(struct klips_client *client, const struct klips_said *said, struct klips_refusal *why);
int klips_client_sa_get(struct klips_client *client, const struct klips_said *said, struct klips_sa_info *info,
			struct klips_refusal *why);
int klips_client_sa_list(struct klips_client *client, klips_each_sa_fn each, void *arg, struct klips_refusal *why);
int klips_client_sa_flush(struct klips_client *client, struct klips_refusal *why);
int klips_client_sa_alloc_spi(struct klips_client *client, struct klips_said *said, __be32 min, __be32 max,
			      struct klips_refusal *why);
int klips_client_sa_group(struct klips_client *client, const struct klips_said *saids, unsigned int count,
			  struct klips_refusal *why);
int klips_client_eroute_set(struct klips_client *client, const struct klips_selector *sel,
			    const struct klips_said *said, bool replace, struct klips_refusal *why);
int klips_client_eroute_delete(struct klips_client *client, const struct klips_selector *sel,
			       struct klips_refusal *why);
int klips_client_eroute_list(struct klips_client *client, klips_each_eroute_fn each, void *arg,
			     struct klips_refusal *why);
int klips_client_eroute_flush(struct klips_client *client, struct klips_refusal *why);
/* @op: KLIPS_CMD_DEV_CREATE, _DELETE, _ATTACH (with @phys, else NULL) or _DETACH */
int klips_client_dev(struct klips_client *client, u8 op, const char *name, const char *phys, struct klips_refusal *why);
int klips_client_dev_list(struct klips_client *client, klips_each_dev_fn each, void *arg, struct klips_refusal *why);
int klips_client_debug_set(struct klips_client *client, u32 flags, u32 mask, struct klips_refusal *why);
int klips_client_debug_get(struct klips_client *client, u32 *flags, struct klips_refusal *why);
/* @values: by KLIPS_A_SETTINGS_; of those that change, @given has KLIPS_ATTR_BIT: all do, or none */
int klips_client_settings_set(struct klips_client *client, const u32 values[KLIPS_A_SETTINGS_END], u64 given,
			      struct klips_refusal *why);
int klips_client_settings_get(struct klips_client *client, u32 values[KLIPS_A_SETTINGS_END], struct klips_refusal *why);
/* IKE has that UDP port too; @encapsulation: so has ESP. */
int klips_client_port_add(struct klips_client *client, u16 port, bool encapsulation, struct klips_refusal *why);
int klips_client_status(struct klips_client *client, struct klips_status_info *info, struct klips_refusal *why);

/* Events: on a connection of their own, since a call passes over those that come meanwhile. */
int klips_client_subscribe(struct klips_client *client, u32 groups, struct klips_refusal *why);
int klips_client_event(struct klips_client *client, struct klips_event *event, struct klips_refusal *why);

#endif
