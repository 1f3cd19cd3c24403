// SPDX-License-Identifier: GPL-2.0-or-later
#include "loaded.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/parse.h"
#include "log.h"

struct loaded *loaded_find(const struct daemon *daemon, const char *name)
{
	struct loaded *loaded;

	cds_list_for_each_entry(loaded, &daemon->loaded, node) {
		if (!strcmp(loaded->name, name))
			return loaded;
	}
	return NULL;
}

/* An alias counts only where nothing has that name. */
static bool is_meant(const struct loaded *loaded, const char *name, bool by_alias)
{
	if (!name)
		return true;
	return by_alias ? klips_has_word(loaded_end(loaded, "connalias"), name) : !strcmp(loaded->name, name);
}

struct loaded *loaded_next(const struct daemon *daemon, const char *name, struct loaded *after)
{
	struct cds_list_head *at = after ? after->node.next : daemon->loaded.next;
	bool by_alias = name && !plan_is_there(daemon, name);

	for (; at != &daemon->loaded; at = at->next)
		if (is_meant(cds_list_entry(at, struct loaded, node), name, by_alias))
			return cds_list_entry(at, struct loaded, node);
	return NULL;
}

const char *loaded_end(const struct loaded *loaded, const char *side)
{
	const char *text = json_string_value(json_object_get(json_object_get(loaded->json, "keywords"), side));

	return text ? text : "";
}

bool loaded_has_plans(const struct loaded *loaded)
{
	const struct plan *plan;

	cds_list_for_each_entry(plan, &loaded->daemon->plans, node) {
		if (plan->loaded == loaded && !plan->gone)
			return true;
	}
	return false;
}

static struct loaded *new_loaded(struct daemon *daemon, const json_t *conn, const struct orient_names *names)
{
	struct loaded *loaded = calloc(1, sizeof(*loaded));

	if (!loaded)
		return NULL;
	CDS_INIT_LIST_HEAD(&loaded->node);
	loaded->daemon = daemon;
	loaded->name = strdup(json_string_value(json_object_get(conn, "name")));
	loaded->json = json_incref((json_t *)conn);
	loaded->named = names;
	if (names)
		loaded->names = *names;
	loaded->is_group = orient_is_group(conn);
	if (loaded->name)
		return loaded;
	json_decref(loaded->json);
	free(loaded);
	return NULL;
}

/* Its plans, if it has any, are gone. */
static void free_loaded(struct loaded *loaded)
{
	struct plan *plan;

	cds_list_for_each_entry(plan, &loaded->daemon->plans, node) {
		if (plan->loaded == loaded)
			plan->loaded = NULL;
	}
	cds_list_del(&loaded->node);
	policy_nets_free(&loaded->nets);
	json_decref(loaded->json);
	free(loaded->name);
	free(loaded);
}

/* All of subnets=, or none. */
static int make_pairs(struct loaded *loaded, struct cds_list_head *to, struct orient_said *said)
{
	struct orient_pair *pairs = calloc(ORIENT_PAIRS, sizeof(*pairs));
	unsigned int count = pairs ? orient_pairs(pairs, loaded->json, said) : 0, i;
	int err = !pairs ? -ENOMEM : count ? 0 : -EINVAL;
	struct plan *plan, *next;

	for (i = 0; !err && i < count; i++) {
		err = plan_make(&plan, loaded, &pairs[i], NULL, said);
		if (!err)
			cds_list_add_tail(&plan->node, to);
	}
	free(pairs);
	if (!err)
		return 0;
	cds_list_for_each_entry_safe(plan, next, to, node)
		plan_discard(plan);
	return err;
}

static void warn(const struct loaded *loaded, const struct orient_said *said)
{
	unsigned int i;

	for (i = 0; i < said->warning_count; i++)
		log_say(PLUTO_NOTICE, "\"%s\": %s", loaded->name, said->warnings[i]);
}

/* That it has no address is said once. */
static void wait_for_address(struct loaded *loaded, const char *why)
{
	if (strcmp(loaded->why, why) != 0)
		log_say(PLUTO_NOTICE, "\"%s\": not oriented: %s", loaded->name, why);
	snprintf(loaded->why, sizeof(loaded->why), "%s", why);
}

void loaded_begin(struct plan *plan)
{
	struct loaded *loaded = plan->loaded;

	loaded->why[0] = '\0';
	cds_list_add_tail(&plan->node, &plan->daemon->plans);
	log_say(PLUTO_NOTICE, "\"%s\": loaded", plan->connection->name);
	if (plan->connection->own_ports)
		daemon_listen_at_ports(plan->daemon);
	if (loaded->routed)
		plan_route(plan);
	if (loaded->up)
		plan_up(plan);
}

static void begin_all(struct loaded *loaded, struct cds_list_head *made)
{
	struct plan *plan, *next;

	cds_list_for_each_entry_safe(plan, next, made, node) {
		cds_list_del(&plan->node);
		loaded_begin(plan);
	}
	/* From now on its plans have their own wishes. */
	loaded->up = loaded->routed = false;
}

/**
 * loaded_add() - load a conn, in place of one of its name
 * @conn: as orient() has it
 * @names: of its ends, resolved; NULL: there are none
 * @said: gets why not, and what the log has too
 *
 * One that lacks an address of this host, or a route, is loaded, and waits for it.
 *
 * Return: 0; -EINVAL: it cannot be; -ENOMEM. Then that of its name is as it was.
 */
int loaded_add(struct daemon *daemon, const json_t *conn, const struct orient_names *names, struct orient_said *said)
{
	struct loaded *loaded = new_loaded(daemon, conn, names);
	CDS_LIST_HEAD(made);
	int err;

	if (!loaded)
		return -ENOMEM;
	err = loaded->is_group ? loaded_group_try(loaded, said) : make_pairs(loaded, &made, said);
	if (err && err != -EADDRNOTAVAIL) {
		free_loaded(loaded);
		return err;
	}
	warn(loaded, said);
	if (plan_is_there(daemon, loaded->name))
		loaded_delete(daemon, loaded->name);
	cds_list_add_tail(&loaded->node, &daemon->loaded);
	if (loaded->is_group || err)
		log_say(PLUTO_NOTICE, "\"%s\": loaded%s", loaded->name, loaded->is_group ? ", a policy group" : "");
	if (err)
		wait_for_address(loaded, said->why);
	if (loaded->is_group)
		loaded_group_read(loaded);
	else if (!err)
		begin_all(loaded, &made);
	return 0;
}

static void delete_named(struct daemon *daemon, const char *name)
{
	const struct plan *plan = plan_next(daemon, name, NULL);
	struct loaded *loaded = loaded_find(daemon, name);

	if (!loaded && plan)
		loaded = plan->loaded;
	plans_delete(daemon, name);
	/* A group that has lost a net by name has it again when it is read again. */
	if (loaded && (!strcmp(loaded->name, name) || (!loaded->is_group && !loaded_has_plans(loaded))))
		free_loaded(loaded);
}

void loaded_delete(struct daemon *daemon, const char *name)
{
	struct loaded *loaded;

	if (plan_is_there(daemon, name)) {
		delete_named(daemon, name);
		return;
	}
	while ((loaded = loaded_next(daemon, name, NULL)))
		delete_named(daemon, loaded->name);
}

void loaded_free_all(struct daemon *daemon)
{
	struct loaded *loaded, *next;

	cds_list_for_each_entry_safe(loaded, next, &daemon->loaded, node)
		free_loaded(loaded);
}

/* Another connection of the same conn, by the address that this host has now. */
static void remake(struct plan *plan)
{
	const struct policy_net *net = plan->net.addr.version ? &plan->net : NULL;
	struct orient_said said = { .why = "" };
	struct plan *made;

	if (!plan_make(&made, plan->loaded, &plan->pair, net, &said))
		plan_hand_over(plan, made);
}

static void settle(struct plan *plan)
{
	if (!plan->connection->away && plan_is_lost(plan))
		plan_leave(plan);
	if (!plan->connection->away)
		return;
	if (plan_is_home(plan))
		plan_return(plan);
	else
		remake(plan);
}

static void fill(struct loaded *loaded)
{
	struct orient_said said = { .why = "" };
	CDS_LIST_HEAD(made);
	int err;

	if (loaded_has_plans(loaded))
		return;
	err = make_pairs(loaded, &made, &said);
	if (err)
		wait_for_address(loaded, said.why[0] ? said.why : strerror(-err));
	else
		begin_all(loaded, &made);
}

void loaded_orient(struct daemon *daemon)
{
	struct loaded *loaded, *next;
	struct plan *plan, *after;

	if (daemon->stopping)
		return;
	cds_list_for_each_entry_safe(plan, after, &daemon->plans, node) {
		if (!plan->gone && plan->loaded)
			settle(plan);
	}
	cds_list_for_each_entry_safe(loaded, next, &daemon->loaded, node) {
		if (loaded->is_group)
			loaded_group_fill(loaded, false);
		else
			fill(loaded);
	}
}

unsigned int loaded_read_groups(struct daemon *daemon)
{
	unsigned int errors = 0;
	struct loaded *loaded;

	cds_list_for_each_entry(loaded, &daemon->loaded, node) {
		if (loaded->is_group)
			errors += loaded_group_read(loaded);
	}
	return errors;
}
