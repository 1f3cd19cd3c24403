/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the subcommands of ipsec(8) share. */
#ifndef PROGRAMS_COMMAND_H
#define PROGRAMS_COMMAND_H

#include <getopt.h>
#include <jansson.h>
#include <stdio.h>

#include "../lib/control_client.h"

#define EXIT_REFUSED 1
#define EXIT_USAGE   2

/**
 * struct command - a subcommand
 * @name: what users type after ipsec
 * @run: gets the words from its name on; returns the exit status
 * @what: it does, for the list of commands
 */
struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *what;
};

extern const struct command commands[];

int run_eroute(int argc, char **argv);
int run_klips(int argc, char **argv);
int run_klipsdebug(int argc, char **argv);
int run_look(int argc, char **argv);
int run_pf_key(int argc, char **argv);
int run_spi(int argc, char **argv);
int run_spigrp(int argc, char **argv);
int run_tncfg(int argc, char **argv);

/**
 * struct names - what users call attributes; ends with a NULL
 */
struct names {
	const char *attr;
	const char *option;
};

/* How complaints begin: the command's name, and the --label if one is given. */
void say_as(const char *command, const char *label);

/* Both complain on stderr and return the exit status. */
int bad_usage(const char *format, ...) __attribute__((format(printf, 1, 2)));
int refused(const struct klips_refusal *why, const struct names *names);

/* Complains about an option's value if a parser found something @wrong; whether it did. */
bool is_wrong(const char *wrong, const char *option, const char *value);

/* Asks getopt_long for the next option; '?' has been complained about. */
int next_option(int argc, char **argv, const struct option *options);

/* An open connection for one command; false after a complaint. */
bool connect_klips(struct klips_client *client);

/* Prints rows as JSON and frees them; the exit status. */
int print_json(json_t *rows);

#endif
