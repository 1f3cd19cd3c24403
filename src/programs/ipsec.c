// SPDX-License-Identifier: GPL-2.0-or-later
/* ipsec(8): finds the subcommand and runs it. */
#include "command.h"

#include "../lib/version.h"

const struct command commands[] = {
	{ "eroute", run_eroute, "which packets go through which SAs" },
	{ "klips", run_klips, "start and stop KLIPS, and see how it is" },
	{ "klipsdebug", run_klipsdebug, "what KLIPS says of its work" },
	{ "look", run_look, "all tables in one" },
	{ "pf_key", run_pf_key, "what KLIPS asks of a key daemon" },
	{ "spi", run_spi, "security associations" },
	{ "spigrp", run_spigrp, "bundles of security associations" },
	{ "tncfg", run_tncfg, "which ipsecN goes with which device" },
	{ 0 },
};

static int list_commands(void)
{
	const struct command *one;

	printf("usage: ipsec COMMAND [ARGUMENT...]\n       ipsec --help | --version\n\n");
	for (one = commands; one->name; one++)
		printf("  %-12s%s\n", one->name, one->what);
	printf("\nEach has a manual page of its name.\n");
	return 0;
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
	return bad_usage("%s: there is no such command; ipsec --help lists them", argv[1]);
}
