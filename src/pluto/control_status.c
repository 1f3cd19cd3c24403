// SPDX-License-Identifier: GPL-2.0-or-later
/* How pluto is, for those who ask. */
#include <stdlib.h>
#include <string.h>

#include "../lib/version.h"
#include "control.h"
#include "status.h"

/**
 * struct telling - an answer that lists SAs
 * @name: of the connection; NULL: all
 */
struct telling {
	struct status_walk walk;
	char *name;
};

static void end_telling(void *arg)
{
	struct telling *telling = arg;

	status_walk_end(&telling->walk);
	free(telling->name);
	free(telling);
}

static void tell_more(struct control_client *client, void *arg)
{
	struct daemon *daemon = control_daemon(client);
	struct telling *telling = arg;

	control_part(client, status_sas(daemon, &telling->walk, telling->name));
	if (!status_walk_is_over(&telling->walk))
		return;
	control_end(client, 0,
		    json_pack("{s:s, s:o}", "version", CYGNET_VERSION, "status",
			      telling->walk.ike ? status_json(daemon, telling->name) : json_object()));
}

static void tell(struct control_client *client, const struct control_request *request, bool ike)
{
	struct telling *telling;

	if (request->name && !control_knows(client, request))
		return;
	telling = calloc(1, sizeof(*telling));
	if (telling && request->name)
		telling->name = strdup(request->name);
	if (!telling || (request->name && !telling->name)) {
		free(telling);
		control_end(client, 1, NULL);
		return;
	}
	status_walk(&telling->walk, control_daemon(client), ike);
	control_in_pieces(client, tell_more, end_telling, telling);
}

void control_status(struct control_client *client, const struct control_request *request)
{
	tell(client, request, true);
}

void control_traffic(struct control_client *client, const struct control_request *request)
{
	tell(client, request, false);
}

void control_brief(struct control_client *client, const struct control_request *request)
{
	(void)request;
	control_end(client, 0, json_pack("{s:o}", "status", status_brief(control_daemon(client))));
}

void control_process(struct control_client *client, const struct control_request *request)
{
	(void)request;
	control_end(client, 0, json_pack("{s:o}", "status", status_process(control_daemon(client))));
}

void control_pools(struct control_client *client, const struct control_request *request)
{
	(void)request;
	control_end(client, 0, json_pack("{s:o}", "status", status_pools(control_daemon(client))));
}
