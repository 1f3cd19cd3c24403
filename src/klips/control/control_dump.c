// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whole tables. Their names are copied in one walk; what there is to say of each is looked up when its answer is made,
 * as fast as the reader takes them. So a slow reader holds no lock, and what is gone meanwhile is left out.
 */
#include "control_request.h"

/**
 * struct klips_dump - a table that is being told
 * @op: KLIPS_CMD_ of the request
 * @seq: its number
 * @count: of names
 * @room: for how many there is memory
 * @next: the one that is told next
 * @names: whatever they are
 * @saids: of KLIPS_CMD_SA_GET
 * @selectors: of KLIPS_CMD_EROUTE_GET
 * @devs: of KLIPS_CMD_DEV_GET: the devices' names
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

#define SPARE 64 /* names that may be added between counting and copying */
#define TRIES 8

static int copy_said(struct klips_sa *sa, void *arg)
{
	struct klips_dump *dump = arg;

	if (dump->count == dump->room)
		return -ENOSPC;
	dump->saids[dump->count++] = sa->said;
	return 0;
}

static int copy_selector(struct klips_eroute *er, void *arg)
{
	struct klips_dump *dump = arg;

	if (dump->count == dump->room)
		return -ENOSPC;
	dump->selectors[dump->count++] = er->selector;
	return 0;
}

static int copy_devs(struct klips_dump *dump, const struct klips *klips)
{
	unsigned int i;

	for (i = 0; i < KLIPS_DEVICES; i++) {
		const struct klips_dev *dev = klips_dev_held(klips, i);

		if (dev)
			memcpy(dump->devs[dump->count++], dev->name, KLIPS_NAME_MAX);
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

/* Memory for as many names as there are; in the walk itself nobody may wait for any. */
static int make_room(struct klips_dump *dump, struct klips *klips, size_t spare)
{
	size_t size = KLIPS_NAME_MAX;

	dump->room = KLIPS_DEVICES;
	if (dump->op == KLIPS_CMD_SA_GET) {
		dump->room = klips_sadb_count(klips->sadb) + spare;
		size = sizeof(*dump->saids);
	} else if (dump->op == KLIPS_CMD_EROUTE_GET) {
		dump->room = klips_eroutes_count(klips->eroutes) + spare;
		size = sizeof(*dump->selectors);
	}
	dump->count = 0;
	dump->names = kvcalloc(dump->room, size, GFP_KERNEL);
	return dump->names ? 0 : -ENOMEM;
}

static int take_names(struct klips_dump *dump, struct klips *klips)
{
	unsigned int i;
	int err = -ENOSPC;

	for (i = 0; i < TRIES && err == -ENOSPC; i++) {
		kvfree(dump->names);
		err = make_room(dump, klips, (size_t)SPARE << 2 * i);
		if (!err)
			err = copy_names(dump, klips);
	}
	return err == -ENOSPC ? -ENOMEM : err;
}

/**
 * klips_dump_begin() - begin to tell a table
 * @result: gets what is to be told; klips_dump_free() ends it
 * @control: whose
 * @op: KLIPS_CMD_ of an operation that dumps
 * @seq: of the request
 *
 * Return: 0 or -ENOMEM.
 */
int klips_dump_begin(struct klips_dump **result, struct klips_control *control, u8 op, u32 seq)
{
	struct klips_dump *dump = kzalloc(sizeof(*dump), GFP_KERNEL);
	int err;

	if (!dump)
		return -ENOMEM;
	dump->op = op;
	dump->seq = seq;
	err = take_names(dump, control->klips);
	if (err)
		klips_dump_free(dump);
	else
		*result = dump;
	return err;
}

/**
 * klips_dump_free() - tell no more
 * @dump: or NULL
 */
void klips_dump_free(struct klips_dump *dump)
{
	if (dump)
		kvfree(dump->names);
	kfree(dump);
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

/**
 * klips_dump_put() - tell as much as goes into a packet
 * @dump: what is to be told
 * @control: whose
 * @packet: gets whole messages; aligned to eight bytes
 * @room: of it
 *
 * Return: bytes of them; 0: not one more fits, or all is told.
 */
size_t klips_dump_put(struct klips_dump *dump, struct klips_control *control, void *packet, size_t room)
{
	struct klips_message message;
	size_t size = 0;

	for (; dump->next < dump->count; dump->next++) {
		klips_message_begin_op(&message, (char *)packet + size, room - size, dump->op, NLM_F_MULTI, dump->seq);
		if (message.full)
			break;
		message.head->nlmsg_type = control->type;
		if (!put_one(&message, control->klips, dump))
			continue;
		if (message.full)
			break;
		size += message.head->nlmsg_len;
	}
	return size;
}

/**
 * klips_dump_is_told() - whether nothing is left to tell
 * @dump: it
 *
 * Return: that.
 */
bool klips_dump_is_told(const struct klips_dump *dump)
{
	return dump->next == dump->count;
}

/**
 * klips_dump_said() - a name of a table of SAs
 * @dump: of KLIPS_CMD_SA_GET
 * @at: from 0 on
 *
 * Return: it; NULL: there are not so many.
 */
const struct klips_said *klips_dump_said(const struct klips_dump *dump, size_t at)
{
	return at < dump->count ? &dump->saids[at] : NULL;
}

/**
 * klips_dump_selector() - a name of a table of eroutes
 * @dump: of KLIPS_CMD_EROUTE_GET
 * @at: from 0 on
 *
 * Return: it; NULL: there are not so many.
 */
const struct klips_selector *klips_dump_selector(const struct klips_dump *dump, size_t at)
{
	return at < dump->count ? &dump->selectors[at] : NULL;
}

/**
 * klips_dump_count() - how many names a table had
 * @dump: it
 *
 * Return: that.
 */
size_t klips_dump_count(const struct klips_dump *dump)
{
	return dump->count;
}

/**
 * klips_dump_seq() - which request a table answers
 * @dump: it
 *
 * Return: its number.
 */
u32 klips_dump_seq(const struct klips_dump *dump)
{
	return dump->seq;
}

/**
 * klips_dump_mark() - how far a table is told
 * @dump: it
 *
 * Return: for klips_dump_rewind().
 */
size_t klips_dump_mark(const struct klips_dump *dump)
{
	return dump->next;
}

/**
 * klips_dump_rewind() - tell once more what was not taken; it is looked up again
 * @dump: it
 * @mark: from where, of klips_dump_mark()
 */
void klips_dump_rewind(struct klips_dump *dump, size_t mark)
{
	dump->next = mark;
}
