// SPDX-License-Identifier: GPL-2.0-or-later
/* Requests over klipsd's socket: each is answered at once, but for tables, which go as fast as they are read. */
#include "../control/control_request.h"
#include "control_server.h"

/**
 * klips_control_handle() - take a request and answer it
 * @control: what it is about
 * @session: who asks
 * @message: the request; aligned to four bytes. It may hold keys: the caller wipes it
 * @length: bytes of it, one message
 * @reply: gets the answers, each packet one or more messages; if it says -EAGAIN to a table, klips_control_continue()
 *         goes on
 * @arg: for @reply
 *
 * Return: 0 when the request was answered, be it with a refusal; -EAGAIN when there is more to tell; -EBADMSG if this
 * is no message at all; -EBUSY while an earlier table is not told; or @reply's.
 */
int klips_control_handle(struct klips_control *control, struct klips_session *session, const void *message,
			 size_t length, klips_reply_fn reply, void *arg)
{
	char buffer[KLIPS_ANSWER_ROOM + KLIPS_VERDICT_ROOM] __aligned(8);
	struct klips_request request = { .control = control, .session = session };
	size_t size;
	int err;

	if (session->dump)
		return -EBUSY;
	err = klips_request_begin(&request, message, length);
	if (err)
		return err;
	if (klips_request_is_dump(&request)) {
		err = klips_dump_begin(&session->dump, control, klips_message_op(request.head),
				       request.head->nlmsg_seq);
		if (!err)
			return klips_control_continue(control, session, reply, arg);
		klips_refuse(&request.refusal, err, NULL, NULL, "no memory for the table");
	}
	size = klips_request_answer(&request, buffer, sizeof(buffer));
	return size ? reply(arg, buffer, size) : 0;
}

/* As many answers as go into a packet, and the end of the table if that fits too; the bytes of them. */
static size_t fill(struct klips_dump *dump, u32 seq, struct klips_control *control, char *packet, bool *done)
{
	size_t size = klips_dump_put(dump, control, packet, KLIPS_CONTROL_ROOM);
	struct klips_message message;
	int verdict = 0;

	if (!klips_dump_is_told(dump))
		return size;
	klips_message_begin(&message, packet + size, KLIPS_CONTROL_ROOM - size, NLMSG_DONE, NLM_F_MULTI, seq);
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
		size_t mark = klips_dump_mark(dump);
		size_t size = fill(dump, klips_dump_seq(dump), control, packet, &done);
		int err = reply(arg, packet, size);

		if (err) {
			klips_dump_rewind(dump, mark);
			return err;
		}
	}
	klips_session_end(session);
	return 0;
}

/**
 * klips_session_end() - forget what a session was still to be told
 * @session: it; its memory is the caller's
 */
void klips_session_end(struct klips_session *session)
{
	klips_dump_free(session->dump);
	session->dump = NULL;
}
