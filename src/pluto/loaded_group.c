// SPDX-License-Identifier: GPL-2.0-or-later
/* Conns with right=%group: a connection for each net of the policy group of their name. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "loaded.h"
#include "log.h"

static const struct orient_pair whole;

/* Whether this conn can be one at all, whatever its nets are: 0 or as orient(). */
int loaded_group_try(struct loaded *loaded, struct orient_said *said)
{
	struct plan *plan;
	int err;

	if (strchr(loaded->name, '/') || loaded->name[0] == '.') {
		snprintf(said->why, sizeof(said->why), "a policy group is called as its file is, without a /");
		return -EINVAL;
	}
	err = plan_make(&plan, loaded, &whole, NULL, said);
	if (!err)
		plan_discard(plan);
	return err;
}

static bool has_same_own_end(const struct connection *one, const struct connection *other)
{
	const struct connection_end *a = &one->local, *b = &other->local;

	return klips_addr_equal(&a->host, &b->host) && a->protocol == b->protocol && a->port == b->port &&
	       a->client.count == b->client.count &&
	       !memcmp(a->client.ts, b->client.ts, a->client.count * sizeof(a->client.ts[0]));
}

/* Whether another group has that net too. */
static bool is_elsewhere(const struct loaded *loaded, const struct policy_net *net)
{
	const struct loaded *one;

	cds_list_for_each_entry(one, &loaded->daemon->loaded, node) {
		if (one != loaded && policy_nets_find(&one->nets, net))
			return true;
	}
	return false;
}

/* One of another group that is for the same traffic; NULL: none. Which of two is right nobody can tell. */
static const struct plan *rival_of(const struct plan *plan)
{
	const struct plan *one;

	if (!is_elsewhere(plan->loaded, &plan->net))
		return NULL;
	cds_list_for_each_entry(one, &plan->daemon->plans, node) {
		if (!one->gone && one->loaded != plan->loaded && policy_net_equal(&one->net, &plan->net) &&
		    has_same_own_end(one->connection, plan->connection))
			return one;
	}
	return NULL;
}

static void complain(const struct loaded *loaded, const struct policy_net *net, const char *why)
{
	char text[POLICY_NET_TEXT];

	policy_net_print(text, sizeof(text), net);
	log_say(PLUTO_ERROR, "\"%s#%s\": %s", loaded->name, text, why);
}

static void tell_what_it_is(const struct connection *connection)
{
	if (connection->kind <= CONNECTION_TRANSPORT && connection_is_template(connection))
		log_say(PLUTO_NOTICE, "\"%s\": a net of several hosts: it answers them, and is not begun from here",
			connection->name);
}

/* @say: what keeps it from being one, but that an address is missing */
static void add_net(struct loaded *loaded, const struct policy_net *net, bool say)
{
	struct orient_said said = { .why = "" };
	const struct plan *rival;
	struct plan *plan;
	int err = plan_make(&plan, loaded, &whole, net, &said);

	if (err) {
		if (say && err != -EADDRNOTAVAIL)
			complain(loaded, net, said.why[0] ? said.why : strerror(-err));
		return;
	}
	rival = rival_of(plan);
	if (!rival) {
		loaded_begin(plan);
		tell_what_it_is(plan->connection);
		return;
	}
	snprintf(said.why, sizeof(said.why), "left out, as \"%s\" is for the same traffic", rival->connection->name);
	if (say)
		complain(loaded, net, said.why);
	plan_discard(plan);
}

/* Which nets have a plan, by their numbers; returns how many. */
static size_t mark_those_with_plans(const struct loaded *loaded, bool *has)
{
	const struct policy_net *net;
	const struct plan *plan;
	size_t count = 0;

	cds_list_for_each_entry(plan, &loaded->daemon->plans, node) {
		if (plan->loaded != loaded || plan->gone)
			continue;
		net = policy_nets_find(&loaded->nets, &plan->net);
		if (!net)
			continue;
		has[net - loaded->nets.list] = true;
		count++;
	}
	return count;
}

/* A group without nets has its address, or has not, all the same. */
static void look_for_address(struct loaded *loaded)
{
	struct orient_said said = { .why = "" };

	if (loaded->why[0] && !loaded_group_try(loaded, &said))
		loaded->why[0] = '\0';
}

/**
 * loaded_group_fill() - nets that have no connection get one, if this host has the address for it
 * @say: what is wrong with them, which was said before if they were tried before
 */
void loaded_group_fill(struct loaded *loaded, bool say)
{
	bool has[POLICY_NETS_MAX] = { false };
	size_t i;

	look_for_address(loaded);
	if (mark_those_with_plans(loaded, has) == loaded->nets.count)
		return;
	for (i = 0; i < loaded->nets.count; i++) {
		if (!has[i])
			add_net(loaded, &loaded->nets.list[i], say);
	}
}

static void drop_others(struct loaded *loaded)
{
	struct plan *plan;

	cds_list_for_each_entry(plan, &loaded->daemon->plans, node) {
		if (plan->loaded != loaded || plan->gone || policy_nets_find(&loaded->nets, &plan->net))
			continue;
		log_say(PLUTO_NOTICE, "\"%s\": no longer in its policy group", plan->connection->name);
		plan->ending = true;
	}
	plans_delete_ending(loaded->daemon);
}

/**
 * loaded_group_read() - read the file of its nets
 *
 * Connections of nets that stay are left alone. If the file cannot be read, all are.
 *
 * Return: how many errors there are in it, which the log has.
 */
unsigned int loaded_group_read(struct loaded *loaded)
{
	struct conf_errors errors = { 0 };
	struct policy_nets nets;
	unsigned int count;
	char path[4096];
	int err;

	snprintf(path, sizeof(path), "%s/" POLICY_FOLDER "/%s", loaded->daemon->setup->ipsecdir, loaded->name);
	err = policy_nets_load(&nets, path, &errors);
	count = log_errors(&errors);
	if (err)
		return count ? count : 1;
	policy_nets_free(&loaded->nets);
	loaded->nets = nets;
	drop_others(loaded);
	loaded_group_fill(loaded, true);
	return count;
}
