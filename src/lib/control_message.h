/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Control messages: made of KLIPS's nouns, and read back. Both ends use these. */
#ifndef LIB_CONTROL_MESSAGE_H
#define LIB_CONTROL_MESSAGE_H

#include "control_policy.h"
#include "netlink.h"
#include "../klips/core/selector.h"
#include "../klips/core/lifetime.h"

/* Where klipsd listens; $KLIPS_CONTROL says otherwise. */
#define KLIPS_CONTROL_PATH "/run/klips/control"

/* The type of requests and answers over a unix socket; generic netlink gives the family its own. */
#define KLIPS_CONTROL_TYPE NLMSG_MIN_TYPE

/* Bytes of the longest packet, in which there may be several answers. */
#define KLIPS_CONTROL_ROOM 16384

/**
 * struct klips_message - a message that is being made
 * @head: its header; NULL: there was no room even for that
 * @room: bytes that it may have
 * @full: whether something did not fit; the message is useless then
 */
struct klips_message {
	struct nlmsghdr *head;
	size_t room;
	bool full;
};

void klips_message_begin(struct klips_message *message, void *buffer, size_t room, uint16_t type, uint16_t flags,
			 uint32_t seq);
void klips_message_begin_op(struct klips_message *message, void *buffer, size_t room, uint8_t op, uint16_t flags,
			    uint32_t seq);
uint8_t klips_message_op(const struct nlmsghdr *head);
void klips_message_put_extra(struct klips_message *message, const void *data, size_t size);

void klips_put_u8(struct klips_message *message, uint16_t type, uint8_t value);
void klips_put_u16(struct klips_message *message, uint16_t type, uint16_t value);
void klips_put_u32(struct klips_message *message, uint16_t type, uint32_t value);
void klips_put_u64(struct klips_message *message, uint16_t type, uint64_t value);
void klips_put_bytes(struct klips_message *message, uint16_t type, const void *data, size_t size);
void klips_put_string(struct klips_message *message, uint16_t type, const char *text);
struct nlattr *klips_nest_begin(struct klips_message *message, uint16_t type);
void klips_nest_end(struct klips_message *message, struct nlattr *nest);

void klips_put_addr(struct klips_message *message, uint16_t type, const struct klips_addr *addr);
void klips_put_said(struct klips_message *message, uint16_t type, const struct klips_said *said);
void klips_put_selector(struct klips_message *message, uint16_t type, const struct klips_selector *sel);
void klips_put_limits(struct klips_message *message, uint16_t type, const struct klips_limits *limits);

int klips_get_addr(struct klips_addr *addr, const struct nlattr *attr, struct klips_refusal *refusal);
int klips_get_said(struct klips_said *said, const struct nlattr *attr, struct klips_refusal *refusal);
int klips_get_selector(struct klips_selector *sel, const struct nlattr *attr, struct klips_refusal *refusal);
int klips_get_limits(struct klips_limits *limits, const struct nlattr *attr, struct klips_refusal *refusal);

uint64_t klips_get_number(const struct nlattr *attr);

#endif
