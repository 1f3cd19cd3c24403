/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands as users type them. */
#ifndef PROGRAMS_TESTS_RUN_COMMAND_H
#define PROGRAMS_TESTS_RUN_COMMAND_H

#include "../../klips/tests/test.h"

#include "../command.h"

/* What the last command wrote, and its exit status. */
extern char command_out[1 << 20], command_err[4096];
extern int command_status;

/* Runs a command line, of words between single blanks, of which the first is the command's name. */
void run_command(int (*command)(int argc, char **argv), const char *line);

#endif
