/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ipsec barf: parts of it, each with limits of time and size, and masked. */
#ifndef PROGRAMS_BARF_H
#define PROGRAMS_BARF_H

#include <stdbool.h>
#include <stddef.h>

#define BARF_ARGS 8

void barf_title(const char *title);
/* What a program says, on both streams; its words end with a NULL. */
void barf_run(const char *const words[]);
/* A file's last @most bytes, from the beginning of a line on; @entries: as struct mask has it. */
void barf_file(const char *path, size_t most, bool entries);

/* barf_files.c: the configuration, secrets without their values, keys and certificates without their private parts. */
void barf_configuration(const char *config);

#endif
