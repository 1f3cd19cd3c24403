// SPDX-License-Identifier: GPL-2.0-or-later
/* A line to the control socket: is it a request; and if it brings a conn, does that become a connection? */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../../lib/parse.h"
#include "../control.h"
#include "../orient.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t now(void *arg)
{
	(void)arg;
	return 1;
}

static int chance(void *arg, void *out, size_t length)
{
	(void)arg;
	memset(out, 7, length);
	return 0;
}

static void note(void *arg, enum pluto_log_level level, const char *line)
{
	(void)arg;
	(void)level;
	(void)line;
}

static const struct pluto_port port = { .now = now, .random = chance, .log = note };

static int no_route_to(const struct klips_addr *dst, struct host_route *route)
{
	*route = (struct host_route){ .device = "eth0", .source = *dst };
	return 0;
}

static int no_route(uint8_t version, struct host_route *route)
{
	(void)version;
	(void)route;
	return -ENETUNREACH;
}

static void add(struct pluto *pluto, const json_t *conn)
{
	static struct host_address own = { .device = "eth0" };
	const struct host_addresses addresses = { &own, 1 };
	struct connection *connection = connection_new(pluto, "conn");
	static struct orient_said said;
	struct orient_names names;
	struct orient_extra extra;
	const struct orient_world world = {
		.addresses = &addresses,
		.route_to = no_route_to,
		.route_default = no_route,
		.names = &names,
		.ike_port = 500,
		.nat_port = 4500,
	};

	if (!connection || klips_parse_addr(&own.addr, "192.1.2.45"))
		abort();
	orient_find_names(&names, conn);
	/* What is refused is so with a reason. */
	if (orient(connection, &extra, conn, &world, &said) && !said.why[0])
		abort();
	orient_extra_free(&extra);
	cds_list_del(&connection->node);
	connection_put(connection);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct pluto *pluto;
	struct control_request request;
	char why[256];

	if (!pluto)
		pluto = pluto_new(&port, NULL);
	if (!pluto || control_request_read(&request, (const char *)data, size, why, sizeof(why)))
		return 0;
	if (request.command->needs == CONTROL_CONN)
		add(pluto, request.conn);
	control_request_free(&request);
	return 0;
}
