// SPDX-License-Identifier: GPL-2.0-or-later
#include "control_sa.h"

#include <errno.h>
#include <string.h>

#include "klips_control.h"

_Static_assert((int)KLIPS_CONTROL_SA_STATE_DEAD == (int)KLIPS_SA_DEAD, "two names of one number");
_Static_assert((int)KLIPS_CONTROL_MODE_BEET == (int)KLIPS_MODE_BEET, "two names of one number");
_Static_assert((int)KLIPS_CONTROL_NATT_NONESP == (int)KLIPS_NATT_NONESP, "two names of one number");
_Static_assert((int)KLIPS_CONTROL_DF_SET == (int)KLIPS_DF_SET, "two names of one number");
_Static_assert((int)KLIPS_CONTROL_SA_FLAGS_TFC_PMTU == (int)KLIPS_SA_TFC_PMTU, "two names of one number");

static void put_keys(struct klips_message *message, const struct klips_keys *keys, bool secret)
{
	struct nlattr *nest;

	if (keys->encr == KLIPS_ENCR_NONE && keys->auth == KLIPS_AUTH_NONE)
		return;
	nest = klips_nest_begin(message, KLIPS_A_SA_KEYS);
	if (keys->encr != KLIPS_ENCR_NONE)
		klips_put_string(message, KLIPS_A_KEYS_ENCR, klips_encr(keys->encr)->name);
	if (keys->auth != KLIPS_AUTH_NONE)
		klips_put_string(message, KLIPS_A_KEYS_AUTH, klips_auth(keys->auth)->name);
	if (secret && keys->encr_length)
		klips_put_bytes(message, KLIPS_A_KEYS_ENCR_KEY, keys->encr_key, keys->encr_length);
	if (secret && keys->auth_length)
		klips_put_bytes(message, KLIPS_A_KEYS_AUTH_KEY, keys->auth_key, keys->auth_length);
	klips_nest_end(message, nest);
}

static void put_u32_if(struct klips_message *message, uint16_t type, u32 value)
{
	if (value)
		klips_put_u32(message, type, value);
}

static void put_ends(struct klips_message *message, const struct klips_sa_config *config)
{
	u32 one;

	klips_put_said(message, KLIPS_A_SA_SAID, &config->said);
	klips_put_addr(message, KLIPS_A_SA_SRC, &config->src);
	klips_put_addr(message, KLIPS_A_SA_INNER_SRC, &config->inner_src);
	klips_put_addr(message, KLIPS_A_SA_INNER_DST, &config->inner_dst);
	if (config->selector.src.version)
		klips_put_selector(message, KLIPS_A_SA_SELECTOR, &config->selector);
	for (one = 0; one < config->more_count; one++)
		klips_put_selector(message, KLIPS_A_SA_SELECTOR, &config->more[one]);
}

/**
 * klips_put_sa_config() - all attributes of an SA that is to be made
 * @message: the message
 * @config: the SA
 * @keys: whether the keys go too, not their names alone
 */
void klips_put_sa_config(struct klips_message *message, const struct klips_sa_config *config, bool keys)
{
	put_ends(message, config);
	put_keys(message, &config->keys, keys);
	klips_put_limits(message, KLIPS_A_SA_SOFT, &config->soft);
	klips_put_limits(message, KLIPS_A_SA_HARD, &config->hard);
	klips_put_u32(message, KLIPS_A_SA_MODE, config->mode);
	klips_put_u32(message, KLIPS_A_SA_NATT, config->natt);
	klips_put_u32(message, KLIPS_A_SA_DF, config->df);
	klips_put_u32(message, KLIPS_A_SA_FLAGS, config->flags);
	klips_put_u32(message, KLIPS_A_SA_WINDOW, config->window);
	put_u32_if(message, KLIPS_A_SA_TFC, config->tfc);
	put_u32_if(message, KLIPS_A_SA_REF, config->ref);
	put_u32_if(message, KLIPS_A_SA_REF_HIM, config->ref_him);
	put_u32_if(message, KLIPS_A_SA_IF_ID, config->if_id);
	klips_put_u16(message, KLIPS_A_SA_NATT_SPORT, config->natt_sport);
	klips_put_u16(message, KLIPS_A_SA_NATT_DPORT, config->natt_dport);
	klips_put_u8(message, KLIPS_A_SA_TTL, config->ttl);
}

static int get_encr(enum klips_encr *encr, const struct nlattr *attr, struct klips_refusal *refusal)
{
	const char *name = attr ? mnl_attr_get_str(attr) : NULL;

	*encr = name ? klips_encr_find(name) : KLIPS_ENCR_NONE;
	if (!name || (*encr != KLIPS_ENCR_NONE && *encr != KLIPS_ENCR_COUNT))
		return 0;
	return klips_refuse(refusal, -ENOENT, attr, "encr", "encr: there is no algorithm %s", name);
}

static int get_auth(enum klips_auth *auth, const struct nlattr *attr, struct klips_refusal *refusal)
{
	const char *name = attr ? mnl_attr_get_str(attr) : NULL;

	*auth = name ? klips_auth_find(name) : KLIPS_AUTH_NONE;
	if (!name || (*auth != KLIPS_AUTH_NONE && *auth != KLIPS_AUTH_COUNT))
		return 0;
	return klips_refuse(refusal, -ENOENT, attr, "auth", "auth: there is no algorithm %s", name);
}

static u8 get_key(u8 *key, const struct nlattr *attr)
{
	size_t length = attr ? mnl_attr_get_payload_len(attr) : 0;

	if (length)
		memcpy(key, mnl_attr_get_payload(attr), length);
	return (u8)length;
}

static bool encr_length_is_well(enum klips_encr encr, unsigned int length)
{
	const struct klips_encr_desc *desc = klips_encr(encr);

	if (encr == KLIPS_ENCR_NONE)
		return !length;
	return length >= desc->key_min + desc->salt && length <= desc->key_max + desc->salt &&
	       (length - desc->salt - desc->key_min) % 8 == 0;
}

/* Answers have no keys, and an update may leave them out; so only those that are there are measured. */
static int check_lengths(const struct klips_keys *keys, const struct nlattr **table, struct klips_refusal *refusal)
{
	const struct klips_encr_desc *encr = klips_encr(keys->encr);
	unsigned int auth = keys->auth == KLIPS_AUTH_NONE ? 0 : klips_auth(keys->auth)->key;
	const struct nlattr *key = table[KLIPS_A_KEYS_ENCR_KEY];

	if (key && keys->encr == KLIPS_ENCR_NONE)
		return klips_refuse(refusal, -EINVAL, key, "encr-key", "encr-key: there is no algorithm for it");
	if (key && !encr_length_is_well(keys->encr, keys->encr_length))
		return klips_refuse(refusal, -EINVAL, key, "encr-key",
				    "encr-key: %s takes %u to %u bits with its salt, not %u", encr->name,
				    8 * (encr->key_min + encr->salt), 8 * (encr->key_max + encr->salt),
				    8 * keys->encr_length);
	key = table[KLIPS_A_KEYS_AUTH_KEY];
	if (key && keys->auth == KLIPS_AUTH_NONE)
		return klips_refuse(refusal, -EINVAL, key, "auth-key", "auth-key: there is no algorithm for it");
	if (key && keys->auth_length != auth)
		return klips_refuse(refusal, -EINVAL, key, "auth-key", "auth-key: %s takes %u bits, not %u",
				    klips_auth(keys->auth)->name, 8 * auth, 8 * keys->auth_length);
	return 0;
}

static int get_keys(struct klips_keys *keys, const struct nlattr *attr, struct klips_refusal *refusal)
{
	const struct nlattr *table[KLIPS_ATTRS_MAX];
	int err = klips_nest_parse(table, KLIPS_SET_KEYS, attr, refusal);

	if (!err)
		err = get_encr(&keys->encr, table[KLIPS_A_KEYS_ENCR], refusal);
	if (!err)
		err = get_auth(&keys->auth, table[KLIPS_A_KEYS_AUTH], refusal);
	if (err)
		return err;
	keys->encr_length = get_key(keys->encr_key, table[KLIPS_A_KEYS_ENCR_KEY]);
	keys->auth_length = get_key(keys->auth_key, table[KLIPS_A_KEYS_AUTH_KEY]);
	return check_lengths(keys, table, refusal);
}

static int get_ends(struct klips_sa_config *config, const struct nlattr **table, struct klips_refusal *refusal)
{
	int err;

	if (!table[KLIPS_A_SA_SAID])
		return klips_refuse_missing(refusal, KLIPS_SET_SA, KLIPS_A_SA_SAID);
	err = klips_get_said(&config->said, table[KLIPS_A_SA_SAID], refusal);
	if (!err && table[KLIPS_A_SA_SRC])
		err = klips_get_addr(&config->src, table[KLIPS_A_SA_SRC], refusal);
	if (!err && table[KLIPS_A_SA_INNER_SRC])
		err = klips_get_addr(&config->inner_src, table[KLIPS_A_SA_INNER_SRC], refusal);
	if (!err && table[KLIPS_A_SA_INNER_DST])
		err = klips_get_addr(&config->inner_dst, table[KLIPS_A_SA_INNER_DST], refusal);
	if (!err && table[KLIPS_A_SA_KEYS])
		err = get_keys(&config->keys, table[KLIPS_A_SA_KEYS], refusal);
	if (!err && table[KLIPS_A_SA_SOFT])
		err = klips_get_limits(&config->soft, table[KLIPS_A_SA_SOFT], refusal);
	if (!err && table[KLIPS_A_SA_HARD])
		err = klips_get_limits(&config->hard, table[KLIPS_A_SA_HARD], refusal);
	return err;
}

static void get_numbers(struct klips_sa_config *config, const struct nlattr **table)
{
	config->state = (enum klips_sa_state)klips_get_number(table[KLIPS_A_SA_STATE]);
	config->mode = (enum klips_mode)klips_get_number(table[KLIPS_A_SA_MODE]);
	config->natt = (enum klips_natt)klips_get_number(table[KLIPS_A_SA_NATT]);
	config->df = (enum klips_df)klips_get_number(table[KLIPS_A_SA_DF]);
	config->flags = (u32)klips_get_number(table[KLIPS_A_SA_FLAGS]);
	config->window = (u32)klips_get_number(table[KLIPS_A_SA_WINDOW]);
	config->tfc = (u32)klips_get_number(table[KLIPS_A_SA_TFC]);
	config->ref = (u32)klips_get_number(table[KLIPS_A_SA_REF]);
	config->ref_him = (u32)klips_get_number(table[KLIPS_A_SA_REF_HIM]);
	config->if_id = (u32)klips_get_number(table[KLIPS_A_SA_IF_ID]);
	config->natt_sport = (u16)klips_get_number(table[KLIPS_A_SA_NATT_SPORT]);
	config->natt_dport = (u16)klips_get_number(table[KLIPS_A_SA_NATT_DPORT]);
	config->ttl = (u8)klips_get_number(table[KLIPS_A_SA_TTL]);
}

/**
 * klips_get_sa_config() - read how an SA shall be
 * @config: the caller wipes its keys
 * @table: of the set sa; what is not there is 0
 * @refusal: gets why, if it is refused
 */
int klips_get_sa_config(struct klips_sa_config *config, const struct nlattr **table, struct klips_refusal *refusal)
{
	memset(config, 0, sizeof(*config));
	get_numbers(config, table);
	return get_ends(config, table, refusal);
}

static void put_errors(struct klips_message *message, const struct klips_sa_info *info)
{
	struct nlattr *nest = klips_nest_begin(message, KLIPS_A_SA_ERRORS);

	klips_put_u64(message, KLIPS_A_SA_ERRORS_AUTH, info->errors.auth);
	klips_put_u64(message, KLIPS_A_SA_ERRORS_REPLAY, info->errors.replay);
	klips_put_u64(message, KLIPS_A_SA_ERRORS_PAD, info->errors.pad);
	klips_put_u64(message, KLIPS_A_SA_ERRORS_SIZE, info->errors.size);
	klips_put_u64(message, KLIPS_A_SA_ERRORS_POLICY, info->errors.policy);
	klips_nest_end(message, nest);
}

/**
 * klips_put_sa_info() - all attributes of an SA that is there; no keys
 * @message: the message
 * @info: the SA
 */
void klips_put_sa_info(struct klips_message *message, const struct klips_sa_info *info)
{
	unsigned int one;

	klips_put_sa_config(message, &info->config, false);
	klips_put_u32(message, KLIPS_A_SA_STATE, info->config.state);
	klips_put_limits(message, KLIPS_A_SA_CURRENT, &info->spent);
	klips_put_u64(message, KLIPS_A_SA_IDLE, info->idle);
	klips_put_u64(message, KLIPS_A_SA_SEQ, info->seq);
	klips_put_u64(message, KLIPS_A_SA_REPLAY_TOP, info->replay_top);
	klips_put_u64(message, KLIPS_A_SA_REPLAY_BITS, info->replay_bits);
	put_errors(message, info);
	klips_put_u32(message, KLIPS_A_SA_REFCOUNT, info->refcount);
	klips_put_string(message, KLIPS_A_SA_DRIVER, info->driver);
	for (one = 0; one < info->group_count; one++)
		klips_put_said(message, KLIPS_A_SA_GROUP, &info->group[one]);
}

static int get_errors(struct klips_sa_info *info, const struct nlattr *attr, struct klips_refusal *refusal)
{
	const struct nlattr *table[KLIPS_ATTRS_MAX];
	int err = klips_nest_parse(table, KLIPS_SET_SA_ERRORS, attr, refusal);

	if (err)
		return err;
	info->errors.auth = klips_get_number(table[KLIPS_A_SA_ERRORS_AUTH]);
	info->errors.replay = klips_get_number(table[KLIPS_A_SA_ERRORS_REPLAY]);
	info->errors.pad = klips_get_number(table[KLIPS_A_SA_ERRORS_PAD]);
	info->errors.size = klips_get_number(table[KLIPS_A_SA_ERRORS_SIZE]);
	info->errors.policy = klips_get_number(table[KLIPS_A_SA_ERRORS_POLICY]);
	return 0;
}

static void get_counters(struct klips_sa_info *info, const struct nlattr **table)
{
	const char *driver = table[KLIPS_A_SA_DRIVER] ? mnl_attr_get_str(table[KLIPS_A_SA_DRIVER]) : "";

	info->idle = klips_get_number(table[KLIPS_A_SA_IDLE]);
	info->seq = klips_get_number(table[KLIPS_A_SA_SEQ]);
	info->replay_top = klips_get_number(table[KLIPS_A_SA_REPLAY_TOP]);
	info->replay_bits = klips_get_number(table[KLIPS_A_SA_REPLAY_BITS]);
	info->refcount = (u32)klips_get_number(table[KLIPS_A_SA_REFCOUNT]);
	snprintf(info->driver, sizeof(info->driver), "%s", driver);
}

/**
 * klips_get_sa_info() - read what klips_put_sa_info() made
 * @info: the SA
 * @data: attributes of the set sa
 * @length: bytes of @data
 * @refusal: gets why, if it is refused
 */
int klips_get_sa_info(struct klips_sa_info *info, const void *data, size_t length, struct klips_refusal *refusal)
{
	const struct nlattr *table[KLIPS_ATTRS_MAX];
	int err = klips_attrs_parse(table, KLIPS_SET_SA, UINT64_MAX, data, length, refusal);

	memset(info, 0, sizeof(*info));
	if (!err)
		err = klips_get_sa_config(&info->config, table, refusal);
	if (!err)
		err = klips_get_sa_selectors(&info->config, data, length, refusal);
	if (!err && table[KLIPS_A_SA_CURRENT])
		err = klips_get_limits(&info->spent, table[KLIPS_A_SA_CURRENT], refusal);
	if (!err && table[KLIPS_A_SA_ERRORS])
		err = get_errors(info, table[KLIPS_A_SA_ERRORS], refusal);
	if (err)
		return err;
	get_counters(info, table);
	return klips_get_group(info->group, ARRAY_SIZE(info->group), &info->group_count, data, length, refusal);
}

/**
 * klips_get_sa_selectors() - read what may arrive inside
 * @config: from klips_get_sa_config()
 * @data: attributes of the set sa, that klips_attrs_parse() took
 * @length: bytes of @data
 * @refusal: gets why, if it is refused
 */
int klips_get_sa_selectors(struct klips_sa_config *config, const void *data, size_t length,
			   struct klips_refusal *refusal)
{
	struct klips_selector *to = &config->selector;
	const struct nlattr *attr;
	int err;

	mnl_attr_for_each_payload(data, length)
	{
		if (mnl_attr_get_type(attr) != KLIPS_A_SA_SELECTOR)
			continue;
		if (!to)
			return klips_refuse_value(refusal, KLIPS_SET_SA, attr, "too many selectors");
		err = klips_get_selector(to, attr, refusal);
		if (err)
			return err;
		config->more_count += to != &config->selector;
		to = config->more_count < ARRAY_SIZE(config->more) ? &config->more[config->more_count] : NULL;
	}
	return 0;
}

/**
 * klips_get_group() - read the SAIDs of a bundle
 * @saids: room for @most
 * @most: how many there is room for
 * @count: gets how many there are
 * @data: attributes of the set sa, that klips_attrs_parse() took
 * @length: bytes of @data
 * @refusal: gets why, if it is refused
 */
int klips_get_group(struct klips_said *saids, unsigned int most, unsigned int *count, const void *data, size_t length,
		    struct klips_refusal *refusal)
{
	const struct nlattr *attr;
	int err;

	*count = 0;
	mnl_attr_for_each_payload(data, length)
	{
		if (mnl_attr_get_type(attr) != KLIPS_A_SA_GROUP)
			continue;
		if (*count == most)
			return klips_refuse_value(refusal, KLIPS_SET_SA, attr, "too many SAs");
		err = klips_get_said(&saids[*count], attr, refusal);
		if (err)
			return err;
		(*count)++;
	}
	return 0;
}
