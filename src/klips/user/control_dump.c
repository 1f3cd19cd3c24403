// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whole tables. Their names are copied in one walk; what there is to say of each is looked up when its answer is made,
 * as fast as the reader takes them. So a slow reader holds no lock, and what is gone meanwhile is left out.
 */
#include "control_request.h"

/**
 * struct klips_dump - a table that is being told
 * @count: of its names; @room: for how many there is memory; @next: the one that is told next
 * @names: KLIPS_CMD_SA_GET has SAIDs, KLIPS_CMD_EROUTE_GET selectors, KLIPS_CMD_DEV_GET the devices' names
 */
struct klips_dump {
	u8 op;
	u32 seq;
	size_t count;
	size_t room;
	size_t next;
	union {
		void *names;
		struct klips_said *saids;
		struct klips_selector *selectors;
		char (*devs)[KLIPS_NAME_MAX];
	};
};

/* Room for one name more. */
static int grow(struct klips_dump *dump, size_t size)
{
	size_t room = dump->room ? 2 * dump->room : 64;
	void *names;

	if (dump->count < dump->room)
		return 0;
	names = realloc(dump->names, room * size);
	if (!names)
		return -ENOMEM;
	dump->names = names;
	dump->room = room;
	return 0;
}

static int copy_said(struct klips_sa *sa, void *arg)
{
	struct klips_dump *dump = arg;
	int err = grow(dump, sizeof(*dump->saids));

	if (!err)
		dump->saids[dump->count++] = sa->said;
	return err;
}

static int copy_selector(struct klips_eroute *er, void *arg)
{
	struct klips_dump *dump = arg;
	int err = grow(dump, sizeof(*dump->selectors));

	if (!err)
		dump->selectors[dump->count++] = er->selector;
	return err;
}

static int copy_devs(struct klips_dump *dump, const struct klips *klips)
{
	unsigned int i;
	int err;

	for (i = 0; i < KLIPS_DEVICES; i++) {
		if (!klips->devices[i])
			continue;
		err = grow(dump, sizeof(*dump->devs));
		if (err)
			return err;
		memcpy(dump->devs[dump->count++], klips->devices[i]->name, KLIPS_NAME_MAX);
	}
	return 0;
}

static int copy_names(struct klips_dump *dump, struct klips *klips)
{
	switch (dump->op) {
	case KLIPS_CMD_SA_GET:
		return klips_sadb_walk(klips->sadb, copy_said, dump);
	case KLIPS_CMD_EROUTE_GET:
		return klips_eroutes_walk(klips->eroutes, copy_selector, dump);
	default:
		return copy_devs(dump, klips);
	}
}

/**
 * klips_dump_begin() - begin to tell a session a table
 * @control: whose
 * @session: to whom; it has none yet
 * @op: KLIPS_CMD_ of an operation that dumps
 * @seq: of the request
 *
 * Return: 0 or -ENOMEM.
 */
int klips_dump_begin(struct klips_control *control, struct klips_session *session, u8 op, u32 seq)
{
	struct klips_dump *dump = calloc(1, sizeof(*dump));
	int err;

	if (!dump)
		return -ENOMEM;
	dump->op = op;
	dump->seq = seq;
	err = copy_names(dump, control->klips);
	if (err) {
		klips_dump_free(dump);
		return err;
	}
	session->dump = dump;
	return 0;
}

/**
 * klips_dump_free() - tell no more
 * @dump: or NULL
 */
void klips_dump_free(struct klips_dump *dump)
{
	if (dump)
		free(dump->names);
	free(dump);
}

static bool put_one(struct klips_message *message, struct klips *klips, const struct klips_dump *dump)
{
	const struct klips_dev *dev;

	switch (dump->op) {
	case KLIPS_CMD_SA_GET:
		return klips_put_sa(message, klips, &dump->saids[dump->next]);
	case KLIPS_CMD_EROUTE_GET:
		return klips_put_eroute(message, klips, &dump->selectors[dump->next]);
	default:
		dev = klips_dev_find(klips, dump->devs[dump->next]);
		if (dev)
			klips_put_dev(message, dev);
		return dev;
	}
}

/* As many answers as go into a packet, and the end of the table if that fits too; the bytes of them. */
static size_t fill(struct klips_dump *dump, struct klips *klips, char *packet, bool *done)
{
	struct klips_message message;
	size_t size = 0;
	int verdict = 0;

	for (; dump->next < dump->count; dump->next++) {
		klips_message_begin_op(&message, packet + size, KLIPS_CONTROL_ROOM - size, dump->op, NLM_F_MULTI,
				       dump->seq);
		if (message.full)
			return size;
		if (!put_one(&message, klips, dump))
			continue;
		if (message.full)
			return size;
		size += message.head->nlmsg_len;
	}
	klips_message_begin(&message, packet + size, KLIPS_CONTROL_ROOM - size, NLMSG_DONE, NLM_F_MULTI, dump->seq);
	klips_message_put_extra(&message, &verdict, sizeof(verdict));
	*done = !message.full;
	return size + (message.full ? 0 : message.head->nlmsg_len);
}

/**
 * klips_control_continue() - tell more of a table
 * @control: whose
 * @session: to whom
 * @reply: as in klips_control_handle()
 * @arg: for @reply
 *
 * Return: 0 when all is told; -EAGAIN when @reply takes no more now; or another error of @reply.
 */
int klips_control_continue(struct klips_control *control, struct klips_session *session, klips_reply_fn reply,
			   void *arg)
{
	struct klips_dump *dump = session->dump;
	char packet[KLIPS_CONTROL_ROOM] __aligned(8);
	bool done = false;

	while (dump && !done) {
		size_t start = dump->next;
		size_t size = fill(dump, control->klips, packet, &done);
		int err = reply(arg, packet, size);

		if (err) {
			/* What was not taken is looked up again. */
			dump->next = start;
			return err;
		}
	}
	klips_session_end(session);
	return 0;
}
