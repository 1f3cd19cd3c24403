/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A request that is being answered: what the files control_*.c share. */
#ifndef KLIPS_USER_CONTROL_REQUEST_H
#define KLIPS_USER_CONTROL_REQUEST_H

#include "../../lib/control_message.h"
#include "../../lib/klips_control.h"
#include "control.h"

/* Bytes of the longest answer about one thing. */
#define KLIPS_ANSWER_ROOM 4096

/**
 * struct klips_request - one request
 * @attrs: those that are there, by type
 * @data: all attributes
 * @answer: where the answer is made, of this operation; not to be touched by operations without one
 */
struct klips_request {
	struct klips_control *control;
	struct klips_session *session;
	const struct nlattr *attrs[KLIPS_ATTRS_MAX];
	const void *data;
	size_t length;
	struct klips_message answer;
	struct klips_refusal refusal;
};

/* 0, or a negative errno that klips_refuse() was told of. */
typedef int (*klips_handler_fn)(struct klips_request *request);

int klips_handle_sa_add(struct klips_request *request);
int klips_handle_sa_update(struct klips_request *request);
int klips_handle_sa_move(struct klips_request *request);
int klips_handle_sa_del(struct klips_request *request);
int klips_handle_sa_get(struct klips_request *request);
int klips_handle_sa_flush(struct klips_request *request);
int klips_handle_sa_alloc_spi(struct klips_request *request);
int klips_handle_sa_group(struct klips_request *request);
int klips_handle_eroute_add(struct klips_request *request);
int klips_handle_eroute_replace(struct klips_request *request);
int klips_handle_eroute_del(struct klips_request *request);
int klips_handle_eroute_get(struct klips_request *request);
int klips_handle_eroute_flush(struct klips_request *request);
int klips_handle_dev_create(struct klips_request *request);
int klips_handle_dev_delete(struct klips_request *request);
int klips_handle_dev_attach(struct klips_request *request);
int klips_handle_dev_detach(struct klips_request *request);
int klips_handle_dev_get(struct klips_request *request);
int klips_handle_debug_set(struct klips_request *request);
int klips_handle_debug_get(struct klips_request *request);
int klips_handle_settings_set(struct klips_request *request);
int klips_handle_settings_get(struct klips_request *request);
int klips_handle_port_add(struct klips_request *request);
int klips_handle_status(struct klips_request *request);
int klips_handle_subscribe(struct klips_request *request);

/* The answers of which dumps have many; false: it is not there any more. */
bool klips_put_sa(struct klips_message *message, struct klips *klips, const struct klips_said *said);
bool klips_put_eroute(struct klips_message *message, struct klips *klips, const struct klips_selector *sel);
void klips_put_dev(struct klips_message *message, const struct klips_dev *dev);

void klips_read_current(struct klips_limits *current, const struct klips_usage *usage);

/* Dumps: control_dump.c. */
int klips_dump_begin(struct klips_control *control, struct klips_session *session, u8 op, u32 seq);
void klips_dump_free(struct klips_dump *dump);

#endif
