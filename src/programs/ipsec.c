// SPDX-License-Identifier: GPL-2.0-or-later
/* ipsec(8): finds the subcommand and runs it. */
#include "command.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "../lib/version.h"
#include "program_path.h"

const struct command commands[] = {
	{ "addconn", run_addconn, "check ipsec.conf, and list what is in it" },
	{ "addresspoolstatus", run_pluto_status, "who has which address of a pool" },
	{ "auto", run_auto, "connections of ipsec.conf, by their names" },
	{ "barf", run_barf, "all that helps to find a fault, without secrets" },
	{ "briefstatus", run_pluto_status, "how many connections and SAs there are" },
	{ "connectionstatus", run_pluto_status, "connections" },
	{ "eroute", run_eroute, "which packets go through which SAs" },
	{ "globalstatus", run_pluto_status, "the same as briefstatus" },
	{ "klips", run_klips, "start and stop KLIPS, and see how it is" },
	{ "klipsdebug", run_klipsdebug, "what KLIPS says of its work" },
	{ "listen", run_pluto_read, "have pluto look for new addresses of this host" },
	{ "look", run_look, "all tables in one" },
	{ "monitor", run_monitor, "events of SAs, as they happen" },
	{ "newhostkey", run_newhostkey, "make a key for this host" },
	{ "pf_key", run_pf_key, "what KLIPS asks of a key daemon" },
	{ "pki", run_pki, "keys, certificates and CRLs, for a small CA" },
	{ "processstatus", run_pluto_status, "pluto, as a process" },
	{ "rereadsecrets", run_pluto_read, "have pluto read ipsec.secrets again" },
	{ "restart", run_start, "stop, and start again" },
	{ "rsasigkey", run_newhostkey, "make an RSA key for this host" },
	{ "showhostkey", run_showhostkey, "show this host's keys" },
	{ "showstates", run_pluto_status, "SAs" },
	{ "shuntstatus", run_pluto_status, "what becomes of packets for which no SA is there" },
	{ "spi", run_spi, "security associations" },
	{ "spigrp", run_spigrp, "bundles of security associations" },
	{ "start", run_start, "start pluto, and KLIPS if it needs it; load the connections" },
	{ "status", run_pluto_status, "connections and SAs" },
	{ "stop", run_start, "end all connections, and pluto" },
	{ "tncfg", run_tncfg, "which ipsecN goes with which device" },
	{ "trafficstatus", run_pluto_status, "what went through Child SAs" },
	{ "verify", run_verify, "whether this host can do what its configuration says" },
	{ "whack", run_whack, "tell pluto something" },
	{ 0 },
};

static int list_commands(void)
{
	const struct command *one;

	printf("usage: ipsec COMMAND [ARGUMENT...]\n       ipsec --help | --version\n\n");
	for (one = commands; one->name; one++)
		printf("  %-19s%s\n", one->name, one->what);
	printf("\nEach has a manual page of its name.\n");
	return 0;
}

/* Scripts that programs run have names that begin with '_', and a folder of their own. */
static int run_script(char **argv)
{
	const char *folder = getenv("IPSEC_EXECDIR");
	char path[4096];

	if (strchr(argv[0], '/'))
		return bad_usage("%s: there is no such command", argv[0]);
	if (folder)
		snprintf(path, sizeof(path), "%s/%s", folder, argv[0]);
	else if (!program_path(path, sizeof(path) - strlen(argv[0]), "../libexec/ipsec/"))
		return bad_usage("%s: there is no such command", argv[0]);
	else
		memcpy(path + strlen(path), argv[0], strlen(argv[0]) + 1);
	execv(path, argv);
	return bad_usage("%s: %s", path, strerror(errno));
}

int main(int argc, char **argv)
{
	const struct command *one;

	if (argc < 2)
		return bad_usage("which command? ipsec --help lists them");
	if (!strcmp(argv[1], "--help"))
		return list_commands();
	if (!strcmp(argv[1], "--version"))
		return printf("Cygnet %s\n", CYGNET_VERSION) < 0;
	for (one = commands; one->name; one++) {
		if (!strcmp(argv[1], one->name)) {
			int status;

			say_as(one->name, NULL);
			status = one->run(argc - 1, argv + 1);
			/* A table that did not reach its reader is no success. */
			return fflush(stdout) && !status ? EXIT_REFUSED : status;
		}
	}
	if (argv[1][0] == '_')
		return run_script(argv + 1);
	return bad_usage("%s: there is no such command; ipsec --help lists them", argv[1]);
}
