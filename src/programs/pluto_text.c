// SPDX-License-Identifier: GPL-2.0-or-later
#include "pluto_text.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

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
	const json_t *local = json_object_get(row, "local"), *remote = json_object_get(row, "remote");
	const char *name = text(row, "name");

	printf("000 \"%s\": ", name);
	print_end(local, true);
	printf("...");
	print_end(remote, false);
	printf("; %s%s\n", text(row, "state"), json_is_true(json_object_get(row, "routed")) ? "; routed" : "");
	printf("000 \"%s\":   type: %s; auto: %s; interface: %s; reqid: %lld\n", name, text(row, "type"),
	       text(row, "auto"), text(row, "interface"), number(row, "reqid"));
	printf("000 \"%s\":   auth: %s and %s%s%s\n", name, text(local, "auth"), text(remote, "auth"),
	       *text(local, "cert") ? "; cert: " : "", text(local, "cert"));
	printf("000 \"%s\":   ike_life: %llds; ipsec_life: %llds; rekey: %s; pfs: %s; dpddelay: %llds\n", name,
	       number(row, "ike_lifetime"), number(row, "sa_lifetime"), yes_or_no(row, "rekey"), yes_or_no(row, "pfs"),
	       number(row, "dpd_delay"));
}

/* A conn that is none itself: a policy group, or without an address of this host. */
static void print_conn(const json_t *row)
{
	printf("000 \"%s\": %s...%s", text(row, "name"), text(row, "left"), text(row, "right"));
	if (json_object_get(row, "nets"))
		printf("; policy group, nets: %lld", number(row, "nets"));
	if (json_object_get(row, "why"))
		printf("; unoriented: %s", text(row, "why"));
	printf("%s%s\n", json_is_true(json_object_get(row, "routed")) ? "; routed" : "",
	       json_is_true(json_object_get(row, "wanted")) ? "; to be up" : "");
}

static void print_due(const json_t *row)
{
	if (json_is_integer(json_object_get(row, "rekey_in")))
		printf("; rekey in %llds", number(row, "rekey_in"));
	if (json_is_integer(json_object_get(row, "expires_in")))
		printf("; expires in %llds", number(row, "expires_in"));
	printf("\n");
}

static void print_auth(const json_t *auth)
{
	if (auth)
		printf("; authenticated by %s and %s", text(auth, "local"), text(auth, "remote"));
}

/* "west-east"; of one that is for many peers "road"[1] 192.1.3.209. @peer: the member that has its address */
static void print_name(const json_t *row, const char *peer)
{
	printf("\"%s\"", text(row, "connection"));
	if (number(row, "instance"))
		printf("[%lld] %s", number(row, "instance"), text(row, peer));
}

static void print_ike_sa(const json_t *row)
{
	printf("000 #%lld: ", number(row, "serial"));
	print_name(row, "remote");
	printf(":%lld IKE SA %s", number(row, "remote_port"), text(row, "state"));
	if (*text(row, "suite"))
		printf(" {%s}", text(row, "suite"));
	print_auth(json_object_get(row, "auth"));
	print_due(row);
}

static void print_child_sa(const json_t *row)
{
	printf("000 #%lld: ", number(row, "serial"));
	print_name(row, "peer");
	printf(" Child SA %s; IKE SA #%lld; ", text(row, "state"), number(row, "ike_sa"));
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

static void print_lease(const json_t *row)
{
	printf("000   %s: ", text(row, "address"));
	print_name(row, "peer");
	printf(" '%s' #%lld\n", text(row, "id"), number(row, "ike_sa"));
}

static void print_pool(const json_t *row)
{
	printf("000 address pool ");
	print_list(json_object_get(row, "ranges"));
	printf(": %lld of %lld in use, %lld remembered\n", number(row, "used"), number(row, "size"),
	       number(row, "remembered"));
	print_each(row, "leases", print_lease);
}

void print_pluto_pools(const json_t *status)
{
	print_each(status, "addresspools", print_pool);
}

/* Of the algorithms that conns have named, or that are usual. */
static void print_algorithms(const json_t *rows)
{
	const char *before = "000 algorithms that the stack does not have: ";
	const json_t *row;
	size_t at;

	json_array_foreach(rows, at, row) {
		if (json_is_true(json_object_get(row, "has")))
			continue;
		printf("%s%s", before, text(row, "name"));
		before = ", ";
	}
	if (*before == ',')
		printf("\n");
}

void print_pluto_status(const json_t *status)
{
	const json_t *total = json_object_get(status, "total");

	printf("000 %s\n", text(status, "stack_why"));
	print_algorithms(json_object_get(status, "algorithms"));
	print_each(status, "listens", print_socket);
	printf("000\n000 Connections:\n");
	print_each(status, "connections", print_connection);
	print_each(status, "conns", print_conn);
	if (json_array_size(json_object_get(status, "addresspools")))
		printf("000\n");
	print_pluto_pools(status);
	printf("000\n000 SAs: %lld IKE SAs, %lld half open, %lld Child SAs\n", number(total, "ike_sas"),
	       number(total, "half_open"), number(total, "child_sas"));
	print_each(status, "ike_sas", print_ike_sa);
	print_each(status, "child_sas", print_child_sa);
}

static void print_child_traffic(const json_t *row)
{
	if (!strcmp(text(row, "state"), "larval"))
		return;
	printf("#%lld: ", number(row, "serial"));
	print_name(row, "peer");
	printf(", type=%s, add_time=%lld, inBytes=%lld, outBytes=%lld, id='%s'", text(row, "protocol"),
	       number(row, "installed"), number(row, "in_bytes"), number(row, "out_bytes"), text(row, "peer_id"));
	if (json_array_size(json_object_get(row, "lease"))) {
		printf(", lease=");
		print_list(json_object_get(row, "lease"));
	}
	printf("\n");
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

void print_pluto_impairments(const json_t *status)
{
	size_t i;

	for (i = 0; i < json_array_size(status); i++)
		printf("%s\n", json_string_value(json_array_get(status, i)));
}

static void print_when(const char *what, const json_t *row, const char *name)
{
	time_t when = (time_t)number(row, name);
	struct tm broken;
	char date[64];

	if (gmtime_r(&when, &broken) && strftime(date, sizeof(date), "%Y-%m-%d %H:%M:%S UTC", &broken))
		printf("000   %s: %s\n", what, date);
}

static void print_key(const json_t *key)
{
	printf("%lld bit %s, CKAID %s", number(key, "bits"), text(key, "type"), text(key, "ckaid"));
}

static void print_cert(const json_t *row)
{
	const json_t *key = json_object_get(row, "key");

	printf("000 \"%s\", serial number %s\n000   subject: %s\n000   issuer: %s\n", text(row, "name"),
	       text(row, "serial"), text(row, "subject"), text(row, "issuer"));
	print_when("not before", row, "not_before");
	print_when("not after", row, "not_after");
	printf("000   ");
	if (key)
		print_key(key);
	printf("%s\n", json_is_true(json_object_get(row, "private")) ? ", has private key" : "");
}

static void print_crl(const json_t *row)
{
	printf("000 issuer: %s, %lld revoked\n", text(row, "issuer"), number(row, "revoked"));
	print_when("this update", row, "this_update");
	if (number(row, "next_update"))
		print_when("next update", row, "next_update");
}

static void print_pubkey(const json_t *row)
{
	printf("000 \"%s\": %s: ", text(row, "connection"), text(row, "id"));
	print_key(row);
	printf("%s\n", json_is_true(json_object_get(row, "private")) ? ", has private key" : "");
}

void print_pluto_trust(const json_t *status)
{
	static const struct {
		const char *name, *title;
		void (*print)(const json_t *row);
	} parts[] = {
		{ "pubkeys", "Keys of connections", print_pubkey },
		{ "certs", "Certificates", print_cert },
		{ "cacerts", "Certificates of CAs that are trusted", print_cert },
		{ "intermediates", "Certificates of other CAs", print_cert },
		{ "crls", "CRLs", print_crl },
	};
	size_t i;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (!json_object_get(status, parts[i].name))
			continue;
		printf("000 %s:\n", parts[i].title);
		print_each(status, parts[i].name, parts[i].print);
	}
}

void print_pluto_connections(const json_t *status)
{
	print_each(status, "connections", print_connection);
	print_each(status, "conns", print_conn);
}

void print_pluto_states(const json_t *status)
{
	print_each(status, "ike_sas", print_ike_sa);
	print_each(status, "child_sas", print_child_sa);
}

static void print_shunt(const json_t *row)
{
	print_list(json_object_get(row, "local"));
	printf(" -> ");
	print_list(json_object_get(row, "remote"));
	printf(" => %s \"%s\"", text(row, "shunt"), text(row, "connection"));
	if (json_object_get(row, "why"))
		printf(", %s", text(row, "why"));
	if (json_is_integer(json_object_get(row, "expires_in")))
		printf(", %lld s left", number(row, "expires_in"));
	putchar('\n');
}

void print_pluto_shunts(const json_t *status)
{
	print_each(status, "shunts", print_shunt);
}

static void print_expired(const json_t *row)
{
	if (!json_object_get(row, "not_after") || number(row, "not_after") >= (long long)time(NULL))
		return;
	print_pubkey(row);
	print_when("not after", row, "not_after");
}

void print_pluto_expired(const json_t *status)
{
	print_each(status, "pubkeys", print_expired);
}

void print_pluto_process(const json_t *status)
{
	static const char *const files[] = { "config", "secrets", "ipsecdir", "rundir", "logfile" };
	size_t i;

	printf("pluto: Cygnet %s, process %lld\n", text(status, "version"), number(status, "pid"));
	printf("running for: %lld s\n", (long long)time(NULL) - number(status, "started"));
	printf("threads: %lld\nmemory: %lld kB\ndescriptors: %lld\ncapabilities: ", number(status, "threads"),
	       number(status, "resident") / 1024, number(status, "descriptors"));
	print_list(json_object_get(status, "capabilities"));
	printf("\nseccomp: %s\n", text(status, "seccomp"));
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		if (*text(status, files[i]))
			printf("%s: %s\n", files[i], text(status, files[i]));
	}
}
