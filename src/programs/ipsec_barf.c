// SPDX-License-Identifier: GPL-2.0-or-later
/* ipsec barf: all that helps whoever looks for a fault, in one text that can be given away. */
#include "barf.h"
#include "command.h"
#include "conn_load.h"

#include <stdlib.h>
#include <unistd.h>

#include "../lib/version.h"
#include "pluto_client.h"

#define LOG_LIMIT (64 * 1024) /* bytes */

/* The first word of those that are this program's own. */
#define IPSEC "/proc/self/exe"

/* A section has a title; those without one go on with it. */
static const struct section {
	const char *title;
	const char *words[BARF_ARGS];
} sections[] = {
	{ "system", { "uname", "-a", NULL } },
	{ NULL, { "uptime", NULL } },
	{ "verify", { IPSEC, "verify", NULL } },
	{ "status", { IPSEC, "status", NULL } },
	{ NULL, { IPSEC, "trafficstatus", NULL } },
	{ NULL, { IPSEC, "shuntstatus", NULL } },
	{ NULL, { IPSEC, "addresspoolstatus", NULL } },
	{ NULL, { IPSEC, "whack", "--listall", NULL } },
	{ NULL, { IPSEC, "whack", "--impair", "list", NULL } },
	{ "stack", { IPSEC, "klips", "status", NULL } },
	{ NULL, { IPSEC, "look", NULL } },
	{ "addresses", { "ip", "-s", "address", "show", NULL } },
	{ "routes", { "ip", "-4", "route", "show", "table", "all", NULL } },
	{ NULL, { "ip", "-6", "route", "show", "table", "all", NULL } },
	{ NULL, { "ip", "-4", "rule", "show", NULL } },
	{ NULL, { "ip", "-6", "rule", "show", NULL } },
	{ "XFRM", { "ip", "-s", "xfrm", "state", "list", "nokeys", NULL } },
	{ NULL, { "ip", "-s", "xfrm", "policy", "list", NULL } },
	{ NULL, { "cat", "/proc/net/xfrm_stat", NULL } },
	{ "packet filters", { "nft", "list", "ruleset", NULL } },
	{ NULL, { "iptables-save", "-c", NULL } },
	{ NULL, { "ip6tables-save", "-c", NULL } },
	{ "UDP sockets", { "ss", "-uanp", NULL } },
	{ "network settings",
	  { "grep", "-rs", "", "/proc/sys/net/ipv4/conf", "/proc/sys/net/ipv4/ip_forward",
	    "/proc/sys/net/ipv6/conf/all/forwarding", NULL } },
	{ "modules", { "cat", "/proc/modules", NULL } },
	{ "processes", { "ps", "-eo", "pid,ppid,user,stat,etime,comm", NULL } },
	{ "kernel's log", { "dmesg", NULL } },
};

static int usage(void)
{
	printf("usage: ipsec barf [--config FILE]\n");
	return 0;
}

static void print_sections(const char *self)
{
	const char *words[BARF_ARGS];
	size_t i;

	for (i = 0; i < sizeof(sections) / sizeof(*sections); i++) {
		if (sections[i].title)
			barf_title(sections[i].title);
		memcpy(words, sections[i].words, sizeof(words));
		if (!strcmp(words[0], IPSEC))
			words[0] = self;
		barf_run(words);
	}
}

/* It is what the others are run as: in a child /proc/self is another. */
static const char *own_path(char *path, size_t size)
{
	const ssize_t length = readlink(IPSEC, path, size - 1);

	if (length < 0)
		return "ipsec";
	path[length] = '\0';
	return path;
}

static int barf(const char *config)
{
	char path[4096], log[4096];

	if (config)
		setenv("IPSEC_CONF", config, 1);
	printf("Cygnet %s\n", CYGNET_VERSION);
	print_sections(own_path(path, sizeof(path)));
	barf_configuration(conf_path(config));
	snprintf(log, sizeof(log), "%s/klipsd.log", pluto_rundir());
	barf_title("klipsd's log");
	barf_file(log, LOG_LIMIT, false);
	return 0;
}

int run_barf(int argc, char **argv)
{
	const char *config = NULL;
	int i;

	for (i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--help"))
			return usage();
		if (strcmp(argv[i], "--config") || i + 1 == argc)
			return bad_usage("%s: what is this for?", argv[i]);
		config = argv[++i];
	}
	return barf(config);
}
