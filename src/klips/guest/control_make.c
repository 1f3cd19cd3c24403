// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * See control_make.h. Messages are made after the tables of the protocol, with values that lead somewhere, then one in
 * three is spoilt.
 */
#include <linux/genetlink.h>

#include "guest/control_make.h"
#include "lib/control_client.h"
#include "tests/transform.h"

#define DEPTH 4
#define SPI   256 /* the least of SAs that tests know; SPIS of them */
#define SPIS  24

static void put(struct chance *chance, struct klips_message *message, unsigned int set, u64 takes, int depth);

static void put_number(struct chance *chance, struct klips_message *message, u16 at,
		       const struct klips_attr_policy *attr)
{
	static const u64 edges[] = { 0,
				     1,
				     4,
				     50,
				     51,
				     108,
				     61,
				     255,
				     256,
				     0x1000,
				     0xffff,
				     0x10000,
				     0x7fffffff,
				     0xffffffff,
				     0x7fffffffffffffff,
				     0xffffffffffffffff };
	u64 value = edges[chance_below(chance, ARRAY_SIZE(edges))];

	if (attr->max && !chance_one_in(chance, 8))
		value = chance_below(chance, attr->max + 1);
	if (chance_one_in(chance, 4))
		value = chance_below(chance, 64);
	klips_put_bytes(message, at, &value, attr->length);
}

static void put_any(struct chance *chance, struct klips_message *message, u16 at, const char *const *texts, u32 count)
{
	klips_put_string(message, at, texts[chance_below(chance, count)]);
}

/* Names that there are: of devices, algorithms; and others. @set: what they are in */
static void put_text(struct chance *chance, struct klips_message *message, unsigned int set, u16 at)
{
	static const char *const devices[] = { "ipsec0", "ipsec1", "ipsec2", "mast0", "mast1" };
	static const char *const physical[] = { "own0", "lo", "ipsec0", "mast0" };
	static const char *const texts[] = {
		"ipsec0",	"ipsec1",
		"ipsec2",	"own0",
		"lo",		"nobody",
		"aes-gcm-16",	"aes-cbc",
		"null",		"3des-cbc",
		"hmac-sha1-96", "hmac-sha2-256-128",
		"aes-cmac-96",	"chacha20-poly1305",
		"aes-gmac",	"",
		"ipsec%d",	"../x",
		"aes-ccm-16",	"aes-ctr",
		"ipsec0000",	"abcdefghijklmnopqrstuvwxyz0123",
	};

	if (set == KLIPS_SET_DEV && at == KLIPS_A_DEV_NAME && !chance_one_in(chance, 8))
		put_any(chance, message, at, devices, ARRAY_SIZE(devices));
	else if (set == KLIPS_SET_DEV && at == KLIPS_A_DEV_PHYS && !chance_one_in(chance, 8))
		put_any(chance, message, at, physical, ARRAY_SIZE(physical));
	else
		put_any(chance, message, at, texts, ARRAY_SIZE(texts));
}

static void put_bytes(struct chance *chance, struct klips_message *message, u16 at,
		      const struct klips_attr_policy *attr)
{
	static const u8 lengths[] = { 0, 4, 16, 20, 24, 28, 32, 36, 64 };
	u32 length = lengths[chance_below(chance, ARRAY_SIZE(lengths))];
	u8 bytes[64];

	if (attr->flags & KLIPS_ATTR_EXACT)
		length = min_t(u32, attr->length, sizeof(bytes));
	memset(bytes, 0, sizeof(bytes));
	bytes[length ? length - 1 : 0] = (u8)chance_below(chance, 16);
	klips_put_bytes(message, at, bytes, length);
}

static void put_attr(struct chance *chance, struct klips_message *message, unsigned int set, u16 at, int depth)
{
	const struct klips_attr_policy *attr = &klips_set_policies[set].attrs[at];
	struct nlattr *nest;

	switch (attr->type) {
	case KLIPS_TYPE_STRING:
		put_text(chance, message, set, at);
		break;
	case KLIPS_TYPE_BINARY:
		put_bytes(chance, message, at, attr);
		break;
	case KLIPS_TYPE_FLAG:
		klips_put_bytes(message, at, NULL, 0);
		break;
	case KLIPS_TYPE_NEST:
		nest = klips_nest_begin(message, at);
		if (depth < DEPTH)
			put(chance, message, attr->nested, UINT64_MAX, depth + 1);
		klips_nest_end(message, nest);
		break;
	default:
		put_number(chance, message, at, attr);
		break;
	}
}

/* An address that occurs often enough for names to be met again. */
static void put_addr(struct chance *chance, struct klips_message *message)
{
	struct klips_addr addr =
		transform_addr(chance_one_in(chance, 3) ? KLIPS_V6 : KLIPS_V4, (u8)chance_below(chance, 4));

	if (addr.version == KLIPS_V4)
		klips_put_bytes(message, KLIPS_A_ADDR_IPV4, addr.b, 4);
	else
		klips_put_bytes(message, KLIPS_A_ADDR_IPV6, addr.b, 16);
}

/* The name of an SA that put_sa() may have made. */
static void put_known(struct chance *chance, struct klips_message *message)
{
	static const u8 protos[] = { KLIPS_PROTO_ESP, KLIPS_PROTO_ESP, KLIPS_PROTO_AH, KLIPS_PROTO_COMP,
				     KLIPS_PROTO_IPIP };
	struct klips_addr addr = transform_addr(chance_one_in(chance, 2) ? KLIPS_V4 : KLIPS_V6, 2);
	__be32 spi = cpu_to_be32(SPI + chance_below(chance, SPIS));

	klips_put_addr(message, KLIPS_A_SAID_DST, &addr);
	klips_put_bytes(message, KLIPS_A_SAID_SPI, &spi, sizeof(spi));
	klips_put_u8(message, KLIPS_A_SAID_PROTO, protos[chance_below(chance, ARRAY_SIZE(protos))]);
}

/* Attributes of a set, most of those that it takes, some twice. */
static void put(struct chance *chance, struct klips_message *message, unsigned int set, u64 takes, int depth)
{
	const struct klips_set_policy *policy = &klips_set_policies[set];
	u32 often = 1 + chance_below(chance, 4);
	u16 at;

	if (set == KLIPS_SET_ADDR && !chance_one_in(chance, 16)) {
		put_addr(chance, message);
		return;
	}
	if (set == KLIPS_SET_SAID && !chance_one_in(chance, 4)) {
		put_known(chance, message);
		return;
	}
	for (at = 1; at < policy->end; at++) {
		bool again = policy->attrs[at].flags & KLIPS_ATTR_MULTI || chance_one_in(chance, 64);

		if (!policy->attrs[at].name || (!(takes & KLIPS_ATTR_BIT(at)) && !chance_one_in(chance, 64)))
			continue;
		/* names and what they are made of are wanted nearly always, the rest as it comes */
		if (!chance_below(chance, at <= 2 || policy->end < 8 ? 16 : often))
			continue;
		put_attr(chance, message, set, at, depth);
		if (again && chance_one_in(chance, 4))
			put_attr(chance, message, set, at, depth);
	}
}

/* An SA that may be, of those that tests know, so that there are some to find, to group and to dump. */
static void put_sa(struct chance *chance, struct klips_message *message)
{
	static const struct {
		enum klips_encr encr;
		enum klips_auth auth;
		u8 proto, key;
	} kinds[] = {
		{ KLIPS_ENCR_AES_GCM_16, KLIPS_AUTH_NONE, KLIPS_PROTO_ESP, 16 },
		{ KLIPS_ENCR_AES_CBC, KLIPS_AUTH_HMAC_SHA1_96, KLIPS_PROTO_ESP, 32 },
		{ KLIPS_ENCR_NULL, KLIPS_AUTH_AES_CMAC_96, KLIPS_PROTO_ESP, 0 },
		{ KLIPS_ENCR_NONE, KLIPS_AUTH_HMAC_SHA2_512_256, KLIPS_PROTO_AH, 0 },
		{ KLIPS_ENCR_NONE, KLIPS_AUTH_NONE, KLIPS_PROTO_COMP, 0 },
		{ KLIPS_ENCR_NONE, KLIPS_AUTH_NONE, KLIPS_PROTO_IPIP, 0 },
	};
	u32 kind = chance_below(chance, ARRAY_SIZE(kinds));
	struct klips_sa_config config;

	transform_config(&config, kinds[kind].proto, (enum klips_mode)chance_below(chance, 3),
			 chance_one_in(chance, 2) ? KLIPS_V4 : KLIPS_V6,
			 chance_one_in(chance, 2) ? KLIPS_V4 : KLIPS_V6);
	if (kinds[kind].encr != KLIPS_ENCR_NONE || kinds[kind].auth != KLIPS_AUTH_NONE)
		transform_keys(&config.keys, kinds[kind].encr, kinds[kind].auth, kinds[kind].key);
	else
		config.window = 0;
	config.said.spi = cpu_to_be32(SPI + chance_below(chance, SPIS));
	config.flags = chance_below(chance, 64);
	config.ref = chance_one_in(chance, 8) ? chance_below(chance, 64) : 0;
	config.hard.packets = chance_one_in(chance, 4);
	config.hard.addtime = chance_one_in(chance, 4);
	klips_put_sa_config(message, &config, true);
}

/* Flushing is rare, or there would never be much to find. @log: whether klipsdebug may be asked for */
static u8 choose_op(struct chance *chance, bool log)
{
	u8 op = (u8)(1 + chance_below(chance, KLIPS_CMD_END));

	if ((op == KLIPS_CMD_SA_FLUSH || op == KLIPS_CMD_EROUTE_FLUSH || op == KLIPS_CMD_DEV_DELETE) &&
	    !chance_one_in(chance, 32))
		op = chance_one_in(chance, 2) ? KLIPS_CMD_SA_ADD : KLIPS_CMD_EROUTE_ADD;
	return op == KLIPS_CMD_DEBUG_SET && !log ? KLIPS_CMD_SA_ADD : op;
}

/* Has an attribute, or one that is nested in it, end elsewhere than what it holds. */
static void cut(struct chance *chance, u8 *at, u32 length)
{
	struct nlattr *attr;
	u32 step;

	while (length >= NLA_HDRLEN) {
		attr = (struct nlattr *)at;
		step = min_t(u32, length, NLA_ALIGN(attr->nla_len));
		if (step < NLA_HDRLEN)
			return;
		if (chance_one_in(chance, 4)) {
			if (attr->nla_type & NLA_F_NESTED && !chance_one_in(chance, 3))
				cut(chance, at + NLA_HDRLEN, min_t(u32, length, attr->nla_len) - NLA_HDRLEN);
			else
				attr->nla_len = (u16)chance_below(chance, attr->nla_len + 16U);
			return;
		}
		at += step;
		length -= step;
	}
}

static void spoil(struct chance *chance, struct nlmsghdr *head)
{
	u8 *attrs = (u8 *)head + NLMSG_HDRLEN + GENL_HDRLEN;
	u32 length = head->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN;

	if (!length)
		return;
	if (chance_one_in(chance, 3)) {
		cut(chance, attrs, length);
		return;
	}
	chance_mutate(chance, attrs, length);
	if (chance_one_in(chance, 4))
		head->nlmsg_len -= chance_below(chance, length);
}

/**
 * control_make() - a request
 * @chance: what it follows from
 * @buffer: gets it; CONTROL_ROOM bytes, aligned to eight
 * @type: the family's
 * @seq: its number
 * @log: whether it may ask for klipsdebug, which could fill a disk
 *
 * Return: it, in @buffer.
 */
struct nlmsghdr *control_make(struct chance *chance, void *buffer, u16 type, u32 seq, bool log)
{
	u8 op = choose_op(chance, log);
	const struct klips_op_policy *policy = &klips_op_policies[op < KLIPS_CMD_END ? op : KLIPS_CMD_STATUS];
	bool dump = policy->flags & KLIPS_OP_DUMP && chance_one_in(chance, 2);
	struct klips_message message;
	struct nlmsghdr *head = buffer;

	klips_message_begin(&message, buffer, CONTROL_ROOM, type, (u16)(NLM_F_ACK | (dump ? NLM_F_DUMP : 0)), seq);
	klips_message_put_extra(&message, &(struct genlmsghdr){ .cmd = op, .version = 1 }, GENL_HDRLEN);
	if ((op == KLIPS_CMD_SA_ADD || op == KLIPS_CMD_SA_UPDATE) && chance_one_in(chance, 2))
		put_sa(chance, &message);
	else
		put(chance, &message, policy->set, policy->takes, 0);
	head->nlmsg_flags |= NLM_F_REQUEST;
	if (chance_one_in(chance, 3))
		spoil(chance, head);
	return head;
}
