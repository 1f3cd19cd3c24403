// SPDX-License-Identifier: GPL-2.0-or-later
#include "impair_own.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RULES_MAX 64
#define HELD_MAX  256 /* messages */

static void free_waiting(struct waiting *waiting)
{
	if (!waiting)
		return;
	ike_packets_free(waiting->packet);
	free(waiting);
}

static struct waiting *wait_new(bool inbound, const struct ike_endpoint *local, const struct ike_endpoint *remote,
				struct ike_slice data)
{
	struct waiting *waiting = malloc(sizeof(*waiting));

	if (!waiting)
		return NULL;
	*waiting = (struct waiting){ .inbound = inbound, .local = *local, .remote = *remote };
	waiting->packet = ike_packet_new(data);
	if (waiting->packet)
		return waiting;
	free(waiting);
	return NULL;
}

static void free_rule(struct impair *impair, struct rule *rule)
{
	cds_list_del(&rule->node);
	impair->count--;
	free_waiting(rule->kept);
	free(rule);
}

static void forget_held(struct impair *impair)
{
	struct waiting *waiting, *next;

	cds_list_for_each_entry_safe(waiting, next, &impair->held, node)
		free_waiting(waiting);
	CDS_INIT_LIST_HEAD(&impair->held);
	impair->held_count = 0;
}

void impair_clear(struct pluto *pluto)
{
	struct impair *impair = pluto->impair;
	struct rule *rule, *next;

	if (!impair)
		return;
	cds_list_for_each_entry_safe(rule, next, &impair->rules, node)
		free_rule(impair, rule);
	forget_held(impair);
	free(impair);
	pluto->impair = NULL;
}

/* Where nobody looks at one: with the last of them the engine is as before. */
static void sweep(struct pluto *pluto)
{
	struct impair *impair = pluto->impair;
	struct rule *rule, *next;

	if (impair->depth)
		return;
	cds_list_for_each_entry_safe(rule, next, &impair->rules, node)
		if (rule->spent)
			free_rule(impair, rule);
	if (cds_list_empty(&impair->rules) && cds_list_empty(&impair->held)) {
		free(impair);
		pluto->impair = NULL;
	}
}

static bool make_impair(struct pluto *pluto)
{
	struct impair *impair = pluto->impair ? NULL : calloc(1, sizeof(*impair));

	if (!impair)
		return pluto->impair;
	CDS_INIT_LIST_HEAD(&impair->rules);
	CDS_INIT_LIST_HEAD(&impair->held);
	pluto->impair = impair;
	return true;
}

static int add(struct pluto *pluto, const char *text, struct rule *rule, char *why, size_t size)
{
	int err = impair_rule_read(rule, text, why, size);

	if (err)
		return err;
	if (pluto->impair && pluto->impair->count == RULES_MAX) {
		snprintf(why, size, "%s: there are %d already", text, RULES_MAX);
		return -EINVAL;
	}
	if (!make_impair(pluto)) {
		snprintf(why, size, "no memory");
		return -ENOMEM;
	}
	cds_list_add_tail(&rule->node, &pluto->impair->rules);
	pluto->impair->count++;
	pluto_log(pluto, PLUTO_NOTICE, "IMPAIR: %s is on", rule->text);
	return 0;
}

/**
 * impair_set() - have something go wrong from now on
 * @text: ACTION-inbound|outbound[-EXCHANGE][-request|-response][:N], or fail-STEP[:N]
 * @why: gets what is wrong with it
 *
 * Return: 0, -EINVAL, or -ENOMEM: nothing changed
 */
int impair_set(struct pluto *pluto, const char *text, char *why, size_t size)
{
	struct rule *rule = calloc(1, sizeof(*rule));
	int err = rule ? add(pluto, text, rule, why, size) : -ENOMEM;

	if (err)
		free(rule);
	return err;
}

void impair_each(const struct pluto *pluto, void (*each)(void *arg, const char *text), void *arg)
{
	const struct rule *rule;

	if (!pluto->impair)
		return;
	cds_list_for_each_entry(rule, &pluto->impair->rules, node)
		each(arg, rule->text);
}

static void say(struct pluto *pluto, const struct rule *rule, const struct ike_header *header)
{
	pluto_log(pluto, PLUTO_NOTICE, "IMPAIR: %s: %s %s %" PRIu32, rule->text, ike_exchange_name(header->exchange),
		  header->flags & IKE_FLAG_RESPONSE ? "response" : "request", header->id);
}

static bool matches(const struct rule *rule, const struct ike_header *header)
{
	enum impair_kind kind = header->flags & IKE_FLAG_RESPONSE ? RESPONSE : REQUEST;

	if (rule->sealed && header->next != IKE_P_SK && header->next != IKE_P_SKF)
		return false;
	return (!rule->exchange || rule->exchange == header->exchange) && (!rule->kind || rule->kind == kind);
}

/* Whether this is one that the rule is for. */
static bool counts(struct rule *rule)
{
	rule->seen++;
	if (rule->number && rule->seen == rule->number)
		rule->spent = rule->action != REPLAY && rule->action != REORDER;
	return !rule->number || rule->seen == rule->number;
}

bool impair_counts(struct pluto *pluto, enum impair_step step)
{
	struct rule *rule;

	cds_list_for_each_entry(rule, &pluto->impair->rules, node) {
		if (rule->action != FAIL || rule->step != step || rule->spent || !counts(rule))
			continue;
		pluto_log(pluto, PLUTO_NOTICE, "IMPAIR: %s", rule->text);
		sweep(pluto);
		return true;
	}
	return false;
}

/**
 * struct passing - a message on its way
 * @data: it, or @changed's
 * @times: how often it goes on
 */
struct passing {
	struct pluto *pluto;
	bool inbound;
	const struct ike_endpoint *local, *remote;
	struct ike_slice data;
	struct ike_packet *changed;
	unsigned int times;
};

static void deliver(struct pluto *pluto, bool inbound, const struct ike_endpoint *local,
		    const struct ike_endpoint *remote, struct ike_slice data)
{
	if (inbound)
		pluto_take(pluto, local, remote, data);
	else
		pluto->port->send(pluto->arg, local, remote, data);
}

static void change(struct passing *passing, enum impair_action action)
{
	struct ike_packet *packet = ike_packet_new(passing->data);

	if (!packet)
		return;
	if (action == TRUNCATE)
		packet->length--;
	else
		packet->data[packet->length - 1] ^= 0x55;
	ike_packets_free(passing->changed);
	passing->changed = packet;
	passing->data = (struct ike_slice){ packet->data, packet->length };
}

static bool is_held(const struct impair *impair, const struct passing *passing)
{
	const struct waiting *waiting;

	cds_list_for_each_entry(waiting, &impair->held, node)
		if (waiting->inbound == passing->inbound && waiting->packet->length == passing->data.length &&
		    !memcmp(waiting->packet->data, passing->data.data, passing->data.length))
			return true;
	return false;
}

/* What is sent again because it is held is held once. */
static void hold(struct passing *passing)
{
	struct impair *impair = passing->pluto->impair;
	struct waiting *waiting = NULL;

	passing->times = 0;
	if (impair->held_count < HELD_MAX && !is_held(impair, passing))
		waiting = wait_new(passing->inbound, passing->local, passing->remote, passing->data);
	if (!waiting)
		return;
	cds_list_add_tail(&waiting->node, &impair->held);
	impair->held_count++;
}

static void keep(struct rule *rule, const struct passing *passing)
{
	free_waiting(rule->kept);
	rule->kept = wait_new(passing->inbound, passing->local, passing->remote, passing->data);
}

static void apply(struct rule *rule, struct passing *passing)
{
	switch (rule->action) {
	case DROP:
		passing->times = 0;
		break;
	case DUPLICATE:
		passing->times *= 2;
		break;
	case CORRUPT:
	case TRUNCATE:
		change(passing, rule->action);
		break;
	case HOLD:
		hold(passing);
		break;
	case REORDER:
		keep(rule, passing);
		passing->times = 0;
		break;
	case REPLAY:
		keep(rule, passing);
		break;
	case FAIL:
		break;
	}
}

static void look(struct rule *rule, struct passing *passing, const struct ike_header *header)
{
	if (rule->spent || rule->action == FAIL || rule->inbound != passing->inbound)
		return;
	rule->due = rule->kept;
	if ((rule->due && rule->action == REORDER) || !matches(rule, header) || !counts(rule))
		return;
	say(passing->pluto, rule, header);
	/* Of each that comes, the one before it is replayed. */
	if (rule->due && rule->action == REPLAY)
		deliver(passing->pluto, rule->kept->inbound, &rule->kept->local, &rule->kept->remote,
			(struct ike_slice){ rule->kept->packet->data, rule->kept->packet->length });
	rule->due = false;
	apply(rule, passing);
}

/* After one that has gone by. */
static void bring_kept(struct pluto *pluto, struct rule *rule)
{
	struct waiting *kept = rule->kept;

	rule->due = false;
	pluto_log(pluto, PLUTO_NOTICE, "IMPAIR: %s: now comes the one that was kept", rule->text);
	deliver(pluto, kept->inbound, &kept->local, &kept->remote,
		(struct ike_slice){ kept->packet->data, kept->packet->length });
	if (rule->action == REPLAY)
		return;
	free_waiting(kept);
	rule->kept = NULL;
	rule->spent = rule->number;
}

static void pass(struct passing *passing)
{
	struct pluto *pluto = passing->pluto;
	struct impair *impair = pluto->impair;
	const struct ike_slice whole = passing->data;
	struct ike_header header;
	struct rule *rule;
	const char *why;
	unsigned int time;

	impair->depth++;
	if (!ike_header_parse(&header, passing->data, &why)) {
		cds_list_for_each_entry(rule, &impair->rules, node)
			look(rule, passing, &header);
	}
	/* Of one that comes twice the first is changed. */
	for (time = 0; time < passing->times; time++)
		deliver(pluto, passing->inbound, passing->local, passing->remote, time ? whole : passing->data);
	cds_list_for_each_entry(rule, &impair->rules, node)
		if (rule->due && rule->inbound == passing->inbound && passing->times)
			bring_kept(pluto, rule);
	impair->depth--;
	ike_packets_free(passing->changed);
	sweep(pluto);
}

void impair_receive(struct pluto *pluto, const struct ike_endpoint *local, const struct ike_endpoint *remote,
		    struct ike_slice data)
{
	struct passing passing = { pluto, true, local, remote, data, NULL, 1 };

	pass(&passing);
}

void impair_send(struct pluto *pluto, const struct ike_endpoint *local, const struct ike_endpoint *remote,
		 struct ike_slice data)
{
	struct passing passing = { pluto, false, local, remote, data, NULL, 1 };

	pass(&passing);
}

unsigned int impair_release(struct pluto *pluto)
{
	struct impair *impair = pluto->impair;
	struct waiting *waiting, *next;
	struct rule *rule;
	unsigned int count;

	if (!impair)
		return 0;
	cds_list_for_each_entry(rule, &impair->rules, node)
		rule->spent |= rule->action == HOLD;
	count = impair->held_count;
	impair->depth++;
	cds_list_for_each_entry_safe(waiting, next, &impair->held, node) {
		cds_list_del(&waiting->node);
		impair->held_count--;
		deliver(pluto, waiting->inbound, &waiting->local, &waiting->remote,
			(struct ike_slice){ waiting->packet->data, waiting->packet->length });
		free_waiting(waiting);
	}
	impair->depth--;
	pluto_log(pluto, PLUTO_NOTICE, "IMPAIR: %u messages were held, and go on", count);
	sweep(pluto);
	return count;
}
