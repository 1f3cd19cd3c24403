// SPDX-License-Identifier: GPL-2.0-or-later
#include "control_message.h"

#include <errno.h>
#include <string.h>

#include <linux/genetlink.h>

#include "klips_control.h"

/**
 * klips_message_begin() - begin a message
 * @message: the message
 * @buffer: its memory, aligned to four bytes
 * @room: of the buffer
 * @type: NLMSG_ERROR and so on; of requests and answers KLIPS_CONTROL_TYPE
 * @flags: NLM_F_
 * @seq: its number
 */
void klips_message_begin(struct klips_message *message, void *buffer, size_t room, uint16_t type, uint16_t flags,
			 uint32_t seq)
{
	message->room = room;
	message->full = room < MNL_NLMSG_HDRLEN;
	message->head = NULL;
	if (message->full)
		return;
	message->head = mnl_nlmsg_put_header(buffer);
	message->head->nlmsg_type = type;
	message->head->nlmsg_flags = flags;
	message->head->nlmsg_seq = seq;
}

/**
 * klips_message_put_extra() - what stands between a message's header and its attributes
 * @message: the message
 * @data: what
 * @size: bytes of it
 */
void klips_message_put_extra(struct klips_message *message, const void *data, size_t size)
{
	if (!message->full && message->head->nlmsg_len + MNL_ALIGN(size) > message->room)
		message->full = true;
	if (!message->full)
		memcpy(mnl_nlmsg_put_extra_header(message->head, size), data, size);
}

/**
 * klips_message_begin_op() - begin a request, an answer or an event
 * @message: the message
 * @buffer: the message's memory
 * @room: of the buffer
 * @op: KLIPS_CMD_
 * @flags: NLM_F_
 * @seq: its number
 */
void klips_message_begin_op(struct klips_message *message, void *buffer, size_t room, uint8_t op, uint16_t flags,
			    uint32_t seq)
{
	struct genlmsghdr head = { .cmd = op, .version = KLIPS_FAMILY_VERSION };

	klips_message_begin(message, buffer, room, KLIPS_CONTROL_TYPE, flags, seq);
	klips_message_put_extra(message, &head, sizeof(head));
}

/**
 * klips_message_op() - which KLIPS_CMD_ a message has; 0: it is too short to have one
 * @head: it
 */
uint8_t klips_message_op(const struct nlmsghdr *head)
{
	const struct genlmsghdr *extra = mnl_nlmsg_get_payload(head);

	return mnl_nlmsg_get_payload_len(head) < sizeof(*extra) ? 0 : extra->cmd;
}

void klips_put_bytes(struct klips_message *message, uint16_t type, const void *data, size_t size)
{
	if (!message->full && !mnl_attr_put_check(message->head, message->room, type, size, data))
		message->full = true;
}

void klips_put_u8(struct klips_message *message, uint16_t type, uint8_t value)
{
	klips_put_bytes(message, type, &value, sizeof(value));
}

void klips_put_u16(struct klips_message *message, uint16_t type, uint16_t value)
{
	klips_put_bytes(message, type, &value, sizeof(value));
}

void klips_put_u32(struct klips_message *message, uint16_t type, uint32_t value)
{
	klips_put_bytes(message, type, &value, sizeof(value));
}

void klips_put_u64(struct klips_message *message, uint16_t type, uint64_t value)
{
	klips_put_bytes(message, type, &value, sizeof(value));
}

void klips_put_string(struct klips_message *message, uint16_t type, const char *text)
{
	klips_put_bytes(message, type, text, strlen(text) + 1);
}

/**
 * klips_nest_begin() - begin a nest; NULL if it does not fit
 * @message: the message
 * @type: of the attribute
 */
struct nlattr *klips_nest_begin(struct klips_message *message, uint16_t type)
{
	struct nlattr *nest = NULL;

	if (!message->full) {
		nest = mnl_attr_nest_start_check(message->head, message->room, type);
		message->full = !nest;
	}
	return nest;
}

void klips_nest_end(struct klips_message *message, struct nlattr *nest)
{
	if (nest)
		mnl_attr_nest_end(message->head, nest);
}

/**
 * klips_put_addr() - an address; none at all for one of no version
 * @message: the message
 * @type: of the attribute
 * @addr: the address
 */
void klips_put_addr(struct klips_message *message, uint16_t type, const struct klips_addr *addr)
{
	struct nlattr *nest;

	if (!addr->version)
		return;
	nest = klips_nest_begin(message, type);
	if (addr->version == KLIPS_V6)
		klips_put_bytes(message, KLIPS_A_ADDR_IPV6, addr->b, 16);
	else
		klips_put_bytes(message, KLIPS_A_ADDR_IPV4, addr->b, 4);
	klips_nest_end(message, nest);
}

void klips_put_said(struct klips_message *message, uint16_t type, const struct klips_said *said)
{
	struct nlattr *nest = klips_nest_begin(message, type);

	klips_put_addr(message, KLIPS_A_SAID_DST, &said->dst);
	klips_put_u32(message, KLIPS_A_SAID_SPI, (__force u32)said->spi);
	klips_put_u8(message, KLIPS_A_SAID_PROTO, said->proto);
	klips_nest_end(message, nest);
}

void klips_put_selector(struct klips_message *message, uint16_t type, const struct klips_selector *sel)
{
	struct nlattr *nest = klips_nest_begin(message, type);

	klips_put_addr(message, KLIPS_A_SELECTOR_SRC, &sel->src);
	klips_put_addr(message, KLIPS_A_SELECTOR_DST, &sel->dst);
	klips_put_u8(message, KLIPS_A_SELECTOR_SRC_BITS, sel->src_bits);
	klips_put_u8(message, KLIPS_A_SELECTOR_DST_BITS, sel->dst_bits);
	if (sel->proto)
		klips_put_u8(message, KLIPS_A_SELECTOR_PROTO, sel->proto);
	if (sel->sport)
		klips_put_u16(message, KLIPS_A_SELECTOR_SPORT, (__force u16)sel->sport);
	if (sel->dport)
		klips_put_u16(message, KLIPS_A_SELECTOR_DPORT, (__force u16)sel->dport);
	klips_nest_end(message, nest);
}

void klips_put_limits(struct klips_message *message, uint16_t type, const struct klips_limits *limits)
{
	struct nlattr *nest = klips_nest_begin(message, type);

	klips_put_u64(message, KLIPS_A_LIMITS_BYTES, limits->bytes);
	klips_put_u64(message, KLIPS_A_LIMITS_PACKETS, limits->packets);
	klips_put_u64(message, KLIPS_A_LIMITS_ADDTIME, limits->addtime);
	klips_put_u64(message, KLIPS_A_LIMITS_USETIME, limits->usetime);
	klips_nest_end(message, nest);
}

/**
 * klips_get_number() - the value of an attribute that klips_attrs_parse() took as a number; 0 for NULL
 * @attr: the attribute
 */
uint64_t klips_get_number(const struct nlattr *attr)
{
	uint64_t value = 0;

	if (!attr)
		return 0;
	switch (mnl_attr_get_payload_len(attr)) {
	case 1:
		return mnl_attr_get_u8(attr);
	case 2:
		return mnl_attr_get_u16(attr);
	case 4:
		return mnl_attr_get_u32(attr);
	case 8:
		memcpy(&value, mnl_attr_get_payload(attr), sizeof(value));
		return value;
	default:
		return 0;
	}
}

/**
 * klips_get_addr() - read an address
 * @addr: the address
 * @attr: a nest of the set addr
 * @refusal: gets why, if it is refused
 */
int klips_get_addr(struct klips_addr *addr, const struct nlattr *attr, struct klips_refusal *refusal)
{
	const struct nlattr *table[KLIPS_ATTRS_MAX];
	int err = klips_nest_parse(table, KLIPS_SET_ADDR, attr, refusal);

	if (err)
		return err;
	if (!table[KLIPS_A_ADDR_IPV4] == !table[KLIPS_A_ADDR_IPV6])
		return klips_refuse(refusal, -EINVAL, attr, "addr", "an address is either ipv4 or ipv6");
	memset(addr, 0, sizeof(*addr));
	if (table[KLIPS_A_ADDR_IPV6]) {
		addr->version = KLIPS_V6;
		memcpy(addr->b, mnl_attr_get_payload(table[KLIPS_A_ADDR_IPV6]), 16);
	} else {
		addr->version = KLIPS_V4;
		memcpy(addr->b, mnl_attr_get_payload(table[KLIPS_A_ADDR_IPV4]), 4);
	}
	return 0;
}

static bool proto_is_known(uint8_t proto)
{
	return proto == KLIPS_PROTO_ESP || proto == KLIPS_PROTO_AH || proto == KLIPS_PROTO_COMP ||
	       proto == KLIPS_PROTO_IPIP || proto == KLIPS_PROTO_INT;
}

/**
 * klips_get_said() - read a SAID
 * @said: gets it
 * @attr: a nest of the set said, all of which must be there
 * @refusal: gets why, if it is refused
 */
int klips_get_said(struct klips_said *said, const struct nlattr *attr, struct klips_refusal *refusal)
{
	const struct nlattr *table[KLIPS_ATTRS_MAX];
	int err = klips_nest_parse(table, KLIPS_SET_SAID, attr, refusal);
	unsigned int one;

	for (one = KLIPS_A_SAID_DST; !err && one < KLIPS_A_SAID_END; one++) {
		if (!table[one])
			err = klips_refuse_missing(refusal, KLIPS_SET_SAID, one);
	}
	memset(said, 0, sizeof(*said));
	if (!err)
		err = klips_get_addr(&said->dst, table[KLIPS_A_SAID_DST], refusal);
	if (err)
		return err;
	said->spi = (__force __be32)klips_get_number(table[KLIPS_A_SAID_SPI]);
	said->proto = (uint8_t)klips_get_number(table[KLIPS_A_SAID_PROTO]);
	if (!proto_is_known(said->proto))
		return klips_refuse_value(refusal, KLIPS_SET_SAID, table[KLIPS_A_SAID_PROTO],
					  "not ESP, AH, IPCOMP, a tunnel or a shunt");
	if (said->proto == KLIPS_PROTO_COMP && be32_to_cpu(said->spi) > 0xffff)
		return klips_refuse_value(refusal, KLIPS_SET_SAID, table[KLIPS_A_SAID_SPI], "a CPI has 16 bits");
	return 0;
}

static int get_bits(uint8_t *bits, const struct nlattr *attr, const struct klips_addr *addr,
		    struct klips_refusal *refusal)
{
	unsigned int most = klips_addr_bits(addr);

	*bits = attr ? mnl_attr_get_u8(attr) : (uint8_t)most;
	if (*bits <= most)
		return 0;
	return klips_refuse_value(refusal, KLIPS_SET_SELECTOR, attr, "longer than the address");
}

/**
 * klips_get_selector() - read a selector
 * @sel: gets it
 * @attr: a nest of the set selector; its addresses must be there
 * @refusal: gets why, if it is refused
 */
int klips_get_selector(struct klips_selector *sel, const struct nlattr *attr, struct klips_refusal *refusal)
{
	const struct nlattr *table[KLIPS_ATTRS_MAX];
	int err = klips_nest_parse(table, KLIPS_SET_SELECTOR, attr, refusal);

	if (!err && !table[KLIPS_A_SELECTOR_SRC])
		err = klips_refuse_missing(refusal, KLIPS_SET_SELECTOR, KLIPS_A_SELECTOR_SRC);
	if (!err && !table[KLIPS_A_SELECTOR_DST])
		err = klips_refuse_missing(refusal, KLIPS_SET_SELECTOR, KLIPS_A_SELECTOR_DST);
	memset(sel, 0, sizeof(*sel));
	if (!err)
		err = klips_get_addr(&sel->src, table[KLIPS_A_SELECTOR_SRC], refusal);
	if (!err)
		err = klips_get_addr(&sel->dst, table[KLIPS_A_SELECTOR_DST], refusal);
	if (!err && sel->src.version != sel->dst.version)
		err = klips_refuse_value(refusal, KLIPS_SET_SELECTOR, table[KLIPS_A_SELECTOR_DST],
					 "of another IP version than src");
	if (!err)
		err = get_bits(&sel->src_bits, table[KLIPS_A_SELECTOR_SRC_BITS], &sel->src, refusal);
	if (!err)
		err = get_bits(&sel->dst_bits, table[KLIPS_A_SELECTOR_DST_BITS], &sel->dst, refusal);
	if (err)
		return err;
	sel->proto = (uint8_t)klips_get_number(table[KLIPS_A_SELECTOR_PROTO]);
	sel->sport = (__force __be16)klips_get_number(table[KLIPS_A_SELECTOR_SPORT]);
	sel->dport = (__force __be16)klips_get_number(table[KLIPS_A_SELECTOR_DPORT]);
	return 0;
}

/**
 * klips_get_limits() - read limits; what is not there is 0
 * @limits: gets them
 * @attr: the attribute
 * @refusal: gets why, if it is refused
 */
int klips_get_limits(struct klips_limits *limits, const struct nlattr *attr, struct klips_refusal *refusal)
{
	const struct nlattr *table[KLIPS_ATTRS_MAX];
	int err = klips_nest_parse(table, KLIPS_SET_LIMITS, attr, refusal);

	if (err)
		return err;
	limits->bytes = klips_get_number(table[KLIPS_A_LIMITS_BYTES]);
	limits->packets = klips_get_number(table[KLIPS_A_LIMITS_PACKETS]);
	limits->addtime = klips_get_number(table[KLIPS_A_LIMITS_ADDTIME]);
	limits->usetime = klips_get_number(table[KLIPS_A_LIMITS_USETIME]);
	return 0;
}
