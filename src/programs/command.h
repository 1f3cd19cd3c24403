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

int run_addconn(int argc, char **argv);
int run_auto(int argc, char **argv);
int run_eroute(int argc, char **argv);
int run_klips(int argc, char **argv);
int run_klipsdebug(int argc, char **argv);
int run_look(int argc, char **argv);
int run_monitor(int argc, char **argv);
int run_pf_key(int argc, char **argv);
int run_newhostkey(int argc, char **argv);
int run_pki(int argc, char **argv);
int run_showhostkey(int argc, char **argv);
int run_spi(int argc, char **argv);
int run_spigrp(int argc, char **argv);
int run_start(int argc, char **argv);
int run_pluto_status(int argc, char **argv);
int run_pluto_read(int argc, char **argv);
int run_barf(int argc, char **argv);
int run_verify(int argc, char **argv);
int run_tncfg(int argc, char **argv);
int run_whack(int argc, char **argv);

/**
 * struct names - what users call attributes; ends with a NULL
 */
struct names {
	const char *attr;
	const char *option;
};

/* How complaints begin: the command's name, and the --label if one is given. */
void say_as(const char *command, const char *label);

/* All complain on stderr and return the exit status; no_order(): no option says what is to be done. */
int bad_usage(const char *format, ...) __attribute__((format(printf, 1, 2)));
int not_done(const char *format, ...) __attribute__((format(printf, 1, 2)));
int refused(const struct klips_refusal *why, const struct names *names);
int no_order(void);

/* Complains about an option's value if a parser found something @wrong; whether it did. */
bool is_wrong(const char *wrong, const char *option, const char *value);

/* What one command does with an open connection; the exit status. */
typedef int (*carry_out_fn)(struct klips_client *client, void *order);

/* Options that run_line() takes itself, by these names, and the ends of tables of a command's own. */
enum {
	OPT_LABEL = 1024,
	OPT_DEBUG,
	OPT_JSON,
	OPT_HELP,
};

#define COMMON_OPTIONS                                                                              \
	{ "label", required_argument, NULL, OPT_LABEL }, { "debug", no_argument, NULL, OPT_DEBUG }, \
		{ "json", no_argument, NULL, OPT_JSON }, { "help", no_argument, NULL, OPT_HELP },   \
	{                                                                                           \
		0                                                                                   \
	}

/**
 * struct command_line - how a command reads its words, and what it does then
 * @options: getopt_long's
 * @usage: prints how it is used, and returns the exit status
 * @take: an option that is not common, its value getopt's; 0, or the exit status after a complaint
 * @check: all that was taken, likewise; NULL: anything will do
 * @order: what @take, @check and @carry_out get
 * @json: whether --json was there; NULL: @options have no such
 * @act: what is done instead of @carry_out, without a connection to KLIPS; NULL: nothing is
 * @word: gets the one word that may be there beside options, wherever it is; NULL: none may
 */
struct command_line {
	const struct option *options;
	int (*usage)(void);
	int (*take)(void *order, int option);
	int (*check)(void *order);
	carry_out_fn carry_out;
	void *order;
	bool *json;
	int (*act)(void *order);
	const char **word;
};

int run_line(const struct command_line *line, int argc, char **argv);

/* Connects, carries out, and ends the connection; the exit status, after a complaint if KLIPS does not run. */
int with_klips(carry_out_fn carry_out, void *order);

/* Prints rows as JSON and frees them; the exit status. */
int print_json(json_t *rows);

/* The end of a table that was listed: complains of an @err; @rows, if it is not NULL, is printed and freed. */
int end_table(int err, json_t *rows, const struct klips_refusal *why);

#endif
