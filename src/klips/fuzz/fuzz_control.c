// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Control messages. The bytes are messages one after the other: two bytes of length, an operation, flags (one has the
 * message lie about its length), then attributes; all go to one KLIPS, whose tables are emptied in the end. What is
 * answered must be messages.
 */
#include <linux/genetlink.h>

#include "lib/control_message.h"
#include "lib/klips_control.h"
#include "tests/control_rig.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int check_answers(void *arg, const void *packet, size_t length)
{
	const struct nlmsghdr *head = packet;
	int left = (int)length;

	(void)arg;
	for (; mnl_nlmsg_ok(head, left); head = mnl_nlmsg_next(head, &left)) {
		if (head->nlmsg_type != NLMSG_ERROR && head->nlmsg_type != NLMSG_DONE && !klips_message_op(head))
			abort();
	}
	if (left)
		abort();
	return 0;
}

/* A message of its own memory, so that a byte read behind it is found. */
static void run_one(struct klips_session *session, const uint8_t *data, size_t size, u8 op, u8 flags)
{
	size_t length = NLMSG_HDRLEN + GENL_HDRLEN + size;
	struct nlmsghdr *head = calloc(1, length);
	struct genlmsghdr *extra;

	if (!head)
		abort();
	head->nlmsg_len = (u32)length + (flags & 8 ? (u32)flags << 24 : 0);
	head->nlmsg_type = flags & 0x80 ? flags : KLIPS_CONTROL_TYPE;
	head->nlmsg_flags = NLM_F_REQUEST | (flags & 1 ? NLM_F_ACK : 0) | (flags & 2 ? NLM_F_DUMP : 0);
	extra = mnl_nlmsg_get_payload(head);
	extra->cmd = op;
	memcpy(extra + 1, data, size);
	klips_control_handle(&rig_control, session, head, length, check_answers, NULL);
	free(head);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct klips_session session = { .admin = true };
	static bool begun;
	unsigned int i;

	if (!begun) {
		rcu_register_thread();
		rig_begin();
		begun = true;
	}
	while (size >= 4) {
		size_t length = min((size_t)(data[0] | data[1] << 8), size - 4);

		run_one(&session, data + 4, length, data[2], data[3]);
		data += 4 + length;
		size -= 4 + length;
	}
	klips_session_end(&session);
	klips_sadb_clear(rig_klips.sadb);
	klips_eroutes_clear(rig_klips.eroutes);
	for (i = 0; i < KLIPS_DEVICES; i++) {
		kfree(rig_klips.devices[i]);
		rig_klips.devices[i] = NULL;
	}
	return 0;
}
