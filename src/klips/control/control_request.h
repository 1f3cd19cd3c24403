/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A request that is being answered: what the files control_*.c share. */
#ifndef KLIPS_CONTROL_CONTROL_REQUEST_H
#define KLIPS_CONTROL_CONTROL_REQUEST_H

#include <string.h>

#include "../../lib/control_message.h"
#include "../../lib/format.h"
#include "../../lib/klips_control.h"
#include "control.h"

/* Bytes of the longest answer about one thing, and of what is said of the request itself. */
#define KLIPS_ANSWER_ROOM  4096
#define KLIPS_VERDICT_ROOM 512
/* Bytes of the longest event. */
#define KLIPS_EVENT_ROOM 512

/**
 * struct klips_request - one request
 * @head: its message
 * @attrs: those that are there, by type
 * @data: all attributes
 * @answer: where the answer is made, of this operation; not to be touched by operations without one
 */
struct klips_request {
	struct klips_control *control;
	struct klips_session *session;
	const struct nlmsghdr *head;
	const struct nlattr *attrs[KLIPS_ATTRS_MAX];
	const void *data;
	size_t length;
	struct klips_message answer;
	struct klips_refusal refusal;
};

int klips_request_begin(struct klips_request *request, const void *message, size_t length);
bool klips_request_is_dump(const struct klips_request *request);
size_t klips_request_answer(struct klips_request *request, void *buffer, size_t room);

/* 0, or a negative errno that klips_refuse() was told of. */
typedef int (*klips_handler_fn)(struct klips_request *request);

int klips_handle_sa_add(struct klips_request *request);
int klips_handle_sa_update(struct klips_request *request);
int klips_handle_sa_move(struct klips_request *request);
int klips_handle_sa_refer(struct klips_request *request);
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

/* What there is to tell; false: it is not there any more. */
bool klips_read_sa(struct klips_sa_info *info, struct klips *klips, const struct klips_said *said);
void klips_read_dev(struct klips_dev_info *info, const struct klips_dev *dev);
bool klips_read_eroute(struct klips_eroute_info *info, struct klips *klips, const struct klips_selector *sel);

/* The answers of which dumps have many; false: it is not there any more. */
bool klips_put_sa(struct klips_message *message, struct klips *klips, const struct klips_said *said);
bool klips_put_eroute(struct klips_message *message, struct klips *klips, const struct klips_selector *sel);
void klips_put_dev(struct klips_message *message, const struct klips_dev *dev);

void klips_read_current(struct klips_limits *spent, const struct klips_usage *usage);

/* Dumps: control_dump.c. */
int klips_dump_begin(struct klips_dump **dump, struct klips_control *control, u8 op, u32 seq);
void klips_dump_free(struct klips_dump *dump);
size_t klips_dump_put(struct klips_dump *dump, struct klips_control *control, void *packet, size_t room);
bool klips_dump_is_told(const struct klips_dump *dump);
const struct klips_said *klips_dump_said(const struct klips_dump *dump, size_t at);
const struct klips_selector *klips_dump_selector(const struct klips_dump *dump, size_t at);
size_t klips_dump_count(const struct klips_dump *dump);
u32 klips_dump_seq(const struct klips_dump *dump);
size_t klips_dump_mark(const struct klips_dump *dump);
void klips_dump_rewind(struct klips_dump *dump, size_t mark);

/* Events: control_event.c. */
void klips_put_acquire(struct klips_message *message, const struct klips_acquire *acquire);
void klips_put_expire(struct klips_message *message, struct klips_sa *sa, enum klips_life life);
void klips_put_mapping(struct klips_message *message, const struct klips_said *said, const struct klips_addr *addr,
		       u16 port);

#endif
