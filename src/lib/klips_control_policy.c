// SPDX-License-Identifier: GPL-2.0-or-later
/* Made by generate_control.py of klips-control.yaml. */
#include "control_policy.h"

#include "klips_control.h"

static const struct klips_attr_policy addr_attrs[] = {
	[KLIPS_A_ADDR_IPV4] = { "ipv4", KLIPS_TYPE_U32, 4, 0, 0, 0 },
	[KLIPS_A_ADDR_IPV6] = { "ipv6", KLIPS_TYPE_BINARY, 16, 0, 0, KLIPS_ATTR_EXACT },
};

static const struct klips_attr_policy said_attrs[] = {
	[KLIPS_A_SAID_DST] = { "dst", KLIPS_TYPE_NEST, 65535, 0, KLIPS_SET_ADDR, 0 },
	[KLIPS_A_SAID_SPI] = { "spi", KLIPS_TYPE_U32, 4, 0, 0, 0 },
	[KLIPS_A_SAID_PROTO] = { "proto", KLIPS_TYPE_U8, 1, 0, 0, 0 },
};

static const struct klips_attr_policy selector_attrs[] = {
	[KLIPS_A_SELECTOR_SRC] = { "src", KLIPS_TYPE_NEST, 65535, 0, KLIPS_SET_ADDR, 0 },
	[KLIPS_A_SELECTOR_DST] = { "dst", KLIPS_TYPE_NEST, 65535, 0, KLIPS_SET_ADDR, 0 },
	[KLIPS_A_SELECTOR_SRC_BITS] = { "src-bits", KLIPS_TYPE_U8, 1, 128, 0, 0 },
	[KLIPS_A_SELECTOR_DST_BITS] = { "dst-bits", KLIPS_TYPE_U8, 1, 128, 0, 0 },
	[KLIPS_A_SELECTOR_PROTO] = { "proto", KLIPS_TYPE_U8, 1, 0, 0, 0 },
	[KLIPS_A_SELECTOR_SPORT] = { "sport", KLIPS_TYPE_U16, 2, 0, 0, 0 },
	[KLIPS_A_SELECTOR_DPORT] = { "dport", KLIPS_TYPE_U16, 2, 0, 0, 0 },
};

static const struct klips_attr_policy limits_attrs[] = {
	[KLIPS_A_LIMITS_BYTES] = { "bytes", KLIPS_TYPE_U64, 8, 0, 0, 0 },
	[KLIPS_A_LIMITS_PACKETS] = { "packets", KLIPS_TYPE_U64, 8, 0, 0, 0 },
	[KLIPS_A_LIMITS_ADDTIME] = { "addtime", KLIPS_TYPE_U64, 8, 0, 0, 0 },
	[KLIPS_A_LIMITS_USETIME] = { "usetime", KLIPS_TYPE_U64, 8, 0, 0, 0 },
};

static const struct klips_attr_policy keys_attrs[] = {
	[KLIPS_A_KEYS_ENCR] = { "encr", KLIPS_TYPE_STRING, 32, 0, 0, 0 },
	[KLIPS_A_KEYS_ENCR_KEY] = { "encr-key", KLIPS_TYPE_BINARY, 64, 0, 0, 0 },
	[KLIPS_A_KEYS_AUTH] = { "auth", KLIPS_TYPE_STRING, 32, 0, 0, 0 },
	[KLIPS_A_KEYS_AUTH_KEY] = { "auth-key", KLIPS_TYPE_BINARY, 64, 0, 0, 0 },
};

static const struct klips_attr_policy sa_errors_attrs[] = {
	[KLIPS_A_SA_ERRORS_AUTH] = { "auth", KLIPS_TYPE_U64, 8, 0, 0, 0 },
	[KLIPS_A_SA_ERRORS_REPLAY] = { "replay", KLIPS_TYPE_U64, 8, 0, 0, 0 },
	[KLIPS_A_SA_ERRORS_PAD] = { "pad", KLIPS_TYPE_U64, 8, 0, 0, 0 },
	[KLIPS_A_SA_ERRORS_SIZE] = { "size", KLIPS_TYPE_U64, 8, 0, 0, 0 },
	[KLIPS_A_SA_ERRORS_POLICY] = { "policy", KLIPS_TYPE_U64, 8, 0, 0, 0 },
};

static const struct klips_attr_policy sa_attrs[] = {
	[KLIPS_A_SA_SAID] = { "said", KLIPS_TYPE_NEST, 65535, 0, KLIPS_SET_SAID, 0 },
	[KLIPS_A_SA_SRC] = { "src", KLIPS_TYPE_NEST, 65535, 0, KLIPS_SET_ADDR, 0 },
	[KLIPS_A_SA_INNER_SRC] = { "inner-src", KLIPS_TYPE_NEST, 65535, 0, KLIPS_SET_ADDR, 0 },
	[KLIPS_A_SA_INNER_DST] = { "inner-dst", KLIPS_TYPE_NEST, 65535, 0, KLIPS_SET_ADDR, 0 },
	[KLIPS_A_SA_SELECTOR] = { "selector", KLIPS_TYPE_NEST, 65535, 0, KLIPS_SET_SELECTOR, KLIPS_ATTR_MULTI },
	[KLIPS_A_SA_KEYS] = { "keys", KLIPS_TYPE_NEST, 65535, 0, KLIPS_SET_KEYS, 0 },
	[KLIPS_A_SA_SOFT] = { "soft", KLIPS_TYPE_NEST, 65535, 0, KLIPS_SET_LIMITS, 0 },
	[KLIPS_A_SA_HARD] = { "hard", KLIPS_TYPE_NEST, 65535, 0, KLIPS_SET_LIMITS, 0 },
	[KLIPS_A_SA_STATE] = { "state", KLIPS_TYPE_U32, 4, 3, 0, 0 },
	[KLIPS_A_SA_MODE] = { "mode", KLIPS_TYPE_U32, 4, 2, 0, 0 },
	[KLIPS_A_SA_NATT] = { "natt", KLIPS_TYPE_U32, 4, 1, 0, 0 },
	[KLIPS_A_SA_DF] = { "df", KLIPS_TYPE_U32, 4, 2, 0, 0 },
	[KLIPS_A_SA_FLAGS] = { "flags", KLIPS_TYPE_U32, 4, 63, 0, 0 },
	[KLIPS_A_SA_WINDOW] = { "window", KLIPS_TYPE_U32, 4, 4096, 0, 0 },
	[KLIPS_A_SA_TFC] = { "tfc", KLIPS_TYPE_U32, 4, 65535, 0, 0 },
	[KLIPS_A_SA_REF] = { "ref", KLIPS_TYPE_U32, 4, 0, 0, 0 },
	[KLIPS_A_SA_REF_HIM] = { "ref-him", KLIPS_TYPE_U32, 4, 0, 0, 0 },
	[KLIPS_A_SA_IF_ID] = { "if-id", KLIPS_TYPE_U32, 4, 0, 0, 0 },
	[KLIPS_A_SA_NATT_SPORT] = { "natt-sport", KLIPS_TYPE_U16, 2, 0, 0, 0 },
	[KLIPS_A_SA_NATT_DPORT] = { "natt-dport", KLIPS_TYPE_U16, 2, 0, 0, 0 },
	[KLIPS_A_SA_TTL] = { "ttl", KLIPS_TYPE_U8, 1, 0, 0, 0 },
	[KLIPS_A_SA_CURRENT] = { "current", KLIPS_TYPE_NEST, 65535, 0, KLIPS_SET_LIMITS, 0 },
	[KLIPS_A_SA_IDLE] = { "idle", KLIPS_TYPE_U64, 8, 0, 0, 0 },
	[KLIPS_A_SA_SEQ] = { "seq", KLIPS_TYPE_U64, 8, 0, 0, 0 },
	[KLIPS_A_SA_REPLAY_TOP] = { "replay-top", KLIPS_TYPE_U64, 8, 0, 0, 0 },
	[KLIPS_A_SA_REPLAY_BITS] = { "replay-bits", KLIPS_TYPE_U64, 8, 0, 0, 0 },
	[KLIPS_A_SA_ERRORS] = { "errors", KLIPS_TYPE_NEST, 65535, 0, KLIPS_SET_SA_ERRORS, 0 },
	[KLIPS_A_SA_REFCOUNT] = { "refcount", KLIPS_TYPE_U32, 4, 0, 0, 0 },
	[KLIPS_A_SA_DRIVER] = { "driver", KLIPS_TYPE_STRING, 65535, 0, 0, 0 },
	[KLIPS_A_SA_GROUP] = { "group", KLIPS_TYPE_NEST, 65535, 0, KLIPS_SET_SAID, KLIPS_ATTR_MULTI },
	[KLIPS_A_SA_MIN_SPI] = { "min-spi", KLIPS_TYPE_U32, 4, 0, 0, 0 },
	[KLIPS_A_SA_MAX_SPI] = { "max-spi", KLIPS_TYPE_U32, 4, 0, 0, 0 },
	[KLIPS_A_SA_HARD_LIMIT] = { "hard-limit", KLIPS_TYPE_FLAG, 0, 0, 0, 0 },
	[KLIPS_A_SA_FROM] = { "from", KLIPS_TYPE_NEST, 65535, 0, KLIPS_SET_ADDR, 0 },
};

static const struct klips_attr_policy eroute_attrs[] = {
	[KLIPS_A_EROUTE_SELECTOR] = { "selector", KLIPS_TYPE_NEST, 65535, 0, KLIPS_SET_SELECTOR, 0 },
	[KLIPS_A_EROUTE_SAID] = { "said", KLIPS_TYPE_NEST, 65535, 0, KLIPS_SET_SAID, 0 },
	[KLIPS_A_EROUTE_COUNT] = { "count", KLIPS_TYPE_U64, 8, 0, 0, 0 },
	[KLIPS_A_EROUTE_IDLE] = { "idle", KLIPS_TYPE_U64, 8, 0, 0, 0 },
	[KLIPS_A_EROUTE_HELD] = { "held", KLIPS_TYPE_U32, 4, 0, 0, 0 },
	[KLIPS_A_EROUTE_HOLD_DROPPED] = { "hold-dropped", KLIPS_TYPE_U64, 8, 0, 0, 0 },
};

static const struct klips_attr_policy dev_attrs[] = {
	[KLIPS_A_DEV_NAME] = { "name", KLIPS_TYPE_STRING, 15, 0, 0, 0 },
	[KLIPS_A_DEV_PHYS] = { "phys", KLIPS_TYPE_STRING, 15, 0, 0, 0 },
	[KLIPS_A_DEV_ID] = { "id", KLIPS_TYPE_U32, 4, 0, 0, 0 },
	[KLIPS_A_DEV_MTU] = { "mtu", KLIPS_TYPE_U32, 4, 0, 0, 0 },
	[KLIPS_A_DEV_PHYS_MTU] = { "phys-mtu", KLIPS_TYPE_U32, 4, 0, 0, 0 },
	[KLIPS_A_DEV_RX_PACKETS] = { "rx-packets", KLIPS_TYPE_U64, 8, 0, 0, 0 },
	[KLIPS_A_DEV_TX_PACKETS] = { "tx-packets", KLIPS_TYPE_U64, 8, 0, 0, 0 },
	[KLIPS_A_DEV_RX_BYTES] = { "rx-bytes", KLIPS_TYPE_U64, 8, 0, 0, 0 },
	[KLIPS_A_DEV_TX_BYTES] = { "tx-bytes", KLIPS_TYPE_U64, 8, 0, 0, 0 },
	[KLIPS_A_DEV_RX_ERRORS] = { "rx-errors", KLIPS_TYPE_U64, 8, 0, 0, 0 },
	[KLIPS_A_DEV_TX_ERRORS] = { "tx-errors", KLIPS_TYPE_U64, 8, 0, 0, 0 },
	[KLIPS_A_DEV_RX_DROPPED] = { "rx-dropped", KLIPS_TYPE_U64, 8, 0, 0, 0 },
	[KLIPS_A_DEV_TX_DROPPED] = { "tx-dropped", KLIPS_TYPE_U64, 8, 0, 0, 0 },
};

static const struct klips_attr_policy debug_attrs[] = {
	[KLIPS_A_DEBUG_FLAGS] = { "flags", KLIPS_TYPE_U32, 4, 0, 0, 0 },
	[KLIPS_A_DEBUG_MASK] = { "mask", KLIPS_TYPE_U32, 4, 0, 0, 0 },
};

static const struct klips_attr_policy settings_attrs[] = {
	[KLIPS_A_SETTINGS_ICMP] = { "icmp", KLIPS_TYPE_U32, 4, 1, 0, 0 },
	[KLIPS_A_SETTINGS_INBOUND_POLICY_CHECK] = { "inbound-policy-check", KLIPS_TYPE_U32, 4, 1, 0, 0 },
	[KLIPS_A_SETTINGS_TOS] = { "tos", KLIPS_TYPE_U32, 4, 1, 0, 0 },
	[KLIPS_A_SETTINGS_ACQUIRE_RATE] = { "acquire-rate", KLIPS_TYPE_U32, 4, 1000000, 0, 0 },
	[KLIPS_A_SETTINGS_ACQUIRE_BURST] = { "acquire-burst", KLIPS_TYPE_U32, 4, 1000000, 0, 0 },
	[KLIPS_A_SETTINGS_KEEPALIVE] = { "keepalive", KLIPS_TYPE_U32, 4, 86400, 0, 0 },
};

static const struct klips_attr_policy stats_attrs[] = {
	[KLIPS_A_STATS_NO_EROUTE] = { "no-eroute", KLIPS_TYPE_U64, 8, 0, 0, 0 },
	[KLIPS_A_STATS_NO_SA] = { "no-sa", KLIPS_TYPE_U64, 8, 0, 0, 0 },
	[KLIPS_A_STATS_DEAD_SA] = { "dead-sa", KLIPS_TYPE_U64, 8, 0, 0, 0 },
	[KLIPS_A_STATS_HELD] = { "held", KLIPS_TYPE_U64, 8, 0, 0, 0 },
	[KLIPS_A_STATS_HOLD_DROPPED] = { "hold-dropped", KLIPS_TYPE_U64, 8, 0, 0, 0 },
	[KLIPS_A_STATS_REJECTED] = { "rejected", KLIPS_TYPE_U64, 8, 0, 0, 0 },
	[KLIPS_A_STATS_PASSED] = { "passed", KLIPS_TYPE_U64, 8, 0, 0, 0 },
	[KLIPS_A_STATS_TOO_BIG] = { "too-big", KLIPS_TYPE_U64, 8, 0, 0, 0 },
	[KLIPS_A_STATS_LOOPS] = { "loops", KLIPS_TYPE_U64, 8, 0, 0, 0 },
	[KLIPS_A_STATS_IN_NO_SA] = { "in-no-sa", KLIPS_TYPE_U64, 8, 0, 0, 0 },
	[KLIPS_A_STATS_IN_AUTH] = { "in-auth", KLIPS_TYPE_U64, 8, 0, 0, 0 },
	[KLIPS_A_STATS_IN_REPLAY] = { "in-replay", KLIPS_TYPE_U64, 8, 0, 0, 0 },
	[KLIPS_A_STATS_IN_MALFORMED] = { "in-malformed", KLIPS_TYPE_U64, 8, 0, 0, 0 },
	[KLIPS_A_STATS_IN_POLICY] = { "in-policy", KLIPS_TYPE_U64, 8, 0, 0, 0 },
	[KLIPS_A_STATS_IN_CLEARTEXT] = { "in-cleartext", KLIPS_TYPE_U64, 8, 0, 0, 0 },
	[KLIPS_A_STATS_TRAP_COUNT] = { "trap-count", KLIPS_TYPE_U64, 8, 0, 0, 0 },
	[KLIPS_A_STATS_TRAP_SENDCOUNT] = { "trap-sendcount", KLIPS_TYPE_U64, 8, 0, 0, 0 },
	[KLIPS_A_STATS_ACQUIRES_SENT] = { "acquires-sent", KLIPS_TYPE_U64, 8, 0, 0, 0 },
	[KLIPS_A_STATS_ACQUIRES_LIMITED] = { "acquires-limited", KLIPS_TYPE_U64, 8, 0, 0, 0 },
	[KLIPS_A_STATS_MALFORMED] = { "malformed", KLIPS_TYPE_U64, 8, 0, 0, 0 },
	[KLIPS_A_STATS_DROPPED] = { "dropped", KLIPS_TYPE_U64, 8, 0, 0, 0 },
	[KLIPS_A_STATS_ACQUIRES_UNHEARD] = { "acquires-unheard", KLIPS_TYPE_U64, 8, 0, 0, 0 },
	[KLIPS_A_STATS_DEFRAG_DROPPED] = { "defrag-dropped", KLIPS_TYPE_U64, 8, 0, 0, 0 },
};

static const struct klips_attr_policy status_attrs[] = {
	[KLIPS_A_STATUS_VERSION] = { "version", KLIPS_TYPE_STRING, 65535, 0, 0, 0 },
	[KLIPS_A_STATUS_DRIVER] = { "driver", KLIPS_TYPE_STRING, 65535, 0, 0, 0 },
	[KLIPS_A_STATUS_SAS] = { "sas", KLIPS_TYPE_U32, 4, 0, 0, 0 },
	[KLIPS_A_STATUS_EROUTES] = { "eroutes", KLIPS_TYPE_U32, 4, 0, 0, 0 },
	[KLIPS_A_STATUS_DEVS] = { "devs", KLIPS_TYPE_U32, 4, 0, 0, 0 },
	[KLIPS_A_STATUS_STATS] = { "stats", KLIPS_TYPE_NEST, 65535, 0, KLIPS_SET_STATS, 0 },
	[KLIPS_A_STATUS_GUARD] = { "guard", KLIPS_TYPE_STRING, 65535, 0, 0, 0 },
};

static const struct klips_attr_policy acquire_attrs[] = {
	[KLIPS_A_ACQUIRE_ID] = { "id", KLIPS_TYPE_U32, 4, 0, 0, 0 },
	[KLIPS_A_ACQUIRE_FLOW] = { "flow", KLIPS_TYPE_NEST, 65535, 0, KLIPS_SET_SELECTOR, 0 },
	[KLIPS_A_ACQUIRE_TRAP] = { "trap", KLIPS_TYPE_NEST, 65535, 0, KLIPS_SET_SELECTOR, 0 },
};

static const struct klips_attr_policy mapping_attrs[] = {
	[KLIPS_A_MAPPING_SAID] = { "said", KLIPS_TYPE_NEST, 65535, 0, KLIPS_SET_SAID, 0 },
	[KLIPS_A_MAPPING_ADDR] = { "addr", KLIPS_TYPE_NEST, 65535, 0, KLIPS_SET_ADDR, 0 },
	[KLIPS_A_MAPPING_PORT] = { "port", KLIPS_TYPE_U16, 2, 0, 0, 0 },
};

static const struct klips_attr_policy subscription_attrs[] = {
	[KLIPS_A_SUBSCRIPTION_GROUPS] = { "groups", KLIPS_TYPE_U32, 4, 0, 0, 0 },
};

static const struct klips_attr_policy port_attrs[] = {
	[KLIPS_A_PORT_NUMBER] = { "number", KLIPS_TYPE_U16, 2, 0, 0, 0 },
	[KLIPS_A_PORT_ENCAPSULATION] = { "encapsulation", KLIPS_TYPE_FLAG, 0, 0, 0, 0 },
};

const struct klips_set_policy klips_set_policies[KLIPS_SET_COUNT] = {
	[KLIPS_SET_ADDR] = { "addr", addr_attrs, KLIPS_A_ADDR_END },
	[KLIPS_SET_SAID] = { "said", said_attrs, KLIPS_A_SAID_END },
	[KLIPS_SET_SELECTOR] = { "selector", selector_attrs, KLIPS_A_SELECTOR_END },
	[KLIPS_SET_LIMITS] = { "limits", limits_attrs, KLIPS_A_LIMITS_END },
	[KLIPS_SET_KEYS] = { "keys", keys_attrs, KLIPS_A_KEYS_END },
	[KLIPS_SET_SA_ERRORS] = { "sa-errors", sa_errors_attrs, KLIPS_A_SA_ERRORS_END },
	[KLIPS_SET_SA] = { "sa", sa_attrs, KLIPS_A_SA_END },
	[KLIPS_SET_EROUTE] = { "eroute", eroute_attrs, KLIPS_A_EROUTE_END },
	[KLIPS_SET_DEV] = { "dev", dev_attrs, KLIPS_A_DEV_END },
	[KLIPS_SET_DEBUG] = { "debug", debug_attrs, KLIPS_A_DEBUG_END },
	[KLIPS_SET_SETTINGS] = { "settings", settings_attrs, KLIPS_A_SETTINGS_END },
	[KLIPS_SET_STATS] = { "stats", stats_attrs, KLIPS_A_STATS_END },
	[KLIPS_SET_STATUS] = { "status", status_attrs, KLIPS_A_STATUS_END },
	[KLIPS_SET_ACQUIRE] = { "acquire", acquire_attrs, KLIPS_A_ACQUIRE_END },
	[KLIPS_SET_MAPPING] = { "mapping", mapping_attrs, KLIPS_A_MAPPING_END },
	[KLIPS_SET_SUBSCRIPTION] = { "subscription", subscription_attrs, KLIPS_A_SUBSCRIPTION_END },
	[KLIPS_SET_PORT] = { "port", port_attrs, KLIPS_A_PORT_END },
};

const struct klips_op_policy klips_op_policies[KLIPS_CMD_END] = {
	[KLIPS_CMD_SA_ADD] = {
		"sa-add",
		KLIPS_SET_SA,
		KLIPS_OP_REQUEST | KLIPS_OP_ADMIN,
		KLIPS_ATTR_BIT(KLIPS_A_SA_SAID) |
		KLIPS_ATTR_BIT(KLIPS_A_SA_SRC) |
		KLIPS_ATTR_BIT(KLIPS_A_SA_INNER_SRC) |
		KLIPS_ATTR_BIT(KLIPS_A_SA_INNER_DST) |
		KLIPS_ATTR_BIT(KLIPS_A_SA_SELECTOR) |
		KLIPS_ATTR_BIT(KLIPS_A_SA_KEYS) |
		KLIPS_ATTR_BIT(KLIPS_A_SA_SOFT) |
		KLIPS_ATTR_BIT(KLIPS_A_SA_HARD) |
		KLIPS_ATTR_BIT(KLIPS_A_SA_MODE) |
		KLIPS_ATTR_BIT(KLIPS_A_SA_NATT) |
		KLIPS_ATTR_BIT(KLIPS_A_SA_DF) |
		KLIPS_ATTR_BIT(KLIPS_A_SA_FLAGS) |
		KLIPS_ATTR_BIT(KLIPS_A_SA_WINDOW) |
		KLIPS_ATTR_BIT(KLIPS_A_SA_TFC) |
		KLIPS_ATTR_BIT(KLIPS_A_SA_REF) |
		KLIPS_ATTR_BIT(KLIPS_A_SA_REF_HIM) |
		KLIPS_ATTR_BIT(KLIPS_A_SA_IF_ID) |
		KLIPS_ATTR_BIT(KLIPS_A_SA_NATT_SPORT) |
		KLIPS_ATTR_BIT(KLIPS_A_SA_NATT_DPORT) |
		KLIPS_ATTR_BIT(KLIPS_A_SA_TTL),
	},
	[KLIPS_CMD_SA_UPDATE] = {
		"sa-update",
		KLIPS_SET_SA,
		KLIPS_OP_REQUEST | KLIPS_OP_ADMIN,
		KLIPS_ATTR_BIT(KLIPS_A_SA_SAID) |
		KLIPS_ATTR_BIT(KLIPS_A_SA_SRC) |
		KLIPS_ATTR_BIT(KLIPS_A_SA_INNER_SRC) |
		KLIPS_ATTR_BIT(KLIPS_A_SA_INNER_DST) |
		KLIPS_ATTR_BIT(KLIPS_A_SA_SELECTOR) |
		KLIPS_ATTR_BIT(KLIPS_A_SA_KEYS) |
		KLIPS_ATTR_BIT(KLIPS_A_SA_SOFT) |
		KLIPS_ATTR_BIT(KLIPS_A_SA_HARD) |
		KLIPS_ATTR_BIT(KLIPS_A_SA_MODE) |
		KLIPS_ATTR_BIT(KLIPS_A_SA_NATT) |
		KLIPS_ATTR_BIT(KLIPS_A_SA_DF) |
		KLIPS_ATTR_BIT(KLIPS_A_SA_FLAGS) |
		KLIPS_ATTR_BIT(KLIPS_A_SA_WINDOW) |
		KLIPS_ATTR_BIT(KLIPS_A_SA_TFC) |
		KLIPS_ATTR_BIT(KLIPS_A_SA_REF) |
		KLIPS_ATTR_BIT(KLIPS_A_SA_REF_HIM) |
		KLIPS_ATTR_BIT(KLIPS_A_SA_IF_ID) |
		KLIPS_ATTR_BIT(KLIPS_A_SA_NATT_SPORT) |
		KLIPS_ATTR_BIT(KLIPS_A_SA_NATT_DPORT) |
		KLIPS_ATTR_BIT(KLIPS_A_SA_TTL),
	},
	[KLIPS_CMD_SA_DEL] = {
		"sa-del",
		KLIPS_SET_SA,
		KLIPS_OP_REQUEST | KLIPS_OP_ADMIN,
		KLIPS_ATTR_BIT(KLIPS_A_SA_SAID),
	},
	[KLIPS_CMD_SA_GET] = {
		"sa-get",
		KLIPS_SET_SA,
		KLIPS_OP_REQUEST | KLIPS_OP_DUMP,
		KLIPS_ATTR_BIT(KLIPS_A_SA_SAID),
	},
	[KLIPS_CMD_SA_FLUSH] = { "sa-flush", KLIPS_SET_SA, KLIPS_OP_REQUEST | KLIPS_OP_ADMIN, 0 },
	[KLIPS_CMD_SA_ALLOC_SPI] = {
		"sa-alloc-spi",
		KLIPS_SET_SA,
		KLIPS_OP_REQUEST | KLIPS_OP_ADMIN,
		KLIPS_ATTR_BIT(KLIPS_A_SA_SAID) |
		KLIPS_ATTR_BIT(KLIPS_A_SA_MIN_SPI) |
		KLIPS_ATTR_BIT(KLIPS_A_SA_MAX_SPI),
	},
	[KLIPS_CMD_SA_GROUP] = {
		"sa-group",
		KLIPS_SET_SA,
		KLIPS_OP_REQUEST | KLIPS_OP_ADMIN,
		KLIPS_ATTR_BIT(KLIPS_A_SA_GROUP),
	},
	[KLIPS_CMD_EROUTE_ADD] = {
		"eroute-add",
		KLIPS_SET_EROUTE,
		KLIPS_OP_REQUEST | KLIPS_OP_ADMIN,
		KLIPS_ATTR_BIT(KLIPS_A_EROUTE_SELECTOR) |
		KLIPS_ATTR_BIT(KLIPS_A_EROUTE_SAID),
	},
	[KLIPS_CMD_EROUTE_REPLACE] = {
		"eroute-replace",
		KLIPS_SET_EROUTE,
		KLIPS_OP_REQUEST | KLIPS_OP_ADMIN,
		KLIPS_ATTR_BIT(KLIPS_A_EROUTE_SELECTOR) |
		KLIPS_ATTR_BIT(KLIPS_A_EROUTE_SAID),
	},
	[KLIPS_CMD_EROUTE_DEL] = {
		"eroute-del",
		KLIPS_SET_EROUTE,
		KLIPS_OP_REQUEST | KLIPS_OP_ADMIN,
		KLIPS_ATTR_BIT(KLIPS_A_EROUTE_SELECTOR),
	},
	[KLIPS_CMD_EROUTE_GET] = {
		"eroute-get",
		KLIPS_SET_EROUTE,
		KLIPS_OP_REQUEST | KLIPS_OP_DUMP,
		KLIPS_ATTR_BIT(KLIPS_A_EROUTE_SELECTOR),
	},
	[KLIPS_CMD_EROUTE_FLUSH] = { "eroute-flush", KLIPS_SET_EROUTE, KLIPS_OP_REQUEST | KLIPS_OP_ADMIN, 0 },
	[KLIPS_CMD_DEV_CREATE] = {
		"dev-create",
		KLIPS_SET_DEV,
		KLIPS_OP_REQUEST | KLIPS_OP_ADMIN,
		KLIPS_ATTR_BIT(KLIPS_A_DEV_NAME),
	},
	[KLIPS_CMD_DEV_DELETE] = {
		"dev-delete",
		KLIPS_SET_DEV,
		KLIPS_OP_REQUEST | KLIPS_OP_ADMIN,
		KLIPS_ATTR_BIT(KLIPS_A_DEV_NAME),
	},
	[KLIPS_CMD_DEV_ATTACH] = {
		"dev-attach",
		KLIPS_SET_DEV,
		KLIPS_OP_REQUEST | KLIPS_OP_ADMIN,
		KLIPS_ATTR_BIT(KLIPS_A_DEV_NAME) |
		KLIPS_ATTR_BIT(KLIPS_A_DEV_PHYS),
	},
	[KLIPS_CMD_DEV_DETACH] = {
		"dev-detach",
		KLIPS_SET_DEV,
		KLIPS_OP_REQUEST | KLIPS_OP_ADMIN,
		KLIPS_ATTR_BIT(KLIPS_A_DEV_NAME),
	},
	[KLIPS_CMD_DEV_GET] = {
		"dev-get",
		KLIPS_SET_DEV,
		KLIPS_OP_REQUEST | KLIPS_OP_DUMP,
		KLIPS_ATTR_BIT(KLIPS_A_DEV_NAME),
	},
	[KLIPS_CMD_DEBUG_SET] = {
		"debug-set",
		KLIPS_SET_DEBUG,
		KLIPS_OP_REQUEST | KLIPS_OP_ADMIN,
		KLIPS_ATTR_BIT(KLIPS_A_DEBUG_FLAGS) |
		KLIPS_ATTR_BIT(KLIPS_A_DEBUG_MASK),
	},
	[KLIPS_CMD_DEBUG_GET] = { "debug-get", KLIPS_SET_DEBUG, KLIPS_OP_REQUEST, 0 },
	[KLIPS_CMD_SETTINGS_SET] = {
		"settings-set",
		KLIPS_SET_SETTINGS,
		KLIPS_OP_REQUEST | KLIPS_OP_ADMIN,
		KLIPS_ATTR_BIT(KLIPS_A_SETTINGS_ICMP) |
		KLIPS_ATTR_BIT(KLIPS_A_SETTINGS_INBOUND_POLICY_CHECK) |
		KLIPS_ATTR_BIT(KLIPS_A_SETTINGS_TOS) |
		KLIPS_ATTR_BIT(KLIPS_A_SETTINGS_ACQUIRE_RATE) |
		KLIPS_ATTR_BIT(KLIPS_A_SETTINGS_ACQUIRE_BURST) |
		KLIPS_ATTR_BIT(KLIPS_A_SETTINGS_KEEPALIVE),
	},
	[KLIPS_CMD_SETTINGS_GET] = { "settings-get", KLIPS_SET_SETTINGS, KLIPS_OP_REQUEST, 0 },
	[KLIPS_CMD_STATUS] = { "status", KLIPS_SET_STATUS, KLIPS_OP_REQUEST, 0 },
	[KLIPS_CMD_SUBSCRIBE] = {
		"subscribe",
		KLIPS_SET_SUBSCRIPTION,
		KLIPS_OP_REQUEST | KLIPS_OP_ADMIN,
		KLIPS_ATTR_BIT(KLIPS_A_SUBSCRIPTION_GROUPS),
	},
	[KLIPS_CMD_ACQUIRE] = { "acquire", KLIPS_SET_ACQUIRE, 0, 0 },
	[KLIPS_CMD_EXPIRE] = { "expire", KLIPS_SET_SA, 0, 0 },
	[KLIPS_CMD_MAPPING] = { "mapping", KLIPS_SET_MAPPING, 0, 0 },
	[KLIPS_CMD_SA_MOVE] = {
		"sa-move",
		KLIPS_SET_SA,
		KLIPS_OP_REQUEST | KLIPS_OP_ADMIN,
		KLIPS_ATTR_BIT(KLIPS_A_SA_SAID) |
		KLIPS_ATTR_BIT(KLIPS_A_SA_FROM) |
		KLIPS_ATTR_BIT(KLIPS_A_SA_SRC) |
		KLIPS_ATTR_BIT(KLIPS_A_SA_NATT) |
		KLIPS_ATTR_BIT(KLIPS_A_SA_NATT_SPORT) |
		KLIPS_ATTR_BIT(KLIPS_A_SA_NATT_DPORT),
	},
	[KLIPS_CMD_PORT_ADD] = {
		"port-add",
		KLIPS_SET_PORT,
		KLIPS_OP_REQUEST | KLIPS_OP_ADMIN,
		KLIPS_ATTR_BIT(KLIPS_A_PORT_NUMBER) |
		KLIPS_ATTR_BIT(KLIPS_A_PORT_ENCAPSULATION),
	},
	[KLIPS_CMD_SA_REFER] = {
		"sa-refer",
		KLIPS_SET_SA,
		KLIPS_OP_REQUEST | KLIPS_OP_ADMIN,
		KLIPS_ATTR_BIT(KLIPS_A_SA_SAID) |
		KLIPS_ATTR_BIT(KLIPS_A_SA_REF) |
		KLIPS_ATTR_BIT(KLIPS_A_SA_REF_HIM),
	},
};
