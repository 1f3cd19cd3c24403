// SPDX-License-Identifier: GPL-2.0-or-later
#include "pluto_text.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const char *text(const json_t *row, const char *name)
{
	const char *value = json_string_value(json_object_get(row, name));

	return value ? value : "";
}

static long long number(const json_t *row, const char *name)
{
	return json_integer_value(json_object_get(row, name));
}

static const char *yes_or_no(const json_t *row, const char *name)
{
	return json_is_true(json_object_get(row, name)) ? "yes" : "no";
}

static void print_list(const json_t *list)
{
	size_t i;

	for (i = 0; i < json_array_size(list); i++)
		printf("%s%s", i ? "," : "", json_string_value(json_array_get(list, i)));
}

/* "192.0.1.0/24===192.1.2.45[@west]"; of the peer in reverse. */
static void print_end(const json_t *end, bool local)
{
	const json_t *client = json_object_get(end, "client");
	bool has_client = json_array_size(client);

	if (local && has_client) {
		print_list(client);
		printf("===");
	}
	printf("%s", text(end, "host"));
	if (strcmp(text(end, "id"), text(end, "host")) != 0)
		printf("[%s]", text(end, "id"));
	if (number(end, "protocol"))
		printf(":%lld/%lld", number(end, "protocol"), number(end, "port"));
	if (!local && has_client) {
		printf("===");
		print_list(client);
	}
}

static void print_connection(const json_t *row)
{
	const char *name = text(row, "name");

	printf("000 \"%s\": ", name);
	print_end(json_object_get(row, "local"), true);
	printf("...");
	print_end(json_object_get(row, "remote"), false);
	printf("; %s%s\n", text(row, "state"), json_is_true(json_object_get(row, "routed")) ? "; routed" : "");
	printf("000 \"%s\":   type: %s; auto: %s; interface: %s; reqid: %lld\n", name, text(row, "type"),
	       text(row, "auto"), text(row, "interface"), number(row, "reqid"));
	printf("000 \"%s\":   ike_life: %llds; ipsec_life: %llds; rekey: %s; pfs: %s; dpddelay: %llds\n", name,
	       number(row, "ike_lifetime"), number(row, "sa_lifetime"), yes_or_no(row, "rekey"), yes_or_no(row, "pfs"),
	       number(row, "dpd_delay"));
}

static void print_due(const json_t *row)
{
	if (json_is_integer(json_object_get(row, "rekey_in")))
		printf("; rekey in %llds", number(row, "rekey_in"));
	if (json_is_integer(json_object_get(row, "expires_in")))
		printf("; expires in %llds", number(row, "expires_in"));
	printf("\n");
}

static void print_ike_sa(const json_t *row)
{
	printf("000 #%lld: \"%s\":%lld IKE SA %s", number(row, "serial"), text(row, "connection"),
	       number(row, "remote_port"), text(row, "state"));
	if (*text(row, "suite"))
		printf(" {%s}", text(row, "suite"));
	print_due(row);
}

static void print_child_sa(const json_t *row)
{
	printf("000 #%lld: \"%s\" Child SA %s; IKE SA #%lld; ", number(row, "serial"), text(row, "connection"),
	       text(row, "state"), number(row, "ike_sa"));
	print_list(json_object_get(row, "local"));
	printf(" === ");
	print_list(json_object_get(row, "remote"));
	printf("; %s %s%s in 0x%08llx out 0x%08llx {%s}", text(row, "protocol"), text(row, "mode"),
	       json_is_true(json_object_get(row, "encapsulated")) ? " in UDP" : "", number(row, "spi_in"),
	       number(row, "spi_out"), text(row, "suite"));
	print_due(row);
}

static void print_each(const json_t *status, const char *name, void (*print)(const json_t *row))
{
	const json_t *rows = json_object_get(status, name);
	size_t i;

	for (i = 0; i < json_array_size(rows); i++)
		print(json_array_get(rows, i));
}

static void print_socket(const json_t *row)
{
	printf("000 listens at %s port %lld\n", text(row, "address"), number(row, "port"));
}

void print_pluto_status(const json_t *status)
{
	const json_t *total = json_object_get(status, "total");

	printf("000 %s\n", text(status, "stack_why"));
	print_each(status, "listens", print_socket);
	printf("000\n000 Connections:\n");
	print_each(status, "connections", print_connection);
	printf("000\n000 SAs: %lld IKE SAs, %lld half open, %lld Child SAs\n", number(total, "ike_sas"),
	       number(total, "half_open"), number(total, "child_sas"));
	print_each(status, "ike_sas", print_ike_sa);
	print_each(status, "child_sas", print_child_sa);
}

static void print_child_traffic(const json_t *row)
{
	if (!strcmp(text(row, "state"), "larval"))
		return;
	printf("#%lld: \"%s\", type=%s, add_time=%lld, inBytes=%lld, outBytes=%lld, id='%s'\n", number(row, "serial"),
	       text(row, "connection"), text(row, "protocol"), number(row, "installed"), number(row, "in_bytes"),
	       number(row, "out_bytes"), text(row, "peer_id"));
}

void print_pluto_traffic(const json_t *status)
{
	print_each(status, "child_sas", print_child_traffic);
}

void print_pluto_brief(const json_t *status)
{
	printf("connections: %lld\nIKE SAs: %lld\nhalf-open IKE SAs: %lld\nChild SAs: %lld\n",
	       number(status, "connections"), number(status, "ike_sas"), number(status, "half_open"),
	       number(status, "child_sas"));
}
