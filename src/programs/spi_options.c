// SPDX-License-Identifier: GPL-2.0-or-later
#include "spi_options.h"
#include "spi_alg.h"

#include "../lib/parse.h"

enum {
	OPT_AH = 256,
	OPT_ESP,
	OPT_COMP,
	OPT_IP4,
	OPT_IP6,
	OPT_UPDATE,
	OPT_DEL,
	OPT_GET,
	OPT_CLEAR,
	OPT_AUTHALG,
	OPT_ENCKEY,
	OPT_AUTHKEY,
	OPT_SRC,
	OPT_DST,
	OPT_NATT,
	OPT_SPORT,
	OPT_DPORT,
	OPT_LIFE,
	OPT_WINDOW,
	OPT_SAREF_ME,
	OPT_SAREF_HIM,
	OPT_DUMP_SAREF,
	OPT_OUTIF,
	OPT_MODE,
	OPT_DIR,
	OPT_ESN,
	OPT_DF,
	OPT_TFC,
	OPT_TTL,
	OPT_NO_ECN,
	OPT_DECAP_DSCP,
	OPT_NO_ENCAP_DSCP,
	OPT_INNER_SRC,
	OPT_INNER_DST,
	OPT_POLICY_SRC,
	OPT_POLICY_DST,
	OPT_POLICY_PROTO,
	OPT_IGNORED,
};

const struct option spi_options[] = {
	SAID_OPTIONS,
	{ "ah", required_argument, NULL, OPT_AH },
	{ "esp", required_argument, NULL, OPT_ESP },
	{ "comp", required_argument, NULL, OPT_COMP },
	{ "ip4", no_argument, NULL, OPT_IP4 },
	{ "ip6", no_argument, NULL, OPT_IP6 },
	{ "update", no_argument, NULL, OPT_UPDATE },
	{ "del", no_argument, NULL, OPT_DEL },
	{ "get", no_argument, NULL, OPT_GET },
	{ "clear", no_argument, NULL, OPT_CLEAR },
	{ "authalg", required_argument, NULL, OPT_AUTHALG },
	{ "enckey", required_argument, NULL, OPT_ENCKEY },
	{ "authkey", required_argument, NULL, OPT_AUTHKEY },
	{ "src", required_argument, NULL, OPT_SRC },
	{ "dst", required_argument, NULL, OPT_DST },
	{ "natt", required_argument, NULL, OPT_NATT },
	{ "sport", required_argument, NULL, OPT_SPORT },
	{ "dport", required_argument, NULL, OPT_DPORT },
	{ "life", required_argument, NULL, OPT_LIFE },
	{ "replay_window", required_argument, NULL, OPT_WINDOW },
	{ "replay-window", required_argument, NULL, OPT_WINDOW },
	{ "sarefme", required_argument, NULL, OPT_SAREF_ME },
	{ "sarefhim", required_argument, NULL, OPT_SAREF_HIM },
	{ "dumpsaref", no_argument, NULL, OPT_DUMP_SAREF },
	{ "outif", required_argument, NULL, OPT_OUTIF },
	{ "mode", required_argument, NULL, OPT_MODE },
	{ "dir", required_argument, NULL, OPT_DIR },
	{ "esn", no_argument, NULL, OPT_ESN },
	{ "df", required_argument, NULL, OPT_DF },
	{ "tfc", required_argument, NULL, OPT_TFC },
	{ "ttl", required_argument, NULL, OPT_TTL },
	{ "no-ecn", no_argument, NULL, OPT_NO_ECN },
	{ "decap-dscp", no_argument, NULL, OPT_DECAP_DSCP },
	{ "no-encap-dscp", no_argument, NULL, OPT_NO_ENCAP_DSCP },
	{ "inner-src", required_argument, NULL, OPT_INNER_SRC },
	{ "inner-dst", required_argument, NULL, OPT_INNER_DST },
	{ "policy-src", required_argument, NULL, OPT_POLICY_SRC },
	{ "policy-dst", required_argument, NULL, OPT_POLICY_DST },
	{ "policy-proto", required_argument, NULL, OPT_POLICY_PROTO },
	{ "listenreply", no_argument, NULL, OPT_IGNORED }, /* every answer is waited for */
	COMMON_OPTIONS,
};

static const char *option_name(int option)
{
	const struct option *one;

	for (one = spi_options; one->name; one++) {
		if (one->val == option)
			return one->name;
	}
	return "";
}

/* Which of some words */
static const char *take_choice(unsigned int *choice, const char *const *words)
{
	for (*choice = 0; words[*choice]; ++*choice) {
		if (!strcmp(words[*choice], optarg))
			return NULL;
	}
	return "there is no such word here";
}

static const char *take_u32(u32 *value, u64 max)
{
	u64 number;
	const char *wrong = klips_parse_number(&number, optarg, max);

	*value = wrong ? 0 : (u32)number;
	return wrong;
}

/* A window is at least as long as was asked for, and as KLIPS can have it. */
static const char *take_window(struct spi_order *order)
{
	const char *wrong = take_u32(&order->config.window, KLIPS_REPLAY_MAX);

	order->config.window = (order->config.window + 31) / 32 * 32;
	order->windowed = true;
	return wrong;
}

static const char *take_key(u8 *key, u8 *length)
{
	size_t bytes = 0;
	const char *wrong = klips_parse_key(key, KLIPS_KEY_MAX, &bytes, optarg);

	*length = (u8)bytes;
	/* Not longer than needed where others may list the words of all processes. */
	memset(optarg, 'x', strlen(optarg));
	return wrong;
}

static const char *take_kind(struct spi_order *order, const char *kind, u8 proto, u8 version)
{
	if (order->kind)
		return "there is another kind of SA before it";
	order->kind = kind;
	order->kind_proto = proto;
	order->kind_version = version;
	order->action = SPI_ADD;
	order->actions++;
	return NULL;
}

static const char *take_esp(struct spi_order *order)
{
	struct klips_keys *keys = &order->config.keys;
	enum klips_auth auth;
	const char *wrong = spi_alg_esp(&keys->encr, &auth, &order->key_bytes, optarg);

	if (auth != KLIPS_AUTH_NONE)
		keys->auth = auth;
	return wrong ? wrong : take_kind(order, "esp", KLIPS_PROTO_ESP, 0);
}

static const char *take_ah(struct spi_order *order)
{
	const char *wrong = spi_alg_auth(&order->config.keys.auth, optarg);

	return wrong ? wrong : take_kind(order, "ah", KLIPS_PROTO_AH, 0);
}

static const char *take_tunnel(struct spi_order *order, int option)
{
	order->config.mode = KLIPS_MODE_TUNNEL;
	return option == OPT_IP4 ? take_kind(order, "ip4", KLIPS_PROTO_IPIP, KLIPS_V4) :
				   take_kind(order, "ip6", KLIPS_PROTO_IPIP, KLIPS_V6);
}

static const char *take_action(struct spi_order *order, int option)
{
	switch (option) {
	case OPT_AH:
		return take_ah(order);
	case OPT_ESP:
		return take_esp(order);
	case OPT_COMP:
		if (strcmp(optarg, "deflate"))
			return "only deflate";
		return take_kind(order, "comp", KLIPS_PROTO_COMP, 0);
	case OPT_IP4:
	case OPT_IP6:
		return take_tunnel(order, option);
	case OPT_DEL:
		order->action = SPI_DELETE;
		break;
	case OPT_GET:
		order->action = SPI_GET;
		break;
	default:
		order->action = SPI_CLEAR;
	}
	order->actions++;
	return NULL;
}

static const char *take_addr(struct spi_order *order, int option)
{
	struct klips_sa_config *config = &order->config;
	struct klips_selector *sel = &config->selector;

	switch (option) {
	case OPT_SRC:
		return klips_parse_addr(&config->src, optarg);
	case OPT_DST:
		order->dst = optarg;
		return NULL;
	case OPT_INNER_SRC:
		return klips_parse_addr(&config->inner_src, optarg);
	case OPT_INNER_DST:
		return klips_parse_addr(&config->inner_dst, optarg);
	case OPT_POLICY_SRC:
		return klips_parse_net(&sel->src, &sel->src_bits, &order->sport, optarg);
	case OPT_POLICY_DST:
		return klips_parse_net(&sel->dst, &sel->dst_bits, &order->dport, optarg);
	default:
		return klips_parse_protocol(&sel->proto, optarg);
	}
}

static const char *take_number(struct spi_order *order, int option)
{
	struct klips_sa_config *config = &order->config;
	const char *wrong;
	u32 ttl;

	switch (option) {
	case OPT_SPORT:
		return klips_parse_port(&config->natt_sport, optarg);
	case OPT_DPORT:
		return klips_parse_port(&config->natt_dport, optarg);
	case OPT_WINDOW:
		return take_window(order);
	case OPT_SAREF_ME:
		return take_u32(&config->ref, UINT32_MAX);
	case OPT_SAREF_HIM:
		return take_u32(&config->ref_him, UINT32_MAX);
	case OPT_TFC:
		return take_u32(&config->tfc, UINT16_MAX);
	default:
		wrong = take_u32(&ttl, UINT8_MAX);
		config->ttl = (u8)ttl;
		return wrong;
	}
}

static const char *take_word(struct spi_order *order, int option)
{
	static const char *const modes[] = { "transport", "tunnel", "beet", NULL };
	static const char *const natts[] = { "none", "nonesp", NULL };
	static const char *const dfs[] = { "clear", "copy", "set", NULL };
	static const char *const ways[] = { "out", "in", NULL };
	unsigned int choice;
	const char *wrong;

	switch (option) {
	case OPT_MODE:
		wrong = take_choice(&choice, modes);
		order->config.mode = choice;
		return wrong;
	case OPT_NATT:
		wrong = take_choice(&choice, natts);
		order->config.natt = choice;
		return wrong;
	case OPT_DF:
		wrong = take_choice(&choice, dfs);
		order->config.df = choice;
		return wrong;
	default:
		wrong = take_choice(&choice, ways);
		order->way = choice ? 'i' : 'o';
		return wrong;
	}
}

static const char *take_rest(struct spi_order *order, int option)
{
	struct klips_sa_config *config = &order->config;

	switch (option) {
	case OPT_AUTHALG:
		return spi_alg_auth(&config->keys.auth, optarg);
	case OPT_ENCKEY:
		return take_key(config->keys.encr_key, &config->keys.encr_length);
	case OPT_AUTHKEY:
		return take_key(config->keys.auth_key, &config->keys.auth_length);
	case OPT_LIFE:
		return klips_parse_life(&config->soft, &config->hard, optarg);
	case OPT_OUTIF:
		order->device = optarg;
		return NULL;
	default:
		return NULL;
	}
}

static bool take_switch(struct spi_order *order, int option)
{
	static const struct {
		int option;
		u32 flag;
	} flags[] = {
		{ OPT_ESN, KLIPS_SA_ESN },
		{ OPT_NO_ECN, KLIPS_SA_NO_ECN },
		{ OPT_DECAP_DSCP, KLIPS_SA_DECAP_DSCP },
		{ OPT_NO_ENCAP_DSCP, KLIPS_SA_NO_ENCAP_DSCP },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		if (flags[i].option == option) {
			order->config.flags |= flags[i].flag;
			return true;
		}
	}
	if (option == OPT_DUMP_SAREF)
		order->dump_ref = true;
	else if (option == OPT_UPDATE)
		order->update = true;
	else
		return false;
	return true;
}

int spi_option_take(void *arg, int option)
{
	struct spi_order *order = arg;
	const char *wrong;

	if (option >= SAID_FIRST)
		return said_option_take(&order->said, option);
	if (take_switch(order, option))
		return 0;
	if (option <= OPT_CLEAR)
		wrong = take_action(order, option);
	else if (option == OPT_SRC || option == OPT_DST || (option >= OPT_INNER_SRC && option <= OPT_POLICY_PROTO))
		wrong = take_addr(order, option);
	else if (option == OPT_MODE || option == OPT_NATT || option == OPT_DF || option == OPT_DIR)
		wrong = take_word(order, option);
	else if (option == OPT_SPORT || option == OPT_DPORT || option == OPT_WINDOW || option == OPT_SAREF_ME ||
		 option == OPT_SAREF_HIM || option == OPT_TFC || option == OPT_TTL)
		wrong = take_number(order, option);
	else
		wrong = take_rest(order, option);
	return is_wrong(wrong, option_name(option), optarg ? optarg : "") ? EXIT_USAGE : 0;
}

/* The kind of SA and its name must agree, or the kind completes the name. */
static int check_kind(struct spi_order *order)
{
	struct klips_said *said = &order->config.said;

	if (!order->kind)
		return order->action == SPI_UPDATE ? 0 : bad_usage("--esp, --ah, --comp, --ip4 or --ip6 is missing");
	if (said->proto != order->kind_proto)
		return bad_usage("--%s: not what the SA's name says", order->kind);
	if (order->kind_version && said->dst.version != order->kind_version)
		return bad_usage("--%s: the SA's address is of the other family", order->kind);
	if (order->kind_version && !order->config.src.version)
		return bad_usage("--src is missing");
	return 0;
}

static int check_keys(const struct spi_order *order)
{
	const struct klips_keys *keys = &order->config.keys;
	const struct klips_encr_desc *encr = klips_encr(keys->encr);

	if (!order->kind)
		return 0;
	if (encr->key_min && !keys->encr_length)
		return bad_usage("--enckey is missing");
	if (order->key_bytes && keys->encr_length != order->key_bytes)
		return bad_usage("--enckey: %u bits are needed, not %u", 8 * order->key_bytes, 8 * keys->encr_length);
	if (order->kind_proto == KLIPS_PROTO_ESP && !encr->icv && keys->auth == KLIPS_AUTH_NONE)
		return bad_usage("--authalg is missing: %s does not authenticate", encr->name);
	if (keys->auth != KLIPS_AUTH_NONE && !keys->auth_length)
		return bad_usage("--authkey is missing");
	return 0;
}

/* --dst is an older way to say where a tunnel ends. */
static int check_dst(const struct spi_order *order)
{
	struct klips_addr dst;

	if (!order->dst)
		return 0;
	if (is_wrong(klips_parse_addr(&dst, order->dst), "dst", order->dst))
		return EXIT_USAGE;
	return klips_addr_equal(&dst, &order->config.said.dst) ?
		       0 :
		       bad_usage("--dst %s: not the SA's address", order->dst);
}

static int check_policy(struct spi_order *order)
{
	struct klips_selector *sel = &order->config.selector;

	if (!sel->src.version && !sel->dst.version)
		return sel->proto ? bad_usage("--policy-src and --policy-dst are missing") : 0;
	if (sel->src.version != sel->dst.version)
		return bad_usage("--policy-src and --policy-dst go together, and are of one family");
	if ((order->sport || order->dport) && !sel->proto)
		return bad_usage("--policy-proto is missing: ports need it");
	sel->sport = cpu_to_be16(order->sport);
	sel->dport = cpu_to_be16(order->dport);
	return 0;
}

static int check_natt(const struct spi_order *order)
{
	const struct klips_sa_config *config = &order->config;

	if (config->natt == KLIPS_NATT_NONE)
		return config->natt_sport || config->natt_dport ? bad_usage("--natt is missing: ports need it") : 0;
	if (config->said.proto != KLIPS_PROTO_ESP)
		return bad_usage("--natt: only ESP goes in UDP");
	return config->natt_sport && config->natt_dport ? 0 : bad_usage("--natt: --sport and --dport are missing");
}

int spi_options_check(void *arg)
{
	struct spi_order *order = arg;
	int status;

	if (order->actions > 1)
		return bad_usage("only one of --esp, --ah, --comp, --ip4, --ip6, --del, --get and --clear");
	/* --update says what becomes of the kind of SA that is named, if one is. */
	if (order->update && order->action != SPI_LIST && order->action != SPI_ADD)
		return bad_usage("--update does not go with --del, --get and --clear");
	if (order->update)
		order->action = SPI_UPDATE;
	if (order->action == SPI_CLEAR)
		return order->said.given ? bad_usage("--clear is for all SAs") : 0;
	if (order->action == SPI_LIST)
		return order->said.given ? bad_usage("--esp, --ah, --comp, --ip4, --ip6, --del or --get is missing") :
					   0;
	status = said_option_finish(&order->said);
	order->config.said = order->said.said;
	if (status || order->action == SPI_DELETE || order->action == SPI_GET)
		return status;
	status = check_kind(order);
	if (!status)
		status = check_keys(order);
	if (!status)
		status = check_dst(order);
	if (!status)
		status = check_policy(order);
	return status ? status : check_natt(order);
}
