// SPDX-License-Identifier: GPL-2.0-or-later
/* What updown= names is run for real, by a shell; the loop is not. */
#include "../../klips/tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../backend.h"
#include "../runner.h"
#include "../updown.h"
#include "../updown_env.h"

#define PLANS 3

static const struct backend_ops nothing = { .name = "none" };
static struct backend backend = { .ops = &nothing };
static struct pluto pluto;
static struct daemon daemon_of_test = { .backend = &backend, .pluto = &pluto };
static struct connection connections[PLANS];
static struct plan plans[PLANS];
static char folder[] = "/tmp/updown-XXXXXX";

static char *path(const char *name)
{
	static char text[64];

	snprintf(text, sizeof(text), "%s/%s", folder, name);
	return text;
}

static void setup_plan(unsigned int number, char *name, const char *remote, char *command)
{
	struct connection *connection = &connections[number];

	connection->name = name;
	connection->kind = CONNECTION_TUNNEL;
	connection->local.host.version = connection->remote.host.version = KLIPS_V4;
	connection->local.client.count = connection->remote.client.count = 1;
	assert_null(ike_ts_parse(&connection->local.client.ts[0], "192.0.1.0/24"));
	assert_null(ike_ts_parse(&connection->remote.client.ts[0], remote));
	plans[number] = (struct plan){ .daemon = &daemon_of_test, .connection = connection };
	plans[number].extra.updown = command;
	cds_list_add_tail(&plans[number].node, &daemon_of_test.plans);
	connection->plan = &plans[number];
}

static int setup(void **state)
{
	(void)state;
	CDS_INIT_LIST_HEAD(&daemon_of_test.plans);
	if (!mkdtemp(folder) || chdir(folder) || mkfifo("go", 0600))
		return -1;
	daemon_of_test.base = event_base_new();
	daemon_of_test.runner = runner_start(false, true);
	daemon_of_test.updowns = daemon_of_test.runner ? updowns_new(&daemon_of_test) : NULL;
	return !daemon_of_test.updowns;
}

static int teardown(void **state)
{
	(void)state;
	runner_free(daemon_of_test.runner);
	event_base_free(daemon_of_test.base);
	return unlink(path("go")) || unlink(path("log")) || rmdir(folder);
}

/*
 * One connection's route is taken away, which takes until a third one's is made; another is to make it again meanwhile.
 * It has to wait, although it is of another family.
 */
static void test_a_route_is_made_after_it_was_taken_away(void **state)
{
	char log[256] = "";
	FILE *file;

	(void)state;
	setup_plan(0, "old", "192.0.2.0/24", "read go <go; echo $PLUTO_CONNECTION $PLUTO_VERB >>log");
	setup_plan(1, "new", "192.0.2.0/24", "echo $PLUTO_CONNECTION $PLUTO_VERB >>log");
	setup_plan(2, "else", "192.0.3.0/24", "[ $PLUTO_VERB = prepare-client ] || echo now >go");
	updown_route(daemon_of_test.updowns, &plans[0], false);
	updown_route(daemon_of_test.updowns, &plans[1], true);
	updown_route(daemon_of_test.updowns, &plans[2], true);
	updowns_free(daemon_of_test.updowns);
	file = fopen(path("log"), "r");
	assert_non_null(file);
	assert_true(fread(log, 1, sizeof(log) - 1, file) > 0);
	fclose(file);
	assert_string_equal(log, "old unroute-client\nnew prepare-client\nnew route-client\n");
}

static void write_program(const char *name)
{
	FILE *file = fopen(path(name), "w");

	assert_non_null(file);
	assert_true(fprintf(file, "#!/bin/sh\necho $1 $PLUTO_VERB >>%s/verbs\n", folder) > 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path(name), 0700), 0);
}

/* What was run when a connection with that command was routed on that stack. */
static void expect_runs(const char *stack, char *command, uint32_t mtu, const char *expected)
{
	const struct backend_ops ops = { .name = stack };
	char verbs[256] = "";
	FILE *file;

	backend.ops = &ops;
	CDS_INIT_LIST_HEAD(&daemon_of_test.plans);
	daemon_of_test.updowns = updowns_new(&daemon_of_test);
	assert_non_null(daemon_of_test.updowns);
	setup_plan(0, "one", "192.0.2.0/24", command);
	plans[0].extra.mtu = mtu;
	updown_route(daemon_of_test.updowns, &plans[0], true);
	updowns_free(daemon_of_test.updowns);
	backend.ops = &nothing;
	file = fopen(path("verbs"), "r");
	if (file) {
		assert_true(fread(verbs, 1, sizeof(verbs) - 1, file) > 0);
		fclose(file);
		unlink(path("verbs"));
	}
	assert_string_equal(verbs, expected);
}

/* The standard program is run for what it does something for; a user's own for all. */
static void test_the_standard_program_is_not_run_for_nothing(void **state)
{
	static char standard[] = "ipsec _updown", own[] = "ipsec _updown; :";
	char before[4096], with[8192];

	(void)state;
	write_program("ipsec");
	snprintf(before, sizeof(before), "%s", getenv("PATH"));
	snprintf(with, sizeof(with), "%s:%s", folder, before);
	setenv("PATH", with, 1);
	expect_runs("klips", standard, 0, "_updown route-client\n");
	expect_runs("klips", own, 0, "_updown prepare-client\n_updown route-client\n");
	expect_runs("netkey", standard, 0, "");
	expect_runs("netkey", standard, 1400, "_updown route-client\n");
	expect_runs("none", standard, 1400, "");
	expect_runs("none", own, 0, "_updown prepare-client\n_updown route-client\n");
	setenv("PATH", before, 1);
	assert_int_equal(unlink(path("ipsec")), 0);
}

static void expect_idle(bool idle, char *stack, char *verb, char *more)
{
	char *env[] = { stack, verb, more, NULL };

	assert_int_equal(updown_env_is_idle(env), idle);
}

static void test_what_is_nothing(void **state)
{
	(void)state;
	expect_idle(true, "PLUTO_STACK=klips", "PLUTO_VERB=up-client", "PLUTO_PEER_DNS_INFO=");
	expect_idle(false, "PLUTO_STACK=klips", "PLUTO_VERB=up-host-v6", "PLUTO_PEER_DNS_INFO=192.0.2.53");
	expect_idle(false, "PLUTO_STACK=netkey", "PLUTO_VERB=down-client", "PLUTO_PEER_DNS_INFO=192.0.2.53");
	expect_idle(true, "PLUTO_STACK=netkey", "PLUTO_VERB=down-client", "PLUTO_MTU=1400");
	expect_idle(false, "PLUTO_STACK=klips", "PLUTO_VERB=unroute-client", NULL);
	expect_idle(false, "PLUTO_STACK=netkey", "PLUTO_VERB=unroute-client", "PLUTO_MY_SOURCEIP=192.0.1.254");
	expect_idle(false, "PLUTO_STACK=netkey", "PLUTO_VERB=unroute-host", "PLUTO_METRIC=7");
	expect_idle(false, "PLUTO_STACK=netkey", "PLUTO_VERB=route-client", "PLUTO_VIRT_INTERFACE=ipsec1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_route_is_made_after_it_was_taken_away),
		cmocka_unit_test(test_the_standard_program_is_not_run_for_nothing),
		cmocka_unit_test(test_what_is_nothing),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
