// SPDX-License-Identifier: GPL-2.0-or-later
/* Files of policy groups: which nets are in them, and of each fault its exact words. */
#define _GNU_SOURCE
#include "conf_rig.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../policy_group.h"

static struct policy_nets nets;

static int drop(void **state)
{
	(void)state;
	policy_nets_free(&nets);
	conf_errors_free(&rig_errors);
	return 0;
}

static void parse(const char *text)
{
	drop(NULL);
	assert_int_equal(policy_nets_parse(&nets, "x", text, strlen(text), &rig_errors), 0);
}

/* All nets that a text has, as they are printed, with a blank between them. */
static void assert_nets(const char *text, const char *expected)
{
	char found[1024] = "";
	size_t i, length = 0;

	parse(text);
	for (i = 0; i < nets.count; i++) {
		if (i)
			found[length++] = ' ';
		length += (size_t)policy_net_print(found + length, sizeof(found) - length, &nets.list[i]);
	}
	assert_string_equal(found, expected);
}

static void assert_fault(const char *text, const char *fault)
{
	parse(text);
	rig_assert_error(0, fault);
	assert_int_equal(rig_errors.count, 1);
	assert_int_equal(nets.count, 0);
}

static void lines(void **state)
{
	(void)state;
	assert_nets("", "");
	assert_nets("# nothing\n\n   \n\t# nothing\n", "");
	assert_nets("10.0.0.0/8\n192.0.2.3\r\n  2001:db8::/32 # indented\n0.0.0.0/0\n::/0",
		    "10.0.0.0/8 192.0.2.3/32 2001:db8::/32 0.0.0.0/0 ::/0");
	rig_assert_no_error();
	assert_nets("10.0.0.0/255.0.0.0\n", "10.0.0.0/8");
	assert_int_equal(nets.list[0].line, 1);
	assert_false(policy_net_is_host(&nets.list[0]));
	parse("\n2001:db8::1\n");
	assert_int_equal(nets.list[0].line, 2);
	assert_true(policy_net_is_host(&nets.list[0]));
}

/* The files that libreswan installs have these as their examples. */
static void protocols(void **state)
{
	(void)state;
	assert_nets("10.0.1.0/24  tcp  0  22\n0.0.0.0/0\ttcp 22 0#\n10.0.0.1 icmp 0 0\n10.0.0.1 17 4500 500\n",
		    "10.0.1.0/24-(0--6--22) 10.0.0.1/32-(0--1--0) 10.0.0.1/32-(4500--17--500)");
	rig_assert_error(0, "x:2:18: 0#: its port is not a number up to 65535");
	assert_int_equal(rig_errors.count, 1);
	assert_nets("0.0.0.0/0 tcp 22 0 # all that comes\n", "0.0.0.0/0-(22--6--0)");
	assert_int_equal(nets.list[0].own_port, 22);
	assert_int_equal(nets.list[0].peer_port, 0);
	/* The same net may be there with one port and another. */
	assert_nets("10.0.0.0/8\n10.0.0.0/8 tcp 0 1\n10.0.0.0/8 tcp 0 2\n10.0.0.0/8 udp 0 1\n",
		    "10.0.0.0/8 10.0.0.0/8-(0--6--1) 10.0.0.0/8-(0--6--2) 10.0.0.0/8-(0--17--1)");
	rig_assert_no_error();
}

static void faults(void **state)
{
	(void)state;
	assert_fault("east.example\n", "x:1:1: east.example: not an IP address");
	assert_fault("default\n", "x:1:1: default: not an IP address");
	assert_fault("10.0.0.1/8\n", "x:1:1: 10.0.0.1/8: its address has bits that its mask leaves out");
	assert_fault("\n 10.0.0.0/33\n", "x:2:2: 10.0.0.0/33: its mask is not a length that fits the address");
	assert_fault("10.0.0.0/8:22\n", "x:1:1: 10.0.0.0/8:22: its ports go after its protocol");
	assert_fault("10.0.0.0/8 tpc 0 0\n", "x:1:12: tpc: not a protocol's number or name");
	assert_fault("10.0.0.0/8 0 0 0\n", "x:1:12: 0: protocol 0 is any: leave it out, with the ports");
	assert_fault("10.0.0.0/8 esp 0 0\n", "x:1:12: esp: ESP and AH are what IPsec itself sends");
	assert_fault("10.0.0.0/8 tcp\n",
		     "x:1: a protocol is followed by two ports, this host's and the net's; 0 is any");
	assert_fault("10.0.0.0/8 tcp 22 # the other\n",
		     "x:1: a protocol is followed by two ports, this host's and the net's; 0 is any");
	assert_fault("10.0.0.0/8 tcp 0 ssh\n", "x:1:18: ssh: its port is not a number up to 65535");
	assert_fault("10.0.0.0/8 tcp 65536 0\n", "x:1:16: 65536: its port is not a number up to 65535");
	assert_fault("10.0.0.0/8 icmp 8 0\n", "x:1:17: 8: its protocol has no ports: write 0");
	assert_fault("10.0.0.0/8 tcp 0 22 23\n",
		     "x:1:21: a net is followed by nothing, or by a protocol and two ports");
	assert_fault("10.0.0.0/8 \x01\n", "x:1: not text in UTF-8");
}

/* What is wrong is left out, and nothing else. */
static void rest(void **state)
{
	(void)state;
	assert_nets("10.0.0.0/8\nnot\n10.0.0.0/8\n192.0.2.0/24\n", "10.0.0.0/8 192.0.2.0/24");
	rig_assert_error(0, "x:2:1: not: not an IP address");
	rig_assert_error(1, "x:3:1: 10.0.0.0/8: it is in line 1 already");
	assert_int_equal(rig_errors.count, 2);
}

static void too_many(void **state)
{
	char *text = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);
	unsigned int i;

	(void)state;
	drop(NULL);
	for (i = 0; i < POLICY_NETS_MAX + 2; i++)
		fprintf(file, "10.%u.%u.%u\n", i >> 16, i >> 8 & 255, i & 255);
	fclose(file);
	assert_int_equal(policy_nets_parse(&nets, "x", text, size, &rig_errors), 0);
	free(text);
	assert_int_equal(nets.count, POLICY_NETS_MAX);
	rig_assert_error(0, "x:4097:1: 10.0.16.0: more than 4096 nets: this one and those after it are left out");
	assert_int_equal(rig_errors.count, 1);
}

static void files(void **state)
{
	char folder[] = "/tmp/policy_groupXXXXXX", path[64];
	FILE *file;

	(void)state;
	drop(NULL);
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/clear", folder);
	assert_int_equal(policy_nets_load(&nets, path, &rig_errors), 0);
	rig_assert_no_error();
	assert_int_equal(nets.count, 0);
	assert_int_equal(policy_nets_load(&nets, folder, &rig_errors), -EIO);
	assert_int_equal(rig_errors.errors, 1);
	file = fopen(path, "w");
	fputs("10.0.0.0/8\n", file);
	fclose(file);
	conf_errors_free(&rig_errors);
	assert_int_equal(policy_nets_load(&nets, path, &rig_errors), 0);
	assert_int_equal(nets.count, 1);
	unlink(path);
	rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(lines, drop),	   cmocka_unit_test_teardown(protocols, drop),
		cmocka_unit_test_teardown(faults, drop),   cmocka_unit_test_teardown(rest, drop),
		cmocka_unit_test_teardown(too_many, drop), cmocka_unit_test_teardown(files, drop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
