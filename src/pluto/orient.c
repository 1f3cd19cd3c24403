// SPDX-License-Identifier: GPL-2.0-or-later
#include "orient.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "../lib/parse.h"
#include "orient_own.h"

#define SECOND 1000 /* milliseconds */
#define REQIDS 4    /* of a connection: those of its pairs must differ */

int orient_refuse(struct orientation *orientation, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(orientation->said->why, sizeof(orientation->said->why), format, args);
	va_end(args);
	return -EINVAL;
}

int orient_wait(struct orientation *orientation, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(orientation->said->why, sizeof(orientation->said->why), format, args);
	va_end(args);
	return -EADDRNOTAVAIL;
}

void orient_warn(struct orientation *orientation, const char *format, ...)
{
	struct orient_said *said = orientation->said;
	va_list args;

	if (said->warning_count == ORIENT_WARNINGS)
		return;
	va_start(args, format);
	vsnprintf(said->warnings[said->warning_count++], ORIENT_WHY, format, args);
	va_end(args);
}

const char *orient_side(enum keyword_side side)
{
	return side == KEYWORD_LEFT ? "left" : side == KEYWORD_RIGHT ? "right" : "";
}

static const struct keyword *keyword_of(enum keyword_side side, const char *name, char full[ORIENT_NAME])
{
	enum keyword_side found;

	snprintf(full, ORIENT_NAME, "%s%s", orient_side(side), name);
	return keyword_find(false, full, &found);
}

const char *orient_text(const struct orientation *orientation, enum keyword_side side, const char *name)
{
	char full[ORIENT_NAME];
	const struct keyword *keyword = keyword_of(side, name, full);
	const char *text = json_string_value(json_object_get(orientation->keywords, full));

	return text || !keyword ? text : keyword->fallback;
}

uint64_t orient_number(const struct orientation *orientation, enum keyword_side side, const char *name,
		       uint64_t fallback)
{
	const char *text = orient_text(orientation, side, name);
	char full[ORIENT_NAME];
	const struct keyword *keyword = keyword_of(side, name, full);
	struct conf_wrong wrong = { 0 };
	struct conf_value value;

	if (!text || !keyword || conf_value_read(&value, keyword, text, &wrong))
		return fallback;
	free(value.text);
	return value.number;
}

static uint64_t number(const struct orientation *orientation, const char *name)
{
	return orient_number(orientation, KEYWORD_BOTH, name, 0);
}

static int set_version(struct orientation *orientation)
{
	if (!orient_number(orientation, KEYWORD_BOTH, "ikev2", 1) || number(orientation, "keyexchange") == 1)
		return orient_refuse(orientation, "keyexchange=ikev1: not supported yet");
	return 0;
}

static int set_type(struct orientation *orientation)
{
	static const enum connection_kind kinds[] = {
		CONNECTION_TUNNEL, CONNECTION_TRANSPORT, CONNECTION_PASSTHROUGH, CONNECTION_DROP, CONNECTION_REJECT,
	};
	uint64_t type = number(orientation, "type");

	orientation->to->kind = kinds[type];
	orientation->to->at_start = (enum connection_auto)number(orientation, "auto");
	return 0;
}

/* An esp= may be of one sort of sequence numbers alone; esn= then must not be of the other. */
static int keep_esn(struct orientation *orientation, struct ike_proposals *all, uint16_t id)
{
	struct ike_proposal *one;
	unsigned int i, j, kept, esns;

	for (i = 0; i < all->count; i++) {
		one = &all->proposals[i];
		for (j = kept = esns = 0; j < one->count; j++) {
			if (one->transforms[j].type == IKE_ESN && one->transforms[j].id != id)
				continue;
			esns += one->transforms[j].type == IKE_ESN;
			one->transforms[kept++] = one->transforms[j];
		}
		one->count = kept;
		if (!esns)
			return orient_refuse(orientation, "esn=%s, but the algorithms say otherwise",
					     id ? "yes" : "no");
	}
	return 0;
}

static int parse(struct orientation *orientation, struct ike_proposals *to, uint8_t protocol, const char *name)
{
	const char *text = orient_text(orientation, KEYWORD_BOTH, name);
	struct ike_text_error error = { 0 };

	if (!ike_proposals_parse(to, protocol, text, protocol == IKE_PROTO_IKE || number(orientation, "pfs"), &error))
		return 0;
	return orient_refuse(orientation, "%s=: \"%.*s\": %s", name, (int)error.length, text + error.offset, error.why);
}

static int set_proposals(struct orientation *orientation)
{
	bool ah = number(orientation, "phase2") == IKE_PROTO_AH;
	struct connection *to = orientation->to;
	uint64_t esn = number(orientation, "esn");
	int err = parse(orientation, &to->ike, IKE_PROTO_IKE, "ike");

	if (!err)
		err = parse(orientation, &to->child, ah ? IKE_PROTO_AH : IKE_PROTO_ESP, ah ? "ah" : "esp");
	if (!err && esn <= 1)
		err = keep_esn(orientation, &to->child, (uint16_t)esn);
	to->pfs = number(orientation, "pfs");
	to->downgrades = to->pfs && number(orientation, "ms-dh-downgrade");
	if (!err && to->downgrades && 2 * to->child.count > IKE_PROPOSALS_MAX)
		err = orient_refuse(orientation,
				    "ms-dh-downgrade=yes: more than %d proposals in %s=", IKE_PROPOSALS_MAX / 2,
				    ah ? "ah" : "esp");
	return err;
}

static int set_aliases(struct orientation *orientation)
{
	const char *text = orient_text(orientation, KEYWORD_BOTH, "connalias");

	if (!text)
		return 0;
	orientation->to->aliases = strdup(text);
	return orientation->to->aliases ? 0 : -ENOMEM;
}

static void set_times(struct orientation *orientation)
{
	struct connection *to = orientation->to;
	uint64_t action = number(orientation, "dpdaction");

	to->times = (struct connection_times){
		.ike_life = number(orientation, "ikelifetime") * SECOND,
		.child_life = number(orientation, "salifetime") * SECOND,
		.margin = number(orientation, "rekeymargin") * SECOND,
		.fuzz = (unsigned int)number(orientation, "rekeyfuzz"),
		.dpd_delay = number(orientation, "dpddelay") * SECOND,
		.retransmit_first = number(orientation, "retransmit-interval"),
		.retransmit_limit = number(orientation, "retransmit-timeout") * SECOND,
	};
	to->dpd_action = action > DPD_RESTART ? DPD_CLEAR : (enum dpd_action)action;
	if (action > DPD_RESTART)
		to->times.dpd_delay = 0;
	to->rekey = number(orientation, "rekey");
	to->reauth = number(orientation, "reauth");
	to->keyingtries = (unsigned int)number(orientation, "keyingtries");
	to->limits.bytes = number(orientation, "ipsec-max-bytes");
	to->limits.packets = number(orientation, "ipsec-max-packets");
}

static void set_shunts(struct orientation *orientation)
{
	static const enum backend_action failures[] = {
		BACKEND_PROTECT, /* none */
		BACKEND_PASS,
		BACKEND_DROP,
		BACKEND_REJECT,
	};
	struct connection *to = orientation->to;

	to->failure = failures[number(orientation, "failureshunt")];
	to->negotiation_passes = number(orientation, "negotiationshunt") == 1;
	to->priority = (uint32_t)number(orientation, "priority");
}

static int set_encapsulation(struct orientation *orientation)
{
	uint64_t wanted = number(orientation, "encapsulation");
	struct connection *to = orientation->to;

	if (to->own_ports && wanted == 2)
		return orient_refuse(orientation,
				     "encapsulation=no: where an end has a port of its own, ESP is in UDP");
	to->encapsulation = to->own_ports || wanted == 1;
	to->no_encapsulation = wanted == 2;
	return 0;
}

static void set_rest(struct orientation *orientation)
{
	struct connection *to = orientation->to;

	to->exact = !to->cp && !number(orientation, "narrowing");
	to->initial_contact = number(orientation, "initial-contact");
	to->compress = number(orientation, "compress");
	to->mobike = number(orientation, "mobike");
	to->fragmentation = number(orientation, "fragmentation");
	set_shunts(orientation);
	to->window = (uint32_t)number(orientation, "replay-window");
	if (orient_text(orientation, KEYWORD_BOTH, "reqid"))
		to->reqid = (uint32_t)number(orientation, "reqid") + REQIDS * orientation->world->pair.number;
	to->fixed_reqid = orient_text(orientation, KEYWORD_BOTH, "reqid");
	orientation->extra->mtu = (uint32_t)number(orientation, "mtu");
	orientation->extra->nflog = (uint32_t)number(orientation, "nflog");
	orientation->extra->metric = (uint32_t)number(orientation, "metric");
	orientation->extra->nat_keepalive = number(orientation, "nat-keepalive");
}

/**
 * orient() - make a connection of a conn
 * @to: from connection_new(), with nothing set; after an error it is to be thrown away
 * @extra: gets what the engine does not need, for orient_extra_free() in any case
 * @conn: {"name": NAME, "keywords": {KEYWORD: TEXT, ...}}; keywords that are not there have the table's values
 * @world: this host
 * @said: gets what is wrong
 *
 * Return: 0; -EINVAL: the conn cannot be one; -EADDRNOTAVAIL: this host lacks an address or a route for it; -ENOMEM
 */
int orient(struct connection *to, struct orient_extra *extra, const json_t *conn, const struct orient_world *world,
	   struct orient_said *said)
{
	struct orientation orientation = {
		.to = to,
		.extra = extra,
		.keywords = json_object_get(conn, "keywords"),
		.world = world,
		.said = said,
	};
	int (*const parts[])(struct orientation *) = {
		/* What does not depend on addresses is first: it is wrong today, and not when they come. */
		orient_support, set_version, set_type,	     set_proposals,	orient_hosts, orient_auth,
		orient_clients, orient_cp,   orient_options, set_encapsulation, set_aliases,
	};
	size_t i;
	int err = 0;

	*extra = (struct orient_extra){ .updown = NULL };
	*said = (struct orient_said){ .why = "" };
	for (i = 0; !err && i < sizeof(parts) / sizeof(parts[0]); i++)
		err = parts[i](&orientation);
	if (err)
		return err;
	set_times(&orientation);
	set_rest(&orientation);
	return 0;
}

void orient_extra_free(struct orient_extra *extra)
{
	free(extra->updown);
	extra->updown = NULL;
}
