/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The part of libmnl's interface that KLIPS's control protocol is written against, over the kernel's own. A message is
 * made in plain memory, as there; its carrier copies it into packets.
 */
#ifndef KLIPS_SHIM_LIBMNL_H
#define KLIPS_SHIM_LIBMNL_H

#include <net/netlink.h>

#define MNL_ALIGN(length) NLMSG_ALIGN(length)
#define MNL_NLMSG_HDRLEN  NLMSG_HDRLEN

typedef int (*mnl_cb_t)(const struct nlmsghdr *head, void *data);

static inline bool mnl_nlmsg_ok(const struct nlmsghdr *head, int left)
{
	return nlmsg_ok(head, left);
}

static inline struct nlmsghdr *mnl_nlmsg_put_header(void *buffer)
{
	struct nlmsghdr *head = buffer;

	memset(head, 0, NLMSG_HDRLEN);
	head->nlmsg_len = NLMSG_HDRLEN;
	return head;
}

static inline void *mnl_nlmsg_put_extra_header(struct nlmsghdr *head, size_t size)
{
	void *extra = (char *)head + head->nlmsg_len;

	memset(extra, 0, NLMSG_ALIGN(size));
	head->nlmsg_len += NLMSG_ALIGN(size);
	return extra;
}

static inline void *mnl_nlmsg_get_payload(const struct nlmsghdr *head)
{
	return nlmsg_data(head);
}

static inline size_t mnl_nlmsg_get_payload_len(const struct nlmsghdr *head)
{
	return head->nlmsg_len - NLMSG_HDRLEN;
}

static inline u16 mnl_attr_get_type(const struct nlattr *attr)
{
	return nla_type(attr);
}

static inline void *mnl_attr_get_payload(const struct nlattr *attr)
{
	return nla_data(attr);
}

static inline u16 mnl_attr_get_payload_len(const struct nlattr *attr)
{
	return nla_len(attr);
}

static inline const char *mnl_attr_get_str(const struct nlattr *attr)
{
	return nla_data(attr);
}

static inline u8 mnl_attr_get_u8(const struct nlattr *attr)
{
	return nla_get_u8(attr);
}

static inline u16 mnl_attr_get_u16(const struct nlattr *attr)
{
	return nla_get_u16(attr);
}

static inline u32 mnl_attr_get_u32(const struct nlattr *attr)
{
	return nla_get_u32(attr);
}

static inline u64 mnl_attr_get_u64(const struct nlattr *attr)
{
	return nla_get_u64(attr);
}

static inline bool mnl_attr_ok(const struct nlattr *attr, int left)
{
	return nla_ok(attr, left);
}

static inline struct nlattr *mnl_attr_next(const struct nlattr *attr)
{
	return (struct nlattr *)((char *)attr + NLA_ALIGN(attr->nla_len));
}

#define mnl_attr_for_each_payload(payload, size)                                                                \
	for (attr = (payload); mnl_attr_ok(attr, (int)((const char *)(payload) + (size) - (const char *)attr)); \
	     attr = mnl_attr_next(attr))

static inline bool mnl_attr_put_check(struct nlmsghdr *head, size_t room, u16 type, size_t size, const void *data)
{
	struct nlattr *attr = (struct nlattr *)((char *)head + NLMSG_ALIGN(head->nlmsg_len));

	if (NLMSG_ALIGN(head->nlmsg_len) + NLA_ALIGN(NLA_HDRLEN + size) > room)
		return false;
	attr->nla_type = type;
	attr->nla_len = NLA_HDRLEN + size;
	if (size)
		memcpy(nla_data(attr), data, size);
	memset((char *)attr + attr->nla_len, 0, nla_padlen(size));
	head->nlmsg_len = NLMSG_ALIGN(head->nlmsg_len) + NLA_ALIGN(attr->nla_len);
	return true;
}

static inline struct nlattr *mnl_attr_nest_start_check(struct nlmsghdr *head, size_t room, u16 type)
{
	struct nlattr *nest = (struct nlattr *)((char *)head + NLMSG_ALIGN(head->nlmsg_len));

	return mnl_attr_put_check(head, room, type | NLA_F_NESTED, 0, NULL) ? nest : NULL;
}

static inline void mnl_attr_nest_end(struct nlmsghdr *head, struct nlattr *nest)
{
	nest->nla_len = (char *)head + NLMSG_ALIGN(head->nlmsg_len) - (char *)nest;
}

#endif
