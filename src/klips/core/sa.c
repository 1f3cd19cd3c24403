// SPDX-License-Identifier: GPL-2.0-or-later
/* See sa.h. */
#include "sadb.h"

#define DEFAULT_TTL 64

static bool is_address(const struct klips_addr *addr)
{
	return addr->version == KLIPS_V4 || addr->version == KLIPS_V6;
}

/* ESP needs a cipher, which may be NULL if there is an authenticator: RFC 4303, 3.2. An AEAD is both. */
static int check_esp(const struct klips_keys *keys)
{
	const struct klips_encr_desc *encr;

	if (keys->encr <= KLIPS_ENCR_NONE || keys->encr >= KLIPS_ENCR_COUNT || keys->auth >= KLIPS_AUTH_COUNT)
		return -EINVAL;
	encr = klips_encr(keys->encr);
	if (encr->icv && keys->auth != KLIPS_AUTH_NONE)
		return -EINVAL;
	if (keys->encr == KLIPS_ENCR_NULL && keys->auth == KLIPS_AUTH_NONE)
		return -EINVAL;
	return 0;
}

static int check_keys(const struct klips_sa_config *config)
{
	const struct klips_keys *keys = &config->keys;

	switch (config->said.proto) {
	case KLIPS_PROTO_ESP:
		return check_esp(keys);
	case KLIPS_PROTO_AH:
		if (keys->encr != KLIPS_ENCR_NONE || keys->auth == KLIPS_AUTH_NONE || keys->auth >= KLIPS_AUTH_COUNT)
			return -EINVAL;
		return 0;
	default:
		return keys->encr == KLIPS_ENCR_NONE && keys->auth == KLIPS_AUTH_NONE ? 0 : -EINVAL;
	}
}

/* A CPI has 16 bits: RFC 3173, 3.3. */
static bool is_sa_name(const struct klips_said *said)
{
	if (!is_address(&said->dst) || !said->spi)
		return false;
	switch (said->proto) {
	case KLIPS_PROTO_ESP:
	case KLIPS_PROTO_AH:
	case KLIPS_PROTO_IPIP:
		return true;
	case KLIPS_PROTO_COMP:
		return be32_to_cpu(said->spi) <= 0xffff;
	default:
		return false;
	}
}

/* An outer header has one version; a BEET SA must know both inner addresses. */
static bool has_good_addresses(const struct klips_sa_config *config)
{
	if (config->src.version && config->src.version != config->said.dst.version)
		return false;
	if (config->mode != KLIPS_MODE_BEET)
		return true;
	return is_address(&config->inner_src) && config->inner_src.version == config->inner_dst.version;
}

static bool has_good_selectors(const struct klips_sa_config *config)
{
	u32 i;

	if (!config->selector.src.version)
		return !config->more_count;
	if (!klips_selector_is_valid(&config->selector) || config->more_count > ARRAY_SIZE(config->more))
		return false;
	for (i = 0; i < config->more_count; i++)
		if (!klips_selector_is_valid(&config->more[i]))
			return false;
	return true;
}

static int check(const struct klips_sa_config *config)
{
	if (!is_sa_name(&config->said) || !has_good_addresses(config))
		return -EINVAL;
	if (config->mode > KLIPS_MODE_BEET || config->df > KLIPS_DF_SET || config->natt > KLIPS_NATT_NONESP)
		return -EINVAL;
	if (config->natt != KLIPS_NATT_NONE && config->said.proto != KLIPS_PROTO_ESP)
		return -EINVAL;
	if (config->mode == KLIPS_MODE_BEET && config->said.proto != KLIPS_PROTO_ESP)
		return -EINVAL;
	if (!has_good_selectors(config) || config->ref_him >= KLIPS_REFS)
		return -EINVAL;
	if (config->state == KLIPS_SA_LARVAL)
		return 0;
	return config->state == KLIPS_SA_MATURE ? check_keys(config) : -EINVAL;
}

static void fill(struct klips_sa *sa, const struct klips_sa_config *config)
{
	sa->said = config->said;
	sa->state = config->state;
	sa->mode = config->mode;
	sa->natt = config->natt;
	sa->df = config->df;
	sa->flags = config->flags;
	sa->tfc = config->tfc;
	sa->ref = config->ref;
	sa->ref_him = config->ref_him;
	sa->if_id = config->if_id;
	sa->natt_sport = config->natt_sport;
	sa->natt_dport = config->natt_dport;
	sa->ttl = config->ttl ? config->ttl : DEFAULT_TTL;
	sa->encr = config->keys.encr;
	sa->auth = config->keys.auth;
	sa->soft = config->soft;
	sa->hard = config->hard;
	sa->src = config->src;
	sa->inner_src = config->inner_src;
	sa->inner_dst = config->inner_dst;
	sa->selector = config->selector;
	if (sa->selector.src.version)
		klips_selector_normalise(&sa->selector);
	sa->keeper = sa;
	sa->usage.added = ktime_get_ns();
	get_random_bytes(&sa->iv_salt, sizeof(sa->iv_salt));
	spin_lock_init(&sa->lock);
	refcount_set(&sa->refs, 1);
}

static void free_now(struct klips_sa *sa)
{
	if (sa->crypto && sa->keeper == sa)
		klips_crypto_free(sa->crypto);
	klips_replay_free(&sa->replay);
	kfree(sa->more);
	memzero_explicit(&sa->iv_salt, sizeof(sa->iv_salt));
	kfree(sa);
}

static void free_after_readers(struct rcu_head *rcu)
{
	struct klips_sa *sa = container_of(rcu, struct klips_sa, rcu);
	struct klips_sa *next = rcu_dereference_protected(sa->next, 1);
	struct klips_sa *keeper = sa->keeper == sa ? NULL : sa->keeper;

	free_now(sa);
	klips_sa_put(next);
	klips_sa_put(keeper);
}

static int copy_more(struct klips_sa *sa, const struct klips_sa_config *config, gfp_t gfp)
{
	u32 i;

	if (!config->more_count)
		return 0;
	sa->more = kcalloc(config->more_count, sizeof(*sa->more), gfp);
	if (!sa->more)
		return -ENOMEM;
	for (i = 0; i < config->more_count; i++) {
		sa->more[i] = config->more[i];
		klips_selector_normalise(&sa->more[i]);
	}
	sa->more_count = config->more_count;
	return 0;
}

/* Keys, and what is counted with them: all that a larval SA has not. */
static int arm(struct klips_sa *sa, const struct klips_sa_config *config)
{
	const bool keyed = sa->encr != KLIPS_ENCR_NONE || sa->auth != KLIPS_AUTH_NONE;
	int err = klips_replay_init(&sa->replay, config->window, sa->flags & KLIPS_SA_ESN);

	if (!err && keyed)
		err = klips_crypto_new(&sa->crypto, &config->keys, sa->flags & KLIPS_SA_ESN);
	sa->async = sa->crypto && klips_crypto_is_async(sa->crypto);
	return err;
}

/**
 * klips_sa_new() - make an SA
 * @sa: gets it, with one reference, which is the caller's
 * @config: all about it; the keys are copied into the platform's crypto, and the caller wipes its own. State: mature,
 * or larval, and then there are no keys
 *
 * An SPI of 0 is refused (RFC 4303, 2.1), and ESP that neither encrypts nor authenticates (RFC 4303, 3.2). May sleep.
 *
 * Return: 0; -EINVAL: @config makes no sense; -ENOENT: the platform has no such algorithm; -ENOMEM.
 */
int klips_sa_new(struct klips_sa **sa, const struct klips_sa_config *config)
{
	struct klips_sa *new;
	int err = check(config);

	if (err)
		return err;
	new = kzalloc(sizeof(*new), GFP_KERNEL);
	if (!new)
		return -ENOMEM;
	fill(new, config);
	err = copy_more(new, config, GFP_KERNEL);
	if (!err && new->state != KLIPS_SA_LARVAL)
		err = arm(new, config);
	if (err) {
		free_now(new);
		return err;
	}
	*sa = new;
	return 0;
}

static void copy_counters(struct klips_sa *to, const struct klips_sa *from)
{
	atomic64_set(&to->usage.bytes, atomic64_read(&from->usage.bytes));
	atomic64_set(&to->usage.packets, atomic64_read(&from->usage.packets));
	to->usage.added = from->usage.added;
	to->usage.first = READ_ONCE(from->usage.first);
	to->usage.last = READ_ONCE(from->usage.last);
	to->use_timed = from->use_timed;
	atomic64_set(&to->errors.auth, atomic64_read(&from->errors.auth));
	atomic64_set(&to->errors.replay, atomic64_read(&from->errors.replay));
	atomic64_set(&to->errors.pad, atomic64_read(&from->errors.pad));
	atomic64_set(&to->errors.size, atomic64_read(&from->errors.size));
	atomic64_set(&to->errors.policy, atomic64_read(&from->errors.policy));
}

/**
 * klips_sa_read_config() - what an SA could be made from again, but for its keys and window
 * @config: gets it; what is not of it stays as it is
 * @sa: it
 */
void klips_sa_read_config(struct klips_sa_config *config, const struct klips_sa *sa)
{
	config->said = sa->said;
	config->src = sa->src;
	config->inner_src = sa->inner_src;
	config->inner_dst = sa->inner_dst;
	config->selector = sa->selector;
	config->more_count = sa->more_count;
	if (sa->more_count)
		memcpy(config->more, sa->more, sa->more_count * sizeof(config->more[0]));
	config->keys.encr = sa->encr;
	config->keys.auth = sa->auth;
	config->soft = sa->soft;
	config->hard = sa->hard;
	config->state = READ_ONCE(sa->state);
	config->mode = sa->mode;
	config->natt = sa->natt;
	config->df = sa->df;
	config->flags = sa->flags;
	config->tfc = sa->tfc;
	config->ref = sa->ref;
	config->ref_him = sa->ref_him;
	config->if_id = sa->if_id;
	config->natt_sport = sa->natt_sport;
	config->natt_dport = sa->natt_dport;
	config->ttl = sa->ttl;
}

static int new_moved(struct klips_sa **sa, struct klips_sa *old, const struct klips_sa_config *config)
{
	struct klips_sa *new;
	int err = check(config);

	if (err)
		return err;
	new = kzalloc(sizeof(*new), GFP_ATOMIC);
	if (!new)
		return -ENOMEM;
	fill(new, config);
	err = copy_more(new, config, GFP_ATOMIC);
	if (err) {
		kfree(new);
		return err;
	}
	new->state = old->state;
	new->iv_salt = old->iv_salt;
	new->crypto = old->crypto;
	new->async = old->async;
	new->keeper = old->keeper;
	refcount_inc(&new->keeper->refs);
	copy_counters(new, old);
	*sa = new;
	return 0;
}

/**
 * klips_sa_new_moved() - make an SA that is another with other outer addresses
 * @sa: gets it, with one reference
 * @old: the other, mature or dying and in no bundle; nobody changes it meanwhile
 * @move: the addresses
 *
 * Both have the same keys, numbers and window, so that both may be used for a while. Does not sleep.
 *
 * Return: 0; -EINVAL: @move makes no sense; -ENOMEM.
 */
int klips_sa_new_moved(struct klips_sa **sa, struct klips_sa *old, const struct klips_sa_move *move)
{
	/* too much for a kernel's stack */
	struct klips_sa_config *config = kzalloc(sizeof(*config), GFP_ATOMIC);
	int err;

	if (!config)
		return -ENOMEM;
	klips_sa_read_config(config, old);
	config->said = move->said;
	config->src = move->src;
	config->natt = move->natt;
	config->natt_sport = move->natt_sport;
	config->natt_dport = move->natt_dport;
	config->state = KLIPS_SA_MATURE;
	err = new_moved(sa, old, config);
	kfree(config);
	return err;
}

bool klips_sa_is_for(const struct klips_sa *sa, const struct klips_flow *flow)
{
	u32 i;

	if (klips_selector_matches(&sa->selector, flow))
		return true;
	for (i = 0; i < sa->more_count; i++)
		if (klips_selector_matches(&sa->more[i], flow))
			return true;
	return false;
}

/**
 * klips_sa_get() - take a reference to an SA
 * @sa: an SA that the caller found in rcu_read_lock(), or has a reference to
 *
 * Return: false if it is about to be freed, which only can be when the caller has no reference yet.
 */
bool klips_sa_get(struct klips_sa *sa)
{
	return refcount_inc_not_zero(&sa->refs);
}

/**
 * klips_sa_put() - give a reference back
 * @sa: it; NULL is fine. With the last one it is freed, after all readers that are in rcu_read_lock() now
 */
void klips_sa_put(struct klips_sa *sa)
{
	struct klips_sa *next;

	if (!sa || !refcount_dec_and_test(&sa->refs))
		return;
	/* The outer SA, which this one has a reference to, may live longer, and must not show the way to this one. */
	next = rcu_dereference_protected(sa->next, 1);
	if (next)
		rcu_assign_pointer(next->inner, NULL);
	call_rcu(&sa->rcu, free_after_readers);
}
