// SPDX-License-Identifier: GPL-2.0-or-later
/* See nft.h. Numbers are in network byte order here, as nf_tables has it. */
#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>

#include "nft.h"
#include "nft_own.h"
#include "../../lib/netlink.h"

#define MESSAGE_ROOM 4096 /* of one message, more than any needs */
#define ANSWER_ROOM  8192
#define SEND_ROOM    (16 << 20) /* bytes of a transaction that the socket takes */

static struct nlmsghdr *put_header(struct klips_nft *nft, void *at, u16 type, u16 flags, u16 resource)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(at);
	struct nfgenmsg *family;

	message->nlmsg_type = type;
	message->nlmsg_flags = NLM_F_REQUEST | flags;
	message->nlmsg_seq = nft->seq++;
	family = mnl_nlmsg_put_extra_header(message, sizeof(*family));
	family->nfgen_family = NFPROTO_INET;
	family->version = NFNETLINK_V0;
	family->res_id = htons(resource);
	return message;
}

/* Without memory it is made in the place of the last, so that the rest can go on; the commit fails. */
static void begin(struct klips_nft *nft, u16 type, u16 flags, u16 resource)
{
	size_t room = nft->length + MESSAGE_ROOM;
	char *data;

	if (room > nft->room) {
		data = realloc(nft->data, 2 * room);
		if (data) {
			nft->data = data;
			nft->room = 2 * room;
		} else {
			nft->err = -ENOMEM;
			nft->length = 0;
		}
	}
	nft->message = put_header(nft, nft->data + nft->length, type, flags, resource);
}

static void end(struct klips_nft *nft)
{
	nft->length += MNL_ALIGN(nft->message->nlmsg_len);
}

void klips_nft_begin_change(struct klips_nft *nft, u16 what, u16 flags)
{
	if (!nft->length) {
		begin(nft, NFNL_MSG_BATCH_BEGIN, 0, NFNL_SUBSYS_NFTABLES);
		end(nft);
	}
	begin(nft, (u16)(NFNL_SUBSYS_NFTABLES << 8 | what), flags, 0);
}

/* Of a thing of the table's that has a name; the table is the first attribute of each kind. */
static void begin_named(struct klips_nft *nft, u16 what, u16 flags, u16 attribute, const char *name)
{
	_Static_assert((int)NFTA_CHAIN_TABLE == (int)NFTA_SET_TABLE && (int)NFTA_RULE_TABLE == (int)NFTA_OBJ_TABLE &&
			       (int)NFTA_SET_TABLE == (int)NFTA_OBJ_TABLE,
		       "the table's name");
	klips_nft_begin_change(nft, what, flags);
	mnl_attr_put_strz(nft->message, NFTA_SET_TABLE, nft->table);
	mnl_attr_put_strz(nft->message, attribute, name);
}

void klips_nft_end_change(struct klips_nft *nft)
{
	end(nft);
}

void klips_nft_put_u32(struct klips_nft *nft, u16 type, u32 value)
{
	mnl_attr_put_u32(nft->message, type, htonl(value));
}

/* The kernel answers what it refuses, and the last message, which asked for it. */
static int take_answers(struct klips_nft *nft)
{
	char buffer[ANSWER_ROOM] __aligned(8);
	const struct nlmsgerr *verdict;
	struct nlmsghdr *message;
	int err = 1, size;
	ssize_t got;

	/* It has answered already when the call that sent returns. */
	while ((got = recv(mnl_socket_get_fd(nft->socket), buffer, sizeof(buffer), MSG_DONTWAIT)) > 0) {
		size = (int)got;
		for (message = (struct nlmsghdr *)buffer; netlink_message_ok(message, size);
		     message = mnl_nlmsg_next(message, &size)) {
			verdict = mnl_nlmsg_get_payload(message);
			if (message->nlmsg_type == NLMSG_ERROR && err >= 0)
				err = verdict->error;
		}
	}
	return err > 0 ? -EIO : err;
}

static int send_all(struct klips_nft *nft)
{
	nft->message->nlmsg_flags |= NLM_F_ACK;
	begin(nft, NFNL_MSG_BATCH_END, 0, NFNL_SUBSYS_NFTABLES);
	end(nft);
	if (nft->err)
		return nft->err;
	if (mnl_socket_sendto(nft->socket, nft->data, nft->length) < 0)
		return -errno;
	return take_answers(nft);
}

/**
 * klips_nft_commit() - make all changes, or none
 * @nft: where they were noted; there is nothing noted then
 *
 * Return: 0; or a negative errno, and nothing is changed.
 */
int klips_nft_commit(struct klips_nft *nft)
{
	int err = nft->length ? send_all(nft) : nft->err;

	nft->length = 0;
	nft->err = 0;
	return err;
}

/* Most transactions are small. In a user namespace the kernel grants no more than net.core.wmem_max. */
static void make_room(struct klips_nft *nft)
{
	const int fd = mnl_socket_get_fd(nft->socket), room = SEND_ROOM;

	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof(room)))
		setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
}

/**
 * klips_nft_open() - begin
 * @nft: is filled in
 * @table: the name of the table, of family inet, which klips_nft_add_table() makes; it goes with the socket
 *
 * Return: 0; a negative errno, and nothing is left.
 */
int klips_nft_open(struct klips_nft *nft, const char *table)
{
	int one = 1, err = 0;

	memset(nft, 0, sizeof(*nft));
	nft->table = table;
	nft->room = 2 * MESSAGE_ROOM;
	nft->data = kmalloc(nft->room, GFP_KERNEL);
	if (!nft->data)
		return -ENOMEM;
	nft->socket = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);
	if (!nft->socket || mnl_socket_bind(nft->socket, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    mnl_socket_setsockopt(nft->socket, NETLINK_CAP_ACK, &one, sizeof(one)) < 0)
		err = -errno;
	else
		make_room(nft);
	if (err)
		klips_nft_close(nft);
	return err;
}

/**
 * klips_nft_close() - the end; the kernel removes the table
 * @nft: what klips_nft_open() filled in
 */
void klips_nft_close(struct klips_nft *nft)
{
	if (nft->socket)
		mnl_socket_close(nft->socket);
	kfree(nft->data);
	memset(nft, 0, sizeof(*nft));
}

void klips_nft_add_table(struct klips_nft *nft)
{
	klips_nft_begin_change(nft, NFT_MSG_NEWTABLE, NLM_F_CREATE | NLM_F_EXCL);
	mnl_attr_put_strz(nft->message, NFTA_TABLE_NAME, nft->table);
	klips_nft_put_u32(nft, NFTA_TABLE_FLAGS, NFT_TABLE_F_OWNER);
	klips_nft_end_change(nft);
}

void klips_nft_add_counter(struct klips_nft *nft, const char *name)
{
	struct nlattr *data;

	begin_named(nft, NFT_MSG_NEWOBJ, NLM_F_CREATE, NFTA_OBJ_NAME, name);
	klips_nft_put_u32(nft, NFTA_OBJ_TYPE, NFT_OBJECT_COUNTER);
	data = mnl_attr_nest_start(nft->message, NFTA_OBJ_DATA);
	mnl_attr_nest_end(nft->message, data);
	klips_nft_end_change(nft);
}

void klips_nft_add_chain(struct klips_nft *nft, const char *name, const s32 *priority)
{
	struct nlattr *hook;

	begin_named(nft, NFT_MSG_NEWCHAIN, NLM_F_CREATE, NFTA_CHAIN_NAME, name);
	if (priority) {
		hook = mnl_attr_nest_start(nft->message, NFTA_CHAIN_HOOK);
		klips_nft_put_u32(nft, NFTA_HOOK_HOOKNUM, NF_INET_PRE_ROUTING);
		klips_nft_put_u32(nft, NFTA_HOOK_PRIORITY, (u32)*priority);
		mnl_attr_nest_end(nft->message, hook);
		mnl_attr_put_strz(nft->message, NFTA_CHAIN_TYPE, "filter");
		klips_nft_put_u32(nft, NFTA_CHAIN_POLICY, NF_ACCEPT);
	}
	klips_nft_end_change(nft);
}

void klips_nft_flush_chain(struct klips_nft *nft, const char *name)
{
	begin_named(nft, NFT_MSG_DELRULE, 0, NFTA_RULE_CHAIN, name);
	klips_nft_end_change(nft);
}

void klips_nft_add_set(struct klips_nft *nft, const struct klips_nft_set *set)
{
	/* What nft itself notes of a set: type 0, four bytes, and a number, 1, in that byte order. */
	static const u8 host[] = { 0, 4, 1, 0, 0, 0 };

	begin_named(nft, NFT_MSG_NEWSET, NLM_F_CREATE, NFTA_SET_NAME, set->name);
	klips_nft_put_u32(nft, NFTA_SET_ID, nft->seq); /* it must have one; sets are named by their names */
	klips_nft_put_u32(nft, NFTA_SET_KEY_TYPE, set->key_type);
	klips_nft_put_u32(nft, NFTA_SET_KEY_LEN, set->key);
	if (set->host)
		mnl_attr_put(nft->message, NFTA_SET_USERDATA, sizeof(host), host);
	if (set->map) {
		klips_nft_put_u32(nft, NFTA_SET_FLAGS, NFT_SET_MAP);
		klips_nft_put_u32(nft, NFTA_SET_DATA_TYPE, NFT_DATA_VERDICT);
	}
	klips_nft_end_change(nft);
}

void klips_nft_remove_set(struct klips_nft *nft, const char *name)
{
	begin_named(nft, NFT_MSG_DELSET, 0, NFTA_SET_NAME, name);
	klips_nft_end_change(nft);
}

void klips_nft_put_data(struct klips_nft *nft, u16 type, const void *data, u32 size)
{
	struct nlattr *nest = mnl_attr_nest_start(nft->message, type);

	mnl_attr_put(nft->message, NFTA_DATA_VALUE, size, data);
	mnl_attr_nest_end(nft->message, nest);
}

void klips_nft_put_verdict(struct klips_nft *nft, u16 type, s32 verdict, const char *chain)
{
	struct nlattr *nest = mnl_attr_nest_start(nft->message, type);
	struct nlattr *inner = mnl_attr_nest_start(nft->message, NFTA_DATA_VERDICT);

	klips_nft_put_u32(nft, NFTA_VERDICT_CODE, (u32)verdict);
	if (chain)
		mnl_attr_put_strz(nft->message, NFTA_VERDICT_CHAIN, chain);
	mnl_attr_nest_end(nft->message, inner);
	mnl_attr_nest_end(nft->message, nest);
}

static void put_element(struct klips_nft *nft, const char *set, const void *key, u32 size, const s32 *verdict)
{
	struct nlattr *list, *element;

	mnl_attr_put_strz(nft->message, NFTA_SET_ELEM_LIST_TABLE, nft->table);
	mnl_attr_put_strz(nft->message, NFTA_SET_ELEM_LIST_SET, set);
	list = mnl_attr_nest_start(nft->message, NFTA_SET_ELEM_LIST_ELEMENTS);
	element = mnl_attr_nest_start(nft->message, NFTA_LIST_ELEM);
	klips_nft_put_data(nft, NFTA_SET_ELEM_KEY, key, size);
	if (verdict)
		klips_nft_put_verdict(nft, NFTA_SET_ELEM_DATA, *verdict, NULL);
	mnl_attr_nest_end(nft->message, element);
	mnl_attr_nest_end(nft->message, list);
	klips_nft_end_change(nft);
}

void klips_nft_add_element(struct klips_nft *nft, const char *set, const void *key, u32 size, const s32 *verdict)
{
	klips_nft_begin_change(nft, NFT_MSG_NEWSETELEM, NLM_F_CREATE | NLM_F_EXCL);
	put_element(nft, set, key, size, verdict);
}

void klips_nft_remove_element(struct klips_nft *nft, const char *set, const void *key, u32 size)
{
	klips_nft_begin_change(nft, NFT_MSG_DELSETELEM, 0);
	put_element(nft, set, key, size, NULL);
}

static int take_counter(const struct nlmsghdr *message, void *arg)
{
	const struct nlattr *data, *attr;
	u64 *packets = arg;

	mnl_attr_for_each(data, message, sizeof(struct nfgenmsg))
	{
		if (mnl_attr_get_type(data) != NFTA_OBJ_DATA)
			continue;
		mnl_attr_for_each_nested(attr, data) {
			if (mnl_attr_get_type(attr) == NFTA_COUNTER_PACKETS && mnl_attr_get_payload_len(attr) == 8)
				*packets = be64toh(mnl_attr_get_u64(attr));
		}
	}
	return MNL_CB_OK;
}

/**
 * klips_nft_counter() - read a counter
 * @nft: where; nothing may be noted
 * @name: of a counter of the table
 * @packets: gets what it counted
 *
 * Return: 0 or a negative errno.
 */
int klips_nft_counter(struct klips_nft *nft, const char *name, u64 *packets)
{
	const u32 port = mnl_socket_get_portid(nft->socket);
	char buffer[ANSWER_ROOM] __aligned(8);
	u32 seq;
	ssize_t size;
	int more = 1;

	nft->message = put_header(nft, buffer, NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETOBJ, NLM_F_ACK, 0);
	seq = nft->message->nlmsg_seq;
	mnl_attr_put_strz(nft->message, NFTA_OBJ_TABLE, nft->table);
	mnl_attr_put_strz(nft->message, NFTA_OBJ_NAME, name);
	klips_nft_put_u32(nft, NFTA_OBJ_TYPE, NFT_OBJECT_COUNTER);
	if (mnl_socket_sendto(nft->socket, buffer, nft->message->nlmsg_len) < 0)
		return -errno;
	while (more > 0) {
		size = recv(mnl_socket_get_fd(nft->socket), buffer, sizeof(buffer), MSG_DONTWAIT);
		if (size < 0)
			return -errno;
		more = mnl_cb_run(buffer, (size_t)size, seq, port, take_counter, packets);
	}
	return more < 0 ? -errno : 0;
}
