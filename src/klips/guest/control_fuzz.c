// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Asks the module for all it knows, and for much that it does not, over generic netlink: control_fuzz SEED FIRST COUNT.
 * Messages are made after the tables of the protocol, with values that lead somewhere, then one in three is spoilt;
 * each follows from SEED and its number. What is answered must be messages. In the end the tables are emptied, and it
 * exits with 1 if the module no longer answers, or if it never took a request.
 */
#define _GNU_SOURCE
#include <inttypes.h>
#include <poll.h>
#include <sys/socket.h>

#include <linux/genetlink.h>

#include "guest/chance.h"
#include "guest/netns.h"
#include "lib/control_client.h"
#include "lib/klips_control.h"
#include "tests/transform.h"

#define ROOM	8192
#define BATCH	32
#define DEPTH	4
#define OFTEN	50000 /* messages between two lines of progress */
#define WAIT_MS 10000

static u64 answers[2]; /* those that were refused, and others */

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

/* Names that there are: of devices, algorithms; and others. */
static void put_text(struct chance *chance, struct klips_message *message, u16 at)
{
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

	klips_put_string(message, at, texts[chance_below(chance, ARRAY_SIZE(texts))]);
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

static void put_attr(struct chance *chance, struct klips_message *message, u16 at, const struct klips_attr_policy *attr,
		     int depth)
{
	struct nlattr *nest;

	switch (attr->type) {
	case KLIPS_TYPE_STRING:
		put_text(chance, message, at);
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
	for (at = 1; at < policy->end; at++) {
		bool again = policy->attrs[at].flags & KLIPS_ATTR_MULTI || chance_one_in(chance, 64);

		if (!policy->attrs[at].name || (!(takes & KLIPS_ATTR_BIT(at)) && !chance_one_in(chance, 64)))
			continue;
		/* names and what they are made of are wanted nearly always, the rest as it comes */
		if (!chance_below(chance, at <= 2 || policy->end < 8 ? 16 : often))
			continue;
		put_attr(chance, message, at, &policy->attrs[at], depth);
		if (again && chance_one_in(chance, 4))
			put_attr(chance, message, at, &policy->attrs[at], depth);
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
	config.said.spi = cpu_to_be32(256 + chance_below(chance, 64));
	config.flags = chance_below(chance, 64);
	config.ref = chance_one_in(chance, 8) ? chance_below(chance, 64) : 0;
	config.hard.packets = chance_one_in(chance, 4);
	config.hard.addtime = chance_one_in(chance, 4);
	klips_put_sa_config(message, &config, true);
}

/* Flushing is rare, or there would never be much to find. */
static u8 choose_op(struct chance *chance)
{
	u8 op = (u8)(1 + chance_below(chance, KLIPS_CMD_END));

	if ((op == KLIPS_CMD_SA_FLUSH || op == KLIPS_CMD_EROUTE_FLUSH || op == KLIPS_CMD_DEV_DELETE) &&
	    !chance_one_in(chance, 32))
		op = chance_one_in(chance, 2) ? KLIPS_CMD_SA_ADD : KLIPS_CMD_EROUTE_ADD;
	/* a kernel's log is not to fill the disk */
	return op == KLIPS_CMD_DEBUG_SET ? KLIPS_CMD_SA_ADD : op;
}

static struct nlmsghdr *make(struct chance *chance, struct klips_client *client, void *buffer)
{
	u8 op = choose_op(chance);
	const struct klips_op_policy *policy = &klips_op_policies[op < KLIPS_CMD_END ? op : KLIPS_CMD_STATUS];
	bool dump = policy->flags & KLIPS_OP_DUMP && chance_one_in(chance, 2);
	struct klips_message message;
	struct nlmsghdr *head;
	u32 attrs;

	klips_message_begin(&message, buffer, ROOM, client->type, (u16)(NLM_F_ACK | (dump ? NLM_F_DUMP : 0)),
			    ++client->seq);
	klips_message_put_extra(&message, &(struct genlmsghdr){ .cmd = op, .version = 1 }, GENL_HDRLEN);
	if ((op == KLIPS_CMD_SA_ADD || op == KLIPS_CMD_SA_UPDATE) && chance_one_in(chance, 2))
		put_sa(chance, &message);
	else
		put(chance, &message, policy->set, policy->takes, 0);
	head = buffer;
	head->nlmsg_flags |= NLM_F_REQUEST;
	attrs = head->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN;
	if (chance_one_in(chance, 3) && attrs) {
		chance_mutate(chance, (u8 *)buffer + NLMSG_HDRLEN + GENL_HDRLEN, attrs);
		if (chance_one_in(chance, 4))
			head->nlmsg_len -= chance_below(chance, attrs);
	}
	return head;
}

/* Whether the last request of those that went together was answered. */
static bool take_answers(const struct klips_client *client, const struct nlmsghdr *head, int size)
{
	const struct nlmsgerr *refusal;
	bool last = false;

	for (; mnl_nlmsg_ok(head, size); head = mnl_nlmsg_next(head, &size)) {
		if (head->nlmsg_type != NLMSG_ERROR)
			continue;
		refusal = mnl_nlmsg_get_payload(head);
		answers[!refusal->error]++;
		last |= head->nlmsg_seq == client->seq;
	}
	if (size) {
		fprintf(stderr, "control: %d bytes of an answer are no message\n", size);
		exit(1);
	}
	return last;
}

/* What came meanwhile: answers, and what is left of a dump. */
static bool receive(struct klips_client *client)
{
	static char buffers[BATCH][ROOM * 4] __aligned(8);
	struct mmsghdr messages[BATCH];
	struct iovec pieces[BATCH];
	bool last = false;
	int i, count;

	memset(messages, 0, sizeof(messages));
	for (i = 0; i < BATCH; i++) {
		pieces[i] = (struct iovec){ .iov_base = buffers[i], .iov_len = sizeof(buffers[i]) };
		messages[i].msg_hdr.msg_iov = &pieces[i];
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	count = recvmmsg(client->fd, messages, BATCH, MSG_DONTWAIT, NULL);
	if (count < 0 && errno != ENOBUFS)
		guest_fail("recvmmsg");
	for (i = 0; i < count; i++)
		last |= take_answers(client, (struct nlmsghdr *)buffers[i], (int)messages[i].msg_len);
	return last;
}

static void ask(struct klips_client *client, const void *requests, size_t size)
{
	struct pollfd one = { .fd = client->fd, .events = POLLIN };

	if (send(client->fd, requests, size, 0) < 0)
		guest_fail("send");
	do {
		if (poll(&one, 1, WAIT_MS) <= 0) {
			fprintf(stderr, "control: no answer in %d ms\n", WAIT_MS);
			exit(1);
		}
	} while (!receive(client));
}

static u64 number(const char *text)
{
	char *end;
	u64 value = strtoull(text, &end, 0);

	if (!*text || *end) {
		fprintf(stderr, "control_fuzz: '%s' is no number\n", text);
		exit(2);
	}
	return value;
}

/* A request that is sure to be answered, behind others. */
static struct nlmsghdr *make_last(struct klips_client *client, void *buffer)
{
	struct klips_message message;

	klips_message_begin(&message, buffer, ROOM, client->type, NLM_F_ACK | NLM_F_REQUEST, ++client->seq);
	klips_message_put_extra(&message, &(struct genlmsghdr){ .cmd = KLIPS_CMD_STATUS, .version = 1 }, GENL_HDRLEN);
	return buffer;
}

/* Many requests in one call, or most of the time would be the calls'. */
static void ask_all(struct klips_client *client, u64 seed, u64 first, u64 count)
{
	static char buffer[(BATCH + 1) * ROOM] __aligned(8);
	u64 at = first, next;
	size_t size;

	while (at < first + count) {
		next = min(at + BATCH, first + count);
		for (size = 0; at < next; at++) {
			struct chance chance = chance_of(seed, at);

			size += NLMSG_ALIGN(make(&chance, client, buffer + size)->nlmsg_len);
		}
		size += NLMSG_ALIGN(make_last(client, buffer + size)->nlmsg_len);
		ask(client, buffer, size);
		if (at / OFTEN != (at - BATCH) / OFTEN) {
			printf("control: at %" PRIu64 "\n", (uint64_t)at);
			fflush(stdout);
		}
	}
}

int main(int argc, char **argv)
{
	struct klips_refusal why = { 0 };
	struct klips_status_info info = { 0 };
	struct klips_client client;
	int err;

	if (argc != 4) {
		fprintf(stderr, "usage: control_fuzz SEED FIRST COUNT\n");
		return 2;
	}
	err = klips_client_open(&client, NULL, &why);
	if (!err) {
		setsockopt(client.fd, SOL_SOCKET, SO_RCVBUFFORCE, &(int){ BATCH * ROOM * 8 }, sizeof(int));
		ask_all(&client, number(argv[1]), number(argv[2]), number(argv[3]));
		err = klips_client_status(&client, &info, &why);
	}
	if (!err)
		printf("control: %" PRIu64 " requests refused, %" PRIu64 " done; %u SAs and %u eroutes were left\n",
		       (uint64_t)answers[0], (uint64_t)answers[1], info.sas, info.eroutes);
	if (!err)
		err = klips_client_eroute_flush(&client, &why);
	if (!err)
		err = klips_client_sa_flush(&client, &why);
	klips_client_close(&client);
	if (err)
		fprintf(stderr, "control_fuzz: %s\n", why.text);
	return err || !answers[0] || !answers[1] ? 1 : 0;
}
