// SPDX-License-Identifier: GPL-2.0-or-later
/* Requests and their answers, without sockets: what is done, and by which words what is not. */
#include "tests/test.h"

#include <linux/genetlink.h>

#include "core/debug.h"
#include "lib/control_sa.h"
#include "lib/klips_control.h"
#include "lib/parse.h"
#include "tests/control_rig.h"

static struct klips_session session;

/* The request that is made next, and the answers that came. */
static char request_buffer[8192] __aligned(8);
static struct klips_message request;
static char answers[1 << 20] __aligned(8);
static size_t answered;
static int packets_taken, packets_wanted;

static int collect(void *arg, const void *packet, size_t length)
{
	(void)arg;
	if (packets_taken == packets_wanted)
		return -EAGAIN;
	packets_taken++;
	assert_true(length <= KLIPS_CONTROL_ROOM && answered + length <= sizeof(answers));
	memcpy(answers + answered, packet, length);
	answered += length;
	return 0;
}

static int set_up(void **state)
{
	(void)state;
	rig_begin();
	session = (struct klips_session){ .admin = true };
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	klips_session_end(&session);
	rig_end();
	return 0;
}

static void begin(u8 op, u16 flags)
{
	klips_message_begin_op(&request, request_buffer, sizeof(request_buffer), op, NLM_F_REQUEST | NLM_F_ACK | flags,
			       7);
}

static int handle(void)
{
	answered = 0;
	packets_taken = 0;
	packets_wanted = INT32_MAX;
	return klips_control_handle(&rig_control, &session, request.head, request.head->nlmsg_len, collect, NULL);
}

/* The last message of the answers: the verdict. Its text, or "" if it has none. */
static int verdict(const char **text, u32 *offset)
{
	const struct nlmsghdr *head = (const struct nlmsghdr *)answers;
	const struct nlmsgerr *error;
	const struct nlattr *attr;
	int left = (int)answered;

	while ((int)MNL_ALIGN(head->nlmsg_len) < left)
		head = mnl_nlmsg_next(head, &left);
	assert_int_equal(head->nlmsg_type, NLMSG_ERROR);
	assert_int_equal(head->nlmsg_seq, 7);
	error = mnl_nlmsg_get_payload(head);
	assert_int_equal(error->msg.nlmsg_len, request.head->nlmsg_len);
	*text = "";
	*offset = 0;
	mnl_attr_for_each(attr, head, sizeof(*error))
	{
		if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG)
			*text = mnl_attr_get_str(attr);
		if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_OFFS)
			*offset = mnl_attr_get_u32(attr);
	}
	return error->error;
}

static void assert_done(void)
{
	const char *text;
	u32 offset;
	int err;

	assert_int_equal(handle(), 0);
	err = verdict(&text, &offset);
	if (err)
		fail_msg("refused: %d, %s", err, text);
}

static void assert_refused(int expected, const char *words)
{
	const char *text;
	u32 offset;
	int err;

	assert_int_equal(handle(), 0);
	err = verdict(&text, &offset);
	if (err != expected || !strstr(text, words))
		fail_msg("expected %d with '%s', but got %d: %s", expected, words, err, text);
}

static struct klips_said said_of(const char *text)
{
	struct klips_said said;

	assert_null(klips_parse_said(&said, text));
	return said;
}

static struct klips_selector selector_of(const char *src, const char *dst)
{
	struct klips_selector sel;
	u16 port;

	memset(&sel, 0, sizeof(sel));
	assert_null(klips_parse_net(&sel.src, &sel.src_bits, &port, src));
	assert_null(klips_parse_net(&sel.dst, &sel.dst_bits, &port, dst));
	return sel;
}

/* An ESP SA that is taken as it is. */
static struct klips_sa_config good_config(const char *said)
{
	struct klips_sa_config config;

	memset(&config, 0, sizeof(config));
	config.said = said_of(said);
	config.keys.encr = KLIPS_ENCR_AES_GCM_16;
	config.keys.encr_length = 20;
	memset(config.keys.encr_key, 0x5a, 20);
	config.flags = KLIPS_SA_INBOUND;
	config.window = 64;
	return config;
}

static void add_sa(const char *said)
{
	struct klips_sa_config config = good_config(said);

	begin(KLIPS_CMD_SA_ADD, 0);
	klips_put_sa_config(&request, &config, true);
	assert_done();
}

static void get_sa(const char *text, struct klips_sa_info *info)
{
	const struct nlmsghdr *head = (const struct nlmsghdr *)answers;
	struct klips_said said = said_of(text);
	struct klips_refusal why = { 0 };

	begin(KLIPS_CMD_SA_GET, 0);
	klips_put_said(&request, KLIPS_A_SA_SAID, &said);
	assert_done();
	assert_int_equal(klips_message_op(head), KLIPS_CMD_SA_GET);
	assert_int_equal(klips_get_sa_info(info, mnl_nlmsg_get_payload_offset(head, sizeof(struct genlmsghdr)),
					   mnl_nlmsg_get_payload_len(head) - sizeof(struct genlmsghdr), &why),
			 0);
}

static void an_sa_comes_back_as_it_was_made(void **state)
{
	struct klips_sa_config config = good_config("esp0x1234@192.1.2.23");
	struct klips_sa_info info;

	(void)state;
	assert_null(klips_parse_addr(&config.src, "192.1.2.45"));
	config.selector = selector_of("192.0.1.0/24", "192.0.2.0/24");
	config.selector.proto = 17;
	config.selector.sport = cpu_to_be16(53);
	config.soft = (struct klips_limits){ 1, 2, 3, 4 };
	config.hard = (struct klips_limits){ 1ULL << 40, 6, 7, 8 };
	config.mode = KLIPS_MODE_TUNNEL;
	config.natt = KLIPS_NATT_NONESP;
	config.natt_sport = 4500;
	config.natt_dport = 1025;
	config.df = KLIPS_DF_COPY;
	config.flags = KLIPS_SA_INBOUND | KLIPS_SA_ESN;
	config.window = 128;
	config.ref_him = 9;
	config.ttl = 32;
	begin(KLIPS_CMD_SA_ADD, 0);
	klips_put_sa_config(&request, &config, true);
	assert_done();
	assert_int_equal(rig_changes, 1);
	get_sa("esp.1234@192.1.2.23", &info);
	assert_true(klips_said_equal(&info.config.said, &config.said));
	assert_true(klips_addr_equal(&info.config.src, &config.src));
	assert_int_equal(klips_selector_compare(&info.config.selector, &config.selector), 0);
	assert_memory_equal(&info.config.soft, &config.soft, sizeof(config.soft));
	assert_memory_equal(&info.config.hard, &config.hard, sizeof(config.hard));
	assert_int_equal(info.config.keys.encr, KLIPS_ENCR_AES_GCM_16);
	assert_int_equal(info.config.keys.encr_length, 0);
	assert_int_equal(info.config.state, KLIPS_SA_MATURE);
	assert_int_equal(info.config.mode, KLIPS_MODE_TUNNEL);
	assert_int_equal(info.config.natt_sport, 4500);
	assert_int_equal(info.config.natt_dport, 1025);
	assert_int_equal(info.config.df, KLIPS_DF_COPY);
	assert_int_equal(info.config.flags, config.flags);
	assert_int_equal(info.config.window, 128);
	assert_int_equal(info.config.ref_him, 9);
	assert_int_equal(info.config.ttl, 32);
	assert_true(info.driver[0]);
}

static void answers_have_no_keys(void **state)
{
	struct klips_sa_info info;
	size_t i;

	(void)state;
	add_sa("esp0x1@192.1.2.23");
	get_sa("esp0x1@192.1.2.23", &info);
	for (i = 0; i + 8 <= answered; i++)
		assert_memory_not_equal(answers + i, "ZZZZZZZZ", 8);
}

static void the_same_sa_is_refused(void **state)
{
	struct klips_sa_config config = good_config("esp0x1@192.1.2.23");

	(void)state;
	add_sa("esp0x1@192.1.2.23");
	begin(KLIPS_CMD_SA_ADD, 0);
	klips_put_sa_config(&request, &config, true);
	assert_refused(-EEXIST, "esp0x1@192.1.2.23 is there already");
	assert_int_equal(klips_sadb_count(rig_klips.sadb), 1);
}

static void change_key(struct klips_sa_config *config)
{
	config->keys.encr_length = 19;
}

static void change_no_key(struct klips_sa_config *config)
{
	config->keys.encr_length = 0;
}

static void change_auth(struct klips_sa_config *config)
{
	config->keys.auth = KLIPS_AUTH_HMAC_SHA1_96;
	config->keys.auth_length = 20;
}

static void change_no_auth(struct klips_sa_config *config)
{
	config->keys.encr = KLIPS_ENCR_AES_CBC;
	config->keys.encr_length = 16;
}

static void change_auth_key(struct klips_sa_config *config)
{
	change_no_auth(config);
	config->keys.auth = KLIPS_AUTH_HMAC_SHA1_96;
	config->keys.auth_length = 16;
}

static void change_no_encr(struct klips_sa_config *config)
{
	config->keys.encr = KLIPS_ENCR_NONE;
	config->keys.encr_length = 0;
}

static void change_ah(struct klips_sa_config *config)
{
	config->said.proto = KLIPS_PROTO_AH;
}

static void change_ah_empty(struct klips_sa_config *config)
{
	change_ah(config);
	change_no_encr(config);
}

static void change_tunnel(struct klips_sa_config *config)
{
	config->said.proto = KLIPS_PROTO_IPIP;
}

static void change_shunt(struct klips_sa_config *config)
{
	config->said.proto = KLIPS_PROTO_INT;
}

static void change_cpi(struct klips_sa_config *config)
{
	config->said.proto = KLIPS_PROTO_COMP;
	config->said.spi = cpu_to_be32(0x10000);
}

static void change_proto(struct klips_sa_config *config)
{
	config->said.proto = 47;
}

static void change_window(struct klips_sa_config *config)
{
	config->window = 33;
}

static void change_window_long(struct klips_sa_config *config)
{
	config->window = 4128;
}

static void change_natt(struct klips_sa_config *config)
{
	config->natt = KLIPS_NATT_NONESP;
	config->natt_sport = 4500;
}

static void change_natt_ah(struct klips_sa_config *config)
{
	config->said.proto = KLIPS_PROTO_AH;
	change_natt(config);
	config->natt_dport = 4500;
}

static void change_ports(struct klips_sa_config *config)
{
	config->selector = selector_of("192.0.1.0/24", "192.0.2.0/24");
	config->selector.dport = cpu_to_be16(80);
}

static void change_families(struct klips_sa_config *config)
{
	config->selector = selector_of("192.0.1.0/24", "2001:db8::/32");
}

static void change_bits(struct klips_sa_config *config)
{
	config->selector = selector_of("192.0.1.0/24", "192.0.2.0/24");
	config->selector.src_bits = 33;
}

static void change_dst(struct klips_sa_config *config)
{
	config->said.dst.version = 0;
}

static void change_mode(struct klips_sa_config *config)
{
	config->mode = 3;
}

static void change_flags(struct klips_sa_config *config)
{
	config->flags = 0x40;
}

static void sas_that_cannot_be_are_refused(void **state)
{
	static const struct {
		void (*change)(struct klips_sa_config *config);
		int err;
		const char *words;
	} rows[] = {
		{ change_key, -EINVAL, "encr-key: aes-gcm-16 takes 160 to 288 bits with its salt, not 152" },
		{ change_no_key, -EINVAL, "encr-key: missing" },
		{ change_auth, -EINVAL, "auth" },
		{ change_no_auth, -EINVAL, "auth: the encryption needs" },
		{ change_auth_key, -EINVAL, "auth-key: hmac-sha1-96 takes 160 bits, not 128" },
		{ change_no_encr, -EINVAL, "encr: ESP needs" },
		{ change_ah, -EINVAL, "encr: AH does not" },
		{ change_ah_empty, -EINVAL, "auth: AH needs" },
		{ change_tunnel, -EINVAL, "keys: only ESP and AH" },
		{ change_shunt, -EINVAL, "shunts are not SAs" },
		{ change_cpi, -EINVAL, "spi of said: a CPI" },
		{ change_proto, -EINVAL, "proto of said" },
		{ change_window, -EINVAL, "window of sa" },
		{ change_window_long, -EINVAL, "window of sa: too high" },
		{ change_natt, -EINVAL, "natt-dport" },
		{ change_natt_ah, -EINVAL, "natt of sa: only ESP" },
		{ change_ports, -EINVAL, "selector of sa: ports" },
		{ change_families, -EINVAL, "dst of selector" },
		{ change_bits, -EINVAL, "src-bits of selector" },
		{ change_dst, -EINVAL, "dst of said is missing" },
		{ change_mode, -EINVAL, "mode of sa: too high" },
		{ change_flags, -EINVAL, "flags of sa: too high" },
	};
	struct klips_sa_config config;
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		config = good_config("esp0x1@192.1.2.23");
		rows[i].change(&config);
		begin(KLIPS_CMD_SA_ADD, 0);
		klips_put_sa_config(&request, &config, true);
		assert_refused(rows[i].err, rows[i].words);
	}
	assert_int_equal(klips_sadb_count(rig_klips.sadb), 0);
	assert_int_equal(rig_changes, 0);
	/* That it is their change that is refused. */
	add_sa("esp0x1@192.1.2.23");
}

static void put_wrong_length(unsigned int type, const struct klips_attr_policy *policy)
{
	static const char zeros[256];
	size_t length = policy->length;

	if (policy->type == KLIPS_TYPE_STRING)
		length = 0; /* not even an end */
	else
		length += 1;
	klips_put_bytes(&request, (u16)type, zeros, length);
}

/* Each operation, each attribute of its set: those that it takes in a wrong form, the others in any. */
static void attributes_are_refused_by_name(void **state)
{
	unsigned int op, attr, refusals = 0;

	(void)state;
	for (op = 1; op < KLIPS_CMD_END; op++) {
		const struct klips_op_policy *policy = &klips_op_policies[op];
		const struct klips_set_policy *set = &klips_set_policies[policy->set];

		if (!(policy->flags & KLIPS_OP_REQUEST))
			continue;
		for (attr = 1; attr < set->end; attr++) {
			bool taken = policy->takes & KLIPS_ATTR_BIT(attr);
			char words[96];

			if (taken && set->attrs[attr].type == KLIPS_TYPE_NEST)
				continue;
			snprintf(words, sizeof(words), "attribute %s of %s%s", set->attrs[attr].name, set->name,
				 taken ? ":" : " has no place here");
			begin((u8)op, 0);
			if (set->attrs[attr].type == KLIPS_TYPE_NEST)
				klips_put_bytes(&request, (u16)attr, NULL, 0);
			else
				put_wrong_length(attr, &set->attrs[attr]);
			assert_refused(-EINVAL, words);
			refusals++;
		}
		begin((u8)op, 0);
		klips_put_u32(&request, set->end, 0);
		assert_refused(-EINVAL, "unknown attribute");
	}
	assert_in_range(refusals, 150, 1000);
}

static void refusals_point_at_the_attribute(void **state)
{
	const char *text;
	u32 offset;

	(void)state;
	begin(KLIPS_CMD_SETTINGS_SET, 0);
	klips_put_u32(&request, KLIPS_A_SETTINGS_TOS, 1);
	klips_put_u32(&request, KLIPS_A_SETTINGS_ICMP, 2);
	assert_int_equal(handle(), 0);
	assert_int_equal(verdict(&text, &offset), -EINVAL);
	assert_int_equal(offset, NLMSG_HDRLEN + GENL_HDRLEN + 8);
	assert_string_equal(text, "attribute icmp of settings: too high");
	/* And nothing of it is done. */
	assert_int_equal(rig_klips.settings.tos, 1);
}

static void an_attribute_twice_is_refused(void **state)
{
	(void)state;
	begin(KLIPS_CMD_SETTINGS_SET, 0);
	klips_put_u32(&request, KLIPS_A_SETTINGS_TOS, 0);
	klips_put_u32(&request, KLIPS_A_SETTINGS_TOS, 1);
	assert_refused(-EINVAL, "tos of settings: there twice");
}

static void changes_are_for_admins(void **state)
{
	unsigned int op, refused = 0;

	(void)state;
	session.admin = false;
	for (op = 1; op < KLIPS_CMD_END; op++) {
		if (!(klips_op_policies[op].flags & KLIPS_OP_ADMIN))
			continue;
		begin((u8)op, 0);
		assert_refused(-EPERM, klips_op_policies[op].name);
		refused++;
	}
	assert_int_equal(refused, 20);
	begin(KLIPS_CMD_STATUS, 0);
	assert_done();
}

static void what_is_no_message_is_not_answered(void **state)
{
	(void)state;
	begin(KLIPS_CMD_STATUS, 0);
	answered = 0;
	assert_int_equal(klips_control_handle(&rig_control, &session, request.head, 0, collect, NULL), -EBADMSG);
	assert_int_equal(klips_control_handle(&rig_control, &session, request.head, 15, collect, NULL), -EBADMSG);
	assert_int_equal(klips_control_handle(&rig_control, &session, request.head, 19, collect, NULL), -EBADMSG);
	/* Two messages in one packet. */
	assert_int_equal(klips_control_handle(&rig_control, &session, request.head, 40, collect, NULL), -EBADMSG);
	request.head->nlmsg_len = 16;
	assert_int_equal(klips_control_handle(&rig_control, &session, request.head, 16, collect, NULL), -EBADMSG);
	/* A length that is negative in 32 bits. */
	request.head->nlmsg_len = 0x80000010;
	assert_int_equal(klips_control_handle(&rig_control, &session, request.head, 20, collect, NULL), -EBADMSG);
	assert_int_equal(answered, 0);
}

static void other_operations_are_refused(void **state)
{
	(void)state;
	begin(KLIPS_CMD_END, 0);
	assert_refused(-EOPNOTSUPP, "there is no operation");
	begin(KLIPS_CMD_ACQUIRE, 0);
	assert_refused(-EOPNOTSUPP, "there is no operation");
	begin(KLIPS_CMD_STATUS, 0);
	request.head->nlmsg_type = 99;
	assert_refused(-EOPNOTSUPP, "message type 99");
	begin(KLIPS_CMD_STATUS, 0);
	request.head->nlmsg_flags = NLM_F_ACK;
	assert_refused(-EINVAL, "not marked as a request");
	begin(KLIPS_CMD_SETTINGS_GET, 0);
	klips_put_bytes(&request, 1, "", 0);
	assert_refused(-EINVAL, "has no place here");
	begin(KLIPS_CMD_SA_DEL, 0);
	klips_put_u32(&request, KLIPS_A_SA_SAID, 0);
	((struct nlattr *)((char *)request.head + 20))->nla_len = 60;
	assert_refused(-EINVAL, "ends within an attribute");
}

static void put_eroute(u8 op, const char *src, const char *dst, const char *said)
{
	struct klips_selector sel = selector_of(src, dst);
	struct klips_said to = said_of(said);

	begin(op, 0);
	klips_put_selector(&request, KLIPS_A_EROUTE_SELECTOR, &sel);
	klips_put_said(&request, KLIPS_A_EROUTE_SAID, &to);
}

static void eroutes_are_added_replaced_and_deleted(void **state)
{
	struct klips_selector sel = selector_of("192.0.1.0/24", "192.0.2.0/24");
	struct klips_eroute *er;

	(void)state;
	put_eroute(KLIPS_CMD_EROUTE_ADD, "192.0.1.0/24", "192.0.2.0/24", "%trap");
	assert_done();
	assert_refused(-EEXIST, "there already");
	put_eroute(KLIPS_CMD_EROUTE_REPLACE, "192.0.1.0/24", "192.0.2.0/24", "tun0x1000@192.1.2.23");
	assert_done();
	er = klips_eroute_exact(rig_klips.eroutes, &sel);
	assert_non_null(er);
	assert_int_equal(er->said.proto, KLIPS_PROTO_IPIP);
	assert_int_equal(klips_eroutes_count(rig_klips.eroutes), 1);
	begin(KLIPS_CMD_EROUTE_DEL, 0);
	klips_put_selector(&request, KLIPS_A_EROUTE_SELECTOR, &sel);
	assert_done();
	assert_refused(-ENOENT, "no such eroute");
	put_eroute(KLIPS_CMD_EROUTE_ADD, "192.0.1.0/24", "192.0.2.0/24", "int0xff@0.0.0.0");
	assert_refused(-EINVAL, "no such shunt");
	put_eroute(KLIPS_CMD_EROUTE_ADD, "192.0.1.0/24", "192.0.2.0/24", "int0x106@0.0.0.0");
	assert_refused(-EINVAL, "no such shunt");
	assert_int_equal(klips_eroutes_count(rig_klips.eroutes), 0);
}

static void put_group(unsigned int count, const char *const *saids)
{
	unsigned int i;

	begin(KLIPS_CMD_SA_GROUP, 0);
	for (i = 0; i < count; i++) {
		struct klips_said said = said_of(saids[i]);

		klips_put_said(&request, KLIPS_A_SA_GROUP, &said);
	}
}

static void bundles_are_shown(void **state)
{
	static const char *const saids[] = { "esp0x1@192.1.2.23", "esp0x2@192.1.2.23", "esp0x3@192.1.2.23",
					     "esp0x4@192.1.2.23", "esp0x5@192.1.2.23" };
	struct klips_sa_info info;
	unsigned int i;

	(void)state;
	for (i = 0; i < 3; i++)
		add_sa(saids[i]);
	put_group(3, saids);
	assert_done();
	get_sa(saids[0], &info);
	assert_int_equal(info.group_count, 2);
	assert_int_equal(be32_to_cpu(info.group[0].spi), 2);
	assert_int_equal(be32_to_cpu(info.group[1].spi), 3);
	put_group(0, saids);
	assert_refused(-EINVAL, "group of sa is missing");
	put_group(5, saids);
	assert_refused(-EINVAL, "too many SAs");
	put_group(4, saids);
	assert_refused(-ENOENT, "not there");
}

static void spis_are_given_out(void **state)
{
	struct klips_said said = said_of("esp0x0@192.1.2.23");

	(void)state;
	begin(KLIPS_CMD_SA_ALLOC_SPI, 0);
	klips_put_said(&request, KLIPS_A_SA_SAID, &said);
	klips_put_u32(&request, KLIPS_A_SA_MIN_SPI, cpu_to_be32(0x1000));
	klips_put_u32(&request, KLIPS_A_SA_MAX_SPI, cpu_to_be32(0x1000));
	assert_done();
	said.spi = cpu_to_be32(0x1000);
	assert_non_null(klips_sadb_find(rig_klips.sadb, &said));
	assert_int_equal(klips_sadb_find(rig_klips.sadb, &said)->state, KLIPS_SA_LARVAL);
	/* There was but one. */
	assert_refused(-ENOSPC, "no SPI is free there");
	begin(KLIPS_CMD_SA_ALLOC_SPI, 0);
	klips_put_said(&request, KLIPS_A_SA_SAID, &said);
	klips_put_u32(&request, KLIPS_A_SA_MIN_SPI, cpu_to_be32(2));
	klips_put_u32(&request, KLIPS_A_SA_MAX_SPI, cpu_to_be32(1));
	assert_refused(-EINVAL, "min-spi of sa: higher");
}

static void put_dev(u8 op, const char *name, const char *phys)
{
	begin(op, 0);
	if (name)
		klips_put_string(&request, KLIPS_A_DEV_NAME, name);
	if (phys)
		klips_put_string(&request, KLIPS_A_DEV_PHYS, phys);
}

static void assert_unattachable(const char *name, const char *phys, int err, const char *why)
{
	put_dev(KLIPS_CMD_DEV_ATTACH, name, phys);
	assert_refused(err, why);
}

static void devices_come_and_go(void **state)
{
	(void)state;
	put_dev(KLIPS_CMD_DEV_ATTACH, "ipsec0", "eth1");
	assert_done();
	assert_refused(-EBUSY, "ipsec0 is attached already");
	put_dev(KLIPS_CMD_DEV_DETACH, "ipsec0", NULL);
	assert_done();
	assert_refused(-ENODEV, "ipsec0");
	assert_unattachable("ipsec0", "wlan0", -ENODEV, "there is no wlan0");
	assert_unattachable("ipsec1", "ipsec0", -EINVAL, "ipsec0 is no physical device, but of KLIPS itself");
	assert_unattachable("ipsec0", NULL, -EINVAL, "phys of dev is missing");
	assert_unattachable("a/b", "eth1", -EINVAL, "name of dev: not a device's name");
	assert_unattachable("..", "eth1", -EINVAL, "name of dev: not a device's name");
	assert_unattachable("", "eth1", -EINVAL, "name of dev: not a device's name");
	assert_unattachable("sixteen-letters-", "eth1", -EINVAL, "name of dev: not a string, or too long");
	put_dev(KLIPS_CMD_DEV_CREATE, "ipsec1", NULL);
	assert_done();
	assert_refused(-EEXIST, "ipsec1 is there already");
	put_dev(KLIPS_CMD_DEV_DELETE, "ipsec1", NULL);
	assert_done();
	assert_null(klips_dev_find(&rig_klips, "ipsec1"));
}

static u32 ref_of(const char *said)
{
	struct klips_sa_info info;

	get_sa(said, &info);
	return info.config.ref;
}

static void put_refer(const char *text, u32 ref, u32 ref_him)
{
	const struct klips_said said = said_of(text);

	begin(KLIPS_CMD_SA_REFER, 0);
	klips_put_said(&request, KLIPS_A_SA_SAID, &said);
	klips_put_u32(&request, KLIPS_A_SA_REF, ref);
	klips_put_u32(&request, KLIPS_A_SA_REF_HIM, ref_him);
}

static void references_are_handed_on(void **state)
{
	const char *old = "esp0x1@192.1.2.23", *new = "esp0x2@192.1.2.23";
	struct klips_sa_info info;
	u32 ref;

	(void)state;
	add_sa(old);
	add_sa(new);
	ref = ref_of(old);
	put_refer(new, ref, 0);
	assert_done();
	assert_int_equal(ref_of(new), ref);
	assert_int_equal(ref_of(old), 0);
	put_refer(old, 0, ref);
	assert_done();
	get_sa(old, &info);
	assert_int_equal(info.config.ref_him, ref);
	put_refer(new, 32768, 0);
	assert_refused(-EINVAL, "ref of sa: not below 32768");
	put_refer(new, 5, 32768);
	assert_refused(-EINVAL, "ref-him of sa: not below 32768");
	put_refer("esp0x3@192.1.2.23", 0, 0);
	assert_refused(-ENOENT, "there is no esp0x3@192.1.2.23");
}

static void masts_are_for_who_knows_marks(void **state)
{
	(void)state;
	put_dev(KLIPS_CMD_DEV_CREATE, "mast0", NULL);
	assert_refused(-EOPNOTSUPP, "mast0: only the kernel module has mastN: a TUN device tells no marks");
	assert_unattachable("mast0", "eth1", -EOPNOTSUPP, "mast0: a mastN is not attached");
	put_dev(KLIPS_CMD_DEV_CREATE, "mast", NULL);
	assert_done();
	assert_false(klips_dev_find(&rig_klips, "mast")->mast);
}

static void put_port(u16 number)
{
	begin(KLIPS_CMD_PORT_ADD, 0);
	klips_put_u16(&request, KLIPS_A_PORT_NUMBER, number);
}

static void ports_of_ike_are_added(void **state)
{
	u16 port;

	(void)state;
	assert_true(klips_has_ike_port(&rig_klips, 500));
	assert_false(klips_has_ike_port(&rig_klips, 2500));
	put_port(2500);
	assert_done();
	put_port(2500);
	assert_done();
	assert_true(klips_has_ike_port(&rig_klips, 2500));
	begin(KLIPS_CMD_PORT_ADD, 0);
	assert_refused(-EINVAL, "number of port");
	put_port(0);
	assert_refused(-EINVAL, "there is no port 0");
	/* Nobody is here who could have ESP there. */
	put_port(2600);
	klips_put_bytes(&request, KLIPS_A_PORT_ENCAPSULATION, NULL, 0);
	assert_refused(-EOPNOTSUPP, "port 2600");
	for (port = 3001; port < (u16)(3000 + KLIPS_IKE_PORTS - 4); port++) {
		put_port(port);
		assert_done();
	}
	put_port(3000);
	assert_done();
	put_port(2999);
	assert_refused(-ENOSPC, "port 2999");
	klips_ike_port_remove(&rig_klips, 3001);
	assert_true(klips_has_ike_port(&rig_klips, 3001));
	klips_ike_port_remove(&rig_klips, 3000);
	assert_false(klips_has_ike_port(&rig_klips, 3000));
}

static void settings_and_debugging_change_what_is_named(void **state)
{
	(void)state;
	begin(KLIPS_CMD_SETTINGS_SET, 0);
	klips_put_u32(&request, KLIPS_A_SETTINGS_TOS, 0);
	klips_put_u32(&request, KLIPS_A_SETTINGS_ACQUIRE_RATE, 7);
	assert_done();
	assert_int_equal(rig_klips.settings.tos, 0);
	assert_int_equal(rig_klips.settings.acquire_rate, 7);
	assert_int_equal(rig_klips.settings.acquire_burst, KLIPS_ACQUIRE_BURST);
	klips_debug_flags = 5;
	begin(KLIPS_CMD_DEBUG_SET, 0);
	klips_put_u32(&request, KLIPS_A_DEBUG_FLAGS, 2);
	klips_put_u32(&request, KLIPS_A_DEBUG_MASK, 3);
	assert_done();
	assert_int_equal(klips_debug_flags, 6);
	begin(KLIPS_CMD_DEBUG_SET, 0);
	klips_put_u32(&request, KLIPS_A_DEBUG_FLAGS, 1U << KLIPS_DEBUG_COUNT);
	assert_refused(-EINVAL, "no such category");
	klips_debug_flags = 0;
}

/* A table of so many SAs comes whole, whoever takes it in how many goes. */
static void tables_come_in_packets(void **state)
{
	const struct nlmsghdr *head = (const struct nlmsghdr *)answers;
	unsigned int count = 0;
	int left, goes = 0, err, i;
	bool done = false;
	char said[KLIPS_SAID_TEXT];

	(void)state;
	for (i = 1; i <= 300; i++) {
		snprintf(said, sizeof(said), "esp0x%x@192.1.2.23", i);
		add_sa(said);
	}
	begin(KLIPS_CMD_SA_GET, NLM_F_DUMP);
	answered = 0;
	packets_taken = packets_wanted = 0;
	err = klips_control_handle(&rig_control, &session, request.head, request.head->nlmsg_len, collect, NULL);
	assert_int_equal(err, -EAGAIN);
	/* No other request meanwhile. */
	assert_int_equal(
		klips_control_handle(&rig_control, &session, request.head, request.head->nlmsg_len, collect, NULL),
		-EBUSY);
	/* An SA that goes away before it is told is left out; one may be told that was there. */
	struct klips_said gone = said_of("esp0x1@192.1.2.23");

	assert_int_equal(klips_sadb_delete(rig_klips.sadb, &gone), 0);
	while (err == -EAGAIN) {
		packets_wanted++;
		goes++;
		err = klips_control_continue(&rig_control, &session, collect, NULL);
	}
	assert_int_equal(err, 0);
	assert_in_range(goes, 5, 100);
	for (left = (int)answered; mnl_nlmsg_ok(head, left); head = mnl_nlmsg_next(head, &left)) {
		assert_true(head->nlmsg_flags & NLM_F_MULTI);
		if (head->nlmsg_type == NLMSG_DONE)
			done = true;
		else
			count++;
	}
	assert_true(done);
	assert_int_equal(count, 299);
	assert_null(session.dump);
}

static void limits_can_be_updated(void **state)
{
	struct klips_sa_config config = { .said = said_of("esp0x1@192.1.2.23") };
	struct klips_sa_info info;

	(void)state;
	add_sa("esp0x1@192.1.2.23");
	config.hard.packets = 77;
	begin(KLIPS_CMD_SA_UPDATE, 0);
	klips_put_sa_config(&request, &config, true);
	assert_done();
	get_sa("esp0x1@192.1.2.23", &info);
	assert_int_equal(info.config.hard.packets, 77);
	config.said = said_of("esp0x2@192.1.2.23");
	begin(KLIPS_CMD_SA_UPDATE, 0);
	klips_put_sa_config(&request, &config, true);
	assert_refused(-ENOENT, "there is no esp0x2@192.1.2.23");
}

static void tables_can_be_emptied(void **state)
{
	(void)state;
	add_sa("esp0x1@192.1.2.23");
	put_eroute(KLIPS_CMD_EROUTE_ADD, "192.0.1.0/24", "192.0.2.0/24", "%trap");
	assert_done();
	begin(KLIPS_CMD_SA_FLUSH, 0);
	assert_done();
	begin(KLIPS_CMD_EROUTE_FLUSH, 0);
	assert_done();
	assert_int_equal(klips_sadb_count(rig_klips.sadb), 0);
	assert_int_equal(klips_eroutes_count(rig_klips.eroutes), 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(an_sa_comes_back_as_it_was_made),
		CASE(answers_have_no_keys),
		CASE(the_same_sa_is_refused),
		CASE(sas_that_cannot_be_are_refused),
		CASE(attributes_are_refused_by_name),
		CASE(refusals_point_at_the_attribute),
		CASE(an_attribute_twice_is_refused),
		CASE(changes_are_for_admins),
		CASE(what_is_no_message_is_not_answered),
		CASE(other_operations_are_refused),
		CASE(eroutes_are_added_replaced_and_deleted),
		CASE(bundles_are_shown),
		CASE(spis_are_given_out),
		CASE(devices_come_and_go),
		CASE(references_are_handed_on),
		CASE(masts_are_for_who_knows_marks),
		CASE(ports_of_ike_are_added),
		CASE(settings_and_debugging_change_what_is_named),
		CASE(tables_come_in_packets),
		CASE(limits_can_be_updated),
		CASE(tables_can_be_emptied),
	};

	rcu_register_thread();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
