// SPDX-License-Identifier: GPL-2.0-or-later
/* What those tell pluto who test it or look for a fault: exchanges that begin now, impairments, the key log. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/parse.h"
#include "control.h"
#include "filter.h"
#include "impair.h"
#include "log.h"
#include "plan.h"
#include "rekey.h"

/* An IKE SA is of all that have Child SAs of it. After plans_relate() */
static bool is_related(const struct ike_sa *sa)
{
	return sa->connection->plan && sa->connection->plan->related;
}

/* Whether nothing is asked, made or deleted at the moment. */
static bool is_quiet(struct ike_sa *sa)
{
	const struct child_sa *child;

	if (sa->state != IKE_SA_ESTABLISHED || sa->exchange || sa->busy || sa->rekeying || !cds_list_empty(&sa->queue))
		return false;
	cds_list_for_each_entry(child, &sa->children, node)
		if (child->state != CHILD_SA_INSTALLED)
			return false;
	return true;
}

bool control_is_quiet(const struct daemon *daemon, const char *name)
{
	struct ike_sa *sa;

	plans_relate((struct daemon *)daemon, name);
	cds_list_for_each_entry(sa, &daemon->pluto->sas, node)
		if (is_related(sa) && !is_quiet(sa))
			return false;
	return true;
}

static bool has_new_child(const struct ike_sa *sa, uint32_t newer)
{
	const struct child_sa *child;

	cds_list_for_each_entry(child, &sa->children, node)
		if (child->serial >= newer)
			return true;
	return false;
}

bool control_has_new(const struct daemon *daemon, const char *name, enum control_follow what, uint32_t newer)
{
	const struct ike_sa *sa;

	plans_relate((struct daemon *)daemon, name);
	cds_list_for_each_entry(sa, &daemon->pluto->sas, node) {
		if (!is_related(sa))
			continue;
		if (what == FOLLOW_ANSWER || (what == FOLLOW_NEW_IKE && sa->serial >= newer) ||
		    (what == FOLLOW_NEW_CHILD && has_new_child(sa, newer)))
			return true;
	}
	return false;
}

static void rekey_children(struct ike_sa *sa)
{
	struct child_sa *child, *next;

	cds_list_for_each_entry_safe(child, next, &sa->children, node)
		child_sa_rekey_start(child);
}

/* Of each IKE SA of a connection that is established; then waits for what comes of it. */
static void begin(struct control_client *client, const struct control_request *request, void (*what)(struct ike_sa *sa),
		  enum control_follow wait)
{
	struct daemon *daemon = control_daemon(client);
	struct ike_sa *sa, *next;
	unsigned int count = 0;

	if (!control_plan(client, request))
		return;
	plans_relate(daemon, request->name);
	control_follow(client, request->name, wait);
	cds_list_for_each_entry_safe(sa, next, &daemon->pluto->sas, node) {
		if (!is_related(sa) || sa->state != IKE_SA_ESTABLISHED)
			continue;
		what(sa);
		count++;
	}
	if (!count)
		control_log(client, "\"%s\": has no established IKE SA", request->name);
	if (!count || request->async)
		control_end(client, !count, NULL);
}

void control_rekey_ike(struct control_client *client, const struct control_request *request)
{
	begin(client, request, ike_sa_rekey_start, FOLLOW_NEW_IKE);
}

void control_rekey_child(struct control_client *client, const struct control_request *request)
{
	begin(client, request, rekey_children, FOLLOW_NEW_CHILD);
}

void control_liveness(struct control_client *client, const struct control_request *request)
{
	begin(client, request, ike_liveness_start, FOLLOW_ANSWER);
}

static const char *name_of(const struct connection *connection)
{
	return connection->family ? connection->family : connection->name;
}

/* "serial": of an IKE SA or a Child SA. What its connection makes in its place, if it is to be up, is another one. */
void control_delete_state(struct control_client *client, const struct control_request *request)
{
	const json_t *number = json_object_get(request->json, "serial");
	const json_int_t serial = json_integer_value(number);
	struct pluto *pluto = control_daemon(client)->pluto;
	struct ike_sa *sa = serial > 0 && serial <= UINT32_MAX ? pluto_find_ike(pluto, (uint32_t)serial) : NULL;
	struct child_sa *child = serial > 0 && serial <= UINT32_MAX ? pluto_find_child(pluto, (uint32_t)serial) : NULL;

	if (!sa && !child) {
		control_log(client, "#%" JSON_INTEGER_FORMAT ": there is no SA of this number", serial);
		control_end(client, 1, NULL);
		return;
	}
	control_follow(client, name_of(sa ? sa->connection : child->connection), FOLLOW_DOWN);
	if (sa)
		ike_delete_start(sa);
	else
		child_sa_delete_start(child);
	if (request->async)
		control_end(client, 0, NULL);
}

static void put_line(void *arg, const char *line)
{
	control_log(arg, "%s", line);
}

static void put_row(void *arg, const char *text)
{
	json_array_append_new(arg, json_string(text));
}

static void list(struct control_client *client)
{
	json_t *rows = json_array();

	impair_each(control_daemon(client)->pluto, put_row, rows);
	control_end(client, 0, json_pack("{s:o}", "status", rows));
}

static int keep_alive(struct daemon *daemon, uint32_t serial, char *why, size_t size)
{
	const struct ike_sa *sa = pluto_find_ike(daemon->pluto, serial);

	if (sa) {
		net_keep_alive(daemon->net, &sa->local, &sa->remote);
		return 0;
	}
	snprintf(why, size, "#%" PRIu32 " is no IKE SA", serial);
	return -ESRCH;
}

/* What has a number, and happens once: "rekey-ike:3". -ENOENT: it is something else. */
static int trigger(struct daemon *daemon, const char *what, char *why, size_t size)
{
	size_t length = strcspn(what, ":"), at;
	char name[64];
	u64 serial;

	if (!what[length] || length >= sizeof(name) || klips_parse_number(&serial, what + length + 1, UINT32_MAX))
		return -ENOENT;
	for (at = 0; at < length; at++)
		name[at] = (char)(what[at] == '_' ? '-' : what[at]);
	name[length] = '\0';
	if (!strcmp(name, "send-keepalive"))
		return keep_alive(daemon, (uint32_t)serial, why, size);
	return impair_trigger(daemon->pluto, name, (uint32_t)serial, why, size);
}

static int impair(struct daemon *daemon, const char *what, char *why, size_t size)
{
	int err;

	if (!strcmp(what, "release")) {
		impair_release(daemon->pluto);
		return 0;
	}
	if (!strcmp(what, "none")) {
		impair_clear(daemon->pluto);
		log_say(PLUTO_NOTICE, "IMPAIR: none is on");
		return 0;
	}
	err = trigger(daemon, what, why, size);
	return err == -ENOENT ? impair_set(daemon->pluto, what, why, size) : err;
}

/* "what": as whack --impair has it. */
void control_impair(struct control_client *client, const struct control_request *request)
{
	const char *what = json_string_value(json_object_get(request->json, "what"));
	char why[256] = "";
	int err = 0;

	if (what && !strcmp(what, "help")) {
		impair_help(put_line, client);
	} else if (!what || !strcmp(what, "list")) {
		list(client);
		return;
	} else {
		err = impair(control_daemon(client), what, why, sizeof(why));
	}
	if (err)
		control_log(client, "%s", why);
	control_end(client, err != 0, NULL);
}

/* "on": whether debugging lines are logged from now on. */
void control_debug(struct control_client *client, const struct control_request *request)
{
	const bool on = json_is_true(json_object_get(request->json, "on"));

	log_debug(on);
	control_daemon(client)->pluto->quiet = !on;
	control_end(client, 0, NULL);
}

/* "folder": an absolute one; without it keys are logged no more. */
void control_keylog(struct control_client *client, const struct control_request *request)
{
	const char *folder = json_string_value(json_object_get(request->json, "folder"));

	if (folder && folder[0] != '/') {
		control_log(client, "%s: not an absolute path", folder);
		control_end(client, 1, NULL);
		return;
	}
	control_end(client, daemon_keylog(control_daemon(client), folder) != 0, NULL);
}

/* For who wants to see that seccomp= does what it says: with enabled, nobody answers. */
void control_try_filter(struct control_client *client, const struct control_request *request)
{
	int err;

	(void)request;
	log_say(PLUTO_NOTICE, "seccomp=%s: trying a system call that is not allowed", filter_name(filter_started()));
	log_flush();
	err = filter_try();
	log_say(PLUTO_NOTICE, "seccomp=%s: that call %s%s", filter_name(filter_started()),
		err ? "failed: " : "was made, as there is no filter", err ? strerror(err) : "");
	control_end(client, 0, NULL);
}
