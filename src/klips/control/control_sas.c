// SPDX-License-Identifier: GPL-2.0-or-later
/* Requests about SAs. */
#include "control_request.h"

#include "../../lib/control_sa.h"

static void changed(struct klips_request *request)
{
	if (request->control->ops->changed)
		request->control->ops->changed(request->control->klips);
}

static struct klips_sadb *sadb(struct klips_request *request)
{
	return request->control->klips->sadb;
}

static int get_said(struct klips_request *request, struct klips_said *said)
{
	const struct nlattr *attr = request->attrs[KLIPS_A_SA_SAID];

	if (!attr)
		return klips_refuse_missing(&request->refusal, KLIPS_SET_SA, KLIPS_A_SA_SAID);
	return klips_get_said(said, attr, &request->refusal);
}

/* Says of a SAID what the table answered. */
static int refuse_said(struct klips_request *request, const struct klips_said *said, int err)
{
	const struct nlattr *attr = request->attrs[KLIPS_A_SA_SAID];
	char text[KLIPS_SAID_TEXT];

	if (!err)
		return 0;
	klips_said_print(text, sizeof(text), said);
	if (err == -EEXIST)
		return klips_refuse(&request->refusal, err, attr, "said", "%s is there already", text);
	if (err == -ENOENT)
		return klips_refuse(&request->refusal, err, attr, "said", "there is no %s", text);
	return klips_refuse(&request->refusal, err, NULL, NULL, "%s: %s", text, strerror(-err));
}

static int refuse_keys(struct klips_request *request, const char *name, const char *why)
{
	return klips_refuse(&request->refusal, -EINVAL, request->attrs[KLIPS_A_SA_KEYS], name, "%s: %s", name, why);
}

static int check_esp(struct klips_request *request, const struct klips_keys *keys)
{
	const struct klips_encr_desc *encr;

	if (keys->encr == KLIPS_ENCR_NONE)
		return refuse_keys(request, "encr", "ESP needs an algorithm, be it null");
	encr = klips_encr(keys->encr);
	if (encr->key_min && !keys->encr_length)
		return refuse_keys(request, "encr-key", "missing");
	if (encr->icv && keys->auth != KLIPS_AUTH_NONE)
		return refuse_keys(request, "auth", "the encryption authenticates by itself");
	if (!encr->icv && keys->auth == KLIPS_AUTH_NONE)
		return refuse_keys(request, "auth", "the encryption needs an authenticator");
	if (keys->auth != KLIPS_AUTH_NONE && !keys->auth_length)
		return refuse_keys(request, "auth-key", "missing");
	return 0;
}

static int check_ah(struct klips_request *request, const struct klips_keys *keys)
{
	if (keys->encr != KLIPS_ENCR_NONE)
		return refuse_keys(request, "encr", "AH does not encrypt");
	if (keys->auth == KLIPS_AUTH_NONE)
		return refuse_keys(request, "auth", "AH needs an authenticator");
	return keys->auth_length ? 0 : refuse_keys(request, "auth-key", "missing");
}

/* What algorithms and keys fit the protocol. */
static int check_keys(struct klips_request *request, const struct klips_sa_config *config)
{
	switch (config->said.proto) {
	case KLIPS_PROTO_ESP:
		return check_esp(request, &config->keys);
	case KLIPS_PROTO_AH:
		return check_ah(request, &config->keys);
	case KLIPS_PROTO_INT:
		return klips_refuse(&request->refusal, -EINVAL, request->attrs[KLIPS_A_SA_SAID], "said",
				    "shunts are not SAs");
	default:
		if (config->keys.encr != KLIPS_ENCR_NONE || config->keys.auth != KLIPS_AUTH_NONE)
			return refuse_keys(request, "keys", "only ESP and AH have them");
		return 0;
	}
}

static int check_window(struct klips_request *request, u32 window)
{
	if (!window || (window >= 32 && window <= KLIPS_REPLAY_MAX && window % 32 == 0))
		return 0;
	return klips_refuse_value(&request->refusal, KLIPS_SET_SA, request->attrs[KLIPS_A_SA_WINDOW],
				  "not 0, nor a multiple of 32 from 32 to 4096");
}

static int check_natt(struct klips_request *request, const struct klips_sa_config *config)
{
	if (config->natt == KLIPS_NATT_NONE)
		return 0;
	if (config->said.proto != KLIPS_PROTO_ESP)
		return klips_refuse_value(&request->refusal, KLIPS_SET_SA, request->attrs[KLIPS_A_SA_NATT],
					  "only ESP goes in UDP");
	if (config->natt_sport && config->natt_dport)
		return 0;
	return klips_refuse_missing(&request->refusal, KLIPS_SET_SA,
				    config->natt_sport ? KLIPS_A_SA_NATT_DPORT : KLIPS_A_SA_NATT_SPORT);
}

static int check_selector(struct klips_request *request, struct klips_selector *selector)
{
	if (!klips_selector_is_valid(selector))
		return klips_refuse_value(&request->refusal, KLIPS_SET_SA, request->attrs[KLIPS_A_SA_SELECTOR],
					  "ports need a protocol that has them");
	klips_selector_normalise(selector);
	return 0;
}

static int check_selectors(struct klips_request *request, struct klips_sa_config *config)
{
	int err = config->selector.src.version ? check_selector(request, &config->selector) : 0;
	u32 i;

	for (i = 0; !err && i < config->more_count; i++)
		err = check_selector(request, &config->more[i]);
	return err;
}

static int get_config(struct klips_request *request, struct klips_sa_config *config)
{
	int err = klips_get_sa_config(config, request->attrs, &request->refusal);

	if (!err)
		err = klips_get_sa_selectors(config, request->data, request->length, &request->refusal);
	if (!err)
		err = check_window(request, config->window);
	if (!err)
		err = check_natt(request, config);
	if (!err)
		err = check_selectors(request, config);
	config->state = KLIPS_SA_MATURE;
	return err;
}

/* What the SA is for comes to its port; it is there already, so that nobody closes the port meanwhile. */
static int await_port(struct klips_request *request, const struct klips_sa_config *config)
{
	const struct klips_control *control = request->control;
	int err;

	if (!control->ops->listen || config->natt == KLIPS_NATT_NONE || !(config->flags & KLIPS_SA_INBOUND))
		return 0;
	err = control->ops->listen(control->klips, config->natt_dport, config->said.dst.version == KLIPS_V6);
	return err ? klips_refuse_value(&request->refusal, KLIPS_SET_SA, request->attrs[KLIPS_A_SA_NATT_DPORT],
					"no socket can be opened there") :
		     0;
}

/* @keys: whether they must fit the protocol */
static int set(struct klips_request *request, bool keys,
	       int (*op)(struct klips_sadb *db, const struct klips_sa_config *config))
{
	struct klips_sa_config config;
	int err = get_config(request, &config);

	if (!err && keys)
		err = check_keys(request, &config);
	if (!err)
		err = refuse_said(request, &config.said, op(sadb(request), &config));
	if (!err) {
		err = await_port(request, &config);
		if (err)
			klips_sadb_delete(sadb(request), &config.said);
	}
	memzero_explicit(&config, sizeof(config));
	if (!err)
		changed(request);
	return err;
}

int klips_handle_sa_add(struct klips_request *request)
{
	return set(request, true, klips_sadb_add);
}

int klips_handle_sa_update(struct klips_request *request)
{
	return set(request, request->attrs[KLIPS_A_SA_KEYS], klips_sadb_update);
}

static int get_move(struct klips_request *request, struct klips_sa_move *move)
{
	const struct nlattr *const *attrs = request->attrs;
	int err = get_said(request, &move->said);

	if (!err && !attrs[KLIPS_A_SA_FROM])
		err = klips_refuse_missing(&request->refusal, KLIPS_SET_SA, KLIPS_A_SA_FROM);
	if (!err && !attrs[KLIPS_A_SA_SRC])
		err = klips_refuse_missing(&request->refusal, KLIPS_SET_SA, KLIPS_A_SA_SRC);
	move->from = move->said;
	if (!err)
		err = klips_get_addr(&move->from.dst, attrs[KLIPS_A_SA_FROM], &request->refusal);
	if (!err)
		err = klips_get_addr(&move->src, attrs[KLIPS_A_SA_SRC], &request->refusal);
	move->natt = (enum klips_natt)klips_get_number(attrs[KLIPS_A_SA_NATT]);
	move->natt_sport = (u16)klips_get_number(attrs[KLIPS_A_SA_NATT_SPORT]);
	move->natt_dport = (u16)klips_get_number(attrs[KLIPS_A_SA_NATT_DPORT]);
	return err;
}

int klips_handle_sa_move(struct klips_request *request)
{
	struct klips_sa_config config;
	struct klips_sa_move move;
	int err = get_move(request, &move);

	if (err)
		return err;
	config = (struct klips_sa_config){
		.said = move.said,
		.natt = move.natt,
		.natt_sport = move.natt_sport,
		.natt_dport = move.natt_dport,
	};
	err = check_natt(request, &config);
	if (err)
		return err;
	err = klips_sadb_move(sadb(request), &move);
	err = refuse_said(request, err == -EEXIST ? &move.said : &move.from, err);
	if (!err)
		changed(request);
	return err;
}

int klips_handle_sa_refer(struct klips_request *request)
{
	const struct nlattr *ref = request->attrs[KLIPS_A_SA_REF], *him = request->attrs[KLIPS_A_SA_REF_HIM];
	struct klips_said said;
	int err = get_said(request, &said);
	u32 now;

	if (err)
		return err;
	err = klips_sadb_refer(sadb(request), &said, (u32)klips_get_number(ref), (u32)klips_get_number(him), &now);
	if (err == -EINVAL)
		return klips_refuse_value(&request->refusal, KLIPS_SET_SA,
					  klips_get_number(ref) < KLIPS_REFS ? him : ref, "not below 32768");
	if (!err)
		klips_put_u32(&request->answer, KLIPS_A_SA_REF, now);
	return refuse_said(request, &said, err);
}

int klips_handle_sa_del(struct klips_request *request)
{
	struct klips_said said;
	int err = get_said(request, &said);

	if (!err)
		err = refuse_said(request, &said, klips_sadb_delete(sadb(request), &said));
	if (!err)
		changed(request);
	return err;
}

int klips_handle_sa_get(struct klips_request *request)
{
	struct klips_said said;
	int err = get_said(request, &said);

	if (!err && !klips_put_sa(&request->answer, request->control->klips, &said))
		err = refuse_said(request, &said, -ENOENT);
	return err;
}

int klips_handle_sa_flush(struct klips_request *request)
{
	klips_sadb_clear(sadb(request));
	changed(request);
	return 0;
}

int klips_handle_sa_alloc_spi(struct klips_request *request)
{
	const struct nlattr *min = request->attrs[KLIPS_A_SA_MIN_SPI], *max = request->attrs[KLIPS_A_SA_MAX_SPI];
	struct klips_said said;
	int err = get_said(request, &said);

	if (err)
		return err;
	if (!min || !max)
		return klips_refuse_missing(&request->refusal, KLIPS_SET_SA,
					    min ? KLIPS_A_SA_MAX_SPI : KLIPS_A_SA_MIN_SPI);
	if (be32_to_cpu((__force __be32)klips_get_number(min)) > be32_to_cpu((__force __be32)klips_get_number(max)))
		return klips_refuse_value(&request->refusal, KLIPS_SET_SA, min, "higher than max-spi");
	err = klips_sadb_allocate_spi(sadb(request), &said, (__force __be32)klips_get_number(min),
				      (__force __be32)klips_get_number(max), &said.spi);
	if (err)
		return klips_refuse(&request->refusal, err, min, "min-spi", "%s",
				    err == -ENOSPC ? "no SPI is free there" : strerror(-err));
	klips_put_said(&request->answer, KLIPS_A_SA_SAID, &said);
	changed(request);
	return 0;
}

int klips_handle_sa_group(struct klips_request *request)
{
	struct klips_said saids[KLIPS_BUNDLE_MAX];
	unsigned int count;
	int err = klips_get_group(saids, KLIPS_BUNDLE_MAX, &count, request->data, request->length, &request->refusal);

	if (err)
		return err;
	if (!count)
		return klips_refuse_missing(&request->refusal, KLIPS_SET_SA, KLIPS_A_SA_GROUP);
	err = klips_sadb_group(sadb(request), saids, count);
	if (err)
		klips_refuse(&request->refusal, err, request->attrs[KLIPS_A_SA_GROUP], "group", "%s",
			     err == -ENOENT ? "one of these SAs is not there" :
			     err == -EINVAL ? "these SAs cannot follow each other" :
					      strerror(-err));
	return err;
}

static u64 seconds(u64 since, u64 now)
{
	return since && now > since ? (now - since) / NSEC_PER_SEC : 0;
}

/**
 * klips_read_current() - how far an SA's life is
 * @spent: gets it; times in seconds
 * @usage: the SA's
 */
void klips_read_current(struct klips_limits *spent, const struct klips_usage *usage)
{
	u64 now = ktime_get_ns();

	spent->bytes = (u64)atomic64_read(&usage->bytes);
	spent->packets = (u64)atomic64_read(&usage->packets);
	spent->addtime = seconds(READ_ONCE(usage->added), now);
	spent->usetime = seconds(READ_ONCE(usage->first), now);
}

static void read_usage(struct klips_sa_info *info, const struct klips_sa *sa)
{
	klips_read_current(&info->spent, &sa->usage);
	info->idle = seconds(READ_ONCE(sa->usage.last), ktime_get_ns());
	info->seq = (u64)atomic64_read(&sa->keeper->seq);
	info->refcount = refcount_read(&sa->refs);
	info->errors.auth = (u64)atomic64_read(&sa->errors.auth);
	info->errors.replay = (u64)atomic64_read(&sa->errors.replay);
	info->errors.pad = (u64)atomic64_read(&sa->errors.pad);
	info->errors.size = (u64)atomic64_read(&sa->errors.size);
	info->errors.policy = (u64)atomic64_read(&sa->errors.policy);
}

static u64 last_bits(const struct klips_replay *replay)
{
	u64 ring = (u64)replay->words * 64, bits = 0, back;

	for (back = 0; back < 64 && back < replay->size && back < replay->top; back++) {
		u64 at = (replay->top - back) % ring;

		bits |= (replay->bits[at / 64] >> at % 64 & 1) << back;
	}
	return bits;
}

static void read_replay(struct klips_sa_info *info, struct klips_sa *sa)
{
	spin_lock_bh(&sa->lock);
	info->config.window = sa->replay.size;
	info->replay_top = sa->replay.top;
	info->replay_bits = last_bits(&sa->replay);
	spin_unlock_bh(&sa->lock);
}

/**
 * klips_read_sa() - all that is to be told of an SA
 * @info: gets it
 * @klips: where
 * @said: its name
 *
 * Return: whether there is such an SA.
 */
bool klips_read_sa(struct klips_sa_info *info, struct klips *klips, const struct klips_said *said)
{
	struct klips_sa *sa, *next;

	memset(info, 0, sizeof(*info));
	rcu_read_lock();
	sa = klips_sadb_find(klips->sadb, said);
	if (sa) {
		klips_sa_read_config(&info->config, sa);
		read_usage(info, sa);
		read_replay(info, sa->keeper);
		if (sa->crypto)
			snprintf(info->driver, sizeof(info->driver), "%s", klips_crypto_driver(sa->crypto));
		for (next = rcu_dereference(sa->next); next && info->group_count < ARRAY_SIZE(info->group);
		     next = rcu_dereference(next->next))
			info->group[info->group_count++] = next->said;
	}
	rcu_read_unlock();
	return sa;
}

/**
 * klips_put_sa() - tell all that is to be told of an SA
 * @message: gets it
 * @klips: where
 * @said: its name
 *
 * Return: whether there is such an SA.
 */
bool klips_put_sa(struct klips_message *message, struct klips *klips, const struct klips_said *said)
{
	struct klips_sa_info info;

	if (!klips_read_sa(&info, klips, said))
		return false;
	klips_put_sa_info(message, &info);
	return true;
}
