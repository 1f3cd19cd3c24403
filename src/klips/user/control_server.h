/* SPDX-License-Identifier: GPL-2.0-or-later */
/* klipsd's end of the control protocol: a unix socket, and who is connected to it. */
#ifndef KLIPS_USER_CONTROL_SERVER_H
#define KLIPS_USER_CONTROL_SERVER_H

#include "../control/control.h"

/* Takes a packet of answers: 0, -EAGAIN (not now: it is not taken), or another error: the session is over. */
typedef int (*klips_reply_fn)(void *arg, const void *packet, size_t length);

int klips_control_handle(struct klips_control *control, struct klips_session *session, const void *message,
			 size_t length, klips_reply_fn reply, void *arg);
int klips_control_continue(struct klips_control *control, struct klips_session *session, klips_reply_fn reply,
			   void *arg);
void klips_session_end(struct klips_session *session);

/* Sockets and sessions: control_server.c. */
struct klips_control_server;

int klips_control_server_new(struct klips_control_server **server, struct klips_control *control, const char *path);
void klips_control_server_free(struct klips_control_server *server);
int klips_control_server_fd(const struct klips_control_server *server);
int klips_control_server_run(struct klips_control_server *server);

/* Events; from any thread. Whether anybody got it. */
bool klips_control_acquire(struct klips_control_server *server, const struct klips_acquire *acquire);
bool klips_control_expire(struct klips_control_server *server, struct klips_sa *sa, enum klips_life life);
bool klips_control_mapping(struct klips_control_server *server, const struct klips_said *said,
			   const struct klips_addr *addr, u16 port);

#endif
