/* SPDX-License-Identifier: GPL-2.0-or-later */
/* klipsd's end of the control protocol (src/lib/klips-control.yaml): requests change and show one struct klips. */
#ifndef KLIPS_USER_CONTROL_H
#define KLIPS_USER_CONTROL_H

#include "../core/klips.h"

/**
 * struct klips_control_ops - what control has its daemon do; each returns 0 or a negative errno
 * @set_eroute: klips_set_eroute(), or what stands for it
 * @clear_eroutes: remove them all; NULL: klips_eroutes_clear() does
 * @create: make an ipsecN that is not attached; NULL: there is no such thing
 * @remove: take one away; NULL likewise
 * @attach: attach an ipsecN, which is made if there is none; @detach likewise
 * @add_port: IKE has that UDP port too, and with @encapsulation ESP; NULL: klips_ike_port_add() does, without ESP
 * @driver: whose cryptography new SAs get
 * @guard: who refuses packets in clear, "none" for nobody; brings the counter of these up to date; NULL: core does
 * @changed: SAs were added, changed or removed, so that timers may be due sooner; NULL: of no interest
 */
struct klips_control_ops {
	int (*set_eroute)(struct klips *klips, const struct klips_selector *sel, const struct klips_said *said,
			  bool replace);
	int (*unset_eroute)(struct klips *klips, const struct klips_selector *sel);
	int (*clear_eroutes)(struct klips *klips);
	int (*create)(struct klips *klips, const char *name);
	int (*remove)(struct klips *klips, const char *name);
	int (*attach)(struct klips *klips, const char *name, const char *phys);
	int (*detach)(struct klips *klips, const char *name);
	int (*add_port)(struct klips *klips, u16 port, bool encapsulation);
	const char *(*driver)(struct klips *klips);
	const char *(*guard)(struct klips *klips);
	void (*changed)(struct klips *klips);
};

/**
 * struct klips_control - what requests are about; all requests come from one thread
 * @version: for users
 */
struct klips_control {
	struct klips *klips;
	const struct klips_control_ops *ops;
	const char *version;
};

struct klips_dump;

/**
 * struct klips_session - one that sends requests
 * @admin: may change things
 * @groups: a bit each KLIPS_MCGRP_ whose events it wants
 * @dump: what it is still to be told; NULL: nothing
 */
struct klips_session {
	bool admin;
	u32 groups;
	struct klips_dump *dump;
};

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
